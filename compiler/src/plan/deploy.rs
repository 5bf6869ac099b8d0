//! Deployments: a model behind an endpoint.

use super::{Data, Environment, Keys, Plan, Step, StepId, Task, Text};

/// A model behind an endpoint.
#[derive(Clone, PartialEq, Debug)]
pub struct Deploy {
    /// The endpoint, which is part of the address.
    pub endpoint: String,
    /// What answers: machines that wait for calls, or a cluster that reads files.
    pub serving: Serving,
    /// The model, as Azure ML reads it: `azureml:<name>:<version>`, `azureml:<name>@<label>` or an
    /// address in a registry.
    pub model: Text,
    /// The software; `None`: the model brings its own.
    pub environment: Option<Environment>,
    /// The script that answers; `None`: the model brings its own.
    pub code: Option<ScoringCode>,
    /// Environment variables of the script.
    pub environment_variables: Vec<(String, String)>,
    /// Tags of the deployment, in the author's order.
    pub tags: Vec<(String, Text)>,
}

/// A script that answers with a model.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScoringCode {
    /// Root-relative folder.
    pub folder: String,
    /// The script, relative to the folder.
    pub script: String,
}

/// What answers.
#[derive(Clone, PartialEq, Debug)]
pub enum Serving {
    /// Machines that wait for calls.
    Online(Box<OnlineServing>),
    /// A cluster that reads files.
    Batch(Box<BatchServing>),
}

/// Maps under their keys, in the service's words.
pub type Maps = Vec<(&'static str, Data)>;

/// An online endpoint and its deployments, of which one serves.
#[derive(Clone, PartialEq, Debug)]
pub struct OnlineServing {
    /// The Kubernetes cluster that answers, as Azure ML reads it; `None`: machines of Azure ML.
    pub cluster: Option<String>,
    /// How callers show who they are: `key`, `aml_token` or `aad_token`.
    pub auth_mode: &'static str,
    /// What else the endpoint has, in the service's words.
    pub endpoint: Keys,
    /// Its maps.
    pub endpoint_maps: Maps,
    /// What the deployment has, in the service's words.
    pub deployment: Keys,
    /// Its maps.
    pub deployment_maps: Maps,
    /// The percent of the calls that the new deployment gets copies of before it gets any.
    pub mirror: Option<u8>,
    /// The percents of the calls that the new deployment gets, one after the other; the last is 100.
    pub traffic: Vec<u8>,
    /// How long it answers a share before it is checked and gets more, in seconds.
    pub pause_seconds: u64,
    /// Root-relative path of a request that it must answer.
    pub smoke_test: Option<String>,
    /// Whether the deployment that it replaces stays, without calls.
    pub keep_old: bool,
}

/// A model deployment of a batch endpoint, which becomes the default.
#[derive(Clone, PartialEq, Debug)]
pub struct BatchServing {
    /// Its name.
    pub deployment: String,
    /// The cluster, as Azure ML reads it.
    pub compute: String,
    /// Machines of one job.
    pub resources: Keys,
    /// How files are cut and results written, in the service's words.
    pub settings: Keys,
    /// Tries of a mini-batch.
    pub retry_settings: Keys,
}

impl Step {
    /// Whether CI reads files that are written for Azure ML.
    pub fn needs_azure_ml_files(&self) -> bool {
        let deploys = matches!(&self.task, Task::Own(own) if own.deploy().is_some());
        self.is_on_azure_ml() || deploys
    }
}

impl Plan {
    /// The steps that deploy in the plan's own stage, be it in others too.
    pub fn deployments(&self) -> impl Iterator<Item = (StepId, &Deploy)> {
        (0..).map(StepId).zip(&self.steps).filter_map(|(id, step)| match &step.task {
            Task::Own(_) if step.stage.is_some() && step.stage != self.stage => None,
            Task::Own(own) => Some((id, own.deploy()?)),
            Task::Command(_) | Task::FanOut(_) | Task::Native(_) | Task::Component(_) => None,
        })
    }

    /// What a step of this name deploys in each stage, the step's own file paths with it; one alone
    /// where it always runs in the same stage.
    pub fn deployed<'p>(&'p self, step: &'p Step) -> Vec<(&'p Self, &'p Deploy)> {
        let of = |plan: &'p Self| {
            let step = plan.steps.iter().find(|known| known.name == step.name)?;
            match &step.task {
                Task::Own(own) => Some((plan, own.deploy()?)),
                Task::Command(_) | Task::FanOut(_) | Task::Native(_) | Task::Component(_) => None,
            }
        };
        match step.stage {
            Some(_) => of(self.at_step(step)).into_iter().collect(),
            None => self.each_stage().filter_map(of).collect(),
        }
    }

    /// The file of the endpoint that a step deploys to, in the step's own stage.
    pub fn step_endpoint_file(&self, step: &Step) -> String {
        self.at_step(step).azure_ml_path(&format!("endpoint-{}.json", step.name))
    }

    /// The file of the deployment that a step makes, in the step's own stage.
    pub fn step_deployment_file(&self, step: &Step) -> String {
        self.at_step(step).azure_ml_path(&format!("deployment-{}.json", step.name))
    }

    /// The plan of the stage that a step always runs in.
    fn at_step(&self, step: &Step) -> &Self {
        let own = step.stage.and_then(|id| self.stages.get(id.0 as usize));
        own.map_or(self, AsRef::as_ref)
    }
}
