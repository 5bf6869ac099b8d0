//! The comment at the top of a file: whose it is, what starts it, and what must exist.

use crate::emit::mark;
use crate::plan::{Concurrency, Place, Plan, Release, TriggerKind, Workflow};

use super::reader::Reader;
use super::scope::Scope;
use super::{pipeline, triggers};

/// The header of a workflow's file.
pub(super) fn of_workflow(scope: &Scope<'_>, workflow: &Workflow) -> Vec<String> {
    let plan = scope.plan;
    let mut lines = start(plan, &workflow.title);
    lines.extend(started_by(plan, workflow));
    let mut needs = needs(scope, false);
    if workflow.concurrency == Concurrency::Queue {
        needs.push(
            "an exclusive lock check on a resource that it uses (a service connection, a variable \
             group, an environment): only then do runs wait for each other"
                .to_owned(),
        );
    }
    if triggers::on_pull_requests(plan, workflow) {
        needs.push(
            "in Azure Repos a branch policy (build validation) that names it: `pr` below counts \
             for GitHub and Bitbucket only"
                .to_owned(),
        );
    }
    finish(lines, needs)
}

/// The header of the release file.
pub(super) fn of_release(scope: &Scope<'_>, release: &Release) -> Vec<String> {
    let plan = scope.plan;
    let mut lines = start(plan, &format!("Release of {}", plan.display_name));
    for id in &release.schedules {
        let trigger = plan.trigger(*id);
        let state = if trigger.enabled { "enabled" } else { "disabled" };
        lines.push(format!("Schedule {} on Azure ML: {state}.", plan.schedule_name(*id)));
    }
    let branch = &plan.project.default_branch;
    lines.push(format!("Started by pushes to {branch}, and by hand."));
    let mut needs = needs(scope, true);
    needs.push(
        "an exclusive lock check on the service connection: only then do releases wait for each \
         other"
            .to_owned(),
    );
    finish(lines, needs)
}

fn start(plan: &Plan, title: &str) -> Vec<String> {
    let spec = &plan.spec_path;
    vec![
        mark::blank(spec),
        format!("Written by mlopsc: edit {spec}, then run `mlopsc build {spec}`."),
        String::new(),
        title.to_owned(),
        String::new(),
    ]
}

/// Which triggers of the spec start this file, and where the others live. Those without a CI file
/// stand in the whole graph's.
fn started_by(plan: &Plan, workflow: &Workflow) -> Vec<String> {
    let is_first = plan.workflows.first().is_some_and(|first| first.id == workflow.id);
    let others = plan.triggers.iter().filter(|one| is_first && one.workflow.is_none());
    let own = workflow.triggers.iter().map(|id| plan.trigger(*id));
    let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
    for trigger in own.chain(others).filter(|one| one.kind != TriggerKind::Manual) {
        let name = trigger.name.as_str();
        let homes: Vec<&str> = trigger.homes.iter().map(|home| home.word()).collect();
        if triggers::lives_here(trigger) {
            here.push(name);
        } else if trigger.enabled {
            elsewhere.push(format!("Trigger {name} lives on {}.", homes.join(" and ")));
        } else {
            elsewhere.push(format!("Trigger {name} is switched off."));
        }
    }
    let started = match here.as_slice() {
        [] => "Started by hand.".to_owned(),
        names => format!("Started by {}, and by hand.", names.join(", ")),
    };
    [vec![started], elsewhere].concat()
}

fn needs(scope: &Scope<'_>, releases: bool) -> Vec<String> {
    let project = &scope.plan.project;
    let mut needs: Vec<String> = Vec::new();
    if releases || uses_azure(scope) {
        let name = Reader::new(scope).text(&project.azure.service_connection);
        needs.push(format!("Azure Resource Manager service connection {name}"));
    }
    for group in pipeline::groups(scope) {
        needs.push(format!("variable group {group}"));
    }
    for step in scope.steps() {
        let Place::Ci(place) = &step.place else { continue };
        let environment = place.environment.as_ref();
        let line = environment.map(|name| format!("environment {name}, with its approvers"));
        needs.extend(line.filter(|line| !needs.contains(line)));
    }
    needs
}

fn uses_azure(scope: &Scope<'_>) -> bool {
    let step = |place: &Place| matches!(place, Place::Ci(place) if place.azure);
    scope.submissions().next().is_some() || scope.steps().any(|one| step(&one.place))
}

fn finish(mut lines: Vec<String>, needs: Vec<String>) -> Vec<String> {
    if !needs.is_empty() {
        lines.push(String::new());
        lines.push("It needs:".to_owned());
        lines.extend(needs.into_iter().map(|need| format!("- {need}")));
    }
    lines
}
