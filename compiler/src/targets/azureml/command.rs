//! Command nodes.

use super::context::Context;
use super::{node, value};
use crate::emit::{Doc, Map};
use crate::plan::{AzureMlPlace, Command, Step};

/// The node but for its inputs and outputs.
pub(super) fn write(
    context: &Context<'_>,
    step: &Step,
    place: &AzureMlPlace,
    task: &Command,
) -> Map {
    let mut doc = Map::new();
    doc.put("type", "command");
    node::titles(step, &mut doc);
    doc.put_some("code", task.code.as_ref().map(|code| context.way_to(code)));
    doc.put("command", value::script(step, &task.script));
    doc.put_some("environment", node::environment(context, place));
    doc.put_filled("environment_variables", node::variables(context, step));
    doc.put_some("compute", node::compute(context, place));
    doc.put_filled("resources", node::resources(context, &place.resources));
    node::settings(&place.settings, &mut doc);
    doc.put_some("limits", step.timeout_seconds.map(limits));
    doc
}

/// Seconds.
pub(super) fn limits(timeout: u64) -> Map {
    let mut limits = Map::new();
    limits.put("timeout", Doc::Number(timeout.to_string()));
    limits
}
