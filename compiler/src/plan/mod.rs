//! The waist of the compiler: what a checked spec says, in neutral words. Data only.
//!
//! Targets read this and nothing else. Everything that can fail was decided before: a plan can be
//! written by every target that its project names.

mod ci;
mod completed;
mod component;
mod condition;
mod deploy;
mod endpoint;
mod event;
mod filter;
mod image;
mod matrix;
mod native;
mod node;
mod own;
mod passthrough;
mod project;
mod references;
#[cfg(test)]
pub(crate) mod sample;
mod service;
mod stage;
mod step;
mod submission;
mod timing;
mod trigger;
mod value;
mod wiring;
mod words;
mod workflow;

pub use ci::*;
pub use completed::*;
pub use component::*;
pub use condition::*;
pub use deploy::*;
pub use endpoint::*;
pub use event::*;
pub use filter::*;
pub use image::*;
pub use matrix::*;
pub use native::*;
pub use node::*;
pub use own::*;
pub use passthrough::*;
pub use project::*;
pub use service::*;
pub use stage::*;
pub use step::*;
pub use submission::*;
pub use timing::*;
pub use trigger::*;
pub use value::*;
pub use wiring::*;
pub use workflow::*;

use std::sync::Arc;

/// One pipeline, ready to be written.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    /// The pipeline's name, `[a-z0-9_-]`; names files and schedules.
    pub name: String,
    /// Root-relative path of the spec; part of every ownership mark.
    pub spec_path: String,
    /// What people read in portals; the name where the author gave none.
    pub display_name: String,
    /// One paragraph, or nothing.
    pub description: Option<String>,
    /// The Azure ML experiment that the jobs are listed under; the name where the author gave none.
    pub experiment: String,
    /// The author's own tags, in order.
    pub tags: Vec<(String, String)>,
    /// Settings of every Azure ML job of the pipeline.
    pub settings: JobSettings,
    /// The longest time that a submission may take, in minutes (default 300).
    pub timeout_minutes: u32,
    /// Environment variables of every CI step (the root's `env`).
    pub env: Vec<(String, Text)>,
    /// Keys at the root of the CI files that only one platform has.
    pub passthrough: Passthrough,
    /// Parameters, in the author's order; [`ParameterId`] indexes them.
    pub parameters: Vec<Parameter>,
    /// Steps, in the author's order; [`StepId`] indexes them.
    pub steps: Vec<Step>,
    /// What the pipeline gives, in the author's order.
    pub outputs: Vec<PipelineOutput>,
    /// Images of the project that steps use; [`ImageId`] indexes them.
    pub images: Vec<BuiltImage>,
    /// Every edge of the graph, data and order.
    pub edges: Vec<Edge>,
    /// Triggers, in the author's order; [`TriggerId`] indexes them.
    pub triggers: Vec<Trigger>,
    /// Distinct Azure ML jobs; [`SubmissionId`] indexes them.
    pub submissions: Vec<Submission>,
    /// One per CI file. The first is the whole graph's.
    pub workflows: Vec<Workflow>,
    /// Other specs that steps use, each as a component of its own in a folder below this pipeline's:
    /// one submission and nothing that starts it. Those that others use come before them.
    pub used: Vec<Arc<Plan>>,
    /// What the release file applies; `None` when nothing lives in Azure.
    pub release: Option<Release>,
    /// The project that the spec belongs to, with what the plan's stage changes.
    pub project: Project,
    /// The stage that the plan is for; `None`: the project has no stages.
    pub stage: Option<StageId>,
    /// What `stage.name` is on Azure ML, also in what is a part of another pipeline.
    pub stage_value: Option<Scalar>,
    /// The same pipeline in each of the project's stages; empty in those plans themselves. The plan
    /// that has them is the one of the first stage.
    pub stages: Vec<Arc<Plan>>,
}

impl Plan {
    /// The step behind an id.
    pub fn step(&self, id: StepId) -> &Step {
        &self.steps[id.0 as usize]
    }

    /// The parameter behind an id.
    pub fn parameter(&self, id: ParameterId) -> &Parameter {
        &self.parameters[id.0 as usize]
    }

    /// The trigger behind an id.
    pub fn trigger(&self, id: TriggerId) -> &Trigger {
        &self.triggers[id.0 as usize]
    }

    /// The value of an input of a submission when nobody gives one.
    pub fn default_of(&self, input: &SubmissionInput) -> Option<&Scalar> {
        let Reference::Parameter(id) = input.source else { return None };
        self.parameter(id).default.as_ref()
    }

    /// Whether somebody must give an input of a submission a value.
    pub fn is_open(&self, input: &SubmissionInput) -> bool {
        let is_optional = match input.source {
            Reference::Parameter(id) => self.parameter(id).optional,
            Reference::Output(..)
            | Reference::Matrix(_)
            | Reference::GitSha
            | Reference::GitBranch
            | Reference::GitTag
            | Reference::RunId
            | Reference::StageName
            | Reference::Variable(_)
            | Reference::Secret(_) => false,
        };
        !is_optional && self.default_of(input).is_none()
    }

    /// The image behind an id.
    pub fn image(&self, id: ImageId) -> &BuiltImage {
        &self.images[id.0 as usize]
    }

    /// The submission behind an id.
    pub fn submission(&self, id: SubmissionId) -> &Submission {
        &self.submissions[id.0 as usize]
    }

    /// Root-relative path of one of the pipeline's Azure ML files, such as `pipeline.json`.
    pub fn azure_ml_path(&self, file: &str) -> String {
        let stage = self.stage_name().map(|stage| format!("{stage}/")).unwrap_or_default();
        format!("{}/{stage}{file}", self.azure_ml_folder())
    }

    /// The root-relative folder of the pipeline's Azure ML files, those of all stages.
    pub fn azure_ml_folder(&self) -> String {
        let folder = &self.project.azure_ml_folder;
        let slash = if folder.is_empty() { "" } else { "/" };
        format!("{folder}{slash}{}", self.name)
    }

    /// What a component file of this pipeline is made of, when another spec is.
    pub fn used_at(&self, path: &str) -> Option<&Plan> {
        let mut used = self.used.iter().map(AsRef::as_ref);
        used.find(|one: &&Plan| one.azure_ml_path(Submission::COMPONENT) == path)
    }

    /// The name, in the workspace, of the Azure ML schedule behind a trigger: `<pipeline>-<trigger>`,
    /// in a stage `<pipeline>-<stage>-<trigger>`. Its file is `schedule-<trigger>.json`.
    pub fn schedule_name(&self, trigger: TriggerId) -> String {
        let stage = self.stage_name().map(|stage| format!("{stage}-")).unwrap_or_default();
        format!("{}-{stage}{}", self.name, self.trigger(trigger).name)
    }

    /// The release, when the project writes the platform that it belongs to.
    pub fn written_release(&self) -> Option<&Release> {
        self.release.as_ref().filter(|release| self.project.targets.contains(&release.home))
    }

    /// What the plan's files, folders and endpoints are called, each with the folder that it is in
    /// ([`ENDPOINTS`] for endpoints, [`COMPONENTS`] for what is registered for them, [`DISPATCHES`] for
    /// the calls that start workflows on GitHub, [`LOGIC_APPS`] and [`SUBSCRIPTIONS`] for the wiring of
    /// events); no other plan under the same root may have one of them.
    pub fn claims(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let workflows = self.workflows.iter().map(|workflow| workflow.id.clone());
        let stems = workflows.chain(self.release.iter().map(|release| release.id.clone()));
        let files = stems.flat_map(move |stem| {
            let homes = self.project.targets.iter();
            homes.map(move |home| (self.project.folder(*home).to_owned(), stem.clone()))
        });
        let published = self.each_stage().flat_map(Self::published_claims);
        let wired = self.each_stage().flat_map(Self::wiring_claims);
        files.chain(published).chain(self.dispatched_claims()).chain(wired)
    }

    /// The types of the dispatches that start its workflows on GitHub, which does not tell them by
    /// their letter case.
    fn dispatched_claims(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let all = (0..).map(TriggerId).zip(&self.triggers);
        let here = all.filter(|(_, it)| it.is_dispatched() && it.homes.contains(&Home::GitHub));
        here.map(|(id, _)| (DISPATCHES.to_owned(), self.event_type(id).to_ascii_lowercase()))
    }

    /// The same of what is published, in the plan's own stage.
    fn published_claims(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let endpoints = self.endpoints().into_iter().map(|one| one.name.to_ascii_lowercase());
        let submissions = self.published().filter_map(|(id, _)| self.trigger(id).submission);
        let components = submissions.map(|id| self.component_name(self.submission(id)));
        let endpoints = endpoints.map(|name| (ENDPOINTS.to_owned(), name));
        endpoints.chain(components.map(|name| (COMPONENTS.to_owned(), name.to_ascii_lowercase())))
    }

    /// What the component of a submission is called in the workspace. A stage's and a submission's
    /// own name stand behind `__`, which no name holds: one that is called like a trigger is another
    /// component.
    pub fn component_name(&self, submission: &Submission) -> String {
        let stage = self.stage_name().map(|stage| format!("__{stage}")).unwrap_or_default();
        component_name(&self.name)
            + &stage
            + &submission.suffix.replace('-', "__").replace('.', "_")
    }

    /// The name by which a step's output leaves its job: that of the pipeline's output, where it is
    /// one, else `<step>__<output>`.
    pub fn port(&self, step: StepId, output: u32) -> String {
        let own = self.outputs.iter().find(|own| own.step == step && own.output == output);
        own.map_or_else(|| self.input_port(step, output), |own| own.name.clone())
    }

    /// The name by which a later job reads it: `<step>__<output>`.
    pub fn input_port(&self, step: StepId, output: u32) -> String {
        let step = self.step(step);
        format!("{}__{}", step.name, step.outputs[output as usize].name)
    }
}

/// A name as components have it, `[a-z][a-z0-9_]*`; the pipeline's may hold `-`.
pub fn component_name(name: &str) -> String {
    let start = if name.starts_with(|c: char| c.is_ascii_lowercase()) { "" } else { "pipeline_" };
    format!("{start}{}", name.replace('-', "_"))
}

/// Where endpoints are, among [`Plan::claims`]; no folder is called so.
pub const ENDPOINTS: &str = "//endpoints";
/// Where the components behind endpoints are, among [`Plan::claims`].
pub const COMPONENTS: &str = "//components";

/// Where types of dispatches are, among [`Plan::claims`].
pub const DISPATCHES: &str = "//dispatches";

/// Where the titles of workflows are that somebody follows on GitHub.
pub const TITLES: &str = "//titles";

/// Index of a step in [`Plan::steps`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct StepId(pub u32);

/// Index of a parameter in [`Plan::parameters`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ParameterId(pub u32);

/// Index of a trigger in [`Plan::triggers`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TriggerId(pub u32);

/// Index of a submission in [`Plan::submissions`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SubmissionId(pub u32);

/// A typed value that every trigger may set.
#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: ValueType,
    /// The default; `None`: required, or optional.
    pub default: Option<Scalar>,
    /// Whether it may have no value. Then it has no default, an empty text counts as no value, and
    /// only optional inputs read it.
    pub optional: bool,
    /// One paragraph, or nothing.
    pub description: Option<String>,
    /// The only values allowed; empty: any.
    pub choices: Vec<Scalar>,
    /// Smallest number allowed.
    pub min: Option<Scalar>,
    /// Largest number allowed.
    pub max: Option<Scalar>,
    /// An anchored regular expression (POSIX extended, as bash's `=~` reads it) that a text value
    /// must match when anybody but the author sets it. Always present on text and data parameters
    /// without `choices`.
    pub pattern: Option<String>,
    /// Data: how it arrives at the steps of an Azure ML job that say nothing else.
    pub mode: Option<Mode>,
}

impl Parameter {
    /// A required parameter without limits.
    pub fn new(name: impl Into<String>, kind: ValueType) -> Self {
        Self {
            name: name.into(),
            kind,
            default: None,
            optional: false,
            description: None,
            choices: Vec::new(),
            min: None,
            max: None,
            pattern: None,
            mode: None,
        }
    }
}

/// Something that the pipeline gives: an output of one of its Azure ML steps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PipelineOutput {
    /// The author's name.
    pub name: String,
    /// The step.
    pub step: StepId,
    /// The index of its output.
    pub output: u32,
}

/// Why one step comes after another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Edge {
    /// The earlier step.
    pub from: StepId,
    /// The later step.
    pub to: StepId,
    /// The output that flows, as an index of the earlier step's outputs; `None`: order only.
    pub output: Option<u32>,
}

/// Settings of Azure ML jobs; always written out, since the platform's documents disagree on the
/// defaults.
#[derive(Clone, PartialEq, Debug)]
pub struct JobSettings {
    /// Name of the datastore for outputs without a path; `None`: the workspace's own.
    pub default_datastore: Option<String>,
    /// Other branches go on when a step fails.
    pub continue_on_step_failure: bool,
    /// Results of earlier runs are never reused.
    pub force_rerun: bool,
    /// Who the nodes are when they read data; empty: what the service does by itself.
    pub identity: Keys,
    /// Properties of the jobs, in order.
    pub properties: Vec<(String, String)>,
}
