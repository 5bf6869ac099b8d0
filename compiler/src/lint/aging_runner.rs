//! `aging-runner`: hosted machines whose end is announced
//! (<https://github.com/actions/runner-images/issues/14254>).

use crate::check::Checked;
use crate::diagnostics::{AGING_RUNNER, Diagnostic, Sink};
use crate::source::Spanned;

/// Labels, when the platform takes them away, and what follows them.
const AGING: [(&str, &str, &str); 1] = [("ubuntu-22.04", "April 2027", "ubuntu-24.04")];

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    let own = checked.spec.steps.good().filter_map(|(_, step)| step.runner.as_ref()?.fixed());
    let default = checked.spec.defaults.as_ref().and_then(|it| it.runner.as_ref());
    own.chain(default).for_each(|label| aging(label, sink));
}

fn aging(label: &Spanned<String>, sink: &mut Sink) {
    let found = AGING.iter().find(|(name, ..)| *name == label.value);
    let Some((name, end, next)) = found else { return };
    let message = format!("GitHub takes `{name}` away in {end}");
    let help = format!("write `{next}`");
    sink.report(Diagnostic::new(&AGING_RUNNER, label.span, message).help(help));
}
