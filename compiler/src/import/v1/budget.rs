//! What a script may make: each value is counted when it is made or handed on, so that a few lines
//! that double something cost no more than what people write.

use ruff_text_size::TextRange;

use super::python::Machine;
use super::value::{Program, Value};
use crate::diagnostics::{Diagnostic, TOO_LARGE};
use crate::emit::{Doc, Map};
use crate::source::Span;

/// Values and words of their text that are made altogether. People's scripts make some thousand.
const MOST: usize = 1_000_000;
/// Values inside each other.
const DEEPEST: usize = 100;
/// Items of one list.
pub(super) const MOST_ITEMS: usize = 5_000;
/// Bytes of a text that count as one value.
const WORD: usize = 4;
/// Pipelines of one script, each of which becomes a spec.
const MOST_PIPELINES: usize = 100;
/// Bytes of all specs of a script; what stands for their steps counts twice.
const MOST_WRITTEN: usize = 4 << 20;

/// What is left to make.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(MOST)
    }
}

impl Budget {
    /// Counts a value; false if there is too much.
    pub(super) fn allows(&mut self, value: &Value) -> bool {
        weight(value, 0).is_some_and(|weight| self.takes(weight))
    }

    /// Counts what costs like so many values; false if there is too much.
    pub(super) fn takes(&mut self, count: usize) -> bool {
        let left = self.0.checked_sub(count);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }
}

/// Says that a script makes too much.
pub(super) fn too_much(at: Span) -> Diagnostic {
    let message = "this script makes too much to be read, up to here";
    let help = "import a script that builds one pipeline; write long lists to the spec by hand";
    Diagnostic::new(&TOO_LARGE, at, message).help(help)
}

/// Says where a script makes more pipelines than anybody wants as specs.
pub(super) fn too_many(program: &Program) -> Option<Diagnostic> {
    let (_, beyond) = program.of_class("Pipeline").nth(MOST_PIPELINES)?;
    Some(too_much(beyond.span))
}

/// Bytes that the steps of a script's specs may still have.
pub(super) struct Room(usize);

impl Default for Room {
    fn default() -> Self {
        Self(MOST_WRITTEN)
    }
}

impl Room {
    /// Counts a step; false if there is too much.
    pub(super) fn holds(&mut self, step: &Map) -> bool {
        self.takes(length(step))
    }

    /// Counts bytes of a spec; false if there is too much.
    pub(super) fn takes(&mut self, bytes: usize) -> bool {
        let left = self.0.checked_sub(bytes);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }
}

/// About the bytes that a map is written with.
fn length(map: &Map) -> usize {
    map.0.iter().map(|entry| entry.key.len() + written(&entry.value)).sum()
}

fn written(doc: &Doc) -> usize {
    match doc {
        Doc::Null | Doc::Bool(_) | Doc::Integer(_) => WORD,
        Doc::Number(text) | Doc::Text(text) | Doc::Folded(text) => WORD + text.len(),
        Doc::Words(words) => words.iter().map(|word| WORD + word.len()).sum(),
        Doc::List(items) => items.iter().map(|item| WORD + written(item)).sum(),
        Doc::Map(map) => WORD + length(map),
    }
}

impl Machine<'_> {
    /// Counts a value that is made or handed on; where there is too much, the script ends.
    pub(super) fn pays(&mut self, value: &Value, at: TextRange) -> bool {
        let pays = self.budget.allows(value);
        if !pays {
            self.refuse(too_much(self.span(at)));
        }
        pays
    }

    /// Ends the script, which becomes nothing.
    pub(super) fn refuse(&mut self, why: Diagnostic) {
        self.left = 0;
        self.program.refused.get_or_insert(why);
    }
}

/// What a value costs to copy; none if it is deeper or longer than values may be.
fn weight(value: &Value, depth: usize) -> Option<usize> {
    let inside = |value: &Value| weight(value, depth + 1);
    let words = |text: &str| text.len() / WORD;
    let parts = match value {
        _ if depth > DEEPEST => return None,
        Value::Text(text) | Value::Number(text) | Value::Path(text) => words(text),
        Value::List(items) if items.len() > MOST_ITEMS => return None,
        Value::List(items) => items.iter().map(inside).sum::<Option<usize>>()?,
        Value::Dict(pairs) if pairs.len() > MOST_ITEMS => return None,
        Value::Dict(pairs) => pairs
            .iter()
            .map(|(key, value)| Some(words(key) + inside(value)?))
            .sum::<Option<usize>>()?,
        Value::Part(holder, path) => words(path) + inside(holder)?,
        Value::Variable(name, None) => words(name),
        Value::Variable(name, Some(default)) => words(name) + inside(default)?,
        Value::Function(_)
        | Value::Integer(_)
        | Value::Bool(_)
        | Value::Nothing
        | Value::Object(_)
        | Value::Unknown => 0,
    };
    Some(parts + 1)
}
