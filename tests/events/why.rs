//! `mlopsc why --event` says what the wiring does: for events that are meant, and for those that almost
//! are.

use mlopsc_compiler::firing::{self, Delivered, Verdict};
use mlopsc_compiler::plan::{Plan, TriggerId};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::grid::{App, Play};
use super::template::Template;
use super::{event, project, template};

/// What an event is from, beside what is watched.
#[derive(Clone, Copy, Debug)]
enum From {
    Source,
    /// Addresses of Azure mean the same in any case.
    Shouted,
    Other,
}

const TRIGGERS: [&str; 6] = ["registered", "burst", "file", "failed", "both", "idle"];

/// Mostly the first of all.
fn mostly<T: Clone + std::fmt::Debug + 'static>(all: &[T]) -> BoxedStrategy<T> {
    let right = all[0].clone();
    prop_oneof![3 => Just(right), 1 => select(all.to_vec())].boxed()
}

fn models() -> BoxedStrategy<Value> {
    let tags = [
        json!({ "stage": "candidate", "more": "x" }),
        json!({ "stage": "Candidate" }),
        json!({ "stage": "draft" }),
        json!({ "Stage": "candidate" }),
        json!({}),
        Value::Null,
    ];
    let names = ["diabetes", "Diabetes", "diabetes2", "my-diabetes"];
    let versions = [json!(7), json!("8"), json!(""), Value::Null];
    let kinds = ["ModelRegistered", "ModelDeployed"];
    let subjects =
        ["models/diabetes:7", "models/Diabetes:7", "Models/diabetes:7", "models/diabetes2:7"];
    (mostly(&kinds), mostly(&subjects), mostly(&names), mostly(&versions), mostly(&tags))
        .prop_map(|(kind, subject, name, version, tags)| {
            let data = json!({ "ModelName": name, "ModelVersion": version, "ModelTags": tags,
                "ModelProperties": {}, "ServiceName": "somewhere", "ModelIds": "diabetes:7" });
            event("e", &format!("Microsoft.MachineLearningServices.{kind}"), subject, &data)
        })
        .boxed()
}

fn jobs() -> BoxedStrategy<Value> {
    let kinds = ["RunStatusChanged", "RunCompleted"];
    let subjects = ["experiments/e/runs/x", "Experiments/e/runs/x", "models/x:1"];
    let tags =
        [json!({ "note": "it's" }), json!({ "note": "" }), json!({ "Note": "x" }), json!({})];
    let runs = [json!("job-1"), json!("\u{444} (1)"), json!(""), Value::Null];
    let statuses = ["failed", "Failed", "completed"];
    let names = ["other", "Other", "others", "another"];
    let right = (mostly(&kinds), mostly(&subjects), mostly(&names), mostly(&runs));
    (right, mostly(&statuses), mostly(&tags))
        .prop_map(|((kind, subject, name, run), status, tags)| {
            let data = json!({ "experimentId": "e", "experimentName": name, "runId": run,
                "runType": "x", "runTags": tags, "runProperties": {}, "runStatus": status });
            event("e", &format!("Microsoft.MachineLearningServices.{kind}"), subject, &data)
        })
        .boxed()
}

fn blobs() -> BoxedStrategy<Value> {
    let kinds = ["Created", "Deleted", "Renamed"];
    let containers = ["raw", "Raw", "raw2"];
    let paths = [
        "files/a.csv",
        "burst/1.csv",
        "files/A.CSV",
        "Files/a.csv",
        "files/deeper/a.csv",
        "burst/deeper/a.csv",
        "bursts/a.csv",
        "files/.csv",
        "files/a b (1).csv",
        "files/\u{444}.csv",
        "other/files/a.csv",
        "a.csv",
        "files/a.csv.parquet",
    ];
    let calls =
        ["PutBlob", "putblob", "PutBlockList", "FlushWithClose", "CreateFile", "DeleteBlob"];
    (mostly(&kinds), mostly(&containers), select(paths.to_vec()), mostly(&calls))
        .prop_map(|(kind, container, path, call)| {
            let subject = format!("/blobServices/default/containers/{container}/blobs/{path}");
            let url = format!("https://stdiabetes.blob.core.windows.net/{container}/{path}");
            let data = json!({ "api": call, "url": url });
            event("e", &format!("Microsoft.Storage.Blob{kind}"), &subject, &data)
        })
        .boxed()
}

/// What parameters get of the call that the wiring makes.
fn called(template: &Template, trigger: &str, event: &Value) -> (String, Option<Value>) {
    let app = App::of(template, trigger);
    let mut play = Play::new(&app);
    play.deliver(std::slice::from_ref(event));
    play.finish();
    let calls = play.world.started.iter().map(|(_, call)| call);
    let mut github = calls.filter(|call| call.uri.starts_with("https://api.github.com/"));
    let brought = github.next().map(|call| call.body["client_payload"]["parameters"].clone());
    (format!("{:?}", play.ended), brought)
}

/// What parameters get of the event by what is said (what is known before stands in the CI file), or why nothing starts.
fn said(plan: &Plan, id: TriggerId, event: &Value) -> Result<Value, String> {
    let delivered = Delivered::read(&event.to_string())?.remove(0);
    let arrival = firing::arrival(plan, id, &delivered);
    match arrival.verdict {
        Verdict::Not(reason) => Err(reason),
        Verdict::Fires => {
            let bound = &plan.trigger(id).from_event;
            let is_sent = |(id, _): &(_, Value)| bound.iter().any(|(bound, _)| bound == id);
            let values = arrival.values.into_iter().filter(is_sent);
            let named = values.map(|(id, value)| (plan.parameter(id).name.clone(), value));
            Ok(Value::Object(named.collect::<Map<_, _>>()))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_said_of_an_event_is_what_the_wiring_does(
        events in prop::collection::vec((prop_oneof![models(), jobs(), blobs()],
            mostly(&[From::Source, From::Shouted, From::Other])), 8),
    ) {
        holds(&events)?;
    }
}

fn holds(events: &[(Value, From)]) -> Result<(), TestCaseError> {
    let compiled = project();
    let plan = compiled.plan.as_ref().expect("it builds");
    let template = template(&compiled);
    for trigger in TRIGGERS {
        let at = plan.triggers.iter().position(|it| it.name == trigger).expect("a trigger");
        let id = TriggerId(u32::try_from(at).expect("few"));
        let source = App::of(&template, trigger).source().to_owned();
        for (event, from) in events {
            let mut event = event.clone();
            event["topic"] = match from {
                From::Source => source.clone(),
                From::Shouted => source.to_uppercase(),
                From::Other => format!("{source}2"),
            }
            .into();
            let (ended, called) = called(&template, trigger, &event);
            let said = said(plan, id, &event);
            prop_assert_eq!(
                said.as_ref().ok(),
                called.as_ref(),
                "{} {} {:?} {}",
                trigger,
                event,
                &said,
                ended
            );
        }
    }
    Ok(())
}

/// The events above are not all refused.
#[test]
fn each_trigger_is_started_by_one_of_these() {
    let compiled = project();
    let plan = compiled.plan.as_ref().expect("it builds");
    let template = template(&compiled);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let all = prop_oneof![models(), jobs(), blobs()];
    let mut fired: Vec<&str> = Vec::new();
    for _ in 0..300 {
        let tree = all.new_tree(&mut runner).expect("an event");
        let mut event = proptest::strategy::ValueTree::current(&tree);
        for (at, trigger) in (0..).zip(&plan.triggers) {
            event["topic"] = App::of(&template, &trigger.name).source().into();
            if said(plan, TriggerId(at), &event).is_ok() && !fired.contains(&trigger.name.as_str())
            {
                fired.push(&trigger.name);
            }
        }
    }
    fired.sort_unstable();
    assert_eq!(fired, ["both", "burst", "failed", "file", "registered"]);
}
