//! Changes as lines for a terminal.

use std::fmt::Write as _;

use mlopsc_compiler::diff::{Aspect, Change, Diff, Kind, Leftover};

use crate::leftovers;

use super::{Entry, Fate, step_names};

pub(super) fn write(entries: &[Entry]) -> String {
    entries.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn one(entry: &Entry) -> String {
    let path = &entry.path;
    match &entry.fate {
        Fate::Added(plan) => format!("{path}  new pipeline {}: {}\n", plan.name, step_names(plan)),
        Fate::Removed(plan, left) => {
            format!("{path}  pipeline {} is gone\n{}", plan.name, stays(left))
        }
        Fate::Unknown(why) => format!("{path}  cannot be compared: {why}\n"),
        Fate::Changed(name, diff) => {
            let was = entry.was.as_ref().map(|was| format!(" (was in {was})"));
            format!("{path}  {name}{}\n{}", was.unwrap_or_default(), changed(diff))
        }
    }
}

fn stays(left: &[Leftover]) -> String {
    let line = |left: &Leftover| ["  ! ", &leftovers::advice(left), "\n"].concat();
    left.iter().map(line).collect()
}

fn changed(diff: &Diff) -> String {
    let mut text = String::new();
    for sentence in &diff.breaks {
        let _ = writeln!(text, "  ! breaks callers: {sentence}");
    }
    text.push_str(&stays(&diff.left));
    for aspect in &diff.settings {
        let _ = writeln!(text, "  ~ {}", aspect_line(aspect, Kind::Changed));
    }
    for (word, change) in diff.named() {
        text.push_str(&change_lines(word, change));
    }
    for (kind, edge) in &diff.edges {
        let _ = writeln!(text, "  {} edge {edge}", sign(*kind));
    }
    if !diff.runs_again.is_empty() {
        let _ = writeln!(text, "  runs again on Azure ML: {}", diff.runs_again.join(", "));
    }
    text
}

fn change_lines(word: &str, change: &Change) -> String {
    let mut text = format!("  {} {word} {}\n", sign(change.kind), change.name);
    for aspect in &change.aspects {
        let _ = writeln!(text, "      {}", aspect_line(aspect, change.kind));
    }
    text
}

/// What differs; of what was removed, only what it was.
fn aspect_line(aspect: &Aspect, kind: Kind) -> String {
    let what = &aspect.what;
    match (&aspect.before, &aspect.after) {
        (Some(before), Some(after)) => format!("{what}: {} → {}", shown(before), shown(after)),
        (Some(before), None) if kind == Kind::Removed => format!("{what}: {}", shown(before)),
        (Some(before), None) => format!("{what}: {} → (nothing)", shown(before)),
        (None, Some(after)) => format!("{what}: {}", shown(after)),
        (None, None) => what.clone(),
    }
}

/// A value on one line.
fn shown(text: &str) -> String {
    if text.contains(char::is_control) || text.is_empty() {
        format!("{text:?}")
    } else {
        text.to_owned()
    }
}

fn sign(kind: Kind) -> char {
    match kind {
        Kind::Added => '+',
        Kind::Removed => '-',
        Kind::Changed => '~',
    }
}
