//! Waiting for people. The service creates a missing environment without approvers, so that its
//! checks alone would let everything pass; a manual validation stops the run whatever is set up.

use crate::emit::Map;
use crate::plan::{Condition, Job, Plan, When};

use super::reader::Reader;
use super::scope::{self, Scope};
use super::{condition, expression, stage};

/// Two weeks, in minutes; then the answer is no.
const PATIENCE: u32 = 14 * 24 * 60;

/// The job of a gate before an Azure ML step.
pub(super) fn write(scope: &Scope<'_>, job: &Job, step: &str, environment: &str) -> Map {
    let id = scope.id_of(job);
    approval(scope, job, &id, (When::Success, None), step, environment)
}

/// A job that waits until people approve what a job is about to do.
pub(super) fn approval(
    scope: &Scope<'_>,
    job: &Job,
    id: &str,
    (when, values): (When, Option<&str>),
    step: &str,
    environment: &str,
) -> Map {
    let mut map = Map::new();
    map.put("job", id);
    map.put("displayName", expression::literal(&format!("Approve {step}")));
    map.put_filled("dependsOn", scope::one_or_more(scope.needs(job)));
    map.put_some(
        "condition",
        condition::of(
            when,
            job.needs.is_empty(),
            scope.guards_forks,
            &scope
                .open_gates(job, when)
                .iter()
                .map(String::as_str)
                .chain(values)
                .collect::<Vec<_>>(),
        ),
    );
    // Longer than the task's own time, whose end is an answer.
    map.put("timeoutInMinutes", PATIENCE + 60);
    map.put("pool", "server");
    map.put("steps", vec![validation(step, environment)]);
    map
}

/// The job before the first ones that sign in to Azure in a stage. In a stage without an approval the
/// validation is left out, and only there.
pub(super) fn stage(scope: &Scope<'_>, job: &Job, values: Option<&Condition>) -> Map {
    let (name, environment) = (stage::name(scope), stage::approvals(scope));
    let mut reader = Reader::new(scope);
    let values = values.map(|values| condition::values(&mut reader, values));
    let mut depends_on = scope.needs(job);
    depends_on.extend(reader.jobs);
    let values: Vec<&str> = values.as_deref().into_iter().collect();
    let mut map = Map::new();
    map.put("job", scope.id_of(job));
    map.put("displayName", format!("Approve the stage {name}"));
    map.put_filled("dependsOn", scope::one_or_more(depends_on));
    let is_first = job.needs.is_empty();
    map.put_some("condition", condition::of(When::Success, is_first, scope.guards_forks, &values));
    map.put("timeoutInMinutes", PATIENCE + 60);
    map.put("pool", "server");
    let open = stage::open(scope);
    let condition = (!open.is_empty()).then(|| condition::stage_is_none_of(&name, &open));
    let text = format!("Reject this unless the pipeline may run in stage {name} ({environment}).");
    map.put("steps", vec![validate(format!("Wait for approval ({environment})"), condition, text)]);
    map
}

/// The job that waits until people approve the release in a stage.
pub(super) fn of_release(plan: &Plan, id: &str, before: Vec<String>, environment: &str) -> Map {
    let name = plan.stage_name().unwrap_or_default();
    let mut map = Map::new();
    map.put("job", id);
    map.put("displayName", format!("Approve the release in stage {name}"));
    map.put_filled("dependsOn", scope::one_or_more(before));
    map.put("timeoutInMinutes", PATIENCE + 60);
    map.put("pool", "server");
    map.put("steps", vec![validation(&format!("the release in stage {name}"), environment)]);
    map
}

fn validation(step: &str, environment: &str) -> Map {
    let text = format!("Reject this unless {step} may run in environment {environment}.");
    let title = expression::literal(&format!("Wait for approval ({environment})"));
    validate(title, None, expression::literal(&text))
}

fn validate(title: String, condition: Option<String>, instructions: String) -> Map {
    let mut inputs = Map::new();
    inputs.put("notifyUsers", "");
    inputs.put("instructions", instructions);
    inputs.put("onTimeout", "reject");
    let mut task = Map::new();
    task.put("task", "ManualValidation@1");
    task.put("displayName", title);
    task.put_some("condition", condition);
    task.put("timeoutInMinutes", PATIENCE);
    task.put("inputs", inputs);
    task
}
