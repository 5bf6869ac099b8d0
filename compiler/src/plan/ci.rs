//! What only some CI jobs have.

use super::{Matrix, Passthrough, ServiceContainer};

/// What a CI job has beside its machine and its script.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct CiExtras {
    /// Packages that later runs find again.
    pub caches: Vec<Cache>,
    /// Root-relative paths or patterns of test results in the form of `JUnit`.
    pub test_results: Vec<String>,
    /// Tools whose messages in what the script prints are shown where people read the code.
    pub problems: Vec<&'static str>,
    /// How often the script is tried again when it fails, where the platform does that.
    pub retries: u8,
    /// What the job's token may do on GitHub: the name, and whether to write.
    pub permissions: Vec<(&'static str, bool)>,
    /// The combinations that the step runs for; `None`: it runs once.
    pub matrix: Option<Box<Matrix>>,
    /// Keys of the job that only one platform has.
    pub passthrough: Passthrough,
    /// Variable groups that its job imports on Azure Pipelines.
    pub variable_groups: Vec<String>,
    /// Containers that run beside the step.
    pub services: Vec<ServiceContainer>,
}

/// A folder of downloaded packages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cache {
    /// Whose packages.
    pub tool: CacheTool,
    /// Root-relative files whose content decides which packages these are; at least one.
    pub files: Vec<String>,
}

/// A tool that downloads packages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CacheTool {
    /// Python's own.
    Pip,
    /// Conda.
    Conda,
}

impl CacheTool {
    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pip => "pip",
            Self::Conda => "conda",
        }
    }

    /// The variable that names the folder, in which both tools read `~` as the home folder
    /// (<https://pip.pypa.io/en/stable/topics/configuration/>,
    /// <https://docs.conda.io/projects/conda/en/stable/user-guide/configuration/>).
    pub fn variable(self) -> &'static str {
        match self {
            Self::Pip => "PIP_CACHE_DIR",
            Self::Conda => "CONDA_PKGS_DIRS",
        }
    }
}
