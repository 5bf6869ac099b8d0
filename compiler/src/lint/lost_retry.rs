//! `lost-retry`: GitHub tries no step again
//! (<https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idsteps>).

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, LOST_RETRY, Sink};
use crate::plan::Home;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    if !checked.project.targets.contains(&Home::GitHub) {
        return;
    }
    for (_, step) in checked.spec.steps.good() {
        let Some(retry) = &step.retry else { continue };
        let message = "GitHub tries no step again: there it fails at once";
        sink.report(
            Diagnostic::new(&LOST_RETRY, retry.0.span, message).help(
                "try again inside of `run`, or allow this where Azure Pipelines matters alone",
            ),
        );
    }
}
