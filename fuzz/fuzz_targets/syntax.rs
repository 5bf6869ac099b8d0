//! Any text is read without a panic, every place lies in the text, and the quick reader sees what
//! the parser sees.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlopsc_compiler::diagnostics::Sink;
use mlopsc_compiler::source::{FileId, Span};
use mlopsc_compiler::syntax::{Kind, NodeId, Tree, agreement, parse};

fn walk(tree: &Tree<'_>, id: NodeId) {
    inside(tree, tree.span(id));
    match tree.kind(id) {
        Kind::Null => {}
        Kind::Scalar(scalar) => {
            for offset in 0..=scalar.text.len() {
                let at = tree.position(id, offset) as usize;
                assert!(at <= tree.source().len());
            }
        }
        Kind::List(items) => items.iter().for_each(|item| walk(tree, *item)),
        Kind::Map(entries) => entries.iter().for_each(|entry| {
            walk(tree, entry.key);
            walk(tree, entry.value);
        }),
    }
}

fn inside(tree: &Tree<'_>, span: Span) {
    assert!(tree.source().get(span.start as usize..span.end as usize).is_some(), "{span:?}");
}

fuzz_target!(|text: &str| {
    agreement::check(text);
    let mut sink = Sink::new();
    let tree = parse(FileId(0), text, &mut sink);
    assert!(!tree.broken() || sink.errors() > 0);
    sink.items().iter().for_each(|item| inside(&tree, item.span));
    tree.allows().iter().for_each(|allow| inside(&tree, allow.covers));
    if let Some(root) = tree.root() {
        walk(&tree, root);
    }
});
