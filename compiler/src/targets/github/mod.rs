//! The `github` target: workflows of GitHub Actions.

mod bind;
mod check;
mod ci_step;
mod data;
mod events;
mod expression;
mod extras;
mod gate;
mod header;
mod image;
mod inputs;
mod job;
mod login;
mod matrix;
mod payload;
pub mod pins;
mod release;
mod scope;
mod stage;
mod step;
mod submit;
#[cfg(test)]
mod tests;
mod workflow;

use super::{Artifact, Target, release as shared};
use crate::plan::{Home, Plan};

/// The target.
pub const TARGET: Target = Target {
    name: "github",
    engine: Home::GitHub,
    most_bytes: Some((512_000, "GitHub")),
    apart: None,
    write,
};

fn write(plan: &Plan) -> Vec<Artifact> {
    let workflows = plan.workflows.iter().map(|workflow| workflow::artifact(plan, workflow));
    let release = shared::of(plan, Home::GitHub);
    let release = release.map(|release| release::artifact(plan, release));
    workflows.chain(release).collect()
}
