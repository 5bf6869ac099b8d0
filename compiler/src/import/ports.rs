//! What flows: parameters of the pipeline, and inputs of its steps.

use std::collections::BTreeMap;

use super::context::{Cx, literal, put_claimed};
use super::declared::Declared;
use super::names;
use super::read::{Field, Keys, Node};
use super::scalar::Value;
use super::scope::{Found, Scope, input_kind, word};
use super::{text, values};
use crate::diagnostics::excerpt;
use crate::emit::{Doc, Map};
use crate::spec::decode::NameRule as _;
use crate::spec::ports::LongParameter;
use crate::spec::values::{PortName, value_type};

/// The parameters of a pipeline job (with values) or component (with types and defaults).
/// `values` gives some of them another default.
pub(super) fn parameters(
    cx: &mut Cx<'_>,
    field: Option<Field<'_>>,
    values: Option<Node<'_>>,
) -> Map {
    let mut parameters = Map::new();
    let called = called(field);
    for field in field.iter().flat_map(|field| field.value.fields()) {
        let name = adapted(cx, field, &called);
        if let Some(parameter) = parameter(cx, field.value) {
            let value = values.and_then(|values| values.get(field.name()));
            let parameter = match value {
                Some(value) => with_value(cx, parameter, value),
                None => parameter,
            };
            put_claimed(&mut parameters, name, parameter, field.key.file().claim(&field));
        }
    }
    parameters
}

/// A parameter with the value that a job gives it.
fn with_value(cx: &mut Cx<'_>, parameter: Doc, value: Node<'_>) -> Doc {
    let is_kind = |text: &str| word(text).is_some();
    let mut long = if let Doc::Map(long) = parameter {
        long
    } else {
        let key =
            if matches!(&parameter, Doc::Text(text) if is_kind(text)) { "type" } else { "default" };
        let mut long = Map::new();
        long.put(key, parameter);
        long
    };
    let path = value.get("path").or_else(|| value.get("value"));
    let given = match path {
        Some(path) => address(cx, path),
        None => literal(value.value()),
    };
    let mode = value.get("mode").and_then(|mode| input_mode(cx, mode));
    long.0.retain(|entry| {
        !(entry.key == "default" && given.is_some()
            || entry.key == "mode" && mode.is_some()
            || entry.key == "optional")
    });
    let text = if let Some(Doc::Text(text)) = &given { text.clone() } else { String::new() };
    let is_choice = long.0.iter().any(|entry| matches!(entry.key.as_ref(), "enum" | "pattern"));
    long.put_some("default", given).put_some("mode", mode);
    if path.is_none() && !is_choice {
        any_text(&mut long, &text);
    }
    long.into()
}

/// What those are called whose names are adapted.
pub(super) type Called = BTreeMap<String, String>;

pub(super) fn called(field: Option<Field<'_>>) -> Called {
    let fields = field.map(|field| field.value.fields()).unwrap_or_default();
    names::unique(fields.iter().map(Field::name), names::port)
}

/// The name that the language takes.
pub(super) fn adapted(cx: &mut Cx<'_>, field: Field<'_>, called: &Called) -> String {
    let known = called.get(field.name()).cloned();
    let name = known.unwrap_or_else(|| field.name().to_owned());
    if name != field.name() {
        cx.changed(field.key.span(), format!("`{}` is called `{name}` in the spec", field.name()));
    }
    name
}

fn parameter(cx: &mut Cx<'_>, node: Node<'_>) -> Option<Doc> {
    if let Some(value) = node.get("value") {
        cx.finish(&Keys::without(node, &["value", "type"]), "an input of the pipeline");
        return mistaken(cx, value).or_else(|| parameter(cx, value));
    }
    if node.is_map() {
        return Some(long_parameter(cx, node));
    }
    let value = literal(node.value())?;
    let text = node.text().unwrap_or("");
    if node.value() == Value::Text("") {
        let message = "Azure ML's tools drop an empty text; in the spec the value is optional";
        cx.changed(node.span(), message);
        let mut long = Map::new();
        long.put("type", "string").put("optional", true);
        return Some(long.into());
    }
    let is_text = matches!(node.value(), Value::Text(_));
    if !is_text || word(text).is_none() && is_safe(text) {
        return Some(value);
    }
    let mut long = Map::new();
    long.put("type", "string").put("default", value);
    any_text(&mut long, text);
    Some(long.into())
}

/// What Azure ML's tools make of a number in `{ value: … }`, if that is another one.
fn mistaken(cx: &mut Cx<'_>, node: Node<'_>) -> Option<Doc> {
    let value: Doc = match node.value() {
        Value::Integer(0) => false.into(),
        Value::Integer(1) => true.into(),
        Value::Float(text) => {
            text.split(['.', 'e', 'E']).next()?.parse::<i64>().unwrap_or(0).into()
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Text(_)
        | Value::List
        | Value::Map => {
            return None;
        }
    };
    let message = "Azure ML's tools take only whole numbers above 1 behind `value`, and read another value here; so does the spec";
    cx.changed(node.span(), message);
    Some(value)
}

/// Whether a parameter takes a text without a pattern of its own.
pub(super) fn is_safe(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:/@=+-".contains(&byte))
}

fn any_text(long: &mut Map, default: &str) {
    if !is_safe(default) {
        long.put("pattern", if default.contains('\n') { "(.|[[:space:]])*" } else { ".*" });
    }
}

fn long_parameter(cx: &mut Cx<'_>, node: Node<'_>) -> Doc {
    let keys = Keys::of(node);
    let kind = input_kind(node);
    keys.take("type");
    let data = value_is_data(kind);
    let default = keys.take("path").or_else(|| keys.take("default"));
    let description = cx.plain(keys.take("description"));
    let value = default.and_then(|field| {
        if data { address(cx, field.value) } else { literal(field.value.value()) }
    });
    let mut long = Map::new();
    long.put("type", kind);
    let text = match &value {
        Some(Doc::Text(text)) => text.clone(),
        _ => String::new(),
    };
    long.put_some("default", value);
    long.put_some("description", description);
    for key in ["min", "max", "enum", "optional", "mode"] {
        let Some(field) = keys.take(key).filter(|_| LongParameter::KEYS.contains(&key)) else {
            continue;
        };
        if key == "optional" && default.is_some() {
            let message =
                "with a default it always has a value, so that the spec does not call it optional";
            cx.changed(field.key.span(), message);
        } else {
            long.put(key, super::context::copied(field.value));
        }
    }
    if keys.node.get("enum").is_none() {
        any_text(&mut long, &text);
    }
    cx.finish(&keys, "an input of the pipeline");
    // The type alone is the short form of a parameter that must be bound.
    if long.0.len() == 1 { kind.into() } else { long.into() }
}

pub(super) fn value_is_data(kind: &str) -> bool {
    !matches!(kind, "string" | "number" | "integer" | "boolean")
}

/// Data: an address as it is, a path from the spec on.
pub(super) fn address(cx: &mut Cx<'_>, node: Node<'_>) -> Option<Doc> {
    let text = node.text()?;
    let own = ["azureml:", "https://", "http://", "wasbs://", "abfss://", "adl://"];
    if own.iter().any(|scheme| text.starts_with(scheme)) {
        return Some(text.into());
    }
    cx.path(node).map(Doc::from)
}

/// The inputs of a step.
#[derive(Default)]
pub(super) struct Inputs {
    /// Those that need a name, a type or a mode of their own.
    pub(super) declared: Map,
    /// The path by which a command refers to each, by its name in the file.
    pub(super) paths: BTreeMap<String, String>,
    called: Called,
}

impl Inputs {
    /// What an input is called in the spec.
    pub(super) fn name(&self, input: &str) -> String {
        self.called.get(input).map_or(input, String::as_str).to_owned()
    }
}

/// What is known of the inputs that a node binds.
pub(super) struct Bindings<'a> {
    /// Whether the command itself refers to an input.
    pub(super) used: &'a dyn Fn(&str) -> bool,
    /// The inputs that a component file declares.
    pub(super) declared: Option<&'a BTreeMap<String, Declared>>,
    /// Whether the node runs a component, whose inputs have their types elsewhere.
    pub(super) component: bool,
    /// Whether no shell reads the arguments, which are cut at blanks.
    pub(super) split: bool,
    /// Whether these arguments have quotes, so that the spec hands them on as they are.
    pub(super) quoted: bool,
}

impl<'a> Bindings<'a> {
    /// Those of a node with a command of its own.
    pub(super) fn of(used: &'a dyn Fn(&str) -> bool) -> Self {
        Self { used, declared: None, component: false, split: false, quoted: false }
    }

    /// Those of a node whose arguments no shell reads.
    pub(super) fn split(used: &'a dyn Fn(&str) -> bool, arguments: &str) -> Self {
        let quoted = text::parts(arguments).iter().any(|part| match part {
            text::Part::Literal(text) => super::parallel::has_quotes(text),
            text::Part::Expression(_) => false,
        });
        Self { split: true, quoted, ..Self::of(used) }
    }
}

/// The inputs of a step. One that only hands a value on under the name that the compiler would give
/// it is left to the reference in the command, if there is one.
pub(super) fn inputs(
    cx: &mut Cx<'_>,
    scope: &Scope<'_>,
    field: Option<Field<'_>>,
    bindings: &Bindings<'_>,
) -> Inputs {
    // A component has names of its own.
    let called = if bindings.component { Called::new() } else { called(field) };
    let mut inputs = Inputs { called, ..Inputs::default() };
    for field in field.iter().flat_map(|field| field.value.fields()) {
        if bindings.component && !has_name(cx, field, "input") {
            continue;
        }
        let Some(takes) = takes(cx, field, bindings) else { continue };
        let Some(bound) = bound(cx, scope, field.value, takes) else { continue };
        let used = (bindings.used)(field.name());
        let path = match bound {
            Bound::Same { path, by_itself } if by_itself == field.name() && used => path,
            Bound::Same { path, .. } => {
                let source = format!("${{{{ {path} }}}}").into();
                declare(cx, &mut inputs, field, source)
            }
            Bound::Doc(doc) => declare(cx, &mut inputs, field, doc),
        };
        inputs.paths.insert(field.name().to_owned(), path);
    }
    inputs
}

/// What takes an input; `None` when nothing does, and the input is left out.
fn takes<'a>(cx: &mut Cx<'_>, field: Field<'_>, bindings: &Bindings<'a>) -> Option<Takes<'a>> {
    let Some(declared) = bindings.declared else {
        return Some(if bindings.component {
            Takes::Unknown
        } else {
            Takes::Anything { split: bindings.split, quoted: bindings.quoted }
        });
    };
    let found = declared.get(field.name());
    if found.is_none() {
        let name = excerpt(field.name());
        let message = format!(
            "the component has no input `{name}`; Azure ML's tools drop it, and so does the spec"
        );
        cx.changed(field.key.span(), message);
    }
    found.map(Takes::Input)
}

/// Whether a spec can name a port of a component; what it cannot name is lost.
pub(super) fn has_name(cx: &mut Cx<'_>, field: Field<'_>, what: &str) -> bool {
    let has = PortName::allows(field.name());
    if !has {
        let message = format!(
            "a spec cannot name the component's {what} `{}`: names are letters, digits and single `_`",
            excerpt(field.name())
        );
        cx.lost(field.key.span(), message);
    }
    has
}

fn declare(cx: &mut Cx<'_>, inputs: &mut Inputs, field: Field<'_>, doc: Doc) -> String {
    let name = adapted(cx, field, &inputs.called);
    let path = format!("inputs.{name}");
    put_claimed(&mut inputs.declared, name, doc, field.key.file().claim(&field));
    path
}

/// What takes the value of an input.
#[derive(Clone, Copy)]
enum Takes<'a> {
    /// A command of the node's own.
    Anything {
        /// Whether its arguments are cut at blanks.
        split: bool,
        /// Whether they have quotes of their own.
        quoted: bool,
    },
    /// A component that nobody can look into.
    Unknown,
    /// An input of a component.
    Input(&'a Declared),
}

impl Takes<'_> {
    /// Remembers values that a command gets.
    fn note(self, scope: &Scope<'_>, inner: &str) {
        if let Self::Anything { split, .. } = self {
            scope.pastes(inner, split);
        }
    }

    /// Whether the language proves this type right.
    fn takes(self, kind: &str) -> bool {
        match self {
            Self::Anything { .. } | Self::Unknown => true,
            Self::Input(input) => value_type(kind).is_some_and(|kind| input.kind.takes(kind)),
        }
    }

    /// Whether the language proves what a reference may hold right: a parameter has no rule in the
    /// original.
    fn takes_from(self, found: &Found) -> bool {
        self.takes(found.kind) && (self.is_free() || !found.path.starts_with("parameters."))
    }

    /// Whether it takes every value of its type.
    fn is_free(self) -> bool {
        match self {
            Self::Anything { .. } | Self::Unknown => true,
            Self::Input(input) => input.is_free(),
        }
    }
}

enum Bound {
    /// The value of a reference, and nothing is said of it; the name that its input has by itself.
    Same { path: String, by_itself: String },
    /// Anything else.
    Doc(Doc),
}

fn bound(cx: &mut Cx<'_>, scope: &Scope<'_>, node: Node<'_>, takes: Takes<'_>) -> Option<Bound> {
    if node.is_map() {
        return bound_map(cx, scope, node, takes);
    }
    let Value::Text(text) = node.value() else {
        let bound = value(node, takes);
        if bound.is_none() {
            cx.wrong(node.span(), "an input is a value, a reference, or a map");
        }
        return bound;
    };
    let Some(inner) = text::whole(text) else {
        if text.contains("${{") {
            let text = scope.text(cx, node)?;
            return Some(Bound::Doc(if takes.is_free() { text.into() } else { unchecked(text) }));
        }
        if let Takes::Anything { split: true, quoted: false } = takes {
            values::cut(cx, text, node.span());
        }
        return value(node, takes);
    };
    let found = scope.find(cx, inner, node.span())?;
    takes.note(scope, inner);
    if takes.takes_from(&found) {
        return Some(Bound::Same { path: found.path, by_itself: found.name });
    }
    Some(Bound::Doc(unchecked(format!("${{{{ {} }}}}", found.path))))
}

/// A value that stands at the input.
fn value(node: Node<'_>, takes: Takes<'_>) -> Option<Bound> {
    let Takes::Input(declared) = takes else { return literal(node.value()).map(Bound::Doc) };
    let (doc, fits) = declared.bind(node.value())?;
    Some(Bound::Doc(if fits { doc } else { unchecked(doc) }))
}

fn unchecked(from: impl Into<Doc>) -> Doc {
    let mut long = Map::new();
    long.put("from", from).put("unchecked", true);
    long.into()
}

/// How data arrive; a spec writes to outputs alone.
fn input_mode(cx: &mut Cx<'_>, mode: Node<'_>) -> Option<String> {
    let text = mode.text()?;
    if matches!(text, "rw_mount" | "upload") {
        let message = format!("an input is only read in a spec, and has no mode `{text}`");
        cx.lost(mode.span(), message);
        return None;
    }
    Some(text.to_owned())
}

fn bound_map(
    cx: &mut Cx<'_>,
    scope: &Scope<'_>,
    node: Node<'_>,
    takes: Takes<'_>,
) -> Option<Bound> {
    let keys = Keys::of(node);
    let kind = input_kind(node);
    keys.take("type");
    let mode = keys.take("mode").and_then(|field| input_mode(cx, field.value));
    let Some(source) = keys.take("path").or_else(|| keys.take("value")) else {
        cx.wrong(node.span(), "this input has no `path`");
        return None;
    };
    cx.finish(&keys, "an input of a step");
    let mut long = Map::new();
    let unchecked = if let Some(inner) = source.value.text().and_then(text::whole) {
        let found = scope.find(cx, inner, source.value.span())?;
        takes.note(scope, inner);
        // The type of a reference to a component's input goes nowhere.
        let same = found.kind == kind || !matches!(takes, Takes::Anything { .. }) && mode.is_none();
        let proven = takes.takes_from(&found);
        if same && proven && mode.is_none() {
            return Some(Bound::Same { path: found.path, by_itself: found.name });
        }
        long.put("from", format!("${{{{ {} }}}}", found.path));
        if !same {
            long.put("type", kind);
        }
        let said = value_type(kind).zip(value_type(found.kind));
        !proven || !same && said.is_some_and(|(kind, found)| !kind.takes(found))
    } else {
        long.put("from", address(cx, source.value)?).put("type", kind);
        !takes.takes(kind)
    };
    if unchecked {
        long.put("unchecked", true);
    }
    long.put_some("mode", mode);
    Some(Bound::Doc(long.into()))
}
