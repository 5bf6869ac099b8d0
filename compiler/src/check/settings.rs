//! Settings that only Azure ML has.

use crate::diagnostics::{CONFLICT, Diagnostic, Sink};
use crate::plan::NodeSettings;
use crate::spec::service::Service;
use crate::spec::steps::StepSpec;

/// The settings of a step's node.
pub(crate) fn node(body: &StepSpec, sink: &mut Sink) -> NodeSettings {
    let mut services = Vec::new();
    for (name, service) in body.services.good() {
        match service {
            Service::Opened(service) => services.push((name.value.clone(), service.service(sink))),
            Service::Container(container) => {
                let message = "a step on Azure ML starts no containers beside itself";
                let help = "its services are ssh, jupyter_lab, vs_code and tensor_board; tests with a database run on CI";
                sink.report(Diagnostic::new(&CONFLICT, container.span, message).help(help));
            }
        }
    }
    NodeSettings {
        distribution: body.distribution.as_ref().map(|it| it.keys(sink)).unwrap_or_default(),
        identity: body.identity.as_ref().map(|it| it.keys(sink)).unwrap_or_default(),
        queue: body.queue.as_ref().map(|it| it.keys()).unwrap_or_default(),
        services,
        runs_always: body.reuse.as_ref().is_some_and(|it| !it.value),
    }
}
