//! CI files: one graph of jobs each.

use super::{
    Condition, Home, ImageId, ParameterId, Scalar, Staging, StepId, SubmissionId, TriggerId,
};

/// One CI file, the same graph on every CI platform. Triggers that start the same slice with the
/// same bindings share a file, so that no job needs a condition on what started the run.
#[derive(Clone, PartialEq, Debug)]
pub struct Workflow {
    /// File stem: `<pipeline>` for the whole graph, else `<pipeline>-<first trigger>`.
    pub id: String,
    /// What people read.
    pub title: String,
    /// Triggers that may fire it, in the author's order. A target writes those whose
    /// [`super::Trigger::homes`] name it and that are enabled; by hand it can always be started.
    pub triggers: Vec<TriggerId>,
    /// The jobs, in an order in which needs come first.
    pub jobs: Vec<Job>,
    /// Parameters that the jobs read, in the author's order.
    pub parameters: Vec<WorkflowParameter>,
    /// What happens when a second run is started.
    pub concurrency: Concurrency,
    /// The stage that its runs are in.
    pub staging: Staging,
    /// Whether any job needs Azure or secrets: then it does not run for pull requests of forks.
    pub trusted: bool,
}

impl Workflow {
    /// The job behind an id.
    pub fn job(&self, id: JobId) -> &Job {
        &self.jobs[id.0 as usize]
    }
}

/// A parameter as a workflow sees it.
#[derive(Clone, PartialEq, Debug)]
pub struct WorkflowParameter {
    /// Which one.
    pub id: ParameterId,
    /// The value that its triggers bind, else the parameter's default; `None`: a person must say.
    pub value: Option<Scalar>,
    /// Whether the triggers bind it, so that the stage makes no difference to the value.
    pub is_bound: bool,
    /// Whether the event that fires the workflow may bring it, in its payload under the parameter's
    /// name.
    pub is_brought: bool,
}

/// Index of a job in [`Workflow::jobs`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct JobId(pub u32);

/// For each step of a plan, which of the jobs runs it: its own one, or its submission's.
pub fn jobs_of_steps(plan: &super::Plan, jobs: &[Job]) -> Vec<Option<JobId>> {
    let mut found = vec![None; plan.steps.len()];
    for (id, job) in (0..).map(JobId).zip(jobs) {
        let steps = match &job.work {
            Work::Step(step) => std::slice::from_ref(step),
            Work::Submit(submission) => &plan.submission(*submission).steps,
            Work::Gate { .. } | Work::StageGate(_) | Work::Image(_) => &[],
        };
        for step in steps {
            found[step.0 as usize] = Some(id);
        }
    }
    found
}

/// A vertex of the quotient graph.
#[derive(Clone, PartialEq, Debug)]
pub struct Job {
    /// Unique in the workflow, also without regard to case; `^[a-z_][a-z0-9_]*$`. A step's name, a
    /// submission's label, `approve_<step>`, or `image_<image>`.
    pub id: String,
    /// What it does.
    pub work: Work,
    /// Jobs that come before it and that it depends on: every job that it reads from, and those
    /// that order it, with no duplicates, in order.
    pub needs: Vec<JobId>,
}

/// What a job does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Work {
    /// Runs a CI step.
    Step(StepId),
    /// Waits for people, before an Azure ML step.
    Gate {
        /// The step that is gated.
        step: StepId,
        /// The CI environment whose reviewers decide.
        environment: String,
    },
    /// Sees to it that people approve before the first job that signs in to Azure in a stage whose
    /// `approval` asks for it; lets pass what is in another stage.
    StageGate(StageGate),
    /// Submits an Azure ML job and waits for it.
    Submit(SubmissionId),
    /// Builds an image unless the registry has it, for jobs that run in it.
    Image(ImageId),
}

/// What stands before the jobs that sign in to Azure in a stage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StageGate {
    /// The stage.
    pub staging: Staging,
    /// Without it no job behind the gate runs; then nobody is asked.
    pub condition: Option<Box<Condition>>,
}

/// What happens when a second run is started while one runs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Concurrency {
    /// It waits; nothing is lost.
    Queue,
    /// It replaces the running one.
    Cancel,
    /// Both run.
    Parallel,
}

/// What lives in Azure and is applied by a CI file of its own.
#[derive(Clone, PartialEq, Debug)]
pub struct Release {
    /// File stem: `<pipeline>-release`.
    pub id: String,
    /// The CI platform that has the file. One alone: whose the schedules are is said with the name
    /// of the repository, which each platform spells in its own way.
    pub home: Home,
    /// What lives on Azure ML, schedules and published endpoints, enabled or not. What brings events
    /// is released, too: [`super::Plan::wired`].
    pub triggers: Vec<TriggerId>,
    /// CI steps that must have passed before: those that the triggers skip.
    pub checks: Vec<Job>,
    /// The stage of the checks.
    pub staging: Staging,
    /// Root-relative files and folders that the released files refer to (code, conda files), and the
    /// files of what brings events,
    /// sorted; folders end in `/`, and no entry lies in another. `/` is the root. A push that touches one, or a generated file, releases.
    pub inputs: Vec<String>,
}
