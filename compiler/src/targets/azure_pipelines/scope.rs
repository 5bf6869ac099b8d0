//! What the jobs of one file know of each other.

use std::cell::Cell;

use crate::emit::Doc;
use crate::plan::{Job, JobId, Parameter, ParameterId, Place, Plan, Step, StepId, Work};
use crate::plan::{WorkflowParameter, jobs_of_steps};

use super::container::{self, Beside, Container};

/// Words that the service gives a meaning where a job's name stands.
const RESERVED: [&str; 5] = ["deployment", "job", "stage", "steps", "template"];

/// The jobs of one file and what they may refer to.
pub(super) struct Scope<'a> {
    /// The whole plan.
    pub(super) plan: &'a Plan,
    /// The jobs; [`JobId`] indexes them.
    pub(super) jobs: &'a [Job],
    /// The parameters that the file declares.
    pub(super) parameters: &'a [WorkflowParameter],
    /// Whether a run may be for a pull request of a fork, which must not reach Azure or secrets.
    pub(super) guards_forks: bool,
    /// The images that the jobs run in.
    pub(super) containers: Vec<Container<'a>>,
    /// The containers that run beside them.
    pub(super) services: Vec<Beside<'a>>,
    /// Whether anything written so far reads a variable of the project's.
    pub(super) reads_variables: Cell<bool>,
    job_of_step: Vec<Option<JobId>>,
}

impl<'a> Scope<'a> {
    /// A scope of these jobs. Without parameters, references to them are their defaults.
    pub(super) fn new(
        plan: &'a Plan,
        jobs: &'a [Job],
        parameters: &'a [WorkflowParameter],
        guards_forks: bool,
    ) -> Self {
        let job_of_step = jobs_of_steps(plan, jobs);
        let steps = || jobs.iter().filter_map(|job| step_of(plan, job));
        let containers = container::all(plan, steps());
        let services = container::services(steps(), &containers);
        let reads_variables = Cell::new(false);
        Self {
            plan,
            jobs,
            parameters,
            guards_forks,
            containers,
            services,
            reads_variables,
            job_of_step,
        }
    }

    /// The ids of the jobs that must be done before a job.
    pub(super) fn needs(&self, job: &Job) -> Vec<String> {
        job.needs.iter().map(|id| self.last_id(*id)).collect()
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
            Work::Step(_) | Work::Gate { .. } | Work::Image(_) => self.id(job),
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
        Work::Submit(_) | Work::Gate { .. } | Work::Image(_) => None,
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
