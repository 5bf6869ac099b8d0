//! Schedules become triggers.

use super::component::is_registered;
use super::context::{Cx, literal, put_claimed, put_from};
use super::names;
use super::ports::address;
use super::read::{Field, Foreign, Keys, Node};
use super::scalar::Value;
use super::values::Given;
use crate::emit::{Doc, Map};
use crate::source::Span;
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
    keys.take("type");
    let field = keys.take("expression");
    put_from(&mut map, "cron", cx.text(field), field);
    recurrence(cx, &keys, &mut map);
    for (theirs, ours) in [("start_time", "start"), ("end_time", "end")] {
        let field = keys.take(theirs);
        let text = cx.text(field).map(|text| moment(cx, field, &text));
        put_from(&mut map, ours, text, field);
    }
    let field = keys.take("time_zone");
    if let Some(text) = cx.text(field) {
        let zone = iana_name(&text);
        if let (None, Some(field)) = (zone, field) {
            cx.lost(field.value.span(), format!("`{text}` is no time zone of Azure ML"));
        }
        put_from(&mut map, "time_zone", zone.filter(|zone| *zone != "UTC"), field);
    }
    cx.finish(&keys, "`trigger`");
    map
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

fn recurrence(cx: &mut Cx<'_>, keys: &Keys<'_>, map: &mut Map) {
    let Some(frequency) = keys.take("frequency") else { return };
    let word = frequency.value.text().unwrap_or("").to_ascii_lowercase();
    let interval = keys.take("interval");
    let interval = cx.integer(interval).unwrap_or(1);
    let every = if interval == 1 { word.clone() } else { format!("{interval} {word}s") };
    put_from(map, "every", Some(every), Some(frequency));
    let Some(pattern) = keys.take("schedule") else { return };
    let inner = Keys::of(pattern.value);
    let numbers = |cx: &mut Cx<'_>, key: &str| -> Vec<i64> {
        let items = inner.take(key).map(|field| (field, field.value.items()));
        let items = items.into_iter().flat_map(|(field, items)| {
            items.into_iter().map(move |value| Field { key: field.key, value })
        });
        items.filter_map(|field| cx.integer(Some(field))).collect()
    };
    let (hours, minutes) = (numbers(cx, "hours"), numbers(cx, "minutes"));
    let days = numbers(cx, "month_days");
    let week_days = inner.take("week_days");
    let words: Vec<String> = week_days
        .iter()
        .flat_map(|field| field.value.items())
        .filter_map(|day| Some(day.text()?.to_ascii_lowercase()))
        .collect();
    if !words.is_empty() {
        map.put("on_weekdays", Doc::Words(words));
    }
    map.put_filled("on_days", days);
    map.put_filled("at", times(&hours, &minutes));
    cx.finish(&inner, "`schedule`");
}

/// Every hour with every minute, as Azure ML reads the two lists.
fn times(hours: &[i64], minutes: &[i64]) -> Doc {
    let minutes = if minutes.is_empty() { &[0] } else { minutes };
    let each = hours
        .iter()
        .flat_map(|hour| minutes.iter().map(move |minute| format!("{hour:02}:{minute:02}")));
    Doc::Words(each.collect())
}
