//! `missing-data`: data of the repository that is not there. It may be fetched before a job is
//! submitted by hand; where CI submits it from a fresh checkout, the submission fails.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, MISSING_DATA, Sink};

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for absent in &checked.absent_data {
        let message = format!("there is no `{}`", absent.value.path);
        let mut diagnostic = Diagnostic::new(&MISSING_DATA, absent.span, message);
        if let Some(help) = &absent.value.help {
            diagnostic = diagnostic.help(help.as_str());
        }
        sink.report(diagnostic);
    }
}
