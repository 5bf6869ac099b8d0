//! Nodes of a pipeline become steps.

use super::context::{Cx, copied, put_claimed, put_from};
use super::environment::environment;
use super::outputs::outputs;
use super::ports::{Bindings, Inputs, inputs};
use super::read::{Field, Keys, Node};
use super::scalar::Value;
use super::scope::Scope;
use super::text::{self, Command, Part, Path};
use super::{component, names, native, parallel, values};
use crate::diagnostics::excerpt;
use crate::emit::{Doc, Map};
use crate::source::Span;
use crate::spec::steps::StepSpec;

/// The step that a node becomes; `None` when nothing of it can be said.
pub(super) fn step(cx: &mut Cx<'_>, scope: &mut Scope<'_>, node: Field<'_>) -> Option<Map> {
    if !node.value.is_map() {
        cx.wrong(node.value.span(), "a node of the pipeline is a map");
        return None;
    }
    let keys = Keys::of(node.value);
    let kind = keys.take("type").and_then(|field| field.value.text());
    let component = node.value.get("component");
    match (kind.unwrap_or("command"), component) {
        ("command", None) => Some(command(cx, scope, node, &keys)),
        ("parallel", None) => parallel::step(cx, scope, node, &keys),
        ("command" | "parallel" | "spark" | "pipeline", Some(_)) => {
            component::step(cx, scope, node, &keys)
        }
        ("automl", None) if StepSpec::KEYS.contains(&"automl") => {
            Some(native::automl(cx, scope, node, &keys))
        }
        ("sweep", None) if StepSpec::KEYS.contains(&"sweep") => {
            native::sweep(cx, scope, node, &keys)
        }
        ("spark", None) if StepSpec::KEYS.contains(&"spark") => {
            Some(native::spark(cx, scope, node, &keys))
        }
        (kind, component) => {
            let what = component.map_or(kind, |_| "component");
            cx.lost(node.key.span(), format!("a spec cannot say this `{what}` node yet"));
            None
        }
    }
}

fn command(cx: &mut Cx<'_>, scope: &mut Scope<'_>, node: Field<'_>, keys: &Keys<'_>) -> Map {
    let name = scope.step(node.name());
    let mut step = Map::new();
    head(cx, scope, keys, &mut step);
    let field = keys.take("environment");
    put_from(&mut step, "environment", environment(cx, scope, &name, field), field);
    let field = keys.take("code");
    let code = field.and_then(|field| cx.path(field.value));
    put_from(&mut step, "code", code, field);
    let command = keys.take("command");
    let text = command.and_then(|field| field.value.text()).unwrap_or("");
    let used = |name: &str| uses(text, name);
    let bindings = Bindings::of(&used);
    let mut inputs = inputs(cx, scope, keys.take("inputs"), &bindings);
    values::bracketed(scope, text, &mut inputs);
    match command {
        Some(field) => {
            let run = script(cx, &inputs, keys, field.value);
            put_from(&mut step, "run", run, Some(field));
        }
        None => cx.wrong(node.key.span(), "this node has no `command`"),
    }
    tail(cx, scope, &name, keys, inputs, &mut step);
    limits(cx, keys, &mut step);
    put_from(&mut step, "resources", resources(cx, scope, keys, Map::new()), None);
    extras(keys, &mut step);
    cx.finish(keys, "a command node");
    step
}

/// The longest time.
pub(super) fn limits(cx: &mut Cx<'_>, keys: &Keys<'_>, step: &mut Map) {
    if let Some(limits) = keys.take("limits").map(|field| Keys::of(field.value)) {
        let field = limits.take("timeout");
        put_from(step, "timeout", cx.duration(field), field);
        cx.finish(&limits, "`limits`");
    }
}

/// Whether a command refers to an input.
pub(super) fn uses(text: &str, input: &str) -> bool {
    text::parts(text).iter().any(|part| match part {
        Part::Expression(inner) => text::path(inner) == Path::Own(input),
        Part::Literal(_) => false,
    })
}

/// What people read, and the cluster.
pub(super) fn head(cx: &mut Cx<'_>, scope: &Scope<'_>, keys: &Keys<'_>, step: &mut Map) {
    let field = keys.take("display_name");
    put_from(step, "display_name", cx.plain(field), field);
    // The tools drop the description of nodes that have a comment, and send the comment.
    let field = keys.take("description").or_else(|| keys.take("comment"));
    put_from(step, "description", cx.plain(field), field);
    keys.take("name"); // Azure ML's tools put the node's own there
    let field = keys.take("compute");
    let own = field.and_then(|field| match field.value.text() {
        Some(text) if text.contains("${{") => scope.text(cx, field.value),
        _ => compute(cx, field.value),
    });
    put_from(step, "compute", own.filter(|own| scope.compute.as_ref() != Some(own)), field);
}

/// A cluster as the language names it.
pub(super) fn compute(cx: &mut Cx<'_>, node: Node<'_>) -> Option<String> {
    let text = node.text()?;
    if text.contains("${{") || text == "local" {
        cx.lost(node.span(), format!("a spec cannot say the compute `{text}`"));
        return None;
    }
    let named = text == "serverless" || text.starts_with("azureml:");
    Some(if named { text.to_owned() } else { format!("azureml:{text}") })
}

/// Inputs, outputs, variables, tags.
pub(super) fn tail(
    cx: &mut Cx<'_>,
    scope: &mut Scope<'_>,
    name: &str,
    keys: &Keys<'_>,
    inputs: Inputs,
    step: &mut Map,
) {
    step.put_filled("inputs", inputs.declared);
    let outputs = outputs(cx, scope, name, keys.take("outputs"));
    step.put_filled("outputs", outputs);
    let field = keys.take("environment_variables");
    step.put_filled("env", cx.words(field));
    let field = keys.take("tags");
    step.put_filled("tags", cx.words(field));
}

/// The machines; `own` holds what the kind of node says elsewhere.
pub(super) fn resources(
    cx: &mut Cx<'_>,
    scope: &Scope<'_>,
    keys: &Keys<'_>,
    own: Map,
) -> Option<Map> {
    let mut map = Map::new();
    if let Some(field) = keys.take("resources") {
        let inner = Keys::of(field.value);
        let count = inner.take("instance_count");
        put_from(&mut map, "instance_count", setting(cx, scope, count), count);
        for key in ["instance_type", "shm_size"] {
            let field = inner.take(key);
            put_from(&mut map, key, cx.text(field), field);
        }
        if let Some(field) = inner.take("docker_args") {
            put_from(&mut map, "docker_args", Some(copied(field.value)), Some(field));
        }
        for key in ["locations", "max_instance_count"] {
            if crate::spec::resources::ResourcesSpec::KEYS.contains(&key)
                && let Some(field) = inner.take(key)
            {
                put_from(&mut map, key, Some(copied(field.value)), Some(field));
            }
        }
        if let Some(field) = inner.take("properties") {
            let properties = scalars(cx, field.value);
            put_from(&mut map, "properties", Some(properties), Some(field));
        }
        cx.finish(&inner, "`resources`");
    }
    map.0.extend(own.0);
    (!map.is_empty()).then_some(map)
}

/// A map of scalars; others in it are lost.
fn scalars(cx: &mut Cx<'_>, node: Node<'_>) -> Map {
    let mut map = Map::new();
    for field in node.fields() {
        if field.value.is_scalar() {
            let claimed = field.key.file().claim(&field);
            put_claimed(&mut map, field.name().to_owned(), copied(field.value), claimed);
        } else {
            let message = format!(
                "a spec says properties as text, and not as map or list: `{}`",
                excerpt(field.name())
            );
            cx.lost(field.key.span(), message);
        }
    }
    map
}

/// Keys that the language has under these names, in Azure ML's own shape.
pub(super) fn extras(keys: &Keys<'_>, step: &mut Map) {
    let all = [
        ("distribution", "distribution"),
        ("identity", "identity"),
        ("queue_settings", "queue"),
        ("services", "services"),
    ];
    for (theirs, ours) in all {
        if StepSpec::KEYS.contains(&ours)
            && let Some(field) = keys.take(theirs)
        {
            put_from(step, ours, Some(settings(field.value)), Some(field));
        }
    }
}

/// Settings as they are, with words as the language writes them: Azure ML's tools ignore letter case.
pub(super) fn settings(node: Node<'_>) -> Doc {
    let mut map = Map::new();
    for field in node.fields() {
        let value = match field.value.text() {
            _ if field.value.is_map() => settings(field.value),
            Some(text) if matches!(field.name(), "type" | "job_tier" | "priority") => {
                match text.to_ascii_lowercase().as_str() {
                    "managed_identity" => "managed".into(),
                    "py_torch" => "pytorch".into(),
                    word => word.into(),
                }
            }
            _ => copied(field.value),
        };
        map.put(field.name().to_owned(), value);
    }
    map.into()
}

/// A number or word, or the pipeline's input that gives it.
pub(super) fn setting(cx: &mut Cx<'_>, scope: &Scope<'_>, field: Option<Field<'_>>) -> Option<Doc> {
    let node = field?.value;
    match node.value() {
        Value::Text(text) if text.contains("${{") => scope.text(cx, node).map(Doc::from),
        Value::Text(text) => {
            let number: Option<i64> = text.parse().ok();
            Some(number.map_or_else(|| text.into(), Doc::from))
        }
        value @ (Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::List
        | Value::Map) => super::context::literal(value),
    }
}

/// A command that a shell reads.
pub(super) fn script(
    cx: &mut Cx<'_>,
    inputs: &Inputs,
    keys: &Keys<'_>,
    node: Node<'_>,
) -> Option<Doc> {
    let text = node.text()?;
    let command = text::command(text, &references(cx, inputs, keys, node)?);
    Some(match command {
        Command::Plain(text) => Doc::Folded(text),
        Command::Verbatim(text) => verbatim(text),
    })
}

/// A text whose values are pasted as they are.
pub(super) fn verbatim(text: String) -> Doc {
    let mut map = Map::new();
    map.put("verbatim", Doc::Folded(text));
    map.into()
}

/// The reference behind each expression of a command; those that lead nowhere are said.
pub(super) fn references<'r>(
    cx: &mut Cx<'_>,
    inputs: &'r Inputs,
    keys: &Keys<'_>,
    node: Node<'_>,
) -> Option<impl Fn(&str) -> String + use<'r>> {
    let outputs = keys.node.get("outputs");
    let space = keys.node.get("search_space");
    let fields = outputs.map(|outputs| outputs.fields()).unwrap_or_default();
    let called = names::unique(fields.iter().map(Field::name), names::port);
    let of_output = move |name: &str| {
        let name = called.get(name).map_or(name, String::as_str);
        format!("outputs.{name}")
    };
    let find = |inner: &str| {
        let own = text::own_input(inner).and_then(|name| inputs.paths.get(name).cloned());
        let output = text::own_output(inner)
            .filter(|name| outputs.is_some_and(|outputs| outputs.get(name).is_some()));
        let searched = inner.strip_prefix("search_space.");
        let searched = searched.filter(|name| space.is_some_and(|it| it.get(name).is_some()));
        let output = output.map(&of_output);
        own.or(output).or_else(|| searched.map(|_| inner.to_owned()))
    };
    let at: Span = node.span();
    let mut good = true;
    for part in text::parts(node.text()?) {
        if let Part::Expression(inner) = part
            && find(inner).is_none()
        {
            cx.lost(at, format!("`{inner}` leads to no input or output of this node"));
            good = false;
        }
    }
    good.then_some(move |inner: &str| {
        let own = text::own_input(inner).and_then(|name| inputs.paths.get(name).cloned());
        let output = text::own_output(inner).map(&of_output);
        own.or(output).unwrap_or_else(|| inner.to_owned())
    })
}
