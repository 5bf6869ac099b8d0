//! Event Grid: filters, batches and the handshake; and the Logic Apps that it tells.

use serde_json::Value;

use super::clock;
use super::run::{Progress, Run};
use super::template::{Resource, Template};
use super::world::World;

/// An app with the subscription that tells it.
pub(super) struct App {
    resource: Resource,
    subscription: Option<Resource>,
    /// What the topic tells of.
    source: Value,
}

/// How a run ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Ended {
    pub(super) run: String,
    pub(super) status: String,
    /// What its actions came to.
    pub(super) told: String,
}

impl App {
    /// The app of a trigger.
    pub(super) fn of(template: &Template, trigger: &str) -> Self {
        let apps = template.resources("Microsoft.Logic/workflows");
        let mut own = apps.into_iter().filter(|it| it["tags"]["mlopsc_trigger"] == trigger);
        let app = own.next().unwrap_or_else(|| panic!("no app is for {trigger}"));
        let name = app["name"].as_str().expect("a name").to_owned();
        let all = template.resources("Microsoft.EventGrid/systemTopics/eventSubscriptions");
        let tells = |it: &Value| {
            let url = &it["properties"]["destination"]["properties"]["endpointUrl"];
            url.as_str().is_some_and(|url| url.contains(&format!("/{name}/")))
        };
        let subscription = all.into_iter().find(tells);
        let topic = subscription.as_ref().and_then(|it| it["name"].as_str()?.split('/').next());
        let topics = template.resources("Microsoft.EventGrid/systemTopics");
        let source = topics.iter().find(|it| it["name"].as_str() == topic);
        let source = source.map_or(Value::Null, |it| it["properties"]["source"].clone());
        Self { resource: app, subscription, source }
    }

    /// What the topic tells of.
    pub(super) fn source(&self) -> &str {
        self.source.as_str().unwrap_or("nothing")
    }

    /// Whether anything tells it.
    pub(super) fn is_told(&self) -> bool {
        self.subscription.is_some() && self.resource["properties"]["state"] == "Enabled"
    }

    /// Whether the subscription's filters let an event pass.
    pub(super) fn hears(&self, event: &Value) -> bool {
        let Some(subscription) = &self.subscription else { return false };
        let filter = &subscription["properties"]["filter"];
        let is_exact = filter["isSubjectCaseSensitive"] == true;
        let text = |it: &Value| {
            let text = it.as_str().unwrap_or_default();
            if is_exact { text.to_owned() } else { text.to_lowercase() }
        };
        let subject = text(&event["subject"]);
        let types = filter["includedEventTypes"].as_array().expect("types");
        let advanced = filter["advancedFilters"].as_array();
        types.contains(&event["eventType"])
            && subject.starts_with(&text(&filter["subjectBeginsWith"]))
            && subject.ends_with(&text(&filter["subjectEndsWith"]))
            && advanced.into_iter().flatten().all(|it| passes(it, event))
    }

    /// The trigger must take arrays apart.
    fn splits(&self) -> bool {
        let triggers = self.definition()["triggers"].as_object().expect("triggers");
        triggers.values().all(|it| it["type"] == "Request" && it["splitOn"] == "@triggerBody()")
    }

    fn definition(&self) -> &Value {
        &self.resource["properties"]["definition"]
    }
}

/// Runs of one app, in a world.
pub(super) struct Play<'a> {
    app: &'a App,
    pub(super) world: World,
    runs: Vec<Run<'a>>,
    pub(super) ended: Vec<Ended>,
    started: usize,
}

impl<'a> Play<'a> {
    pub(super) fn new(app: &'a App) -> Self {
        assert!(app.splits(), "a batch would be one run");
        Self { app, world: World::new(), runs: Vec::new(), ended: Vec::new(), started: 0 }
    }

    /// Event Grid posts one batch: those of the events that the filters let pass. It says what an event
    /// is from, unless the event does.
    pub(super) fn deliver(&mut self, events: &[Value]) {
        let heard = events.iter().filter(|it| self.app.hears(it)).cloned();
        let heard: Vec<Value> = heard
            .map(|mut event| {
                if event["topic"].is_null() {
                    event["topic"] = self.app.source.clone();
                }
                event
            })
            .collect();
        self.post(&heard.iter().collect::<Vec<_>>());
    }

    /// Somebody posts to the app's address.
    pub(super) fn post(&mut self, events: &[&Value]) {
        for event in events {
            self.started += 1;
            let parameters = &self.app.resource["properties"]["parameters"];
            let name = format!("run{:04}", self.started);
            self.runs.push(Run::new(name, self.app.definition(), parameters, (*event).clone()));
        }
    }

    /// Lets one of the runs that can do something do one thing; time passes when all of them wait.
    /// `false`: none can do anything before `until`, and it is that time now.
    pub(super) fn step(&mut self, choice: usize, until: i64) -> bool {
        let mut wake: Option<i64> = None;
        for offset in 0..self.runs.len() {
            let at = (choice + offset) % self.runs.len();
            match self.runs[at].advance(&mut self.world) {
                Progress::Moved => return true,
                Progress::Sleeps(until) => wake = Some(wake.map_or(until, |it| it.min(until))),
                Progress::Ended(status) => {
                    let run = self.runs.remove(at);
                    self.ended.push(Ended { run: run.name.clone(), status, told: run.told() });
                    return true;
                }
            }
        }
        let Some(wake) = wake.filter(|it| *it <= until) else {
            self.world.now = self.world.now.max(until);
            return false;
        };
        self.world.now = wake;
        true
    }

    /// Lets all runs end.
    pub(super) fn finish(&mut self) {
        let later = self.world.now + 1000 * 86_400 * clock::SECOND;
        while !self.runs.is_empty() && self.step(0, later) {}
    }

    /// How the runs ended.
    pub(super) fn statuses(&self) -> Vec<&str> {
        self.ended.iter().map(|it| it.status.as_str()).collect()
    }
}

fn passes(filter: &Value, event: &Value) -> bool {
    let key = filter["key"].as_str().expect("a key");
    let found = key.split('.').fold(event, |it, name| &it[name]);
    let found = match found {
        Value::String(text) => text.to_lowercase(),
        Value::Null => return false,
        other => other.to_string(),
    };
    let mut values = filter["values"].as_array().expect("values").iter();
    match filter["operatorType"].as_str() {
        Some("StringIn") => {
            values.any(|it| it.as_str().unwrap_or_default().to_lowercase() == found)
        }
        operator => panic!("the operator {operator:?}"),
    }
}
