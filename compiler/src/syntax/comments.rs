//! Comments that speak to the compiler, and what they hold for.

use super::tree::{Allow, Comment, Data, NodeId, Tree};
use crate::diagnostics::{Diagnostic, Sink, UNUSED_ALLOW};
use crate::source::{Span, Spanned};

/// What a comment starts with that speaks to the compiler.
const ADDRESS: &str = "mlopsc:";

/// Whether any comment of a text may have to be looked at: one that speaks to the compiler, or one
/// behind a tab, which may cut a text where the parser lets it pass.
pub(super) fn matter(text: &str) -> bool {
    text.match_indices('#').any(|(at, _)| {
        text[..at].ends_with('\t') || text[at + 1..].trim_start().starts_with(ADDRESS)
    })
}

/// Sorts the comments and finds the allowances among them.
pub(super) fn attach(tree: &mut Tree<'_>, sink: &mut Sink) {
    // The parser tells some comments late, such as the one behind a block's `|`.
    tree.comments.sort_by_key(|comment| comment.span.start);
    let spoken = tree.comments.iter().filter_map(|comment| address(tree, *comment));
    let spoken: Vec<(Comment, &str)> = spoken.collect();
    if spoken.is_empty() {
        return;
    }
    let units = Units::of(tree);
    for (comment, words) in spoken {
        match names(comment.span, words) {
            Some(names) => {
                let first = tree.root.map_or(u32::MAX, |root| tree.node(root).start);
                let whole_file = comment.own_line && comment.span.end <= first;
                let covers = units.covered(tree, comment);
                tree.allows.push(Allow { names, covers, whole_file });
            }
            None => sink.report(misspoken(comment.span)),
        }
    }
}

/// What stands behind `# mlopsc:`, up to the end of the comment.
fn address<'s>(tree: &Tree<'s>, comment: Comment) -> Option<(Comment, &'s str)> {
    let text = tree.text.get(comment.span.start as usize..comment.span.end as usize)?;
    let words = text.strip_prefix('#')?.trim_start().strip_prefix(ADDRESS)?;
    Some((comment, words))
}

/// The names in `allow(a, b)`; whatever follows the bracket is a reason. `words` end the span.
fn names(span: Span, words: &str) -> Option<Vec<Spanned<&str>>> {
    let list = words.trim_start().strip_prefix("allow")?.trim_start().strip_prefix('(')?;
    let mut start = span.end - u32::try_from(list.len()).ok()?;
    let (list, _) = list.split_once(')')?;
    let mut names = Vec::new();
    for part in list.split(',') {
        let name = part.trim();
        let from = start + u32::try_from(part.len() - part.trim_start().len()).ok()?;
        let to = from + u32::try_from(name.len()).ok()?;
        start += u32::try_from(part.len() + 1).ok()?;
        if name.is_empty() {
            return None;
        }
        names.push(Spanned::new(name, Span::new(span.file, from, to)));
    }
    Some(names)
}

fn misspoken(span: Span) -> Diagnostic {
    Diagnostic::new(&UNUSED_ALLOW, span, "this comment speaks to the compiler, but says nothing")
        .help("write `# mlopsc: allow(name)`, with the name of a finding")
}

/// Entries and list items with their places, by start (the outermost first) and by end.
struct Units {
    by_start: Vec<(u32, u32)>,
    by_end: Vec<(u32, u32)>,
}

impl Units {
    fn of(tree: &Tree<'_>) -> Self {
        let mut by_start = Vec::new();
        let place = |id: NodeId| (tree.node(id).start, tree.node(id).end);
        for node in &tree.nodes {
            if let Data::Map { written, .. } = &node.data {
                by_start.extend(written.of(&tree.entries).iter().map(|entry| {
                    let (start, key_end) = place(entry.key);
                    (start, place(entry.value).1.max(key_end))
                }));
            }
        }
        by_start.extend(tree.items.iter().map(|item| place(*item)));
        let mut by_end = by_start.clone();
        by_start.sort_by_key(|(start, end)| (*start, u32::MAX - *end));
        by_end.sort_by_key(|(start, end)| (*end, *start));
        Self { by_start, by_end }
    }

    fn covered(&self, tree: &Tree<'_>, comment: Comment) -> Span {
        let at = comment.span;
        let found = if comment.own_line {
            self.by_start.get(self.by_start.partition_point(|unit| unit.0 < at.end))
        } else {
            let line = tree.text[..at.start as usize].rfind('\n').map_or(0, |at| at + 1);
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            let started = self.by_start.partition_point(|unit| unit.0 < line);
            let started = self.by_start.get(started).filter(|unit| unit.0 < at.start);
            started.or_else(|| {
                let ended = self.by_end.partition_point(|unit| unit.1 <= at.start);
                self.by_end[..ended].last().filter(|unit| unit.1 >= line)
            })
        };
        found.map_or(Span::new(at.file, at.start, at.start), |(start, end)| {
            Span::new(at.file, *start, *end)
        })
    }
}
