//! What the expressions of a script stand for, as far as pipelines need to know.

use std::collections::BTreeMap;

use crate::diagnostics::{Diagnostic, IMPORT_CHANGE, NOT_IMPORTED};
use crate::source::Span;

/// Index of an object in [`Program::objects`].
pub(super) type ObjectId = usize;

/// What an expression stands for.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value {
    /// A string.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Another number, as it was written.
    Number(String),
    /// `True`, `False`.
    Bool(bool),
    /// `None`.
    Nothing,
    /// A list or tuple.
    List(Vec<Value>),
    /// A dictionary with keys of text.
    Dict(Vec<(String, Value)>),
    /// What a call gave.
    Object(ObjectId),
    /// A dotted name that nothing was assigned to, without its module.
    Path(String),
    /// An attribute of something, or an item of it (`[key]`).
    Part(Box<Value>, String),
    /// An environment variable of the script, and what holds without it.
    Variable(String, Option<Box<Value>>),
    /// A function of the script.
    Function(usize),
    /// Something else.
    Unknown,
}

impl Value {
    /// The text, if it is one; of a variable its default.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Variable(_, Some(default)) => default.text(),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Variable(_, Some(default)) => default.integer(),
            _ => None,
        }
    }

    /// The values of a list; one value counts as a list of one.
    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            Self::Nothing => &[],
            other => std::slice::from_ref(other),
        }
    }
}

/// What a call gave: its arguments, and what was set on it later.
#[derive(Debug)]
pub(super) struct Object {
    /// The class or function, without its module: `PythonScriptStep`, `Schedule.create`; of a method
    /// its name alone.
    pub(super) class: String,
    /// What a method was called on.
    pub(super) receiver: Option<Value>,
    /// Arguments by position.
    pub(super) arguments: Vec<Value>,
    /// Arguments by name.
    pub(super) named: Vec<(String, Value, Span)>,
    /// The whole call.
    pub(super) span: Span,
    /// The first variable that it was assigned to.
    pub(super) variable: Option<String>,
    /// Attributes that were set later, by dotted path.
    pub(super) fields: Vec<(String, Value, Span)>,
}

impl Object {
    /// An argument by name, else by position.
    pub(super) fn argument(&self, name: &str, position: usize) -> Option<&Value> {
        let named = self.named.iter().find(|(known, ..)| known == name).map(|(_, value, _)| value);
        let value = named.or_else(|| self.arguments.get(position));
        value.filter(|value| **value != Value::Nothing)
    }

    /// An argument that is only taken by name.
    pub(super) fn keyword(&self, name: &str) -> Option<&Value> {
        self.argument(name, usize::MAX)
    }

    /// The place of a named argument; else of the call.
    pub(super) fn place(&self, name: &str) -> Span {
        let named = self.named.iter().find(|(known, ..)| known == name);
        named.map_or(self.span, |(.., span)| *span)
    }

    /// An attribute that was set last.
    pub(super) fn field(&self, path: &str) -> Option<&Value> {
        let found = self.fields.iter().rev().find(|(known, ..)| known == path);
        found.map(|(_, value, _)| value)
    }
}

/// What running a script would have made, in order.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) objects: Vec<Object>,
    /// Calls of methods, by the object that they were called on.
    pub(super) calls: BTreeMap<ObjectId, Vec<ObjectId>>,
    /// The places of the items of lists that stand in a call, by where their argument starts.
    pub(super) elements: BTreeMap<u32, Vec<Span>>,
    /// Whether it is for version 2 of the SDK.
    pub(super) version_2: bool,
    /// Whether it has classes of its own, which are not followed.
    pub(super) has_class: bool,
    /// What was not understood.
    pub(super) remarks: Remarks,
    /// Why nothing is made of the script.
    pub(super) refused: Option<Diagnostic>,
}

impl Program {
    /// The object behind a value.
    pub(super) fn object(&self, value: &Value) -> Option<(ObjectId, &Object)> {
        match value {
            Value::Object(id) => Some((*id, &self.objects[*id])),
            _ => None,
        }
    }

    /// All objects of a class, in order.
    pub(super) fn of_class<'a>(
        &'a self,
        class: &'a str,
    ) -> impl Iterator<Item = (ObjectId, &'a Object)> {
        self.objects.iter().enumerate().filter(move |(_, object)| object.class == class)
    }

    /// The pipeline behind a value: itself, what it was published as, or the id of that.
    pub(super) fn pipeline_of(&self, value: &Value) -> Option<ObjectId> {
        let mut value = value;
        for _ in 0..4 {
            match value {
                Value::Part(holder, _) => value = holder,
                Value::Object(id) if self.objects[*id].class == "Pipeline" => return Some(*id),
                Value::Object(id) if self.objects[*id].class == "PipelineEndpoint.publish" => {
                    value = self.objects[*id].keyword("pipeline")?;
                }
                Value::Object(id) => value = self.objects[*id].receiver.as_ref()?,
                _ => return None,
            }
        }
        None
    }

    /// The call that publishes an endpoint for a pipeline.
    pub(super) fn endpoint(&self, pipeline: ObjectId) -> Option<&Object> {
        let mut calls = self.of_class("PipelineEndpoint.publish").map(|(_, call)| call);
        calls.find(|call| self.concerns(call, "pipeline", pipeline))
    }

    /// Whether a call may concern a pipeline, by the argument that names it.
    pub(super) fn concerns(&self, call: &Object, key: &str, pipeline: ObjectId) -> bool {
        let named = call.keyword(key).and_then(|value| self.pipeline_of(value));
        named.is_none_or(|named| named == pipeline)
    }

    /// The default of an option that `parse_args` read.
    pub(super) fn option(&self, parsed: &Object, name: &str) -> Option<Value> {
        if parsed.class != "parse_args" {
            return None;
        }
        let declared = |it: &&Object| {
            let written = it.arguments.iter().filter_map(Value::text);
            let mut names = written.map(|text| text.trim_start_matches('-').replace('-', "_"));
            it.receiver == parsed.receiver && names.any(|known| known == name)
        };
        let mut options = self.of_class("add_argument").map(|(_, it)| it);
        let default = options.find(declared)?.keyword("default").cloned();
        default.map(|default| Value::Variable(format!("--{name}"), Some(Box::new(default))))
    }

    /// Calls of a method of an object.
    pub(super) fn methods<'a>(
        &'a self,
        of: ObjectId,
        name: &'a str,
    ) -> impl Iterator<Item = &'a Object> {
        let calls = self.calls.get(&of).into_iter().flatten();
        calls.map(|call| &self.objects[*call]).filter(move |object| object.class == name)
    }
}

/// What is said about a script.
#[derive(Debug, Default)]
pub(super) struct Remarks(pub(super) Vec<Diagnostic>);

impl Remarks {
    /// Says that something has no counterpart, or was not understood.
    pub(super) fn lost(&mut self, at: Span, message: impl Into<String>, help: &str) {
        self.0.push(Diagnostic::new(&NOT_IMPORTED, at, message).help(help));
    }

    /// Says that a variable is its default, once.
    pub(super) fn baked(&mut self, at: Span, name: &str) {
        let message = format!(
            "the script reads the variable `{name}` when it runs; the spec has its default"
        );
        if self.0.iter().all(|it| it.message != message) {
            let help =
                "make it a parameter, or refer to a variable of the pipeline: `${{ variables.X }}`";
            self.doubt(at, message, help);
        }
    }

    /// Says what to look at again.
    pub(super) fn doubt(&mut self, at: Span, message: impl Into<String>, help: &str) {
        self.0.push(Diagnostic::new(&IMPORT_CHANGE, at, message).help(help));
    }
}
