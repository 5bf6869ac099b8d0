//! What the steps that deploy may not do together, and beside triggers.

use std::collections::BTreeMap;

use super::names::Context;
use super::triggers::CheckedTrigger;
use crate::diagnostics::{CONFLICT, Diagnostic, Sink};
use crate::plan::{Concurrency, Deploy, Home, Step, Task, TriggerKind};
use crate::source::Span;

/// What is published holds, each endpoint belongs to one step, and its traffic to one run at a time.
pub(crate) fn hold(
    cx: &Context<'_>,
    steps: &[Option<Step>],
    triggers: &[CheckedTrigger],
    sink: &mut Sink,
) {
    super::endpoints::hold(triggers, sink);
    let mut known: BTreeMap<String, (Span, &str)> = BTreeMap::new();
    for (at, step) in (0u32..).zip(steps) {
        let Some((name, deploy)) = step.as_ref().and_then(deployment) else { continue };
        let span = place(cx, at);
        let endpoint = deploy.endpoint.to_ascii_lowercase();
        if let Some((first, other)) = known.get(&endpoint) {
            let message = format!("`{other}` deploys to the endpoint `{}` too", deploy.endpoint);
            let help = "a step takes the calls of the whole endpoint: deploy to two endpoints, or in two specs";
            sink.report(
                Diagnostic::new(&CONFLICT, span, message)
                    .related(*first, "the first one")
                    .help(help),
            );
            continue;
        }
        known.insert(endpoint, (span, name));
        for trigger in triggers {
            beside(trigger, name, deploy, span, sink);
        }
        one_at_a_time(cx, at, triggers, sink);
    }
}

fn deployment(step: &Step) -> Option<(&str, &Deploy)> {
    match &step.task {
        Task::Own(own) => Some((&step.name, own.deploy()?)),
        Task::Command(_) | Task::FanOut(_) | Task::Native(_) | Task::Component(_) => None,
    }
}

/// Where the author names the endpoint.
fn place(cx: &Context<'_>, step: u32) -> Span {
    let spec = cx.step(step).and_then(|body| body.deploy.as_deref());
    let online = spec.and_then(|it| it.online.as_ref()).map(|it| it.endpoint.span);
    let batch = spec.and_then(|it| it.batch.as_ref()).map(|it| it.endpoint.span);
    online.or(batch).unwrap_or_else(|| cx.step_span(step))
}

/// What a trigger publishes has endpoints, deployments and files of its own.
fn beside(trigger: &CheckedTrigger, step: &str, deploy: &Deploy, at: Span, sink: &mut Sink) {
    let TriggerKind::Http(http) = &trigger.kind else { return };
    if !trigger.homes.contains(&Home::AzureMl) {
        return;
    }
    let (message, help) = if http.endpoint.eq_ignore_ascii_case(&deploy.endpoint) {
        let message = format!("the trigger `{}` publishes at this endpoint", trigger.name.value);
        (message, "deploy to another endpoint")
    } else if trigger.name.value == step || http.endpoint == step {
        let message = format!(
            "the files of the step `{step}` and of what the trigger `{}` publishes have the same names",
            trigger.name.value
        );
        (message, "rename the step")
    } else {
        return;
    };
    sink.report(
        Diagnostic::new(&CONFLICT, at, message)
            .related(trigger.name.span, "the trigger")
            .help(help),
    );
}

/// Two runs would move the same calls.
fn one_at_a_time(cx: &Context<'_>, step: u32, triggers: &[CheckedTrigger], sink: &mut Sink) {
    let own = cx.spec.triggers.good().filter_map(|(_, spec)| spec.concurrency.as_ref());
    let is_parallel =
        |word: &crate::spec::triggers::ConcurrencyWord| word.plan() == Concurrency::Parallel;
    let reached = triggers.iter().any(|trigger| {
        trigger.concurrency == Concurrency::Parallel && trigger.sliced.slice.steps.contains(&step)
    });
    let whole = cx.spec.concurrency.as_ref().filter(|word| is_parallel(&word.value));
    let said = own.filter(|word| reached && is_parallel(&word.value)).map(|word| word.span).next();
    let Some(span) = said.or(whole.map(|word| word.span)) else { return };
    let message = format!("two runs at once would both deploy `{}`", cx.step_name(step));
    sink.report(
        Diagnostic::new(&CONFLICT, span, message)
            .related(cx.step_span(step), "the step")
            .help("write `queue`: the next run waits until the calls have moved"),
    );
}
