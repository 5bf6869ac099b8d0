//! `pipeline_completed`: good runs of another pipeline.

use super::TriggerKindSpec;
use super::commits::patterns;
use crate::diagnostics::Sink;
use crate::plan::{Completed, TriggerKind};
use crate::source::Spanned;
use crate::spec::decode::Many;
use crate::spec::pattern;
use crate::spec::record::record;
use crate::spec::values::PathText;

record! {
    /// Good runs of the whole graph of another spec, by whatever started them but pull requests. The
    /// short form is the spec's path.
    ///
    /// ```yaml
    /// spec: train.mlops.yaml
    /// branches: main
    /// ```
    PipelineCompletedSpec as "a `pipeline_completed` trigger" {
        /// The other spec, from this file on.
        req spec = "spec": Spanned<PathText>,
        /// Branches on which it runs: names, `*` within a part, `**` for any rest; a leading `!`
        /// excludes. By default the project's default branch.
        all branches = "branches": Many<Spanned<String>>,
    }
    short spec
}

impl TriggerKindSpec for PipelineCompletedSpec {
    fn key(&self) -> &'static str {
        "pipeline_completed"
    }

    /// What is known from this spec alone; the rest is in the other one.
    fn plan(&self, sink: &mut Sink) -> Option<TriggerKind> {
        let branches = patterns(&self.branches, pattern::branch, pattern::refs, sink)?;
        Some(TriggerKind::Completed(Box::new(Completed { branches, ..Completed::default() })))
    }
}
