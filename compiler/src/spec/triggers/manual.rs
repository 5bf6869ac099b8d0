//! `manual`: by hand, on every target.

use super::TriggerKindSpec;
use crate::diagnostics::Sink;
use crate::plan::TriggerKind;
use crate::spec::record::record;

record! {
    /// By hand, with typed parameters. The whole graph can always be started by hand; write a
    /// trigger for other goals.
    ManualSpec as "a `manual` trigger" {
    }
}

impl TriggerKindSpec for ManualSpec {
    fn key(&self) -> &'static str {
        "manual"
    }

    fn plan(&self, _: &mut Sink) -> Option<TriggerKind> {
        Some(TriggerKind::Manual)
    }

    fn is_given_values(&self) -> bool {
        true
    }
}
