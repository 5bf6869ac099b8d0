//! What starts a pipeline by itself.

use crate::emit::{Doc, Map};
use crate::plan::{
    Concurrency, Filters, Home, Plan, PullRequest, Push, Timing, Trigger, TriggerKind, Workflow,
    path_filters, ref_filters,
};
use crate::targets::passthrough;

/// The triggers of a workflow that live on this platform and fire.
pub(super) fn living_here<'a>(
    plan: &'a Plan,
    workflow: &'a Workflow,
) -> impl Iterator<Item = &'a Trigger> {
    let triggers = workflow.triggers.iter().map(|id| plan.trigger(*id));
    triggers.filter(|one| one.lives_on(Home::AzurePipelines))
}

/// Whether pull requests start runs.
pub(super) fn on_pull_requests(plan: &Plan, workflow: &Workflow) -> bool {
    living_here(plan, workflow).any(|one| matches!(one.kind, TriggerKind::PullRequest(_)))
}

/// Puts `trigger`, `pr` and `schedules`; what is absent is said outright, since the service would
/// otherwise start a run for every push and pull request.
pub(super) fn put(root: &mut Map, plan: &Plan, workflow: &Workflow) {
    let (mut push, mut pull_request): (Doc, Doc) = ("none".into(), "none".into());
    let mut schedules = Vec::new();
    for trigger in living_here(plan, workflow) {
        match &trigger.kind {
            TriggerKind::Push(filter) => {
                let mut map = on_push(filter, workflow.concurrency);
                passthrough::put(&mut map, &trigger.passthrough.azure_pipelines);
                push = map.into();
            }
            TriggerKind::PullRequest(filter) => {
                pull_request = on_pull_request(filter, workflow.concurrency).into();
            }
            TriggerKind::Schedule(timing) => {
                schedules.extend(on_schedule(&trigger.name, timing, &plan.project.default_branch));
            }
            TriggerKind::Http(_)
            | TriggerKind::Call(_)
            | TriggerKind::Event(_)
            | TriggerKind::Completed(_)
            | TriggerKind::Manual => {}
        }
    }
    root.put("trigger", push);
    root.put("pr", pull_request);
    root.put_filled("schedules", schedules);
}

/// A push trigger on one branch and some paths (none: all).
pub(super) fn on_branch(branch: &str, paths: &[String]) -> Map {
    let branches = vec![branch.to_owned()];
    let filter = Push { branches, tags: Vec::new(), paths: Vec::new() };
    let mut map = on_push(&filter, Concurrency::Queue);
    if !paths.is_empty() {
        // Paths, not patterns: a `!` at the start is part of the name.
        map.put("paths", lists(Filters { include: paths.to_vec(), exclude: Vec::new() }));
    }
    map
}

/// The pipelines that a file follows. The service starts a run when one of theirs ends well, and for
/// no other end.
pub(super) fn followed(plan: &Plan, workflow: &Workflow) -> Vec<Map> {
    let all = living_here(plan, workflow).filter_map(|one| match &one.kind {
        TriggerKind::Completed(completed) => Some(completed),
        TriggerKind::Push(_)
        | TriggerKind::PullRequest(_)
        | TriggerKind::Schedule(_)
        | TriggerKind::Http(_)
        | TriggerKind::Call(_)
        | TriggerKind::Event(_)
        | TriggerKind::Manual => None,
    });
    let each = all.flat_map(|it| it.workflows.iter().map(|file| (file, it.branches.as_slice())));
    each.map(|(file, branches)| {
        let mut trigger = Map::new();
        trigger.put("branches", lists(ref_filters(branches)));
        let mut map = Map::new();
        map.put("pipeline", file.id.replace('-', "_"));
        map.put("source", file.id.as_str());
        map.put("trigger", trigger);
        map
    })
    .collect()
}

fn on_push(filter: &Push, concurrency: Concurrency) -> Map {
    let mut map = Map::new();
    if concurrency == Concurrency::Cancel {
        // Pushes during a run become one run after it: those in between are never started.
        map.put("batch", true);
    }
    if filter.branches.is_empty() && !filter.tags.is_empty() {
        // Tags alone would leave every branch in.
        let mut none = Map::new();
        none.put("exclude", vec!["*"]);
        map.put("branches", none);
    } else {
        map.put("branches", lists(ref_filters(&filter.branches)));
    }
    if !filter.tags.is_empty() {
        map.put("tags", lists(ref_filters(&filter.tags)));
    }
    if !filter.paths.is_empty() {
        map.put("paths", lists(path_filters(&filter.paths)));
    }
    map
}

fn on_pull_request(filter: &PullRequest, concurrency: Concurrency) -> Map {
    let mut map = Map::new();
    map.put("autoCancel", concurrency == Concurrency::Cancel);
    map.put("drafts", filter.drafts);
    map.put("branches", lists(ref_filters(&filter.branches)));
    if !filter.paths.is_empty() {
        map.put("paths", lists(path_filters(&filter.paths)));
    }
    map
}

fn lists(filters: Filters) -> Map {
    let Filters { mut include, exclude } = filters;
    if include.is_empty() {
        include.push("*".to_owned());
    }
    let mut map = Map::new();
    map.put("include", include);
    map.put_filled("exclude", exclude);
    map
}

/// The service knows UTC only. `always`: it would otherwise leave a run out when nothing changed.
fn on_schedule(name: &str, timing: &Timing, branch: &str) -> Vec<Map> {
    let lines = timing.utc.iter().flatten();
    lines
        .map(|cron| {
            let mut branches = Map::new();
            branches.put("include", vec![branch]);
            let mut map = Map::new();
            map.put_beside("cron", cron.text(), timing.words.as_str());
            map.put("displayName", name);
            map.put("branches", branches);
            map.put("always", true);
            map
        })
        .collect()
}
