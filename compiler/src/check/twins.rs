//! Triggers that would do the same twice.

use std::collections::BTreeMap;

use super::triggers::CheckedTrigger;
use crate::diagnostics::{CONFLICT, Diagnostic, Sink};
use crate::plan::TriggerKind;

/// Two triggers that fire at the same time and start the same would make two runs for one.
pub(crate) fn no_twins(triggers: &[CheckedTrigger], sink: &mut Sink) {
    let fires = |trigger: &CheckedTrigger| {
        trigger.enabled
            && !matches!(
                trigger.kind,
                TriggerKind::Manual | TriggerKind::Http(_) | TriggerKind::Call(_)
            )
    };
    // Only triggers of one kind with the same filters can be twins.
    let mut alike: BTreeMap<String, Vec<&CheckedTrigger>> = BTreeMap::new();
    for trigger in triggers.iter().filter(|trigger| fires(trigger)) {
        let earlier = alike.entry(format!("{:?}", trigger.kind)).or_default();
        let twin = earlier.iter().copied().find(|other| are_twins(other, trigger));
        earlier.push(trigger);
        if let Some(twin) = twin {
            let (one, other) = (&twin.name, &trigger.name);
            let message =
                format!("`{}` starts the same at the same time as `{}`", other.value, one.value);
            sink.report(
                Diagnostic::new(&CONFLICT, other.span, message)
                    .related(one.span, "the first one")
                    .help("remove one of the two"),
            );
        }
    }
}

fn are_twins(one: &CheckedTrigger, other: &CheckedTrigger) -> bool {
    one.kind == other.kind
        && one.homes.iter().any(|home| other.homes.contains(home))
        && one.with == other.with
        && one.stage == other.stage
        && one.sliced.slice.steps == other.sliced.slice.steps
}
