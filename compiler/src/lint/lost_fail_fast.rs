//! `lost-fail-fast`: Azure Pipelines lets every combination of a matrix run to its end
//! (<https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/jobs-job-strategy>).

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, LOST_FAIL_FAST, Sink};
use crate::plan::Home;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    if !checked.project.targets.contains(&Home::AzurePipelines) {
        return;
    }
    for (_, step) in checked.spec.steps.good() {
        let word = step.matrix.as_ref().and_then(|matrix| matrix.fail_fast.as_ref());
        let Some(word) = word.filter(|word| word.value) else { continue };
        let message = "Azure Pipelines stops no combination when another one fails";
        sink.report(
            Diagnostic::new(&LOST_FAIL_FAST, word.span, message)
                .help("remove it, or allow this where GitHub matters alone"),
        );
    }
}
