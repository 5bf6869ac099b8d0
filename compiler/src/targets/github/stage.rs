//! What differs by stage. A person who starts a run chooses one; every other run is in the first.

use crate::emit::Map;
use crate::plan::{Azure, Piece, Plan, Text};
use crate::targets::own::Value;

use super::expression::{self, expression, quoted};
use super::gate;
use super::scope::Scope;

/// A part of an expression: what `operand` gives for the stage that is run in. `case` is right for
/// values that count as false, too, which `&&` and `||` are not.
pub(super) fn operand(scope: &Scope<'_>, operand: impl Fn(&Plan) -> String) -> String {
    let variants = scope.plan.variants(scope.staging);
    let default = operand(variants[0]);
    let mut arms = String::new();
    for plan in &variants[1..] {
        let own = operand(plan);
        if own != default {
            let name = quoted(plan.stage_name().unwrap_or_default());
            arms.extend(["inputs.stage == ", &name, ", ", &own, ", "]);
        }
    }
    if arms.is_empty() { default } else { format!("case({arms}{default})") }
}

/// A literal of the compiler's own that differs by stage.
fn literal(scope: &Scope<'_>, text: impl Fn(&Plan) -> String) -> String {
    let all: Vec<String> = scope.plan.variants(scope.staging).into_iter().map(&text).collect();
    if all.iter().all(|one| *one == all[0]) {
        return expression::literal(&all[0]);
    }
    expression(&operand(scope, |plan| quoted(&text(plan))))
}

/// A text of ours for each stage.
pub(super) fn staged(scope: &Scope<'_>, texts: &[String]) -> String {
    literal(scope, |plan| Value::of_stage(texts, plan).to_owned())
}

/// The stage's name.
pub(super) fn name(scope: &Scope<'_>) -> String {
    literal(scope, |plan| plan.stage_name().unwrap_or_default().to_owned())
}

/// The root-relative folder of the Azure ML files.
pub(super) fn folder(scope: &Scope<'_>) -> String {
    let folder = scope.plan.azure_ml_folder();
    let is_staged = scope.plan.stage.is_some();
    if is_staged { format!("{folder}/{}", name(scope)) } else { folder }
}

/// One of the settings of Azure.
pub(super) fn azure(scope: &Scope<'_>, setting: impl Fn(&Azure) -> Option<&Text>) -> String {
    let variants = scope.plan.variants(scope.staging);
    let of = |plan: &Plan| setting(&plan.project.azure).cloned().unwrap_or_default();
    let first = of(variants[0]);
    if variants.iter().all(|plan| of(plan) == first) {
        return expression::text(scope, &first);
    }
    expression(&operand(scope, |plan| setting_operand(scope, &of(plan))))
}

/// A setting is a literal, or one variable.
fn setting_operand(scope: &Scope<'_>, text: &Text) -> String {
    match text.as_slice() {
        [Piece::Reference(reference)] => {
            let whole = expression::reference(scope, reference);
            let body = whole.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}"));
            body.map_or_else(|| quoted(&whole), str::to_owned)
        }
        pieces => {
            let literal = |piece: &Piece| match piece {
                Piece::Literal(text) => text.clone(),
                Piece::Reference(_) => String::new(),
            };
            quoted(&pieces.iter().map(literal).collect::<String>())
        }
    }
}

/// The environment of a job that signs in to Azure, where a stage asks for approval or the settings
/// name one. Without a name, the platform takes none.
pub(super) fn environment(scope: &Scope<'_>) -> Option<Environment> {
    let variants = scope.plan.variants(scope.staging);
    let names: Vec<Option<String>> =
        variants.iter().map(|plan| plan.sign_in_environment().map(str::to_owned)).collect();
    if names.iter().all(Option::is_none) {
        return None;
    }
    let text = literal(scope, |plan| plan.sign_in_environment().unwrap_or_default().to_owned());
    Some(Environment { text, names })
}

/// The environment whose reviewers a gate demands, as a part of a URL; empty in a stage without.
pub(super) fn gate(scope: &Scope<'_>) -> String {
    literal(scope, |plan| gate::url_part(plan.stage_approval().unwrap_or_default()))
}

/// The environment of a job: as it is written, and what it may be; `None`: none.
#[derive(Clone)]
pub(super) struct Environment {
    pub(super) text: String,
    pub(super) names: Vec<Option<String>>,
}

impl Environment {
    /// Always the same one.
    pub(super) fn fixed(name: &str) -> Self {
        Self { text: name.to_owned(), names: vec![Some(name.to_owned())] }
    }
}

/// The input by which a person chooses.
pub(super) fn input(plan: &Plan) -> Map {
    let names: Vec<&str> = plan.project.stages.iter().map(|stage| stage.name.as_str()).collect();
    let mut input = Map::new();
    input.put("description", "The stage to run in").put("type", "choice");
    input.put("options", names.clone());
    input.put_some("default", names.first().copied());
    input
}
