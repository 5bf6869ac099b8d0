//! What stands between events and what they start: whether it can be written, and who tells it where
//! everything is.

use super::events;
use super::names::Context;
use super::triggers::{Ground, Named, Sliced};
use crate::diagnostics::{BAD_VALUE, CONFLICT, Diagnostic, LIMIT, MISSING_KEY, Sink};
use crate::plan::{
    DEAD_LETTER_CONTAINER, Event, EventPiece, Home, ParameterId, STATE_CONTAINER, Scalar,
    TriggerKind,
};
use crate::source::Span;

/// Azure Resource Manager takes 800 resources and 256 parameters in a template
/// (<https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices>); a trigger has
/// up to seven and two of its own.
const MOST_TRIGGERS: usize = 100;
/// Logic Apps take expressions of so many characters
/// (<https://learn.microsoft.com/azure/logic-apps/logic-apps-limits-and-config>).
const LONGEST_EXPRESSION: usize = 8_192;

/// Reports what cannot be wired.
pub(crate) fn holds(
    cx: &Context<'_>,
    ground: &Ground<'_>,
    (named, all): (&Named<'_>, &[Named<'_>]),
    default_skip: &[u32],
    (sliced, homes): (&Sliced, &[Home]),
    sink: &mut Sink,
) {
    let TriggerKind::Event(event) = &named.plan else { return };
    let before = all.iter().take_while(|other| !std::ptr::eq(*other, named));
    if before.filter(|other| matches!(other.plan, TriggerKind::Event(_))).count() == MOST_TRIGGERS {
        let message = format!("events fire at most {MOST_TRIGGERS} triggers of one spec");
        let help = "Azure takes 800 resources in a template: write several specs";
        sink.report(Diagnostic::new(&LIMIT, named.name.span, message).help(help));
    }
    if let Event::DataChanged(data) = &**event {
        no_echo(ground, named, &data.datastore, sink);
    }
    short_texts(cx, named, sink);
    told_where(ground, named, homes, sink);
    if homes.contains(&Home::AzureMl) {
        let publishers = events::publishers(ground, (all, default_skip), sliced);
        if let Some(http) = publishers.into_iter().next() {
            endpoint_takes(cx, ground, (named, http), sink);
        }
    }
}

/// What the wiring writes would be an event to it.
fn no_echo(ground: &Ground<'_>, named: &Named<'_>, datastore: &str, sink: &mut Sink) {
    let (Some(spec), Some(store)) = (&named.spec.data_changed, ground.project.datastore(datastore))
    else {
        return;
    };
    let own = [STATE_CONTAINER, DEAD_LETTER_CONTAINER].contains(&store.container.as_str());
    if own && ground.project.wiring.storage.as_ref() == Some(&store.account) {
        let message = format!(
            "`{}` is a container in which the wiring of events writes: each event would cause the next",
            store.container
        );
        let help =
            "watch another container, or name another account under `events: { storage: … }`";
        sink.report(Diagnostic::new(&BAD_VALUE, spec.datastore.span, message).help(help));
    }
}

fn short_texts(cx: &Context<'_>, named: &Named<'_>, sink: &mut Sink) {
    for (id, text) in &named.from_event {
        let letters = |piece: &EventPiece| match piece {
            EventPiece::Literal(text) => text.chars().count(),
            EventPiece::Field(_) => 0,
        };
        if text.iter().map(letters).sum::<usize>() > LONGEST_EXPRESSION {
            let message =
                format!("Logic Apps put texts together of at most {LONGEST_EXPRESSION} characters");
            let at = place(cx, named, *id);
            sink.report(Diagnostic::new(&LIMIT, at, message).help("shorten it"));
        }
    }
}

/// Where the value of a parameter is bound.
fn place(cx: &Context<'_>, named: &Named<'_>, id: ParameterId) -> Span {
    let name = &cx.spec.parameters.items[id.0 as usize].name.value;
    let bound = named.spec.with.good().find(|(bound, _)| bound.value == *name);
    bound.map_or(named.name.span, |(bound, _)| bound.span)
}

/// The repository, or the project in Azure DevOps, that is called: a release there knows its own.
fn told_where(ground: &Ground<'_>, named: &Named<'_>, homes: &[Home], sink: &mut Sink) {
    let project = ground.project;
    let release = project.release_home();
    let mut say = |what: &str, help: &str| {
        let name = &named.name.value;
        let message = format!("the call that the trigger `{name}` makes needs {what}");
        sink.report(Diagnostic::new(&MISSING_KEY, named.name.span, message).help(help));
    };
    if homes.contains(&Home::GitHub) && release != Home::GitHub && project.repository.is_none() {
        say(
            "the name of the repository on GitHub, which Azure Pipelines does not know",
            "say in mlopsc.yaml: `github: { repository: owner/name }`",
        );
    }
    let known = project.organization.is_some() && project.team_project.is_some();
    if homes.contains(&Home::AzurePipelines) && release != Home::AzurePipelines && !known {
        say(
            "the project in Azure DevOps, which GitHub does not know",
            "say in mlopsc.yaml: `azure_devops: { organization: …, project: … }`",
        );
    }
}

/// Values that the deployment behind the endpoint would not get.
fn endpoint_takes(
    cx: &Context<'_>,
    ground: &Ground<'_>,
    (named, http): (&Named<'_>, &Named<'_>),
    sink: &mut Sink,
) {
    let own = named.with.iter().map(|(id, value)| (*id, Some(value)));
    for (id, value) in own.chain(named.from_event.iter().map(|(id, _)| (*id, None))) {
        let name = &cx.spec.parameters.items[id.0 as usize].name.value;
        let at = place(cx, named, id);
        let kind = ground.parameters[id.0 as usize].as_ref().map(|it| it.kind);
        let fixed = http.with.iter().find(|(other, _)| *other == id);
        if fixed.is_some_and(|(_, fixed)| Some(fixed) != value) {
            let message = format!(
                "`{name}` has a value of its own where `{}` publishes, which no call changes",
                http.name.value
            );
            let help = "bind it in one of the two triggers, or publish without it";
            sink.report(Diagnostic::new(&CONFLICT, at, message).help(help));
        } else if let Some(Scalar::Text(text)) = value
            && kind.is_some_and(|kind| !kind.is_scalar())
            && !text.contains(':')
        {
            let message = format!("`{text}` is in the repository, which an endpoint does not know");
            let help = "name an address, such as `azureml:<data>:<version>`";
            sink.report(Diagnostic::new(&BAD_VALUE, at, message).help(help));
        }
    }
}
