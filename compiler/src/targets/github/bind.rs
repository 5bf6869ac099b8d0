//! Values of one run, bound into a copy of an Azure ML job file.

use crate::emit::Map;
use crate::plan::{Parameter, Plan, Reference, Submission, SubmissionInput, ValueType};
use crate::targets::script::{self, Binding};

use super::data::Arrival;
use super::scope::Scope;
use super::{check, expression, stage, step};

/// The file to submit, in the folder of the Azure ML files.
pub(super) fn file(submission: &Submission) -> String {
    if submission.inputs.is_empty() { submission.job_file() } else { submission.run_file() }
}

/// The files that a submission takes along from CI steps.
pub(super) fn arrivals(scope: &Scope<'_>, submission: &Submission) -> Vec<Arrival> {
    let arrival = |input: &SubmissionInput| {
        let Reference::Output(producer, output) = input.source else { return None };
        let file = !input.kind.is_scalar() && !scope.is_submitted(producer);
        file.then(|| Arrival::new(scope, producer, output))
    };
    submission.inputs.iter().filter_map(arrival).collect()
}

/// A step that checks the inputs and binds them; `None` without inputs.
pub(super) fn step(scope: &Scope<'_>, submission: &Submission) -> Option<Map> {
    if submission.inputs.is_empty() {
        return None;
    }
    let (mut env, mut demands, mut bindings) = (Map::new(), String::new(), Vec::new());
    for input in &submission.inputs {
        let variable = script::variable("INPUT", &input.name);
        env.put(variable.clone(), value(scope, input));
        demands.push_str(&demand(scope.plan, submission, input, &variable));
        bindings.push(Binding::new(scope.plan, input, variable));
    }
    let folder = script::Folder::of(scope.plan, scope.staging);
    if folder.reads_stage {
        env.put("STAGE", stage::name(scope));
    }
    let bind = script::bind(&bindings, &folder, &submission.job_file(), &submission.run_file());
    let start = if demands.is_empty() { step::STRICT.to_owned() } else { check::start() };
    Some(step::script("Bind the inputs", env, [start, demands, bind].concat()))
}

/// The text of an input. Local paths are relative to the root.
fn value(scope: &Scope<'_>, input: &SubmissionInput) -> String {
    let Reference::Output(producer, output) = input.source else {
        return expression::reference(scope, &input.source);
    };
    if input.kind.is_scalar() {
        return expression::reference(scope, &input.source);
    }
    let port = scope.plan.port(producer, output);
    if scope.is_submitted(producer) {
        let job = expression::expression(&scope.needed_output(producer, "job"));
        return format!("azureml://jobs/{job}/outputs/{port}/paths/");
    }
    let folder = Arrival::new(scope, producer, output).folder();
    if input.kind.is_single_file() {
        format!("{folder}/{}", scope.plan.step(producer).outputs[output as usize].name)
    } else {
        folder
    }
}

/// Lines that check an input. Azure ML pastes texts into command lines, so the characters that
/// would end the quotes around them are refused; and it drops texts that are empty.
fn demand(plan: &Plan, submission: &Submission, input: &SubmissionInput, variable: &str) -> String {
    let name = &input.name;
    let parameter = parameter(plan, input);
    let mut lines = match parameter {
        Some(parameter) => script::demand_parameter(variable, parameter),
        None => String::new(),
    };
    if parameter.is_some_and(|parameter| !parameter.choices.is_empty()) {
        return lines;
    }
    if input.kind == ValueType::String {
        let pasteable = script::demand_pasteable(plan, submission, input, variable);
        lines.push_str(&script::when_set(variable, parameter, pasteable));
    } else if !input.kind.is_scalar() && parameter.is_some() {
        let message = format!("{name} must be an address of Azure ML, or a path in the repository");
        let address = script::demand(variable, script::ADDRESS, &message);
        lines.push_str(&script::when_set(variable, parameter, address));
    } else if input.kind.is_scalar() && parameter.is_none() {
        let (form, words) = script::form(input.kind);
        lines.push_str(&script::demand(variable, form, &format!("{name} must be {words}")));
    }
    lines
}

fn parameter<'a>(plan: &'a Plan, input: &SubmissionInput) -> Option<&'a Parameter> {
    let Reference::Parameter(id) = input.source else { return None };
    Some(plan.parameter(id))
}
