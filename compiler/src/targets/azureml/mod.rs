//! The `azureml` target: for each submission a typed pipeline component and the thin job that
//! names it, one schedule for each schedule trigger that lives on Azure ML, and endpoints with their
//! deployments for calls. All files are CLI v2 files
//! (<https://learn.microsoft.com/azure/machine-learning/reference-yaml-overview>) in JSON.

mod command;
mod component;
mod context;
mod deploy;
mod endpoint;
mod job;
mod native;
mod node;
mod parallel;
mod reference;
pub mod rest;
mod schedule;
mod step_file;
#[cfg(test)]
mod tests;
mod value;

use super::{Artifact, Target};
use crate::emit::{Map, json, mark};
use crate::plan::{ComponentKind, Home, Place, Plan, Setting, Task, TriggerId};
use context::Context;

/// The target.
pub const TARGET: Target =
    Target { name: "azureml", engine: Home::AzureMl, most_bytes: None, apart: None, write };

fn write(plan: &Plan) -> Vec<Artifact> {
    plan.each_stage().flat_map(write_one).collect()
}

/// The files of one stage.
fn write_one(plan: &Plan) -> Vec<Artifact> {
    let mut artifacts = Vec::new();
    for submission in &plan.submissions {
        let context = Context::new(plan, submission);
        artifacts.push(component(&context));
        artifacts.push(artifact(plan, &submission.job_file(), &job::write(&context)));
        artifacts.extend(step_files(&context));
    }
    for used in &plan.used {
        for submission in &used.submissions {
            let context = Context::new(used, submission);
            artifacts.push(component(&context));
            artifacts.extend(step_files(&context));
        }
    }
    for (id, trigger) in (0..).map(TriggerId).zip(&plan.triggers) {
        if let Some(schedule) = schedule::write(plan, id) {
            artifacts.push(artifact(plan, &trigger.schedule_file(), &schedule));
        }
    }
    for endpoint in plan.endpoints() {
        artifacts.push(artifact(plan, &endpoint.file, &endpoint::write(plan, &endpoint)));
    }
    for (id, http) in plan.published() {
        if let Some(deployment) = endpoint::deployment(plan, id, http) {
            artifacts.push(artifact(plan, &plan.deployment_file(id), &deployment));
        }
    }
    for (id, own) in plan.deployments() {
        let step = plan.step(id);
        let file = |path: String, doc: &Map| Artifact { path, text: mark::stamp(json(doc)) };
        let endpoint = deploy::endpoint(plan, step, own);
        artifacts.push(file(plan.step_endpoint_file(step), &endpoint));
        let deployment = deploy::deployment(plan, step, own);
        artifacts.push(file(plan.step_deployment_file(step), &deployment));
    }
    artifacts
}

/// The component of a submission.
fn component(context: &Context<'_>) -> Artifact {
    artifact(context.plan, &context.submission.component_file(), &component::write(context))
}

/// The components of steps that need a file of their own.
fn step_files(context: &Context<'_>) -> impl Iterator<Item = Artifact> {
    let needed = context.steps().filter(|(step, ..)| step_file::is_needed(step));
    needed.map(|(step, place, role)| {
        let inline = node::write(context, step, place, role);
        let (_, component) = step_file::split(context, step, role, inline);
        artifact(context.plan, &step_file::name(context, step), &component)
    })
}

fn artifact(plan: &Plan, file: &str, doc: &Map) -> Artifact {
    Artifact { path: plan.azure_ml_path(file), text: mark::stamp(json(doc)) }
}

/// The tags of a job or schedule: the ownership mark first, since it must stand early in the file,
/// then what release finds the live resources by, then the author's own.
fn tags(plan: &Plan) -> Map {
    const OWN: [&str; 5] =
        ["generated_by", "mlopsc_pipeline", "mlopsc_project", endpoint::FAMILY, "mlopsc_stage"];
    let mut tags = Map::new();
    tags.put(OWN[0], mark::blank(&plan.spec_path));
    tags.put(OWN[1], &plan.name);
    tags.put_some(OWN[2], plan.project.identity.as_ref());
    tags.put_some(OWN[4], plan.stage_name());
    for (key, value) in plan.tags.iter().filter(|(key, _)| !OWN.contains(&key.as_str())) {
        tags.put(key.clone(), value);
    }
    tags
}

/// The cluster of the nodes inside of pipeline components, which can only be said for the whole job.
fn inner_compute(plan: &Plan) -> Option<String> {
    plan.steps.iter().find_map(|step| match (&step.task, &step.place) {
        (Task::Component(component), Place::AzureMl(place))
            if component.kind == ComponentKind::Pipeline =>
        {
            let Some(Setting::Fixed(name)) = &place.compute else { return None };
            Some(name.text())
        }
        _ => None,
    })
}

/// The settings of a job, all of them, since the documents of Azure ML name different defaults for
/// jobs and for schedules.
fn settings(plan: &Plan) -> Map {
    let mut settings = Map::new();
    let datastore = plan.settings.default_datastore.as_ref();
    settings.put_some("default_datastore", datastore.map(|name| value::asset(name)));
    settings.put_some("default_compute", inner_compute(plan));
    settings.put("continue_on_step_failure", plan.settings.continue_on_step_failure);
    settings.put("force_rerun", plan.settings.force_rerun);
    settings
}
