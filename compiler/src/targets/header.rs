//! The comment at the top of a CI file: whose it is, what starts it, and what must exist before it
//! can run. One wording for all platforms.

use std::collections::BTreeSet;

use super::script;
use crate::emit::mark;
use crate::plan::{
    BuiltImage, Home, Job, Piece, Place, Plan, Reference, Release, Text, Trigger, TriggerKind,
    Work, Workflow,
};

/// The lines of a workflow's file.
pub(super) fn of_workflow(
    plan: &Plan,
    workflow: &Workflow,
    here: Home,
    needs: Vec<String>,
) -> Vec<String> {
    let mut lines = start(plan, &workflow.title);
    lines.extend(started_by(plan, workflow, here));
    finish(lines, needs)
}

/// The lines of the release file.
pub(super) fn of_release(plan: &Plan, release: &Release, needs: Vec<String>) -> Vec<String> {
    let mut lines = start(plan, &format!("Release of {}", plan.display_name));
    for id in &release.triggers {
        let trigger = plan.trigger(*id);
        let state = if trigger.enabled { "enabled" } else { "disabled" };
        let what = match trigger.published() {
            Some(http) => {
                format!("Endpoint {}, deployment {}", http.endpoint, http.deployment_name())
            }
            None => format!("Schedule {}", plan.schedule_name(*id)),
        };
        lines.push(format!("{what} on Azure ML: {state}."));
    }
    let branch = &plan.project.default_branch;
    lines.push(format!("Started by pushes to {branch}, and by hand."));
    finish(lines, needs)
}

fn start(plan: &Plan, title: &str) -> Vec<String> {
    let (spec, word) = (&plan.spec_path, script::quote(&plan.spec_path));
    vec![
        mark::blank(spec),
        format!("Written by mlopsc: edit {spec}, then run `mlopsc build {word}`."),
        String::new(),
        title.to_owned(),
        String::new(),
    ]
}

/// Which triggers of the spec start this file, and where the others live. Those without a CI file
/// stand in the whole graph's.
fn started_by(plan: &Plan, workflow: &Workflow, here: Home) -> Vec<String> {
    let is_first = plan.workflows.first().is_some_and(|first| first.id == workflow.id);
    let others = plan.triggers.iter().filter(|one| is_first && one.workflow.is_none());
    let own = workflow.triggers.iter().map(|id| plan.trigger(*id));
    let fire = own.chain(others).filter(|one| one.kind != TriggerKind::Manual);
    let (starting, others): (Vec<&Trigger>, Vec<_>) = fire.partition(|one| one.lives_on(here));
    let names: Vec<&str> = starting.iter().map(|one| one.name.as_str()).collect();
    let started = match names.as_slice() {
        [] => "Started by hand.".to_owned(),
        [name] => format!("Started by the trigger {name}, and by hand."),
        names => format!("Started by the triggers {}, and by hand.", names.join(", ")),
    };
    std::iter::once(started).chain(others.into_iter().map(home)).collect()
}

fn home(trigger: &Trigger) -> String {
    if !trigger.enabled {
        return format!("Trigger {} is switched off.", trigger.name);
    }
    let homes: Vec<_> = trigger.homes.iter().copied().map(Home::title).collect();
    format!("Trigger {} lives on {}.", trigger.name, homes.join(" and "))
}

fn finish(mut lines: Vec<String>, needs: Vec<String>) -> Vec<String> {
    if !needs.is_empty() {
        lines.push(String::new());
        lines.push("It needs:".to_owned());
        lines.extend(needs.into_iter().map(|need| format!("- {need}")));
    }
    lines
}

/// What the jobs of a file read that somebody must have set.
#[derive(Default)]
pub(super) struct Reads {
    /// Names of variables of the CI platform.
    pub(super) variables: BTreeSet<String>,
    /// Names of its secrets.
    pub(super) secrets: BTreeSet<String>,
}

impl Reads {
    /// What the steps and submissions among the jobs read.
    pub(super) fn of(plan: &Plan, jobs: &[Job]) -> Self {
        let mut reads = Self::default();
        for job in jobs {
            match &job.work {
                Work::Step(step) => {
                    plan.step(*step).references(&mut |reference| reads.reference(reference));
                    reads.texts(plan.env.iter().map(|(_, text)| text));
                }
                Work::Submit(id) => {
                    for input in &plan.submission(*id).inputs {
                        reads.reference(&input.source);
                    }
                }
                Work::Gate { .. } | Work::Image(_) => {}
            }
        }
        reads
    }

    /// Notes what texts read.
    pub(super) fn texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a Text>) {
        for piece in texts.into_iter().flatten() {
            if let Piece::Reference(reference) = piece {
                self.reference(reference);
            }
        }
    }

    fn reference(&mut self, reference: &Reference) {
        match reference {
            Reference::Variable(name) => self.variables.insert(name.clone()),
            Reference::Secret(name) => self.secrets.insert(name.clone()),
            Reference::Parameter(_)
            | Reference::Output(..)
            | Reference::Matrix(_)
            | Reference::GitSha
            | Reference::GitBranch
            | Reference::GitTag
            | Reference::RunId => false,
        };
    }
}

/// Whether a job submits to Azure ML or has a step that is signed in.
pub(super) fn uses_azure(plan: &Plan, jobs: &[Job]) -> bool {
    jobs.iter().any(|job| match &job.work {
        Work::Step(id) => {
            matches!(&plan.step(*id).place, Place::Ci(place) if place.azure)
        }
        Work::Submit(_) => true,
        Work::Gate { .. } | Work::Image(_) => false,
    })
}

/// The images that jobs build, for themselves and for others.
pub(super) fn images<'a>(plan: &'a Plan, jobs: &[Job]) -> Vec<&'a BuiltImage> {
    let images = jobs.iter().filter_map(|job| match job.work {
        Work::Image(id) => Some(id),
        Work::Step(step) => plan.step(step).pushes(),
        Work::Submit(_) | Work::Gate { .. } => None,
    });
    images.map(|id| plan.image(id)).collect()
}

/// `variable A`, `variables A, B`; nothing for none.
pub(super) fn counted(word: &str, names: &BTreeSet<String>) -> Option<String> {
    let list = names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => None,
        1 => Some(format!("{word} {list}")),
        _ => Some(format!("{word}s {list}")),
    }
}

/// The environments of the jobs, each with whether people must approve there.
pub(super) fn environments<'a>(
    plan: &'a Plan,
    jobs: impl Iterator<Item = &'a Job>,
) -> Vec<(&'a str, bool)> {
    let mut all: Vec<(&str, bool)> = Vec::new();
    for job in jobs {
        let (name, approves) = match &job.work {
            Work::Gate { environment, .. } => (environment.as_str(), true),
            Work::Step(id) => {
                let step = plan.step(*id);
                let Place::Ci(place) = &step.place else { continue };
                let Some(name) = step.approval.as_ref().or(place.environment.as_ref()) else {
                    continue;
                };
                (name.as_str(), step.approval.is_some())
            }
            Work::Submit(_) | Work::Image(_) => continue,
        };
        match all.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known |= approves,
            None => all.push((name, approves)),
        }
    }
    all
}
