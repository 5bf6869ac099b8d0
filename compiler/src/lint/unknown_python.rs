//! `unknown-python`: a version that no machine of the CI platforms can set up fails when the job
//! runs. A warning, since there will be versions that this compiler has not heard of.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, Sink, UNKNOWN_PYTHON};
use crate::plan::Place;
use crate::source::Span;
use crate::spec::Defaults;
use crate::spec::project::ProjectSpec;

/// The minor versions of Python 3 that hosted machines can set up (the releases of
/// `actions/python-versions`, which both platforms take them from).
const MINORS: std::ops::RangeInclusive<u32> = 8..=15;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for (item, step) in checked.spec.steps.items.iter().zip(&checked.steps) {
        let Place::Ci(place) = &step.place else { continue };
        let (Some(at), Some(python)) =
            (item.value.as_ref().and_then(|body| body.python.as_ref()), &place.python)
        else {
            continue;
        };
        place.rendered(python).iter().for_each(|version| known(version, at.span(), sink));
    }
    checked.spec.defaults.iter().for_each(|defaults| lint_defaults(defaults, sink));
}

pub(crate) fn lint_project(project: &ProjectSpec, sink: &mut Sink) {
    project.defaults.iter().for_each(|defaults| lint_defaults(defaults, sink));
}

fn lint_defaults(defaults: &Defaults, sink: &mut Sink) {
    defaults.python.iter().for_each(|version| known(&version.value, version.span, sink));
}

fn known(version: &str, at: Span, sink: &mut Sink) {
    if !is_known(version) {
        let message = format!("there is no Python {version} to set up");
        let known = format!("3.{} to 3.{} are known", MINORS.start(), MINORS.end());
        sink.report(Diagnostic::new(&UNKNOWN_PYTHON, at, message).help(known));
    }
}

/// `3`, `3.x`, and `3.11` with any patch.
fn is_known(version: &str) -> bool {
    let mut parts = version.split('.');
    let minor =
        |part: &str| part == "x" || part.parse().is_ok_and(|minor: u32| MINORS.contains(&minor));
    parts.next() == Some("3") && parts.next().is_none_or(minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for known in ["3", "3.x", "3.8", "3.11", "3.15", "3.12.4", "3.12.x"] {
            assert!(is_known(known), "{known}");
        }
        for unknown in ["2.7", "3.7", "3.99", "311", "4", "x", "3.99999999999"] {
            assert!(!is_known(unknown), "{unknown}");
        }
    }
}
