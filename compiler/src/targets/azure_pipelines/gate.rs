//! Waiting for people. The service creates a missing environment without approvers, so that its
//! checks alone would let everything pass; a manual validation stops the run whatever is set up.

use crate::emit::Map;
use crate::plan::{Job, When};

use super::scope::{self, Scope};
use super::{condition, expression};

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
        condition::of(when, job.needs.is_empty(), scope.guards_forks, values),
    );
    // Longer than the task's own time, whose end is an answer.
    map.put("timeoutInMinutes", PATIENCE + 60);
    map.put("pool", "server");
    map.put("steps", vec![validation(step, environment)]);
    map
}

fn validation(step: &str, environment: &str) -> Map {
    let text = format!("Reject this unless {step} may run in environment {environment}.");
    let mut inputs = Map::new();
    inputs.put("notifyUsers", "");
    inputs.put("instructions", expression::literal(&text));
    inputs.put("onTimeout", "reject");
    let mut task = Map::new();
    task.put("task", "ManualValidation@1");
    task.put("displayName", expression::literal(&format!("Wait for approval ({environment})")));
    task.put("timeoutInMinutes", PATIENCE);
    task.put("inputs", inputs);
    task
}
