//! Settings of Azure ML nodes: distribution, identity, queue, services.

use super::decode::Dict;
use super::record::{choice, record};
use super::resources::{Count, Int};
use super::values::{AnyName, Word};
use crate::diagnostics::{BAD_VALUE, CONFLICT, Diagnostic, Sink};
use crate::plan::{Keys, Scalar, Service};
use crate::source::{Span, Spanned};

choice! {
    /// How the processes of a distributed run are started.
    DistributionWord as "a distribution" {
        /// The launcher of torch.
        PyTorch = "pytorch",
        /// MPI, as Horovod uses it.
        Mpi = "mpi",
        /// TensorFlow with parameter servers and workers.
        TensorFlow = "tensorflow",
        /// A Ray cluster.
        Ray = "ray",
    }
}

/// A port of a machine.
type PortNumber = Int<1, 65_535>;

record! {
    /// How the processes of a distributed run are started.
    ///
    /// ```yaml
    /// type: pytorch
    /// process_count_per_instance: 4
    /// ```
    DistributionSpec as "a distribution" {
        /// The framework.
        req kind = "type": Spanned<DistributionWord>,
        /// Processes on each machine (pytorch, mpi).
        opt process_count_per_instance = "process_count_per_instance": Count,
        /// Parameter servers (tensorflow; default 0).
        opt parameter_server_count = "parameter_server_count": Int<0, { i64::MAX }>,
        /// Workers (tensorflow; default: the number of machines).
        opt worker_count = "worker_count": Count,
        /// Port of the head node (ray).
        opt port = "port": PortNumber,
        /// Address of a Ray cluster that runs already (ray).
        opt address = "address": Spanned<String>,
        /// Whether the dashboard is started (ray).
        opt include_dashboard = "include_dashboard": Spanned<bool>,
        /// Port of the dashboard (ray).
        opt dashboard_port = "dashboard_port": PortNumber,
        /// Further arguments of `ray start` on the head node (ray).
        opt head_node_additional_args = "head_node_additional_args": Spanned<String>,
        /// Further arguments of `ray start` on the other nodes (ray).
        opt worker_node_additional_args = "worker_node_additional_args": Spanned<String>,
    }
    short kind
}

choice! {
    /// Who an Azure ML node is when it reads data.
    IdentityWord as "an identity" {
        /// The cluster's managed identity, or the one that is named.
        Managed = "managed",
        /// Whoever submits the job.
        UserIdentity = "user_identity",
        /// A token of the workspace.
        AmlToken = "aml_token",
    }
}

record! {
    /// Who an Azure ML node is when it reads data.
    ///
    /// ```yaml
    /// type: managed
    /// client_id: 00000000-0000-0000-0000-000000000000
    /// ```
    IdentitySpec as "an identity" {
        /// The kind of identity.
        req kind = "type": Spanned<IdentityWord>,
        /// The client id of a managed identity.
        opt client_id = "client_id": Spanned<String>,
        /// The object id of a managed identity.
        opt object_id = "object_id": Spanned<String>,
        /// The ARM id of a managed identity. Azure ML's own tools fail on it, so it is refused: write
        /// `client_id`.
        opt msi_resource_id = "msi_resource_id": Spanned<String>,
    }
    short kind
}

choice! {
    /// What the machines of serverless compute cost, and whether others may take them.
    JobTierWord as "a job tier" {
        /// Spare machines, which may be taken away.
        Spot = "spot",
        /// Cheap.
        Basic = "basic",
        /// The usual one.
        Standard = "standard",
        /// Never taken away.
        Premium = "premium",
        /// None.
        Null = "null",
    }
}

choice! {
    /// Who goes first in the queue.
    PriorityWord as "a priority" {
        /// After others.
        Low = "low",
        /// The usual one.
        Medium = "medium",
        /// Before others.
        High = "high",
    }
}

record! {
    /// How a node is queued on serverless compute.
    ///
    /// ```yaml
    /// job_tier: spot
    /// priority: low
    /// ```
    QueueSpec as "queue settings" {
        /// What the machines cost, and whether others may take them.
        opt job_tier = "job_tier": Spanned<JobTierWord>,
        /// Who goes first.
        opt priority = "priority": Spanned<PriorityWord>,
    }
}

choice! {
    /// A service that people open while a node runs.
    ServiceWord as "a service" {
        /// A shell on the machine.
        Ssh = "ssh",
        /// Notebooks.
        JupyterLab = "jupyter_lab",
        /// An editor.
        VsCode = "vs_code",
        /// Curves of a training run.
        TensorBoard = "tensor_board",
    }
}

record! {
    /// A service that people open while a node runs.
    ///
    /// ```yaml
    /// type: tensor_board
    /// log_dir: outputs/runs
    /// ```
    ServiceSpec as "a service" {
        /// What is started.
        req kind = "type": Spanned<ServiceWord>,
        /// The port that it listens to.
        opt port = "port": PortNumber,
        /// Where it is started: `all` machines; by default the first.
        opt nodes = "nodes": Spanned<String>,
        /// Public keys of those who may come in (ssh).
        opt ssh_public_keys = "ssh_public_keys": Spanned<String>,
        /// The folder that is shown (`tensor_board`).
        opt log_dir = "log_dir": Spanned<String>,
        /// What else the service knows, as Azure ML reads it.
        all properties = "properties": Dict<AnyName, Word>,
    }
    short kind
}

/// A key of a record, where it is written, and its value.
type Entry = (&'static str, Option<(Span, Scalar)>);

fn text(key: &'static str, value: Option<&Spanned<String>>) -> Entry {
    (key, value.map(|it| (it.span, Scalar::Text(it.value.clone()))))
}

fn number<const MIN: i64, const MAX: i64>(
    key: &'static str,
    value: Option<&Int<MIN, MAX>>,
) -> Entry {
    (key, value.map(|it| (it.0.span, Scalar::Integer(it.0.value))))
}

/// The keys that are written. Those that the type does not have are reported.
fn keys(
    what: &str,
    kind: &'static str,
    own: &[&str],
    entries: Vec<Entry>,
    sink: &mut Sink,
) -> Keys {
    let mut keys: Keys = vec![("type", Scalar::Text(kind.to_owned()))];
    for (key, value) in entries {
        let Some((span, value)) = value else { continue };
        if own.contains(&key) {
            keys.push((key, value));
            continue;
        }
        let message = format!("`{key}` means nothing for {what} of type {kind}");
        let help = match own {
            [] => "remove it; the type has no keys of its own".to_owned(),
            own => format!("remove it; the type has: {}", own.join(", ")),
        };
        sink.report(Diagnostic::new(&CONFLICT, span, message).help(help));
    }
    keys
}

impl DistributionSpec {
    /// The keys in Azure ML's words.
    pub(crate) fn keys(&self, sink: &mut Sink) -> Keys {
        let own: &[&str] = match self.kind.value {
            DistributionWord::PyTorch | DistributionWord::Mpi => &["process_count_per_instance"],
            DistributionWord::TensorFlow => &["parameter_server_count", "worker_count"],
            DistributionWord::Ray => &[
                "port",
                "address",
                "include_dashboard",
                "dashboard_port",
                "head_node_additional_args",
                "worker_node_additional_args",
            ],
        };
        let dashboard =
            self.include_dashboard.as_ref().map(|it| (it.span, Scalar::Boolean(it.value)));
        let entries = vec![
            number("process_count_per_instance", self.process_count_per_instance.as_ref()),
            number("parameter_server_count", self.parameter_server_count.as_ref()),
            number("worker_count", self.worker_count.as_ref()),
            number("port", self.port.as_ref()),
            text("address", self.address.as_ref()),
            ("include_dashboard", dashboard),
            number("dashboard_port", self.dashboard_port.as_ref()),
            text("head_node_additional_args", self.head_node_additional_args.as_ref()),
            text("worker_node_additional_args", self.worker_node_additional_args.as_ref()),
        ];
        keys("a distribution", self.kind.value.word(), own, entries, sink)
    }
}

impl IdentitySpec {
    /// The keys in Azure ML's words.
    pub(crate) fn keys(&self, sink: &mut Sink) -> Keys {
        let own: &[&str] = match self.kind.value {
            IdentityWord::Managed => &["client_id", "object_id"],
            IdentityWord::UserIdentity | IdentityWord::AmlToken => &[],
        };
        // Azure ML's tools know the key and then fail on it, without a place.
        if let Some(id) = &self.msi_resource_id {
            let message = "Azure ML's own tools fail on `msi_resource_id`";
            let help = "name the identity by its `client_id`";
            sink.report(Diagnostic::new(&CONFLICT, id.span, message).help(help));
        }
        let entries = vec![
            text("client_id", self.client_id.as_ref()),
            text("object_id", self.object_id.as_ref()),
        ];
        keys("an identity", self.kind.value.word(), own, entries, sink)
    }
}

impl QueueSpec {
    /// The keys in Azure ML's words.
    pub(crate) fn keys(&self) -> Keys {
        let tier = self.job_tier.as_ref().map(|it| ("job_tier", it.value.word()));
        let priority = self.priority.as_ref().map(|it| ("priority", it.value.word()));
        let each = tier.into_iter().chain(priority);
        each.map(|(key, word)| (key, Scalar::Text(word.to_owned()))).collect()
    }
}

impl ServiceSpec {
    /// The service in Azure ML's words.
    pub(crate) fn service(&self, sink: &mut Sink) -> Service {
        let properties = self.properties.good();
        let properties = properties.map(|(name, it)| (name.value.clone(), it.0.value.clone()));
        Service { properties: properties.collect(), keys: self.keys(sink) }
    }

    fn keys(&self, sink: &mut Sink) -> Keys {
        // Azure ML's tools keep these two among the properties.
        for (name, key) in [("sshPublicKeys", "ssh_public_keys"), ("logDir", "log_dir")] {
            if let Some(item) = self.properties.get(name) {
                let message = format!("`{name}` is what Azure ML calls the key `{key}`");
                let help = format!("write `{key}` beside `type`");
                sink.report(Diagnostic::new(&CONFLICT, item.name.span, message).help(help));
            }
        }
        let own: &[&str] = match self.kind.value {
            ServiceWord::Ssh => &["port", "nodes", "ssh_public_keys"],
            ServiceWord::TensorBoard => &["port", "nodes", "log_dir"],
            ServiceWord::JupyterLab | ServiceWord::VsCode => &["port", "nodes"],
        };
        if let Some(nodes) = self.nodes.as_ref().filter(|nodes| nodes.value != "all") {
            let message = format!("`{}` is not a choice of machines", nodes.value);
            let help = "write `all`, or leave it out for the first machine";
            sink.report(Diagnostic::new(&BAD_VALUE, nodes.span, message).help(help));
        }
        let entries = vec![
            number("port", self.port.as_ref()),
            text("nodes", self.nodes.as_ref()),
            text("ssh_public_keys", self.ssh_public_keys.as_ref()),
            text("log_dir", self.log_dir.as_ref()),
        ];
        keys("a service", self.kind.value.word(), own, entries, sink)
    }
}
