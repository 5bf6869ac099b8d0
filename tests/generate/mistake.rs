//! Mistakes: one place of a good file is made wrong, or at least different.

use super::node::{Node, text, word};
use super::tape::Tape;

/// Makes a mistake somewhere.
pub(crate) fn make(root: &mut Node, tape: &mut Tape<'_>) {
    let mut count = 0;
    root.visit(&mut |_| count += 1);
    let mut at = tape.below(count);
    let Some(node) = root.nth(&mut at) else { return };
    match node {
        Node::Text(old) => {
            let old = old.clone();
            *node = wrong_text(tape, &old);
        }
        Node::Word(_) => {
            *node = tape.pick(&[text("words"), Node::List(Vec::new()), word("null"), word("-5")]);
        }
        Node::List(items) => match tape.below(3) {
            0 => *node = word(true),
            1 => items.push(Node::Record(Vec::new())),
            _ => items.truncate(1),
        },
        Node::Record(entries) | Node::Dict(entries) => wrong_map(tape, entries),
    }
}

fn wrong_text(tape: &mut Tape<'_>, old: &str) -> Node {
    let misspelt: String = old.chars().rev().collect();
    let odd = [
        "a b",
        "größe",
        "-x",
        "$(Build.BuildId)",
        "##vso[task.complete]",
        "../..",
        "a\nb",
        "*",
        "A/B",
        "a:b",
        "'",
        "\"",
        "\\",
        "~",
        "x,y",
        "1",
        "true",
        "#",
        "a#b",
        "%2e",
        "🚀",
        "{}",
        "@",
        "",
    ];
    match tape.below(16) {
        0 => text(misspelt),
        1 => text(""),
        2 => Node::List(vec![text(old)]),
        3 => Node::Record(vec![("x".to_owned(), text(old))]),
        4 => text(format!("{old} ${{{{ parameters.nothing }}}}")),
        5 => text(format!("{old} '${{{{ git.sha }}}}'")),
        6 => text(format!("{old}${{{{")),
        7 => word("null"),
        8 => text(old.repeat(40)),
        _ => text(tape.pick(&odd)),
    }
}

fn wrong_map(tape: &mut Tape<'_>, entries: &mut Vec<(String, Node)>) {
    if entries.is_empty() {
        entries.push(("extra".to_owned(), word(1)));
        return;
    }
    let at = tape.below(entries.len());
    match tape.below(6) {
        0 => entries[at].0.push('x'),
        1 => _ = entries.remove(at),
        2 => entries[at].1 = word(""),
        3 => entries.push(("unknown_key".to_owned(), text("x"))),
        4 => entries[at].0 = entries[at].0.to_uppercase(),
        _ => {
            let twice = entries[at].clone();
            entries.push(twice);
        }
    }
}
