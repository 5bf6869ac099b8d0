//! What brings events, applied by the release: the template of each stage is deployed, and what earlier
//! ones left is deleted. The bash reads `AZURE_RESOURCE_GROUP` and what [`told`] names.

use std::fmt::Write as _;

use crate::plan::{DeploymentParameter, DeploymentValue, Event, EventSourceKind, Handoff, Plan};
use crate::targets::script;

const FUNCTIONS: &str = include_str!("../scripts/release_events.sh");
/// Azure Pipelines says it as an address, whose form depends on its age.
const ORGANIZATION: &str = "\
EVENTS_ORGANIZATION=${EVENTS_ORGANIZATION%/}
EVENTS_ORGANIZATION=${EVENTS_ORGANIZATION%.visualstudio.com}
EVENTS_ORGANIZATION=${EVENTS_ORGANIZATION##*/}
";

/// Whether a release looks after events.
pub(crate) fn is_applied(plan: &Plan) -> bool {
    plan.releases_events()
}

/// What only a run of CI knows, by the variables of the environment.
pub(crate) fn told(plan: &Plan) -> Vec<(&'static str, DeploymentValue)> {
    let all = open(plan).into_iter().map(|one| (variable(&one.value), one.value));
    // Whose it is, every release is told.
    all.filter(|(_, value)| *value != DeploymentValue::Project).collect()
}

fn open(plan: &Plan) -> Vec<DeploymentParameter> {
    let all = plan.deployment_parameters().into_iter();
    all.filter(|one| is_applied(plan) && one.value.literal().is_none()).collect()
}

/// Of the settings of a project, the workspace alone may be a variable.
fn variable(value: &DeploymentValue) -> &'static str {
    match value {
        DeploymentValue::Text(_) => "EVENTS_WORKSPACE",
        DeploymentValue::Project => "PROJECT",
        DeploymentValue::Repository => "EVENTS_REPOSITORY",
        DeploymentValue::Organization => "EVENTS_ORGANIZATION",
        DeploymentValue::TeamProject => "EVENTS_PROJECT",
    }
}

/// Functions, which use those of the release.
pub(super) fn functions(plan: &Plan) -> &'static str {
    if is_applied(plan) { FUNCTIONS } else { "" }
}

/// The deployment of the plan's stage.
pub(super) fn apply(plan: &Plan) -> String {
    let mut text = String::new();
    if !is_applied(plan) {
        return text;
    }
    let open = open(plan);
    if open.iter().any(|one| one.value == DeploymentValue::Organization) {
        text.push_str(ORGANIZATION);
    }
    for handoff in plan.wired() {
        text.push_str(&keep(plan, &handoff));
    }
    if plan.wired().next().is_some() {
        let words =
            [plan.deployment_name(), plan.wiring_path("json"), plan.wiring_path("parameters.json")];
        text.push_str("wire");
        for word in words {
            let _ = write!(text, " {}", script::quote(&word));
        }
        for one in &open {
            let _ = write!(text, " \"{}=${}\"", one.name, variable(&one.value));
        }
        text.push('\n');
    }
    text
}

/// Deletes what no spec asks for any more.
pub(super) fn clean(plan: &Plan) -> &'static str {
    if is_applied(plan) { "delete_other_events\n" } else { "" }
}

fn keep(plan: &Plan, handoff: &Handoff<'_>) -> String {
    let app = script::quote(&plan.logic_app_name(handoff.id));
    if !handoff.trigger.enabled {
        return format!("keep_trigger {app}\n");
    }
    let subscription = script::quote(&plan.event_subscription_name(handoff.id));
    format!("keep_trigger {app} {} {subscription}\n", topic(plan, handoff.event))
}

/// The name of the topic that tells of an event, as a word of bash.
fn topic(plan: &Plan, event: &Event) -> String {
    let account = if let Event::DataChanged(data) = event {
        plan.project.datastore(&data.datastore).map(|store| store.account.as_str())
    } else {
        None
    };
    if let Some(name) = plan.named_topic(account) {
        return script::quote(name);
    }
    if let Some(account) = account {
        return script::quote(&format!("evgt-{account}"));
    }
    debug_assert_eq!(event.told_by(), EventSourceKind::Workspace);
    let workspace = DeploymentValue::Text(plan.project.azure.workspace.clone());
    workspace.literal().map_or_else(
        || "\"evgt-${EVENTS_WORKSPACE//_/-}\"".to_owned(),
        |name| script::quote(&format!("evgt-{}", name.replace('_', "-"))),
    )
}
