//! Values that a person or another job can set are checked before anything uses them, and never
//! printed: the runner would read commands in them.

use std::fmt::Write as _;

use crate::emit::Map;
use crate::plan::{Parameter, ParameterId, Reference, Scalar, ValueType};

use super::expression;
use super::scope::Scope;
use super::shell;
use super::step;

/// Bash: `demand NAME VALUE PATTERN RULE`.
pub(super) const DEMAND: &str = include_str!("scripts/demand.sh");
/// Bash: `within NAME VALUE MIN MAX RULE`; an empty limit is none.
const WITHIN: &str = include_str!("scripts/within.sh");

const INTEGER: &str = "^(0|-?[1-9][0-9]{0,17})$";
const NUMBER: &str = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$";
const BOOLEAN: &str = "^(true|false)$";

/// The variable that holds an input while it is checked and bound. Names may hold dots, and `__` at
/// most between a step and its output; no two differ by case alone.
pub(super) fn variable(input: &str) -> String {
    format!("INPUT_{}", input.replace('.', "___").to_ascii_uppercase())
}

/// A step that checks parameters; `None` without any.
pub(super) fn step(scope: &Scope<'_>, parameters: &[ParameterId]) -> Option<Map> {
    if parameters.is_empty() {
        return None;
    }
    let mut env = Map::new();
    let mut script = functions(parameters.iter().map(|id| scope.plan.parameter(*id)));
    for id in parameters {
        let parameter = scope.plan.parameter(*id);
        let value = expression::reference(scope, &Reference::Parameter(*id));
        env.put(variable(&parameter.name), value);
        demand_parameter(&mut script, parameter, &parameter.name);
    }
    Some(step::script("Check the parameters", env, script))
}

/// The start of a script that checks: strict mode, and the functions it calls.
pub(super) fn functions<'p>(mut parameters: impl Iterator<Item = &'p Parameter>) -> String {
    let mut script = format!("{}{DEMAND}", step::STRICT);
    if parameters.any(|parameter| range(parameter).is_some()) {
        script.push_str(WITHIN);
    }
    script
}

/// Lines that check a parameter under the name of the input that carries it.
pub(super) fn demand_parameter(script: &mut String, parameter: &Parameter, input: &str) {
    if !parameter.choices.is_empty() {
        let choices: Vec<_> = parameter.choices.iter().map(Scalar::text).collect();
        let patterns: Vec<_> = choices.iter().map(|choice| shell::pattern(choice)).collect();
        let pattern = format!("^({})$", patterns.join("|"));
        demand(script, input, &pattern, &format!("must be one of {}", choices.join(", ")));
    } else if let Some(pattern) = &parameter.pattern {
        let pattern = anchored(pattern);
        demand(script, input, &pattern, &format!("must match {pattern}"));
    } else {
        demand_type(script, parameter.kind, input);
    }
    demand_range(script, parameter, input);
}

/// A line that checks a value's type; nothing for text and data.
pub(super) fn demand_type(script: &mut String, kind: ValueType, input: &str) {
    if let Some((pattern, what)) = form(kind) {
        demand(script, input, pattern, &format!("must be {what}"));
    }
}

/// The pattern of a scalar type, and its name with an article.
pub(super) fn form(kind: ValueType) -> Option<(&'static str, &'static str)> {
    match kind {
        ValueType::Integer => Some((INTEGER, "a whole number")),
        ValueType::Number => Some((NUMBER, "a number")),
        ValueType::Boolean => Some((BOOLEAN, "true or false")),
        ValueType::String
        | ValueType::UriFile
        | ValueType::UriFolder
        | ValueType::Mltable
        | ValueType::MlflowModel
        | ValueType::CustomModel
        | ValueType::TritonModel => None,
    }
}

/// A line that checks a value against a pattern.
pub(super) fn demand(script: &mut String, input: &str, pattern: &str, rule: &str) {
    let _ = writeln!(
        script,
        "demand {} \"${}\" {} {}",
        shell::word(input),
        variable(input),
        shell::word(pattern),
        message(rule),
    );
}

fn demand_range(script: &mut String, parameter: &Parameter, input: &str) {
    let Some(range) = range(parameter) else { return };
    let limit = |limit: &Option<Scalar>| {
        shell::word(&limit.as_ref().map_or_else(String::new, Scalar::text))
    };
    let _ = writeln!(
        script,
        "within {} \"${}\" {} {} {}",
        shell::word(input),
        variable(input),
        limit(&parameter.min),
        limit(&parameter.max),
        message(&format!("must be {range}")),
    );
}

/// The limits of a number, in words.
pub(super) fn range(parameter: &Parameter) -> Option<String> {
    match (&parameter.min, &parameter.max) {
        (Some(min), Some(max)) => Some(format!("{} to {}", min.text(), max.text())),
        (Some(min), None) => Some(format!("at least {}", min.text())),
        (None, Some(max)) => Some(format!("at most {}", max.text())),
        (None, None) => None,
    }
}

/// `%` starts an escape in the runner's messages.
fn message(rule: &str) -> String {
    shell::word(&rule.replace('%', "%25"))
}

fn anchored(pattern: &str) -> String {
    let whole = pattern.starts_with('^') && pattern.ends_with('$') && !pattern.ends_with(r"\$");
    if whole && !pattern.contains('|') { pattern.to_owned() } else { format!("^({pattern})$") }
}
