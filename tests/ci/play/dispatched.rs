//! Runs that a call starts: what it sends arrives with its type, or stops the run before anything else
//! happens.

use std::collections::BTreeMap;
use std::rc::Rc;

use mlopsc_compiler::plan::{Home, Scalar, Workflow};
use serde_json::{Value, json};

use super::expression::words;
use super::stage::Stage;
use super::{MINUTES, Run, azure_pipelines, github, root};
use crate::cases;
use crate::memory::{Compiled, Memory};

/// A project with what a spec compiles to, and one of its workflows.
struct Called {
    memory: Memory,
    compiled: Rc<Compiled>,
    id: &'static str,
}

impl Called {
    /// The workflow of a whole graph.
    fn new() -> Self {
        Self::of("calls", "calls")
    }

    fn of(case: &str, id: &'static str) -> Self {
        Self { memory: cases::project(case), compiled: Rc::new(cases::compiled(case)), id }
    }

    fn workflow(&self) -> &Workflow {
        let plan = self.compiled.plan.as_ref().expect("it builds");
        plan.workflows.iter().find(|it| it.id == self.id).expect("a workflow")
    }

    /// A dispatch on GitHub.
    fn sent(&self, payload: &Value) -> Run {
        let plan = self.compiled.plan.as_ref().expect("it builds");
        let stage = Stage::new(&MINUTES, &self.memory, &self.compiled);
        let root = root(Home::GitHub, &self.compiled, self.workflow());
        github::play(plan, &root, &stage, github::Start::Sent(payload))
    }

    /// A run of Azure Pipelines; `None`: the service refuses the parameters.
    fn run(&self, parameters: &Value) -> Option<Run> {
        let plan = self.compiled.plan.as_ref().expect("it builds");
        let stage = Stage::new(&MINUTES, &self.memory, &self.compiled);
        let root = root(Home::AzurePipelines, &self.compiled, self.workflow());
        let declared = serde_json::to_value(&root["parameters"]).expect("names are texts");
        let values = taken(&declared, parameters)?;
        Some(azure_pipelines::play(plan, &root, &stage, &values))
    }
}

/// What a run asked of Azure ML and of the author's commands, and the jobs that it submitted.
pub(crate) type Asked = (Vec<String>, Vec<Value>);

/// What a run asks that a call starts, on GitHub with this payload or on Azure Pipelines with these
/// template parameters; `None`: it was stopped before it asked anything.
pub(crate) fn asked(
    memory: &Memory,
    compiled: &Rc<Compiled>,
    (home, id): (Home, &'static str),
    sent: &Value,
) -> Option<Asked> {
    let called = Called { memory: memory.clone(), compiled: Rc::clone(compiled), id };
    let run = if home == Home::GitHub { called.sent(sent) } else { called.run(sent)? };
    assert!(run.ok() || run.count("submit") == 0, "{:#?}\n{}", run.calls, run.said);
    run.ok().then(|| (run.calls, run.submitted.into_values().collect()))
}

/// What the service takes of parameters, all of which are texts on their way.
fn taken(declared: &Value, parameters: &Value) -> Option<BTreeMap<String, Scalar>> {
    let mut values = BTreeMap::new();
    for (name, value) in parameters.as_object()? {
        let all = declared.as_array()?;
        let own = all.iter().find(|one| one["name"].as_str() == Some(name.as_str()))?;
        let text = words(value);
        let value = match own["type"].as_str()? {
            "boolean" => Scalar::Boolean(text.to_lowercase().parse().ok()?),
            "number" => text.parse::<f64>().ok().map(|_| Scalar::Text(text.clone()))?,
            _ => Scalar::Text(text.clone()),
        };
        let listed = own["values"].as_array();
        if listed.is_some_and(|listed| listed.iter().all(|one| words(one) != text)) {
            return None;
        }
        values.insert(name.clone(), value);
    }
    Some(values)
}

/// What the steps and the job get.
fn arrived(run: &Run) -> (String, Value) {
    assert!(run.ok(), "{:#?}\n{}", run.jobs, run.said);
    let step = run.calls.iter().find(|call| call.starts_with("step hello")).expect("a step");
    let job = run.submitted.values().next().expect("a job");
    (step.clone(), job["inputs"].clone())
}

/// What arrives on both platforms.
fn on_both(called: &Called, parameters: &Value) -> (String, Value) {
    let github = arrived(&called.sent(&json!({ "parameters": parameters })));
    let azure = arrived(&called.run(parameters).expect("the service takes it"));
    assert_eq!(github, azure);
    github
}

#[test]
fn what_a_caller_sends_arrives_with_its_type() {
    let raw = "azureml://datastores/d/paths/other/";
    let all = json!({
        "depth": 0, "verbose": false, "rate": 0.25, "note": "It's \"a\" `note` % é 漢字; exit 1 #",
        "size": "large", "suffix": "x", "raw": raw,
    });
    let (step, inputs) = on_both(&Called::new(), &all);
    let note = "It's \"a\" `note` % é 漢字; exit 1 #";
    assert_eq!(step, format!("step hello PARAM_DEPTH=0 PARAM_NOTE={note} PARAM_VERBOSE=false"));
    assert_eq!(inputs["rate"], "0.25");
    assert_eq!(inputs["size"], "large");
    assert_eq!(inputs["suffix"], "x");
    assert_eq!(inputs["raw"]["path"], raw);
}

#[test]
fn what_a_caller_leaves_out_is_as_the_spec_says() {
    let (step, inputs) = on_both(&Called::new(), &json!({ "rate": 0 }));
    assert_eq!(step, "step hello PARAM_DEPTH=4 PARAM_NOTE=it's PARAM_VERBOSE=true");
    assert_eq!(inputs["rate"], "0");
    assert_eq!(inputs["size"], "small");
    assert_eq!(inputs["suffix"], Value::Null);
    assert_eq!(inputs["raw"]["path"], "azureml://datastores/d/paths/raw/");
}

#[test]
fn numbers_and_booleans_may_come_as_text() {
    let texts = json!({ "depth": "0", "verbose": "false", "rate": "1e-3", "suffix": "" });
    let (step, inputs) = on_both(&Called::new(), &texts);
    assert_eq!(step, "step hello PARAM_DEPTH=0 PARAM_NOTE=it's PARAM_VERBOSE=false");
    assert_eq!(inputs["rate"], "1e-3");
    assert_eq!(inputs["suffix"], Value::Null);
}

#[test]
fn commands_of_the_platform_in_a_text_are_text() {
    let note = "${{ github.token }} $(id) ::add-mask::x %0A##vso[task.complete]";
    let parameters = json!({ "rate": 0.5, "note": note });
    let called = Called::new();
    let (step, _) = arrived(&called.sent(&json!({ "parameters": parameters })));
    assert_eq!(step, format!("step hello PARAM_DEPTH=4 PARAM_NOTE={note} PARAM_VERBOSE=true"));
    // A macro would be replaced there: it is refused.
    let run = called.run(&parameters).expect("the service takes it");
    assert!(!run.ok() && run.calls.is_empty(), "{:#?}", run.calls);
}

/// Each with what makes it wrong, beside a `rate` that is right.
fn wrong() -> Vec<Value> {
    let long = "x".repeat(64 * 1024 - 200);
    let mut all: Vec<Value> = Vec::new();
    let texts =
        ["a\nb", "a\u{1b}[2J", "'; touch x; '", "$(id)", "`id`", "${{ secrets.X }}", " ", &long];
    for text in texts {
        for name in ["depth", "verbose", "rate", "size", "raw"] {
            if name == "raw" && text == long {
                continue; // it could be a path
            }
            all.push(json!({ "rate": 0.5, name: text }));
        }
    }
    let numbers =
        [json!(1e300), json!(-1), json!(10), json!(2.5), json!(123_456_789_012_345_678_i64)];
    all.extend(numbers.into_iter().map(|it| json!({ "rate": 0.5, "depth": it })));
    for text in ["0x1", "1e0", "08", "1 1", "+1", "true", "depth", "DEPTH", "1\n"] {
        all.push(json!({ "rate": 0.5, "depth": text }));
    }
    for text in ["nan", "inf", "1.1", "-0.1", "1e400", "0,5"] {
        all.push(json!({ "rate": text }));
    }
    all.push(json!({ "rate": 0.5, "note": "two\nlines" }));
    all.push(json!({ "rate": 0.5, "raw": "../../etc/passwd" }));
    all.push(json!({ "rate": 0.5, "raw": "azureml:raw:1\" && id" }));
    all.push(json!({ "rate": 0.5, "unknown": "x" }));
    all.push(json!({ "depth": 3 }));
    all.push(json!({}));
    all
}

#[test]
fn what_is_wrong_stops_the_run_before_anything_else() {
    let called = Called::new();
    for parameters in wrong() {
        let shown: String = parameters.to_string().chars().take(200).collect();
        let github = called.sent(&json!({ "parameters": parameters }));
        assert!(!github.ok() && github.calls.is_empty(), "{shown}: {:#?}", github.calls);
        if let Some(azure) = called.run(&parameters) {
            assert!(!azure.ok(), "{shown}: {:#?}\n{}", azure.jobs, azure.said);
            // What Azure ML can read of data is known where the job is submitted.
            let word = if parameters["raw"].is_null() { "" } else { "submit" };
            assert_eq!(azure.count(word), 0, "{shown}: {:#?}", azure.calls);
        }
    }
}

#[test]
fn a_payload_of_another_shape_stops_the_run() {
    let good = json!({ "rate": 0.5 });
    for payload in [
        Value::Null,
        json!({}),
        json!([]),
        json!("rate"),
        json!({ "parameters": null }),
        json!({ "parameters": [good] }),
        json!({ "parameters": "\"rate\": 0.5" }),
        json!({ "rate": 0.5 }),
        json!({ "parameters": { "Rate": 0.5 } }),
        json!({ "parameters": { "rate": null } }),
        json!({ "parameters": { "rate": [0.5] } }),
        json!({ "parameters": { "rate": { "rate": 0.5 } } }),
        json!({ "parameters": { "rate": 0.5, "note": 5 } }),
        json!({ "parameters": { "rate": 0.5, "note": true } }),
        json!({ "parameters": { "rate": 0.5, "note": {} } }),
        json!({ "parameters": { "rate": 0.5, "note": ["a"] } }),
        json!({ "parameters": { "rate": 0.5, "note": "" } }),
        json!({ "parameters": { "rate": 0.5, "suffix": {} } }),
        json!({ "parameters": { "rate": 0.5, "verbose": 1 } }),
        json!({ "parameters": { "note": "\"rate\": 0.5" } }),
        json!({ "parameters": { "rate": 0.5, "": 1 } }),
        json!({ "parameters": { "rate": 0.5, "depth\": \"": 1 } }),
    ] {
        let run = Called::new().sent(&payload);
        assert!(!run.ok() && run.calls.is_empty(), "{payload}: {:#?}\n{}", run.calls, run.said);
    }
}

/// What the wiring in Azure sends for an event.
fn event(parameters: &Value) -> Value {
    let own = json!({ "id": "4f3c", "type": "Microsoft.X", "time": "2026-11-21T03:00:00Z" });
    json!({ "parameters": parameters, "event": own })
}

#[test]
fn what_an_event_brings_arrives_beside_what_is_bound() {
    let called = Called::of("events_arrive", "events_arrive-new_model");
    let note = "tagged \"good\" $(id) ${{ github.token }} at 2026-11-21T03:00:00Z";
    let values = json!({
        "version": "7", "model": "diabetes", "note": note, "candidate": "azureml:diabetes:7",
    });
    let (step, inputs) = arrived(&called.sent(&event(&values)));
    let words = format!("PARAM_DEPTH=8 PARAM_DRIFT=0 PARAM_MODEL=diabetes PARAM_NOTE={note}");
    assert_eq!(step, format!("step hello {words}"));
    assert_eq!(inputs["candidate"]["path"], "azureml:diabetes:7");
    assert_eq!(inputs["raw"]["path"], "azureml://datastores/lake/paths/raw/");
    let mut plain = values.clone();
    plain["note"] = json!("tagged \"good\"");
    let azure = arrived(&called.run(&plain).expect("the service takes it"));
    assert_eq!(arrived(&called.sent(&event(&plain))), azure);
}

#[test]
fn a_number_of_an_event_is_a_number() {
    let called = Called::of("events_arrive", "events_arrive-drifted");
    for (drift, text) in [(json!(0), "0"), (json!(0.375), "0.375"), (json!("0.25"), "0.25")] {
        let values = json!({ "drift": drift, "note": "diabetes-inputs" });
        for run in [called.sent(&event(&values)), called.run(&values).expect("it is taken")] {
            assert!(run.ok(), "{:#?}\n{}", run.jobs, run.said);
            let words = format!(
                "PARAM_DEPTH=4 PARAM_DRIFT={text} PARAM_MODEL=diabetes PARAM_NOTE=diabetes-inputs"
            );
            assert_eq!(run.calls, [format!("step hello {words}")]);
        }
    }
}

#[test]
fn a_wiring_of_another_version_starts_nothing() {
    let called = Called::of("events_arrive", "events_arrive-new_model");
    let good = json!({
        "version": "7", "model": "diabetes", "note": "x", "candidate": "azureml:diabetes:7",
    });
    let mut wrong = Vec::new();
    for name in ["version", "model", "note", "candidate"] {
        let mut missing = good.clone();
        let value = missing.as_object_mut().expect("a map").remove(name).expect("a value");
        wrong.push(missing.clone());
        missing[format!("{name}_2")] = value;
        wrong.push(missing);
        for other in [json!(""), Value::Null, json!({ "a": 1 }), json!(["7"]), json!("7\n8")] {
            let mut changed = good.clone();
            changed[name] = other;
            wrong.push(changed);
        }
    }
    let mut bound = good.clone();
    bound["depth"] = json!(3);
    wrong.push(bound);
    for values in wrong {
        let run = called.sent(&event(&values));
        assert!(!run.ok() && run.calls.is_empty(), "{values}: {:#?}\n{}", run.calls, run.said);
    }
}

#[test]
fn events_bring_what_their_files_take() {
    let mut counted = 0;
    for name in cases::CASES {
        let Some(plan) = cases::compiled(name).plan else { continue };
        for handoff in plan.handoffs() {
            let Some(workflow) = handoff.trigger.workflow else { continue };
            for (id, _) in handoff.values {
                let taken = &plan.workflows[workflow as usize].parameters;
                let taken = taken.iter().find(|it| it.id == *id);
                assert!(taken.is_some_and(|it| it.is_brought), "{name}: {}", handoff.trigger.name);
                counted += 1;
            }
        }
    }
    assert!(counted > 5, "{counted}");
}
