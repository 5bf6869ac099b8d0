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
use crate::conformance::{parsers, script};
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

#[test]
#[allow(clippy::print_stdout)] // the figure is for people
fn rest_bodies_are_those_of_the_sdk() {
    let Some(tools) = parsers() else { return };
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let kept = std::env::var_os("MLOPSC_KEEP").map(PathBuf::from);
    let home = kept.unwrap_or_else(|| home.path().to_owned());
    let folders = RefCell::new(Vec::new());
    let add = |name: &str, files: &Memory, spec: &str| {
        let Some(plan) = compile(files, spec).plan else { return };
        let folder = stage(&home.join(name), files, &plan);
        folders.borrow_mut().extend(folder.map(|folder| folder.display().to_string()));
    };
    for name in cases::CASES {
        add(name, &cases::project(name), &format!("{name}.mlops.yaml"));
    }
    let of_cases = folders.borrow().len();
    for_all(8, false, |generated| {
        for spec in &generated.specs {
            let name = folders.borrow().len().to_string();
            add(&name, &generated.files, spec);
        }
        Ok(())
    });
    let folders = folders.into_inner();
    let mut python = Command::new(tools.python);
    python.arg(script("rest.py")).env("PYTHONPATH", &tools.packages);
    python.env_remove("PYTHONDONTWRITEBYTECODE").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = python.spawn().expect("Python starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(folders.join("\n").as_bytes()).expect("the script reads");
    drop(stdin);
    let output = child.wait_with_output().expect("the script ends");
    let said = String::from_utf8(output.stdout).expect("JSON");
    let lines = said.lines().map(|line| serde_json::from_str(line).expect("a line of JSON"));
    let lines: Vec<Value> = lines.collect();
    assert_eq!(lines.len(), folders.len(), "a line for each pipeline");
    let bodies: u64 = lines.iter().filter_map(|line| line["bodies"].as_u64()).sum();
    let unequal: Vec<&Value> = lines
        .iter()
        .filter(|line| line["differences"].as_array().is_none_or(|it| !it.is_empty()))
        .collect();
    let (all, generated) = (lines.len(), lines.len() - of_cases);
    println!(
        "{} of {all} pipelines ({generated} generated) have equal bodies, {bodies} of them",
        all - unequal.len()
    );
    let shown: Vec<String> = unequal.iter().take(40).map(ToString::to_string).collect();
    assert!(unequal.is_empty(), "{}", shown.join("\n"));
    assert!(bodies > 100);
}
