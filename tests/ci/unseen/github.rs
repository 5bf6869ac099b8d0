//! Workflows of GitHub Actions.

use std::collections::BTreeMap;

use serde_yaml::Value;

use super::{Faults, are_unique, each_text, is_cron, is_name};

/// GitHub starts no run of a larger file (its documents, limits of Actions).
const MOST_BYTES: usize = 500_000;
/// A text with expressions becomes one expression, and GitHub fails on a longer one.
const LONGEST_EXPRESSION: usize = 21_000;
/// Jobs that one matrix may make.
const MOST_LEGS: usize = 256;
/// Minutes that a job has on a hosted machine, and a step anywhere.
const MOST_MINUTES: u64 = 360;
/// Labels of machines that are gone, or announced to go: a job waits for them in vain.
const RETIRED: [&str; 8] = [
    "ubuntu-20.04",
    "ubuntu-18.04",
    "ubuntu-16.04",
    "macos-12",
    "macos-13",
    "macos-14",
    "windows-2016",
    "windows-2019",
];

/// What is wrong with a workflow.
pub(super) fn faults(text: &str, root: &Value) -> Vec<String> {
    let mut faults = Faults::default();
    faults.demand(text.len() <= MOST_BYTES, || format!("it has {} bytes", text.len()));
    texts(text, root, &mut faults);
    pins(text, &mut faults);
    events(&root["on"], &mut faults);
    let jobs = root["jobs"].as_mapping().expect("jobs");
    let ids = || jobs.keys().filter_map(Value::as_str);
    faults.demand(are_unique(ids()), || "two jobs differ by case alone".to_owned());
    for (id, body) in jobs {
        job(id.as_str().expect("an id"), body, &mut faults);
    }
    faults.0
}

fn texts(text: &str, root: &Value, faults: &mut Faults) {
    each_text(root, "", &mut |key, value| {
        let is_long = value.contains("${{") && value.chars().count() > LONGEST_EXPRESSION;
        faults.demand(!is_long, || format!("`{key}` is too long for an expression"));
        faults.demand(key != "run" || !value.contains("${{"), || {
            format!("a script holds an expression: {value}")
        });
        for name in references(value, "secrets.").chain(references(value, "vars.")) {
            let is_fine =
                is_name(name, false) && (!name.starts_with("GITHUB_") || name == "GITHUB_TOKEN");
            faults.demand(is_fine, || format!("nothing can be stored under `{name}`"));
        }
    });
    // A reader of YAML makes a number of it, and 3.1 of 3.10.
    for line in text.lines() {
        let value = line.trim().strip_prefix("python-version: ");
        faults.demand(value.is_none_or(|it| it.starts_with(['"', '$'])), || {
            format!("a number: {line}")
        });
    }
}

/// The names that stand behind a word in expressions.
fn references<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    let inside = text.split("${{").skip(1).filter_map(|rest| rest.split("}}").next());
    inside.flat_map(move |inner| {
        inner.split(word).skip(1).map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"_-".contains(c));
            &rest[..end.unwrap_or(rest.len())]
        })
    })
}

/// Every action at a commit, with its version in a comment, and one commit for one version.
fn pins(text: &str, faults: &mut Faults) {
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for line in text.lines() {
        let Some(uses) = line.trim().trim_start_matches("- ").strip_prefix("uses: ") else {
            continue;
        };
        let (action, version) = uses.split_once(" # ").unwrap_or((uses, ""));
        let (name, commit) = action.split_once('@').unwrap_or((action, ""));
        let is_commit = commit.len() == 40 && commit.bytes().all(|it| it.is_ascii_hexdigit());
        let is_version = version.strip_prefix('v').is_some_and(|it| {
            it.split('.').count() == 3 && it.split('.').all(|part| part.parse::<u32>().is_ok())
        });
        faults.demand(is_commit && is_version, || format!("not pinned: {uses}"));
        let first = known.entry(format!("{name} {version}")).or_insert_with(|| commit.to_owned());
        faults.demand(first == commit, || format!("two commits of {name} {version}"));
    }
}

fn events(on: &Value, faults: &mut Faults) {
    faults.demand(on.is_mapping(), || "`on` is no map, which some readers refuse".to_owned());
    for event in ["push", "pull_request"] {
        for filter in ["branches", "tags", "paths"] {
            let Some(patterns) = on[event][filter].as_sequence() else { continue };
            let mut patterns = patterns.iter().filter_map(Value::as_str);
            let starts = patterns.clone().next().unwrap_or("!");
            faults.demand(!starts.starts_with('!'), || format!("{event}.{filter} matches nothing"));
            let is_dead = |it: &str| it.trim_start_matches('!').starts_with("./");
            faults
                .demand(!patterns.any(is_dead), || format!("{event}.{filter}: `./` never matches"));
        }
    }
    for entry in on["schedule"].as_sequence().into_iter().flatten() {
        let cron = entry["cron"].as_str().unwrap_or_default();
        faults.demand(is_cron(cron), || format!("the time `{cron}`"));
    }
    let inputs = on["workflow_dispatch"]["inputs"].as_mapping();
    faults.demand(inputs.is_none_or(|all| all.len() <= 25), || "more than 25 inputs".to_owned());
    for (id, input) in inputs.into_iter().flatten() {
        let id = id.as_str().unwrap_or_default();
        faults.demand(is_name(id, true), || format!("`{id}` is no name of an input"));
        default(id, input, faults);
    }
}

/// A default has the type of its input, and is one of its options.
fn default(id: &str, input: &Value, faults: &mut Faults) {
    let Some(default) = input.get("default") else { return };
    let fits = match input["type"].as_str() {
        Some("boolean") => default.is_bool(),
        Some("number") => {
            default.is_number() || default.as_str().is_some_and(|it| it.parse::<f64>().is_ok())
        }
        Some("choice") => input["options"].as_sequence().is_some_and(|all| all.contains(default)),
        _ => default.is_string(),
    };
    faults.demand(fits, || format!("the default of `{id}` is {default:?}"));
}

fn job(id: &str, body: &Value, faults: &mut Faults) {
    let is_id = is_name(id, true) && id.len() < 100 && !id.starts_with("__");
    faults.demand(is_id, || format!("`{id}` cannot be an id"));
    let minutes = body["timeout-minutes"].as_u64();
    faults.demand(minutes.is_some(), || format!("{id}: no time limit"));
    let labels = super::super::texts(&body["runs-on"]);
    faults.demand(!labels.is_empty(), || format!("{id}: no machine"));
    faults.demand(!labels.iter().any(|it| RETIRED.contains(&it.as_str())), || {
        format!("{id}: {labels:?} is gone")
    });
    let is_own = labels.iter().any(|it| it == "self-hosted");
    let fits = is_own || !body["runs-on"].is_string() || minutes.unwrap_or(0) <= MOST_MINUTES;
    faults.demand(fits, || format!("{id}: {minutes:?} minutes on a hosted machine"));
    faults
        .demand(legs(&body["strategy"]["matrix"]) <= MOST_LEGS, || format!("{id}: too many legs"));
    let steps = body["steps"].as_sequence();
    faults.demand(steps.is_some_and(|all| !all.is_empty()), || format!("{id}: no steps"));
    let ids = || steps.into_iter().flatten().filter_map(|step| step["id"].as_str());
    faults.demand(are_unique(ids()), || format!("{id}: two steps of one id"));
    for step in steps.into_iter().flatten() {
        let minutes = step["timeout-minutes"].as_u64().unwrap_or(1);
        faults.demand((1..=MOST_MINUTES).contains(&minutes), || {
            format!("{id}: a step of {minutes} minutes")
        });
    }
}

/// An upper bound of the jobs that a matrix makes.
fn legs(matrix: &Value) -> usize {
    let Some(map) = matrix.as_mapping() else { return 1 };
    let (mut product, mut more, mut has_axes) = (1_usize, 0, false);
    for (name, values) in map {
        let count = values.as_sequence().map_or(1, Vec::len);
        match name.as_str() {
            Some("include") => more = count,
            Some("exclude") => {}
            _ => {
                (product, has_axes) = (product.saturating_mul(count), true);
            }
        }
    }
    if has_axes { product.max(more) } else { more }
}

#[test]
fn what_no_parser_reports_is_found() {
    let good = "on: { workflow_dispatch: }\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    timeout-minutes: 5\n    steps: [{ run: ls }]\n";
    let said = |text: &str| faults(text, &serde_yaml::from_str(text).expect("YAML")).join("; ");
    assert_eq!(said(good), "");
    let commit = "a".repeat(40);
    for (from, to, fault) in [
        ("workflow_dispatch:", "push: { branches: [\"!main\"] }", "matches nothing"),
        ("workflow_dispatch:", "push: { paths: [./src] }", "never matches"),
        ("workflow_dispatch:", "schedule: [{ cron: 0 0 31 2 * }]", "the time"),
        (
            "workflow_dispatch:",
            "workflow_dispatch: { inputs: { a.b: { type: string } } }",
            "no name of an input",
        ),
        (
            "workflow_dispatch:",
            "workflow_dispatch: { inputs: { a: { type: choice, options: [x], default: y } } }",
            "the default",
        ),
        ("ubuntu-24.04", "macos-13", "is gone"),
        ("minutes: 5", "minutes: 361", "361"),
        ("[{ run: ls }]", "[]", "no steps"),
        ("[{ run: ls }]", "[{ run: ls, timeout-minutes: 400 }]", "400"),
        ("[{ run: ls }]", "[{ run: \"ls ${{ inputs.x }}\" }]", "holds an expression"),
        (
            "[{ run: ls }]",
            "[{ run: ls, env: { A: \"${{ secrets.GITHUB_X }}\" } }]",
            "nothing can be stored",
        ),
        ("[{ run: ls }]", "\n    - uses: a/b@v1", "not pinned"),
        (
            "[{ run: ls }]",
            &format!(
                "\n    - uses: a/b@{commit} # v1.2.3\n    - uses: a/b@{}b # v1.2.3",
                &commit[1..]
            ),
            "two commits",
        ),
        ("[{ run: ls }]", "\n    - with:\n        python-version: 3.10", "a number"),
        (
            "  a:\n",
            "  a: { timeout-minutes: 1, runs-on: u, steps: [{ run: ls }] }\n  A:\n",
            "by case",
        ),
        (
            "timeout-minutes",
            "strategy: { matrix: { a: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17], b: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17] } }\n    timeout-minutes",
            "too many legs",
        ),
    ] {
        let text = good.replace(from, to);
        assert!(said(&text).contains(fault), "{fault}: {}\n{text}", said(&text));
    }
}
