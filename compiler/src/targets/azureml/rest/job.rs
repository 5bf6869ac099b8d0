//! Jobs, and schedules that start them.

use super::ids::{self, placeholder};
use super::requests::{API, Body, Hole, Requests, without_mark};
use super::settings::{self, IdentityStyle};
use super::values::{OF_JOB, inputs, outputs, pascal};
use crate::emit::{Doc, Map};
use crate::plan::{Plan, Submission, Trigger};

/// The version of the API that takes the version of an output's asset.
const WITH_VERSIONS: &str = "2024-01-01-preview";
/// The same for schedules.
const SCHEDULES_WITH_VERSIONS: &str = "2023-06-01-preview";

/// Adds the request that starts a job.
pub(super) fn submit(requests: &mut Requests<'_>, doc: &Map, submission: &Submission, id: &str) {
    let mut properties = Map::new();
    properties.put("tags", requests.tags(doc.map("tags")));
    properties.0.extend(definition(requests, doc, id).0);
    let holes = unbound(requests.plan, submission);
    let api = if has_versions(&properties) { WITH_VERSIONS } else { API };
    let suffix = submission.suffix.replace('.', "-");
    let place = format!("jobs/{}{suffix}", placeholder(ids::JOB));
    let body = Body::of(submission.job_file(), properties).with(holes);
    let mut request = requests.request(&place, api, body);
    let mut token = Map::new();
    token.put("header", "x-azureml-token").put("audience", "https://ml.azure.com");
    request.put("token", token);
    requests.run(request);
}

/// A job without its tags.
fn definition(requests: &mut Requests<'_>, doc: &Map, id: &str) -> Map {
    let mut job = Map::new();
    job.put("jobType", "Pipeline");
    job.put_some("displayName", doc.text("display_name"));
    job.put_some("experimentName", doc.text("experiment_name"));
    job.put_some("description", doc.text("description"));
    job.put("isArchived", false).put("componentId", id);
    let identity = doc.map("identity").map(|map| settings::identity(map, IdentityStyle::Job));
    job.put_some("identity", identity);
    job.put("settings", run_settings(requests, doc.map("settings")));
    job.put("inputs", inputs(requests, OF_JOB, doc.map("inputs")));
    job.put("outputs", outputs(OF_JOB, doc.map("outputs")));
    let properties = doc.map("properties").cloned().unwrap_or_default();
    job.put("jobs", Map::new()).put("properties", properties);
    job
}

fn run_settings(requests: &Requests<'_>, doc: Option<&Map>) -> Map {
    let mut rest = Map::new();
    for entry in doc.iter().flat_map(|doc| &doc.0) {
        let value = match entry.key.as_ref() {
            "default_datastore" => datastore(requests, &entry.value),
            "default_compute" => requests.compute(entry.value.as_text().unwrap_or_default()).into(),
            _ => entry.value.clone(),
        };
        rest.put(entry.key.clone(), value);
    }
    rest.put("_source", "REMOTE.WORKSPACE.JOB");
    rest
}

/// The id of a datastore.
fn datastore(requests: &Requests<'_>, value: &Doc) -> Doc {
    let name = value.as_text().unwrap_or_default();
    let name = name.strip_prefix("azureml:").unwrap_or(name);
    format!("{}/datastores/{name}", requests.workspace).into()
}

fn has_versions(properties: &Map) -> bool {
    let outputs = properties.map("outputs");
    let mut outputs = outputs.iter().flat_map(|outputs| &outputs.0);
    outputs.any(|entry| entry.value.as_map().is_some_and(|it| it.get("assetVersion").is_some()))
}

/// The inputs for which the applying side has a value and the spec has none.
fn unbound(plan: &Plan, submission: &Submission) -> Vec<Hole> {
    let inputs = submission.inputs.iter();
    let open = inputs.filter(|input| plan.is_open(input));
    let holes = open.map(|input| {
        let key = if input.kind.is_scalar() { "value" } else { "uri" };
        Hole {
            pointer: format!("/properties/inputs/{}/{key}", input.name),
            with: "a value, as text",
            of: ("type", input.kind.word().to_owned()),
        }
    });
    holes.collect()
}

/// Adds a schedule, over the job that it starts.
pub(super) fn schedule(
    requests: &mut Requests<'_>,
    trigger: &Trigger,
    doc: &Map,
    job: &Map,
    id: &str,
) {
    let mut properties = Map::new();
    properties.put("tags", requests.tags(doc.map("tags")));
    properties.put_some("displayName", doc.text("display_name"));
    properties.put_some("description", doc.text("description"));
    properties.put("isEnabled", trigger.enabled).put("properties", Map::new());
    properties.put_some("trigger", doc.map("trigger").map(time));
    let mut started = definition(requests, &overridden(job, doc.map("create_job")), id);
    started.put("tags", without_mark(job.map("tags")));
    let api = if has_versions(&started) { SCHEDULES_WITH_VERSIONS } else { API };
    let mut action = Map::new();
    action.put("actionType", "CreateJob").put("jobDefinition", started);
    properties.put("action", action);
    let place = format!("schedules/{}", doc.text("name").unwrap_or_default());
    let body = Body::of(trigger.schedule_file(), properties);
    let request = requests.request(&place, api, body);
    requests.deploy(request);
}

/// The job with what its schedule says of inputs.
fn overridden(job: &Map, action: Option<&Map>) -> Map {
    let mut job = job.clone();
    let bound = action.and_then(|action| action.map("inputs"));
    if let Some(bound) = bound {
        let mut inputs = job.map("inputs").cloned().unwrap_or_default();
        for input in &bound.0 {
            inputs.set(input.key.clone(), input.value.clone());
        }
        job.set("inputs", inputs.into());
    }
    job
}

/// When a schedule fires.
fn time(doc: &Map) -> Map {
    let mut rest = Map::new();
    let is_cron = doc.text("type") == Some("cron");
    rest.put("triggerType", if is_cron { "Cron" } else { "Recurrence" });
    rest.put_some("expression", doc.text("expression"));
    rest.put_some("frequency", doc.text("frequency").map(pascal));
    rest.put_some("interval", doc.get("interval").cloned());
    if !is_cron {
        rest.put("schedule", pattern(doc.map("schedule")));
    }
    rest.put_some("startTime", doc.text("start_time"));
    rest.put_some("endTime", doc.text("end_time"));
    rest.put_some("timeZone", doc.text("time_zone"));
    rest
}

/// Empty lists say that there is no pattern.
fn pattern(doc: Option<&Map>) -> Map {
    let mut rest = Map::new();
    for key in ["hours", "minutes"] {
        let times = doc.and_then(|doc| doc.get(key)).cloned();
        rest.put(key, times.unwrap_or(Doc::List(Vec::new())));
    }
    let days = doc.and_then(|doc| doc.get("week_days"));
    let capital = |day: &Doc| day.as_text().map(pascal).map(Doc::from);
    if let Some(Doc::List(days)) = days {
        rest.put("weekDays", Doc::List(days.iter().filter_map(capital).collect()));
    }
    rest.put_some("monthDays", doc.and_then(|doc| doc.get("month_days")).cloned());
    rest
}
