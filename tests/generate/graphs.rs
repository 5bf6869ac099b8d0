//! The graph of jobs, read back from what was written.

use std::collections::{BTreeMap, BTreeSet};

use mlopsc_compiler::plan::{Home, Job, Plan};
use serde_yaml::Value;

use super::for_all;
use super::properties::ensure;
use crate::memory::{Compiled, compile};

/// Jobs and what each waits for.
type Graph = BTreeMap<String, BTreeSet<String>>;

#[test]
fn ci_files_have_the_graph_of_the_plan() {
    for_all(300, false, |generated| {
        for spec in &generated.specs {
            let compiled = compile(&generated.files, spec);
            if let Some(plan) = &compiled.plan {
                compare(plan, &compiled)?;
            }
        }
        Ok(())
    });
}

fn compare(plan: &Plan, compiled: &Compiled) -> Result<(), String> {
    let project = &plan.project;
    for submission in &plan.submissions {
        let copy = plan.azure_ml_path(&submission.run_file());
        let written = compiled.artifacts.iter().any(|it| it.path == copy);
        ensure!(!written, "{copy} is written, and overwritten by CI");
    }
    for workflow in &plan.workflows {
        let demanded = planned(&workflow.jobs);
        if project.targets.contains(&Home::GitHub) {
            let path = format!("{}/{}.yml", project.github_folder, workflow.id);
            let found = graph(&path, compiled, github)?;
            ensure!(found == demanded, "{path}: {found:#?} instead of {demanded:#?}");
        }
        if project.targets.contains(&Home::AzurePipelines) {
            let path = format!("{}/{}.yml", project.azure_pipelines_folder, workflow.id);
            let found = graph(&path, compiled, azure_pipelines)?;
            ensure!(found == demanded, "{path}: {found:#?} instead of {demanded:#?}");
        }
    }
    Ok(())
}

fn planned(jobs: &[Job]) -> Graph {
    let id = |job: &Job| job.id.clone();
    let needs = |job: &Job| job.needs.iter().map(|it| id(&jobs[it.0 as usize])).collect();
    jobs.iter().map(|job| (id(job), needs(job))).collect()
}

/// Jobs of a file, with what each needs.
type Jobs = Vec<(String, Vec<String>)>;

/// The graph of a file. Several jobs do the work of one of the plan: they are called after it, with
/// two underscores behind its name.
fn graph(path: &str, compiled: &Compiled, jobs: fn(&Value) -> Jobs) -> Result<Graph, String> {
    let artifact = compiled.artifacts.iter().find(|it| it.path == path);
    let text = &artifact.ok_or_else(|| format!("{path} was not written"))?.text;
    let document: Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    let jobs = jobs(&document);
    acyclic(path, &jobs)?;
    let base = |id: &str| id.split("__").next().unwrap_or_default().to_owned();
    let mut graph = Graph::new();
    for (id, needs) in &jobs {
        let others = needs.iter().filter(|need| base(need) != base(id));
        for need in others.clone() {
            let last = ends(&jobs, &base(need));
            let waits = last.iter().all(|last| needs.contains(last));
            ensure!(waits, "{path}: {id} waits for {need} and not for {last:?}");
        }
        graph.entry(base(id)).or_default().extend(others.map(|need| base(need)));
    }
    Ok(graph)
}

/// Of the jobs that do one work, those that say that it is done.
fn ends(jobs: &[(String, Vec<String>)], base: &str) -> Vec<String> {
    let mine = |id: &str| id == base || id.starts_with(&format!("{base}__"));
    let passing = ["__cancel", "__approval"];
    let mine: Vec<&(String, Vec<String>)> = jobs
        .iter()
        .filter(|(id, _)| mine(id) && !passing.iter().any(|end| id.ends_with(end)))
        .collect();
    let waited = |id: &String| mine.iter().any(|(other, needs)| other != id && needs.contains(id));
    mine.iter().map(|(id, _)| id.clone()).filter(|id| !waited(id)).collect()
}

fn acyclic(path: &str, jobs: &[(String, Vec<String>)]) -> Result<(), String> {
    let mut done: BTreeSet<&String> = BTreeSet::new();
    while done.len() < jobs.len() {
        let ready = |(id, needs): &&(String, Vec<String>)| {
            !done.contains(id) && needs.iter().all(|need| done.contains(need))
        };
        let next: Vec<&String> = jobs.iter().filter(ready).map(|(id, _)| id).collect();
        ensure!(!next.is_empty(), "{path}: jobs wait for what is not there: {jobs:?}");
        done.extend(next);
    }
    Ok(())
}

fn words(value: &Value) -> Vec<String> {
    match value {
        Value::String(word) => vec![word.clone()],
        Value::Sequence(items) => items.iter().flat_map(words).collect(),
        _ => Vec::new(),
    }
}

fn github(document: &Value) -> Vec<(String, Vec<String>)> {
    let jobs = document["jobs"].as_mapping().expect("jobs");
    jobs.iter()
        .map(|(id, job)| (id.as_str().expect("a name").to_owned(), words(&job["needs"])))
        .collect()
}

fn azure_pipelines(document: &Value) -> Vec<(String, Vec<String>)> {
    let jobs = document["jobs"].as_sequence().expect("jobs");
    jobs.iter()
        .map(|job| {
            let id = job["job"].as_str().or(job["deployment"].as_str()).expect("a name");
            (id.to_owned(), words(&job["dependsOn"]))
        })
        .collect()
}
