//! What release files have in common, whatever the platform: which file is written at all, and the
//! bash that makes the workspace's schedules what the spec says. It reads `PROJECT` (whose the
//! schedules are), `PIPELINE` and `COMMIT`, and calls a function `fail MESSAGE`.

use std::fmt::Write as _;

use crate::plan::{Home, Plan, Reference, Release, TriggerId};

use super::script;

const FUNCTIONS: &str = include_str!("scripts/release.sh");

/// The release of a plan, for the one platform that writes it: with two writers, each would take
/// the other's schedules for somebody else's.
pub(crate) fn of(plan: &Plan, platform: Home) -> Option<&Release> {
    plan.release.as_ref().filter(|release| release.home == platform)
}

/// The id of the job that applies the schedules; no step's name holds `__`.
pub(crate) fn job_id(release: &Release) -> &'static str {
    let is_taken = release.checks.iter().any(|job| job.id == "release");
    if is_taken { "release__apply" } else { "release" }
}

/// The environment of [`apply`]: whose the schedules are is what the project file says, else the
/// repository as the platform calls it.
pub(crate) fn env(
    plan: &Plan,
    repository: String,
    commit: String,
    literal: fn(&str) -> String,
) -> [(&'static str, String); 3] {
    let project = plan.project.identity.as_deref().map_or(repository, literal);
    [("PROJECT", project), ("PIPELINE", plan.name.clone()), ("COMMIT", commit)]
}

/// Bash, run at the root and signed in: creates, enables, disables and deletes schedules.
pub(crate) fn apply(plan: &Plan, release: &Release) -> String {
    let mut text = format!("{FUNCTIONS}\n");
    for id in &release.schedules {
        text.push_str(&call(plan, *id));
    }
    text + "delete_others\n"
}

fn call(plan: &Plan, id: TriggerId) -> String {
    let trigger = plan.trigger(id);
    let name = script::quote(&plan.schedule_name(id));
    if !trigger.enabled {
        return format!("disable {name}\n");
    }
    let file = plan.azure_ml_path(&trigger.schedule_file());
    let mut call = format!("enable {name} {}", script::quote(&file));
    let submission = trigger.submission.map(|id| plan.submission(id));
    let mut inputs = submission.iter().flat_map(|one| &one.inputs);
    if let Some(input) = inputs.find(|one| one.source == Reference::GitSha) {
        let _ = write!(call, " {}", script::quote(&input.name));
    }
    call + "\n"
}
