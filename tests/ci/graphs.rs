//! Reads the graph of jobs back from the files of both CI platforms.

use std::collections::{BTreeMap, BTreeSet};

use mlopsc_compiler::plan::{BuiltImage, Home, JobId, Plan, TriggerKind, Work, Workflow};
use serde_yaml::Value;

use super::{Written, texts};
use crate::conformance::{Edges, closure};

/// What a CI file does, in words that both platforms share.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Graph {
    /// What each job of the plan does: the job file that it submits, the image that it
    /// builds, `step` or `gate`.
    works: BTreeMap<String, String>,
    /// Which job comes after which, by one need or several.
    order: Edges,
    /// What starts it by itself.
    starts: BTreeSet<&'static str>,
}

/// Several jobs of a file stand for one of the plan: theirs are named `<job>__<part>`, which no
/// author's name is.
fn vertex(id: &str) -> String {
    id.split_once("__").map_or(id, |(job, _)| job).to_owned()
}

/// What the plan wants of a workflow on a platform.
pub(super) fn wanted(plan: &Plan, workflow: &Workflow, home: Home) -> Graph {
    let id = |job: &JobId| workflow.job(*job).id.clone();
    let edges = workflow.jobs.iter();
    let edges = edges.flat_map(|job| job.needs.iter().map(move |need| (id(need), job.id.clone())));
    let work = |work: &Work| match work {
        Work::Step(id) => match plan.step(*id).builds() {
            Some(build) => plan.image(build.image).reference(),
            None => "step".to_owned(),
        },
        Work::Gate { .. } | Work::StageGate(_) => "gate".to_owned(),
        Work::Image(id) => plan.image(*id).reference(),
        Work::Submit(id) => plan.azure_ml_path(&plan.submission(*id).job_file()),
    };
    let starts = workflow.triggers.iter().map(|id| plan.trigger(*id));
    let starts =
        starts.filter(|trigger| trigger.lives_on(home)).filter_map(|trigger| match trigger.kind {
            TriggerKind::Push(_) => Some("push"),
            TriggerKind::PullRequest(_) => Some("pull request"),
            TriggerKind::Schedule(_) => Some("schedule"),
            TriggerKind::Completed(_) => Some("another pipeline"),
            TriggerKind::Http(_)
            | TriggerKind::Call(_)
            | TriggerKind::Event(_)
            | TriggerKind::Manual => None,
        });
    Graph {
        works: workflow.jobs.iter().map(|job| (job.id.clone(), work(&job.work))).collect(),
        order: closure(&edges.collect()),
        starts: starts.collect(),
    }
}

/// What a workflow of GitHub does.
pub(super) fn of_github(plan: &Plan, root: &Value) -> Graph {
    let jobs = root["jobs"].as_mapping().expect("jobs");
    let jobs = jobs.iter().map(|(id, job)| Job {
        id: id.as_str().expect("an id").to_owned(),
        needs: names(&job["needs"]),
        is_gate: job["steps"].as_sequence().is_some_and(|steps| {
            // What was sent is looked at before anything else.
            let mut own = steps.iter().filter(|step| step["name"] != "Check what was sent");
            let only = (own.next(), own.next());
            matches!(only, (Some(step), None) if step["name"] == "Demand that the environment has reviewers")
        }),
        texts: texts(job),
    });
    let has = |event: &str| root["on"].get(event).is_some();
    let starts = [
        ("push", "push"),
        ("pull_request", "pull request"),
        ("schedule", "schedule"),
        ("workflow_run", "another pipeline"),
    ];
    let starts = starts.into_iter().filter(|(event, _)| has(event)).map(|(_, word)| word);
    graph(plan, jobs.collect(), starts.collect())
}

/// What a pipeline of Azure Pipelines does.
pub(super) fn of_azure_pipelines(plan: &Plan, root: &Value) -> Graph {
    let jobs = root["jobs"].as_sequence().expect("jobs").iter().map(|job| Job {
        id: job["job"].as_str().or(job["deployment"].as_str()).expect("an id").to_owned(),
        needs: names(&job["dependsOn"]),
        is_gate: texts(job).iter().any(|text| text.starts_with("ManualValidation@")),
        texts: texts(job),
    });
    let is_on = |key: &str| root.get(key).is_some_and(|it| it.as_str() != Some("none"));
    let starts = [("trigger", "push"), ("pr", "pull request"), ("schedules", "schedule")];
    let starts = starts.into_iter().filter(|(key, _)| is_on(key)).map(|(_, word)| word);
    let follows = root["resources"].get("pipelines").is_some().then_some("another pipeline");
    graph(plan, jobs.collect(), starts.chain(follows).collect())
}

struct Job {
    id: String,
    needs: Vec<String>,
    is_gate: bool,
    texts: Vec<String>,
}

fn graph(plan: &Plan, jobs: Vec<Job>, starts: BTreeSet<&'static str>) -> Graph {
    let (mut works, mut order) = (BTreeMap::<String, String>::new(), Edges::new());
    for job in jobs {
        let id = vertex(&job.id);
        order.extend(job.needs.iter().map(|need| (vertex(need), id.clone())));
        let submitted = plan.submissions.iter().find(|one| {
            let (job_file, run_file) = (one.job_file(), one.run_file());
            let names = [&job_file, &run_file];
            // A value of its own, with or without the folder; the copy where values are bound.
            let is_file = |text: &String| names.iter().any(|name| is_path_to(text, name));
            job.texts.iter().any(is_file)
        });
        let work = match submitted {
            Some(one) => plan.azure_ml_path(&one.job_file()),
            None if job.is_gate => "gate".to_owned(),
            None if job.texts.iter().any(|text| text.contains("docker buildx build")) => {
                let names = plan.images.iter().map(BuiltImage::reference);
                let name = names.filter(|name| job.texts.contains(name)).collect::<Vec<_>>();
                name.join(" and ")
            }
            None => "step".to_owned(),
        };
        // Its approval and its wait are parts of a job.
        let rank = |work: &str| ["gate", "step"].iter().position(|one| *one == work).unwrap_or(2);
        if works.get(&id).is_none_or(|known| rank(known) < rank(&work)) {
            works.insert(id, work);
        }
    }
    order.retain(|(from, to)| from != to);
    Graph { works, order: closure(&order), starts }
}

fn is_path_to(text: &str, file: &str) -> bool {
    text.strip_suffix(file).is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
}

fn names(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Sequence(all) => {
            all.iter().map(|one| one.as_str().expect("a name").to_owned()).collect()
        }
        _ => Vec::new(),
    }
}

/// Compares every workflow of a plan with both of its files; gives how many edges were compared, or
/// what differs.
pub(crate) fn compare(written: &Written<'_>) -> Result<usize, String> {
    let plan = written.plan;
    let mut compared = 0;
    for home in [Home::GitHub, Home::AzurePipelines] {
        if !plan.project.targets.contains(&home) {
            continue;
        }
        for workflow in &plan.workflows {
            let path = format!("{}/{}.yml", plan.project.folder(home), workflow.id);
            let root = written.root(&path);
            let found = match home {
                Home::GitHub => of_github(plan, &root),
                Home::AzurePipelines => of_azure_pipelines(plan, &root),
                Home::AzureMl | Home::Events => unreachable!("no CI platform"),
            };
            let wanted = wanted(plan, workflow, home);
            if found != wanted {
                return Err(format!("{path} does {found:#?}, and the plan wants {wanted:#?}"));
            }
            compared += wanted.order.len();
        }
    }
    Ok(compared)
}
