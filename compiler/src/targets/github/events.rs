//! `on`: what starts a workflow here.

use crate::emit::{Doc, Map};
use crate::plan::{
    Completed, Home, Passthrough, Plan, PullRequest, Push, Timing, Trigger, TriggerKind, Workflow,
};
use crate::targets::passthrough;

use super::scope::Dispatch;

/// The events of a workflow that live on this platform.
pub(super) struct Events<'a> {
    push: Option<&'a Push>,
    pull_request: Option<(&'a PullRequest, &'a Passthrough)>,
    schedules: Vec<&'a Timing>,
    completed: Option<&'a Completed>,
    /// The type of the dispatch by which an event or a call arrives, and what it brings.
    dispatch: Option<(String, Dispatch)>,
}

impl<'a> Events<'a> {
    /// Enabled triggers whose home this is.
    pub(super) fn of(plan: &'a Plan, workflow: &Workflow) -> Self {
        let mut events = Self {
            push: None,
            pull_request: None,
            schedules: Vec::new(),
            completed: None,
            dispatch: None,
        };
        for id in &workflow.triggers {
            let trigger = plan.trigger(*id);
            if trigger.lives_on(Home::GitHub) {
                events.add(trigger, plan.event_type(*id));
            }
        }
        events
    }

    fn add(&mut self, trigger: &'a Trigger, event_type: String) {
        match &trigger.kind {
            // Triggers that share a file have the same filters.
            TriggerKind::Push(push) => self.push = Some(push),
            TriggerKind::PullRequest(request) => {
                self.pull_request = Some((request, &trigger.passthrough));
            }
            TriggerKind::Schedule(timing) => self.schedules.push(timing),
            TriggerKind::Completed(completed) => self.completed = Some(completed),
            TriggerKind::Event(_) => self.dispatch = Some((event_type, Dispatch::All)),
            TriggerKind::Call(_) => self.dispatch = Some((event_type, Dispatch::Some)),
            TriggerKind::Http(_) | TriggerKind::Manual => {}
        }
    }

    /// The push that starts the workflow.
    pub(super) fn push(&self) -> Option<&'a Push> {
        self.push
    }

    /// What comes with a dispatch.
    pub(super) fn dispatch(&self) -> Dispatch {
        self.dispatch.as_ref().map_or(Dispatch::None, |(_, brings)| *brings)
    }

    /// Whether pull requests start it.
    pub(super) fn on_pull_requests(&self) -> bool {
        self.pull_request.is_some()
    }

    /// Whether runs of other workflows start it.
    pub(super) fn follows(&self) -> bool {
        self.completed.is_some()
    }

    /// Whether only people start the workflow.
    pub(super) fn by_hand_only(&self) -> bool {
        self.push.is_none()
            && self.pull_request.is_none()
            && self.schedules.is_empty()
            && self.completed.is_none()
            && self.dispatch.is_none()
    }

    /// Conditions that the events cannot say themselves.
    pub(super) fn guards(&self, trusted: bool) -> Vec<&'static str> {
        let mut guards = Vec::new();
        if self.completed.is_some() {
            // The event comes whatever became of the run, and for runs of forks as well.
            guards.push(
                "github.event_name != 'workflow_run' || \
                 github.event.workflow_run.conclusion == 'success' && \
                 github.event.workflow_run.event != 'pull_request' && \
                 github.event.workflow_run.head_repository.full_name == github.repository",
            );
        }
        let Some((request, _)) = self.pull_request else { return guards };
        if trusted {
            // A fork's run gets no secrets and no identity, and must not reach Azure.
            guards.push(
                "github.event_name != 'pull_request' || \
                 github.event.pull_request.head.repo.full_name == github.repository",
            );
        }
        if !request.drafts {
            guards.push("github.event.pull_request.draft != true");
        }
        guards
    }

    /// The mapping; every workflow can be started by hand.
    pub(super) fn into_map(self, inputs: Map) -> Map {
        let mut on = Map::new();
        on.put_some("push", self.push.map(push));
        on.put_some("pull_request", self.pull_request.map(pull_request));
        let schedules: Vec<_> = self.schedules.into_iter().flat_map(schedule).collect();
        on.put_filled("schedule", schedules);
        on.put_some("workflow_run", self.completed.map(completed));
        on.put_some(
            "repository_dispatch",
            self.dispatch.map(|(event_type, _)| dispatched(event_type)),
        );
        let mut dispatch = Map::new();
        dispatch.put_filled("inputs", inputs);
        on.put("workflow_dispatch", filled(dispatch));
        on
    }
}

/// What an event in Azure, or a caller, sends.
fn dispatched(event_type: String) -> Map {
    let mut filters = Map::new();
    filters.put("types", Doc::Words(vec![event_type]));
    filters
}

/// Why the auditor of workflows need not warn of the event: what it may bring along starts nothing.
const GUARDED: &str = "zizmor: ignore[dangerous-triggers] jobs ask for good runs of this repository, no pull requests";

fn completed(completed: &Completed) -> Map {
    let titles = completed.workflows.iter().map(|it| it.title.clone());
    let mut filters = Map::new();
    filters.put("workflows", titles.collect::<Vec<_>>());
    filters.put_beside("types", Doc::Words(vec!["completed".to_owned()]), GUARDED);
    filters.put("branches", patterns(&completed.branches));
    filters
}

fn push(push: &Push) -> Map {
    let mut filters = Map::new();
    if push.branches.is_empty() && push.tags.is_empty() {
        // Without a filter tags would count as well.
        filters.put("branches", vec!["**"]);
    }
    filters.put_filled("branches", patterns(&push.branches));
    filters.put_filled("tags", patterns(&push.tags));
    filters.put_filled("paths", patterns(&push.paths));
    filters
}

fn pull_request((request, passed): (&PullRequest, &Passthrough)) -> Doc {
    let mut filters = Map::new();
    if !request.drafts {
        // A draft that becomes ready changes nothing but its state.
        let types = ["opened", "synchronize", "reopened", "ready_for_review"];
        filters.put("types", Doc::Words(types.map(str::to_owned).to_vec()));
    }
    filters.put_filled("branches", patterns(&request.branches));
    filters.put_filled("paths", patterns(&request.paths));
    passthrough::put(&mut filters, &passed.github);
    filled(filters)
}

fn schedule(timing: &Timing) -> Vec<Map> {
    let entry = |cron: &crate::plan::Cron| {
        let mut entry = Map::new();
        entry.put_beside("cron", cron.text(), &timing.words);
        if timing.zone != "UTC" {
            entry.put("timezone", &timing.zone);
        }
        entry
    };
    timing.local.iter().map(entry).collect()
}

fn patterns(patterns: &[String]) -> Doc {
    let plain =
        |text: &String| text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
    if patterns.len() <= 4 && patterns.iter().all(plain) {
        Doc::Words(patterns.to_vec())
    } else {
        patterns.to_vec().into()
    }
}

/// An event without filters is a key without a value.
fn filled(map: Map) -> Doc {
    if map.is_empty() { Doc::Null } else { Doc::Map(map) }
}
