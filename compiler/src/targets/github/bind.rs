//! Values of one run, bound into a copy of an Azure ML job file.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::emit::Map;
use crate::plan::{
    Parameter, Piece, Plan, Reference, ScriptPiece, Source, Step, Submission, SubmissionInput,
    Task, ValueType,
};

use super::data::Arrival;
use super::scope::Scope;
use super::{check, expression, step};

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
    let mut env = Map::new();
    for input in &submission.inputs {
        if let Some(value) = value(scope, input) {
            env.put(check::variable(&input.name), value);
        }
    }
    let mut script = check::functions(parameters(scope, submission));
    demands(scope, submission, &mut script);
    script.push_str(&program(scope, submission));
    Some(step::script("Bind the inputs", env, script))
}

/// The text of an input's variable; `None`: the input is a file of this run.
fn value(scope: &Scope<'_>, input: &SubmissionInput) -> Option<String> {
    let Reference::Output(producer, output) = input.source else {
        return Some(expression::reference(scope, &input.source));
    };
    if input.kind.is_scalar() {
        Some(expression::reference(scope, &input.source))
    } else if scope.is_submitted(producer) {
        let job = expression::expression(&scope.needed_output(producer, "job"));
        let port = scope.plan.port(producer, output);
        Some(format!("azureml://jobs/{job}/outputs/{port}/paths/"))
    } else {
        None
    }
}

fn parameters<'a>(
    scope: &Scope<'a>,
    submission: &'a Submission,
) -> impl Iterator<Item = &'a Parameter> {
    let plan = scope.plan;
    submission.inputs.iter().filter_map(move |input| parameter(plan, input))
}

fn parameter<'a>(plan: &'a Plan, input: &SubmissionInput) -> Option<&'a Parameter> {
    let Reference::Parameter(id) = input.source else { return None };
    Some(plan.parameter(id))
}

/// Lines that check the inputs. Azure ML pastes texts into command lines, so the characters that
/// would end the quotes around them are refused; and it drops texts that are empty.
fn demands(scope: &Scope<'_>, submission: &Submission, script: &mut String) {
    let in_double_quotes = in_double_quotes(scope, submission);
    for input in &submission.inputs {
        if value(scope, input).is_none() {
            continue;
        }
        match parameter(scope.plan, input) {
            Some(parameter) => check::demand_parameter(script, parameter, &input.name),
            None => check::demand_type(script, input.kind, &input.name),
        }
        if input.kind == ValueType::String {
            let (pattern, rule) = if in_double_quotes.contains(&input.source) {
                (
                    r#"^[^'"$`\]+$"#,
                    "must not be empty, or hold a quote, dollar, backtick or backslash",
                )
            } else {
                ("^[^']+$", "must not be empty, or hold a single quote")
            };
            check::demand(script, &input.name, pattern, rule);
        } else if !input.kind.is_scalar() {
            check::demand(script, &input.name, ".", "must not be empty");
        }
    }
}

/// References that stand inside double quotes in a command of the submission.
fn in_double_quotes<'a>(scope: &Scope<'a>, submission: &Submission) -> BTreeSet<&'a Reference> {
    let mut found = BTreeSet::new();
    for id in &submission.steps {
        let step = scope.plan.step(*id);
        let pieces = match &step.task {
            Task::Command(command) => &command.script,
            Task::FanOut(fan_out) => &fan_out.arguments,
        };
        scan(step, pieces, &mut found);
    }
    found
}

fn scan<'a>(step: &'a Step, pieces: &'a [ScriptPiece], found: &mut BTreeSet<&'a Reference>) {
    let mut quote = None;
    for piece in pieces {
        match piece {
            ScriptPiece::Literal(text) => quote = quote_after(text, quote),
            ScriptPiece::Input(index) if quote == Some('"') => {
                found.extend(references(&step.inputs[*index as usize].source));
            }
            ScriptPiece::Input(_) | ScriptPiece::Output(_) => {}
        }
    }
}

fn references(source: &Source) -> Vec<&Reference> {
    match source {
        Source::Literal(_) => Vec::new(),
        Source::Reference(reference) => vec![reference],
        Source::Text(text) => text
            .iter()
            .filter_map(|piece| match piece {
                Piece::Literal(_) => None,
                Piece::Reference(reference) => Some(reference),
            })
            .collect(),
    }
}

/// The quote that is open after a text, as bash reads it.
fn quote_after(text: &str, mut quote: Option<char>) -> Option<char> {
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (None | Some('"'), '\\') => {
                characters.next();
            }
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    quote
}

/// The command that writes the copy.
fn program(scope: &Scope<'_>, submission: &Submission) -> String {
    let root = to_root(scope);
    let takes_paths = |input: &SubmissionInput| {
        !input.kind.is_scalar() && matches!(input.source, Reference::Parameter(_))
    };
    let mut program = String::from("jq '\n");
    if submission.inputs.iter().any(takes_paths) {
        // Local paths of a spec are relative to the root, those of a job file to the file.
        let _ =
            writeln!(program, "  def place: if test(\"^/|:\") then . else \"{root}/\" + . end;");
    }
    let last = submission.inputs.len() - 1;
    for (index, input) in submission.inputs.iter().enumerate() {
        let end = if index == last { "" } else { " |" };
        let _ = writeln!(program, "  {}{end}", assignment(scope, input, &root));
    }
    let _ = writeln!(program, "' {} > {}", submission.job_file(), submission.run_file());
    program
}

fn assignment(scope: &Scope<'_>, input: &SubmissionInput, root: &str) -> String {
    let (key, variable) = (key(&input.name), check::variable(&input.name));
    let kind = input.kind.word();
    match (input.kind, &input.source) {
        (ValueType::Boolean, _) => format!(".inputs{key} = ($ENV.{variable} | fromjson)"),
        (kind, _) if kind.is_scalar() => format!(".inputs{key} = $ENV.{variable}"),
        (_, Reference::Output(producer, output)) if !scope.is_submitted(*producer) => {
            let port = scope.plan.port(*producer, *output);
            let mut path = format!("{root}/.mlopsc/inputs/{port}");
            if input.kind.is_single_file() {
                let name = &scope.plan.step(*producer).outputs[*output as usize].name;
                let _ = write!(path, "/{name}");
            }
            format!(".inputs{key} += {{type: \"{kind}\", path: \"{path}\"}}")
        }
        (_, Reference::Parameter(_)) => {
            format!(".inputs{key} += {{type: \"{kind}\", path: ($ENV.{variable} | place)}}")
        }
        _ => format!(".inputs{key} += {{type: \"{kind}\", path: $ENV.{variable}}}"),
    }
}

/// A key behind a dot; names with dots of their own need brackets.
fn key(name: &str) -> String {
    if name.contains('.') { format!("[\"{name}\"]") } else { format!(".{name}") }
}

/// From the folder of the Azure ML files back to the root.
fn to_root(scope: &Scope<'_>) -> String {
    let folder = scope.plan.azure_ml_path("");
    let depth = folder.split('/').filter(|part| !part.is_empty() && *part != ".").count();
    vec![".."; depth].join("/")
}
