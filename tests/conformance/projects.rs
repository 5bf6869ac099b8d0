//! What is read with the parsers: every case and every example, compiled here and put on the disk.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use mlopsc_compiler::plan::{Home, Plan, Submission, ValueType};
use mlopsc_compiler::targets::TARGETS;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::checkers::{Emitted, Report, check};
use super::put;
use super::tools::Tools;
use crate::memory::{Compiled, Memory, compile};
use crate::{cases, examples};

/// A project on the disk, with what was written for one spec.
pub(crate) struct Project {
    /// Its root.
    pub(crate) root: PathBuf,
    /// What was understood.
    pub(crate) plan: Plan,
}

/// All projects, and what the parsers say of them.
pub(crate) struct Reading {
    pub(crate) projects: Vec<Project>,
    pub(crate) files: Emitted,
    pub(crate) report: Report,
    _home: TempDir,
}

/// Compiles and reads everything, once for all tests.
pub(crate) fn reading(tools: &Tools) -> &'static Reading {
    static READING: OnceLock<Reading> = OnceLock::new();
    READING.get_or_init(|| {
        let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let (mut projects, mut files) = (Vec::new(), Emitted::default());
        for (name, memory, compiled) in compiled() {
            if let Some(plan) = compiled.plan.clone() {
                let root = home.path().join(name);
                stage(&root, &memory, &compiled, &plan, &mut files);
                projects.push(Project { root, plan });
            }
        }
        let report = check(tools, &files);
        Reading { projects, files, report, _home: home }
    })
}

/// Every spec of the cases and examples by a name of its own.
fn compiled() -> Vec<(String, Memory, Compiled)> {
    let cases = cases::CASES.iter().map(|name| {
        let compiled = cases::compiled(name);
        ((*name).to_owned(), cases::project(name), compiled)
    });
    let examples = examples::folders().into_iter().flat_map(|folder| {
        let memory = Memory::read(&folder);
        let specs = memory.0.keys().filter(|path| path.ends_with(".mlops.yaml")).cloned();
        let specs: Vec<String> = specs.collect();
        let example = folder.file_name().expect("a name").to_string_lossy().into_owned();
        specs.into_iter().map(move |spec| {
            let compiled = compile(&memory, &spec);
            assert!(!compiled.failed(), "{}", compiled.concise());
            (format!("{example}-{}", spec.replace('/', "-")), memory.clone(), compiled)
        })
    });
    cases.chain(examples).collect()
}

/// Writes a project and its files to the disk, each for the parsers of its platform.
pub(crate) fn stage(
    root: &Path,
    memory: &Memory,
    compiled: &Compiled,
    plan: &Plan,
    files: &mut Emitted,
) {
    for (path, text) in &memory.0 {
        put(root, path, text);
    }
    for artifact in &compiled.artifacts {
        let path = put(root, &artifact.path, &artifact.text);
        let inside = |folder: &str| artifact.path.starts_with(&format!("{folder}/"));
        let project = &plan.project;
        let mut apart = TARGETS.iter().filter_map(|target| target.apart);
        match () {
            // REST bodies are no files of the command line; another test compares them.
            () if apart.any(|folders| folders(plan).iter().any(|it| inside(it))) => {}
            () if inside(&project.azure_ml_folder) => files.azure_ml.push(path),
            () if inside(&project.github_folder) => files.github.push(path),
            () if inside(&project.azure_pipelines_folder) => files.azure_pipelines.push(path),
            // Templates have a test of their own.
            () if inside(&project.events_folder) => {}
            () => panic!("{} is in no target's folder", artifact.path),
        }
    }
    if plan.project.targets.contains(&Home::AzureMl) {
        for plan in plan.each_stage() {
            for submission in &plan.submissions {
                files.azure_ml.push(bind(root, plan, submission));
            }
        }
    }
}

/// The copy of a job file that CI submits: with a value for every input. Values are bound as text.
fn bind(root: &Path, plan: &Plan, submission: &Submission) -> PathBuf {
    let file = root.join(plan.azure_ml_path(&submission.job_file()));
    let text = std::fs::read_to_string(&file).expect("a job file for every submission");
    let mut job: Value = serde_json::from_str(&text).expect("job files are JSON");
    let inputs = job.as_object_mut().expect("a map").entry("inputs").or_insert_with(|| json!({}));
    for input in &submission.inputs {
        let value = match input.kind {
            ValueType::String => json!("text"),
            ValueType::Integer | ValueType::Number => json!("7"),
            ValueType::Boolean => json!("true"),
            kind @ (ValueType::UriFile
            | ValueType::UriFolder
            | ValueType::Mltable
            | ValueType::MlflowModel
            | ValueType::CustomModel
            | ValueType::TritonModel) => {
                json!({ "type": kind.word(), "path": "azureml://datastores/d/paths/p/" })
            }
        };
        inputs[&input.name] = value;
    }
    put(root, &plan.azure_ml_path(&submission.run_file()), &job.to_string())
}
