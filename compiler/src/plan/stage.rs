//! Stages: the same pipeline in several places, such as dev, test and prod.

use super::{
    Home, Job, Place, Plan, Reference, Scalar, Source, Step, StepId, Task, TriggerId, Work,
    WorkflowParameter,
};

/// Index of a stage in [`super::Project::stages`] and [`Plan::stages`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct StageId(pub u32);

impl StageId {
    /// The one that a run is in when nobody chooses.
    pub const FIRST: Self = Self(0);
}

/// A stage of the project.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stage {
    /// Its name, `^[a-z][a-z0-9_]*$`.
    pub name: String,
    /// The CI environment whose reviewers approve before anything signs in to Azure in it.
    pub approval: Option<String>,
    /// Variable groups that its jobs import on Azure Pipelines.
    pub variable_groups: Vec<String>,
}

/// In which stage something on CI runs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Staging {
    /// In none: the project has no stages, or they make no difference to it.
    None,
    /// In the one that a person chooses who starts the run, else in the first.
    Chosen,
    /// Always in this one.
    Fixed(StageId),
}

impl Plan {
    /// The name of the stage that the plan is for.
    pub fn stage_name(&self) -> Option<&str> {
        self.stage.map(|id| self.project.stage(id).name.as_str())
    }

    /// The plan of each stage, in order; without stages the plan itself.
    pub fn each_stage(&self) -> impl Iterator<Item = &Self> {
        let own = self.stages.is_empty().then_some(self);
        own.into_iter().chain(self.stages.iter().map(AsRef::as_ref))
    }

    /// The plans of the stages that something may run in, the default one first. All of them have
    /// the same graph.
    pub fn variants(&self, staging: Staging) -> Vec<&Self> {
        match staging {
            Staging::Chosen if !self.stages.is_empty() => self.each_stage().collect(),
            Staging::Fixed(id) => {
                vec![self.stages.get(id.0 as usize).map_or(self, AsRef::as_ref)]
            }
            Staging::None | Staging::Chosen => vec![self],
        }
    }

    /// The stages in which a trigger fires, by name, none where they make no difference; `None`: it
    /// does not fire. What lives on Azure ML is there once in each stage, and CI starts one.
    pub fn fires_in(&self, id: TriggerId) -> Option<Vec<&str>> {
        let trigger = self.trigger(id);
        let stages: Vec<&Self> = if trigger.homes == [Home::AzureMl] {
            self.each_stage().filter(|plan| plan.trigger(id).enabled).collect()
        } else {
            // Whether CI starts something is said here for all stages.
            let workflow = trigger.workflow.and_then(|at| self.workflows.get(at as usize));
            let staging = workflow.map_or(Staging::None, |it| it.staging);
            if staging == Staging::None {
                return trigger.enabled.then(Vec::new);
            }
            self.variants(staging).into_iter().take(usize::from(trigger.enabled)).collect()
        };
        let names = stages.iter().filter_map(|plan| plan.stage_name());
        (!stages.is_empty()).then(|| names.collect())
    }

    /// The plans of the stages that jobs of a run may be in, the run's own first.
    pub fn reached(&self, jobs: &[Job], run: Staging) -> Vec<&Self> {
        let mut reached = self.variants(run);
        for job in jobs {
            let Work::Step(id) = job.work else { continue };
            for plan in
                self.step(id).stage.iter().flat_map(|own| self.variants(Staging::Fixed(*own)))
            {
                if !reached.iter().any(|known| known.stage == plan.stage) {
                    reached.push(plan);
                }
            }
        }
        reached
    }

    /// The value that a parameter of a workflow has in the plan's stage when nobody gives one.
    pub fn value_of<'p>(&'p self, parameter: &'p WorkflowParameter) -> Option<&'p Scalar> {
        let default = self.parameter(parameter.id).default.as_ref();
        if parameter.is_bound { parameter.value.as_ref() } else { default }
    }

    /// Where a step runs on CI in a run of some staging.
    pub fn staging_of(&self, step: StepId, run: Staging) -> Staging {
        self.step(step).stage.map_or(run, Staging::Fixed)
    }

    /// The stages in which a job signs in to Azure: that of the step itself, and that of the run
    /// when it fetches what an Azure ML job gave.
    pub fn sign_ins(&self, job: &Job, run: Staging) -> Vec<Staging> {
        match &job.work {
            Work::Submit(_) => vec![run],
            Work::Gate { .. } | Work::StageGate(_) | Work::Image(_) => Vec::new(),
            Work::Step(id) => {
                let step = self.step(*id);
                let own = step.signs_in().then(|| self.staging_of(*id, run));
                let mut all: Vec<Staging> = own.into_iter().collect();
                if self.fetches(step) && !all.contains(&run) {
                    all.push(run);
                }
                all
            }
        }
    }

    /// The plans of the stages that jobs of a run sign in to.
    pub fn signed_in_to(&self, jobs: &[Job], run: Staging) -> Vec<&Self> {
        let mut all: Vec<&Self> = Vec::new();
        for staging in jobs.iter().flat_map(|job| self.sign_ins(job, run)) {
            for plan in self.variants(staging) {
                if !all.iter().any(|known| known.stage == plan.stage) {
                    all.push(plan);
                }
            }
        }
        all
    }

    /// Whether a CI step needs files that an Azure ML job gave. Work of ours leaves them there.
    pub fn fetches(&self, step: &Step) -> bool {
        let from_azure_ml = |source: &Source| match source {
            Source::Reference(Reference::Output(from, _)) => self.step(*from).is_on_azure_ml(),
            Source::Reference(_) | Source::Literal(_) | Source::Text(_) => false,
        };
        let mut inputs = step.inputs.iter().filter(|input| !input.kind.is_scalar());
        !matches!(step.task, Task::Own(_)) && inputs.any(|input| from_azure_ml(&input.source))
    }

    /// GitHub's environment of a job that signs in to Azure and has none of its own: that whose
    /// reviewers approve in the plan's stage, else that of the Azure settings.
    pub fn sign_in_environment(&self) -> Option<&str> {
        self.stage_approval().or(self.project.azure.github_environment.as_deref())
    }

    /// The CI environment whose reviewers approve in the plan's stage.
    pub fn stage_approval(&self) -> Option<&str> {
        self.project.stage(self.stage?).approval.as_deref()
    }
}

impl Step {
    /// Whether it is a CI step that is signed in to Azure.
    pub fn signs_in(&self) -> bool {
        matches!(&self.place, Place::Ci(place) if place.azure)
    }
}
