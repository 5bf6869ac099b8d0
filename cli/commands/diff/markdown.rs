//! Changes as Markdown for a pull request.

use std::fmt::Write as _;

use mlopsc_compiler::diff::{Aspect, Change, Diff, Kind, Leftover};

use crate::leftovers;

use super::{Entry, Fate, step_names};

pub(super) fn write(entries: &[Entry]) -> String {
    entries.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn one(entry: &Entry) -> String {
    let path = code(&entry.path);
    match &entry.fate {
        Fate::Added(plan) => {
            format!(
                "### {path}\n\nNew pipeline {}: {}\n",
                code(&plan.name),
                code(&step_names(plan))
            )
        }
        Fate::Removed(plan, left) => {
            let stays = if left.is_empty() { String::new() } else { format!("\n{}", stays(left)) };
            format!("### {path}\n\nPipeline {} is gone.\n{stays}", code(&plan.name))
        }
        Fate::Unknown(why) => format!("### {path}\n\nCannot be compared: {why}.\n"),
        Fate::Changed(name, diff) => {
            let was = entry.was.as_ref().map(|was| format!(", was in {}", code(was)));
            format!("### {path} ({}){}\n\n{}", code(name), was.unwrap_or_default(), changed(diff))
        }
    }
}

fn stays(schedules: &[Leftover]) -> String {
    let line =
        |left: &Leftover| ["* **stays**: ", &escaped(&leftovers::advice(left)), "\n"].concat();
    schedules.iter().map(line).collect()
}

fn changed(diff: &Diff) -> String {
    let mut text = String::new();
    for sentence in &diff.breaks {
        let _ = writeln!(text, "* **breaks callers**: {}", escaped(sentence));
    }
    text.push_str(&stays(&diff.left));
    for aspect in &diff.settings {
        let _ = writeln!(text, "* {}", aspect_line(aspect, Kind::Changed));
    }
    for (word, change) in diff.named() {
        text.push_str(&change_lines(word, change));
    }
    for (kind, edge) in &diff.edges {
        let _ = writeln!(text, "* {} edge {}", kind.word(), code(edge));
    }
    if !diff.runs_again.is_empty() {
        let _ = writeln!(text, "\nRuns again on Azure ML: {}", code(&diff.runs_again.join(", ")));
    }
    text
}

fn change_lines(word: &str, change: &Change) -> String {
    let mut text = format!("* {} {word} {}\n", change.kind.word(), code(&change.name));
    for aspect in &change.aspects {
        let _ = writeln!(text, "  * {}", aspect_line(aspect, change.kind));
    }
    text
}

/// What differs; of what was removed, only what it was.
fn aspect_line(aspect: &Aspect, kind: Kind) -> String {
    let value = |value: &Option<String>| value.as_deref().map_or("nothing".to_owned(), code);
    let what = escaped(&aspect.what);
    match &aspect.before {
        Some(_) if kind == Kind::Removed => format!("{what}: {}", value(&aspect.before)),
        Some(_) => format!("{what}: {} → {}", value(&aspect.before), value(&aspect.after)),
        None => format!("{what}: {}", value(&aspect.after)),
    }
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// Text that neither Markdown nor HTML reads as its own, and that mentions nobody.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.trim_end().chars() {
        match character {
            '\n' => escaped.push_str("<br>"),
            '&' | '<' | '>' | '"' | '*' | '_' | '[' | ']' | '`' | '\\' | '|' | '~' | '#' | '@'
            | '!' | ':' | '$' => {
                let _ = write!(escaped, "&#{};", u32::from(character));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #[test]
    fn values_cannot_become_markup() {
        assert_eq!(super::code("a*<b>\n@me"), "<code>a&#42;&#60;b&#62;<br>&#64;me</code>");
    }
}
