//! The root's `env`: what every CI step sees.

use super::names::Context;
use crate::diagnostics::{
    BAD_EXPRESSION, BAD_NAME, Diagnostic, Sink, UNKNOWN_REFERENCE, UNSAFE_REFERENCE,
};
use crate::plan::{Home, ParameterId, Piece, Reference, Text as PlanText};
use crate::source::{Span, Spanned};
use crate::spec::expr::Path;
use crate::spec::shell::EVALUATED;
use crate::spec::text::{Site, Text};

/// The root's variables; `None` when a mistake was reported.
pub(crate) fn env(cx: &Context<'_>, sink: &mut Sink) -> Option<Vec<(String, PlanText)>> {
    let before = sink.errors();
    let mut env = Vec::new();
    for (name, text) in cx.spec.env.good() {
        not_the_runners_own(cx, name, sink);
        no_code(name, text, sink);
        env.extend(plan_text(cx, text, sink).map(|text| (name.value.clone(), text)));
    }
    (sink.errors() == before).then_some(env)
}

/// GitHub's runner sets these itself, and what an author sets is lost
/// (<https://docs.github.com/actions/reference/workflows-and-actions/variables>).
pub(crate) fn not_the_runners_own(cx: &Context<'_>, name: &Spanned<String>, sink: &mut Sink) {
    let reserved = ["GITHUB_", "RUNNER_"].iter().any(|prefix| name.value.starts_with(prefix));
    let token = name.value == "GITHUB_TOKEN";
    if reserved && !token && super::project::targets(cx.project).contains(&Home::GitHub) {
        let message = format!("GitHub's runner sets `{}` itself", name.value);
        sink.report(
            Diagnostic::new(&BAD_NAME, name.span, message)
                .help("choose a name that does not start with `GITHUB_` or `RUNNER_`"),
        );
    }
}

/// Values do not become code: bash runs or expands what some variables hold.
pub(crate) fn no_code(name: &Spanned<String>, text: &Text, sink: &mut Sink) {
    if let Some(reference) = text.spans.first().filter(|_| EVALUATED.contains(&name.value.as_str()))
    {
        let message = format!("the shell would run what stands in `{}`", name.value);
        sink.report(
            Diagnostic::new(&UNSAFE_REFERENCE, *reference, message)
                .help("give it a fixed value, or hand the value over under another name"),
        );
    }
}

/// Whether a secret or variable of that name can exist; else a report. GitHub keeps the prefix for
/// itself; the one secret that has it is made for each run.
pub(crate) fn stored(cx: &Context<'_>, name: &str, at: Span, sink: &mut Sink) -> bool {
    let reserved = name.to_ascii_uppercase().starts_with("GITHUB_");
    if !reserved
        || name == "GITHUB_TOKEN"
        || !super::project::targets(cx.project).contains(&Home::GitHub)
    {
        return true;
    }
    let message = format!("GitHub stores nothing under `{name}`");
    let help = "its names of secrets and variables do not start with `GITHUB_`; store it under another name";
    sink.report(Diagnostic::new(&UNKNOWN_REFERENCE, at, message).help(help));
    false
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
            let index = cx.find_parameter(name, site.span, sink)?;
            let reference = Reference::Parameter(ParameterId(index));
            super::optional::has_value(cx, &reference, site.span, sink)?;
            Some(reference)
        }
        Path::RunId => Some(Reference::RunId),
        Path::StageName => super::stages::name(cx, site.span, sink),
        Path::GitSha => Some(Reference::GitSha),
        Path::GitBranch => Some(Reference::GitBranch),
        Path::GitTag => Some(Reference::GitTag),
        Path::Variable(name) => {
            let reference = Reference::Variable(site.name(name).to_owned());
            stored(cx, site.name(name), site.place(name), sink).then_some(reference)
        }
        Path::Secret(name) => {
            let reference = Reference::Secret(site.name(name).to_owned());
            stored(cx, site.name(name), site.place(name), sink).then_some(reference)
        }
        Path::Output { .. }
        | Path::Input(_)
        | Path::OwnOutput(_)
        | Path::Searched(_)
        | Path::Event(_)
        | Path::Matrix(_) => {
            let message = "the root's `env` comes before all steps";
            sink.report(
                Diagnostic::new(&UNKNOWN_REFERENCE, site.span, message)
                    .help("refer to it in the `run` or `env` of a step"),
            );
            None
        }
    }
}

/// A variable's value is pasted by Azure Pipelines, which replaces `$(…)` in it.
pub(crate) fn no_macro(text: &Text, sink: &mut Sink) {
    if text.text.contains("$(") {
        let message = "Azure Pipelines would take `$(` for an expression of its own";
        sink.report(
            Diagnostic::new(&BAD_EXPRESSION, text.span, message)
                .help("compute the value in `run`, or refer to git.sha, run.id or variables.X"),
        );
    }
}
