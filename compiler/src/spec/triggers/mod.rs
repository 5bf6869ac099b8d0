//! Triggers. One file a kind; a kind is one field of [`TriggerSpec`] and one line of
//! [`TriggerSpec::kinds`].

mod commits;
mod completed;
mod data;
mod http;
mod manual;
mod schedule;
mod with;
mod workspace;

pub use commits::{PullRequestSpec, PushSpec};
pub use completed::PipelineCompletedSpec;
pub use data::DataChangedSpec;
pub use http::HttpSpec;
pub use manual::ManualSpec;
pub use schedule::ScheduleSpec;
pub use with::BoundValue;
pub use workspace::{
    DriftDetectedSpec, JobCompletedSpec, JobFailedSpec, ModelDeployedSpec, ModelRegisteredSpec,
};

use super::decode::{Dict, Many};
use super::passthrough::PassthroughSpec;
use super::record::{choice, record};
use super::values::PortName;
use crate::diagnostics::Sink;
use crate::plan::{Concurrency, Home, TriggerKind};
use crate::source::Spanned;

choice! {
    /// Where a trigger lives.
    HomeWord as "a home" {
        /// Azure ML's scheduler.
        AzureMl = "azureml",
        /// GitHub Actions.
        GitHub = "github",
        /// Azure Pipelines.
        AzurePipelines = "azure_pipelines",
    }
}

impl HomeWord {
    /// The plan's word.
    pub fn plan(self) -> Home {
        match self {
            Self::AzureMl => Home::AzureMl,
            Self::GitHub => Home::GitHub,
            Self::AzurePipelines => Home::AzurePipelines,
        }
    }
}

choice! {
    /// What happens when a second run is started while one runs.
    ConcurrencyWord as "a way to treat a second run" {
        /// It waits (the default but for pull requests).
        Queue = "queue",
        /// It replaces the running one (the default for pull requests).
        Cancel = "cancel",
        /// Both run.
        Parallel = "parallel",
    }
}

impl ConcurrencyWord {
    /// The plan's word.
    pub fn plan(self) -> Concurrency {
        match self {
            Self::Queue => Concurrency::Queue,
            Self::Cancel => Concurrency::Cancel,
            Self::Parallel => Concurrency::Parallel,
        }
    }
}

record! {
    /// What starts the pipeline: one key names the kind.
    ///
    /// ```yaml
    /// schedule: { every: day, at: "02:00" }
    /// with: { depth: 8 }
    /// enabled: false
    /// ```
    TriggerSpec as "a trigger" {
        /// Commits on branches or tags.
        opt push = "push": PushSpec,
        /// Pull requests.
        opt pull_request = "pull_request": PullRequestSpec,
        /// The clock.
        opt schedule = "schedule": ScheduleSpec,
        /// A call of a published endpoint.
        opt http = "http": HttpSpec,
        /// Blobs that change.
        opt data_changed = "data_changed": DataChangedSpec,
        /// A version of a model that is registered.
        opt model_registered = "model_registered": ModelRegisteredSpec,
        /// Models that are deployed.
        opt model_deployed = "model_deployed": ModelDeployedSpec,
        /// A job of Azure ML that is completed.
        opt job_completed = "job_completed": JobCompletedSpec,
        /// A job of Azure ML that failed.
        opt job_failed = "job_failed": JobFailedSpec,
        /// Data that drift.
        opt drift_detected = "drift_detected": DriftDetectedSpec,
        /// A good run of another pipeline.
        opt pipeline_completed = "pipeline_completed": PipelineCompletedSpec,
        /// A person.
        opt manual = "manual": ManualSpec,

        /// The steps that it wants, with all that they need; by default the ends of the graph.
        all goals = "goals": Many<Spanned<String>>,
        /// Steps that count as done.
        all skip = "skip": Many<Spanned<String>>,
        /// Values of parameters; what an event brings is `${{ event.x }}`.
        all with = "with": Dict<PortName, BoundValue>,
        /// The stage that it starts; by default the first on CI, and each of them on Azure ML.
        opt stage = "stage": Spanned<String>,
        /// Whether it fires.
        opt enabled = "enabled": Spanned<bool> = true,
        /// Where it lives, if not where the compiler would put it.
        all home = "home": Many<Spanned<HomeWord>>,
        /// What happens when a second run is started while one runs. CI sees to it; what Azure ML
        /// starts by itself always runs.
        opt concurrency = "concurrency": Spanned<ConcurrencyWord>,
        /// Keys of the event that only one CI platform has, as they are.
        opt passthrough = "passthrough": Box<PassthroughSpec>,
    }
}

/// What fires a trigger.
pub trait TriggerKindSpec {
    /// The key that names the kind.
    fn key(&self) -> &'static str;
    /// The kind in the plan's words; `None` when a mistake was reported.
    fn plan(&self, sink: &mut Sink) -> Option<TriggerKind>;
    /// Whether Azure ML can fire it.
    fn may_live_on_azure_ml(&self) -> bool {
        false
    }
    /// Whether whoever fires it may set parameters.
    fn is_given_values(&self) -> bool {
        false
    }
    /// What happens to a second run when the author says nothing.
    fn concurrency(&self) -> Concurrency {
        Concurrency::Queue
    }
}

impl TriggerSpec {
    /// The keys of all kinds, for messages.
    pub const KIND_KEYS: [&'static str; 12] = [
        "push",
        "pull_request",
        "schedule",
        "http",
        "data_changed",
        "model_registered",
        "model_deployed",
        "job_completed",
        "job_failed",
        "drift_detected",
        "pipeline_completed",
        "manual",
    ];

    /// The kinds that the author wrote, of which there must be one.
    pub fn kinds(&self) -> Vec<&dyn TriggerKindSpec> {
        let all: [Option<&dyn TriggerKindSpec>; 12] = [
            self.push.as_ref().map(|it| it as _),
            self.pull_request.as_ref().map(|it| it as _),
            self.schedule.as_ref().map(|it| it as _),
            self.http.as_ref().map(|it| it as _),
            self.data_changed.as_ref().map(|it| it as _),
            self.model_registered.as_ref().map(|it| it as _),
            self.model_deployed.as_ref().map(|it| it as _),
            self.job_completed.as_ref().map(|it| it as _),
            self.job_failed.as_ref().map(|it| it as _),
            self.drift_detected.as_ref().map(|it| it as _),
            self.pipeline_completed.as_ref().map(|it| it as _),
            self.manual.as_ref().map(|it| it as _),
        ];
        all.into_iter().flatten().collect()
    }
}
