//! A foreign file as the importer reads it: values as Azure ML's own tools understand them, keys that
//! are taken one by one, so that none is forgotten, and comments that move along.

use std::cell::{Cell, RefCell};

use super::scalar::{self, Value};
use crate::source::{FileId, Span};
use crate::syntax::{Comment, Entry, Kind, NodeId, Tree};

/// A foreign file and its tree.
pub(super) struct Foreign<'t> {
    tree: Tree<'t>,
    id: FileId,
    /// Root-relative path.
    pub(super) path: String,
    comments: RefCell<Vec<(Comment, bool)>>,
}

impl<'t> Foreign<'t> {
    /// A file from its tree with all comments.
    pub(super) fn new(tree: Tree<'t>, id: FileId, path: &str) -> Self {
        let comments = tree.comments().iter().map(|comment| (*comment, false)).collect();
        Self { tree, id, path: path.to_owned(), comments: RefCell::new(comments) }
    }

    /// The document.
    pub(super) fn root(&self) -> Option<Node<'_>> {
        self.tree.root().map(|id| Node { file: self, id })
    }

    fn text(&self, comment: Comment) -> String {
        let (start, end) = (comment.span.start as usize, comment.span.end as usize);
        let text = self.tree.source().get(start..end).unwrap_or("");
        text.trim_start_matches('#').trim().to_owned()
    }

    /// The comments right above an entry and behind it, each given once.
    pub(super) fn claim(&self, field: &Field<'_>) -> Claimed {
        let source = self.tree.source();
        let start = field.key.span().start;
        let mut comments = self.comments.borrow_mut();
        let mut cursor = start as usize;
        let mut above = Vec::new();
        let before = comments.partition_point(|(comment, _)| comment.span.start < start);
        for (comment, taken) in comments[..before].iter_mut().rev() {
            let between = source.get(comment.span.end as usize..cursor).unwrap_or("x");
            if *taken || !comment.own_line || !between.trim().is_empty() {
                break;
            }
            *taken = true;
            cursor = comment.span.start as usize;
            above.push(self.text(*comment));
        }
        above.reverse();
        let value = field.value.span();
        let line_end = |at: u32| {
            let rest = source.get(at as usize..).unwrap_or("");
            at as usize + rest.find('\n').unwrap_or(rest.len())
        };
        let end = if field.value.is_scalar() { value.end } else { field.key.span().end };
        let same_line = |comment: &Comment| {
            !comment.own_line
                && comment.span.start >= start
                && (comment.span.start as usize) < line_end(end)
        };
        let beside = comments.iter_mut().find(|(comment, taken)| !*taken && same_line(comment));
        let beside = beside.map(|(comment, taken)| {
            *taken = true;
            self.text(*comment)
        });
        Claimed { above, beside }
    }

    /// The comments inside a part of the file that nobody claimed.
    pub(super) fn claim_rest(&self, part: Option<Span>) -> Vec<String> {
        let inside = |comment: &Comment| {
            part.is_none_or(|part| {
                part.start <= comment.span.start && comment.span.start <= part.end
            })
        };
        let mut comments = self.comments.borrow_mut();
        let rest = comments.iter_mut().filter(|(comment, taken)| !*taken && inside(comment));
        rest.map(|(comment, taken)| {
            *taken = true;
            self.text(*comment)
        })
        .collect()
    }
}

/// Comments that go with an entry.
#[derive(Default)]
pub(super) struct Claimed {
    pub(super) above: Vec<String>,
    pub(super) beside: Option<String>,
}

/// A value in a foreign file.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    file: &'a Foreign<'a>,
    id: NodeId,
}

impl<'a> Node<'a> {
    /// The file that it stands in.
    pub(super) fn file(&self) -> &'a Foreign<'a> {
        self.file
    }

    /// Its place.
    pub(super) fn span(&self) -> Span {
        Span { file: self.file.id, ..self.file.tree.span(self.id) }
    }

    /// What it means.
    pub(super) fn value(&self) -> Value<'a> {
        match self.file.tree.kind(self.id) {
            Kind::Null => Value::Null,
            Kind::Scalar(scalar) => scalar::resolve(scalar.text, scalar.style),
            Kind::List(_) => Value::List,
            Kind::Map(_) => Value::Map,
        }
    }

    /// A scalar's text as it is written; `None` for lists and maps.
    pub(super) fn text(&self) -> Option<&'a str> {
        match self.file.tree.kind(self.id) {
            Kind::Scalar(scalar) => Some(scalar.text),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// A scalar as the text that Azure ML's tools make of it; `None` for lists and maps.
    pub(super) fn printed(&self) -> Option<std::borrow::Cow<'a, str>> {
        match self.file.tree.kind(self.id) {
            Kind::Scalar(scalar) => Some(scalar::printed(scalar.text, scalar.style)),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// Whether it is no list and no map.
    pub(super) fn is_scalar(&self) -> bool {
        !matches!(self.file.tree.kind(self.id), Kind::List(_) | Kind::Map(_))
    }

    /// Whether it is a map.
    pub(super) fn is_map(&self) -> bool {
        matches!(self.file.tree.kind(self.id), Kind::Map(_))
    }

    /// The items of a list; a scalar counts as a list of one.
    pub(super) fn items(&self) -> Vec<Self> {
        match self.file.tree.kind(self.id) {
            Kind::List(items) => items.iter().map(|id| Self { id: *id, ..*self }).collect(),
            Kind::Scalar(_) => vec![*self],
            Kind::Null | Kind::Map(_) => Vec::new(),
        }
    }

    /// The entries of a map; nothing for everything else.
    pub(super) fn fields(&self) -> Vec<Field<'a>> {
        match self.file.tree.kind(self.id) {
            Kind::Map(entries) => {
                let field = |id: NodeId| Self { id, ..*self };
                entries
                    .iter()
                    .map(|entry| Field { key: field(entry.key), value: field(entry.value) })
                    .collect()
            }
            Kind::Null | Kind::Scalar(_) | Kind::List(_) => Vec::new(),
        }
    }

    /// The value of a key of a map.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let Kind::Map(entries) = self.file.tree.kind(self.id) else { return None };
        let named = |entry: &&Entry| Self { id: entry.key, ..*self }.text() == Some(key);
        entries.iter().find(named).map(|entry| Self { id: entry.value, ..*self })
    }
}

/// An entry of a map.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) key: Node<'a>,
    pub(super) value: Node<'a>,
}

impl<'a> Field<'a> {
    /// The key's text.
    pub(super) fn name(&self) -> &'a str {
        self.key.text().unwrap_or("")
    }
}

/// The keys of a map, of which none may be left.
pub(super) struct Keys<'a> {
    /// The map.
    pub(super) node: Node<'a>,
    fields: Vec<(Field<'a>, Cell<bool>)>,
}

impl<'a> Keys<'a> {
    /// All keys of a map.
    pub(super) fn of(node: Node<'a>) -> Self {
        let fields = node.fields().into_iter().map(|field| (field, Cell::new(false))).collect();
        Self { node, fields }
    }

    /// All keys of a map but those that were read already.
    pub(super) fn without(node: Node<'a>, known: &[&str]) -> Self {
        let keys = Self::of(node);
        for key in known {
            keys.take(key);
        }
        keys
    }

    /// Takes a key that says something.
    pub(super) fn take(&self, key: &str) -> Option<Field<'a>> {
        let (field, taken) = self.fields.iter().find(|(field, _)| field.name() == key)?;
        taken.set(true);
        (!matches!(field.value.value(), Value::Null)).then_some(*field)
    }

    /// What nobody took and what says something.
    pub(super) fn rest(&self) -> impl Iterator<Item = Field<'a>> + '_ {
        let left = self.fields.iter().filter(|(_, taken)| !taken.get()).map(|(field, _)| *field);
        left.filter(|field| !matches!(field.value.value(), Value::Null))
    }
}
