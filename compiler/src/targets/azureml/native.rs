//! Nodes of Azure ML's own kinds, under its own keys.

use super::context::{Context, Role};
use super::{node, reference, step_file, value};
use crate::emit::{Doc, Map};
use crate::plan::{AzureMlPlace, Field, Fields, Native, NativeKind, Source, Step, Trial};

/// The node but for its inputs and outputs.
pub(super) fn write(
    context: &Context<'_>,
    step: &Step,
    place: &AzureMlPlace,
    role: &Role<'_>,
    task: &Native,
) -> Map {
    let mut doc = Map::new();
    doc.put("type", task.word());
    node::titles(step, &mut doc);
    if let NativeKind::Sweep(sweep) = &task.kind {
        match &sweep.component {
            Some(component) => doc.put("trial", reference::name(context, component)),
            None => doc.put("trial", trial(context, step, place, role, (task, sweep))),
        };
    } else {
        doc.put_some("code", task.code.as_ref().map(|code| context.way_to(code)));
    }
    fields(context, step, &task.fields, &mut doc);
    match &task.kind {
        NativeKind::Sweep(sweep) => {
            if sweep.component.is_some() {
                doc.put_filled("resources", node::resources(context, &place.resources));
            }
            doc.put_filled("queue_settings", node::keys(&place.settings.queue));
        }
        NativeKind::Spark => {
            doc.put_some("environment", node::environment(context, place));
        }
        NativeKind::AutoMl => {
            doc.put_filled("environment_variables", node::variables(context, step));
            doc.put_filled("resources", node::resources(context, &place.resources));
        }
    }
    doc.put_some("compute", node::compute(context, place));
    if !matches!(task.kind, NativeKind::Sweep(_)) {
        node::settings(&place.settings, &mut doc);
    }
    doc
}

/// Keys and what they hold.
pub(super) fn fields(context: &Context<'_>, step: &Step, fields: &Fields, doc: &mut Map) {
    for (key, held) in &fields.0 {
        doc.put(key.clone(), field(context, step, held));
    }
}

fn field(context: &Context<'_>, step: &Step, held: &Field) -> Doc {
    match held {
        Field::Text(text) => text.into(),
        Field::Integer(number) => (*number).into(),
        Field::Number(spelling) => Doc::Number(spelling.clone()),
        Field::Boolean(value) => (*value).into(),
        Field::List(items) => {
            Doc::List(items.iter().map(|item| field(context, step, item)).collect())
        }
        Field::Map(inner) => {
            let mut doc = Map::new();
            fields(context, step, inner, &mut doc);
            doc.into()
        }
        Field::Setting(setting) => value::setting(context, setting),
        Field::Input(index) => source(context, step, *index),
        Field::Script(pieces) => value::script(step, pieces).into(),
    }
}

/// Where an input comes from, for nodes whose data are keys.
fn source(context: &Context<'_>, step: &Step, input: u32) -> Doc {
    match &step.inputs[input as usize].source {
        Source::Literal(value) => value.text().into(),
        Source::Reference(inner) => match context.fixed(inner) {
            Some(value) => value.text().into(),
            None => value::reference(context, inner).into(),
        },
        Source::Text(text) => value::text(context, text).into(),
    }
}

/// The command of a sweep. It declares its ports, since Azure ML's tools drop every input of the
/// node that its trial does not have, and the hyperparameters among them: they arrive as inputs.
fn trial(
    context: &Context<'_>,
    step: &Step,
    place: &AzureMlPlace,
    role: &Role<'_>,
    (task, sweep): (&Native, &Trial),
) -> Map {
    let mut doc = Map::new();
    doc.put("type", "command");
    doc.put_some("code", task.code.as_ref().map(|code| context.way_to(code)));
    doc.put("command", value::script(step, &sweep.script));
    doc.put_some("environment", node::environment(context, place));
    doc.put_filled("environment_variables", node::variables(context, step));
    doc.put_filled("resources", node::resources(context, &place.resources));
    doc.put_filled("distribution", node::keys(&place.settings.distribution));
    doc.put_filled("inputs", step_file::inputs(context, step, role, &sweep.searched));
    doc.put_filled("outputs", step_file::outputs(step, role));
    doc
}
