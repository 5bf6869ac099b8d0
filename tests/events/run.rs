//! One run of a workflow definition: actions after each other, as the service runs them, as far as
//! our definitions use them
//! (<https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers>).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::clock;
use super::expression::{self, Scope};
use super::world::{Call, World};

/// What an action came to.
#[derive(Clone, Debug)]
struct Outcome {
    status: &'static str,
    outputs: Value,
}

/// How far a run came.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Progress {
    /// It did something.
    Moved,
    /// It waits until then.
    Sleeps(i64),
    /// It ended so.
    Ended(String),
}

/// A run.
pub(super) struct Run<'d> {
    pub(super) name: String,
    definition: &'d Value,
    parameters: &'d Value,
    body: Value,
    results: BTreeMap<String, Outcome>,
    /// Which branch an `If` takes.
    branches: BTreeMap<String, &'d Map<String, Value>>,
    wakes: BTreeMap<String, i64>,
    ended: Option<String>,
    now: i64,
}

impl Scope for Run<'_> {
    fn trigger_body(&self) -> Value {
        self.body.clone()
    }

    fn parameter(&self, name: &str) -> Option<Value> {
        let given = self.parameters.get(name).and_then(|it| it.get("value"));
        let default = || self.definition["parameters"].get(name)?.get("defaultValue");
        given.or_else(default).cloned()
    }

    fn outputs(&self, action: &str) -> Option<Value> {
        self.results.get(action).map(|it| it.outputs.clone())
    }

    fn status(&self, action: &str) -> Option<String> {
        self.results.get(action).map(|it| it.status.to_owned())
    }

    fn run_name(&self) -> String {
        self.name.clone()
    }

    fn now(&self) -> i64 {
        self.now
    }
}

fn actions(of: &Value) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    of.as_object().unwrap_or(&NONE)
}

impl<'d> Run<'d> {
    /// A run that nothing happened in.
    pub(super) fn new(
        name: String,
        definition: &'d Value,
        parameters: &'d Value,
        body: Value,
    ) -> Self {
        let (results, branches, wakes) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { name, definition, parameters, body, results, branches, wakes, ended: None, now: 0 }
    }

    /// Does one thing.
    pub(super) fn advance(&mut self, world: &mut World) -> Progress {
        self.now = world.now;
        if let Some(ended) = &self.ended {
            return Progress::Ended(ended.clone());
        }
        let top = actions(&self.definition["actions"]);
        let progress = self.walk(top, world);
        let progress = progress.unwrap_or_else(|| Progress::Ended(self.verdict(top).to_owned()));
        if let Progress::Ended(status) = &progress {
            self.ended = Some(status.clone());
        }
        progress
    }

    /// The statuses of its actions, for messages.
    pub(super) fn told(&self) -> String {
        let each =
            self.results.iter().map(|(name, it)| format!("{name}: {} {}", it.status, it.outputs));
        each.collect::<Vec<_>>().join("\n")
    }

    /// Does one thing among actions; `None`: all of them are done.
    fn walk(&mut self, all: &'d Map<String, Value>, world: &mut World) -> Option<Progress> {
        let mut sleeps: Option<i64> = None;
        let mut is_done = true;
        for (name, action) in all {
            if self.results.contains_key(name) {
                continue;
            }
            is_done = false;
            let Some(may_run) = self.may_run(&action["runAfter"]) else { continue };
            if !may_run {
                self.skip(name, action);
                return Some(Progress::Moved);
            }
            match self.act(name, action, world) {
                Progress::Sleeps(until) => sleeps = Some(sleeps.map_or(until, |it| it.min(until))),
                other => return Some(other),
            }
        }
        match sleeps {
            Some(until) => Some(Progress::Sleeps(until)),
            None if is_done => None,
            None => panic!("no action can run: {}", self.told()),
        }
    }

    /// `None`: what it waits for is not done.
    fn may_run(&self, after: &Value) -> Option<bool> {
        let mut all = true;
        for (name, statuses) in actions(after) {
            let status = self.results.get(name)?.status;
            let mut wanted = statuses.as_array().expect("statuses").iter();
            all &= wanted.any(|it| it == status);
        }
        Some(all)
    }

    fn skip(&mut self, name: &str, action: &Value) {
        let inner = [&action["actions"], &action["else"]["actions"]];
        for (name, action) in inner.into_iter().flat_map(actions) {
            self.skip(name, action);
        }
        self.end(name, "Skipped", Value::Null);
    }

    fn end(&mut self, name: &str, status: &'static str, outputs: Value) -> Progress {
        self.results.insert(name.to_owned(), Outcome { status, outputs });
        Progress::Moved
    }

    fn act(&mut self, name: &str, action: &'d Value, world: &mut World) -> Progress {
        let kind = action["type"].as_str().expect("a type");
        let inputs = &action["inputs"];
        let tried = match kind {
            "Scope" => return self.contain(name, actions(&action["actions"]), world),
            "If" => return self.choose(name, action, world),
            "Wait" => return self.wait(name, inputs),
            "Terminate" => return self.terminate(inputs),
            "Compose" => expression::value(self, inputs),
            "ParseJson" => self.parse(inputs),
            "Http" => return self.call(name, inputs, world),
            _ => panic!("an action of the type {kind}"),
        };
        match tried {
            Ok(value) => self.end(name, "Succeeded", json!({ "body": value })),
            Err(message) => self.end(name, "Failed", json!({ "error": message })),
        }
    }

    /// A group ends as its last actions do.
    fn contain(
        &mut self,
        name: &str,
        inner: &'d Map<String, Value>,
        world: &mut World,
    ) -> Progress {
        if let Some(progress) = self.walk(inner, world) {
            return progress;
        }
        let status = self.verdict(inner);
        self.end(name, status, Value::Null)
    }

    fn choose(&mut self, name: &str, action: &'d Value, world: &mut World) -> Progress {
        if !self.branches.contains_key(name) {
            let holds = match self.holds(&action["expression"]) {
                Ok(holds) => holds,
                Err(message) => {
                    self.skip(name, action);
                    return self.end(name, "Failed", json!({ "error": message }));
                }
            };
            let both = [actions(&action["actions"]), actions(&action["else"]["actions"])];
            let [taken, left] = if holds { both } else { [both[1], both[0]] };
            for (name, action) in left {
                self.skip(name, action);
            }
            self.branches.insert(name.to_owned(), taken);
        }
        self.contain(name, self.branches[name], world)
    }

    fn holds(&self, condition: &Value) -> Result<bool, String> {
        let Value::Object(map) = condition else {
            let found = expression::value(self, condition)?;
            return found.as_bool().ok_or_else(|| format!("{found} is neither true nor false"));
        };
        let (word, operands) = map.iter().next().ok_or("an empty condition")?;
        let list = || operands.as_array().ok_or("a list was expected");
        match word.as_str() {
            "and" => list()?.iter().try_fold(true, |all, it| Ok(all && self.holds(it)?)),
            "or" => list()?.iter().try_fold(false, |any, it| Ok(any || self.holds(it)?)),
            "not" => Ok(!self.holds(operands)?),
            function => {
                // The operands as values, put into the function of the same name.
                let values: Vec<Value> = list()?
                    .iter()
                    .map(|it| expression::value(self, it))
                    .collect::<Result<_, _>>()?;
                expression::pure(function, &values)?
                    .as_bool()
                    .ok_or_else(|| format!("`{function}` gave no truth"))
            }
        }
    }

    fn wait(&mut self, name: &str, inputs: &Value) -> Progress {
        let interval = expression::value(self, &inputs["interval"]).expect("an interval");
        let count = interval["count"].as_i64().expect("a count");
        let seconds = match interval["unit"].as_str() {
            Some("Second") => 1,
            Some("Minute") => 60,
            Some("Hour") => 3600,
            unit => panic!("the unit {unit:?}"),
        };
        let until = *self
            .wakes
            .entry(name.to_owned())
            .or_insert(self.now + count * seconds * clock::SECOND);
        if self.now < until {
            return Progress::Sleeps(until);
        }
        self.end(name, "Succeeded", Value::Null)
    }

    fn terminate(&self, inputs: &Value) -> Progress {
        let status = inputs["runStatus"].as_str().expect("a status").to_owned();
        if let Err(message) = expression::value(self, inputs) {
            panic!("a run cannot say why it ends: {message}");
        }
        Progress::Ended(status)
    }

    fn parse(&self, inputs: &Value) -> Result<Value, String> {
        let content = expression::value(self, &inputs["content"])?;
        let schema = jsonschema::validator_for(&inputs["schema"]).map_err(|it| it.to_string())?;
        match schema.validate(&content) {
            Ok(()) => Ok(content),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Calls, and calls again as the policy says.
    fn call(&mut self, name: &str, inputs: &Value, world: &mut World) -> Progress {
        let call = match self.request(inputs) {
            Ok(call) => call,
            Err(message) => return self.end(name, "Failed", json!({ "error": message })),
        };
        let policy = &inputs["retryPolicy"];
        let again = match policy["type"].as_str() {
            Some("none") => 0,
            Some(_) => policy["count"].as_i64().expect("a count"),
            None => 4,
        };
        let mut answer = world.answer(&call);
        for _ in 0..again {
            if !matches!(answer.status, 408 | 429 | 500..) {
                break;
            }
            answer = world.answer(&call);
        }
        let outputs =
            json!({ "statusCode": answer.status, "headers": answer.headers, "body": answer.body });
        let status = if (200..400).contains(&answer.status) { "Succeeded" } else { "Failed" };
        self.end(name, status, outputs)
    }

    fn request(&self, inputs: &Value) -> Result<Call, String> {
        let text = |it: &Value| expression::value(self, it).map(|it| expression::as_text(&it));
        let mut headers = BTreeMap::new();
        for (name, value) in actions(&inputs["headers"]) {
            headers.insert(name.to_ascii_lowercase(), text(value)?);
        }
        Ok(Call {
            method: text(&inputs["method"])?,
            uri: text(&inputs["uri"])?,
            headers,
            body: expression::value(self, &inputs["body"])?,
            audience: match &inputs["authentication"] {
                Value::Null => None,
                it => Some(text(&it["audience"])?),
            },
        })
    }

    /// How a group of actions ended, judged by those that nothing comes after; what was skipped is
    /// judged by what it waited for.
    fn verdict(&self, all: &Map<String, Value>) -> &'static str {
        let is_last =
            |name: &str| !all.values().any(|it| actions(&it["runAfter"]).contains_key(name));
        let failed = all.keys().filter(|name| is_last(name)).any(|name| self.failed(all, name));
        if failed { "Failed" } else { "Succeeded" }
    }

    fn failed(&self, all: &Map<String, Value>, name: &str) -> bool {
        match self.results[name].status {
            "Failed" | "TimedOut" => true,
            "Skipped" => actions(&all[name]["runAfter"]).keys().any(|it| self.failed(all, it)),
            _ => false,
        }
    }
}
