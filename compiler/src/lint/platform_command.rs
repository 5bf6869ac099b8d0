//! `platform-command`: words that one CI platform's runner obeys, and the other prints.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, PLATFORM_COMMAND, Sink};
use crate::plan::Home;
use crate::spec::text::RunnerWord;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    let targets = &checked.project.targets;
    for (item, step) in checked.spec.steps.items.iter().zip(&checked.steps) {
        let run = item.value.as_ref().and_then(|body| body.run.as_ref());
        let Some(run) = run.filter(|_| !step.is_on_azure_ml()) else { continue };
        for word in &run.runner_words {
            let (only, other) = match word {
                _ if word.is_azure_pipelines() => ("Azure Pipelines", Home::GitHub),
                _ => ("GitHub", Home::AzurePipelines),
            };
            if word.is_deprecated() || targets.contains(&other) {
                report(word, only, sink);
            }
        }
    }
}

fn report(word: &RunnerWord, only: &str, sink: &mut Sink) {
    let shown = &word.text.value;
    let message = if word.is_deprecated() {
        format!("GitHub has deprecated the command `{shown}`")
    } else {
        format!("only {only} obeys `{shown}`")
    };
    sink.report(
        Diagnostic::new(&PLATFORM_COMMAND, word.text.span, message)
            .help("a value for later steps is a scalar output: `echo … > ${{ outputs.x }}`"),
    );
}
