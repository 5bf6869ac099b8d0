//! When a job runs. Without a condition it runs after all jobs before it, direct and indirect,
//! succeeded; so whatever comes after a skipped job is skipped.

use crate::plan::When;

const NO_FORK: &str = "ne(variables['System.PullRequest.IsFork'], 'True')";

/// The condition of a job that no approval stands before. `is_first`: it depends on nothing.
pub(super) fn of(when: When, is_first: bool, guards_forks: bool) -> Option<String> {
    let (status, needs_guard) = match when {
        When::Success => ("succeeded()", is_first),
        When::Failure => ("failed()", false),
        When::Always => ("always()", true),
    };
    if guards_forks && needs_guard {
        Some(format!("and({status}, {NO_FORK})"))
    } else {
        (when != When::Success).then(|| status.to_owned())
    }
}

/// The condition of a job behind an approval: only a yes counts, whatever happened before.
pub(super) fn approved(when: When, approval: &str) -> Option<String> {
    (when != When::Success).then(|| format!("eq(dependencies.{approval}.result, 'Succeeded')"))
}

/// After the submission, whatever the wait for it came to.
pub(super) fn submitted(submission: &str) -> String {
    let result = format!("dependencies.{submission}.result");
    format!("and(not(canceled()), in({result}, 'Succeeded', 'SucceededWithIssues'))")
}

/// When the run was cancelled and an Azure ML job may have been started.
pub(super) fn cancelled(job_name: &str) -> String {
    format!("and(canceled(), ne({job_name}, ''))")
}
