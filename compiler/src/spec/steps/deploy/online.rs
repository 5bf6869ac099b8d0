//! Online endpoints: machines that wait for calls.

use super::collector::CollectorSpec;
use super::identity::EndpointIdentitySpec;
use super::scale::{ContainerSpec, ScaleSpec};
use super::{Binder, Scoring};
use crate::diagnostics::{BAD_VALUE, CONFLICT, Diagnostic, MISSING_KEY, excerpt};
use crate::plan::{Data, Environment, Keys, Maps, OnlineServing, Scalar};
use crate::source::Spanned;
use crate::spec::decode::Dict;
use crate::spec::record::{choice, record};
use crate::spec::resources::{Count, Int};
use crate::spec::text::Text;
use crate::spec::values::{AnyName, PathText, VariableName, Word};

choice! {
    /// How callers of an endpoint show who they are.
    AuthWord as "a way to sign in" {
        /// With a key that does not change by itself.
        Key = "key",
        /// With a token of Azure ML that ends after a while.
        AmlToken = "aml_token",
        /// With a token of Microsoft Entra ID.
        AadToken = "aad_token",
    }
}

choice! {
    /// Whether the public network is open.
    NetworkWord as "a network" {
        /// It is.
        Enabled = "enabled",
        /// It is not: only private endpoints are.
        Disabled = "disabled",
    }
}

record! {
    /// Limits of the requests to a machine, as the v2 file has them.
    RequestSpec as "request settings" {
        /// Time for an answer, in milliseconds (the service's own: 5000).
        opt request_timeout_ms = "request_timeout_ms": Int<1, 180_000>,
        /// Requests that one machine works on at the same time (the service's own: 1).
        opt max_concurrent_requests_per_instance = "max_concurrent_requests_per_instance": Count,
        /// Time that a request may wait for a machine, in milliseconds.
        opt max_queue_wait_ms = "max_queue_wait_ms": Count,
    }
}

record! {
    /// How the service asks a machine how it is, as the v2 file has it; times in seconds.
    ProbeSpec as "a probe" {
        /// Time between two questions (the service's own: 10).
        opt period = "period": Count,
        /// Time before the first one (the service's own: 10).
        opt initial_delay = "initial_delay": Count,
        /// Time for an answer (the service's own: 2).
        opt timeout = "timeout": Count,
        /// Good answers after which it is well again (the service's own: 1).
        opt success_threshold = "success_threshold": Count,
        /// Bad answers after which it is not well (the service's own: 30).
        opt failure_threshold = "failure_threshold": Count,
    }
}

record! {
    /// An online endpoint on machines of Azure ML, or on a Kubernetes cluster, under the names of the
    /// v2 files. The endpoint is made if it is not there; what it has then is left as it is.
    ///
    /// ```yaml
    /// endpoint: diabetes-prod
    /// instance_type: Standard_DS3_v2
    /// instance_count: 2
    /// auth_mode: aad_token
    /// environment: serving
    /// code: ../src/serve
    /// scoring_script: answer.py
    /// ```
    OnlineSpec as "an online endpoint" {
        /// The endpoint's name, part of its address and so unique in the whole Azure region: 3 to 32
        /// letters, digits and `-`, with a letter first and no `-` last.
        req endpoint = "endpoint": Spanned<String>,
        /// The size of the machines; must be said unless there is a `compute`, on which it names an
        /// instance type of the cluster.
        opt instance_type = "instance_type": Spanned<String>,
        /// The number of machines (default 1; where they scale by themselves, the smallest number).
        opt instance_count = "instance_count": Count,
        /// A Kubernetes cluster that is attached to the workspace, which answers instead of machines of
        /// Azure ML: an entry of `compute`, or `azureml:<cluster>`.
        opt compute = "compute": Spanned<String>,
        /// What a container asks of the Kubernetes cluster.
        opt resources = "resources": Box<ContainerSpec>,
        /// How the number of machines changes by itself.
        opt scale_settings = "scale_settings": Box<ScaleSpec>,
        /// Who the endpoint is when it reads the model and the image (the service's own:
        /// `system_assigned`).
        opt identity = "identity": Box<EndpointIdentitySpec>,
        /// Percent of the calls, at most 50, of which the new deployment gets copies before it gets any
        /// calls: for one `pause`, and nobody sees its answers. Then it is checked, and the shares of
        /// `traffic` begin. The first deployment of an endpoint gets no copies.
        opt mirror_traffic = "mirror_traffic": Int<1, 50>,
        /// How callers show who they are. An endpoint that is there must have the same.
        opt auth_mode = "auth_mode": Spanned<AuthWord> = "key",
        /// Whether the endpoint can be called over the public network.
        opt public_network_access = "public_network_access": Spanned<NetworkWord>,
        /// Whether the machines can reach the public network.
        opt egress_public_network_access = "egress_public_network_access": Spanned<NetworkWord>,
        /// The software of the script: an entry of `environments`, or `azureml:<name>:<version>`.
        opt environment = "environment": Spanned<String>,
        /// The folder of the script that answers, from this file on.
        opt code = "code": Spanned<PathText>,
        /// The script that answers, in the folder `code`.
        opt scoring_script = "scoring_script": Spanned<PathText>,
        /// Environment variables of the script.
        all environment_variables = "environment_variables": Dict<VariableName, Word>,
        /// Limits of requests.
        opt request_settings = "request_settings": Box<RequestSpec>,
        /// How the service sees that a machine lives.
        opt liveness_probe = "liveness_probe": Box<ProbeSpec>,
        /// How the service sees that a machine can answer.
        opt readiness_probe = "readiness_probe": Box<ProbeSpec>,
        /// Whether Application Insights gets logs and numbers.
        opt app_insights_enabled = "app_insights_enabled": Spanned<bool>,
        /// Where a container of one's own finds the model.
        opt model_mount_path = "model_mount_path": Spanned<String>,
        /// What is kept of requests and answers.
        opt data_collector = "data_collector": Box<CollectorSpec>,
        /// Whether the machines reach the workspace over its private endpoint alone: the older form of
        /// `egress_public_network_access: disabled`.
        opt private_network_connection = "private_network_connection": Spanned<bool>,
        /// Properties of the deployment.
        all properties = "properties": Dict<AnyName, Word>,
        /// Properties of the endpoint, such as `enforce_access_to_default_secret_stores: enabled`.
        all endpoint_properties = "endpoint_properties": Dict<AnyName, Word>,
    }
}

impl OnlineSpec {
    pub(super) fn scoring(&self) -> Scoring<'_> {
        Scoring {
            environment: self.environment.as_ref(),
            code: self.code.as_ref(),
            script: self.scoring_script.as_ref(),
        }
    }

    /// What stands here of the deployment; the rest stands beside it.
    pub(super) fn serving(&self, binder: &mut dyn Binder) -> Option<OnlineServing> {
        let cluster = self.compute.as_ref().map(|name| cluster(name, binder));
        let size = self.size(binder);
        let on_cluster = self.on_cluster(binder);
        let maps = self.endpoint_maps(binder).zip(self.deployment_maps(binder));
        let ((), ()) = size.zip(on_cluster)?;
        let (endpoint_maps, deployment_maps) = maps?;
        Some(OnlineServing {
            cluster: cluster.map_or(Some(None), |it| it.map(Some))?,
            auth_mode: self.auth_mode.as_ref().map_or(AuthWord::Key, |it| it.value).word(),
            endpoint: keys([(
                "public_network_access",
                self.public_network_access.as_ref().map(|it| text(it.value.word())),
            )]),
            endpoint_maps,
            deployment: self.machines(),
            deployment_maps,
            mirror: self.mirror_traffic.and_then(|it| u8::try_from(it.0.value).ok()),
            traffic: Vec::new(),
            pause_seconds: 0,
            smoke_test: None,
            keep_old: false,
        })
    }

    /// The size of the machines; a cluster has one of its own.
    fn size(&self, binder: &mut dyn Binder) -> Option<()> {
        let Some(size) = &self.instance_type else {
            if self.compute.is_none() && !self.broken {
                let message = "an online endpoint needs the key `instance_type`";
                let help = "the size of its machines, such as `Standard_DS3_v2`; on a Kubernetes cluster, `compute` stands instead";
                binder.report(Diagnostic::new(&MISSING_KEY, self.span, message).help(help));
            }
            return self.compute.as_ref().map(|_| ());
        };
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if size.value.is_empty() || !size.value.bytes().all(letter) {
            let message = format!("`{}` is not a size of machines", excerpt(&size.value));
            let help = "write it as Azure has it, such as `Standard_DS3_v2`";
            binder.report(Diagnostic::new(&BAD_VALUE, size.span, message).help(help));
            return None;
        }
        Some(())
    }

    /// Azure ML's own validator refuses what is in a registry for deployments on Kubernetes.
    pub(super) fn cluster_takes(
        &self,
        software: Option<(&Spanned<String>, &Environment)>,
        model: &Text,
        binder: &mut dyn Binder,
    ) -> Option<()> {
        const REGISTRY: &str = "azureml://registries/";
        let Some(compute) = &self.compute else { return Some(()) };
        let software = software.and_then(|(name, found)| match found {
            Environment::Reference(address) => Some(("environment", address, name.span)),
            Environment::Image { .. } | Environment::Build { .. } => None,
        });
        let mut holds = Some(());
        for (what, address, span) in
            software.into_iter().chain([("model", &model.text, model.span)])
        {
            if !address.starts_with(REGISTRY) {
                continue;
            }
            let message = format!("a Kubernetes cluster takes no {what} of a registry");
            let help = format!(
                "name one of the workspace (`azureml:<name>:<version>`), or leave `compute` out: machines of Azure ML (`instance_type`) take this {what}"
            );
            binder.report(
                Diagnostic::new(&CONFLICT, span, message)
                    .related(compute.span, "the cluster")
                    .help(help),
            );
            holds = None;
        }
        holds
    }

    /// What only machines of Azure ML have, and what only a cluster has.
    fn on_cluster(&self, binder: &mut dyn Binder) -> Option<()> {
        let mut holds = Some(());
        let Some(compute) = &self.compute else {
            if let Some(resources) = &self.resources {
                let message = "`resources` are asked of a Kubernetes cluster";
                let help = "remove them; machines of Azure ML are chosen with `instance_type`";
                binder.report(Diagnostic::new(&CONFLICT, resources.span, message).help(help));
                holds = None;
            }
            return holds;
        };
        let managed = [
            ("public_network_access", self.public_network_access.as_ref().map(|it| it.span)),
            (
                "egress_public_network_access",
                self.egress_public_network_access.as_ref().map(|it| it.span),
            ),
            (
                "private_network_connection",
                self.private_network_connection.as_ref().map(|it| it.span),
            ),
            ("mirror_traffic", self.mirror_traffic.map(|it| it.0.span)),
        ];
        for (key, span) in managed {
            let Some(span) = span else { continue };
            let message = format!("`{key}` is for endpoints on machines of Azure ML");
            let help = "remove it; a Kubernetes cluster does not know it";
            binder.report(
                Diagnostic::new(&CONFLICT, span, message)
                    .related(compute.span, "the cluster")
                    .help(help),
            );
            holds = None;
        }
        holds
    }

    fn machines(&self) -> Keys {
        let egress = self.egress_public_network_access.as_ref();
        let insights = self.app_insights_enabled.as_ref();
        let private = self.private_network_connection.as_ref();
        let size = self.instance_type.as_ref();
        let least = self.scale_settings.as_ref().and_then(|it| count(it.min_instances));
        let instances = count(self.instance_count).or(least).unwrap_or(Scalar::Integer(1));
        keys([
            ("type", self.compute.as_ref().map(|_| text("kubernetes"))),
            ("instance_type", size.map(|it| text(&it.value))),
            ("instance_count", Some(instances)),
            ("app_insights_enabled", insights.map(|it| Scalar::Boolean(it.value))),
            ("egress_public_network_access", egress.map(|it| text(it.value.word()))),
            ("private_network_connection", private.map(|it| Scalar::Boolean(it.value))),
            ("model_mount_path", self.model_mount_path.as_ref().map(|it| text(&it.value))),
        ])
    }

    fn endpoint_maps(&self, binder: &mut dyn Binder) -> Option<Maps> {
        let identity = self.identity.as_ref().map(|it| it.data(binder));
        let identity = identity.map_or(Some(None), |it| it.map(Some))?;
        Some(maps([("identity", identity), ("properties", Some(words(&self.endpoint_properties)))]))
    }

    fn deployment_maps(&self, binder: &mut dyn Binder) -> Option<Maps> {
        let scale = self.scale_settings.as_ref().map(|it| it.data(self, binder));
        let collector = self.data_collector.as_ref().map(|it| it.data(binder));
        let resources = self.resources.as_ref().map(|it| it.data(binder));
        let placed = self.properties_belong(binder);
        let networks = self.one_network(binder);
        let scale = scale.map_or(Some(None), |it| it.map(Some));
        let collector = collector.map_or(Some(None), |it| it.map(Some));
        let resources = resources.map_or(Some(None), |it| it.map(Some));
        let ((), ()) = placed.zip(networks)?;
        let (scale, collector) = scale.zip(collector)?;
        let of = |keys: Keys| Some(map(keys));
        Some(maps([
            ("properties", Some(words(&self.properties))),
            ("scale_settings", scale),
            ("resources", resources?),
            ("request_settings", self.request_settings.as_deref().map(requests).and_then(of)),
            ("liveness_probe", self.liveness_probe.as_deref().map(probe).and_then(of)),
            ("readiness_probe", self.readiness_probe.as_deref().map(probe).and_then(of)),
            ("data_collector", collector),
        ]))
    }

    /// A property of the endpoint does nothing in the deployment.
    fn properties_belong(&self, binder: &mut dyn Binder) -> Option<()> {
        const OF_ENDPOINT: &str = "enforce_access_to_default_secret_stores";
        let Some(item) = self.properties.get(OF_ENDPOINT) else { return Some(()) };
        let message = format!("`{OF_ENDPOINT}` is a property of the endpoint");
        let help = "write it under `endpoint_properties`; `properties` are those of the deployment";
        binder.report(Diagnostic::new(&CONFLICT, item.name.span, message).help(help));
        None
    }

    /// The old word and the new one say the same thing.
    fn one_network(&self, binder: &mut dyn Binder) -> Option<()> {
        let both = self
            .private_network_connection
            .as_ref()
            .zip(self.egress_public_network_access.as_ref());
        let Some((old, new)) = both else { return Some(()) };
        let message = "`private_network_connection` says what `egress_public_network_access` says";
        binder.report(
            Diagnostic::new(&CONFLICT, old.span, message)
                .related(new.span, "the other one")
                .help("remove it, and write `egress_public_network_access: disabled` for a private network"),
        );
        None
    }
}

/// The cluster behind a name.
fn cluster(name: &Spanned<String>, binder: &mut dyn Binder) -> Option<String> {
    let found = binder.cluster(name)?;
    if found != "serverless" {
        return Some(found);
    }
    let message = "serverless compute answers no calls";
    let help = "name an attached Kubernetes cluster, or leave `compute` out: machines of Azure ML are chosen with `instance_type`";
    binder.report(Diagnostic::new(&CONFLICT, name.span, message).help(help));
    None
}

fn requests(spec: &RequestSpec) -> Keys {
    keys([
        ("request_timeout_ms", count(spec.request_timeout_ms)),
        ("max_concurrent_requests_per_instance", count(spec.max_concurrent_requests_per_instance)),
        ("max_queue_wait_ms", count(spec.max_queue_wait_ms)),
    ])
}

fn probe(spec: &ProbeSpec) -> Keys {
    keys([
        ("period", count(spec.period)),
        ("initial_delay", count(spec.initial_delay)),
        ("timeout", count(spec.timeout)),
        ("success_threshold", count(spec.success_threshold)),
        ("failure_threshold", count(spec.failure_threshold)),
    ])
}

fn text(text: &str) -> Scalar {
    Scalar::Text(text.to_owned())
}

pub(super) fn count<const MIN: i64, const MAX: i64>(it: Option<Int<MIN, MAX>>) -> Option<Scalar> {
    it.map(|it| Scalar::Integer(it.0.value))
}

/// The keys that have a value.
pub(super) fn keys<const N: usize>(all: [(&'static str, Option<Scalar>); N]) -> Keys {
    all.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

/// The maps that hold something.
fn maps<const N: usize>(all: [(&'static str, Option<Data>); N]) -> Maps {
    let filled = |data: &Data| !matches!(data, Data::Map(entries) if entries.is_empty());
    all.into_iter().filter_map(|(key, data)| Some((key, data.filter(filled)?))).collect()
}

/// Keys as a map.
pub(super) fn map(keys: Keys) -> Data {
    Data::Map(keys.into_iter().map(|(key, it)| (key.to_owned(), Data::Scalar(it))).collect())
}

/// Names with their texts.
fn words(all: &Dict<AnyName, Word>) -> Data {
    let each = all
        .good()
        .map(|(name, it)| (name.value.clone(), Data::Scalar(Scalar::Text(it.0.value.clone()))));
    Data::Map(each.collect())
}
