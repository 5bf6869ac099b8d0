//! Plans made by hand, each with what one file can hold.

use crate::plan::sample;
pub(super) use crate::plan::sample::literal;
use crate::plan::*;

/// Writes a plan in few words.
pub(super) struct Builder {
    pub(super) plan: Plan,
}

/// Builds plans with one workflow.
pub(super) fn plan(name: &str) -> Builder {
    let workflow = Workflow {
        id: name.to_owned(),
        title: format!("The whole of {name}"),
        triggers: Vec::new(),
        jobs: Vec::new(),
        parameters: Vec::new(),
        concurrency: Concurrency::Queue,
        staging: Staging::None,
        trusted: true,
    };
    let project = Project {
        variable_groups: vec!["mlopsc".to_owned()],
        ..sample::project(Home::AzurePipelines, &[Home::AzurePipelines])
    };
    let plan = Plan {
        spec_path: format!("pipelines/{name}.mlops.yaml"),
        workflows: vec![workflow],
        ..sample::plan(name, project)
    };
    Builder { plan }
}

/// A CI step on a hosted machine.
pub(super) fn ci(name: &str, script: &str) -> Step {
    sample::step(name, Place::Ci(Box::new(sample::ci_place())), sample::script(script))
}

/// A node of an Azure ML job.
pub(super) fn node(name: &str) -> Step {
    let place = AzureMlPlace {
        compute: Some(Setting::Fixed(Scalar::Text("azureml:cpu".to_owned()))),
        environment: Some(Environment::Reference("azureml:training:1".to_owned())),
        ..sample::azure_ml_place()
    };
    sample::step(name, Place::AzureMl(Box::new(place)), sample::script("python train.py"))
}

impl Step {
    pub(super) fn place(mut self, change: impl FnOnce(&mut CiPlace)) -> Self {
        if let Place::Ci(place) = &mut self.place {
            change(place);
        }
        self
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(super) fn output(mut self, name: &str, kind: ValueType) -> Self {
        self.outputs.push(sample::output(name, kind));
        self
    }

    /// A variable of the script for an input.
    pub(super) fn reads(mut self, name: &str, kind: ValueType, source: Source) -> Self {
        let at = u32::try_from(self.inputs.len()).unwrap();
        self.inputs.push(sample::input(&name.to_lowercase(), kind, source));
        self.variable(name, Variable::Input(at))
    }

    pub(super) fn variable(mut self, name: &str, variable: Variable) -> Self {
        if let Task::Command(command) = &mut self.task {
            command.variables.push((name.to_owned(), variable));
        }
        self
    }
}

impl Builder {
    pub(super) fn parameter(
        &mut self,
        name: &str,
        kind: ValueType,
        value: Option<Scalar>,
    ) -> ParameterId {
        let id = ParameterId(u32::try_from(self.plan.parameters.len()).unwrap());
        self.plan.parameters.push(sample::limited(name, kind, value.clone()));
        self.workflow().parameters.push(WorkflowParameter {
            id,
            value,
            is_bound: true,
            is_brought: false,
        });
        id
    }

    pub(super) fn workflow(&mut self) -> &mut Workflow {
        &mut self.plan.workflows[0]
    }

    pub(super) fn trigger(&mut self, name: &str, kind: TriggerKind) -> TriggerId {
        let id = TriggerId(u32::try_from(self.plan.triggers.len()).unwrap());
        self.plan.triggers.push(Trigger {
            stage: None,
            name: name.to_owned(),
            kind,
            enabled: true,
            slice: Vec::new(),
            with: Vec::new(),
            from_event: Vec::new(),
            passthrough: crate::plan::Passthrough::default(),
            homes: vec![Home::AzurePipelines],
            workflow: Some(0),
            submission: None,
        });
        self.workflow().triggers.push(id);
        id
    }

    /// A step without a job of its own.
    pub(super) fn step(&mut self, step: Step) -> StepId {
        self.plan.steps.push(step);
        StepId(u32::try_from(self.plan.steps.len() - 1).unwrap())
    }

    /// A step and its job.
    pub(super) fn job(&mut self, step: Step, needs: &[JobId]) -> (StepId, JobId) {
        let name = step.name.clone();
        let id = self.step(step);
        (id, self.add(&name, Work::Step(id), needs))
    }

    pub(super) fn gate(&mut self, step: StepId, environment: &str, needs: &[JobId]) -> JobId {
        let name = format!("approve_{}", self.plan.step(step).name);
        self.add(&name, Work::Gate { step, environment: environment.to_owned() }, needs)
    }

    /// One Azure ML job of one step, with everything that the step gives promoted.
    pub(super) fn submission(
        &mut self,
        step: Step,
        inputs: Vec<(&str, ValueType, Reference)>,
        needs: &[JobId],
    ) -> (StepId, JobId) {
        let label = step.name.clone();
        let number = self.plan.submissions.len();
        let id = self.step(step);
        let suffix = if number == 0 { String::new() } else { format!("-{label}") };
        let input = |(name, kind, source): (&str, ValueType, Reference)| SubmissionInput {
            name: name.to_owned(),
            kind,
            source,
        };
        self.plan.submissions.push(Submission {
            suffix,
            label: label.clone(),
            steps: vec![id],
            fixed: Vec::new(),
            inputs: inputs.into_iter().map(input).collect(),
            outputs: Vec::new(),
            wires: Vec::new(),
        });
        let work = Work::Submit(SubmissionId(u32::try_from(number).unwrap()));
        (id, self.add(&label, work, needs))
    }

    fn add(&mut self, id: &str, work: Work, needs: &[JobId]) -> JobId {
        let jobs = &mut self.workflow().jobs;
        jobs.push(Job { id: id.to_owned(), work, needs: needs.to_vec() });
        JobId(u32::try_from(jobs.len() - 1).unwrap())
    }
}
