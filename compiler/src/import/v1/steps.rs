//! Steps: each class of step as the language says it.

use super::draft::{Draft, FILL_IN, is_reference, reference, word};
use super::software::variables;
use super::value::{Object, ObjectId, Value};
use super::{automl, hyperdrive, parallel, unread};
use crate::emit::{Doc, Map};
use crate::source::Span;

/// A step that is being drawn up.
pub(super) struct Step<'p> {
    pub(super) id: ObjectId,
    pub(super) object: &'p Object,
    /// Where its arguments stand.
    pub(super) listed: Span,
    /// Data from outside that it reads, by name.
    pub(super) inputs: Map,
    /// What it gives.
    pub(super) outputs: Map,
}

impl Step<'_> {
    /// The name of an input, and whether it was not there before: other data under the same name gets
    /// another one.
    pub(super) fn input(&mut self, wanted: &str, doc: Map) -> (String, bool) {
        let from = |doc: &Doc| {
            let Doc::Map(map) = doc else { return None };
            map.0.iter().find(|entry| entry.key == "from").map(|entry| entry.value.clone())
        };
        let doc = Doc::from(doc);
        let (mut name, mut number) = (wanted.to_owned(), 1);
        while let Some(known) = self.inputs.0.iter().find(|entry| entry.key == name) {
            if from(&known.value) == from(&doc) {
                return (name, false);
            }
            number += 1;
            name = format!("{wanted}_{number}");
        }
        self.inputs.put(name.clone(), doc);
        (name, true)
    }
}

/// Whether an object is a step.
pub(super) fn is_step(object: &Object) -> bool {
    object.class.ends_with("Step") && object.receiver.is_none()
}

/// The step in the language's words.
pub(super) fn write(draft: &mut Draft<'_>, id: ObjectId) -> Map {
    let object = &draft.program.objects[id];
    let listed = object.place("arguments");
    let mut step = Step { id, object, listed, inputs: Map::new(), outputs: Map::new() };
    outputs(draft, &mut step);
    let mut doc = Map::new();
    // Azure ML drops the title of a parallel step.
    if let Some(name) = object.keyword("name").and_then(Value::text)
        && draft.names[&id] != name
        && object.class != "ParallelRunStep"
    {
        doc.put("display_name", name);
    }
    if object.keyword("name").is_some_and(|name| name.text().is_none()) {
        let message = format!(
            "the name is known when the script runs; the spec calls the step `{}`",
            draft.names[&id]
        );
        draft.remarks.doubt(object.place("name"), message, "give it its own name in the spec");
    }
    doc.put_filled("needs", needs(draft, &step));
    let body = match object.class.as_str() {
        "PythonScriptStep" => command(draft, &mut step, Program::Python),
        "CommandStep" => command(draft, &mut step, Program::Command),
        "ParallelRunStep" => parallel::write(draft, &mut step),
        "AutoMLStep" => automl::write(draft, &mut step),
        "HyperDriveStep" => hyperdrive::write(draft, &mut step),
        class => {
            draft.remarks.lost(
                object.span,
                format!("there is no counterpart for `{class}`"),
                "write the step by hand",
            );
            by_hand()
        }
    };
    doc.0.extend(body.0);
    doc.put_filled("inputs", step.inputs);
    doc.put_filled("outputs", step.outputs);
    let reuses =
        matches!(object.class.as_str(), "PythonScriptStep" | "CommandStep" | "ParallelRunStep");
    match object.keyword("allow_reuse") {
        None | Some(Value::Bool(true)) => {}
        Some(Value::Bool(false)) if !reuses => draft.remarks.lost(
            object.place("allow_reuse"),
            "a spec cannot say for this kind of step that it runs anew each time",
            "`force_rerun: true` of the pipeline says it for all steps",
        ),
        Some(Value::Bool(false)) => {
            doc.put("reuse", false);
        }
        Some(_) => draft.remarks.lost(
            object.place("allow_reuse"),
            "it is not known whether earlier results are used again",
            "write `reuse: false` in the spec if they are not",
        ),
    }
    doc
}

/// A step that nobody can build before its author has written it.
fn by_hand() -> Map {
    let mut doc = Map::new();
    doc.put("compute", format!("azureml:{FILL_IN}")).put("run", "exit 1");
    doc
}

/// What the step declares to write.
fn outputs(draft: &mut Draft<'_>, step: &mut Step<'_>) {
    for value in written(step.object) {
        let Some(data) = draft.data(value) else { continue };
        if let Some((id, _)) = data.object
            && let Some((producer, name)) = draft.producers.get(&id)
            && *producer == step.id
        {
            let (name, declared) = (name.clone(), draft.declared(&data));
            if step.outputs.0.iter().all(|entry| entry.key != name) {
                step.outputs.put(name, declared);
            }
        }
    }
}

/// Every value of a step that may be data which it writes.
pub(super) fn written(object: &Object) -> impl Iterator<Item = &Value> {
    let listed = ["outputs", "output", "arguments"].into_iter();
    listed.filter_map(|name| object.keyword(name)).flat_map(Value::items)
}

/// Every value of a step that may be data which it reads.
pub(super) fn read(object: &Object) -> impl Iterator<Item = &Value> {
    let listed = ["inputs", "side_inputs", "arguments"].into_iter();
    listed.filter_map(|name| object.keyword(name)).flat_map(Value::items)
}

/// Steps before it from which nothing flows.
fn needs(draft: &mut Draft<'_>, step: &Step<'_>) -> Vec<Doc> {
    let program = draft.program;
    let mut before: Vec<ObjectId> = Vec::new();
    for call in program.methods(step.id, "run_after") {
        let steps = call.argument("step", 0).map_or(&[][..], Value::items);
        let known = group(draft, steps);
        if known.len() < steps.len().max(1) {
            unread::order(call.span, &mut draft.remarks);
        }
        before.extend(known);
    }
    for call in program.of_class("StepSequence").map(|(_, call)| call) {
        let groups = call.argument("steps", 0).map_or(&[][..], Value::items);
        let groups: Vec<_> = groups.iter().map(|it| group(draft, it.items())).collect();
        let follows = groups.windows(2).filter(|pair| pair[1].contains(&step.id));
        before.extend(follows.flat_map(|pair| pair[0].clone()));
    }
    let mut names: Vec<&String> = Vec::new();
    for name in before.iter().filter_map(|id| draft.names.get(id)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().map(Doc::from).collect()
}

/// The steps of this pipeline among some values; lists in it are steps side by side.
fn group(draft: &Draft<'_>, values: &[Value]) -> Vec<ObjectId> {
    let flat = values.iter().flat_map(Value::items);
    let steps = flat.filter_map(|value| draft.object(value)).filter(|(_, it)| is_step(it));
    steps.map(|(id, _)| id).collect()
}

/// What a command starts with.
#[derive(Clone, Copy)]
enum Program {
    Python,
    Command,
}

fn command(draft: &mut Draft<'_>, step: &mut Step<'_>, program: Program) -> Map {
    let object = step.object;
    let mut words: Vec<String> = match program {
        Program::Python => {
            let script = object.argument("script_name", 0).and_then(Value::text);
            if script.is_none() {
                let at = object.place("script_name");
                draft.remarks.lost(at, "the script is not known", "name it in `run`");
            }
            vec!["python".to_owned(), word(script.unwrap_or("fill_in.py"))]
        }
        Program::Command => command_words(draft, step),
    };
    words.extend(arguments(draft, step, object.keyword("arguments")));
    let mut doc = placed(draft, object, object.keyword("runconfig"));
    doc.put("code", draft.code(object));
    doc.put("run", words.join(" "));
    doc.put_filled("env", variables(draft, object.keyword("runconfig")));
    doc.put_filled("resources", machines(draft, object.keyword("runconfig")));
    unread(draft, step);
    doc
}

/// How many machines a run configuration asks for.
fn machines(draft: &mut Draft<'_>, config: Option<&Value>) -> Map {
    let mut resources = Map::new();
    let config = config.and_then(|config| draft.object(config));
    if let Some(count) = config.and_then(|(_, it)| it.field("node_count")) {
        resources.put_some("instance_count", draft.setting(count));
    }
    resources
}

fn command_words(draft: &mut Draft<'_>, step: &mut Step<'_>) -> Vec<String> {
    match step.object.argument("command", 0) {
        // What a spec would read as its own is said elsewhere.
        Some(Value::Text(text)) if is_reference(text) => vec!["false".to_owned()],
        Some(Value::Text(text)) => vec![text.clone()],
        Some(value @ Value::List(_)) => arguments(draft, step, Some(value)),
        _ => {
            let message = "the command is not known";
            draft.remarks.lost(step.object.span, message, "write it in `run`");
            vec!["false".to_owned()]
        }
    }
}

/// Cluster and software.
pub(super) fn placed(draft: &mut Draft<'_>, object: &Object, config: Option<&Value>) -> Map {
    let mut doc = Map::new();
    let target = object.keyword("compute_target");
    let from_config = config.and_then(|config| draft.object(config));
    let target = target.or_else(|| from_config.and_then(|(_, it)| it.field("target")));
    let compute = draft.compute(target, object.place("compute_target"));
    if target.is_none() {
        draft.remarks.lost(object.span, "the step has no cluster", "name one in the spec");
    }
    doc.put("compute", compute.unwrap_or_else(|| format!("azureml:{FILL_IN}")));
    let environment = draft.environment(config, object.place("runconfig"));
    doc.put_some("environment", environment);
    doc
}

/// The words of an argument list.
pub(super) fn arguments(
    draft: &mut Draft<'_>,
    step: &mut Step<'_>,
    value: Option<&Value>,
) -> Vec<String> {
    let values = value.map_or(&[][..], Value::items);
    let mut words: Vec<String> = Vec::new();
    for (at, value) in values.iter().enumerate() {
        let word = argument(draft, step, value);
        words.push(word.unwrap_or_else(|| not_understood(draft, step, values, at)));
    }
    words
}

/// Says which argument was not understood; what stands in its place.
fn not_understood(draft: &mut Draft<'_>, step: &Step<'_>, values: &[Value], at: usize) -> String {
    let places = draft.program.elements.get(&step.listed.start);
    let place = places.filter(|places| places.len() == values.len()).map(|places| places[at]);
    let option = at.checked_sub(1).and_then(|before| values[before].text());
    let what = match option.filter(|option| option.starts_with('-')) {
        Some(option) => format!("the value of `{option}` was not understood"),
        None => format!("argument {} was not understood", at + 1),
    };
    let help = "replace `fill-in` in the command";
    draft.remarks.lost(place.unwrap_or(step.listed), what, help);
    FILL_IN.to_owned()
}

fn argument(draft: &mut Draft<'_>, step: &mut Step<'_>, value: &Value) -> Option<String> {
    if let Some(name) = draft.parameter(value) {
        return Some(reference(&format!("parameters.{name}")));
    }
    // A data path and how it is bound.
    if let Value::List(pair) = value
        && let Some(name) = pair.first().and_then(|first| draft.parameter(first))
    {
        return Some(reference(&format!("parameters.{name}")));
    }
    if let Some(path) = flow(draft, step, value) {
        return Some(reference(&path));
    }
    Some(match value {
        Value::Text(text) => word(text),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.clone(),
        Value::Bool(truth) => if *truth { "True" } else { "False" }.to_owned(),
        Value::Variable(_, Some(default)) => return argument(draft, step, default),
        Value::Variable(name, None) => reference(&format!("variables.{name}")),
        _ => return None,
    })
}

/// The path of a reference to data that the step reads or writes.
pub(super) fn flow(draft: &mut Draft<'_>, step: &mut Step<'_>, value: &Value) -> Option<String> {
    let data = draft.data(value)?;
    if let Some((id, _)) = data.object
        && let Some((producer, output)) = draft.producers.get(&id)
    {
        if *producer == step.id {
            return Some(format!("outputs.{output}"));
        }
        return Some(format!("steps.{}.outputs.{output}", draft.names.get(producer)?));
    }
    let name = Draft::outside_name(&data);
    let outside = draft.outside(&data)?;
    let is_table = outside.0.iter().any(|it| it.key == "type" && it.value == Doc::from("mltable"));
    draft.foreign(&data, is_table);
    let (name, is_new) = step.input(&name, outside);
    if is_new && draft.address(&data.base).is_some_and(|address| address.contains('*')) {
        let at = data.object.map_or(step.object.span, |(_, object)| object.span);
        draft.remarks.lost(
            at,
            "an input is a file or a folder, and no pattern of paths",
            "name the folder, and choose the files in the script",
        );
    }
    Some(format!("inputs.{name}"))
}

/// What the script reads through the run's context, and not by an argument.
fn unread(draft: &mut Draft<'_>, step: &mut Step<'_>) {
    let object = step.object;
    let said = object.keyword("arguments").map_or(&[][..], Value::items);
    let bases: Vec<Value> =
        said.iter().filter_map(|value| draft.data(value)).map(|data| data.base).collect();
    for value in object.keyword("inputs").map_or(&[][..], Value::items) {
        let Some(data) = draft.data(value) else {
            unknown_input(draft, object, value);
            continue;
        };
        if bases.contains(&data.base) {
            continue;
        }
        let name = Draft::outside_name(&data);
        if let Some(path) = flow(draft, step, value)
            && path.starts_with("steps.")
        {
            let mut doc = Map::new();
            doc.put("from", reference(&path));
            step.input(&name, doc);
        }
        draft.remarks.doubt(
            object.place("inputs"),
            format!(
                "the script reads `{name}` from the run's context, which version 2 does not have"
            ),
            "hand it to the command as an argument",
        );
    }
}

/// Says that an input was not understood; data paths are parameters, and stand in the arguments.
fn unknown_input(draft: &mut Draft<'_>, object: &Object, value: &Value) {
    let first = value.items().first().cloned().unwrap_or(Value::Nothing);
    if draft.parameter(&first).is_none() {
        let message = "an input was not understood";
        draft.remarks.lost(object.place("inputs"), message, "write it under `inputs` in the spec");
    }
}
