//! Variable groups: those of the project and the spec are the file's, those of a stage and of a step
//! are their jobs'.

use crate::emit::{Doc, Map};
use crate::plan::{Plan, Staging, Step};

use super::expression;
use super::scope::Scope;

/// Those that the whole file imports: all, when it reads a variable at all. A file that reads none,
/// such as one for pull requests of strangers, has no business with them.
pub(super) fn of_file<'a>(scope: &Scope<'a>) -> impl Iterator<Item = &'a String> {
    let groups = scope.plan.project.variable_groups.iter();
    let reads_variables = scope.reads_variables.get();
    groups.filter(move |_| reads_variables)
}

/// Every group of the file and of the jobs that were written, each once.
pub(super) fn all(scope: &Scope<'_>) -> Vec<String> {
    let mut all: Vec<String> = of_file(scope).cloned().collect();
    for group in scope.groups.borrow().iter() {
        if !all.contains(group) {
            all.push(group.clone());
        }
    }
    all
}

/// Those of the stage that a plan is for.
fn of_stage(plan: &Plan) -> &[String] {
    plan.stage.map_or(&[], |id| plan.project.stage(id).variable_groups.as_slice())
}

/// The entries for those that a step asks for.
pub(super) fn of_step(scope: &Scope<'_>, step: &Step) -> Vec<Map> {
    let groups = step.extras().map_or(&[][..], |extras| extras.variable_groups.as_slice());
    entries(scope, groups)
}

fn entries(scope: &Scope<'_>, groups: &[String]) -> Vec<Map> {
    scope.groups.borrow_mut().extend(groups.iter().cloned());
    groups.iter().map(|name| entry(name)).collect()
}

/// An entry of `variables`.
pub(super) fn entry(name: &str) -> Map {
    let mut map = Map::new();
    map.put("group", name);
    map
}

/// Writes jobs, with the groups of their stage where they read a variable.
pub(super) fn in_stage(scope: &Scope<'_>, write: impl FnOnce() -> Vec<Map>) -> Vec<Map> {
    let before = scope.reads_variables.replace(false);
    let mut jobs = write();
    let reads = scope.reads_variables.get();
    scope.reads_variables.set(before || reads);
    let staged = if reads { staged(scope) } else { Vec::new() };
    if !staged.is_empty() {
        for job in &mut jobs {
            put_first(job, &staged);
        }
    }
    jobs
}

/// The entries of the stage; of several, each under its condition.
fn staged(scope: &Scope<'_>) -> Vec<Map> {
    if scope.staging == Staging::None {
        return Vec::new();
    }
    let variants = scope.plan.variants(scope.staging);
    if let [only] = variants.as_slice() {
        return entries(scope, of_stage(only));
    }
    let mut all = Vec::new();
    for plan in variants {
        let groups = entries(scope, of_stage(plan));
        if let Some(stage) = plan.stage_name().filter(|_| !groups.is_empty()) {
            let mut map = Map::new();
            map.put(expression::in_stage(stage), groups);
            all.push(map);
        }
    }
    all
}

/// Puts entries before the other variables of a job.
fn put_first(job: &mut Map, entries: &[Map]) {
    if let Some(own) = job.0.iter_mut().find(|entry| entry.key == "variables")
        && let Doc::List(list) = &mut own.value
    {
        list.splice(0..0, entries.iter().cloned().map(Doc::Map));
        return;
    }
    let steps = job.0.iter().position(|entry| entry.key == "steps" || entry.key == "environment");
    let mut map = Map::new();
    map.put("variables", entries.to_vec());
    job.0.splice(steps.map_or(0..0, |at| at..at), map.0);
}
