//! `ignored-failure`: keys of the platforms with which a job may fail, and what needs it runs all the
//! same.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, IGNORED_FAILURE, Sink};
use crate::plan::{Data, Scalar, When};
use crate::spec::passthrough::Keys;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    let mut edges: Vec<_> = checked.edges.iter().collect();
    edges.sort_by_key(|edge| edge.to);
    for (index, item) in (0_u32..).zip(&checked.spec.steps.items) {
        let passed = item.value.as_ref().and_then(|body| body.passthrough.as_deref());
        let Some(passed) = passed else { continue };
        let expects_success = |to: u32| checked.steps[to as usize].when == When::Success;
        let next = edges.iter().find(|edge| edge.from == index && expects_success(edge.to));
        let Some(next) = next else { continue };
        let keys = [
            (passed.github.as_ref(), "continue-on-error"),
            (passed.azure_pipelines.as_ref(), "continueOnError"),
        ];
        for (keys, word) in keys {
            let Some(at) = keys.and_then(|keys| place(keys, word)) else { continue };
            let needs = &checked.spec.steps.items[next.to as usize].name;
            let message = format!(
                "when `{}` fails, `{}`, which needs it, runs all the same",
                item.name.value, needs.value
            );
            sink.report(
                Diagnostic::new(&IGNORED_FAILURE, at, message)
                    .related(next.span, "needed here")
                    .help("take it out, or the step out of what others need; `|| true` behind a command lets that one fail"),
            );
        }
    }
}

/// The key, unless it says what holds anyway.
fn place(keys: &Keys, word: &str) -> Option<crate::source::Span> {
    let (name, _) = keys.0.iter().find(|(name, value)| {
        name.value == word && value.value != Data::Scalar(Scalar::Boolean(false))
    })?;
    Some(name.span)
}
