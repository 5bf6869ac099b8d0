//! Workflows of GitHub that follow another one: the event comes for each of its runs, and good ones
//! alone start anything.

use mlopsc_compiler::plan::Home;
use serde_json::{Value, json};

use super::stage::Stage;
use super::{MINUTES, Outcome, Run, github, root};
use crate::cases;

/// What happens when a run of the other workflow ends.
fn followed(run: &Value) -> Run {
    let (memory, compiled) =
        (cases::project("pipeline_completed"), cases::compiled("pipeline_completed"));
    let plan = compiled.plan.as_ref().expect("it builds");
    let stage = Stage::new(&MINUTES, &memory, &compiled);
    let root = root(Home::GitHub, &compiled, &plan.workflows[0]);
    github::play(plan, &root, &stage, github::Start::Followed(run))
}

fn run(conclusion: &str, event: &str, repository: &str) -> Value {
    json!({
        "conclusion": conclusion,
        "event": event,
        "head_branch": "main",
        "head_repository": { "full_name": repository },
    })
}

#[test]
fn good_runs_of_another_workflow_are_followed() {
    for event in ["push", "schedule", "workflow_dispatch", "repository_dispatch"] {
        let run = followed(&run("success", event, "contoso/diabetes"));
        assert!(run.ok(), "{event}: {:#?}\n{}", run.jobs, run.said);
        for job in ["check", "report", "tidy"] {
            assert_eq!(run.jobs[job], Outcome::Success, "{event}: {job}");
        }
        assert_eq!(run.jobs["alarm"], Outcome::Skipped, "{event}");
    }
}

#[test]
fn runs_that_did_not_end_well_or_came_from_elsewhere_start_nothing() {
    let mut all = Vec::new();
    for conclusion in ["failure", "cancelled", "skipped", "timed_out", "neutral", "stale"] {
        all.push(run(conclusion, "push", "contoso/diabetes"));
    }
    all.push(run("success", "pull_request", "contoso/diabetes"));
    all.push(run("success", "push", "mallory/diabetes"));
    all.push(json!({}));
    for one in all {
        let run = followed(&one);
        let nothing = run.jobs.values().all(|outcome| *outcome == Outcome::Skipped);
        assert!(nothing, "{one}: {:#?}", run.jobs);
        assert!(run.calls.is_empty(), "{one}: {:?}", run.calls);
    }
}
