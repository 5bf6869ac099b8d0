//! Pins put into a pin file, and the key that names the file into a project file: edits to the
//! texts, so that comments stay.

use std::fmt::Write as _;

use super::file::{self, value};
use crate::diagnostics::{Edit, Sink};
use crate::plan::Pin;
use crate::source::{FileId, Span};
use crate::syntax::{self, Kind, NodeId, Tree, Written};

/// A pin file with these pins.
pub fn fresh(pins: &[Pin]) -> String {
    let mut text =
        "# Releases of actions that generated workflows use: `mlopsc pins` writes them.\n\
                    version: 'v0.0.2'\nworkflows: {}\ndependencies:\n"
            .to_owned();
    for pin in pins {
        text.push_str(&entry(pin, 4));
    }
    text
}

fn entry(pin: &Pin, indent: usize) -> String {
    let Pin { action, version, commit } = pin;
    let (outer, inner) = (" ".repeat(indent), " ".repeat(indent + 4));
    format!(
        "{outer}'{action}@{version}':\n{inner}ref: '{version}'\n{inner}commit: 'sha1-{commit}'\n{inner}uses: []\n"
    )
}

/// The text of a pin file with these pins in place of others of the same actions; `None` when it is
/// written so that this cannot be done line by line.
pub fn with_pins(text: &str, pins: &[Pin]) -> Option<String> {
    let tree = syntax::glance(text);
    let root = tree.root()?;
    let old = file::read(&tree, &mut Sink::new());
    let mut edits = Vec::new();
    let mut added = Vec::new();
    for pin in pins {
        let known = old.iter().find(|it| it.pin.action.eq_ignore_ascii_case(&pin.action));
        match known {
            Some(known) => change(&tree, root, &known.pin, pin, &mut edits)?,
            None => added.push(pin),
        }
    }
    if !added.is_empty() {
        edits.push(addition(&tree, root, &added)?);
    }
    let new = syntax::apply(text, &edits)?;
    let tree = syntax::glance(&new);
    let read = file::read(&tree, &mut Sink::new());
    let holds = pins.iter().all(|pin| read.iter().any(|it| it.pin == *pin));
    (holds && !tree.broken()).then_some(new)
}

/// Edits that make one pin another one, also where workflows are listed with it.
fn change(
    tree: &Tree<'_>,
    root: NodeId,
    old: &Pin,
    new: &Pin,
    edits: &mut Vec<Edit>,
) -> Option<()> {
    let name = |pin: &Pin| format!("{}@{}", pin.action, pin.version);
    let is_old = |text: &str| text.eq_ignore_ascii_case(&name(old));
    let quoted = |text: &str| format!("'{text}'");
    let mut set = |node: NodeId, text: String| edits.push(Edit { span: tree.span(node), text });
    let Kind::Map(entries) = tree.kind(value(tree, root, "dependencies")?) else { return None };
    let found = entries.iter().find(|it| tree.text_of(it.key) == name(old))?;
    set(found.key, quoted(&name(new)));
    if let Some(node) = value(tree, found.value, "ref") {
        set(node, quoted(&new.version));
    }
    set(value(tree, found.value, "commit")?, quoted(&format!("sha1-{}", new.commit)));
    let workflows = value(tree, root, "workflows").map(|node| tree.kind(node));
    let Some(Kind::Map(workflows)) = workflows else { return Some(()) };
    for workflow in workflows {
        let Kind::List(items) = tree.kind(workflow.value) else { continue };
        for item in items.iter().filter(|item| is_old(tree.text_of(**item))) {
            set(*item, quoted(&name(new)));
        }
    }
    Some(())
}

/// One edit that adds entries behind the last one.
fn addition(tree: &Tree<'_>, root: NodeId, pins: &[&Pin]) -> Option<Edit> {
    let mut text = String::new();
    let mut lines = |indent: usize| {
        for pin in pins {
            text.push_str(&entry(pin, indent));
        }
    };
    let Some(dependencies) = value(tree, root, "dependencies") else {
        lines(4);
        return Some(at_end(tree, &format!("dependencies:\n{text}")));
    };
    match tree.written(dependencies) {
        Written::Map { entries: [], .. } | Written::Null => {
            lines(4);
            let text = format!("\n{}", text.trim_end());
            Some(Edit { span: tree.span(dependencies), text })
        }
        Written::Map { entries, flow: false } => {
            let (first, last) = (entries.first()?, entries.last()?);
            lines(column(tree, first.key));
            let end = tree.span(last.value).end as usize;
            let rest = tree.source().get(end..)?;
            let Some(line_end) = rest.find('\n') else {
                return Some(at_end(tree, &text));
            };
            let at = u32::try_from(end + line_end + 1).ok()?;
            Some(Edit { span: Span::new(tree.file(), at, at), text })
        }
        Written::Map { .. } | Written::Scalar(_) | Written::Alias(_) | Written::List { .. } => None,
    }
}

/// How many characters stand before a node on its line.
fn column(tree: &Tree<'_>, node: NodeId) -> usize {
    let before = &tree.source()[..tree.span(node).start as usize];
    before.len() - before.rfind('\n').map_or(0, |end| end + 1)
}

/// Lines behind all others.
fn at_end(tree: &Tree<'_>, lines: &str) -> Edit {
    let source = tree.source();
    let end = u32::try_from(source.len()).unwrap_or(u32::MAX);
    let gap = if source.is_empty() || source.ends_with('\n') { "" } else { "\n" };
    Edit { span: Span::new(tree.file(), end, end), text: format!("{gap}{lines}") }
}

/// The text of a project file that names a pin file, as a text edit; `None` when it is written so
/// that the author must do it.
pub fn with_key(text: &str, path: &str) -> Option<String> {
    let tree = syntax::glance(text);
    let root = tree.root()?;
    let Written::Map { flow: false, .. } = tree.written(root) else { return None };
    let edit = match value(&tree, root, "github") {
        None => at_end(&tree, &format!("github: {{ pins: {path} }}\n")),
        Some(github) => match tree.written(github) {
            Written::Map { entries, flow: true } => {
                let at = tree.span(github).start + 1;
                let comma = if entries.is_empty() { " " } else { "," };
                insertion(tree.file(), at, format!(" pins: {path}{comma}"))
            }
            Written::Map { entries, flow: false } => {
                let first = entries.first()?.key;
                let mut text = format!("pins: {path}\n");
                let _ = write!(text, "{}", " ".repeat(column(&tree, first)));
                insertion(tree.file(), tree.span(first).start, text)
            }
            Written::Null | Written::Scalar(_) | Written::Alias(_) | Written::List { .. } => {
                return None;
            }
        },
    };
    let new = syntax::apply(text, &[edit])?;
    let read = syntax::glance(&new);
    let pins = value(&read, value(&read, read.root()?, "github")?, "pins")?;
    (!read.broken() && read.text_of(pins) == path).then_some(new)
}

fn insertion(file: FileId, at: u32, text: String) -> Edit {
    Edit { span: Span::new(file, at, at), text }
}
