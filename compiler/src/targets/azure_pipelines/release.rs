//! The release file: it brings the schedules that live on Azure ML up to date.

use crate::emit::Map;
use crate::plan::{JobId, Plan, Release};
use crate::targets::release as shared;

use super::reader::Reader;
use super::scope::Scope;
use super::step::{self, FAIL, STRICT, Script};
use super::{expression, scope};

/// The job that applies the schedules, after all checks.
pub(super) fn write(scope: &Scope<'_>, release: &Release) -> Map {
    let plan = scope.plan;
    let ids = (0..).zip(&release.checks).map(|(at, _)| scope.last_id(JobId(at)));
    let mut map = Map::new();
    map.put("job", shared::job_id(release));
    map.put("displayName", "Apply schedules and endpoints");
    map.put_filled("dependsOn", scope::one_or_more(ids.collect()));
    map.put("timeoutInMinutes", 60_u32);
    map.put("pool", step::hosted());
    map.put("steps", vec![demand_branch(plan), step::checkout(true), apply(scope, release)]);
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

fn apply(scope: &Scope<'_>, release: &Release) -> Map {
    let setup = step::azure_setup();
    let text = format!("{STRICT}{FAIL}{setup}{}", shared::apply(scope.plan, release));
    let mut script = Script::new("Apply schedules and endpoints", text);
    let project = expression::variable("System.TeamProject");
    let repository = format!("{project}/{}", expression::variable("Build.Repository.Name"));
    let commit = expression::variable("Build.SourceVersion");
    let env = shared::env(scope.plan, repository, commit, expression::literal);
    script.env = env.map(|(name, value)| (name.to_owned(), value)).into();
    script.azure(&mut Reader::new(scope))
}
