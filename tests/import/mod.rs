//! Azure ML files, imported and built: what Azure ML gets is what it got from the original.
//!
//! `cargo test --test suite import -- --nocapture` prints how many of the files are equal.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mlopsc_compiler::diagnostics::{Format, render};
use mlopsc_compiler::import::import;
use serde_json::Value;

use crate::conformance;
use crate::memory::{Memory, compile};

/// Files whose bodies differ, a part of the first difference, and why that is right.
const UNEQUAL: &[(&str, &str, &str)] = &[
    (
        "component_optional_default.yml",
        "inputs/level/optional",
        "an input with a default always has a value",
    ),
    (
        "node_inputs_of_node.yml",
        "parent.jobs.first.inputs.d",
        "the spec names what the other node's input is bound to",
    ),
    (
        "parallel_default_size.yml",
        "mini_batch_size",
        "the language wants the size said, and the importer says so",
    ),
    (
        "sweep_trial_bare.yml",
        "inputs.rate",
        "a hyperparameter is an input of the component that the compiler makes of the trial",
    ),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/files")
}

/// The Azure ML files; others beside them are what they refer to.
fn originals(files: &Memory) -> Vec<String> {
    let own = |path: &&String| !path.contains('/');
    files.0.keys().filter(own).cloned().collect()
}

/// What came of one file.
struct Import {
    /// What importer and compiler said, a line each.
    said: String,
    /// Every file of the project, the built ones too.
    files: Memory,
    /// The folder with the files for Azure ML.
    built: Option<String>,
}

fn imported(files: &Memory, original: &str) -> Import {
    let imported = import(files, original, "");
    let mut said = render(Format::Concise, &imported.diagnostics, &imported.sources);
    let mut files = files.clone();
    for file in &imported.files {
        files = files.with(&file.path, &file.text);
    }
    let Some(spec) = imported.files.first() else { return Import { said, files, built: None } };
    let compiled = compile(&files, &spec.path);
    let errors = compiled.concise();
    let errors = errors.lines().filter(|line| line.contains(": error["));
    said.extend(errors.flat_map(|line| [line, "\n"]));
    for artifact in &compiled.artifacts {
        files = files.with(&artifact.path, &artifact.text);
    }
    let built = compiled.plan.map(|plan| plan.azure_ml_path(""));
    Import { said, files, built }
}

#[test]
fn importer_and_compiler_say_what_they_cannot_say() {
    let files = Memory::read(&folder());
    let said = originals(&files).into_iter().map(|original| imported(&files, &original).said);
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "." }, {
        insta::assert_snapshot!("said", said.collect::<String>());
    });
}

#[test]
#[allow(clippy::print_stdout)] // the figure is for people
fn imported_files_build_to_the_same_bodies() {
    let Some(tools) = conformance::parsers() else { return };
    let files = Memory::read(&folder());
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let mut pairs = Vec::new();
    for original in originals(&files) {
        let root = home.path().join(original.replace('.', "_"));
        let import = imported(&files, &original);
        for (path, text) in &import.files.0 {
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        }
        let built = import.built.unwrap_or_default();
        pairs.extend([root.join(&original), root.join(built)]);
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/compare.py");
    let mut python = Command::new(tools.python);
    python.arg(script).env("PYTHONPATH", &tools.packages).args(&pairs);
    let output = conformance::run(python.env_remove("PYTHONDONTWRITEBYTECODE")).expect("it runs");
    let lines = output.lines().map(|line| serde_json::from_str(line).expect("a line of JSON"));
    let mut unequal: BTreeMap<String, String> = BTreeMap::new();
    for line in lines {
        let line: Value = line;
        let differences = line["differences"].as_array().expect("a list");
        if let Some(first) = differences.first() {
            let path = Path::new(line["original"].as_str().expect("a path"));
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            unequal.insert(name, first.to_string());
        }
    }
    let all = pairs.len() / 2;
    println!("{} of {all} imported files are equal", all - unequal.len());
    for (name, why) in &unequal {
        println!("  {name}: {why}");
    }
    assert!(all >= 60);
    for (name, part, _) in UNEQUAL {
        let found = unequal.remove(*name);
        assert!(found.as_ref().is_some_and(|it| it.contains(part)), "{name}: {found:?}");
    }
    assert!(unequal.is_empty(), "{unequal:#?}");
}
