//! `busy-minute`: GitHub delays and drops scheduled runs at times of high load, which «include the
//! start of every hour».
//!
//! <https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule>

use crate::check::{Checked, CheckedTrigger};
use crate::diagnostics::{BUSY_MINUTE, Diagnostic, Sink};
use crate::plan::{Home, TriggerKind};
use crate::source::Span;
use crate::spec::triggers::ScheduleSpec;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for trigger in &checked.triggers {
        let spec = checked.spec.triggers.get(&trigger.name.value);
        let schedule = spec.and_then(|item| item.value.as_ref()?.schedule.as_ref());
        let Some(schedule) = schedule else { continue };
        if trigger.homes.contains(&Home::GitHub) && at_full_hours(trigger) {
            let message =
                format!("GitHub is busiest at full hours, when `{}` is due", trigger.name.value);
            sink.report(
                Diagnostic::new(&BUSY_MINUTE, place(schedule), message)
                    .label("minute 0")
                    .help("runs come late there, or not at all; choose another minute"),
            );
        }
    }
}

/// Whether some line of its cron has minute 0 and no other.
fn at_full_hours(trigger: &CheckedTrigger) -> bool {
    match &trigger.kind {
        TriggerKind::Schedule(timing) => timing.local.iter().any(|cron| cron.minute == "0"),
        TriggerKind::Push(_)
        | TriggerKind::PullRequest(_)
        | TriggerKind::Http(_)
        | TriggerKind::Call(_)
        | TriggerKind::Event(_)
        | TriggerKind::Completed(_)
        | TriggerKind::Manual => false,
    }
}

/// The token that sets the minute.
fn place(schedule: &ScheduleSpec) -> Span {
    let full = schedule.at.0.iter().find(|time| time.value.ends_with(":00"));
    let said = full.or(schedule.cron.as_ref()).or(schedule.every.as_ref());
    said.map_or(schedule.span, |said| said.span)
}
