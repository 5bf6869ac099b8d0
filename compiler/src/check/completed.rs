//! Triggers that follow another pipeline: what they wait for, and whether it can reach them.

use std::collections::BTreeMap;

use super::names::Context;
use super::triggers::Named;
use crate::diagnostics::{CONFLICT, Diagnostic, HOME, NOT_SUPPORTED, Sink};
use crate::plan::{Completed, Concurrency, Followed, Home, Plan, Trigger, TriggerKind};
use crate::source::{Spanned, join};
use crate::spec::Spec;
use crate::spec::triggers::TriggerSpec;

/// The specs that triggers follow, by their root-relative paths.
#[derive(Debug)]
pub enum Upstreams {
    /// What came of each; `None`: it was refused, and nothing more is said of it.
    Read(BTreeMap<String, Option<Upstream>>),
    /// Nobody asks: what the spec itself follows changes nothing for those who follow it.
    Unread,
}

/// A pipeline that others follow.
#[derive(Clone, Debug)]
pub struct Upstream {
    pipeline: String,
    /// The CI files that run its whole graph.
    workflows: Vec<Followed>,
    /// What starts its whole graph by itself, and where that lives.
    starts: Vec<(Spanned<String>, Vec<Home>)>,
}

impl Upstream {
    /// What of a spec and its plan matters to those who follow it.
    pub(crate) fn of(spec: &Spec, plan: &Plan) -> Self {
        let mut starts = Vec::new();
        let mut files: Vec<u32> = vec![0];
        let starts_all =
            |it: &Trigger| it.kind != TriggerKind::Manual && plan.is_followed(Some(it));
        for trigger in plan.triggers.iter().filter(|it| it.enabled && starts_all(it)) {
            files.extend(trigger.workflow);
            let written = spec.triggers.get(&trigger.name);
            starts.extend(written.map(|item| (item.name.clone(), trigger.homes.clone())));
        }
        files.sort_unstable();
        files.dedup();
        let workflows = files.iter().filter_map(|at| plan.workflows.get(*at as usize));
        let followed =
            |it: &crate::plan::Workflow| Followed { id: it.id.clone(), title: it.title.clone() };
        Self { pipeline: plan.name.clone(), workflows: workflows.map(followed).collect(), starts }
    }
}

/// The kind of a trigger, with what the spec that it follows says; `None` when that was refused.
pub(crate) fn resolved(
    cx: &Context<'_>,
    spec: &TriggerSpec,
    kind: TriggerKind,
) -> Option<TriggerKind> {
    let (TriggerKind::Completed(completed), Some(written)) = (&kind, &spec.pipeline_completed)
    else {
        return Some(kind);
    };
    let spec_path = join(cx.folder, &written.spec.value.0)?;
    let mut completed = Completed { spec_path, ..Completed::clone(completed) };
    if completed.branches.is_empty() {
        completed.branches.push(super::project::default_branch(cx.project).to_owned());
    }
    if let Upstreams::Read(all) = cx.upstreams {
        let upstream = all.get(&completed.spec_path)?.as_ref()?;
        completed.pipeline.clone_from(&upstream.pipeline);
        completed.workflows.clone_from(&upstream.workflows);
    }
    Some(TriggerKind::Completed(Box::new(completed)))
}

/// Reports runs of the other pipeline that would not be seen.
pub(crate) fn can_follow(cx: &Context<'_>, named: &Named<'_>, homes: &[Home], sink: &mut Sink) {
    let (TriggerKind::Completed(completed), Some(written)) =
        (&named.plan, &named.spec.pipeline_completed)
    else {
        return;
    };
    let Upstreams::Read(all) = cx.upstreams else { return };
    let Some(Some(upstream)) = all.get(&completed.spec_path) else { return };
    for (start, lives) in &upstream.starts {
        if lives.iter().any(|home| homes.contains(home)) {
            continue;
        }
        let (pipeline, trigger) = (&upstream.pipeline, &start.value);
        let diagnostic = if lives.contains(&Home::AzureMl) {
            let message = format!(
                "the trigger `{trigger}` of `{pipeline}` lives on Azure ML, and to follow its runs is not supported yet"
            );
            let help =
                "let that trigger live on CI with `home`, or follow its jobs with `job_completed`";
            Diagnostic::new(&NOT_SUPPORTED, written.spec.span, message).help(help)
        } else {
            let lives = lives.first().copied().unwrap_or(Home::GitHub).title();
            let own = homes.first().copied().unwrap_or(Home::GitHub).title();
            let message = format!(
                "the trigger `{trigger}` of `{pipeline}` lives on {lives}, whose runs {own} does not see"
            );
            let help = "let both triggers live on one platform with `home`";
            Diagnostic::new(&HOME, written.spec.span, message).help(help)
        };
        sink.report(diagnostic.related(start.span, "this trigger"));
    }
}

/// Reports runs that any run of the other pipeline would cancel: GitHub starts a workflow behind bad
/// runs as well, and no condition comes before what happens to a run that is under way.
pub(crate) fn can_wait(cx: &Context<'_>, named: &Named<'_>, homes: &[Home], sink: &mut Sink) {
    let TriggerKind::Completed(completed) = &named.plan else { return };
    let said = named.spec.concurrency.as_ref().or(cx.spec.concurrency.as_ref());
    let Some(said) = said.filter(|word| word.value.plan() == Concurrency::Cancel) else { return };
    if !homes.contains(&Home::GitHub) {
        return;
    }
    let (trigger, other) = (&named.name.value, &completed.pipeline);
    let message = format!(
        "on GitHub a bad run of `{other}` would cancel what a good one started by `{trigger}`"
    );
    let help = "write `concurrency: queue` at the trigger: its runs wait for each other";
    let diagnostic = Diagnostic::new(&CONFLICT, said.span, message).help(help);
    sink.report(diagnostic.related(named.name.span, "this trigger"));
}
