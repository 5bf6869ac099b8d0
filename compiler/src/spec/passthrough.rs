//! `passthrough`: keys that only one platform has, handed on as they are.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Cx, Decode};
use super::record::record;
use super::values;
use crate::plan::{Data, Scalar};
use crate::source::Spanned;
use crate::syntax::{Kind, NodeId, Style};

record! {
    /// Keys that only one platform has. Each must be one that the platform knows at that place, and
    /// none that is written there already; their values are copied, with expressions of the platform
    /// in them.
    ///
    /// ```yaml
    /// github: { continue-on-error: true }
    /// azure_pipelines: { continueOnError: true }
    /// ```
    PassthroughSpec as "what is passed through" {
        /// Keys of GitHub Actions.
        opt github = "github": Keys,
        /// Keys of Azure Pipelines.
        opt azure_pipelines = "azure_pipelines": Keys,
    }
    later { "azureml" }
}

/// Keys of a platform, with their values.
#[derive(Clone, Debug)]
pub struct Keys(pub Vec<(Spanned<String>, Spanned<Data>)>);

impl Decode for Keys {
    const EXPECTED: &'static str = "a map of keys of the platform";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let mut keys = Vec::new();
        for entry in cx.entries(node, Self::EXPECTED)? {
            let (name, _) = cx.scalar(entry.key, "a key")?;
            let name = Spanned::new(name.to_owned(), cx.span(entry.key));
            keys.push((name, Spanned::new(data(cx, entry.value), cx.span(entry.value))));
        }
        Some(Self(keys))
    }
}

/// A value as it is.
fn data(cx: &Cx<'_, '_>, node: NodeId) -> Data {
    match cx.tree.kind(node) {
        _ if cx.is_nothing(node) => Data::Null,
        Kind::Null => Data::Null,
        Kind::Scalar(scalar) => {
            Data::Scalar(values::resolve(scalar.text, scalar.style != Style::Plain))
        }
        Kind::List(items) => Data::List(items.iter().map(|item| data(cx, *item)).collect()),
        Kind::Map(entries) => {
            let key = |key| cx.tree.text_of(key).to_owned();
            let each = entries.iter().map(|entry| (key(entry.key), data(cx, entry.value)));
            Data::Map(each.collect())
        }
    }
}

impl JsonSchema for Keys {
    fn schema_name() -> Cow<'static, str> {
        "PlatformKeys".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object" })
    }
}

/// A shape that a platform takes for a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// `true` or `false`, or an expression.
    Truth,
    /// A whole number, or an expression.
    Number,
    /// A text.
    Text,
    /// A map.
    Map,
    /// A text, or a map.
    TextOrMap,
    /// A list of texts.
    Texts,
}

impl Shape {
    /// Whether a value has it.
    pub fn takes(self, data: &Data) -> bool {
        let is_expression = |text: &str| text.contains("${{") || text.starts_with("$[");
        match (self, data) {
            (Self::Truth, Data::Scalar(Scalar::Boolean(_)))
            | (Self::Number, Data::Scalar(Scalar::Integer(_)))
            | (Self::Text | Self::TextOrMap, Data::Scalar(Scalar::Text(_)))
            | (Self::Map | Self::TextOrMap, Data::Map(_)) => true,
            (Self::Truth | Self::Number, Data::Scalar(Scalar::Text(text))) => is_expression(text),
            (Self::Texts, Data::List(items)) => {
                let is_text = |item: &Data| matches!(item, Data::Scalar(Scalar::Text(_)));
                !items.is_empty() && items.iter().all(is_text)
            }
            _ => false,
        }
    }

    /// The shape in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Truth => "true, false or an expression",
            Self::Number => "a whole number or an expression",
            Self::Text => "text",
            Self::Map => "a map",
            Self::TextOrMap => "text or a map",
            Self::Texts => "a list of texts",
        }
    }
}

/// What a platform knows at a place: the keys that may be passed through, and those that stand there
/// already, with what says them in a spec.
#[derive(Clone, Copy, Debug)]
pub struct Position {
    /// The place, for messages.
    pub what: &'static str,
    /// Keys that may be passed through.
    pub free: &'static [(&'static str, Shape)],
    /// Keys that are written, and ours for them.
    pub ours: &'static [(&'static str, &'static str)],
}

/// The file of a workflow on GitHub.
pub const GITHUB_FILE: Position = Position {
    what: "a workflow of GitHub",
    free: &[("run-name", Shape::Text)],
    ours: &[
        ("name", "display_name"),
        ("on", "triggers"),
        ("permissions", "permissions"),
        ("env", "env"),
        ("defaults", "defaults"),
        ("concurrency", "concurrency"),
        ("jobs", "steps"),
    ],
};

/// A job on GitHub.
pub const GITHUB_JOB: Position = Position {
    what: "a job of GitHub",
    free: &[
        ("concurrency", Shape::TextOrMap),
        ("continue-on-error", Shape::Truth),
        ("snapshot", Shape::TextOrMap),
    ],
    ours: &[
        ("name", "display_name"),
        ("if", "when"),
        ("needs", "needs"),
        ("runs-on", "runner"),
        ("timeout-minutes", "timeout"),
        ("environment", "ci_environment"),
        ("permissions", "permissions"),
        ("strategy", "matrix"),
        ("container", "container"),
        ("services", "services"),
        ("outputs", "outputs"),
        ("env", "env"),
        ("defaults", "working_dir"),
        ("steps", "run"),
        ("uses", "run"),
        ("with", "inputs"),
        ("secrets", "env"),
    ],
};

/// The file of a pipeline on Azure Pipelines.
pub const AZURE_PIPELINES_FILE: Position = Position {
    what: "a file of Azure Pipelines",
    free: &[("appendCommitMessageToRunName", Shape::Truth)],
    ours: &[
        ("name", "display_name"),
        ("trigger", "triggers"),
        ("pr", "triggers"),
        ("schedules", "triggers"),
        ("lockBehavior", "concurrency"),
        ("parameters", "parameters"),
        ("resources", "container"),
        ("variables", "variable_groups"),
        ("pool", "runner"),
        ("stages", "steps"),
        ("jobs", "steps"),
        ("steps", "steps"),
    ],
};

/// A job on Azure Pipelines.
pub const AZURE_PIPELINES_JOB: Position = Position {
    what: "a job of Azure Pipelines",
    free: &[
        ("cancelTimeoutInMinutes", Shape::Number),
        ("continueOnError", Shape::Truth),
        ("templateContext", Shape::Map),
        ("uses", Shape::Map),
    ],
    ours: &[
        ("displayName", "display_name"),
        ("dependsOn", "needs"),
        ("condition", "when"),
        ("timeoutInMinutes", "timeout"),
        ("strategy", "matrix"),
        ("pool", "runner"),
        ("workspace", "runner"),
        ("container", "container"),
        ("services", "services"),
        ("variables", "env"),
        ("environment", "ci_environment"),
        ("steps", "run"),
    ],
};

/// A pull request on GitHub.
pub const GITHUB_PULL_REQUEST: Position = Position {
    what: "a pull request of GitHub",
    free: &[("types", Shape::Texts)],
    ours: &[("branches", "branches"), ("paths", "paths")],
};

/// Every other trigger on GitHub.
pub const GITHUB_TRIGGER: Position = Position {
    what: "this trigger of GitHub",
    free: &[],
    ours: &[("branches", "branches"), ("tags", "tags"), ("paths", "paths"), ("cron", "cron")],
};

/// A push on Azure Pipelines.
pub const AZURE_PIPELINES_PUSH: Position = Position {
    what: "a push of Azure Pipelines",
    free: &[("batch", Shape::Truth)],
    ours: &[("branches", "branches"), ("tags", "tags"), ("paths", "paths")],
};

/// Every other trigger on Azure Pipelines.
pub const AZURE_PIPELINES_TRIGGER: Position = Position {
    what: "this trigger of Azure Pipelines",
    free: &[],
    ours: &[
        ("branches", "branches"),
        ("paths", "paths"),
        ("drafts", "drafts"),
        ("autoCancel", "concurrency"),
        ("cron", "cron"),
        ("displayName", "schedule"),
        ("always", "schedule"),
    ],
};
