//! One canonical layout for specs, with every comment kept.
//!
//! * Two spaces of indentation; the items of a list stand two deeper than its key.
//! * Collections in brackets stay so while they fit in 100 columns and hold no comment:
//!   `[a, b]`, `{ a: 1, b: 2 }`. Others become indented lines. Indented ones stay indented.
//! * Plain text stays plain, and its line breaks stay. Quotes become double quotes where that needs
//!   no escape. Blocks keep their lines and what they say about the last line break.
//! * A comment behind something stands two spaces behind it, one on its own line stands with what
//!   follows it, or with what it was indented like at the end of a list or map.
//! * At most one empty line between entries, none at the start of a list or map; one line break at
//!   the end of the file. Byte order mark, `---` and `...` go.
//! * Where a step's output says only its type, and where it needs one step, the value stands alone.

mod flow;
mod lines;
mod scalars;
mod short;

use crate::syntax::{Entry, NodeId, Tree, Written, glance};
use short::Place;

/// The widest line that a collection in brackets may make.
const WIDTH: usize = 100;

/// The text in canonical layout.
///
/// `None` when the text is not read without mistakes, and when no layout keeps its meaning (a key
/// of more than 1,024 characters cannot leave its brackets). Formatting twice changes nothing more.
pub fn format(text: &str) -> Option<String> {
    let text = normal_breaks(text);
    let tree = glance(&text);
    if tree.broken() {
        return None;
    }
    let result = print(&tree);
    short::same(&tree, &glance(&result)).then_some(result)
}

/// YAML reads all three line breaks alike, in text too.
fn normal_breaks(text: &str) -> std::borrow::Cow<'_, str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n").into()
    } else {
        text.into()
    }
}

fn print(tree: &Tree<'_>) -> String {
    let mut printer = Printer {
        tree,
        out: String::with_capacity(tree.source().len() + 64),
        next: 0,
        fresh: false,
        tight: true,
    };
    if let Some(root) = short::root(tree) {
        printer.root(root);
    }
    printer.comments_until(u32::MAX, 0);
    printer.out
}

struct Printer<'t, 's> {
    tree: &'t Tree<'s>,
    out: String,
    /// The first comment that is not written yet.
    next: usize,
    /// The line has been started by a `- `.
    fresh: bool,
    /// No empty line may come next: at the start of something, or because it would become text.
    tight: bool,
}

/// What a node is printed in.
#[derive(Clone, Copy)]
struct Around {
    /// The column that the surrounding entries are printed at.
    column: usize,
    /// Their column in the source; `None` in brackets and around the root.
    source_column: Option<usize>,
    /// Where the next thing after the node starts in the source.
    limit: u32,
    place: Place,
}

/// Where the words of one value stand.
#[derive(Clone, Copy)]
struct Spot {
    /// The column at which the value starts when printed.
    used: usize,
    /// The end of its key in the source; 0 for what has none.
    key_end: u32,
    /// Its own end in the source.
    end: u32,
}

impl Printer<'_, '_> {
    fn root(&mut self, root: NodeId) {
        let limit = u32::try_from(self.tree.source().len()).unwrap_or(u32::MAX);
        let around = Around { column: 0, source_column: None, limit, place: Place::Root };
        self.lead(self.start(root), self.head(root, 0), 0);
        self.line(0);
        if self.is_block(root, 0) {
            if self.tree.anchor(root).is_some() {
                self.open(root, 0);
            } else {
                self.fresh = true;
            }
            self.collection(root, around);
        } else {
            let end = self.tree.span(root).end;
            self.value(root, around, Spot { used: 0, key_end: 0, end });
        }
    }

    /// A list or map in indented lines.
    fn collection(&mut self, id: NodeId, around: Around) {
        let span = self.tree.span(id);
        let own = (!self.is_flow(id)).then(|| self.column(self.first(id)));
        let limit = if own.is_some() { around.limit } else { span.end };
        let inner = Around { source_column: own, limit, ..around };
        match self.tree.written(id) {
            Written::List { items, .. } => self.items(items, inner),
            Written::Map { entries, .. } => self.entries(entries, inner),
            Written::Null | Written::Scalar(_) | Written::Alias(_) => {}
        }
        if let Some(own) = own {
            // Below a list that is not indented under its key, comments are the key's.
            let least = own.max(around.source_column.map_or(0, |outer| outer + 1));
            self.comments_within(least, limit, around.column);
        } else {
            self.comments_until(span.end, around.column);
        }
    }

    fn entries(&mut self, entries: &[Entry], around: Around) {
        for (at, entry) in entries.iter().enumerate() {
            let next = entries.get(at + 1).map(|next| self.start(next.key));
            self.entry(*entry, Around { limit: next.unwrap_or(around.limit), ..around });
        }
    }

    fn items(&mut self, items: &[NodeId], around: Around) {
        for (at, item) in items.iter().enumerate() {
            let next = items.get(at + 1).map(|next| self.start(*next));
            let limit = next.unwrap_or(around.limit);
            self.item(*item, Around { limit, place: Place::Other, ..around });
        }
    }

    fn entry(&mut self, entry: Entry, around: Around) {
        let place = around.place.of(self.tree.text_of(entry.key));
        let value = short::short(self.tree, entry.value, place);
        let key = self.key(entry.key);
        let used = around.column + key.chars().count() + 2;
        let key_end = self.tree.span(entry.key).end;
        let start = self.start(entry.key);
        let head = if self.is_block(value, used) { start } else { self.head(value, used) };
        self.lead(start, head, around.column);
        self.line(around.column);
        self.out.push_str(&key);
        self.out.push(':');
        let end = self.tree.span(entry.value).end;
        self.value(value, Around { place, ..around }, Spot { used, key_end, end });
    }

    fn item(&mut self, id: NodeId, around: Around) {
        let used = around.column + 2;
        self.lead(self.start(id), self.head(id, used), around.column);
        if !self.fresh && self.is_flow(id) && self.is_block(id, used) {
            self.above(self.tree.span(id).end, around.column);
        }
        self.line(around.column);
        self.out.push('-');
        if self.is_block(id, used) && self.tree.anchor(id).is_none() {
            self.out.push(' ');
            self.fresh = true;
            self.collection(id, Around { column: used, ..around });
        } else {
            let end = self.tree.span(id).end;
            self.value(id, around, Spot { used, key_end: 0, end });
        }
    }

    /// What follows a colon or a dash, up to the end of its line or of all its lines.
    fn value(&mut self, id: NodeId, around: Around, spot: Spot) {
        if self.is_block(id, spot.used) {
            self.open(id, spot.key_end);
            return self.collection(id, Around { column: around.column + 2, ..around });
        }
        self.anchor(id);
        match self.tree.written(id) {
            Written::Null => self.null(id, around, spot),
            Written::Scalar(scalar) => self.scalar(id, scalar, around.column, spot.end),
            Written::Alias(_) | Written::List { .. } | Written::Map { .. } => {
                let mut flat = String::new();
                self.flat(id, &mut flat, usize::MAX);
                self.word(&flat);
                self.trailing(spot.end);
            }
        }
    }

    /// Nothing; but comments that are indented below it, such as steps that are switched off, stay.
    fn null(&mut self, id: NodeId, around: Around, spot: Spot) {
        let anchor = self.tree.anchor(id).map_or(0, |name| name.span.end);
        self.trailing(spot.end.max(anchor));
        if let Some(own) = around.source_column {
            self.tight = true;
            self.comments_within(own + 1, around.limit, around.column + 2);
            self.tight = false;
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
