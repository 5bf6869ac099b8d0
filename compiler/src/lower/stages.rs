//! Stages on CI: what runs in which, and the gates before what signs in to Azure there.

use std::collections::BTreeSet;

use crate::check::Checked;
use crate::graph::Dag;
use crate::plan::{
    Condition, Job, JobId, ParameterId, Piece, Plan, Reference, Scalar, StageGate, StageId,
    Staging, Step, When, Work, Workflow, WorkflowParameter,
};

/// The stage of a run that a trigger starts, or a person.
pub(crate) fn of_run(checked: &Checked<'_>, said: Option<StageId>) -> Staging {
    match (said, checked.whole_stage) {
        _ if checked.stage.is_none() => Staging::None,
        (Some(stage), Some(_)) | (None, Some(stage)) => Staging::Fixed(stage),
        (Some(stage), None) if stage != StageId::FIRST => Staging::Fixed(stage),
        (Some(_) | None, None) => Staging::Chosen,
    }
}

/// The stage of a run, where it makes a difference to one of the jobs.
pub(crate) fn that_matters(
    checked: &Checked<'_>,
    plan: &Plan,
    steps: &[u32],
    run: Staging,
    parameters: &[WorkflowParameter],
) -> Staging {
    let stages = || checked.spec.stages.good().map(|(_, stage)| stage);
    let differs = |it: &WorkflowParameter| {
        let name = &plan.parameter(it.id).name;
        !it.is_bound && stages().any(|stage| stage.parameters.get(name).is_some())
    };
    let names_it = |step: &Step| {
        let mut found = false;
        step.references(&mut |reference| found |= *reference == Reference::StageName);
        found && step.stage.is_none()
    };
    let in_env = plan.env.iter().flat_map(|(_, text)| text);
    let named = in_env.into_iter().any(|it| *it == Piece::Reference(Reference::StageName));
    let on_azure = |step: &Step| step.is_on_azure_ml() || step.signs_in() && step.stage.is_none();
    let has_groups = plan.project.stages.iter().any(|stage| !stage.variable_groups.is_empty());
    let reads_groups = |step: &Step| has_groups && step.stage.is_none() && reads_variables(step);
    let env = || plan.env.iter().flat_map(|(_, text)| text);
    let in_groups = has_groups && env().any(is_variable);
    let mut steps = steps.iter().map(|step| &plan.steps[*step as usize]);
    let matters = named
        || in_groups
        || steps.any(|step| on_azure(step) || names_it(step) || reads_groups(step))
        || parameters.iter().any(differs);
    if matters { run } else { Staging::None }
}

fn is_variable(piece: &Piece) -> bool {
    matches!(piece, Piece::Reference(Reference::Variable(_) | Reference::Secret(_)))
}

/// Whether a step reads a variable, which another stage may have another value of.
fn reads_variables(step: &Step) -> bool {
    let mut reads = false;
    step.references(&mut |reference| {
        reads |= matches!(reference, Reference::Variable(_) | Reference::Secret(_));
    });
    reads
}

/// Whether a file is for the stage and the bindings of a trigger. With stages a default may be
/// another one in each, so that what is bound counts, not what it comes to.
pub(crate) fn share(
    workflow: &Workflow,
    (staging, with): (Staging, &[(ParameterId, Scalar)]),
    bound: &[(ParameterId, Scalar)],
    plan: &Plan,
) -> bool {
    let value = |all: &[(ParameterId, Scalar)], id: ParameterId| {
        all.iter().find(|(known, _)| *known == id).map(|(_, value)| value.clone())
    };
    let same = || workflow.parameters.iter().all(|it| value(bound, it.id) == value(with, it.id));
    let fits = workflow.staging == staging || workflow.staging == Staging::None;
    fits && (plan.stage.is_none() || same())
}

/// The jobs, with a gate for each stage before the first of those that sign in there, where people
/// may have to approve.
pub(crate) fn behind_gates(
    plan: &Plan,
    jobs: Vec<Job>,
    run: Staging,
    mut fresh: impl FnMut(&str) -> String,
) -> Vec<Job> {
    let signed_in: BTreeSet<Staging> =
        jobs.iter().flat_map(|job| plan.sign_ins(job, run)).collect();
    let mut jobs = jobs;
    for staging in signed_in.into_iter().filter(|it| plan.project.asks_before(*it)) {
        let wish = match staging {
            Staging::Fixed(id) => format!("approve_{}", plan.project.stage(id).name),
            Staging::None | Staging::Chosen => "approve_stage".to_owned(),
        };
        let signs_in: Vec<bool> =
            jobs.iter().map(|job| plan.sign_ins(job, run).contains(&staging)).collect();
        let gate = Gate::new(plan, &jobs, &signs_in);
        let condition = gate.condition(plan, &jobs, (staging, run)).map(Box::new);
        let work = Work::StageGate(StageGate { staging, condition });
        jobs = gate.put(jobs, fresh(&wish), work);
    }
    jobs
}

/// Where a gate stands.
struct Gate {
    /// What it waits for: what the first jobs behind it wait for.
    needs: Vec<JobId>,
    /// The jobs that wait for it themselves. The others are skipped with them.
    before: Vec<bool>,
}

impl Gate {
    fn new(plan: &Plan, jobs: &[Job], signs_in: &[bool]) -> Self {
        // Whether a job has one before it that signs in; and whether it is skipped when the gate
        // stays closed.
        let (mut after, mut closed) = (vec![false; jobs.len()], vec![false; jobs.len()]);
        let mut gate = Self { needs: Vec::new(), before: vec![false; jobs.len()] };
        let mut first = 0;
        for (at, job) in jobs.iter().enumerate() {
            let is_tolerant = is_tolerant(plan, job);
            let mut earlier = job.needs.iter().map(|need| need.0 as usize);
            after[at] = earlier.clone().any(|it| after[it] || signs_in[it]);
            let is_closed = !is_tolerant && earlier.any(|it| closed[it]);
            gate.before[at] = signs_in[at] && !is_closed;
            closed[at] = is_closed || gate.before[at];
            // What runs after a failure is asked about beforehand.
            if gate.before[at] && !after[at] && !is_tolerant {
                gate.needs.extend(&job.needs);
                first += 1;
            }
        }
        gate.needs.sort_unstable();
        gate.needs = shared(&gate.needs, first, &uncertain(plan, jobs));
        gate
    }

    /// What must be true for any of the jobs to run that wait for the gate, as far as it is known
    /// when the gate is reached; `None`: nothing, or nobody knows.
    fn condition(
        &self,
        plan: &Plan,
        jobs: &[Job],
        (staging, run): (Staging, Staging),
    ) -> Option<Condition> {
        let is_known = |reference: &&Reference| {
            let Reference::Output(step, _) = reference else { return true };
            let mut needs = self.needs.iter().map(|need| &jobs[need.0 as usize].work);
            needs.any(|work| *work == Work::Step(*step))
        };
        let mut all: Vec<Condition> = Vec::new();
        for (job, _) in jobs.iter().zip(&self.before).filter(|(_, waits)| **waits) {
            let Work::Step(id) = job.work else { return None };
            let condition = plan.step(id).condition.as_deref()?;
            let references = condition.references();
            // Each job says the name of its own stage.
            let is_here =
                plan.staging_of(id, run) == staging || !references.contains(&&Reference::StageName);
            if !is_here || !references.iter().all(is_known) {
                return None;
            }
            if !all.contains(condition) {
                all.push(condition.clone());
            }
        }
        if all.len() > 1 { Some(Condition::Any(all)) } else { all.pop() }
    }

    /// Puts it among the jobs, each of which stays behind what it needs.
    fn put(self, mut jobs: Vec<Job>, id: String, work: Work) -> Vec<Job> {
        let own = jobs.len();
        jobs.push(Job { id, work, needs: self.needs });
        #[allow(clippy::cast_possible_truncation)]
        let gate = JobId(own as u32);
        for (job, _) in jobs.iter_mut().zip(&self.before).filter(|(_, waits)| **waits) {
            job.needs.push(gate);
        }
        ordered(jobs)
    }
}

/// The jobs that may be skipped in a run in which nothing fails, and those behind them.
fn uncertain(plan: &Plan, jobs: &[Job]) -> Vec<bool> {
    let mut all = vec![false; jobs.len()];
    for (at, job) in jobs.iter().enumerate() {
        let step = if let Work::Step(id) = job.work { Some(plan.step(id)) } else { None };
        let when = step.map_or(When::Success, |step| step.when);
        let by_itself = when == When::Failure || step.is_some_and(|step| step.condition.is_some());
        let behind = when != When::Always && job.needs.iter().any(|it| all[it.0 as usize]);
        all[at] = by_itself || behind;
    }
    all
}

/// Each of the sorted needs once. What may be skipped counts when all the first jobs wait for it:
/// else the gate would be skipped with it, and so would those that do not.
fn shared(needs: &[JobId], first: usize, uncertain: &[bool]) -> Vec<JobId> {
    let runs = needs.chunk_by(|one, other| one == other);
    let kept = runs.filter(|run| run.len() == first || !uncertain[run[0].0 as usize]);
    kept.map(|run| run[0]).collect()
}

/// Whether a job may run although something before it failed or was skipped.
fn is_tolerant(plan: &Plan, job: &Job) -> bool {
    match &job.work {
        Work::Step(id) => step_is_tolerant(plan.step(*id)),
        Work::Gate { .. } | Work::StageGate(_) | Work::Image(_) | Work::Submit(_) => false,
    }
}

fn step_is_tolerant(step: &Step) -> bool {
    step.when != When::Success
}

/// The jobs in an order in which needs come first.
fn ordered(jobs: Vec<Job>) -> Vec<Job> {
    let edges =
        (0u32..).zip(&jobs).flat_map(|(at, job)| job.needs.iter().map(move |it| (it.0, at)));
    #[allow(clippy::cast_possible_truncation)]
    let Ok(dag) = Dag::new(jobs.len() as u32, edges) else { return jobs };
    let mut places = vec![JobId(0); jobs.len()];
    for (place, job) in (0u32..).zip(dag.order()) {
        places[*job as usize] = JobId(place);
    }
    let mut all: Vec<(JobId, Job)> = places.iter().copied().zip(jobs).collect();
    all.sort_unstable_by_key(|(place, _)| *place);
    let moved = all.into_iter().map(|(_, mut job)| {
        for need in &mut job.needs {
            *need = places[need.0 as usize];
        }
        job.needs.sort_unstable();
        job
    });
    moved.collect()
}
