//! Every short list or map can be formatted without a change of meaning, and once is enough.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlopsc_compiler::fmt::format;
use mlopsc_compiler::syntax::{Kind, glance};

fuzz_target!(|text: &str| {
    let tree = glance(text);
    let collection = tree.root().is_some_and(|root| match tree.kind(root) {
        Kind::List(_) | Kind::Map(_) => true,
        Kind::Null | Kind::Scalar(_) => false,
    });
    let once = format(text);
    // A key of more than 1,024 characters cannot leave its brackets.
    let short = text.len() < 1_000;
    assert!(once.is_some() || tree.broken() || !collection || !short, "not formatted");
    if let Some(once) = once {
        assert_eq!(format(&once).as_deref(), Some(once.as_str()));
    }
});
