//! The `azureml-rest` target: the same jobs, components, schedules and endpoints as bodies of Azure
//! ML's REST API (<https://learn.microsoft.com/rest/api/azureml/>), for people and programs that
//! deploy without its command line. They are made from the documents that the `azureml` target
//! writes, so that both say the same.

mod assets;
mod author;
mod automl;
mod component;
mod endpoint;
mod ids;
mod job;
mod node;
mod requests;
mod settings;
mod values;

use std::collections::BTreeMap;

use super::super::{Artifact, Target};
use super::context::Context;
use super::{endpoint as endpoints, job as jobs, schedule};
use crate::plan::{Home, Plan, SubmissionId, TriggerId};
use requests::Requests;

/// The folder of the bodies, in that of the pipeline, beside those of pipelines that it uses: no
/// pipeline can be called so.
const FOLDER: &str = "rest.api";

/// The target.
pub const TARGET: Target = Target {
    name: "azureml-rest",
    engine: Home::AzureMl,
    most_bytes: None,
    apart: Some(|plan| plan.each_stage().map(|plan| plan.azure_ml_path(FOLDER)).collect()),
    write,
};

fn write(plan: &Plan) -> Vec<Artifact> {
    plan.each_stage().flat_map(write_one).collect()
}

/// The bodies of one stage.
fn write_one(plan: &Plan) -> Vec<Artifact> {
    let mut requests = Requests::new(plan);
    let published = components(&mut requests, true);
    let anonymous = components(&mut requests, false);
    for (id, trigger) in (0..).map(TriggerId).zip(&plan.triggers) {
        let Some((doc, submission)) = schedule::write(plan, id).zip(trigger.submission) else {
            continue;
        };
        let job = jobs::write(&Context::new(plan, plan.submission(submission)));
        if let Some(component) = anonymous.get(&submission) {
            job::schedule(&mut requests, trigger, &doc, &job, component);
        }
    }
    publish(&mut requests, &published);
    for (id, submission) in (0..).map(SubmissionId).zip(&plan.submissions) {
        let doc = jobs::write(&Context::new(plan, submission));
        if let Some(component) = anonymous.get(&id) {
            job::submit(&mut requests, &doc, submission, component);
        }
    }
    for (id, http) in plan.published().filter(|(id, _)| plan.trigger(*id).enabled) {
        endpoint::invoke(&mut requests, plan.trigger(id), http);
    }
    requests.into_files()
}

/// Puts the components of the submissions into the workspace; those that are called from outside
/// under a name of their own.
fn components(requests: &mut Requests<'_>, published: bool) -> BTreeMap<SubmissionId, String> {
    let plan = requests.plan;
    let called = |id: SubmissionId| {
        let mut published = plan.published().map(|(trigger, _)| plan.trigger(trigger));
        published.any(|trigger| trigger.enabled && trigger.submission == Some(id))
    };
    let mut ids = BTreeMap::new();
    for (id, submission) in (0..).map(SubmissionId).zip(&plan.submissions) {
        if published && !called(id) {
            continue;
        }
        let context = Context::new(plan, submission);
        ids.insert(id, component::of_submission(requests, &context, !published));
    }
    ids
}

/// Puts endpoints and deployments into the workspace.
fn publish(requests: &mut Requests<'_>, components: &BTreeMap<SubmissionId, String>) {
    let plan = requests.plan;
    let all = plan.endpoints();
    for endpoint in &all {
        endpoint::create(requests, endpoint, &endpoints::write(plan, endpoint));
    }
    for (id, http) in plan.published() {
        let trigger = plan.trigger(id);
        if !trigger.enabled {
            endpoint::remove(requests, http);
            continue;
        }
        let component = trigger.submission.and_then(|id| components.get(&id));
        if let Some((doc, component)) = endpoints::deployment(plan, id, http).zip(component) {
            endpoint::deploy(requests, http, &plan.deployment_file(id), &doc, component);
        }
    }
    for endpoint in &all {
        endpoint::choose_default(requests, endpoint, &endpoints::write(plan, endpoint));
    }
}
