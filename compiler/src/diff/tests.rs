use std::sync::Arc;

use super::*;
use crate::plan::sample;
use crate::plan::{
    Concurrency, Edge, Event, EventPiece, Home, Input, Login, ParameterId, Project, Push,
    Reference, Source, Stage, StageId, Staging, Submission, Trigger, TriggerKind, ValueType,
    Workflow, WorkflowParameter,
};

fn project() -> Project {
    let mut project = sample::project(Home::GitHub, &[Home::AzureMl, Home::GitHub]);
    project.azure.login = Login::ServicePrincipal { secret: "AZURE_CREDENTIALS".to_owned() };
    project
}

fn step(name: &str, place: Place, script: &str) -> Step {
    sample::step(name, place, sample::script(script))
}

fn on_azure_ml() -> Place {
    Place::AzureMl(Box::new(sample::azure_ml_place()))
}

fn on_ci() -> Place {
    Place::Ci(Box::new(sample::ci_place()))
}

fn parameter(name: &str, default: Option<i64>) -> Parameter {
    sample::parameter(name, ValueType::Integer, default.map(Scalar::Integer))
}

/// `test` on CI; `prepare` → `train` on Azure ML.
fn plan() -> Plan {
    let mut prepare = step("prepare", on_azure_ml(), "prepare.py");
    prepare.outputs.push(sample::output("clean", ValueType::UriFolder));
    let mut train = step("train", on_azure_ml(), "train.py");
    let clean = Source::Reference(Reference::Output(StepId(1), 0));
    train.inputs.push(sample::input("prepare__clean", ValueType::UriFolder, clean));
    let commit = Trigger {
        stage: None,
        name: "commit".to_owned(),
        kind: TriggerKind::Push(Push { branches: vec!["main".to_owned()], ..Push::default() }),
        enabled: true,
        slice: vec![StepId(0), StepId(1), StepId(2)],
        with: vec![(ParameterId(0), Scalar::Integer(3))],
        from_event: Vec::new(),
        passthrough: crate::plan::Passthrough::default(),
        homes: vec![Home::GitHub],
        workflow: Some(0),
        submission: None,
    };
    let submission = Submission {
        suffix: String::new(),
        label: "prepare".to_owned(),
        steps: vec![StepId(1), StepId(2)],
        fixed: Vec::new(),
        inputs: Vec::new(),
        outputs: Vec::new(),
        wires: Vec::new(),
    };
    Plan {
        parameters: vec![parameter("depth", Some(6))],
        steps: vec![step("test", on_ci(), "pytest"), prepare, train],
        edges: vec![Edge { from: StepId(1), to: StepId(2), output: Some(0) }],
        triggers: vec![commit],
        submissions: vec![submission],
        ..sample::plan("p", project())
    }
}

fn changed(change: impl Fn(&mut Plan)) -> Diff {
    let mut new = plan();
    change(&mut new);
    diff(&plan(), &new)
}

fn aspect(what: &str, before: Option<&str>, after: Option<&str>) -> Aspect {
    Aspect {
        what: what.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    }
}

#[test]
fn a_plan_does_not_differ_from_itself() {
    assert!(diff(&plan(), &plan()).is_empty());
}

#[test]
fn ids_that_move_are_no_change() {
    let diff = changed(|plan| {
        plan.steps.insert(0, step("lint", on_ci(), "ruff"));
        plan.steps[3].inputs[0].source = Source::Reference(Reference::Output(StepId(2), 0));
        plan.edges[0] = Edge { from: StepId(2), to: StepId(3), output: Some(0) };
        plan.triggers[0].slice = vec![StepId(1), StepId(2), StepId(3)];
        plan.submissions[0].steps = vec![StepId(2), StepId(3)];
    });
    assert_eq!(diff.steps.len(), 1, "{diff:#?}");
    assert_eq!((diff.steps[0].kind, &*diff.steps[0].name), (Kind::Added, "lint"));
    assert!(diff.settings.is_empty() && diff.triggers.is_empty() && diff.edges.is_empty());
}

#[test]
fn what_reads_from_a_changed_step_runs_again() {
    let diff = changed(|plan| {
        plan.steps[1] = {
            let mut prepare = plan.steps[1].clone();
            prepare.env.push(("X".to_owned(), Vec::new()));
            prepare
        }
    });
    assert_eq!(diff.steps[0].aspects, [aspect("env X", None, Some(""))]);
    assert_eq!(diff.runs_again, ["prepare", "train"]);
    let machine = changed(|plan| plan.steps[1].timeout_seconds = Some(60));
    assert_eq!(machine.steps.len(), 1);
    assert!(machine.runs_again.is_empty());
}

#[test]
fn a_step_that_moves_to_another_engine_says_so() {
    let diff = changed(|plan| plan.steps[0].place = on_azure_ml());
    let engine = aspect("engine", Some("CI"), Some("Azure ML"));
    assert!(diff.steps[0].aspects.contains(&engine), "{diff:#?}");
}

#[test]
fn callers_break_when_a_parameter_gets_stricter() {
    assert!(
        changed(|plan| plan.parameters[0].default = Some(Scalar::Integer(7))).breaks.is_empty()
    );
    assert!(changed(|plan| plan.parameters.push(parameter("x", Some(1)))).breaks.is_empty());
    let broken = [
        changed(|plan| plan.parameters.push(parameter("x", None))),
        changed(|plan| plan.parameters[0].default = None),
        changed(|plan| plan.parameters[0].kind = ValueType::String),
        changed(|plan| plan.parameters[0].max = Some(Scalar::Integer(9))),
        changed(|plan| plan.parameters[0].choices = vec![Scalar::Integer(6)]),
        changed(|plan| plan.parameters[0].name = "deep".to_owned()),
    ];
    for diff in broken {
        assert_eq!(diff.breaks.len(), 1, "{diff:#?}");
    }
}

#[test]
fn edges_and_triggers() {
    let diff = changed(|plan| {
        plan.edges.push(Edge { from: StepId(0), to: StepId(1), output: None });
        plan.triggers[0].enabled = false;
        plan.triggers[0].with.clear();
    });
    assert_eq!(diff.edges, [(Kind::Added, "test → prepare".to_owned())]);
    let aspects =
        [aspect("with depth", Some("3"), None), aspect("enabled", Some("true"), Some("false"))];
    assert_eq!(diff.triggers[0].aspects, aspects);
}

#[test]
fn what_was_optional_and_is_required_breaks_callers() {
    let mut old = plan();
    (old.parameters[0].default, old.parameters[0].optional) = (None, true);
    let mut new = old.clone();
    new.parameters[0].optional = false;
    assert_eq!(diff(&old, &new).breaks, ["parameter `depth` is no longer optional"]);
    assert_eq!(diff(&new, &old).breaks, Vec::<String>::new());
}

#[test]
fn a_new_default_makes_its_readers_run_again() {
    let mut old = plan();
    old.steps[2].inputs.push(Input {
        name: "depth".to_owned(),
        kind: ValueType::Integer,
        source: Source::Reference(Reference::Parameter(ParameterId(0))),
        mode: None,
        optional: false,
    });
    let mut new = old.clone();
    new.parameters[0].default = Some(Scalar::Integer(7));
    assert_eq!(diff(&old, &new).runs_again, ["train"]);
}

#[test]
fn what_differs_in_one_stage_is_said_of_that_stage() {
    let staged = |depth: i64, approval: Option<&str>| {
        let stage = |name: &str, approval: Option<&str>| Stage {
            name: name.to_owned(),
            approval: approval.map(str::to_owned),
            variable_groups: Vec::new(),
        };
        let mut first = plan();
        first.project.stages = vec![stage("dev", None), stage("prod", approval)];
        first.stage = Some(StageId(0));
        let mut second = Plan { stage: Some(StageId(1)), ..first.clone() };
        second.parameters[0].default = Some(Scalar::Integer(depth));
        first.stages = vec![Arc::new(first.clone()), Arc::new(second)];
        first
    };
    let diff = diff(&staged(8, None), &staged(9, Some("production")));
    let settings = aspect("stage prod", Some("no approval"), Some("approval production"));
    assert_eq!(diff.settings, [settings]);
    let default = aspect("default in stage prod", Some("8"), Some("9"));
    assert_eq!(diff.parameters[0].aspects, [default]);
}

/// A plan whose trigger is a call of its graph; callers may give its parameter.
fn called(name: &str, home: Home) -> Plan {
    let mut plan = plan();
    let trigger = &mut plan.triggers[0];
    (trigger.kind, trigger.homes) = (TriggerKind::Call(name.to_owned()), vec![home]);
    trigger.with.clear();
    let id = ParameterId(0);
    let depth = WorkflowParameter { id, value: None, is_bound: false, is_brought: true };
    plan.workflows = vec![Workflow {
        id: "p".to_owned(),
        title: "p".to_owned(),
        triggers: vec![crate::plan::TriggerId(0)],
        jobs: Vec::new(),
        parameters: vec![depth],
        concurrency: Concurrency::Queue,
        staging: Staging::None,
        trusted: false,
    }];
    plan
}

#[test]
fn calls_that_start_nothing_any_more_break_callers() {
    let old = called("retrain", Home::GitHub);
    let broken = |new: &Plan| diff(&old, new).breaks;
    assert_eq!(broken(&old), Vec::<String>::new());
    let gone = ["the call `retrain` starts nothing on GitHub any more"];
    assert_eq!(broken(&called("train-again", Home::GitHub)), gone);
    assert_eq!(broken(&called("retrain", Home::AzurePipelines)), gone);
    assert_eq!(broken(&plan()), gone);
    let mut bound = old.clone();
    bound.triggers[0].with = vec![(ParameterId(0), Scalar::Integer(3))];
    assert_eq!(broken(&bound), ["the call `retrain` on GitHub no longer takes `depth`"]);
    bound.triggers[0].enabled = false;
    assert_eq!(broken(&bound), gone);
}

#[test]
fn what_an_event_brings_is_compared() {
    let on = |tag: &str, field: &str| {
        let mut plan = plan();
        let tags = vec![("stage".to_owned(), tag.to_owned())];
        let event = Event::ModelRegistered { model: "churn".to_owned(), tags };
        let field = EventPiece::Field(event.field(field).expect("a field"));
        plan.triggers[0].kind = TriggerKind::Event(Box::new(event));
        plan.triggers[0].with.clear();
        plan.triggers[0].from_event = vec![(ParameterId(0), vec![field])];
        plan
    };
    let diff = diff(&on("old", "version"), &on("new", "model"));
    let aspects = [
        aspect("tags", Some("stage=old"), Some("stage=new")),
        aspect("with depth", Some("${{ event.version }}"), Some("${{ event.model }}")),
    ];
    assert_eq!(diff.triggers[0].aspects, aspects);
}
