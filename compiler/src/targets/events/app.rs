//! The Logic App of a trigger: hears of an event, sees whether it is meant, and starts what it is for.

use std::sync::Arc;

use super::expression::Expression;
use super::flow::{Actions, Flow, Work};
use super::model::{Kind, Known, Object, Resource};
use super::sources::Source;
use super::{calls, guard, state};
use crate::plan::{Handoff, Plan};

/// What the app is called.
pub(super) fn known(plan: &Plan, handoff: &Handoff<'_>) -> Arc<Known> {
    let name = Expression::Text(plan.logic_app_name(handoff.id));
    Known::new(format!("app_{}", handoff.trigger.name), Kind::LogicApp, name)
}

/// The app.
pub(super) fn resource(plan: &Plan, handoff: &Handoff<'_>, source: &Source) -> Resource {
    let flow = flow(plan, handoff, source);
    let state = if handoff.trigger.enabled { "Enabled" } else { "Disabled" };
    let mut properties = Object::of("state", state);
    properties.put("definition", flow.definition()).put("parameters", flow.values());
    let mut body = Object::of("location", Expression::Parameter("location".to_owned()));
    body.put("tags", tags(plan, handoff));
    body.put("identity", Object::of("type", "SystemAssigned"));
    body.put("properties", properties);
    Resource { known: known(plan, handoff), after: Vec::new(), body }
}

/// Whose it is, as on Azure ML: a release finds what it left by this.
fn tags(plan: &Plan, handoff: &Handoff<'_>) -> Object {
    let mut tags = Object::of("mlopsc_pipeline", plan.name.as_str());
    tags.put("mlopsc_project", project());
    if let Some(stage) = plan.stage_name() {
        tags.put("mlopsc_stage", stage);
    }
    tags.put("mlopsc_trigger", handoff.trigger.name.as_str());
    tags
}

/// Whose the wiring is.
pub(super) fn project() -> Expression {
    Expression::Parameter("projectName".to_owned())
}

/// What it does. All that may end the run stands before the mark that the event leaves, so that no
/// mark is left behind.
fn flow(plan: &Plan, handoff: &Handoff<'_>, source: &Source) -> Flow {
    const CALL: &str = "Start";
    let mut told: calls::Told = vec![("sourceId", Expression::Id(Arc::clone(&source.known)))];
    let mut actions = Actions::default();
    guard::put(&mut actions, plan, handoff);
    let is_kept = plan.project.wiring.storage.is_some();
    let state = is_kept.then(|| state::State::new(plan, handoff));
    if state.is_some() {
        let account = Expression::Parameter("storageAccountName".to_owned());
        told.push(("storageAccountName", account));
    }
    let debounce = handoff.event.debounce_seconds();
    if let (Some(state), Some(seconds)) = (&state, debounce) {
        state::wait_for_quiet(&mut actions, state, seconds);
    }
    for receiver in &handoff.receivers {
        calls::prepare(plan, receiver, (&mut actions, &mut told));
    }
    match (&state, debounce) {
        (Some(state), Some(_)) => state::take_burst(&mut actions, state),
        (Some(state), None) => state::once(&mut actions, state),
        (None, _) => {}
    }
    let mut all = Actions::default();
    for receiver in &handoff.receivers {
        calls::call(plan, handoff, receiver, &mut all);
    }
    actions.then(CALL, Work::Scope(all));
    if let (Some(state), None) = (&state, debounce) {
        state::forget(&mut actions, state, CALL);
    }
    Flow { parameters: told, actions }
}
