//! How what an event starts is called.

mod azure_pipelines;
mod endpoint;
mod github;

use super::expression::Expression;
use super::flow::{Actions, Read, joined};
use super::guard;
use super::model::Value;
use crate::plan::{Event, EventPiece, Handoff, Parameter, ParameterId, Plan, Receiver, ValueType};

/// What an app is told when it is deployed.
pub(super) type Told = Vec<(&'static str, Expression)>;

/// What must be known before a call, and what may end the run before anything is marked.
pub(super) fn prepare(
    plan: &Plan,
    receiver: &Receiver<'_>,
    (actions, told): (&mut Actions, &mut Told),
) {
    match receiver {
        Receiver::GitHub { .. } => github::prepare(actions, told),
        Receiver::AzurePipelines { file } => azure_pipelines::prepare(file, actions, told),
        Receiver::Endpoint { published, .. } => endpoint::prepare(plan, *published, told),
    }
}

/// The call itself.
pub(super) fn call(
    plan: &Plan,
    handoff: &Handoff<'_>,
    receiver: &Receiver<'_>,
    actions: &mut Actions,
) {
    let (name, call) = match receiver {
        Receiver::GitHub { event_type } => {
            ("Start_GitHub_workflow", github::call(plan, handoff, event_type))
        }
        Receiver::AzurePipelines { file } => {
            ("Start_Azure_pipeline", azure_pipelines::call(plan, handoff, file))
        }
        Receiver::Endpoint { published, with } => {
            ("Start_endpoint_job", endpoint::call(plan, handoff, *published, with))
        }
    };
    actions.put(name, Vec::new(), call);
}

/// What the event brings, by parameter, each in parts to be joined.
fn brought<'p>(
    plan: &'p Plan,
    handoff: &'p Handoff<'_>,
) -> impl Iterator<Item = (ParameterId, &'p Parameter, Vec<Read>)> {
    handoff.values.iter().map(move |(id, text)| {
        let parts = text.iter().flat_map(|piece| part(plan, handoff.event, piece));
        (*id, plan.parameter(*id), parts.collect())
    })
}

fn part(plan: &Plan, event: &Event, piece: &EventPiece) -> Vec<Read> {
    match piece {
        EventPiece::Literal(text) => vec![Read::text(text)],
        EventPiece::Field(field) => guard::value(plan, event, field),
    }
}

/// A value of the parameter's type.
fn typed(kind: ValueType, parts: &[Read]) -> Value {
    let is_text = kind == ValueType::String || !kind.is_scalar();
    match parts {
        [one] if !is_text => one.whole(),
        parts => joined(parts),
    }
}
