//! `ShellCheck` reads every script of the CI files.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use mlopsc_compiler::plan::{Plan, Task};
use serde_yaml::Value;

use super::{Written, built, is_ci};
use crate::conformance::{Tools, parsers};

/// A script of a file: the title of its step, and its text.
struct Script {
    title: String,
    text: String,
}

/// The scripts of a CI file. Those that hold the author's own command are left out: how he writes is
/// his business.
fn scripts(plan: &Plan, root: &Value) -> Vec<Script> {
    let authors: Vec<&str> = plan
        .steps
        .iter()
        .filter(|step| !step.is_on_azure_ml() && matches!(step.task, Task::Command(_)))
        .map(|step| step.display_name.as_str())
        .collect();
    let mut all = Vec::new();
    collect(root, &mut all);
    all.retain(|script| !authors.contains(&script.title.as_str()));
    all
}

fn collect(value: &Value, all: &mut Vec<Script>) {
    match value {
        Value::Mapping(map) => {
            let text = |key: &str| map.get(key).and_then(Value::as_str);
            let inline = map.get("inputs").and_then(|inputs| inputs["inlineScript"].as_str());
            if let Some(script) = text("run").or(text("bash")).or(inline) {
                let title = text("name").filter(|_| text("run").is_some()).or(text("displayName"));
                let title = title.unwrap_or_default().to_owned();
                all.push(Script { title, text: script.to_owned() });
            }
            map.iter().for_each(|(_, item)| collect(item, all));
        }
        Value::Sequence(items) => items.iter().for_each(|item| collect(item, all)),
        _ => {}
    }
}

/// Scripts by their text, each with the place where it was first seen.
#[derive(Default)]
pub(crate) struct Scripts(BTreeMap<String, String>);

impl Scripts {
    /// Takes a script, and says where it is from.
    pub(crate) fn add(&mut self, text: &str, place: &str) {
        self.0.entry(text.to_owned()).or_insert_with(|| place.to_owned());
    }

    /// Takes the scripts of what was written under a name.
    pub(crate) fn take(&mut self, name: &str, written: &Written<'_>) {
        for artifact in written.artifacts {
            if is_ci(written.plan, artifact).is_none() {
                continue;
            }
            for Script { title, text } in scripts(written.plan, &written.root(&artifact.path)) {
                let place = || format!("{name}: {}: {title}", artifact.path);
                self.0.entry(text).or_insert_with(place);
            }
        }
    }
}

/// Programs for `jq` stand in single quotes, where `$` is theirs; variables come from the step's
/// environment, which is not in the script; an output may be called `done`; and `az` is a program
/// before a function of that name keeps what it says of errors from being commands.
const NOT_ASKED: &str = "--exclude=SC2016,SC2153,SC2154,SC1010,SC2218";

/// What `ShellCheck` says of scripts, a line each.
pub(crate) fn shellcheck(tools: &Tools, Scripts(scripts): &Scripts) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut places = BTreeMap::new();
    for (number, (text, place)) in scripts.iter().enumerate() {
        let path = folder.path().join(format!("{number}.sh"));
        std::fs::write(&path, format!("{text}\n")).expect("it is written");
        places.insert(path, place);
    }
    let mut shellcheck = Command::new(tools.shellcheck());
    shellcheck.args(["--norc", "--shell=bash", "--format=json", NOT_ASKED]).args(places.keys());
    let output = shellcheck.output().expect("it runs");
    let found: Vec<serde_json::Value> =
        serde_json::from_slice(&output.stdout).expect("it answers in JSON");
    let said = |it: &serde_json::Value| {
        let file = Path::new(it["file"].as_str().expect("a file"));
        let (line, code) = (&it["line"], &it["code"]);
        format!("{} line {line}: SC{code}: {}", places[file], it["message"])
    };
    found.iter().map(said).collect()
}

#[test]
fn shellcheck_finds_nothing_in_our_scripts() {
    let Some(tools) = parsers() else { return };
    let mut scripts = Scripts::default();
    for (name, _, compiled) in built() {
        let plan = compiled.plan.as_ref().expect("it builds");
        scripts.take(&name, &Written { plan, artifacts: &compiled.artifacts });
    }
    assert!(scripts.0.len() > 50, "there are scripts to read: {}", scripts.0.len());
    let found = shellcheck(tools, &scripts);
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
}

#[test]
fn shellcheck_bites() {
    let Some(tools) = parsers() else { return };
    let bad = Scripts(BTreeMap::from([("rm -r $X/y".to_owned(), "here".to_owned())]));
    let found = shellcheck(tools, &bad);
    assert!(found.len() == 1 && found[0].starts_with("here line 1: SC2086"), "{found:?}");
}
