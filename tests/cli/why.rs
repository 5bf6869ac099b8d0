//! `why`: what fires, and why the rest does not.

use super::Sandbox;

const SPEC: &str = "mlopsc: 1
name: nightly
steps:
  test: { runner: ubuntu-24.04, run: pytest }
  lint: { runner: ubuntu-24.04, run: ruff check . }
triggers:
  commit: { push: { branches: [main], paths: [\"src/**\", \"!src/docs/**\"] } }
  review: { pull_request: {}, goals: [lint] }
  tagged: { push: { tags: [\"v*\"] } }
  off: { push: {}, goals: [test], enabled: false }
  night: { schedule: { every: day, at: \"02:00\", time_zone: Asia/Tokyo } }
  hourly: { schedule: { cron: \"30 * * * *\" }, goals: [lint] }
";

/// What Event Grid delivers when a version of a model is registered.
const REGISTERED: &str = r#"[{
  "topic": "/subscriptions/1/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/mlw",
  "subject": "models/diabetes:7",
  "eventType": "Microsoft.MachineLearningServices.ModelRegistered",
  "eventTime": "2026-11-20T08:15:30.1234567Z",
  "id": "0b8f7c1e-0000-4000-8000-000000000001",
  "data": { "ModelName": "diabetes", "ModelVersion": 7, "ModelTags": { "stage": "candidate" }, "ModelProperties": {} },
  "dataVersion": "",
  "metadataVersion": "1"
}]"#;

fn project() -> Sandbox {
    Sandbox::new(&[("mlopsc.yaml", "mlopsc: 1\n"), ("nightly.mlops.yaml", SPEC)])
}

/// The answer to a question, without the line of the spec.
fn why(arguments: &[&str]) -> String {
    let words: Vec<&str> = ["why"].iter().chain(arguments).copied().collect();
    let run = project().run(&words).code(0);
    run.out.replace("nightly  nightly.mlops.yaml\n", "")
}

#[test]
fn a_push_fires_what_its_filters_let_through() {
    assert_eq!(
        why(&["--push", "src/train.py", "README.md"]),
        "  commit  fires on github: test, lint
  review  does not fire: it waits for a pull request
  tagged  does not fire: it waits for tags alone
  off     does not fire: `enabled: false`
  night   does not fire: it waits for the clock
  hourly  does not fire: it waits for the clock
"
    );
    let elsewhere = why(&["--push", "src/docs/a.md"]);
    let line = "commit  does not fire: the changed file is not among src/**, !src/docs/**\n";
    assert!(elsewhere.contains(line), "{elsewhere}");
    let branch = why(&["--push", "./src/a.py", "--branch", "dev"]);
    assert!(
        branch.contains("commit  does not fire: the branch `dev` is not among main\n"),
        "{branch}"
    );
    let tag = why(&["--tag", "v1.2"]);
    assert!(tag.contains("tagged  fires on github: test, lint\n"), "{tag}");
    let request = why(&["--pull-request", "a"]);
    assert!(request.contains("review  fires on github: lint\n"), "{request}");
}

#[test]
fn a_time_fires_schedules_in_their_zone() {
    let night = why(&["--at", "2026-12-01T02:00+09:00"]);
    assert!(night.contains("night   fires on github: test, lint\n"), "{night}");
    let line = "hourly  does not fire: cron 30 * * * * (UTC); next at Mon 2026-11-30 17:30 UTC\n";
    assert!(night.contains(line), "{night}");
    assert!(night.contains("commit  does not fire: it waits for a push\n"), "{night}");
}

#[test]
fn the_calendar_lists_all_schedules_in_order() {
    assert_eq!(
        why(&["--next", "3", "--from", "2026-11-30T16:00"]),
        "2026-11-30 16:30 UTC  nightly hourly  github
2026-11-30 17:00 UTC  nightly night   github  (Tue 2026-12-01 02:00 Asia/Tokyo)
2026-11-30 17:30 UTC  nightly hourly  github
"
    );
    let json = why(&["--next", "1", "--from", "2026-11-30T16:45", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(value[0]["trigger"], "night");
    assert_eq!(value[0]["local"], "Tue 2026-12-01 02:00");
}

#[test]
fn what_is_no_time_or_stands_alone_is_refused() {
    let project = project();
    let bad = project.run(&["why", "--at", "soon"]).code(2);
    assert!(bad.err.contains("`soon` is no time"), "{}", bad.err);
    let alone = project.run(&["why", "--branch", "main"]).code(2);
    assert!(alone.err.contains("`--branch` goes with"), "{}", alone.err);
    let branch = project.run(&["why", "--event", "e.json", "--branch", "main"]).code(2);
    assert!(branch.err.contains("cannot be used with"), "{}", branch.err);
}

#[test]
fn what_is_no_delivery_is_refused() {
    let project = project();
    let missing = project.run(&["why", "--event", "e.json"]).code(2);
    assert_eq!(missing.err, "mlopsc: cannot read e.json: no such file or folder\n");
    for (text, reason) in [
        ("{", "it is no JSON, as is seen in line 1, column 1"),
        ("[]", "the array is empty, and an event is wanted"),
        ("[{}]", "it has no `topic`, which every event has"),
    ] {
        project.write("e.json", text);
        let bad = project.run(&["why", "--event", "e.json"]).code(2);
        assert_eq!((bad.out.as_str(), bad.err), ("", format!("mlopsc: e.json: {reason}\n")));
    }
}

#[test]
fn an_event_in_azure_fires_no_trigger_of_another_kind() {
    let project = project();
    project.write("e.json", REGISTERED);
    let run = project.run(&["why", "--event", "e.json"]).code(0);
    let line = "  commit  does not fire: it waits for a push\n";
    assert!(run.out.contains(line), "{}", run.out);
    assert!(!run.out.contains(" fires on "), "{}", run.out);
}

#[test]
fn a_push_releases_what_lives_in_azure() {
    let spec = "mlopsc: 1
name: scoring
steps:
  score:
    compute: serverless
    environment: azureml:sklearn:4
    code: src
    run: python score.py
triggers:
  night: { schedule: { every: day, at: \"02:00\" } }
";
    let files = [
        ("mlopsc.yaml", "mlopsc: 1\ngithub: { repository: contoso/x }\n"),
        ("scoring.mlops.yaml", spec),
        ("src/score.py", ""),
    ];
    let said = |arguments: &[&str]| Sandbox::new(&files).run(arguments).code(0).out;
    for (path, fires) in [
        ("src/score.py", true),
        (".azureml/scoring/schedule-night.json", true),
        (".github/workflows/scoring-release.yml", true),
        ("README.md", false),
    ] {
        let out = said(&["why", "--push", path]);
        assert_eq!(
            out.contains("  release  fires on github: applies night\n"),
            fires,
            "{path}: {out}"
        );
    }
    let out = said(&["why", "--push", "src/score.py", "--branch", "dev"]);
    assert!(out.contains("  release  does not fire: only `main` is released\n"), "{out}");
}

#[test]
fn what_fires_in_some_stages_alone_is_said_of_these() {
    let spec = "mlopsc: 1
name: scoring
steps:
  score: { compute: serverless, environment: \"azureml:sklearn:4\", run: echo hello }
triggers:
  night: { schedule: { every: day, at: \"02:00\" }, enabled: false }
  noon: { schedule: { every: day, at: \"12:00\" } }
  evening: { schedule: { every: day, at: \"20:00\" }, stage: test }
  commit: { push: {}, stage: prod }
  never: { schedule: { every: day, at: \"02:00\" }, enabled: false }
stages:
  prod: { triggers: { night: { enabled: true }, commit: { enabled: false } } }
";
    let project = "mlopsc: 1\nstages: { dev: {}, test: {}, prod: {} }\n";
    let sandbox = Sandbox::new(&[("mlopsc.yaml", project), ("scoring.mlops.yaml", spec)]);
    let at = sandbox.run(&["why", "--at", "2026-12-01T02:00"]).code(0).out;
    assert!(at.contains("  night    fires on azureml in prod: score\n"), "{at}");
    assert!(at.contains("  never    does not fire: `enabled: false`\n"), "{at}");
    let next = sandbox.run(&["why", "--from", "2026-12-01T00:00", "--next", "3"]).code(0).out;
    assert!(next.contains("scoring night    azureml in prod\n"), "{next}");
    assert!(next.contains("scoring noon     azureml in dev, test, prod\n"), "{next}");
    assert!(next.contains("scoring evening  azureml in test\n"), "{next}");
    assert!(!next.contains("never"), "{next}");
    let push = sandbox.run(&["why", "--push", "a"]).code(0).out;
    assert!(push.contains("  commit   does not fire: `enabled: false`\n"), "{push}");
    let graph = sandbox.run(&["graph"]).code(0).out;
    assert!(graph.contains("every day at 02:00 (UTC) (in prod) → all steps\n"), "{graph}");
    assert!(graph.contains("every day at 02:00 (UTC) (disabled) → all steps\n"), "{graph}");
}
