//! What all nodes of a pipeline have: software, cluster, inputs, outputs, order.

use super::context::{Context, Role};
use super::{command, job, native, parallel, reference, value};
use crate::emit::{Doc, Map};
use crate::plan::{
    AzureMlPlace, DockerArguments, Environment, Input, Keys, Mode, NativeKind, NodeSettings,
    Resources, Scalar, Source, Step, Task,
};
use crate::source;

/// The node of a step.
pub(super) fn write(
    context: &Context<'_>,
    step: &Step,
    place: &AzureMlPlace,
    role: &Role<'_>,
) -> Map {
    let mut doc = match &step.task {
        Task::Command(task) => command::write(context, step, place, task),
        Task::FanOut(task) => parallel::write(context, step, place, task),
        Task::Component(task) => reference::write(context, step, place, task),
        Task::Native(task) => native::write(context, step, place, role, task),
        // No node: it runs on CI.
        Task::Own(_) => Map::new(),
    };
    // The data of AutoML are keys of its own, and `inputs` makes Azure ML's tools fail.
    let is_automl = matches!(&step.task, Task::Native(native) if native.kind == NativeKind::AutoMl);
    if !is_automl {
        doc.put_filled("inputs", inputs(context, step, role));
    }
    doc.put_filled("outputs", outputs(step, role));
    doc
}

/// The keys that people read.
pub(super) fn titles(step: &Step, doc: &mut Map) {
    if step.display_name != step.name {
        doc.put("display_name", &step.display_name);
    }
    let key = if says_comment(&step.task) { "comment" } else { "description" };
    doc.put_some(key, step.description.as_ref());
    let mut tags = Map::new();
    for (key, value) in &step.tags {
        tags.put(key.clone(), value);
    }
    doc.put_filled("tags", tags);
}

/// Whether Azure ML's tools drop the node's `description`, and send its `comment`.
fn says_comment(task: &Task) -> bool {
    match task {
        Task::Component(_) => true,
        Task::Native(native) => matches!(native.kind, NativeKind::Sweep(_)),
        Task::Command(_) | Task::FanOut(_) | Task::Own(_) => false,
    }
}

/// A registered environment by its name, or an image of the node's own.
pub(super) fn environment(context: &Context<'_>, place: &AzureMlPlace) -> Option<Doc> {
    place.environment.as_ref().map(|environment| software(&context.folder, environment))
}

/// Software as a file in a folder names it.
pub(super) fn software(folder: &str, environment: &Environment) -> Doc {
    match environment {
        Environment::Reference(name) => name.into(),
        Environment::Image { image, conda } => {
            let mut doc = Map::new();
            doc.put("image", image);
            let conda = conda.as_ref().map(|path| source::relative(folder, path));
            doc.put_some("conda_file", conda);
            doc.into()
        }
        Environment::Build { folder: sources, dockerfile } => {
            let mut build = Map::new();
            let path = source::relative(folder, sources);
            build.put("path", path).put("dockerfile_path", dockerfile);
            let mut doc = Map::new();
            doc.put("build", build);
            doc.into()
        }
    }
}

/// The cluster.
pub(super) fn compute(context: &Context<'_>, place: &AzureMlPlace) -> Option<Doc> {
    place.compute.as_ref().map(|compute| value::setting(context, compute))
}

/// Environment variables of the step's processes; Azure ML takes text only.
pub(super) fn variables(context: &Context<'_>, step: &Step) -> Map {
    let mut variables = Map::new();
    for (name, text) in &step.env {
        variables.put(name.clone(), value::text(context, text));
    }
    variables
}

/// Number and kind of machines.
pub(super) fn resources(context: &Context<'_>, resources: &Resources) -> Map {
    let mut doc = Map::new();
    let count = resources.instance_count.as_ref();
    doc.put_some("instance_count", count.map(|count| value::setting(context, count)));
    doc.put_some("instance_type", resources.instance_type.as_ref());
    doc.put_some("shm_size", resources.shm_size.as_ref());
    doc.put_some("docker_args", resources.docker_args.as_ref().map(docker_args));
    doc.put_some("max_instance_count", resources.max_instance_count);
    doc.put_filled("locations", resources.locations.clone());
    let mut properties = Map::new();
    for (name, property) in &resources.properties {
        properties.put(name.clone(), value::literal(property));
    }
    doc.put_filled("properties", properties);
    doc
}

fn docker_args(arguments: &DockerArguments) -> Doc {
    match arguments {
        DockerArguments::Text(text) => text.into(),
        DockerArguments::List(all) => all.clone().into(),
    }
}

/// What else only Azure ML has; what a kind does not take is empty.
pub(super) fn settings(settings: &NodeSettings, doc: &mut Map) {
    doc.put_filled("distribution", keys(&settings.distribution));
    doc.put_filled("identity", keys(&settings.identity));
    doc.put_filled("queue_settings", keys(&settings.queue));
    let mut services = Map::new();
    for (name, service) in &settings.services {
        let mut doc = keys(&service.keys);
        let mut properties = Map::new();
        for (name, text) in &service.properties {
            properties.put(name.clone(), text);
        }
        doc.put_filled("properties", properties);
        services.put(name.clone(), doc);
    }
    doc.put_filled("services", services);
}

/// A map of Azure ML's own.
pub(super) fn keys(keys: &Keys) -> Map {
    let mut doc = Map::new();
    for (key, scalar) in keys {
        doc.put(*key, value::literal(scalar));
    }
    doc
}

fn inputs(context: &Context<'_>, step: &Step, role: &Role<'_>) -> Map {
    let mut inputs = Map::new();
    let is_component = step.task.component().is_some();
    for input in &step.inputs {
        inputs.put(input.name.clone(), bound(context, input, is_component));
    }
    for wire in &role.waits {
        // Direct: nobody writes to the output, and mounting what is not there fails.
        let (name, kind, path) = value::wait(context, wire);
        inputs.put(name, value::data(kind, path, Some(Mode::Direct)));
    }
    inputs
}

/// What is bound to an input. A component says the type itself.
fn bound(context: &Context<'_>, input: &Input, is_component: bool) -> Doc {
    match &input.source {
        Source::Literal(scalar) => literal(context, input, scalar),
        Source::Reference(reference) => {
            if let Some(scalar) = context.fixed(reference) {
                return literal(context, input, scalar);
            }
            let path = value::reference(context, reference);
            let inferred = value::reference_kind(context, reference) == input.kind;
            if input.kind.is_scalar() || (inferred || is_component) && input.mode.is_none() {
                path.into()
            } else {
                value::data(input.kind, path, input.mode).into()
            }
        }
        Source::Text(text) => value::text(context, text).into(),
    }
}

fn literal(context: &Context<'_>, input: &Input, scalar: &Scalar) -> Doc {
    if input.kind.is_scalar() {
        return value::typed(context, input.kind, scalar);
    }
    let path = value::address(&context.folder, &scalar.text());
    value::data(input.kind, path, input.mode).into()
}

fn outputs(step: &Step, role: &Role<'_>) -> Map {
    // A component has outputs that the step says nothing of.
    let component = step.task.component();
    let listed = |at: u32| component.is_none_or(|component| component.listed.contains(&at));
    let mut outputs = Map::new();
    for (at, output) in (0..).zip(&step.outputs) {
        let doc = match role.promotion(at) {
            Some(promoted) => {
                value::data(output.kind, value::pipeline_output(&promoted.name), output.mode)
            }
            None if listed(at) => job::stored(output),
            None => continue,
        };
        outputs.put(output.name.clone(), doc);
    }
    if role.signals {
        let signal = step.task.signal();
        let doc = job::stored(&signal);
        outputs.put(signal.name, doc);
    }
    outputs
}
