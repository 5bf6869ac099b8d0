//! Nodes that run a component that stands elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use super::NewFile;
use super::context::{Cx, copied, put_claimed, put_from};
use super::declared::Declared;
use super::parallel::retries;
use super::ports::{Bindings, inputs};
use super::read::{Field, Keys, Node};
use super::scope::{Ports, Scope, word};
use super::step::{extras, head, limits, resources, setting, tail};
use super::text::{self, Part, Path};
use crate::emit::{Doc, Map, yaml};
use crate::source::{folder_of, join};

/// The step that a node with a component becomes.
pub(super) fn step(
    cx: &mut Cx<'_>,
    scope: &mut Scope<'_>,
    node: Field<'_>,
    keys: &Keys<'_>,
) -> Option<Map> {
    let name = scope.step(node.name());
    let field = keys.take("component")?;
    let registered = field.value.text().is_some_and(is_registered);
    let kind = keys.node.get("type").and_then(|kind| kind.text()).unwrap_or("command");
    let from = match field.value.text() {
        Some(reference) if registered => reference.to_owned(),
        Some(_) => cx.path(field.value)?,
        None => inline(cx, &name, kind, field.value)?,
    };
    let mut step = Map::new();
    head(cx, scope, keys, &mut step);
    same_environment(scope, node, keys);
    let mut long = Map::new();
    long.put("from", from.as_str());
    if registered && kind != "command" {
        long.put("type", kind);
    }
    overrides(cx, scope, keys, kind, &mut long);
    let component = if long.0.len() > 1 { long.into() } else { Doc::from(from) };
    put_from(&mut step, "component", Some(component), Some(field));
    let declared = scope.components.get(node.name()).and_then(|ports| ports.inputs.as_ref());
    let bindings =
        Bindings { used: &|_| false, declared, component: true, split: false, quoted: false };
    let inputs = inputs(cx, scope, keys.take("inputs"), &bindings);
    tail(cx, scope, &name, keys, inputs, &mut step);
    if registered {
        assumed(cx, scope, node, &mut step);
    }
    limits(cx, keys, &mut step);
    let mut own = Map::new();
    let workers = keys.take("max_concurrency_per_instance");
    put_from(&mut own, "max_concurrency_per_instance", setting(cx, scope, workers), workers);
    if kind != "spark" {
        put_from(&mut step, "resources", resources(cx, scope, keys, own), None);
    }
    extras(keys, &mut step);
    cx.finish(keys, "a node with a component");
    Some(step)
}

/// Azure ML's tools write the environment of a component beside it, too.
fn same_environment(scope: &Scope<'_>, node: Field<'_>, keys: &Keys<'_>) {
    let own = scope.components.get(node.name()).and_then(|ports| ports.environment.as_deref());
    if own.is_some() && node.value.get("environment").and_then(|it| it.text()) == own {
        keys.take("environment");
    }
}

/// Whether what a sweep tries is a whole component, and not a command alone.
pub(super) fn is_whole(trial: Node<'_>) -> bool {
    ["$schema", "name", "version", "inputs", "outputs"].iter().any(|key| trial.get(key).is_some())
}

/// A component that stands inside of a node becomes a file beside the spec; its path.
pub(super) fn inline(cx: &mut Cx<'_>, step: &str, kind: &str, node: Node<'_>) -> Option<String> {
    if !node.is_map() {
        cx.wrong(node.span(), "a component is a reference or a map");
        return None;
    }
    let mut component = Map::new();
    component.put("$schema", format!("{SCHEMAS}{kind}Component.schema.json"));
    for field in moved(cx, node).0 {
        if field.key != "$schema" {
            component.0.push(field);
        }
    }
    if node.get("type").is_none() {
        component.put("type", kind);
    }
    let path = format!("{}.component.yaml", step.replace('_', "-"));
    cx.beside.push(NewFile { path: path.clone(), text: yaml(&component, &[]) });
    Some(path)
}

const SCHEMAS: &str = "https://azuremlschemas.azureedge.net/latest/";

/// Keys whose values are paths, from the file on that they stand in.
const PATHS: [&str; 3] = ["code", "conda_file", "path"];

/// A map as it is, but for paths, which start at the spec.
fn moved(cx: &mut Cx<'_>, node: Node<'_>) -> Map {
    let mut map = Map::new();
    for field in node.fields() {
        let name = field.name();
        let text = field.value.text();
        let local = text.is_some_and(|text| !text.contains(':') || text.starts_with("file:"));
        let is_path = PATHS.contains(&name) || name == "environment";
        let path = if is_path && local { cx.path(field.value) } else { None };
        let value = match path {
            Some(path) => path.into(),
            None if matches!(name, "task" | "environment" | "build") && field.value.is_map() => {
                moved(cx, field.value).into()
            }
            None => copied(field.value),
        };
        let claimed = field.key.file().claim(&field);
        put_claimed(&mut map, name.to_owned(), value, claimed);
    }
    map
}

/// What the node says in place of the component.
fn overrides(cx: &mut Cx<'_>, scope: &Scope<'_>, keys: &Keys<'_>, kind: &str, long: &mut Map) {
    if kind == "spark" {
        for key in ["conf", "resources"] {
            let field = keys.take(key);
            put_from(long, key, field.map(|field| copied(field.value)), field);
        }
        return;
    }
    for key in ["mini_batch_size", "error_threshold", "mini_batch_error_threshold"] {
        let field = keys.take(key);
        put_from(long, key, setting(cx, scope, field), field);
    }
    retries(cx, scope, keys, long);
    let field = keys.take("logging_level");
    put_from(long, "logging_level", setting(cx, scope, field), field);
}

pub(super) fn is_registered(reference: &str) -> bool {
    reference.starts_with("azureml:")
}

/// Outputs of a registered component that others read and that the node does not declare.
pub(super) fn assumed(cx: &mut Cx<'_>, scope: &Scope<'_>, node: Field<'_>, step: &mut Map) {
    let Some(Ports { outputs, .. }) = scope.components.get(node.name()) else { return };
    let declared = node.value.get("outputs");
    let mut missing = Map::new();
    for (output, kind) in outputs {
        if declared.is_none_or(|declared| declared.get(output).is_none()) {
            let message = format!(
                "the type of the output `{output}` stands in the workspace; the spec says {kind}"
            );
            cx.changed(node.key.span(), message);
            missing.put(output.clone(), *kind);
        }
    }
    if missing.is_empty() {
        return;
    }
    if let Some(entry) = step.0.iter_mut().find(|entry| entry.key == "outputs")
        && let Doc::Map(map) = &mut entry.value
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
        let tried =
            node.value.get("trial").filter(|trial| trial.text().is_some() || is_whole(*trial));
        let Some(component) = node.value.get("component").or(tried) else { continue };
        let Some(reference) = component.text() else {
            all.insert(node.name().to_owned(), of_map(component));
            continue;
        };
        let ports = if is_registered(reference) {
            let mine = read.iter().filter(|(other, _)| other == node.name());
            let outputs = mine.map(|(_, output)| (output.clone(), "uri_folder"));
            Some(Ports { outputs: outputs.collect(), ..Ports::default() })
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
    let path = Some(path).filter(|path| !path.starts_with('/') && !path.contains("://"))?;
    let path = join(folder_of(&at.file().path), path)?;
    cx.with_file(&path, Some(at.span()), |_, file| file.root().map(of_map))
}

fn of_map(component: Node<'_>) -> Ports {
    // A flow takes what its data have.
    let is_component = component.get("flow").is_none() && component.get("nodes").is_none();
    let declared = component.get("inputs").map(|ports| ports.fields()).unwrap_or_default();
    let declared = declared.iter().map(|port| (port.name().to_owned(), Declared::of(port.value)));
    let inputs = is_component.then(|| declared.collect());
    let environment = component.get("environment").and_then(|it| it.text()).map(str::to_owned);
    Ports { inputs, outputs: types(component.get("outputs")), environment }
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
