//! What comes with a dispatch. Whoever may send one is trusted to start the workflow, and not to know
//! what it takes.

use std::fmt::Write as _;

use crate::emit::Map;
use crate::plan::{Parameter, Reference, ValueType, WorkflowParameter};
use crate::targets::script;

use super::scope::{Dispatch, Scope};
use super::{check, expression, step};

/// Where the values stand, by the names of the parameters.
const PLACE: &str = "github.event.client_payload.parameters";

/// The value that was sent for a parameter, as a part of an expression; null for none.
pub(super) fn value(parameter: &Parameter) -> String {
    let name = &parameter.name;
    if name.contains('.') {
        format!("{PLACE}[{}]", expression::quoted(name))
    } else {
        format!("{PLACE}.{name}")
    }
}

/// A step that refuses what is not as it must be, before anything uses any of it: for the jobs that
/// come first, so that no job runs that would stand for another that refuses. It needs nothing that an
/// image of the author's may not have.
pub(super) fn step(scope: &Scope<'_>) -> Option<Map> {
    if scope.dispatch == Dispatch::None {
        return None;
    }
    let (mut env, mut cases, mut demands) = (Map::new(), String::new(), String::new());
    env.put("PAYLOAD", expression::expression(&format!("toJSON({PLACE})")));
    for bound in scope.brought() {
        let parameter = scope.plan.parameter(bound.id);
        cases.push_str(&case(parameter));
        demands.push_str(&presence(scope, bound, parameter));
        let variable = script::variable("INPUT", &parameter.name);
        demands.push_str(&script::demand_parameter(&variable, parameter));
        demands.push_str(&address(&variable, parameter));
        env.put(variable, expression::reference(scope, &Reference::Parameter(bound.id)));
    }
    let fail = script::quote(&refusal(scope));
    let lines = format!(
        "while read -r line; do\n  case $line in\n    null | '{{' | '}}' | '{{}}') ;;\n{cases}    \
         *) fail {fail} ;;\n  esac\ndone <<< \"$PAYLOAD\"\n"
    );
    let step = step::script("Check what was sent", env, [check::start(), lines, demands].concat());
    Some(step::with_head(None, Some("github.event_name == 'repository_dispatch'"), step))
}

/// A line of the payload that names a parameter, with the start of a value of its type. Numbers and
/// booleans may come as text; an empty text, or null, is no value. What is in a text cannot look like such
/// a line: its quotes are escaped.
fn case(parameter: &Parameter) -> String {
    let name = &parameter.name;
    let start = match parameter.kind {
        ValueType::Integer | ValueType::Number => "[-0-9]",
        ValueType::Boolean => "[tf]",
        ValueType::String
        | ValueType::UriFile
        | ValueType::UriFolder
        | ValueType::Mltable
        | ValueType::MlflowModel
        | ValueType::CustomModel
        | ValueType::TritonModel => "",
    };
    let text = if parameter.optional { "" } else { "[!\\\"]" };
    let mut forms = format!("'\"{name}\": \"'{text}*");
    if !start.is_empty() {
        let _ = write!(forms, " | '\"{name}\": '{start}*");
    }
    if parameter.optional {
        let _ = write!(forms, " | '\"{name}\": null'*");
    }
    format!("    {forms}) ;;\n")
}

/// Lines that fail when a value is missing that must be there.
fn presence(scope: &Scope<'_>, bound: &WorkflowParameter, parameter: &Parameter) -> String {
    let name = &parameter.name;
    let has_default = bound.value.is_some() || parameter.optional || scope.is_staged(bound.id);
    let message = match scope.dispatch {
        Dispatch::All => format!("the event must bring {name}"),
        Dispatch::Some if has_default => return String::new(),
        Dispatch::Some | Dispatch::None => format!("{name} has no default: give it a value"),
    };
    let message = script::quote(&message);
    let value = script::variable("INPUT", name);
    let filled = if parameter.optional { format!(" && ${value}") } else { String::new() };
    format!("[[ $PAYLOAD == *'\"{name}\": '*{filled} ]] || fail {message}\n")
}

/// Data as the jobs for Azure ML will demand it.
fn address(variable: &str, parameter: &Parameter) -> String {
    if parameter.kind.is_scalar() || !parameter.choices.is_empty() {
        return String::new();
    }
    let message =
        format!("{} must be an address of Azure ML, or a path in the repository", parameter.name);
    let lines = script::demand(variable, script::ADDRESS, &message);
    script::when_set(variable, Some(parameter), lines)
}

/// What is said of a payload that is something else. It names nothing of it: the runner would read
/// commands in what is printed.
fn refusal(scope: &Scope<'_>) -> String {
    let known = scope.brought().map(|bound| {
        let parameter = scope.plan.parameter(bound.id);
        format!("{} ({})", parameter.name, parameter.kind.word())
    });
    let known: Vec<String> = known.collect();
    if known.is_empty() {
        return "the payload may hold no parameters".to_owned();
    }
    format!("the payload may hold values of the right type for: {}", known.join(", "))
}
