//! Events that were played, and what is said of each.

use serde_json::json;

use super::*;
use crate::plan::{
    Datastore, EventField, Home, Jobs, Passthrough, Trigger, TriggerKind, ValueType, sample,
};

/// A plan with one trigger of an event, which binds fields to parameters of their names.
fn plan(event: Event, fields: &[&str]) -> Plan {
    let mut project = sample::project(Home::GitHub, &[Home::GitHub, Home::Events]);
    let place = ("store".to_owned(), "stacc".to_owned(), "raw".to_owned());
    let (name, account, container) = place;
    project.datastores = vec![Datastore { name, account, container }];
    let mut plan = sample::plan("wired", project);
    let fields: Vec<EventField> = fields.iter().map(|it| event.field(it).unwrap()).collect();
    let parameters = fields.iter().map(|it| sample::parameter(&it.name, it.kind, None));
    plan.parameters = parameters.collect();
    let ids = (0..).map(ParameterId);
    let text = |field| vec![EventPiece::Field(field)];
    plan.triggers = vec![Trigger {
        name: "arrived".to_owned(),
        kind: TriggerKind::Event(Box::new(event)),
        enabled: true,
        slice: Vec::new(),
        with: Vec::new(),
        from_event: ids.zip(fields.into_iter().map(text)).collect(),
        stage: None,
        homes: vec![Home::GitHub],
        workflow: None,
        passthrough: Passthrough::default(),
        submission: None,
    }];
    plan
}

const WORKSPACE: &str = "Microsoft.MachineLearningServices/workspaces/mlw-diabetes";

fn event(source: &str, kind: &str, subject: &str, data: &Value) -> Value {
    json!([{
        "topic": format!("/subscriptions/1/resourceGroups/rg/providers/{source}"),
        "subject": subject, "eventType": format!("Microsoft.{kind}"), "data": data,
        "eventTime": "2026-11-20T08:15:30.1234567Z", "id": "one",
    }])
}

fn said(plan: &Plan, event: &Value) -> Result<Vec<Value>, String> {
    let delivered = Delivered::read(&event.to_string())?.remove(0);
    let arrival = arrival(plan, TriggerId(0), &delivered);
    match arrival.verdict {
        Verdict::Fires => Ok(arrival.values.into_iter().map(|(_, value)| value).collect()),
        Verdict::Not(reason) => Err(reason),
    }
}

fn registered(model: &str, data: &Value) -> Value {
    let subject = format!("models/{model}:7");
    event(WORKSPACE, "MachineLearningServices.ModelRegistered", &subject, data)
}

#[test]
fn a_model_counts_by_its_name_and_tags() {
    let tags = vec![("stage".to_owned(), "candidate".to_owned())];
    let waits = Event::ModelRegistered { model: "diabetes".to_owned(), tags };
    let plan = plan(waits, &["version", "tags.stage", "id"]);
    let data = |model: &str, tags: Value| json!({ "ModelName": model, "ModelVersion": 7, "ModelTags": tags });
    let say = |name: &str, data: &Value| said(&plan, &registered(name, data));
    let right = data("diabetes", json!({ "stage": "candidate", "more": "x" }));
    assert_eq!(say("diabetes", &right), Ok(vec![json!("7"), json!("candidate"), json!("one")]));
    for (name, data, reason) in [
        ("diabetes2", data("diabetes2", json!({})), "the model is `diabetes2`, not `diabetes`"),
        ("Diabetes", data("Diabetes", json!({})), "the model is `Diabetes`, not `diabetes`"),
        (
            "diabetes",
            data("diabetes", json!(null)),
            "it has no tag `stage`, which must be `candidate`",
        ),
        (
            "diabetes",
            data("diabetes", json!({ "stage": "a\nb" })),
            "the tag `stage` is `a?b`, not `candidate`",
        ),
        (
            "diabetes2",
            right.clone(),
            "its subject is `models/diabetes2:7`, which does not start with `models/diabetes:`",
        ),
        ("diabetes", json!({}), "it names no model: `data.ModelName`"),
    ] {
        assert_eq!(say(name, &data), Err(reason.to_owned()));
    }
    let other = WORKSPACE.replace("diabetes", "prod");
    let elsewhere =
        event(&other, "MachineLearningServices.ModelRegistered", "models/diabetes:7", &right);
    let reason = "it comes from `mlw-prod`, not from the workspace `mlw-diabetes`";
    assert_eq!(said(&plan, &elsewhere), Err(reason.to_owned()));
}

fn watched(pattern: (&str, &str, &str, bool), changes: Vec<Change>) -> Plan {
    let (folder, prefix, suffix, is_deep) = pattern;
    let data = DataChanged {
        datastore: "store".to_owned(),
        folder: folder.to_owned(),
        prefix: prefix.to_owned(),
        suffix: suffix.to_owned(),
        is_deep,
        changes,
        debounce_seconds: None,
    };
    plan(Event::DataChanged(data), &["file"])
}

fn blob(kind: &str, api: &str, path: &str) -> Value {
    let subject = format!("/blobServices/default/containers/{path}");
    let account = "Microsoft.Storage/storageAccounts/stacc";
    event(account, &format!("Storage.{kind}"), &subject, &json!({ "api": api }))
}

#[test]
fn a_blob_counts_by_its_folder_name_and_call() {
    let csv = watched(("in/", "a", ".csv", false), vec![Change::Created]);
    let say = |api: &str, path: &str| said(&csv, &blob("BlobCreated", api, path));
    let address = "azureml://datastores/store/paths/in/a1.csv";
    assert_eq!(say("PutBlob", "raw/blobs/in/a1.csv"), Ok(vec![json!(address)]));
    assert_eq!(say("putblob", "raw/blobs/in/a1.csv"), Ok(vec![json!(address)]));
    for (api, path, reason) in [
        ("PutBlob", "other/blobs/in/a1.csv", "is not in the container `raw`"),
        ("PutBlob", "raw/blobs/IN/a1.csv", "`IN/a1.csv` is not in the folder `in/`"),
        (
            "PutBlob",
            "raw/blobs/in/b/a1.csv",
            "`in/b/a1.csv` is in a folder below, and `in/a*.csv` is watched",
        ),
        ("PutBlob", "raw/blobs/in/b1.csv", "`in/b1.csv` is not called like `in/a*.csv`"),
        ("PutBlob", "raw/blobs/in/a1.CSV", "`in/a1.CSV` is not called like `in/a*.csv`"),
        ("CreateFile", "raw/blobs/in/a1.csv", "the file is empty yet"),
        ("SetBlobTier", "raw/blobs/in/a1.csv", "the call `SetBlobTier` does not count: PutBlob,"),
    ] {
        let found = say(api, path).expect_err(reason);
        assert!(found.contains(reason), "{found}");
    }
    let deleted = said(&csv, &blob("BlobDeleted", "DeleteBlob", "raw/blobs/in/a1.csv"));
    assert_eq!(deleted, Err("blobs that are deleted do not count: created".to_owned()));
    let both = watched(("", "", "", true), vec![Change::Deleted, Change::Renamed]);
    let renamed = said(&both, &blob("BlobRenamed", "RenameFile", "raw/blobs/x/y"));
    assert_eq!(renamed, Ok(vec![json!("azureml://datastores/store/paths/x/y")]));
}

#[test]
fn jobs_count_by_experiment_status_and_tags() {
    let jobs = Jobs { experiment: "nightly".to_owned(), tags: Vec::new() };
    let plan = plan(Event::JobFailed(jobs), &["job"]);
    let say = |data: Value| {
        let kind = "MachineLearningServices.RunStatusChanged";
        said(&plan, &event(WORKSPACE, kind, "experiments/a/runs/b", &data))
    };
    let data = |status: &str, run: &Value| json!({ "experimentName": "nightly", "runStatus": status, "runId": run });
    assert_eq!(say(data("Failed", &json!("b"))), Ok(vec![json!("b")]));
    let reason = "the job is `canceled`, and `failed` counts alone";
    assert_eq!(say(data("canceled", &json!("b"))), Err(reason.to_owned()));
    let missing = "`event.job` is bound, and the event does not have it (`data.runId`): the run in Azure fails";
    assert_eq!(say(data("failed", &json!(null))), Err(missing.to_owned()));
    assert!(say(data("failed", &json!("x".repeat(9000)))).is_err());
}

#[test]
fn numbers_stay_numbers_where_they_are_wanted() {
    let plan = plan(Event::DriftDetected { monitor: "m".to_owned() }, &["coefficient"]);
    let data = json!({ "DataDriftName": "m", "DriftCoefficient": 0.71 });
    let kind = "MachineLearningServices.DatasetDriftDetected";
    assert_eq!(said(&plan, &event(WORKSPACE, kind, "datadrift/a", &data)), Ok(vec![json!(0.71)]));
}

#[test]
fn what_is_switched_off_starts_nothing() {
    let mut plan = plan(Event::ModelDeployed { endpoint: "e".to_owned() }, &[]);
    let data = json!({ "ServiceName": "e" });
    let deployed = event(WORKSPACE, "MachineLearningServices.ModelDeployed", "endpoints/e", &data);
    assert_eq!(said(&plan, &deployed), Ok(Vec::new()));
    plan.triggers[0].enabled = false;
    assert_eq!(said(&plan, &deployed), Err("`enabled: false`".to_owned()));
}

#[test]
fn both_schemas_are_read() {
    let model = "diabetes".to_owned();
    let plan = plan(Event::ModelRegistered { model, tags: Vec::new() }, &["time"]);
    let cloud = json!({
        "specversion": "1.0", "type": "Microsoft.MachineLearningServices.ModelRegistered",
        "source": format!("/subscriptions/1/resourceGroups/rg/providers/{WORKSPACE}"),
        "id": "one", "time": "2026-11-20T08:15:30Z", "subject": "models/diabetes:7",
        "data": { "ModelName": "diabetes" },
    });
    assert_eq!(said(&plan, &cloud), Ok(vec![json!("2026-11-20T08:15:30Z")]));
}

#[test]
fn what_is_no_delivery_is_refused_with_one_reason() {
    let right = registered("diabetes", &json!({}));
    let without = |key: &str| {
        let mut event = right.clone();
        event[0].as_object_mut().unwrap().remove(key);
        event.to_string()
    };
    let of =
        |kind: &str| right.to_string().replace("MachineLearningServices.ModelRegistered", kind);
    for (text, reason) in [
        ("{", "it is no JSON, as is seen in line 1, column 1"),
        ("[]", "the array is empty, and an event is wanted"),
        ("[3]", "an event is a JSON object, alone or in an array"),
        (&without("topic"), "it has no `topic`, which every event has"),
        (&without("data"), "it has no object `data`, which every event has"),
        (&without("id").replace("}]", "},{}]"), "event 1: it has no `id`, which every event has"),
        (
            &of("EventGrid.SubscriptionValidationEvent"),
            "it is the handshake of a subscription, which starts nothing",
        ),
        (
            &of("Resources.X"),
            "no trigger waits for events of the type `Microsoft.Resources.X`; there are",
        ),
    ] {
        let found = Delivered::read(text).expect_err(reason);
        assert!(found.starts_with(reason), "{found}");
    }
}

#[test]
fn what_a_parameter_does_not_take_is_said() {
    let mut parameter = sample::parameter("version", ValueType::String, None);
    parameter.pattern = Some("^([0-9]+)$".to_owned());
    assert_eq!(refused_value(&parameter, &json!("7")), None);
    let reason = "`version` must match ^([0-9]+)$";
    assert_eq!(refused_value(&parameter, &json!("7\n")).as_deref(), Some(reason));
    parameter.choices = vec![Scalar::Integer(7), Scalar::Integer(8)];
    let reason = "`version` must be one of 7, 8";
    assert_eq!(refused_value(&parameter, &json!("9")).as_deref(), Some(reason));
}
