//! `self-hosted-runner`: what one run leaves on a machine of one's own, the next run finds
//! (zizmor's `self-hosted-runner`).

use crate::diagnostics::{Diagnostic, SELF_HOSTED_RUNNER, Sink};
use crate::spec::project::ProjectSpec;

pub(crate) fn lint_project(project: &ProjectSpec, sink: &mut Sink) {
    for (name, runner) in project.runners.good() {
        if runner.github.0.is_empty() && runner.azure_pipelines.is_none() {
            continue;
        }
        let message = format!("the runner `{}` is a machine of your own", name.value);
        sink.report(
            Diagnostic::new(&SELF_HOSTED_RUNNER, name.span, message)
                .label("kept between runs")
                .help("make sure that it is new for each run and that pull requests of strangers cannot start it; then write `# mlopsc: allow(self-hosted-runner)`"),
        );
    }
}
