//! What steps register in Azure ML, taken together.

use std::collections::BTreeMap;

use super::names::Context;
use crate::diagnostics::{CONFLICT, Diagnostic, Sink};
use crate::plan::{Output, Step};
use crate::source::Span;

/// A version of an asset is made once: two outputs that are registered as the same one cannot both
/// be kept.
pub(crate) fn once(cx: &Context<'_>, steps: &[Option<Step>], sink: &mut Sink) {
    let mut known: BTreeMap<(bool, String, &str), (Span, &str)> = BTreeMap::new();
    for (at, step) in (0u32..).zip(steps) {
        for output in step.iter().flat_map(|step| &step.outputs) {
            let Some((name, Some(version))) = &output.register else { continue };
            let span = place(cx, at, output);
            let key = (output.kind.word().ends_with("_model"), name.to_ascii_lowercase(), version);
            let key = (key.0, key.1, key.2.as_str());
            let Some((first, step)) = known.get(&key).copied() else {
                known.insert(key, (span, cx.step_name(at)));
                continue;
            };
            let message = format!("`{step}` registers version `{version}` of `{name}` too");
            sink.report(
                Diagnostic::new(&CONFLICT, span, message).related(first, "the first one").help(
                    "a version is made once: leave `version` out, or register under another name",
                ),
            );
        }
    }
}

/// Where the author says it; what a used pipeline says is at the step that uses it.
fn place(cx: &Context<'_>, step: u32, output: &Output) -> Span {
    let item = cx.step(step).and_then(|body| body.outputs.get(&output.name));
    let said = item.and_then(|item| item.value.as_ref()?.version.as_ref());
    said.map_or_else(|| cx.step_span(step), |version| version.span)
}
