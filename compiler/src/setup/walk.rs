//! Ways through a document.

use crate::syntax::{Kind, NodeId, Tree};

/// What a key of a map holds.
pub(super) fn value(tree: &Tree<'_>, map: NodeId, key: &str) -> Option<NodeId> {
    let Kind::Map(entries) = tree.kind(map) else { return None };
    entries.iter().find(|entry| tree.text_of(entry.key) == key).map(|entry| entry.value)
}

/// The text that a key of a map holds.
pub(super) fn text<'t>(tree: &'t Tree<'_>, map: NodeId, key: &str) -> Option<&'t str> {
    value(tree, map, key).map(|node| tree.text_of(node)).filter(|text| !text.is_empty())
}

/// The entries of a map: key and value.
pub(super) fn entries<'t>(
    tree: &'t Tree<'_>,
    map: NodeId,
) -> impl Iterator<Item = (&'t str, NodeId)> {
    let entries = if let Kind::Map(entries) = tree.kind(map) { entries } else { &[] };
    entries.iter().map(|entry| (tree.text_of(entry.key), entry.value))
}

/// The items of a list; the node itself where there is no list.
pub(super) fn items(tree: &Tree<'_>, node: NodeId) -> Vec<NodeId> {
    match tree.kind(node) {
        Kind::List(items) => items.to_vec(),
        Kind::Null => Vec::new(),
        Kind::Scalar(_) | Kind::Map(_) => vec![node],
    }
}

/// Every map and text below a node, the node first: with the key that holds it.
pub(super) fn all<'t>(tree: &'t Tree<'_>, from: NodeId) -> Vec<(&'t str, NodeId)> {
    let (mut found, mut open) = (Vec::new(), vec![("", from)]);
    while let Some((key, node)) = open.pop() {
        found.push((key, node));
        match tree.kind(node) {
            Kind::Map(entries) => {
                let below = entries.iter().rev();
                open.extend(below.map(|entry| (tree.text_of(entry.key), entry.value)));
            }
            Kind::List(items) => open.extend(items.iter().rev().map(|item| (key, *item))),
            Kind::Scalar(_) | Kind::Null => {}
        }
    }
    found
}

/// The names that follow a word in a text: `secrets.A` gives `A`.
pub(super) fn names<'t>(text: &'t str, word: &str) -> Vec<&'t str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut found = Vec::new();
    for (at, _) in text.match_indices(word) {
        let is_inside = text[..at].chars().next_back().is_some_and(|it| is_part(it) || it == '.');
        let rest = &text[at + word.len()..];
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        if end > 0 && !is_inside {
            found.push(&rest[..end]);
        }
    }
    found
}

/// The expressions in a text of GitHub's.
pub(super) fn expressions(text: &str) -> Vec<&str> {
    let parts = text.split("${{").skip(1);
    parts.map(|part| part.split("}}").next().unwrap_or_default()).collect()
}
