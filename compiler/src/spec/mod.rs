//! The public model: the types that are the decoder, the JSON Schema and the manual at once.

pub(crate) mod asset;
pub mod ci;
pub mod component;
pub mod decode;
pub mod dict;
mod example;
pub mod expr;
pub mod fault;
mod foreign;
pub(crate) mod hints;
pub mod image;
pub mod images;
mod indentation;
pub mod matrix;
pub mod passthrough;
pub mod pattern;
pub mod ports;
pub mod project;
pub(crate) mod record;
pub mod resources;
pub mod service;
pub mod settings;
pub(crate) mod shape;
pub mod shell;
pub mod stages;
pub mod steps;
pub mod text;
pub mod timing;
pub mod triggers;
pub mod values;
pub mod when;
pub(crate) mod zones;

pub(crate) use zones::windows_zones;

use ci::ShellWord;
use decode::{Cx, Decode, Dict, Many};
use image::Image;
use passthrough::PassthroughSpec;
use ports::ParameterSpec;
use project::ProjectSpec;
use record::record;
use resources::EnvironmentSpec;
use settings::IdentitySpec;
use stages::SpecStage;
use steps::StepSpec;
use text::Text;
use triggers::{ConcurrencyWord, TriggerSpec};
use values::{
    AnyName, Duration, EntryName, PathText, PortName, StageName, StepName, VariableName, Version,
    Word,
};

use crate::diagnostics::{Diagnostic, MISSING_KEY, Sink};
use crate::source::{FileId, Span, Spanned};
use crate::syntax::{self, Tree};

/// CI waits this long for an Azure ML job when the author says nothing.
pub(crate) const DEFAULT_TIMEOUT_MINUTES: u64 = 300;

record! {
    /// What steps take when they say nothing.
    ///
    /// ```yaml
    /// compute: cpu
    /// environment: training
    /// skip: [unit_tests]
    /// ```
    Defaults as "the defaults" {
        /// Places `run` steps on Azure ML.
        opt compute = "compute": Spanned<String>,
        /// Places `run` steps on the CI platform.
        opt runner = "runner": Spanned<String>,
        /// The software of steps on Azure ML.
        opt environment = "environment": Spanned<String>,
        /// The image of CI steps.
        opt container = "container": Spanned<Image>,
        /// The shell of `run` steps on CI.
        opt shell = "shell": Spanned<ShellWord>,
        /// The folder of the commands of CI steps that check the repository out, from this file on.
        opt working_dir = "working_dir": Spanned<PathText>,
        /// The Python to set up for CI steps that run in no container.
        opt python = "python": Spanned<String>,
        /// The longest time for a `run` step on CI.
        opt timeout = "timeout": Spanned<Duration>,
        /// The stage that CI steps always run in. In specs alone, and not beside steps on Azure ML:
        /// those are in the stage of the run.
        opt stage = "stage": Spanned<String>,
        /// Steps that count as done for what starts without CI: Azure ML's schedules.
        all skip = "skip": Many<Spanned<String>>,
    }
    later { "identity" }
}

record! {
    /// One pipeline: parameters, steps, triggers.
    ///
    /// ```yaml
    /// mlopsc: 1
    /// name: nightly-training
    /// parameters:
    ///   depth: { type: integer, default: 6, min: 1 }
    /// steps:
    ///   train:
    ///     compute: azureml:cpu-cluster
    ///     environment: azureml:sklearn-1.5:30
    ///     code: ../src
    ///     run: python train.py --depth ${{ parameters.depth }} --model ${{ outputs.model }}
    ///     outputs: { model: mlflow_model }
    /// triggers:
    ///   nightly: { schedule: { every: day, at: "02:00" } }
    /// ```
    Spec as "a spec" {
        /// The version of the language.
        opt version = "mlopsc": Version,
        /// The pipeline's name: `^[a-z][a-z0-9_-]*$`, at most 80 letters, without `__` and without
        /// `-release` at its end. Files, schedules and jobs are named
        /// after it.
        opt name = "name": Spanned<String>,
        /// What people read in portals.
        opt description = "description": Spanned<String>,
        /// The name that portals show; by default `name`.
        opt display_name = "display_name": Spanned<String>,
        /// The Azure ML experiment that jobs are listed under; by default `name`.
        opt experiment = "experiment": Spanned<String>,
        /// Tags of the Azure ML jobs.
        all tags = "tags": Dict<AnyName, Word>,
        /// Properties of the Azure ML jobs, which tools read where people read tags.
        all properties = "properties": Dict<AnyName, Word>,
        /// The datastore for outputs without a path; by default the workspace's own.
        opt default_datastore = "default_datastore": Spanned<String>,
        /// Whether other branches of an Azure ML job go on when a step fails.
        opt continue_on_step_failure = "continue_on_step_failure": Spanned<bool> = false,
        /// Whether Azure ML never reuses results of earlier runs.
        opt force_rerun = "force_rerun": Spanned<bool> = false,
        /// Who the steps on Azure ML are when they read data: `managed`, `user_identity` (whoever
        /// submits the job) or `aml_token`; by default the cluster's identity.
        opt identity = "identity": IdentitySpec,
        /// The longest time for one Azure ML job that CI submits: then CI cancels it. Azure ML has no
        /// limit for a whole job, so that those which it starts by itself are not held to it.
        opt timeout = "timeout": Spanned<Duration> = "5h",
        /// Environment variables of all CI steps that run commands of yours.
        all env = "env": Dict<VariableName, Text>,
        /// Variable groups that the files of Azure Pipelines import, beside those of the project
        /// file's `azure_devops`.
        all variable_groups = "variable_groups": Many<Spanned<String>>,
        /// Keys at the root of the CI files that only one platform has.
        opt passthrough = "passthrough": Box<PassthroughSpec>,
        /// Typed values that every trigger may set.
        all parameters = "parameters": Dict<PortName, ParameterSpec>,
        /// What steps take when they say nothing.
        opt defaults = "defaults": Defaults,
        /// Clusters by name, beside the project's.
        all compute = "compute": Dict<EntryName, Spanned<String>>,
        /// Software on Azure ML by name, beside the project's.
        all environments = "environments": Dict<EntryName, EnvironmentSpec>,
        /// The vertices of the graph.
        all steps = "steps": Dict<StepName, StepSpec>,
        /// What the pipeline gives: outputs of its steps on Azure ML, under names of their own.
        all outputs = "outputs": Dict<PortName, Text>,
        /// What starts the pipeline.
        all triggers = "triggers": Dict<StepName, TriggerSpec>,
        /// The stage that all of it always runs in; by default people choose.
        opt stage = "stage": Spanned<String>,
        /// What is different in stages of the project.
        all stages = "stages": Dict<StageName, SpecStage>,
        /// What happens when a second run is started while one runs. CI sees to it; what Azure ML
        /// starts by itself always runs.
        opt concurrency = "concurrency": Spanned<ConcurrencyWord>,
    }
    due { "mlopsc", "name", "steps" }
}

/// Reads a spec. What was read is given even when mistakes were reported.
pub fn read_spec(file: FileId, text: &str, sink: &mut Sink) -> Read<Spec> {
    let tree = syntax::parse(file, text, sink);
    let value: Option<Spec> = root(&tree, file, sink);
    if let Some(spec) = &value {
        let head = Span::top(file);
        require(spec.version.is_some() || spec.broken, head, "mlopsc", "mlopsc: 1", sink);
        require(spec.name.is_some() || spec.broken, head, "name", "name: my-pipeline", sink);
        let no_steps = spec.steps.items.is_empty() && !spec.broken && !tree.broken();
        require(
            !no_steps,
            head,
            "steps",
            "steps:\n  hello: { runner: ubuntu-latest, run: echo hello }",
            sink,
        );
    }
    Read { value, allows: allows(&tree), broken: tree.broken() }
}

/// Reads a project file.
pub fn read_project(file: FileId, text: &str, sink: &mut Sink) -> Read<ProjectSpec> {
    let tree = syntax::parse(file, text, sink);
    let value = root(&tree, file, sink);
    Read { value, allows: allows(&tree), broken: tree.broken() }
}

/// What came of a file.
#[derive(Debug)]
pub struct Read<T> {
    /// What could be read.
    pub value: Option<T>,
    /// Its `# mlopsc: allow(…)` comments.
    pub allows: Vec<Allow>,
    /// Whether the YAML ended early: then nothing is to be said of what seems to be missing.
    pub broken: bool,
}

/// A lint that the author allows in a part of the file.
#[derive(Clone, Debug)]
pub struct Allow {
    /// The lint's name, where it stands in the comment.
    pub name: Spanned<String>,
    /// The part of the file; the whole file when `None`.
    pub covers: Option<Span>,
}

/// The lints that comments of a file allow.
pub(crate) fn allows(tree: &Tree<'_>) -> Vec<Allow> {
    let each = tree.allows().iter().flat_map(|allow| {
        allow.names.iter().map(|name| Allow {
            name: Spanned::new(name.value.to_string(), name.span),
            covers: (!allow.whole_file).then_some(allow.covers),
        })
    });
    each.collect()
}

fn root<T: Decode>(tree: &Tree<'_>, file: FileId, sink: &mut Sink) -> Option<T> {
    match tree.root() {
        Some(node) => T::decode(&mut Cx { tree, sink }, node),
        None if tree.broken() => None,
        None => {
            let message = format!("the file is empty; it should be {}", T::EXPECTED);
            let help = "run `mlopsc init` for a project to start from";
            sink.report(Diagnostic::new(&MISSING_KEY, Span::top(file), message).help(help));
            None
        }
    }
}

fn require(there: bool, at: Span, key: &str, example: &str, sink: &mut Sink) {
    if !there {
        let message = format!("a spec needs the key `{key}`");
        sink.report(
            Diagnostic::new(&MISSING_KEY, at, message).help(format!("such as `{example}`")),
        );
    }
}
