//! Which events are meant, and that they bring what is bound: what Event Grid's filters cannot say, and
//! what a receiver must not take for granted.

use super::filter;
use super::flow::{Actions, End, Read, Test, Work};
use super::model::Object;
use crate::plan::{DataChanged, Event, EventField, EventPiece, EventSource, Handoff, Plan};

/// The action that gives the event once its shape is known.
const PARSE: &str = "Parse_event";

/// A text of an event that is longer is nothing that we wait for.
const LONGEST_TEXT: u32 = 8_192;
/// Ids of events are shorter.
const LONGEST_ID: u32 = 256;

/// A property of the event.
pub(super) fn event(path: &[&str]) -> Read {
    Read::body(PARSE, path)
}

/// What comes before anything is done.
pub(super) fn put(actions: &mut Actions, plan: &Plan, handoff: &Handoff<'_>) {
    let not_meant = Actions::of("Not_the_event", Work::End(End::Cancelled));
    actions.then("Is_the_event", Work::Unless(is_the_event(handoff.event), not_meant));
    actions.then(PARSE, Work::Parse(schema(handoff)));
    let not_wanted = Actions::of("Not_wanted", Work::End(End::Cancelled));
    actions.then("Is_wanted", Work::Unless(is_wanted(plan, handoff.event), not_wanted));
    let tags = bound_tags(handoff);
    if !tags.is_empty() {
        let is_there = |(_, path): &(&str, Vec<&str>)| {
            let value = Read::Call("coalesce", vec![event(path), Read::text("")]);
            Test::not(Test::equal(value, Read::text("")))
        };
        let names: Vec<&str> = tags.iter().map(|(name, _)| *name).collect();
        let message =
            format!("the event lacks one of these, which are bound: {}", names.join(", "));
        let end = Actions::of("Tag_is_missing", Work::End(End::Failed("TagIsMissing", message)));
        let all = Test::All(tags.iter().map(is_there).collect());
        actions.then("Has_tags", Work::Unless(all, end));
    }
}

/// Its type and where it comes from, which all events have, that of the handshake too.
fn is_the_event(event: &Event) -> Test {
    let arrived = |name: &str| {
        let value = Read::Arrived(vec![name.to_owned()]);
        Read::Call("coalesce", vec![value, Read::text("")])
    };
    let types = event.types().into_iter();
    let types = types.map(|it| Test::equal(arrived("eventType"), Read::text(it))).collect();
    let lower = |value| Read::Call("toLower", vec![value]);
    let source = Test::equal(lower(arrived("topic")), lower(Read::Parameter("sourceId")));
    Test::All(vec![Test::Any(types), source])
}

/// That it is what the author names, letter by letter: filters do not mind the case.
fn is_wanted(plan: &Plan, of: &Event) -> Test {
    let is = |name: &str, value: &str| Test::equal(event(&["data", name]), Read::text(value));
    let mut tests = match of {
        Event::DataChanged(data) => is_watched(plan, data),
        Event::ModelRegistered { model, .. } => vec![is("ModelName", model)],
        Event::ModelDeployed { endpoint } => vec![is("ServiceName", endpoint)],
        Event::JobCompleted(jobs) => vec![is("experimentName", &jobs.experiment)],
        Event::JobFailed(jobs) => {
            let status = Read::Call("toLower", vec![event(&["data", "runStatus"])]);
            let failed = Test::equal(status, Read::text("failed"));
            vec![is("experimentName", &jobs.experiment), failed]
        }
        Event::DriftDetected { monitor } => vec![is("DataDriftName", monitor)],
    };
    for (name, value) in of.tags() {
        let place = of.tags_place().unwrap_or_default();
        let path: Vec<&str> = place.iter().copied().chain([name.as_str()]).collect();
        tests.push(Test::equal(event(&path), Read::text(value)));
    }
    Test::All(tests)
}

/// That the blob is in the folder, and in none below where those do not count.
fn is_watched(plan: &Plan, data: &DataChanged) -> Vec<Test> {
    let start = filter::blobs(plan, data) + &data.folder;
    let length = length(&start);
    let begins = Read::Call("take", vec![event(&["subject"]), length.clone()]);
    let mut tests = vec![Test::equal(begins, Read::text(start))];
    if !data.is_deep {
        let name = Read::Call("slice", vec![event(&["subject"]), length]);
        tests.push(Test::not(Test::Is("contains", name, Read::text("/"))));
    }
    tests
}

fn length(text: &str) -> Read {
    // The language counts as UTF-16 does.
    Read::Integer(i64::try_from(text.encode_utf16().count()).unwrap_or(i64::MAX))
}

/// A value of the event, in parts to be joined.
pub(super) fn value(plan: &Plan, of: &Event, field: &EventField) -> Vec<Read> {
    match (&field.source, of) {
        (EventSource::Property(path), _) => {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            vec![event(&path)]
        }
        (EventSource::Blob, Event::DataChanged(data)) => {
            let start = format!("azureml://datastores/{}/paths/", data.datastore);
            let before = length(&filter::blobs(plan, data));
            vec![Read::Text(start), Read::Call("slice", vec![event(&["subject"]), before])]
        }
        // Only blobs are blobs, and what is known before is said in the literals.
        (EventSource::Blob | EventSource::Fixed(_), _) => vec![Read::text(&field.name)],
    }
}

/// Tags of which values are bound: what people write, and where each stands.
fn bound_tags<'h>(handoff: &'h Handoff<'_>) -> Vec<(&'h str, Vec<&'h str>)> {
    let mut tags: Vec<(&str, Vec<&str>)> = Vec::new();
    for (field, path) in bound(handoff) {
        let is_new = tags.iter().all(|(known, _)| *known != field.name);
        if is_new && field.name.starts_with("tags.") {
            tags.push((&field.name, path.iter().map(String::as_str).collect()));
        }
    }
    tags
}

/// The properties of the event that parameters take.
fn bound<'h>(handoff: &'h Handoff<'_>) -> impl Iterator<Item = (&'h EventField, &'h [String])> {
    let pieces = handoff.values.iter().flat_map(|(_, text)| text);
    pieces.filter_map(|piece| match piece {
        EventPiece::Field(field) => match &field.source {
            EventSource::Property(path) => Some((field, path.as_slice())),
            EventSource::Blob | EventSource::Fixed(_) => None,
        },
        EventPiece::Literal(_) => None,
    })
}

/// The shape of an event that has what is read of it.
fn schema(handoff: &Handoff<'_>) -> Object {
    let mut read: Vec<&str> = compared(handoff.event).to_vec();
    for (_, path) in bound(handoff) {
        if let [first, name, ..] = path
            && first == "data"
            && !read.contains(&name.as_str())
        {
            read.push(name);
        }
    }
    let mut properties = Object::new();
    for name in &read {
        properties.put((*name).to_owned(), shape(name));
    }
    read.retain(|name| !TAGS.contains(name));
    let mut data = Object::of("type", "object");
    if !read.is_empty() {
        data.put("required", read);
    }
    if !properties.0.is_empty() {
        data.put("properties", properties);
    }
    let mut all = Object::of("id", text(LONGEST_ID));
    all.put("subject", text(LONGEST_TEXT)).put("eventType", text(LONGEST_ID));
    all.put("eventTime", text(LONGEST_ID)).put("data", data);
    let required: Vec<String> = all.0.iter().map(|(name, _)| name.to_string()).collect();
    let mut schema = Object::of("type", "object");
    schema.put("required", required).put("properties", all);
    schema
}

/// Where tags stand; there may be none.
const TAGS: [&str; 2] = ["ModelTags", "runTags"];

/// What of an event's data is looked at to tell whether it is wanted.
fn compared(event: &Event) -> &'static [&'static str] {
    match event {
        Event::DataChanged(_) => &[],
        Event::ModelRegistered { tags, .. } if tags.is_empty() => &["ModelName"],
        Event::ModelRegistered { .. } => &["ModelName", "ModelTags"],
        Event::ModelDeployed { .. } => &["ServiceName"],
        Event::JobCompleted(jobs) if jobs.tags.is_empty() => &["experimentName"],
        Event::JobCompleted(_) => &["experimentName", "runTags"],
        Event::JobFailed(jobs) if jobs.tags.is_empty() => &["experimentName", "runStatus"],
        Event::JobFailed(_) => &["experimentName", "runStatus", "runTags"],
        Event::DriftDetected { .. } => &["DataDriftName"],
    }
}

/// What a property of an event's data is.
fn shape(name: &str) -> Object {
    match name {
        // A number in the service's samples, and text in its tables.
        "ModelVersion" => {
            let mut version = Object::of("type", vec!["integer", "string"]);
            version.put("minLength", 1_u32).put("maxLength", LONGEST_TEXT);
            version
        }
        "DriftCoefficient" => Object::of("type", "number"),
        name if TAGS.contains(&name) => Object::of("type", vec!["object", "null"]),
        _ => text(LONGEST_TEXT),
    }
}

fn text(most: u32) -> Object {
    let mut shape = Object::of("type", "string");
    shape.put("minLength", 1_u32).put("maxLength", most);
    shape
}
