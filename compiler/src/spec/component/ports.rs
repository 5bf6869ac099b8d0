//! Inputs and outputs of components.

use std::collections::BTreeMap;

use super::{ComponentPort, get, word};
use crate::diagnostics::{
    BAD_NAME, BAD_VALUE, CONFLICT, Diagnostic, MISSING_KEY, UNKNOWN_KEY, WRONG_TYPE, excerpt,
};
use crate::plan::ValueType;
use crate::source::Spanned;
use crate::spec::decode::Cx;
use crate::spec::hints;
use crate::spec::values::{Literal, value_type};
use crate::syntax::{Kind, NodeId, Tree};

/// Reads all under one key.
pub(super) fn ports(cx: &mut Cx<'_, '_>, root: NodeId, key: &str) -> Vec<ComponentPort> {
    let tree = cx.tree;
    let Some(node) = get(tree, root, key).filter(|node| !cx.is_nothing(*node)) else {
        return Vec::new();
    };
    let Kind::Map(entries) = tree.kind(node) else {
        cx.wrong_type::<()>(node, "a map of names");
        return Vec::new();
    };
    let is_input = key == "inputs";
    entries.iter().map(|entry| port(cx, entry.key, entry.value, is_input)).collect()
}

fn port(cx: &mut Cx<'_, '_>, key: NodeId, node: NodeId, is_input: bool) -> ComponentPort {
    let tree = cx.tree;
    let name = Spanned::new(tree.text_of(key).to_owned(), tree.span(key));
    let is_good = good_name(cx, &name);
    let mut port = ComponentPort {
        name,
        kind: ValueType::UriFolder,
        optional: false,
        default: None,
        min: None,
        max: None,
        choices: Vec::new(),
    };
    if !matches!(tree.kind(node), Kind::Map(_)) {
        wrong_port(cx, node);
        return port;
    }
    let Some(kind) = kind(cx, node) else { return port };
    port.kind = kind;
    keys(cx, node, kind, is_input);
    if is_input && is_good {
        constraints(cx, node, &mut port);
    }
    port
}

fn wrong_port(cx: &mut Cx<'_, '_>, node: NodeId) {
    let message = format!("expected an input or output (a map), found {}", cx.describe(node));
    let mut diagnostic = Diagnostic::new(&WRONG_TYPE, cx.span(node), message);
    let word = cx.tree.text_of(node);
    if value_type(word).is_some() {
        diagnostic = diagnostic.help(format!("write `{{ type: {word} }}`"));
    }
    cx.report(diagnostic);
}

fn keys(cx: &mut Cx<'_, '_>, node: NodeId, kind: ValueType, is_input: bool) {
    let (what, known): (_, &[&'static str]) = match (is_input, kind.is_scalar()) {
        (true, true) => {
            ("an input", &["type", "description", "optional", "default", "min", "max", "enum"])
        }
        (true, false) => ("an input of data", &["type", "description", "optional", "mode"]),
        (false, _) => ("an output", &["type", "description", "mode"]),
    };
    // What has a message of its own, and what the service adds to what it shows.
    let others = ["default", "min", "max", "enum", "early_available", "is_control"];
    let tree = cx.tree;
    let Kind::Map(entries) = tree.kind(node) else { return };
    let is_known = |key: &str| known.contains(&key) || is_input && others.contains(&key);
    let shown = |key: &str| !is_input && others[4..].contains(&key);
    for entry in entries {
        let key = tree.text_of(entry.key);
        if is_known(key) || shown(key) {
            continue;
        }
        if key == "path" {
            let message = "a component does not say where its data is";
            let help = "remove `path`; the step that uses the component binds it";
            cx.report(Diagnostic::new(&UNKNOWN_KEY, cx.span(entry.key), message).help(help));
        } else {
            cx.unknown_key(node, entry.key, what, known, &[]);
        }
    }
}

/// Names as Azure ML has them: words, and groups of them with dots.
fn good_name(cx: &mut Cx<'_, '_>, name: &Spanned<String>) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_word = |word: &str| {
        word.bytes().all(letter) && word.bytes().next().is_some_and(|it| !it.is_ascii_digit())
    };
    if !name.value.split('.').all(is_word) {
        let message = format!("`{}` cannot be a name of an input or output", excerpt(&name.value));
        let help = "use letters, digits and `_`, and start with a letter or `_`";
        cx.report(Diagnostic::new(&BAD_NAME, name.span, message).help(help));
        return false;
    }
    true
}

/// Azure ML does not tell apart names that differ only by case, inputs and outputs taken together.
pub(super) fn distinct(cx: &mut Cx<'_, '_>, inputs: &[ComponentPort], outputs: &[ComponentPort]) {
    let has_capital = |port: &ComponentPort| port.name.bytes().any(|it| it.is_ascii_uppercase());
    if !inputs.iter().chain(outputs).any(has_capital) {
        return;
    }
    let mut seen: BTreeMap<String, &Spanned<String>> = BTreeMap::new();
    for port in inputs.iter().chain(outputs) {
        let first = *seen.entry(port.name.to_ascii_lowercase()).or_insert(&port.name);
        if first.value != port.name.value {
            let message =
                format!("`{}` and `{}` differ only by case", first.value, port.name.value);
            cx.report(
                Diagnostic::new(&BAD_NAME, port.name.span, message)
                    .related(first.span, "the first one")
                    .help("Azure ML does not tell them apart; rename one"),
            );
        }
    }
}

fn kind(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<ValueType> {
    let Some(word) = word(cx, node, "type", "a type")? else {
        let message = "an input or output needs the key `type`";
        let help = "such as `type: uri_folder` or `type: string`";
        cx.report(Diagnostic::new(&MISSING_KEY, cx.head(node), message).help(help));
        return None;
    };
    let kind = port_type(&word.value);
    if kind.is_none() {
        let message = format!("`{}` is not a type of Azure ML", excerpt(&word.value));
        let words: Vec<&str> = ValueType::ALL.iter().map(|kind| kind.word()).collect();
        let help = format!("allowed: {}", words.join(", "));
        cx.report(Diagnostic::new(&BAD_VALUE, word.span, message).help(help));
    }
    kind
}

/// `path` is the older word for a folder.
fn port_type(word: &str) -> Option<ValueType> {
    if word == "path" { Some(ValueType::UriFolder) } else { value_type(word) }
}

/// What an input may be, and what it is when nobody binds it.
fn constraints(cx: &mut Cx<'_, '_>, node: NodeId, port: &mut ComponentPort) {
    port.optional = optional(cx, node);
    let before = cx.sink.errors();
    port.min = bound(cx, node, port.kind, "min");
    port.max = bound(cx, node, port.kind, "max");
    port.choices = choices(cx, node, port.kind);
    if let Some(default) = get(cx.tree, node, "default") {
        port.default = literal(cx, default, port.kind);
    }
    if cx.sink.errors() == before {
        ordered(cx, port);
        fits(cx, port);
    }
}

/// YAML 1.1, which Azure ML's tools read, has several words for it.
fn optional(cx: &mut Cx<'_, '_>, node: NodeId) -> bool {
    get(cx.tree, node, "optional").is_some_and(|node| truth(cx, node) == Some(true))
}

/// A truth value as Azure ML's tools read it; what is none is reported.
pub(super) fn truth(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<bool> {
    truth_of(cx.tree, node).or_else(|| cx.wrong_scalar(node, "true or false", hints::boolean))
}

/// The same, without a report.
pub(super) fn truth_of(tree: &Tree<'_>, node: NodeId) -> Option<bool> {
    match tree.text_of(node).to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" | "t" | "1" => Some(true),
        "false" | "no" | "off" | "n" | "f" | "0" => Some(false),
        _ => None,
    }
}

/// The smallest or largest number.
fn bound(cx: &mut Cx<'_, '_>, node: NodeId, kind: ValueType, key: &str) -> Option<Literal> {
    let bound = get(cx.tree, node, key)?;
    if !is_number(kind) {
        let message = format!("`{key}` is for numbers, and this input is of type {}", kind.word());
        let help = format!("remove `{key}`, or change the type");
        cx.report(Diagnostic::new(&CONFLICT, cx.span(bound), message).help(help));
        return None;
    }
    literal(cx, bound, kind)
}

fn is_number(kind: ValueType) -> bool {
    matches!(kind, ValueType::Integer | ValueType::Number)
}

/// The only values, which Azure ML knows for texts alone.
fn choices(cx: &mut Cx<'_, '_>, node: NodeId, kind: ValueType) -> Vec<Literal> {
    let tree = cx.tree;
    let Some(node) = get(tree, node, "enum") else { return Vec::new() };
    if kind != ValueType::String {
        let message = format!("`enum` is for texts, and this input is of type {}", kind.word());
        let help = if is_number(kind) { "give it `min` and `max`" } else { "remove it" };
        cx.report(Diagnostic::new(&CONFLICT, cx.span(node), message).help(help));
        return Vec::new();
    }
    let Kind::List(items) = tree.kind(node) else {
        cx.wrong_type::<()>(node, "a list of values");
        return Vec::new();
    };
    let choices = items.iter().filter_map(|item| literal(cx, *item, kind));
    let choices: Vec<Literal> = choices.collect();
    for choice in choices.iter().filter(|choice| !is_text(choice)) {
        let message = format!("Azure ML does not read `{}` as text", excerpt(&choice.text));
        let help = "its tools read YAML 1.1, where `on`, `1.10`, `12:30` and dates are none: put it in quotes";
        cx.report(Diagnostic::new(&WRONG_TYPE, choice.span, message).help(help));
    }
    choices
}

/// Whether YAML 1.1, which Azure ML's tools read, takes a scalar for text.
pub(super) fn is_text(literal: &Literal) -> bool {
    if literal.quoted {
        return true;
    }
    let digits =
        |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit() || it == b'_');
    let text = literal.text.strip_prefix(['-', '+']).unwrap_or(&literal.text);
    let radix = text.strip_prefix("0x").or_else(|| text.strip_prefix("0b"));
    let is_number = text.parse::<f64>().is_ok() && text.contains(|it: char| it.is_ascii_digit());
    let parts = |mark| text.split(mark).count() > 1 && text.split(mark).all(digits);
    let is_date = text.len() >= 8 && parts('-');
    let is_odd = radix.is_some_and(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
    let word = text.to_ascii_lowercase();
    let is_word = matches!(
        word.as_str(),
        "null" | "~" | "=" | "yes" | "no" | "on" | "off" | "true" | "false"
    );
    !(is_number || digits(text) || parts(':') || is_date || is_odd || is_word)
}

/// A value of a type. Azure ML's tools read numbers and truth values out of quotes too.
fn literal(cx: &mut Cx<'_, '_>, node: NodeId, kind: ValueType) -> Option<Literal> {
    let at = cx.span(node);
    if !kind.is_scalar() {
        let message = "data has no default";
        let help = "make the input `optional`, or bind it where the component is used";
        cx.report(Diagnostic::new(&CONFLICT, at, message).help(help));
        return None;
    }
    let Kind::Scalar(scalar) = cx.tree.kind(node) else {
        return cx.wrong_type(node, noun(kind));
    };
    if cx.is_nothing(node) {
        return cx.wrong_type(node, noun(kind));
    }
    let mut literal = Literal::new(scalar.text, scalar.style, at);
    if kind == ValueType::Boolean {
        let Some(value) = boolean(&literal) else {
            return cx.wrong_scalar(node, noun(kind), hints::boolean);
        };
        (literal.text, literal.quoted) = (value.to_string(), false);
    } else if is_number(kind) {
        literal.quoted = false;
        literal.text = number(&literal.text, kind).unwrap_or(literal.text);
        if literal.of_kind(kind).is_none() {
            let hint = if kind == ValueType::Integer { hints::whole_number } else { hints::number };
            return cx.wrong_scalar(node, noun(kind), hint);
        }
    }
    Some(literal)
}

/// What YAML 1.1 takes for a truth value, and the two words as text.
pub(super) fn boolean(literal: &Literal) -> Option<bool> {
    match literal.text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        "yes" | "on" if !literal.quoted => Some(true),
        "no" | "off" if !literal.quoted => Some(false),
        _ => None,
    }
}

/// A number in the spelling that every reader has: `1_000`, `+5`, `2.0` for a whole number.
fn number(text: &str, kind: ValueType) -> Option<String> {
    let plain = text.replace('_', "");
    let plain = plain.strip_prefix('+').unwrap_or(&plain);
    let value: f64 = plain.parse().ok().filter(|value: &f64| value.is_finite())?;
    let is_whole = kind == ValueType::Integer && value.fract() == 0.0 && plain.contains('.');
    Some(if is_whole { format!("{value:.0}") } else { plain.to_owned() })
}

fn noun(kind: ValueType) -> &'static str {
    match kind {
        ValueType::Integer => "a whole number",
        ValueType::Number => "a number",
        ValueType::Boolean => "true or false",
        ValueType::String
        | ValueType::UriFile
        | ValueType::UriFolder
        | ValueType::Mltable
        | ValueType::MlflowModel
        | ValueType::CustomModel
        | ValueType::TritonModel => "text",
    }
}

fn value(literal: &Literal) -> f64 {
    literal.text.parse().unwrap_or(f64::NAN)
}

fn ordered(cx: &mut Cx<'_, '_>, port: &mut ComponentPort) {
    if let (Some(min), Some(max)) = (&port.min, &port.max)
        && value(min) > value(max)
    {
        cx.report(
            Diagnostic::new(&BAD_VALUE, max.span, "`max` is below `min`")
                .related(min.span, "`min`")
                .help("no value can be both; change one of the two"),
        );
        // Of a default, nothing more can be said.
        port.default = None;
    }
}

/// Whether what the input is by itself is what it takes.
fn fits(cx: &mut Cx<'_, '_>, port: &ComponentPort) {
    let (Some(default), name) = (&port.default, &port.name.value) else { return };
    let text = excerpt(&default.text);
    let below = port.min.as_ref().filter(|min| value(default) < value(min));
    let above = port.max.as_ref().filter(|max| value(default) > value(max));
    let is_other = |choice: &Literal| choice.text != default.text;
    let (message, help) = if let Some(min) = below {
        (format!("{text} is below the `min` of `{name}`"), format!("at least {}", min.text))
    } else if let Some(max) = above {
        (format!("{text} is above the `max` of `{name}`"), format!("at most {}", max.text))
    } else if !port.choices.is_empty() && port.choices.iter().all(is_other) {
        let words = port.choices.iter().take(MOST_NAMES).map(|it| excerpt(&it.text));
        let more = if port.choices.len() > MOST_NAMES { ", …" } else { "" };
        let words = words.collect::<Vec<_>>().join(", ");
        (
            format!("`{text}` is not one of the values of `{name}`"),
            format!("allowed: {words}{more}"),
        )
    } else {
        return;
    };
    cx.report(Diagnostic::new(&BAD_VALUE, default.span, message).help(help));
}

/// Nobody reads a list of hundreds of values.
const MOST_NAMES: usize = 12;
