//! Plays workflows of GitHub Actions.

use std::cell::RefCell;
use std::collections::BTreeMap;

use mlopsc_compiler::plan::{Plan, Scalar};
use serde_json::{Map, Value, json};
use serde_yaml::Value as Yaml;

use super::expression::{Facts, evaluate, interpolate, is_true, words};
use super::stage::{Stage, copy};
use super::{Outcome, Run, Stub, call, names, stub};
use crate::combinations::multiplied;

/// What labels of machines start with.
const KNOWN: [&str; 3] = ["ubuntu-", "windows-", "macos-"];

struct Player<'a> {
    stage: &'a Stage,
    stubs: Vec<Stub>,
    root: Value,
    inputs: Value,
    /// Its name, and what comes with it.
    event: Value,
    /// Finished jobs: their result and their outputs.
    done: BTreeMap<String, (Outcome, Value)>,
    said: RefCell<String>,
}

/// What starts a run, on the default branch.
#[derive(Clone, Copy)]
pub(super) enum Start<'a> {
    /// A person, with these inputs.
    ByHand(&'a BTreeMap<String, Scalar>),
    /// A dispatch, with this payload.
    Sent(&'a Value),
    /// Another workflow, of whose run this is said.
    Followed(&'a Value),
}

/// Runs a workflow.
pub(super) fn play(plan: &Plan, root: &Yaml, stage: &Stage, start: Start<'_>) -> Run {
    let root = serde_json::to_value(root).expect("names are texts");
    let declared = &root["on"]["workflow_dispatch"]["inputs"];
    let value = |name: &str, value: &Scalar| match value {
        Scalar::Boolean(is) if declared[name]["type"] == "boolean" => json!(is),
        other => json!(other.text()),
    };
    let (event_name, inputs, payload) = match start {
        Start::ByHand(values) => {
            let each = values.iter().map(|(name, it)| (name.clone(), value(name, it)));
            ("workflow_dispatch", Value::Object(each.collect()), Value::Null)
        }
        Start::Sent(payload) => ("repository_dispatch", json!({}), payload.clone()),
        Start::Followed(_) => ("workflow_run", json!({}), Value::Null),
    };
    let run = match start {
        Start::Followed(run) => run.clone(),
        Start::ByHand(_) | Start::Sent(_) => Value::Null,
    };
    let stubs = plan.steps.iter().filter_map(stub).collect();
    let event = json!({ "name": event_name, "client_payload": payload, "workflow_run": run });
    let done = BTreeMap::new();
    let mut player = Player { stage, stubs, root, inputs, event, done, said: RefCell::default() };
    player.run();
    let jobs = player.done.iter().map(|(id, (outcome, _))| (id.clone(), *outcome)).collect();
    Run::read(stage, &jobs, player.said.into_inner())
}

impl Player<'_> {
    fn run(&mut self) {
        let jobs = self.root["jobs"].as_object().expect("jobs").clone();
        while self.done.len() < jobs.len() {
            let ready = jobs.iter().find(|(id, job)| {
                !self.done.contains_key(*id)
                    && names(&job["needs"]).iter().all(|need| self.done.contains_key(need))
            });
            let (id, job) = ready.expect("no circle");
            let done = self.job(id, job);
            self.done.insert(id.clone(), done);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.stage.exists("cancelled")
    }

    /// All jobs before one, direct and indirect.
    fn before(&self, job: &Value) -> Vec<Outcome> {
        let mut all = Vec::new();
        for need in names(&job["needs"]) {
            all.push(self.done[&need].0);
            all.extend(self.before(&self.root["jobs"][&need]));
        }
        all
    }

    fn job(&self, id: &str, job: &Value) -> (Outcome, Value) {
        let before = self.before(job);
        let needs = names(&job["needs"]).into_iter().map(|need| {
            let (outcome, outputs) = &self.done[&need];
            let result = match outcome {
                Outcome::Success => "success",
                Outcome::Failure => "failure",
                Outcome::Cancelled => "cancelled",
                Outcome::Skipped => "skipped",
            };
            (need, json!({ "result": result, "outputs": outputs }))
        });
        let scope = Scope {
            player: self,
            contexts: json!({ "needs": needs.collect::<Map<_, _>>() }),
            failed: before.contains(&Outcome::Failure),
            fine: before.iter().all(|one| *one == Outcome::Success),
        };
        if !scope.holds(&job["if"]) {
            let outcome = if self.is_cancelled() { Outcome::Cancelled } else { Outcome::Skipped };
            return (outcome, json!({}));
        }
        if job["strategy"]["matrix"].is_null() {
            return scope.run(id, job);
        }
        let (mut outcome, contexts) = (Outcome::Success, scope.contexts);
        for (at, leg) in multiplied(&job["strategy"]["matrix"]).into_iter().enumerate() {
            let contexts = contexts.clone();
            let mut scope = Scope { player: self, contexts, failed: false, fine: true };
            scope.contexts["matrix"] = json!(leg);
            let label = words(&interpolate(&words(&job["runs-on"]), &scope));
            assert!(KNOWN.iter().any(|known| label.starts_with(known)), "{label}");
            outcome = outcome.max(scope.run(&format!("{id}-{at}"), job).0);
        }
        (outcome, json!({}))
    }
}

impl Scope<'_> {
    /// The steps of a job on a machine.
    fn run(mut self, id: &str, job: &Value) -> (Outcome, Value) {
        let scope = &mut self;
        (scope.failed, scope.fine) = (false, true);
        let player = scope.player;
        let machine = player.stage.machine(id);
        scope.contexts["env"] = scope.env(&player.root["env"]);
        let own = scope.env(&job["env"]);
        merge(&mut scope.contexts["env"], own);
        for step in job["steps"].as_array().expect("steps") {
            scope.step(&machine, step);
        }
        let outputs = scope.env(&job["outputs"]);
        let outcome = match (scope.failed, scope.fine) {
            (true, _) => Outcome::Failure,
            (false, true) => Outcome::Success,
            (false, false) => Outcome::Cancelled,
        };
        (outcome, outputs)
    }
}

struct Scope<'a> {
    player: &'a Player<'a>,
    contexts: Value,
    failed: bool,
    fine: bool,
}

impl Facts for Scope<'_> {
    fn context(&self, name: &str) -> Value {
        let any = |prefix: &str| {
            let names = ["AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_SUBSCRIPTION_ID"];
            let more = [
                "AZURE_RESOURCE_GROUP",
                "AZUREML_WORKSPACE",
                "PROD_CLIENT_ID",
                "PROD_SUBSCRIPTION_ID",
            ];
            let each = names.iter().chain(&more);
            each.map(|name| ((*name).to_owned(), json!(format!("{prefix}-{name}"))))
                .collect::<Map<_, _>>()
        };
        match name {
            "inputs" => self.player.inputs.clone(),
            "vars" => Value::Object(any("of")),
            "secrets" => json!({}),
            "github" => json!({
                "run_id": 77, "run_attempt": 1, "sha": "0123abcd", "ref": "refs/heads/main",
                "ref_name": "main", "ref_type": "branch", "head_ref": "",
                "event_name": self.player.event["name"], "event": self.player.event,
                "repository": "contoso/diabetes", "token": "token",
            }),
            "runner" => json!({ "os": "Linux", "arch": "X64" }),
            "needs" | "env" | "steps" | "matrix" => self.contexts[name].clone(),
            other => panic!("nobody plays the context {other}"),
        }
    }

    fn call(&self, name: &str, _: &[Value]) -> Value {
        let cancelled = self.player.is_cancelled();
        json!(match name {
            "success" => self.fine && !cancelled,
            "failure" => self.failed && !cancelled,
            "cancelled" => cancelled,
            "always" => true,
            "hashFiles" => return json!("hash"),
            other => panic!("nobody plays the function {other}"),
        })
    }
}

impl Scope<'_> {
    /// Whether a condition holds; without a word on what came before, that must be fine.
    fn holds(&self, condition: &Value) -> bool {
        let text = words(condition);
        let text = text.strip_prefix("${{").and_then(|it| it.strip_suffix("}}")).unwrap_or(&text);
        let asks = ["success()", "failure()", "cancelled()", "always()"];
        let is_fine =
            asks.iter().any(|one| text.contains(one)) || is_true(&self.call("success", &[]));
        is_fine && (text.is_empty() || is_true(&evaluate(text, self)))
    }

    fn env(&self, map: &Value) -> Value {
        let each = map.as_object().into_iter().flatten();
        let text = |value: &Value| match value {
            Value::String(text) => json!(words(&interpolate(text, self))),
            other => json!(words(other)),
        };
        Value::Object(each.map(|(name, value)| (name.clone(), text(value))).collect())
    }

    fn step(&mut self, machine: &str, step: &Value) {
        if !self.holds(&step["if"]) {
            self.note(step, "skipped", &json!({}));
            return;
        }
        let before = self.player.is_cancelled();
        let (ok, outputs) = match step["uses"].as_str() {
            Some(uses) => (self.action(machine, uses, &self.env(&step["with"])), json!({})),
            None => self.script(machine, step),
        };
        let was_cancelled = !before && self.player.is_cancelled();
        if was_cancelled {
            self.fine = false;
        } else if !ok && step["continue-on-error"] != json!(true) {
            (self.failed, self.fine) = (true, false);
        }
        self.note(step, if ok { "success" } else { "failure" }, &outputs);
    }

    fn note(&mut self, step: &Value, outcome: &str, outputs: &Value) {
        if let Some(id) = step["id"].as_str() {
            self.contexts["steps"][id] = json!({ "outcome": outcome, "outputs": outputs });
        }
    }

    fn action(&self, machine: &str, uses: &str, with: &Value) -> bool {
        let stage = self.player.stage;
        let text = |key: &str| with[key].as_str().unwrap_or_default().to_owned();
        let inside = |path: &str| stage.path(&format!("{machine}/source/{path}"));
        match uses.split('@').next().unwrap_or_default() {
            "actions/checkout" => stage.check_out(machine),
            "azure/login" => {
                stage.sign_in();
                if with.get("creds").is_some() {
                    stage.write("secret", "");
                }
            }
            "actions/setup-python" | "actions/cache" => {}
            "actions/upload-artifact" => {
                let (from, to) =
                    (inside(&text("path")), stage.path(&format!("artifacts/{}", text("name"))));
                if !from.exists() {
                    return text("if-no-files-found") != "error";
                }
                let to =
                    if from.is_dir() { to } else { to.join(from.file_name().expect("a name")) };
                copy(&from, &to);
            }
            "actions/download-artifact" => {
                let from = stage.path(&format!("artifacts/{}", text("name")));
                if !from.exists() {
                    return false;
                }
                copy(&from, &inside(&text("path")));
            }
            other => panic!("nobody plays the action {other}"),
        }
        true
    }

    fn script(&mut self, machine: &str, step: &Value) -> (bool, Value) {
        let stage = self.player.stage;
        let source = stage.path(&format!("{machine}/source")).display().to_string();
        let mut all = self.contexts["env"].clone();
        merge(&mut all, self.env(&step["env"]));
        let mut env: Vec<(String, String)> = all
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, it)| (name.clone(), words(it)))
            .collect();
        let title = words(&interpolate(step["name"].as_str().unwrap_or_default(), self));
        let stub = self.player.stubs.iter().find(|stub| stub.title == title);
        if stub.is_some() {
            let line = call(&title, &env);
            let calls = stage.read("calls");
            stage.write("calls", &format!("{calls}{line}\n"));
        }
        for (name, value) in [
            ("GITHUB_WORKSPACE", source.as_str()),
            ("GITHUB_REPOSITORY", "contoso/diabetes"),
            ("GITHUB_SHA", "0123abcd"),
            ("GITHUB_RUN_ID", "77"),
            ("GITHUB_RUN_ATTEMPT", "1"),
            ("GITHUB_REF", "refs/heads/main"),
            ("GITHUB_EVENT_NAME", self.player.event["name"].as_str().unwrap_or_default()),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "request"),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://token?x"),
        ] {
            env.push((name.to_owned(), value.to_owned()));
        }
        for file in ["GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH"] {
            let path = stage.write(&format!("{machine}/temp/{file}"), "");
            env.push((file.to_owned(), path.display().to_string()));
        }
        env.push((
            "RUNNER_TEMP".to_owned(),
            stage.path(&format!("{machine}/temp")).display().to_string(),
        ));
        let script =
            stub.map_or_else(|| step["run"].as_str().expect("a script"), |stub| &stub.script);
        let folder = step["working-directory"].as_str().filter(|_| stub.is_none());
        let folder = folder.map(|folder| words(&interpolate(folder, self)));
        let ran = stage.bash(machine, folder.as_deref(), script, &env);
        *self.player.said.borrow_mut() += &format!("[{title}] {}\n", ran.all);
        let lines = |file: &str| pairs(&stage.read(&format!("{machine}/temp/{file}")));
        merge(&mut self.contexts["env"], lines("GITHUB_ENV"));
        (ran.ok, lines("GITHUB_OUTPUT"))
    }
}

/// Lines `name=value`.
fn pairs(text: &str) -> Value {
    let each = text.lines().map(|line| line.split_once('=').expect("name=value"));
    Value::Object(each.map(|(name, value)| (name.to_owned(), json!(value))).collect())
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (&mut *into, from) {
        into.extend(from);
    }
}
