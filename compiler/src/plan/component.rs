//! Nodes that run a component that stands elsewhere.

use std::sync::Arc;

use super::Fields;

/// A node that runs a component of the author's, of the workspace or of a registry.
#[derive(Clone, PartialEq, Debug)]
pub struct ComponentUse {
    /// The component.
    pub component: ComponentPlace,
    /// What it is.
    pub kind: ComponentKind,
    /// Root-relative paths that the component file names; folders end in `/`.
    pub files: Vec<String>,
    /// Outputs of the step, by index, that the node writes down, since the author did.
    pub listed: Vec<u32>,
    /// Inputs of the step, by index, that reach the arguments of a script over mini-batches, where
    /// no quotes keep a value together.
    pub arguments: Vec<u32>,
    /// How many nodes Azure ML makes of it; 1 where nobody can know.
    pub nodes: usize,
    /// Whether nodes inside of it run on the cluster of the job that is submitted.
    pub needs_cluster: bool,
    /// What the service is told of the author's file; `None` for other components, and where only
    /// Azure ML's own tools can say it.
    pub body: Option<Arc<ComponentBody>>,
    /// What the node says in place of the component.
    pub overrides: Fields,
}

/// What a component file says, for whoever registers it without Azure ML's own tools.
#[derive(Clone, PartialEq, Debug)]
pub struct ComponentBody {
    /// Its keys, as far as they reach the service.
    pub fields: Fields,
    /// The component files that the nodes of a pipeline run.
    pub parts: Vec<ComponentPart>,
}

/// A component file that a node of a pipeline component runs.
#[derive(Clone, PartialEq, Debug)]
pub struct ComponentPart {
    /// The node.
    pub node: String,
    /// Root-relative path of the file.
    pub path: String,
    /// What it says.
    pub body: Arc<ComponentBody>,
}

/// Where a component stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ComponentPlace {
    /// In the workspace or a registry, as Azure ML reads it.
    Registered(String),
    /// Root-relative path of the author's file.
    File(String),
    /// Root-relative path of the file that is made of another spec: one of [`Plan::used`].
    ///
    /// [`Plan::used`]: super::Plan::used
    Made(String),
}

impl ComponentPlace {
    /// The name of the pipeline that the component is made of: its folder.
    pub fn pipeline(&self) -> Option<&str> {
        let Self::Made(path) = self else { return None };
        path.rsplit('/').nth(1)
    }
}

/// What a component is, as far as its nodes differ.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ComponentKind {
    /// A command.
    Command,
    /// A script over mini-batches.
    Parallel,
    /// A Spark job.
    Spark,
    /// A pipeline.
    Pipeline,
}

impl ComponentKind {
    /// All kinds, in the order of the manual.
    pub const ALL: [Self; 4] = [Self::Command, Self::Parallel, Self::Spark, Self::Pipeline];

    /// Azure ML's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Parallel => "parallel",
            Self::Spark => "spark",
            Self::Pipeline => "pipeline",
        }
    }
}
