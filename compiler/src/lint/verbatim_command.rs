//! `verbatim-command`: values that Azure ML pastes into a command as they are.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, Sink, VERBATIM_COMMAND};
use crate::spec::text::Script;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for (_, step) in checked.spec.steps.good() {
        let parallel = step.parallel.as_ref().and_then(|it| Some(&it.arguments.as_ref()?.0));
        let spark = step.spark.as_ref().and_then(|it| Some(&it.args.as_ref()?.0));
        let trial = step.sweep.as_ref().and_then(|it| it.trial.command.as_ref());
        let others = [parallel, spark, trial].into_iter().flatten();
        for script in step.run.as_deref().into_iter().chain(others) {
            report(script, sink);
        }
    }
}

fn report(script: &Script, sink: &mut Sink) {
    if !script.verbatim {
        return;
    }
    let first = script.text.spans.first().copied();
    let message = if first.is_some() {
        "this value is pasted into the command as it is"
    } else {
        "nothing of this command is checked"
    };
    let at = first.unwrap_or(script.text.span);
    sink.report(Diagnostic::new(&VERBATIM_COMMAND, at, message).help(
        "write the command without `verbatim`: then values are quoted and cannot become code. An imported command is verbatim where its original has values outside of quotes, which Azure ML would get with quotes then",
    ));
}
