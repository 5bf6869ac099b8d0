//! Plays files of Azure Pipelines.

use std::cell::RefCell;
use std::collections::BTreeMap;

use mlopsc_compiler::plan::{Plan, Scalar};
use serde_json::{Map, Value, json};
use serde_yaml::Value as Yaml;

use super::expression::{Facts, evaluate, interpolate, is_true, words};
use super::stage::{Stage, copy};
use super::{Outcome, Run, Stub, call, names, stub};

struct Player<'a> {
    stage: &'a Stage,
    stubs: Vec<Stub>,
    jobs: Vec<Value>,
    /// Finished jobs: their result and their output variables.
    done: BTreeMap<String, (Outcome, Map<String, Value>)>,
    said: RefCell<String>,
}

/// Template expressions see parameters only.
struct Template(Value);

impl Facts for Template {
    fn context(&self, name: &str) -> Value {
        assert_eq!(name, "parameters", "nobody plays it before the run");
        self.0.clone()
    }

    fn call(&self, name: &str, _: &[Value]) -> Value {
        panic!("nobody plays the function {name} before the run")
    }
}

/// Runs a file that was queued by hand on the default branch.
pub(super) fn play(
    plan: &Plan,
    root: &Yaml,
    stage: &Stage,
    values: &BTreeMap<String, Scalar>,
) -> Run {
    let root = serde_json::to_value(root).expect("names are texts");
    let declared = root["parameters"].as_array().into_iter().flatten();
    let parameters = declared.map(|parameter| {
        let name = words(&parameter["name"]);
        let given = values.iter().find(|(one, _)| {
            one.replace('.', "_").eq_ignore_ascii_case(&name) || one.eq_ignore_ascii_case(&name)
        });
        let default = || parameter["default"].clone();
        let value = given.map_or_else(default, |(_, value)| match value {
            // In a text, a person writes it in small letters.
            Scalar::Boolean(is) if parameter["type"] == "boolean" => {
                json!(if *is { "True" } else { "False" })
            }
            other => json!(other.text()),
        });
        (name, value)
    });
    let template = Template(Value::Object(parameters.collect()));
    let jobs = root["jobs"].as_array().expect("jobs").iter().map(|job| paste(job, &template));
    let stubs = plan.steps.iter().filter_map(stub).collect();
    let mut player = Player {
        stage,
        stubs,
        jobs: jobs.collect(),
        done: BTreeMap::new(),
        said: RefCell::default(),
    };
    player.run();
    let jobs = player.done.iter().map(|(id, (outcome, _))| (id.clone(), *outcome)).collect();
    Run::read(stage, &jobs, player.said.into_inner())
}

/// Replaces template expressions everywhere.
fn paste(value: &Value, template: &Template) -> Value {
    match value {
        Value::String(text) if text.contains("${{") => {
            let pasted = interpolate(text, template);
            // The service spells truth in its own way.
            if let Value::Bool(is) = pasted {
                return json!(if is { "True" } else { "False" });
            }
            json!(words(&pasted))
        }
        Value::Array(items) => items.iter().map(|item| paste(item, template)).collect(),
        Value::Object(map) => {
            let each = map.iter().map(|(key, item)| (key.clone(), paste(item, template)));
            Value::Object(each.collect())
        }
        other => other.clone(),
    }
}

fn id(job: &Value) -> String {
    job["job"].as_str().or(job["deployment"].as_str()).expect("an id").to_owned()
}

impl Player<'_> {
    fn run(&mut self) {
        while self.done.len() < self.jobs.len() {
            let ready = self.jobs.iter().find(|job| {
                !self.done.contains_key(&id(job))
                    && names(&job["dependsOn"]).iter().all(|one| self.done.contains_key(one))
            });
            let job = ready.expect("no circle").clone();
            let done = self.job(&job);
            self.done.insert(id(&job), done);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.stage.exists("cancelled")
    }

    fn before(&self, job: &Value) -> Vec<Outcome> {
        let mut all = Vec::new();
        for need in names(&job["dependsOn"]) {
            all.push(self.done[&need].0);
            let earlier = self.jobs.iter().find(|one| id(one) == need).expect("a job");
            // One that may fail has done so for itself alone; what failed before it counts.
            all.extend(self.before(earlier));
        }
        all
    }

    fn job(&self, job: &Value) -> (Outcome, Map<String, Value>) {
        let Some(legs) = job["strategy"]["matrix"].as_object() else {
            return self.leg(job, &Map::new(), &id(job));
        };
        let (mut outcome, mut outputs) = (Outcome::Success, Map::new());
        for (name, values) in legs {
            let values = values.as_object().expect("values");
            let (own, given) = self.leg(job, values, &format!("{}-{name}", id(job)));
            outcome = outcome.max(own);
            outputs.extend(given.into_iter().map(|(key, it)| (format!("{name}.{key}"), it)));
        }
        (outcome, outputs)
    }

    /// The job for one combination, or the only time.
    fn leg(
        &self,
        job: &Value,
        values: &Map<String, Value>,
        name: &str,
    ) -> (Outcome, Map<String, Value>) {
        let mut scope = Scope {
            player: self,
            before: self.before(job),
            needs: names(&job["dependsOn"]),
            variables: values.clone(),
            started_cancelled: false,
        };
        if !scope.holds(&job["condition"]) {
            let outcome = if self.is_cancelled() { Outcome::Cancelled } else { Outcome::Skipped };
            return (outcome, Map::new());
        }
        let own = job["variables"].as_array().into_iter().flatten();
        for variable in own.filter(|it| !it["name"].is_null()) {
            let (name, value) = (words(&variable["name"]), words(&variable["value"]));
            let runtime = value.strip_prefix("$[").and_then(|it| it.strip_suffix(']'));
            let value = runtime.map_or(value.clone(), |it| words(&evaluate(it, &scope)));
            scope.variables.insert(name, json!(value));
        }
        let deployed = &job["strategy"]["runOnce"]["deploy"]["steps"];
        let steps = job["steps"].as_array().or(deployed.as_array()).expect("steps");
        let machine = self.stage.machine(name);
        let mut outputs = Map::new();
        scope.before.clear();
        scope.started_cancelled = self.is_cancelled();
        for step in steps {
            if !scope.holds(&step["condition"]) {
                continue;
            }
            let was_cancelled = self.is_cancelled();
            let ok = self.step(&mut scope, &machine, job, step, &mut outputs);
            if self.is_cancelled() && !was_cancelled {
                scope.before.push(Outcome::Cancelled);
            } else if !ok && step["continueOnError"] != json!(true) {
                scope.before.push(Outcome::Failure);
            }
        }
        let outcome = scope.before.first().copied().unwrap_or(Outcome::Success);
        let forgiven = job["continueOnError"] == json!(true) && outcome == Outcome::Failure;
        (if forgiven { Outcome::Success } else { outcome }, outputs)
    }

    fn step(
        &self,
        scope: &mut Scope<'_>,
        machine: &str,
        job: &Value,
        step: &Value,
        outputs: &mut Map<String, Value>,
    ) -> bool {
        let stage = self.stage;
        if let Some(what) = step["checkout"].as_str() {
            if what == "self" {
                stage.check_out(machine);
            }
            return true;
        }
        if let Some(from) = step["publish"].as_str() {
            let from =
                stage.path(machine).join("source").join(scope.absolute(stage, machine, from));
            let artifact = scope.macros(machine, step["artifact"].as_str().expect("a name"));
            let to = stage.path(&format!("artifacts/{artifact}"));
            assert!(!to.exists(), "an artifact cannot be replaced: {artifact}");
            if !from.exists() {
                return false;
            }
            copy(
                &from,
                &if from.is_dir() { to } else { to.join(from.file_name().expect("a name")) },
            );
            return true;
        }
        if step["download"] == json!("none") {
            return true;
        }
        let inputs = &step["inputs"];
        let input = |key: &str| scope.macros(machine, inputs[key].as_str().unwrap_or_default());
        match step["task"].as_str() {
            Some("InvokeRESTAPI@1") => {
                let minutes = job["timeoutInMinutes"].as_u64().unwrap_or(60);
                self.wait(&input("urlSuffix"), minutes)
            }
            Some("ManualValidation@1") => !stage.exists("refused"),
            Some("UsePythonVersion@0" | "Cache@2" | "PublishTestResults@2") => true,
            Some("Docker@2") => {
                assert_eq!(input("command"), "login");
                stage.write("registry", &input("containerRegistry"));
                true
            }
            Some("DownloadPipelineArtifact@2") => {
                let from = stage.path(&format!("artifacts/{}", input("artifactName")));
                let to = stage.path(&input("targetPath"));
                if from.exists() {
                    copy(&from, &to);
                }
                from.exists()
            }
            Some("AzureCLI@2") => {
                stage.sign_in();
                let script = inputs["inlineScript"].as_str().expect("a script");
                self.script(
                    scope,
                    machine,
                    (step, script, inputs["workingDirectory"].as_str()),
                    (job, outputs),
                )
            }
            None => {
                let script = step["bash"].as_str().expect("a script");
                self.script(
                    scope,
                    machine,
                    (step, script, step["workingDirectory"].as_str()),
                    (job, outputs),
                )
            }
            Some(other) => panic!("nobody plays the task {other}"),
        }
    }

    /// The service calls back when the Azure ML job ends; without an end the job's time is over.
    fn wait(&self, url: &str, minutes: u64) -> bool {
        let name = url.rsplit('/').next().and_then(|it| it.split('?').next()).expect("a job");
        let stage = self.stage;
        assert!(stage.exists(&format!("jobs/{name}")), "nobody submitted {name}");
        let created: u64 =
            stage.read(&format!("jobs/{name}.created")).trim().parse().expect("a clock");
        let deadline = stage.clock() + minutes * 60;
        loop {
            let age = stage.clock() - created;
            let statuses = stage.read("statuses");
            let status = statuses.lines().filter_map(|line| line.split_once(' '));
            let status = status.filter(|(from, _)| from.parse::<u64>().expect("a second") <= age);
            match status.map(|(_, word)| word).next_back() {
                Some("Completed") => return true,
                Some("Failed" | "Canceled") => return false,
                _ => {}
            }
            let interrupted = stage.read("interrupted").trim().parse::<u64>().ok();
            if interrupted.is_some_and(|second| stage.clock() >= second) {
                stage.write("cancelled", "");
                return false;
            }
            if stage.clock() >= deadline {
                return false;
            }
            stage.write("clock", &(stage.clock() + 30).to_string());
        }
    }

    fn script(
        &self,
        scope: &mut Scope<'_>,
        machine: &str,
        (step, script, folder): (&Value, &str, Option<&str>),
        (job, outputs): (&Value, &mut Map<String, Value>),
    ) -> bool {
        let stage = self.stage;
        let own = step["env"].as_object().into_iter().flatten();
        // The agent takes blanks around a value away.
        let text = |value: &Value| scope.absolute(stage, machine, words(value).trim());
        let own = own.map(|(name, value)| (name.clone(), text(value)));
        let mut env: Vec<(String, String)> = own.collect();
        let title = words(&step["displayName"]);
        let stub = self.stubs.iter().find(|stub| stub.title == title);
        if stub.is_some() {
            let line = call(&title, &env);
            let calls = stage.read("calls");
            stage.write("calls", &format!("{calls}{line}\n"));
        }
        let path = |name: &str| stage.path(&format!("{machine}/{name}")).display().to_string();
        env.push(("AGENT_TEMPDIRECTORY".to_owned(), path("temp")));
        env.push(("BUILD_SOURCESDIRECTORY".to_owned(), path("source")));
        env.push(("SYSTEM_JOBATTEMPT".to_owned(), "1".to_owned()));
        env.push(("BUILD_SOURCEBRANCH".to_owned(), "refs/heads/main".to_owned()));
        let script = stub.map_or(script, |stub| &stub.script);
        let script = scope.absolute(stage, machine, script);
        let folder = folder.filter(|_| stub.is_none()).map(|it| scope.absolute(stage, machine, it));
        let ran = stage.bash(machine, folder.as_deref(), &script, &env);
        *self.said.borrow_mut() += &format!("[{title}] {}\n", ran.all);
        for line in ran.out.lines() {
            command(scope, line, step, job, outputs);
        }
        ran.ok
    }
}

/// A line that the service reads as a command.
fn command(
    scope: &mut Scope<'_>,
    line: &str,
    step: &Value,
    job: &Value,
    outputs: &mut Map<String, Value>,
) {
    let Some((head, value)) =
        line.strip_prefix("##vso[task.setvariable ").and_then(|it| it.split_once(']'))
    else {
        return;
    };
    let name = head.split(';').find_map(|it| it.strip_prefix("variable=")).expect("a name");
    let value = value.replace("%AZP25", "%");
    if !head.contains("isOutput=true") {
        scope.variables.insert(name.to_owned(), json!(value));
        return;
    }
    let step = step["name"].as_str().expect("only a named step gives outputs");
    let key = match job["deployment"].as_str() {
        Some(job) => format!("{job}.{step}.{name}"),
        None => format!("{step}.{name}"),
    };
    scope.variables.insert(format!("{step}.{name}"), json!(value));
    outputs.insert(key, json!(value));
}

struct Scope<'a> {
    player: &'a Player<'a>,
    before: Vec<Outcome>,
    needs: Vec<String>,
    variables: Map<String, Value>,
    /// The job was started after somebody cancelled the run: its own steps are not cancelled.
    started_cancelled: bool,
}

impl Facts for Scope<'_> {
    fn context(&self, name: &str) -> Value {
        match name {
            "dependencies" => {
                let one = |need: &String| {
                    let (outcome, outputs) = &self.player.done[need];
                    let result = match outcome {
                        Outcome::Success => "Succeeded",
                        Outcome::Failure => "Failed",
                        Outcome::Cancelled => "Canceled",
                        Outcome::Skipped => "Skipped",
                    };
                    (need.clone(), json!({ "result": result, "outputs": outputs }))
                };
                Value::Object(self.needs.iter().map(one).collect())
            }
            "variables" => {
                let mut all = predefined();
                all.extend(self.variables.clone());
                Value::Object(all)
            }
            other => panic!("nobody plays the context {other}"),
        }
    }

    fn call(&self, name: &str, _: &[Value]) -> Value {
        let cancelled = self.player.is_cancelled() && !self.started_cancelled;
        let fine = self.before.iter().all(|it| *it == Outcome::Success);
        let failed = self.before.contains(&Outcome::Failure);
        json!(match name {
            "succeeded" => fine && !cancelled,
            "failed" => failed && !cancelled,
            "succeededOrFailed" => !cancelled,
            "canceled" => cancelled,
            "always" => true,
            other => panic!("nobody plays the function {other}"),
        })
    }
}

fn predefined() -> Map<String, Value> {
    let pairs = [
        ("PROD_SUBSCRIPTION_ID", "of-PROD_SUBSCRIPTION_ID"),
        ("Build.BuildId", "77"),
        ("System.JobAttempt", "1"),
        ("Build.SourceVersion", "0123abcd"),
        ("Build.SourceBranch", "refs/heads/main"),
        ("System.TeamProject", "models"),
        ("System.CollectionUri", "https://dev.azure.com/contoso/"),
        ("Build.Reason", "Manual"),
        ("System.PullRequest.SourceBranch", ""),
        ("Agent.OS", "Linux"),
        ("Agent.OSArchitecture", "X64"),
        ("AZURE_SUBSCRIPTION_ID", "of-AZURE_SUBSCRIPTION_ID"),
        ("AZURE_RESOURCE_GROUP", "of-AZURE_RESOURCE_GROUP"),
        ("AZUREML_WORKSPACE", "of-AZUREML_WORKSPACE"),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect()
}

impl Scope<'_> {
    fn holds(&self, condition: &Value) -> bool {
        let text = words(condition);
        is_true(&evaluate(if text.is_empty() { "succeeded()" } else { &text }, self))
    }

    /// Replaces macros; folders are those of the stage. What is not known stays.
    fn macros(&self, machine: &str, text: &str) -> String {
        let mut known = predefined();
        known.extend(self.variables.clone());
        known.insert("Build.SourcesDirectory".to_owned(), json!(format!("{machine}/source")));
        known.insert("Agent.TempDirectory".to_owned(), json!(format!("{machine}/temp")));
        known.insert("Pipeline.Workspace".to_owned(), json!(machine));
        let mut text = text.to_owned();
        for (name, value) in &known {
            text = text.replace(&format!("$({name})"), &words(value));
        }
        text
    }

    /// The same for a script, which needs whole paths.
    fn absolute(&self, stage: &Stage, machine: &str, text: &str) -> String {
        let whole = |folder: &str| stage.path(&format!("{machine}/{folder}")).display().to_string();
        let text = text
            .replace("$(Build.SourcesDirectory)", &whole("source"))
            .replace("$(Agent.TempDirectory)", &whole("temp"))
            .replace("$(Pipeline.Workspace)", stage.path(machine).display().to_string().as_str());
        self.macros(machine, &text)
    }
}
