//! `boolean-spelling`: a boolean arrives as `True` or `False` on Azure ML, as `true` or `false` on CI.
//! A script that takes any text for true (`type=bool` of argparse) or compares it with one spelling
//! goes wrong without a word.

use crate::check::Checked;
use crate::diagnostics::{BOOLEAN_SPELLING, Diagnostic, Sink};
use crate::plan::{Place, ValueType};
use crate::source::Span;
use crate::spec::expr::Path;
use crate::spec::text::Text;

/// Where a boolean parameter is read first on each engine.
#[derive(Clone, Copy, Default)]
struct Readers {
    azure_ml: Option<Span>,
    ci: Option<Span>,
}

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    let names = checked.parameters.iter();
    for parameter in names.filter(|parameter| parameter.kind == ValueType::Boolean) {
        let readers = readers(checked, &parameter.name);
        let Some(at) = readers.azure_ml else { continue };
        let message = format!("`{}` arrives as `True` or `False` on Azure ML", parameter.name);
        let mut diagnostic = Diagnostic::new(&BOOLEAN_SPELLING, at, message);
        if let Some(ci) = readers.ci {
            diagnostic = diagnostic.related(ci, "on CI it arrives as `true` or `false`");
        }
        sink.report(diagnostic.help(
            "a text with `enum: [yes, no]` arrives alike everywhere; or let the script read both spellings",
        ));
    }
}

fn readers(checked: &Checked<'_>, parameter: &str) -> Readers {
    let mut readers = Readers::default();
    for (item, step) in checked.spec.steps.items.iter().zip(&checked.steps) {
        let first = match step.place {
            Place::AzureMl(_) => &mut readers.azure_ml,
            Place::Ci(_) => &mut readers.ci,
        };
        let texts = item.value.iter().flat_map(|step| step.texts());
        let sites = texts.flat_map(Text::sites);
        let mut reads = sites.filter(
            |site| matches!(site.path, Path::Parameter(name) if site.name(name) == parameter),
        );
        *first = first.or_else(|| reads.next().map(|site| site.span));
    }
    readers
}
