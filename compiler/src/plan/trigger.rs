//! What starts the pipeline, and where each trigger lives.

use super::{
    Completed, Event, EventText, Http, ParameterId, Passthrough, Scalar, StageId, StepId,
    SubmissionId, Timing,
};

/// A trigger of the spec (the implicit `manual` of every workflow is not one).
#[derive(Clone, PartialEq, Debug)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// What fires it.
    pub kind: TriggerKind,
    /// Whether it fires.
    pub enabled: bool,
    /// The steps that it starts, in the author's order.
    pub slice: Vec<StepId>,
    /// Parameters that it binds.
    pub with: Vec<(ParameterId, Scalar)>,
    /// Parameters whose values come with its event.
    pub from_event: Vec<(ParameterId, EventText)>,
    /// The stage that it starts; `None`: the first on CI, each of them on Azure ML.
    pub stage: Option<StageId>,
    /// Where it lives; never empty. More than one only when the author asked for it.
    pub homes: Vec<Home>,
    /// The index of its CI file in [`super::Plan::workflows`]; `None` when it lives on Azure ML.
    pub workflow: Option<u32>,
    /// Keys of its event that only one CI platform has.
    pub passthrough: Passthrough,
    /// What it submits when it lives on Azure ML.
    pub submission: Option<SubmissionId>,
}

impl Trigger {
    /// Whether it fires, and does so there.
    pub fn lives_on(&self, home: Home) -> bool {
        self.enabled && self.homes.contains(&home)
    }

    /// Whether it comes as a dispatch where it lives on GitHub, with values of parameters.
    pub fn is_dispatched(&self) -> bool {
        matches!(self.kind, TriggerKind::Call(_) | TriggerKind::Event(_))
    }

    /// File name of its Azure ML schedule, if it lives there.
    pub fn schedule_file(&self) -> String {
        format!("schedule-{}.json", self.name)
    }
}

/// What fires a trigger.
#[derive(Clone, PartialEq, Debug)]
pub enum TriggerKind {
    /// Commits.
    Push(Push),
    /// Pull requests.
    PullRequest(PullRequest),
    /// The clock.
    Schedule(Box<Timing>),
    /// A call.
    Http(Http),
    /// A call that starts a run on CI, by the name that callers know.
    Call(String),
    /// Good runs of another pipeline.
    Completed(Box<Completed>),
    /// Something that happens in Azure.
    Event(Box<Event>),
    /// A person.
    Manual,
}

/// Filters of a push. Patterns are of the subset that both platforms read alike.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Push {
    /// Branch patterns; a leading `!` excludes. Empty with empty `tags`: every branch.
    pub branches: Vec<String>,
    /// Tag patterns.
    pub tags: Vec<String>,
    /// Path patterns from the repository's root; empty: every path.
    pub paths: Vec<String>,
}

impl Push {
    /// Whether it starts releases: tags, and branches that are called so. What other branches left in
    /// a cache has no place there.
    pub fn releases(&self) -> bool {
        let is_release = |pattern: &String| !pattern.starts_with('!') && names_release(pattern);
        !self.tags.is_empty() || self.branches.iter().any(is_release)
    }

    /// Whether an auditor of workflows takes it for one that starts releases: to it, a pattern that
    /// leaves releases out is one more that names them.
    pub fn looks_like_a_release(&self) -> bool {
        self.releases() || self.branches.iter().any(|pattern| names_release(pattern))
    }
}

fn names_release(pattern: &str) -> bool {
    pattern.to_ascii_lowercase().contains("release")
}

/// Filters of a pull request.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PullRequest {
    /// Patterns of the branch that is merged into; empty: every branch.
    pub branches: Vec<String>,
    /// Path patterns; empty: every path.
    pub paths: Vec<String>,
    /// Whether drafts count.
    pub drafts: bool,
}

/// The one place that fires a trigger.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Home {
    /// Azure ML's scheduler.
    AzureMl,
    /// GitHub Actions.
    GitHub,
    /// Azure Pipelines.
    AzurePipelines,
    /// Event Grid and Logic Apps. They start what lives elsewhere; no trigger lives there.
    Events,
}

impl Home {
    /// Whether it is a CI platform.
    pub fn is_ci(self) -> bool {
        matches!(self, Self::GitHub | Self::AzurePipelines)
    }

    /// The word that authors use.
    pub fn word(self) -> &'static str {
        match self {
            Self::AzureMl => "azureml",
            Self::GitHub => "github",
            Self::AzurePipelines => "azure_pipelines",
            Self::Events => "events",
        }
    }

    /// The platform's name, for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::AzureMl => "Azure ML",
            Self::GitHub => "GitHub",
            Self::AzurePipelines => "Azure Pipelines",
            Self::Events => "Event Grid",
        }
    }
}
