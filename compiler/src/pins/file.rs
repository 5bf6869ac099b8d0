//! The pin file: its entries, and where each is written.

use super::version::Release;
use crate::diagnostics::{BAD_VALUE, CONFLICT, Diagnostic, Sink, WRONG_TYPE, excerpt};
use crate::plan::Pin;
use crate::source::Span;
use crate::syntax::{Entry, Kind, NodeId, Tree};

/// A pin, and the place of its entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pinned {
    /// What is pinned.
    pub pin: Pin,
    /// The entry's key.
    pub span: Span,
}

/// The pins of `dependencies`. What else is there is GitHub's, and is left alone.
pub(super) fn read(tree: &Tree<'_>, sink: &mut Sink) -> Vec<Pinned> {
    let Some(root) = tree.root() else { return Vec::new() };
    let Some(dependencies) = value(tree, root, "dependencies") else {
        if !matches!(tree.kind(root), Kind::Map(_)) {
            let message = "a pin file is a map with the key `dependencies`";
            sink.report(Diagnostic::new(&WRONG_TYPE, tree.span(root), message));
        }
        return Vec::new();
    };
    match tree.kind(dependencies) {
        Kind::Map(entries) => entries.iter().filter_map(|it| entry(tree, *it, sink)).collect(),
        Kind::Null => Vec::new(),
        Kind::Scalar(_) | Kind::List(_) => {
            let message = "`dependencies` is a map from `owner/name@vX.Y.Z` to a commit";
            sink.report(Diagnostic::new(&WRONG_TYPE, tree.span(dependencies), message));
            Vec::new()
        }
    }
}

/// What a key of a map holds.
pub(super) fn value(tree: &Tree<'_>, map: NodeId, key: &str) -> Option<NodeId> {
    let Kind::Map(entries) = tree.kind(map) else { return None };
    entries.iter().find(|entry| tree.text_of(entry.key) == key).map(|entry| entry.value)
}

fn entry(tree: &Tree<'_>, entry: Entry, sink: &mut Sink) -> Option<Pinned> {
    let (key, span) = (tree.text_of(entry.key), tree.span(entry.key));
    let mut refuse = |span: Span, message: String, help: &str| {
        sink.report(Diagnostic::new(&BAD_VALUE, span, message).help(help));
        None
    };
    let Some((action, version)) = key.split_once('@').filter(|(name, _)| is_action(name)) else {
        let message = format!("`{}` is no action at a version", excerpt(key));
        return refuse(span, message, "such as `actions/checkout@v1.2.3`");
    };
    if Release::read(version).is_none() {
        let message = format!("`{}` is no version", excerpt(version));
        return refuse(span, message, VERSION);
    }
    let commit = value(tree, entry.value, "commit");
    let text = commit.map_or("", |node| tree.text_of(node));
    let Some(commit) = commit_of(text.strip_prefix("sha1-").unwrap_or(text)) else {
        let place = commit.map_or(span, |node| tree.span(node));
        return refuse(place, format!("`{}` is no commit", excerpt(text)), COMMIT);
    };
    if let Some(node) = value(tree, entry.value, "ref")
        && tree.text_of(node) != version
    {
        let message = format!("`ref` is `{}`, and the key says {version}", tree.text_of(node));
        return refuse(tree.span(node), message, "both name one release");
    }
    let pin = Pin { action: action.to_owned(), version: version.to_owned(), commit };
    Some(Pinned { pin, span })
}

/// What is said of a version that is none.
pub(super) const VERSION: &str = "a release of the action, such as `v1.2.3`";
/// What is said of a commit that is none.
pub(super) const COMMIT: &str =
    "a commit has 40 hex digits; for an annotated tag it is not the tag's own id";

/// Those of actions that the compiler uses, each once and by the name that workflows have for it.
/// Files of GitHub's may have others too.
pub(super) fn of_ours(all: Vec<Pinned>, sink: &mut Sink) -> Vec<Pinned> {
    let mut ours: Vec<Pinned> = Vec::new();
    for mut pinned in all {
        let Some(own) = super::own(&pinned.pin.action) else { continue };
        own.name.clone_into(&mut pinned.pin.action);
        let action = &pinned.pin.action;
        match ours.iter().find(|first| first.pin.action == *action) {
            Some(first) => {
                let message = format!("`{action}` is pinned twice");
                let clash = Diagnostic::new(&CONFLICT, pinned.span, message)
                    .related(first.span, "first here")
                    .help("generated workflows use one release of an action: keep one of the two");
                sink.report(clash);
            }
            None => ours.push(pinned),
        }
    }
    ours
}

/// A commit in small letters; `None` for what is none.
pub(super) fn commit_of(text: &str) -> Option<String> {
    let is_one = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_one.then(|| text.to_ascii_lowercase())
}

/// Whether a name is `owner/name`, or a folder in such a repository.
pub(super) fn is_action(name: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let is_part = |part: &str| !part.is_empty() && part.chars().all(is_letter);
    name.contains('/') && name.split('/').all(is_part)
}
