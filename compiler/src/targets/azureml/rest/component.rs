//! Components: what nodes run, and pipelines of them.

use super::author::Author;
use super::ids::{VERSION, placeholder, slug};
use super::requests::{Body, Requests, without_mark};
use super::values::{is_binding, text};
use super::{node, settings};
use crate::emit::{Doc, Map, json};
use crate::plan::{Mode, Plan, Reference, Source, Step, ValueType};
use crate::source::folder_of;

use super::super::context::{Context, Role};
use super::super::{component as documents, step_file};

/// Under this name the tools keep what nobody named.
const ANONYMOUS: &str = "azureml_anonymous";

/// The component of a step that stands inline, in the documents' spelling.
pub(super) fn of_step(
    requests: &mut Requests<'_>,
    context: &Context<'_>,
    step: &Step,
    role: &Role<'_>,
    inline: &Map,
) -> String {
    let spec = if step_file::is_needed(step) {
        let (_, doc) = step_file::split(context, step, role, inline.clone());
        from_file(requests, &doc)
    } else if let Some(trial) = inline.map("trial") {
        anonymous(requests, context.plan, step, trial)
    } else {
        anonymous(requests, context.plan, step, inline)
    };
    let called = format!("step-{}{}", step.name, context.submission.suffix);
    requests.once(json(&spec), &called, |requests, name| {
        let version = format!("{}.{name}-{}", requests.plan.name, placeholder(VERSION));
        let place = format!("components/{ANONYMOUS}/versions/{version}");
        let properties = properties(requests, spec, true, true);
        requests.put(&place, Body::of(format!("{name}.json"), properties))
    })
}

/// The component in a file of the author's.
pub(super) fn of_author(requests: &mut Requests<'_>, file: &Author<'_>) -> String {
    let known = file.path.rsplit('/').next().unwrap_or(file.path);
    let stem = format!("file-{}", slug(known.split('.').next().unwrap_or(known)));
    requests.once(format!("component {}", file.path), &stem, |requests, name| {
        let folder = folder_of(file.path).to_owned();
        let mut doc = Map::new();
        doc.put("name", ANONYMOUS).put("version", "1");
        doc.0.extend(file.doc.0.iter().cloned());
        let spec = requests.below(folder, |requests| {
            let mut spec = from_file(requests, &doc);
            if spec.get("jobs").is_some() {
                spec.set("jobs", file.nodes(requests).into());
            }
            spec
        });
        let version = format!("{}.{name}-{}", requests.plan.name, placeholder(VERSION));
        let place = format!("components/{ANONYMOUS}/versions/{version}");
        let is_leaf = spec.get("jobs").is_none();
        let properties = properties(requests, spec, true, is_leaf);
        requests.put(&place, Body::of(format!("{name}.json"), properties))
    })
}

/// The component of a submission; one that is called from outside has a name of its own.
pub(super) fn of_submission(
    requests: &mut Requests<'_>,
    context: &Context<'_>,
    is_anonymous: bool,
) -> String {
    let file = context.submission.component_file();
    let stem = file.trim_end_matches(".json");
    let (key, stem) = match (is_anonymous, context.folder == requests.own_folder()) {
        (false, _) => (format!("published {stem}"), format!("published-{stem}")),
        (true, true) => (format!("pipeline {stem}"), stem.to_owned()),
        (true, false) => {
            (format!("used {}", context.folder), format!("{stem}-{}", context.plan.name))
        }
    };
    requests.once(key, &stem, |requests, file| {
        requests.within(context.plan, |requests| {
            let doc = documents::write(context);
            let mut spec = from_file(requests, &doc);
            let nodes = node::all(requests, context);
            let version = placeholder(VERSION);
            let place = if is_anonymous {
                let plan = &requests.plan.name;
                format!("components/{ANONYMOUS}/versions/{plan}.{file}-{version}")
            } else {
                let name = doc.text("name").unwrap_or_default();
                spec.set("name", name.into());
                spec.set("version", version.clone().into());
                format!("components/{name}/versions/{version}")
            };
            spec.set("jobs", nodes.into());
            let properties = properties(requests, spec, is_anonymous, false);
            requests.put(&place, Body::of(format!("{file}.json"), properties))
        })
    })
}

/// The body around a component; pipelines say nothing of being archived.
fn properties(requests: &Requests<'_>, spec: Map, is_anonymous: bool, is_leaf: bool) -> Map {
    let mut properties = Map::new();
    properties.put("tags", requests.tags(spec.map("tags")));
    properties.put_some("description", spec.text("description"));
    properties.put("isAnonymous", is_anonymous);
    if is_leaf {
        properties.put("isArchived", false);
    }
    let others = spec.map("properties").cloned().unwrap_or_default();
    properties.put("properties", others).put("componentSpec", spec);
    properties
}

/// Keys of an inline node that its component has.
const OF_COMPONENT: [&str; 25] = [
    "description",
    "tags",
    "code",
    "command",
    "environment",
    "distribution",
    "resources",
    "input_data",
    "mini_batch_size",
    "partition_keys",
    "error_threshold",
    "mini_batch_error_threshold",
    "logging_level",
    "max_concurrency_per_instance",
    "retry_settings",
    "task",
    "entry",
    "py_files",
    "jars",
    "files",
    "archives",
    "conf",
    "args",
    "inputs",
    "outputs",
];

/// Those that the tools leave out of a kind's component.
const UNSAID: [(&str, &[&str]); 2] =
    [("parallel", &["description", "tags"]), ("spark", &["resources"])];

/// The component behind an inline node.
fn anonymous(requests: &mut Requests<'_>, plan: &Plan, step: &Step, inline: &Map) -> Map {
    let mut spec = Map::new();
    spec.put("name", ANONYMOUS).put("version", "1");
    spec.put_some("type", inline.text("type")).put("is_deterministic", true);
    let kind = inline.text("type").unwrap_or_default();
    let unsaid = |key: &str| UNSAID.iter().any(|(of, keys)| *of == kind && keys.contains(&key));
    let said = |key: &str| OF_COMPONENT.contains(&key) && !unsaid(key);
    for entry in inline.0.iter().filter(|entry| said(&entry.key)) {
        let value = match entry.key.as_ref() {
            "inputs" => inputs(plan, step, &entry.value),
            "outputs" => outputs(&entry.value),
            key => member(requests, key, &entry.value),
        };
        if let Some(value) = value {
            spec.put(entry.key.clone(), value);
        }
    }
    with_batches(&mut spec);
    spec.put("_source", "YAML.JOB");
    spec
}

/// A script over mini-batches says how large they are, 0 where nothing is said.
fn with_batches(spec: &mut Map) {
    if spec.text("type") == Some("parallel") && spec.get("mini_batch_size").is_none() {
        spec.put("mini_batch_size", "0");
    }
}

/// The component in a file of ours.
fn from_file(requests: &mut Requests<'_>, doc: &Map) -> Map {
    let mut spec = Map::new();
    for entry in &doc.0 {
        let value = match entry.key.as_ref() {
            "name" => Some(ANONYMOUS.into()),
            "tags" => Some(without_mark(entry.value.as_map()))
                .filter(|tags| !tags.is_empty())
                .map(Doc::from),
            "jobs" => Some(Map::new().into()),
            "inputs" => entry.value.as_map().map(|inputs| declared(inputs).into()),
            key => member(requests, key, &entry.value),
        };
        if let Some(value) = value {
            spec.put(entry.key.clone(), value);
        }
    }
    with_batches(&mut spec);
    if doc.text("type") != Some("pipeline") && spec.get("is_deterministic").is_none() {
        spec.put("is_deterministic", true);
    }
    spec.put("_source", "YAML.COMPONENT");
    spec
}

/// A key of a component; `None` leaves it out.
fn member(requests: &mut Requests<'_>, key: &str, value: &Doc) -> Option<Doc> {
    Some(match key {
        "code" => format!("azureml:{}", requests.code(value.as_text()?)).into(),
        "environment" => requests.environment(value)?.into(),
        "task" => node::task(requests, value.as_map()?).into(),
        "mini_batch_size" => {
            let size = value.as_text()?;
            let left_open = if is_binding(size) { "0" } else { size };
            node::bytes(size).unwrap_or_else(|| left_open.to_owned()).into()
        }
        "error_threshold" | "mini_batch_error_threshold"
            if value.as_text().is_some_and(is_binding) =>
        {
            return None;
        }
        "distribution" => settings::declared_distribution(value.as_map()?).into(),
        "partition_keys" => node::json_list(value)?.into(),
        "resources" => settings::declared_resources(value.as_map()?)?.into(),
        _ => value.clone(),
    })
}

/// Inputs as a component file declares them: numbers and truth values are text.
fn declared(inputs: &Map) -> Map {
    let mut doc = Map::new();
    for entry in &inputs.0 {
        let mut port = Map::new();
        for key in entry.value.as_map().iter().flat_map(|port| &port.0) {
            let value = match key.key.as_ref() {
                "default" | "min" | "max" => text(&key.value).map(Doc::from),
                _ => Some(key.value.clone()),
            };
            port.put(key.key.clone(), value.unwrap_or(Doc::Null));
        }
        doc.put(entry.key.clone(), port);
    }
    doc
}

/// The inputs of an inline node, with the types of the step's.
fn inputs(plan: &Plan, step: &Step, values: &Doc) -> Option<Doc> {
    let mut doc = Map::new();
    for entry in &values.as_map()?.0 {
        let own = step.inputs.iter().find(|input| input.name == entry.key);
        let kind = own.map(|input| input.kind);
        let mut port = port(kind, &entry.value);
        // What says nothing of it arrives as the pipeline's input does.
        let source = own.map(|input| &input.source).filter(|_| port.get("mode").is_none());
        if let Some(Source::Reference(Reference::Parameter(id))) = source {
            port.put_some("mode", plan.parameter(*id).mode.map(Mode::word));
        }
        doc.put(entry.key.clone(), port);
    }
    Some(doc.into())
}

fn port(kind: Option<ValueType>, value: &Doc) -> Map {
    let mut port = Map::new();
    let data = value.as_map();
    let said = data.and_then(|data| data.text("type"));
    port.put_some("type", said.or(kind.map(ValueType::word)));
    port.put_some("mode", data.and_then(|data| data.text("mode")));
    if data.is_none() {
        let literal = text(value).filter(|text| !is_binding(text));
        port.put_some("default", literal);
    }
    port
}

/// The outputs of an inline node: where they go is the node's affair.
fn outputs(values: &Doc) -> Option<Doc> {
    let mut doc = Map::new();
    for entry in &values.as_map()?.0 {
        let mut port = Map::new();
        port.put_some("type", entry.value.as_map()?.text("type"));
        port.put_some("mode", entry.value.as_map()?.text("mode"));
        doc.put(entry.key.clone(), port);
    }
    Some(doc.into())
}
