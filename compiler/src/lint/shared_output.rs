//! `shared-output`: two outputs that are stored at one fixed place overwrite each other.

use std::collections::BTreeMap;

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, SHARED_OUTPUT, Sink};
use crate::source::Span;

/// Outputs at one place that a further one is compared with: comparing hundreds would cost much.
const MOST_COMPARED: usize = 16;

/// An output that is stored at a place of its author's.
#[derive(Clone, Copy)]
struct Stored<'a> {
    step: u32,
    name: &'a str,
    output: &'a str,
    at: Span,
}

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    let mut known: BTreeMap<String, Vec<Stored<'_>>> = BTreeMap::new();
    for (index, (item, step)) in (0u32..).zip(checked.spec.steps.items.iter().zip(&checked.steps)) {
        for output in &step.outputs {
            let Some(path) = &output.path else { continue };
            let said = item.value.as_ref().and_then(|body| body.outputs.get(&output.name));
            let path_of = said.and_then(|said| said.value.as_ref()?.path.as_ref());
            let at = path_of.map_or(item.name.span, |path| path.0.span);
            let own = Stored { step: index, name: &step.name, output: &output.name, at };
            let others = known.entry(place(path, own)).or_default();
            let first = others.iter().find(|other| run_together(checked, other.step, index));
            if let Some(first) = first {
                report(*first, own, sink);
            }
            if others.len() < MOST_COMPARED {
                others.push(own);
            }
        }
    }
}

/// The place once the service has put its own names in: that of the step's job tells steps apart,
/// that of the output the outputs.
fn place(path: &str, output: Stored<'_>) -> String {
    let (scheme, rest) = path.split_once("://").unwrap_or(("", path));
    let rest = rest.replace("${{name}}", &format!("\u{0}{}", output.name));
    let rest = rest.replace("${{output_name}}", output.output);
    let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
    format!("{scheme}://{}", parts.join("/"))
}

/// Whether something starts both.
fn run_together(checked: &Checked<'_>, one: u32, other: u32) -> bool {
    let mut slices = checked.triggers.iter().map(|trigger| &trigger.sliced.slice.steps);
    let both = |steps: &Vec<u32>| [one, other].iter().all(|step| steps.binary_search(step).is_ok());
    checked.triggers.is_empty() || slices.any(both)
}

fn report(first: Stored<'_>, own: Stored<'_>, sink: &mut Sink) {
    let message = if first.step == own.step {
        format!("`{}` of the same step is stored there too", first.output)
    } else {
        format!("`{}` of the step `{}` is stored there too", first.output, first.name)
    };
    let help = "one overwrites the other; give each a place of its own, such as one with `${{output_name}}` or with `${{name}}`, the name of the step's job";
    sink.report(
        Diagnostic::new(&SHARED_OUTPUT, own.at, message)
            .related(first.at, "the first one")
            .help(help),
    );
}
