//! The `github` target.

use super::{Artifact, Target};
use crate::plan::{Home, Plan};

/// The target.
pub const TARGET: Target = Target { name: "github", engine: Home::GitHub, write };

fn write(_plan: &Plan) -> Vec<Artifact> {
    Vec::new()
}
