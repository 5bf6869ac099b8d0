//! `unused-parameter`: a parameter that no step reads asks people for nothing.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, Sink, UNUSED_PARAMETER};
use crate::spec::text::Text;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for index in &checked.unread {
        let name = &checked.spec.parameters.items[*index as usize].name;
        let message = format!("nothing reads the parameter `{}`", name.value);
        let diagnostic = Diagnostic::new(&UNUSED_PARAMETER, name.span, message);
        sink.report(match meant(checked, &name.value) {
            Some(text) => diagnostic
                .related(text.span, format!("`parameters.{}` is no reference here", name.value))
                .help(format!("write `${{{{ parameters.{} }}}}` to read it", name.value)),
            None => diagnostic.help("remove it, or use it"),
        });
    }
}

/// A text that names the parameter without `${{ }}` around it.
fn meant<'a>(checked: &'a Checked<'_>, parameter: &str) -> Option<&'a Text> {
    let path = format!("parameters.{parameter}");
    let names = |text: &&Text| {
        text.text.match_indices(&path).any(|(at, _)| {
            let rest = &text.text[at + path.len()..];
            !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_')
        })
    };
    let texts = checked.spec.steps.good().flat_map(|(_, step)| step.texts());
    let mut texts = texts.filter(names);
    texts.next()
}
