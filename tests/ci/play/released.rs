//! Releases of what brings events: deployed once, cleaned up behind, and nothing of others touched.

use std::collections::BTreeMap;

use mlopsc_compiler::plan::Home;
use serde_json::{Value, json};

use super::stage::Stage;
use super::{MINUTES, Run, azure_pipelines, github};
use crate::memory::{Compiled, Memory, compile};

const PROJECT: &str = "mlopsc: 1
ci: HERE
targets: [azureml, HERE, events]
azure:
  login: oidc
  client_id: ${{ variables.AZURE_CLIENT_ID }}
  tenant: ${{ variables.AZURE_TENANT_ID }}
  subscription: ${{ variables.AZURE_SUBSCRIPTION_ID }}
  resource_group: rg-wired
  workspace: WORKSPACE
  service_connection: azure-ml
compute: { cpu: azureml:cpu }
datastores: { workspaceblobstore: { account: stdiabetes, container: raw } }
events: { key_vault: kv-diabetes, storage: stdiabetes }
";

const SPEC: &str = r#"mlopsc: 1
name: wired
parameters:
  version: { type: string, pattern: "[0-9]+", default: "1" }
steps:
  look: { runner: ubuntu-24.04, run: "echo ${{ parameters.version }}" }
triggers:
  registered:
    model_registered: { model: diabetes }
    with: { version: "${{ event.version }}" }
  burst:
    data_changed: { datastore: workspaceblobstore, path: burst/, debounce: 5 minutes }
  idle: { model_deployed: somewhere, enabled: false }
"#;

/// A project, and Azure as it is.
struct Release {
    home: Home,
    memory: Memory,
    compiled: Compiled,
    /// What lives in Azure.
    azure: Option<Value>,
}

impl Release {
    fn of(home: Home, project: &str, spec: &str) -> Self {
        let project = project.replace("HERE", home.word());
        let files = [("mlopsc.yaml", project.as_str()), ("wired.mlops.yaml", spec)];
        let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
        let memory = Memory(files.into());
        let compiled = compile(&memory, "wired.mlops.yaml");
        assert!(!compiled.failed(), "{}", compiled.concise());
        Self { home, memory, compiled, azure: None }
    }

    /// Releases, and looks at what changed.
    fn run(&mut self, faults: &str) -> Released {
        let plan = self.compiled.plan.as_ref().expect("it builds");
        let stage = Stage::new(&MINUTES, &self.memory, &self.compiled);
        stage.play_events();
        stage.write("faults", faults);
        if let Some(azure) = &self.azure {
            stage.write("azure.json", &azure.to_string());
        }
        let path = format!("{}/wired-release.yml", plan.project.folder(self.home));
        let file = self.compiled.artifacts.iter().find(|one| one.path == path);
        let root = serde_yaml::from_str(&file.expect("a release").text).expect("YAML");
        let none = BTreeMap::new();
        let run = match self.home {
            Home::GitHub => github::play(plan, &root, &stage, github::Start::ByHand(&none)),
            _ => azure_pipelines::play(plan, &root, &stage, &none),
        };
        let lines = |name: &str| stage.read(name).lines().map(str::to_owned).collect();
        let read = |name: &str| serde_json::from_str(&stage.read(name)).unwrap_or_default();
        self.azure = Some(read("azure.json"));
        Released {
            run,
            changes: lines("changes"),
            deployments: lines("deployments"),
            told: read("told.json"),
            clock: stage.clock(),
        }
    }

    fn ids(&self, what: &str) -> Vec<String> {
        let azure = self.azure.as_ref().expect("something was released");
        let all = azure[what].as_array().expect("a list").iter();
        let mut ids: Vec<String> = all
            .map(|one| {
                let topic = one["topic"].as_str().map(|topic| format!("{topic}/"));
                format!("{}{}", topic.unwrap_or_default(), one["name"].as_str().expect("a name"))
            })
            .collect();
        ids.sort();
        ids
    }
}

struct Released {
    run: Run,
    changes: Vec<String>,
    deployments: Vec<String>,
    told: Value,
    clock: u64,
}

const BOTH: [Home; 2] = [Home::GitHub, Home::AzurePipelines];

fn wired(home: Home) -> Release {
    Release::of(home, &PROJECT.replace("WORKSPACE", "mlw_diabetes"), SPEC)
}

#[test]
fn events_are_wired_once() {
    for home in BOTH {
        let mut release = wired(home);
        let first = release.run("");
        assert!(first.run.ok(), "{}", first.run.said);
        assert_eq!(first.deployments, ["wired-events in rg-wired"]);
        assert_eq!(first.changes, ["deploy"], "{}", first.run.said);
        assert_eq!(release.ids("apps"), ["la-wired-burst", "la-wired-idle", "la-wired-registered"]);
        let subscriptions =
            ["evgt-mlw-diabetes/mlopsc-wired-registered", "evgt-stdiabetes/mlopsc-wired-burst"];
        assert_eq!(release.ids("subscriptions"), subscriptions);
        let second = release.run("");
        assert!(second.run.ok(), "{}", second.run.said);
        assert_eq!(second.changes, [""; 0], "{home:?}");
    }
}

#[test]
fn a_deployment_is_told_what_only_the_run_knows() {
    let project = PROJECT.replace("WORKSPACE", "${{ variables.AZUREML_WORKSPACE }}");
    for home in BOTH {
        let mut release = Release::of(home, &project, SPEC);
        let first = release.run("");
        assert!(first.run.ok(), "{}", first.run.said);
        assert_eq!(first.told["workspaceName"], "of-AZUREML_WORKSPACE");
        if home == Home::GitHub {
            assert_eq!(first.told["githubRepository"], "contoso/diabetes");
        } else {
            assert_eq!(first.told["devopsOrganization"], "contoso");
            assert_eq!(first.told["devopsProject"], "models");
        }
        let topic = "evgt-of-AZUREML-WORKSPACE/mlopsc-wired-registered";
        assert!(release.ids("subscriptions").contains(&topic.to_owned()));
        assert_eq!(release.run("").changes, [""; 0], "{home:?}");
    }
}

#[test]
fn what_no_trigger_asks_for_any_more_is_deleted_and_nothing_else() {
    for home in BOTH {
        let mut before = wired(home);
        before.run("");
        let mut azure = before.azure.take().expect("it was released");
        let principal = "principal of la-wired-registered";
        azure["roles"] = json!([
            { "id": "/subscriptions/1/roles/secret", "principal": principal },
            { "id": "/subscriptions/1/roles/other", "principal": "principal of la-wired-burst" },
        ]);
        let project = azure["apps"][0]["tags"]["mlopsc_project"].clone();
        for (name, tags, labels) in [
            ("by-hand", json!(null), json!(null)),
            (
                "of-others",
                json!({ "mlopsc_project": "contoso/taxi", "mlopsc_pipeline": "wired" }),
                json!(["mlopsc", "pipeline wired", "project contoso/taxi"]),
            ),
            (
                "of-another-pipeline",
                json!({ "mlopsc_project": project, "mlopsc_pipeline": "other" }),
                json!([
                    "mlopsc",
                    "pipeline other",
                    format!("project {}", project.as_str().unwrap())
                ]),
            ),
        ] {
            let app =
                json!({ "name": name, "tags": tags, "id": format!("/subscriptions/1/{name}") });
            azure["apps"].as_array_mut().unwrap().push(app);
            let subscription =
                json!({ "name": name, "topic": "evgt-mlw-diabetes", "labels": labels });
            azure["subscriptions"].as_array_mut().unwrap().push(subscription);
        }
        // One trigger goes, one is switched off.
        let spec = SPEC.replace("  registered:\n    model_registered: { model: diabetes }\n    with: { version: \"${{ event.version }}\" }\n", "");
        let spec =
            spec.replace("debounce: 5 minutes }", "debounce: 5 minutes }\n    enabled: false");
        let mut after = Release::of(home, &PROJECT.replace("WORKSPACE", "mlw_diabetes"), &spec);
        after.azure = Some(azure);
        let ran = after.run("");
        assert!(ran.run.ok(), "{}", ran.run.said);
        let deleted: Vec<&String> = ran.changes.iter().filter(|it| *it != "deploy").collect();
        assert_eq!(
            deleted,
            [
                "delete subscription evgt-mlw-diabetes/mlopsc-wired-registered",
                "delete subscription evgt-stdiabetes/mlopsc-wired-burst",
                "delete role secret",
                "delete app la-wired-registered",
            ]
        );
        assert_eq!(after.run("").changes, [""; 0]);
    }
}

#[test]
fn the_last_trigger_that_goes_takes_its_wiring_along() {
    let spec = SPEC.replace("triggers:", "  score: { compute: cpu, environment: azureml:sklearn:4, run: python score.py }\ntriggers:\n  nightly: { schedule: { every: day }, enabled: false, skip: [look] }");
    let (start, _) = spec.split_once("  registered:").expect("triggers");
    let mut release = wired(Home::GitHub);
    release.run("");
    let azure = release.azure.take();
    let mut release = Release::of(Home::GitHub, &PROJECT.replace("WORKSPACE", "mlw"), start);
    release.azure = azure;
    let ran = release.run("");
    assert!(ran.run.ok(), "{}", ran.run.said);
    assert_eq!(ran.deployments, [""; 0]);
    assert!(release.ids("apps").is_empty() && release.ids("subscriptions").is_empty());
}

#[test]
fn a_deployment_that_fails_fails_the_run_and_deletes_nothing() {
    for home in BOTH {
        for fault in ["validate", "create"] {
            let mut release = wired(home);
            release.run("");
            let before = release.azure.clone();
            let ran = release.run(fault);
            assert!(!ran.run.ok(), "{fault}: {}", ran.run.said);
            assert_eq!(release.azure, before);
            assert_eq!(ran.clock, 0, "nothing is waited for");
        }
    }
}

#[test]
fn a_role_that_is_not_known_yet_is_waited_for_once() {
    for home in BOTH {
        let mut release = wired(home);
        let ran = release.run("role");
        assert!(ran.run.ok(), "{}", ran.run.said);
        assert_eq!((ran.deployments.len(), ran.clock), (2, 60));
        assert!(ran.run.said.contains("one more try in a minute"), "{}", ran.run.said);
    }
}

#[test]
fn an_app_of_another_project_is_not_taken_over() {
    let mut release = wired(Home::GitHub);
    let taken = json!({ "name": "la-wired-idle", "tags": { "mlopsc_project": "contoso/taxi" } });
    release.azure = Some(json!({ "apps": [taken], "subscriptions": [], "roles": [] }));
    let ran = release.run("");
    assert!(!ran.run.ok() && ran.run.said.contains("belongs to contoso/taxi"), "{}", ran.run.said);
    assert!(ran.changes.is_empty() && ran.deployments.is_empty(), "{:?}", ran.changes);
}
