//! Workflow files.

use crate::emit::{self, Map, mark};
use crate::plan::{Concurrency, Home, Plan, Trigger, TriggerId, TriggerKind, Workflow};
use crate::targets::Artifact;

use super::events::{self, Events};
use super::expression::expression;
use super::scope::Scope;
use super::{inputs, job};

/// One file of `plan.workflows`.
pub(super) fn artifact(plan: &Plan, workflow: &Workflow) -> Artifact {
    let events = Events::of(plan, workflow);
    let mut scope = Scope::new(plan, &workflow.jobs, &workflow.parameters);
    scope.by_hand_only = events.by_hand_only();
    scope.guards = events.guards(workflow.trusted);
    let on = events.into_map(inputs::dispatch(&scope, &workflow.parameters));
    let concurrency = concurrency(&workflow.id, workflow.concurrency);
    let doc = document(&workflow.title, on, concurrency, job::all(&scope));
    file(plan, &workflow.id, &doc, started_by(plan, workflow))
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
pub(super) fn file(plan: &Plan, id: &str, doc: &Map, started_by: Vec<String>) -> Artifact {
    let mut header = vec![
        mark::blank(&plan.spec_path),
        format!("Written by mlopsc; edits are lost. Change {} and run", plan.spec_path),
        format!("`mlopsc build {}` instead.", plan.spec_path),
    ];
    header.extend(started_by);
    let text = mark::stamp(emit::yaml(doc, &header));
    Artifact { path: path(plan, id), text }
}

/// Root-relative path of a workflow file.
pub(super) fn path(plan: &Plan, id: &str) -> String {
    format!("{}/{id}.yml", plan.project.github_folder)
}

/// A group is shared by all workflows of a repository and by all of its refs, hence both in its name.
fn concurrency(id: &str, concurrency: Concurrency) -> Map {
    let per_ref = format!("{id}-{}", expression("github.ref"));
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

/// Which triggers of the spec start this file, and which live elsewhere. Those without a CI file
/// stand in the whole graph's.
fn started_by(plan: &Plan, workflow: &Workflow) -> Vec<String> {
    let is_first = plan.workflows.first().is_some_and(|first| first.id == workflow.id);
    let without_file = (0..).map(TriggerId).zip(&plan.triggers).filter_map(|(id, trigger)| {
        (is_first && trigger.workflow.is_none() && !workflow.triggers.contains(&id)).then_some(id)
    });
    let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
    for id in workflow.triggers.iter().copied().chain(without_file) {
        let trigger = plan.trigger(id);
        if trigger.kind == TriggerKind::Manual {
            continue;
        }
        if events::lives_here(trigger) {
            here.push(trigger.name.as_str());
        } else {
            elsewhere.push(home(trigger));
        }
    }
    let started = match here.as_slice() {
        [] => "Started by hand.".to_owned(),
        names => format!("Started by {}, and by hand.", names.join(", ")),
    };
    [vec![started], elsewhere].concat()
}

fn home(trigger: &Trigger) -> String {
    if !trigger.enabled {
        return format!("Trigger {} is switched off.", trigger.name);
    }
    let homes: Vec<_> = trigger.homes.iter().copied().map(Home::word).collect();
    format!("Trigger {} lives on {}.", trigger.name, homes.join(" and "))
}
