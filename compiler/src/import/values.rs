//! Texts that a spec does not take as Azure ML does: what commands get, and what parameters allow.

use std::collections::BTreeMap;

use super::context::Cx;
use super::ports::{is_safe, value_is_data};
use super::read::{Field, Node};
use super::scalar::Value;
use super::scope::{Scope, input_kind};
use super::text;
use crate::diagnostics::excerpt;
use crate::emit::{Doc, Map};
use crate::source::Span;

/// A text that a trigger gives to a parameter.
pub(super) struct Given {
    /// The input's name in the file.
    pub(super) input: String,
    pub(super) text: String,
    pub(super) at: Span,
}

/// Says which texts cannot be handed to the commands that get them: a spec refuses them.
pub(super) fn pasted(
    cx: &mut Cx<'_>,
    scope: &Scope<'_>,
    values: Option<Node<'_>>,
    given: &[Given],
) {
    let pasted = scope.pasted.borrow();
    for (input, split) in pasted.iter() {
        let declared = scope.inputs.and_then(|inputs| inputs.get(input));
        let value = values.and_then(|values| values.get(input)).or(declared);
        if let Some((text, at)) = value.and_then(text_of) {
            pasteable(cx, text, *split, at);
        }
        for Given { text, at, .. } in given.iter().filter(|given| given.input == *input) {
            pasteable(cx, text, *split, *at);
        }
    }
}

/// The text that an input has by itself.
fn text_of(input: Node<'_>) -> Option<(&str, Span)> {
    let inner = input.get("default").or_else(|| input.get("value")).unwrap_or(input);
    let is_text = matches!(inner.value(), Value::Text(_)) && !value_is_data(input_kind(input));
    inner.text().filter(|_| is_text).map(|text| (text, inner.span()))
}

fn pasteable(cx: &mut Cx<'_>, text: &str, split: bool, at: Span) {
    if text.contains(['\'', '"', '$', '`', '\\']) || text.chars().any(char::is_control) {
        cx.lost(
            at,
            "Azure ML pastes this text into a command line; a spec refuses quotes, `$`, backticks, backslashes and control characters there",
        );
    } else if split {
        cut(cx, text, at);
    }
}

/// Says that a text would be several arguments.
pub(super) fn cut(cx: &mut Cx<'_>, text: &str, at: Span) {
    if text.contains(char::is_whitespace) {
        cx.lost(
            at,
            "Azure ML cuts the arguments of such a node at blanks; a spec refuses blanks in this text",
        );
    }
}

/// What Azure ML fills into texts beside values that flow.
const FILLED: [&str; 3] = ["name", "output_name", "default_datastore"];

/// Says which expressions Azure ML does not know: they are text, and a spec would read them.
pub(super) fn foreign(cx: &mut Cx<'_>, node: Node<'_>) {
    for inner in node.items().into_iter().filter(|_| !node.is_scalar()) {
        foreign(cx, inner);
    }
    for field in node.fields() {
        foreign(cx, field.value);
    }
    for part in node.text().map(text::parts).unwrap_or_default() {
        let text::Part::Expression(inner) = part else { continue };
        let known = text::path(inner) != text::Path::Other
            || inner.starts_with("search_space.")
            || FILLED.contains(&inner);
        if !known && !cx.sink.is_full() && !cx.sink.refuses(node.span()) {
            let message = format!(
                "Azure ML knows no `{}`, and a spec cannot say `${{{{` as text",
                excerpt(inner)
            );
            cx.lost(node.span(), message);
        }
    }
}

/// Says which parameters take fewer texts than Azure ML does.
pub(super) fn narrowed(
    cx: &mut Cx<'_>,
    inputs: Option<Field<'_>>,
    parameters: &Map,
    called: &BTreeMap<String, String>,
) {
    let fields = inputs.map(|inputs| inputs.value.fields()).unwrap_or_default();
    let narrow = |field: &Field<'_>| {
        let name = called.get(field.name()).map_or(field.name(), String::as_str);
        let entry = parameters.0.iter().find(|entry| entry.key == name);
        input_kind(field.value) == "string" && entry.is_some_and(|entry| !is_wide(&entry.value))
    };
    let fields: Vec<Field<'_>> = fields.into_iter().filter(narrow).collect();
    let Some(first) = fields.first() else { return };
    let names: Vec<String> = fields.iter().map(|field| format!("`{}`", field.name())).collect();
    let message = format!(
        "Azure ML takes any text for {}; in the spec these are letters, digits and . _ : / @ = + - unless a `pattern` says otherwise",
        names.join(", ")
    );
    cx.changed(first.key.span(), message);
}

fn is_wide(parameter: &Doc) -> bool {
    let Doc::Map(long) = parameter else { return false };
    long.0.iter().any(|entry| matches!(entry.key.as_ref(), "pattern" | "enum"))
}

/// Lets parameters take the texts that a trigger gives them.
pub(super) fn given(all: &[Given], called: &BTreeMap<String, String>, parameters: &mut Map) {
    for given in all.iter().filter(|given| !is_safe(&given.text)) {
        let name = called.get(&given.input).unwrap_or(&given.input);
        let found = parameters.0.iter_mut().find(|entry| entry.key == name.as_str());
        if let Some(entry) = found {
            widen(&mut entry.value);
        }
    }
}

/// Lets a parameter take any text, since it is given one that it would refuse.
pub(crate) fn widen(parameter: &mut Doc) {
    if is_wide(parameter) {
        return;
    }
    let mut long = Map::new();
    if let Doc::Map(known) = parameter {
        long = std::mem::take(known);
    } else if let Doc::Text(text) = parameter {
        if super::scope::word(text).is_some() {
            long.put("type", text.as_str());
        } else {
            long.put("type", "string").put("default", text.as_str());
        }
    } else {
        return;
    }
    long.put("pattern", ".*");
    *parameter = long.into();
}

/// Inputs inside `$[[ … ]]` may have no value, so that the spec says it of those that always have one.
pub(super) fn bracketed(scope: &Scope<'_>, words: &str, inputs: &mut super::ports::Inputs) {
    for part in words.split("$[[").skip(1) {
        let inside = part.split("]]").next().unwrap_or("");
        for part in text::parts(inside) {
            if let text::Part::Expression(inner) = part
                && let Some(name) = text::own_input(inner)
            {
                optional(scope, name, inputs);
            }
        }
    }
}

fn optional(scope: &Scope<'_>, name: &str, inputs: &mut super::ports::Inputs) {
    let Some(path) = inputs.paths.get(name).cloned() else { return };
    if let Some(input) = path.strip_prefix("inputs.") {
        let entry = inputs.declared.0.iter_mut().find(|entry| entry.key == input);
        if let Some(entry) = entry {
            let from = std::mem::replace(&mut entry.value, Doc::Null);
            entry.value = said_optional(from);
        }
        return;
    }
    let set = path.strip_prefix("parameters.").is_none_or(|it| !scope.may_be_unset(it));
    if set {
        let input = inputs.name(name);
        let from = said_optional(format!("${{{{ {path} }}}}").into());
        inputs.declared.put(input.clone(), from);
        inputs.paths.insert(name.to_owned(), format!("inputs.{input}"));
    }
}

fn said_optional(from: Doc) -> Doc {
    let mut long = Map::new();
    if let Doc::Map(known) = from {
        long = known;
    } else {
        long.put("from", from);
    }
    if long.0.iter().all(|entry| entry.key != "optional") {
        long.put("optional", true);
    }
    long.into()
}
