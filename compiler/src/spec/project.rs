//! The project file `mlopsc.yaml`: what specs share.

use super::Defaults;
use super::decode::{Dict, Many};
use super::images::{ImageName, ImageSpec};
use super::record::{choice, record};
use super::resources::{EnvironmentSpec, RunnerSpec};
use super::stages::StageSpec;
use super::text::Text;
use super::values::{AnyName, CiEnvironment, EntryName, PathText, StageName, Version};
use crate::plan::Home;
use crate::source::Spanned;

choice! {
    /// A CI platform.
    CiWord as "a CI platform" {
        /// GitHub Actions.
        GitHub = "github",
        /// Azure Pipelines.
        AzurePipelines = "azure_pipelines",
    }
}

choice! {
    /// What is written.
    TargetWord as "a target" {
        /// Files for Azure ML's command line.
        AzureMl = "azureml",
        /// Those, and the bodies of its REST API.
        AzureMlRest = "azureml-rest",
        /// Workflows of GitHub Actions.
        GitHub = "github",
        /// Pipelines of Azure Pipelines.
        AzurePipelines = "azure_pipelines",
        /// What brings events: templates for Azure Resource Manager, as JSON and as Bicep.
        Events = "events",
    }
}

impl TargetWord {
    /// The engine that it is for.
    pub fn plan(self) -> Home {
        match self {
            Self::AzureMl | Self::AzureMlRest => Home::AzureMl,
            Self::GitHub => Home::GitHub,
            Self::AzurePipelines => Home::AzurePipelines,
            Self::Events => Home::Events,
        }
    }
}

choice! {
    /// How GitHub signs in to Azure.
    LoginWord as "a way to sign in" {
        /// Workload identity federation, without a secret.
        Oidc = "oidc",
        /// A client secret, kept as JSON in the CI secret `AZURE_CREDENTIALS`.
        ServicePrincipal = "service_principal",
    }
}

choice! {
    /// What to do with a lint.
    LintLevel as "a level" {
        /// Nothing is built.
        Error = "error",
        /// It is said.
        Warning = "warning",
        /// It is not said.
        Off = "off",
    }
}

record! {
    /// How CI signs in to Azure, and the workspace. Values are literals, or one CI variable.
    ///
    /// ```yaml
    /// subscription: ${{ variables.AZURE_SUBSCRIPTION_ID }}
    /// resource_group: rg-diabetes
    /// workspace: mlw-diabetes
    /// ```
    AzureSpec as "the Azure settings" {
        /// How GitHub signs in.
        opt login = "login": Spanned<LoginWord> = "oidc",
        /// The application that is signed in.
        opt client_id = "client_id": Text = "${{ variables.AZURE_CLIENT_ID }}",
        /// The tenant.
        opt tenant = "tenant": Text = "${{ variables.AZURE_TENANT_ID }}",
        /// The subscription.
        opt subscription = "subscription": Text = "${{ variables.AZURE_SUBSCRIPTION_ID }}",
        /// The resource group.
        opt resource_group = "resource_group": Text = "${{ variables.AZURE_RESOURCE_GROUP }}",
        /// The Azure ML workspace.
        opt workspace = "workspace": Text = "${{ variables.AZUREML_WORKSPACE }}",
        /// The Azure Resource Manager connection of Azure Pipelines.
        opt service_connection = "service_connection": Text = "azure-ml",
        /// GitHub's environment of the jobs that sign in and have no other: its rules, variables and
        /// secrets hold for them, and Azure knows them by it, whatever the branch or tag.
        opt github_environment = "github_environment": Spanned<CiEnvironment>,
    }
}

record! {
    /// Where each target's files go, from the repository's root on.
    WriteTo as "the output folders" {
        /// The folder of the Azure ML files.
        opt azureml = "azureml": Spanned<PathText> = ".azureml",
        /// The folder of the Azure Pipelines files.
        opt azure_pipelines = "azure_pipelines": Spanned<PathText> = ".azure-pipelines",
        /// The folder of what brings events.
        opt events = "events": Spanned<PathText> = ".azure",
    }
}

record! {
    /// Where a datastore of the workspace is.
    ///
    /// ```yaml
    /// account: stdiabetes
    /// container: azureml-blobstore
    /// ```
    DatastoreSpec as "a datastore" {
        /// The storage account.
        req account = "account": Spanned<String>,
        /// The container.
        req container = "container": Spanned<String>,
    }
}

record! {
    /// What brings events from Azure to what they start, and what it may use. All of it is in the
    /// project's resource group.
    ///
    /// ```yaml
    /// key_vault: kv-diabetes
    /// github_token: github-dispatch-token
    /// storage: stdiabetes
    /// topics: { workspace: evgt-diabetes }
    /// ```
    EventsSpec as "the settings of events" {
        /// The vault that has the token with which GitHub is called.
        opt key_vault = "key_vault": Spanned<String>,
        /// The secret in the vault: a token that may write contents of the repository, which is what
        /// GitHub asks of whoever starts a workflow.
        opt github_token = "github_token": Spanned<String> = "github-dispatch-token",
        /// The storage account in which the wiring keeps which events it saw, so that none counts
        /// twice, waits for quiet (`debounce`), and leaves what could not be delivered.
        opt storage = "storage": Spanned<String>,
        /// System topics of Event Grid that exist already, since a source has one: that of the
        /// `workspace`, and of datastores by their names.
        all topics = "topics": Dict<EntryName, Spanned<String>>,
    }
}

record! {
    /// The repository on GitHub.
    GitHubSpec as "the GitHub settings" {
        /// `owner/repository`.
        opt repository = "repository": Spanned<String>,
        /// A file with releases of actions to use instead of the compiler's own; `mlopsc pins` writes it.
        opt pins = "pins": Spanned<PathText>,
    }
}

record! {
    /// The project in Azure DevOps.
    AzureDevOpsSpec as "the Azure DevOps settings" {
        /// The organisation.
        opt organization = "organization": Spanned<String>,
        /// The project.
        opt project = "project": Spanned<String>,
        /// Variable groups that the pipelines import.
        all variable_groups = "variable_groups": Many<Spanned<String>> = "mlopsc",
    }
}

record! {
    /// What the specs of a repository share.
    ///
    /// ```yaml
    /// mlopsc: 1
    /// ci: github
    /// azure: { resource_group: rg-diabetes, workspace: mlw-diabetes }
    /// compute: { cpu: azureml:cpu-cluster }
    /// environments:
    ///   training:
    ///     image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20260715.v1
    ///     conda: envs/training.yaml
    /// ```
    ProjectSpec as "the project file" {
        /// The version of the language.
        opt version = "mlopsc": Version,
        /// The repository's root as seen from this file, when the file is in a folder below it.
        opt root = "root": Spanned<String>,
        /// The primary CI platform, where triggers live.
        opt ci = "ci": Spanned<CiWord> = "github",
        /// What is written; by default all but `azureml-rest`.
        all targets = "targets": Many<Spanned<TargetWord>>,
        /// The branch that is released, and that schedules run on.
        opt default_branch = "default_branch": Spanned<String> = "main",
        /// How CI signs in to Azure, and the workspace.
        opt azure = "azure": AzureSpec,
        /// Clusters by name: `azureml:<cluster>`, or `serverless`.
        all compute = "compute": Dict<EntryName, Spanned<String>>,
        /// Machines of one's own on CI.
        all runners = "runners": Dict<EntryName, RunnerSpec>,
        /// Software on Azure ML.
        all environments = "environments": Dict<EntryName, EnvironmentSpec>,
        /// Images that CI builds and that CI jobs run in.
        all images = "images": Dict<ImageName, ImageSpec>,
        /// What steps take when they say nothing.
        opt defaults = "defaults": Defaults,
        /// Stages, such as dev and prod, each with what is different in it. The first is that of
        /// runs for which nobody chooses one.
        all stages = "stages": Dict<StageName, StageSpec>,
        /// Where each target's files go.
        opt write_to = "write_to": WriteTo,
        /// The repository on GitHub.
        opt github = "github": GitHubSpec,
        /// The project in Azure DevOps.
        opt azure_devops = "azure_devops": AzureDevOpsSpec,
        /// Levels of lints.
        all lint = "lint": Dict<AnyName, Spanned<LintLevel>>,
        /// Where the workspace's datastores are, for events of them.
        all datastores = "datastores": Dict<EntryName, DatastoreSpec>,
        /// What brings events.
        opt events = "events": EventsSpec,
    }
}
