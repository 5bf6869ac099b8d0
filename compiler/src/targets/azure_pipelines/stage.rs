//! What differs by stage. A person who starts a run chooses one; every other run is in the first. The
//! choice is known when the run is queued, as service connections must be.

use crate::emit::Map;
use crate::plan::{Azure, Plan, Text};
use crate::targets::own;

use super::expression::{self, Choice};
use super::reader::Reader;
use super::scope::Scope;
use super::value::Value;

/// The stage's name.
pub(super) fn name(scope: &Scope<'_>) -> String {
    match scope.plan.variants(scope.staging).as_slice() {
        [only] => only.stage_name().unwrap_or_default().to_owned(),
        _ => expression::chosen_stage(),
    }
}

/// Root-relative path of an Azure ML file.
pub(super) fn file(scope: &Scope<'_>, file: &str) -> String {
    let folder = scope.plan.azure_ml_folder();
    let is_staged = scope.plan.stage.is_some();
    if is_staged { format!("{folder}/{}/{file}", name(scope)) } else { format!("{folder}/{file}") }
}

/// One of the settings of Azure.
pub(super) fn azure(reader: &mut Reader<'_>, setting: impl Fn(&Azure) -> &Text) -> String {
    let scope = reader.scope();
    let variants = scope.plan.variants(scope.staging);
    let of = |plan: &Plan| setting(&plan.project.azure).clone();
    let all: Vec<String> = variants.iter().map(|plan| reader.setting(&of(plan))).collect();
    let choices = variants.iter().zip(&all);
    let choices = choices.map(|(plan, text)| choice(plan, text.clone())).collect();
    expression::by_stage(choices)
}

/// What a parameter is in the stage when a person leaves it empty.
pub(super) fn parameter(scope: &Scope<'_>, name: &str, default: impl Fn(&Plan) -> String) -> Value {
    let variants = scope.plan.variants(scope.staging);
    let choices: Vec<Choice<'_>> =
        variants.iter().map(|plan| choice(plan, default(plan))).collect();
    Value::pasted(expression::else_by_stage(name, &choices))
}

/// The stage's environment whose reviewers approve; empty without.
pub(super) fn approvals(scope: &Scope<'_>) -> String {
    let variants = scope.plan.variants(scope.staging);
    let text = |plan: &Plan| expression::literal(plan.stage_approval().unwrap_or_default());
    expression::by_stage(variants.iter().map(|plan| choice(plan, text(plan))).collect())
}

/// A text of ours for each stage.
pub(super) fn staged(scope: &Scope<'_>, texts: &[String]) -> Value {
    let variants = scope.plan.variants(scope.staging);
    let text = |plan: &Plan| expression::literal(own::Value::of_stage(texts, plan));
    Value::safe(expression::by_stage(
        variants.iter().map(|plan| choice(plan, text(plan))).collect(),
    ))
}

fn choice(plan: &Plan, text: String) -> Choice<'_> {
    (plan.stage_name().unwrap_or_default(), text)
}

/// The names of the stages that ask for no approval.
pub(super) fn open<'p>(scope: &Scope<'p>) -> Vec<&'p str> {
    let variants = scope.plan.variants(scope.staging).into_iter();
    let open = variants.filter(|plan| plan.stage_approval().is_none());
    open.filter_map(Plan::stage_name).collect()
}

/// The parameter by which a person chooses.
pub(super) fn declare(plan: &Plan) -> Map {
    let names: Vec<&str> = plan.project.stages.iter().map(|stage| stage.name.as_str()).collect();
    let mut map = Map::new();
    map.put("name", "stage").put("displayName", "The stage to run in").put("type", "string");
    map.put_some("default", names.first().copied()).put("values", names);
    map
}
