//! `matrix`: what combinations come of it, and what is made of their values.

use std::collections::{BTreeMap, BTreeSet};

use super::names::what_there_is;
use crate::diagnostics::{
    BAD_NAME, BAD_VALUE, CONFLICT, Diagnostic, LIMIT, Sink, UNKNOWN_REFERENCE, excerpt,
};
use crate::plan::{Matrix, Piece, Reference, Text as PlanText, ValueType, Values};
use crate::source::{Span, Spanned};
use crate::spec::expr::Path;
use crate::spec::matrix::{MOST_LEGS, MatrixSpec, Row};
use crate::spec::ports::kind_of;
use crate::spec::steps::StepSpec;
use crate::spec::text::{Site, Text};
use crate::spec::values::Literal;

mod expand;
mod legs;
mod size;
#[cfg(test)]
mod tests;

pub(crate) use expand::expand;

/// The combinations of a step, and the types of their values.
#[derive(Debug)]
pub(crate) struct Combinations {
    pub(crate) matrix: Matrix,
    pub(crate) kinds: BTreeMap<String, ValueType>,
    /// Names that some combinations have no value of.
    partial: BTreeSet<String>,
}

/// The combinations of a step; `None` without a matrix, or when a mistake was reported.
pub(crate) fn of(body: &StepSpec, sink: &mut Sink) -> Option<Combinations> {
    let spec = body.matrix.as_deref().filter(|spec| !spec.broken)?;
    let before = sink.errors();
    size::limits(spec, sink);
    if sink.errors() > before {
        return None;
    }
    names_differ(spec, sink);
    values_differ(spec, sink);
    excludes_axes(spec, sink);
    if sink.errors() > before {
        return None;
    }
    let axes: Vec<(String, Vec<String>)> = spec.axes.iter().map(axis).collect();
    let (include, exclude) = (rows(&spec.include), rows(&spec.exclude));
    let expansion = expand(&axes, &exclude, &include);
    for at in &expansion.idle_excludes {
        let message = "no combination has these values";
        let help = "`exclude` looks at the combinations of the lists, before `include`; rows before it may have left them out";
        sink.report(Diagnostic::new(&BAD_VALUE, spec.exclude[*at].span, message).help(help));
    }
    for at in &expansion.idle_includes {
        let message = "this adds nothing: the combination is there without it";
        let at = spec.include[*at].span;
        sink.report(Diagnostic::new(&BAD_VALUE, at, message).help("remove it"));
    }
    if expansion.legs.is_empty() {
        let message = "`exclude` leaves no combination";
        let at = spec.exclude.first().map_or(spec.span, |row| row.span);
        sink.report(Diagnostic::new(&BAD_VALUE, at, message).help("the step would never run"));
    } else if expansion.legs.len() > MOST_LEGS {
        too_many(spec, &expansion.legs.len().to_string(), sink);
    }
    if sink.errors() > before {
        return None;
    }
    Some(combinations(spec, axes, (include, exclude), &expansion.legs))
}

fn too_many(spec: &MatrixSpec, found: &str, sink: &mut Sink) {
    let message = format!("the matrix has {found} combinations; GitHub runs {MOST_LEGS} at most");
    let help = "leave values out, or make two steps of it";
    sink.report(Diagnostic::new(&LIMIT, spec.span, message).help(help));
}

fn axis(axis: &crate::spec::matrix::Axis) -> (String, Vec<String>) {
    (axis.name.value.clone(), axis.values.iter().map(|it| it.text.clone()).collect())
}

fn rows(rows: &[Row]) -> Vec<Values> {
    let pair =
        |(name, value): (&Spanned<String>, &Literal)| (name.value.clone(), value.text.clone());
    rows.iter().map(|row| row.values.good().map(pair).collect()).collect()
}

/// Every name and value of the lists and of `include`, in order.
fn written(spec: &MatrixSpec) -> impl Iterator<Item = (&Spanned<String>, &Literal)> {
    let axes = spec.axes.iter();
    let listed = axes.flat_map(|axis| axis.values.iter().map(|value| (&axis.name, value)));
    listed.chain(spec.include.iter().flat_map(|row| row.values.good()))
}

/// Platforms fold letter case in names of values.
fn names_differ(spec: &MatrixSpec, sink: &mut Sink) {
    let mut seen: BTreeMap<String, &Spanned<String>> = BTreeMap::new();
    for (name, _) in written(spec) {
        let first = *seen.entry(name.value.to_ascii_lowercase()).or_insert(name);
        if first.value != name.value {
            let message = format!("`{}` and `{}` differ only by case", first.value, name.value);
            sink.report(
                Diagnostic::new(&BAD_NAME, name.span, message)
                    .related(first.span, "the first one")
                    .help("platforms do not tell them apart; rename one"),
            );
        }
    }
}

/// No list names a value twice, and no two values of a name differ by case alone, which GitHub would
/// take for one where it looks for combinations.
fn values_differ(spec: &MatrixSpec, sink: &mut Sink) {
    let mut seen: BTreeMap<(&str, String), &Literal> = BTreeMap::new();
    let listed = spec.axes.iter().map(|axis| axis.values.len()).sum();
    for (at, (name, value)) in written(spec).enumerate() {
        if value.text.is_empty() {
            let message = format!("an empty value of `{}`", name.value);
            let help = "leave it out: what a combination has no value of is empty text";
            sink.report(Diagnostic::new(&BAD_VALUE, value.span, message).help(help));
            continue;
        }
        let key = (name.value.as_str(), value.text.to_lowercase());
        let Some(first) = seen.get(&key) else {
            seen.insert(key, value);
            continue;
        };
        let repeats = first.text == value.text && at < listed;
        let message = if repeats {
            format!("`{}` is in the list twice", excerpt(&value.text))
        } else if first.text != value.text {
            format!("`{}` and `{}` differ only by case", excerpt(&first.text), excerpt(&value.text))
        } else {
            continue;
        };
        sink.report(
            Diagnostic::new(&BAD_VALUE, value.span, message)
                .related(first.span, "the first one")
                .help("platforms do not tell them apart; remove one"),
        );
    }
}

/// `exclude` looks at the product of the lists alone.
fn excludes_axes(spec: &MatrixSpec, sink: &mut Sink) {
    for (name, value) in spec.exclude.iter().flat_map(|row| row.values.good()) {
        let Some(axis) = spec.axes.iter().find(|axis| axis.name.value == name.value) else {
            let message =
                format!("the matrix has no list `{}` to leave something out of", name.value);
            let known =
                what_there_is(&name.value, spec.axes.iter().map(|it| it.name.value.as_str()));
            let help = known.unwrap_or_else(|| "write the list `<name>: [<value>, …]`".to_owned());
            sink.report(Diagnostic::new(&UNKNOWN_REFERENCE, name.span, message).help(help));
            continue;
        };
        if axis.values.iter().all(|known| known.text != value.text) {
            let message = format!("`{}` has no value `{}`", name.value, excerpt(&value.text));
            let values: Vec<&str> = axis.values.iter().map(|it| it.text.as_str()).collect();
            let help = format!("the list has: {}", values.join(", "));
            sink.report(Diagnostic::new(&BAD_VALUE, value.span, message).help(help));
        }
    }
}

fn combinations(
    spec: &MatrixSpec,
    axes: Vec<(String, Vec<String>)>,
    (include, exclude): (Vec<Values>, Vec<Values>),
    found: &[Values],
) -> Combinations {
    let mut kinds: BTreeMap<String, ValueType> = BTreeMap::new();
    let mut names: Vec<String> = Vec::new();
    for (name, value) in written(spec) {
        let kind = kind_of(&value.value());
        let known = kinds.entry(name.value.clone()).or_insert_with(|| {
            names.push(name.value.clone());
            kind
        });
        *known = wider(*known, kind);
    }
    let is_partial =
        |name: &&String| found.iter().any(|leg| leg.iter().all(|(known, _)| known != *name));
    let partial: BTreeSet<String> = names.iter().filter(is_partial).cloned().collect();
    for name in &partial {
        kinds.insert(name.clone(), ValueType::String);
    }
    let (legs, telling) = legs::legs(&axes, &names, found);
    let limit = spec.max_parallel.as_ref();
    let matrix = Matrix {
        axes,
        exclude,
        include,
        legs,
        telling,
        max_parallel: limit.and_then(|it| u16::try_from(it.0.value).ok()),
        fail_fast: spec.fail_fast.as_ref().is_some_and(|it| it.value),
        runner: None,
        container: None,
    };
    Combinations { matrix, kinds, partial }
}

/// The type of values of both types.
fn wider(a: ValueType, b: ValueType) -> ValueType {
    match (a, b) {
        (a, b) if a == b => a,
        (ValueType::Integer | ValueType::Number, ValueType::Integer | ValueType::Number) => {
            ValueType::Number
        }
        _ => ValueType::String,
    }
}

/// The type of a value of the step's combinations.
pub(crate) fn kind(
    body: &StepSpec,
    combinations: Option<&Combinations>,
    (site, name): (Site<'_>, Spanned<&str>),
    sink: &mut Sink,
) -> Option<ValueType> {
    let Some(combinations) = combinations else {
        // What is wrong with a matrix is said there.
        if body.matrix.is_none() && !body.broken {
            let message = "this step has no `matrix`";
            let help = "list the values in the step's `matrix`, or refer to a parameter";
            sink.report(Diagnostic::new(&UNKNOWN_REFERENCE, site.span, message).help(help));
        }
        return None;
    };
    if let Some(kind) = combinations.kinds.get(name.value) {
        return Some(*kind);
    }
    let message = format!("the step's matrix has no `{}`", name.value);
    let known = what_there_is(name.value, combinations.kinds.keys().map(String::as_str));
    let help = known.unwrap_or_else(|| "add it to the step's `matrix`".to_owned());
    sink.report(Diagnostic::new(&UNKNOWN_REFERENCE, name.span, message).help(help));
    None
}

/// A setting that is made of values of the matrix, which every combination must have.
pub(crate) fn setting(
    body: &StepSpec,
    combinations: Option<&Combinations>,
    text: &Text,
    sink: &mut Sink,
) -> Option<PlanText> {
    let mut pieces = Vec::with_capacity(text.template.parts.len());
    let mut at = 0;
    let literal = |pieces: &mut PlanText, part: &str| {
        if !part.is_empty() {
            pieces.push(Piece::Literal(part.to_owned()));
        }
    };
    for ((range, path), site) in text.template.references().zip(text.sites()) {
        let Path::Matrix(name) = path else { return None };
        let (name, place) = (site.name(name), site.place(name));
        kind(body, combinations, (site, Spanned::new(name, place)), sink)?;
        if combinations.is_some_and(|it| it.partial.contains(name)) {
            let message = format!("not every combination has a value of `{name}`");
            let help = "give the others one too, with a row of `include`";
            sink.report(Diagnostic::new(&BAD_VALUE, place, message).help(help));
            return None;
        }
        literal(&mut pieces, &text.text[at..range.start]);
        pieces.push(Piece::Reference(Reference::Matrix(name.to_owned())));
        at = range.end;
    }
    literal(&mut pieces, &text.text[at..]);
    Some(pieces)
}

/// What a setting is for each combination. Each text is proved once; the first that is wrong ends it.
pub(crate) fn each<T: Clone>(
    combinations: &Combinations,
    setting: &PlanText,
    at: Span,
    mut prove: impl FnMut(Spanned<String>) -> Option<T>,
) -> Option<Vec<T>> {
    let mut known: BTreeMap<String, T> = BTreeMap::new();
    let mut all = Vec::with_capacity(combinations.matrix.legs.len());
    for leg in &combinations.matrix.legs {
        let text = leg.render(setting);
        let value = if let Some(value) = known.get(&text) {
            value.clone()
        } else {
            let value = prove(Spanned::new(text.clone(), at))?;
            known.insert(text, value.clone());
            value
        };
        all.push(value);
    }
    Some(all)
}

/// What a step with a matrix cannot have.
pub(crate) fn limits(body: &StepSpec, writes_azure_pipelines: bool, sink: &mut Sink) {
    use crate::diagnostics::CANNOT_EXPRESS;
    if body.matrix.is_none() {
        return;
    }
    for (name, output) in body.outputs.good() {
        let Some(kind) = output.kind.as_ref().filter(|kind| kind.value.is_scalar()) else {
            continue;
        };
        let message = format!(
            "a matrix gives `{}` once for each combination, and a value is one",
            name.value
        );
        let help = format!(
            "make it a file (`{}: uri_file`): who reads it gets a folder with one for each combination",
            name.value
        );
        sink.report(Diagnostic::new(&BAD_VALUE, kind.span, message).help(help));
    }
    if !writes_azure_pipelines {
        return;
    }
    let message = "Azure Pipelines has no matrix in a job that belongs to an environment";
    if let Some(approval) = &body.approval {
        let help = "put the `approval` on a step of its own, and name that in `needs` here";
        sink.report(Diagnostic::new(&CANNOT_EXPRESS, approval.span, message).help(help));
    } else if let Some(environment) = &body.ci_environment {
        let help = "write a step for each combination, or leave `azure_pipelines` out of the project's `targets`";
        sink.report(Diagnostic::new(&CANNOT_EXPRESS, environment.span, message).help(help));
    }
}

/// A value that both platforms can take for a path is not one that leads out of its folder.
pub(crate) fn leads_elsewhere(at: Span, path: &str) -> Diagnostic {
    let message = format!("a value of the matrix changes the folders before it in `{path}`");
    Diagnostic::new(&CONFLICT, at, message)
        .help("write values without `..`, and without `/` at an end")
}
