//! The parameters that people see when they start a run, and the step that checks them.

use crate::emit::{Doc, Map};
use crate::plan::{
    Job, Parameter, ParameterId, Plan, Scalar, Staging, ValueType, WorkflowParameter,
};
use crate::targets::script::{self, DEMAND};

use super::scope::{Scope, parameter_name};
use super::step::{FAIL, STRICT, Script};
use super::value::Value;
use super::{expression, stage};

/// The default of a parameter that a person must choose. The service fails every automatic run of a
/// pipeline that has a parameter without default, so there is one that the first script refuses.
const CHOOSE: &str = "(choose)";

/// The `parameters` of the file.
pub(super) fn list(scope: &Scope<'_>) -> Vec<Map> {
    let plan = scope.plan;
    let chosen = (scope.run == Staging::Chosen).then(|| stage::declare(plan));
    let own = scope.parameters.iter().map(|one| declare(scope, plan.parameter(one.id), one));
    chosen.into_iter().chain(own).collect()
}

/// The value of a parameter. What a person leaves empty may be the stage's own.
pub(super) fn value(
    scope: &Scope<'_>,
    parameter: &Parameter,
    declared: &WorkflowParameter,
) -> Value {
    let name = parameter_name(&parameter.name);
    if scope.is_staged(declared) {
        let default = |plan: &Plan| plan.value_of(declared).map(Scalar::text).unwrap_or_default();
        return stage::parameter(scope, &name, default);
    }
    let text = expression::parameter(&name, parameter.kind);
    if is_text(parameter) { Value::pasted(text) } else { Value::safe(text) }
}

fn declare(scope: &Scope<'_>, parameter: &Parameter, declared: &WorkflowParameter) -> Map {
    if parameter.optional {
        let value = scope.value_of(declared).map(Scalar::text).unwrap_or_default();
        return declare_empty(parameter, value, "may stay empty");
    }
    if scope.is_staged(declared) {
        return declare_empty(parameter, String::new(), "empty: as the stage has it");
    }
    let value = scope.value_of(declared);
    let must_choose = value.is_none();
    let mut map = Map::new();
    map.put("name", parameter_name(&parameter.name));
    map.put_some("displayName", title(parameter));
    map.put("type", if must_choose { "string" } else { kind(parameter.kind) });
    let mut values: Vec<Doc> = parameter.choices.iter().map(doc).collect();
    if let Some(value) = value {
        map.put("default", default(value));
    } else {
        if parameter.kind == ValueType::Boolean {
            values = vec!["true".into(), "false".into()];
        }
        // Without a list of values, the dialog itself insists on a text where the default is empty.
        let empty = if values.is_empty() { "" } else { CHOOSE };
        map.put_beside("default", empty, "none: a person must say");
        if !values.is_empty() {
            values.insert(0, CHOOSE.into());
        }
    }
    map.put_filled("values", values);
    map
}

/// What may stay empty is text: the dialog insists on a value of the other types, and of a list.
fn declare_empty(parameter: &Parameter, value: String, note: &'static str) -> Map {
    let mut map = Map::new();
    map.put("name", parameter_name(&parameter.name));
    map.put_some("displayName", title(parameter));
    map.put("type", "string");
    map.put_beside("default", default(&Scalar::Text(value)), note);
    map
}

fn title(parameter: &Parameter) -> Option<String> {
    let title = parameter.description.as_deref().and_then(|text| text.lines().next());
    title.map(expression::literal)
}

fn kind(kind: ValueType) -> &'static str {
    match kind {
        ValueType::Number | ValueType::Integer => "number",
        ValueType::Boolean => "boolean",
        ValueType::String
        | ValueType::UriFile
        | ValueType::UriFolder
        | ValueType::Mltable
        | ValueType::MlflowModel
        | ValueType::CustomModel
        | ValueType::TritonModel => "string",
    }
}

/// A default. The dialog takes an empty text for a missing one; a blank is allowed, and is gone when
/// the value reaches a script's environment.
fn default(value: &Scalar) -> Doc {
    let is_empty = matches!(value, Scalar::Text(text) if text.is_empty());
    if is_empty { " ".into() } else { doc(value) }
}

fn doc(value: &Scalar) -> Doc {
    match value {
        Scalar::Text(text) => expression::literal(text).into(),
        Scalar::Integer(number) => (*number).into(),
        Scalar::Number(text) => Doc::Number(text.clone()),
        Scalar::Boolean(value) => (*value).into(),
    }
}

/// Whether a person can write any text.
pub(super) fn is_text(parameter: &Parameter) -> bool {
    parameter.optional || parameter.kind == ValueType::String || !parameter.kind.is_scalar()
}

/// The variable that holds a parameter while it is checked.
pub(super) fn variable(parameter: &Parameter) -> String {
    script::variable("PARAMETER", &parameter.name)
}

/// The parameters that a job checks: those that it reads; and where nothing comes before it, those that
/// a call may bring, so that no job runs that would stand for another that refuses.
pub(super) fn checked(scope: &Scope<'_>, job: &Job, read: &[ParameterId]) -> Vec<ParameterId> {
    let is_first = scope.is_called && job.needs.is_empty();
    let brought = scope.parameters.iter().filter(|it| is_first && it.is_brought);
    let more = brought.map(|it| it.id).filter(|id| !read.contains(id));
    read.iter().copied().chain(more).collect()
}

/// A step that stops the job unless the parameters have values that they may have, and the job's
/// further demands on them hold.
pub(super) fn check(scope: &Scope<'_>, ids: &[ParameterId], demands: &str) -> Option<Map> {
    let mut lines = String::new();
    let mut env = Vec::new();
    let mut texts = Vec::new();
    for id in ids {
        let (parameter, declared) = scope.parameter(*id);
        let is_staged = declared.is_some_and(|one| scope.is_staged(one));
        let name = parameter_name(&parameter.name);
        let variable = variable(parameter);
        let must_say = declared.is_some_and(|one| scope.value_of(one).is_none());
        let must_say = must_say && !parameter.optional && !is_staged;
        if must_say && parameter.choices.is_empty() {
            let message = format!("{} has no default: give it a value", parameter.name);
            lines.push_str(&script::demand(&variable, ".", &message));
        }
        lines.push_str(&script::demand_parameter(&variable, parameter));
        let text = match declared {
            Some(declared) => value(scope, parameter, declared).into_text(),
            None => expression::parameter(&name, parameter.kind),
        };
        env.push((variable, text));
        let is_listed = !parameter.choices.is_empty() && !parameter.optional;
        if is_staged || !is_listed && is_text(parameter) {
            texts.push(name);
        }
    }
    if env.is_empty() {
        return None;
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut text = format!("{STRICT}{FAIL}{DEMAND}");
    if let Some(holds_macro) = expression::any_holds_macro(&texts) {
        env.push(("HOLDS_MACRO".to_owned(), holds_macro));
        text.push_str(include_str!("scripts/macro.sh"));
    }
    let mut script = Script::new("Check the parameters", text + &lines + demands);
    script.env = env;
    Some(script.bash())
}
