//! What happens in Azure and starts a pipeline: events, the values that they bring, and how they
//! reach what they start.

use super::{Home, ParameterId, Plan, Scalar, Trigger, TriggerId, TriggerKind, ValueType};

/// Something that Event Grid tells of
/// (<https://learn.microsoft.com/azure/event-grid/event-schema-machine-learning>,
/// <https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage>).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// Blobs of a datastore change.
    DataChanged(DataChanged),
    /// A version of a model is registered in the workspace.
    ModelRegistered {
        /// The model.
        model: String,
        /// Tags that the version must have.
        tags: Vec<(String, String)>,
    },
    /// Models are deployed to an endpoint of the workspace.
    ModelDeployed {
        /// The endpoint.
        endpoint: String,
    },
    /// A job of the workspace is completed.
    JobCompleted(Jobs),
    /// A job of the workspace failed.
    JobFailed(Jobs),
    /// A monitor of the workspace finds that data drift.
    DriftDetected {
        /// The monitor.
        monitor: String,
    },
}

/// Which blobs count, and when a run starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DataChanged {
    /// The datastore's name, in the workspace and in [`super::Project::datastores`].
    pub datastore: String,
    /// The folder, from the container's root on, `/` behind it; empty: the whole container.
    pub folder: String,
    /// How the names of blobs start, behind the folder; mostly empty.
    pub prefix: String,
    /// How they end; empty: in any way.
    pub suffix: String,
    /// Whether blobs in folders below count.
    pub is_deep: bool,
    /// What counts, in order; never empty.
    pub changes: Vec<Change>,
    /// One run after so many seconds without events, at latest after ten times as many since the
    /// first; `None`: a run for each event.
    pub debounce_seconds: Option<u32>,
}

/// What happens to a blob.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Change {
    /// It is written, or written again.
    Created,
    /// It is deleted.
    Deleted,
    /// It gets another name; only accounts with a hierarchical namespace tell.
    Renamed,
}

/// Which jobs of the workspace count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Jobs {
    /// Those of this experiment.
    pub experiment: String,
    /// Tags that they must have.
    pub tags: Vec<(String, String)>,
}

/// A value that comes with an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventField {
    /// What the author writes behind `event.`.
    pub name: String,
    /// Its type.
    pub kind: ValueType,
    /// Where it stands.
    pub source: EventSource,
}

/// Where a value of an event stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EventSource {
    /// In a property of the event as Event Grid's own schema has it: names from the outermost on.
    Property(Vec<String>),
    /// The blob that changed, as an address in its datastore.
    Blob,
    /// It is known before anything happens.
    Fixed(String),
}

/// A piece of a text that an event completes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EventPiece {
    /// As it is.
    Literal(String),
    /// A value of the event; never [`EventSource::Fixed`].
    Field(EventField),
}

/// A text that an event completes; with one field and nothing else, that field's value.
pub type EventText = Vec<EventPiece>;

impl EventPiece {
    /// As the author writes it.
    pub fn words(&self) -> String {
        match self {
            Self::Literal(text) => text.clone(),
            Self::Field(field) => format!("${{{{ event.{} }}}}", field.name),
        }
    }
}

impl Event {
    /// The key that authors write.
    pub fn word(&self) -> &'static str {
        match self {
            Self::DataChanged(_) => "data_changed",
            Self::ModelRegistered { .. } => "model_registered",
            Self::ModelDeployed { .. } => "model_deployed",
            Self::JobCompleted(_) => "job_completed",
            Self::JobFailed(_) => "job_failed",
            Self::DriftDetected { .. } => "drift_detected",
        }
    }

    /// The values that it always brings, in the order of the manual.
    pub fn fields(&self) -> Vec<EventField> {
        let own: Vec<EventField> = match self {
            Self::DataChanged(data) => data.fields(),
            Self::ModelRegistered { .. } => {
                vec![text("model", "data.ModelName"), text("version", "data.ModelVersion")]
            }
            Self::ModelDeployed { .. } => {
                vec![text("endpoint", "data.ServiceName"), text("models", "data.ModelIds")]
            }
            Self::JobCompleted(_) | Self::JobFailed(_) => {
                vec![text("job", "data.runId"), text("experiment", "data.experimentName")]
            }
            Self::DriftDetected { .. } => vec![
                text("monitor", "data.DataDriftName"),
                text("job", "data.RunId"),
                field("coefficient", ValueType::Number, "data.DriftCoefficient"),
            ],
        };
        let common = [text("id", "id"), text("time", "eventTime")];
        own.into_iter().chain(common).collect()
    }

    /// The types that Event Grid gives it.
    pub fn types(&self) -> Vec<&'static str> {
        match self {
            Self::DataChanged(data) => data.changes.iter().map(|it| it.event_type()).collect(),
            Self::ModelRegistered { .. } => {
                vec!["Microsoft.MachineLearningServices.ModelRegistered"]
            }
            Self::ModelDeployed { .. } => vec!["Microsoft.MachineLearningServices.ModelDeployed"],
            Self::JobCompleted(_) => vec!["Microsoft.MachineLearningServices.RunCompleted"],
            Self::JobFailed(_) => vec!["Microsoft.MachineLearningServices.RunStatusChanged"],
            Self::DriftDetected { .. } => {
                vec!["Microsoft.MachineLearningServices.DatasetDriftDetected"]
            }
        }
    }

    /// Tags that what happens must have.
    pub fn tags(&self) -> &[(String, String)] {
        match self {
            Self::ModelRegistered { tags, .. }
            | Self::JobCompleted(Jobs { tags, .. })
            | Self::JobFailed(Jobs { tags, .. }) => tags,
            Self::DataChanged(_) | Self::ModelDeployed { .. } | Self::DriftDetected { .. } => &[],
        }
    }

    /// Where tags stand, of which each is a value, `event.tags.<name>`.
    pub fn tags_place(&self) -> Option<&'static [&'static str]> {
        match self {
            Self::ModelRegistered { .. } => Some(&["data", "ModelTags"]),
            Self::JobCompleted(_) | Self::JobFailed(_) => Some(&["data", "runTags"]),
            Self::DataChanged(_) | Self::ModelDeployed { .. } | Self::DriftDetected { .. } => None,
        }
    }

    /// The value behind `event.<name>`.
    pub fn field(&self, name: &str) -> Option<EventField> {
        if let (Some(tag), Some(place)) = (name.strip_prefix("tags."), self.tags_place()) {
            let place = place.iter().copied().chain([tag]).map(str::to_owned);
            let source = EventSource::Property(place.collect());
            return Some(EventField { name: name.to_owned(), kind: ValueType::String, source });
        }
        self.fields().into_iter().find(|field| field.name == name)
    }

    /// For people.
    pub fn words(&self) -> String {
        match self {
            Self::DataChanged(data) => {
                format!("blobs of {} change in {}", data.datastore, data.watched())
            }
            Self::ModelRegistered { model, .. } => {
                format!("a version of the model {model} is registered")
            }
            Self::ModelDeployed { endpoint } => {
                format!("models are deployed to the endpoint {endpoint}")
            }
            Self::JobCompleted(jobs) => {
                format!("a job of the experiment {} is completed", jobs.experiment)
            }
            Self::JobFailed(jobs) => format!("a job of the experiment {} failed", jobs.experiment),
            Self::DriftDetected { monitor } => format!("the monitor {monitor} finds drift"),
        }
    }
}

impl Change {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Created, Self::Deleted, Self::Renamed];

    /// The word that authors use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Deleted => "deleted",
            Self::Renamed => "renamed",
        }
    }

    /// The type that Event Grid gives it.
    pub fn event_type(self) -> &'static str {
        match self {
            Self::Created => "Microsoft.Storage.BlobCreated",
            Self::Deleted => "Microsoft.Storage.BlobDeleted",
            Self::Renamed => "Microsoft.Storage.BlobRenamed",
        }
    }

    /// The calls that make it. `CreateFile` is none of them: the file is empty then, and a call that
    /// fills it follows.
    pub fn calls(self) -> &'static [&'static str] {
        match self {
            Self::Created => &["PutBlob", "PutBlockList", "CopyBlob", "FlushWithClose"],
            Self::Deleted => &["DeleteBlob", "DeleteFile"],
            Self::Renamed => &["RenameFile"],
        }
    }
}

fn text(name: &str, place: &str) -> EventField {
    field(name, ValueType::String, place)
}

fn field(name: &str, kind: ValueType, place: &str) -> EventField {
    let place = place.split('.').map(str::to_owned).collect();
    EventField { name: name.to_owned(), kind, source: EventSource::Property(place) }
}

impl DataChanged {
    /// The address of the folder, as Azure ML knows it.
    pub fn address(&self) -> String {
        format!("azureml://datastores/{}/paths/{}", self.datastore, self.folder)
    }

    /// The pattern that the author could have written.
    pub fn watched(&self) -> String {
        let deep = if self.is_deep { "**" } else { "" };
        let any = if self.is_deep && self.prefix.is_empty() && self.suffix.is_empty() {
            ""
        } else if self.is_deep {
            "/*"
        } else {
            "*"
        };
        format!("{}{deep}{}{any}{}", self.folder, self.prefix, self.suffix)
    }

    fn fields(&self) -> Vec<EventField> {
        let path = EventSource::Fixed(self.address());
        let folder =
            EventField { name: "path".to_owned(), kind: ValueType::UriFolder, source: path };
        let kind = ValueType::UriFile;
        let file = EventField { name: "file".to_owned(), kind, source: EventSource::Blob };
        let is_single = self.debounce_seconds.is_none();
        std::iter::once(folder).chain(is_single.then_some(file)).collect()
    }
}

/// A datastore's home in Azure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Datastore {
    /// Its name in the workspace.
    pub name: String,
    /// The storage account.
    pub account: String,
    /// The container.
    pub container: String,
}

/// What brings events to where they are wanted, and what it may use.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wiring {
    /// The vault that has [`Wiring::github_token`].
    pub key_vault: Option<String>,
    /// The secret that holds the token with which GitHub is called.
    pub github_token: String,
    /// The storage account in which the wiring keeps what it saw and what could not be delivered.
    pub storage: Option<String>,
    /// System topics that exist, by what they tell of: `workspace`, or a datastore's name.
    pub topics: Vec<(String, String)>,
}

/// An event's way to what it starts. Both ends of it, the wiring in Azure and the file that it
/// starts, are written from this alone.
#[derive(Clone, PartialEq, Debug)]
pub struct Handoff<'a> {
    /// The trigger.
    pub id: TriggerId,
    /// What it says.
    pub trigger: &'a Trigger,
    /// What happens.
    pub event: &'a Event,
    /// What the event brings, for which parameters.
    pub values: &'a [(ParameterId, EventText)],
    /// What is started.
    pub receivers: Vec<Receiver<'a>>,
}

/// What an event starts.
#[derive(Clone, PartialEq, Debug)]
pub enum Receiver<'a> {
    /// The workflow on GitHub that waits for a dispatch of this type; at most 100 characters.
    GitHub {
        /// The type.
        event_type: String,
    },
    /// The pipeline of Azure Pipelines that is made of this file.
    AzurePipelines {
        /// The file's stem.
        file: &'a str,
    },
    /// A deployment behind an endpoint of Azure ML.
    Endpoint {
        /// The trigger that publishes it.
        published: TriggerId,
        /// All that the endpoint is told beside what the event brings.
        with: &'a [(ParameterId, Scalar)],
    },
}

impl Trigger {
    /// The event that it waits for.
    pub fn event(&self) -> Option<&Event> {
        match &self.kind {
            TriggerKind::Event(event) => Some(event),
            TriggerKind::Push(_)
            | TriggerKind::PullRequest(_)
            | TriggerKind::Schedule(_)
            | TriggerKind::Http(_)
            | TriggerKind::Call(_)
            | TriggerKind::Completed(_)
            | TriggerKind::Manual => None,
        }
    }
}

impl Plan {
    /// The type of the dispatch by which a trigger's workflow on GitHub is started.
    pub fn event_type(&self, trigger: TriggerId) -> String {
        let trigger = self.trigger(trigger);
        match &trigger.kind {
            TriggerKind::Call(name) => name.clone(),
            TriggerKind::Push(_)
            | TriggerKind::PullRequest(_)
            | TriggerKind::Schedule(_)
            | TriggerKind::Http(_)
            | TriggerKind::Event(_)
            | TriggerKind::Completed(_)
            | TriggerKind::Manual => format!("{}.{}", self.name, trigger.name),
        }
    }

    /// What the events of the pipeline start, in the author's order, enabled or not.
    pub fn handoffs(&self) -> impl Iterator<Item = Handoff<'_>> {
        let all = (0..).map(TriggerId).zip(&self.triggers);
        all.filter_map(|(id, trigger)| {
            let event = trigger.event()?;
            let receivers = trigger.homes.iter();
            let receivers = receivers.filter_map(|home| self.receiver(id, *home)).collect();
            Some(Handoff { id, trigger, event, values: &trigger.from_event, receivers })
        })
    }

    fn receiver(&self, id: TriggerId, home: Home) -> Option<Receiver<'_>> {
        let trigger = self.trigger(id);
        match home {
            Home::GitHub => Some(Receiver::GitHub { event_type: self.event_type(id) }),
            Home::AzurePipelines => {
                let file = &self.workflows[trigger.workflow? as usize].id;
                Some(Receiver::AzurePipelines { file })
            }
            Home::AzureMl => {
                let mut published = self.published();
                let same = |id: TriggerId| self.trigger(id).submission == trigger.submission;
                let (published, _) =
                    published.find(|(other, _)| self.trigger(*other).enabled && same(*other))?;
                Some(Receiver::Endpoint { published, with: &trigger.with })
            }
            Home::Events => None, // nothing lives there
        }
    }
}
