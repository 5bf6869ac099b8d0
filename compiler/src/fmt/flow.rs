//! Collections in brackets.

use super::short::holds_comment;
use super::{Printer, WIDTH};
use crate::syntax::{NodeId, Written};

impl Printer<'_, '_> {
    /// Whether a node is written in brackets.
    pub(super) fn is_flow(&self, id: NodeId) -> bool {
        matches!(
            self.tree.written(id),
            Written::List { flow: true, .. } | Written::Map { flow: true, .. }
        )
    }

    /// Whether a node takes lines of its own, when its line is used up to a column.
    pub(super) fn is_block(&self, id: NodeId, used: usize) -> bool {
        match self.tree.written(id) {
            Written::List { items: [_, ..], flow } | Written::Map { entries: [_, ..], flow } => {
                !flow || holds_comment(self.tree, id) || !self.fits(id, used)
            }
            Written::Null
            | Written::Scalar(_)
            | Written::Alias(_)
            | Written::List { .. }
            | Written::Map { .. } => false,
        }
    }

    fn fits(&self, id: NodeId, used: usize) -> bool {
        let anchor = self.tree.anchor(id).map_or(0, |name| name.value.chars().count() + 2);
        let Some(room) = WIDTH.checked_sub(used + anchor) else { return false };
        let mut flat = String::new();
        // A character has at most four bytes: enough to give up early on what is long.
        self.flat(id, &mut flat, room * 4);
        flat.len() <= room * 4 && flat.chars().count() <= room
    }

    /// A node on one line, without its own anchor. Stops when the line has more than `limit` bytes.
    pub(super) fn flat(&self, id: NodeId, line: &mut String, limit: usize) {
        match self.tree.written(id) {
            Written::Null => {}
            Written::Alias(name) => {
                line.push('*');
                line.push_str(name);
            }
            Written::Scalar(scalar) => line.push_str(&self.one_line(id, scalar)),
            Written::List { items, .. } => {
                line.push('[');
                for (at, item) in items.iter().enumerate() {
                    line.push_str(if at == 0 { "" } else { ", " });
                    self.flat_named(*item, line, limit);
                    if line.len() > limit {
                        return;
                    }
                }
                line.push(']');
            }
            Written::Map { entries: [], .. } => line.push_str("{}"),
            Written::Map { entries, .. } => {
                line.push_str("{ ");
                for (at, entry) in entries.iter().enumerate() {
                    line.push_str(if at == 0 { "" } else { ", " });
                    line.push_str(&self.key(entry.key));
                    self.flat_value(entry.value, line, limit);
                    if line.len() > limit {
                        return;
                    }
                }
                line.push_str(" }");
            }
        }
    }

    fn flat_value(&self, id: NodeId, line: &mut String, limit: usize) {
        let absent = self.tree.written(id) == Written::Null && self.tree.anchor(id).is_none();
        if !absent {
            line.push_str(": ");
            self.flat_named(id, line, limit);
        } else if line.ends_with(':') {
            line.push(':'); // a colon of the key's own would end the key
        }
    }

    fn flat_named(&self, id: NodeId, line: &mut String, limit: usize) {
        if let Some(name) = self.tree.anchor(id) {
            line.push('&');
            line.push_str(name.value);
            line.push(' ');
        }
        self.flat(id, line, limit);
    }
}
