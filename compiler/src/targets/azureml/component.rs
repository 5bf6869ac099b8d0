//! The typed pipeline component that job, schedule and endpoint share.

use super::context::Context;
use super::{node, step_file, value};
use crate::emit::{Doc, Map, mark};
use crate::plan::{Mode, Parameter, Reference, Scalar, SubmissionInput, ValueType};

const SCHEMA: &str = "https://azuremlschemas.azureedge.net/latest/pipelineComponent.schema.json";

/// The component of a submission. It has no settings and no cluster of its own: the job brings the
/// settings, and every node names its cluster.
pub(super) fn write(context: &Context<'_>) -> Map {
    let plan = context.plan;
    let mut tags = Map::new();
    tags.put("generated_by", mark::blank(&plan.spec_path));
    let mut doc = Map::new();
    doc.put("$schema", SCHEMA).put("type", "pipeline").put("tags", tags);
    doc.put("name", plan.component_name(context.submission)).put("version", "1");
    doc.put("display_name", context.title());
    doc.put_some("description", plan.description.as_ref());
    doc.put_filled("inputs", inputs(context));
    doc.put_filled("outputs", outputs(context));
    doc.put("jobs", nodes(context));
    doc
}

fn inputs(context: &Context<'_>) -> Map {
    let mut inputs = Map::new();
    for input in &context.submission.inputs {
        inputs.put(input.name.clone(), declaration(context, input));
    }
    inputs
}

fn declaration(context: &Context<'_>, input: &SubmissionInput) -> Map {
    let mut declaration = Map::new();
    declaration.put("type", input.kind.word());
    if let Reference::Parameter(id) = input.source {
        describe(context, input.kind, context.plan.parameter(id), &mut declaration);
    }
    declaration
}

/// The rest of a parameter. Azure ML takes defaults on scalars only, bounds on numbers only and
/// choices on text only; CI and compiler check the others.
fn describe(context: &Context<'_>, kind: ValueType, parameter: &Parameter, to: &mut Map) {
    let scalar = |value: &Scalar| value::typed(context, kind, value);
    to.put_some("optional", parameter.optional.then_some(true));
    to.put_some("mode", parameter.mode.map(Mode::word));
    to.put_some("description", parameter.description.as_ref());
    if kind.is_scalar() {
        to.put_some("default", parameter.default.as_ref().map(scalar));
    }
    if matches!(kind, ValueType::Number | ValueType::Integer) {
        to.put_some("min", parameter.min.as_ref().map(scalar));
        to.put_some("max", parameter.max.as_ref().map(scalar));
    }
    if kind == ValueType::String {
        to.put_filled("enum", parameter.choices.iter().map(scalar).collect::<Vec<Doc>>());
    }
}

fn outputs(context: &Context<'_>) -> Map {
    let mut outputs = Map::new();
    for promoted in &context.submission.outputs {
        let output = &context.plan.step(promoted.step).outputs[promoted.output as usize];
        let mut declaration = Map::new();
        declaration.put("type", output.kind.word());
        declaration.put_some("mode", output.mode.map(Mode::word));
        outputs.put(promoted.name.clone(), declaration);
    }
    outputs
}

fn nodes(context: &Context<'_>) -> Map {
    let mut nodes = Map::new();
    for (step, place, role) in context.steps() {
        let mut node = node::write(context, step, place, role);
        if step_file::is_needed(step) {
            (node, _) = step_file::split(context, step, role, node);
        }
        nodes.put(step.name.clone(), node);
    }
    nodes
}
