//! Whole files: the root keys in their order, and the jobs.

use crate::emit::{self, Map, mark};
use crate::plan::{Concurrency, Home, Plan, Release, Trigger, Work, Workflow};
use crate::targets::{Artifact, header as about, passthrough};

use super::scope::{Scope, parameter_name};
use super::{
    container, expression, gate, groups, header, image, job, parameters, release, submit, triggers,
};

/// The file of a workflow.
pub(super) fn workflow(plan: &Plan, workflow: &Workflow) -> Artifact {
    let guards_forks = workflow.trusted && triggers::on_pull_requests(plan, workflow);
    let mut scope =
        Scope::new(plan, &workflow.jobs, &workflow.parameters, workflow.staging, guards_forks);
    scope.is_called = triggers::living_here(plan, workflow).any(Trigger::is_dispatched);
    let mut root = Map::new();
    root.put("name", expression::RUN_NUMBER);
    triggers::put(&mut root, plan, workflow);
    if workflow.concurrency == Concurrency::Queue {
        put_lock(&mut root);
    }
    passthrough::put(&mut root, &plan.passthrough.azure_pipelines);
    let jobs = jobs(&scope);
    put_body(&mut root, &scope, triggers::followed(plan, workflow), jobs);
    let needs = header::of_workflow(&scope, workflow);
    let header = about::of_workflow(plan, workflow, Home::AzurePipelines, needs, parameter_name);
    artifact(plan, &workflow.id, &root, &header)
}

/// The release file.
pub(super) fn release(plan: &Plan, release: &Release) -> Artifact {
    let scope = Scope::new(plan, &release.checks, &[], release.staging, false);
    let mut root = Map::new();
    root.put("name", expression::RUN_NUMBER);
    let branch = &plan.project.default_branch;
    root.put("trigger", triggers::on_branch(branch, &released_paths(plan, release)));
    root.put("pr", "none");
    put_lock(&mut root);
    let mut jobs = jobs(&scope);
    jobs.extend(release::write(&scope, release));
    put_body(&mut root, &scope, Vec::new(), jobs);
    let needs = header::of_release(&scope);
    let header = about::of_release(plan, release, needs);
    artifact(plan, &release.id, &root, &header)
}

/// What a release depends on; nothing (every path) when the root itself is among it. A filter that
/// names a folder holds for all that is in it.
fn released_paths(plan: &Plan, release: &Release) -> Vec<String> {
    let live = (!release.triggers.is_empty()).then(|| plan.azure_ml_folder());
    let own = path(plan, &release.id);
    let all = live.iter().chain([&own]).chain(&release.inputs);
    let paths: Vec<String> = all.map(|path| path.trim_end_matches('/').to_owned()).collect();
    if paths.iter().any(String::is_empty) { Vec::new() } else { paths }
}

/// Later runs wait, oldest first, where the service holds a lock for them.
fn put_lock(root: &mut Map) {
    root.put_beside("lockBehavior", "sequential", "takes effect with an exclusive lock check");
}

fn put_body(root: &mut Map, scope: &Scope<'_>, followed: Vec<Map>, jobs: Vec<Map>) {
    root.put_filled("parameters", parameters::list(scope));
    let resources = container::resources(followed, &scope.containers, &scope.services);
    root.put_filled("resources", resources);
    root.put_filled(
        "variables",
        groups::of_file(scope).map(|name| groups::entry(name)).collect::<Vec<_>>(),
    );
    root.put("jobs", jobs);
}

fn jobs(scope: &Scope<'_>) -> Vec<Map> {
    let mut jobs = Vec::new();
    for one in scope.jobs {
        match &one.work {
            Work::Step(step) => {
                let own = scope.within(scope.plan.staging_of(*step, scope.run));
                jobs.extend(groups::in_stage(&own, || job::write(&own, one, *step)));
            }
            Work::Gate { step, environment } => {
                let step = &scope.plan.step(*step).display_name;
                jobs.push(gate::write(scope, one, step, environment));
            }
            Work::StageGate(gate) => {
                jobs.push(gate::stage(&scope.within(gate.staging), one, gate.condition.as_deref()));
            }
            Work::Submit(id) => {
                let submission = scope.plan.submission(*id);
                jobs.extend(groups::in_stage(scope, || submit::write(scope, one, submission)));
            }
            Work::Image(id) => jobs.push(image::write(scope, one, scope.plan.image(*id))),
        }
    }
    jobs
}

fn artifact(plan: &Plan, id: &str, root: &Map, header: &[String]) -> Artifact {
    Artifact { path: path(plan, id), text: mark::stamp(emit::yaml(root, header)) }
}

fn path(plan: &Plan, id: &str) -> String {
    let folder = &plan.project.azure_pipelines_folder;
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{slash}{id}.yml")
}
