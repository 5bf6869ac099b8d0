//! Checked spec to plan: copies decisions into neutral words, takes none.

mod release;
mod stages;
mod submissions;
mod workflows;

use std::sync::Arc;

use crate::check::Checked;
use crate::plan::{
    Edge, Home, JobSettings, ParameterId, Plan, Scalar, StepId, Submission, SubmissionId, Trigger,
    TriggerKind, Workflow,
};
use crate::source::Spanned;
use crate::spec::DEFAULT_TIMEOUT_MINUTES;
use crate::spec::decode::Dict;
use crate::spec::values::{AnyName, Word};

/// Says a checked spec again as a plan.
pub fn lower(mut checked: Checked<'_>, spec_path: &str, used: Vec<Arc<Plan>>) -> Plan {
    let mut plan = without_triggers(&mut checked, spec_path);
    plan.used = used;
    let mut parts = Parts::default();
    let main = workflows::main(&checked, &plan, &mut parts);
    parts.workflows.push(main);
    parts.slices.push(checked.whole.slice.steps.clone());
    parts.bound.push(Vec::new());
    for trigger in &checked.triggers {
        let lowered = trigger_of(&checked, &plan, &mut parts, trigger);
        parts.triggers.push(lowered);
    }
    let Parts { triggers, submissions, workflows, .. } = parts;
    (plan.triggers, plan.submissions, plan.workflows) = (triggers, submissions, workflows);
    start_published(&mut plan);
    plan.release = release::release(&checked, &plan);
    plan
}

/// Gives events that start what is published the same submission.
fn start_published(plan: &mut Plan) {
    let published = plan.published().map(|(id, _)| plan.trigger(id)).filter(|it| it.enabled);
    let published: Vec<_> = published.map(|it| (it.slice.clone(), it.submission)).collect();
    let waits = |it: &&mut Trigger| it.homes.contains(&Home::AzureMl) && it.event().is_some();
    for trigger in plan.triggers.iter_mut().filter(waits) {
        let found = published.iter().find(|(slice, _)| *slice == trigger.slice);
        trigger.submission = found.and_then(|(_, submission)| *submission);
    }
}

/// The plan of a project with stages: that of the first, with all of them.
pub(crate) fn with_stages(plans: Vec<Arc<Plan>>) -> Option<Plan> {
    let mut plan = Plan::clone(plans.first()?);
    let inputs = plans.iter().filter_map(|one| one.release.as_ref()).flat_map(|one| &one.inputs);
    let inputs = release::outermost(inputs.cloned().collect());
    if let Some(release) = &mut plan.release {
        release.inputs = inputs;
    }
    // Whether CI starts something is said in the stage that it starts.
    for (at, trigger) in plan.triggers.iter_mut().enumerate() {
        let own = trigger.stage.and_then(|id| plans.get(id.0 as usize));
        if let (Some(own), Some(_)) = (own, trigger.workflow) {
            trigger.enabled = own.triggers[at].enabled;
        }
    }
    plan.stages = plans;
    Some(plan)
}

/// Says a checked spec as a component in a folder of another pipeline, which owns its files. All of
/// it is one submission.
pub(crate) fn component(mut checked: Checked<'_>, owner: &str, folder: &str) -> Plan {
    let mut plan = without_triggers(&mut checked, owner);
    folder.clone_into(&mut plan.project.azure_ml_folder);
    let mut all = Vec::new();
    submissions::of_slice(&checked, &plan, &checked.whole, None, &mut all);
    plan.submissions = all;
    plan
}

/// The plan before anything starts it: what only moves is taken out of the checked spec.
fn without_triggers(checked: &mut Checked<'_>, spec_path: &str) -> Plan {
    let spec = checked.spec;
    let name = spec.name.as_ref().map_or("", |name| &name.value).to_owned();
    let or_name = |text: Option<&Spanned<String>>| {
        text.map_or_else(|| name.clone(), |text| text.value.clone())
    };
    let timeout = spec.timeout.as_ref().map(|it| it.value.0.div_ceil(60));
    Plan {
        spec_path: spec_path.to_owned(),
        display_name: or_name(spec.display_name.as_ref()),
        description: spec.description.as_ref().map(|it| it.value.clone()),
        experiment: or_name(spec.experiment.as_ref()),
        tags: words(&spec.tags),
        settings: settings(checked),
        timeout_minutes: u32::try_from(timeout.unwrap_or(DEFAULT_TIMEOUT_MINUTES))
            .unwrap_or(u32::MAX),
        env: std::mem::take(&mut checked.env),
        passthrough: std::mem::take(&mut checked.passthrough),
        parameters: std::mem::take(&mut checked.parameters),
        steps: std::mem::take(&mut checked.steps),
        outputs: std::mem::take(&mut checked.outputs),
        images: std::mem::take(&mut checked.images),
        edges: edges(checked),
        triggers: Vec::new(),
        submissions: Vec::new(),
        workflows: Vec::new(),
        used: Vec::new(),
        release: None,
        project: checked.project.clone(),
        stage: checked.stage,
        stage_value: checked.stage_name.map(|name| Scalar::Text(name.to_owned())),
        stages: Vec::new(),
        name,
    }
}

fn settings(checked: &mut Checked<'_>) -> JobSettings {
    let spec = checked.spec;
    let flag = |it: Option<&Spanned<bool>>| it.is_some_and(|it| it.value);
    JobSettings {
        default_datastore: spec.default_datastore.as_ref().map(|it| it.value.clone()),
        continue_on_step_failure: flag(spec.continue_on_step_failure.as_ref()),
        force_rerun: flag(spec.force_rerun.as_ref()),
        identity: std::mem::take(&mut checked.identity),
        properties: words(&spec.properties),
    }
}

/// A map of names to words.
fn words(dict: &Dict<AnyName, Word>) -> Vec<(String, String)> {
    dict.good().map(|(name, it)| (name.value.clone(), it.0.value.clone())).collect()
}

/// What is collected while triggers are said again.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) triggers: Vec<Trigger>,
    pub(crate) submissions: Vec<Submission>,
    pub(crate) workflows: Vec<Workflow>,
    /// The steps of each workflow.
    pub(crate) slices: Vec<Vec<u32>>,
    /// What each workflow's triggers bind.
    pub(crate) bound: Vec<Vec<(ParameterId, Scalar)>>,
}

fn edges(checked: &Checked<'_>) -> Vec<Edge> {
    let each = checked.edges.iter();
    each.map(|site| Edge { from: StepId(site.from), to: StepId(site.to), output: site.output })
        .collect()
}

fn trigger_of(
    checked: &Checked<'_>,
    plan: &Plan,
    parts: &mut Parts,
    trigger: &crate::check::CheckedTrigger,
) -> Trigger {
    let on_azure_ml = trigger.homes.contains(&Home::AzureMl);
    let is_event = matches!(trigger.kind, TriggerKind::Event(_));
    let mut submission: Option<SubmissionId> = None;
    let mut workflow = None;
    if on_azure_ml && is_event {
        // What it starts is published: known when all triggers are.
    } else if on_azure_ml {
        let ids = submissions::of_slice(
            checked,
            plan,
            &trigger.sliced,
            Some(trigger),
            &mut parts.submissions,
        );
        submission = ids.first().map(|(_, id)| *id);
    } else {
        workflow = Some(workflows::of_trigger(checked, plan, trigger, parts));
    }
    // A CI file takes what its jobs read, and refuses all else.
    let read = workflow.map(|index| &parts.workflows[index as usize].parameters);
    let takes = |id: ParameterId| read.is_none_or(|read| read.iter().any(|it| it.id == id));
    Trigger {
        name: trigger.name.value.clone(),
        kind: trigger.kind.clone(),
        enabled: trigger.enabled,
        slice: trigger.sliced.slice.steps.iter().map(|step| StepId(*step)).collect(),
        with: trigger.with.clone(),
        from_event: trigger.from_event.iter().filter(|(id, _)| takes(*id)).cloned().collect(),
        stage: trigger.stage,
        homes: trigger.homes.clone(),
        passthrough: trigger.passthrough.clone(),
        workflow,
        submission,
    }
}
