//! Each event's documented payload, and hostile ones, from Event Grid to the call that starts a run.

use serde_json::{Value, json};

use super::grid::{App, Play};
use super::{event, project, template};

fn registered(id: &str, version: &Value, tags: &Value) -> Value {
    let data = json!({ "ModelName": "diabetes", "ModelVersion": version, "ModelTags": tags, "ModelProperties": {} });
    event(id, "Microsoft.MachineLearningServices.ModelRegistered", "models/diabetes:7", &data)
}

fn blob(id: &str, path: &str) -> Value {
    let subject = format!("/blobServices/default/containers/raw/blobs/{path}");
    let data = json!({
        "api": "PutBlob", "clientRequestId": "a", "requestId": "b", "eTag": "0x8DE1A2B3C4D5E6F",
        "contentType": "text/csv", "contentLength": 18_231, "blobType": "BlockBlob",
        "url": format!("https://stdiabetes.blob.core.windows.net/raw/{path}"),
        "sequencer": "00000000000000000000000000012F34", "storageDiagnostics": { "batchId": "c" },
    });
    event(id, "Microsoft.Storage.BlobCreated", &subject, &data)
}

/// What the call's body carries as parameters.
fn brought(body: &Value) -> &Value {
    &body["client_payload"]["parameters"]
}

#[test]
fn a_registered_model_reaches_github_once() {
    let compiled = project();
    let app = App::of(&template(&compiled), "registered");
    let mut play = Play::new(&app);
    let tags = json!({ "stage": "candidate" });
    // One batch, a duplicate in it, and the same again later.
    let first = registered("one", &json!(7), &tags);
    let second = registered("two", &json!("8"), &tags);
    play.deliver(&[second.clone(), first.clone(), first.clone()]);
    play.finish();
    play.deliver(&[first, second]);
    play.finish();
    let bodies: Vec<&Value> = play.world.started.iter().map(|(_, call)| &call.body).collect();
    assert_eq!(bodies.len(), 2, "{:?}", play.ended);
    let versions: Vec<&Value> = bodies.iter().map(|body| &brought(body)["version"]).collect();
    assert!(versions.contains(&&json!("7")) && versions.contains(&&json!("8")), "{versions:?}");
    assert_eq!(bodies[0]["event_type"], "wired.registered");
    assert_eq!(
        brought(bodies[0])["model"],
        format!("azureml:diabetes:{}", versions[0].as_str().expect("text"))
    );
    assert_eq!(play.statuses().iter().filter(|it| **it == "Cancelled").count(), 3);
}

#[test]
fn events_that_are_not_meant_start_nothing() {
    let compiled = project();
    let app = App::of(&template(&compiled), "registered");
    let mut play = Play::new(&app);
    let other = json!({ "stage": "draft" });
    let mut longer = registered("b", &json!(1), &json!({ "stage": "candidate" }));
    longer["subject"] = json!("models/diabetes2:1");
    play.deliver(&[
        registered("a", &json!(1), &other),
        registered("c", &json!(1), &json!(null)),
        longer,
    ]);
    play.finish();
    assert_eq!((play.ended.len(), play.world.started.len()), (0, 0));
}

#[test]
fn the_handshake_starts_nothing() {
    let compiled = project();
    let template = template(&compiled);
    for trigger in ["registered", "burst", "file", "failed"] {
        let app = App::of(&template, trigger);
        let mut play = Play::new(&app);
        let kind = "Microsoft.EventGrid.SubscriptionValidationEvent";
        let data = json!({ "validationCode": "512d38b6", "validationUrl": "https://rp-eastus2.eventgrid.azure.net" });
        play.post(&[&event("v", kind, "", &data)]);
        play.finish();
        assert_eq!((play.statuses(), play.world.calls.len()), (vec!["Cancelled"], 0), "{trigger}");
    }
}

#[test]
fn a_blob_is_an_address_in_its_datastore() {
    let compiled = project();
    let app = App::of(&template(&compiled), "file");
    let mut play = Play::new(&app);
    let nested = blob("n", "files/deeper/b.csv");
    let half = {
        let mut half = blob("h", "files/half.csv");
        half["data"]["api"] = json!("CreateFile");
        half
    };
    play.deliver(&[
        blob("a", "files/a.csv"),
        nested,
        half,
        blob("o", "files/a.parquet"),
        blob("x", "other/a.csv"),
    ]);
    play.finish();
    let found: Vec<&Value> =
        play.world.started.iter().map(|(_, call)| &brought(&call.body)["file"]).collect();
    let wanted = json!("azureml://datastores/workspaceblobstore/paths/files/a.csv");
    assert_eq!(found, [&wanted], "{:#?}", play.ended);
}

#[test]
fn a_call_that_fails_can_be_made_again() {
    let compiled = project();
    let app = App::of(&template(&compiled), "registered");
    let mut play = Play::new(&app);
    let first = registered("one", &json!(7), &json!({ "stage": "candidate" }));
    play.world.trouble = vec![503; 20];
    play.deliver(std::slice::from_ref(&first));
    play.finish();
    assert_eq!((play.statuses(), play.world.started.len()), (vec!["Failed"], 0));
    assert!(play.world.blobs().iter().all(|it| !it.contains("seen/")), "{:?}", play.world.blobs());
    play.world.trouble.clear();
    play.deliver(&[first]);
    play.finish();
    assert_eq!((play.statuses(), play.world.started.len()), (vec!["Failed", "Succeeded"], 1));
}

#[test]
fn what_is_missing_is_a_failure_and_no_empty_value() {
    let compiled = project();
    let app = App::of(&template(&compiled), "failed");
    let mut play = Play::new(&app);
    let data = json!({ "experimentId": "e", "experimentName": "other", "runId": "job-1", "runType": null,
        "runTags": { "purpose": "nightly" }, "runProperties": {}, "runStatus": "failed" });
    let kind = "Microsoft.MachineLearningServices.RunStatusChanged";
    play.deliver(&[event("f", kind, "experiments/e/runs/job-1", &data)]);
    play.finish();
    assert_eq!((play.statuses(), play.world.started.len()), (vec!["Failed"], 0));
}

/// Texts that mean something to somebody on the way.
pub(super) const HOSTILE: [&str; 9] = [
    "it's \"quoted\"",
    "line\nbreak\r\n::error::x",
    "${{ secrets.TOKEN }}",
    "$(rm -rf ~)`id`",
    "@{triggerBody()}",
    "@parameters('x')",
    "[parameters('x')]",
    "ключ 鍵 \u{1F511} \u{202E}",
    "<script>&amp;\\u0000\\",
];

#[test]
fn hostile_payloads_arrive_as_data() {
    let compiled = project();
    let app = App::of(&template(&compiled), "failed");
    let long = "x".repeat(65_536);
    for text in HOSTILE.iter().copied().chain([long.as_str()]) {
        let mut play = Play::new(&app);
        let data = json!({ "experimentId": "e", "experimentName": "other", "runId": text, "runType": "x",
            "runTags": { "note": text }, "runProperties": {}, "runStatus": "failed" });
        let kind = "Microsoft.MachineLearningServices.RunStatusChanged";
        play.deliver(&[event(text, kind, "experiments/e/runs/x", &data)]);
        play.finish();
        if text.len() > 1000 {
            assert_eq!((play.statuses(), play.world.started.len()), (vec!["Failed"], 0));
            continue;
        }
        let (_, call) =
            play.world.started.first().unwrap_or_else(|| panic!("{text}: {:?}", play.ended));
        assert_eq!(brought(&call.body)["job"], text);
        assert_eq!(brought(&call.body)["note"], format!("note@{text}"));
    }
}

#[test]
fn nothing_tells_an_app_that_is_switched_off() {
    let compiled = project();
    let template = template(&compiled);
    assert!(App::of(&template, "registered").is_told());
    assert!(!App::of(&template, "idle").is_told());
}
