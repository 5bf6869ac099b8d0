//! The job: a component, values for its inputs, and settings.

use super::context::Context;
use super::{node, settings, tags, value};
use crate::emit::{Doc, Map};
use crate::plan::{Mode, Output, ValueType};

const SCHEMA: &str = "https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json";

/// What stands for a value that is known only when the job is submitted. It is no number and no
/// truth value, and there is no job of that name, so that Azure ML refuses the job unless whoever
/// submits it sets the input; for text, what it is shows in the portal.
const UNBOUND: &str = "bound-when-submitted";

/// The job of a submission. Inputs without a known value (required parameters, values from CI and
/// from earlier jobs) hold a placeholder, since the SDK refuses a file without them: CI sets them in
/// a copy beside the file, people with `--set inputs.x=…`.
pub(super) fn write(context: &Context<'_>) -> Map {
    let plan = context.plan;
    let mut doc = Map::new();
    doc.put("$schema", SCHEMA).put("type", "pipeline").put("tags", tags(plan));
    doc.put("display_name", context.title()).put("experiment_name", &plan.experiment);
    doc.put_some("description", plan.description.as_ref());
    doc.put("settings", settings(plan));
    let mut properties = Map::new();
    for (name, property) in &plan.settings.properties {
        properties.put(name.clone(), property);
    }
    doc.put_filled("properties", properties);
    doc.put_filled("identity", node::keys(&plan.settings.identity));
    doc.put("component", format!("./{}", context.submission.component_file()));
    doc.put_filled("inputs", inputs(context));
    doc.put_filled("outputs", outputs(context));
    doc
}

fn inputs(context: &Context<'_>) -> Map {
    let mut inputs = Map::new();
    for input in &context.submission.inputs {
        let parameter = context.parameter(&input.source);
        if parameter.is_some_and(|parameter| parameter.optional) {
            continue;
        }
        let default = parameter.and_then(|parameter| parameter.default.as_ref());
        let value = default.map_or_else(
            || unbound(&input.name, input.kind),
            |default| value::typed(context, input.kind, default),
        );
        let mode = parameter.and_then(|parameter| parameter.mode);
        inputs.put(input.name.clone(), value::arriving(value, mode));
    }
    inputs
}

fn unbound(name: &str, kind: ValueType) -> Doc {
    if kind.is_scalar() {
        return Doc::from(UNBOUND);
    }
    let mut data = Map::new();
    data.put("type", kind.word());
    data.put("path", format!("azureml://jobs/{UNBOUND}/outputs/{name}/paths/"));
    data.into()
}

/// Outputs of the pipeline are stored and registered here: a component's own outputs have only
/// type and mode.
fn outputs(context: &Context<'_>) -> Map {
    let mut outputs = Map::new();
    for promoted in &context.submission.outputs {
        let output = &context.plan.step(promoted.step).outputs[promoted.output as usize];
        outputs.put(promoted.name.clone(), stored(output));
    }
    outputs
}

/// An output with everything that is said about it.
pub(super) fn stored(output: &Output) -> Map {
    let mut doc = Map::new();
    doc.put("type", output.kind.word());
    doc.put_some("mode", output.mode.map(Mode::word));
    doc.put_some("path", output.path.as_ref());
    if let Some((name, version)) = &output.register {
        doc.put("name", name).put_some("version", version.as_ref());
    }
    doc
}
