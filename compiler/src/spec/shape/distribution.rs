//! Distributions of hyperparameters, as Azure ML has them.

use super::{COUNT, Form, NUMBER, Pair, Record, Row, Shape, Tag, Value, must};
use crate::diagnostics::{BAD_VALUE, Diagnostic};
use crate::source::Span;
use crate::spec::decode::Cx;
use crate::syntax::{Kind, NodeId};

const STEP: Row =
    must("q", Shape::Number(0.0, f64::INFINITY), "The step: values are its multiples.");
const BOUNDS: [Row; 2] = [
    must("min_value", NUMBER, "The smallest value; with a logarithm, its exponent."),
    must("max_value", NUMBER, "The largest value; with a logarithm, its exponent."),
];
const BELL: [Row; 2] = [
    must("mu", NUMBER, "The mean; with a logarithm, that of the exponent."),
    must("sigma", Shape::Number(0.0, f64::INFINITY), "The standard deviation."),
];
const VALUES: Row = must("values", Shape::List(&Shape::Scalar), "The values to choose from.");
const UPPER: Row = must("upper", COUNT, "Whole numbers from 0 to below this one.");

/// What a hyperparameter is drawn from.
pub(crate) static DISTRIBUTION: Record = Record {
    name: "Distribution",
    label: "a distribution",
    doc: "What a hyperparameter is drawn from.\n\n```yaml\ntype: uniform\nmin_value: 0.01\nmax_value: 0.5\n```",
    rows: &[],
    search: None,
    tag: Some(Tag {
        key: "type",
        label: "a distribution",
        doc: "How values are drawn.",
        words: &[
            ("choice", &[&[VALUES]]),
            ("randint", &[&[UPPER]]),
            ("uniform", &[&BOUNDS]),
            ("quniform", &[&BOUNDS, &[STEP]]),
            ("loguniform", &[&BOUNDS]),
            ("qloguniform", &[&BOUNDS, &[STEP]]),
            ("normal", &[&BELL]),
            ("qnormal", &[&BELL, &[STEP]]),
            ("lognormal", &[&BELL]),
            ("qlognormal", &[&BELL, &[STEP]]),
        ],
    }),
};

/// Reads a distribution, of values of a shape if one is given.
pub(crate) fn of(
    cx: &mut Cx<'_, '_>,
    node: NodeId,
    fixed: Option<(&Shape, &[&str])>,
) -> Option<Value> {
    let read = Shape::Record(&DISTRIBUTION).read(cx, node)?;
    let before = cx.sink.errors();
    ordered(cx, &read);
    for key in ["q", "sigma"] {
        if let Some(value) = read.get(key)
            && value.as_number() == Some(0.0)
        {
            let message = format!("`{key}` is 0");
            bad(cx, value.span, message, "it must be above 0");
        }
    }
    if let Some((fixed, whole)) = fixed {
        fits(cx, &read, fixed, whole);
        values(cx, node, fixed);
    }
    (cx.sink.errors() == before).then_some(read)
}

fn bad(cx: &mut Cx<'_, '_>, span: Span, message: String, help: &str) {
    cx.report(Diagnostic::new(&BAD_VALUE, span, message).help(help));
}

fn ordered(cx: &mut Cx<'_, '_>, read: &Value) {
    let (least, most) = (read.get("min_value"), read.get("max_value"));
    if let (Some(least), Some(most)) = (least, most)
        && let (Some(low), Some(high)) = (least.as_number(), most.as_number())
        && low >= high
    {
        let message = "`min_value` is not below `max_value`".to_owned();
        bad(cx, least.span, message, "swap them, or leave the value fixed");
    }
}

/// The distributions that Azure ML draws such values from.
fn fits(cx: &mut Cx<'_, '_>, read: &Value, fixed: &Shape, whole: &[&str]) {
    let allowed: &[&str] = if matches!(fixed, Shape::Integer(..)) {
        whole
    } else if matches!(fixed, Shape::Number(..)) {
        &["choice", "randint", "uniform", "quniform", "normal", "qnormal"]
    } else {
        &["choice"]
    };
    let Some(word) = read.get("type") else { return };
    if let Form::Text(kind) = &word.form
        && !allowed.contains(&kind.as_str())
    {
        let message = format!("this value is not drawn from `{kind}`");
        bad(cx, word.span, message, &format!("allowed: {}", allowed.join(", ")));
        return;
    }
    if matches!(fixed, Shape::Integer(..)) {
        let part = |pair: &&Pair| matches!(&pair.value, Some(value) if matches!(value.form, Form::Number(_)));
        for pair in read.pairs().iter().filter(part) {
            let message = format!("`{}` must be a whole number here", pair.key.value);
            bad(
                cx,
                pair.value.as_ref().map_or(pair.key.span, |it| it.span),
                message,
                "the value that is drawn is one",
            );
        }
    }
}

/// The values of a choice are values of the shape.
fn values(cx: &mut Cx<'_, '_>, node: NodeId, fixed: &Shape) {
    let Kind::Map(entries) = cx.tree.kind(node) else { return };
    let listed = entries.iter().find(|entry| cx.tree.text_of(entry.key) == "values");
    let Some(Kind::List(items)) = listed.map(|entry| cx.tree.kind(entry.value)) else { return };
    for item in items {
        fixed.read(cx, *item);
    }
}
