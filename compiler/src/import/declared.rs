//! What a component file declares of an input, and whether a value fits it.

use super::context::literal;
use super::read::Node;
use super::scalar::Value;
use crate::emit::Doc;
use crate::plan::ValueType;
use crate::spec::values::value_type;

/// An input of a component file.
pub(super) struct Declared {
    /// Its type.
    pub(super) kind: ValueType,
    choices: Vec<String>,
    min: Option<f64>,
    max: Option<f64>,
}

impl Declared {
    /// Reads a declaration.
    pub(super) fn of(port: Node<'_>) -> Self {
        let text = |key: &str| port.get(key).and_then(|it| it.text());
        let kind = text("type").map(str::to_ascii_lowercase);
        let kind = kind.as_deref().and_then(value_type).unwrap_or(ValueType::UriFolder);
        let number = |key: &str| text(key).and_then(|it| it.parse().ok());
        let choices = port.get("enum").map(|list| list.items()).unwrap_or_default();
        let choices = choices.iter().filter_map(|item| Some(item.text()?.to_owned())).collect();
        Self { kind, choices, min: number("min"), max: number("max") }
    }

    /// Whether it takes every value of its type.
    pub(super) fn is_free(&self) -> bool {
        self.choices.is_empty() && self.min.is_none() && self.max.is_none()
    }

    /// A value as the spec writes it, and whether the language proves it right. Azure ML's tools hand
    /// on the value as it is written, and truth values as `True` and `False`.
    pub(super) fn bind(&self, value: Value<'_>) -> Option<(Doc, bool)> {
        let (doc, fits) = match (self.kind, value) {
            (ValueType::Boolean, Value::Text("True")) => (true.into(), true),
            (ValueType::Boolean, Value::Text("False")) => (false.into(), true),
            (ValueType::String, Value::Bool(true)) => ("True".into(), true),
            (ValueType::String, Value::Bool(false)) => ("False".into(), true),
            (ValueType::Integer, Value::Text(text)) => whole(text),
            (ValueType::String, Value::Text(_) | Value::Integer(_) | Value::Float(_))
            | (ValueType::Integer | ValueType::Number, Value::Integer(_))
            | (ValueType::Number, Value::Float(_))
            | (ValueType::Boolean, Value::Bool(_)) => (literal(value)?, true),
            _ => (literal(value)?, false),
        };
        let fits = fits && self.allows(&doc);
        Some((doc, fits))
    }

    fn allows(&self, doc: &Doc) -> bool {
        let text = match doc {
            Doc::Text(text) | Doc::Number(text) => text.clone(),
            Doc::Integer(number) => number.to_string(),
            Doc::Bool(value) => value.to_string(),
            Doc::Null | Doc::Folded(_) | Doc::Words(_) | Doc::List(_) | Doc::Map(_) => return true,
        };
        let number: Option<f64> = text.parse().ok();
        let below = self.min.zip(number).is_some_and(|(min, number)| number < min);
        let above = self.max.zip(number).is_some_and(|(max, number)| number > max);
        !below && !above && (self.choices.is_empty() || self.choices.contains(&text))
    }
}

/// A text that is a whole number is written as one, if it reads the same.
fn whole(text: &str) -> (Doc, bool) {
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text => (number.into(), true),
        _ => (text.into(), false),
    }
}
