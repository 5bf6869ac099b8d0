//! `lost-title`: what Azure ML's own tools drop from a parallel node, so that nobody will read it.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, LOST_TITLE, Sink};
use crate::source::Span;
use crate::spec::steps::StepSpec;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    let parallel = checked.spec.steps.good().filter(|(_, step)| step.parallel.is_some());
    for (key, at) in parallel.filter_map(|(_, step)| first(step)) {
        let message = format!("the portal will not show the `{key}` of a `parallel` step");
        sink.report(
            Diagnostic::new(&LOST_TITLE, at, message)
                .help("Azure ML drops it when the job is submitted; say it in the step's name or in a comment"),
        );
    }
}

/// The first such key of a step, since one reason holds for all.
fn first(step: &StepSpec) -> Option<(&'static str, Span)> {
    let keys = [
        ("display_name", step.display_name.as_ref().map(|it| it.span)),
        ("tags", step.tags.good().next().map(|(name, _)| name.span)),
    ];
    let found = keys.into_iter().filter_map(|(key, at)| Some((key, at?)));
    found.min_by_key(|(_, at)| at.start)
}
