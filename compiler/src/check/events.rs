//! Events: what the project says of them, and whether they can arrive.

use super::bindings::Pasted;
use super::names::{Context, unknown};
use super::triggers::{Ground, Named, Sliced};
use crate::diagnostics::{
    BAD_VALUE, CANNOT_EXPRESS, Diagnostic, HOME, LIMIT, MISSING_KEY, Sink, UNKNOWN_REFERENCE,
    excerpt,
};
use crate::plan::{Datastore, Event, Home, TriggerKind, ValueType, Wiring};
use crate::source::Spanned;
use crate::spec::decode::Dict;
use crate::spec::project::{DatastoreSpec, EventsSpec};
use crate::spec::triggers::BoundValue;
use crate::spec::values::EntryName;

/// The map of datastores.
type Datastores = Dict<EntryName, DatastoreSpec>;

/// GitHub takes types of dispatches of so many characters ("Create a repository dispatch event").
const LONGEST_EVENT_TYPE: usize = 100;

/// Where the project's datastores are.
pub(crate) fn datastores(all: &Datastores, sink: &mut Sink) -> Vec<Datastore> {
    let each = all.good().map(|(name, it)| {
        account(&it.account, sink);
        container(&it.container, sink);
        Datastore {
            name: name.value.clone(),
            account: it.account.value.clone(),
            container: it.container.value.clone(),
        }
    });
    each.collect()
}

/// What brings events.
pub(crate) fn wiring(said: Option<&EventsSpec>, all: &Datastores, sink: &mut Sink) -> Wiring {
    let token = said.and_then(|it| it.github_token.as_ref());
    let vault = said.and_then(|it| it.key_vault.as_ref());
    let storage = said.and_then(|it| it.storage.as_ref());
    if let Some(storage) = storage {
        account(storage, sink);
    }
    if let Some(vault) = vault {
        let rule = "3 to 24 letters, digits and `-`, with a letter first";
        let first = vault.value.starts_with(|it: char| it.is_ascii_alphabetic());
        let holds = first && is_of(&vault.value, 3..=24, "-");
        name_holds(holds, vault, "a key vault", rule, sink);
    }
    if let Some(token) = token {
        let rule = "1 to 127 letters, digits and `-`";
        name_holds(is_of(&token.value, 1..=127, "-"), token, "a secret", rule, sink);
    }
    let mut topics = Vec::new();
    for (of, topic) in said.iter().flat_map(|it| it.topics.good()) {
        let known = all.items.iter().map(|item| item.name.value.as_str());
        if of.value != "workspace" && !known.clone().any(|name| name == of.value) {
            let names = known.chain(["workspace"]);
            sink.report(unknown(&UNKNOWN_REFERENCE, of.span, "source of events", &of.value, names));
            continue;
        }
        let rule = "3 to 50 letters, digits and `-`";
        name_holds(is_of(&topic.value, 3..=50, "-"), topic, "a system topic", rule, sink);
        topics.push((of.value.clone(), topic.value.clone()));
    }
    Wiring {
        key_vault: vault.map(|it| it.value.clone()),
        github_token: token.map_or("github-dispatch-token", |it| &it.value).to_owned(),
        storage: storage.map(|it| it.value.clone()),
        topics,
    }
}

fn account(name: &Spanned<String>, sink: &mut Sink) {
    let lower = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    let holds = (3..=24).contains(&name.value.len()) && name.value.chars().all(lower);
    let rule = "3 to 24 lower-case letters and digits";
    name_holds(holds, name, "a storage account", rule, sink);
}

fn container(name: &Spanned<String>, sink: &mut Sink) {
    let text = &name.value;
    let lower = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    let ends = text.starts_with('-') || text.ends_with('-') || text.contains("--");
    let holds = (3..=63).contains(&text.len()) && text.chars().all(lower) && !ends;
    let rule = "3 to 63 lower-case letters, digits and single `-` between them";
    name_holds(holds, name, "a container", rule, sink);
}

fn is_of(text: &str, lengths: std::ops::RangeInclusive<usize>, more: &str) -> bool {
    let letter = |it: char| it.is_ascii_alphanumeric() || more.contains(it);
    lengths.contains(&text.len()) && text.chars().all(letter)
}

fn name_holds(holds: bool, name: &Spanned<String>, what: &str, rule: &str, sink: &mut Sink) {
    if !holds {
        let message = format!("`{}` cannot be the name of {what}", excerpt(&name.value));
        sink.report(Diagnostic::new(&BAD_VALUE, name.span, message).help(rule));
    }
}

/// Why an event starts no published endpoint; `None` for triggers of other kinds, and when an
/// enabled `http` trigger publishes the same steps.
pub(crate) fn why_no_endpoint(
    ground: &Ground<'_>,
    named: &Named<'_>,
    others: (&[Named<'_>], &[u32]),
    sliced: &Sliced,
) -> Option<String> {
    let is_event = matches!(named.plan, TriggerKind::Event(_));
    (is_event && publishers(ground, others, sliced).is_empty())
        .then(|| "no enabled `http` trigger publishes the same steps".to_owned())
}

/// The enabled `http` triggers that publish steps.
pub(crate) fn publishers<'n, 'a>(
    ground: &Ground<'_>,
    (others, default_skip): (&'n [Named<'a>], &[u32]),
    sliced: &Sliced,
) -> Vec<&'n Named<'a>> {
    let publishes = |other: &&Named<'_>| {
        let homes = &other.spec.home.0;
        let may_publish =
            homes.is_empty() || homes.iter().any(|home| home.value.plan() == Home::AzureMl);
        matches!(other.plan, TriggerKind::Http(_))
            && may_publish
            && other.spec.enabled.as_ref().is_none_or(|it| it.value)
    };
    let same = |other: &&Named<'_>| {
        let skip: Vec<u32> =
            other.skip.iter().map(|(step, _)| *step).chain(default_skip.iter().copied()).collect();
        let goals: Option<Vec<u32>> =
            other.goals.as_ref().map(|goals| goals.iter().map(|(step, _)| *step).collect());
        ground.sliced(goals.as_deref(), &skip).slice.steps == sliced.slice.steps
    };
    others.iter().filter(publishes).filter(same).collect()
}

/// Reports what keeps an event from what it starts.
pub(crate) fn can_arrive(
    cx: &Context<'_>,
    ground: &Ground<'_>,
    named: &Named<'_>,
    homes: &[Home],
    sink: &mut Sink,
) {
    let TriggerKind::Event(event) = &named.plan else { return };
    let (at, name) = (named.name.span, &named.name.value);
    if !ground.project.targets.contains(&Home::Events) {
        let message = format!("nothing brings the event of the trigger `{name}`");
        let help = "add `events` to `targets` in mlopsc.yaml";
        sink.report(Diagnostic::new(&HOME, at, message).help(help));
    }
    if let Event::DataChanged(data) = &**event {
        data_arrives(cx, ground, named, data, sink);
    }
    if homes.contains(&Home::AzureMl) {
        text_is_checked(ground, named, sink);
    }
    if homes.contains(&Home::GitHub) {
        github_is_called(cx, ground, named, sink);
    }
}

fn data_arrives(
    cx: &Context<'_>,
    ground: &Ground<'_>,
    named: &Named<'_>,
    data: &crate::plan::DataChanged,
    sink: &mut Sink,
) {
    let Some(spec) = &named.spec.data_changed else { return };
    if ground.project.datastore(&data.datastore).is_none() {
        let known = cx.project.datastores.items.iter().map(|item| item.name.value.as_str());
        if cx.project.datastores.get(&data.datastore).is_none() {
            let at = spec.datastore.span;
            sink.report(unknown(&UNKNOWN_REFERENCE, at, "datastore", &data.datastore, known));
        }
    }
    if let (Some(debounce), None) = (&spec.debounce, &ground.project.wiring.storage) {
        let message = "`debounce` needs a place to remember what happened";
        let help = "name a storage account in mlopsc.yaml: `events: { storage: … }`";
        sink.report(Diagnostic::new(&MISSING_KEY, debounce.span, message).help(help));
    }
}

/// An endpoint takes texts as they come, and Azure ML pastes them into command lines: what an event
/// brings must pass a run on CI, which compares it with the parameter's pattern.
fn text_is_checked(ground: &Ground<'_>, named: &Named<'_>, sink: &mut Sink) {
    for (id, _) in &named.from_event {
        let parameter = ground.parameters[id.0 as usize].as_ref();
        let is_text = parameter.is_some_and(|it| it.kind == ValueType::String);
        if !is_text || ground.pasted[id.0 as usize] == Pasted::Never {
            continue;
        }
        let name = parameter.map_or("", |it| it.name.as_str());
        let value = named.spec.with.get(name).and_then(|item| item.value.as_ref());
        let at = value.map_or(named.name.span, BoundValue::span);
        let message = format!(
            "nobody looks at what the event brings for `{name}` before Azure ML pastes it into a command line"
        );
        let help = "an endpoint takes every text; let the event start a run on CI, which checks it: `home: github` or `home: azure_pipelines`";
        sink.report(Diagnostic::new(&CANNOT_EXPRESS, at, message).help(help));
    }
}

fn github_is_called(cx: &Context<'_>, ground: &Ground<'_>, named: &Named<'_>, sink: &mut Sink) {
    let at = named.name.span;
    if ground.project.wiring.key_vault.is_none() {
        let message = format!(
            "the event of the trigger `{}` reaches GitHub by a call, which needs a token",
            named.name.value
        );
        let help =
            "say in mlopsc.yaml which vault has it: `events: { key_vault: …, github_token: … }`";
        sink.report(Diagnostic::new(&MISSING_KEY, at, message).help(help));
    }
    let pipeline = cx.spec.name.as_ref().map_or(0, |name| name.value.len());
    if pipeline + 1 + named.name.value.len() > LONGEST_EVENT_TYPE {
        let message = format!(
            "GitHub takes types of events of {LONGEST_EVENT_TYPE} characters, which are the names of pipeline and trigger"
        );
        sink.report(Diagnostic::new(&LIMIT, at, message).help("shorten one of the names"));
    }
}
