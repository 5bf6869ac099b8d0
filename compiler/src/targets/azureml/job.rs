//! The job: a component, values for its inputs, and settings.

use super::context::Context;
use super::{settings, tags, value};
use crate::emit::Map;
use crate::plan::{Output, Reference};

const SCHEMA: &str = "https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json";

/// The job of a submission. Inputs without a known value (required parameters, values from CI and
/// from earlier jobs) are left out rather than filled with a placeholder that could run by mistake:
/// whoever submits adds them, CI to a copy beside the file, people with `--set inputs.x=…`, and
/// `az ml job create` names those that are missing.
pub(super) fn write(context: &Context<'_>) -> Map {
    let plan = context.plan;
    let mut doc = Map::new();
    doc.put("$schema", SCHEMA).put("type", "pipeline").put("tags", tags(plan));
    doc.put("display_name", context.title()).put("experiment_name", &plan.experiment);
    doc.put_some("description", plan.description.as_ref());
    doc.put("settings", settings(plan));
    doc.put("component", format!("./{}", context.submission.component_file()));
    doc.put_filled("inputs", inputs(context));
    doc.put_filled("outputs", outputs(context));
    doc
}

fn inputs(context: &Context<'_>) -> Map {
    let mut inputs = Map::new();
    for input in &context.submission.inputs {
        if let Reference::Parameter(id) = input.source {
            let default = context.plan.parameter(id).default.as_ref();
            inputs.put_some(
                &input.name,
                default.map(|default| value::typed(context, input.kind, default)),
            );
        }
    }
    inputs
}

/// Outputs of the pipeline are stored and registered here: a component's own outputs have only
/// type and mode.
fn outputs(context: &Context<'_>) -> Map {
    let mut outputs = Map::new();
    for promoted in &context.submission.outputs {
        let output = &context.plan.step(promoted.step).outputs[promoted.output as usize];
        outputs.put(&promoted.name, stored(output));
    }
    outputs
}

/// An output with everything that is said about it.
pub(super) fn stored(output: &Output) -> Map {
    let mut doc = Map::new();
    doc.put("type", output.kind.word());
    doc.put_some("mode", output.mode.map(value::mode_word));
    doc.put_some("path", output.path.as_ref());
    if let Some((name, version)) = &output.register {
        doc.put("name", name).put_some("version", version.as_ref());
    }
    doc
}
