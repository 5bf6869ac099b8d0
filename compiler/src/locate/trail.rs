//! From a byte of an output to the keys that lead to it.

use crate::syntax::{Kind, NodeId, Tree, Written};

/// One step on the way down.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// A key of a map, and what it holds.
    Key(String, NodeId),
    /// An item of a list.
    Item(usize, NodeId),
}

/// A text at the end of the way.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// The whole text, decoded.
    pub(super) text: String,
    /// The byte of it that was asked for; 0 when the place is its key.
    pub(super) at: usize,
}

/// The way from a document's root to a place.
#[derive(Debug)]
pub(super) struct Trail {
    pub(super) parts: Vec<Part>,
    /// `None`: the place is no text, nor the key of one.
    pub(super) word: Option<Word>,
    /// The line that was asked for.
    pub(super) line: String,
    /// Whether it stands above the document, in the comment.
    pub(super) in_head: bool,
}

impl Trail {
    /// The way to a byte.
    pub(super) fn new(tree: &Tree<'_>, offset: u32) -> Self {
        let source = tree.source();
        let mut trail = Self {
            parts: Vec::new(),
            word: None,
            line: line_at(source, offset as usize).to_owned(),
            in_head: true,
        };
        let Some(root) = tree.root() else { return trail };
        trail.in_head = offset < tree.span(root).start;
        if !trail.in_head {
            trail.descend(tree, root, offset);
        }
        trail
    }

    fn descend(&mut self, tree: &Tree<'_>, root: NodeId, offset: u32) {
        let (mut node, mut on_key) = (root, false);
        loop {
            let next = match tree.written(node) {
                Written::Map { entries, .. } => {
                    let found = entries.iter().rfind(|it| tree.span(it.key).start <= offset);
                    found.filter(|it| !is_behind(tree, node, it.value, offset)).map(|it| {
                        on_key = offset < tree.span(it.key).end;
                        let key = tree.text_of(it.key).to_owned();
                        self.parts.push(Part::Key(key, it.value));
                        it.value
                    })
                }
                Written::List { items, .. } => {
                    let found = items.iter().rposition(|it| tree.span(*it).start <= offset);
                    let found = found.filter(|at| !is_behind(tree, node, items[*at], offset));
                    found.map(|at| {
                        self.parts.push(Part::Item(at, items[at]));
                        items[at]
                    })
                }
                Written::Scalar(_) | Written::Null | Written::Alias(_) => None,
            };
            match next {
                Some(next) => node = next,
                None => break,
            }
            if on_key && !matches!(tree.kind(node), Kind::Scalar(_)) {
                return;
            }
        }
        if let Kind::Scalar(scalar) = tree.kind(node) {
            let text = scalar.text.to_owned();
            let at = if on_key { 0 } else { decoded(tree, node, &text, offset) };
            self.word = Some(Word { text, at });
        }
    }

    /// The keys from a part on.
    pub(super) fn keys(&self, from: usize) -> Vec<&str> {
        self.parts.iter().skip(from).filter_map(Part::key).collect()
    }

    /// The text that was asked for.
    pub(super) fn text(&self) -> Option<&str> {
        self.word.as_ref().map(|word| word.text.as_str())
    }

    /// The word of it, when somebody asked for one in its middle.
    pub(super) fn segment(&self) -> Option<&str> {
        let word = self.word.as_ref().filter(|word| word.at > 0)?;
        let is_part = |letter: char| letter.is_alphanumeric() || "_-.".contains(letter);
        let start = word.text[..word.at].rfind(|letter| !is_part(letter));
        let start = start.map_or(0, |at| at + 1);
        let rest = word.text.get(start..)?;
        let segment = rest.split(|letter| !is_part(letter)).next()?;
        Some(segment.trim_end_matches(['.', '-']))
    }

    /// The line of it, when it has several.
    pub(super) fn line_of_text(&self) -> Option<&str> {
        let word = self.word.as_ref().filter(|word| word.text.contains('\n'))?;
        Some(line_at(&word.text, word.at))
    }
}

impl Part {
    pub(super) fn key(&self) -> Option<&str> {
        if let Self::Key(key, _) = self { Some(key) } else { None }
    }

    pub(super) fn node(&self) -> NodeId {
        match self {
            Self::Key(_, node) | Self::Item(_, node) => *node,
        }
    }
}

/// Whether a place is behind the last part of a collection in brackets: at the closing one.
fn is_behind(tree: &Tree<'_>, node: NodeId, last: NodeId, offset: u32) -> bool {
    let is_flow = matches!(
        tree.written(node),
        Written::Map { flow: true, .. } | Written::List { flow: true, .. }
    );
    is_flow && offset >= tree.span(last).end && offset + 1 >= tree.span(node).end
}

/// The byte of a decoded text that was written at an offset.
fn decoded(tree: &Tree<'_>, node: NodeId, text: &str, offset: u32) -> usize {
    let (mut low, mut high) = (0, text.len());
    while low < high {
        let middle = usize::midpoint(low, high + 1);
        if tree.position(node, middle) <= offset { low = middle } else { high = middle - 1 }
    }
    while !text.is_char_boundary(low) {
        low -= 1;
    }
    low
}

fn line_at(source: &str, offset: usize) -> &str {
    let offset = source.floor_char_boundary(offset);
    let start = source[..offset].rfind('\n').map_or(0, |end| end + 1);
    source[start..].lines().next().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::line_at;

    #[test]
    fn a_line_is_found_from_the_middle_of_a_letter() {
        assert_eq!(line_at("a\nbß c\nd", 4), "bß c");
        assert_eq!(line_at("a\nb", 9), "b");
    }
}
