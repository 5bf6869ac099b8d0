//! Stages: what the project file and a spec change for dev, test and prod.

use super::Spec;
use super::decode::{Dict, Many};
use super::ports::{LongParameter, ParameterSpec};
use super::project::{AzureSpec, DatastoreSpec, EventsSpec, ProjectSpec};
use super::record::record;
use super::resources::EnvironmentSpec;
use super::steps::StepSpec;
use super::triggers::TriggerSpec;
use super::values::{CiEnvironment, EntryName, Literal, PortName, StepName};
use crate::source::{Span, Spanned};

record! {
    /// A stage of the project: the same pipelines in another workspace, on other clusters.
    ///
    /// ```yaml
    /// approval: production
    /// azure: { resource_group: rg-diabetes-prod, workspace: mlw-diabetes-prod }
    /// compute: { cpu: azureml:cpu-cluster-large }
    /// ```
    StageSpec as "a stage" {
        /// The CI platform's environment whose reviewers approve before anything signs in to Azure
        /// in this stage.
        opt approval = "approval": Spanned<CiEnvironment>,
        /// Variable groups that jobs in this stage import on Azure Pipelines when they read a variable,
        /// beside those of the project. Their values count before the project's.
        all variable_groups = "variable_groups": Many<Spanned<String>>,
        /// What is different of the Azure settings.
        opt azure = "azure": AzureSpec,
        /// Entries of `compute` that are different.
        all compute = "compute": Dict<EntryName, Spanned<String>>,
        /// Entries of `environments` that are different.
        all environments = "environments": Dict<EntryName, EnvironmentSpec>,
        /// Entries of `datastores` that are different: what brings events is in the resource group of
        /// the stage, and so are the accounts.
        all datastores = "datastores": Dict<EntryName, DatastoreSpec>,
        /// What is different of the settings of events.
        opt events = "events": EventsSpec,
    }
}

record! {
    /// What a spec changes in a stage of the project.
    ///
    /// ```yaml
    /// parameters: { raw: azureml://datastores/workspaceblobstore/paths/prod/raw/ }
    /// triggers: { nightly: { enabled: false } }
    /// ```
    SpecStage as "what a stage changes" {
        /// Other defaults of parameters.
        all parameters = "parameters": Dict<PortName, Literal>,
        /// Entries of `compute` that are different, the project's or the spec's own.
        all compute = "compute": Dict<EntryName, Spanned<String>>,
        /// Entries of `environments` that are different, the project's or the spec's own.
        all environments = "environments": Dict<EntryName, EnvironmentSpec>,
        /// What is different of triggers.
        all triggers = "triggers": Dict<StepName, StageTrigger>,
        /// What is different of steps that deploy.
        all steps = "steps": Dict<StepName, StageStep>,
    }
}

record! {
    /// What a stage changes of a step that deploys.
    ///
    /// ```yaml
    /// endpoint: diabetes-prod
    /// ```
    StageStep as "what a stage changes of a step" {
        /// The name of the endpoint that it deploys to.
        req endpoint = "endpoint": Spanned<String>,
    }
}

record! {
    /// What a stage changes of a trigger.
    ///
    /// ```yaml
    /// enabled: true
    /// endpoint: diabetes-prod
    /// ```
    StageTrigger as "what a stage changes of a trigger" {
        /// Whether it fires.
        opt enabled = "enabled": Spanned<bool>,
        /// The name of the endpoint that it publishes at.
        opt endpoint = "endpoint": Spanned<String>,
    }
}

impl ProjectSpec {
    /// The project as a stage has it.
    pub(crate) fn in_stage(&self, name: &str) -> Self {
        let mut project = self.clone();
        let Some(stage) = self.stages.get(name).and_then(|item| item.value.as_ref()) else {
            return project;
        };
        if let Some(own) = &stage.azure {
            project.azure = Some(match project.azure.take() {
                Some(shared) => overlaid(own, shared),
                None => own.clone(),
            });
        }
        replace(&mut project.compute, &stage.compute, |_| false);
        replace(&mut project.environments, &stage.environments, |_| false);
        replace(&mut project.datastores, &stage.datastores, |_| false);
        if let Some(own) = &stage.events {
            project.events = Some(match project.events.take() {
                Some(shared) => wired(own, shared),
                None => own.clone(),
            });
        }
        project
    }
}

impl Spec {
    /// The spec as a stage of its project has it. What it changes and is not there is left out: the
    /// check says so.
    pub(crate) fn in_stage(&self, name: &str, project: &ProjectSpec) -> Self {
        let mut spec = self.clone();
        let Some(stage) = self.stages.get(name).and_then(|item| item.value.as_ref()) else {
            return spec;
        };
        for (name, literal) in stage.parameters.good() {
            let item = spec.parameters.items.iter_mut().find(|it| it.name.value == name.value);
            if let Some(parameter) = item.and_then(|item| item.value.as_mut()) {
                set_default(parameter, literal);
            }
        }
        for (name, change) in stage.triggers.good() {
            let item = spec.triggers.items.iter_mut().find(|it| it.name.value == name.value);
            if let Some(trigger) = item.and_then(|item| item.value.as_mut()) {
                change.apply(trigger);
            }
        }
        for (name, change) in stage.steps.good() {
            let item = spec.steps.items.iter_mut().find(|it| it.name.value == name.value);
            if let Some(step) = item.and_then(|item| item.value.as_mut()) {
                change.apply(step);
            }
        }
        replace(&mut spec.compute, &stage.compute, |name| project.compute.get(name).is_some());
        let shared = |name: &str| project.environments.get(name).is_some();
        replace(&mut spec.environments, &stage.environments, shared);
        spec
    }
}

impl StageStep {
    fn apply(&self, step: &mut StepSpec) {
        let Some(deploy) = &mut step.deploy else { return };
        if let Some(online) = &mut deploy.online {
            online.endpoint.clone_from(&self.endpoint);
        }
        if let Some(batch) = &mut deploy.batch {
            batch.endpoint.clone_from(&self.endpoint);
        }
    }
}

impl StageTrigger {
    fn apply(&self, trigger: &mut TriggerSpec) {
        if self.enabled.is_some() {
            trigger.enabled.clone_from(&self.enabled);
        }
        if let (Some(endpoint), Some(http)) = (&self.endpoint, &mut trigger.http) {
            // The deployment stays: by default it is called like the endpoint. Nobody wrote it, which
            // is seen by its place, a point.
            let Spanned { value, span } = &http.endpoint;
            let point = Span::new(span.file, span.start, span.start);
            http.deployment.get_or_insert_with(|| Spanned::new(value.clone(), point));
            http.endpoint.clone_from(endpoint);
        }
    }
}

/// The settings of events that a stage says, and those that it leaves out.
fn wired(own: &EventsSpec, shared: EventsSpec) -> EventsSpec {
    let mut own = own.clone();
    own.key_vault = own.key_vault.or(shared.key_vault);
    own.github_token = own.github_token.or(shared.github_token);
    own.storage = own.storage.or(shared.storage);
    for topic in shared.topics.items {
        if own.topics.get(&topic.name.value).is_none() {
            own.topics.items.push(topic);
        }
    }
    own
}

/// What a stage says, and what it leaves out.
fn overlaid(own: &AzureSpec, shared: AzureSpec) -> AzureSpec {
    let own = own.clone();
    AzureSpec {
        login: own.login.or(shared.login),
        client_id: own.client_id.or(shared.client_id),
        tenant: own.tenant.or(shared.tenant),
        subscription: own.subscription.or(shared.subscription),
        resource_group: own.resource_group.or(shared.resource_group),
        workspace: own.workspace.or(shared.workspace),
        service_connection: own.service_connection.or(shared.service_connection),
        github_environment: own.github_environment.or(shared.github_environment),
        span: shared.span,
        broken: own.broken || shared.broken,
    }
}

/// Puts entries in the place of those of the same name, or beside the others when they stand before
/// one that is shared.
fn replace<N: Clone, T: Clone>(
    all: &mut Dict<N, T>,
    by: &Dict<N, T>,
    is_shared: impl Fn(&str) -> bool,
) {
    for item in &by.items {
        match all.items.iter_mut().find(|it| it.name.value == item.name.value) {
            Some(known) => *known = item.clone(),
            None if is_shared(&item.name.value) => all.items.push(item.clone()),
            None => {}
        }
    }
}

/// Another default; the type stays.
fn set_default(parameter: &mut ParameterSpec, literal: &Literal) {
    let kind = parameter.kind();
    match parameter {
        ParameterSpec::Default(first) => {
            let kind = kind.map(|kind| Spanned::new(kind, first.span));
            *parameter = ParameterSpec::Long(Box::new(LongParameter {
                kind,
                default: Some(literal.clone()),
                description: None,
                min: None,
                max: None,
                choices: super::ports::Choices::default(),
                pattern: None,
                mode: None,
                optional: None,
                span: first.span,
                broken: false,
            }));
        }
        ParameterSpec::Long(long) if long.default.is_some() => {
            if long.kind.is_none() {
                long.kind = kind.map(|kind| Spanned::new(kind, long.span));
            }
            long.default = Some(literal.clone());
        }
        ParameterSpec::Type(_) | ParameterSpec::Long(_) => {}
    }
}
