//! `unused-parameter`: a parameter that no step reads asks people for nothing.

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, Sink, UNUSED_PARAMETER};
use crate::spec::expr::Path;
use crate::spec::text::Text;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    if checked.unread.is_empty() {
        return;
    }
    let texts = checked.spec.steps.good().flat_map(|(_, step)| step.texts());
    let all: Vec<&Text> = texts.collect();
    let suspects = all.iter().copied().filter(|text| names_more_than_it_reads(text));
    let suspects: Vec<&Text> = suspects.collect();
    for index in &checked.unread {
        let name = &checked.spec.parameters.items[*index as usize].name;
        let message = format!("nothing reads the parameter `{}`", name.value);
        let diagnostic = Diagnostic::new(&UNUSED_PARAMETER, name.span, message);
        sink.report(match suspects.iter().find(|text| names(text, &name.value)) {
            Some(text) => diagnostic
                .related(text.span, format!("`parameters.{}` is no reference here", name.value))
                .help(format!("write `${{{{ parameters.{} }}}}` to read it", name.value)),
            None => match all.iter().find(|text| has_macro(text, &name.value)) {
                Some(text) => diagnostic
                    .related(text.span, format!("`$({})` is no reference here", name.value))
                    .help(format!("write `${{{{ parameters.{} }}}}` to read it", name.value)),
                None => diagnostic.help("remove it, or use it"),
            },
        });
    }
}

/// Whether the word `parameters.` stands in a text more often than references do.
fn names_more_than_it_reads(text: &Text) -> bool {
    let named = text.text.matches("parameters.").count();
    named > 0 && named > text.sites().filter(|it| matches!(it.path, Path::Parameter(_))).count()
}

/// Whether a text has the parameter as Azure Pipelines would read it.
fn has_macro(text: &Text, parameter: &str) -> bool {
    text.text.contains(&format!("$({parameter})"))
}

/// Whether a text names a parameter, as a reference or not.
fn names(text: &Text, parameter: &str) -> bool {
    let path = format!("parameters.{parameter}");
    text.text.match_indices(&path).any(|(at, _)| {
        let rest = &text.text[at + path.len()..];
        !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_')
    })
}
