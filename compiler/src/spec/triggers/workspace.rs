//! Events of the Azure ML workspace: a model, a deployment, a job, drift.

use super::TriggerKindSpec;
use crate::diagnostics::{BAD_VALUE, Diagnostic, LIMIT, Sink, excerpt};
use crate::plan::{Event, Jobs, TriggerKind};
use crate::source::Spanned;
use crate::spec::decode::Dict;
use crate::spec::record::record;
use crate::spec::values::{AnyName, Word};

/// Event Grid compares at most so many values in one subscription
/// (<https://learn.microsoft.com/azure/event-grid/event-filtering>).
const MOST_TAGS: usize = 20;
/// And texts of at most so many characters.
const LONGEST: usize = 512;

record! {
    /// A version of a model is registered. The short form is the model's name. `event.model` and
    /// `event.version` say which.
    ///
    /// ```yaml
    /// model: diabetes
    /// tags: { stage: candidate }
    /// ```
    ModelRegisteredSpec as "a `model_registered` trigger" {
        /// The model.
        req model = "model": Spanned<String>,
        /// Tags that the version must have.
        all tags = "tags": Dict<AnyName, Word>,
    }
    short model
}

record! {
    /// Models are deployed to an endpoint of the workspace. The short form is the endpoint's name.
    /// `event.endpoint` and `event.models` say where and which.
    ///
    /// ```yaml
    /// endpoint: diabetes-prod
    /// ```
    ModelDeployedSpec as "a `model_deployed` trigger" {
        /// The endpoint.
        req endpoint = "endpoint": Spanned<String>,
    }
    short endpoint
}

record! {
    /// A job of the workspace is completed. The short form is the experiment's name. `event.job` and
    /// `event.experiment` say which.
    ///
    /// ```yaml
    /// experiment: diabetes-training
    /// tags: { purpose: nightly }
    /// ```
    JobCompletedSpec as "a `job_completed` trigger" {
        /// Whose jobs.
        req experiment = "experiment": Spanned<String>,
        /// Tags that the job must have.
        all tags = "tags": Dict<AnyName, Word>,
    }
    short experiment
}

record! {
    /// A job of the workspace failed. The short form is the experiment's name. `event.job` and
    /// `event.experiment` say which.
    ///
    /// ```yaml
    /// experiment: diabetes-training
    /// ```
    JobFailedSpec as "a `job_failed` trigger" {
        /// Whose jobs.
        req experiment = "experiment": Spanned<String>,
        /// Tags that the job must have.
        all tags = "tags": Dict<AnyName, Word>,
    }
    short experiment
}

record! {
    /// A monitor of the workspace finds that data drift. The short form is the monitor's name.
    /// `event.monitor` and `event.job` say which.
    ///
    /// ```yaml
    /// monitor: diabetes-inputs
    /// ```
    DriftDetectedSpec as "a `drift_detected` trigger" {
        /// The monitor.
        req monitor = "monitor": Spanned<String>,
    }
    short monitor
}

impl TriggerKindSpec for ModelRegisteredSpec {
    fn key(&self) -> &'static str {
        "model_registered"
    }

    fn may_live_on_azure_ml(&self) -> bool {
        true
    }

    fn plan(&self, sink: &mut Sink) -> Option<TriggerKind> {
        let model = compared(&self.model, "a model", sink)?;
        let tags = tags(&self.tags, sink)?;
        event(Event::ModelRegistered { model, tags })
    }
}

impl TriggerKindSpec for ModelDeployedSpec {
    fn key(&self) -> &'static str {
        "model_deployed"
    }

    fn may_live_on_azure_ml(&self) -> bool {
        true
    }

    fn plan(&self, sink: &mut Sink) -> Option<TriggerKind> {
        let endpoint = compared(&self.endpoint, "an endpoint", sink)?;
        event(Event::ModelDeployed { endpoint })
    }
}

impl TriggerKindSpec for JobCompletedSpec {
    fn key(&self) -> &'static str {
        "job_completed"
    }

    fn may_live_on_azure_ml(&self) -> bool {
        true
    }

    fn plan(&self, sink: &mut Sink) -> Option<TriggerKind> {
        event(Event::JobCompleted(jobs(&self.experiment, &self.tags, sink)?))
    }
}

impl TriggerKindSpec for JobFailedSpec {
    fn key(&self) -> &'static str {
        "job_failed"
    }

    fn may_live_on_azure_ml(&self) -> bool {
        true
    }

    fn plan(&self, sink: &mut Sink) -> Option<TriggerKind> {
        event(Event::JobFailed(jobs(&self.experiment, &self.tags, sink)?))
    }
}

impl TriggerKindSpec for DriftDetectedSpec {
    fn key(&self) -> &'static str {
        "drift_detected"
    }

    fn may_live_on_azure_ml(&self) -> bool {
        true
    }

    fn plan(&self, sink: &mut Sink) -> Option<TriggerKind> {
        let monitor = compared(&self.monitor, "a monitor", sink)?;
        event(Event::DriftDetected { monitor })
    }
}

#[allow(clippy::unnecessary_wraps)] // what every kind gives
fn event(event: Event) -> Option<TriggerKind> {
    Some(TriggerKind::Event(Box::new(event)))
}

fn jobs(
    experiment: &Spanned<String>,
    words: &Dict<AnyName, Word>,
    sink: &mut Sink,
) -> Option<Jobs> {
    let experiment = compared(experiment, "an experiment", sink)?;
    Some(Jobs { experiment, tags: tags(words, sink)? })
}

/// A name that a filter compares with.
fn compared(name: &Spanned<String>, what: &str, sink: &mut Sink) -> Option<String> {
    let text = &name.value;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_. ".contains(c);
    if !text.is_empty() && text.len() <= 255 && text.chars().all(is_name) {
        return Some(text.clone());
    }
    let message = format!("`{}` cannot be the name of {what}", excerpt(text));
    let help = "letters, digits, `-`, `_` and `.`; at most 255";
    sink.report(Diagnostic::new(&BAD_VALUE, name.span, message).help(help));
    None
}

/// Tags that a filter compares with. Event Grid finds no key whose name holds a dot.
fn tags(words: &Dict<AnyName, Word>, sink: &mut Sink) -> Option<Vec<(String, String)>> {
    let before = sink.errors();
    for (number, (name, word)) in words.good().enumerate() {
        let value = &word.0.value;
        if number == MOST_TAGS {
            let message = format!("at most {MOST_TAGS} tags can be compared");
            sink.report(Diagnostic::new(&LIMIT, name.span, message).help("name fewer"));
            break;
        }
        if name.value.contains('.') {
            let message = "Event Grid finds no tag whose name holds a dot";
            sink.report(Diagnostic::new(&BAD_VALUE, name.span, message).help("rename the tag"));
        }
        if value.chars().count() > LONGEST {
            let message = format!("Event Grid compares texts of at most {LONGEST} characters");
            sink.report(Diagnostic::new(&LIMIT, word.0.span, message).help("shorten it"));
        }
    }
    let each = words.good().map(|(name, word)| (name.value.clone(), word.0.value.clone()));
    (sink.errors() == before).then(|| each.collect())
}
