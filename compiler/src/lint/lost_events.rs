//! `lost-events`: Event Grid delivers at least once, and gives up after a day. Without a place to
//! remember what was seen, and to put what could not be delivered, an event may count twice or not at all.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, LOST_EVENTS, Sink};
use crate::plan::TriggerKind;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    if checked.project.wiring.storage.is_some() {
        return;
    }
    let mut triggers = checked.triggers.iter().filter(|it| it.enabled);
    let Some(first) = triggers.find(|it| matches!(it.kind, TriggerKind::Event(_))) else { return };
    let message = "an event may count twice, and one that cannot be delivered is lost";
    let help = "name a storage account in mlopsc.yaml, where the wiring keeps both: `events: { storage: … }`";
    sink.report(Diagnostic::new(&LOST_EVENTS, first.name.span, message).help(help));
}
