//! What specs share.

use super::{Datastore, Home, Stage, StageId, Staging, Text, Wiring};

/// The project of a spec, with every default filled in.
#[derive(Clone, PartialEq, Debug)]
pub struct Project {
    /// The primary CI platform: `GitHub` or `AzurePipelines`.
    pub ci: Home,
    /// The branch that schedules run on and that is released.
    pub default_branch: String,
    /// How CI signs in to Azure, and the workspace.
    pub azure: Azure,
    /// Variable groups that Azure Pipelines files import.
    pub variable_groups: Vec<String>,
    /// Folder of the Azure ML files, root-relative (default `.azureml`).
    pub azure_ml_folder: String,
    /// Folder of the GitHub workflows, root-relative (`.github/workflows`).
    pub github_folder: String,
    /// Folder of the Azure Pipelines files, root-relative (default `.azure-pipelines`).
    pub azure_pipelines_folder: String,
    /// Folder of the wiring of events, root-relative (default `.azure`).
    pub events_folder: String,
    /// What tells this project's live resources from others': `owner/repository` when the project
    /// file says so; `None`: the CI run's own repository.
    pub identity: Option<String>,
    /// The repository on GitHub, `owner/repository`, when the project file says so.
    pub repository: Option<String>,
    /// The organisation in Azure DevOps, the same.
    pub organization: Option<String>,
    /// The project in it.
    pub team_project: Option<String>,
    /// Which engines the project writes for.
    pub targets: Vec<Home>,
    /// Names of the targets that the project writes though they are written only when named.
    pub also: Vec<&'static str>,
    /// Releases of actions of GitHub that the repository chose instead of the compiler's.
    pub pins: Vec<Pin>,
    /// The stages, in the author's order; mostly none.
    pub stages: Vec<Stage>,
    /// Where datastores are, in the author's order.
    pub datastores: Vec<Datastore>,
    /// What brings events.
    pub wiring: Wiring,
}

/// A release of an action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pin {
    /// `owner/name`.
    pub action: String,
    /// Such as `v1.2.3`.
    pub version: String,
    /// Forty hex digits.
    pub commit: String,
}

impl Project {
    /// Whether people must approve before something signs in to Azure: always, or in some stages.
    pub fn asks_before(&self, staging: Staging) -> bool {
        match staging {
            Staging::None => false,
            Staging::Chosen => self.stages.iter().any(|stage| stage.approval.is_some()),
            Staging::Fixed(id) => self.stage(id).approval.is_some(),
        }
    }

    /// The stage behind an id.
    pub fn stage(&self, id: StageId) -> &Stage {
        &self.stages[id.0 as usize]
    }

    /// The CI platform that applies what lives in Azure: the primary one, or that which is written.
    pub fn release_home(&self) -> Home {
        let written = |home: &Home| self.targets.contains(home);
        let other = [Home::GitHub, Home::AzurePipelines].into_iter().find(written);
        if written(&self.ci) { self.ci } else { other.unwrap_or(self.ci) }
    }

    /// The datastore of a name.
    pub fn datastore(&self, name: &str) -> Option<&Datastore> {
        self.datastores.iter().find(|one| one.name == name)
    }

    /// Where a target's files go.
    pub fn folder(&self, engine: Home) -> &str {
        match engine {
            Home::AzureMl => &self.azure_ml_folder,
            Home::GitHub => &self.github_folder,
            Home::AzurePipelines => &self.azure_pipelines_folder,
            Home::Events => &self.events_folder,
        }
    }
}

/// How CI signs in, and where to. Each text is a literal or one CI variable.
#[derive(Clone, PartialEq, Debug)]
pub struct Azure {
    /// With what.
    pub login: Login,
    /// The tenant (GitHub).
    pub tenant: Text,
    /// The subscription.
    pub subscription: Text,
    /// The resource group.
    pub resource_group: Text,
    /// The Azure ML workspace.
    pub workspace: Text,
    /// Name of the Azure Resource Manager connection (Azure Pipelines).
    pub service_connection: Text,
    /// GitHub's environment of the jobs that sign in and have no other.
    pub github_environment: Option<String>,
}

/// How GitHub signs in to Azure. (Azure Pipelines always uses its service connection.)
#[derive(Clone, PartialEq, Debug)]
pub enum Login {
    /// Workload identity federation: no secret.
    Oidc {
        /// The application's id.
        client_id: Text,
    },
    /// A client secret in one JSON secret of this name.
    ServicePrincipal {
        /// Name of the CI secret, by default `AZURE_CREDENTIALS`.
        secret: String,
    },
}
