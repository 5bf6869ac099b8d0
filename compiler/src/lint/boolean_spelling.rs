//! `boolean-spelling`: a boolean arrives as `True` or `False` on Azure ML, as `true` or `false` on CI.
//! A script that takes any text for true (`type=bool` of argparse) or compares it with one spelling
//! goes wrong without a word.

use std::collections::BTreeMap;

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
    let booleans = names.filter(|parameter| parameter.kind == ValueType::Boolean);
    let mut all: BTreeMap<&str, Readers> =
        booleans.map(|parameter| (parameter.name.as_str(), Readers::default())).collect();
    if all.is_empty() {
        return;
    }
    find_readers(checked, &mut all);
    for (name, readers) in all {
        let Some(at) = readers.azure_ml else { continue };
        let message = format!("`{name}` arrives as `True` or `False` on Azure ML");
        let mut diagnostic = Diagnostic::new(&BOOLEAN_SPELLING, at, message);
        if let Some(ci) = readers.ci {
            diagnostic = diagnostic.related(ci, "on CI it arrives as `true` or `false`");
        }
        sink.report(diagnostic.help(
            "a text with `enum: [yes, no]` arrives alike everywhere; or let the script read both spellings",
        ));
    }
}

fn find_readers(checked: &Checked<'_>, all: &mut BTreeMap<&str, Readers>) {
    for (item, step) in checked.spec.steps.items.iter().zip(&checked.steps) {
        // How another spec's commands read it is said there.
        let body = item.value.iter().filter(|step| step.pipeline.is_none());
        let texts = body.flat_map(|step| step.texts());
        for site in texts.flat_map(Text::sites) {
            let Path::Parameter(name) = site.path else { continue };
            let Some(readers) = all.get_mut(site.name(name)) else { continue };
            let first = match step.place {
                Place::AzureMl(_) => &mut readers.azure_ml,
                Place::Ci(_) => &mut readers.ci,
            };
            first.get_or_insert(site.span);
        }
    }
}
