//! `missing-path`: a path filter that starts in a folder which is not there never matches, and
//! neither CI platform says so: the trigger just does not fire.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, MISSING_PATH, Sink};

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for absent in &checked.absent_folders {
        let message =
            format!("there is no folder `{}` in the repository's root", absent.value.name);
        let help = match &absent.value.near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "paths of filters start at the repository's root".to_owned(),
        };
        sink.report(Diagnostic::new(&MISSING_PATH, absent.span, message).help(help));
    }
}
