//! Places in what the author wrote: by keys, by names of keys, and by texts.

use crate::source::{FileId, Span};
use crate::syntax::{Kind, NodeId, Tree};

use super::Place;

/// A file of the author's: the spec, or the project file.
pub(super) struct Written<'t> {
    pub(super) tree: Tree<'t>,
    pub(super) file: FileId,
}

/// A key of the author's and what it holds.
#[derive(Clone, Copy)]
pub(super) struct Found {
    key: Option<NodeId>,
    pub(super) value: NodeId,
}

impl Written<'_> {
    /// As far down as these keys lead: the place, and how many of them there are.
    pub(super) fn walk(&self, keys: &[String]) -> Option<(Found, usize)> {
        let mut found = Found { key: None, value: self.tree.root()? };
        for (depth, key) in keys.iter().enumerate() {
            let Kind::Map(entries) = self.tree.kind(found.value) else {
                return Some((found, depth));
            };
            let Some(entry) = entries.iter().find(|it| self.tree.text_of(it.key) == key) else {
                return Some((found, depth));
            };
            found = Found { key: Some(entry.key), value: entry.value };
        }
        Some((found, keys.len()))
    }

    /// What the last of these keys holds; `None` unless all are there.
    pub(super) fn at(&self, keys: &[String]) -> Option<Found> {
        self.walk(keys).filter(|(_, depth)| *depth == keys.len()).map(|(found, _)| found)
    }

    /// The first key of this name below a place.
    pub(super) fn key_below(&self, from: NodeId, key: &str) -> Option<(Found, Vec<String>)> {
        self.search(from, &mut |found, name| (name == Some(key)).then_some(found))
    }

    /// The only text below a place that is this one.
    pub(super) fn text_below(&self, from: NodeId, text: &str) -> Option<(Found, Vec<String>)> {
        let mut count = 0;
        let first = self.search(from, &mut |found, _| {
            let same = self.scalar(found.value) == Some(text);
            count += usize::from(same);
            same.then_some(found)
        })?;
        let mut again = 0;
        self.search(from, &mut |found, _| {
            again += usize::from(self.scalar(found.value) == Some(text));
            (again > 1).then_some(found)
        });
        (again <= 1).then_some(first)
    }

    /// The first text below a place with this in it as a whole word: the byte where it is, too.
    pub(super) fn mention_below(
        &self,
        from: NodeId,
        words: &str,
    ) -> Option<(Found, Vec<String>, usize)> {
        let mut place = 0;
        let (found, keys) = self.search(from, &mut |found, _| {
            place = mention(self.scalar(found.value)?, words)?;
            Some(found)
        })?;
        Some((found, keys, place))
    }

    fn scalar(&self, node: NodeId) -> Option<&str> {
        match self.tree.kind(node) {
            Kind::Scalar(scalar) => Some(scalar.text),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// The first place that answers, and the keys from `from` down to it. Only what the author
    /// wrote there: aliases would lead elsewhere for ever.
    fn search(
        &self,
        from: NodeId,
        answer: &mut dyn FnMut(Found, Option<&str>) -> Option<Found>,
    ) -> Option<(Found, Vec<String>)> {
        let mut open = vec![(Found { key: None, value: from }, Vec::new())];
        while let Some((found, keys)) = open.pop() {
            let name = found.key.map(|key| self.tree.text_of(key));
            if let Some(answer) = answer(found, name) {
                return Some((answer, keys));
            }
            let below = |key: Option<NodeId>, value| {
                let mut keys: Vec<String> = keys.clone();
                keys.extend(key.map(|key| self.tree.text_of(key).to_owned()));
                (Found { key, value }, keys)
            };
            match self.tree.written(found.value) {
                crate::syntax::Written::Map { entries, .. } => {
                    open.extend(entries.iter().rev().map(|it| below(Some(it.key), it.value)));
                }
                crate::syntax::Written::List { items, .. } => {
                    open.extend(items.iter().rev().map(|item| below(None, *item)));
                }
                crate::syntax::Written::Scalar(_)
                | crate::syntax::Written::Null
                | crate::syntax::Written::Alias(_) => {}
            }
        }
        None
    }

    /// The place to show: a text itself, of all else the key.
    pub(super) fn place(&self, found: Found, keys: Vec<String>) -> Place {
        let is_text = matches!(self.tree.kind(found.value), Kind::Scalar(_));
        let node = found.key.filter(|_| !is_text).unwrap_or(found.value);
        let span = self.tree.span(node);
        let span = if found.key.is_none() && !is_text { Span::top(self.file) } else { span };
        Place { span: Span { file: self.file, ..span }, keys }
    }

    /// A byte of a text.
    pub(super) fn place_in(&self, found: Found, keys: Vec<String>, offset: usize) -> Place {
        let start = self.tree.position(found.value, offset);
        let text = self.scalar(found.value).unwrap_or("");
        let word = text.get(offset..).unwrap_or("");
        let length = word.find(|c: char| c.is_whitespace()).unwrap_or(word.len());
        let end = self.tree.position(found.value, offset + length).max(start);
        Place { span: Span::new(self.file, start, end), keys }
    }
}

/// Where a text stands in another one, as a whole word.
fn mention(text: &str, words: &str) -> Option<usize> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(words).map(|(at, _)| at).find(|at| {
        let before = text[..*at].chars().next_back().is_some_and(is_part);
        let after = text[at + words.len()..].chars().next().is_some_and(is_part);
        !before && !after
    })
}
