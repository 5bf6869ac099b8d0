//! Commands one after the other. Without `set -e` a shell goes on when one of them fails, and only
//! the last decides how the script ends.

use std::ops::Range;

use super::lexer::assignment;

/// Commands that people want no failure of: they show something, or set up the shell itself.
const HARMLESS: &[&str] = &[
    ":",
    "alias",
    "date",
    "declare",
    "df",
    "echo",
    "env",
    "export",
    "free",
    "hostname",
    "ls",
    "nvidia-smi",
    "printf",
    "pwd",
    "set",
    "shopt",
    "sleep",
    "trap",
    "true",
    "ulimit",
    "umask",
    "unset",
    "wait",
    "which",
    "whoami",
];

/// The name of the command that is being read.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Name {
    /// Only assignments so far.
    #[default]
    Unread,
    Set,
    Other,
}

/// What is known of the commands outside of brackets, loops and the like.
#[derive(Clone, Copy, Default)]
pub(super) struct Sequence {
    /// The first command word of the list that is being read, if its failure matters.
    risky: Option<(usize, usize)>,
    /// The same of the list before it.
    ended: Option<(usize, usize)>,
    /// The first whose failure is lost.
    lost: Option<(usize, usize)>,
    /// The author says what happens then: `||`.
    is_borne: bool,
    /// Behind `&&`, `||` or `|`, where a line may end.
    is_joined: bool,
    name: Name,
    /// `set -e` came before.
    is_guarded: bool,
}

impl Sequence {
    /// A word of a command, wherever it stands; `is_outside` of all brackets and loops.
    pub(super) fn word(&mut self, at: Range<usize>, text: &str, is_outside: bool) {
        self.lost = self.lost.or(self.ended.take());
        if !is_outside {
            return;
        }
        self.is_joined = false;
        if self.name != Name::Unread {
            self.is_guarded |= self.name == Name::Set && exits(text);
        } else if assignment(text).is_none() {
            self.name = if text == "set" { Name::Set } else { Name::Other };
            if !HARMLESS.contains(&text) {
                self.risky = self.risky.or(Some((at.start, at.end)));
            }
        }
    }

    /// `&&`, `||`, `|`.
    pub(super) fn join(&mut self, is_or: bool) {
        self.is_borne |= is_or;
        self.is_joined = true;
        self.name = Name::Unread;
    }

    /// `;`, or the end of a line.
    pub(super) fn end(&mut self) {
        if self.is_joined {
            return;
        }
        let is_lost = !(self.is_borne || self.is_guarded);
        self.ended = self.risky.take().filter(|_| is_lost).or(self.ended);
        (self.is_borne, self.name) = (false, Name::Unread);
    }

    /// The first command whose failure nobody sees.
    pub(super) fn lost(self) -> Option<Range<usize>> {
        self.lost.map(|(start, end)| start..end)
    }
}

/// Whether `set` with this word ends the script at a failure.
fn exits(word: &str) -> bool {
    let letters = word.strip_prefix('-').filter(|letters| !letters.starts_with('-'));
    word == "errexit" || letters.is_some_and(|letters| letters.contains('e'))
}
