//! What plans become. The snapshot is read by people, and was read, beside real code folders, by
//! Azure ML's own tools.

mod plans;

use super::*;
use crate::plan::*;
use plans::{input, needs, plan, text};

fn files(plan: &Plan) -> Vec<(String, serde_json::Value)> {
    let read = |file: Artifact| (file.path, serde_json::from_str(&file.text).unwrap());
    write(plan).into_iter().map(read).collect()
}

fn file(plan: &Plan, name: &str) -> serde_json::Value {
    let path = format!(".azureml/diabetes-training/{name}");
    files(plan).into_iter().find(|(at, _)| *at == path).unwrap().1
}

#[test]
fn a_plan_with_everything() {
    let show = |Artifact { path, text }| format!("== {path} ==\n{text}");
    insta::assert_snapshot!(write(&plan()).into_iter().map(show).collect::<String>());
}

#[test]
fn every_file_is_marked() {
    for file in write(&plan()) {
        let mark = mark::read(&file.text).unwrap();
        assert_eq!((mark.spec.as_str(), mark.intact), ("pipelines/diabetes.mlops.yaml", true));
    }
}

#[test]
fn only_schedules_that_live_on_azure_ml_are_written() {
    let written: Vec<String> = files(&plan()).into_iter().map(|(path, _)| path).collect();
    let names = |name: &str| format!(".azureml/diabetes-training/{name}.json");
    let expected = [
        "component",
        "pipeline",
        "component-late",
        "pipeline-late",
        "schedule-frequent",
        "schedule-monthly",
        "schedule-six_hourly",
    ];
    assert_eq!(written, expected.map(names));
}

#[test]
fn names_fit_azure_ml() {
    let mut plan = plan();
    plan.name = "2nd-try".to_owned();
    plan.submissions[1].suffix = ".monthly-late".to_owned();
    let names: Vec<_> = files(&plan).iter().map(|(_, doc)| doc["name"].clone()).collect();
    assert_eq!(names[0], "pipeline_2nd_try");
    assert_eq!(names[2], "pipeline_2nd_try_monthly__late");
    assert_eq!(names[4], "2nd-try-frequent");
}

#[test]
fn a_submission_that_is_called_like_a_trigger_is_another_component() {
    let mut plan = plan();
    let names = [".late", "-late", ".a-b", ".a_b"].map(|suffix| {
        suffix.clone_into(&mut plan.submissions[1].suffix);
        plan.component_name(&plan.submissions[1])
    });
    let distinct: std::collections::BTreeSet<&String> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "{names:?}");
}

#[test]
fn an_order_that_data_does_not_carry_is_wired_both_ways() {
    let jobs = &file(&plan(), "component.json")["jobs"];
    assert_eq!(jobs["train"]["outputs"]["mlopsc__done"]["type"], "uri_folder");
    for head in ["score", "report"] {
        let wire = &jobs[head]["inputs"]["mlopsc__after_train"];
        assert_eq!(wire["path"], "${{parent.jobs.train.outputs.mlopsc__done}}");
        assert_eq!(wire["mode"], "direct");
    }
    let lent = &jobs["report"]["inputs"]["mlopsc__after_score"];
    assert_eq!(lent["path"], "${{parent.jobs.score.outputs.predictions}}");
    assert_eq!(lent["type"], "uri_file");
    assert_eq!(jobs["score"]["outputs"].as_object().unwrap().len(), 1);
}

#[test]
fn mini_batches_are_cut_by_size_by_keys_or_as_the_service_likes() {
    let node = |batching: Batching| {
        let mut plan = plan();
        let Task::FanOut(task) = &mut plan.steps[3].task else { unreachable!() };
        task.batching = batching;
        file(&plan, "component.json")["jobs"]["score"].clone()
    };
    let by_size = |size| node(Batching::Size(size))["mini_batch_size"].clone();
    assert_eq!(by_size(Setting::Fixed(text("10kb"))), "10kb");
    let depth = Setting::Reference(Reference::Parameter(ParameterId(1)));
    assert_eq!(by_size(depth), "${{parent.inputs.max_depth}}");
    let keys = node(Batching::PartitionKeys(vec!["store".to_owned(), "1".to_owned()]));
    assert_eq!(keys["partition_keys"], serde_json::json!(["store", "1"]));
    assert!(keys["mini_batch_size"].is_null());
    let free = node(Batching::Default);
    assert!(free["partition_keys"].is_null() && free["mini_batch_size"].is_null());
}

#[test]
fn what_nobody_set_is_left_out_and_what_the_service_disagrees_on_is_not() {
    let mut plan = plan();
    plan.description = None;
    plan.settings.default_datastore = None;
    plan.project.identity = None;
    plan.tags.clear();
    let job = file(&plan, "pipeline-late.json");
    let settings = serde_json::json!({"continue_on_step_failure": false, "force_rerun": true});
    assert_eq!(job["settings"], settings);
    assert_eq!(job["tags"].as_object().unwrap().len(), 2);
    assert!(job["description"].is_null() && job["outputs"].is_null());
}

#[test]
fn what_is_known_only_when_the_job_is_submitted_cannot_pass_for_a_value() {
    let job = file(&plan(), "pipeline-late.json");
    for input in job["inputs"].as_object().unwrap().values() {
        let text = input["path"].as_str().or(input.as_str()).unwrap();
        assert!(text.contains("bound-when-submitted"), "{text}");
    }
}

#[test]
fn ambient_facts_are_inputs_of_the_pipeline() {
    let facts = [
        (Reference::GitBranch, "git__branch"),
        (Reference::GitTag, "git__tag"),
        (Reference::RunId, "run__id"),
        (Reference::Variable("REGION".to_owned()), "variables__REGION"),
    ];
    for (fact, name) in facts {
        let mut plan = plan();
        plan.steps[5].inputs[1] =
            input("fact", ValueType::String, Source::Reference(fact.clone()), None);
        plan.submissions[1].inputs[1] = needs(name, ValueType::String, Source::Reference(fact));
        let component = file(&plan, "component-late.json");
        assert_eq!(component["inputs"][name], serde_json::json!({"type": "string"}));
        let bound = &component["jobs"]["audit"]["inputs"]["fact"];
        assert_eq!(*bound, format!("${{{{parent.inputs.{name}}}}}"));
    }
}

#[test]
fn local_paths_lead_from_the_folder_of_the_files() {
    let mut plan = plan();
    for (folder, way) in [("", "../src"), ("ml", "../../src"), ("src", ".."), ("src/x", "../..")] {
        folder.clone_into(&mut plan.project.azure_ml_folder);
        let (path, component) = files(&plan).swap_remove(0);
        assert_eq!(path, format!("{folder}/diabetes-training/component.json").trim_matches('/'));
        assert_eq!(component["jobs"]["train"]["code"], way);
    }
}
