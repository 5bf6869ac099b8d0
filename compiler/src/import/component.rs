//! Nodes that run a component that stands elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Cx, put_from};
use super::names;
use super::ports::{Bindings, inputs};
use super::read::{Field, Keys, Node};
use super::scope::{Ports, Scope, word};
use super::step::{extras, head, limits, resources, tail};
use super::text::{self, Part, Path};
use crate::emit::Map;
use crate::source::{folder_of, join};

/// The step that a node with a component becomes.
pub(super) fn step(
    cx: &mut Cx<'_>,
    scope: &mut Scope<'_>,
    node: Field<'_>,
    keys: &Keys<'_>,
) -> Option<Map> {
    let name = names::step(node.name());
    let field = keys.take("component")?;
    let Some(reference) = field.value.text() else {
        cx.lost(field.value.span(), "a spec cannot say a component inside of a node yet");
        return None;
    };
    let registered = is_registered(reference);
    let from = if registered { reference.to_owned() } else { cx.path(field.value)? };
    let mut step = Map::new();
    head(cx, scope, keys, &mut step);
    let kind = keys.node.get("type").and_then(|kind| kind.text()).unwrap_or("command");
    if registered && kind != "command" {
        let mut long = Map::new();
        long.put("from", from).put("type", kind);
        put_from(&mut step, "component", Some(long), Some(field));
    } else {
        put_from(&mut step, "component", Some(from), Some(field));
    }
    let declared = scope.components.get(node.name()).and_then(|ports| ports.inputs.as_ref());
    let bindings = Bindings { used: &|_| false, declared, component: true };
    let inputs = inputs(cx, scope, keys.take("inputs"), &bindings);
    tail(cx, scope, &name, keys, inputs, &mut step);
    if registered {
        assumed(cx, scope, node, &mut step);
    }
    limits(cx, keys, &mut step);
    put_from(&mut step, "resources", resources(cx, scope, keys, Map::new()), None);
    extras(keys, &mut step);
    cx.finish(keys, "a node with a component");
    Some(step)
}

fn is_registered(reference: &str) -> bool {
    reference.starts_with("azureml:")
}

/// Outputs of a registered component that others read and that the node does not declare.
fn assumed(cx: &mut Cx<'_>, scope: &Scope<'_>, node: Field<'_>, step: &mut Map) {
    let Some(Ports { outputs, .. }) = scope.components.get(node.name()) else { return };
    let declared = node.value.get("outputs");
    let mut missing = Map::new();
    for (output, kind) in outputs {
        if declared.is_none_or(|declared| declared.get(output).is_none()) {
            let message = format!(
                "the type of the output `{output}` stands in the workspace; the spec says {kind}"
            );
            cx.changed(node.key.span(), message);
            missing.put(names::port(output), *kind);
        }
    }
    if missing.is_empty() {
        return;
    }
    if let Some(entry) = step.0.iter_mut().find(|entry| entry.key == "outputs")
        && let crate::emit::Doc::Map(map) = &mut entry.value
    {
        map.0.append(&mut missing.0);
    } else {
        step.put("outputs", missing);
    }
}

/// What the components of a pipeline take and give, by node: what their files say, else what others
/// read.
pub(super) fn ports(cx: &mut Cx<'_>, jobs: Node<'_>) -> BTreeMap<String, Ports> {
    let mut read = BTreeSet::new();
    mentioned(jobs, &mut read);
    let mut all = BTreeMap::new();
    for node in jobs.fields() {
        let Some(component) = node.value.get("component") else { continue };
        let Some(reference) = component.text() else { continue };
        let ports = if is_registered(reference) {
            let mine = read.iter().filter(|(other, _)| other == node.name());
            let outputs = mine.map(|(_, output)| (output.clone(), "uri_folder"));
            Some(Ports { inputs: None, outputs: outputs.collect() })
        } else {
            in_file(cx, component, reference)
        };
        all.insert(node.name().to_owned(), ports.unwrap_or_default());
    }
    all
}

/// The ports of a component file.
fn in_file(cx: &mut Cx<'_>, at: Node<'_>, reference: &str) -> Option<Ports> {
    let path = reference.strip_prefix("file:").unwrap_or(reference);
    let path = join(folder_of(&at.file().path), path)?;
    cx.with_file(&path, Some(at.span()), |_, file| {
        let root = file.root()?;
        // A flow takes what its data have.
        let is_component = root.get("flow").is_none() && root.get("nodes").is_none();
        let inputs = is_component.then(|| types(root.get("inputs")));
        Some(Ports { inputs, outputs: types(root.get("outputs")) })
    })
}

fn types(ports: Option<Node<'_>>) -> BTreeMap<String, &'static str> {
    let each = ports.iter().flat_map(Node::fields).map(|port| {
        let kind = port.value.get("type").and_then(|it| it.text());
        (port.name().to_owned(), kind.and_then(word).unwrap_or("uri_folder"))
    });
    each.collect()
}

/// Every output of a node that a text names.
fn mentioned(node: Node<'_>, found: &mut BTreeSet<(String, String)>) {
    for part in node.text().map(text::parts).unwrap_or_default() {
        if let Part::Expression(inner) = part
            && let Path::NodeOutput(step, output) = text::path(inner)
        {
            found.insert((step.to_owned(), output.to_owned()));
        }
    }
    if node.is_scalar() {
        return;
    }
    let fields = node.fields().into_iter().map(|field| field.value);
    fields.chain(node.items()).for_each(|inner| mentioned(inner, found));
}
