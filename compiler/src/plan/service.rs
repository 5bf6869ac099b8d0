//! Containers beside a CI job.

use super::{CiPlace, Text};

/// A container that runs as long as the job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceContainer {
    /// Its name, `^[a-z][a-z0-9-]*$`: that of its host in a job that runs in a container itself.
    pub name: String,
    /// Its image.
    pub image: String,
    /// Its environment variables.
    pub env: Vec<(String, Text)>,
    /// Its ports.
    pub ports: Vec<Port>,
    /// Options of `docker create`, as one text.
    pub options: Option<String>,
}

/// A port of the machine that leads to one of a container.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Port {
    /// The machine's.
    pub machine: u16,
    /// The container's.
    pub container: u16,
}

impl Port {
    /// Both, as Docker has them.
    pub fn text(&self) -> String {
        format!("{}:{}", self.machine, self.container)
    }
}

impl CiPlace {
    /// Variables that tell the script where each service is: `SERVICE_<NAME>_HOST`, and
    /// `SERVICE_<NAME>_PORT` where it has a port. In a container the job sees the service's host; on
    /// the machine itself its ports are the machine's.
    pub fn service_env(&self) -> Vec<(String, String)> {
        let mut env = Vec::new();
        for service in &self.extras.services {
            let prefix = format!("SERVICE_{}", service.name.to_ascii_uppercase().replace('-', "_"));
            let inside = self.container.is_some();
            let host = if inside { service.name.clone() } else { "localhost".to_owned() };
            env.push((format!("{prefix}_HOST"), host));
            if let Some(port) = service.ports.first() {
                let port = if inside { port.container } else { port.machine };
                env.push((format!("{prefix}_PORT"), port.to_string()));
            }
        }
        env
    }
}
