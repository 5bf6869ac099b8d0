//! Steps. One file a kind; a kind is one field of [`StepSpec`] and one line of [`StepSpec::kinds`].

mod automl;
mod component;
mod deploy;
mod image;
mod overrides;
mod parallel;
mod pipeline;
mod register;
mod run;
mod spark;
mod sweep;
mod tuning;

pub use automl::AutoMl;
pub(crate) use automl::AutoMlTable;
pub(crate) use component::{ComponentName, component_keys, component_takes};
pub use component::{ComponentSpec, ComponentWord};
pub use deploy::Deploy;
pub use image::ImageStep;
pub use parallel::Parallel;
pub use pipeline::PipelineUse;
pub use register::Register;
pub use spark::Spark;
pub use sweep::Sweep;

use super::ci::{CacheSpec, PermissionsSpec, Retries, ShellWord, ToolWord};
use super::decode::{Dict, Many, Named};
use super::image::Image;
use super::images::Variant;
use super::matrix::{MatrixSpec, OrMatrix};
use super::passthrough::PassthroughSpec;
use super::ports::{InputSpec, OutputSpec};
use super::record::record;
use super::resources::ResourcesSpec;
use super::service::Services;
use super::settings::{DistributionSpec, IdentitySpec, QueueSpec};
use super::text::{OrReference, Script, Text};
use super::values::{
    AnyName, CiEnvironment, Duration, EntryName, PathText, PortName, StepName, VariableName, Word,
};
use super::when::WhenSpec;
use crate::diagnostics::Diagnostic;
use crate::plan::{self, ComponentUse, ImageId, ScriptPiece, Setting, ValueType, Variable};
use crate::source::{Span, Spanned};

record! {
    /// A vertex of the graph: one key names its kind, one key (or a default) places it.
    ///
    /// ```yaml
    /// compute: cpu
    /// code: ../src
    /// run: python train.py --data ${{ steps.prepare.outputs.clean }} --model ${{ outputs.model }}
    /// outputs: { model: mlflow_model }
    /// ```
    StepSpec as "a step" {
        /// What people read beside the name.
        opt description = "description": Spanned<String>,
        /// The name that portals show; by default the step's own.
        opt display_name = "display_name": Spanned<String>,
        /// Steps that come before, though nothing flows.
        all needs = "needs": Many<Spanned<String>>,
        /// Inputs that need a name, a type or a mode of their own. A reference in `run` becomes an
        /// input by itself.
        all inputs = "inputs": Dict<PortName, InputSpec>,
        /// What the step gives.
        all outputs = "outputs": Dict<PortName, OutputSpec>,
        /// Environment variables. On Azure ML steps literals only; none on `register`, `image` and
        /// `deploy`, where nothing of yours runs.
        all env = "env": Dict<VariableName, Text>,
        /// The longest time for the step.
        opt timeout = "timeout": Spanned<Duration>,
        /// Tags of the Azure ML node.
        all tags = "tags": Dict<AnyName, Word>,

        /// A bash command, on Azure ML or on CI.
        opt run = "run": Box<Script>,
        /// A script over mini-batches, on Azure ML.
        opt parallel = "parallel": Box<Parallel>,
        /// Algorithms that are tried on a table, on images or on texts, on Azure ML.
        opt automl = "automl": Box<AutoMl>,
        /// A command with many values of its hyperparameters, on Azure ML.
        opt sweep = "sweep": Box<Sweep>,
        /// A Spark job, on Azure ML.
        opt spark = "spark": Box<Spark>,
        /// An Azure ML component that stands elsewhere: a component file, or one of the workspace or
        /// of a registry. `inputs` bind its inputs; `outputs` say more of its outputs.
        opt component = "component": Box<ComponentSpec>,
        /// Another spec as one step, on Azure ML. `inputs` bind its parameters; its `outputs` are
        /// those of the step.
        opt pipeline = "pipeline": Box<PipelineUse>,
        /// A version of a model or data asset, made of what an earlier step gives, on CI.
        opt register = "register": Box<Register>,
        /// A model behind an online endpoint or a batch endpoint, on CI.
        opt deploy = "deploy": Box<Deploy>,
        /// An image of the project that CI builds: its name, or `{ name: ci, push: false }`.
        opt image = "image": Box<ImageStep>,

        /// The folder that is uploaded with a `run` step on Azure ML.
        opt code = "code": Spanned<PathText>,
        /// Places the step on Azure ML: an entry of `compute`, `azureml:<cluster>`, `serverless`, or a
        /// text parameter that names a cluster of the workspace.
        opt compute = "compute": OrReference<Spanned<String>>,
        /// The software on Azure ML: an entry of `environments`, or `azureml:<name>:<version>`.
        opt environment = "environment": Spanned<String>,
        /// The machines on Azure ML.
        opt resources = "resources": Box<ResourcesSpec>,
        /// How the processes of a distributed run are started (`run` steps on Azure ML).
        opt distribution = "distribution": Box<DistributionSpec>,
        /// Who the step is on Azure ML when it reads data; by default the spec's `identity`.
        opt identity = "identity": Box<IdentitySpec>,
        /// How the step is queued on serverless compute (Azure ML).
        opt queue = "queue": Box<QueueSpec>,
        /// On CI: containers that run beside the step, by name. On Azure ML: services that people open
        /// while a `run` step runs.
        all services = "services": Services,
        /// Whether Azure ML may take the results of an earlier run when nothing changed.
        opt reuse = "reuse": Spanned<bool> = true,
        /// Puts the step into an Azure ML job of this name, apart from others.
        opt submission = "submission": Named<StepName>,

        /// Places the step on the CI platform: a hosted label, or an entry of `runners`.
        opt runner = "runner": OrMatrix<Spanned<String>>,
        /// Values by name: the CI step runs for each combination of them, which `${{ matrix.x }}` reads
        /// in `run`, `env`, `inputs`, `runner`, `container`, `python`, `working_dir` and the paths of
        /// `artifacts`.
        opt matrix = "matrix": Box<MatrixSpec>,
        /// The image that the CI job runs in: an entry of the project's `images`, or the name of one
        /// that needs no sign-in.
        opt container = "container": OrMatrix<Spanned<Image>>,
        /// One more part of the path of the project's image, so that branches with other software
        /// can have images of another name.
        opt variant = "variant": Spanned<Variant>,
        /// The folder of the command on CI, from this file on; by default the repository's root.
        opt working_dir = "working_dir": OrMatrix<Spanned<PathText>>,
        /// The shell that reads the command on CI, which is bash.
        opt shell = "shell": Spanned<ShellWord> = "bash",
        /// The Python to set up on CI, such as `"3.11"`.
        opt python = "python": OrMatrix<Spanned<String>>,
        /// Whether the CI job checks the repository out.
        opt checkout = "checkout": Spanned<bool> = true,
        /// Whether the CI job is signed in to Azure, with the `ml` extension and the workspace as
        /// defaults.
        opt azure = "azure": Spanned<bool> = false,
        /// The CI platform's environment that the job belongs to (its secrets and variables).
        opt ci_environment = "ci_environment": Spanned<CiEnvironment>,
        /// Files of a CI job that are kept for people: a name and a path from this file on.
        all artifacts = "artifacts": Dict<EntryName, PathItem>,
        /// Downloaded packages that later runs of a CI step find again.
        opt cache = "cache": Box<CacheSpec>,
        /// Files in the form of `JUnit` that a CI step writes, from this file on, as paths or patterns. Their
        /// numbers and failures show where people look, also when the step failed.
        all test_results = "test_results": Many<Spanned<PathText>>,
        /// Tools whose messages (`<file>:<line>: …`) in what the command prints become annotations, where
        /// people read the code. Files are looked for from the step's folder on.
        all problems = "problems": Many<Spanned<ToolWord>>,
        /// Keys of the CI step's job that only one platform has.
        opt passthrough = "passthrough": Box<PassthroughSpec>,
        /// How often a CI step that fails is tried again. Only Azure Pipelines does that.
        opt retry = "retry": Retries,
        /// What a CI job's own token may do on GitHub beyond what the step needs by itself.
        opt permissions = "permissions": Box<PermissionsSpec>,
        /// Variable groups that the CI step's job imports on Azure Pipelines, beside those of the file.
        all variable_groups = "variable_groups": Many<Spanned<String>>,
        /// The stage that a CI step always runs in; by default that of the run.
        opt stage = "stage": Spanned<String>,
        /// When a CI step runs: as to what came before it, or `${{ … }}` over values that steps before
        /// it gave: then it is skipped unless that is true, and so is what needs it.
        opt when = "when": WhenSpec = "success",
        /// The CI platform's environment whose reviewers approve before the step starts.
        opt approval = "approval": Spanned<CiEnvironment>,
    }
}

/// A path as a map's value.
pub type PathItem = OrMatrix<Spanned<PathText>>;

/// The engine that runs a step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Engine {
    /// A node of an Azure ML job.
    AzureMl,
    /// A job of the CI platform.
    Ci,
}

/// What a kind asks of whoever resolves names while it says itself in the plan's words. Each method
/// reports what is wrong and then gives `None`.
pub trait Binder {
    /// Where the step runs.
    fn engine(&self) -> Engine;
    /// A command: references become inputs, outputs, or (on CI) variables.
    fn script(&mut self, script: &Script) -> Option<Bound>;
    /// The command of a sweep, which may read these hyperparameters too.
    fn trial(&mut self, script: &Script, searched: &[Spanned<String>]) -> Option<Vec<ScriptPiece>>;
    /// Arguments that no shell reads: Azure ML splits them at blanks.
    fn arguments(&mut self, script: &Script) -> Option<Vec<ScriptPiece>>;
    /// The only reference of a text, as data that flows in.
    fn data(&mut self, text: &Text) -> Option<u32>;
    /// The type of an input.
    fn input_kind(&self, input: u32) -> ValueType;
    /// One of the step's outputs by name, of one of these types.
    fn output(&mut self, name: &Spanned<String>, kinds: &[ValueType]) -> Option<u32>;
    /// A setting that may be left to a parameter of one of these types.
    fn reference(&mut self, text: &Text, kinds: &[ValueType]) -> Option<Setting>;
    /// The input that carries a parameter into a command.
    fn piece(&mut self, text: &Text, kinds: &[ValueType]) -> Option<ScriptPiece>;
    /// What another step gives, which the text names and nothing else.
    fn given(&mut self, text: &Text) -> Option<u32>;
    /// Whether a text names data that a step gives, and nothing else.
    fn is_data(&self, text: &Text) -> bool;
    /// Text around values, where everybody may read it.
    fn open_text(&mut self, text: &Text) -> Option<plan::Text>;
    /// An image of the project, or a variant of it.
    fn image(&mut self, name: &Spanned<Image>, variant: Option<&str>) -> Option<ImageId>;
    /// The step's name.
    fn step_name(&self) -> &str;
    /// The cluster that a name means, as Azure ML reads it.
    fn cluster(&mut self, name: &Spanned<String>) -> Option<String>;
    /// The software that a name means.
    fn software(&mut self, name: &Spanned<String>) -> Option<plan::Environment>;
    /// A file of the repository, from the spec on; root-relative.
    fn file(&mut self, path: &Spanned<PathText>) -> Option<String>;
    /// A folder of the repository, from the spec on; root-relative.
    fn folder(&mut self, path: &Spanned<PathText>) -> Option<String>;
    /// A file in a folder that [`Binder::folder`] gave.
    fn file_in(&mut self, folder: &str, path: &str, span: Span) -> Option<()>;
    /// Proves that a hyperparameter of a type is an input of the component that is tried.
    fn swept(&mut self, name: &Spanned<String>, kind: ValueType);
    /// The component that the step uses.
    fn component(&mut self) -> Option<Box<ComponentUse>>;
    /// Says what only the kind knows.
    fn report(&mut self, diagnostic: Diagnostic);
}

/// A command whose references are bound.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The command.
    pub script: Vec<ScriptPiece>,
    /// CI: the variables that it reads.
    pub variables: Vec<(String, Variable)>,
}

/// What a step runs.
pub trait Kind {
    /// The key that names the kind.
    fn key(&self) -> &'static str;
    /// The only engine that runs it; `None`: either.
    fn engine(&self) -> Option<Engine>;
    /// Which of the keys that place a step on Azure ML the kind takes.
    fn takes(&self) -> Takes {
        Takes { compute: Need::Must, environment: Need::Must }
    }
    /// The only mode that the kind's data have.
    fn only_mode(&self) -> Option<plan::Mode> {
        None
    }
    /// Which of the keys that only some kinds have this one takes on Azure ML.
    fn keys(&self) -> &'static [&'static str];
    /// What the step gives though nobody declares it.
    fn gives(&self) -> &'static [(&'static str, ValueType)] {
        &[]
    }
    /// Whether the job is ours, on a machine of Linux that is signed in to Azure: the keys for a
    /// command of the author's mean nothing then.
    fn is_own_work(&self) -> bool {
        false
    }
    /// Whether such a job is signed in to Azure; else it works with the repository.
    fn needs_azure(&self) -> bool {
        self.is_own_work()
    }
    /// Whether our work reads files of the repository.
    fn reads_repository(&self) -> bool {
        false
    }
    /// What to do instead of a key that the kind does not take.
    fn instead(&self, _key: &str) -> Option<&'static str> {
        None
    }
    /// The kind in the plan's words; `None` when a mistake was reported.
    fn task(&self, step: &StepSpec, binder: &mut dyn Binder) -> Option<plan::Task>;
}

/// A step of a kind, for messages: «an `automl` step».
pub fn a_step(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} `{kind}` step")
}

/// Which of the keys that place a step on Azure ML a kind takes.
#[derive(Clone, Copy, Debug)]
pub struct Takes {
    /// `compute`.
    pub compute: Need,
    /// `environment`.
    pub environment: Need,
}

/// Whether a kind takes a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// It does not mean anything there.
    No,
    /// The default alone, if there is one: what stands inside of the step takes it.
    Inside,
    /// The step's own, if it has one; defaults do not count.
    May,
    /// The step's own, or the default.
    Must,
}

impl StepSpec {
    /// The kind that the author wrote, if it is one.
    pub fn kind(&self) -> Option<&dyn Kind> {
        let mut kinds = self.kinds();
        kinds.next().filter(|_| kinds.next().is_none())
    }

    /// The kinds that the author wrote, of which there must be one.
    pub fn kinds(&self) -> impl Iterator<Item = &dyn Kind> {
        let all: [Option<&dyn Kind>; 10] = [
            self.run.as_deref().map(|it| it as _),
            self.parallel.as_deref().map(|it| it as _),
            self.automl.as_deref().map(|it| it as _),
            self.sweep.as_deref().map(|it| it as _),
            self.spark.as_deref().map(|it| it as _),
            self.component.as_deref().map(|it| it as _),
            self.pipeline.as_deref().map(|it| it as _),
            self.register.as_deref().map(|it| it as _),
            self.image.as_deref().map(|it| it as _),
            self.deploy.as_deref().map(|it| it as _),
        ];
        all.into_iter().flatten()
    }

    /// The keys of all kinds, for messages.
    pub const KIND_KEYS: [&'static str; 10] = [
        "run",
        "parallel",
        "automl",
        "sweep",
        "spark",
        "component",
        "pipeline",
        "register",
        "deploy",
        "image",
    ];

    /// Where the step names what it brings from elsewhere: a component, or another spec.
    pub fn brought(&self) -> Option<Span> {
        let component = self.named_component().map(|it| it.span);
        component.or(self.pipeline.as_ref().map(|it| it.spec.span))
    }

    /// The component that the step runs, or that its sweep tries.
    pub fn named_component(&self) -> Option<&Spanned<String>> {
        let tried = self.sweep.as_ref().and_then(|sweep| sweep.trial.component.as_ref());
        self.component.as_ref().map(|it| &it.from).or(tried)
    }

    /// The hyperparameters of the step, which are inputs of the component that it tries.
    pub fn swept(&self) -> impl Iterator<Item = &str> {
        self.sweep.iter().flat_map(|sweep| sweep.names())
    }

    /// Every text of the step in which references may stand: commands, settings, inputs, `env`.
    pub fn texts(&self) -> Vec<&Text> {
        let mut texts: Vec<&Text> = Vec::with_capacity(4);
        texts.extend(self.run.iter().map(|run| &run.text));
        if let Some(parallel) = &self.parallel {
            texts.push(&parallel.input_data);
            texts.extend(parallel.arguments.iter().map(|arguments| &arguments.0.text));
        }
        let spark = self.spark.as_ref().and_then(|spark| spark.args.as_ref());
        texts.extend(spark.map(|args| &args.0.text));
        if let Some(automl) = &self.automl {
            automl.texts(&mut texts);
        }
        if let Some(sweep) = &self.sweep {
            sweep.texts(&mut texts);
        }
        if let Some(register) = &self.register {
            register.texts(&mut texts);
        }
        if let Some(deploy) = &self.deploy {
            deploy.texts(&mut texts);
        }
        texts.extend(self.inputs.good().map(|(_, input)| &input.from.text));
        texts.extend(self.env.good().map(|(_, text)| text));
        let containers = self.services.good().filter_map(|(_, service)| service.container());
        texts.extend(containers.flat_map(|it| it.env.good().map(|(_, text)| text)));
        texts
    }

    /// The key that places the step by itself, if any.
    pub fn placing_key(&self) -> Option<(Engine, Span)> {
        let compute = self.compute.as_ref().map(|it| (Engine::AzureMl, it.span()));
        compute.or(self.runner.as_ref().map(|it| (Engine::Ci, it.span())))
    }
}

/// A setting that the author fixed, or left to a parameter.
pub(crate) fn setting<T>(
    value: Option<&OrReference<T>>,
    kinds: &[ValueType],
    binder: &mut dyn Binder,
    fixed: impl FnOnce(&T) -> plan::Scalar,
) -> Option<Setting> {
    match value? {
        OrReference::Value(value) => Some(Setting::Fixed(fixed(value))),
        OrReference::Reference(text) => binder.reference(text, kinds),
    }
}
