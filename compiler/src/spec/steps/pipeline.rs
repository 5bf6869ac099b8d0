//! `pipeline`: another spec as one step.

use super::{Binder, Engine, Kind, Need, StepSpec, Takes};
use crate::plan::Task;
use crate::source::Spanned;
use crate::spec::record::record;
use crate::spec::values::PathText;

record! {
    /// Another spec as one step: all of its steps run on Azure ML, in one job. The step's `inputs`
    /// bind its parameters, and the root `outputs` of that spec are the outputs of the step. Its
    /// triggers, and what it says of its own jobs (`experiment`, `tags`, `identity`,
    /// `default_datastore`, `continue_on_step_failure`, `force_rerun`, `timeout`), do not count here.
    ///
    /// ```yaml
    /// spec: prepare.mlops.yaml
    /// ```
    PipelineUse as "a `pipeline` step" {
        /// The path of the other spec, from this file on.
        req spec = "spec": Spanned<PathText>,
    }
    short spec
}

impl Kind for PipelineUse {
    fn key(&self) -> &'static str {
        "pipeline"
    }

    fn engine(&self) -> Option<Engine> {
        Some(Engine::AzureMl)
    }

    fn takes(&self) -> Takes {
        Takes { compute: Need::No, environment: Need::No }
    }

    fn keys(&self) -> &'static [&'static str] {
        &[]
    }

    fn instead(&self, key: &str) -> Option<&'static str> {
        match key {
            "compute" | "code" | "environment" | "env" | "timeout" | "resources"
            | "distribution" | "identity" | "queue" | "services" | "reuse" => {
                Some("the steps of the other spec say it")
            }
            _ => None,
        }
    }

    fn task(&self, _: &StepSpec, binder: &mut dyn Binder) -> Option<Task> {
        binder.component().map(Task::Component)
    }
}
