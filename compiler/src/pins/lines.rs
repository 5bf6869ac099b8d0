//! `uses: owner/name@<commit> # vX.Y.Z` in texts: read, compared, and put in place.

use std::collections::BTreeSet;

use super::file::{COMMIT, VERSION, commit_of, is_action};
use super::{Release, own};
use crate::emit::mark;
use crate::plan::Pin;

/// A pin that stands in a line of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bump {
    /// What is pinned.
    pub pin: Pin,
    /// The line, from 1.
    pub line: usize,
}

/// What somebody changed in a generated workflow.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bumps {
    /// Other pins than the spec gives.
    pub pins: Vec<Bump>,
    /// Lines whose pin is none: the line from 1, what is wrong, what is allowed.
    pub broken: Vec<(usize, String, &'static str)>,
    /// The text without these changes: what is left to compare with what the spec gives.
    pub rest: String,
}

/// The parts of a line that uses an action.
struct Uses<'a> {
    /// All before the action.
    head: &'a str,
    action: &'a str,
    commit: &'a str,
    comment: &'a str,
}

impl<'a> Uses<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let key = line.trim_start().trim_start_matches("- ");
        let value = key.strip_prefix("uses:")?.trim_start();
        let (head, value) = line.split_at(line.len() - value.len());
        let (action, rest) = value.split_once('@').filter(|(action, _)| is_action(action))?;
        let (commit, comment) = rest.split_once('#').unwrap_or((rest, ""));
        Some(Self { head, action, commit: commit.trim(), comment: comment.trim() })
    }

    /// The pin; else what is wrong, and what is allowed.
    fn pin(&self) -> Result<Pin, (String, &'static str)> {
        let Some(commit) = commit_of(self.commit) else {
            return Err((format!("`{}` is no commit", self.commit), COMMIT));
        };
        if Release::read(self.comment).is_none() {
            return Err((format!("the comment `{}` is no version", self.comment), VERSION));
        }
        let (action, version) = (self.action.to_owned(), self.comment.to_owned());
        Ok(Pin { action, version, commit })
    }
}

/// The pins of all lines that use an action.
pub fn used(text: &str) -> Vec<Pin> {
    text.lines().filter_map(|line| Uses::read(line)?.pin().ok()).collect()
}

/// Compares the text of a generated workflow with the one that its spec gives: which pins of ours
/// somebody changed.
pub fn bumps(old: &str, new: &str) -> Bumps {
    let current = used(new);
    // An author's script may quote such lines too.
    let untouched: BTreeSet<&str> = new.lines().collect();
    let mut bumps = Bumps::default();
    for (index, line) in old.lines().enumerate() {
        let changed = Some(line).filter(|line| !untouched.contains(line));
        let known = changed.and_then(Uses::read).filter(|uses| own(uses.action).is_some());
        let now = known
            .as_ref()
            .and_then(|uses| current.iter().find(|it| it.action.eq_ignore_ascii_case(uses.action)));
        let (Some(uses), Some(now)) = (known, now) else {
            bumps.rest.extend([line, "\n"]);
            continue;
        };
        let Pin { action, version, commit } = now;
        bumps.rest.extend([uses.head, action, "@", commit, " # ", version, "\n"]);
        match uses.pin() {
            Ok(pin) if (&pin.version, &pin.commit) == (version, commit) => {}
            Ok(pin) => {
                let pin = Pin { action: action.clone(), ..pin };
                bumps.pins.push(Bump { pin, line: index + 1 });
            }
            Err((message, help)) => bumps.broken.push((index + 1, message, help)),
        }
    }
    bumps
}

/// Whether two texts of a generated workflow differ in pins, and the mark, alone.
pub fn is_same_but_pins(old: &str, new: &str) -> bool {
    mark::stamp(bumps(old, new).rest) == new
}

/// Lines `owner/name@<commit> # vX.Y.Z`, as they stand in workflows or alone; others are passed
/// over, as long as they are empty or comments. Else: the line, and what is wrong with it.
pub fn listed(text: &str) -> Result<Vec<Bump>, (usize, String)> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let entry = line.trim().trim_start_matches("- ").trim_start_matches("uses:").trim();
        if entry.is_empty() || entry.starts_with('#') {
            continue;
        }
        let line = index + 1;
        let whole = format!("uses: {entry}");
        let uses = Uses::read(&whole);
        let uses =
            uses.ok_or_else(|| (line, "this is no `owner/name@<commit> # vX.Y.Z`".to_owned()))?;
        let pin = uses.pin().map_err(|(message, help)| (line, format!("{message}; {help}")))?;
        found.push(Bump { pin, line });
    }
    Ok(found)
}
