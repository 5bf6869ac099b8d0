//! Events in Azure: what they start, and how that is drawn.

use serde_json::Value;

use super::Sandbox;

const PROJECT: &str = "mlopsc: 1
azure: { resource_group: rg, workspace: mlw }
datastores: { lake: { account: stlake, container: raw } }
events: { key_vault: kv-x, storage: stlake }
github: { repository: contoso/x }
";

const TRAINING: &str = "mlopsc: 1
name: training
parameters:
  raw: { type: uri_file, default: azureml://datastores/lake/paths/a.csv }
steps:
  train:
    compute: serverless
    environment: azureml:sklearn:4
    run: echo ${{ parameters.raw }} ${{ outputs.model }}
    outputs: { model: mlflow_model }
  note:
    register:
      model: diabetes
      from: ${{ steps.train.outputs.model }}
      tags: { kind: fresh }
triggers:
  arrived:
    data_changed: { datastore: lake, path: \"in/*.csv\" }
    with: { raw: \"${{ event.file }}\" }
  burst:
    data_changed: { datastore: lake, path: burst/, debounce: 5 minutes }
  commit: { push: {} }
";

const DEPLOY: &str = "mlopsc: 1
name: deploy
parameters:
  version: { type: string, pattern: \"[0-9]\", default: \"1\" }
steps:
  deploy:
    runner: ubuntu-24.04
    run: echo ${{ parameters.version }}
triggers:
  registered:
    model_registered: { model: diabetes, tags: { kind: fresh } }
    with: { version: \"${{ event.version }}\" }
  off: { model_registered: diabetes, enabled: false }
";

/// One pipeline that registers a model, and one that waits for it.
fn project() -> Sandbox {
    Sandbox::new(&[
        ("mlopsc.yaml", PROJECT),
        ("training.mlops.yaml", TRAINING),
        ("deploy.mlops.yaml", DEPLOY),
    ])
}

fn event(source: &str, kind: &str, subject: &str, data: &Value) -> Value {
    serde_json::json!({
        "topic": format!("/subscriptions/1/resourceGroups/rg/providers/Microsoft.{source}"),
        "subject": subject, "eventType": format!("Microsoft.{kind}"), "data": data, "id": "one",
        "eventTime": "2026-11-20T08:15:30.1234567Z", "dataVersion": "", "metadataVersion": "1",
    })
}

fn registered(version: &Value, kind: &str) -> Value {
    let data = serde_json::json!({
        "ModelName": "diabetes", "ModelVersion": version, "ModelTags": { "kind": kind },
        "ModelProperties": {},
    });
    let source = "MachineLearningServices/workspaces/mlw";
    event(source, "MachineLearningServices.ModelRegistered", "models/diabetes:7", &data)
}

fn blob(path: &str) -> Value {
    let subject = format!("/blobServices/default/containers/raw/blobs/{path}");
    let data = serde_json::json!({ "api": "PutBlob" });
    event("Storage/storageAccounts/stlake", "Storage.BlobCreated", &subject, &data)
}

fn why(events: &[Value]) -> String {
    let project = project();
    project.write("e.json", &Value::from(events).to_string());
    project.run(&["why", "--event", "e.json"]).code(0).out
}

#[test]
fn an_event_fires_what_waits_for_it_with_its_values() {
    assert_eq!(
        why(&[registered(&7.into(), "fresh")]),
        "Microsoft.MachineLearningServices.ModelRegistered models/diabetes:7
deploy  deploy.mlops.yaml
  registered  fires on github: deploy
              la-deploy-registered → .github/workflows/deploy.yml (dispatch deploy.registered)
              version = \"7\"
  off         does not fire: `enabled: false`
training  training.mlops.yaml
  arrived  does not fire: it waits for `data_changed`
  burst    does not fire: it waits for `data_changed`
  commit   does not fire: it waits for a push
"
    );
    let stale = why(&[registered(&"x\n7".into(), "stale")]);
    assert!(stale.contains("does not fire: the tag `kind` is `stale`, not `fresh`\n"), "{stale}");
    let hostile = why(&[registered(&"x\u{1b}[2J\n7".into(), "fresh")]);
    let lines = ["version = \"x\\u001b[2J\\n7\"\n", "refuses the value: `version` must match"];
    assert!(lines.iter().all(|line| hostile.contains(line)), "{hostile:?}");
}

#[test]
fn each_event_of_a_batch_has_its_answer() {
    let both = why(&[blob("in/a.csv"), blob("burst/a/b")]);
    let (first, second) = both.split_once("\n\n").expect("two answers");
    let value = "           raw = \"azureml://datastores/lake/paths/in/a.csv\"\n";
    assert!(first.contains(value) && first.contains("arrived  fires on github: train, note\n"));
    assert!(second.contains("arrived  does not fire: `burst/a/b` is not in the folder `in/`\n"));
    assert!(second.contains("note: one run for all such events: 300 s after the last"), "{second}");
    let project = project();
    let events = Value::from(vec![blob("in/a.csv"), registered(&7.into(), "fresh")]);
    project.write("e.json", &events.to_string());
    let run = project.run(&["why", "--event", "e.json", "--format", "json"]).code(0);
    let answers: Vec<Value> = serde_json::from_str(&run.out).expect("JSON");
    let fired: Vec<&Value> = answers.iter().filter(|it| it["fires"] == true).collect();
    assert_eq!((answers.len(), fired.len()), (10, 2));
    assert_eq!(fired[1]["values"], serde_json::json!({ "version": "7" }));
    assert_eq!(fired[1]["by"], serde_json::json!(["la-deploy-registered"]));
    assert_eq!(fired[1]["event"], "one");
}

#[test]
fn only_the_stage_whose_workspace_tells_of_it_is_started() {
    let stages = "stages:\n  dev: { azure: { workspace: mlw-dev } }\n  prod: { azure: { workspace: mlw-prod } }\n";
    let project = format!("{PROJECT}{stages}");
    let sandbox = Sandbox::new(&[("mlopsc.yaml", &project), ("deploy.mlops.yaml", DEPLOY)]);
    let said = |workspace: &str| {
        let event = registered(&7.into(), "fresh").to_string();
        sandbox
            .write("e.json", &event.replace("workspaces/mlw", &format!("workspaces/{workspace}")));
        sandbox.run(&["why", "--event", "e.json"]).code(0).out
    };
    let dev = said("mlw-dev");
    assert!(dev.contains("registered  fires on github in dev: deploy\n"), "{dev}");
    let prod = said("mlw-prod");
    let line =
        "registered  does not fire: it comes from `mlw-prod`, not from the workspace `mlw-dev`\n";
    assert!(prod.contains(line), "{prod}");
}

#[test]
fn pipelines_that_start_each_other_are_drawn_together() {
    let sandbox = project();
    let drawn = |format: &str| sandbox.run(&["graph", "--format", format]).code(0).out;
    let text = drawn("text");
    let lines = [
        "  registered  github  a version of the model diabetes is registered, tag kind: fresh → la-deploy-registered → all steps\n",
        "\n  note registers diabetes → registered of deploy\n",
    ];
    assert!(lines.iter().all(|line| text.contains(line)), "{text}");
    let mermaid = drawn("mermaid");
    assert!(mermaid.ends_with("  end\n  p1s1 -.->|\"registers diabetes\"| p0t0\n"), "{mermaid}");
    assert!(mermaid.contains("p0t0 -.->|\"la-deploy-registered\"| p0s0\n"), "{mermaid}");
    let dot = drawn("dot");
    let line = "  p1s1 -> p0t0 [style=dashed, label=\"registers diabetes\"];\n}\n";
    assert!(dot.ends_with(line), "{dot}");
    let alone = sandbox.run(&["graph", "training.mlops.yaml"]).code(0).out;
    assert!(!alone.contains("registered of deploy"), "{alone}");
}
