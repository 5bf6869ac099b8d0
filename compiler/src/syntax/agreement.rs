//! The quick reader and the parser see the same tree, or the quick reader leaves a text alone.

use super::build::{quickly, thoroughly};
use super::tree::Tree;
use crate::diagnostics::Sink;
use crate::source::FileId;

/// Whether the quick reader took a text.
///
/// # Panics
///
/// If it did, though the parser finds a mistake or another tree.
pub fn check(text: &str) -> bool {
    let took = [false, true].map(|comments| {
        let Some(quick) = quickly(FileId(0), text, comments) else { return false };
        let mut sink = Sink::new();
        let thorough = thoroughly(FileId(0), text, comments, &mut sink);
        assert!(sink.items().is_empty(), "{text:?}: {:?}", sink.items());
        assert_eq!(shown(quick), shown(thorough), "{text:?}");
        true
    });
    assert_eq!(took[0], took[1], "{text:?}");
    took[0]
}

/// All of a tree, as text. The parser tells some comments late.
fn shown(mut tree: Tree<'_>) -> String {
    tree.comments.sort_by_key(|comment| comment.span.start);
    format!("{tree:?}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::properties::soup;
    use super::check;

    /// What specs are made of, and what looks like it.
    const USUAL: &[&str] = &[
        "a: ",
        "b:",
        "c: d",
        "- ",
        "- ",
        "-",
        "\n",
        "\n",
        "\n  ",
        "\n  ",
        "\n    ",
        "\n      ",
        "\n ",
        "x",
        "1.5",
        "-1",
        "a b",
        "it's",
        "é",
        "p:q",
        "p#q",
        " # note",
        "#",
        "${{ x }}",
        "'q'",
        "'it''s'",
        "\"q\"",
        "\"\\n\\\"\"",
        "\"\\u00e9\"",
        "[",
        "]",
        "[a, b]",
        "{",
        "}",
        "{a: 1, b}",
        ", ",
        ": ",
        ":",
        "{\"a\":1}",
        "|\n",
        ">-\n",
        "|-",
        "|",
        "echo",
        "--flag",
        "?",
        "*",
        "&x ",
        "<<: ",
        "!",
        "~",
        "---",
        "...",
        "%",
    ];

    fn usual() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(USUAL), 0..25).prop_map(|it| it.concat())
    }

    /// Lines of one or two scraps, each at some indentation.
    fn lines() -> impl Strategy<Value = String> {
        let scraps = prop::collection::vec(prop::sample::select(USUAL), 1..4);
        let line = (0usize..4, scraps).prop_map(|(levels, scraps)| {
            format!("{:1$}{2}\n", "", levels * 2, scraps.concat().trim_start_matches('\n'))
        });
        prop::collection::vec(line, 0..8).prop_map(|it| it.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 2000,
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn readers_agree_on_usual_scraps(text in usual()) {
            check(&text);
        }

        #[test]
        fn readers_agree_on_lines(text in lines()) {
            check(&text);
        }

        #[test]
        fn readers_agree_on_any_mixture(text in soup()) {
            check(&text);
        }
    }

    #[test]
    fn the_usual_notation_is_read_quickly() {
        let texts = [
            "a: 1\nb:\n  c: d # note\n  e:\n\n# more\nf: [1, {g: h, i}, \"j\"]\n",
            "- a\n-\n  b: c\n- - d\n  - e\n- f: g\n  h: |\n    one\n\n     two\n",
            "a:\n- b\n- c: >-\n    one\n    two\n\n    three\n  d: 'it''s'\n",
            "\"a\": \"\\n\"\nb: [\n  c,\n  # note\n  d\n]\n",
        ];
        for text in texts {
            assert!(check(text), "{text}");
        }
    }

    #[test]
    fn mistakes_and_rare_notation_are_left_to_the_parser() {
        let texts = [
            "",
            "a",
            "a: b: c",
            "a: &x 1",
            "a: *x",
            "a: !t 1",
            "a:\tb",
            "a: \"b",
            "a: b\r\n",
            "---\na: b",
            "a: b\n  c",
            "a: [b: c]",
            "- {e:{}}",
            "a: |2\n   b\n",
            "a: 1\na: 2",
            "a: 'b' c",
            "? a",
            "a: |+\n  b\n\n",
            "a: 1\n b: 2\n",
            "a:\n  b\n",
            "\u{feff}a: b",
            "<<: {a: b}\na: {<<: [1]}",
        ];
        for text in texts {
            assert!(!check(text), "{text:?}");
        }
    }
}
