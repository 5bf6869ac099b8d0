//! What the files name in Azure.

use std::collections::{BTreeMap, BTreeSet};

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

/// What the files name in Azure.
#[derive(Debug, Default)]
pub struct Azure {
    /// The workspaces, and what must be in each.
    pub workspaces: BTreeMap<Workspace, Assets>,
    /// Azure container registries: their login servers.
    pub container_registries: BTreeSet<String>,
}

/// What must be in a workspace. Names hold the version, where there is one.
#[derive(Debug, Default)]
pub struct Assets {
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
    /// Registries of Azure ML, which are beside the workspace.
    pub registries: BTreeSet<String>,
}

impl Workspace {
    pub(super) fn of(plan: &Plan) -> Self {
        let azure = &plan.project.azure;
        Self {
            subscription: Setting::of(&azure.subscription),
            resource_group: Setting::of(&azure.resource_group),
            name: Setting::of(&azure.workspace),
        }
    }
}

impl Azure {
    /// A file of Azure ML, which is for one stage if there are several.
    pub(super) fn read(&mut self, plan: &Plan, artifact: &Artifact) {
        let tree = syntax::glance(&artifact.text);
        let Some(root) = tree.root() else { return };
        let is_of = |stage: &&Plan| artifact.path.starts_with(&stage.azure_ml_path(""));
        let stage = plan.each_stage().find(is_of).unwrap_or(plan);
        self.workspaces.entry(Workspace::of(stage)).or_default().walk(&tree, root, "", None);
        self.images(&tree, root);
    }

    /// A file of CI: where it signs in, and addresses that it hands on.
    pub(super) fn read_ci(&mut self, plan: &Plan, artifact: &Artifact) {
        let tree = syntax::glance(&artifact.text);
        let Some(root) = tree.root() else { return };
        let all = walk::all(&tree, root);
        let signs_in = all.iter().any(|(key, node)| {
            ["azureSubscription", "azureServiceConnection"].contains(key)
                || *key == "uses" && tree.text_of(*node).starts_with("azure/login@")
        });
        if signs_in {
            for stage in plan.each_stage() {
                self.workspaces.entry(Workspace::of(stage)).or_default();
            }
            let own = stage_of_file(plan, &artifact.path);
            for (key, node) in all {
                let text = tree.text_of(node);
                if !text.starts_with("azureml:") || text.contains('\n') {
                    continue;
                }
                let is_model = key.to_ascii_lowercase().contains("model");
                let deploying = plan.each_stage().filter(|stage| deploys(stage, text));
                let mut stages: Vec<&Plan> = deploying.filter(|_| is_model).collect();
                if stages.is_empty() {
                    stages.push(own);
                }
                for stage in stages {
                    let workspace = self.workspaces.entry(Workspace::of(stage)).or_default();
                    workspace.address(text, if is_model { "model" } else { "" }, None);
                }
            }
        }
        self.images(&tree, root);
    }

    /// Images of Azure container registries.
    fn images(&mut self, tree: &Tree<'_>, root: NodeId) {
        for (_, node) in walk::all(tree, root) {
            let host = tree.text_of(node).split('/').next().unwrap_or_default();
            let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-.".contains(letter);
            if host.ends_with(".azurecr.io") && host.chars().all(is_name) {
                self.container_registries.insert(host.to_owned());
            }
        }
    }
}

/// The plan of the stage that the runs of a CI file are in when nobody chooses.
fn stage_of_file<'p>(plan: &'p Plan, path: &str) -> &'p Plan {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.strip_suffix(".yml").unwrap_or(file);
    let workflow = plan.workflows.iter().find(|workflow| workflow.id == stem);
    let stages = workflow.map(|workflow| plan.variants(workflow.staging));
    stages.and_then(|stages| stages.first().copied()).unwrap_or(plan)
}

/// Whether a step deploys the model of an address in the plan's own stage.
fn deploys(stage: &Plan, address: &str) -> bool {
    stage.deployments().any(|(_, deploy)| {
        let literal = match deploy.model.first() {
            Some(Piece::Literal(text)) => text.as_str(),
            Some(Piece::Reference(_)) | None => "",
        };
        known_part(literal) == known_part(address)
    })
}

/// An address up to what only a run knows.
fn known_part(address: &str) -> &str {
    let known = address.split("${{").next().unwrap_or(address);
    known.split("$(").next().unwrap_or(known)
}

impl Assets {
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
                if scalar.text.starts_with("azureml:") {
                    self.address(scalar.text, key, kind);
                }
            }
            Kind::Null => {}
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
        let name = known_part(bare).trim_end_matches([':', '@']).to_owned();
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
