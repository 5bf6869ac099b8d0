//! Files for plans that hold everything this target writes.

mod fixture;
#[cfg(unix)]
mod macros;
#[cfg(unix)]
mod scripts;

use fixture::{Builder, ci, literal, node, plan};

use crate::plan::*;

fn output(step: StepId, output: u32) -> Source {
    Source::Reference(Reference::Output(step, output))
}

fn text(text: &str) -> Scalar {
    Scalar::Text(text.to_owned())
}

fn cron(hour: &str, words: &str) -> TriggerKind {
    let star = || "*".to_owned();
    let line = Cron {
        minute: "0".to_owned(),
        hour: hour.to_owned(),
        day: star(),
        month: star(),
        weekday: "1-5".to_owned(),
    };
    TriggerKind::Schedule(Box::new(Timing {
        words: words.to_owned(),
        zone: "Asia/Tokyo".to_owned(),
        local: vec![line.clone()],
        utc: Some(vec![line]),
        azure_ml: None,
    }))
}

/// CI steps alone, for pull requests: no Azure, no secrets.
fn checks() -> Builder {
    let mut plan = plan("checks");
    plan.trigger("review", TriggerKind::PullRequest(PullRequest::default()));
    let lint =
        ci("lint", "ruff check .\n").place(|place| place.python = Some(sample::literal("3.12")));
    let (_, lint) = plan.job(lint, &[]);
    let tests =
        ci("unit_tests", "pytest tests/unit --junitxml=reports/unit.xml\n").place(|place| {
            place.container = Some("mcr.microsoft.com/mlops/python:latest".to_owned());
            place.artifacts = vec![
                ("reports".to_owned(), sample::literal("reports")),
                ("logs".to_owned(), sample::literal("logs/**/*.log")),
            ];
        });
    plan.job(tests.with(|step| step.timeout_seconds = Some(600)), &[lint]);
    plan.workflow().concurrency = Concurrency::Cancel;
    plan.workflow().trusted = false;
    plan.plan.project.variable_groups.clear();
    plan
}

/// CI to Azure ML to CI to Azure ML, with values and files over every border.
fn training() -> Builder {
    let mut plan = plan("training");
    let rate = plan.parameter("rate", ValueType::Number, Some(Scalar::Number("0.5".to_owned())));
    let depth = plan.parameter("depth", ValueType::Integer, Some(Scalar::Integer(6)));
    plan.plan.parameters[1].min = Some(Scalar::Integer(1));
    plan.plan.parameters[1].max = Some(Scalar::Integer(32));
    let raw = plan.parameter("raw_data", ValueType::UriFolder, Some(text("azureml:raw:1")));
    let size = plan.parameter("size", ValueType::String, Some(text("small")));
    plan.plan.parameters[3].choices = vec![text("small"), text("very large")];
    let deep = plan.parameter("deep", ValueType::Boolean, Some(Scalar::Boolean(false)));
    plan.parameter("unused", ValueType::String, Some(text("")));
    plan.trigger(
        "commit",
        TriggerKind::Push(Push {
            branches: vec!["main".to_owned(), "releases/*".to_owned(), "!main-old".to_owned()],
            tags: vec!["v*".to_owned()],
            paths: vec!["src/**".to_owned()],
        }),
    );
    plan.trigger("nightly", cron("17", "every weekday at 02:00 Asia/Tokyo"));
    let off = plan.trigger("never", cron("3", "every weekday at 03:00"));
    plan.plan.triggers[off.0 as usize].enabled = false;
    let prepare =
        ci("prepare", "python prepare.py --size \"$SIZE\" --out \"$CLEAN\" > \"$ROWS\"\n")
            .reads("SIZE", ValueType::String, Source::Reference(Reference::Parameter(size)))
            .reads("DEEP", ValueType::Boolean, Source::Reference(Reference::Parameter(deep)))
            .reads("CONFIG", ValueType::UriFile, Source::Literal(text("config/prepare.json")))
            .output("clean", ValueType::UriFolder)
            .output("rows", ValueType::Integer)
            .output("report", ValueType::UriFile)
            .variable("CLEAN", Variable::Output(0))
            .variable("ROWS", Variable::Output(1))
            .variable("REPORT", Variable::Output(2));
    let (prepare, prepare_job) = plan.job(prepare, &[]);
    let train = node("train").output("model", ValueType::CustomModel);
    let train = train.output("metrics", ValueType::UriFile);
    let (train, train_job) = plan.submission(
        train,
        vec![
            ("rate", ValueType::Number, Reference::Parameter(rate)),
            ("depth", ValueType::Integer, Reference::Parameter(depth)),
            ("raw_data", ValueType::UriFolder, Reference::Parameter(raw)),
            ("size", ValueType::String, Reference::Parameter(size)),
            ("prepare__clean", ValueType::UriFolder, Reference::Output(prepare, 0)),
            ("prepare__report", ValueType::UriFile, Reference::Output(prepare, 2)),
            ("prepare__rows", ValueType::Integer, Reference::Output(prepare, 1)),
            ("git__branch", ValueType::String, Reference::GitBranch),
        ],
        &[prepare_job],
    );
    let evaluate = ci("evaluate", "python evaluate.py \"$MODEL\" > \"$ACCURACY\"\n")
        .reads("MODEL", ValueType::CustomModel, output(train, 0))
        .reads("METRICS", ValueType::UriFile, output(train, 1))
        .reads("ROWS", ValueType::Integer, output(prepare, 1))
        .output("accuracy", ValueType::Number)
        .variable("ACCURACY", Variable::Output(0))
        .variable("INPUT_TAG", Variable::Reference(Reference::GitTag))
        .place(|place| place.azure = true);
    let (evaluate, evaluate_job) = plan.job(evaluate, &[prepare_job, train_job]);
    plan.submission(
        node("score"),
        vec![
            ("train__model", ValueType::CustomModel, Reference::Output(train, 0)),
            ("evaluate__accuracy", ValueType::Number, Reference::Output(evaluate, 0)),
        ],
        &[train_job, evaluate_job],
    );
    let tell = ci("tell", "./tell.sh \"$TOKEN\"\n")
        .variable("TOKEN", Variable::Reference(Reference::Secret("CHAT_TOKEN".to_owned())))
        .with(|step| step.when = When::Failure);
    plan.job(tell, &[evaluate_job]);
    let clean_up =
        ci("clean_up", "./clean-up.sh\n").with(|step| step.when = When::Always).place(|place| {
            place.runner.azure_pipelines =
                Pool::Named { name: "gpu-pool".to_owned(), demands: vec!["cuda".to_owned()] };
        });
    plan.job(clean_up, &[evaluate_job]);
    plan
}

/// Gates, environments, deployments whose outputs are read, names that the service reserves.
fn deployment() -> Builder {
    let mut plan = plan("deployment");
    let version = plan.parameter("model_version", ValueType::String, None);
    let stage = plan.parameter("stage", ValueType::String, None);
    plan.plan.parameters[1].choices = vec![text("dev"), text("prod")];
    plan.trigger("review", TriggerKind::PullRequest(PullRequest::default()));
    let build = ci("build", "./build.sh \"$VERSION\"\n")
        .reads("VERSION", ValueType::String, Source::Reference(Reference::Parameter(version)))
        .reads("STAGE", ValueType::String, Source::Reference(Reference::Parameter(stage)));
    let (_, build_job) = plan.job(build, &[]);
    let deploy = ci("deploy", "./deploy.sh > \"$URI\"\n")
        .output("uri", ValueType::String)
        .variable("URI", Variable::Output(0))
        .with(|step| step.approval = Some("production".to_owned()))
        .place(|place| {
            place.azure = true;
            place.environment = Some("production".to_owned());
        });
    let (deploy, deploy_job) = plan.job(deploy, &[build_job]);
    let smoke =
        ci("smoke", "curl --fail \"$URI\"\n").reads("URI", ValueType::String, output(deploy, 0));
    let smoke = smoke.with(|step| {
        step.when = When::Always;
        step.env = vec![("NOTE".to_owned(), literal("${{ not ours }}"))];
    });
    plan.job(smoke, &[deploy_job]);
    let train = plan.step(node("train"));
    let gate = plan.gate(train, "training", &[]);
    plan.submission(node("train"), Vec::new(), &[gate]);
    plan.plan.timeout_minutes = 2880;
    plan.workflow().concurrency = Concurrency::Parallel;
    plan
}

/// Schedules on Azure ML, one of them off, after a check.
fn release() -> Builder {
    let mut plan = plan("scoring");
    let nightly = plan.trigger("nightly", cron("3", "every weekday at 03:00"));
    let hourly = plan.trigger("hourly", cron("*", "every hour"));
    for trigger in &mut plan.plan.triggers {
        trigger.homes = vec![Home::AzureMl];
    }
    plan.plan.triggers[hourly.0 as usize].enabled = false;
    plan.job(ci("unit_tests", "pytest\n"), &[]);
    let inputs = vec![("git__sha", ValueType::String, Reference::GitSha)];
    plan.submission(node("score"), inputs, &[]);
    plan.plan.triggers[nightly.0 as usize].submission = Some(SubmissionId(0));
    plan.plan.release = Some(Release {
        staging: Staging::None,
        id: "scoring-release".to_owned(),
        home: Home::AzurePipelines,
        triggers: vec![nightly, hourly],
        checks: plan.plan.workflows[0].jobs[..1].to_vec(),
        inputs: vec!["envs/training.yaml".to_owned(), "src/score".to_owned()],
    });
    plan
}

fn written(plan: &Builder) -> String {
    let files = super::write(&plan.plan);
    let texts: Vec<&str> = files.iter().map(|file| file.text.as_str()).collect();
    texts.join("\n")
}

#[test]
fn checks_run_for_pull_requests() {
    insta::assert_snapshot!(written(&checks()));
}

#[test]
fn values_and_files_cross_every_border() {
    insta::assert_snapshot!(written(&training()));
}

#[test]
fn people_stand_before_deployments_and_azure_ml() {
    insta::assert_snapshot!(written(&deployment()));
}

#[test]
fn a_release_applies_the_schedules() {
    insta::assert_snapshot!(written(&release()));
}
