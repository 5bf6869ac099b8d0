//! `unapplied-trigger`: what Azure ML starts by itself is put there by the release, a file of the
//! primary CI platform. A project that does not write that platform's files has no release.

use crate::check::{Checked, CheckedTrigger};
use crate::diagnostics::{Diagnostic, Sink, UNAPPLIED_TRIGGER};
use crate::plan::Home;
use crate::spec::project::TargetWord;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    let project = &checked.project;
    // Who asks for the bodies of the REST API deploys them.
    if project.targets.contains(&project.ci)
        || project.also.contains(&TargetWord::AzureMlRest.word())
    {
        return;
    }
    let on_azure_ml = |it: &&CheckedTrigger| it.enabled && it.homes.contains(&Home::AzureMl);
    for trigger in checked.triggers.iter().filter(on_azure_ml) {
        let name = &trigger.name.value;
        let message = format!("nobody puts `{name}` into the workspace: no release is written");
        let help = format!(
            "add `{}` to `targets` in mlopsc.yaml, or apply its files with `az ml … create` and allow it here",
            project.ci.word()
        );
        sink.report(Diagnostic::new(&UNAPPLIED_TRIGGER, trigger.name.span, message).help(help));
    }
}
