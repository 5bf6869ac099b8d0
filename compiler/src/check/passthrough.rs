//! Keys that are passed through: known at their place, of a shape that fits, and written by nobody
//! else.

use crate::diagnostics::{BAD_VALUE, CONFLICT, Diagnostic, Sink, UNKNOWN_KEY, excerpt, near_miss};
use crate::plan::{Concurrency, Data, Passthrough, TriggerKind};
use crate::spec::passthrough::{
    AZURE_PIPELINES_FILE, AZURE_PIPELINES_JOB, AZURE_PIPELINES_PUSH, AZURE_PIPELINES_TRIGGER,
    GITHUB_FILE, GITHUB_JOB, GITHUB_PULL_REQUEST, GITHUB_TRIGGER, Keys, PassthroughSpec, Position,
};
use crate::spec::steps::StepSpec;

/// What a spec passes through to its files.
pub(crate) fn of_file(spec: Option<&PassthroughSpec>, sink: &mut Sink) -> Passthrough {
    passthrough(spec, &GITHUB_FILE, &AZURE_PIPELINES_FILE, sink)
}

/// What a step passes through to its jobs.
pub(crate) fn of_step(body: &StepSpec, sink: &mut Sink) -> Passthrough {
    let spec = body.passthrough.as_deref();
    never_around_an_approval(body, sink);
    passthrough(spec, &GITHUB_JOB, &AZURE_PIPELINES_JOB, sink)
}

/// On GitHub the approval is a part of the job: what comes after a job that may fail would run though
/// nobody approved.
fn never_around_an_approval(body: &StepSpec, sink: &mut Sink) {
    let Some(approval) = &body.approval else { return };
    let keys = body.passthrough.iter().filter_map(|it| it.github.as_ref());
    let mut keys = keys.flat_map(|keys| &keys.0);
    if let Some((name, _)) = keys.find(|(name, _)| name.value == "continue-on-error") {
        let message = "a job that may fail would let pass what nobody approved";
        sink.report(
            Diagnostic::new(&CONFLICT, name.span, message)
                .related(approval.span, "the approval")
                .help("remove it, or let another step after the approval fail"),
        );
    }
}

/// What a trigger passes through to its event.
pub(crate) fn of_trigger(
    spec: Option<&PassthroughSpec>,
    kind: &TriggerKind,
    concurrency: Concurrency,
    sink: &mut Sink,
) -> Passthrough {
    let (github, azure) = match kind {
        TriggerKind::PullRequest(_) => (&GITHUB_PULL_REQUEST, &AZURE_PIPELINES_TRIGGER),
        TriggerKind::Push(_) => (&GITHUB_TRIGGER, &AZURE_PIPELINES_PUSH),
        TriggerKind::Schedule(_)
        | TriggerKind::Http(_)
        | TriggerKind::Call(_)
        | TriggerKind::Event(_)
        | TriggerKind::Completed(_)
        | TriggerKind::Manual => (&GITHUB_TRIGGER, &AZURE_PIPELINES_TRIGGER),
    };
    written_already(spec, kind, concurrency, sink);
    passthrough(spec, github, azure, sink)
}

/// Keys that are written for what the trigger says.
fn written_already(
    spec: Option<&PassthroughSpec>,
    kind: &TriggerKind,
    concurrency: Concurrency,
    sink: &mut Sink,
) {
    let Some(spec) = spec else { return };
    let (keys, word, says) = match kind {
        TriggerKind::PullRequest(request) if !request.drafts => {
            (&spec.github, "types", "drafts: false")
        }
        TriggerKind::Push(_) if concurrency == Concurrency::Cancel => {
            (&spec.azure_pipelines, "batch", "concurrency: cancel")
        }
        TriggerKind::PullRequest(_)
        | TriggerKind::Push(_)
        | TriggerKind::Schedule(_)
        | TriggerKind::Http(_)
        | TriggerKind::Call(_)
        | TriggerKind::Event(_)
        | TriggerKind::Completed(_)
        | TriggerKind::Manual => return,
    };
    let mut keys = keys.iter().flat_map(|keys| &keys.0);
    if let Some((name, _)) = keys.find(|(name, _)| name.value == word) {
        let message = format!("`{word}` is written already for `{says}`");
        sink.report(Diagnostic::new(&CONFLICT, name.span, message).help("remove one of the two"));
    }
}

fn passthrough(
    spec: Option<&PassthroughSpec>,
    github: &Position,
    azure: &Position,
    sink: &mut Sink,
) -> Passthrough {
    let Some(spec) = spec else { return Passthrough::default() };
    Passthrough {
        github: keys(spec.github.as_ref(), github, sink),
        azure_pipelines: keys(spec.azure_pipelines.as_ref(), azure, sink),
    }
}

fn keys(keys: Option<&Keys>, position: &Position, sink: &mut Sink) -> Vec<(String, Data)> {
    let mut passed = Vec::new();
    for (name, value) in keys.map_or(&[][..], |keys| &keys.0) {
        let word = name.value.as_str();
        if let Some((_, ours)) = position.ours.iter().find(|(theirs, _)| *theirs == word) {
            let message = format!("`{word}` is written already in {}", position.what);
            let help = format!("say it with `{ours}`");
            sink.report(Diagnostic::new(&CONFLICT, name.span, message).help(help));
            continue;
        }
        let Some((_, shape)) = position.free.iter().find(|(free, _)| *free == word) else {
            let message = format!("{} has no key `{}`", position.what, excerpt(word));
            let free = position.free.iter().map(|(free, _)| *free);
            let known: Vec<_> = free.clone().collect();
            let known = match known.as_slice() {
                [] => "nothing can be handed on here".to_owned(),
                known => format!("known here: {}", known.join(", ")),
            };
            let help = match near_miss(word, free) {
                Some(near) => format!("did you mean `{near}`? {known}"),
                None => known,
            };
            sink.report(Diagnostic::new(&UNKNOWN_KEY, name.span, message).help(help));
            continue;
        };
        if !shape.takes(&value.value) {
            let message = format!("`{word}` takes {}", shape.words());
            sink.report(Diagnostic::new(&BAD_VALUE, value.span, message));
            continue;
        }
        passed.push((word.to_owned(), value.value.clone()));
    }
    passed
}
