//! What pipelines need in Azure DevOps.

use std::collections::{BTreeMap, BTreeSet};

use super::walk;
use crate::plan::{Piece, Plan, Reference};
use crate::syntax::{self, Kind, NodeId, Tree};
use crate::targets::Artifact;

/// A pipeline to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pipeline {
    /// Its name: that of the file.
    pub name: String,
    /// Root-relative path of the file.
    pub path: String,
    /// Whether pull requests start it, which on Azure Repos a branch policy must do.
    pub pull_requests: bool,
    /// Whether its runs wait for each other, which an exclusive lock must do.
    pub waits: bool,
    /// Names of the service connections, environments and groups that it uses.
    pub uses: BTreeSet<String>,
}

/// What a service connection is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Connection {
    /// Azure Resource Manager.
    Azure,
    /// A Docker registry.
    Registry,
}

/// What pipelines need in Azure DevOps.
#[derive(Debug, Default)]
pub struct AzurePipelines {
    /// The pipelines.
    pub pipelines: Vec<Pipeline>,
    /// Service connections by name.
    pub connections: BTreeMap<String, Connection>,
    /// Variable groups.
    pub groups: BTreeSet<String>,
    /// Variables that must be in one of the groups, or of the pipeline.
    pub variables: BTreeSet<String>,
    /// The same, secret.
    pub secrets: BTreeSet<String>,
    /// Environments, and whether a job of the file asks people itself.
    pub environments: BTreeMap<String, bool>,
    /// Pools of machines of one's own.
    pub pools: BTreeSet<String>,
}

/// Keys whose text is a script: bash has `$(…)` too.
const SCRIPTS: [&str; 4] = ["bash", "script", "inlineScript", "pwsh"];
/// Keys that name a service connection.
const CONNECTIONS: [(&str, Connection); 7] = [
    ("azureSubscription", Connection::Azure),
    ("connectedServiceNameARM", Connection::Azure),
    ("azureServiceConnection", Connection::Azure),
    ("containerRegistry", Connection::Registry),
    ("dockerRegistryEndpoint", Connection::Registry),
    ("dockerRegistryServiceConnection", Connection::Registry),
    ("endpoint", Connection::Registry),
];

impl AzurePipelines {
    pub(super) fn read(&mut self, plan: &Plan, artifact: &Artifact) {
        let tree = syntax::glance(&artifact.text);
        let Some(root) = tree.root() else { return };
        let secrets = secrets(plan);
        let own = declared(&tree, root);
        let mut uses = BTreeSet::new();
        for (key, node) in walk::all(&tree, root) {
            self.node(&tree, key, node, &mut uses);
            let Kind::Scalar(scalar) = tree.kind(node) else { continue };
            if SCRIPTS.contains(&key) {
                continue;
            }
            for name in walk::names(scalar.text, "$(") {
                // What holds a dot is the service's own; so is what the file declares.
                let rest = scalar.text.split_once(&format!("$({name}")).map_or("", |it| it.1);
                if own.contains(name) || !rest.starts_with(')') {
                    continue;
                }
                let set =
                    if secrets.contains(name) { &mut self.secrets } else { &mut self.variables };
                set.insert(name.to_owned());
            }
        }
        let asked = walk::all(&tree, root).iter().any(|(key, node)| {
            *key == "task" && tree.text_of(*node).starts_with("ManualValidation")
        });
        if asked {
            self.approvals(plan);
        }
        let stem = artifact.path.rsplit('/').next().unwrap_or_default();
        self.pipelines.push(Pipeline {
            name: stem.trim_end_matches(".yml").to_owned(),
            path: artifact.path.clone(),
            pull_requests: walk::text(&tree, root, "pr").is_none()
                && walk::value(&tree, root, "pr").is_some(),
            waits: walk::value(&tree, root, "lockBehavior").is_some(),
            uses,
        });
    }

    fn node(&mut self, tree: &Tree<'_>, key: &str, node: NodeId, uses: &mut BTreeSet<String>) {
        let text = tree.text_of(node);
        if let Some((_, kind)) = CONNECTIONS.iter().find(|(known, _)| *known == key)
            && !text.is_empty()
        {
            for name in walk::outcomes(text) {
                self.connections.insert(name.clone(), *kind);
                uses.insert(name);
            }
        }
        match key {
            "group" if !text.is_empty() => {
                self.groups.insert(text.to_owned());
                uses.insert(text.to_owned());
            }
            "environment" => {
                let name = walk::text(tree, node, "name").unwrap_or(text);
                for name in walk::outcomes(name).into_iter().filter(|name| !name.is_empty()) {
                    self.environments.entry(name.clone()).or_default();
                    uses.insert(name);
                }
            }
            "pool" => {
                self.pools.extend(walk::text(tree, node, "name").map(str::to_owned));
                let word = Some(text).filter(|text| !text.is_empty() && *text != "server");
                self.pools.extend(word.map(str::to_owned));
            }
            _ => {}
        }
    }

    /// Environments whose approval the file itself asks for.
    fn approvals(&mut self, plan: &Plan) {
        let gated = plan.steps.iter().filter_map(|step| step.approval.as_ref());
        for name in gated {
            if let Some(asked) = self.environments.get_mut(name) {
                *asked = true;
            }
        }
    }
}

/// Names of variables that the file declares itself.
fn declared(tree: &Tree<'_>, root: NodeId) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (key, node) in walk::all(tree, root) {
        match key {
            "variables" => {
                names.extend(walk::text(tree, node, "name").map(str::to_owned));
                let pairs = walk::entries(tree, node).map(|(name, _)| name.to_owned());
                names.extend(pairs);
            }
            // The values of each combination.
            "matrix" => {
                for (_, leg) in walk::entries(tree, node) {
                    names.extend(walk::entries(tree, leg).map(|(name, _)| name.to_owned()));
                }
            }
            _ => {}
        }
    }
    names
}

/// The names of secrets that a plan reads.
fn secrets(plan: &Plan) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut note = |reference: &Reference| {
        if let Reference::Secret(name) = reference {
            names.insert(name.clone());
        }
    };
    for step in &plan.steps {
        step.references(&mut note);
    }
    for (_, text) in &plan.env {
        for piece in text {
            if let Piece::Reference(reference) = piece {
                note(reference);
            }
        }
    }
    names
}
