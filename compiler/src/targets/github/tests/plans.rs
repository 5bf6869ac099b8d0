//! Plans by hand: each names one thing that the target must get right.

use crate::plan::*;

use super::parts::*;

/// CI steps alone: values, files, conditions, a container, artifacts, a working directory.
pub(super) fn ci_only() -> Plan {
    let mut plan = empty("checks");
    plan.env = vec![("PIP_NO_INPUT".to_owned(), vec![Piece::Literal("1".to_owned())])];
    plan.parameters = ci_parameters();
    let mut tell = ci("tell", "./tell.sh", vec![]);
    tell.when = When::Failure;
    tell.place = Place::Ci(Box::new(CiPlace { python: Some(sample::literal("3.12")), ..place() }));
    let mut tidy = ci("tidy", "echo \"$TOKEN\" | ./tidy.sh", vec![]);
    tidy.when = When::Always;
    let token = Piece::Reference(Reference::Secret("TIDY_TOKEN".to_owned()));
    tidy.env = vec![("TOKEN".to_owned(), vec![token])];
    tidy.place = Place::Ci(Box::new(CiPlace {
        environment: Some("ops".to_owned()),
        checkout: false,
        ..place()
    }));
    plan.steps = vec![maker(), reader(), tell, tidy];
    let review = PullRequest { branches: vec![], paths: vec![], drafts: false };
    plan.triggers = vec![
        trigger("commit", push(), Home::GitHub),
        trigger("review", TriggerKind::PullRequest(review), Home::GitHub),
        trigger("monthly", monthly(), Home::GitHub),
        trigger("nightly", monthly(), Home::AzurePipelines),
    ];
    let jobs = vec![
        job("make", Work::Step(StepId(0)), &[]),
        job("read", Work::Step(StepId(1)), &[0]),
        job("tell", Work::Step(StepId(2)), &[0, 1]),
        job("tidy", Work::Step(StepId(3)), &[0, 1]),
    ];
    let mut workflow = workflow(&plan, jobs);
    workflow.trusted = true;
    plan.workflows = vec![workflow];
    plan
}

fn ci_parameters() -> Vec<Parameter> {
    let text = |text: &str| Scalar::Text(text.to_owned());
    vec![
        Parameter {
            pattern: Some("^([a-z' ]+|-)$".to_owned()),
            mode: None,
            ..parameter("label", ValueType::String, Some(text("it's")))
        },
        parameter("fast", ValueType::Boolean, Some(Scalar::Boolean(true))),
        parameter("slow", ValueType::Boolean, Some(Scalar::Boolean(false))),
        Parameter {
            choices: vec![text("a.b"), text("c")],
            description: Some("Which one.".to_owned()),
            ..parameter("choice", ValueType::String, Some(text("c")))
        },
        Parameter {
            min: Some(Scalar::Integer(0)),
            max: Some(Scalar::Integer(32)),
            ..parameter("depth", ValueType::Integer, Some(Scalar::Integer(6)))
        },
        Parameter {
            min: Some(Scalar::Number("0.1".to_owned())),
            ..parameter("rate", ValueType::Number, Some(Scalar::Number("0.5".to_owned())))
        },
    ]
}

/// Gives a value, a file and a folder.
fn maker() -> Step {
    let script = "make --label \"$LABEL\" --depth \"$DEPTH\" --branch \"$BRANCH\" > \"$ROWS\"\n\
                  cp \"$RAW\"/* \"$CLEAN\"\ntouch \"$REPORT\"\n";
    let variables = vec![
        ("LABEL", Variable::Input(0)),
        ("DEPTH", Variable::Input(1)),
        ("RAW", Variable::Input(2)),
        ("BRANCH", Variable::Reference(Reference::GitBranch)),
        ("ROWS", Variable::Output(0)),
        ("REPORT", Variable::Output(1)),
        ("CLEAN", Variable::Output(2)),
    ];
    let label = vec![
        Piece::Literal("x-".to_owned()),
        Piece::Reference(Reference::Parameter(ParameterId(0))),
    ];
    let raw = Source::Literal(Scalar::Text("data/raw".to_owned()));
    Step {
        inputs: vec![
            Input {
                source: Source::Text(label),
                ..input("label", ValueType::String, Reference::GitSha)
            },
            input("depth", ValueType::Integer, Reference::Parameter(ParameterId(4))),
            Input { source: raw, ..input("raw", ValueType::UriFolder, Reference::GitSha) },
        ],
        outputs: vec![
            output("rows", ValueType::Integer),
            output("report", ValueType::UriFile),
            output("clean", ValueType::UriFolder),
        ],
        timeout_seconds: Some(90),
        ..ci("make", script, variables)
    }
}

/// Reads them, in a container.
fn reader() -> Step {
    let script =
        "cat \"$REPORT\" \"$CLEAN/part\"; echo \"$ROWS\" \"$FAST\" \"$SLOW\" \"$CHOICE\" \"$RATE\"";
    let names = ["REPORT", "CLEAN", "ROWS", "FAST", "SLOW", "CHOICE", "RATE"];
    let variables = (0..).zip(names).map(|(index, name)| (name, Variable::Input(index)));
    let place = CiPlace {
        container: Some(IMAGE.to_owned()),
        working_dir: Some(sample::literal("src")),
        artifacts: vec![("coverage".to_owned(), sample::literal("htmlcov/.coverage"))],
        ..place()
    };
    Step {
        place: Place::Ci(Box::new(place)),
        inputs: vec![
            input("make__report", ValueType::UriFile, Reference::Output(StepId(0), 1)),
            input("make__clean", ValueType::UriFolder, Reference::Output(StepId(0), 2)),
            input("make__rows", ValueType::Integer, Reference::Output(StepId(0), 0)),
            input("fast", ValueType::Boolean, Reference::Parameter(ParameterId(1))),
            input("slow", ValueType::Boolean, Reference::Parameter(ParameterId(2))),
            input("choice", ValueType::String, Reference::Parameter(ParameterId(3))),
            input("rate", ValueType::Number, Reference::Parameter(ParameterId(5))),
        ],
        ..ci("read", script, variables.collect())
    }
}

/// One Azure ML job, with all that its inputs can come from at the start.
pub(super) fn submit_only() -> Plan {
    let mut plan = empty("training");
    plan.parameters = vec![
        parameter("rate", ValueType::Number, Some(Scalar::Number("1e-5".to_owned()))),
        parameter("fast", ValueType::Boolean, Some(Scalar::Boolean(true))),
        parameter(
            "raw",
            ValueType::UriFolder,
            Some(Scalar::Text("azureml://datastores/store/paths/raw/".to_owned())),
        ),
        parameter("label", ValueType::String, None),
    ];
    let script = vec![
        ScriptPiece::Literal("train --label \"".to_owned()),
        ScriptPiece::Input(0),
        ScriptPiece::Literal("\" --branch '".to_owned()),
        ScriptPiece::Input(1),
        ScriptPiece::Literal("'".to_owned()),
    ];
    let mut train = ml("train", script);
    train.inputs = vec![
        input("label", ValueType::String, Reference::Parameter(ParameterId(3))),
        input("git__branch", ValueType::String, Reference::GitBranch),
    ];
    plan.steps = vec![train];
    plan.submissions = vec![submission(
        "train",
        &[0],
        vec![
            ("rate", ValueType::Number, Reference::Parameter(ParameterId(0))),
            ("fast", ValueType::Boolean, Reference::Parameter(ParameterId(1))),
            ("raw", ValueType::UriFolder, Reference::Parameter(ParameterId(2))),
            ("label", ValueType::String, Reference::Parameter(ParameterId(3))),
            ("git__branch", ValueType::String, Reference::GitBranch),
        ],
    )];
    let jobs = vec![job("train", Work::Submit(SubmissionId(0)), &[])];
    plan.workflows = vec![workflow(&plan, jobs)];
    plan
}

/// CI, Azure ML, CI, Azure ML: files and values over every border.
pub(super) fn mixed() -> Plan {
    let mut plan = empty("mixed");
    let mut make = ci(
        "make",
        "make > \"$ROWS\"; touch \"$REPORT\"",
        vec![("ROWS", Variable::Output(0)), ("REPORT", Variable::Output(1))],
    );
    make.outputs = vec![output("rows", ValueType::Integer), output("report", ValueType::UriFile)];
    let mut train = ml("train", vec![]);
    train.outputs =
        vec![output("model", ValueType::MlflowModel), output("rows", ValueType::UriFile)];
    let mut judge = ci(
        "judge",
        "judge \"$MODEL\" \"$ROWS\" > \"$SCORE\"",
        vec![
            ("MODEL", Variable::Input(0)),
            ("ROWS", Variable::Input(1)),
            ("SCORE", Variable::Output(0)),
        ],
    );
    judge.inputs = vec![
        input("train__model", ValueType::MlflowModel, Reference::Output(StepId(1), 0)),
        input("train__rows", ValueType::UriFile, Reference::Output(StepId(1), 1)),
    ];
    judge.outputs = vec![output("score", ValueType::Number)];
    let mut tune = ml("tune", vec![]);
    tune.outputs = vec![output("model", ValueType::MlflowModel)];
    plan.steps = vec![make, train, judge, tune];
    let mut second = submission(
        "tune",
        &[3],
        vec![
            ("judge__score", ValueType::Number, Reference::Output(StepId(2), 0)),
            ("train__model", ValueType::MlflowModel, Reference::Output(StepId(1), 0)),
        ],
    );
    second.suffix = "-tune".to_owned();
    plan.submissions = vec![
        submission(
            "train",
            &[1],
            vec![
                ("make__rows", ValueType::Integer, Reference::Output(StepId(0), 0)),
                ("make__report", ValueType::UriFile, Reference::Output(StepId(0), 1)),
            ],
        ),
        second,
    ];
    plan.triggers = vec![trigger("commit", push(), Home::GitHub)];
    let jobs = vec![
        job("make", Work::Step(StepId(0)), &[]),
        job("train", Work::Submit(SubmissionId(0)), &[0]),
        job("judge", Work::Step(StepId(2)), &[1]),
        job("tune", Work::Submit(SubmissionId(1)), &[1, 2]),
    ];
    plan.workflows = vec![workflow(&plan, jobs)];
    plan
}

/// The same; the Azure ML jobs take longer than one CI job may wait, and a container judges.
pub(super) fn long() -> Plan {
    let mut plan = mixed();
    plan.name = "long".to_owned();
    plan.timeout_minutes = 700;
    plan.project.azure.login = Login::Oidc {
        client_id: vec![Piece::Literal("00000000-0000-0000-0000-000000000000".to_owned())],
    };
    let Place::Ci(place) = &mut plan.steps[2].place else { return plan };
    place.container = Some(IMAGE.to_owned());
    plan.steps[2].approval = Some("judges".to_owned());
    plan.workflows[0].id = "long".to_owned();
    plan
}

/// A gate before an Azure ML step, and an approved CI step signed in to Azure.
pub(super) fn gated() -> Plan {
    let mut plan = empty("gated");
    let mut publish = ci("publish", "az ml model list", vec![]);
    publish.approval = Some("production (eu)".to_owned());
    publish.place = Place::Ci(Box::new(CiPlace { azure: true, ..place() }));
    plan.steps = vec![ml("train", vec![]), publish];
    plan.submissions = vec![submission("train", &[0], vec![])];
    let gate = Work::Gate { step: StepId(0), environment: "production (eu)".to_owned() };
    let jobs = vec![
        job("approve_train", gate, &[]),
        job("train", Work::Submit(SubmissionId(0)), &[0]),
        job("publish", Work::Step(StepId(1)), &[1]),
    ];
    plan.triggers = vec![trigger(
        "review",
        TriggerKind::PullRequest(PullRequest {
            branches: vec!["main".to_owned()],
            paths: vec!["src/**".to_owned()],
            drafts: true,
        }),
        Home::GitHub,
    )];
    let mut workflow = workflow(&plan, jobs);
    workflow.concurrency = Concurrency::Cancel;
    plan.workflows = vec![workflow];
    plan
}

/// Schedules on Azure ML: one on, one off; a check that they skip.
pub(super) fn released() -> Plan {
    let mut plan = submit_only();
    plan.name = "released".to_owned();
    plan.steps.push(ci("unit_tests", "pytest tests", vec![]));
    plan.submissions[0].inputs.push(SubmissionInput {
        name: "git__sha".to_owned(),
        kind: ValueType::String,
        source: Reference::GitSha,
    });
    let schedule = |name: &str| Trigger {
        submission: Some(SubmissionId(0)),
        workflow: None,
        ..trigger(name, monthly(), Home::AzureMl)
    };
    plan.triggers = vec![schedule("monthly"), Trigger { enabled: false, ..schedule("frequent") }];
    plan.workflows[0].concurrency = Concurrency::Parallel;
    plan.workflows[0].id = "released".to_owned();
    plan.release = Some(Release {
        staging: Staging::None,
        id: "released-release".to_owned(),
        home: Home::GitHub,
        triggers: vec![TriggerId(0), TriggerId(1)],
        checks: vec![job("unit_tests", Work::Step(StepId(1)), &[])],
        inputs: vec!["envs/training.yaml".to_owned(), "src/".to_owned()],
    });
    plan
}

/// Two deployments at one endpoint.
pub(super) fn published() -> Plan {
    let mut plan = released();
    let call = |name: &str, deployment: &str, version: Option<&str>| {
        let http = Http {
            endpoint: "scores".to_owned(),
            deployment: deployment.to_owned(),
            version: version.map(str::to_owned),
            keep: u32::from(version.is_some()),
        };
        Trigger {
            submission: Some(SubmissionId(0)),
            workflow: None,
            ..trigger(name, TriggerKind::Http(http), Home::AzureMl)
        }
    };
    plan.triggers = vec![call("call", "scores", Some("2")), call("ring", "nightly", None)];
    plan
}

/// Every plan.
pub(super) fn all() -> Vec<Plan> {
    vec![ci_only(), submit_only(), mixed(), long(), gated(), released()]
}
