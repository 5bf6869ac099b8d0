//! What the deployments of one endpoint may not do together.

use std::collections::BTreeMap;

use super::triggers::CheckedTrigger;
use crate::diagnostics::{CONFLICT, Diagnostic, LIMIT, Sink};
use crate::plan::{Http, TriggerKind};
use crate::source::Spanned;

/// Azure ML takes so many deployments at an endpoint ("Manage resources and quotas").
const MOST_DEPLOYMENTS: u32 = 20;

/// Two triggers never publish under one name, and an endpoint holds all its deployments.
pub(crate) fn hold(triggers: &[CheckedTrigger], sink: &mut Sink) {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut names: BTreeMap<(&str, &str), &Spanned<String>> = BTreeMap::new();
    for (name, http) in triggers.iter().filter_map(call) {
        if let Some(first) = names.insert((&http.endpoint, &http.deployment), name) {
            let message = format!(
                "`{}` and `{}` publish the same deployment `{}` at the endpoint `{}`",
                first.value, name.value, http.deployment, http.endpoint
            );
            sink.report(
                Diagnostic::new(&CONFLICT, name.span, message)
                    .related(first.span, "the first one")
                    .help("give each a `deployment` of its own"),
            );
        }
        let count = counts.entry(&http.endpoint).or_default();
        let before = *count;
        *count += 1 + http.keep;
        if before <= MOST_DEPLOYMENTS && *count > MOST_DEPLOYMENTS {
            let message = format!(
                "up to here, the endpoint `{}` would have {count} deployments",
                http.endpoint
            );
            let help = format!(
                "Azure ML takes {MOST_DEPLOYMENTS}, those that `keep` leaves included: keep fewer, or publish at another endpoint"
            );
            sink.report(Diagnostic::new(&LIMIT, name.span, message).help(help));
        }
    }
}

fn call(trigger: &CheckedTrigger) -> Option<(&Spanned<String>, &Http)> {
    let TriggerKind::Http(http) = &trigger.kind else { return None };
    Some((&trigger.name, http))
}
