//! What Event Grid delivers
//! (<https://learn.microsoft.com/azure/event-grid/event-schema>): an array in its own schema, one
//! object, or events in the schema of `CloudEvents`.

use serde_json::Value;

use crate::plan::{Change, Event, Jobs};

/// How a receiver is asked whether it is one.
const HANDSHAKE: &str = "Microsoft.EventGrid.SubscriptionValidationEvent";

/// What every event has: in Event Grid's own schema, and in that of `CloudEvents`.
const ENVELOPE: [(&str, &str); 5] = [
    ("topic", "source"),
    ("subject", "subject"),
    ("eventType", "type"),
    ("eventTime", "time"),
    ("id", "id"),
];

/// An event, in the words of Event Grid's own schema.
#[derive(Clone, PartialEq, Debug)]
pub struct Delivered(Value);

impl Delivered {
    /// Reads all events of a delivery.
    ///
    /// # Errors
    ///
    /// Why it is no delivery.
    pub fn read(text: &str) -> Result<Vec<Self>, String> {
        let text = text.trim_start_matches('\u{feff}');
        let value: Value = serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            format!("it is no JSON, as is seen in line {line}, column {column}")
        })?;
        let Value::Array(events) = value else { return Ok(vec![Self::of(value)?]) };
        let is_one = match events.len() {
            0 => return Err("the array is empty, and an event is wanted".to_owned()),
            count => count == 1,
        };
        let each = (1..).zip(events).map(|(number, event)| {
            let place = |why| if is_one { why } else { format!("event {number}: {why}") };
            Self::of(event).map_err(place)
        });
        each.collect()
    }

    fn of(mut event: Value) -> Result<Self, String> {
        let Some(object) = event.as_object_mut() else {
            return Err("an event is a JSON object, alone or in an array".to_owned());
        };
        let is_cloud = object.contains_key("specversion");
        for (own, cloud) in ENVELOPE {
            let written = if is_cloud { cloud } else { own };
            match object.remove(written) {
                Some(Value::String(text)) => object.insert(own.to_owned(), Value::String(text)),
                Some(_) => return Err(format!("`{written}` is no text")),
                None => return Err(format!("it has no `{written}`, which every event has")),
            };
        }
        if !object.get("data").is_some_and(Value::is_object) {
            return Err("it has no object `data`, which every event has".to_owned());
        }
        let event = Self(event);
        event.is_known()?;
        Ok(event)
    }

    fn is_known(&self) -> Result<(), String> {
        let known = known_types();
        let found = self.kind();
        if known.contains(&found) {
            return Ok(());
        }
        if found == HANDSHAKE {
            return Err("it is the handshake of a subscription, which starts nothing".to_owned());
        }
        let (found, known) = (shown(found), known.join(", "));
        Err(format!("no trigger waits for events of the type `{found}`; there are {known}"))
    }

    /// Its type.
    pub fn kind(&self) -> &str {
        self.text(&["eventType"])
    }

    /// What tells it from all others.
    pub fn id(&self) -> &str {
        self.text(&["id"])
    }

    /// What it is about.
    pub fn subject(&self) -> &str {
        self.text(&["subject"])
    }

    /// A property, by names from the outermost on; `null` when there is none.
    pub(super) fn at<'n>(&self, path: impl IntoIterator<Item = &'n str>) -> &Value {
        path.into_iter().fold(&self.0, |value, name| &value[name])
    }

    /// A text among its properties; empty when there is none.
    pub(super) fn text(&self, path: &[&str]) -> &str {
        self.at(path.iter().copied()).as_str().unwrap_or_default()
    }
}

/// The types that a trigger can wait for.
fn known_types() -> Vec<&'static str> {
    let jobs = || Jobs { experiment: String::new(), tags: Vec::new() };
    let of_workspace = [
        Event::ModelRegistered { model: String::new(), tags: Vec::new() },
        Event::ModelDeployed { endpoint: String::new() },
        Event::JobCompleted(jobs()),
        Event::JobFailed(jobs()),
        Event::DriftDetected { monitor: String::new() },
    ];
    let blobs = Change::ALL.iter().map(|change| change.event_type());
    of_workspace.iter().flat_map(Event::types).chain(blobs).collect()
}

/// A text of an event among ours: on one line, and no longer than people read.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 200;
    let plain = |letter: char| if letter.is_control() { '?' } else { letter };
    let mut shown: String = text.chars().take(MOST).map(plain).collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}
