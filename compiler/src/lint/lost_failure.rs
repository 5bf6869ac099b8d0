//! `lost-failure`: Azure ML starts a command with nothing before it, so that bash goes on when one
//! of several commands fails. CI starts scripts with `set -eo pipefail`.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, LOST_FAILURE, Sink};

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for (item, step) in checked.spec.steps.items.iter().zip(&checked.steps) {
        let Some(body) = item.value.as_ref().filter(|_| step.is_on_azure_ml()) else { continue };
        let trial = body.sweep.as_ref().and_then(|it| it.trial.command.as_ref());
        for script in body.run.as_deref().into_iter().chain(trial) {
            let Some(lost) = &script.lost else { continue };
            let message =
                format!("when `{}` fails, Azure ML goes on with the next command", lost.value);
            sink.report(Diagnostic::new(&LOST_FAILURE, lost.span, message).help(
                "write `set -e` first, or `&&` in place of `;` and line ends; `|| true` where it may fail",
            ));
        }
    }
}
