//! What started a published pipeline: recurrences, polled datastores, the endpoint itself.

use super::super::ports::is_safe;
use super::draft::{Draft, dashed, name};
use super::value::{Object, ObjectId, Value};
use crate::emit::{Doc, Map};
use crate::source::Span;
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
    let mut doc = Map::new();
    let frequency = recurrence.argument("frequency", 0).and_then(Value::text).unwrap_or("Day");
    let interval = recurrence.argument("interval", 1).and_then(Value::integer).unwrap_or(1);
    doc.put("every", every(frequency, interval));
    let days = recurrence.keyword("week_days").map_or(&[][..], Value::items);
    let days = days.iter().filter_map(Value::text).map(|day| Doc::from(day.to_ascii_lowercase()));
    doc.put_filled("on_weekdays", days.collect::<Vec<Doc>>());
    let times: Vec<Doc> = times(recurrence).into_iter().map(Doc::from).collect();
    match <[Doc; 1]>::try_from(times) {
        Ok([one]) => {
            doc.put("at", one);
        }
        Err(times) => {
            doc.put_filled("at", times);
        }
    }
    if let Some(zone) = recurrence.keyword("time_zone") {
        doc.put_some("time_zone", zone_name(draft, zone, recurrence.place("time_zone")));
    }
    doc.put_some("start", recurrence.keyword("start_time").and_then(Value::text));
    doc
}

fn every(frequency: &str, interval: i64) -> String {
    let unit = frequency.to_ascii_lowercase();
    if interval == 1 && matches!(unit.as_str(), "day" | "week" | "month") {
        unit
    } else {
        format!("{interval} {unit}{}", if interval == 1 { "" } else { "s" })
    }
}

/// Times of the day.
fn times(recurrence: &Object) -> Vec<String> {
    if let Some(time) = recurrence.keyword("time_of_day").and_then(Value::text) {
        return vec![format!("{time:0>5}")];
    }
    let numbers = |name: &str| -> Vec<i64> {
        let values = recurrence.keyword(name).map_or(&[][..], Value::items);
        values.iter().filter_map(Value::integer).collect()
    };
    let (hours, mut minutes) = (numbers("hours"), numbers("minutes"));
    if minutes.is_empty() {
        minutes.push(0);
    }
    let each = |hour: &i64| minutes.iter().map(|minute| format!("{hour:02}:{minute:02}")).collect();
    hours.iter().flat_map(|hour| -> Vec<String> { each(hour) }).collect()
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
