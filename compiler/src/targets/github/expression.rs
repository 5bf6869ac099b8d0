//! GitHub's expression language. Its brackets are written here and nowhere else in this target.

use crate::plan::{
    Condition, Fact, Parameter, ParameterId, Piece, Reference, Scalar, Text, ValueType,
    WorkflowParameter,
};

use super::inputs;
use super::payload;
use super::scope::Scope;
use super::stage;

/// A whole value that the platform computes.
pub(super) fn expression(body: &str) -> String {
    ["${{ ", body, " }}"].concat()
}

/// A text that the platform must leave alone.
pub(super) fn literal(text: &str) -> String {
    text.replace("${{", &expression(&quoted("${{")))
}

/// A string literal.
pub(super) fn quoted(text: &str) -> String {
    ["'", &text.replace('\'', "''"), "'"].concat()
}

/// A condition: brackets only where the text would not be plain YAML without them.
pub(super) fn condition(body: &str) -> String {
    if body.starts_with('!') { expression(body) } else { body.to_owned() }
}

/// The value of a reference, for `env` and `with`.
pub(super) fn reference(scope: &Scope<'_>, reference: &Reference) -> String {
    match reference {
        Reference::Parameter(id) => match scope.binding(*id) {
            Some(bound) => expression(&parameter(scope, scope.plan.parameter(*id), bound)),
            None => literal(&default(scope.plan.parameter(*id))),
        },
        Reference::Output(step, output) => {
            let name = &scope.plan.step(*step).outputs[*output as usize].name;
            expression(&scope.needed_output(*step, name))
        }
        Reference::Matrix(name) => expression(&format!("matrix.{name}")),
        Reference::GitSha => expression("github.sha"),
        // A pull request's `ref_name` is `<number>/merge`; its branch is `head_ref`.
        Reference::GitBranch => {
            expression("github.head_ref || github.ref_type == 'branch' && github.ref_name || ''")
        }
        Reference::GitTag => expression("github.ref_type == 'tag' && github.ref_name || ''"),
        Reference::RunId => expression("github.run_id"),
        Reference::StageName => stage::name(scope),
        Reference::Variable(name) => ["${{ vars.", name, " }}"].concat(),
        Reference::Secret(name) => ["${{ secrets.", name, " }}"].concat(),
    }
}

/// Whether a condition over values holds.
pub(super) fn values(scope: &Scope<'_>, condition: &Condition) -> String {
    let join = |parts: &[Condition], word: &str| {
        let parts: Vec<_> = parts.iter().map(|part| in_brackets(&values(scope, part))).collect();
        parts.join(word)
    };
    match condition {
        Condition::Compare { left, right, same } => {
            let (left, right) = (fact(scope, left), fact(scope, right));
            format!("{left} {} {right}", if *same { "==" } else { "!=" })
        }
        Condition::Not(inner) => format!("!{}", in_brackets(&values(scope, inner))),
        Condition::All(parts) => join(parts, " && "),
        Condition::Any(parts) => join(parts, " || "),
    }
}

/// A value in a condition, as text: a boolean compares with a text as a number.
fn fact(scope: &Scope<'_>, fact: &Fact) -> String {
    match fact {
        Fact::Literal(text) => quoted(text),
        Fact::Reference(source) => {
            let whole = reference(scope, source);
            match whole.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}")) {
                Some(body) if is_typed(scope, source) => format!("format('{{0}}', {body})"),
                Some(body) => in_brackets(body),
                None => quoted(&whole),
            }
        }
    }
}

/// Whether the platform knows a value as a boolean or a number.
fn is_typed(scope: &Scope<'_>, source: &Reference) -> bool {
    let is_typed = |id: &ParameterId| scope.plan.parameter(*id).kind != ValueType::String;
    matches!(source, Reference::Parameter(id) if is_typed(id))
}

fn in_brackets(part: &str) -> String {
    let is_one = !part.contains("&&") && !part.contains("||");
    if is_one { part.to_owned() } else { format!("({part})") }
}

/// The value of a text with references in it.
pub(super) fn text(scope: &Scope<'_>, text: &Text) -> String {
    text.iter()
        .map(|piece| match piece {
            Piece::Literal(words) => literal(words),
            Piece::Reference(source) => reference(scope, source),
        })
        .collect()
}

fn default(parameter: &Parameter) -> String {
    parameter.default.as_ref().map(Scalar::text).unwrap_or_default()
}

/// What a dispatch brings, else what holds without one.
fn parameter(scope: &Scope<'_>, parameter: &Parameter, bound: &WorkflowParameter) -> String {
    let own = by_hand(scope, parameter, bound);
    if !scope.is_brought(bound) {
        return own;
    }
    let sent = payload::value(parameter);
    let is_text = parameter.kind == ValueType::String || !parameter.kind.is_scalar();
    if is_text {
        format!("{sent} || {own}")
    } else {
        // `false` and 0 are values, too, and their texts count as true.
        format!("format('{{0}}', {sent}) || {own}")
    }
}

/// What a person typed, else the value that the file's triggers bind. `inputs` is empty unless a
/// person started the run.
fn by_hand(scope: &Scope<'_>, parameter: &Parameter, bound: &WorkflowParameter) -> String {
    let input = format!("inputs.{}", inputs::id(parameter));
    if scope.is_staged(bound.id) {
        // A text, whatever the type: what a person leaves empty is the stage's own.
        let own = stage::operand(scope, |plan| {
            quoted(&plan.value_of(bound).map(Scalar::text).unwrap_or_default())
        });
        return format!("{input} || {own}");
    }
    let value = scope.plan.variants(scope.run)[0].value_of(bound);
    let Some(value) = value.filter(|_| !scope.by_hand_only) else { return input };
    if parameter.optional {
        // What a person leaves empty stays empty.
        let value = quoted(&value.text());
        return format!("github.event_name != 'workflow_dispatch' && {value} || {input}");
    }
    if parameter.kind == ValueType::Boolean {
        // `false || true` would be true, so a default of true asks who started the run.
        return match value {
            Scalar::Boolean(true) => format!("github.event_name != 'workflow_dispatch' || {input}"),
            Scalar::Boolean(false) | Scalar::Text(_) | Scalar::Integer(_) | Scalar::Number(_) => {
                format!("{input} || false")
            }
        };
    }
    let value = value.text();
    if value.is_empty() {
        input
    } else if inputs::is_number(parameter) {
        // The number 0 counts as false, its text does not.
        format!("format('{{0}}', {input}) || {}", quoted(&value))
    } else {
        format!("{input} || {}", quoted(&value))
    }
}
