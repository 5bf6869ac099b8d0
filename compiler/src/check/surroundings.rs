//! The root's `env`: what every CI step sees.

use super::names::{Context, unknown};
use crate::diagnostics::{Diagnostic, Sink, UNKNOWN_REFERENCE};
use crate::plan::{ParameterId, Piece, Reference, Text as PlanText};
use crate::spec::expr::Path;
use crate::spec::text::{Site, Text};

/// The root's variables; `None` when a mistake was reported.
pub(crate) fn env(cx: &Context<'_>, sink: &mut Sink) -> Option<Vec<(String, PlanText)>> {
    let before = sink.errors();
    let mut env = Vec::new();
    for (name, text) in cx.spec.env.good() {
        env.extend(plan_text(cx, text, sink).map(|text| (name.value.clone(), text)));
    }
    (sink.errors() == before).then_some(env)
}

fn plan_text(cx: &Context<'_>, text: &Text, sink: &mut Sink) -> Option<PlanText> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let literal = |pieces: &mut PlanText, part: &str| {
        if !part.is_empty() {
            pieces.push(Piece::Literal(part.to_owned()));
        }
    };
    for ((range, _), site) in text.template.references().zip(text.sites()) {
        literal(&mut pieces, &text.text[at..range.start]);
        pieces.push(Piece::Reference(reference(cx, site, sink)?));
        at = range.end;
    }
    literal(&mut pieces, &text.text[at..]);
    Some(pieces)
}

fn reference(cx: &Context<'_>, site: Site<'_>, sink: &mut Sink) -> Option<Reference> {
    match site.path {
        Path::Parameter(name) => {
            let name = site.name(name);
            let Some(index) = cx.parameters.get(name) else {
                let known = cx.parameters.keys().copied();
                sink.report(unknown(&UNKNOWN_REFERENCE, site.span, "parameter", name, known));
                return None;
            };
            Some(Reference::Parameter(ParameterId(*index)))
        }
        Path::RunId => Some(Reference::RunId),
        Path::GitSha => Some(Reference::GitSha),
        Path::GitBranch => Some(Reference::GitBranch),
        Path::GitTag => Some(Reference::GitTag),
        Path::Variable(name) => Some(Reference::Variable(site.name(name).to_owned())),
        Path::Secret(name) => Some(Reference::Secret(site.name(name).to_owned())),
        Path::Output { .. } | Path::Input(_) | Path::OwnOutput(_) => {
            let message = "the root's `env` comes before all steps";
            sink.report(
                Diagnostic::new(&UNKNOWN_REFERENCE, site.span, message)
                    .help("refer to it in the `run` or `env` of a step"),
            );
            None
        }
    }
}
