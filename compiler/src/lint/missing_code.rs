//! `missing-code`: a step on Azure ML has the files of its `code` folder and no others.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, MISSING_CODE, Sink};
use crate::spec::text::Script;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for (item, step) in checked.spec.steps.items.iter().zip(&checked.steps) {
        let Some(body) = item.value.as_ref().filter(|_| step.is_on_azure_ml()) else { continue };
        if body.code.is_none() {
            body.run.iter().for_each(|command| look(command, "code", sink));
        }
        let trial = body.sweep.iter().map(|sweep| &sweep.trial);
        for command in trial.filter(|it| it.code.is_none()).filter_map(|it| it.command.as_ref()) {
            look(command, "trial.code", sink);
        }
    }
}

fn look(command: &Script, key: &str, sink: &mut Sink) {
    let Some(program) = command.programs.first() else { return };
    let message = format!("nothing is uploaded with this step, and it runs `{}`", program.value);
    sink.report(
        Diagnostic::new(&MISSING_CODE, program.span, message)
            .help(format!("name the folder of the script in `{key}`; a script of the image is best called by its whole path")),
    );
}
