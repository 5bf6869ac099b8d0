//! Nodes of Azure ML's own kinds, whose keys the language takes as they are: AutoML, sweeps, Spark.

use super::component;
use super::context::{Cx, literal, put_claimed, put_from};
use super::environment::environment;
use super::ports::{Bindings, address, inputs};
use super::read::{Field, Keys, Node};
use super::scalar::Value;
use super::scope::{Scope, input_kind};
use super::step::{extras, head, resources, script, tail, uses};
use super::{text, values};
use crate::emit::{Doc, Map};
use crate::spec::shape::{Shaped as _, Spelling};
use crate::spec::steps::{AutoMlTable, Sweep};

/// The step that an AutoML node becomes: what is not of all nodes is AutoML's.
pub(super) fn automl(
    cx: &mut Cx<'_>,
    scope: &mut Scope<'_>,
    node: Field<'_>,
    keys: &Keys<'_>,
) -> Map {
    let mut step = Map::new();
    let name = scope.step(node.name());
    head(cx, scope, keys, &mut step);
    let own: Vec<Field<'_>> = keys.rest().filter(|field| !of_all(field.name())).collect();
    let mut table = Map::new();
    let words = Spelling::of(AutoMlTable::SHAPE);
    for field in own {
        keys.take(field.name());
        // An empty list says nothing, and a spec has none.
        if matches!(field.value.value(), Value::List) && field.value.items().is_empty() {
            continue;
        }
        let found = data(cx, scope, field.value);
        let found = found.or_else(|| outside(cx, scope, &name, field));
        let words = words.under(field.name());
        let value = found.or_else(|| value(cx, scope, field.value, &words));
        if let Some(value) = value {
            let claimed = field.key.file().claim(&field);
            put_claimed(&mut table, field.name().to_owned(), value, claimed);
        }
    }
    step.put("automl", table);
    let inputs = inputs(cx, scope, keys.take("inputs"), &Bindings::of(&|_| false));
    tail(cx, scope, &name, keys, inputs, &mut step);
    put_from(&mut step, "resources", resources(cx, scope, keys, Map::new()), None);
    extras(keys, &mut step);
    cx.finish(keys, "an AutoML node");
    step
}

/// Whether a key of an AutoML node is one that other nodes have too.
fn of_all(key: &str) -> bool {
    let all = [
        "inputs",
        "outputs",
        "environment_variables",
        "tags",
        "resources",
        "identity",
        "queue_settings",
        "services",
        "distribution",
        "name",
        "properties",
        "experiment_name",
    ];
    all.contains(&key)
}

/// `{ type: mltable, path: ${{ … }} }`: AutoML takes the reference alone.
fn data(cx: &mut Cx<'_>, scope: &Scope<'_>, node: Node<'_>) -> Option<Doc> {
    let path = node.get("path")?;
    path.text().and_then(text::whole)?;
    scope.text(cx, path).map(Doc::from)
}

/// `{ type: mltable, path: azureml:… }`: AutoML takes references alone, so that it is a parameter.
fn outside(cx: &mut Cx<'_>, scope: &mut Scope<'_>, step: &str, field: Field<'_>) -> Option<Doc> {
    let node = field.value;
    if !matches!(field.name(), "training_data" | "validation_data" | "test_data") || !node.is_map()
    {
        return None;
    }
    let keys = Keys::of(node);
    keys.take("type");
    let mut doc = Map::new();
    doc.put("type", input_kind(node));
    doc.put("default", address(cx, keys.take("path")?.value)?);
    doc.put_some("mode", cx.text(keys.take("mode")));
    cx.finish(&keys, "data of an AutoML node");
    let name = scope.parameter(step, field.name(), doc);
    let message = format!("this data is a parameter of the spec, `{name}`");
    cx.changed(field.key.span(), message);
    Some(format!("${{{{ parameters.{name} }}}}").into())
}

/// Anything, with references and words as the spec writes them.
fn value(cx: &mut Cx<'_>, scope: &Scope<'_>, node: Node<'_>, words: &Spelling) -> Option<Doc> {
    match node.value() {
        Value::Map => {
            let mut map = Map::new();
            for field in node.fields() {
                if let Some(value) = value(cx, scope, field.value, &words.under(field.name())) {
                    let claimed = field.key.file().claim(&field);
                    let key = words.word(field.name()).unwrap_or(field.name());
                    put_claimed(&mut map, key.to_owned(), value, claimed);
                }
            }
            Some(map.into())
        }
        Value::List => {
            let items = node.items().into_iter();
            Some(Doc::List(items.filter_map(|it| value(cx, scope, it, words)).collect()))
        }
        Value::Text(text) if text.contains("${{parent.") || text.contains("${{ parent.") => {
            scope.text(cx, node).map(Doc::from)
        }
        Value::Text(text) => Some(words.word(text).unwrap_or(text).into()),
        other @ (Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_)) => {
            literal(other)
        }
    }
}

/// The step that a sweep becomes.
pub(super) fn sweep(
    cx: &mut Cx<'_>,
    scope: &mut Scope<'_>,
    node: Field<'_>,
    keys: &Keys<'_>,
) -> Option<Map> {
    let name = scope.step(node.name());
    let field = keys.take("trial")?;
    if field.value.text().is_some() || component::is_whole(field.value) {
        return of_component(cx, scope, node, keys, field);
    }
    let trial = Keys::of(field.value);
    if field.value.get("type").is_none_or(|kind| kind.text() == Some("command")) {
        trial.take("type");
    }
    let mut step = Map::new();
    head(cx, scope, keys, &mut step);
    let software = trial.take("environment");
    put_from(&mut step, "environment", environment(cx, scope, &name, software), software);
    if let Some(field) = trial.take("environment_variables") {
        let message = "Azure ML's tools drop the variables of a trial, and so does the spec";
        cx.changed(field.key.span(), message);
    }
    let command = trial.take("command");
    let words = command.and_then(|field| field.value.text()).unwrap_or("");
    let used = |name: &str| uses(words, name);
    let bindings = Bindings::of(&used);
    let mut inputs = inputs(cx, scope, keys.take("inputs"), &bindings);
    values::bracketed(scope, words, &mut inputs);
    let mut tried = Map::new();
    let code = trial.take("code");
    put_from(&mut tried, "code", code.and_then(|field| cx.path(field.value)), code);
    let run = command.and_then(|field| script(cx, &inputs, keys, field.value));
    put_from(&mut tried, "command", run, command);
    step.put("sweep", search(cx, scope, keys, (field, tried)));
    tail(cx, scope, &name, keys, inputs, &mut step);
    let machines = if keys.node.get("resources").is_some() { keys } else { &trial };
    put_from(&mut step, "resources", resources(cx, scope, machines, Map::new()), None);
    extras(keys, &mut step);
    identity(cx, keys, &mut step);
    extras(&trial, &mut step);
    cx.finish(&trial, "`trial`");
    cx.finish(keys, "a sweep node");
    Some(step)
}

/// The step of a sweep whose trial is a component.
fn of_component(
    cx: &mut Cx<'_>,
    scope: &mut Scope<'_>,
    node: Field<'_>,
    keys: &Keys<'_>,
    field: Field<'_>,
) -> Option<Map> {
    let name = scope.step(node.name());
    let registered = field.value.text().filter(|named| component::is_registered(named));
    let from = match registered {
        Some(named) => named.to_owned(),
        None if field.value.is_map() => component::inline(cx, &name, "command", field.value)?,
        None => cx.path(field.value)?,
    };
    let mut step = Map::new();
    head(cx, scope, keys, &mut step);
    let mut tried = Map::new();
    tried.put("component", from);
    step.put("sweep", search(cx, scope, keys, (field, tried)));
    let declared = scope.components.get(node.name()).and_then(|ports| ports.inputs.as_ref());
    let bindings =
        Bindings { used: &|_| false, declared, component: true, split: false, quoted: false };
    let inputs = inputs(cx, scope, keys.take("inputs"), &bindings);
    tail(cx, scope, &name, keys, inputs, &mut step);
    if registered.is_some() {
        component::assumed(cx, scope, node, &mut step);
    }
    put_from(&mut step, "resources", resources(cx, scope, keys, Map::new()), None);
    extras(keys, &mut step);
    identity(cx, keys, &mut step);
    cx.finish(keys, "a sweep node");
    Some(step)
}

/// What is tried, and how values are searched.
fn search(
    cx: &mut Cx<'_>,
    scope: &Scope<'_>,
    keys: &Keys<'_>,
    (field, tried): (Field<'_>, Map),
) -> Map {
    let mut sweep = Map::new();
    put_from(&mut sweep, "trial", Some(tried), Some(field));
    for key in ["search_space", "sampling_algorithm", "objective", "early_termination"] {
        let field = keys.take(key);
        let value = field.and_then(|field| value(cx, scope, field.value, &Sweep::words(key)));
        put_from(&mut sweep, key, value, field);
    }
    if let Some(field) = keys.take("limits") {
        put_from(&mut sweep, "limits", Some(sweep_limits(cx, scope, field.value)), Some(field));
    }
    sweep
}

/// Trials have no identity of their own in a spec.
fn identity(cx: &mut Cx<'_>, keys: &Keys<'_>, step: &mut Map) {
    if let Some(field) = keys.take("identity") {
        cx.lost(field.key.span(), "a spec cannot say `identity` of a sweep node");
        step.0.retain(|entry| entry.key != "identity");
    }
}

fn sweep_limits(cx: &mut Cx<'_>, scope: &Scope<'_>, node: Node<'_>) -> Map {
    let keys = Keys::of(node);
    let mut limits = Map::new();
    for key in ["max_total_trials", "max_concurrent_trials"] {
        let field = keys.take(key);
        let value = super::step::setting(cx, scope, field);
        put_from(&mut limits, key, value, field);
    }
    for key in ["timeout", "trial_timeout"] {
        let field = keys.take(key);
        put_from(&mut limits, key, cx.duration(field), field);
    }
    cx.finish(&keys, "`limits`");
    limits
}

/// The step that a Spark node becomes.
pub(super) fn spark(
    cx: &mut Cx<'_>,
    scope: &mut Scope<'_>,
    node: Field<'_>,
    keys: &Keys<'_>,
) -> Map {
    let name = scope.step(node.name());
    let mut step = Map::new();
    head(cx, scope, keys, &mut step);
    let software = keys.take("environment");
    put_from(&mut step, "environment", environment(cx, scope, &name, software), software);
    let arguments = keys.take("args");
    let words = arguments.and_then(|field| field.value.text()).unwrap_or("");
    let used = |name: &str| uses(words, name);
    let bindings = Bindings::split(&used, words);
    let inputs = inputs(cx, scope, keys.take("inputs"), &bindings);
    let mut spark = Map::new();
    let code = keys.take("code");
    put_from(&mut spark, "code", code.and_then(|field| cx.path(field.value)), code);
    let entry = keys.take("entry");
    let started = entry.and_then(|field| match field.value.get("file") {
        Some(file) => literal(file.value()),
        None => value(cx, scope, field.value, &Spelling::default()),
    });
    put_from(&mut spark, "entry", started, entry);
    let run = arguments.and_then(|field| super::parallel::bare(cx, &inputs, keys, field.value));
    put_from(&mut spark, "args", run, arguments);
    for key in ["conf", "py_files", "jars", "files", "archives", "resources"] {
        let field = keys.take(key);
        let value = field.and_then(|field| value(cx, scope, field.value, &Spelling::default()));
        put_from(&mut spark, key, value, field);
    }
    step.put("spark", spark);
    tail(cx, scope, &name, keys, inputs, &mut step);
    extras(keys, &mut step);
    cx.finish(keys, "a Spark node");
    step
}
