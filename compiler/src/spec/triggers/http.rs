//! `http`: a call, of a pipeline that is published in Azure ML, or of a CI file.

use super::TriggerKindSpec;
use crate::diagnostics::{CONFLICT, Diagnostic, Sink};
use crate::plan::{Http, TriggerKind};
use crate::source::Spanned;
use crate::spec::asset;
use crate::spec::record::record;
use crate::spec::resources::Int;

/// How many earlier versions stay when the author says nothing.
const KEPT: u32 = 3;

record! {
    /// A call over HTTP. Steps that are one Azure ML job are published as a batch endpoint; for any
    /// others, or where `home` names CI, the call starts a run there: on GitHub it is a
    /// `repository_dispatch` of the type `endpoint`, on Azure Pipelines a run over the service's API.
    /// Callers may give the parameters that `with` does not bind. The short form is the endpoint's name.
    ///
    /// ```yaml
    /// endpoint: diabetes-scoring
    /// deployment: nightly-model
    /// version: 2
    /// keep: 1
    /// ```
    HttpSpec as "an `http` trigger" {
        /// The endpoint's name, part of its address and so unique in the whole Azure region: 3 to 32
        /// letters, digits and `-`, with a letter first and no `-` last.
        req endpoint = "endpoint": Spanned<String>,
        /// The deployment behind the endpoint (default: the endpoint's name), named in the same way.
        /// Several triggers may publish at one endpoint; the first that is enabled is the default.
        opt deployment = "deployment": Spanned<String>,
        /// A version: the deployment is called `<deployment>-<version>`, and earlier ones stay
        /// callable. Without one, each release replaces the deployment.
        opt version = "version": Spanned<String>,
        /// How many earlier versions stay (default 3). Azure ML takes 20 deployments at an endpoint.
        opt keep = "keep": Int<0, 19>,
    }
    short endpoint
}

impl TriggerKindSpec for HttpSpec {
    fn key(&self) -> &'static str {
        "http"
    }

    fn plan(&self, sink: &mut Sink) -> Option<TriggerKind> {
        let before = sink.errors();
        if self.broken {
            return None; // what is said of the rest may only follow from it
        }
        let endpoint = &self.endpoint;
        name_holds("an endpoint", endpoint, sink);
        let deployment = self.deployment.as_ref().unwrap_or(endpoint);
        if let Some(deployment) = &self.deployment {
            name_holds("a deployment", deployment, sink);
        }
        if let (Some(keep), None) = (&self.keep, &self.version) {
            let message = "`keep` counts earlier versions, and this deployment has no `version`";
            sink.report(
                Diagnostic::new(&CONFLICT, keep.0.span, message)
                    .help("give it a `version`, or remove `keep`: a release replaces it in place"),
            );
        }
        let kept = || self.keep.map_or(KEPT, |keep| u32::try_from(keep.0.value).unwrap_or(KEPT));
        let version = self.version.as_ref();
        let http = Http {
            endpoint: endpoint.value.clone(),
            deployment: deployment.value.clone(),
            version: version.map(|version| version.value.clone()),
            keep: version.map_or(0, |_| kept()),
        };
        if let Some(version) = version.filter(|_| sink.errors() == before) {
            let name = Spanned { value: http.deployment_name(), span: version.span };
            name_holds("a deployment with its version", &name, sink);
        }
        (sink.errors() == before).then_some(TriggerKind::Http(http))
    }

    fn may_live_on_azure_ml(&self) -> bool {
        true
    }

    fn is_given_values(&self) -> bool {
        true
    }
}

fn name_holds(what: &str, name: &Spanned<String>, sink: &mut Sink) {
    if let Some(wrong) = asset::bad_endpoint(what, name) {
        sink.report(wrong);
    }
}
