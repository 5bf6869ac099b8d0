//! Endpoints and their deployments: what callers find at an address.

use super::{settings, tags};
use crate::emit::Map;
use crate::plan::{Endpoint, Http, Plan, TriggerId};

const ENDPOINT: &str = "https://azuremlschemas.azureedge.net/latest/batchEndpoint.schema.json";
const DEPLOYMENT: &str =
    "https://azuremlschemas.azureedge.net/latest/pipelineComponentBatchDeployment.schema.json";

/// The tag of a deployment that all its versions share.
pub(super) const FAMILY: &str = "mlopsc_deployment";

/// The endpoint, with its default as long as one of its deployments is enabled.
pub(super) fn write(plan: &Plan, endpoint: &Endpoint<'_>) -> Map {
    let mut doc = Map::new();
    doc.put("$schema", ENDPOINT).put("tags", tags(plan)).put("name", endpoint.name);
    doc.put_some("description", plan.description.as_ref());
    doc.put("auth_mode", "aad_token");
    let default = endpoint.default.and_then(|id| plan.trigger(id).published());
    if let Some(http) = default {
        let mut defaults = Map::new();
        defaults.put("deployment_name", http.deployment_name());
        doc.put("defaults", defaults);
    }
    doc
}

/// The deployment of a trigger, over the component of its submission. It has no place for values:
/// those that the trigger binds are fixed in the component.
pub(super) fn deployment(plan: &Plan, id: TriggerId, http: &Http) -> Option<Map> {
    let trigger = plan.trigger(id);
    let component = plan.submission(trigger.submission?).component_file();
    let mut tags = tags(plan);
    tags.put(FAMILY, &http.deployment);
    let mut doc = Map::new();
    doc.put("$schema", DEPLOYMENT).put("tags", tags).put("type", "pipeline");
    doc.put("name", http.deployment_name()).put("endpoint_name", &http.endpoint);
    doc.put("description", format!("{}: {}", plan.display_name, trigger.name));
    doc.put("component", format!("./{component}"));
    doc.put("settings", settings(plan));
    Some(doc)
}
