//! How much will be written. What many steps or triggers share is written for each of them, so that
//! a short spec could ask for more than fits into memory; here that is known before anything is.

use super::cut::GroupKind;
use super::triggers::Sliced;
use crate::plan::{
    Azure, Batching, ComponentPlace, ComponentUse, DockerArguments, Environment, Field, Fields,
    Input, Keys, Leg, Matrix, NativeKind, NodeSettings, Output, OwnWork, Parameter, Piece, Place,
    Pool, Project, Reference, Resources, Runner, Scalar, ScriptPiece, ServiceContainer, Setting,
    Source, Step, Task, Text, Values,
};
use crate::spec::Spec;

/// Bytes of text that a platform's files of one spec hold together, far beyond any pipeline. It
/// takes some hundred more of these files than GitHub would read were each as large as possible.
pub(crate) const MOST_WRITTEN: usize = 32 << 20;

/// What is written around one text: its key, its indentation.
const AROUND: usize = 10;

/// What is written around the names where an artifact is fetched.
const FETCHED: usize = 300;

/// The lengths of what is written together.
#[derive(Debug)]
pub(crate) struct Sizes {
    steps: Vec<usize>,
    /// In every file.
    file: usize,
    /// In every job of a step.
    job: usize,
    /// In everything that is made for an Azure ML job.
    submission: usize,
}

impl Sizes {
    pub(crate) fn new(
        spec: &Spec,
        parameters: &[Option<Parameter>],
        steps: &[Option<Step>],
        env: &[(String, Text)],
        project: &Project,
    ) -> Self {
        let words = [&spec.description, &spec.display_name, &spec.experiment];
        let words: usize = words.into_iter().flatten().map(|it| line(&it.value)).sum();
        let tags = spec.tags.good().map(|(name, tag)| name.value.len() + line(&tag.0.value));
        let groups = lines(&project.variable_groups);
        let each = parameters.iter().map(|it| it.as_ref().map_or(0, self::parameter));
        let read = Read {
            parameters: each.collect(),
            gathered: steps.iter().map(|it| it.as_ref().map_or(0, gathered)).collect(),
        };
        Self {
            steps: steps.iter().map(|it| it.as_ref().map_or(0, |it| step(it, &read))).collect(),
            file: words + groups + read.parameters.iter().sum::<usize>(),
            job: pairs(env),
            submission: words + tags.sum::<usize>() + azure(&project.azure),
        }
    }

    /// The bytes of the files that a slice may get for itself.
    pub(crate) fn of(&self, sliced: &Sliced) -> usize {
        let steps = &sliced.slice.steps;
        let own: usize = steps.iter().map(|step| self.steps[*step as usize]).sum();
        let groups = sliced.cut.groups.iter();
        let submissions =
            groups.filter(|group| matches!(group.kind, GroupKind::Submission { .. })).count();
        let jobs = sliced.cut.groups.len() - submissions;
        let repeated = self.file.saturating_add(jobs.saturating_mul(self.job));
        own.saturating_add(repeated).saturating_add(submissions.saturating_mul(self.submission))
    }
}

/// What is written where somebody reads something.
struct Read {
    /// Of each parameter.
    parameters: Vec<usize>,
    /// Of the outputs of each step, where that is more than a line.
    gathered: Vec<usize>,
}

/// Whoever reads what a matrix gives fetches it from each combination.
fn gathered(it: &Step) -> usize {
    let names = |output: &Output| it.name.len() + output.name.len();
    let names = it.outputs.iter().map(names).max().unwrap_or(0);
    let leg = |leg: &Leg| FETCHED + 4 * (names + leg.label.len() + leg.name.len());
    it.matrix().map_or(0, |matrix| matrix.legs.iter().map(leg).sum())
}

/// A text that may have lines of its own, each of them indented.
fn line(text: &str) -> usize {
    AROUND + text.len() + AROUND * text.bytes().filter(|byte| *byte == b'\n').count()
}

fn parameter(it: &Parameter) -> usize {
    let texts = [&it.description, &it.pattern].into_iter().flatten().map(|text| line(text));
    let scalars = it.default.iter().chain(&it.choices).map(scalar);
    line(&it.name) + texts.sum::<usize>() + scalars.sum::<usize>()
}

fn scalar(it: &Scalar) -> usize {
    match it {
        Scalar::Text(text) | Scalar::Number(text) => line(text),
        Scalar::Integer(_) | Scalar::Boolean(_) => AROUND,
    }
}

fn text(pieces: &Text) -> usize {
    let piece = |piece: &Piece| match piece {
        Piece::Literal(text) => line(text),
        Piece::Reference(_) => AROUND,
    };
    pieces.iter().map(piece).sum()
}

fn pairs(pairs: &[(String, Text)]) -> usize {
    pairs.iter().map(|(name, value)| name.len() + text(value)).sum()
}

fn azure(it: &Azure) -> usize {
    let texts = [&it.tenant, &it.subscription, &it.resource_group, &it.workspace];
    texts.into_iter().chain([&it.service_connection]).map(text).sum()
}

fn step(it: &Step, read: &Read) -> usize {
    let texts = [&it.description, &it.approval].into_iter().flatten().map(|text| line(text));
    let inputs = it.inputs.iter().map(|it| input(it, read));
    let outputs = it.outputs.iter().map(output);
    let tags = it.tags.iter().map(|(name, tag)| name.len() + line(tag));
    line(&it.name)
        + line(&it.display_name)
        + texts.sum::<usize>()
        + place(&it.place)
        + task(&it.task)
        + inputs.chain(outputs).chain(tags).sum::<usize>()
        + pairs(&it.env)
}

fn input(it: &Input, read: &Read) -> usize {
    let source = match &it.source {
        Source::Literal(value) => scalar(value),
        Source::Reference(Reference::Parameter(id)) => read.parameters[id.0 as usize],
        Source::Reference(Reference::Output(step, _)) => AROUND + read.gathered[step.0 as usize],
        Source::Reference(_) => AROUND,
        Source::Text(pieces) => text(pieces),
    };
    line(&it.name) + source
}

fn output(it: &Output) -> usize {
    let register = it.register.iter().flat_map(|(name, version)| [Some(name), version.as_ref()]);
    let texts = register.chain([it.path.as_ref()]).flatten();
    line(&it.name) + texts.map(|text| line(text)).sum::<usize>()
}

/// What a step says of its machine, often through a default or an entry that many share.
pub(crate) fn place(it: &Place) -> usize {
    match it {
        Place::AzureMl(it) => {
            let environment = match &it.environment {
                Some(Environment::Reference(name)) => line(name),
                Some(Environment::Image { image, conda }) => {
                    line(image) + conda.as_deref().map_or(0, line)
                }
                Some(Environment::Build { folder, dockerfile }) => line(folder) + line(dockerfile),
                None => 0,
            };
            let compute = match &it.compute {
                Some(Setting::Fixed(name)) => line(&name.text()),
                Some(Setting::Reference(_)) | None => 0,
            };
            compute + environment + resources(&it.resources) + settings(&it.settings)
        }
        Place::Ci(it) => {
            let texts = [&it.container, &it.environment];
            let texts = texts.into_iter().flatten().map(|text| line(text));
            let artifacts = it.artifacts.iter().map(|(name, path)| name.len() + text(path));
            let folder = it.working_dir.as_ref().map_or(0, text);
            let service = |it: &ServiceContainer| {
                line(&it.image) + pairs(&it.env) + it.options.as_deref().map_or(0, line)
            };
            let passed = &it.extras.passthrough;
            let passed = passed.github.iter().chain(&passed.azure_pipelines);
            let folder = folder + passed.map(|(_, value)| value.size()).sum::<usize>();
            let folder = folder + it.extras.services.iter().map(service).sum::<usize>();
            let matrix = it.extras.matrix.as_deref().map_or(0, matrix);
            folder + matrix + runner(&it.runner) + texts.chain(artifacts).sum::<usize>()
        }
    }
}

/// Every combination is written by itself, and what is looked up by it.
fn matrix(it: &Matrix) -> usize {
    let values = |values: &Values| {
        values.iter().map(|(name, value)| line(name) + line(value)).sum::<usize>()
    };
    let leg = |leg: &Leg| {
        let own = leg.runner.as_ref().map_or(0, runner) + leg.container.as_deref().map_or(0, line);
        2 * values(&leg.values) + own + line(&leg.name) + line(&leg.label)
    };
    let rows = it.include.iter().chain(&it.exclude).map(values);
    it.legs.iter().map(leg).chain(rows).sum()
}

fn lines(texts: &[String]) -> usize {
    texts.iter().map(|text| line(text)).sum()
}

fn resources(it: &Resources) -> usize {
    let docker = match &it.docker_args {
        Some(DockerArguments::Text(text)) => line(text),
        Some(DockerArguments::List(words)) => lines(words),
        None => 0,
    };
    let properties = it.properties.iter().map(|(name, value)| name.len() + scalar(value));
    let instance = it.instance_type.as_deref().map_or(0, line);
    docker + instance + lines(&it.locations) + properties.sum::<usize>()
}

fn settings(it: &NodeSettings) -> usize {
    let keys = |keys: &Keys| keys.iter().map(|(_, value)| scalar(value)).sum::<usize>();
    let services = it.services.iter().map(|(name, service)| {
        line(name)
            + keys(&service.keys)
            + service.properties.iter().map(|(name, text)| name.len() + line(text)).sum::<usize>()
    });
    keys(&it.distribution) + keys(&it.identity) + keys(&it.queue) + services.sum::<usize>()
}

fn runner(it: &Runner) -> usize {
    let pool = match &it.azure_pipelines {
        Pool::Hosted(name) => line(name),
        Pool::Named { name, demands } => line(name) + lines(demands),
    };
    pool + lines(&it.github)
}

fn task(it: &Task) -> usize {
    match it {
        Task::Command(it) => {
            let variables = it.variables.iter().map(|(name, _)| line(name));
            pieces(&it.script) + variables.sum::<usize>()
        }
        Task::FanOut(it) => {
            let keys = match &it.batching {
                Batching::PartitionKeys(keys) => lines(keys),
                Batching::Size(_) | Batching::Default => AROUND,
            };
            pieces(&it.arguments) + line(&it.code) + line(&it.entry_script) + keys
        }
        Task::Native(it) => {
            let trial = match &it.kind {
                NativeKind::Sweep(trial) => {
                    pieces(&trial.script) + trial.component.as_deref().map_or(0, component)
                }
                NativeKind::AutoMl | NativeKind::Spark => 0,
            };
            trial + fields(&it.fields)
        }
        Task::Component(it) => component(it) + fields(&it.overrides),
        Task::Own(it) => own(it),
    }
}

fn own(it: &OwnWork) -> usize {
    let texts = it.texts();
    let texts = texts.iter().map(|(name, it)| name.len() + text(it)).sum::<usize>();
    match it {
        OwnWork::Register(it) => line(&it.name) + texts,
        OwnWork::Image(_) => texts,
        OwnWork::Deploy(it) => {
            let variables = it.environment_variables.iter();
            let variables = variables.map(|(name, value)| line(name) + line(value));
            line(&it.endpoint) + texts + variables.sum::<usize>()
        }
    }
}

fn component(it: &ComponentUse) -> usize {
    match &it.component {
        ComponentPlace::Registered(name)
        | ComponentPlace::File(name)
        | ComponentPlace::Made(name) => line(name),
    }
}

fn pieces(pieces: &[ScriptPiece]) -> usize {
    let piece = |piece: &ScriptPiece| match piece {
        ScriptPiece::Literal(text) => line(text),
        ScriptPiece::Input(_)
        | ScriptPiece::Output(_)
        | ScriptPiece::Searched(_)
        | ScriptPiece::OptionalStart
        | ScriptPiece::OptionalEnd => AROUND,
    };
    pieces.iter().map(piece).sum()
}

fn fields(it: &Fields) -> usize {
    it.0.iter().map(|(name, value)| name.len() + field(value)).sum()
}

fn field(it: &Field) -> usize {
    match it {
        Field::Text(text) | Field::Number(text) => line(text),
        Field::List(items) => items.iter().map(field).sum(),
        Field::Map(map) => fields(map),
        Field::Script(script) => pieces(script),
        Field::Integer(_) | Field::Boolean(_) | Field::Setting(_) | Field::Input(_) => AROUND,
    }
}
