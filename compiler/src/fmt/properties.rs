//! Formatting keeps meaning and comments, and is done after one time.

use proptest::prelude::*;

use super::*;
use crate::syntax::properties::soup;

fn check(text: &str) {
    let text = normal_breaks(text);
    let tree = glance(&text);
    // A file that is one text is no spec, and plain `---` cannot start a line.
    if tree.broken() || tree.root().is_some_and(|root| !tree.text_of(root).is_empty()) {
        return;
    }
    let once = print(&tree);
    let again = glance(&once);
    assert!(!again.broken(), "broken by formatting:\n{text}\n---\n{once}");
    assert!(
        short::same(&tree, &again),
        "changed by formatting:\n{text}\n---\n{once}\n{text:?}\n{once:?}"
    );
    let twice = print(&again);
    assert_eq!(once, twice, "changed again: {text:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_mixture_keeps_its_meaning(text in soup()) {
        check(&text);
    }
}
