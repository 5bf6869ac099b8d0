//! What brings events: the workflow definitions that we write, run with played services.

#[cfg(unix)]
mod arrivals;
mod clock;
mod expression;
mod grid;
mod payloads;
mod quiet;
mod run;
mod template;
mod why;
mod world;

use mlopsc_compiler::plan::Plan;
use serde_json::{Value, json};

use crate::memory::{Compiled, Memory};

use template::Template;

/// What a release gives that the project leaves open.
const GIVEN: [(&str, &str); 2] =
    [("workspaceName", "mlw"), ("githubRepository", "contoso/diabetes")];

/// The template of a built spec.
fn template(compiled: &Compiled) -> Template {
    let plan: &Plan = compiled.plan.as_ref().expect("it builds");
    let file = |end: &str| {
        let path = format!("{}/{}-events{end}", plan.project.events_folder, plan.name);
        let found = compiled.artifacts.iter().find(|it| it.path == path);
        found.unwrap_or_else(|| panic!("nothing is written to {path}")).text.clone()
    };
    Template::read(&file(".json"), &file(".parameters.json"), &GIVEN)
}

/// An event as Event Grid sends it, but for what it is from.
fn event(id: &str, kind: &str, subject: &str, data: &Value) -> Value {
    json!({
        "subject": subject,
        "eventType": kind,
        "eventTime": "2026-11-20T08:15:30.1234567Z",
        "id": id,
        "data": data,
        "dataVersion": "",
        "metadataVersion": "1",
    })
}

const PROJECT: &str = "mlopsc: 1
azure: { resource_group: rg, workspace: mlw }
compute: { cpu: azureml:cpu }
datastores: { workspaceblobstore: { account: stdiabetes, container: raw } }
events: { key_vault: kv-diabetes, storage: stdiabetes }
github: { repository: contoso/diabetes }
azure_devops: { organization: contoso, project: diabetes }
";

const SPEC: &str = r#"mlopsc: 1
name: wired
parameters:
  version: { type: string, pattern: "[0-9]+", default: "1" }
  model: { type: mlflow_model, default: azureml:diabetes:1 }
  raw: { type: uri_folder, default: azureml://datastores/workspaceblobstore/paths/burst/ }
  file: { type: uri_file, default: azureml://datastores/workspaceblobstore/paths/a.csv }
  job: { type: string, pattern: ".*", default: none }
  note: { type: string, pattern: ".*", default: none }
steps:
  look:
    runner: ubuntu-24.04
    run: |
      echo ${{ parameters.version }} ${{ parameters.job }} ${{ parameters.note }}
  train:
    needs: look
    compute: cpu
    environment: azureml:sklearn:4
    code: src
    run: >-
      python train.py ${{ parameters.model }} ${{ parameters.raw }} ${{ parameters.file }}
triggers:
  registered:
    model_registered: { model: diabetes, tags: { stage: candidate } }
    with: { version: "${{ event.version }}", model: "azureml:${{ event.model }}:${{ event.version }}" }
  burst:
    data_changed: { datastore: workspaceblobstore, path: burst/, debounce: 5 minutes }
    with: { raw: "${{ event.path }}" }
  file:
    data_changed: { datastore: workspaceblobstore, path: "files/*.csv" }
    with: { file: "${{ event.file }}" }
  failed:
    job_failed: other
    with: { job: "${{ event.job }}", note: "note@${{ event.tags.note }}" }
  both:
    job_completed: other
    home: [github, azure_pipelines]
    with: { job: "${{ event.job }}", note: "after ${{ event.job }}" }
  idle:
    model_deployed: somewhere
    enabled: false
"#;

/// The files of [`project`].
fn files() -> Memory {
    let files = [("mlopsc.yaml", PROJECT), ("wired.mlops.yaml", SPEC), ("src/train.py", "pass\n")];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    Memory(files.into())
}

/// The project that most tests look at.
fn project() -> Compiled {
    let compiled = crate::memory::compile(&files(), "wired.mlops.yaml");
    assert!(!compiled.failed(), "{}", compiled.concise());
    compiled
}
