//! The examples in doc comments, as the values that a JSON Schema holds.

use serde_json::{Map, Value};

use super::values::resolve;
use crate::diagnostics::Sink;
use crate::plan::Scalar;
use crate::source::FileId;
use crate::syntax::{self, Kind, NodeId, Style, Tree};

/// A block of YAML as JSON.
pub(crate) fn value(block: &str) -> Value {
    let mut sink = Sink::new();
    let tree = syntax::parse(FileId(0), block, &mut sink);
    assert!(sink.errors() == 0, "an example in a doc comment is YAML: {block}");
    tree.root().map_or(Value::Null, |root| json(&tree, root))
}

fn json(tree: &Tree<'_>, node: NodeId) -> Value {
    match tree.kind(node) {
        Kind::Null => Value::Null,
        Kind::Scalar(scalar) => match resolve(scalar.text, scalar.style != Style::Plain) {
            Scalar::Text(text) => text.into(),
            Scalar::Integer(number) => number.into(),
            Scalar::Number(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
            Scalar::Boolean(value) => value.into(),
        },
        Kind::List(items) => items.iter().map(|item| json(tree, *item)).collect(),
        Kind::Map(entries) => {
            let pair = |key, value| (tree.text_of(key).to_owned(), json(tree, value));
            entries.iter().map(|entry| pair(entry.key, entry.value)).collect::<Map<_, _>>().into()
        }
    }
}
