//! Short words for the parts of a plan.

use crate::plan::sample;
pub(super) use crate::plan::sample::{ci_place as place, limited as parameter, output, variable};
use crate::plan::*;

pub(super) const IMAGE: &str = "ghcr.io/contoso/ci@sha256:\
     9b2a1c5d0f7e4e6f8a3b5c7d9e1f20314253647586970a1b2c3d4e5f60718293";

pub(super) fn project() -> Project {
    let mut project = sample::project(Home::GitHub, &[Home::AzureMl, Home::GitHub]);
    project.azure.resource_group = variable("AZURE_RESOURCE_GROUP");
    project
}

/// A plan without steps.
pub(super) fn empty(name: &str) -> Plan {
    sample::plan(name, project())
}

/// A CI step.
pub(super) fn ci(name: &str, script: &str, variables: Vec<(&str, Variable)>) -> Step {
    let variables = variables.into_iter().map(|(name, from)| (name.to_owned(), from)).collect();
    let script = sample::script(script);
    let task = Task::Command(Command { code: None, script, variables });
    Step { task, ..sample::step(name, Place::Ci(Box::new(place())), Vec::new()) }
}

/// An Azure ML step.
pub(super) fn ml(name: &str, script: Vec<ScriptPiece>) -> Step {
    let code = Some("src".to_owned());
    let task = Task::Command(Command { code, script, variables: vec![] });
    let place = Place::AzureMl(Box::new(sample::azure_ml_place()));
    Step { task, ..sample::step(name, place, Vec::new()) }
}

pub(super) fn input(name: &str, kind: ValueType, source: Reference) -> Input {
    sample::input(name, kind, Source::Reference(source))
}

pub(super) fn job(id: &str, work: Work, needs: &[u32]) -> Job {
    Job { id: id.to_owned(), work, needs: needs.iter().copied().map(JobId).collect() }
}

pub(super) fn submission(
    label: &str,
    steps: &[u32],
    inputs: Vec<(&str, ValueType, Reference)>,
) -> Submission {
    let inputs = inputs.into_iter().map(|(name, kind, source)| SubmissionInput {
        name: name.to_owned(),
        kind,
        source,
    });
    Submission {
        suffix: String::new(),
        label: label.to_owned(),
        steps: steps.iter().copied().map(StepId).collect(),
        fixed: vec![],
        inputs: inputs.collect(),
        outputs: vec![],
        wires: vec![],
    }
}

pub(super) fn workflow(plan: &Plan, jobs: Vec<Job>) -> Workflow {
    let parameter = |(id, parameter): (u32, &Parameter)| WorkflowParameter {
        id: ParameterId(id),
        value: parameter.default.clone(),
        is_bound: true,
        is_brought: false,
    };
    Workflow {
        id: plan.name.clone(),
        title: plan.display_name.clone(),
        triggers: (0..).map(TriggerId).take(plan.triggers.len()).collect(),
        parameters: (0..).zip(&plan.parameters).map(parameter).collect(),
        concurrency: Concurrency::Queue,
        staging: Staging::None,
        trusted: jobs.iter().any(|job| matches!(job.work, Work::Submit(_))),
        jobs,
    }
}

pub(super) fn trigger(name: &str, kind: TriggerKind, home: Home) -> Trigger {
    Trigger {
        stage: None,
        name: name.to_owned(),
        kind,
        enabled: true,
        slice: vec![],
        with: vec![],
        from_event: Vec::new(),
        passthrough: crate::plan::Passthrough::default(),
        homes: vec![home],
        workflow: Some(0),
        submission: None,
    }
}

pub(super) fn push() -> TriggerKind {
    TriggerKind::Push(Push {
        branches: vec!["main".to_owned(), "release/**".to_owned()],
        tags: vec![],
        paths: vec!["src/**".to_owned()],
    })
}

pub(super) fn monthly() -> TriggerKind {
    let field = str::to_owned;
    TriggerKind::Schedule(Box::new(Timing {
        words: "every month on 1 at 02:17 Asia/Tokyo".to_owned(),
        zone: "Asia/Tokyo".to_owned(),
        local: vec![Cron {
            minute: field("17"),
            hour: field("2"),
            day: field("1"),
            month: field("*"),
            weekday: field("*"),
        }],
        utc: None,
        azure_ml: None,
    }))
}
