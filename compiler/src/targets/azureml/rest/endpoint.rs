//! Endpoints, their deployments, and calls of them.

use super::ids::{FILL_IN, LOCATION, placeholder};
use super::requests::{API, Body, Hole, Requests};
use super::values::pascal;
use crate::emit::{Doc, Map};
use crate::plan::{Endpoint, Http, SubmissionInput, Trigger, ValueType};
use crate::source;

use super::super::value as documents;

/// Adds an endpoint, unless it is there, as it must be before its deployments.
pub(super) fn create(requests: &mut Requests<'_>, endpoint: &Endpoint<'_>, doc: &Map) {
    let place = format!("batchEndpoints/{}", endpoint.name);
    let body = body(requests, doc, None);
    let mut request = requests.request(&place, API, Body::new(&endpoint.file, body));
    let mut known = Map::new();
    known.put("method", "GET").put("url", requests.url(&place, API)).put("status", 200i64);
    request.put("unless", known);
    requests.deploy(request);
}

/// Adds that callers who choose no deployment get this one, which must be there.
pub(super) fn choose_default(requests: &mut Requests<'_>, endpoint: &Endpoint<'_>, doc: &Map) {
    let Some(defaults) = doc.map("defaults") else { return };
    let body = body(requests, doc, defaults.text("deployment_name"));
    let place = format!("batchEndpoints/{}", endpoint.name);
    let name = format!("default-{}", endpoint.file);
    let request = requests.request(&place, API, Body::new(name, body));
    requests.deploy(request);
}

fn body(requests: &Requests<'_>, doc: &Map, default: Option<&str>) -> Map {
    let mut properties = Map::new();
    properties.put("authMode", "AADToken");
    properties.put_some("description", doc.text("description"));
    properties.put("properties", Map::new());
    if let Some(name) = default {
        let mut defaults = Map::new();
        defaults.put("deploymentName", name);
        properties.put("defaults", defaults);
    }
    located(requests, doc, properties)
}

/// Endpoints and deployments have a place, and their tags outside.
fn located(requests: &Requests<'_>, doc: &Map, properties: Map) -> Map {
    let mut body = Map::new();
    body.put("tags", requests.tags(doc.map("tags")));
    body.put("location", placeholder(LOCATION)).put("properties", properties);
    body
}

/// Adds a deployment over a component.
pub(super) fn deploy(requests: &mut Requests<'_>, http: &Http, file: &str, doc: &Map, id: &str) {
    let mut asset = Map::new();
    asset.put("referenceType", "Id").put("assetId", id);
    let mut configuration = Map::new();
    configuration.put("deploymentConfigurationType", "PipelineComponent");
    configuration.put("componentId", asset);
    configuration.put("settings", settings(doc.map("settings")));
    let mut properties = Map::new();
    properties.put_some("description", doc.text("description"));
    properties.put("deploymentConfiguration", configuration);
    let body = located(requests, doc, properties);
    let request = requests.request(&place(http), API, Body::new(file, body));
    requests.deploy(request);
}

/// Adds that a deployment goes.
pub(super) fn remove(requests: &mut Requests<'_>, http: &Http) {
    let mut request = Map::new();
    request.put("method", "DELETE").put("url", requests.url(&place(http), API));
    requests.deploy(request);
}

fn place(http: &Http) -> String {
    format!("batchEndpoints/{}/deployments/{}", http.endpoint, http.deployment_name())
}

/// The contract takes text only.
fn settings(doc: Option<&Map>) -> Map {
    let mut rest = Map::new();
    for entry in doc.iter().flat_map(|doc| &doc.0) {
        let switch = if let Doc::Bool(on) = entry.value { Some(on.to_string()) } else { None };
        let value = switch.map_or_else(|| entry.value.clone(), Doc::from);
        rest.put(entry.key.clone(), value);
    }
    rest
}

/// Adds a call, with a place for every value that callers may give.
pub(super) fn invoke(requests: &mut Requests<'_>, trigger: &Trigger, http: &Http) {
    let Some(id) = trigger.submission else { return };
    let plan = requests.plan;
    let (mut inputs, mut holes) = (Map::new(), Vec::new());
    let given = |input: &&SubmissionInput| plan.is_open(input) || plan.default_of(input).is_some();
    for input in plan.submission(id).inputs.iter().filter(given) {
        let (value, is_open) = value(requests, input);
        let key = if input.kind.is_scalar() { "Value" } else { "Uri" };
        if is_open {
            holes.push(Hole {
                pointer: format!("/properties/InputData/{}/{key}", input.name),
                with: "a value",
                of: ("type", input.kind.word().to_owned()),
            });
        }
        inputs.put(input.name.clone(), value);
    }
    let mut about = requests.tags(None);
    about.put("experimentName", &plan.experiment);
    let mut properties = Map::new();
    properties.put("properties", about).put_filled("InputData", inputs);
    let region = placeholder(LOCATION);
    let mut headers = Map::new();
    headers.put("azureml-model-deployment", http.deployment_name());
    let mut request = Map::new();
    let url = format!("https://{}.{region}.inference.ml.azure.com/jobs", http.endpoint);
    request.put("method", "POST").put("url", url).put("audience", "https://ml.azure.com");
    request.put("headers", headers);
    let name = format!("invoke-{}.json", trigger.name);
    requests.send(&mut request, Body::of(name, properties).with(holes));
    requests.run(request);
}

/// What a caller gives for an input: the default as an example, else something to fill in.
fn value(requests: &mut Requests<'_>, input: &SubmissionInput) -> (Map, bool) {
    let plan = requests.plan;
    let default = plan.default_of(input);
    let mut doc = Map::new();
    if input.kind.is_scalar() {
        doc.put("JobInputType", "Literal");
        let given = default.map(|default| match default {
            default if input.kind == ValueType::String => default.text().into(),
            default => documents::literal(default),
        });
        doc.put("Value", given.unwrap_or_else(|| FILL_IN.into()));
    } else {
        let folder = plan.azure_ml_path("");
        let path = default.map(|it| documents::address(source::folder_of(&folder), &it.text()));
        let uri = path.map(|path| requests.data(input.kind.word(), &path));
        doc.put("JobInputType", data_type(input.kind));
        doc.put("Uri", uri.unwrap_or_else(|| FILL_IN.to_owned()));
    }
    (doc, default.is_none())
}

/// A type of data as calls spell it.
fn data_type(kind: ValueType) -> String {
    let word = pascal(kind.word());
    word.replace("Mltable", "MLTable").replace("Mlflow", "MLFlow")
}
