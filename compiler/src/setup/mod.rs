//! What must exist outside of the repository before the emitted files can run: environments, secrets,
//! credentials, connections, roles, and what Azure ML must hold.
//!
//! It is read from the emitted files themselves, so that it cannot disagree with them; the plan only
//! says what a name means that a file shows alike (which variables of Azure Pipelines are secret).

mod azure;
mod azure_pipelines;
mod checklist;
mod events;
mod github;
mod scripts;
mod walk;

pub use azure::{Assets, Azure, Setting, Workspace};
pub use azure_pipelines::{AzurePipelines, Connection, Pipeline};
pub use checklist::checklist;
pub use events::Events;
pub use github::GitHub;
pub use scripts::github as github_script;
pub use scripts::{azure as azure_script, azure_pipelines as azure_pipelines_script};

use crate::plan::{Home, Plan};
use crate::spec::project::ProjectSpec;
use crate::targets::Artifact;

/// All that specs of one project need.
#[derive(Debug, Default)]
pub struct Setup {
    /// Who the repository is.
    pub names: Names,
    /// On GitHub.
    pub github: GitHub,
    /// In Azure DevOps.
    pub azure_pipelines: AzurePipelines,
    /// In Azure.
    pub azure: Azure,
    /// For events.
    pub events: Events,
}

/// What the project file says of the places where the repository lives.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// `owner/repository` on GitHub.
    pub repository: Option<String>,
    /// The organisation in Azure DevOps.
    pub organization: Option<String>,
    /// The project in it.
    pub project: Option<String>,
    /// The branch that is released.
    pub default_branch: String,
}

impl Names {
    /// From the project file.
    pub fn of(project: &ProjectSpec) -> Self {
        let text = |it: Option<&crate::source::Spanned<String>>| it.map(|it| it.value.clone());
        let devops = project.azure_devops.as_ref();
        Self {
            repository: text(project.github.as_ref().and_then(|it| it.repository.as_ref())),
            organization: text(devops.and_then(|it| it.organization.as_ref())),
            project: text(devops.and_then(|it| it.project.as_ref())),
            default_branch: text(project.default_branch.as_ref())
                .unwrap_or_else(|| "main".to_owned()),
        }
    }
}

impl Setup {
    /// For a project.
    pub fn new(names: Names) -> Self {
        Self { names, ..Self::default() }
    }

    /// Adds what the files of one spec need.
    pub fn add(&mut self, plan: &Plan, artifacts: &[Artifact]) {
        for artifact in artifacts {
            match home(plan, &artifact.path) {
                Home::GitHub => self.github.read(artifact, &self.names.default_branch),
                Home::AzurePipelines => self.azure_pipelines.read(plan, artifact),
                Home::AzureMl => self.azure.read(plan, artifact),
                Home::Events => self.events.read(plan),
            }
            if matches!(home(plan, &artifact.path), Home::GitHub | Home::AzurePipelines) {
                self.azure.read_ci(plan, artifact);
            }
        }
    }
}

/// Which engine a file is for.
fn home(plan: &Plan, path: &str) -> Home {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let other = [Home::GitHub, Home::AzurePipelines, Home::Events].into_iter();
    let mut found = other.filter(|it| plan.project.folder(*it).trim_end_matches('/') == folder);
    found.next().unwrap_or(Home::AzureMl)
}
