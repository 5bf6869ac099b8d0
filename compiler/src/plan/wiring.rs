//! What stands in Azure between an event and what it starts: names, files, and what a deployment is
//! told.

use super::{Event, Handoff, Home, Plan, Receiver, StageId, Text, Trigger, TriggerId};

/// Consumption Logic Apps have names of so many characters
/// (<https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules>).
const LONGEST_LOGIC_APP: usize = 43;
/// Deployments of so many.
const LONGEST_DEPLOYMENT: usize = 64;
/// And event subscriptions of so many.
const LONGEST_SUBSCRIPTION: usize = 64;

/// Where Logic Apps are, among [`Plan::claims`]; no folder is called so.
pub const LOGIC_APPS: &str = "//logic-apps";
/// Where event subscriptions are, among [`Plan::claims`].
pub const SUBSCRIPTIONS: &str = "//event-subscriptions";

/// The container in which the wiring keeps what it saw.
pub const STATE_CONTAINER: &str = "mlopsc-events";
/// The container that gets what could not be delivered.
pub const DEAD_LETTER_CONTAINER: &str = "mlopsc-dead-letter";

/// What a deployment of the wiring is told.
#[derive(Clone, PartialEq, Debug)]
pub struct DeploymentParameter {
    /// The name of the template's parameter.
    pub name: String,
    /// What it is for.
    pub about: &'static str,
    /// Its value.
    pub value: DeploymentValue,
}

/// The value of a parameter of a deployment.
#[derive(Clone, PartialEq, Debug)]
pub enum DeploymentValue {
    /// A literal, or a CI variable.
    Text(Text),
    /// What tells the project's live resources from others', by the name that the CI run has for it.
    Project,
    /// The repository on GitHub that the CI run is of, `owner/repository`.
    Repository,
    /// The organisation in Azure DevOps that the CI run is in.
    Organization,
    /// The project in it.
    TeamProject,
}

impl DeploymentValue {
    /// The value, when it is known before a CI run.
    pub fn literal(&self) -> Option<String> {
        let Self::Text(text) = self else { return None };
        let literal = |piece: &super::Piece| match piece {
            super::Piece::Literal(text) => Some(text.clone()),
            super::Piece::Reference(_) => None,
        };
        text.iter().map(literal).collect()
    }
}

/// What tells of events.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum EventSourceKind {
    /// The workspace.
    Workspace,
    /// The storage account of a datastore.
    Account,
}

impl Event {
    /// What tells of it.
    pub fn told_by(&self) -> EventSourceKind {
        match self {
            Self::DataChanged(_) => EventSourceKind::Account,
            Self::ModelRegistered { .. }
            | Self::ModelDeployed { .. }
            | Self::JobCompleted(_)
            | Self::JobFailed(_)
            | Self::DriftDetected { .. } => EventSourceKind::Workspace,
        }
    }

    /// How long it must be quiet before it counts; `None`: it counts at once.
    pub fn debounce_seconds(&self) -> Option<u32> {
        if let Self::DataChanged(data) = self { data.debounce_seconds } else { None }
    }
}

impl Trigger {
    /// Whether events reach it in a stage: one that lives on CI runs in one stage, and hears what
    /// happens there.
    fn hears(&self, stage: Option<StageId>) -> bool {
        let on_ci = self.homes.iter().any(|home| home.is_ci());
        !on_ci || stage.is_none_or(|stage| stage == self.stage.unwrap_or(StageId::FIRST))
    }
}

impl Plan {
    /// The handoffs that are wired in the plan's stage, enabled or not.
    pub fn wired(&self) -> impl Iterator<Item = Handoff<'_>> {
        let all = self.handoffs();
        all.filter(|one| one.trigger.hears(self.stage) && !one.receivers.is_empty())
    }

    /// Whether the release looks after what brings events: also when the pipeline has none any more, as
    /// long as the project says how events are brought. Who never said so is asked for no rights.
    pub fn releases_events(&self) -> bool {
        let wiring = &self.project.wiring;
        let is_said =
            wiring.key_vault.is_some() || wiring.storage.is_some() || !wiring.topics.is_empty();
        let is_written = self.project.targets.contains(&Home::Events);
        is_written && (is_said || self.handoffs().next().is_some())
    }

    /// The Logic App between an event and what it starts.
    pub fn logic_app_name(&self, trigger: TriggerId) -> String {
        shortened(format!("la-{}", self.schedule_name(trigger)), LONGEST_LOGIC_APP)
    }

    /// The event subscription of a trigger.
    pub fn event_subscription_name(&self, trigger: TriggerId) -> String {
        let name = format!("mlopsc-{}", self.schedule_name(trigger).replace('_', "-"));
        shortened(name, LONGEST_SUBSCRIPTION)
    }

    /// Root-relative path of a file of the plan's wiring, by its ending: `json`, `bicep`,
    /// `parameters.json`.
    pub fn wiring_path(&self, ending: &str) -> String {
        let folder = &self.project.events_folder;
        let slash = if folder.is_empty() { "" } else { "/" };
        format!("{folder}{slash}{}.{ending}", self.wiring_stem())
    }

    /// What the files of the wiring are called.
    pub fn wiring_stem(&self) -> String {
        let stage = self.stage_name().map(|stage| format!("-{stage}")).unwrap_or_default();
        format!("{}{stage}-events", self.name)
    }

    /// What the deployment of the wiring is called: always the same, so that the next one takes its
    /// place.
    pub fn deployment_name(&self) -> String {
        shortened(self.wiring_stem(), LONGEST_DEPLOYMENT)
    }

    /// What a deployment of the wiring must be told, in the order of the template.
    pub fn deployment_parameters(&self) -> Vec<DeploymentParameter> {
        let wired: Vec<Handoff<'_>> = self.wired().collect();
        let mut all = Vec::new();
        let mut add = |name: &str, about, value| {
            let name = name.to_owned();
            all.push(DeploymentParameter { name, about, value });
        };
        let project = self.project.identity.as_ref();
        let project = project.map_or(DeploymentValue::Project, |name| literal(name));
        add("projectName", "whose all of it is", project);
        let receives = |it: fn(&Receiver<'_>) -> bool| {
            wired.iter().any(|handoff| handoff.receivers.iter().any(it))
        };
        let told = |by| wired.iter().any(|handoff| handoff.event.told_by() == by);
        let on_endpoints = receives(|it| matches!(it, Receiver::Endpoint { .. }));
        if told(EventSourceKind::Workspace) || on_endpoints {
            let value = DeploymentValue::Text(self.project.azure.workspace.clone());
            add("workspaceName", "the Azure ML workspace", value);
        }
        for (parameter, account) in self.watched_accounts() {
            add(&parameter, "the storage account of a datastore", literal(&account));
        }
        if let Some(storage) = self.project.wiring.storage.as_ref().filter(|_| !wired.is_empty()) {
            let about = "the storage account in which the wiring keeps what it saw";
            add("storageAccountName", about, literal(storage));
        }
        if receives(|it| matches!(it, Receiver::GitHub { .. })) {
            self.github_parameters(&mut add);
        }
        if receives(|it| matches!(it, Receiver::AzurePipelines { .. })) {
            let said = |name: Option<&String>, else_| name.map_or(else_, |name| literal(name));
            let (organization, project) =
                (self.project.organization.as_ref(), self.project.team_project.as_ref());
            let organization = said(organization, DeploymentValue::Organization);
            add("devopsOrganization", "the organisation in Azure DevOps", organization);
            let project = said(project, DeploymentValue::TeamProject);
            add("devopsProject", "the project in Azure DevOps", project);
        }
        all
    }

    fn github_parameters(&self, add: &mut dyn FnMut(&str, &'static str, DeploymentValue)) {
        let repository = self.project.repository.as_ref();
        let repository = repository.map_or(DeploymentValue::Repository, |name| literal(name));
        add("githubRepository", "owner/repository", repository);
        let vault = self.project.wiring.key_vault.clone().unwrap_or_default();
        add("keyVaultName", "the vault that has the token for GitHub", literal(&vault));
        let token = &self.project.wiring.github_token;
        add("githubTokenName", "the secret in it", literal(token));
    }

    /// The storage accounts that tell of events, each with the name of its parameter, which is that
    /// of its first datastore.
    pub fn watched_accounts(&self) -> Vec<(String, String)> {
        let mut accounts: Vec<(String, String)> = Vec::new();
        for handoff in self.wired() {
            let Event::DataChanged(data) = handoff.event else { continue };
            let Some(store) = self.project.datastore(&data.datastore) else { continue };
            if accounts.iter().all(|(_, known)| *known != store.account) {
                let parameter = format!("accountName_{}", store.name.replace('-', "_"));
                accounts.push((parameter, store.account.clone()));
            }
        }
        accounts
    }

    /// The system topic of Event Grid that the project names for a source: the workspace, or a storage
    /// account.
    pub fn named_topic(&self, account: Option<&str>) -> Option<&str> {
        let is_meant = |of: &str| match account {
            None => of == "workspace",
            Some(account) => {
                self.project.datastore(of).is_some_and(|store| store.account == account)
            }
        };
        let topics = &self.project.wiring.topics;
        topics.iter().find(|(of, _)| is_meant(of)).map(|(_, topic)| topic.as_str())
    }

    /// What is called so in Azure, and what files of the wiring are called: a part of
    /// [`Plan::claims`].
    pub(super) fn wiring_claims(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let folder = &self.project.events_folder;
        let mut wired = self.wired().peekable();
        let is_written = self.project.targets.contains(&Home::Events) && wired.peek().is_some();
        let stem = is_written.then(|| (folder.clone(), self.wiring_stem()));
        let names = wired.flat_map(|handoff| {
            let app = (LOGIC_APPS.to_owned(), self.logic_app_name(handoff.id));
            [app, (SUBSCRIPTIONS.to_owned(), self.event_subscription_name(handoff.id))]
        });
        stem.into_iter().chain(names.filter(move |_| is_written))
    }
}

fn literal(text: &str) -> DeploymentValue {
    DeploymentValue::Text(vec![super::Piece::Literal(text.to_owned())])
}

/// A name of at most so many characters: a longer one ends in what stands for all of it.
fn shortened(name: String, most: usize) -> String {
    if name.chars().count() <= most {
        return name;
    }
    let start: String = name.chars().take(most - 9).collect();
    format!("{}-{:08x}", start.trim_end_matches('-'), fingerprint(&name))
}

/// Fowler, Noll and Vo's hash, 1a, of 32 bits: the same on every machine and for ever.
fn fingerprint(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_keep_their_start_and_stay_apart() {
        let long = "a".repeat(60);
        let (one, other) = (shortened(format!("{long}1"), 43), shortened(format!("{long}2"), 43));
        assert_eq!(one.len(), 43);
        assert!(one.starts_with(&"a".repeat(34)) && one != other, "{one} {other}");
        assert_eq!(shortened("a".repeat(43), 43), "a".repeat(43));
    }

    #[test]
    fn the_fingerprint_is_the_published_one() {
        assert_eq!(fingerprint(""), 0x811c_9dc5);
        assert_eq!(fingerprint("foobar"), 0xbf9c_f968);
    }
}
