//! The release file: it brings the schedules that live on Azure ML up to date.

use crate::emit::Map;
use crate::plan::{JobId, Release};
use crate::targets::release as shared;

use super::reader::Reader;
use super::scope::Scope;
use super::step::{self, FAIL, STRICT, Script};
use super::{condition, expression, scope};

/// The job that applies the schedules, after all checks.
pub(super) fn write(scope: &Scope<'_>, release: &Release) -> Map {
    let plan = scope.plan;
    let ids = (0..).zip(&release.checks).map(|(at, _)| scope.last_id(JobId(at)));
    let mut map = Map::new();
    map.put("job", shared::job_id(release));
    map.put("displayName", "Apply schedules and endpoints");
    map.put_filled("dependsOn", scope::one_or_more(ids.collect()));
    map.put("condition", condition::on_branch(&plan.project.default_branch));
    map.put("timeoutInMinutes", 60_u32);
    map.put("pool", step::hosted());
    map.put("steps", vec![step::checkout(true), apply(scope, release)]);
    map
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
