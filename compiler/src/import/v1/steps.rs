//! Steps: each class of step as the language says it.

use super::draft::{Draft, FILL_IN, reference, word};
use super::value::{Object, ObjectId, Value};
use super::{automl, hyperdrive, parallel};
use crate::emit::{Doc, Map};

/// A step that is being drawn up.
pub(super) struct Step<'p> {
    pub(super) id: ObjectId,
    pub(super) object: &'p Object,
    /// Data from outside that it reads, by name.
    pub(super) inputs: Map,
    /// What it gives.
    pub(super) outputs: Map,
}

/// Whether an object is a step.
pub(super) fn is_step(object: &Object) -> bool {
    object.class.ends_with("Step") && object.receiver.is_none()
}

/// The step in the language's words.
pub(super) fn write(draft: &mut Draft<'_>, id: ObjectId) -> Map {
    let object = &draft.program.objects[id];
    let mut step = Step { id, object, inputs: Map::new(), outputs: Map::new() };
    outputs(draft, &mut step);
    let mut doc = Map::new();
    if let Some(name) = object.argument("name", usize::MAX).and_then(Value::text)
        && draft.names[&id] != name
    {
        doc.put("display_name", name);
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
    if object.keyword("allow_reuse") == Some(&Value::Bool(false)) {
        doc.put("reuse", false);
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

/// Steps before it from which nothing flows.
fn needs(draft: &Draft<'_>, step: &Step<'_>) -> Vec<Doc> {
    let program = draft.program;
    let after = program.methods(step.id, "run_after").filter_map(|call| call.argument("step", 0));
    let steps = after.flat_map(Value::items).filter_map(|value| draft.object(value));
    let names = steps.filter_map(|(id, _)| draft.names.get(&id));
    let mut needs: Vec<Doc> = names.map(Doc::from).collect();
    for call in program.of_class("StepSequence").map(|(_, call)| call) {
        let steps: Vec<ObjectId> = call
            .argument("steps", 0)
            .map_or(&[][..], Value::items)
            .iter()
            .filter_map(|value| draft.object(value).map(|(id, _)| id))
            .collect();
        let before = steps.windows(2).filter(|pair| pair[1] == step.id);
        needs.extend(before.filter_map(|pair| draft.names.get(&pair[0])).map(Doc::from));
    }
    needs
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
                draft.remarks.lost(object.span, "the script is not known", "name it in `run`");
            }
            vec!["python".to_owned(), word(script.unwrap_or("fill_in.py"))]
        }
        Program::Command => command_words(draft, step),
    };
    words.extend(arguments(draft, step, object.keyword("arguments")));
    let mut doc = placed(draft, object, object.keyword("runconfig"));
    doc.put("code", draft.code(object));
    doc.put("run", words.join(" "));
    unread(draft, step);
    doc
}

fn command_words(draft: &mut Draft<'_>, step: &mut Step<'_>) -> Vec<String> {
    match step.object.argument("command", 0) {
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
    if compute.is_none() {
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
    values.iter().map(|value| argument(draft, step, value)).collect()
}

fn argument(draft: &mut Draft<'_>, step: &mut Step<'_>, value: &Value) -> String {
    if let Some(name) = draft.parameter(value) {
        return reference(&format!("parameters.{name}"));
    }
    // A data path and how it is bound.
    if let Value::List(pair) = value
        && let Some(name) = pair.first().and_then(|first| draft.parameter(first))
    {
        return reference(&format!("parameters.{name}"));
    }
    if let Some(path) = flow(draft, step, value) {
        return reference(&path);
    }
    match value {
        Value::Text(text) => word(text),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.clone(),
        Value::Bool(truth) => if *truth { "True" } else { "False" }.to_owned(),
        Value::Variable(_, Some(default)) => argument(draft, step, default),
        Value::Variable(name, None) => reference(&format!("variables.{name}")),
        _ => {
            let at = step.object.place("arguments");
            let help = "replace `fill-in` in the command";
            draft.remarks.lost(at, "an argument was not understood", help);
            FILL_IN.to_owned()
        }
    }
}

/// The path of a reference to data that the step reads or writes.
pub(super) fn flow(draft: &Draft<'_>, step: &mut Step<'_>, value: &Value) -> Option<String> {
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
    if step.inputs.0.iter().all(|entry| entry.key != name) {
        step.inputs.put(name.clone(), draft.outside(&data)?);
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
        let Some(data) = draft.data(value).filter(|data| !bases.contains(&data.base)) else {
            continue;
        };
        let name = Draft::outside_name(&data);
        if let Some(path) = flow(draft, step, value)
            && path.starts_with("steps.")
        {
            let mut doc = Map::new();
            doc.put("from", reference(&path));
            step.inputs.put(name.clone(), doc);
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
