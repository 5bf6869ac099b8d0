//! Events to a tree.

use std::borrow::Cow;

use super::comments;
use super::events::{Event, Events, Notation, Place};
use super::limits::{MAX_BYTES, MAX_DEPTH, MAX_VISITS};
use super::quick;
use super::tree::{Comment, Data, Node, NodeId, Slice, Style, Tree};
use crate::diagnostics::{Diagnostic, SYNTAX, Sink, TOO_LARGE};
use crate::source::{FileId, Span};

/// Reads one file's text.
///
/// Mistakes go to the sink, and the tree holds what was complete before the first that stops the
/// reading (nothing, if the file is too large); [`Tree::broken`] then says so. Reported are
/// `syntax`, `duplicate-key` and `too-large`, and `unused-allow` for a comment that starts like an
/// allowance and is none. Comments are kept where they matter for that; [`glance`] keeps them all.
pub fn parse<'s>(file: FileId, text: &'s str, sink: &mut Sink) -> Tree<'s> {
    read(file, text, false, sink)
}

/// Reads a text whose mistakes somebody else reports: they only show as [`Tree::broken`].
pub fn glance(text: &str) -> Tree<'_> {
    read(FileId(0), text, true, &mut Sink::new())
}

/// `all`: every comment is kept, whether it matters or not.
fn read<'s>(file: FileId, text: &'s str, all: bool, sink: &mut Sink) -> Tree<'s> {
    if text.len() > MAX_BYTES {
        let message = format!("the file is larger than {} MiB", MAX_BYTES >> 20);
        let mut builder = Builder::new(Tree::new(file, text), sink);
        builder.stop(Diagnostic::new(&TOO_LARGE, Span::top(file), message));
        return builder.tree;
    }
    let comments = all || comments::matter(text);
    let quick = quickly(file, text, comments);
    let mut tree = quick.unwrap_or_else(|| thoroughly(file, text, comments, sink));
    comments::attach(&mut tree, sink);
    tree
}

/// The tree of a text without mistakes in the usual notation.
pub(super) fn quickly(file: FileId, text: &str, comments: bool) -> Option<Tree<'_>> {
    let mut quiet = Sink::new();
    let mut builder = Builder::new(Tree::new(file, text), &mut quiet);
    quick::read(text, comments, &mut builder).ok()?;
    let tree = builder.tree;
    (!tree.broken && quiet.items().is_empty()).then_some(tree)
}

/// The tree of any text, by the parser.
pub(super) fn thoroughly<'s>(
    file: FileId,
    text: &'s str,
    comments: bool,
    sink: &mut Sink,
) -> Tree<'s> {
    let mut builder = Builder::new(Tree::new(file, text), sink);
    builder.read(comments);
    builder.tree
}

/// A list or map that is still open.
struct Frame {
    node: NodeId,
    map: bool,
    flow: bool,
    /// Where its children start in `Builder::children`.
    base: usize,
    /// Nesting below it so far.
    height: u32,
    anchor: usize,
    /// `Builder::walk` when it was opened.
    before: Walk,
}

/// What a walk through a part of the tree meets, counting what an alias stands for each time.
#[derive(Clone, Copy, Default)]
struct Walk {
    nodes: u64,
    /// Bytes of text.
    bytes: u64,
}

impl Walk {
    fn since(self, before: Self) -> Self {
        Self { nodes: self.nodes - before.nodes, bytes: self.bytes - before.bytes }
    }
}

/// What is known of an anchored node.
#[derive(Clone, Copy)]
struct Anchored {
    node: NodeId,
    /// What a walk through it meets; `None` while it is open.
    walk: Option<Walk>,
    height: u32,
}

pub(super) struct Builder<'s, 'k> {
    pub(super) tree: Tree<'s>,
    pub(super) sink: &'k mut Sink,
    stack: Vec<Frame>,
    /// Finished children of the open frames, keys and values in turn.
    children: Vec<NodeId>,
    /// By the parser's numbers, which start at 1.
    anchors: Vec<Option<Anchored>>,
    walk: Walk,
    /// The end of what was read so far.
    pub(super) reached: u32,
    last: Option<NodeId>,
    documents: u32,
    stopped: bool,
    /// The file is too large: half of it would only mislead.
    refused: bool,
}

impl<'s, 'k> Builder<'s, 'k> {
    fn new(tree: Tree<'s>, sink: &'k mut Sink) -> Self {
        let reached = if tree.text.starts_with('\u{feff}') { 3 } else { 0 };
        Self {
            tree,
            sink,
            stack: Vec::new(),
            children: Vec::new(),
            anchors: Vec::new(),
            walk: Walk::default(),
            reached,
            last: None,
            documents: 0,
            stopped: false,
            refused: false,
        }
    }

    /// The bracket of the innermost list or map that is still open before a place.
    pub(super) fn open_bracket(&self, at: u32) -> Option<u32> {
        if let Some(frame) = self.stack.last().filter(|frame| frame.flow) {
            return Some(self.tree.node(frame.node).start);
        }
        // The parser looks ahead.
        let unread = self.tree.text.get(self.reached as usize..at as usize)?;
        let open = unread.find(['{', '['])?;
        Some(self.reached + u32::try_from(open).ok()?)
    }

    fn read(&mut self, comments: bool) {
        let (text, whole) = self.readable();
        for met in Events::new(text, comments) {
            match met {
                Ok((event, place)) => self.event(event, &place),
                Err(fault) if whole => self.fault(fault),
                Err(_) => break, // where the text was cut off
            }
            if self.stopped {
                break;
            }
        }
        while let Some(frame) = self.stack.pop() {
            self.close(&frame, 0);
        }
        if self.refused {
            self.tree.root = None;
        }
    }

    pub(super) fn event(&mut self, event: Event<'s>, place: &Place) {
        if let Some((start, end)) = place.tag {
            self.tag(start, end);
        }
        match event {
            Event::Document(marked) => self.document(marked, place),
            Event::Scalar(text, style) => self.scalar(text, style, place),
            Event::List(notation) => self.open(place, notation, false),
            Event::Map(notation) => self.open(place, notation, true),
            Event::End => self.end(place),
            Event::Alias(number) => self.alias(number, place.start, place.end),
            Event::UnknownAlias => self.unknown_alias(place.start, place.end),
            Event::Anchor => {
                let span = self.span(place.start, place.end);
                self.tree.anchors.extend(self.last.map(|node| (node, span)));
            }
            Event::Comment => self.comment(place.start, place.end),
        }
    }

    fn scalar(&mut self, text: Cow<'s, str>, style: Option<Style>, place: &Place) {
        if let Some(style) = style {
            let (start, end) = self.scalar_place(place.start, place.end, style);
            self.leaf(start, end, Data::Scalar(text, style), place.anchor);
        } else {
            let at = self.empty_place(place.start);
            self.leaf(at, at, Data::Null, place.anchor);
        }
    }

    fn document(&mut self, marked: bool, place: &Place) {
        self.documents += 1;
        // Without `---` this is the place of the document's first word.
        if marked {
            self.reached = place.end;
        }
        if self.documents > 1 {
            let message = "a file holds one document, and a second one starts here";
            let span = self.span(place.start, place.end);
            let help = "remove the `---`, or move what follows to a file of its own";
            self.stop(Diagnostic::new(&SYNTAX, span, message).help(help));
        }
    }

    fn comment(&mut self, start: u32, end: u32) {
        let before = &self.tree.text.as_bytes()[..start as usize];
        let blank = before.iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
        let own_line = matches!(blank, None | Some(b'\n' | b'\r'))
            || (before.len() <= 3 && before == "\u{feff}".as_bytes());
        let span = self.span(start, end);
        self.tree.comments.push(Comment { span, own_line });
        if self.tree.comments.len() as u64 > MAX_VISITS {
            self.too_large(start, end, "the file holds too many comments");
        }
        // The parser lets a tab before the comment pass.
        if self
            .last
            .is_some_and(|last| self.tree.node(last).is_plain() && self.tree.node(last).end > start)
        {
            let message = "a comment cannot stand between the lines of a text";
            self.report(Diagnostic::new(&SYNTAX, span, message).help("move the comment"));
        }
    }

    fn tag(&mut self, start: u32, end: u32) {
        let message = "tags such as `!!python/object` or `!include` are not used here";
        let help = "remove it; what a value is follows from the key that it stands at";
        self.report(Diagnostic::new(&SYNTAX, self.span(start, end), message).help(help));
    }

    fn alias(&mut self, number: usize, start: u32, end: u32) {
        let Some(Some(anchored)) = self.anchors.get(number).copied() else {
            return self.unknown_alias(start, end);
        };
        let Some(walk) = anchored.walk else {
            let message = "an alias cannot stand inside what it names";
            self.report(Diagnostic::new(&SYNTAX, self.span(start, end), message));
            return self.leaf(start, end, Data::Null, 0);
        };
        // The leaf itself counts as one.
        self.walk.nodes += walk.nodes.saturating_sub(1);
        self.walk.bytes += walk.bytes;
        self.grow(anchored.height, start, end);
        let node = self.node(start, end, Data::Alias(anchored.node));
        self.reached = self.reached.max(end);
        self.finish(node, anchored.height);
    }

    fn unknown_alias(&mut self, start: u32, end: u32) {
        let name = &self.tree.text[start as usize..end as usize];
        let message = format!("no anchor for `{name}` stands above");
        let help = "anchors are written `&name` before a value; quote text that starts with `*`";
        self.report(Diagnostic::new(&SYNTAX, self.span(start, end), message).help(help));
        self.leaf(start, end, Data::Null, 0);
    }

    /// A node without children.
    fn leaf(&mut self, start: u32, end: u32, data: Data<'s>, anchor: usize) {
        let bytes = if let Data::Scalar(text, _) = &data { text.len() as u64 } else { 0 };
        self.walk.bytes += bytes;
        let node = self.node(start, end, data);
        self.reached = self.reached.max(end);
        let walk = Some(Walk { nodes: 1, bytes });
        self.register(anchor, Anchored { node, walk, height: 0 });
        self.finish(node, 0);
    }

    fn open(&mut self, place: &Place, notation: Notation, map: bool) {
        let node = self.node(place.start, place.end, Data::Null);
        self.reached = self.reached.max(place.end);
        self.grow(1, place.start, place.end);
        self.register(place.anchor, Anchored { node, walk: None, height: 0 });
        self.stack.push(Frame {
            node,
            map,
            flow: notation == Notation::Flow,
            base: self.children.len(),
            height: 0,
            anchor: place.anchor,
            before: Walk { nodes: self.walk.nodes - 1, ..self.walk },
        });
    }

    fn end(&mut self, place: &Place) {
        let written = place.end > place.start;
        self.reached = self.reached.max(if written { place.end } else { 0 });
        if let Some(frame) = self.stack.pop() {
            self.close(&frame, if written { place.end } else { 0 });
        }
    }

    /// Ends a list or map; `end` is the place behind its bracket, if it has one.
    fn close(&mut self, frame: &Frame, end: u32) {
        let mut all = std::mem::take(&mut self.children);
        if frame.map && (all.len() - frame.base) % 2 == 1 {
            all.pop(); // a key whose value was never reached
        }
        let children = &all[frame.base..];
        let last = children.last().map_or(0, |child| self.tree.node(*child).end);
        let data = if frame.map {
            self.map(children, frame.flow)
        } else {
            let items = slice(self.tree.items.len(), children.len());
            self.tree.items.extend_from_slice(children);
            Data::List { items, flow: frame.flow }
        };
        all.truncate(frame.base);
        self.children = all;
        let node = &mut self.tree.nodes[frame.node.0 as usize];
        node.end = node.end.max(end).max(last);
        node.data = data;
        let height = frame.height + 1;
        let walk = Some(self.walk.since(frame.before));
        self.register(frame.anchor, Anchored { node: frame.node, walk, height });
        self.finish(frame.node, height);
    }

    /// Hands a complete node to what it stands in.
    fn finish(&mut self, node: NodeId, height: u32) {
        if let Some(frame) = self.stack.last_mut() {
            frame.height = frame.height.max(height);
            self.children.push(node);
        } else {
            self.tree.root.get_or_insert(node);
        }
    }

    fn node(&mut self, start: u32, end: u32, data: Data<'s>) -> NodeId {
        let id = NodeId(u32::try_from(self.tree.nodes.len()).unwrap_or(u32::MAX));
        self.tree.nodes.push(Node { start, end, data });
        self.last = Some(id);
        self.walk.nodes += 1;
        if self.walk.nodes > MAX_VISITS || self.walk.bytes > MAX_BYTES as u64 {
            self.too_large(start, end, "the file holds too much, counting what aliases repeat");
        }
        id
    }

    fn register(&mut self, number: usize, anchored: Anchored) {
        if number > 0 {
            if self.anchors.len() <= number {
                self.anchors.resize(number + 1, None);
            }
            self.anchors[number] = Some(anchored);
        }
    }

    /// The key whose value comes next.
    pub(super) fn open_key(&self) -> Option<NodeId> {
        let frame = self.stack.last().filter(|frame| frame.map)?;
        let value_next = (self.children.len() - frame.base) % 2 == 1;
        self.children.last().copied().filter(|_| value_next)
    }

    /// Checks that there is room for `levels` below the present place.
    fn grow(&mut self, levels: u32, start: u32, end: u32) {
        if self.stack.len() + levels as usize > MAX_DEPTH as usize {
            self.too_large(start, end, "lists and maps are nested too deeply");
        }
    }

    pub(super) fn too_large(&mut self, start: u32, end: u32, message: &str) {
        if !self.stopped {
            let mebibytes = MAX_BYTES >> 20;
            let help = format!(
                "at most {MAX_DEPTH} levels, {MAX_VISITS} values, as many comments, and {mebibytes} MiB of text"
            );
            self.refused = true;
            self.stop(Diagnostic::new(&TOO_LARGE, self.span(start, end), message).help(help));
        }
    }

    pub(super) fn stop(&mut self, diagnostic: Diagnostic) {
        self.stopped = true;
        self.report(diagnostic);
    }

    /// Reports a mistake that leaves something out of the tree.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.tree.broken = true;
        self.sink.report(diagnostic);
    }

    pub(super) fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.tree.file, start, end)
    }
}

pub(super) fn slice(first: usize, len: usize) -> Slice {
    let number = |size| u32::try_from(size).unwrap_or(u32::MAX);
    Slice { first: number(first), len: number(len) }
}
