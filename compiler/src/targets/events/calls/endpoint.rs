//! A job of a published pipeline, by its endpoint
//! (<https://learn.microsoft.com/azure/machine-learning/how-to-use-batch-endpoint>).

use super::super::expression::Expression;
use super::super::flow::{Http, Read, Work};
use super::super::model::{Kind, Known, Object, Value};
use super::super::sources;
use super::{Told, brought, typed};
use crate::plan::{Handoff, ParameterId, Plan, Reference, Scalar, TriggerId, ValueType};

const AUDIENCE: &str = "https://ml.azure.com";

/// Tells the app where the endpoint is.
pub(super) fn prepare(plan: &Plan, published: TriggerId, told: &mut Told) {
    let Some(http) = plan.trigger(published).published() else { return };
    let symbol = format!("endpoint_{}", http.endpoint.replace('-', "_"));
    let name = Expression::text(&http.endpoint);
    let workspace = sources::workspace();
    let endpoint = Known::within(&workspace, symbol, Kind::BatchEndpoint, name);
    told.push(("workspaceId", Expression::Id(workspace)));
    told.push(("endpointUri", Expression::Property(endpoint, "scoringUri")));
}

/// The call, with values for the inputs that the deployment has.
pub(super) fn call(
    plan: &Plan,
    handoff: &Handoff<'_>,
    published: TriggerId,
    with: &[(ParameterId, Scalar)],
) -> Work {
    let trigger = plan.trigger(published);
    let mut call = Http::new("POST", Read::Parameter("endpointUri").whole(), AUDIENCE);
    let deployment = trigger.published().map(crate::plan::Http::deployment_name);
    let deployment = deployment.unwrap_or_default();
    call.headers.push(("Content-Type", "application/json".into()));
    call.headers.push(("azureml-model-deployment", deployment.into()));
    let inputs = trigger.submission.map(|id| plan.submission(id).inputs.as_slice());
    let is_input = |id: ParameterId| {
        inputs.is_some_and(|all| all.iter().any(|it| it.source == Reference::Parameter(id)))
    };
    let mut data = Object::new();
    for (id, value) in with.iter().filter(|(id, _)| is_input(*id)) {
        let parameter = plan.parameter(*id);
        data.put(parameter.name.clone(), fixed(parameter.kind, value));
    }
    for (id, parameter, parts) in brought(plan, handoff).filter(|(id, ..)| is_input(*id)) {
        debug_assert!(is_input(id));
        data.put(parameter.name.clone(), input(parameter.kind, parts));
    }
    let about = Object::of("experimentName", Read::text(&plan.experiment).whole());
    let mut properties = Object::of("InputData", data);
    properties.put("properties", about);
    call.body = Some(Object::of("properties", properties).into());
    Work::Http(Box::new(call))
}

/// A value that is known.
fn fixed(kind: ValueType, value: &Scalar) -> Object {
    if !kind.is_scalar() || kind == ValueType::String {
        return input(kind, vec![Read::Text(value.text())]);
    }
    literal(match value {
        Scalar::Text(text) => Read::text(text).whole(),
        Scalar::Integer(number) => (*number).into(),
        Scalar::Number(spelling) => Value::Number(spelling.clone()),
        Scalar::Boolean(value) => (*value).into(),
    })
}

/// An input as callers of endpoints write it.
fn input(kind: ValueType, parts: Vec<Read>) -> Object {
    if kind.is_scalar() {
        return literal(typed(kind, &parts));
    }
    let mut input = Object::of("JobInputType", data_type(kind));
    input.put("Uri", typed(kind, &address(kind, parts)));
    input
}

fn literal(value: Value) -> Object {
    let mut input = Object::of("JobInputType", "Literal");
    input.put("Value", value);
    input
}

/// The id of what is registered, where that is named; endpoints do not know `azureml:<name>:<version>`.
fn address(kind: ValueType, mut parts: Vec<Read>) -> Vec<Read> {
    let Some(Read::Text(first)) = parts.first() else { return parts };
    let Some(name) = first.strip_prefix("azureml:").filter(|rest| !rest.starts_with('/')) else {
        return parts;
    };
    let is_model =
        matches!(kind, ValueType::MlflowModel | ValueType::CustomModel | ValueType::TritonModel);
    let assets = if is_model { "/models/" } else { "/data/" };
    let start = format!("{assets}{name}");
    parts[0] = Read::Text(start);
    for part in parts.iter_mut().rev() {
        let Read::Text(text) = part else { continue };
        let Some(at) = text.rfind([':', '@']) else { continue };
        let word = if text[at..].starts_with(':') { "/versions/" } else { "/labels/" };
        text.replace_range(at..=at, word);
        break;
    }
    parts.insert(0, Read::Parameter("workspaceId"));
    parts
}

/// A type of data as calls spell it.
fn data_type(kind: ValueType) -> &'static str {
    match kind {
        ValueType::UriFile => "UriFile",
        ValueType::UriFolder => "UriFolder",
        ValueType::Mltable => "MLTable",
        ValueType::MlflowModel => "MLFlowModel",
        ValueType::CustomModel => "CustomModel",
        ValueType::TritonModel => "TritonModel",
        ValueType::String | ValueType::Number | ValueType::Integer | ValueType::Boolean => {
            "Literal"
        }
    }
}
