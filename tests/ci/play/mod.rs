//! Whole runs of CI files, played: every job in its order, every script under bash, with an Azure
//! CLI that is played.

mod azure_pipelines;
pub(crate) mod dispatched;
mod expression;
mod followed;
mod github;
mod released;
mod stage;
mod stages;

use std::collections::BTreeMap;

use mlopsc_compiler::plan::{
    Home, Input, Place, Plan, Reference, Scalar, Source, Step, Task, ValueType, Variable, Work,
    Workflow,
};
use serde_json::Value;

use self::stage::{Scenario, Stage};
use super::built;
use crate::memory::{Compiled, Memory};

/// What became of a job, in the words of both platforms.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Outcome {
    Success,
    Failure,
    Cancelled,
    Skipped,
}

/// What became of a run.
#[derive(PartialEq, Debug)]
struct Run {
    /// Of the jobs of the plan.
    jobs: BTreeMap<String, Outcome>,
    /// What Azure ML and the author's commands were asked, in order.
    calls: Vec<String>,
    /// What was submitted, by the job's name.
    submitted: BTreeMap<String, Value>,
    /// What the scripts said.
    said: String,
}

impl Run {
    fn ok(&self) -> bool {
        let good = |it: &Outcome| matches!(it, Outcome::Success | Outcome::Skipped);
        self.jobs.values().all(good)
    }

    fn count(&self, word: &str) -> usize {
        self.calls.iter().filter(|call| call.starts_with(word)).count()
    }

    fn read(stage: &Stage, jobs: &BTreeMap<String, Outcome>, said: String) -> Self {
        let calls: Vec<String> = stage.read("calls").lines().map(str::to_owned).collect();
        let names = calls.iter().filter_map(|call| call.strip_prefix("submit ")?.split(' ').next());
        let job = |name: &str| {
            let text = stage.read(&format!("jobs/{name}"));
            (name.to_owned(), serde_json::from_str(&text).expect("a job file"))
        };
        let submitted = names.map(job).collect();
        // The parts of a job of the plan: the worst counts; one that has nothing to do does not.
        let mut all: BTreeMap<String, Outcome> = BTreeMap::new();
        let rank = |outcome: Outcome| match outcome {
            Outcome::Skipped => 0,
            Outcome::Success => 1,
            Outcome::Cancelled => 2,
            Outcome::Failure => 3,
        };
        for (id, outcome) in jobs {
            let vertex = id.split_once("__").map_or(id.as_str(), |(job, _)| job);
            let known = all.entry(vertex.to_owned()).or_insert(*outcome);
            if rank(*known) < rank(*outcome) {
                *known = *outcome;
            }
        }
        Self { jobs: all, calls, submitted, said }
    }
}

/// The author's command of a job, which is not run: it says what it got, and writes its outputs.
struct Stub {
    title: String,
    script: String,
}

/// The stub of a step.
fn stub(step: &Step) -> Option<Stub> {
    let (Place::Ci(place), Task::Command(_)) = (&step.place, &step.task) else { return None };
    let mut script = String::from(
        "folder=${AGENT_TEMPDIRECTORY:+$AGENT_TEMPDIRECTORY/outputs}\n\
         folder=${folder:-$GITHUB_WORKSPACE/.mlopsc/outputs}\nmkdir -p \"$folder\"\n",
    );
    for output in &step.outputs {
        let name = &output.name;
        let text = match output.kind {
            ValueType::Boolean => "true",
            ValueType::Integer => "7",
            ValueType::Number => "0.5",
            _ => "text",
        };
        if output.kind.is_scalar() || output.kind.is_single_file() {
            script += &format!("echo {text} > \"$folder/{name}\"\n");
        } else {
            script +=
                &format!("mkdir -p \"$folder/{name}\"\necho {text} > \"$folder/{name}/part\"\n");
        }
    }
    script += &step.inputs.iter().map(|input| listing(step, input)).collect::<String>();
    for path in place.artifacts.iter().flat_map(|(_, path)| place.rendered(path)) {
        let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
        script += &format!(
            "cd \"${{GITHUB_WORKSPACE:-$BUILD_SOURCESDIRECTORY}}\"\nmkdir -p '{folder}'\n"
        );
        script += &format!("[[ -e '{path}' ]] || echo kept > '{path}'\n");
    }
    Some(Stub { title: step.display_name.clone(), script })
}

/// Lines that say which files of an earlier step lie in the folder that a variable names.
fn listing(step: &Step, input: &Input) -> String {
    let Task::Command(command) = &step.task else { return String::new() };
    let is_it = |it: &&(String, Variable)| matches!(it.1, Variable::Input(at) if step.inputs[at as usize].name == input.name);
    let is_data = matches!(input.source, Source::Reference(Reference::Output(..)))
        && !input.kind.is_scalar()
        && !input.kind.is_single_file();
    let variable = command.variables.iter().find(is_it).filter(|_| is_data);
    variable.map_or_else(String::new, |(variable, _)| {
        format!(
            "(cd \"${{KEPT_{variable}:-${variable}}}\" && find . -type f | LC_ALL=C sort) | tr '\\n' ' ' > \"$STAGE/found\"\n\
             echo \"{} {variable} $(<\"$STAGE/found\")\" >> \"$STAGE/calls\"\n",
            step.name
        )
    })
}

/// A name, or a list of names.
fn names(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(all) => all.iter().map(expression::words).collect(),
        _ => Vec::new(),
    }
}

/// A line for the author's command with the values that it got; paths are each machine's own.
fn call(title: &str, env: &[(String, String)]) -> String {
    let values = env.iter().filter(|(name, value)| {
        !value.contains('/')
            && ["PARAM_", "STEP_", "STAGE_", "GIT_", "RUN_"].iter().any(|it| name.starts_with(it))
    });
    let mut values: Vec<String> = values.map(|(name, value)| format!("{name}={value}")).collect();
    values.sort();
    format!("step {title} {}", values.join(" "))
}

/// Plays a workflow on a platform.
fn play(
    home: Home,
    scenario: &Scenario,
    memory: &Memory,
    compiled: &Compiled,
    workflow: &Workflow,
) -> Run {
    let plan = compiled.plan.as_ref().expect("it builds");
    let stage = Stage::new(scenario, memory, compiled);
    let root = root(home, compiled, workflow);
    let values = values(plan, workflow, scenario.chosen);
    match home {
        Home::GitHub => github::play(plan, &root, &stage, github::Start::ByHand(&values)),
        Home::AzurePipelines => azure_pipelines::play(plan, &root, &stage, &values),
        Home::AzureMl | Home::Events => unreachable!("no CI platform"),
    }
}

/// A workflow's file.
fn root(home: Home, compiled: &Compiled, workflow: &Workflow) -> serde_yaml::Value {
    let plan = compiled.plan.as_ref().expect("it builds");
    let written = super::Written { plan, artifacts: &compiled.artifacts };
    written.root(&format!("{}/{}.yml", plan.project.folder(home), workflow.id))
}

/// What a person gives who starts the workflow by hand.
fn values(plan: &Plan, workflow: &Workflow, chosen: Option<&str>) -> BTreeMap<String, Scalar> {
    if let Some(stage) = chosen {
        return BTreeMap::from([("stage".to_owned(), Scalar::Text(stage.to_owned()))]);
    }
    let each = workflow.parameters.iter().map(|bound| {
        let parameter = plan.parameter(bound.id);
        let sample = || match parameter.kind {
            ValueType::Boolean => Scalar::Boolean(true),
            ValueType::Integer | ValueType::Number => {
                parameter.min.clone().unwrap_or(Scalar::Integer(3))
            }
            ValueType::String => Scalar::Text("3".to_owned()),
            _ => Scalar::Text("azureml://datastores/d/paths/p/".to_owned()),
        };
        let value = bound.value.clone().or_else(|| parameter.choices.first().cloned());
        (parameter.name.clone(), value.unwrap_or_else(sample))
    });
    each.collect()
}

const MINUTES: Scenario = Scenario {
    statuses: &[(0, "Queued"), (30, "-"), (60, "!"), (90, "Running"), (120, "Completed")],
    loses_answers: false,
    interrupted: None,
    chosen: None,
    refused: false,
};

/// Specs that are not played, and why.
const NOT_PLAYED: &[(&str, &str)] = &[];

/// Plays every workflow of every spec that has both files.
fn on_both(
    which: impl Fn(&str) -> bool,
    scenario: &Scenario,
    judge: impl Fn(&str, &Workflow, &Run, &Run),
) -> usize {
    let mut played = 0;
    for (name, memory, compiled) in built() {
        let plan = compiled.plan.as_ref().expect("it builds");
        let targets = &plan.project.targets;
        let both = [Home::GitHub, Home::AzurePipelines].iter().all(|home| targets.contains(home));
        if !both || !which(&name) || NOT_PLAYED.iter().any(|(one, _)| *one == name) {
            continue;
        }
        for workflow in &plan.workflows {
            let github = play(Home::GitHub, scenario, &memory, &compiled, workflow);
            let azure = play(Home::AzurePipelines, scenario, &memory, &compiled, workflow);
            judge(&format!("{name}: {}", workflow.id), workflow, &github, &azure);
            played += 1;
        }
    }
    played
}

/// How many Azure ML jobs a workflow submits.
fn submissions(workflow: &Workflow) -> usize {
    workflow.jobs.iter().filter(|job| matches!(job.work, Work::Submit(_))).count()
}

fn sorted(calls: &[String]) -> Vec<&String> {
    let mut calls: Vec<&String> = calls.iter().collect();
    calls.sort();
    calls
}

#[test]
fn every_file_runs_to_its_end_on_both_platforms() {
    let played = on_both(
        |_| true,
        &MINUTES,
        |name, workflow, github, azure| {
            all_is_well(name, workflow, github, azure);
        },
    );
    assert!(played > 20, "{played}");
}

/// Both runs end well, and ask Azure ML and the author's commands for the same.
fn all_is_well(name: &str, workflow: &Workflow, github: &Run, azure: &Run) {
    assert!(github.ok(), "{name} on GitHub: {:#?}\n{}", github.jobs, github.said);
    assert!(azure.ok(), "{name} on Azure Pipelines: {:#?}\n{}", azure.jobs, azure.said);
    for run in [github, azure] {
        assert_eq!(run.count("submit"), submissions(workflow), "{name}: {:#?}", run.calls);
        assert_eq!(run.count("cancel"), 0, "{name}");
    }
    assert_eq!(sorted(&github.calls), sorted(&azure.calls), "{name}");
    assert_eq!(github.submitted, azure.submitted, "{name}");
    assert_eq!(github.jobs, azure.jobs, "{name}");
}

/// Specs whose graphs have several jobs on Azure ML, steps between them, files and values.
fn chains(name: &str) -> bool {
    ["chained_submissions", "two-engines/pipelines/screening.mlops.yaml"].contains(&name)
}

#[test]
fn a_sign_in_that_expires_is_renewed() {
    let hours = Scenario { statuses: &[(0, "Running"), (9000, "Completed")], ..MINUTES };
    assert!(on_both(chains, &hours, all_is_well) >= 2);
}

#[test]
fn an_answer_that_gets_lost_submits_nothing_twice() {
    let lossy = Scenario { loses_answers: true, ..MINUTES };
    assert!(on_both(chains, &lossy, all_is_well) >= 2);
}

#[test]
fn a_job_that_does_not_complete_fails_the_run_and_stops_what_follows() {
    for word in ["Failed", "Canceled"] {
        let statuses: &'static [(u64, &'static str)] =
            if word == "Failed" { &[(0, "Running"), (60, "Failed")] } else { &[(0, "Canceled")] };
        let scenario = Scenario { statuses, ..MINUTES };
        let played = on_both(chains, &scenario, |name, _, github, azure| {
            for run in [github, azure] {
                assert!(!run.ok(), "{name}, {word}: {:#?}", run.jobs);
                assert_eq!(run.count("submit"), 1, "{name}, {word}: {:#?}", run.calls);
                assert_eq!(run.count("cancel"), 0, "{name}, {word}: {:#?}", run.calls);
            }
            assert_eq!(github.jobs, azure.jobs, "{name}, {word}");
        });
        assert!(played >= 2);
    }
}

#[test]
fn a_run_that_is_cancelled_cancels_its_job() {
    let interrupted = Scenario { statuses: &[(0, "Running")], interrupted: Some(300), ..MINUTES };
    let played = on_both(chains, &interrupted, |name, _, github, azure| {
        for run in [github, azure] {
            assert!(!run.ok(), "{name}: {:#?}", run.jobs);
            assert_eq!(run.count("submit"), 1, "{name}: {:#?}", run.calls);
            assert_eq!(run.count("cancel"), 1, "{name}: {:#?}", run.calls);
        }
    });
    assert!(played >= 2);
}

#[test]
fn a_job_without_end_is_cancelled_when_its_time_is_over() {
    let endless = Scenario { statuses: &[(0, "Running")], ..MINUTES };
    let played = on_both(
        |name| name == "chained_submissions",
        &endless,
        |name, _, github, azure| {
            for run in [github, azure] {
                assert!(!run.ok(), "{name}: {:#?}", run.jobs);
                assert_eq!(run.count("submit"), 1, "{name}: {:#?}", run.calls);
                assert_eq!(run.count("cancel"), 1, "{name}: {:#?}", run.calls);
            }
        },
    );
    assert!(played >= 1);
}

#[test]
fn readers_of_a_matrix_get_a_folder_for_each_combination() {
    let played = on_both(
        |name| name == "matrix_outputs",
        &MINUTES,
        |name, workflow, github, azure| {
            all_is_well(name, workflow, github, azure);
            let found = "report STEP_SCORES__SCORE ./1-macos-15/score ./1-ubuntu-24.04/score \
                         ./2-macos-15/score ./2-ubuntu-24.04/score ";
            assert!(github.calls.iter().any(|call| call == found), "{:#?}", github.calls);
            let input = github.submitted.values().next().expect("a job");
            assert_eq!(input["inputs"]["scores__score"]["type"], "uri_folder");
        },
    );
    assert_eq!(played, 1);
}
