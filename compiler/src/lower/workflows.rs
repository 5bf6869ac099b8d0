//! CI files: triggers that start the same steps with the same bindings share one.

use super::{Parts, stages, submissions};
use crate::check::cut::GroupKind;
use crate::check::{Checked, CheckedTrigger, Sliced, read_by};
use crate::plan::{
    Concurrency, ImageId, Job, JobId, ParameterId, Piece, Plan, Reference, Scalar, Staging, StepId,
    SubmissionId, Trigger, TriggerId, TriggerKind, Work, Workflow, WorkflowParameter,
};

/// The whole graph's workflow, which is always there and can always be started by hand.
pub(crate) fn main(checked: &Checked<'_>, plan: &Plan, parts: &mut Parts) -> Workflow {
    let said = checked.spec.concurrency.as_ref().map(|word| word.value.plan());
    let first = checked.triggers.iter().find(|trigger| is_main(checked, trigger));
    let by_trigger = first.map(|trigger| trigger.concurrency);
    let concurrency = by_trigger.or(said).unwrap_or(Concurrency::Queue);
    let submissions =
        submissions::of_slice(checked, plan, &checked.whole, None, &mut parts.submissions);
    let title = plan.display_name.clone();
    let id = plan.name.clone();
    let staging = stages::of_run(checked, None);
    let head = Head { id, title, with: &[], concurrency, staging };
    build((checked, plan), &checked.whole, &submissions, head)
}

/// Whether a trigger starts the whole graph as it is, from CI.
fn is_main(checked: &Checked<'_>, trigger: &CheckedTrigger) -> bool {
    let on_ci = !trigger.homes.contains(&crate::plan::Home::AzureMl);
    let chosen = stages::of_run(checked, trigger.stage) == stages::of_run(checked, None);
    on_ci
        && chosen
        && trigger.with.is_empty()
        && trigger.sliced.slice.steps == checked.whole.slice.steps
}

/// The workflow of a trigger on CI: one that fits, or a new one.
pub(crate) fn of_trigger(
    checked: &Checked<'_>,
    plan: &Plan,
    trigger: &CheckedTrigger,
    parts: &mut Parts,
) -> u32 {
    #[allow(clippy::cast_possible_truncation)]
    let id = TriggerId(parts.triggers.len() as u32);
    let staging = stages::of_run(checked, trigger.stage);
    let mut each = parts.workflows.iter().zip(parts.slices.iter().zip(&parts.bound));
    let fits = |(workflow, (slice, bound)): (&Workflow, (&Vec<u32>, &Vec<_>))| {
        *slice == trigger.sliced.slice.steps
            && stages::share(workflow, (staging, &trigger.with), bound, plan)
            && shares(workflow, trigger, plan, &parts.triggers)
    };
    let index = each.position(fits).unwrap_or_else(|| {
        let name = &trigger.name.value;
        let submissions = submissions::of_slice(
            checked,
            plan,
            &trigger.sliced,
            Some(trigger),
            &mut parts.submissions,
        );
        let head = Head {
            id: format!("{}-{name}", plan.name),
            title: format!("{}: {name}", plan.display_name),
            with: &trigger.with,
            concurrency: trigger.concurrency,
            staging,
        };
        parts.workflows.push(build((checked, plan), &trigger.sliced, &submissions, head));
        parts.slices.push(trigger.sliced.slice.steps.clone());
        parts.bound.push(trigger.with.clone());
        parts.workflows.len() - 1
    });
    parts.workflows[index].triggers.push(id);
    for parameter in &mut parts.workflows[index].parameters {
        let brought = |(id, _): &(ParameterId, _)| *id == parameter.id;
        let is_free = matches!(trigger.kind, TriggerKind::Call(_))
            && !trigger.with.iter().any(|(id, _)| *id == parameter.id);
        parameter.is_brought |= is_free || trigger.from_event.iter().any(brought);
    }
    #[allow(clippy::cast_possible_truncation)]
    let index = index as u32;
    index
}

/// Same values, same concurrency, and no second filter of one event.
fn shares(
    workflow: &Workflow,
    trigger: &CheckedTrigger,
    plan: &Plan,
    triggers: &[Trigger],
) -> bool {
    let values = |id: ParameterId| bound(plan, &trigger.with, id);
    let same_event = |other: &TriggerId| {
        let other = &triggers[other.0 as usize].kind;
        matches!(
            (other, &trigger.kind),
            (TriggerKind::Push(_), TriggerKind::Push(_))
                | (TriggerKind::PullRequest(_), TriggerKind::PullRequest(_))
                | (TriggerKind::Completed(_), TriggerKind::Completed(_))
                // What comes with one event is nothing to another.
                | (
                    TriggerKind::Event(_) | TriggerKind::Call(_),
                    TriggerKind::Event(_) | TriggerKind::Call(_)
                )
        )
    };
    workflow.concurrency == trigger.concurrency
        && workflow.parameters.iter().all(|it| it.value == values(it.id))
        && !workflow.triggers.iter().any(same_event)
}

fn bound(plan: &Plan, with: &[(ParameterId, Scalar)], id: ParameterId) -> Option<Scalar> {
    let own = with.iter().find(|(bound, _)| *bound == id).map(|(_, value)| value.clone());
    own.or_else(|| plan.parameter(id).default.clone())
}

struct Head<'a> {
    id: String,
    title: String,
    with: &'a [(ParameterId, Scalar)],
    concurrency: Concurrency,
    staging: Staging,
}

fn build(
    (checked, plan): (&Checked<'_>, &Plan),
    sliced: &Sliced,
    submissions: &[(u32, SubmissionId)],
    head: Head<'_>,
) -> Workflow {
    let steps = &sliced.slice.steps;
    let mut read = read_by(steps.iter().map(|step| &plan.steps[*step as usize]));
    for (_, text) in &plan.env {
        for piece in text {
            if let Piece::Reference(Reference::Parameter(id)) = piece {
                read.push(*id);
            }
        }
    }
    read.sort_unstable();
    read.dedup();
    let parameters: Vec<WorkflowParameter> = read
        .into_iter()
        .map(|id| WorkflowParameter {
            id,
            value: bound(plan, head.with, id),
            is_bound: head.with.iter().any(|(bound, _)| *bound == id),
            is_brought: false,
        })
        .collect();
    let staging = stages::that_matters(checked, plan, steps, head.staging, &parameters);
    let jobs = jobs(plan, sliced, submissions, staging);
    Workflow {
        id: head.id,
        title: head.title,
        triggers: Vec::new(),
        jobs,
        parameters,
        concurrency: head.concurrency,
        staging,
        trusted: steps.iter().any(|step| plan.steps[*step as usize].is_trusted()),
    }
}

/// The groups of a cut as jobs.
pub(crate) fn jobs(
    plan: &Plan,
    sliced: &Sliced,
    submissions: &[(u32, SubmissionId)],
    staging: Staging,
) -> Vec<Job> {
    let mut names = Names::default();
    for step in &sliced.slice.steps {
        let step = &plan.steps[*step as usize];
        if !step.is_on_azure_ml() {
            names.take(&step.name);
        }
    }
    let mut jobs = image_jobs(plan, sliced, &mut names);
    let images: Vec<(ImageId, JobId)> = (0..).map(JobId).zip(&jobs).filter_map(built).collect();
    #[allow(clippy::cast_possible_truncation)] // a spec has fewer than 2^32 steps
    let before = jobs.len() as u32;
    let labels = Labels { sliced, plan, submissions };
    for (index, group) in (0u32..).zip(&sliced.cut.groups) {
        let (id, work) = match &group.kind {
            GroupKind::Step(step) => {
                (plan.steps[*step as usize].name.clone(), Work::Step(StepId(*step)))
            }
            GroupKind::Gate(step) => {
                let gated = &plan.steps[*step as usize];
                let environment = gated.approval.clone().unwrap_or_default();
                let id = names.fresh(&format!("approve_{}", gated.name));
                (id, Work::Gate { step: StepId(*step), environment })
            }
            GroupKind::Submission { .. } => {
                let Some((submission, label)) = labels.of(index) else { continue };
                (names.fresh(&label), Work::Submit(submission))
            }
        };
        let container = match &work {
            Work::Step(step) => plan.step(*step).image(),
            Work::Gate { .. } | Work::StageGate(_) | Work::Submit(_) | Work::Image(_) => None,
        };
        let image = images.iter().filter(|(image, _)| Some(*image) == container);
        let needs = image.map(|(_, job)| *job);
        let needs = needs.chain(group.needs.iter().map(|need| JobId(before + *need)));
        jobs.push(Job { id, work, needs: needs.collect() });
    }
    stages::behind_gates(plan, jobs, staging, |wish| names.fresh(wish))
}

/// A job for each image that steps of the slice run in, before all others.
fn image_jobs(plan: &Plan, sliced: &Sliced, names: &mut Names) -> Vec<Job> {
    let steps = sliced.slice.steps.iter().map(|step| &plan.steps[*step as usize]);
    let used: std::collections::BTreeSet<ImageId> =
        steps.filter_map(crate::plan::Step::image).collect();
    let job = |id: ImageId| {
        let image = plan.image(id);
        let variant = image.variant.iter().map(|variant| format!("_{variant}"));
        let name: String = std::iter::once(image.name.clone()).chain(variant).collect();
        let word = |sign: char| if sign.is_ascii_alphanumeric() { sign } else { '_' };
        let name: String = name.chars().map(word).collect();
        Job { id: names.fresh(&format!("image_{name}")), work: Work::Image(id), needs: Vec::new() }
    };
    used.into_iter().map(job).collect()
}

fn built((id, job): (JobId, &Job)) -> Option<(ImageId, JobId)> {
    match job.work {
        Work::Image(image) => Some((image, id)),
        Work::Step(_) | Work::Gate { .. } | Work::StageGate(_) | Work::Submit(_) => None,
    }
}

struct Labels<'a> {
    sliced: &'a Sliced,
    plan: &'a Plan,
    submissions: &'a [(u32, SubmissionId)],
}

impl Labels<'_> {
    /// The submission of a group, and the job's name: `azureml`, with the first step behind it when
    /// there is more than one job; or the author's name for it.
    fn of(&self, group: u32) -> Option<(SubmissionId, String)> {
        let place = self.submissions.binary_search_by_key(&group, |(index, _)| *index).ok()?;
        let id = self.submissions[place].1;
        let GroupKind::Submission { steps, .. } = &self.sliced.cut.groups[group as usize].kind
        else {
            return None;
        };
        let first = &self.plan.steps[steps[0] as usize];
        let name = match &first.place {
            crate::plan::Place::AzureMl(place) => place.submission.clone(),
            crate::plan::Place::Ci(_) => None,
        };
        let label = name.unwrap_or_else(|| {
            if place == 0 { "azureml".to_owned() } else { format!("azureml_{}", first.name) }
        });
        Some((id, label))
    }
}

/// Names that are taken; platforms fold letter case.
#[derive(Default)]
struct Names(std::collections::BTreeSet<String>);

impl Names {
    fn take(&mut self, name: &str) -> bool {
        self.0.insert(name.to_ascii_lowercase())
    }

    fn fresh(&mut self, wish: &str) -> String {
        // Targets put two underscores between a job's id and what else they make of it.
        let wish = wish.replace("__", "_");
        if self.take(&wish) {
            return wish;
        }
        let mut number = 2;
        while !self.take(&format!("{wish}_{number}")) {
            number += 1;
        }
        format!("{wish}_{number}")
    }
}
