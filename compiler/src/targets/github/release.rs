//! The release workflow: it applies what lives in Azure, and deletes what no spec asks for any more.

use crate::emit::Map;
use crate::plan::{Home, Plan, Reference, Release, TriggerId};
use crate::targets::{Artifact, script};

use super::expression::expression;
use super::job::{self, Frame, Permissions};
use super::scope::Scope;
use super::{login, pins, step, workflow};

/// The file of `plan.release`.
pub(super) fn artifact(plan: &Plan, release: &Release) -> Artifact {
    let scope = Scope::new(plan, &release.checks, &[]);
    let mut jobs = job::all(&scope);
    jobs.put(id(release), apply(&scope, release).into_map());
    let mut concurrency = Map::new();
    // A newer release replaces one that waits: it holds all that the older one would apply.
    concurrency.put("group", &release.id).put("cancel-in-progress", false);
    let title = format!("{} (release)", plan.display_name);
    let doc = workflow::document(&title, events(plan, release), concurrency, jobs);
    workflow::file(plan, &release.id, &doc, Vec::new())
}

fn events(plan: &Plan, release: &Release) -> Map {
    let mut on = Map::new();
    if release.homes.contains(&Home::GitHub) {
        let mut paths = vec![glob(&plan.azure_ml_path(""))];
        paths.extend(release.inputs.iter().map(|path| glob(path)));
        paths.push(glob(&workflow::path(plan, &release.id)));
        let mut push = Map::new();
        push.put("branches", vec![escape(&plan.project.default_branch)]).put("paths", paths);
        on.put("push", push);
    }
    on.put("workflow_dispatch", crate::emit::Doc::Null);
    on
}

/// A filter for a file, or for all that is in a folder.
fn glob(path: &str) -> String {
    let all = if path.ends_with('/') { "**" } else { "" };
    let path = path.trim_start_matches("./");
    format!("{}{all}", escape(path))
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (index, character) in text.char_indices() {
        if r"\*?+[]".contains(character) || (index == 0 && character == '!') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// The id of the job; no step's name holds `__`.
fn id(release: &Release) -> &'static str {
    let taken = release.checks.iter().any(|job| job.id == "release");
    if taken { "release__apply" } else { "release" }
}

/// The job that makes the workspace what the files say.
fn apply(scope: &Scope<'_>, release: &Release) -> Frame {
    let plan = scope.plan;
    let (on, off): (Vec<_>, Vec<_>) =
        release.schedules.iter().copied().partition(|id| plan.trigger(*id).enabled);
    let mut steps = vec![demand_branch(plan), step::checkout()];
    steps.extend(login::steps(scope));
    steps.extend(on.iter().map(|id| create(plan, *id)));
    if !off.is_empty() {
        steps.push(disable(plan, &off));
    }
    steps.push(delete(plan, &release.schedules));
    let mut env = Map::new();
    let project = plan.project.identity.clone();
    env.put("PROJECT", project.unwrap_or_else(|| expression("github.repository")));
    Frame {
        name: "Apply to the workspace".to_owned(),
        needs: release.checks.iter().map(|job| job.id.clone()).collect(),
        runs_on: vec![pins::RUNNER.to_owned()],
        timeout_minutes: 60,
        permissions: Permissions { actions: false, contents: true, id_token: login::is_oidc(plan) },
        env,
        steps,
        ..Frame::default()
    }
}

/// By hand, a workflow can be started on any branch.
fn demand_branch(plan: &Plan) -> Map {
    let mut env = Map::new();
    env.put("DEFAULT_BRANCH", &plan.project.default_branch);
    let script = include_str!("scripts/demand_branch.sh");
    step::script("Demand the default branch", env, script)
}

/// Creates or updates a schedule, and lets it fire.
fn create(plan: &Plan, id: TriggerId) -> Map {
    let trigger = plan.trigger(id);
    let (file, name) = (format!("schedule-{}", trigger.name), plan.schedule_name(id));
    let fills_sha = trigger.submission.is_some_and(|id| {
        plan.submission(id).inputs.iter().any(|input| input.source == Reference::GitSha)
    });
    let sha = if fills_sha { " | .create_job.inputs.git__sha = $ENV.GITHUB_SHA" } else { "" };
    let script = format!(
        "{}jq '.tags.mlopsc_project = $ENV.PROJECT{sha}' {file}.json > {file}.run.json\n\
         az ml schedule create --file {file}.run.json --output none\n\
         az ml schedule enable --name {} --output none\n",
        step::STRICT,
        script::quote(&name),
    );
    let mut step = Map::new();
    step.put("name", format!("Apply schedule {}", trigger.name));
    step.put("working-directory", plan.azure_ml_path("").trim_end_matches('/'));
    step.put("run", script);
    step
}

/// Disables schedules that are switched off, where they exist.
fn disable(plan: &Plan, ids: &[TriggerId]) -> Map {
    let mut env = Map::new();
    env.put("SCHEDULES", names(plan, ids));
    let script = include_str!("scripts/disable_schedules.sh");
    step::script("Disable the schedules that are switched off", env, script)
}

/// Deletes the pipeline's schedules that the spec does not name.
fn delete(plan: &Plan, ids: &[TriggerId]) -> Map {
    let mut env = Map::new();
    env.put("PIPELINE", &plan.name).put("SCHEDULES", names(plan, ids));
    let script = include_str!("scripts/delete_schedules.sh");
    step::script("Delete the schedules that no spec asks for any more", env, script)
}

fn names(plan: &Plan, ids: &[TriggerId]) -> String {
    ids.iter().map(|id| plan.schedule_name(*id)).collect::<Vec<_>>().join(" ")
}
