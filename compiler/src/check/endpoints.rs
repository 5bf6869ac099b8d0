//! What the deployments of one endpoint may not do together.

use std::collections::BTreeMap;

use super::triggers::CheckedTrigger;
use crate::diagnostics::{CONFLICT, Diagnostic, LIMIT, Sink};
use crate::plan::{Http, TriggerKind};
use crate::source::Spanned;

/// Azure ML takes so many deployments at an endpoint ("Manage resources and quotas").
const MOST_DEPLOYMENTS: u32 = 20;

/// Two triggers never publish under one name, and an endpoint holds all its deployments. Azure does
/// not tell names by their letter case.
pub(crate) fn hold(triggers: &[CheckedTrigger], sink: &mut Sink) {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let mut endpoints: BTreeMap<String, (&str, &Spanned<String>)> = BTreeMap::new();
    let mut names: BTreeMap<(String, String), &Spanned<String>> = BTreeMap::new();
    for (name, http) in triggers.iter().filter_map(call) {
        let endpoint = http.endpoint.to_ascii_lowercase();
        let (other, first) = *endpoints.entry(endpoint.clone()).or_insert((&http.endpoint, name));
        if other != http.endpoint {
            let message = format!(
                "the endpoints `{other}` and `{}` differ in letter case alone",
                http.endpoint
            );
            sink.report(
                Diagnostic::new(&CONFLICT, name.span, message)
                    .related(first.span, "the first one")
                    .help("Azure takes them for one: write one of the two, or another name"),
            );
            continue;
        }
        // The name as it is written, and the one that it has with its version.
        let said =
            [http.deployment.to_ascii_lowercase(), http.deployment_name().to_ascii_lowercase()];
        let taken = said.map(|said| (names.insert((endpoint.clone(), said.clone()), name), said));
        let mut taken = taken.into_iter().filter_map(|(first, said)| Some((first?, said)));
        if let Some((first, said)) = taken.find(|(first, _)| first.span != name.span) {
            let message = format!(
                "`{}` and `{}` publish the same deployment `{said}` at the endpoint `{}`",
                first.value, name.value, http.endpoint
            );
            sink.report(
                Diagnostic::new(&CONFLICT, name.span, message)
                    .related(first.span, "the first one")
                    .help("give each a `deployment` of its own"),
            );
        }
        let count = counts.entry(endpoint).or_default();
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
