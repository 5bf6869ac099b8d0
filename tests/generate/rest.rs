//! The REST bodies are those that Microsoft's SDK makes of the files for its command line.
//! `MLOPSC_CASES=500` compares those of more generated projects; `MLOPSC_KEEP=<folder>` leaves the
//! files there.

use std::cell::RefCell;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mlopsc_compiler::emit;
use mlopsc_compiler::plan::Plan;
use serde_json::Value;

use super::for_all;
use crate::cases;
use crate::conformance::{Tools, parsers, script};
use crate::memory::{Memory, compile};

/// Writes a project and its files for Azure ML; the folder with them, if there are any.
fn stage(root: &Path, files: &Memory, plan: &Plan) -> Option<PathBuf> {
    let artifacts = emit(plan, &["azureml", "azureml-rest"]);
    if plan.submissions.is_empty() || artifacts.is_empty() {
        return None;
    }
    let written = artifacts.iter().map(|it| (&it.path, &it.text));
    for (path, text) in files.0.iter().chain(written) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
    Some(root.join(plan.azure_ml_path("")))
}

/// What the script says of each folder, in their order.
fn compared(tools: &Tools, folders: &[PathBuf]) -> Vec<Value> {
    let mut python = Command::new(tools.python);
    python.arg(script("rest.py")).env("PYTHONPATH", &tools.packages);
    python.env_remove("PYTHONDONTWRITEBYTECODE").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = python.spawn().expect("Python starts");
    let paths: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
    // It reads everything before it says anything.
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(paths.join("\n").as_bytes()).expect("the script reads");
    drop(stdin);
    let output = child.wait_with_output().expect("the script ends");
    let said = String::from_utf8(output.stdout).expect("JSON");
    let lines = said.lines().map(|line| serde_json::from_str(line).expect("a line of JSON"));
    let lines: Vec<Value> = lines.collect();
    assert_eq!(lines.len(), folders.len(), "a line for each pipeline");
    lines
}

/// Changes one word in one body, which must be noticed.
fn change(folder: &Path) {
    let body = folder.join("rest.api/component.json");
    let text = fs::read_to_string(&body).expect("there is a component");
    let changed = text.replacen("/computes/", "/computes/other-", 1);
    assert_ne!(text, changed);
    fs::write(body, changed).expect("it can be written");
}

fn is_equal(line: &Value) -> bool {
    line["differences"].as_array().is_some_and(Vec::is_empty)
}

#[test]
#[allow(clippy::print_stdout)] // the figure is for people
fn rest_bodies_are_those_of_the_sdk() {
    let Some(tools) = parsers() else { return };
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let kept = std::env::var_os("MLOPSC_KEEP").map(PathBuf::from);
    let root = kept.unwrap_or_else(|| home.path().to_owned());
    let folders = RefCell::new(Vec::new());
    let add = |name: &str, files: &Memory, spec: &str| {
        let Some(plan) = compile(files, spec).plan else { return };
        folders.borrow_mut().extend(stage(&root.join(name), files, &plan));
    };
    let add_case = |name: &str, case: &str| {
        add(name, &cases::project(case), &format!("{case}.mlops.yaml"));
    };
    add_case("changed", "minimal_azureml");
    change(&folders.borrow()[0]);
    for case in cases::CASES {
        add_case(case, case);
    }
    let of_cases = folders.borrow().len();
    for_all(8, false, |generated| {
        for spec in &generated.specs {
            let name = folders.borrow().len().to_string();
            add(&name, &generated.files, spec);
        }
        Ok(())
    });
    let lines = compared(tools, &folders.into_inner());
    let (changed, lines) = lines.split_first().expect("the changed one comes first");
    assert!(changed["differences"][0].to_string().contains("other-"), "{changed}");
    let (equal, unequal): (Vec<&Value>, Vec<&Value>) = lines.iter().partition(|it| is_equal(it));
    let bodies: u64 = equal.iter().filter_map(|line| line["bodies"].as_u64()).sum();
    let (all, generated) = (lines.len(), lines.len() + 1 - of_cases);
    println!(
        "{} of {all} pipelines ({generated} generated) have equal bodies, {bodies} of them",
        equal.len()
    );
    let shown: Vec<String> = unequal.iter().take(40).map(ToString::to_string).collect();
    assert!(unequal.is_empty(), "{}", shown.join("\n"));
    assert!(bodies > 100);
}
