//! Plans to files. Each target is one folder and one line here; none names another.

use crate::plan::{Home, Plan};

pub mod azure_pipelines;
pub mod azureml;
pub mod github;
mod script;

/// The version of the Azure CLI's `ml` extension that every emitted CI file installs. Pinned, since
/// a newer one may read job files differently from one run to the next.
pub(crate) const ML_EXTENSION: &str = "2.43.0";

/// A file to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Artifact {
    /// Root-relative path.
    pub path: String,
    /// The whole text, with its ownership mark.
    pub text: String,
}

/// An output dialect.
pub struct Target {
    /// Its name on the command line and in `targets:`.
    pub name: &'static str,
    /// The engine that it writes for.
    pub engine: Home,
    /// Writes the files.
    pub write: fn(&Plan) -> Vec<Artifact>,
}

/// Every target, in the order of the manual.
pub static TARGETS: [Target; 3] = [azureml::TARGET, github::TARGET, azure_pipelines::TARGET];
