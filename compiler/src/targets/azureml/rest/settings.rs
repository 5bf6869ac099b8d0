//! Settings of nodes and jobs in the spelling of the REST bodies.

use super::values::{camel, duration, pascal, text};
use crate::emit::{Doc, Map};

/// How the processes of a distributed run are started.
pub(super) fn distribution(doc: &Map) -> Map {
    let kind = doc.text("type").unwrap_or_default();
    let mut rest = Map::new();
    rest.put(
        "distribution_type",
        match kind {
            "pytorch" => "PyTorch".to_owned(),
            "tensorflow" => "TensorFlow".to_owned(),
            other => pascal(other),
        },
    );
    for entry in doc.0.iter().filter(|entry| entry.key != "type") {
        // The tools send this one kind in another case.
        let key = if kind == "ray" { camel(&entry.key).into() } else { entry.key.clone() };
        rest.put(key, entry.value.clone());
    }
    with_servers(kind, &mut rest);
    rest
}

/// How the processes of a component are started.
pub(super) fn declared_distribution(doc: &Map) -> Map {
    let mut rest = doc.clone();
    with_servers(doc.text("type").unwrap_or_default(), &mut rest);
    rest
}

/// TensorFlow without servers for its parameters says so.
fn with_servers(kind: &str, doc: &mut Map) {
    if kind == "tensorflow" && doc.get("parameter_server_count").is_none() {
        doc.put("parameter_server_count", 0i64);
    }
}

/// Who a node or a job is when it reads data; the key of the type differs.
pub(super) fn identity(doc: &Map, style: IdentityStyle) -> Map {
    let kind = match doc.text("type").unwrap_or_default() {
        "aml_token" => "AMLToken",
        "user_identity" => "UserIdentity",
        _ => "Managed",
    };
    let mut rest = Map::new();
    let is_job = style == IdentityStyle::Job;
    rest.put(if is_job { "identityType" } else { "identity_type" }, kind);
    for entry in doc.0.iter().filter(|entry| entry.key != "type") {
        let key = if entry.key == "msi_resource_id" { "resource_id" } else { &entry.key };
        let key = if is_job { camel(key) } else { key.to_owned() };
        rest.put(key, entry.value.clone());
    }
    rest
}

/// Whose identity it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum IdentityStyle {
    /// A job's.
    Job,
    /// A node's.
    Node,
}

/// How a node is queued.
pub(super) fn queue(doc: &Map) -> Map {
    let mut rest = Map::new();
    rest.put_some("job_tier", doc.text("job_tier").map(pascal));
    let priority = doc.text("priority").and_then(|word| {
        let at = ["low", "medium", "high"].iter().position(|known| *known == word)?;
        u32::try_from(at + 1).ok()
    });
    rest.put_some("priority", priority);
    rest
}

/// Services that people open while a node runs.
pub(super) fn services(doc: &Map) -> Map {
    let mut rest = Map::new();
    for entry in &doc.0 {
        if let Doc::Map(map) = &entry.value {
            rest.put(entry.key.clone(), service(map));
        }
    }
    rest
}

fn service(doc: &Map) -> Map {
    let (mut rest, mut properties) = (Map::new(), Map::new());
    for entry in &doc.0 {
        match entry.key.as_ref() {
            "type" => {
                let kind = match entry.value.as_text().unwrap_or_default() {
                    "ssh" => "SSH".to_owned(),
                    "vs_code" => "VSCode".to_owned(),
                    other => pascal(other),
                };
                rest.put("job_service_type", kind);
            }
            "nodes" => {
                let mut nodes = Map::new();
                nodes.put("nodes_value_type", "All");
                rest.put("nodes", nodes);
            }
            "properties" => {
                properties.0.extend(entry.value.as_map().iter().flat_map(|map| map.0.clone()));
            }
            "log_dir" => _ = properties.put("logDir", entry.value.clone()),
            "ssh_public_keys" => _ = properties.put("sshPublicKeys", entry.value.clone()),
            _ => _ = rest.put(entry.key.clone(), entry.value.clone()),
        }
    }
    rest.put_filled("properties", properties);
    rest
}

/// The machines of a node. The form with a list of Docker's arguments has no places and no upper
/// bound; the node's component has them.
pub(super) fn resources(doc: &Map) -> Map {
    let mut rest = Map::new();
    let is_list = matches!(doc.get("docker_args"), Some(Doc::List(_)));
    for entry in &doc.0 {
        match entry.key.as_ref() {
            "docker_args" if is_list => _ = rest.put("docker_args_list", entry.value.clone()),
            "max_instance_count" | "locations" if is_list => {}
            // The one key that the tools send in this case.
            "max_instance_count" => _ = rest.put("maxInstanceCount", entry.value.clone()),
            _ => _ = rest.put(entry.key.clone(), entry.value.clone()),
        }
    }
    rest
}

/// The machines that a component asks for; properties of the compute are the node's.
pub(super) fn declared_resources(doc: &Map) -> Option<Map> {
    let kept = doc.0.iter().filter(|entry| entry.key != "properties");
    let kept = Map(kept.cloned().collect());
    (!kept.is_empty()).then_some(kept)
}

/// The longest time that a node may take.
pub(super) fn limits(doc: &Map) -> Map {
    let mut rest = Map::new();
    rest.put("job_limits_type", "Command");
    let seconds = doc.get("timeout").and_then(text).and_then(|text| text.parse().ok());
    rest.put_some("timeout", seconds.map(duration));
    rest
}

/// What the tools send of a policy that does not say it.
pub(super) fn intervals(policy: &Map) -> [(&'static str, i64); 2] {
    let each = i64::from(policy.text("type") == Some("median_stopping"));
    [("evaluation_interval", each), ("delay_evaluation", 0)]
}

/// When a sweep gives up on a trial.
pub(super) fn early_termination(doc: &Map) -> Map {
    let mut rest = Map::new();
    for (key, value) in intervals(doc) {
        if doc.get(key).is_none() {
            rest.put(key, value);
        }
    }
    for entry in &doc.0 {
        if entry.key == "type" {
            rest.put("policy_type", entry.value.as_text().map(pascal).unwrap_or_default());
        } else {
            rest.put(entry.key.clone(), entry.value.clone());
        }
    }
    rest
}
