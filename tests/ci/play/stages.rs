//! Runs in the stages of a project.

use mlopsc_compiler::plan::{Plan, Scalar, Staging};
use serde_json::json;

use super::{MINUTES, Outcome, Run, Scenario, all_is_well, on_both};
use crate::cases;

fn case() -> Plan {
    cases::compiled("stages").plan.expect("it builds")
}

fn in_stage(chosen: &'static str) -> Scenario {
    Scenario { chosen: Some(chosen), ..MINUTES }
}

/// Plays the workflow of the whole graph.
fn played(scenario: &Scenario, judge: impl Fn(&Run)) {
    let judge = |name: &str, workflow: &mlopsc_compiler::plan::Workflow, one: &Run, other: &Run| {
        if workflow.staging == Staging::Chosen {
            assert_eq!(one.jobs, other.jobs, "{name}");
            assert_eq!(one.calls, other.calls, "{name}");
            [one, other].into_iter().for_each(&judge);
        }
    };
    assert!(on_both(|name| name == "stages", scenario, judge) >= 3);
}

#[test]
fn a_run_is_in_the_stage_that_is_chosen() {
    for stage in ["dev", "test", "prod"] {
        let plan = case();
        let own = plan.each_stage().find(|plan| plan.stage_name() == Some(stage)).expect("a stage");
        played(&in_stage(stage), |run| {
            assert!(run.ok(), "{:#?}\n{}", run.jobs, run.said);
            let workspace = own.text_words(&own.project.azure.workspace);
            let path = own.azure_ml_path("pipeline.run.json");
            let submitted = format!("submit stages-azureml-77-1 {path} workspace={workspace}");
            assert!(run.calls.contains(&submitted), "{:#?}", run.calls);
            let job = run.submitted.values().next().expect("a job");
            for parameter in own.parameters.iter().filter(|one| one.kind.is_scalar()).take(2) {
                let value = match parameter.default.as_ref().expect("a default") {
                    Scalar::Boolean(value) => json!(value),
                    other => json!(other.text()),
                };
                assert_eq!(job["inputs"][&parameter.name], value, "{stage}");
            }
            let compared = format!("step compare PARAM_REASON=nightly STAGE_NAME={stage}");
            assert!(run.calls.contains(&compared), "{:#?}", run.calls);
        });
    }
}

#[test]
fn a_step_with_a_stage_runs_there_whatever_was_chosen() {
    played(&in_stage("dev"), |run| {
        assert_eq!(run.jobs["promote"], Outcome::Success);
        assert!(run.calls.contains(&"step smoke STAGE_NAME=test".to_owned()), "{:#?}", run.calls);
        // The default of the stage that the step is in, not of the one that was chosen.
        let promoted = "step promote PARAM_DEPTH=8 STAGE_NAME=prod".to_owned();
        assert!(run.calls.contains(&promoted), "{:#?}", run.calls);
    });
}

#[test]
fn conditions_look_at_the_stage() {
    played(&in_stage("test"), |run| {
        assert_eq!(run.jobs["register"], Outcome::Skipped);
        assert_eq!(run.jobs["promote"], Outcome::Skipped);
    });
}

#[test]
fn nothing_starts_in_a_stage_that_nobody_approves() {
    let refused = Scenario { refused: true, ..in_stage("prod") };
    played(&refused, |run| {
        assert_eq!(run.jobs["unit_tests"], Outcome::Success);
        assert_eq!(run.jobs["approve_stage"], Outcome::Failure);
        for job in ["azureml", "compare", "register", "smoke", "promote", "tidy"] {
            assert_eq!(run.jobs[job], Outcome::Skipped, "{job}\n{}", run.said);
        }
        assert_eq!(run.calls.len(), 1, "{:#?}", run.calls);
    });
}

#[test]
fn the_gate_of_a_later_stage_stops_that_stage_alone() {
    let refused = Scenario { refused: true, ..in_stage("dev") };
    played(&refused, |run| {
        assert_eq!(run.jobs["smoke"], Outcome::Success);
        assert_eq!(run.jobs["approve_prod"], Outcome::Failure);
        // Neither what comes after, nor what runs whatever happened.
        for job in ["promote", "tidy"] {
            assert_eq!(run.jobs[job], Outcome::Skipped, "{job}");
        }
    });
}

#[test]
fn nobody_is_asked_about_a_stage_in_which_nothing_runs() {
    // No step says «yes», and `release` is false: nothing of prod runs, so that nobody can refuse it.
    for (refused, of_test) in [(false, Outcome::Success), (true, Outcome::Failure)] {
        let scenario = Scenario { refused, ..MINUTES };
        let judge = |_: &str, _: &mlopsc_compiler::plan::Workflow, one: &Run, other: &Run| {
            for run in [one, other] {
                assert_eq!(run.jobs["approve_test"], of_test, "{}", run.said);
                for job in ["approve_prod", "promote", "announce", "after", "notes", "check"] {
                    assert_eq!(run.jobs[job], Outcome::Skipped, "{job}\n{}", run.said);
                }
                // It does not wait for the step that was skipped, and neither does the gate.
                let look = if refused { Outcome::Skipped } else { Outcome::Success };
                assert_eq!(run.jobs["look"], look, "{}", run.said);
            }
        };
        assert_eq!(on_both(|name| name == "stage_gates", &scenario, judge), 1);
    }
}

#[test]
fn a_run_without_a_choice_is_in_the_first_stage() {
    let judge = |name: &str, workflow: &mlopsc_compiler::plan::Workflow, one: &Run, other: &Run| {
        all_is_well(name, workflow, one, other);
    };
    assert!(on_both(|name| name == "stages", &MINUTES, judge) >= 3);
}
