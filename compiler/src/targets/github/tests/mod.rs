use serde_yaml::Value;

use super::*;

mod parts;
mod plans;
#[cfg(unix)]
mod releases;
mod reports;
mod scripts;

/// The documents of a plan's files.
fn emitted(plan: &Plan) -> Vec<Value> {
    write(plan).iter().map(|file| serde_yaml::from_str(&file.text).unwrap()).collect()
}

fn steps(doc: &Value) -> Vec<&Value> {
    let jobs = doc["jobs"].as_mapping().unwrap();
    jobs.values().flat_map(|job| job["steps"].as_sequence().unwrap()).collect()
}

/// Every value must reach a script through `env`: what the platform pastes into a script could be
/// code.
#[test]
fn scripts_hold_no_expression() {
    let bracket = expression::expression("")[..3].to_owned();
    for doc in plans::all().iter().flat_map(emitted) {
        let runs: Vec<_> =
            steps(&doc).into_iter().filter_map(|step| step["run"].as_str()).collect();
        assert!(!runs.is_empty());
        assert!(runs.iter().all(|run| !run.contains(&bracket)), "{doc:?}");
    }
}

#[test]
fn a_workflow_of_ci_steps() {
    insta::assert_snapshot!(write(&plans::ci_only())[0].text);
}

#[test]
fn a_workflow_that_crosses_every_border() {
    insta::assert_snapshot!(write(&plans::mixed())[0].text);
}

#[test]
fn no_file_is_larger_than_the_bound() {
    for plan in plans::all() {
        let names: usize = plan.steps.iter().map(|step| step.name.len()).sum();
        let bound = crate::targets::bound(&plan, names);
        for file in write(&plan) {
            assert!(file.text.len() <= bound, "{}: {} > {bound}", file.path, file.text.len());
        }
    }
}

#[test]
fn a_release() {
    insta::assert_snapshot!(write(&plans::released())[1].text);
}

#[test]
fn every_file_is_marked_as_the_specs_own() {
    for plan in plans::all() {
        for file in write(&plan) {
            let mark = crate::emit::mark::read(&file.text).unwrap();
            assert!(mark.intact && mark.spec == plan.spec_path, "{}", file.path);
            assert!(file.path.starts_with(".github/workflows/"));
        }
    }
}

/// What a job reads must come from a job that it needs.
#[test]
fn jobs_read_from_jobs_that_they_need() {
    for doc in plans::all().iter().flat_map(emitted) {
        for (id, job) in doc["jobs"].as_mapping().unwrap() {
            let text = serde_yaml::to_string(job).unwrap();
            let needs = &job["needs"];
            let several = needs.as_sequence().into_iter().flatten().filter_map(Value::as_str);
            let needs: Vec<_> = needs.as_str().into_iter().chain(several).collect();
            for read in text.split("needs.").skip(1) {
                let read = read.split('.').next().unwrap();
                assert!(needs.contains(&read), "{id:?} reads from {read}");
            }
        }
    }
}

#[test]
fn readers_wait_for_the_last_of_the_waiting_jobs() {
    let doc = emitted(&plans::long()).swap_remove(0);
    let needs = |job: &str| serde_yaml::to_string(&doc["jobs"][job]["needs"]).unwrap();
    assert_eq!(needs("train__wait3"), "train__wait2\n");
    assert_eq!(needs("judge__inputs"), "train__wait3\n");
    assert_eq!(needs("judge"), "- train__wait3\n- judge__inputs\n");
    assert_eq!(needs("tune"), "- train__wait3\n- judge\n");
    assert_eq!(needs("train__cancel"), "- train\n- train__wait2\n- train__wait3\n");
    assert_eq!(doc["jobs"]["train__wait3"]["timeout-minutes"], 40);
}

/// A container holds neither `az` nor `gh`: what needs them is done by a job before it, and what
/// people must approve is still the job itself.
#[test]
fn a_job_before_a_container_fetches_and_demands_reviewers() {
    let doc = emitted(&plans::long()).swap_remove(0);
    let calls = |job: &str, program: &str| {
        let steps = doc["jobs"][job]["steps"].as_sequence().unwrap().iter();
        steps.filter_map(|step| step["run"].as_str()).any(|run| run.contains(program))
    };
    assert!(calls("judge__inputs", "az ") && calls("judge__inputs", "gh api"));
    assert!(!calls("judge", "az ") && !calls("judge", "gh api"));
    assert!(doc["jobs"]["judge__inputs"]["environment"].is_null());
    assert_eq!(doc["jobs"]["judge"]["environment"], "judges");
}

#[test]
fn forks_and_drafts_reach_nothing_that_is_trusted() {
    let condition = |plan: &Plan, job: &str| {
        let condition = &emitted(plan)[0]["jobs"][job]["if"];
        condition.as_str().unwrap_or_default().to_owned()
    };
    let mut plan = plans::ci_only();
    for job in ["make", "tidy"] {
        let condition = condition(&plan, job);
        assert!(condition.contains("head.repo.full_name == github.repository"), "{condition}");
        assert!(condition.contains("github.event.pull_request.draft != true"), "{condition}");
    }
    assert_eq!(
        (condition(&plan, "read"), condition(&plan, "tell").as_str()),
        (String::new(), "failure()")
    );
    plan.workflows[0].trusted = false;
    assert_eq!(condition(&plan, "make"), "github.event.pull_request.draft != true");
    plan.triggers.remove(1);
    plan.workflows[0].triggers.pop();
    assert_eq!(condition(&plan, "make"), "");
    assert_eq!(condition(&plan, "tidy"), "always()");
}

#[test]
fn a_client_secret_needs_no_identity_token() {
    let mut plan = plans::gated();
    plan.project.azure.login =
        crate::plan::Login::ServicePrincipal { secret: "AZURE_CREDENTIALS".to_owned() };
    let text = &write(&plan)[0].text;
    assert!(text.contains(&expression::expression("secrets.AZURE_CREDENTIALS")));
    assert!(!text.contains("id-token") && !text.contains("ACTIONS_ID_TOKEN"));
}

#[test]
fn a_push_without_filters_leaves_tags_out() {
    let mut plan = plans::mixed();
    let push = |plan: &Plan| serde_yaml::to_string(&emitted(plan)[0]["on"]["push"]).unwrap();
    plan.triggers[0].kind = crate::plan::TriggerKind::Push(crate::plan::Push::default());
    assert_eq!(push(&plan), "branches:\n- '**'\n");
    plan.triggers[0].enabled = false;
    assert_eq!(push(&plan), "null\n");
}
