//! The `azure_pipelines` target: one file per workflow, and the release file.
//!
//! Every file stands alone: no templates, no anchors. Values reach scripts through their environment
//! only. Azure ML jobs are waited for in a server job, which holds no machine.
//!
//! What the platform leaves open: where a script or a literal environment variable says `name` in
//! round brackets behind a dollar, the service puts a pipeline variable of that name there, if there
//! is one. Nothing in a file can prevent it.

mod condition;
mod container;
mod expression;
mod extras;
mod gate;
mod groups;
mod header;
mod image;
mod job;
mod matrix;
mod parameters;
mod pipeline;
mod reader;
mod release;
mod scope;
mod stage;
mod step;
mod submit;
#[cfg(test)]
mod tests;
mod triggers;
mod value;

use super::{Artifact, Target, release as shared};
use crate::plan::{Home, Plan};

/// The target.
pub const TARGET: Target = Target {
    name: "azure_pipelines",
    engine: Home::AzurePipelines,
    most_bytes: None,
    apart: None,
    write,
};

fn write(plan: &Plan) -> Vec<Artifact> {
    let workflows = plan.workflows.iter().map(|one| pipeline::workflow(plan, one));
    let release = shared::of(plan, Home::AzurePipelines);
    let release = release.map(|one| pipeline::release(plan, one));
    workflows.chain(release).collect()
}
