//! What it costs to match values with patterns. `{n,m}` repeats what stands before it, also of
//! repetitions, so that a short pattern may stand for a long one.

use std::cell::Cell;

/// States of patterns times letters of values, for a whole spec; some hundred million take a second.
const MOST_STEPS: usize = 100_000_000;
/// To read a pattern costs as much as to match so many letters.
const READ: usize = 50;

/// What one spec has spent on matching.
#[derive(Debug, Default)]
pub(crate) struct Budget(Cell<usize>);

/// Whether there is budget left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Left {
    /// There is.
    Enough,
    /// It was used up just now.
    NoMore,
    /// It was used up before.
    Nothing,
}

impl Budget {
    /// Pays for a match.
    pub(crate) fn pay(&self, pattern: &str, value: &str) -> Left {
        self.spend(states(pattern).saturating_mul(READ + value.len()))
    }

    /// Pays for so many comparisons.
    pub(crate) fn spend(&self, count: usize) -> Left {
        let before = self.0.get();
        let after = before.saturating_add(count);
        self.0.set(after);
        match (before > MOST_STEPS, after > MOST_STEPS) {
            (_, false) => Left::Enough,
            (false, true) => Left::NoMore,
            (true, true) => Left::Nothing,
        }
    }
}

/// About how many letters a pattern has once its repetitions are written out.
fn states(pattern: &str) -> usize {
    let mut outer: Vec<(usize, usize)> = Vec::new();
    // Of the open group: what stands before the last part, and that part.
    let (mut before, mut last) = (0_usize, 0_usize);
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        match letter {
            '{' => {
                let (repeat, after) = rest.split_once('}').unwrap_or((rest, ""));
                last = last.saturating_mul(times(repeat));
                rest = after;
            }
            '(' => {
                outer.push((before.saturating_add(last), 0));
                (before, last) = (0, 1);
            }
            ')' => {
                let inner = before.saturating_add(last).saturating_add(1);
                (before, _) = outer.pop().unwrap_or_default();
                last = inner;
            }
            _ => {
                (before, last) = (before.saturating_add(last), 1);
                rest = match letter {
                    '\\' => rest.get(1..).unwrap_or_default(),
                    '[' => after_bracket(rest),
                    _ => rest,
                };
            }
        }
    }
    outer.iter().fold(before.saturating_add(last), |sum, open| sum.saturating_add(open.0)).max(1)
}

/// The most repetitions of `n`, `n,` or `n,m`.
fn times(repeat: &str) -> usize {
    let most = repeat.split(',').filter_map(|number| number.trim().parse().ok()).max();
    most.unwrap_or(1_usize).saturating_add(usize::from(repeat.ends_with(',')))
}

/// What follows a bracket, in which a `]` may come first and classes have brackets of their own.
fn after_bracket(rest: &str) -> &str {
    let start = rest.strip_prefix('^').unwrap_or(rest);
    let start = start.strip_prefix(']').unwrap_or(start);
    let mut from = 0;
    while let Some(end) = start[from..].find(']') {
        let end = from + end;
        if !start[..end].ends_with(':') {
            return &start[end + 1..];
        }
        from = end + 1;
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_written_out() {
        for (pattern, count) in [
            ("", 1),
            ("abc", 3),
            ("a{3}b", 4),
            ("a{2,}", 3),
            ("[a-z]{1,255}", 255),
            ("[[:alpha:]0]{4}", 4),
            ("[]a]{4}", 4),
            ("\\[{5}", 5),
            ("(a{10}){10}", 120),
            ("((a{9}){9}){9}", 909),
            ("((", 2),
        ] {
            assert_eq!(states(pattern), count, "{pattern}");
        }
        assert!(states("((((a{999999}){999999}){999999}){999999})") > MOST_STEPS);
    }

    #[test]
    fn the_budget_ends_once() {
        let budget = Budget::default();
        assert_eq!(budget.pay("a", "a"), Left::Enough);
        assert_eq!(budget.pay("(a{1000}){1000}", &"a".repeat(100)), Left::NoMore);
        assert_eq!(budget.pay("a", "a"), Left::Nothing);
    }
}
