//! What a person may set when starting a workflow by hand.

use crate::emit::{Doc, Map};
use crate::plan::{Parameter, Scalar, Staging, ValueType, WorkflowParameter};

use super::scope::Scope;
use super::stage;

/// The id of a parameter's input. Names may hold dots, ids may not, and only ids may hold `-`.
pub(super) fn id(parameter: &Parameter) -> String {
    parameter.name.replace('.', "-")
}

/// Whether the input is of the platform's type `number`.
pub(super) fn is_number(parameter: &Parameter) -> bool {
    kind(parameter) == "number"
}

/// `inputs` of `workflow_dispatch`.
pub(super) fn dispatch(scope: &Scope<'_>, parameters: &[WorkflowParameter]) -> Map {
    let mut inputs = Map::new();
    if scope.run == Staging::Chosen {
        inputs.put("stage", stage::input(scope.plan));
    }
    let variant = scope.plan.variants(scope.run)[0];
    for parameter in parameters {
        let meaning = scope.plan.parameter(parameter.id);
        let input = if scope.is_staged(parameter.id) {
            staged(meaning)
        } else {
            input(meaning, variant.value_of(parameter))
        };
        inputs.put(id(meaning), input);
    }
    inputs
}

/// What has another default in some stage: left empty, it is the stage's own.
fn staged(parameter: &Parameter) -> Map {
    let form = optional_limits(parameter, "empty: as the stage has it");
    let words = parameter.description.as_ref().unwrap_or(&parameter.name);
    let mut input = Map::new();
    input.put("description", format!("{} ({form})", words.trim_end())).put("type", "string");
    input
}

fn input(parameter: &Parameter, value: Option<&Scalar>) -> Map {
    let kind = kind(parameter);
    let mut input = Map::new();
    input.put_some("description", description(parameter)).put("type", kind);
    if kind == "choice" {
        input.put("options", parameter.choices.iter().map(Scalar::text).collect::<Vec<_>>());
    }
    match value {
        Some(value) => input.put("default", default(kind, value)),
        // A box that is not ticked says false, so nothing can be missing there.
        None if kind == "boolean" || parameter.optional => &mut input,
        None => input.put("required", true),
    };
    input
}

/// What may stay empty is text: the platform's other types always have a value.
fn kind(parameter: &Parameter) -> &'static str {
    match parameter.kind {
        _ if parameter.optional => "string",
        ValueType::Boolean => "boolean",
        _ if !parameter.choices.is_empty() => "choice",
        ValueType::Number | ValueType::Integer => "number",
        ValueType::String
        | ValueType::UriFile
        | ValueType::UriFolder
        | ValueType::Mltable
        | ValueType::MlflowModel
        | ValueType::CustomModel
        | ValueType::TritonModel => "string",
    }
}

/// The platform wants a default of the input's own type; a number may be text as well.
fn default(kind: &str, value: &Scalar) -> Doc {
    match value {
        Scalar::Boolean(value) if kind == "boolean" => Doc::Bool(*value),
        Scalar::Integer(value) if kind == "number" => Doc::Integer(*value),
        Scalar::Number(text) if kind == "number" && keeps_its_digits(text) => {
            Doc::Number(text.clone())
        }
        Scalar::Text(_) | Scalar::Integer(_) | Scalar::Number(_) | Scalar::Boolean(_) => {
            Doc::Text(value.text())
        }
    }
}

/// Whether a reader of YAML that makes a number of it would write it like that again: not `1.0`.
fn keeps_its_digits(number: &str) -> bool {
    !number.contains('.') || number.contains(['e', 'E']) || !number.ends_with(['0', '.'])
}

/// The author's words, and what the form cannot enforce. Without either the form shows the name.
fn description(parameter: &Parameter) -> Option<String> {
    let optional = parameter.optional.then(|| optional_limits(parameter, "may stay empty"));
    let Some(limits) = optional.or_else(|| limits(parameter)) else {
        return parameter.description.clone();
    };
    let words = parameter.description.as_ref().unwrap_or(&parameter.name);
    Some(format!("{} ({limits})", words.trim_end()))
}

/// The same of a text that stands for a value of another type, or for none.
fn optional_limits(parameter: &Parameter, when_empty: &str) -> String {
    let choices: Vec<String> = parameter.choices.iter().map(Scalar::text).collect();
    let form = if choices.is_empty() {
        let form = match parameter.kind {
            ValueType::Boolean => Some("true or false"),
            ValueType::Number => Some("a number"),
            ValueType::String
            | ValueType::Integer
            | ValueType::UriFile
            | ValueType::UriFolder
            | ValueType::Mltable
            | ValueType::MlflowModel
            | ValueType::CustomModel
            | ValueType::TritonModel => None,
        };
        limits(parameter).or(form.map(str::to_owned))
    } else {
        Some(choices.join(", "))
    };
    form.map(|form| form + "; ").unwrap_or_default() + when_empty
}

fn limits(parameter: &Parameter) -> Option<String> {
    let range = range(parameter);
    match parameter.kind {
        ValueType::Integer => Some(match range {
            Some(range) => format!("a whole number, {range}"),
            None => "a whole number".to_owned(),
        }),
        ValueType::Number => range,
        ValueType::String | ValueType::Boolean => None,
        ValueType::UriFile
        | ValueType::UriFolder
        | ValueType::Mltable
        | ValueType::MlflowModel
        | ValueType::CustomModel
        | ValueType::TritonModel => Some(parameter.kind.word().to_owned()),
    }
}

fn range(parameter: &Parameter) -> Option<String> {
    match (&parameter.min, &parameter.max) {
        (Some(min), Some(max)) => Some(format!("{} to {}", min.text(), max.text())),
        (Some(min), None) => Some(format!("at least {}", min.text())),
        (None, Some(max)) => Some(format!("at most {}", max.text())),
        (None, None) => None,
    }
}
