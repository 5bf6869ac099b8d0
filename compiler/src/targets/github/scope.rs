//! What every job of one workflow may ask for.

use std::borrow::Cow;
use std::rc::Rc;

use crate::plan::{
    Job, JobId, ParameterId, Plan, Reference, Staging, StepId, Work, WorkflowParameter,
    jobs_of_steps,
};

/// Minutes that one job waits for an Azure ML job: a hosted job ends after 360, and signing in,
/// submitting and cancelling take some.
const SLICE_MINUTES: u32 = 340;

/// What a dispatch brings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Dispatch {
    /// Nothing starts the workflow in this way.
    None,
    /// Values that a caller chose to give.
    Some,
    /// All that an event brings.
    All,
}

/// One workflow, with the ways through it.
#[derive(Clone)]
pub(super) struct Scope<'a> {
    pub(super) plan: &'a Plan,
    /// The stage of the run.
    pub(super) run: Staging,
    /// The stage of what is being written.
    pub(super) staging: Staging,
    /// Nothing but people start the workflow.
    pub(super) by_hand_only: bool,
    /// What comes with a dispatch that starts the workflow.
    pub(super) dispatch: Dispatch,
    /// Conditions on the event, all of which every job without needs must meet.
    pub(super) guards: Vec<&'static str>,
    /// The workflow releases, so that its jobs take nothing from caches, which any branch may have
    /// filled.
    pub(super) releases: bool,
    /// Runs of other workflows start the workflow.
    pub(super) follows: bool,
    /// How long each of the jobs waits that watch one Azure ML job, in minutes; never empty.
    pub(super) slices: Vec<u32>,
    jobs: &'a [Job],
    job_of_step: Rc<[Option<JobId>]>,
    bindings: Rc<[Option<&'a WorkflowParameter>]>,
    /// Parameters whose defaults are not the same in all stages that the run reaches.
    staged: Rc<[bool]>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        jobs: &'a [Job],
        bound: &'a [WorkflowParameter],
        run: Staging,
    ) -> Self {
        let mut bindings = vec![None; plan.parameters.len()];
        let mut staged = vec![false; plan.parameters.len()];
        let reached = plan.reached(jobs, run);
        for parameter in bound {
            let at = parameter.id.0 as usize;
            bindings[at] = Some(parameter);
            let first = reached[0].value_of(parameter);
            staged[at] = reached.iter().any(|plan| plan.value_of(parameter) != first);
        }
        Self {
            plan,
            run,
            staging: run,
            by_hand_only: true,
            dispatch: Dispatch::None,
            guards: Vec::new(),
            releases: false,
            follows: false,
            slices: slices(plan.timeout_minutes),
            jobs,
            job_of_step: jobs_of_steps(plan, jobs).into(),
            bindings: bindings.into(),
            staged: staged.into(),
        }
    }

    /// The same, for what runs in some stage.
    pub(super) fn within(&self, staging: Staging) -> Cow<'_, Self> {
        if staging == self.staging {
            return Cow::Borrowed(self);
        }
        Cow::Owned(Self { staging, ..self.clone() })
    }

    /// Whether a parameter has another default in some stage.
    pub(super) fn is_staged(&self, id: ParameterId) -> bool {
        self.staged[id.0 as usize]
    }

    /// Whether a dispatch may bring a parameter.
    pub(super) fn is_brought(&self, bound: &WorkflowParameter) -> bool {
        self.dispatch != Dispatch::None && bound.is_brought
    }

    /// The parameters that a dispatch may bring.
    pub(super) fn brought(&self) -> impl Iterator<Item = &'a WorkflowParameter> {
        let all = self.bindings.iter().copied().flatten();
        all.filter(|bound| self.is_brought(bound))
    }

    pub(super) fn jobs(&self) -> &'a [Job] {
        self.jobs
    }

    /// What the workflow binds to a parameter; `None`: no input of this workflow.
    pub(super) fn binding(&self, id: ParameterId) -> Option<&'a WorkflowParameter> {
        self.bindings[id.0 as usize]
    }

    /// The job that runs a step.
    pub(super) fn job_of(&self, step: StepId) -> Option<&'a Job> {
        self.job_of_step[step.0 as usize].map(|id| &self.jobs[id.0 as usize])
    }

    /// Whether a step runs on Azure ML in this workflow.
    pub(super) fn is_submitted(&self, step: StepId) -> bool {
        self.job_of(step).is_some_and(|job| matches!(job.work, Work::Submit(_)))
    }

    /// Ids of the jobs that must come before one.
    pub(super) fn needs(&self, job: &Job) -> Vec<String> {
        job.needs.iter().map(|id| self.last_id(&self.jobs[id.0 as usize])).collect()
    }

    /// Conditions that the gates of stages before a job are open.
    pub(super) fn open_gates(&self, job: &Job) -> Vec<String> {
        let needs = job.needs.iter().map(|id| &self.jobs[id.0 as usize]);
        let gates = needs.filter(|job| matches!(job.work, Work::StageGate(_)));
        gates.map(|gate| format!("needs.{}.result == 'success'", gate.id)).collect()
    }

    /// An output of the job that runs a step, as a part of an expression.
    pub(super) fn needed_output(&self, step: StepId, output: &str) -> String {
        let id = self.job_of(step).map(|job| self.last_id(job)).unwrap_or_default();
        format!("needs.{id}.outputs.{output}")
    }

    /// The id of the job that ends a vertex of the graph.
    fn last_id(&self, job: &Job) -> String {
        match &job.work {
            Work::Submit(_) => wait_id(&job.id, self.slices.len()),
            Work::Step(_) | Work::Gate { .. } | Work::StageGate(_) | Work::Image(_) => {
                job.id.clone()
            }
        }
    }
}

fn slices(minutes: u32) -> Vec<u32> {
    let mut left = minutes.max(1);
    let mut slices = Vec::new();
    while left > SLICE_MINUTES {
        slices.push(SLICE_MINUTES);
        left -= SLICE_MINUTES;
    }
    slices.push(left);
    slices
}

/// The id of the n-th job that waits for an Azure ML job; the first one also submits it. No name of
/// an author holds `__`.
pub(super) fn wait_id(id: &str, number: usize) -> String {
    if number == 1 { id.to_owned() } else { format!("{id}__wait{number}") }
}

/// The parameters among references.
pub(super) fn parameters<'r>(
    references: impl IntoIterator<Item = &'r Reference>,
) -> Vec<ParameterId> {
    let mut ids = Vec::new();
    for reference in references {
        if let Reference::Parameter(id) = reference
            && !ids.contains(id)
        {
            ids.push(*id);
        }
    }
    ids
}
