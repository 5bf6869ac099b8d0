//! Azure ML jobs: which steps are one job, and what crosses its border.

use super::{ParameterId, Reference, Scalar, StepId, ValueType};

/// One Azure ML pipeline job.
#[derive(Clone, PartialEq, Debug)]
pub struct Submission {
    /// What its files are called after `component` and `pipeline`: `""`, `-<name>`, `.<trigger>` or
    /// `.<trigger>-<name>`, so that they are `component<suffix>.json` and `pipeline<suffix>.json`.
    pub suffix: String,
    /// A short name for CI job ids and people: the author's submission name, else the first step.
    pub label: String,
    /// Its steps, in the author's order.
    pub steps: Vec<StepId>,
    /// Parameters whose values are fixed in the component: they are no inputs of it. Only where a
    /// deployment binds them, which has no place for values.
    pub fixed: Vec<(ParameterId, Scalar)>,
    /// Pipeline inputs, in order of first use.
    pub inputs: Vec<SubmissionInput>,
    /// Outputs promoted to the pipeline, because something outside reads them.
    pub outputs: Vec<SubmissionOutput>,
    /// Order without data inside the job.
    pub wires: Vec<Wire>,
}

impl Submission {
    /// File name of the component of a pipeline that is one submission.
    pub const COMPONENT: &'static str = "component.json";

    /// File name of the typed pipeline component.
    pub fn component_file(&self) -> String {
        format!("component{}.json", self.suffix)
    }

    /// File name of the job that names the component.
    pub fn job_file(&self) -> String {
        format!("pipeline{}.json", self.suffix)
    }

    /// File name of the copy of the job file in which CI binds values.
    pub fn run_file(&self) -> String {
        format!("pipeline{}.run.json", self.suffix)
    }
}

/// An input of the pipeline component.
#[derive(Clone, PartialEq, Debug)]
pub struct SubmissionInput {
    /// `<parameter>`, `<step>__<output>`, or an ambient name (`git__sha`).
    pub name: String,
    /// Its type.
    pub kind: ValueType,
    /// Where the value comes from when the job is submitted.
    pub source: Reference,
}

/// An output of the pipeline component.
#[derive(Clone, PartialEq, Debug)]
pub struct SubmissionOutput {
    /// `<step>__<output>`.
    pub name: String,
    /// The step in the job.
    pub step: StepId,
    /// The index of its output.
    pub output: u32,
}

/// One step waits for another though no data flows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Wire {
    /// The earlier step.
    pub tail: StepId,
    /// The output that it lends, as an index; `None`: it gets an output `mlopsc__done`.
    pub tail_output: Option<u32>,
    /// The later step, which gets an input `mlopsc__after_<tail>` with mode direct.
    pub head: StepId,
}
