//! Entries that were indented under the entry above them, in whose record they then stand.

use super::decode::{Cx, Decode, NameRule};
use crate::diagnostics::{Diagnostic, UNKNOWN_KEY};
use crate::source::{Span, Spanned};
use crate::syntax::{Entry, NodeId, Written};

/// The names of entries that stand among the keys of the record before them. They are reported, and
/// what was said of the lines from the first of them on is forgotten, since it only follows.
pub(super) fn too_far<N: NameRule, T: Decode>(
    cx: &mut Cx<'_, '_>,
    above: &str,
    record: NodeId,
) -> Vec<Spanned<String>> {
    let Written::Map { entries, flow: false } = cx.tree.written(record) else { return Vec::new() };
    let is_name = |entry: &Entry| {
        let key = cx.tree.text_of(entry.key);
        N::allows(key) && !T::RECORD_KEYS.contains(&key)
    };
    let stray = entries.iter().enumerate().filter(|(_, entry)| is_name(entry));
    let stray = stray.filter(|(at, entry)| {
        is_record::<T>(cx, entry.value) || begins_another(cx, entries.split_at(*at))
    });
    let names: Vec<Spanned<String>> = stray
        .map(|(_, entry)| Spanned::new(cx.tree.text_of(entry.key).to_owned(), cx.span(entry.key)))
        .collect();
    if let Some(first) = names.first() {
        let whole = cx.span(record);
        cx.sink.forget(Span::new(whole.file, first.span.start, whole.end));
    }
    for name in &names {
        let name = Spanned::new(name.value.as_str(), name.span);
        cx.report(
            Diagnostic::new(
                &UNKNOWN_KEY,
                name.span,
                format!(
                    "`{}` is indented too far: it stands among the keys of `{above}`",
                    name.value
                ),
            )
            .help(format!("if it is {} of its own, align it with `{above}`", T::EXPECTED)),
        );
    }
    names
}

/// Whether a map in lines of its own has nothing but keys of the record.
fn is_record<T: Decode>(cx: &Cx<'_, '_>, node: NodeId) -> bool {
    let Written::Map { entries, flow: false } = cx.tree.written(node) else { return false };
    entries.iter().all(|entry| T::RECORD_KEYS.contains(&cx.tree.text_of(entry.key)))
}

/// Whether nothing stands under a key, and one of the keys that follow it stood before it.
fn begins_another(cx: &Cx<'_, '_>, (before, rest): (&[Entry], &[Entry])) -> bool {
    let Some((own, after)) = rest.split_first() else { return false };
    let is_before = |entry: &Entry| {
        before.iter().any(|it| cx.tree.text_of(it.key) == cx.tree.text_of(entry.key))
    };
    matches!(cx.tree.written(own.value), Written::Null) && after.iter().any(is_before)
}
