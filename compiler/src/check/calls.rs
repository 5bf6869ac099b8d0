//! Calls that start runs on CI: an `http` trigger whose steps are more than one Azure ML job.

use std::collections::BTreeMap;

use super::triggers::{CheckedTrigger, Named};
use crate::diagnostics::{CONFLICT, Diagnostic, Sink};
use crate::plan::{Home, TriggerKind};
use crate::source::{Span, Spanned};

/// Reports what an `http` trigger says that only Azure ML has, when it lives on CI, and why it does.
pub(crate) fn holds(named: &Named<'_>, why: &str, sink: &mut Sink) {
    let Some(http) = &named.spec.http else { return };
    // What a stage with an endpoint of its own keeps is written nowhere: the endpoint is too much.
    let (kept, written): (Vec<Span>, Vec<Span>) =
        http.deployment.iter().map(|it| it.span).partition(|span| span.is_empty());
    let keys = [
        ("endpoint", kept.first().map(|_| http.endpoint.span)),
        ("deployment", written.first().copied()),
        ("version", http.version.as_ref().map(|it| it.span)),
        ("keep", http.keep.as_ref().map(|it| it.0.span)),
    ];
    for (key, span) in keys {
        let Some(span) = span else { continue };
        let of_stage = if key == "endpoint" { " of a stage's own" } else { "" };
        let message = format!(
            "`{key}`{of_stage} is for what Azure ML publishes, and this call starts a CI run"
        );
        let help = format!("remove it; CI answers this call: {why}");
        sink.report(Diagnostic::new(&CONFLICT, span, message).help(help));
    }
}

/// What a trigger is where it lives.
pub(crate) fn settled(kind: &TriggerKind, homes: &[Home]) -> TriggerKind {
    match kind {
        TriggerKind::Http(http) if !homes.contains(&Home::AzureMl) => {
            TriggerKind::Call(http.endpoint.clone())
        }
        TriggerKind::Http(_)
        | TriggerKind::Call(_)
        | TriggerKind::Push(_)
        | TriggerKind::PullRequest(_)
        | TriggerKind::Schedule(_)
        | TriggerKind::Event(_)
        | TriggerKind::Completed(_)
        | TriggerKind::Manual => kind.clone(),
    }
}

/// One call starts one run.
pub(crate) fn differ(triggers: &[CheckedTrigger], sink: &mut Sink) {
    let mut names: BTreeMap<String, &Spanned<String>> = BTreeMap::new();
    for trigger in triggers {
        let TriggerKind::Call(name) = &trigger.kind else { continue };
        let Some(first) = names.insert(name.to_ascii_lowercase(), &trigger.name) else { continue };
        let message =
            format!("`{}` and `{}` are started by the same call", first.value, trigger.name.value);
        sink.report(
            Diagnostic::new(&CONFLICT, trigger.name.span, message)
                .related(first.span, "the first one")
                .help("give each an `endpoint` of its own"),
        );
    }
}
