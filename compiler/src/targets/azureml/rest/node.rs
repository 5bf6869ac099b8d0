//! Nodes of a pipeline.

use super::super::context::{Context, Role};
use super::author::Author;
use super::requests::Requests;
use super::settings::{self, IdentityStyle};
use super::values::{OF_NODE, inputs, is_binding, outputs};
use super::{automl, component};
use crate::emit::{Doc, Map, json_words};
use crate::plan::{ComponentPlace, Plan, Step, Task};

use super::super::{node as documents, step_file};

/// The nodes of a submission.
pub(super) fn all(requests: &mut Requests<'_>, context: &Context<'_>) -> Map {
    let mut all = Map::new();
    for (step, place, role) in context.steps() {
        let mut inline = documents::write(context, step, place, role);
        if step_file::is_needed(step) {
            let (node, _) = step_file::split(context, step, role, inline.clone());
            if let Some(inputs) = node.get("inputs") {
                inline.set("inputs", inputs.clone());
            }
        }
        all.put(step.name.clone(), write(requests, context, step, role, &inline));
    }
    all
}

/// A node from its document; inline ones get a component first.
fn write(
    requests: &mut Requests<'_>,
    context: &Context<'_>,
    step: &Step,
    role: &Role<'_>,
    inline: &Map,
) -> Map {
    let kind = inline.text("type").unwrap_or_default().to_owned();
    if kind == "automl" {
        return automl::write(requests, &step.name, inline);
    }
    let mut node = Map::new();
    node.put("name", &step.name).put("type", &kind);
    run(requests, context, step, role, inline, &mut node);
    let is_inline = is_inline_parallel(step);
    for entry in inline.0.iter().filter(|entry| !is_left_out(step, &entry.key, &entry.value)) {
        if let Some((key, value)) = member(requests, (is_inline, &kind), &entry.key, &entry.value) {
            node.put(key, value);
        }
    }
    if let Some(file) = Author::of(step) {
        file.copy(requests, &kind, &mut node);
    }
    spark_identity(&kind, inline, &mut node);
    if matches!(step.task, Task::FanOut(_)) && node.get("mini_batch_size").is_none() {
        node.put("mini_batch_size", 0i64);
    }
    node
}

/// As the tools do: the submitter's on machines of the service, the pool's own on a pool.
pub(super) fn spark_identity(kind: &str, inline: &Map, node: &mut Map) {
    if kind != "spark" || node.get("identity").is_some() {
        return;
    }
    let mut identity = Map::new();
    let on_pool = inline.text("compute").is_some();
    identity.put("type", if on_pool { "managed" } else { "user_identity" });
    node.put("identity", settings::identity(&identity, IdentityStyle::Node));
}

/// What a node runs that is registered, and where that is.
pub(super) fn registered(requests: &mut Requests<'_>, named: &str) -> (&'static str, String) {
    let id = requests.registered("components", named);
    let is_local = id.starts_with('/');
    (if is_local { "REMOTE.WORKSPACE.COMPONENT" } else { "REMOTE.REGISTRY" }, id)
}

/// The other spec that a step runs.
fn made<'a>(plan: &'a Plan, step: &Step) -> Option<Context<'a>> {
    let Task::Component(task) = &step.task else { return None };
    let ComponentPlace::Made(path) = &task.component else { return None };
    let used = plan.used_at(path)?;
    Some(Context::new(used, used.submissions.first()?))
}

/// What the node runs.
fn run(
    requests: &mut Requests<'_>,
    context: &Context<'_>,
    step: &Step,
    role: &Role<'_>,
    inline: &Map,
    node: &mut Map,
) {
    if let Some(made) = made(requests.plan, step) {
        node.put("_source", "YAML.COMPONENT");
        node.put("componentId", component::of_submission(requests, &made, true));
        return;
    }
    if let Some(named) = inline.text("component").or(inline.text("trial")) {
        if let Some(file) = Author::of(step) {
            node.put("_source", "YAML.COMPONENT");
            let id = component::of_author(requests, &file);
            return put_component(inline, id, node);
        }
        let (source, id) = if named.contains(':') {
            registered(requests, named)
        } else {
            ("REMOTE.WORKSPACE.COMPONENT", requests.component_file(named))
        };
        node.put("_source", source);
        put_component(inline, id, node);
        return;
    }
    let id = component::of_step(requests, context, step, role, inline);
    let from_file = step_file::is_needed(step);
    node.put("_source", if from_file { "YAML.COMPONENT" } else { "YAML.JOB" });
    put_component(inline, id, node);
}

/// Names the component of the node, or that of its trials.
fn put_component(inline: &Map, id: String, node: &mut Map) {
    if inline.get("trial").is_some() {
        let mut trial = Map::new();
        trial.put("componentId", id);
        node.put("trial", trial);
    } else {
        node.put("componentId", id);
    }
}

/// A script over mini-batches without a component file of its own.
fn is_inline_parallel(step: &Step) -> bool {
    matches!(step.task, Task::FanOut(_)) && !step_file::is_needed(step)
}

/// Whether the tools drop a key, or leave it to the component file of the step.
fn is_left_out(step: &Step, key: &str, value: &Doc) -> bool {
    let is_bound = value.as_text().is_some_and(is_binding);
    match key {
        "error_threshold" | "logging_level" => !is_bound && step_file::is_needed(step),
        // A lint says so.
        "display_name" | "tags" => is_inline_parallel(step),
        _ => false,
    }
}

/// A key of the node; `None` for what its component says.
pub(super) fn member(
    requests: &mut Requests<'_>,
    (is_inline_parallel, kind): (bool, &str),
    key: &str,
    value: &Doc,
) -> Option<(&'static str, Doc)> {
    let map = value.as_map();
    Some(match key {
        "display_name" => ("display_name", value.clone()),
        "tags" => ("tags", value.clone()),
        "environment_variables" => ("environment_variables", value.clone()),
        "compute" => ("computeId", requests.compute(value.as_text()?).into()),
        "inputs" => ("inputs", inputs(requests, OF_NODE, map).into()),
        "outputs" => ("outputs", outputs(OF_NODE, map).into()),
        "limits" if kind == "sweep" => ("limits", value.clone()),
        "limits" => ("limits", settings::limits(map?).into()),
        "queue_settings" if kind == "sweep" => ("queue_settings", value.clone()),
        "queue_settings" => ("queue_settings", settings::queue(map?).into()),
        "distribution" => ("distribution", settings::distribution(map?).into()),
        // The tools send it as the document has it.
        "identity" if is_inline_parallel => ("identity", value.clone()),
        "identity" => ("identity", settings::identity(map?, IdentityStyle::Node).into()),
        "services" => ("services", settings::services(map?).into()),
        "resources" => ("resources", settings::resources(map?).into()),
        "early_termination" => ("early_termination", settings::early_termination(map?).into()),
        "task" => ("task", task(requests, map?).into()),
        "mini_batch_size" => ("mini_batch_size", batch_size(value.as_text()?)),
        "partition_keys" => ("partition_keys", json_list(value)?.into()),
        "entry" => ("entry", entry(map?).into()),
        _ => (*AS_THEY_ARE.iter().find(|known| **known == key)?, value.clone()),
    })
}

/// Keys of nodes that the bodies have as the documents do.
const AS_THEY_ARE: [&str; 16] = [
    "comment",
    "input_data",
    "error_threshold",
    "mini_batch_error_threshold",
    "logging_level",
    "max_concurrency_per_instance",
    "retry_settings",
    "sampling_algorithm",
    "search_space",
    "objective",
    "py_files",
    "jars",
    "files",
    "archives",
    "conf",
    "args",
];

/// The script of a node over mini-batches.
pub(super) fn task(requests: &mut Requests<'_>, doc: &Map) -> Map {
    let mut rest = Map::new();
    for entry in &doc.0 {
        let value = match entry.key.as_ref() {
            "code" => {
                entry.value.as_text().map(|path| format!("azureml:{}", requests.code(path)).into())
            }
            "environment" => requests.environment(&entry.value).map(Doc::from),
            _ => Some(entry.value.clone()),
        };
        if let Some(value) = value {
            rest.put(entry.key.clone(), value);
        }
    }
    rest
}

fn batch_size(text: &str) -> Doc {
    bytes(text).map_or_else(|| text.into(), Doc::Number)
}

/// `10kb` as the digits of a number; `None` for what is no size.
pub(super) fn bytes(text: &str) -> Option<String> {
    let small = text.to_ascii_lowercase();
    let units = [("kb", 10), ("mb", 20), ("gb", 30)];
    let unit = units.into_iter().find(|(unit, _)| small.ends_with(unit));
    let (number, shift) = match unit {
        Some((unit, shift)) => (small.trim_end_matches(unit), shift),
        None => (small.as_str(), 0),
    };
    Some(number.parse::<u128>().ok()?.checked_mul(1 << shift)?.to_string())
}

/// A list of words as the text of a JSON list.
pub(super) fn json_list(value: &Doc) -> Option<String> {
    let Doc::List(items) = value else { return None };
    let words: Option<Vec<String>> =
        items.iter().map(|item| item.as_text().map(str::to_owned)).collect();
    Some(json_words(&words?))
}

/// What a Spark job runs.
fn entry(doc: &Map) -> Map {
    let mut rest = doc.clone();
    let is_class = doc.get("class_name").is_some();
    let kind = if is_class { "SparkJobScalaEntry" } else { "SparkJobPythonEntry" };
    rest.put("spark_job_entry_type", kind);
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bytes() {
        let cases = [
            ("10", Some("10")),
            ("10kb", Some("10240")),
            ("2MB", Some("2097152")),
            ("9000000000gb", Some("9663676416000000000")),
            ("${{parent.inputs.size}}", None),
        ];
        for (text, size) in cases {
            assert_eq!(bytes(text).as_deref(), size);
        }
    }

    #[test]
    fn lists_are_json() {
        let words = Doc::from(vec!["a", "say \"b\"", "é"]);
        assert_eq!(json_list(&words).as_deref(), Some(r#"["a", "say \"b\"", "é"]"#));
    }
}
