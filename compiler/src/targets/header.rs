//! The comment at the top of a CI file: whose it is, what starts it, and what must exist before it
//! can run. One wording for all platforms.

use std::collections::BTreeSet;

use super::{dispatched, script};
use crate::emit::mark;
use crate::plan::{
    BuiltImage, Handoff, Home, Job, Piece, Place, Plan, Receiver, Reference, Release, Staging,
    Task, Text, Trigger, TriggerKind, Work, Workflow,
};

/// The lines of a workflow's file. `name` is what the platform calls a parameter.
pub(super) fn of_workflow(
    plan: &Plan,
    workflow: &Workflow,
    here: Home,
    needs: Vec<String>,
    name: impl Fn(&str) -> String,
) -> Vec<String> {
    let mut lines = start(plan, &workflow.title);
    lines.extend(started_by(plan, workflow, here));
    lines.extend(stage_words(plan, workflow.staging));
    lines.extend(dispatched::lines(plan, workflow, here, name));
    finish(lines, needs)
}

/// The lines of the release file.
pub(super) fn of_release(plan: &Plan, release: &Release, needs: Vec<String>) -> Vec<String> {
    let mut lines = start(plan, &format!("Release of {}", plan.display_name));
    for (plan, id) in
        plan.each_stage().flat_map(|plan| release.triggers.iter().map(move |id| (plan, id)))
    {
        let trigger = plan.trigger(*id);
        let stage = plan.stage_name().map(|stage| format!("Stage {stage}: ")).unwrap_or_default();
        let word = if trigger.enabled { "enabled" } else { "disabled" };
        let what = match trigger.published() {
            Some(http) => {
                format!("Endpoint {}, deployment {}", http.endpoint, http.deployment_name())
            }
            None => format!("Schedule {}", plan.schedule_name(*id)),
        };
        lines.push(format!("{stage}{what} on Azure ML: {word}."));
    }
    for (plan, handoff) in release_events(plan) {
        let stage = plan.stage_name().map(|stage| format!("Stage {stage}: ")).unwrap_or_default();
        let word = if handoff.trigger.enabled { "enabled" } else { "disabled" };
        let (app, what) = (plan.logic_app_name(handoff.id), handoff.event.words());
        lines.push(format!("{stage}Logic App {app}, for when {what}: {word}."));
    }
    let branch = &plan.project.default_branch;
    lines.push(format!("Started by pushes to {branch}, and by hand."));
    finish(lines, needs)
}

/// What happens in Azure and starts something, by stage.
fn release_events(plan: &Plan) -> impl Iterator<Item = (&Plan, Handoff<'_>)> {
    let stages = plan.each_stage().filter(|plan| plan.releases_events());
    stages.flat_map(|plan| plan.wired().map(move |handoff| (plan, handoff)))
}

/// Vaults and storage accounts of what brings events, in the order of the stages.
fn stored_for_events(plan: &Plan) -> Vec<String> {
    let mut needs: Vec<String> = Vec::new();
    for (stage, handoff) in release_events(plan) {
        let wiring = &stage.project.wiring;
        let calls_github = |one: &Receiver<'_>| matches!(one, Receiver::GitHub { .. });
        let vault = wiring.key_vault.iter().filter(|_| handoff.receivers.iter().any(calls_github));
        let token = &wiring.github_token;
        let vault = vault.map(|vault| {
            format!(
                "key vault {vault} with {token}: a token that may write the contents of the repository"
            )
        });
        let storage = wiring.storage.iter();
        let storage =
            storage.map(|account| format!("storage account {account}, in the resource group"));
        for need in vault.chain(storage) {
            if !needs.contains(&need) {
                needs.push(need);
            }
        }
    }
    needs
}

/// What must exist so that events can be brought.
pub(super) fn event_needs(plan: &Plan) -> Vec<String> {
    let receivers: Vec<Receiver<'_>> =
        release_events(plan).flat_map(|(_, handoff)| handoff.receivers).collect();
    if receivers.is_empty() {
        return Vec::new();
    }
    let mut needs = vec![
        "for events: the providers Microsoft.EventGrid and Microsoft.Logic, registered in the \
         subscription; the right of the identity to write to the resource group and to assign roles \
         there (Contributor, and Role Based Access Control Administrator)"
            .to_owned(),
    ];
    needs.extend(stored_for_events(plan));
    let calls_there = |one: &Receiver<'_>| matches!(one, Receiver::AzurePipelines { .. });
    if receivers.iter().any(calls_there) {
        let apps = release_events(plan).filter(|(_, it)| it.receivers.iter().any(calls_there));
        let apps: Vec<String> = apps.map(|(plan, it)| plan.logic_app_name(it.id)).collect();
        needs.push(format!(
            "after the first release: the identities of the Logic Apps {} as users of the \
             organisation in Azure DevOps that may queue builds",
            apps.join(", ")
        ));
    }
    needs
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
    let others = others.into_iter().map(|trigger| home(plan, trigger));
    std::iter::once(started).chain(others).collect()
}

fn home(plan: &Plan, trigger: &Trigger) -> String {
    let homes: Vec<_> = trigger.homes.iter().copied().map(Home::title).collect();
    let lives = format!("Trigger {} lives on {}", trigger.name, homes.join(" and "));
    if trigger.homes == [Home::AzureMl] && !plan.stages.is_empty() {
        let own = plan.triggers.iter().position(|known| known.name == trigger.name).unwrap_or(0);
        let enabled = plan.each_stage().filter(|plan| plan.triggers[own].enabled);
        let stages: Vec<&str> = enabled.filter_map(Plan::stage_name).collect();
        if !stages.is_empty() {
            return format!("{lives}, in {}.", stages.join(" and "));
        }
    }
    if trigger.enabled {
        format!("{lives}.")
    } else {
        format!("Trigger {} is switched off.", trigger.name)
    }
}

/// The stage that runs are in.
fn stage_words(plan: &Plan, staging: Staging) -> Option<String> {
    let stages = &plan.project.stages;
    match staging {
        Staging::None => None,
        Staging::Fixed(id) => {
            Some(format!("Runs are in the stage {}.", plan.project.stage(id).name))
        }
        Staging::Chosen => {
            let names: Vec<&str> = stages.iter().map(|stage| stage.name.as_str()).collect();
            let names = names.join(", ");
            Some(format!("By hand, a run is in any of the stages {names}; else in the first."))
        }
    }
}

/// What each stage must have that jobs sign in to.
pub(super) fn of_stages<'p>(
    plans: impl IntoIterator<Item = &'p Plan>,
    more: impl Fn(&Plan) -> String,
) -> Vec<String> {
    let line = |plan: &Plan| {
        let azure = &plan.project.azure;
        let (group, workspace) =
            (plan.text_words(&azure.resource_group), plan.text_words(&azure.workspace));
        let stage = plan.stage_name()?;
        let more = more(plan);
        Some(format!("in stage {stage}: workspace {workspace} in resource group {group}{more}"))
    };
    plans.into_iter().filter_map(line).collect()
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
                    let step = plan.step(*step);
                    step.references(&mut |reference| reads.reference(reference));
                    if !matches!(step.task, Task::Own(_)) {
                        reads.texts(plan.env.iter().map(|(_, text)| text));
                    }
                }
                Work::Submit(id) => {
                    for input in &plan.submission(*id).inputs {
                        reads.reference(&input.source);
                    }
                }
                Work::Gate { .. } | Work::StageGate(_) | Work::Image(_) => {}
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
            | Reference::RunId
            | Reference::StageName => false,
        };
    }
}

/// The images that jobs build, for themselves and for others.
pub(super) fn images<'a>(plan: &'a Plan, jobs: &[Job]) -> Vec<&'a BuiltImage> {
    let images = jobs.iter().filter_map(|job| match job.work {
        Work::Image(id) => Some(id),
        Work::Step(step) => plan.step(step).pushes(),
        Work::Submit(_) | Work::Gate { .. } | Work::StageGate(_) => None,
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

/// The environments of the jobs, each with whether people must approve there, and those of stages.
pub(super) fn environments<'a>(
    plan: &'a Plan,
    jobs: impl Iterator<Item = &'a Job>,
    stages: &[&'a Plan],
) -> Vec<(&'a str, bool)> {
    let mut all: Vec<(&str, bool)> = Vec::new();
    for approval in stages.iter().filter_map(|plan| plan.stage_approval()) {
        if !all.contains(&(approval, true)) {
            all.push((approval, true));
        }
    }
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
            Work::StageGate(_) | Work::Submit(_) | Work::Image(_) => continue,
        };
        match all.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known |= approves,
            None => all.push((name, approves)),
        }
    }
    all
}
