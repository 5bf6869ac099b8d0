//! When a job runs. Without a condition it runs after all jobs before it, direct and indirect,
//! succeeded; so whatever comes after a skipped job is skipped.

use crate::plan::{Condition, Fact, Reference, When};

use super::expression;
use super::reader::Reader;

const NO_FORK: &str = "ne(variables['System.PullRequest.IsFork'], 'True')";

/// The condition of a job that no approval stands before. `is_first`: it depends on nothing;
/// `values`: what must be true besides.
pub(super) fn of(
    when: When,
    is_first: bool,
    guards_forks: bool,
    values: &[&str],
) -> Option<String> {
    let (status, needs_guard) = match when {
        When::Success => ("succeeded()", is_first),
        When::Failure => ("failed()", false),
        When::Always => ("always()", true),
    };
    let guard = (guards_forks && needs_guard).then_some(NO_FORK);
    let besides: Vec<&str> = guard.into_iter().chain(values.iter().copied()).collect();
    if besides.is_empty() {
        return (when != When::Success).then(|| status.to_owned());
    }
    Some(format!("and({status}, {})", besides.join(", ")))
}

/// Whether the stage, as the file has it, is one that these do not name.
pub(super) fn stage_is_none_of(stage: &str, names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| expression::quoted(name)).collect();
    format!("notIn('{stage}', {})", names.join(", "))
}

/// A gate that is open.
pub(super) fn passed(gate: &str) -> String {
    format!("eq(dependencies.{gate}.result, 'Succeeded')")
}

/// The condition of a job behind an approval: only a yes counts, whatever happened before.
pub(super) fn approved(when: When, approval: &str) -> Option<String> {
    (when != When::Success).then(|| passed(approval))
}

/// Whether a condition over values holds, as a runtime expression.
pub(super) fn values(reader: &mut Reader<'_>, condition: &Condition) -> String {
    let mut all = |parts: &[Condition], word: &str| {
        let parts: Vec<String> = parts.iter().map(|part| values(reader, part)).collect();
        format!("{word}({})", parts.join(", "))
    };
    match condition {
        Condition::Compare { left, right, same } => {
            compare(reader, if *same { "eq" } else { "ne" }, left, right)
        }
        Condition::Not(inner) => format!("not({})", values(reader, inner)),
        Condition::All(parts) => all(parts, "and"),
        Condition::Any(parts) => all(parts, "or"),
    }
}

fn compare(reader: &mut Reader<'_>, word: &str, left: &Fact, right: &Fact) -> String {
    match (git_ref(left), git_ref(right)) {
        (Some(git), None) => git.compared(word, &fact(reader, right)),
        (None, Some(git)) => git.compared(word, &fact(reader, left)),
        // A run is for a branch or for a tag: they are alike when both are the same word.
        (Some(_), Some(_)) => {
            let same = matches!((left, right), (Fact::Reference(a), Fact::Reference(b)) if a == b);
            format!("{word}({same}, true)")
        }
        (None, None) => format!("{word}({}, {})", fact(reader, left), fact(reader, right)),
    }
}

fn git_ref(fact: &Fact) -> Option<&'static expression::GitRef> {
    match fact {
        Fact::Reference(Reference::GitBranch) => Some(&expression::BRANCH),
        Fact::Reference(Reference::GitTag) => Some(&expression::TAG),
        Fact::Reference(_) | Fact::Literal(_) => None,
    }
}

fn fact(reader: &mut Reader<'_>, fact: &Fact) -> String {
    match fact {
        Fact::Literal(text) => expression::quoted(text),
        Fact::Reference(reference) => reader.fact(reference),
    }
}

/// After the submission, whatever the wait for it came to.
pub(super) fn submitted(submission: &str) -> String {
    let result = format!("dependencies.{submission}.result");
    format!("and(not(canceled()), in({result}, 'Succeeded', 'SucceededWithIssues'))")
}

/// When the run was cancelled and an Azure ML job may have been started.
pub(super) fn cancelled(job_name: &str) -> String {
    format!("and(canceled(), ne({job_name}, ''))")
}
