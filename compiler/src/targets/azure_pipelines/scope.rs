//! What the jobs of one file know of each other.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::emit::Doc;
use crate::plan::{
    Job, JobId, Parameter, ParameterId, Place, Plan, Scalar, Staging, Step, StepId, When, Work,
    WorkflowParameter, jobs_of_steps,
};

use super::condition;
use super::container::{self, Beside, Container};

/// Words that the service gives a meaning where a job's name stands.
const RESERVED: [&str; 5] = ["deployment", "job", "stage", "steps", "template"];

/// The jobs of one file and what they may refer to.
#[derive(Clone)]
pub(super) struct Scope<'a> {
    /// The whole plan.
    pub(super) plan: &'a Plan,
    /// The stage of the run.
    pub(super) run: Staging,
    /// The stage of what is being written.
    pub(super) staging: Staging,
    /// The jobs; [`JobId`] indexes them.
    pub(super) jobs: &'a [Job],
    /// The parameters that the file declares.
    pub(super) parameters: &'a [WorkflowParameter],
    /// Whether a run may be for a pull request of a fork, which must not reach Azure or secrets.
    pub(super) guards_forks: bool,
    /// Whether calls or events start runs, with values of parameters.
    pub(super) is_called: bool,
    /// The images that the jobs run in.
    pub(super) containers: Rc<[Container<'a>]>,
    /// The containers that run beside them.
    pub(super) services: Rc<[Beside<'a>]>,
    /// Whether anything written so far reads a variable of the project's.
    pub(super) reads_variables: Rc<Cell<bool>>,
    /// The variable groups that jobs import for themselves.
    pub(super) groups: Rc<RefCell<Vec<String>>>,
    job_of_step: Rc<[Option<JobId>]>,
    /// The plans of the stages that the run reaches.
    reached: Rc<[&'a Plan]>,
}

impl<'a> Scope<'a> {
    /// A scope of these jobs. Without parameters, references to them are their defaults.
    pub(super) fn new(
        plan: &'a Plan,
        jobs: &'a [Job],
        parameters: &'a [WorkflowParameter],
        run: Staging,
        guards_forks: bool,
    ) -> Self {
        let steps = || jobs.iter().filter_map(|job| step_of(plan, job));
        let containers = container::all(plan, steps());
        Self {
            plan,
            run,
            staging: run,
            jobs,
            parameters,
            guards_forks,
            is_called: false,
            services: container::services(steps(), &containers).into(),
            containers: containers.into(),
            reads_variables: Rc::default(),
            groups: Rc::default(),
            job_of_step: jobs_of_steps(plan, jobs).into(),
            reached: plan.reached(jobs, run).into(),
        }
    }

    /// The same, for what runs in some stage.
    pub(super) fn within(&self, staging: Staging) -> Cow<'_, Self> {
        if staging == self.staging {
            return Cow::Borrowed(self);
        }
        Cow::Owned(Self { staging, ..self.clone() })
    }

    /// Whether a parameter has another default in some stage that the run reaches.
    pub(super) fn is_staged(&self, parameter: &WorkflowParameter) -> bool {
        let first = self.reached[0].value_of(parameter);
        self.reached.iter().any(|plan| plan.value_of(parameter) != first)
    }

    /// What a parameter is when a person says nothing, where no stage makes a difference.
    pub(super) fn value_of(&self, parameter: &'a WorkflowParameter) -> Option<&'a Scalar> {
        self.reached[0].value_of(parameter)
    }

    /// The ids of the jobs that must be done before a job.
    pub(super) fn needs(&self, job: &Job) -> Vec<String> {
        job.needs.iter().map(|id| self.last_id(*id)).collect()
    }

    /// What must hold of the gates of stages before a job that runs whatever happened.
    pub(super) fn open_gates(&self, job: &Job, when: When) -> Vec<String> {
        let needs = job.needs.iter().filter(|_| when != When::Success);
        let gates = needs.filter(|id| matches!(self.jobs[id.0 as usize].work, Work::StageGate(_)));
        gates.map(|id| condition::passed(&self.id(*id))).collect()
    }

    /// The id of a job in the file.
    pub(super) fn id(&self, job: JobId) -> String {
        self.id_of(&self.jobs[job.0 as usize])
    }

    /// The same for a job at hand. The service takes back ids that are its own words; two underscores
    /// cannot stand in names of the author's.
    pub(super) fn id_of(&self, job: &Job) -> String {
        let id = job.id.as_str();
        let deploys = step_of(self.plan, job).is_some_and(is_deployment);
        let is_taken = RESERVED.contains(&id) || deploys && id == "deploy";
        if is_taken { format!("{id}__job") } else { id.to_owned() }
    }

    /// The id of the job that says that the work is done and well.
    pub(super) fn last_id(&self, job: JobId) -> String {
        match self.jobs[job.0 as usize].work {
            Work::Submit(_) => done(&self.jobs[job.0 as usize].id),
            Work::Step(_) | Work::Gate { .. } | Work::StageGate(_) | Work::Image(_) => self.id(job),
        }
    }

    /// The job that runs a step.
    pub(super) fn job_of(&self, step: StepId) -> Option<JobId> {
        self.job_of_step[step.0 as usize]
    }

    /// The declaration of a parameter, with the one of the plan.
    pub(super) fn parameter(
        &self,
        id: ParameterId,
    ) -> (&'a Parameter, Option<&'a WorkflowParameter>) {
        (self.plan.parameter(id), self.parameters.iter().find(|one| one.id == id))
    }
}

fn step_of<'a>(plan: &'a Plan, job: &Job) -> Option<&'a Step> {
    match job.work {
        Work::Step(step) => Some(plan.step(step)),
        Work::Submit(_) | Work::Gate { .. } | Work::StageGate(_) | Work::Image(_) => None,
    }
}

/// What a job depends on, without repetitions: a list where there are several. Without any, jobs of
/// one stage start at once.
pub(super) fn one_or_more(ids: Vec<String>) -> Doc {
    let mut ids = distinct(ids);
    if ids.len() == 1 { ids.remove(0).into() } else { ids.into() }
}

fn distinct(ids: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(ids.len());
    for id in ids {
        if !kept.contains(&id) {
            kept.push(id);
        }
    }
    kept
}

/// The name of a parameter where only letters, digits and `_` may stand.
pub(super) fn parameter_name(name: &str) -> String {
    name.replace('.', "___")
}

/// Whether a step's job is a deployment to an environment.
pub(super) fn is_deployment(step: &Step) -> bool {
    matches!(&step.place, Place::Ci(place) if place.environment.is_some())
}

/// The id of the job that waits for people before a job.
pub(super) fn approval(id: &str) -> String {
    format!("{id}__approval")
}

/// The id of the job that waits for an Azure ML job.
pub(super) fn wait(id: &str) -> String {
    format!("{id}__wait")
}

/// The id of the job that demands that an Azure ML job is completed.
pub(super) fn done(id: &str) -> String {
    format!("{id}__done")
}

/// The id of the job that cancels an Azure ML job.
pub(super) fn cancel(id: &str) -> String {
    format!("{id}__cancel")
}
