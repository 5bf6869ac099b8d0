//! `address-as-text`: an address as the default of a parameter without a type makes a text of it,
//! so that nothing is mounted or copied, and the step gets the address itself.

use std::collections::BTreeSet;

use crate::check::Checked;
use crate::diagnostics::{ADDRESS_AS_TEXT, Diagnostic, Sink};
use crate::plan::{Reference, Source};
use crate::spec::ports::ParameterSpec;
use crate::spec::values::Literal;

/// How addresses of folders and files begin.
const DATA: [&str; 6] = [
    "azureml://datastores/",
    "azureml://subscriptions/",
    "wasbs://",
    "abfss://",
    "adl://",
    "azureml://locations/",
];

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    let items = checked.spec.parameters.items.iter().enumerate();
    let suspects = items.filter_map(|(at, item)| Some((at, untyped(item.value.as_ref()?)?)));
    let mut suspects = suspects.peekable();
    if suspects.peek().is_none() {
        return;
    }
    let read = read_on_azure_ml(checked);
    for (at, literal) in suspects.filter(|(at, _)| read.contains(at)) {
        let name = &checked.spec.parameters.items[at].name.value;
        let message = format!("`{name}` is a text, so that Azure ML brings no data to the step");
        let help = "write `{ type: uri_folder, default: … }`, or `uri_file`; `type: string` where the address itself is wanted";
        sink.report(Diagnostic::new(&ADDRESS_AS_TEXT, literal.span, message).help(help));
    }
}

/// The default that tells the type, if it is an address.
fn untyped(parameter: &ParameterSpec) -> Option<&Literal> {
    if parameter.long().is_some_and(|long| long.kind.is_some()) {
        return None;
    }
    let literal = parameter.default()?;
    DATA.iter().any(|start| literal.text.starts_with(start)).then_some(literal)
}

fn read_on_azure_ml(checked: &Checked<'_>) -> BTreeSet<usize> {
    let steps = checked.steps.iter().filter(|step| step.is_on_azure_ml());
    let sources = steps.flat_map(|step| step.inputs.iter().map(|input| &input.source));
    let read = sources.filter_map(|source| match source {
        Source::Reference(Reference::Parameter(id)) => Some(id.0 as usize),
        Source::Reference(_) | Source::Text(_) | Source::Literal(_) => None,
    });
    read.collect()
}
