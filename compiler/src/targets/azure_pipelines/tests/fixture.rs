//! Plans made by hand, each with what one file can hold.

use crate::plan::*;

/// Writes a plan in few words.
pub(super) struct Builder {
    pub(super) plan: Plan,
}

fn variable(name: &str) -> Text {
    vec![Piece::Reference(Reference::Variable(name.to_owned()))]
}

pub(super) fn literal(text: &str) -> Text {
    vec![Piece::Literal(text.to_owned())]
}

fn project() -> Project {
    Project {
        ci: Home::AzurePipelines,
        default_branch: "main".to_owned(),
        azure: Azure {
            login: Login::Oidc { client_id: variable("AZURE_CLIENT_ID") },
            tenant: variable("AZURE_TENANT_ID"),
            subscription: variable("AZURE_SUBSCRIPTION_ID"),
            resource_group: literal("rg-diabetes"),
            workspace: literal("mlw-diabetes"),
            service_connection: literal("azure-ml"),
        },
        variable_groups: vec!["mlopsc".to_owned()],
        azure_ml_folder: ".azureml".to_owned(),
        github_folder: ".github/workflows".to_owned(),
        azure_pipelines_folder: ".azure-pipelines".to_owned(),
        identity: None,
        targets: vec![Home::AzurePipelines],
        also: Vec::new(),
    }
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
        trusted: true,
    };
    let plan = Plan {
        name: name.to_owned(),
        spec_path: format!("pipelines/{name}.mlops.yaml"),
        display_name: name.to_owned(),
        description: None,
        experiment: name.to_owned(),
        tags: Vec::new(),
        outputs: Vec::new(),
        settings: JobSettings {
            default_datastore: None,
            continue_on_step_failure: false,
            force_rerun: false,
            identity: Vec::new(),
            properties: Vec::new(),
        },
        timeout_minutes: 300,
        env: Vec::new(),
        parameters: Vec::new(),
        steps: Vec::new(),
        edges: Vec::new(),
        triggers: Vec::new(),
        submissions: Vec::new(),
        workflows: vec![workflow],
        used: Vec::new(),
        release: None,
        project: project(),
    };
    Builder { plan }
}

/// A CI step on a hosted machine.
pub(super) fn ci(name: &str, script: &str) -> Step {
    let place = CiPlace {
        runner: Runner {
            github: vec!["ubuntu-24.04".to_owned()],
            azure_pipelines: Pool::Hosted("ubuntu-24.04".to_owned()),
        },
        container: None,
        working_dir: None,
        python: None,
        checkout: true,
        azure: false,
        environment: None,
        artifacts: Vec::new(),
    };
    step(name, Place::Ci(place), script)
}

/// A node of an Azure ML job.
pub(super) fn node(name: &str) -> Step {
    let place = AzureMlPlace {
        compute: Some(Setting::Fixed(Scalar::Text("azureml:cpu".to_owned()))),
        environment: Some(Environment::Reference("azureml:training:1".to_owned())),
        resources: Resources::default(),
        settings: crate::plan::NodeSettings::default(),
        submission: None,
    };
    step(name, Place::AzureMl(Box::new(place)), "python train.py")
}

fn step(name: &str, place: Place, script: &str) -> Step {
    let command = Command {
        code: None,
        script: vec![ScriptPiece::Literal(script.to_owned())],
        variables: Vec::new(),
    };
    Step {
        name: name.to_owned(),
        display_name: name.to_owned(),
        description: None,
        place,
        task: Task::Command(command),
        inputs: Vec::new(),
        outputs: Vec::new(),
        env: Vec::new(),
        timeout_seconds: None,
        approval: None,
        when: When::Success,
        needs: Vec::new(),
        tags: Vec::new(),
    }
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
        let output = Output { name: name.to_owned(), kind, mode: None, path: None, register: None };
        self.outputs.push(output);
        self
    }

    /// A variable of the script for an input.
    pub(super) fn reads(mut self, name: &str, kind: ValueType, source: Source) -> Self {
        let at = u32::try_from(self.inputs.len()).unwrap();
        self.inputs.push(Input {
            name: name.to_lowercase(),
            kind,
            source,
            mode: None,
            optional: false,
        });
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
        let is_text = kind == ValueType::String || !kind.is_scalar();
        self.plan.parameters.push(Parameter {
            name: name.to_owned(),
            kind,
            default: value.clone(),
            optional: false,
            description: None,
            choices: Vec::new(),
            min: None,
            max: None,
            pattern: is_text.then(|| "^[A-Za-z0-9._:/@=+-]*$".to_owned()),
            mode: None,
        });
        self.workflow().parameters.push(WorkflowParameter { id, value });
        id
    }

    pub(super) fn workflow(&mut self) -> &mut Workflow {
        &mut self.plan.workflows[0]
    }

    pub(super) fn trigger(&mut self, name: &str, kind: TriggerKind) -> TriggerId {
        let id = TriggerId(u32::try_from(self.plan.triggers.len()).unwrap());
        self.plan.triggers.push(Trigger {
            name: name.to_owned(),
            kind,
            enabled: true,
            slice: Vec::new(),
            with: Vec::new(),
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
