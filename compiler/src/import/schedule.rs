//! Schedules become triggers.

use super::clock::{Clock, Recurrence};
use super::component::is_registered;
use super::context::{Cx, literal, put_claimed, put_from};
use super::names;
use super::ports::address;
use super::read::{Field, Foreign, Keys, Node};
use super::scalar::Value;
use super::values::Given;
use crate::diagnostics::{Diagnostic, NOT_IMPORTED};
use crate::emit::{Doc, Map};
use crate::source::Span;
use crate::spec::timing;
use crate::spec::zones::iana_name;

/// A trigger of a spec.
pub(super) struct Trigger {
    pub(super) name: String,
    pub(super) doc: Map,
    /// What it binds, by the names of inputs in the file of the job.
    pub(super) with: Map,
    /// What the schedule is called in the workspace, and where the file says it.
    pub(super) live: (String, Span),
    /// The texts that it gives.
    pub(super) given: Vec<Given>,
    /// The experiment of its jobs.
    pub(super) experiment: Option<(String, Span)>,
    /// Settings of its job: name, value, place.
    pub(super) settings: Vec<(String, String, Span)>,
}

/// The trigger of a schedule file, and the path of its job.
pub(super) fn schedule(cx: &mut Cx<'_>, file: &Foreign<'_>) -> Option<(Trigger, String)> {
    let root = file.root()?;
    let keys = Keys::of(root);
    keys.take("$schema");
    let named = keys.take("name");
    let own = cx.text(named).unwrap_or_else(|| "schedule".to_owned());
    let live = (own, named.map_or(root.span(), |field| field.value.span()));
    let name = names::step(&live.0);
    for shown in ["display_name", "description", "tags"] {
        if let Some(field) = keys.take(shown) {
            let message = format!("a trigger has no `{shown}`; the compiler writes the schedule's");
            cx.changed(field.key.span(), message);
        }
    }
    let trigger = keys.take("trigger");
    let job = keys.take("create_job");
    cx.finish(&keys, "a schedule");
    let (Some(trigger), Some(job)) = (trigger, job) else {
        cx.wrong(root.span(), "a schedule needs `trigger` and `create_job`");
        return None;
    };
    let mut doc = Map::new();
    put_claimed(&mut doc, "schedule".to_owned(), time(cx, trigger.value), file.claim(&trigger));
    let (with, given, settings) = (Map::new(), Vec::new(), Vec::new());
    let mut trigger = Trigger { name, doc, with, live, given, experiment: None, settings };
    let path = create_job(cx, job.value, &mut trigger)?;
    Some((trigger, path))
}

fn create_job(cx: &mut Cx<'_>, node: Node<'_>, trigger: &mut Trigger) -> Option<String> {
    let keys = Keys::of(node);
    let job = if node.is_map() { keys.take("job").map(|field| field.value) } else { Some(node) };
    keys.take("type");
    for field in keys.take("inputs").iter().flat_map(|field| field.value.fields()) {
        let Some(value) = value(cx, field.value) else { continue };
        if let Value::Text(text) = field.value.value() {
            let (input, at) = (field.name().to_owned(), field.value.span());
            trigger.given.push(Given { input, text: text.to_owned(), at });
        }
        let claimed = field.key.file().claim(&field);
        put_claimed(&mut trigger.with, field.name().to_owned(), value, claimed);
    }
    if let Some(field) = keys.take("experiment_name") {
        trigger.experiment = cx.text(Some(field)).map(|text| (text, field.key.span()));
    }
    for field in keys.take("settings").iter().flat_map(|field| field.value.fields()) {
        let text = field.value.text().unwrap_or_default().to_owned();
        trigger.settings.push((field.name().to_owned(), text, field.key.span()));
    }
    if node.is_map() {
        cx.finish(&keys, "`create_job`");
    }
    let Some(job) = job else {
        cx.wrong(node.span(), "`create_job` names no `job`");
        return None;
    };
    let text = job.text()?;
    if is_registered(text) {
        cx.lost(job.span(), "only a schedule of a pipeline's file can be imported");
        return None;
    }
    cx.inside(job)
}

fn value(cx: &mut Cx<'_>, node: Node<'_>) -> Option<Doc> {
    if node.is_map() {
        return node.get("path").and_then(|path| address(cx, path));
    }
    if node.text().is_some_and(|text| text.contains("${{")) {
        cx.lost(node.span(), "a spec cannot say this expression in a trigger yet");
        return None;
    }
    literal(node.value())
}

fn time(cx: &mut Cx<'_>, node: Node<'_>) -> Map {
    let keys = Keys::of(node);
    let mut map = Map::new();
    let mut clock = Clock::default();
    keys.take("type");
    let bounds = [("start_time", "start"), ("end_time", "end")].map(|(theirs, ours)| {
        let field = keys.take(theirs);
        let text = cx.text(field).map(|text| moment(cx, field, &text));
        (ours, text, field)
    });
    [clock.start, clock.end] = bounds.clone().map(|(_, text, _)| text);
    let zone = keys.take("time_zone");
    if let (Some(field), Some(text)) = (zone, cx.text(zone)) {
        clock.time_zone = iana_name(&text).filter(|zone| *zone != "UTC").map(str::to_owned);
        if iana_name(&text).is_none() {
            cx.lost(field.value.span(), format!("`{text}` is no time zone of Azure ML"));
        }
    }
    let field = keys.take("expression");
    clock.cron = cx.text(field);
    put_from(&mut map, "cron", clock.cron.clone(), field);
    recurrence(cx, &keys, &mut clock, &mut map);
    for (ours, text, field) in bounds {
        put_from(&mut map, ours, text, field);
    }
    put_from(&mut map, "time_zone", clock.time_zone.as_deref(), zone);
    cx.finish(&keys, "`trigger`");
    check(cx, node, &clock);
    map
}

/// Says what a spec refuses, at the key that says it.
fn check(cx: &mut Cx<'_>, node: Node<'_>, clock: &Clock) {
    let said = |key: &str| {
        let pattern = node.get("schedule").and_then(|it| it.get(key));
        pattern.or_else(|| node.get(key)).map(|it| it.span())
    };
    let whole = said("frequency").or(said("expression")).unwrap_or_else(|| node.span());
    if clock.is_open() {
        let message =
            "the file says no time of day: Azure ML counts from when the schedule was made";
        let help = "give it a `start_time`, or write `at` of the trigger in the spec";
        cx.sink.report(Diagnostic::new(&NOT_IMPORTED, whole, message).help(help));
        return;
    }
    for (field, message, help) in clock.faults() {
        let at = match field {
            timing::Field::Weekday(_) => said("week_days"),
            timing::Field::Day(_) => said("month_days").or(said("start_time")),
            timing::Field::At(_) => said("hours"),
            timing::Field::Start => said("start_time"),
            timing::Field::End => said("end_time"),
            timing::Field::TimeZone => said("time_zone"),
            timing::Field::Whole | timing::Field::Every | timing::Field::Cron => None,
        };
        let message = format!("a spec cannot say this: {message}");
        let found = Diagnostic::new(&NOT_IMPORTED, at.unwrap_or(whole), message);
        cx.sink.report(help.into_iter().fold(found, Diagnostic::help));
    }
}

/// Azure ML's tools drop an offset without a word.
fn moment(cx: &mut Cx<'_>, field: Option<Field<'_>>, text: &str) -> String {
    let plain = text.get(..19).unwrap_or(text);
    if let (true, Some(field)) = (text.len() > 19, field) {
        let message = format!("Azure ML's tools drop `{}`, and so does the spec", &text[19..]);
        cx.changed(field.value.span(), message);
    }
    plain.replace(' ', "T")
}

fn recurrence(cx: &mut Cx<'_>, keys: &Keys<'_>, clock: &mut Clock, map: &mut Map) {
    let Some(frequency) = keys.take("frequency") else { return };
    let interval = keys.take("interval");
    let interval = cx.integer(interval).unwrap_or(1);
    let pattern = keys.take("schedule").map(|field| Keys::of(field.value));
    let numbers = |cx: &mut Cx<'_>, key: &str| -> Vec<i64> {
        let items = pattern.as_ref().and_then(|it| it.take(key));
        let items = items.map(|field| (field, field.value.items()));
        let items = items.into_iter().flat_map(|(field, items)| {
            items.into_iter().map(move |value| Field { key: field.key, value })
        });
        items.filter_map(|field| cx.integer(Some(field))).collect()
    };
    let (hours, minutes) = (numbers(cx, "hours"), numbers(cx, "minutes"));
    clock.on_days = numbers(cx, "month_days");
    clock.on_weekdays = pattern
        .iter()
        .filter_map(|it| it.take("week_days"))
        .flat_map(|field| field.value.items())
        .filter_map(|day| Some(day.text()?.to_ascii_lowercase()))
        .collect();
    let frequency_word = frequency.value.text().unwrap_or("");
    let (hours, minutes) = (hours.as_slice(), minutes.as_slice());
    let moved = clock.recur(&Recurrence { frequency: frequency_word, interval, hours, minutes });
    if moved {
        let message = "Azure ML counts these hours from the start; in the spec they are hours of the day, which daylight saving does not move";
        cx.changed(frequency.value.span(), message);
    }
    put_from(map, "every", clock.every.as_deref(), Some(frequency));
    put_from(map, "cron", clock.cron.as_deref(), Some(frequency));
    if !clock.on_weekdays.is_empty() {
        map.put("on_weekdays", Doc::Words(clock.on_weekdays.clone()));
    }
    map.put_filled("on_days", clock.on_days.clone());
    map.put_filled("at", Doc::Words(clock.at.clone()));
    if let Some(pattern) = pattern {
        cx.finish(&pattern, "`schedule`");
    }
}
