//! Component files of the author's, as far as they can be said without Azure ML's own tools.

use super::requests::Requests;
use super::{component, node};
use crate::emit::{Doc, Map};
use crate::plan::{
    ComponentBody, ComponentPart, ComponentPlace, ComponentUse, Field, Fields, Step, Task,
};
use crate::source::folder_of;

/// A component file.
pub(super) struct Author<'a> {
    /// Its root-relative path.
    pub(super) path: &'a str,
    /// What it says.
    pub(super) doc: Map,
    /// What its nodes run.
    parts: &'a [ComponentPart],
}

impl<'a> Author<'a> {
    /// The file that a step runs, or whose component it tries.
    pub(super) fn of(step: &'a Step) -> Option<Self> {
        let used: &ComponentUse = match &step.task {
            Task::Component(used) => used,
            Task::Native(native) => native.component()?,
            Task::Command(_) | Task::FanOut(_) | Task::Own(_) => return None,
        };
        let (ComponentPlace::File(path), Some(body)) = (&used.component, &used.body) else {
            return None;
        };
        Some(Self::new(path, body))
    }

    fn new(path: &'a str, body: &'a ComponentBody) -> Self {
        Self { path, doc: fields(&body.fields), parts: &body.parts }
    }

    /// Adds to a node what its component says.
    pub(super) fn copy(&self, requests: &mut Requests<'_>, kind: &str, node: &mut Map) {
        let copied = COPIED.iter().find(|(known, _)| *known == kind);
        for key in copied.map_or(&[][..], |(_, keys)| keys) {
            let Some(value) = self.doc.get(key).filter(|_| node.get(key).is_none()) else {
                continue;
            };
            let folder = folder_of(self.path).to_owned();
            let member = requests
                .below(folder, |requests| node::member(requests, (false, kind), key, value));
            if let Some((key, value)) = member {
                node.put(key, value);
            }
        }
    }

    /// The nodes of a pipeline, whose components are registered first.
    pub(super) fn nodes(&self, requests: &mut Requests<'_>) -> Map {
        let mut all = Map::new();
        for entry in self.doc.map("jobs").iter().flat_map(|jobs| &jobs.0) {
            if let Doc::Map(doc) = &entry.value {
                all.put(entry.key.clone(), self.node(requests, &entry.key, doc));
            }
        }
        all
    }

    fn node(&self, requests: &mut Requests<'_>, name: &str, doc: &Map) -> Map {
        let kind = doc.text("type").unwrap_or("command");
        let part = self.parts.iter().find(|part| part.node == name);
        let part = part.map(|part| Author::new(&part.path, &part.body));
        let (source, id) = match &part {
            Some(part) => ("YAML.COMPONENT", component::of_author(requests, part)),
            None => node::registered(requests, doc.text("component").unwrap_or_default()),
        };
        let mut node = Map::new();
        node.put("name", name.to_owned()).put("type", kind);
        node.put("_source", source).put("componentId", id);
        for entry in &doc.0 {
            if let Some((key, value)) =
                node::member(requests, (false, kind), &entry.key, &entry.value)
            {
                node.put(key, value);
            }
        }
        if let Some(part) = part {
            part.copy(requests, kind, &mut node);
        }
        node::spark_identity(kind, doc, &mut node);
        node
    }
}

fn fields(fields: &Fields) -> Map {
    let mut doc = Map::new();
    for (key, held) in &fields.0 {
        doc.put(key.clone(), field(held));
    }
    doc
}

fn field(held: &Field) -> Doc {
    match held {
        Field::Text(text) => text.into(),
        Field::Integer(number) => (*number).into(),
        Field::Number(spelling) => Doc::Number(spelling.clone()),
        Field::Boolean(value) => (*value).into(),
        Field::List(items) => Doc::List(items.iter().map(field).collect()),
        Field::Map(inner) => fields(inner).into(),
        // A component file holds nothing of a plan.
        Field::Setting(_) | Field::Input(_) | Field::Script(_) => Doc::Null,
    }
}

/// What Azure ML's tools write into a node too, when its component says it and the node does not.
const COPIED: [(&str, &[&str]); 3] = [
    ("command", &["resources", "distribution"]),
    (
        "parallel",
        &[
            "resources",
            "task",
            "input_data",
            "mini_batch_size",
            "partition_keys",
            "mini_batch_error_threshold",
            "max_concurrency_per_instance",
            "retry_settings",
        ],
    ),
    ("spark", &["entry", "py_files", "jars", "files", "archives", "conf", "args"]),
];
