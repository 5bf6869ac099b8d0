//! Settings that only Azure ML has.

use crate::diagnostics::Sink;
use crate::plan::NodeSettings;
use crate::spec::steps::StepSpec;

/// The settings of a step's node.
pub(crate) fn node(body: &StepSpec, sink: &mut Sink) -> NodeSettings {
    let services = body.services.good();
    let services = services.map(|(name, it)| (name.value.clone(), it.service(sink))).collect();
    NodeSettings {
        distribution: body.distribution.as_ref().map(|it| it.keys(sink)).unwrap_or_default(),
        identity: body.identity.as_ref().map(|it| it.keys(sink)).unwrap_or_default(),
        queue: body.queue.as_ref().map(|it| it.keys()).unwrap_or_default(),
        services,
        runs_always: body.reuse.as_ref().is_some_and(|it| !it.value),
    }
}
