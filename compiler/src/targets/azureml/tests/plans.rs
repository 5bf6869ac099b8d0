//! A plan with everything that the target can say.

use crate::plan::sample::{self, output, parameter as declared};
use crate::plan::*;

fn azure_ml(environment: Environment, resources: Resources) -> Place {
    let environment = Some(environment);
    Place::AzureMl(Box::new(AzureMlPlace { environment, resources, ..sample::azure_ml_place() }))
}

fn image() -> Environment {
    Environment::Image {
        image: "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04".to_owned(),
        conda: Some("envs/training.yaml".to_owned()),
    }
}

fn step(name: &str, script: Vec<ScriptPiece>) -> Step {
    let code = Some("src".to_owned());
    let task = Task::Command(Command { code, script, variables: Vec::new() });
    let place = azure_ml(image(), Resources::default());
    Step { task, ..sample::step(name, place, Vec::new()) }
}

fn literal(text: &str) -> ScriptPiece {
    ScriptPiece::Literal(text.to_owned())
}

pub(super) fn input(name: &str, kind: ValueType, source: Source, mode: Option<Mode>) -> Input {
    Input { mode, ..sample::input(name, kind, source) }
}

fn parameter(id: u32) -> Source {
    Source::Reference(Reference::Parameter(ParameterId(id)))
}

fn from(step: u32, output: u32) -> Source {
    Source::Reference(Reference::Output(StepId(step), output))
}

pub(super) fn text(text: &str) -> Scalar {
    Scalar::Text(text.to_owned())
}

fn fixed(number: i64) -> Setting {
    Setting::Fixed(Scalar::Integer(number))
}

fn parameters() -> Vec<Parameter> {
    let raw = "azureml://datastores/workspaceblobstore/paths/diabetes/raw/";
    let mut rate = declared("avg_rate", ValueType::Number, Some(Scalar::Number("1e-5".to_owned())));
    rate.max = Some(Scalar::Integer(1));
    let mut depth = declared("max_depth", ValueType::Integer, Some(Scalar::Integer(6)));
    (depth.min, depth.max) = (Some(Scalar::Integer(1)), Some(Scalar::Integer(32)));
    depth.choices = vec![Scalar::Integer(6), Scalar::Integer(12)];
    depth.description = Some("Depth of the trees.".to_owned());
    let mut flavour = declared("flavour", ValueType::String, Some(text("1.10")));
    flavour.choices = vec![text("1.10"), text("plain")];
    vec![
        rate,
        depth,
        declared("raw_data", ValueType::UriFolder, Some(text(raw))),
        flavour,
        declared("verbose", ValueType::Boolean, Some(Scalar::Boolean(false))),
        declared("release", ValueType::String, None),
        declared("local", ValueType::UriFile, Some(text("data/small.csv"))),
    ]
}

/// A CI step that gives a value.
fn version() -> Step {
    let mut step = step("version", vec![literal("git describe > \"$OUT\"")]);
    step.outputs.push(output("number", ValueType::String));
    step.place = Place::Ci(Box::new(sample::ci_place()));
    step
}

fn prepare() -> Step {
    let mut step = step(
        "prepare",
        vec![
            literal("python prepare.py --raw '"),
            ScriptPiece::Input(0),
            literal("' --rate "),
            ScriptPiece::Input(1),
            literal(" --verbose "),
            ScriptPiece::Input(2),
            literal(" --label '"),
            ScriptPiece::Input(3),
            literal("' --out "),
            ScriptPiece::Output(0),
        ],
    );
    let label = vec![
        Piece::Literal("v-".to_owned()),
        Piece::Reference(Reference::Output(StepId(0), 0)),
        Piece::Literal("-".to_owned()),
        Piece::Reference(Reference::GitSha),
    ];
    step.inputs = vec![
        input("raw_data", ValueType::UriFolder, parameter(2), Some(Mode::Download)),
        input("avg_rate", ValueType::Number, parameter(0), None),
        input("verbose", ValueType::Boolean, parameter(4), None),
        input("label", ValueType::String, Source::Text(label), None),
        input("local", ValueType::UriFile, parameter(6), None),
    ];
    let mut stats = output("stats", ValueType::UriFile);
    stats.register = Some(("diabetes-stats".to_owned(), Some("3".to_owned())));
    stats.path = Some("azureml://datastores/workspaceblobstore/paths/stats.json".to_owned());
    stats.mode = Some(Mode::Upload);
    step.outputs = vec![output("clean", ValueType::UriFolder), stats];
    step.display_name = "Prepare the data".to_owned();
    step.description = Some("Cleans.".to_owned());
    step.tags = vec![("team".to_owned(), "vision".to_owned())];
    step.env = vec![("WORKERS".to_owned(), vec![Piece::Literal("4".to_owned())])];
    step.timeout_seconds = Some(3600);
    step.place = azure_ml(
        image(),
        Resources {
            instance_count: Some(fixed(2)),
            instance_type: Some("Standard_DS3_v2".to_owned()),
            shm_size: Some("2g".to_owned()),
            docker_args: Some(crate::plan::DockerArguments::Text("--ipc=host".to_owned())),
            ..Resources::default()
        },
    );
    step
}

fn train() -> Step {
    let mut step = step("train", vec![literal("python train.py --model "), ScriptPiece::Output(0)]);
    step.inputs = vec![
        input("prepare__clean", ValueType::UriFolder, from(1, 0), None),
        input("table", ValueType::Mltable, from(1, 0), Some(Mode::EvalMount)),
        input("max_depth", ValueType::Integer, parameter(1), None),
        input("flavour", ValueType::String, parameter(3), None),
        input("folds", ValueType::String, Source::Literal(Scalar::Integer(5)), None),
        input("sample", ValueType::UriFile, Source::Literal(text("data/small.csv")), None),
    ];
    let mut model = output("model", ValueType::MlflowModel);
    model.register = Some(("diabetes".to_owned(), None));
    model.mode = Some(Mode::Upload);
    step.outputs = vec![model];
    let registered = Environment::Reference("azureml:AzureML-sklearn-1.5:12".to_owned());
    step.place = azure_ml(registered, Resources::default());
    step
}

fn score() -> Step {
    let mut step = step("score", Vec::new());
    let depth = Setting::Reference(Reference::Parameter(ParameterId(1)));
    step.task = Task::FanOut(Box::new(FanOut {
        code: "src/score".to_owned(),
        entry_script: "scoring.py".to_owned(),
        arguments: vec![
            literal("--flavour '"),
            ScriptPiece::Input(1),
            literal("' --allowed_failed_percent 10"),
        ],
        input_data: 0,
        batching: Batching::Size(fixed(5)),
        error_threshold: Some(fixed(4)),
        mini_batch_error_threshold: Some(depth.clone()),
        append_row_to: Some(0),
        mini_batch_timeout: Some(fixed(60)),
        max_retries: Some(fixed(2)),
        logging_level: Some(Setting::Fixed(text("DEBUG"))),
        max_concurrency_per_instance: Some(fixed(2)),
    }));
    step.inputs = vec![
        input("prepare__clean", ValueType::UriFolder, from(1, 0), Some(Mode::ReadOnlyMount)),
        input("flavour", ValueType::String, parameter(3), None),
    ];
    step.outputs = vec![output("predictions", ValueType::UriFile)];
    step.env = vec![("LOG".to_owned(), vec![Piece::Literal("true".to_owned())])];
    let resources = Resources { instance_count: Some(depth), ..Resources::default() };
    step.place = azure_ml(image(), resources);
    step
}

fn report() -> Step {
    step("report", vec![literal("echo \"all\ndone\"")])
}

/// Reads, in a job of its own, what an earlier job gave.
fn audit() -> Step {
    let mut step = step("audit", vec![literal("ls '"), ScriptPiece::Input(0), literal("'")]);
    step.inputs = vec![
        input("train__model", ValueType::MlflowModel, from(2, 0), None),
        input("release", ValueType::String, parameter(5), None),
    ];
    step
}

pub(super) fn needs(name: &str, kind: ValueType, source: Source) -> SubmissionInput {
    let Source::Reference(source) = source else { panic!("inputs of a job are references") };
    SubmissionInput { name: name.to_owned(), kind, source }
}

fn submissions() -> Vec<Submission> {
    let ambient = Source::Reference(Reference::GitSha);
    let first = Submission {
        suffix: String::new(),
        label: "prepare".to_owned(),
        steps: vec![StepId(1), StepId(2), StepId(3), StepId(4)],
        fixed: Vec::new(),
        inputs: vec![
            needs("raw_data", ValueType::UriFolder, parameter(2)),
            needs("avg_rate", ValueType::Number, parameter(0)),
            needs("verbose", ValueType::Boolean, parameter(4)),
            needs("version__number", ValueType::String, from(0, 0)),
            needs("git__sha", ValueType::String, ambient),
            needs("local", ValueType::UriFile, parameter(6)),
            needs("max_depth", ValueType::Integer, parameter(1)),
            needs("flavour", ValueType::String, parameter(3)),
        ],
        outputs: vec![SubmissionOutput {
            name: "train__model".to_owned(),
            step: StepId(2),
            output: 0,
        }],
        wires: vec![
            Wire { tail: StepId(2), tail_output: None, head: StepId(3) },
            Wire { tail: StepId(2), tail_output: None, head: StepId(4) },
            Wire { tail: StepId(3), tail_output: Some(0), head: StepId(4) },
        ],
    };
    let second = Submission {
        suffix: "-late".to_owned(),
        label: "audit".to_owned(),
        steps: vec![StepId(5)],
        fixed: Vec::new(),
        inputs: vec![
            needs("train__model", ValueType::MlflowModel, from(2, 0)),
            needs("release", ValueType::String, parameter(5)),
        ],
        outputs: Vec::new(),
        wires: Vec::new(),
    };
    vec![first, second]
}

fn schedule(name: &str, rule: AzureMlRule, end: Option<&str>) -> Trigger {
    let timing = Timing {
        words: format!("{name}, at times"),
        zone: "Asia/Tokyo".to_owned(),
        local: Vec::new(),
        utc: None,
        azure_ml: Some(AzureMlTiming {
            time_zone: "Tokyo Standard Time".to_owned(),
            start: "2024-01-01T00:00:00".to_owned(),
            end: end.map(str::to_owned),
            rule,
        }),
    };
    Trigger {
        stage: None,
        name: name.to_owned(),
        kind: TriggerKind::Schedule(Box::new(timing)),
        enabled: false,
        slice: vec![StepId(1), StepId(2), StepId(3), StepId(4)],
        with: Vec::new(),
        from_event: Vec::new(),
        passthrough: crate::plan::Passthrough::default(),
        homes: vec![Home::AzureMl],
        workflow: None,
        submission: Some(SubmissionId(0)),
    }
}

fn triggers() -> Vec<Trigger> {
    let cron = Cron {
        minute: "*/5".to_owned(),
        hour: "*".to_owned(),
        day: "*".to_owned(),
        month: "*".to_owned(),
        weekday: "1-5".to_owned(),
    };
    let monthly = AzureMlRule::Recurrence {
        frequency: "month",
        interval: 1,
        hours: vec![2],
        minutes: vec![0],
        week_days: Vec::new(),
        month_days: vec![1, 15],
    };
    let hourly = AzureMlRule::Recurrence {
        frequency: "hour",
        interval: 6,
        hours: Vec::new(),
        minutes: Vec::new(),
        week_days: Vec::new(),
        month_days: Vec::new(),
    };
    let mut monthly = schedule("monthly", monthly, None);
    monthly.with = vec![
        (ParameterId(2), text("azureml:diabetes-raw:1")),
        (ParameterId(4), Scalar::Boolean(true)),
        (ParameterId(1), Scalar::Integer(12)),
        (ParameterId(5), text("read by the other job only")),
    ];
    let mut on_ci = schedule("on_ci", hourly.clone(), None);
    (on_ci.homes, on_ci.workflow, on_ci.submission) = (vec![Home::GitHub], Some(0), None);
    vec![
        schedule("frequent", AzureMlRule::Cron(cron), Some("2030-01-01T00:00:00")),
        monthly,
        schedule("six_hourly", hourly, None),
        on_ci,
    ]
}

fn project() -> Project {
    let word = |text: &str| vec![Piece::Literal(text.to_owned())];
    Project {
        ci: Home::GitHub,
        default_branch: "main".to_owned(),
        azure: Azure {
            login: Login::Oidc { client_id: word("id") },
            tenant: word("tenant"),
            subscription: word("subscription"),
            resource_group: word("rg"),
            workspace: word("ws"),
            service_connection: word("azure-ml"),
            github_environment: None,
        },
        variable_groups: Vec::new(),
        azure_ml_folder: ".azureml".to_owned(),
        github_folder: ".github/workflows".to_owned(),
        azure_pipelines_folder: ".azure-pipelines".to_owned(),
        events_folder: ".azure".to_owned(),
        datastores: Vec::new(),
        wiring: crate::plan::Wiring::default(),
        identity: Some("contoso/diabetes".to_owned()),
        repository: None,
        organization: None,
        team_project: None,
        targets: vec![Home::AzureMl],
        also: Vec::new(),
        pins: Vec::new(),
        stages: Vec::new(),
    }
}

pub(super) fn plan() -> Plan {
    Plan {
        stage: None,
        stage_value: None,
        stages: Vec::new(),
        name: "diabetes-training".to_owned(),
        spec_path: "pipelines/diabetes.mlops.yaml".to_owned(),
        display_name: "Diabetes training".to_owned(),
        description: Some("Train and score.\nMonthly.".to_owned()),
        experiment: "diabetes".to_owned(),
        tags: vec![
            ("team".to_owned(), "vision".to_owned()),
            ("mlopsc_pipeline".to_owned(), "not the author's to set".to_owned()),
        ],
        outputs: Vec::new(),
        passthrough: crate::plan::Passthrough::default(),
        settings: JobSettings {
            default_datastore: Some("workspaceblobstore".to_owned()),
            continue_on_step_failure: false,
            force_rerun: true,
            identity: Vec::new(),
            properties: Vec::new(),
        },
        timeout_minutes: 300,
        env: Vec::new(),
        parameters: parameters(),
        steps: vec![version(), prepare(), train(), score(), report(), audit()],
        images: Vec::new(),
        edges: Vec::new(),
        triggers: triggers(),
        submissions: submissions(),
        workflows: Vec::new(),
        used: Vec::new(),
        release: None,
        project: project(),
    }
}
