//! What the files name in Azure.

use std::collections::BTreeSet;

use super::walk;
use crate::plan::{Piece, Plan, Reference, Text};
use crate::syntax::{self, Kind, NodeId, Tree};
use crate::targets::Artifact;

/// A setting of the project: fixed, or a variable of CI.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Setting {
    /// Fixed.
    Fixed(String),
    /// The name of a variable.
    Variable(String),
}

impl Setting {
    fn of(text: &Text) -> Self {
        match text.as_slice() {
            [Piece::Reference(Reference::Variable(name) | Reference::Secret(name))] => {
                Self::Variable(name.clone())
            }
            pieces => {
                let literal = |piece: &Piece| match piece {
                    Piece::Literal(text) => text.clone(),
                    Piece::Reference(_) => String::new(),
                };
                Self::Fixed(pieces.iter().map(literal).collect())
            }
        }
    }
}

/// A workspace, and where it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Workspace {
    /// The subscription.
    pub subscription: Setting,
    /// The resource group.
    pub resource_group: Setting,
    /// The workspace.
    pub name: Setting,
}

/// What the files name in Azure. Names of assets hold the version, where there is one.
#[derive(Debug, Default)]
pub struct Azure {
    /// Workspaces of jobs that sign in.
    pub workspaces: BTreeSet<Workspace>,
    /// Clusters.
    pub clusters: BTreeSet<String>,
    /// Registered software.
    pub environments: BTreeSet<String>,
    /// Registered components.
    pub components: BTreeSet<String>,
    /// Data assets.
    pub data: BTreeSet<String>,
    /// Models.
    pub models: BTreeSet<String>,
    /// Datastores.
    pub datastores: BTreeSet<String>,
    /// Registries of Azure ML.
    pub registries: BTreeSet<String>,
    /// Azure container registries: their login servers.
    pub container_registries: BTreeSet<String>,
}

impl Azure {
    /// A file of Azure ML.
    pub(super) fn read(&mut self, artifact: &Artifact) {
        let tree = syntax::glance(&artifact.text);
        let Some(root) = tree.root() else { return };
        self.walk(&tree, root, "", None);
    }

    /// A file of CI: where it signs in, and addresses that it hands on.
    pub(super) fn read_ci(&mut self, plan: &Plan, artifact: &Artifact) {
        let tree = syntax::glance(&artifact.text);
        let Some(root) = tree.root() else { return };
        let mut signs_in = false;
        for (key, node) in walk::all(&tree, root) {
            let text = tree.text_of(node);
            signs_in |= ["azureSubscription", "azureServiceConnection"].contains(&key);
            signs_in |= key == "uses" && text.starts_with("azure/login@");
            if text.starts_with("azureml:") && !text.contains('\n') {
                let is_model = key.to_ascii_lowercase().contains("model");
                self.address(text, if is_model { "model" } else { "" }, None);
            }
            self.registry(text);
        }
        if signs_in {
            self.workspace(plan);
        }
    }

    /// The workspace of a plan, where something runs.
    pub(super) fn workspace(&mut self, plan: &Plan) {
        for azure in plan.each_stage().map(|plan| &plan.project.azure) {
            self.workspaces.insert(Workspace {
                subscription: Setting::of(&azure.subscription),
                resource_group: Setting::of(&azure.resource_group),
                name: Setting::of(&azure.workspace),
            });
        }
    }

    /// `kind` is the type that stands beside a value.
    fn walk(&mut self, tree: &Tree<'_>, node: NodeId, key: &str, kind: Option<&str>) {
        match tree.kind(node) {
            Kind::Map(entries) => {
                let own = walk::text(tree, node, "type");
                for entry in entries {
                    self.walk(tree, entry.value, tree.text_of(entry.key), own);
                }
            }
            Kind::List(items) => {
                for item in items {
                    self.walk(tree, *item, key, kind);
                }
            }
            Kind::Scalar(scalar) => {
                self.registry(scalar.text);
                if scalar.text.starts_with("azureml:") {
                    self.address(scalar.text, key, kind);
                }
            }
            Kind::Null => {}
        }
    }

    /// An image of an Azure container registry.
    fn registry(&mut self, text: &str) {
        let host = text.split('/').next().unwrap_or_default();
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-.".contains(letter);
        if host.ends_with(".azurecr.io") && host.chars().all(is_name) {
            self.container_registries.insert(host.to_owned());
        }
    }

    /// An address of Azure ML.
    fn address(&mut self, text: &str, key: &str, kind: Option<&str>) {
        let bare = text.trim_start_matches("azureml:");
        if let Some(path) = bare.strip_prefix("//") {
            let mut parts = path.split('/');
            let name = |parts: &mut std::str::Split<'_, char>| parts.next().map(str::to_owned);
            match parts.next() {
                Some("datastores") => self.datastores.extend(name(&mut parts)),
                Some("registries") => self.registries.extend(name(&mut parts)),
                _ => {}
            }
            return;
        }
        // A version that only a run knows is any version.
        let known = bare.split("${{").next().unwrap_or(bare).split("$(").next().unwrap_or(bare);
        let name = known.trim_end_matches([':', '@']).to_owned();
        // What starts with a slash is an id of the REST API.
        if name.is_empty() || name.starts_with('/') {
            return;
        }
        let set = match key {
            "compute" | "default_compute" | "computeId" => &mut self.clusters,
            "environment" | "environmentId" => &mut self.environments,
            "component" | "componentId" => &mut self.components,
            "default_datastore" | "datastore" => &mut self.datastores,
            "model" => &mut self.models,
            _ if kind.is_some_and(|kind| kind.ends_with("_model")) => &mut self.models,
            _ => &mut self.data,
        };
        set.insert(name);
    }
}
