//! `lost-concurrency`: no key of an Azure ML schedule or endpoint says what a second run does.

use crate::check::{Checked, CheckedTrigger};
use crate::diagnostics::{Diagnostic, LOST_CONCURRENCY, Sink};
use crate::plan::Home;
use crate::source::Spanned;
use crate::spec::triggers::ConcurrencyWord;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    let mut said = Vec::new();
    let on_azure_ml = |it: &&CheckedTrigger| it.enabled && it.homes.contains(&Home::AzureMl);
    for trigger in checked.triggers.iter().filter(on_azure_ml) {
        let Some(word) = word(checked, trigger) else { continue };
        if word.value == ConcurrencyWord::Parallel || said.contains(&word.span) {
            continue;
        }
        said.push(word.span);
        let name = &trigger.name.value;
        let message = format!("Azure ML starts `{name}` whatever still runs");
        let help = format!(
            "say `concurrency: parallel` at `{name}`, which is what happens{}",
            super::or_ci(checked, &trigger.kind)
        );
        sink.report(Diagnostic::new(&LOST_CONCURRENCY, word.span, message).help(help));
    }
}

/// What the author said of a trigger, there or for all of them.
fn word<'a>(
    checked: &'a Checked<'_>,
    trigger: &CheckedTrigger,
) -> Option<&'a Spanned<ConcurrencyWord>> {
    let mut all = checked.spec.triggers.good();
    let own = all.find(|(name, _)| name.value == trigger.name.value);
    own.and_then(|(_, spec)| spec.concurrency.as_ref()).or(checked.spec.concurrency.as_ref())
}
