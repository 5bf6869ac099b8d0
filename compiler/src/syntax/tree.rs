//! The tree: flat vectors, and the two ways to look at them.
//!
//! [`Tree::kind`] is the meaning: aliases are followed, `<<` is merged, duplicates are gone.
//! [`Tree::written`] is what the author wrote, in order, for a formatter.

use std::borrow::Cow;
use std::cell::RefCell;

use super::locate::{Places, block_lines, written_as_read};
use crate::source::{FileId, Span, Spanned};

/// A node of one [`Tree`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub(super) u32);

/// How a scalar was written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'single quotes'`.
    Single,
    /// `"double quotes"`.
    Double,
    /// A `|` block.
    Literal,
    /// A `>` block.
    Folded,
}

/// A scalar's decoded text and notation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scalar<'t> {
    /// The text after unescaping, unfolding and chomping.
    pub text: &'t str,
    /// The notation.
    pub style: Style,
}

/// A key and its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The key; its text is [`Tree::text_of`].
    pub key: NodeId,
    /// The value.
    pub value: NodeId,
}

/// What a node means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind<'t> {
    /// Nothing was written. (The words `null` and `~` are plain scalars.)
    Null,
    /// A text.
    Scalar(Scalar<'t>),
    /// A list.
    List(&'t [NodeId]),
    /// A map: own entries in the order written, then those merged with `<<`. Keys are unique.
    Map(&'t [Entry]),
}

/// What was written at a node, before aliases and merge keys are resolved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Written<'t> {
    /// Nothing.
    Null,
    /// A text.
    Scalar(Scalar<'t>),
    /// `*name`, without the star.
    Alias(&'t str),
    /// A list; `flow` for the notation in brackets.
    List {
        /// Its items.
        items: &'t [NodeId],
        /// Whether it was written in brackets.
        flow: bool,
    },
    /// A map; `flow` for the notation in braces.
    Map {
        /// All its entries, duplicates and `<<` too.
        entries: &'t [Entry],
        /// Whether it was written in braces.
        flow: bool,
    },
}

/// A comment, from its `#` to the end of the line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Comment {
    /// The place, with `#`, without the line break.
    pub span: Span,
    /// Whether nothing but blanks stands before it on its line.
    pub own_line: bool,
}

/// `# mlopsc: allow(name, other)`: findings of these names are wanted here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Allow<'s> {
    /// The names in the brackets.
    pub names: Vec<Spanned<&'s str>>,
    /// Where the comment holds. On a line of its own: the whole entry or item that follows. Behind
    /// something: the outermost entry or item that starts on that line, or, on a line where none
    /// starts, the innermost one that ends there. Empty, at the comment, when there is none.
    pub covers: Span,
    /// Whether the comment stands above everything else: then it holds for the whole file, with or
    /// without a blank line below it.
    pub whole_file: bool,
}

/// A range in one of the tree's vectors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Slice {
    pub(super) first: u32,
    pub(super) len: u32,
}

impl Slice {
    pub(super) fn of<T>(self, all: &[T]) -> &[T] {
        let first = self.first as usize;
        all.get(first..first + self.len as usize).unwrap_or(&[])
    }
}

#[derive(Debug)]
pub(super) enum Data<'s> {
    Null,
    Scalar(Cow<'s, str>, Style),
    Alias(NodeId),
    List { items: Slice, flow: bool },
    Map { written: Slice, meant: Slice, flow: bool },
}

#[derive(Debug)]
pub(super) struct Node<'s> {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) data: Data<'s>,
}

impl Node<'_> {
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.data, Data::Scalar(_, Style::Plain))
    }
}

/// A YAML document with the place of everything in it.
#[derive(Debug)]
pub struct Tree<'s> {
    pub(super) file: FileId,
    pub(super) text: &'s str,
    pub(super) nodes: Vec<Node<'s>>,
    pub(super) items: Vec<NodeId>,
    pub(super) entries: Vec<Entry>,
    pub(super) root: Option<NodeId>,
    pub(super) broken: bool,
    pub(super) comments: Vec<Comment>,
    pub(super) allows: Vec<Allow<'s>>,
    /// Anchored nodes in ascending order, and the places of `&name`.
    pub(super) anchors: Vec<(NodeId, Span)>,
    /// The scalar that was asked about last: readers ask for many places in one script.
    places: RefCell<Option<(NodeId, Places)>>,
}

impl<'s> Tree<'s> {
    pub(super) fn new(file: FileId, text: &'s str) -> Self {
        let guess = text.len() / 12;
        Self {
            file,
            text,
            nodes: Vec::with_capacity(guess),
            items: Vec::new(),
            entries: Vec::with_capacity(guess / 2),
            root: None,
            broken: false,
            comments: Vec::new(),
            allows: Vec::new(),
            anchors: Vec::new(),
            places: RefCell::new(None),
        }
    }

    /// The file that was read.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// The text that was read.
    pub fn source(&self) -> &'s str {
        self.text
    }

    /// The document's node; `None` when the file holds none.
    pub fn root(&self) -> Option<NodeId> {
        self.root
    }

    /// Whether something is missing or was not understood, so that what is absent proves nothing.
    /// The reason has been reported.
    pub fn broken(&self) -> bool {
        self.broken
    }

    /// What a node means. An alias means what it names.
    pub fn kind(&self, id: NodeId) -> Kind<'_> {
        match &self.node(self.target(id)).data {
            Data::Null | Data::Alias(_) => Kind::Null,
            Data::Scalar(text, style) => Kind::Scalar(Scalar { text, style: *style }),
            Data::List { items, .. } => Kind::List(items.of(&self.items)),
            Data::Map { meant, .. } => Kind::Map(meant.of(&self.entries)),
        }
    }

    /// What the author wrote at a node.
    pub fn written(&self, id: NodeId) -> Written<'_> {
        let node = self.node(id);
        match &node.data {
            Data::Null => Written::Null,
            Data::Scalar(text, style) => Written::Scalar(Scalar { text, style: *style }),
            Data::Alias(_) => Written::Alias(self.slice(node.start + 1, node.end)),
            Data::List { items, flow } => {
                Written::List { items: items.of(&self.items), flow: *flow }
            }
            Data::Map { written, flow, .. } => {
                Written::Map { entries: written.of(&self.entries), flow: *flow }
            }
        }
    }

    /// The place of a node: quotes, brackets and a block's `|` belong to it, anchors do not. An
    /// alias has its own place, an empty value the place right behind its colon or dash.
    pub fn span(&self, id: NodeId) -> Span {
        let node = self.node(id);
        Span::new(self.file, node.start, node.end)
    }

    /// The name of a node's anchor and the place of `&name`.
    pub fn anchor(&self, id: NodeId) -> Option<Spanned<&'s str>> {
        let at = self.anchors.binary_search_by_key(&id, |(node, _)| *node).ok()?;
        let span = self.anchors[at].1;
        Some(Spanned::new(self.slice(span.start + 1, span.end), span))
    }

    /// A scalar's text; `""` for everything else.
    pub fn text_of(&self, id: NodeId) -> &str {
        match self.kind(id) {
            Kind::Scalar(scalar) => scalar.text,
            Kind::Null | Kind::List(_) | Kind::Map(_) => "",
        }
    }

    /// The byte offset in the file at which byte `offset` of a scalar's decoded text is written.
    /// The text's length, or more, gives the end of the text; for what is no scalar, its start.
    pub fn position(&self, id: NodeId, offset: usize) -> u32 {
        let id = self.target(id);
        let node = self.node(id);
        let Data::Scalar(text, style) = &node.data else { return node.start };
        if let Some(start) = written_as_read(self.text, node.start, node.end, text, *style) {
            return u32::try_from(start + offset.min(text.len())).unwrap_or(u32::MAX);
        }
        let mut cache = self.places.borrow_mut();
        if !matches!(&*cache, Some((known, _)) if *known == id) {
            *cache = Some((id, Places::new(self.text, node.start, node.end, text, *style)));
        }
        cache.as_ref().map_or(node.start, |(_, places)| places.at(offset))
    }

    /// The lines of a `|` or `>` block as they were written, without indentation and without the
    /// empty lines at its end; nothing for everything else.
    pub fn block_lines(&self, id: NodeId) -> Vec<&'s str> {
        match &self.node(id).data {
            Data::Scalar(text, Style::Literal | Style::Folded) => {
                block_lines(self.text, self.node(id).start, text)
            }
            Data::Null
            | Data::Scalar(..)
            | Data::Alias(_)
            | Data::List { .. }
            | Data::Map { .. } => Vec::new(),
        }
    }

    /// The comments that were kept, from the top: all of them after [`super::glance`].
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// All `# mlopsc: allow(…)` comments, from the top.
    pub fn allows(&self) -> &[Allow<'s>] {
        &self.allows
    }

    pub(super) fn node(&self, id: NodeId) -> &Node<'s> {
        &self.nodes[id.0 as usize]
    }

    fn target(&self, id: NodeId) -> NodeId {
        match self.node(id).data {
            Data::Alias(target) => target,
            Data::Null | Data::Scalar(..) | Data::List { .. } | Data::Map { .. } => id,
        }
    }

    fn slice(&self, start: u32, end: u32) -> &'s str {
        self.text.get(start as usize..end as usize).unwrap_or("")
    }
}
