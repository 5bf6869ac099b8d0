//! The script of the release, run by bash over what stand-ins say lives in the workspace.

use super::plans;
use super::scripts::{Ran, bash, run, step};
use std::sync::Arc;

use crate::plan::{Plan, Stage, StageId, TriggerKind};

#[test]
fn a_release_makes_the_workspace_what_the_spec_says() {
    let plan = plans::released();
    let live = r#"[
      {"name": "released-monthly", "tags": {"mlopsc_pipeline": "released", "mlopsc_project": "contoso/diabetes"}},
      {"name": "released-frequent", "tags": {"mlopsc_pipeline": "released", "mlopsc_project": "contoso/diabetes"}},
      {"name": "released-old", "tags": {"mlopsc_pipeline": "released", "mlopsc_project": "contoso/diabetes"}},
      {"name": "released-others", "tags": {"mlopsc_pipeline": "released", "mlopsc_project": "contoso/taxi"}},
      {"name": "by-hand", "tags": null}
    ]"#;
    let ran = released(&plan, live);
    assert!(ran.ok, "{}", ran.said);
    assert_eq!(
        ran.calls.lines().skip(2).collect::<Vec<_>>(),
        [
            "az ml schedule create --file .azureml/released/schedule-monthly.run.json --output none",
            "az ml schedule enable --name released-monthly --output none",
            "az ml schedule disable --name released-frequent --output none",
            "az ml schedule disable --name released-old --output none",
            "az ml schedule delete --name released-old --output none"
        ]
    );
}

/// Runs the release over these live schedules.
fn released(plan: &Plan, live: &str) -> Ran {
    let (script, env) = step(plan, 1, "release", "Apply schedules and endpoints");
    let values = [
        ("PIPELINE", "released"),
        ("PROJECT", "contoso/diabetes"),
        ("COMMIT", "0123"),
        ("LIVE", live),
    ];
    let names: Vec<&str> = env.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["PROJECT", "PIPELINE", "COMMIT"]);
    let file = (".azureml/released/schedule-monthly.json", r#"{"create_job": {}}"#);
    bash(&script, &values, &[file])
}

#[test]
fn a_schedule_of_another_project_is_not_taken_over() {
    let taken = r#"[{"name": "released-monthly", "tags": {"mlopsc_project": "contoso/taxi"}}]"#;
    let ran = released(&plans::released(), taken);
    assert!(!ran.ok && ran.said.contains("belongs to contoso/taxi"), "{}", ran.said);
    assert_eq!(ran.calls.lines().count(), 2, "{}", ran.calls);
}

/// Runs the release of a plan with two deployments over what lives.
fn republished(plan: &Plan, endpoints: &str, deployments: &str) -> Ran {
    let (script, _) = step(plan, 1, "release", "Apply schedules and endpoints");
    let values = [
        ("PIPELINE", "released"),
        ("PROJECT", "contoso/diabetes"),
        ("COMMIT", "0123"),
        ("LIVE", "[]"),
        ("ENDPOINTS", endpoints),
        ("DEPLOYMENTS", deployments),
    ];
    let file = |name: &str| format!(".azureml/released/{name}.json");
    let tags = |family: &str| format!(r#"{{"tags": {{"mlopsc_deployment": "{family}"}}}}"#);
    let (scores, nightly) = (tags("scores"), tags("nightly"));
    let files = [
        (file("endpoint"), r#"{"defaults": {"deployment_name": "scores-2"}}"#),
        (file("deployment-call"), &scores),
        (file("deployment-ring"), &nightly),
        (file("component"), r#"{"inputs": {"git__sha": {"type": "string"}}}"#),
    ];
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let show = |name: &str| format!("\necho; cat {}", file(name));
    let shown = ["component.run", "deployment-call.run"].map(show).concat();
    bash(&format!("{script}{shown}"), &values, &files)
}

fn asked(ran: &Ran) -> Vec<&str> {
    let calls = ran.calls.lines().filter_map(|call| call.strip_prefix("az ml "));
    let calls = calls.map(|call| call.trim_end_matches(" --output none"));
    calls.filter(|call| !call.contains(" list ")).collect()
}

#[test]
fn an_endpoint_is_created_before_its_deployments_and_its_default_after() {
    let ran = republished(&plans::published(), "[]", "[]");
    assert!(ran.ok, "{}", ran.said);
    assert_eq!(
        asked(&ran),
        [
            "batch-endpoint create --file .azureml/released/endpoint.run.json",
            "batch-deployment create --file .azureml/released/deployment-call.run.json",
            "batch-deployment create --file .azureml/released/deployment-ring.run.json",
            "batch-endpoint create --file .azureml/released/endpoint.run.json",
        ]
    );
    let copies = ran.said.split_once('{').unwrap().1;
    for part in [
        r#""version": "0123""#,
        r#""default": "0123""#,
        r#""component": "./component.run.json""#,
        r#""mlopsc_project": "contoso/diabetes""#,
        r#""mlopsc_released": "20"#,
    ] {
        assert!(copies.contains(part), "{part}: {copies}");
    }
}

const ENDPOINT: &str = r#"[
  {"name": "scores", "defaults": {"deployment_name": "scores-1"},
   "tags": {"mlopsc_pipeline": "released", "mlopsc_project": "contoso/diabetes"}},
  {"name": "former", "tags": {"mlopsc_pipeline": "released", "mlopsc_project": "contoso/diabetes"}},
  {"name": "foreign", "tags": {"mlopsc_pipeline": "released", "mlopsc_project": "contoso/taxi"}}
]"#;

fn live(name: &str, family: &str, released: &str) -> String {
    format!(
        r#"{{"name": "{name}", "tags": {{"mlopsc_pipeline": "released",
            "mlopsc_project": "contoso/diabetes", "mlopsc_deployment": "{family}",
            "mlopsc_released": "{released}"}}}}"#
    )
}

#[test]
fn old_versions_are_kept_as_many_as_asked_and_the_default_until_the_last() {
    let deployments = [
        live("scores-0", "scores", "2026-01-01"),
        live("scores-1", "scores", "2026-02-01"),
        live("nightly", "nightly", "2026-02-01"),
        live("gone", "gone", "2026-02-01"),
        r#"{"name": "by-hand", "tags": null}"#.to_owned(),
    ];
    let ran = republished(&plans::published(), ENDPOINT, &format!("[{}]", deployments.join(",")));
    assert!(ran.ok, "{}", ran.said);
    assert_eq!(
        asked(&ran),
        [
            "batch-deployment delete --name scores-0 --endpoint-name scores",
            "batch-deployment delete --name gone --endpoint-name scores",
            "batch-deployment create --file .azureml/released/deployment-call.run.json",
            "batch-deployment create --file .azureml/released/deployment-ring.run.json",
            "batch-endpoint create --file .azureml/released/endpoint.run.json",
            "batch-endpoint delete --name former",
        ]
    );
    let mut plan = plans::published();
    let TriggerKind::Http(http) = &mut plan.triggers[0].kind else { unreachable!() };
    http.keep = 0;
    let ran = republished(&plan, ENDPOINT, &format!("[{}]", deployments[1]));
    let asked = asked(&ran);
    assert_eq!(
        asked[asked.len() - 3..],
        [
            "batch-endpoint create --file .azureml/released/endpoint.run.json",
            "batch-deployment delete --name scores-1 --endpoint-name scores",
            "batch-endpoint delete --name former",
        ]
    );
}

#[test]
fn an_endpoint_without_an_enabled_deployment_loses_its_deployments_only() {
    let mut plan = plans::published();
    for trigger in &mut plan.triggers {
        trigger.enabled = false;
    }
    let old = format!("[{}]", live("scores-1", "scores", "2026-02-01"));
    let ran = republished(&plan, ENDPOINT, &old);
    assert_eq!(
        asked(&ran),
        [
            "batch-endpoint create --file .azureml/released/endpoint.run.json",
            "batch-deployment delete --name scores-1 --endpoint-name scores",
            "batch-endpoint delete --name former",
        ]
    );
    assert_eq!(asked(&republished(&plan, "[]", "[]")), [""; 0]);
}

#[test]
fn an_endpoint_of_another_project_is_not_taken_over() {
    let taken = r#"[{"name": "scores", "tags": {"mlopsc_project": "contoso/taxi"}}]"#;
    let ran = republished(&plans::published(), taken, "[]");
    assert!(!ran.ok && ran.said.contains("belongs to contoso/taxi"), "{}", ran.said);
    assert_eq!(asked(&ran), [""; 0]);
}

#[test]
fn only_the_default_branch_is_released() {
    let demand = || step(&plans::released(), 1, "release", "Demand the default branch");
    assert!(run(demand(), &[("GITHUB_REF", "refs/heads/main")], &[]).ok);
    assert!(!run(demand(), &[("GITHUB_REF", "refs/heads/main2")], &[]).ok);
    assert!(!run(demand(), &[("GITHUB_REF", "refs/tags/main")], &[]).ok);
}

/// The plan of two stages, dev and prod.
fn staged() -> Plan {
    let stage = |name: &str, approval: Option<&str>| Stage {
        name: name.to_owned(),
        approval: approval.map(str::to_owned),
        variable_groups: Vec::new(),
    };
    let mut plan = plans::released();
    plan.project.stages = vec![stage("dev", None), stage("prod", Some("production"))];
    let in_stage = |id: u32| Plan { stage: Some(StageId(id)), ..plan.clone() };
    let stages = vec![Arc::new(in_stage(0)), Arc::new(in_stage(1))];
    Plan { stages, ..in_stage(0) }
}

#[test]
fn a_release_in_a_stage_leaves_the_other_stages_alone() {
    let plan = staged();
    let (script, env) = step(&plan, 1, "release__prod", "Apply schedules and endpoints");
    let names: Vec<&str> = env.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["PROJECT", "PIPELINE", "COMMIT", "STAGE", "OTHER_STAGES"]);
    let of = |name: &str, stage: &str| {
        format!(
            r#"{{"name": "{name}", "tags": {{"mlopsc_pipeline": "released",
                "mlopsc_project": "contoso/diabetes"{stage}}}}}"#
        )
    };
    let tag = |stage: &str| format!(r#", "mlopsc_stage": "{stage}""#);
    let live = [
        of("released-dev-monthly", &tag("dev")),
        of("released-prod-monthly", &tag("prod")),
        of("released-prod-former", &tag("prod")),
        of("released-test-monthly", &tag("test")), // a stage that is no more
        of("released-monthly", ""),                // of before there were stages
    ];
    let values = [
        ("PIPELINE", "released"),
        ("PROJECT", "contoso/diabetes"),
        ("COMMIT", "0123"),
        ("STAGE", "prod"),
        ("OTHER_STAGES", "dev"),
        ("LIVE", &format!("[{}]", live.join(","))),
    ];
    let file = ".azureml/released/prod/schedule-monthly";
    let files = [(&*format!("{file}.json"), r#"{"create_job": {}}"#)];
    let ran = bash(&format!("{script}\necho; cat {file}.run.json"), &values, &files);
    assert!(ran.ok, "{}", ran.said);
    assert!(ran.said.contains(r#""mlopsc_stage": "prod""#), "{}", ran.said);
    assert_eq!(
        asked(&ran),
        [
            "schedule create --file .azureml/released/prod/schedule-monthly.run.json",
            "schedule enable --name released-prod-monthly",
            "schedule disable --name released-prod-former",
            "schedule delete --name released-prod-former",
            "schedule disable --name released-test-monthly",
            "schedule delete --name released-test-monthly",
            "schedule disable --name released-monthly",
            "schedule delete --name released-monthly",
        ]
    );
}

#[test]
fn a_stage_is_released_after_the_one_before_and_by_its_reviewers() {
    let plan = staged();
    let release = plan.release.as_ref().unwrap();
    let file = super::super::release::artifact(&plan, release).text;
    let (_, prod) = file.split_once("  release__prod:\n").unwrap();
    for line in ["    needs: release__dev\n", "    environment: production\n"] {
        assert!(prod.contains(line), "{file}");
    }
    let (dev, _) = file.split_once("  release__prod:\n").unwrap();
    assert!(!dev.contains("    environment:") && prod.contains("required_reviewers"), "{file}");
}
