//! Nodes that name a component that stands elsewhere.

use super::context::Context;
use super::{command, native, node};
use crate::emit::Map;
use crate::plan::{AzureMlPlace, ComponentKind, ComponentPlace, ComponentUse, Step};

/// What names a component.
pub(super) fn name(context: &Context<'_>, task: &ComponentUse) -> String {
    match &task.component {
        ComponentPlace::Registered(name) => name.clone(),
        ComponentPlace::File(path) | ComponentPlace::Made(path) => context.way_to(path),
    }
}

/// The node but for its inputs and outputs.
pub(super) fn write(
    context: &Context<'_>,
    step: &Step,
    place: &AzureMlPlace,
    task: &ComponentUse,
) -> Map {
    let mut doc = Map::new();
    doc.put("type", task.kind.word());
    node::titles(step, &mut doc);
    doc.put("component", name(context, task));
    native::fields(context, step, &task.overrides, &mut doc);
    doc.put_filled("environment_variables", node::variables(context, step));
    if task.kind != ComponentKind::Pipeline {
        doc.put_some("compute", node::compute(context, place));
    }
    doc.put_filled("resources", node::resources(context, &place.resources));
    node::settings(&place.settings, &mut doc);
    doc.put_some("limits", step.timeout_seconds.map(command::limits));
    doc
}
