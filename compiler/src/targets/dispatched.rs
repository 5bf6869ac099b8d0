//! Runs that a call starts, of a caller or of an event's wiring: what a file's header says of them.

use std::fmt::Write as _;

use super::script;
use crate::plan::{Home, Parameter, Plan, Scalar, TriggerId, TriggerKind, ValueType, Workflow};

/// The lines of a workflow's file. `name` is what the platform calls a parameter.
pub(super) fn lines(
    plan: &Plan,
    workflow: &Workflow,
    here: Home,
    name: impl Fn(&str) -> String,
) -> Vec<String> {
    let here_only = |id: &&TriggerId| {
        let trigger = plan.trigger(**id);
        trigger.is_dispatched() && trigger.lives_on(here)
    };
    let Some(id) = workflow.triggers.iter().find(here_only) else { return Vec::new() };
    let brought = workflow.parameters.iter().filter(|bound| bound.is_brought);
    let values: Vec<(&Parameter, Scalar)> = brought
        .map(|bound| {
            let parameter = plan.parameter(bound.id);
            let value = bound.value.clone().unwrap_or_else(|| sample(parameter));
            (parameter, value)
        })
        .collect();
    let is_github = here == Home::GitHub;
    let event_type = plan.event_type(*id);
    let mut lines = vec![String::new()];
    lines.push(match (&plan.trigger(*id).kind, is_github) {
        (TriggerKind::Event(event), true) => {
            format!("When {}, a dispatch of the type {event_type} arrives.", event.words())
        }
        (TriggerKind::Event(event), false) => {
            format!("When {}, a run of this file is started.", event.words())
        }
        (_, true) => format!("It is called by a dispatch of the type {event_type}:"),
        (_, false) => "It is called by running it over the service's API:".to_owned(),
    });
    if matches!(plan.trigger(*id).kind, TriggerKind::Call(_)) {
        lines.push(String::new());
        lines.extend(if is_github {
            on_github(&event_type, &values)
        } else {
            on_azure_pipelines(&plan.project.default_branch, &values, name)
        });
    } else if !values.is_empty() {
        let known: Vec<String> =
            values.iter().map(|(it, _)| format!("{} ({})", it.name, it.kind.word())).collect();
        lines.push(format!("It brings {}.", known.join(", ")));
    }
    lines
}

/// What stands for a value that has no default.
fn sample(parameter: &Parameter) -> Scalar {
    if let Some(choice) = parameter.choices.first() {
        return choice.clone();
    }
    match parameter.kind {
        ValueType::Boolean => Scalar::Boolean(true),
        ValueType::Integer | ValueType::Number => {
            let limit = parameter.min.clone().or_else(|| parameter.max.clone());
            limit.unwrap_or(Scalar::Integer(1))
        }
        ValueType::String
        | ValueType::UriFile
        | ValueType::UriFolder
        | ValueType::Mltable
        | ValueType::MlflowModel
        | ValueType::CustomModel
        | ValueType::TritonModel => Scalar::Text("…".to_owned()),
    }
}

fn on_github(event_type: &str, values: &[(&Parameter, Scalar)]) -> Vec<String> {
    let mut body = format!("{{\"event_type\": {}", quoted(event_type));
    if !values.is_empty() {
        let each = values.iter().map(|(parameter, value)| (parameter.name.clone(), json(value)));
        let _ = write!(body, ", \"client_payload\": {{\"parameters\": {{{}}}}}", members(each));
    }
    vec![
        "curl -X POST https://api.github.com/repos/OWNER/REPOSITORY/dispatches \\".to_owned(),
        "  -H \"Authorization: Bearer $TOKEN\" -H \"Accept: application/vnd.github+json\" \\"
            .to_owned(),
        format!("  -d {}", script::quote(&(body + "}"))),
    ]
}

/// All values of the service are texts.
fn on_azure_pipelines(
    branch: &str,
    values: &[(&Parameter, Scalar)],
    name: impl Fn(&str) -> String,
) -> Vec<String> {
    let branch = quoted(&format!("refs/heads/{branch}"));
    let mut body =
        format!("{{\"resources\": {{\"repositories\": {{\"self\": {{\"refName\": {branch}}}}}}}");
    if !values.is_empty() {
        let each = values.iter().map(|(it, value)| (name(&it.name), quoted(&value.text())));
        let _ = write!(body, ", \"templateParameters\": {{{}}}", members(each));
    }
    vec![
        "curl -X POST \"https://dev.azure.com/ORGANIZATION/PROJECT/_apis/pipelines/ID/runs?api-version=7.1\" \\".to_owned(),
        "  -H \"Authorization: Bearer $TOKEN\" -H \"Content-Type: application/json\" \\".to_owned(),
        format!("  -d {}", script::quote(&(body + "}"))),
    ]
}

fn members(each: impl Iterator<Item = (String, String)>) -> String {
    let each = each.map(|(name, value)| format!("{}: {value}", quoted(&name)));
    each.collect::<Vec<_>>().join(", ")
}

fn json(value: &Scalar) -> String {
    match value {
        Scalar::Text(text) => quoted(text),
        Scalar::Integer(_) | Scalar::Number(_) | Scalar::Boolean(_) => value.text(),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
