//! The `azure_pipelines` target.

use super::{Artifact, Target};
use crate::plan::{Home, Plan};

/// The target.
pub const TARGET: Target = Target { name: "azure_pipelines", engine: Home::AzurePipelines, write };

fn write(_plan: &Plan) -> Vec<Artifact> {
    Vec::new()
}
