//! What started a published pipeline: recurrences, polled datastores, the endpoint itself.

use super::super::clock::{Clock, Recurrence};
use super::super::ports::is_safe;
use super::draft::{Draft, dashed, name};
use super::value::{Object, ObjectId, Value};
use crate::emit::{Doc, Map};
use crate::source::Span;
use crate::spec::timing::Field;
use crate::spec::windows_zones;

/// Triggers by name, and lines for people about what the language cannot say yet.
#[derive(Default)]
pub(super) struct Triggers {
    pub(super) map: Map,
    pub(super) notes: Vec<String>,
}

pub(super) fn triggers(draft: &mut Draft<'_>, pipeline: ObjectId) -> Triggers {
    let mut triggers = Triggers::default();
    let program = draft.program;
    for (class, key) in [
        ("Schedule.create", "pipeline_id"),
        ("Schedule.create_for_pipeline_endpoint", "pipeline_endpoint_id"),
    ] {
        let calls = program.of_class(class).map(|(_, call)| call);
        for call in calls.filter(|call| program.concerns(call, key, pipeline)) {
            schedule(draft, call, &mut triggers);
        }
    }
    let endpoint = program.endpoint(pipeline).map(|call| (call, 1));
    let published = program.objects.iter().find(|call| {
        let ours = call.receiver == Some(Value::Object(pipeline));
        call.class == "publish" && (ours || call.receiver.is_none())
    });
    if let Some((call, at)) = endpoint.or(published.map(|call| (call, 0))) {
        let name = call.argument("name", at).and_then(Value::text);
        let endpoint = published_as(name, &mut triggers);
        let wanted = name.map(dashed).filter(|wanted| *wanted != endpoint);
        if let Some(wanted) = wanted {
            draft.remarks.doubt(
                call.place("name"),
                format!("an endpoint has 3 to 32 letters; `{wanted}` is called `{endpoint}`"),
                "choose another name under `triggers`",
            );
        }
    }
    triggers
}

/// Letters that the name of an endpoint has at least.
const SHORTEST: usize = 3;

/// An endpoint that starts the pipeline; what it is called.
fn published_as(name: Option<&str>, triggers: &mut Triggers) -> String {
    let mut endpoint = dashed(name.unwrap_or("pipeline"));
    endpoint.truncate(32);
    if endpoint.trim_end_matches('-').len() < SHORTEST {
        endpoint = format!("pipeline-{endpoint}");
    }
    let endpoint = endpoint.trim_end_matches('-').to_owned();
    let (mut http, mut trigger) = (Map::new(), Map::new());
    http.put("endpoint", endpoint.as_str());
    trigger.put("http", http);
    triggers.map.put("on_call", trigger);
    endpoint
}

fn schedule(draft: &mut Draft<'_>, call: &Object, triggers: &mut Triggers) {
    let key = call.argument("name", 1).and_then(Value::text).map_or("schedule".to_owned(), name);
    let recurrence = call.keyword("recurrence").and_then(|value| draft.object(value));
    let Some((_, recurrence)) = recurrence else {
        return changed(draft, call, &key, triggers);
    };
    let mut trigger = Map::new();
    trigger.put("schedule", clock(draft, recurrence));
    trigger.put_filled("with", bound(draft, call));
    let disabled = draft.program.objects.iter().any(|object| {
        object.class == "disable"
            && object
                .receiver
                .as_ref()
                .and_then(|it| draft.object(it))
                .is_some_and(|(_, it)| it.span == call.span)
    });
    if disabled {
        trigger.put("enabled", false);
    }
    triggers.map.put(key, trigger);
}

/// A datastore that was polled.
fn changed(draft: &mut Draft<'_>, call: &Object, key: &str, triggers: &mut Triggers) {
    let store = call.keyword("datastore").and_then(|value| draft.store(value));
    let path = call.keyword("path_on_datastore").and_then(Value::text).unwrap_or("");
    let store = store.unwrap_or_else(|| "workspaceblobstore".to_owned());
    let mut line = format!("{key}: {{ data_changed: {{ datastore: {store}, path: {path} }}");
    if let Some(parameter) = call.keyword("data_path_parameter_name").and_then(Value::text) {
        let name = draft.parameter_called(parameter);
        line.extend([", with: { ", &name, ": \"${{ event.path }}\" }"]);
    }
    triggers.notes.push(line + " }");
    draft.remarks.doubt(
        call.span,
        "a schedule that polls a datastore is a `data_changed` trigger, which is not supported yet",
        "it stands as a comment in the spec's `triggers`",
    );
}

fn bound(draft: &mut Draft<'_>, call: &Object) -> Map {
    let mut with = Map::new();
    let given = call.keyword("pipeline_parameters");
    if given.is_some_and(|it| !matches!(it, Value::Dict(_))) {
        not_bound(draft, call, "the values of the parameters were not understood");
    }
    if let Some(Value::Dict(pairs)) = given {
        for (name, value) in pairs {
            let name = draft.parameter_called(name);
            if value.text().is_some_and(|text| !is_safe(text)) {
                draft.widen(&name);
            }
            let value = Draft::scalar(value).or_else(|| draft.address(value).map(Doc::from));
            match value {
                Some(value) => {
                    with.put(name, value);
                }
                None => {
                    not_bound(draft, call, &format!("the value of `{name}` was not understood"));
                }
            }
        }
    }
    with
}

fn not_bound(draft: &mut Draft<'_>, call: &Object, message: &str) {
    let help = "write it under `with` of the trigger";
    draft.remarks.lost(call.place("pipeline_parameters"), message, help);
}

fn clock(draft: &mut Draft<'_>, recurrence: &Object) -> Map {
    let frequency = recurrence.argument("frequency", 0).and_then(Value::text).unwrap_or("Day");
    let interval = recurrence.argument("interval", 1).and_then(Value::integer).unwrap_or(1);
    let start = recurrence.argument("start_time", 2).and_then(|it| moment(draft, it));
    let days = recurrence.argument("week_days", 6).map_or(&[][..], Value::items);
    let days = days.iter().filter_map(Value::text).map(str::to_ascii_lowercase);
    let zone = recurrence.argument("time_zone", 3).cloned();
    let zone = zone.and_then(|zone| zone_name(draft, &zone, recurrence.place("time_zone")));
    let (hours, minutes) = times(recurrence);
    let (on_weekdays, time_zone) = (days.collect(), zone.filter(|zone| zone != "UTC"));
    let mut clock = Clock { on_weekdays, time_zone, start, ..Clock::default() };
    let moved = Recurrence { frequency, interval, hours: &hours, minutes: &minutes };
    if clock.recur(&moved) {
        draft.remarks.doubt(
            recurrence.span,
            "version 1 counts these hours from the start; in the spec they are hours of the day",
            "look at the times where the clock changes between summer and winter",
        );
    }
    check(draft, recurrence, &clock);
    let mut doc = Map::new();
    doc.put_some("every", clock.every).put_some("cron", clock.cron);
    doc.put_filled("on_weekdays", clock.on_weekdays.into_iter().map(Doc::from).collect::<Vec<_>>());
    doc.put_filled("on_days", clock.on_days);
    match <[String; 1]>::try_from(clock.at) {
        Ok([one]) => {
            doc.put("at", one);
        }
        Err(times) => {
            doc.put_filled("at", times.into_iter().map(Doc::from).collect::<Vec<_>>());
        }
    }
    doc.put_some("time_zone", clock.time_zone).put_some("start", clock.start);
    doc
}

/// Says what a spec refuses, at the argument that says it.
fn check(draft: &mut Draft<'_>, recurrence: &Object, clock: &Clock) {
    if clock.is_open() {
        draft.remarks.lost(
            recurrence.span,
            "the script says no time of day: version 1 counts from when the schedule was made",
            "write `at` of the trigger in the spec, and the day for a week or a month",
        );
        return;
    }
    for (field, message, help) in clock.faults() {
        let argument = match field {
            Field::Weekday(_) => "week_days",
            Field::At(_) => "hours",
            Field::Day(_) | Field::Start => "start_time",
            Field::TimeZone => "time_zone",
            Field::Whole | Field::Every | Field::Cron | Field::End => "interval",
        };
        let message = format!("a spec cannot say this: {message}");
        let help = help.unwrap_or_else(|| "write another schedule in the spec".to_owned());
        draft.remarks.lost(recurrence.place(argument), message, &help);
    }
}

/// A moment as text, or as `datetime(…)`.
fn moment(draft: &Draft<'_>, value: &Value) -> Option<String> {
    if let Some(text) = value.text() {
        let plain = text.get(..19).unwrap_or(text).replace(' ', "T");
        return Some(plain);
    }
    let (_, object) = draft.object(value)?;
    if !is_datetime(object) {
        return None;
    }
    let part = |name: &str, at: usize, least: i64| match object.argument(name, at) {
        None => Some(least),
        Some(number) => number.integer(),
    };
    let [year, month, day] = [part("year", 0, 1)?, part("month", 1, 1)?, part("day", 2, 1)?];
    let [hour, minute, second] =
        [part("hour", 3, 0)?, part("minute", 4, 0)?, part("second", 5, 0)?];
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
}

/// Whether a call is `datetime(…)`, a moment whose numbers are known.
pub(super) fn is_datetime(object: &Object) -> bool {
    let numbers = || object.arguments.iter().chain(object.named.iter().map(|(_, value, _)| value));
    matches!(object.class.as_str(), "datetime" | "datetime.datetime")
        && numbers().all(|it| it.integer().is_some())
}

/// Hours and minutes of the day.
fn times(recurrence: &Object) -> (Vec<i64>, Vec<i64>) {
    if let Some(time) = recurrence.argument("time_of_day", 7).and_then(Value::text) {
        let number = |text: &str| text.trim().parse().ok();
        let both = time.split_once(':').and_then(|(hour, rest)| {
            let minute = rest.split(':').next().and_then(number)?;
            Some((vec![number(hour)?], vec![minute]))
        });
        return both.unwrap_or_default();
    }
    let numbers = |name: &str, at: usize| -> Vec<i64> {
        let values = recurrence.argument(name, at).map_or(&[][..], Value::items);
        values.iter().filter_map(Value::integer).collect()
    };
    (numbers("hours", 4), numbers("minutes", 5))
}

/// `TimeZone.TokyoStandardTime`, or the Windows name as text, as an IANA name.
fn zone_name(draft: &mut Draft<'_>, value: &Value, at: Span) -> Option<String> {
    let written = match value {
        Value::Path(path) => path.rsplit('.').next().map(str::to_owned),
        other => other.text().map(str::to_owned),
    };
    let letters =
        |text: &str| -> String { text.chars().filter(char::is_ascii_alphanumeric).collect() };
    let wanted = written.as_deref().map(letters);
    let found = windows_zones().find(|(windows, _)| Some(letters(windows)) == wanted);
    if found.is_none() && wanted.as_deref() != Some("UTC") {
        draft.remarks.lost(at, "this time zone is not known", "write its IANA name in the spec");
    }
    found.map(|(_, iana)| iana.to_owned())
}
