//! What release files have in common, whatever the platform: which file is written at all, and the
//! bash that makes the workspace's schedules and endpoints, and what brings events, what the spec says. It reads `PROJECT` (whose they
//! are), `PIPELINE` and `COMMIT`, and calls a function `fail MESSAGE`.

mod wiring;

use std::fmt::Write as _;

use crate::plan::{Endpoint, Home, Plan, Reference, Release, Trigger, TriggerId};

use super::script;
pub(crate) use wiring::{is_applied as applies_events, told as told_of_events};

const LIVE: &str = include_str!("scripts/release_live.sh");
const TAGS: &str = include_str!("scripts/release_tags.sh");
const STAGE_TAGS: &str = include_str!("scripts/release_stage_tags.sh");
const FUNCTIONS: &str = include_str!("scripts/release.sh");

/// The release of a plan, for the one platform that writes it: with two writers, each would take
/// the other's schedules for somebody else's.
pub(crate) fn of(plan: &Plan, platform: Home) -> Option<&Release> {
    plan.release.as_ref().filter(|release| release.home == platform)
}

/// The id of the job that applies the schedules of the plan's stage; no step's name holds `__`.
pub(crate) fn job_id(plan: &Plan, release: &Release) -> String {
    let staged = plan.stage_name().map(|stage| format!("release__{stage}"));
    staged.unwrap_or_else(|| {
        let is_taken = release.checks.iter().any(|job| job.id == "release");
        if is_taken { "release__apply" } else { "release" }.to_owned()
    })
}

/// What people read of that job.
pub(crate) fn title(plan: &Plan, words: &str) -> String {
    plan.stage_name().map_or_else(|| words.to_owned(), |stage| format!("{words} ({stage})"))
}

/// What people read of the step that runs [`apply`].
pub(crate) fn step_title(plan: &Plan) -> &'static str {
    if applies_events(plan) {
        "Apply schedules, endpoints and events"
    } else {
        "Apply schedules and endpoints"
    }
}

/// The environment of [`apply`]: whose the schedules are is what the project file says, else the
/// repository as the platform calls it.
pub(crate) fn env(
    plan: &Plan,
    repository: String,
    commit: String,
    literal: fn(&str) -> String,
) -> Vec<(&'static str, String)> {
    let project = plan.project.identity.as_deref().map_or(repository, literal);
    let mut env = vec![("PROJECT", project), ("PIPELINE", plan.name.clone()), ("COMMIT", commit)];
    if let Some(stage) = plan.stage_name() {
        let all = plan.project.stages.iter().map(|stage| stage.name.as_str());
        let others: Vec<&str> = all.filter(|name| *name != stage).collect();
        env.extend([("STAGE", stage.to_owned()), ("OTHER_STAGES", others.join(" "))]);
    }
    env
}

/// Bash, run at the root and signed in: creates, updates, disables and deletes.
pub(crate) fn apply(plan: &Plan, release: &Release) -> String {
    let tags = if plan.stage.is_some() { STAGE_TAGS } else { TAGS };
    let mut text = format!("{LIVE}{tags}{FUNCTIONS}{}\n", wiring::functions(plan));
    for id in &release.triggers {
        if plan.trigger(*id).published().is_none() {
            text.push_str(&schedule(plan, *id));
        }
    }
    for endpoint in plan.endpoints() {
        text.push_str(&publish(plan, &endpoint));
    }
    // What starts something is there after what it starts, and goes before it.
    text + &wiring::apply(plan) + wiring::clean(plan) + "delete_others\n"
}

fn schedule(plan: &Plan, id: TriggerId) -> String {
    let trigger = plan.trigger(id);
    let name = script::quote(&plan.schedule_name(id));
    if !trigger.enabled {
        return format!("disable {name}\n");
    }
    let file = plan.azure_ml_path(&trigger.schedule_file());
    format!("enable {name} {}{}\n", script::quote(&file), commit_input(plan, trigger))
}

/// The input that is the released commit, behind a blank; nothing if no step reads it.
fn commit_input(plan: &Plan, trigger: &Trigger) -> String {
    let submission = trigger.submission.map(|id| plan.submission(id));
    let mut inputs = submission.iter().flat_map(|one| &one.inputs);
    let input = inputs.find(|one| one.source == Reference::GitSha);
    input.map(|input| format!(" {}", script::quote(&input.name))).unwrap_or_default()
}

/// An endpoint whose deployments are all disabled is kept if it is there, since its name and
/// address would be free for others.
fn publish(plan: &Plan, endpoint: &Endpoint<'_>) -> String {
    let (name, file) = (script::quote(endpoint.name), quoted_path(plan, &endpoint.file));
    if endpoint.default.is_none() {
        return format!("close_endpoint {name} {file}\n");
    }
    let mut text = format!("open_endpoint {name} {file}\n");
    let mut deploy = String::new();
    for id in &endpoint.deployments {
        let trigger = plan.trigger(*id);
        let submission = trigger.submission.map(|id| plan.submission(id));
        let (Some(http), Some(submission)) = (trigger.published(), submission) else { continue };
        if trigger.enabled {
            let name = script::quote(&http.deployment_name());
            let file = quoted_path(plan, &plan.deployment_file(*id));
            let _ = writeln!(text, "keep {name} {file} {}", http.keep);
            let component = quoted_path(plan, &submission.component_file());
            let _ = writeln!(deploy, "deploy {file} {component}{}", commit_input(plan, trigger));
        }
    }
    text + "make_room\n" + &deploy + "set_default\n"
}

fn quoted_path(plan: &Plan, file: &str) -> String {
    script::quote(&plan.azure_ml_path(file))
}
