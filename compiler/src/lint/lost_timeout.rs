//! `lost-timeout`: a pipeline job of Azure ML has no limit, so that CI keeps the `timeout` of a
//! pipeline and Azure ML those of steps.

use crate::check::{Checked, CheckedTrigger};
use crate::diagnostics::{Diagnostic, LOST_TIMEOUT, Sink};
use crate::plan::Home;
use crate::spec::DEFAULT_TIMEOUT_MINUTES;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    if checked.project.targets.iter().any(|target| target.is_ci()) {
        beyond(checked, sink);
        alone(checked, sink);
    } else if let Some(timeout) = &checked.spec.timeout {
        let message = "nothing ends a job by it: the project writes no files of CI";
        sink.report(
            Diagnostic::new(&LOST_TIMEOUT, timeout.span, message)
                .help("give the steps a `timeout` of their own"),
        );
    }
}

/// A trigger starts jobs without CI.
fn alone(checked: &Checked<'_>, sink: &mut Sink) {
    let Some(timeout) = &checked.spec.timeout else { return };
    let endless = |step: &u32| checked.steps[*step as usize].timeout_seconds.is_none();
    let is_alone = |it: &&CheckedTrigger| {
        let lives_there = it.enabled && it.homes.contains(&Home::AzureMl);
        lives_there && it.sliced.slice.steps.iter().any(endless)
    };
    let Some(trigger) = checked.triggers.iter().find(is_alone) else { return };
    let name = &trigger.name.value;
    let message = format!("only CI ends jobs by it, and Azure ML starts `{name}` by itself");
    let help =
        format!("give the steps a `timeout` of their own{}", super::or_ci(checked, &trigger.kind));
    sink.report(Diagnostic::new(&LOST_TIMEOUT, timeout.span, message).help(help));
}

/// A step may take longer than its job.
fn beyond(checked: &Checked<'_>, sink: &mut Sink) {
    let said = checked.spec.timeout.as_ref().map(|it| it.value.0);
    // Who said nothing and lets Azure ML start the job means the limit of the step alone.
    if said.is_none() && checked.triggers.iter().any(|it| it.homes.contains(&Home::AzureMl)) {
        return;
    }
    let whole = said.unwrap_or(DEFAULT_TIMEOUT_MINUTES * 60);
    for (item, step) in checked.spec.steps.items.iter().zip(&checked.steps) {
        let timeout = item.value.as_ref().and_then(|body| body.timeout.as_ref());
        let on_azure_ml = |_: &_| step.is_on_azure_ml();
        if let Some(timeout) = timeout.filter(|it| it.value.0 > whole).filter(on_azure_ml) {
            let minutes = whole.div_ceil(60);
            let message = format!("CI ends the whole job after {minutes} min, before this");
            let help = "say a longer `timeout` for the pipeline, at the root of the spec";
            sink.report(Diagnostic::new(&LOST_TIMEOUT, timeout.span, message).help(help));
        }
    }
}
