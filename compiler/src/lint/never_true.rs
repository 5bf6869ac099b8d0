//! `never-true`: conditions that no value, or no trigger of the step, can meet. Only what can be
//! listed is looked at: stages, values of parameters, and the branches and tags that triggers name.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::{Checked, CheckedTrigger};
use crate::diagnostics::{Diagnostic, NEVER_TRUE, Sink};
use crate::plan::{Condition, Fact, Home, Push, Reference, Scalar, TriggerKind, ValueType};
use crate::spec::when::WhenSpec;

/// More combinations of values are not tried.
const MOST: usize = 512;
/// Stands for every text that the condition does not name.
const OTHER: &str = "\0";

/// The texts that each value may be, in small letters: platforms compare without regard to case.
type Values<'p> = BTreeMap<&'p Reference, BTreeSet<String>>;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for (index, (item, step)) in (0..).zip(checked.spec.steps.items.iter().zip(&checked.steps)) {
        let when = item.value.as_ref().and_then(|body| body.when.as_ref());
        let (Some(WhenSpec::Condition(written)), Some(condition)) = (when, &step.condition) else {
            continue;
        };
        let Some(values) = values(checked, condition) else { continue };
        let at = written.text.span;
        if !can_be(condition, &values) {
            let message = "this is never true, so that the step never runs";
            let help =
                "no values meet all that it asks for; `||` stands between what excludes each other";
            sink.report(Diagnostic::new(&NEVER_TRUE, at, message).help(help));
            continue;
        }
        let starts = |it: &&CheckedTrigger| {
            it.enabled && it.homes != [Home::AzureMl] && it.sliced.slice.steps.contains(&index)
        };
        let mut triggers = checked.triggers.iter().filter(starts).peekable();
        let first = triggers.peek().map(|trigger| trigger.name.span);
        let branch = checked.project.default_branch.as_str();
        if let Some(first) = first
            && triggers.all(|trigger| !can_be(condition, &narrowed(&values, &trigger.kind, branch)))
        {
            let message = "no trigger of this step makes this true";
            let help = "let a `push` trigger name the branch or tag (`push: { tags: [\"v*\"] }`), or allow this where people start it by hand";
            let found = Diagnostic::new(&NEVER_TRUE, at, message);
            sink.report(found.related(first, "the triggers").help(help));
        }
    }
}

/// What each value of a condition may be; `None` when two of them are compared with each other.
fn values<'p>(checked: &Checked<'_>, condition: &'p Condition) -> Option<Values<'p>> {
    let mut values = Values::new();
    collect(condition, &mut values)?;
    for (reference, texts) in &mut values {
        let known = listed(checked, reference);
        if known.is_empty() {
            texts.insert(OTHER.to_owned());
        } else {
            *texts = known.iter().map(|text| text.to_ascii_lowercase()).collect();
        }
        if matches!(reference, Reference::GitTag | Reference::GitBranch) {
            texts.insert(String::new());
        }
    }
    Some(values)
}

/// The only texts that a value may be; none where that is not said.
fn listed(checked: &Checked<'_>, reference: &Reference) -> Vec<String> {
    if *reference == Reference::StageName {
        return checked.project.stages.iter().map(|stage| stage.name.clone()).collect();
    }
    let Reference::Parameter(id) = reference else { return Vec::new() };
    let parameter = &checked.parameters[id.0 as usize];
    if parameter.kind == ValueType::Boolean {
        return vec!["true".to_owned(), "false".to_owned()];
    }
    parameter.choices.iter().map(Scalar::text).collect()
}

/// The texts that values are compared with.
fn collect<'p>(condition: &'p Condition, values: &mut Values<'p>) -> Option<()> {
    match condition {
        Condition::Compare { left, right, .. } => {
            let (reference, text) = match (left, right) {
                (Fact::Reference(reference), Fact::Literal(text))
                | (Fact::Literal(text), Fact::Reference(reference)) => (reference, text),
                (Fact::Reference(_), Fact::Reference(_)) | (Fact::Literal(_), Fact::Literal(_)) => {
                    return None;
                }
            };
            values.entry(reference).or_default().insert(text.to_ascii_lowercase());
            Some(())
        }
        Condition::Not(inner) => collect(inner, values),
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().try_for_each(|part| collect(part, values))
        }
    }
}

/// The values of runs that a trigger starts.
fn narrowed<'p>(values: &Values<'p>, kind: &TriggerKind, default_branch: &str) -> Values<'p> {
    let (branches, tags) = match kind {
        TriggerKind::Push(push) => (branches(push), push.tags.is_empty().then(Vec::new)),
        TriggerKind::Schedule(_) => (Some(vec![default_branch]), Some(Vec::new())),
        TriggerKind::PullRequest(_) | TriggerKind::Http(_) | TriggerKind::Event(_) => {
            (None, Some(Vec::new()))
        }
        // Azure Pipelines runs the commit that the other pipeline ran, GitHub that of the default branch.
        TriggerKind::Completed(_) => (None, Some(Vec::new())),
        // Whoever calls Azure Pipelines says for which branch or tag.
        TriggerKind::Call(_) | TriggerKind::Manual => (None, None),
    };
    let is_left = |only: &Option<Vec<&str>>, text: &str| match only {
        Some(only) => text.is_empty() || only.iter().any(|it| it.eq_ignore_ascii_case(text)),
        None => true,
    };
    let mut values = values.clone();
    for (reference, texts) in &mut values {
        let only = match reference {
            Reference::GitBranch => &branches,
            Reference::GitTag => &tags,
            Reference::Parameter(_)
            | Reference::Output(..)
            | Reference::Matrix(_)
            | Reference::GitSha
            | Reference::RunId
            | Reference::StageName
            | Reference::Variable(_)
            | Reference::Secret(_) => continue,
        };
        texts.retain(|text| is_left(only, text));
    }
    values
}

/// The branches of a push, where they are names.
fn branches(push: &Push) -> Option<Vec<&str>> {
    let is_name = |pattern: &String| !pattern.contains(['*', '?', '!', '[', '+', '\\']);
    let are_names = push.branches.iter().all(is_name);
    let is_open = push.branches.is_empty() && push.tags.is_empty();
    (are_names && !is_open).then(|| push.branches.iter().map(String::as_str).collect())
}

/// Whether any of the values make it true; so it is, too, when there are too many to try.
fn can_be(condition: &Condition, values: &Values<'_>) -> bool {
    let count = values.values().try_fold(1_usize, |all, texts| all.checked_mul(texts.len()));
    let Some(count) = count.filter(|count| *count <= MOST) else { return true };
    (0..count).any(|number| {
        let mut rest = number;
        let chosen: BTreeMap<&Reference, &str> = values
            .iter()
            .map(|(reference, texts)| {
                let text = texts.iter().nth(rest % texts.len());
                rest /= texts.len();
                (*reference, text.map_or("", String::as_str))
            })
            .collect();
        holds(condition, &chosen)
    })
}

fn holds(condition: &Condition, chosen: &BTreeMap<&Reference, &str>) -> bool {
    let text = |fact: &Fact| match fact {
        Fact::Literal(text) => text.to_ascii_lowercase(),
        Fact::Reference(reference) => chosen.get(reference).copied().unwrap_or_default().to_owned(),
    };
    match condition {
        Condition::Compare { left, right, same } => (text(left) == text(right)) == *same,
        Condition::Not(inner) => !holds(inner, chosen),
        Condition::All(parts) => parts.iter().all(|part| holds(part, chosen)),
        Condition::Any(parts) => parts.iter().any(|part| holds(part, chosen)),
    }
}
