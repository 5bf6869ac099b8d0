//! Online endpoints: machines that wait for calls.

use super::{Binder, Scoring};
use crate::diagnostics::{BAD_VALUE, Diagnostic, excerpt};
use crate::plan::{Keys, OnlineServing, Scalar};
use crate::source::Spanned;
use crate::spec::decode::Dict;
use crate::spec::record::{choice, record};
use crate::spec::resources::{Count, Int};
use crate::spec::values::{PathText, VariableName, Word};

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
    /// An online endpoint on machines of Azure ML, under the names of the v2 files. The endpoint is
    /// made if it is not there; what it has then is left as it is.
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
        /// The size of the machines.
        req instance_type = "instance_type": Spanned<String>,
        /// The number of machines (default 1).
        opt instance_count = "instance_count": Count,
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
    }
    later {
        "identity", "scale_settings", "data_collector", "mirror_traffic", "properties",
        "private_network_connection",
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
        let size = &self.instance_type;
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if size.value.is_empty() || !size.value.bytes().all(letter) {
            let message = format!("`{}` is not a size of machines", excerpt(&size.value));
            let help = "write it as Azure has it, such as `Standard_DS3_v2`";
            binder.report(Diagnostic::new(&BAD_VALUE, size.span, message).help(help));
            return None;
        }
        Some(OnlineServing {
            auth_mode: self.auth_mode.as_ref().map_or(AuthWord::Key, |it| it.value).word(),
            endpoint: keys([(
                "public_network_access",
                self.public_network_access.as_ref().map(|it| text(it.value.word())),
            )]),
            deployment: self.machines(),
            request_settings: self.request_settings.as_deref().map_or_else(Vec::new, requests),
            liveness_probe: self.liveness_probe.as_deref().map_or_else(Vec::new, probe),
            readiness_probe: self.readiness_probe.as_deref().map_or_else(Vec::new, probe),
            traffic: Vec::new(),
            pause_seconds: 0,
            smoke_test: None,
            keep_old: false,
        })
    }

    fn machines(&self) -> Keys {
        let egress = self.egress_public_network_access.as_ref();
        let insights = self.app_insights_enabled.as_ref();
        keys([
            ("instance_type", Some(text(&self.instance_type.value))),
            ("instance_count", Some(count(self.instance_count).unwrap_or(Scalar::Integer(1)))),
            ("app_insights_enabled", insights.map(|it| Scalar::Boolean(it.value))),
            ("egress_public_network_access", egress.map(|it| text(it.value.word()))),
            ("model_mount_path", self.model_mount_path.as_ref().map(|it| text(&it.value))),
        ])
    }
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
