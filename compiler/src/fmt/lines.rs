//! Lines, and the comments and empty lines between them.

use super::Printer;
use crate::syntax::{Comment, NodeId, Written};

/// What may stand between a value and a comment that is its own.
const BEHIND_VALUE: &[u8] = b" \t,]}";
/// What may stand between a key and a comment behind it.
const BEHIND_KEY: &[u8] = b" \t:?[{";
/// What may stand before the first word of a line.
const BEFORE: &[u8] = b" \t-?";

impl Printer<'_, '_> {
    /// Starts a line, unless a dash has.
    pub(super) fn line(&mut self, column: usize) {
        self.tight = false;
        if !std::mem::take(&mut self.fresh) {
            self.indent(column);
        }
    }

    pub(super) fn indent(&mut self, column: usize) {
        self.out.extend(std::iter::repeat_n(' ', column));
    }

    /// A word, with a blank between it and what stands before it on its line.
    pub(super) fn word(&mut self, word: &str) {
        if !self.out.is_empty() && !self.out.ends_with([' ', '\n']) {
            self.out.push(' ');
        }
        self.out.push_str(word);
    }

    pub(super) fn anchor(&mut self, id: NodeId) {
        if let Some(name) = self.tree.anchor(id) {
            self.word(&format!("&{}", name.value));
        }
    }

    /// Ends the line above a list or map that is printed in lines. A comment behind the brackets
    /// that it loses is about all of it, and `allow(…)` must cover all of it still.
    pub(super) fn open(&mut self, id: NodeId, key_end: u32) {
        self.anchor(id);
        let end = self.tree.anchor(id).map_or(key_end, |name| name.span.end);
        let closed = self.tree.span(id).end;
        if self.is_flow(id) && !self.is_behind(end, BEHIND_KEY) {
            self.comment_behind(closed, BEHIND_VALUE);
        } else {
            self.comment_behind(end, BEHIND_KEY);
        }
        self.tight = true;
    }

    /// Ends the line of a value that ends at `end` of the source.
    pub(super) fn trailing(&mut self, end: u32) {
        self.comment_behind(end, BEHIND_VALUE);
    }

    /// Ends a line, with the next comment if nothing else stands between it and `end`.
    fn comment_behind(&mut self, end: u32, between: &[u8]) {
        match self.pending() {
            Some(comment) if self.is_behind(end, between) => {
                self.out.push_str("  ");
                self.comment(comment);
            }
            _ => self.out.push('\n'),
        }
    }

    /// The comment behind `end`, on a line of its own.
    pub(super) fn above(&mut self, end: u32, column: usize) {
        if let Some(comment) = self.pending().filter(|_| self.is_behind(end, BEHIND_VALUE)) {
            self.line(column);
            self.comment(comment);
        }
    }

    /// Whether nothing else stands between `end` and the next comment, on one line.
    fn is_behind(&self, end: u32, between: &[u8]) -> bool {
        self.pending().is_some_and(|comment| {
            let gap = self.tree.source().as_bytes().get(end as usize..comment.span.start as usize);
            let close = |gap: &[u8]| gap.iter().all(|byte| between.contains(byte));
            !comment.own_line && gap.is_some_and(close)
        })
    }

    /// All that comes above an entry: comments, an empty line, and the comments between its key
    /// and its value, which end at `head`.
    pub(super) fn lead(&mut self, start: u32, head: u32, column: usize) {
        self.comments_until(start, column);
        self.empty_line(start);
        while let Some(comment) = self.pending().filter(|comment| comment.span.start < head) {
            self.line(column);
            self.comment(comment);
        }
    }

    /// All comments up to a place, each on its own line.
    pub(super) fn comments_until(&mut self, limit: u32, column: usize) {
        while let Some(comment) = self.pending().filter(|comment| comment.span.start < limit) {
            self.own_line(comment, column);
        }
    }

    /// The comments up to a place that are indented at least so much.
    pub(super) fn comments_within(&mut self, least: usize, limit: u32, column: usize) {
        while let Some(comment) = self.pending() {
            let inside = comment.span.start < limit && comment.own_line;
            if !inside || self.column(comment.span.start) < least {
                break;
            }
            self.own_line(comment, column);
        }
    }

    fn own_line(&mut self, comment: Comment, column: usize) {
        self.empty_line(comment.span.start);
        self.line(column);
        self.comment(comment);
    }

    fn pending(&self) -> Option<Comment> {
        self.tree.comments().get(self.next).copied()
    }

    pub(super) fn comment(&mut self, comment: Comment) {
        let span = comment.span.start as usize..comment.span.end as usize;
        self.out.push_str(self.tree.source().get(span).unwrap_or("#").trim_end());
        self.out.push('\n');
        self.next += 1;
    }

    /// An empty line, if one stands above this place in the source.
    fn empty_line(&mut self, at: u32) {
        if !self.fresh && !self.tight && self.is_below_empty(at) {
            self.out.push('\n');
        }
    }

    fn is_below_empty(&self, at: u32) -> bool {
        let before = &self.tree.source().as_bytes()[..at as usize];
        let prefix = before.iter().rev().take_while(|byte| BEFORE.contains(byte)).count();
        let Some((b'\n', above)) = before[..before.len() - prefix].split_last() else {
            return false;
        };
        let line = above.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        matches!(above[..above.len() - line].last(), None | Some(b'\n'))
    }

    /// The column of a place in the source.
    pub(super) fn column(&self, at: u32) -> usize {
        let before = &self.tree.source()[..at as usize];
        before.len() - before.rfind('\n').map_or(0, |line| line + 1)
    }

    /// Where a node starts in the source, with its anchor.
    pub(super) fn start(&self, id: NodeId) -> u32 {
        let start = self.first(id);
        self.tree.anchor(id).map_or(start, |name| name.span.start.min(start))
    }

    /// Where a node starts in the source, without its own anchor.
    pub(super) fn first(&self, id: NodeId) -> u32 {
        let start = self.tree.span(id).start;
        match self.tree.written(id) {
            Written::Map { entries: [first, ..], flow: false } => start.min(self.start(first.key)),
            Written::Map { .. }
            | Written::List { .. }
            | Written::Null
            | Written::Scalar(_)
            | Written::Alias(_) => start,
        }
    }

    /// The place in the source up to which comments move above a node's first line.
    pub(super) fn head(&self, id: NodeId, used: usize) -> u32 {
        let block = self.is_block(id, used);
        match self.tree.written(id) {
            _ if block && self.tree.anchor(id).is_some() => self.start(id),
            Written::List { items: [first, ..], .. } if block => self.head(*first, used + 2),
            Written::Map { entries: [first, ..], .. } if block => {
                let used = used + self.key(first.key).chars().count() + 2;
                if self.is_block(first.value, used) {
                    self.start(first.key)
                } else {
                    self.head(first.value, used)
                }
            }
            Written::List { .. } | Written::Map { .. } => self.tree.span(id).end,
            Written::Null | Written::Scalar(_) | Written::Alias(_) => self.tree.span(id).start,
        }
    }
}
