//! From an event to the run that it starts: what the app sends is what both CI files take, and what a
//! step and a job get of it is what happened.

use std::rc::Rc;

use mlopsc_compiler::plan::Home;
use serde_json::{Value, json};

use super::grid::{App, Play};
use super::payloads::HOSTILE;
use super::{event, files, project, template};
use crate::ci::play::dispatched::{Asked, asked};

/// What the runs ask that an event starts on GitHub, and on Azure Pipelines.
fn arrive(data: &Value) -> (Option<Asked>, Option<Asked>) {
    let compiled = Rc::new(project());
    let app = App::of(&template(&compiled), "both");
    let mut play = Play::new(&app);
    let kind = "Microsoft.MachineLearningServices.RunCompleted";
    play.deliver(&[event("e", kind, "experiments/e/runs/x", data)]);
    play.finish();
    let sent = |host: &str| {
        let mut calls = play.world.started.iter().map(|(_, call)| call);
        let call = calls.find(|call| call.uri.starts_with(host));
        call.unwrap_or_else(|| panic!("{:#?}", play.ended)).body.clone()
    };
    let (memory, id) = (files(), "wired-both");
    let payload = &sent("https://api.github.com/")["client_payload"];
    let parameters = &sent("https://dev.azure.com/")["templateParameters"];
    (
        asked(&memory, &compiled, (Home::GitHub, id), payload),
        asked(&memory, &compiled, (Home::AzurePipelines, id), parameters),
    )
}

fn completed(job: &str) -> Value {
    json!({ "experimentId": "e", "experimentName": "other", "runId": job, "runType": "azureml.PipelineRun",
        "runTags": {}, "runProperties": {} })
}

/// The words of the step.
fn step(asked: &Asked) -> &str {
    asked.0.iter().find(|call| call.starts_with("step look")).expect("a step")
}

#[test]
fn a_completed_job_starts_runs_that_know_its_name() {
    let (github, azure) = arrive(&completed("brave_job_42"));
    let (github, azure) = (github.expect("it runs"), azure.expect("it runs"));
    assert_eq!(
        step(&github),
        "step look PARAM_JOB=brave_job_42 PARAM_NOTE=after brave_job_42 PARAM_VERSION=1"
    );
    assert_eq!(step(&github), step(&azure));
    assert_eq!(github.1.len(), 1);
    assert_eq!(github.1[0]["inputs"], azure.1[0]["inputs"]);
}

#[test]
fn what_is_hostile_arrives_whole_or_stops_the_run() {
    let mut arrived = 0;
    for text in HOSTILE {
        let (github, azure) = arrive(&completed(text));
        for asked in [github, azure].into_iter().flatten() {
            let words =
                format!("step look PARAM_JOB={text} PARAM_NOTE=after {text} PARAM_VERSION=1");
            assert_eq!(step(&asked), words);
            arrived += 1;
        }
    }
    assert!(arrived > HOSTILE.len(), "{arrived} runs");
}
