//! `lost-cache`: what releases takes nothing from caches on GitHub, where any branch may have filled
//! them (zizmor's `cache-poisoning`).

use crate::check::{Checked, CheckedTrigger};
use crate::diagnostics::{Diagnostic, LOST_CACHE, Sink};
use crate::plan::{Home, TriggerKind};

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    let releases = |trigger: &&CheckedTrigger| {
        let lives = trigger.enabled && trigger.homes.contains(&Home::GitHub);
        lives && matches!(&trigger.kind, TriggerKind::Push(push) if push.releases())
    };
    let Some(trigger) = checked.triggers.iter().find(releases) else { return };
    for (index, item) in (0..).zip(&checked.spec.steps.items) {
        let cache = item.value.as_ref().and_then(|step| step.cache.as_ref());
        let Some(cache) = cache.filter(|_| trigger.sliced.slice.steps.contains(&index)) else {
            continue;
        };
        let message = format!(
            "`{}` starts releases, which take nothing from caches on GitHub",
            trigger.name.value
        );
        let help = "any branch may have filled them; build branches and releases by two triggers with different `goals`, or allow this";
        sink.report(
            Diagnostic::new(&LOST_CACHE, cache.span, message)
                .related(trigger.name.span, "tags, or branches for releases")
                .help(help),
        );
    }
}
