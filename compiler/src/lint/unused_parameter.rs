//! `unused-parameter`: a parameter that no step reads asks people for nothing.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, Sink, UNUSED_PARAMETER};

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for index in &checked.unread {
        let item = &checked.spec.parameters.items[*index as usize];
        let message = format!("nothing reads the parameter `{}`", item.name.value);
        sink.report(
            Diagnostic::new(&UNUSED_PARAMETER, item.name.span, message)
                .help("remove it, or use it"),
        );
    }
}
