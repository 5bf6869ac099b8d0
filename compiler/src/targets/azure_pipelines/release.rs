//! The release file: it brings the schedules that live on Azure ML up to date.

use crate::emit::Map;
use crate::plan::{DeploymentValue, JobId, Plan, Release, Staging};
use crate::targets::release as shared;

use super::reader::Reader;
use super::scope::Scope;
use super::step::{self, FAIL, STRICT, Script};
use super::{expression, gate, groups, scope};

/// The jobs that apply the schedules, after all checks: one for each stage, behind its approval.
pub(super) fn write(scope: &Scope<'_>, release: &Release) -> Vec<Map> {
    let checks = (0..).zip(&release.checks).map(|(at, _)| scope.last_id(JobId(at)));
    let mut before: Vec<String> = checks.collect();
    let mut jobs = Vec::new();
    for plan in scope.plan.each_stage() {
        let id = shared::job_id(plan, release);
        if let Some(environment) = plan.stage_approval() {
            let approval = scope::approval(&id);
            jobs.push(gate::of_release(plan, &approval, before, environment));
            before = vec![approval];
        }
        let staging = plan.stage.map_or(Staging::None, Staging::Fixed);
        let own = scope.within(staging);
        jobs.extend(groups::in_stage(&own, || vec![job(&own, plan, release, (&id, before))]));
        // A stage follows when the one before holds.
        before = vec![id];
    }
    jobs
}

fn job(
    scope: &Scope<'_>,
    plan: &Plan,
    release: &Release,
    (id, before): (&str, Vec<String>),
) -> Map {
    let mut map = Map::new();
    map.put("job", id);
    map.put("displayName", shared::title(plan, shared::step_title(plan)));
    map.put_filled("dependsOn", scope::one_or_more(before));
    map.put("timeoutInMinutes", 60_u32);
    map.put("pool", step::hosted());
    let apply = apply(scope, plan, release);
    map.put("steps", vec![demand_branch(plan), step::checkout(true), apply]);
    map
}

/// By hand, a pipeline can be started on any branch. A job that is skipped would not say why.
fn demand_branch(plan: &Plan) -> Map {
    let text = [STRICT, FAIL, include_str!("scripts/demand_branch.sh")].concat();
    let mut script = Script::new("Demand the default branch", text);
    let branch = expression::literal(&plan.project.default_branch);
    script.env = vec![("DEFAULT_BRANCH".to_owned(), branch)];
    script.bash()
}

fn apply(scope: &Scope<'_>, plan: &Plan, release: &Release) -> Map {
    let setup = step::azure_setup();
    let text = format!("{STRICT}{FAIL}{setup}{}", shared::apply(plan, release));
    let mut script = Script::new(shared::step_title(plan), text);
    let project = expression::variable("System.TeamProject");
    let repository = format!("{project}/{}", expression::variable("Build.Repository.Name"));
    let commit = expression::variable("Build.SourceVersion");
    let env = shared::env(plan, repository, commit, expression::literal);
    script.env = env.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let mut reader = Reader::new(scope);
    for (name, value) in shared::told_of_events(plan) {
        let value = match value {
            DeploymentValue::Text(text) => reader.setting(&text),
            // What no run here knows, the project says.
            DeploymentValue::Project | DeploymentValue::Repository => String::new(),
            DeploymentValue::Organization => expression::variable("System.CollectionUri"),
            DeploymentValue::TeamProject => expression::variable("System.TeamProject"),
        };
        script.env.push((name.to_owned(), value));
    }
    script.azure(&mut reader)
}
