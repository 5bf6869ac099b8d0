//! What no public parser of the platforms reports, though the platform fails on it or reads it in
//! another way: a reader of our own goes over everything that is written. What an author could cause
//! is refused when compiling, at its place: the sections of `tests/mistakes/unseen.md`.

mod azure_pipelines;
mod github;

use mlopsc_compiler::plan::Home;
use serde_yaml::Value;

use super::{Written, built, is_ci};
use crate::memory::Memory;

/// What is wrong with the CI files of a plan, a line each.
pub(crate) fn faults(written: &Written<'_>) -> Vec<String> {
    let mut all = Vec::new();
    for artifact in written.artifacts {
        let Some(home) = is_ci(written.plan, artifact) else { continue };
        let root = written.root(&artifact.path);
        let found = match home {
            Home::GitHub => github::faults(&artifact.text, &root),
            Home::AzurePipelines => azure_pipelines::faults(&artifact.text, &root),
            Home::AzureMl | Home::Events => unreachable!("no CI platform"),
        };
        all.extend(found.into_iter().map(|fault| format!("{}: {fault}", artifact.path)));
    }
    all
}

/// Collects faults.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn demand(&mut self, is_well: bool, fault: impl FnOnce() -> String) {
        if !is_well {
            self.0.push(fault());
        }
    }
}

/// `[A-Za-z_][A-Za-z0-9_-]*`, with or without `-`.
fn is_name(text: &str, dash: bool) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || dash && c == '-';
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(letter)
}

/// Whether names differ, also without regard to case.
fn are_unique<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    names.map(str::to_ascii_lowercase).all(|name| seen.insert(name))
}

/// Five fields of numbers, `*`, `,`, `-` and `/` alone, each in its range, of which a day comes.
fn is_cron(text: &str) -> bool {
    let fields: Vec<&str> = text.split(' ').collect();
    let ranges = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];
    if fields.len() != 5 || !fields.iter().zip(ranges).all(|(field, range)| is_field(field, range))
    {
        return false;
    }
    let days = |month: u32| match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let months = numbers(fields[3]).unwrap_or_else(|| (1..=12).collect());
    let earliest = numbers(fields[2]).and_then(|all| all.into_iter().min()).unwrap_or(1);
    fields[4] != "*" || months.iter().any(|month| earliest <= days(*month))
}

fn is_field(field: &str, (low, high): (u32, u32)) -> bool {
    let number = |text: &str| {
        let is_plain = text == "0" || !text.starts_with('0');
        text.parse::<u32>().is_ok_and(|it| is_plain && (low..=high).contains(&it))
    };
    field.split(',').all(|item| {
        let (range, step) =
            item.split_once('/').map_or((item, None), |(it, step)| (it, Some(step)));
        let is_step =
            step.is_none_or(|it| it.parse::<u32>().is_ok_and(|it| (1..=high).contains(&it)));
        let is_range = match range.split_once('-') {
            Some((from, to)) => {
                number(from) && number(to) && from.parse::<u32>().ok() <= to.parse::<u32>().ok()
            }
            None => range == "*" || number(range),
        };
        is_range && is_step
    })
}

/// The numbers of a plain list; `None`: something else.
fn numbers(field: &str) -> Option<Vec<u32>> {
    field.split(',').map(|item| item.parse().ok()).collect()
}

/// Every text with its key, wherever it stands.
fn each_text<'a>(value: &'a Value, key: &'a str, visit: &mut dyn FnMut(&'a str, &'a str)) {
    match value {
        Value::String(text) => visit(key, text),
        Value::Sequence(items) => items.iter().for_each(|item| each_text(item, key, visit)),
        Value::Mapping(map) => {
            for (name, item) in map {
                each_text(item, name.as_str().unwrap_or(key), visit);
            }
        }
        _ => {}
    }
}

#[test]
fn nothing_is_written_that_no_parser_would_report() {
    let mut files = 0;
    for (name, _, compiled) in built() {
        let plan = compiled.plan.as_ref().expect("it builds");
        let found = faults(&Written { plan, artifacts: &compiled.artifacts });
        assert!(found.is_empty(), "{name}:\n{}", found.join("\n"));
        files += compiled.artifacts.iter().filter(|one| is_ci(plan, one).is_some()).count();
    }
    assert!(files > 50, "there are files to read");
}

#[test]
fn times_that_platforms_misread_are_found() {
    for good in ["0 2 * * *", "5,35 */6 1-5/2 * 0", "30 4 29 2 *", "0 0 31 2 1"] {
        assert!(is_cron(good), "{good}");
    }
    for bad in [
        "0 2 * *",
        "60 2 * * *",
        "0 2 31 2 *",
        "0 2 30,31 2 *",
        "0 2 * * 7",
        "05 2 * * *",
        "0 2 ? * *",
        "0 2 5-1 * *",
        "@daily",
        "0 2  * * *",
    ] {
        assert!(!is_cron(bad), "{bad}");
    }
}

#[test]
fn expressions_longer_than_github_takes_are_refused() {
    let said = |length: usize| {
        let filler = "x".repeat(length);
        let spec = format!(
            "mlopsc: 1\nname: p\nsteps:\n  a:\n    runner: ubuntu-24.04\n    run: echo hello\n    \
             env: {{ A: \"${{{{ git.sha }}}}{filler}\" }}\n"
        );
        crate::memory::compile(&Memory::default().with("p.mlops.yaml", &spec), "p.mlops.yaml")
            .concise()
    };
    assert_eq!(said(20_000), "");
    let long = said(21_000);
    assert!(long.starts_with("p.mlops.yaml:7:15: error[limit]: GitHub takes 21000"), "{long}");
}
