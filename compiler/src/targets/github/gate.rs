//! Approvals. The platform makes a missing environment by itself, without reviewers, so that an
//! approval would pass unseen: the job asks for the rule and fails when there is none.

use std::fmt::Write as _;

use crate::emit::Map;
use crate::plan::{Job, Step, When};

use super::expression::expression;
use super::job::{self, Frame, Permissions};
use super::pins;
use super::scope::Scope;
use super::step;

/// The job that people approve before an Azure ML step.
pub(super) fn job(scope: &Scope<'_>, job: &Job, gated: &Step, environment: &str) -> Frame {
    Frame {
        name: format!("Approval of {}", gated.display_name),
        condition: job::runs_if(scope, job, When::Success, None),
        needs: scope.needs(job),
        runs_on: vec![pins::RUNNER.to_owned()],
        timeout_minutes: 10,
        environment: Some(environment.to_owned()),
        permissions: Permissions { actions: true, ..Permissions::default() },
        steps: vec![demand_reviewers(environment)],
        ..Frame::default()
    }
}

/// Fails unless an environment has required reviewers.
pub(super) fn demand_reviewers(environment: &str) -> Map {
    let mut env = Map::new();
    env.put("GH_TOKEN", expression("github.token")).put("ENVIRONMENT", url_part(environment));
    step::script(
        "Demand that the environment has reviewers",
        env,
        include_str!("scripts/demand_reviewers.sh"),
    )
}

/// A name as one part of a URL's path.
fn url_part(name: &str) -> String {
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
