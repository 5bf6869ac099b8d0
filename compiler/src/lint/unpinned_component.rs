//! `unpinned-component`: a label names another version of a component whenever it is moved.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, Sink, UNPINNED_COMPONENT};
use crate::spec::steps::ComponentName;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for (_, step) in checked.spec.steps.good() {
        let Some(name) = step.named_component() else { continue };
        if ComponentName::of(&name.value).file().is_some() || !is_latest(&name.value) {
            continue;
        }
        let message = format!("`{}` is another component with each new version of it", name.value);
        let help = "name a version: `azureml:<name>:<version>`";
        sink.report(Diagnostic::new(&UNPINNED_COMPONENT, name.span, message).help(help));
    }
}

fn is_latest(name: &str) -> bool {
    let bare = |name: &str| !name.contains("/versions/") && !name.contains("/labels/");
    name.ends_with("@latest")
        || name.ends_with("/labels/latest")
        || name.starts_with("azureml://registries/") && bare(name)
}
