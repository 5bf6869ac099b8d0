//! `fixed-version`: a version of an asset is made once, so that the next run of the pipeline fails.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, FIXED_VERSION, Sink};

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for (_, step) in checked.spec.steps.good() {
        for (_, output) in step.outputs.good() {
            let (Some(name), Some(version)) = (&output.register, &output.version) else { continue };
            let message = format!(
                "only the first run can register version `{}` of `{}`",
                version.value, name.value
            );
            sink.report(
                Diagnostic::new(&FIXED_VERSION, version.span, message)
                    .help("leave `version` out: Azure ML counts by itself"),
            );
        }
    }
}
