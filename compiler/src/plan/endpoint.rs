//! Published pipelines: what callers find at an address in Azure ML.

use super::{Home, Plan, Trigger, TriggerId, TriggerKind};

/// A call over HTTP.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Http {
    /// The endpoint, which is part of the address.
    pub endpoint: String,
    /// The deployment, without its version.
    pub deployment: String,
    /// What tells this deployment from earlier ones; `None`: it is replaced in place.
    pub version: Option<String>,
    /// How many earlier versions stay callable.
    pub keep: u32,
}

impl Http {
    /// The deployment's name in the workspace: `<deployment>-<version>`.
    pub fn deployment_name(&self) -> String {
        let version = self.version.iter();
        version.fold(self.deployment.clone(), |name, version| format!("{name}-{version}"))
    }
}

/// An endpoint with its deployments.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Endpoint<'a> {
    /// Its name.
    pub name: &'a str,
    /// The triggers that publish there, in the author's order.
    pub deployments: Vec<TriggerId>,
    /// The first of them that is enabled: who calls without choosing a deployment gets it.
    pub default: Option<TriggerId>,
    /// The file.
    pub file: String,
}

impl Trigger {
    /// The call that it waits for, if it lives on Azure ML.
    pub fn published(&self) -> Option<&Http> {
        match &self.kind {
            TriggerKind::Http(http) if self.homes.contains(&Home::AzureMl) => Some(http),
            TriggerKind::Http(_)
            | TriggerKind::Push(_)
            | TriggerKind::PullRequest(_)
            | TriggerKind::Schedule(_)
            | TriggerKind::Call(_)
            | TriggerKind::Event(_)
            | TriggerKind::Completed(_)
            | TriggerKind::Manual => None,
        }
    }
}

impl Plan {
    /// The triggers that are deployments, with their calls.
    pub fn published(&self) -> impl Iterator<Item = (TriggerId, &Http)> {
        let all = (0..).map(TriggerId).zip(&self.triggers);
        all.filter_map(|(id, trigger)| Some((id, trigger.published()?)))
    }

    /// The endpoints, in the author's order.
    pub fn endpoints(&self) -> Vec<Endpoint<'_>> {
        let mut endpoints: Vec<Endpoint<'_>> = Vec::new();
        for (id, http) in self.published() {
            let at = endpoints.iter().position(|one| one.name == http.endpoint);
            let at = at.unwrap_or_else(|| {
                let (deployments, file) = (Vec::new(), String::new());
                endpoints.push(Endpoint { name: &http.endpoint, deployments, default: None, file });
                endpoints.len() - 1
            });
            endpoints[at].deployments.push(id);
            let enabled = self.trigger(id).enabled.then_some(id);
            endpoints[at].default = endpoints[at].default.or(enabled);
        }
        let one = endpoints.len() == 1;
        for endpoint in &mut endpoints {
            endpoint.file = file_name("endpoint", one, endpoint.name);
        }
        endpoints
    }

    /// The file of a deployment.
    pub fn deployment_file(&self, id: TriggerId) -> String {
        file_name("deployment", self.published().count() == 1, &self.trigger(id).name)
    }
}

fn file_name(what: &str, is_only: bool, name: &str) -> String {
    if is_only { format!("{what}.json") } else { format!("{what}-{name}.json") }
}
