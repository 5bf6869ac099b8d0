//! What only a node of Azure ML has.

use super::Scalar;

/// Keys of one of Azure ML's own maps and their values, in its words and in the order of its manual.
pub type Keys = Vec<(&'static str, Scalar)>;

/// Settings of an Azure ML node, beside its cluster, software and machines. Empty ones are left out.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct NodeSettings {
    /// How the processes of a distributed run are started: `type` and what belongs to it.
    pub distribution: Keys,
    /// Who the node is when it reads data.
    pub identity: Keys,
    /// How the node is queued on serverless compute.
    pub queue: Keys,
    /// Services that people open while the node runs.
    pub services: Vec<(String, Service)>,
    /// Whether the node runs each time, although nothing changed.
    pub runs_always: bool,
}

/// A service that people open while a node runs.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Service {
    /// Its keys.
    pub keys: Keys,
    /// What only the service itself knows, in the author's order.
    pub properties: Vec<(String, String)>,
}

/// Further arguments of `docker run`; Azure ML keeps the two forms apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DockerArguments {
    /// One text.
    Text(String),
    /// One for each argument.
    List(Vec<String>),
}
