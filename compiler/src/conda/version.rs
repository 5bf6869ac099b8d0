//! Which versions of a package a conda file takes.
//!
//! Conda and pip write the same ranges differently: conda's `=1.5` is pip's `==1.5.*`. Both are read
//! into one range, so that files can be compared across their sections.

use std::cmp::Ordering;

/// The two parts of a conda file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Section {
    /// `dependencies`.
    Conda,
    /// The list under `pip` there.
    Pip,
}

/// What is asked of the version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Versions {
    /// Nothing.
    Any,
    /// Comparisons, all of which hold.
    Range(Vec<Clause>),
    /// Something that only its own tools understand.
    Unclear(String),
}

/// One comparison.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Clause {
    operator: Operator,
    /// The version as written, without `.*`.
    version: String,
    numbers: Vec<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Operator {
    /// This version.
    Is,
    /// Versions that start like this.
    Starts,
    IsNot,
    StartsNot,
    AtLeast,
    Above,
    AtMost,
    Below,
    /// From this one on, the last part alone may grow.
    Compatible,
}

/// An end of a range: the numbers, and whether they belong to it.
type End = Option<(Vec<u64>, bool)>;

/// The versions that fit all clauses.
#[derive(PartialEq, Eq, Debug, Default)]
struct Range {
    low: End,
    high: End,
    /// What `!=` leaves out, sorted.
    except: Vec<(Vec<u64>, bool)>,
}

/// How two files' demands lie to each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Relation {
    /// The same versions.
    Equal,
    /// Different ones, though some fit both.
    Overlap,
    /// No version fits both.
    Apart,
}

impl Versions {
    /// What stands behind a package's name.
    pub(super) fn read(section: Section, text: &str) -> Self {
        let text = text.trim();
        let clauses = match section {
            _ if text.is_empty() || text == "*" => return Self::Any,
            Section::Pip => clauses(text.trim_start_matches('(').trim_end_matches(')')),
            Section::Conda => conda(text),
        };
        match clauses {
            Some(clauses) if clauses.is_empty() => Self::Any,
            Some(clauses) => Self::Range(clauses),
            None => Self::Unclear(text.to_owned()),
        }
    }

    /// How they lie to others; nothing when one of them asks for nothing.
    pub(super) fn relation(&self, other: &Self) -> Option<Relation> {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => None,
            (Self::Range(ours), Self::Range(theirs)) => {
                Some(Range::of(ours).relation(&Range::of(theirs)))
            }
            (ours, theirs) if ours == theirs => Some(Relation::Equal),
            _ => Some(Relation::Overlap),
        }
    }

    /// Whether others take all that these take.
    pub(super) fn is_inside(&self, other: &Self) -> bool {
        let (Self::Range(ours), Self::Range(theirs)) = (self, other) else { return false };
        let both: Vec<Clause> = ours.iter().chain(theirs).cloned().collect();
        Range::of(&both) == Range::of(ours)
    }

    /// The same demand as a section spells it behind the name; nothing where that is not certain.
    pub(super) fn spelled(&self, section: Section) -> Option<String> {
        let Self::Range(clauses) = self else { return None };
        let spell = |clause: &Clause| clause.spelled(section, clauses.len() == 1);
        let all: Option<Vec<String>> = clauses.iter().map(spell).collect();
        all.map(|all| all.join(","))
    }
}

/// What conda takes: `=1.5`, `==1.5.0`, `=1.5.0=build`, ` 1.5.* build`, `>=1,<2`.
fn conda(text: &str) -> Option<Vec<Clause>> {
    if text.contains('|') {
        return None;
    }
    let text = text.split_whitespace().next().unwrap_or("");
    let Some(fuzzy) = text.strip_prefix('=').filter(|rest| !rest.starts_with('=')) else {
        return clauses(text.split_once("=py").map_or(text, |(version, _)| version));
    };
    let version = fuzzy.split('=').next().unwrap_or("");
    if version == "*" {
        return Some(Vec::new());
    }
    let plain = version.strip_suffix(".*").unwrap_or(version);
    let exact = plain == version && plain.split('.').count() >= 3;
    let operator = if exact { Operator::Is } else { Operator::Starts };
    Some(vec![Clause::new(operator, plain)?])
}

fn clauses(text: &str) -> Option<Vec<Clause>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "*");
    parts.map(clause).collect()
}

fn clause(text: &str) -> Option<Clause> {
    const OPERATORS: [(&str, Operator); 9] = [
        ("===", Operator::Is),
        ("==", Operator::Is),
        ("!=", Operator::IsNot),
        (">=", Operator::AtLeast),
        ("<=", Operator::AtMost),
        ("~=", Operator::Compatible),
        (">", Operator::Above),
        ("<", Operator::Below),
        ("=", Operator::Starts),
    ];
    let found = OPERATORS.iter().find_map(|(sign, operator)| {
        let rest = text.strip_prefix(sign)?;
        // pip reads `v1.5` as `1.5`.
        let rest = rest.trim();
        let numbered =
            rest.strip_prefix('v').filter(|it| it.starts_with(|it: char| it.is_ascii_digit()));
        Some((*operator, numbered.unwrap_or(rest)))
    });
    let (operator, version) = found.unwrap_or((Operator::Is, text));
    let Some(start) = version.strip_suffix(".*") else { return Clause::new(operator, version) };
    let operator = match operator {
        Operator::Is | Operator::Starts => Operator::Starts,
        Operator::IsNot => Operator::StartsNot,
        Operator::AtLeast => Operator::AtLeast,
        Operator::StartsNot
        | Operator::Above
        | Operator::AtMost
        | Operator::Below
        | Operator::Compatible => return None,
    };
    Clause::new(operator, start)
}

impl Clause {
    fn new(operator: Operator, version: &str) -> Option<Self> {
        let numbers: Vec<u64> =
            version.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        let too_short = operator == Operator::Compatible && numbers.len() < 2;
        (!too_short).then(|| Self { operator, version: version.to_owned(), numbers })
    }

    fn spelled(&self, section: Section, alone: bool) -> Option<String> {
        let version = &self.version;
        Some(match (self.operator, section) {
            (Operator::Is, _) => format!("=={version}"),
            (Operator::Starts, Section::Pip) => format!("=={version}.*"),
            (Operator::Starts, Section::Conda) if alone && self.numbers.len() < 3 => {
                format!("={version}")
            }
            (Operator::Starts, Section::Conda) if alone => format!("={version}.*"),
            (Operator::AtLeast, _) => format!(">={version}"),
            (Operator::Above, _) => format!(">{version}"),
            (Operator::AtMost, _) => format!("<={version}"),
            (Operator::Below, _) => format!("<{version}"),
            (Operator::IsNot, _) => format!("!={version}"),
            (Operator::Compatible, _) => format!("~={version}"),
            (Operator::Starts | Operator::StartsNot, _) => return None,
        })
    }
}

impl Range {
    fn of(clauses: &[Clause]) -> Self {
        let mut range = Self::default();
        for clause in clauses {
            range.take(clause);
        }
        range.except.sort();
        range.except.dedup();
        range
    }

    fn take(&mut self, clause: &Clause) {
        let own = trimmed(&clause.numbers);
        let (low, high) = match clause.operator {
            Operator::IsNot => return self.except.push((own, false)),
            Operator::StartsNot => return self.except.push((own, true)),
            Operator::Is => (Some((own.clone(), true)), Some((own, true))),
            Operator::Starts => (Some((own, true)), Some((next(&clause.numbers), false))),
            Operator::AtLeast => (Some((own, true)), None),
            Operator::Above => (Some((own, false)), None),
            Operator::AtMost => (None, Some((own, true))),
            Operator::Below => (None, Some((own, false))),
            Operator::Compatible => {
                let fixed = &clause.numbers[..clause.numbers.len() - 1];
                (Some((own, true)), Some((next(fixed), false)))
            }
        };
        self.low = tighter(self.low.take(), low, Ordering::Greater);
        self.high = tighter(self.high.take(), high, Ordering::Less);
    }

    fn relation(&self, other: &Self) -> Relation {
        if self == other {
            return Relation::Equal;
        }
        let low = tighter(self.low.clone(), other.low.clone(), Ordering::Greater);
        let high = tighter(self.high.clone(), other.high.clone(), Ordering::Less);
        match (low, high) {
            (Some((low, holds_low)), Some((high, holds_high))) => match low.cmp(&high) {
                Ordering::Greater => Relation::Apart,
                Ordering::Equal if !(holds_low && holds_high) => Relation::Apart,
                Ordering::Equal | Ordering::Less => Relation::Overlap,
            },
            _ => Relation::Overlap,
        }
    }
}

/// The end that leaves less.
fn tighter(one: End, other: End, wins: Ordering) -> End {
    match (one, other) {
        (Some(one), Some(other)) => {
            let order = other.0.cmp(&one.0);
            let takes_other = order == wins || order == Ordering::Equal && !other.1;
            Some(if takes_other { other } else { one })
        }
        (one, other) => one.or(other),
    }
}

/// `1.2.0` is `1.2`.
fn trimmed(numbers: &[u64]) -> Vec<u64> {
    let kept = numbers.iter().rposition(|number| *number != 0).map_or(0, |last| last + 1);
    numbers[..kept].to_vec()
}

/// The first version behind all that start with these numbers.
fn next(numbers: &[u64]) -> Vec<u64> {
    let mut next = numbers.to_vec();
    if let Some(last) = next.last_mut() {
        *last = last.saturating_add(1);
    }
    trimmed(&next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn relate(ours: (Section, &str), theirs: (Section, &str), wanted: Option<Relation>) {
        let read = |(section, text)| Versions::read(section, text);
        assert_eq!(read(ours).relation(&read(theirs)), wanted, "{ours:?} {theirs:?}");
        assert_eq!(read(theirs).relation(&read(ours)), wanted, "{theirs:?} {ours:?}");
    }

    #[test]
    fn spellings_of_one_range_are_equal() {
        use Section::{Conda, Pip};
        for (conda, pip) in [
            ("=1.5", "==1.5.*"),
            ("=1.5.*", "==1.5.*"),
            (" 1.5.*", "==1.5.*"),
            ("==1.2.0", "==1.2"),
            ("=1.2.0", "===1.2.0"),
            ("=1.2.3=py310_0", "==1.2.3"),
            (" 1.2.3 py310_0", "==1.2.3"),
            (">=1.2,<2", "<2.0, >=1.2"),
            (">=1.2,<2", "~=1.2"),
            ("=1.5", ">=1.5,<1.6"),
            ("!=1.3,>=1.2", ">=1.2,!=1.3.0"),
        ] {
            relate((Conda, conda), (Pip, pip), Some(Relation::Equal));
        }
    }

    #[test]
    fn other_ranges_overlap_or_lie_apart() {
        use Section::{Conda, Pip};
        relate((Conda, "=0.22"), (Pip, "==1.5.*"), Some(Relation::Apart));
        relate((Conda, ">=1,<2"), (Pip, ">=2"), Some(Relation::Apart));
        relate((Conda, ">=1,<=2"), (Pip, ">=2"), Some(Relation::Overlap));
        relate((Conda, "=1.5"), (Pip, "==1.5.2"), Some(Relation::Overlap));
        relate((Conda, "=1.10"), (Pip, "==1.1.*"), Some(Relation::Apart));
        relate((Conda, ""), (Pip, "==1.5.2"), None);
        relate((Conda, "=*"), (Pip, "*"), None);
        relate((Pip, "==1.0rc1"), (Pip, "==1.0rc1"), Some(Relation::Equal));
        relate((Pip, "==1.0rc1"), (Pip, "==1.0"), Some(Relation::Overlap));
    }

    #[test]
    fn a_demand_may_lie_inside_another() {
        use Section::{Conda, Pip};
        let inside = |ours: &str, theirs: &str| {
            Versions::read(Pip, ours).is_inside(&Versions::read(Conda, theirs))
        };
        assert!(inside("==1.5.1", "=1.5") && inside(">=1.2,<1.3", ">=1.2,<2"));
        assert!(!inside("==1.5.*", "==1.5.1") && !inside(">=1.4", "=1.5"));
        assert!(!inside("==1.5.1", ">=1.2,!=1.3"), "what is left out is compared as it is written");
        assert!(!inside("==1.0rc1", ">=1"));
    }

    #[test]
    fn a_demand_is_spelled_for_the_other_section() {
        let spelled = |from, text, to| Versions::read(from, text).spelled(to);
        assert_eq!(spelled(Section::Conda, "=1.5", Section::Pip).as_deref(), Some("==1.5.*"));
        assert_eq!(spelled(Section::Pip, "==1.5.*", Section::Conda).as_deref(), Some("=1.5"));
        assert_eq!(spelled(Section::Pip, "==1.5.2.*", Section::Conda).as_deref(), Some("=1.5.2.*"));
        assert_eq!(spelled(Section::Pip, "<2,>=1", Section::Conda).as_deref(), Some("<2,>=1"));
        assert_eq!(spelled(Section::Pip, "==1.0rc1", Section::Pip), None);
    }
}
