//! Component files of single steps: what a node cannot say where it stands, a component can.

use super::context::{Context, Role};
use super::value;
use crate::emit::{Doc, Map, mark};
use crate::plan::{Step, Task, ValueType};

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

/// Whether the step needs a file of its own: an inline node has no key that forbids reuse.
pub(super) fn is_needed(step: &Step) -> bool {
    let is_inline = matches!(step.task, Task::Command(_) | Task::FanOut(_));
    is_inline && step.settings().is_some_and(|settings| settings.runs_always)
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
            node.0.push(entry);
        } else {
            rest.0.push(entry);
        }
    }
    let component = component(context, step, role, rest);
    (node, component)
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
    let kind = if matches!(step.task, Task::FanOut(_)) { "parallel" } else { "command" };
    doc.put("$schema", format!("{SCHEMAS}{kind}Component.schema.json"));
    doc.put("tags", tags);
    doc.put("name", format!("step_{}", step.name)).put("version", "1");
    doc.put("is_deterministic", false);
    doc.0.extend(rest.0);
    let waits = role.waits.iter().map(|wire| {
        let (name, kind, _) = value::wait(context, wire);
        (name, kind)
    });
    let inputs = step.inputs.iter().map(|input| (input.name.clone(), input.kind));
    doc.put_filled("inputs", ports(inputs.chain(waits)));
    let outputs = step.outputs.iter().map(|output| (output.name.clone(), output.kind));
    let signal = role.signals.then(|| step.task.signal()).map(|it| (it.name, it.kind));
    doc.put_filled("outputs", ports(outputs.chain(signal)));
    doc
}

/// Typed ports.
pub(super) fn ports(ports: impl Iterator<Item = (String, ValueType)>) -> Map {
    let mut doc = Map::new();
    for (name, kind) in ports {
        let mut port = Map::new();
        port.put("type", kind.word());
        doc.put(name, port);
    }
    doc
}
