//! Approvals. The platform makes a missing environment by itself, without reviewers, so that an
//! approval would pass unseen: the job asks for the rule and fails when there is none.

use std::fmt::Write as _;

use crate::emit::Map;
use crate::plan::{Condition, Job, Step, When};

use super::expression::expression;
use super::job::{self, Frame, Permissions};
use super::pins;
use super::scope::Scope;
use super::stage::{self, Environment};
use super::step;

/// The job that people approve before an Azure ML step.
pub(super) fn job(scope: &Scope<'_>, job: &Job, gated: &Step, environment: &str) -> Frame {
    Frame {
        name: format!("Approval of {}", gated.display_name),
        condition: job::runs_if(scope, job, When::Success, None),
        needs: scope.needs(job),
        runs_on: vec![pins::RUNNER.to_owned()],
        timeout_minutes: 10,
        environment: Some(Environment::fixed(environment)),
        permissions: Permissions { actions: true, ..Permissions::default() },
        steps: vec![demand_reviewers(environment)],
        ..Frame::default()
    }
}

/// The job before the first ones that sign in to Azure in a stage. It is in no environment itself, so
/// that people are asked once: by the jobs behind it, which are in that of the stage.
pub(super) fn stage(scope: &Scope<'_>, job: &Job, values: Option<&Condition>) -> Frame {
    let mut env = Map::new();
    env.put("GH_TOKEN", expression("github.token")).put("ENVIRONMENT", stage::gate(scope));
    let is_open = scope.plan.variants(scope.staging).iter().any(|it| it.stage_approval().is_none());
    let pass = if is_open { include_str!("scripts/pass_open_stage.sh") } else { "" };
    let script = [step::STRICT, pass, DEMAND_REVIEWERS].concat();
    Frame {
        name: format!("Approval of {}", scope.plan.staging_words(scope.staging)),
        condition: job::runs_if(scope, job, When::Success, values),
        needs: scope.needs(job),
        runs_on: vec![pins::RUNNER.to_owned()],
        timeout_minutes: 10,
        permissions: Permissions { actions: true, ..Permissions::default() },
        steps: vec![step::script("Demand that the environment has reviewers", env, script)],
        ..Frame::default()
    }
}

const DEMAND_REVIEWERS: &str = include_str!("scripts/demand_reviewers.sh");

/// Fails unless an environment has required reviewers.
pub(super) fn demand_reviewers(environment: &str) -> Map {
    let mut env = Map::new();
    env.put("GH_TOKEN", expression("github.token")).put("ENVIRONMENT", url_part(environment));
    step::script(
        "Demand that the environment has reviewers",
        env,
        [step::STRICT, DEMAND_REVIEWERS].concat(),
    )
}

/// A name as one part of a URL's path.
pub(super) fn url_part(name: &str) -> String {
    let mut part = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            part.push(char::from(byte));
        } else {
            let _ = write!(part, "%{byte:02X}");
        }
    }
    part
}
