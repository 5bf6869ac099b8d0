//! The release workflow: it applies what lives in Azure, and deletes what no spec asks for any more.

use crate::emit::Map;
use crate::plan::{DeploymentValue, Plan, Release, Staging};
use crate::targets::{Artifact, header as about, release as shared};

use super::check;
use super::expression::{self, expression, literal};
use super::job::{self, Frame, Permissions};
use super::scope::Scope;
use super::{gate, header, login, pins, stage, step, workflow};

/// The file of `plan.release`.
pub(super) fn artifact(plan: &Plan, release: &Release) -> Artifact {
    let scope = Scope::new(plan, &release.checks, &[], release.staging);
    let mut jobs = job::all(&scope);
    let mut needs: Vec<String> = release.checks.iter().map(|job| job.id.clone()).collect();
    for stage in plan.each_stage() {
        let staging = stage.stage.map_or(Staging::None, Staging::Fixed);
        let id = shared::job_id(stage, release);
        jobs.put(&id, apply(&scope.within(staging), stage, release, needs));
        // A stage follows when the one before holds.
        needs = vec![id];
    }
    let mut concurrency = Map::new();
    // A newer release replaces one that waits: it holds all that the older one would apply.
    concurrency.put("group", &release.id).put("cancel-in-progress", false);
    // Only the default branch is released, whatever starts it.
    let refs = [header::branch(&plan.project.default_branch)];
    let mut needs = header::needs(&scope, &jobs, &refs, true);
    needs.extend(about::event_needs(plan));
    let header = about::of_release(plan, release, needs);
    let doc =
        workflow::document(&plan.release_title(), events(plan, release), concurrency, jobs.map);
    workflow::file(plan, &release.id, &doc, &header)
}

fn events(plan: &Plan, release: &Release) -> Map {
    let mut on = Map::new();
    let mut push = Map::new();
    push.put("branches", vec![escape(&plan.project.default_branch)]);
    // Every path lies in the root, and no pattern may start with a slash.
    if !release.inputs.iter().any(|path| path == "/") {
        let lives_there = !release.triggers.is_empty();
        let mut paths = Vec::new();
        if lives_there {
            paths.push(glob(&(plan.azure_ml_folder() + "/")));
        }
        paths.extend(release.inputs.iter().map(|path| glob(path)));
        paths.push(glob(&workflow::path(plan, &release.id)));
        push.put("paths", paths);
    }
    on.put("push", push);
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

/// The job that makes the workspace what the files say.
fn apply(scope: &Scope<'_>, plan: &Plan, release: &Release, needs: Vec<String>) -> Frame {
    let approval = plan.stage_approval();
    let mut steps: Vec<Map> = approval.map(gate::demand_reviewers).into_iter().collect();
    steps.extend([demand_branch(plan), step::checkout()]);
    steps.extend(login::steps(scope));
    steps.push(apply_all(scope, plan, release));
    Frame {
        name: shared::title(plan, "Apply to the workspace"),
        needs,
        runs_on: vec![pins::RUNNER.to_owned()],
        timeout_minutes: 60,
        environment: stage::environment(scope),
        permissions: Permissions {
            actions: approval.is_some(),
            contents: true,
            id_token: login::is_oidc(plan),
            ..Permissions::default()
        },
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

/// Creates, updates, disables and deletes, in one script.
fn apply_all(scope: &Scope<'_>, plan: &Plan, release: &Release) -> Map {
    let (repository, commit) = (expression("github.repository"), expression("github.sha"));
    let mut env = Map::new();
    for (name, value) in shared::env(plan, repository, commit, literal) {
        env.put(name, value);
    }
    if shared::applies_events(plan) {
        let group = stage::azure(scope, |azure| Some(&azure.resource_group));
        env.put("AZURE_RESOURCE_GROUP", group);
    }
    for (name, value) in shared::told_of_events(plan) {
        env.put(name, told(scope, &value));
    }
    let text = [step::STRICT, check::FAIL, &shared::apply(plan, release)].concat();
    step::script(shared::step_title(plan), env, text)
}

/// What a deployment must be told of what brings events.
fn told(scope: &Scope<'_>, value: &DeploymentValue) -> String {
    match value {
        DeploymentValue::Text(text) => expression::text(scope, text),
        DeploymentValue::Repository => expression("github.repository"),
        // What no run on GitHub knows, the project says.
        DeploymentValue::Project | DeploymentValue::Organization | DeploymentValue::TeamProject => {
            String::new()
        }
    }
}
