//! Nodes of AutoML. They have no component: everything stands in the node, with the defaults that
//! Azure ML's tools put there.

use super::requests::Requests;
use super::settings::{self, IdentityStyle};
use super::values::{OF_NODE, outputs, pascal, text};
use crate::emit::{Doc, Map};

/// A node from its document.
pub(super) fn write(requests: &mut Requests<'_>, name: &str, doc: &Map) -> Map {
    let task = doc.text("task").unwrap_or_default();
    let mut node = Map::new();
    node.put("name", name);
    for entry in &doc.0 {
        node.put(entry.key.clone(), member(requests, task, &entry.key, &entry.value));
    }
    for (key, value) in defaults(task) {
        if node.get(key).is_none() {
            node.put(key, value);
        }
    }
    node
}

fn member(requests: &mut Requests<'_>, task: &str, key: &str, value: &Doc) -> Doc {
    let is_image = task.starts_with("image");
    match (key, value) {
        ("compute", Doc::Text(name)) => {
            let id = requests.compute(name);
            if id.starts_with('/') { format!("azureml:{id}").into() } else { id.into() }
        }
        ("limits", Doc::Map(map)) if task.starts_with("text") => text_limits(map.clone()).into(),
        ("outputs", Doc::Map(map)) => outputs(OF_NODE, Some(map)).into(),
        ("identity", Doc::Map(map)) => settings::identity(map, IdentityStyle::Node).into(),
        ("resources", Doc::Map(map)) => {
            let mut resources = settings::resources(map);
            with_default(&mut resources, "properties", Map::new().into());
            resources.into()
        }
        ("forecasting", Doc::Map(map)) => forecasting(map).into(),
        ("training_parameters", Doc::Map(map)) if is_image => switches(map).into(),
        ("sweep", Doc::Map(map)) if is_image => sweep(map).into(),
        ("search_space", Doc::List(items)) if is_image => {
            Doc::List(items.iter().map(|item| searched(item).into()).collect())
        }
        _ => value.clone(),
    }
}

/// What the tools put into a node of a task that does not say it.
fn defaults(task: &str) -> Vec<(&'static str, Doc)> {
    let mut all: Vec<(&'static str, Doc)> =
        ["outputs", "properties", "tags"].into_iter().map(|key| (key, Map::new().into())).collect();
    if task.starts_with("text") {
        all.push(("limits", text_limits(Map::new()).into()));
    } else {
        all.push(("log_verbosity", "info".into()));
    }
    if task.starts_with("image") {
        all.push(("limits", Map::new().into()));
    }
    if matches!(task, "classification" | "regression" | "forecasting") {
        all.push(("training", Map::new().into()));
    }
    all.push(("primary_metric", metric(task).into()));
    all
}

fn text_limits(mut limits: Map) -> Map {
    with_default(&mut limits, "max_trials", 1i64.into());
    with_default(&mut limits, "max_nodes", 1i64.into());
    limits
}

/// What is optimised where nothing is said.
fn metric(task: &str) -> &'static str {
    match task {
        "regression" | "forecasting" => "normalized_root_mean_squared_error",
        "image_classification_multilabel" => "iou",
        "image_object_detection" | "image_instance_segmentation" => "mean_average_precision",
        _ => "accuracy",
    }
}

fn with_default(map: &mut Map, key: &'static str, value: Doc) {
    if map.get(key).is_none() {
        map.put(key, value);
    }
}

/// Several columns are one text, as the tools send them.
fn forecasting(doc: &Map) -> Map {
    let mut rest = doc.clone();
    for entry in &mut rest.0 {
        if let ("time_series_id_column_names", Doc::List(items)) = (&*entry.key, &entry.value) {
            let names: Vec<String> = items.iter().map(quoted).collect();
            entry.value = format!("[{}]", names.join(", ")).into();
        }
    }
    rest
}

/// Two switches are enums of the API.
fn switches(doc: &Map) -> Map {
    let mut rest = doc.clone();
    for entry in &mut rest.0 {
        if matches!(&*entry.key, "log_training_metrics" | "log_validation_loss")
            && let Doc::Text(word) = &entry.value
        {
            entry.value = pascal(word).into();
        }
    }
    rest
}

fn sweep(doc: &Map) -> Map {
    let mut rest = doc.clone();
    for entry in &mut rest.0 {
        if let ("early_termination", Doc::Map(policy)) = (&*entry.key, &mut entry.value) {
            for (key, value) in settings::intervals(policy) {
                with_default(policy, key, value.into());
            }
            if policy.text("type") == Some("bandit") {
                with_default(policy, "slack_amount", Doc::Number("0.0".to_owned()));
                with_default(policy, "slack_factor", Doc::Number("0.0".to_owned()));
            }
        }
    }
    rest
}

/// One model's search, each expression as text: `choice(15,30)`.
fn searched(item: &Doc) -> Map {
    let mut rest = Map::new();
    for entry in item.as_map().iter().flat_map(|map| &map.0) {
        let expression = entry.value.as_map().map(expression_text);
        rest.put(entry.key.clone(), expression.map_or_else(|| entry.value.clone(), Doc::from));
    }
    rest
}

fn expression_text(doc: &Map) -> String {
    let kind = doc.text("type").unwrap_or_default();
    let rest = doc.0.iter().filter(|entry| entry.key != "type");
    let mut values: Vec<String> = Vec::new();
    for entry in rest {
        if let Doc::List(items) = &entry.value {
            values.extend(items.iter().map(quoted));
        } else {
            values.push(quoted(&entry.value));
        }
    }
    format!("{kind}({})", values.join(","))
}

/// A value in the text of an expression.
fn quoted(value: &Doc) -> String {
    let quoted = value.as_text().map(|text| format!("'{text}'"));
    quoted.or_else(|| text(value)).unwrap_or_default()
}
