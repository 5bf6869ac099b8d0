//! Steps: where they run, what they run, what flows in and out.

use super::{
    CiExtras, ComponentUse, Condition, DockerArguments, ImageId, Matrix, Mode, Native, NativeKind,
    NodeSettings, OwnWork, Reference, Scalar, StageId, StepId, Text, ValueType,
};

/// A vertex of the graph.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// Its name, `^[a-z_][a-z0-9_]*$`.
    pub name: String,
    /// What people read; the name where the author gave none.
    pub display_name: String,
    /// One paragraph, or nothing.
    pub description: Option<String>,
    /// Where it runs.
    pub place: Place,
    /// What it runs.
    pub task: Task,
    /// What flows in, in order of first mention.
    pub inputs: Vec<Input>,
    /// What flows out, in the author's order.
    pub outputs: Vec<Output>,
    /// Environment variables, in the author's order. Literals only on Azure ML. On CI this holds the
    /// author's `env` only; values behind references in the script are in [`Command::variables`].
    pub env: Vec<(String, Text)>,
    /// The longest time for one try of the whole step, in seconds; `None`: the platform's own limit.
    pub timeout_seconds: Option<u64>,
    /// The CI environment that people approve before the step starts.
    pub approval: Option<String>,
    /// The stage that a CI step always runs in; `None`: that of the run.
    pub stage: Option<StageId>,
    /// When a CI step runs, as to what came before.
    pub when: When,
    /// What must be true of values besides.
    pub condition: Option<Box<Condition>>,
    /// Steps that the author listed in `needs`, in order.
    pub needs: Vec<StepId>,
    /// Tags of the Azure ML node.
    pub tags: Vec<(String, String)>,
}

/// The engine of a step and what it needs there.
#[derive(Clone, PartialEq, Debug)]
pub enum Place {
    /// A node of an Azure ML pipeline job.
    AzureMl(Box<AzureMlPlace>),
    /// A job on the CI platform.
    Ci(Box<CiPlace>),
}

/// A node's cluster and software.
#[derive(Clone, PartialEq, Debug)]
pub struct AzureMlPlace {
    /// `azureml:<name>` or `serverless`, as Azure ML reads it, or a parameter that names a cluster;
    /// `None`: the task brings its own.
    pub compute: Option<Setting>,
    /// The software; `None`: the task brings its own.
    pub environment: Option<Environment>,
    /// How many machines, and of what kind.
    pub resources: Resources,
    /// What else only Azure ML has.
    pub settings: NodeSettings,
    /// The author's name for the submission that the step belongs to.
    pub submission: Option<String>,
}

/// Software on an Azure ML node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Environment {
    /// A registered or curated environment, as Azure ML reads it (`azureml:…`).
    Reference(String),
    /// An image, with a conda file (root-relative path) or without.
    Image {
        /// The container image.
        image: String,
        /// Root-relative path of the conda file.
        conda: Option<String>,
    },
    /// An image that Azure ML builds.
    Build {
        /// Root-relative folder.
        folder: String,
        /// The Dockerfile, relative to the folder.
        dockerfile: String,
    },
}

/// Machines of a node. `None` leaves a key out.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Resources {
    /// Number of machines, at least 1.
    pub instance_count: Option<Setting>,
    /// Machine size.
    pub instance_type: Option<String>,
    /// Shared memory, `^[1-9][0-9]*[bkmg]$`.
    pub shm_size: Option<String>,
    /// Further arguments of `docker run`.
    pub docker_args: Option<DockerArguments>,
    /// The largest number of machines that an elastic run takes.
    pub max_instance_count: Option<i64>,
    /// Regions where the node may run.
    pub locations: Vec<String>,
    /// Properties of the compute's own.
    pub properties: Vec<(String, Scalar)>,
}

/// A number or text that the author fixed, or left to a parameter.
#[derive(Clone, PartialEq, Debug)]
pub enum Setting {
    /// Fixed.
    Fixed(Scalar),
    /// Taken from a parameter or an ambient fact when the job is submitted.
    Reference(Reference),
}

/// A CI job's machine.
#[derive(Clone, PartialEq, Debug)]
pub struct CiPlace {
    /// The machine; of the first combination, where it depends on that.
    pub runner: Runner,
    /// The image that the job runs in; of the first combination, where it depends on that.
    pub container: Option<String>,
    /// The same, when the project builds it.
    pub image: Option<ImageId>,
    /// Folder of the commands, root-relative; `None`: the root. Text around values of the matrix, as
    /// the two below.
    pub working_dir: Option<Text>,
    /// Version of Python to set up first.
    pub python: Option<Text>,
    /// Whether the repository is checked out.
    pub checkout: bool,
    /// Whether the step is signed in to Azure, with the `ml` extension and the workspace as defaults.
    pub azure: bool,
    /// The CI environment (secrets, variables, protection); the approval's one where there is one.
    pub environment: Option<String>,
    /// Files kept for people: name and root-relative path (a file, a folder, or a pattern).
    pub artifacts: Vec<(String, Text)>,
    /// What else only some CI jobs have.
    pub extras: CiExtras,
}

/// The machine of a CI job, per platform.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Runner {
    /// Labels on GitHub, all of which must fit. One hosted label, or the author's own.
    pub github: Vec<String>,
    /// Pool on Azure Pipelines.
    pub azure_pipelines: Pool,
}

/// A pool of Azure Pipelines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pool {
    /// A hosted image, such as `ubuntu-24.04`.
    Hosted(String),
    /// The author's own pool.
    Named {
        /// Its name.
        name: String,
        /// What the agent must have.
        demands: Vec<String>,
    },
}

/// What a step runs.
#[derive(Clone, PartialEq, Debug)]
pub enum Task {
    /// One command.
    Command(Command),
    /// A script over mini-batches.
    FanOut(Box<FanOut>),
    /// A node of one of Azure ML's own kinds.
    Native(Box<Native>),
    /// A component that stands elsewhere.
    Component(Box<ComponentUse>),
    /// Work on CI that needs no command of the author's.
    Own(Box<OwnWork>),
}

/// One command.
#[derive(Clone, PartialEq, Debug)]
pub struct Command {
    /// Root-relative folder that is uploaded with the step (Azure ML).
    pub code: Option<String>,
    /// The command. On Azure ML the quoting around references is part of the literals, and inputs
    /// and outputs stand as pieces. On CI the text is a bash script whose references were already
    /// turned into quoted variables, so it is one literal.
    pub script: Vec<ScriptPiece>,
    /// CI only: variables that the script reads, in order of first mention.
    pub variables: Vec<(String, Variable)>,
}

/// Where a variable of a CI script comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Variable {
    /// An input of the step, by index: a value, or the path of a file or folder.
    Input(u32),
    /// An output of the step, by index: the path of the file or folder to write (a scalar output is
    /// one line in a file).
    Output(u32),
    /// A reference that is no input: a secret, a variable, a fact of the run.
    Reference(Reference),
}

/// A part of a command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ScriptPiece {
    /// Taken as it is.
    Literal(String),
    /// An input of the step, by index.
    Input(u32),
    /// An output of the step, by index.
    Output(u32),
    /// A hyperparameter of the step's sweep, by name.
    Searched(String),
    /// What follows up to [`ScriptPiece::OptionalEnd`] is left out when an input in it is not set.
    /// Only optional inputs stand there, and there is none inside another.
    OptionalStart,
    /// The end of it.
    OptionalEnd,
}

/// A script over the mini-batches of one input.
#[derive(Clone, PartialEq, Debug)]
pub struct FanOut {
    /// Root-relative folder of the script.
    pub code: String,
    /// The script, relative to `code`.
    pub entry_script: String,
    /// Arguments of the script, with the driver's own (`--allowed_failed_percent`, …) at the end.
    pub arguments: Vec<ScriptPiece>,
    /// The input that is cut, as an index of the step's inputs.
    pub input_data: u32,
    /// How it is cut.
    pub batching: Batching,
    /// Failed items allowed; -1: any number.
    pub error_threshold: Option<Setting>,
    /// Failed mini-batches allowed; -1: any number.
    pub mini_batch_error_threshold: Option<Setting>,
    /// The output that collects the rows, as an index of the step's outputs; `None`: the script
    /// writes its own files.
    pub append_row_to: Option<u32>,
    /// Time for one try of a mini-batch, in seconds.
    pub mini_batch_timeout: Option<Setting>,
    /// Tries after the first.
    pub max_retries: Option<Setting>,
    /// `INFO`, `WARNING` or `DEBUG`.
    pub logging_level: Option<Setting>,
    /// Worker processes on each machine.
    pub max_concurrency_per_instance: Option<Setting>,
}

/// How the input is cut into mini-batches.
#[derive(Clone, PartialEq, Debug)]
pub enum Batching {
    /// By number of files, or by about so many bytes: Azure ML's text (`10`, `10kb`), or a reference.
    Size(Setting),
    /// One mini-batch for each combination of values of these columns.
    PartitionKeys(Vec<String>),
    /// The service's own choice.
    Default,
}

/// What flows into a step.
#[derive(Clone, PartialEq, Debug)]
pub struct Input {
    /// `<parameter>`, `<step>__<output>`, or the author's name.
    pub name: String,
    /// Its type.
    pub kind: ValueType,
    /// Where it comes from.
    pub source: Source,
    /// How data arrives; `None`: the platform's default.
    pub mode: Option<Mode>,
    /// Whether it may have no value.
    pub optional: bool,
}

/// Where an input comes from.
#[derive(Clone, PartialEq, Debug)]
pub enum Source {
    /// A value written in the spec; data: the path, as Azure ML reads it (local paths root-relative).
    Literal(Scalar),
    /// A parameter, another step's output, or a fact of the run.
    Reference(Reference),
    /// Text around references; the input is a string.
    Text(Text),
}

/// What flows out of a step.
#[derive(Clone, PartialEq, Debug)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: ValueType,
    /// How data leaves; `None`: the platform's default.
    pub mode: Option<Mode>,
    /// Where it is stored, as Azure ML reads it; `None`: the platform's own place.
    pub path: Option<String>,
    /// The asset that it is registered as: name, and version when the author fixed it.
    pub register: Option<(String, Option<String>)>,
}

/// When a CI step runs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum When {
    /// After all that it needs succeeded.
    Success,
    /// After something before it failed.
    Failure,
    /// Whatever happened before.
    Always,
}

impl Step {
    /// Whether an Azure ML job runs it.
    pub fn is_on_azure_ml(&self) -> bool {
        matches!(self.place, Place::AzureMl(_))
    }

    /// What only some CI jobs have.
    pub fn extras(&self) -> Option<&CiExtras> {
        match &self.place {
            Place::Ci(place) => Some(&place.extras),
            Place::AzureMl(_) => None,
        }
    }

    /// The combinations that it runs for, if it has a matrix.
    pub fn matrix(&self) -> Option<&Matrix> {
        self.extras()?.matrix.as_deref()
    }

    /// What others get of an output. Of a matrix they get a folder, and in it a folder for each
    /// combination under its label.
    pub fn given(&self, output: u32) -> ValueType {
        let own = self.outputs[output as usize].kind;
        if self.matrix().is_some() && !own.is_scalar() { ValueType::UriFolder } else { own }
    }

    /// Whether it needs Azure, secrets or a protected environment: then it does not run for pull
    /// requests of forks.
    pub fn is_trusted(&self) -> bool {
        let mut secret = false;
        self.references(&mut |reference| secret |= matches!(reference, Reference::Secret(_)));
        match &self.place {
            Place::AzureMl(_) => true,
            Place::Ci(place) => {
                let in_registry = place.image.is_some() || self.pushes().is_some();
                place.azure || place.environment.is_some() || in_registry || secret
            }
        }
    }

    /// How many nodes Azure ML makes of it.
    pub fn nodes(&self) -> usize {
        match (&self.place, &self.task) {
            (Place::Ci(_), _) => 0,
            (Place::AzureMl(_), Task::Component(component)) => component.nodes,
            (
                Place::AzureMl(_),
                Task::Command(_) | Task::FanOut(_) | Task::Native(_) | Task::Own(_),
            ) => 1,
        }
    }

    /// What only a node of Azure ML has.
    pub fn settings(&self) -> Option<&NodeSettings> {
        match &self.place {
            Place::AzureMl(place) => Some(&place.settings),
            Place::Ci(_) => None,
        }
    }

    /// Whether another node can wait for it: it has an output, or can be given one.
    pub fn can_tell(&self) -> bool {
        self.task.component().is_none() || !self.outputs.is_empty()
    }

    /// The inputs that stand in the arguments of a script over mini-batches, where no quotes keep
    /// a value together.
    pub fn argument_inputs(&self) -> impl Iterator<Item = &Input> {
        let (pieces, handed_on): (&[ScriptPiece], &[u32]) = match &self.task {
            Task::FanOut(fan_out) => (&fan_out.arguments, &[]),
            Task::Component(component) => (&[], &component.arguments),
            Task::Command(_) | Task::Native(_) | Task::Own(_) => (&[], &[]),
        };
        let own = pieces.iter().filter_map(|piece| match piece {
            ScriptPiece::Input(index) => Some(index),
            ScriptPiece::Literal(_)
            | ScriptPiece::Output(_)
            | ScriptPiece::Searched(_)
            | ScriptPiece::OptionalStart
            | ScriptPiece::OptionalEnd => None,
        });
        own.chain(handed_on).filter_map(|index| self.inputs.get(*index as usize))
    }
}

impl Task {
    /// The output by which a node without an output of its own says that it is done. AutoML has one
    /// that is always there, and a Spark job takes one mode only.
    pub fn signal(&self) -> Output {
        let native = if let Self::Native(native) = self { Some(&native.kind) } else { None };
        let (name, kind) = match native {
            Some(NativeKind::AutoMl) => ("best_model", ValueType::MlflowModel),
            Some(NativeKind::Sweep(_) | NativeKind::Spark) | None => {
                ("mlopsc__done", ValueType::UriFolder)
            }
        };
        let mode = (native == Some(&NativeKind::Spark)).then_some(Mode::Direct);
        Output { name: name.to_owned(), kind, mode, path: None, register: None }
    }

    /// The component that stands elsewhere and that the node runs, or that its trials run.
    pub fn component(&self) -> Option<&ComponentUse> {
        match self {
            Self::Component(component) => Some(component),
            Self::Native(native) => native.component(),
            Self::Command(_) | Self::FanOut(_) | Self::Own(_) => None,
        }
    }

    /// Whether a node can wait for another one by an input that nobody reads. Order before a node
    /// that cannot is kept by submitting it in a later job.
    pub fn can_wait(&self) -> bool {
        match self {
            Self::Command(_) | Self::FanOut(_) => true,
            // Azure ML's tools drop what the component does not declare.
            Self::Native(native) => {
                native.kind != NativeKind::AutoMl && native.component().is_none()
            }
            Self::Component(_) | Self::Own(_) => false,
        }
    }
}
