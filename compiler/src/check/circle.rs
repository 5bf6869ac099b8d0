//! Files that use each other in a circle.

use crate::diagnostics::{Diagnostic, USE_CYCLE};
use crate::source::Span;

/// A file on the way from the one that is analysed, and where it uses the next one.
pub(crate) struct Site {
    pub(crate) path: String,
    pub(crate) at: Span,
}

/// A circle, said in the same words and at the same place wherever the way into it began.
pub(crate) fn circle(noun: &str, sites: &[Site]) -> Diagnostic {
    let first = (0..sites.len()).min_by_key(|at| &sites[*at].path).unwrap_or_default();
    let sites: Vec<&Site> = sites[first..].iter().chain(&sites[..first]).collect();
    let next = |at: usize| &sites[(at + 1) % sites.len()].path;
    let names: Vec<&str> = sites.iter().chain(sites.first()).map(|it| it.path.as_str()).collect();
    let message = match names.as_slice() {
        [only, _] => format!("the {noun} `{only}` uses itself"),
        _ => format!("the {noun}s use each other: {}", names.join(" → ")),
    };
    let words = |at: usize| format!("`{}` uses `{}`", sites[at].path, next(at));
    let mut diagnostic = Diagnostic::new(&USE_CYCLE, sites[0].at, message).label(words(0));
    for (at, site) in sites.iter().enumerate().skip(1) {
        diagnostic = diagnostic.related(site.at, words(at));
    }
    let alone = sites.len() == 1;
    let help = if alone { "remove this use" } else { "remove one of these uses" };
    diagnostic.help(help)
}
