//! Workflow files.

use crate::emit::{self, Map, mark};
use crate::plan::{Concurrency, Home, Plan, Push, Staging, Workflow};
use crate::targets::{Artifact, header as about, passthrough};

use super::events::Events;
use super::expression::expression;
use super::scope::Scope;
use super::{header, inputs, job, pins, stage};

/// One file of `plan.workflows`.
pub(super) fn artifact(plan: &Plan, workflow: &Workflow) -> Artifact {
    let events = Events::of(plan, workflow);
    let mut scope = Scope::new(plan, &workflow.jobs, &workflow.parameters, workflow.staging);
    scope.by_hand_only = events.by_hand_only();
    scope.dispatch = events.dispatch();
    scope.guards = events.guards(workflow.trusted);
    scope.releases = events.push().is_some_and(Push::looks_like_a_release);
    scope.follows = events.follows();
    let refs = header::refs(plan, &events);
    let on = events.into_map(inputs::dispatch(&scope, &workflow.parameters));
    let concurrency = concurrency(&scope, &workflow.id, workflow.concurrency);
    let jobs = job::all(&scope);
    let needs = header::needs(&scope, &jobs, &refs, false);
    let header = about::of_workflow(plan, workflow, Home::GitHub, needs, str::to_owned);
    let mut doc = document(&workflow.title, on, concurrency, jobs.map);
    passthrough::put(&mut doc, &plan.passthrough.github);
    file(plan, &workflow.id, &doc, &header)
}

/// The document, in the order that people expect.
pub(super) fn document(title: &str, on: Map, concurrency: Map, jobs: Map) -> Map {
    let mut run = Map::new();
    run.put("shell", "bash");
    let mut defaults = Map::new();
    defaults.put("run", run);
    let mut doc = Map::new();
    doc.put("name", title)
        .put("on", on)
        .put("permissions", Map::new())
        .put("concurrency", concurrency)
        .put("defaults", defaults)
        .put("jobs", jobs);
    doc
}

/// The file of a document.
pub(super) fn file(plan: &Plan, id: &str, doc: &Map, header: &[String]) -> Artifact {
    let doc = pins::applied(plan, doc);
    Artifact { path: path(plan, id), text: mark::stamp(emit::yaml(&doc, header)) }
}

/// Root-relative path of a workflow file.
pub(super) fn path(plan: &Plan, id: &str) -> String {
    format!("{}/{id}.yml", plan.project.github_folder)
}

/// A group is shared by all workflows of a repository and by all of its refs, hence both in its name;
/// and the stage, where there is a choice: runs in different stages do not wait for each other.
fn concurrency(scope: &Scope<'_>, id: &str, concurrency: Concurrency) -> Map {
    let stage = match scope.run {
        Staging::Chosen => format!("{}-", stage::name(scope)),
        Staging::None | Staging::Fixed(_) => String::new(),
    };
    let per_ref = format!("{id}-{stage}{}", expression("github.ref"));
    let mut map = Map::new();
    match concurrency {
        Concurrency::Queue => map
            .put("group", per_ref)
            .put("cancel-in-progress", false)
            .put_beside("queue", "max", "nothing that waits is dropped"),
        Concurrency::Cancel => map.put("group", per_ref).put("cancel-in-progress", true),
        Concurrency::Parallel => {
            let per_run = format!("{id}-{}", expression("github.run_id"));
            map.put_beside("group", per_run, "every run is alone in its group")
                .put("cancel-in-progress", false)
        }
    };
    map
}
