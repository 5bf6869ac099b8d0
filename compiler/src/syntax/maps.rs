//! What a map means: no key twice, and `<<` merged.

use std::collections::BTreeSet;

use super::build::{Builder, slice};
use super::tree::{Data, Entry, Kind, NodeId, Scalar, Style, Tree};
use crate::diagnostics::{DUPLICATE_KEY, Diagnostic, SYNTAX};

/// Up to this many entries comparing each with each is faster than sorting.
const FEW: usize = 10;

impl<'s> Builder<'s, '_> {
    /// A map of keys and values in turn.
    pub(super) fn map(&mut self, children: &[NodeId], flow: bool) -> Data<'s> {
        let first = self.tree.entries.len();
        let pairs = children.chunks_exact(2);
        self.tree.entries.extend(pairs.map(|pair| Entry { key: pair[0], value: pair[1] }));
        let written = slice(first, children.len() / 2);
        let meant = if self.is_simple(first) {
            written
        } else {
            let entries = self.meaning(first);
            let from = self.tree.entries.len();
            self.tree.entries.extend_from_slice(&entries);
            slice(from, entries.len())
        };
        Data::Map { written, meant, flow }
    }

    /// Whether a map means just what is written.
    fn is_simple(&self, first: usize) -> bool {
        let entries = &self.tree.entries[first..];
        let plain = entries.iter().all(|entry| {
            matches!(self.tree.kind(entry.key), Kind::Scalar(_)) && !is_merge(&self.tree, entry.key)
        });
        plain && (repeated(&self.tree, entries).is_empty())
    }

    fn meaning(&mut self, first: usize) -> Vec<Entry> {
        let written = self.tree.entries[first..].to_vec();
        let keyed: Vec<Entry> = written.into_iter().filter(|entry| self.has_key(*entry)).collect();
        let repeated = repeated(&self.tree, &keyed);
        for (later, earlier) in &repeated {
            self.duplicate(keyed[*later].key, keyed[*earlier].key);
        }
        let mut again = repeated.iter().map(|(later, _)| *later).peekable();
        let once = keyed.iter().enumerate().filter(|(at, _)| again.next_if_eq(at).is_none());
        let once: Vec<Entry> = once.map(|(_, entry)| *entry).collect();
        self.merge(once)
    }

    fn has_key(&mut self, entry: Entry) -> bool {
        let message = match self.tree.kind(entry.key) {
            Kind::Scalar(_) => return true,
            Kind::Null => "a key is missing here",
            Kind::List(_) | Kind::Map(_) => "a key has to be text, not a list or a map",
        };
        let span = self.tree.span(entry.key);
        let help = "text that starts with `{` or `[` needs quotes";
        self.report(Diagnostic::new(&SYNTAX, span, message).help(help));
        false
    }

    fn duplicate(&mut self, later: NodeId, earlier: NodeId) {
        let message = format!("the key `{}` stands here a second time", self.tree.text_of(later));
        let diagnostic = Diagnostic::new(&DUPLICATE_KEY, self.tree.span(later), message)
            .related(self.tree.span(earlier), "first here")
            .help("remove one of the two, or rename it");
        self.sink.report(diagnostic);
    }

    /// Own entries, then those of the maps behind `<<` whose keys are new, the first map first.
    fn merge(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        let merge = entries.iter().find(|entry| is_merge(&self.tree, entry.key));
        let Some(value) = merge.map(|entry| entry.value) else { return entries };
        let mut merged: Vec<Entry> = entries;
        merged.retain(|entry| !is_merge(&self.tree, entry.key));
        let Some(added) = sources(&self.tree, value) else {
            // An alias without an anchor was reported.
            let start = self.tree.span(value).start as usize;
            let is_alias = self.tree.source()[start..].starts_with('*');
            if !is_alias {
                let message = "`<<` takes a map, or a list of maps";
                self.report(Diagnostic::new(&SYNTAX, self.tree.span(value), message));
            }
            return merged;
        };
        let tree = &self.tree;
        let mut known: BTreeSet<&str> = merged.iter().map(|it| tree.text_of(it.key)).collect();
        merged.extend(added.into_iter().filter(|it| known.insert(tree.text_of(it.key))));
        merged
    }
}

/// The entries of a map, or of all maps in a list.
fn sources(tree: &Tree<'_>, value: NodeId) -> Option<Vec<Entry>> {
    match tree.kind(value) {
        Kind::Map(entries) => Some(entries.to_vec()),
        Kind::List(items) => {
            let mut all = Vec::new();
            for item in items {
                let Kind::Map(entries) = tree.kind(*item) else { return None };
                all.extend_from_slice(entries);
            }
            Some(all)
        }
        Kind::Null | Kind::Scalar(_) => None,
    }
}

fn is_merge(tree: &Tree<'_>, key: NodeId) -> bool {
    tree.kind(key) == Kind::Scalar(Scalar { text: "<<", style: Style::Plain })
}

/// Each entry whose key stood before, and the first entry with that key; in the order written.
fn repeated(tree: &Tree<'_>, entries: &[Entry]) -> Vec<(usize, usize)> {
    let key = |at: usize| tree.text_of(entries[at].key);
    if entries.len() <= FEW {
        let before = |at: usize| (0..at).find(|earlier| key(*earlier) == key(at));
        return (1..entries.len()).filter_map(|at| Some((at, before(at)?))).collect();
    }
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|at| key(*at)); // stable: the first of equals stays first
    let equals = order.chunk_by(|a, b| key(*a) == key(*b));
    let mut found: Vec<(usize, usize)> =
        equals.flat_map(|group| group[1..].iter().map(|later| (*later, group[0]))).collect();
    found.sort_unstable();
    found
}
