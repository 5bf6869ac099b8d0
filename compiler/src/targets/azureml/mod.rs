//! The `azureml` target.

use super::{Artifact, Target};
use crate::plan::{Home, Plan};

/// The target.
pub const TARGET: Target = Target { name: "azureml", engine: Home::AzureMl, write };

fn write(_plan: &Plan) -> Vec<Artifact> {
    Vec::new()
}
