//! `component`: an Azure ML component that stands elsewhere: in a file, the workspace, a registry.

use super::parallel::{BatchSize, LoggingLevel, Threshold};
use super::spark::SparkResources;
use super::{Binder, Engine, Kind, Need, StepSpec, Takes};
use crate::diagnostics::{BAD_VALUE, Diagnostic};
use crate::plan::{ComponentKind, Task};
use crate::source::Spanned;
use crate::spec::decode::Dict;
use crate::spec::record::{choice, record};
use crate::spec::resources::Int;
use crate::spec::text::OrReference;
use crate::spec::values::{AnyName, Duration, Literal};

choice! {
    /// What a component is.
    ComponentWord as "a kind of component" {
        /// A command.
        Command = "command",
        /// A script over mini-batches.
        Parallel = "parallel",
        /// A Spark job.
        Spark = "spark",
        /// A pipeline.
        Pipeline = "pipeline",
    }
}

impl ComponentWord {
    /// The plan's word.
    pub(crate) fn plan(self) -> ComponentKind {
        match self {
            Self::Command => ComponentKind::Command,
            Self::Parallel => ComponentKind::Parallel,
            Self::Spark => ComponentKind::Spark,
            Self::Pipeline => ComponentKind::Pipeline,
        }
    }
}

record! {
    /// An Azure ML component that stands elsewhere. The step's `inputs` bind its inputs.
    ///
    /// ```yaml
    /// from: azureml:score:3
    /// type: parallel
    /// ```
    ComponentSpec as "a `component` step" {
        /// A component file, from this file on; or `azureml:<name>:<version>`,
        /// `azureml:<name>@<label>`, `azureml://registries/<registry>/components/<name>/versions/<version>`.
        req from = "from": Spanned<String>,
        /// What it is. A file says it itself.
        opt kind = "type": Spanned<ComponentWord> = "command",
        /// Of a `parallel` component: files in a mini-batch, in place of what the component says.
        opt mini_batch_size = "mini_batch_size": OrReference<BatchSize>,
        /// Of a `parallel` component: failed items that are borne; -1: any number.
        opt error_threshold = "error_threshold": OrReference<Threshold>,
        /// Of a `parallel` component: failed mini-batches that are borne; -1: any number.
        opt mini_batch_error_threshold = "mini_batch_error_threshold": OrReference<Threshold>,
        /// Of a `parallel` component: the time for one try of a mini-batch.
        opt mini_batch_timeout = "mini_batch_timeout": OrReference<Spanned<Duration>>,
        /// Of a `parallel` component: tries of a mini-batch after the first.
        opt max_retries = "max_retries": OrReference<Int<0, { i64::MAX }>>,
        /// Of a `parallel` component: how much the driver logs.
        opt logging_level = "logging_level": OrReference<Spanned<LoggingLevel>>,
        /// Of a `spark` component: Spark's own settings, in place of what the component says.
        all conf = "conf": Dict<AnyName, Literal>,
        /// Of a `spark` component: the machines that Azure ML starts for the job, unless the step
        /// has a `compute`.
        opt resources = "resources": Box<SparkResources>,
    }
    short from
}

impl ComponentSpec {
    /// The component by its name.
    pub(crate) fn name(&self) -> ComponentName<'_> {
        ComponentName(&self.from.value)
    }
}

/// What names a component: a path, or a name of Azure ML.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ComponentName<'a>(&'a str);

impl<'a> ComponentName<'a> {
    /// A name as it is written.
    pub(crate) fn of(text: &'a str) -> Self {
        Self(text)
    }

    /// The path of the file, when it is one.
    pub(crate) fn file(self) -> Option<&'a str> {
        let Self(text) = self;
        (!text.starts_with("azureml:")).then(|| text.strip_prefix("file:").unwrap_or(text))
    }

    /// Whether it is in a registry.
    pub(crate) fn is_of_registry(self) -> bool {
        self.0.starts_with("azureml://")
    }

    /// Whether Azure ML finds the component by the name; it refuses one without a version, but only
    /// when the job is made.
    pub(crate) fn is_complete(self) -> bool {
        let rest = self.0.strip_prefix("azureml:").unwrap_or_default();
        let filled = |(name, version): (&str, &str)| !name.is_empty() && !version.is_empty();
        if let Some(registry) = rest.strip_prefix("//registries/") {
            let parts: Vec<&str> = registry.split('/').collect();
            let known = match parts.as_slice() {
                [_, "components", _] => true, // the newest
                [_, "components", _, word, _] => matches!(*word, "versions" | "labels"),
                _ => false,
            };
            return known && parts.iter().all(|part| !part.is_empty());
        }
        rest.starts_with("/subscriptions/")
            || rest.split_once([':', '@']).is_some_and(filled) && !rest.contains('/')
    }
}

impl Kind for ComponentSpec {
    fn key(&self) -> &'static str {
        "component"
    }

    fn engine(&self) -> Option<Engine> {
        Some(Engine::AzureMl)
    }

    fn takes(&self) -> Takes {
        Takes { compute: Need::Must, environment: Need::No }
    }

    fn keys(&self) -> &'static [&'static str] {
        component_keys(self.kind.as_ref().map_or(ComponentKind::Command, |it| it.value.plan()))
    }

    fn instead(&self, key: &str) -> Option<&'static str> {
        match key {
            "code" | "environment" => Some("the component brings its own"),
            "reuse" => Some("`is_deterministic` of the component says it"),
            "resources" => {
                Some("the `resources` of a Spark component are a key of `component`: move it there")
            }
            _ => None,
        }
    }

    fn task(&self, step: &StepSpec, binder: &mut dyn Binder) -> Option<Task> {
        if self.name().file().is_none() && !self.name().is_complete() {
            let message = format!("`{}` does not say which component", self.from.value);
            let help = "write `azureml:<name>:<version>`, or the path of a component file";
            binder.report(Diagnostic::new(&BAD_VALUE, self.from.span, message).help(help));
            return None;
        }
        let mut component = binder.component()?;
        component.overrides = self.overrides(component.kind, step, binder);
        Some(Task::Component(component))
    }
}

/// The keys that a node of a component takes beside those of all nodes.
pub(crate) fn component_keys(kind: ComponentKind) -> &'static [&'static str] {
    match kind {
        ComponentKind::Command => {
            &["env", "timeout", "resources", "distribution", "identity", "queue", "services"]
        }
        ComponentKind::Parallel => &["env", "resources", "identity"],
        ComponentKind::Spark => &["identity"],
        ComponentKind::Pipeline => &[],
    }
}

/// Which placing keys a node of a component takes.
pub(crate) fn component_takes(kind: ComponentKind) -> Takes {
    let compute = match kind {
        ComponentKind::Command | ComponentKind::Parallel => Need::Must,
        ComponentKind::Spark => Need::May,
        ComponentKind::Pipeline => Need::Inside,
    };
    Takes { compute, environment: Need::No }
}
