//! The root's `outputs`: what the whole pipeline gives.

use super::interface::Interface;
use super::names::{Context, what_there_is};
use super::outputs::reserved;
use crate::diagnostics::{BAD_VALUE, CONFLICT, Diagnostic, Sink, UNKNOWN_REFERENCE};
use crate::plan::{PipelineOutput, StepId};
use crate::source::{Span, Spanned};
use crate::spec::expr::Path;
use crate::spec::steps::Engine;
use crate::spec::text::Text;

/// Reads them; those with mistakes are left out.
pub(crate) fn outputs(
    cx: &Context<'_>,
    engines: &[Option<Engine>],
    sink: &mut Sink,
) -> Vec<PipelineOutput> {
    let mut known: Vec<(PipelineOutput, Span)> = Vec::new();
    for (name, text) in cx.spec.outputs.good() {
        reserved(&name.value, name.span, sink);
        let Some((step, output)) = target(cx, text, engines, sink) else { continue };
        let same = |(it, _): &&(PipelineOutput, Span)| it.step.0 == step && it.output == output;
        if let Some((other, at)) = known.iter().find(same) {
            let message = format!("the output is `{}` of the pipeline already", other.name);
            let help = "a step's output is one output of the pipeline; remove one of the two";
            sink.report(
                Diagnostic::new(&CONFLICT, text.span, message)
                    .related(*at, "the other one")
                    .help(help),
            );
            continue;
        }
        known.push((named(name, step, output), text.span));
    }
    known.into_iter().map(|(output, _)| output).collect()
}

fn named(name: &Spanned<String>, step: u32, output: u32) -> PipelineOutput {
    PipelineOutput { name: name.value.clone(), step: StepId(step), output }
}

fn target(
    cx: &Context<'_>,
    text: &Text,
    engines: &[Option<Engine>],
    sink: &mut Sink,
) -> Option<(u32, u32)> {
    let site = text.whole();
    let Some((site, Path::Output { step, output })) = site.map(|site| (site, site.path)) else {
        let message = "an output of the pipeline is an output of one of its steps";
        let help = "write `${{ steps.<step>.outputs.<output> }}`";
        sink.report(Diagnostic::new(&BAD_VALUE, text.span, message).help(help));
        return None;
    };
    let from = cx.find_step(site.name(step), site.place(step), sink)?;
    if engines[from as usize] == Some(Engine::Ci) {
        let message = format!("the step `{}` does not run on Azure ML", cx.step_name(from));
        let help = "the outputs of a pipeline are those of its Azure ML jobs";
        sink.report(Diagnostic::new(&BAD_VALUE, site.span, message).help(help));
        return None;
    }
    let name = site.name(output);
    let found = cx.output(from, name);
    let silent = cx.step(from).is_none_or(|body| body.broken)
        || matches!(cx.interface(from), Some(Interface::Broken));
    if found.is_none() && !silent {
        let message = format!("the step `{}` has no output `{name}`", cx.step_name(from));
        let help = what_there_is(name, cx.output_names(from));
        let help = help.unwrap_or_else(|| "declare it in the `outputs` of the step".to_owned());
        sink.report(Diagnostic::new(&UNKNOWN_REFERENCE, site.place(output), message).help(help));
    }
    found.map(|output| (from, output))
}
