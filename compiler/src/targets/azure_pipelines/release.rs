//! The release file: it brings the schedules that live on Azure ML up to date.

use std::fmt::Write as _;

use crate::emit::Map;
use crate::plan::{JobId, Plan, Reference, Release};
use crate::targets::script;

use super::reader::Reader;
use super::scope::Scope;
use super::step::{self, FAIL, STRICT, Script};
use super::{condition, expression, scope};

/// The job that applies the schedules, after all checks.
pub(super) fn write(scope: &Scope<'_>, release: &Release) -> Map {
    let plan = scope.plan;
    let ids = (0..).zip(&release.checks).map(|(at, _)| scope.last_id(JobId(at)));
    let mut map = Map::new();
    map.put("job", id(release));
    map.put("displayName", "Apply the schedules");
    map.put("dependsOn", scope::distinct(ids.collect()));
    map.put("condition", condition::on_branch(&plan.project.default_branch));
    map.put("timeoutInMinutes", 60_u32);
    map.put("pool", step::hosted());
    map.put("steps", vec![step::checkout(true), apply(scope, release)]);
    map
}

/// The id of the job; no step's name holds `__`.
fn id(release: &Release) -> &'static str {
    let is_taken = release.checks.iter().any(|job| job.id == "release");
    if is_taken { "release__apply" } else { "release" }
}

fn apply(scope: &Scope<'_>, release: &Release) -> Map {
    let plan = scope.plan;
    let setup = step::azure_setup();
    let functions = include_str!("scripts/release.sh");
    let text = format!("{STRICT}{FAIL}{setup}{functions}\n{}", calls(plan, release));
    let mut script = Script::new("Apply the schedules", text);
    let project = plan.project.identity.as_deref().map_or_else(
        || {
            let project = expression::variable("System.TeamProject");
            format!("{project}/{}", expression::variable("Build.Repository.Name"))
        },
        expression::literal,
    );
    script.env = vec![("PROJECT".to_owned(), project), ("PIPELINE".to_owned(), plan.name.clone())];
    script.azure(&mut Reader::new(scope))
}

fn calls(plan: &Plan, release: &Release) -> String {
    let mut calls = String::new();
    for id in &release.schedules {
        let trigger = plan.trigger(*id);
        let name = script::quote(&plan.schedule_name(*id));
        if !trigger.enabled {
            let _ = writeln!(calls, "disable {name}");
            continue;
        }
        let file = plan.azure_ml_path(&trigger.schedule_file());
        let _ = write!(calls, "enable {name} {}", script::quote(&file));
        let submission = trigger.submission.map(|id| plan.submission(id));
        let mut inputs = submission.iter().flat_map(|one| &one.inputs);
        if let Some(input) = inputs.find(|one| one.source == Reference::GitSha) {
            let _ = write!(calls, " {}", script::quote(&input.name));
        }
        calls.push('\n');
    }
    calls + "delete_others\n"
}
