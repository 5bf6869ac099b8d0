//! `runner-variable`: variables that the CI machine, or what is written around a step, relies on.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, RUNNER_VARIABLE, Sink};
use crate::source::Spanned;

/// Each with what goes wrong without its own value.
const NEEDED: [(&str, &str); 8] = [
    ("PATH", "programs are found through it"),
    ("HOME", "tools keep their settings and sign-ins there"),
    ("CI", "tools ask it whether a person is there"),
    ("BASH_ENV", "every script of the job would run that file first"),
    ("LD_PRELOAD", "every program of the job would load that library"),
    ("AZURE_CONFIG_DIR", "the sign-in to Azure lies there"),
    ("AGENT_TEMPDIRECTORY", "Azure Pipelines sets it, and outputs lie there"),
    ("BUILD_SOURCESDIRECTORY", "Azure Pipelines sets it, and the repository lies there"),
];

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    let is_on_ci = checked.steps.iter().map(|step| !step.is_on_azure_ml());
    let is_on_ci: Vec<bool> = is_on_ci.collect();
    if is_on_ci.contains(&true) {
        checked.spec.env.good().for_each(|(name, _)| judge(name, sink));
    }
    for (item, _) in checked.spec.steps.items.iter().zip(is_on_ci).filter(|(_, on_ci)| *on_ci) {
        let variables = item.value.iter().flat_map(|step| step.env.good());
        variables.for_each(|(name, _)| judge(name, sink));
    }
}

fn judge(name: &Spanned<String>, sink: &mut Sink) {
    let Some((_, why)) = NEEDED.iter().find(|(needed, _)| *needed == name.value) else { return };
    let message = format!("`{}` belongs to the CI machine: {why}", name.value);
    sink.report(
        Diagnostic::new(&RUNNER_VARIABLE, name.span, message)
            .help("choose another name, or change it in `run`, for the commands that need it"),
    );
}
