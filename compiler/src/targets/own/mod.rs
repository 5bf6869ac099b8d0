//! What a CI job runs, whatever the platform: the command of the author's, or work of ours, which is
//! bash that reads everything from its environment. It calls `fail MESSAGE`, which ends it, `warn
//! MESSAGE`, `report LINE`, which people find beside the run, and now and then `renew`, which signs in
//! again before a sign-in ends.

mod deploy;
mod image;
mod register;

use crate::plan::{OwnWork, Piece, Place, Plan, Reference, ScriptPiece, Step, StepId, Task, Text};
use crate::plan::{Source, Variable};

/// An `az` whose errors no platform takes for commands, and `quoted`, which does that to a text.
const QUOTED: &str = include_str!("scripts/az.sh");

/// What a CI job runs.
pub(crate) struct Work {
    /// The script.
    pub(crate) script: String,
    /// Where the variables come from that it reads.
    pub(crate) variables: Vec<(String, Value)>,
    /// Whether it is ours.
    pub(crate) is_own: bool,
    /// What takes back, with the same variables, whatever a script that did not end well has begun.
    pub(crate) undo: Option<String>,
}

/// Where a variable of a script comes from.
pub(crate) enum Value {
    /// From what the author refers to.
    Of(Variable),
    /// Text around values.
    Text(Text),
    /// The name of the Azure ML job that runs a step.
    JobOf(StepId),
    /// Fixed text for each stage, in the order of the project's.
    Staged(Vec<String>),
}

impl Work {
    /// What a step on CI runs.
    pub(crate) fn of(plan: &Plan, step: &Step) -> Option<Self> {
        match &step.task {
            Task::Command(command) => {
                let of = |(name, variable): &(String, Variable)| {
                    (name.clone(), Value::Of(variable.clone()))
                };
                Some(Self {
                    script: command.script.iter().filter_map(literal_of).collect(),
                    variables: command.variables.iter().map(of).collect(),
                    is_own: false,
                    undo: None,
                })
            }
            Task::Own(own) => Some(match own.as_ref() {
                OwnWork::Register(it) => register::work(plan, step, it),
                OwnWork::Image(it) => image::work(plan, *it),
                OwnWork::Deploy(it) => deploy::work(plan, step, it),
            }),
            Task::FanOut(_) | Task::Native(_) | Task::Component(_) => None,
        }
    }

    fn ours(script: &str, variables: Vec<(String, Value)>) -> Self {
        Self { script: script.to_owned(), variables, is_own: true, undo: None }
    }
}

impl Value {
    /// The text of a plan's stage, where a value differs by stage.
    pub(crate) fn of_stage<'a>(texts: &'a [String], plan: &Plan) -> &'a str {
        let own = plan.stage.and_then(|id| texts.get(id.0 as usize));
        own.or(texts.first()).map_or("", String::as_str)
    }
}

/// Tags with values in them: `TAGS` says which variable holds which.
fn asset_tags(tags: &[(String, Text)]) -> Vec<(String, Value)> {
    let names: Vec<String> = (1..=tags.len()).map(|number| format!("TAG_{number}")).collect();
    let pairs = tags.iter().zip(&names).map(|((tag, _), name)| (tag.clone(), name.clone().into()));
    let map = serde_json::Value::Object(pairs.collect());
    let mut variables = vec![("TAGS".to_owned(), Value::Text(literal(map.to_string())))];
    let values = tags.iter().map(|(_, text)| Value::Text(text.clone()));
    variables.extend(names.into_iter().zip(values));
    variables
}

/// The piece as it stands; on CI there is no other.
fn literal_of(piece: &ScriptPiece) -> Option<&str> {
    match piece {
        ScriptPiece::Literal(text) => Some(text),
        ScriptPiece::Input(_)
        | ScriptPiece::Output(_)
        | ScriptPiece::Searched(_)
        | ScriptPiece::OptionalStart
        | ScriptPiece::OptionalEnd => None,
    }
}

/// Fixed text.
fn literal(text: impl Into<String>) -> Text {
    let text = text.into();
    if text.is_empty() { Vec::new() } else { vec![Piece::Literal(text)] }
}

/// What is read where it lies in Azure ML, so that nobody downloads it: the step that gives it, and
/// which of its outputs.
pub(crate) fn left_in_azure_ml(plan: &Plan, step: &Step, source: &Source) -> Option<(StepId, u32)> {
    match (&step.task, source) {
        (Task::Own(_), Source::Reference(Reference::Output(from, output))) => {
            let is_there = matches!(plan.step(*from).place, Place::AzureMl(_));
            is_there.then_some((*from, *output))
        }
        _ => None,
    }
}
