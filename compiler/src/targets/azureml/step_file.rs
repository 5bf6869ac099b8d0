//! Component files of single steps: what a node cannot say where it stands, a component can.

use super::context::{Context, Role};
use super::value;
use crate::emit::{Doc, Entry, Map, mark};
use crate::plan::{Mode, NativeKind, Step, Task, ValueType};

const SCHEMAS: &str = "https://azuremlschemas.azureedge.net/latest/";

/// The keys that stay with a node that names a component.
const OF_THE_NODE: [&str; 12] = [
    "type",
    "display_name",
    "tags",
    "environment_variables",
    "compute",
    "resources",
    "distribution",
    "identity",
    "queue_settings",
    "services",
    "limits",
    "inputs",
];

/// Whether the step needs a file of its own: an inline node has no key that forbids reuse, and no
/// optional inputs.
pub(super) fn is_needed(step: &Step) -> bool {
    let is_inline = match &step.task {
        Task::Command(_) | Task::FanOut(_) => true,
        Task::Native(native) => native.kind == NativeKind::Spark,
        Task::Component(_) | Task::Own(_) => false,
    };
    is_inline && (runs_always(step) || step.inputs.iter().any(|input| input.optional))
}

fn runs_always(step: &Step) -> bool {
    step.settings().is_some_and(|settings| settings.runs_always)
}

/// Its name, in the folder of the pipeline's files.
pub(super) fn name(context: &Context<'_>, step: &Step) -> String {
    format!("step-{}{}.json", step.name, context.submission.suffix)
}

/// An inline node as a node that names a component, and the component.
pub(super) fn split(
    context: &Context<'_>,
    step: &Step,
    role: &Role<'_>,
    inline: Map,
) -> (Map, Map) {
    let (mut node, mut rest) = (Map::new(), Map::new());
    for entry in inline.0 {
        let key = entry.key.as_ref();
        let stays = OF_THE_NODE.contains(&key) || key == "outputs" || is_bound(&entry.value);
        if key == "type" {
            rest.put("type", entry.value.clone());
            node.put("type", entry.value);
            node.put("component", format!("./{}", name(context, step)));
        } else if stays {
            node.0.push(if is_spark(step) { untyped(entry) } else { entry });
        } else {
            rest.0.push(entry);
        }
    }
    let component = component(context, step, role, rest);
    (node, component)
}

fn is_spark(step: &Step) -> bool {
    matches!(&step.task, Task::Native(task) if task.kind == NativeKind::Spark)
}

/// Inputs without the type and mode of what the pipeline gives, which the component says: for a Spark
/// job with a component, Azure ML's tools lose the path of one that has them.
fn untyped(mut entry: Entry) -> Entry {
    if let ("inputs", Doc::Map(inputs)) = (&*entry.key, &mut entry.value) {
        for input in &mut inputs.0 {
            let path = input.value.as_map().and_then(|data| data.get("path"));
            if let Some(path) = path.filter(|path| is_bound(path)) {
                input.value = path.clone();
            }
        }
    }
    entry
}

/// Whether a value is left to an input of the pipeline, which components do not see.
fn is_bound(value: &Doc) -> bool {
    match value {
        Doc::Text(text) => text.contains("${{parent."),
        Doc::Map(map) => map.0.iter().any(|entry| is_bound(&entry.value)),
        Doc::Null
        | Doc::Bool(_)
        | Doc::Integer(_)
        | Doc::Number(_)
        | Doc::Folded(_)
        | Doc::Words(_)
        | Doc::List(_) => false,
    }
}

fn component(context: &Context<'_>, step: &Step, role: &Role<'_>, rest: Map) -> Map {
    let mut tags = Map::new();
    tags.put("generated_by", mark::blank(&context.plan.spec_path));
    let mut doc = Map::new();
    let kind = match &step.task {
        Task::FanOut(_) => "parallel",
        Task::Native(_) => "spark",
        Task::Command(_) | Task::Component(_) | Task::Own(_) => "command",
    };
    doc.put("$schema", format!("{SCHEMAS}{kind}Component.schema.json"));
    doc.put("tags", tags);
    doc.put("name", format!("step_{}", step.name)).put("version", "1");
    doc.put_some("is_deterministic", runs_always(step).then_some(false));
    doc.0.extend(rest.0);
    doc.put_filled("inputs", inputs(context, step, role, &[]));
    doc.put_filled("outputs", outputs(step, role));
    doc
}

/// What a component of the step takes, with its hyperparameters.
pub(super) fn inputs(
    context: &Context<'_>,
    step: &Step,
    role: &Role<'_>,
    searched: &[(String, ValueType)],
) -> Map {
    let mut doc = Map::new();
    for input in &step.inputs {
        let mut port = port(step, input.kind);
        port.put_some("optional", input.optional.then_some(true));
        doc.put(input.name.clone(), port);
    }
    for (name, kind) in searched {
        doc.put(name.clone(), port(step, *kind));
    }
    for wire in &role.waits {
        let (name, kind, _) = value::wait(context, wire);
        doc.put(name, port(step, kind));
    }
    doc
}

/// What a component of the step gives.
pub(super) fn outputs(step: &Step, role: &Role<'_>) -> Map {
    let mut doc = Map::new();
    for output in &step.outputs {
        doc.put(output.name.clone(), port(step, output.kind));
    }
    if role.signals {
        let signal = step.task.signal();
        doc.put(signal.name, port(step, signal.kind));
    }
    doc
}

/// A port of a component. Data reach a Spark job and leave it in one way only, which Azure ML's tools
/// want said.
fn port(step: &Step, kind: ValueType) -> Map {
    let mode = (is_spark(step) && !kind.is_scalar()).then_some(Mode::Direct);
    let mut port = Map::new();
    port.put("type", kind.word()).put_some("mode", mode.map(Mode::word));
    port
}
