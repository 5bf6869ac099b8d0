//! `lost-cache`: what releases takes nothing from caches on GitHub, where any branch may have filled
//! them (zizmor's `cache-poisoning`); nor what the auditor takes for a release.

use crate::check::{Checked, CheckedTrigger};
use crate::diagnostics::{Diagnostic, LOST_CACHE, Sink};
use crate::plan::{Home, Push, TriggerKind};

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    let releases = |trigger: &&CheckedTrigger| {
        let lives = trigger.enabled && trigger.homes.contains(&Home::GitHub);
        lives && push(trigger).is_some_and(Push::looks_like_a_release)
    };
    let Some(trigger) = checked.triggers.iter().find(releases) else { return };
    let name = &trigger.name.value;
    let (message, related, help) = if push(trigger).is_some_and(Push::releases) {
        (
            format!("`{name}` starts releases, which take nothing from caches on GitHub"),
            "tags, or branches for releases",
            "any branch may have filled them; build branches and releases by two triggers with different `goals`, or allow this",
        )
    } else {
        (
            format!(
                "`{name}` leaves releases out; auditors take its workflow for one that releases, so that it has no caches on GitHub"
            ),
            "a branch filter that holds `release`",
            "name the branches that count instead of those that do not, or allow this",
        )
    };
    for (index, item) in (0..).zip(&checked.spec.steps.items) {
        let cache = item.value.as_ref().and_then(|step| step.cache.as_ref());
        let Some(cache) = cache.filter(|_| trigger.sliced.slice.steps.contains(&index)) else {
            continue;
        };
        sink.report(
            Diagnostic::new(&LOST_CACHE, cache.span, message.clone())
                .related(trigger.name.span, related)
                .help(help),
        );
    }
}

fn push(trigger: &CheckedTrigger) -> Option<&Push> {
    if let TriggerKind::Push(push) = &trigger.kind { Some(push) } else { None }
}
