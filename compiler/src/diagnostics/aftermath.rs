//! What only follows from YAML that could not be read to its end, or from names that were refused.

use std::collections::BTreeSet;

use super::{
    BAD_EXPRESSION, BAD_NAME, BROKEN_SLICE, Diagnostic, EMPTY_SLICE, HOME, MISSING_KEY, PLACEMENT,
    Rule, SYNTAX, TOO_LARGE, UNBOUND_PARAMETER, UNKNOWN_COMPUTE, UNKNOWN_ENVIRONMENT,
    UNKNOWN_REFERENCE, UNKNOWN_RUNNER, UNKNOWN_STEP,
};

/// What is missing may stand in the part that was not read.
static ABSENCES: [&Rule; 11] = [
    &MISSING_KEY,
    &UNKNOWN_STEP,
    &UNKNOWN_REFERENCE,
    &UNKNOWN_COMPUTE,
    &UNKNOWN_ENVIRONMENT,
    &UNKNOWN_RUNNER,
    &PLACEMENT,
    &EMPTY_SLICE,
    &BROKEN_SLICE,
    &UNBOUND_PARAMETER,
    &HOME,
];

/// Leaves out what may be wrong only because reading stopped: all that says something is absent,
/// and what is said of the value at which it stopped.
pub(crate) fn without_aftermath(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let is = |diagnostic: &Diagnostic, rule: &Rule| diagnostic.rule.name == rule.name;
    let stops = |it: &Diagnostic| is(it, &SYNTAX) || is(it, &TOO_LARGE);
    let places: Vec<_> = found.iter().filter(|it| stops(it)).map(|it| it.span).collect();
    let cut_off = |it: &Diagnostic| {
        let touches = |stop: &crate::source::Span| {
            stop.file == it.span.file
                && it.span.start <= stop.start
                && stop.start <= it.span.end + 1
        };
        !stops(it) && places.iter().any(touches)
    };
    without_absences(found.into_iter().filter(|it| !cut_off(it)).collect())
}

/// Leaves out all that says something is absent.
pub(crate) fn without_absences(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    found.retain(|it| ABSENCES.iter().all(|rule| rule.name != it.rule.name));
    found
}

/// Leaves out what is said of a path because a name in it cannot be one, where that was said of the
/// name itself; `text` gives what stands at a place.
pub(crate) fn without_echoes<'a>(
    mut found: Vec<Diagnostic>,
    text: &dyn Fn(crate::source::Span) -> &'a str,
) -> Vec<Diagnostic> {
    let refused = found.iter().filter(|it| it.rule.name == BAD_NAME.name);
    let names: BTreeSet<&str> = refused
        .map(|it| text(it.span).trim_matches(['"', '\'']))
        .filter(|name| name.contains('-'))
        .collect();
    let echoes = |it: &Diagnostic| {
        it.rule.name == BAD_EXPRESSION.name
            && text(it.span).split('.').any(|part| names.contains(part.trim()))
    };
    if !names.is_empty() {
        found.retain(|it| !echoes(it));
    }
    found
}
