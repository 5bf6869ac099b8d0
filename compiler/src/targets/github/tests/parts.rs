//! Short words for the parts of a plan.

use crate::plan::*;

pub(super) const IMAGE: &str = "ghcr.io/contoso/ci@sha256:\
     9b2a1c5d0f7e4e6f8a3b5c7d9e1f20314253647586970a1b2c3d4e5f60718293";

/// A variable of the CI platform.
pub(super) fn variable(name: &str) -> Text {
    vec![Piece::Reference(Reference::Variable(name.to_owned()))]
}

pub(super) fn project() -> Project {
    Project {
        ci: Home::GitHub,
        default_branch: "main".to_owned(),
        azure: Azure {
            login: Login::Oidc { client_id: variable("AZURE_CLIENT_ID") },
            tenant: variable("AZURE_TENANT_ID"),
            subscription: variable("AZURE_SUBSCRIPTION_ID"),
            resource_group: variable("AZURE_RESOURCE_GROUP"),
            workspace: vec![Piece::Literal("mlw-diabetes".to_owned())],
            service_connection: vec![Piece::Literal("azure-ml".to_owned())],
        },
        variable_groups: vec![],
        azure_ml_folder: ".azureml".to_owned(),
        github_folder: ".github/workflows".to_owned(),
        azure_pipelines_folder: ".azure-pipelines".to_owned(),
        identity: None,
        targets: vec![Home::AzureMl, Home::GitHub],
        also: Vec::new(),
    }
}

/// A plan without steps.
pub(super) fn empty(name: &str) -> Plan {
    Plan {
        name: name.to_owned(),
        spec_path: format!("{name}.mlops.yaml"),
        display_name: name.to_owned(),
        description: None,
        experiment: name.to_owned(),
        tags: vec![],
        outputs: Vec::new(),
        settings: JobSettings {
            default_datastore: None,
            continue_on_step_failure: false,
            force_rerun: false,
            identity: Vec::new(),
            properties: Vec::new(),
        },
        timeout_minutes: 300,
        env: vec![],
        parameters: vec![],
        steps: vec![],
        edges: vec![],
        triggers: vec![],
        submissions: vec![],
        workflows: vec![],
        used: Vec::new(),
        release: None,
        project: project(),
    }
}

pub(super) fn parameter(name: &str, kind: ValueType, default: Option<Scalar>) -> Parameter {
    let pattern = (kind == ValueType::String || !kind.is_scalar())
        .then(|| "^[A-Za-z0-9._:/@=+-]*$".to_owned());
    let (choices, min, max) = (vec![], None, None);
    let name = name.to_owned();
    Parameter {
        name,
        kind,
        default,
        description: None,
        choices,
        min,
        max,
        pattern,
        mode: None,
        optional: false,
    }
}

pub(super) fn place() -> CiPlace {
    CiPlace {
        runner: Runner {
            github: vec!["ubuntu-24.04".to_owned()],
            azure_pipelines: Pool::Hosted("ubuntu-24.04".to_owned()),
        },
        container: None,
        working_dir: None,
        python: None,
        checkout: true,
        azure: false,
        environment: None,
        artifacts: vec![],
    }
}

/// A CI step.
pub(super) fn ci(name: &str, script: &str, variables: Vec<(&str, Variable)>) -> Step {
    let variables = variables.into_iter().map(|(name, from)| (name.to_owned(), from)).collect();
    let script = vec![ScriptPiece::Literal(script.to_owned())];
    Step {
        name: name.to_owned(),
        display_name: name.to_owned(),
        description: None,
        place: Place::Ci(place()),
        task: Task::Command(Command { code: None, script, variables }),
        inputs: vec![],
        outputs: vec![],
        env: vec![],
        timeout_seconds: None,
        approval: None,
        when: When::Success,
        needs: vec![],
        tags: vec![],
    }
}

/// An Azure ML step.
pub(super) fn ml(name: &str, script: Vec<ScriptPiece>) -> Step {
    let command = Command { code: Some("src".to_owned()), script, variables: vec![] };
    Step {
        place: Place::AzureMl(Box::new(AzureMlPlace {
            compute: Some(Setting::Fixed(Scalar::Text("azureml:cpu-cluster".to_owned()))),
            environment: Some(Environment::Reference("azureml:sklearn:4".to_owned())),
            resources: Resources::default(),
            settings: crate::plan::NodeSettings::default(),
            submission: None,
        })),
        task: Task::Command(command),
        ..ci(name, "", vec![])
    }
}

pub(super) fn input(name: &str, kind: ValueType, source: Reference) -> Input {
    Input {
        name: name.to_owned(),
        kind,
        source: Source::Reference(source),
        mode: None,
        optional: false,
    }
}

pub(super) fn output(name: &str, kind: ValueType) -> Output {
    Output { name: name.to_owned(), kind, mode: None, path: None, register: None }
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
    };
    Workflow {
        id: plan.name.clone(),
        title: plan.display_name.clone(),
        triggers: (0..).map(TriggerId).take(plan.triggers.len()).collect(),
        parameters: (0..).zip(&plan.parameters).map(parameter).collect(),
        concurrency: Concurrency::Queue,
        trusted: jobs.iter().any(|job| matches!(job.work, Work::Submit(_))),
        jobs,
    }
}

pub(super) fn trigger(name: &str, kind: TriggerKind, home: Home) -> Trigger {
    Trigger {
        name: name.to_owned(),
        kind,
        enabled: true,
        slice: vec![],
        with: vec![],
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
