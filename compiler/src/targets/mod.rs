//! Plans to files. Each target is one folder and one line here; none names another.

use crate::plan::{Home, Plan};

pub mod azure_pipelines;
pub mod azureml;
pub mod github;
mod header;
mod release;
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
    /// The largest file that the platform reads, in bytes, and where it says so; `None`: no limit
    /// that a file of ours can reach.
    pub most_bytes: Option<(usize, &'static str)>,
    /// Writes the files.
    pub write: fn(&Plan) -> Vec<Artifact>,
}

impl Target {
    /// Why the platform would not read a file, and what to do; known only after writing.
    pub fn refusal(&self, artifact: &Artifact) -> Option<(String, String)> {
        let (most, says) = self.most_bytes?;
        let size = artifact.text.len();
        (size > most).then(|| {
            (
                format!(
                    "`{}` would have {size} bytes, and {says} reads {most} at most",
                    artifact.path
                ),
                "make several pipelines of it, or leave the target out of `targets`".to_owned(),
            )
        })
    }
}

/// Every target, in the order of the manual.
pub static TARGETS: [Target; 3] = [azureml::TARGET, github::TARGET, azure_pipelines::TARGET];
