//! What searches for hyperparameters: how values are picked, and when a hopeless trial ends.

use super::Binder;
use crate::diagnostics::{BAD_VALUE, CONFLICT, Diagnostic, MISSING_KEY};
use crate::source::Span;
use crate::spec::shape::{COUNT, Form, POSITIVE, Record, Row, Shape, Tag, Value, WHOLE, may, must};

static RANDOM: [Row; 3] = [
    may("seed", WHOLE, "Makes the picks the same each time."),
    may("rule", Shape::Word(&["random", "sobol"]), "`sobol` covers the space more evenly."),
    may("logbase", Shape::Or(&["e"], &POSITIVE), "The base of logarithmic distributions."),
];

static SAMPLING: Record = Record {
    name: "SamplingAlgorithm",
    label: "a sampling algorithm",
    doc: "How values are picked.\n\n```yaml\ntype: random\nrule: sobol\nseed: 31\n```",
    rows: &[],
    search: None,
    tag: Some(Tag {
        key: "type",
        label: "a sampling algorithm",
        doc: "The algorithm.",
        words: &[("random", &[&RANDOM]), ("grid", &[]), ("bayesian", &[])],
    }),
};

/// How values are picked.
pub(super) const ALGORITHM: Shape =
    Shape::Or(&["random", "grid", "bayesian"], &Shape::Record(&SAMPLING));

static POLICY: [Row; 2] = [
    may("evaluation_interval", COUNT, "Metrics between two looks at the trial; by default 1."),
    may("delay_evaluation", WHOLE, "Metrics before the first look; by default 0."),
];
static BANDIT: [Row; 2] = [
    may("slack_factor", POSITIVE, "How far below the best a trial may be, as a ratio."),
    may("slack_amount", POSITIVE, "The same as an amount."),
];
static TRUNCATION: [Row; 1] = [must(
    "truncation_percentage",
    Shape::Integer(1, 99),
    "The share of trials that is ended at each look, in percent.",
)];

/// When a hopeless trial ends.
pub(super) static EARLY_TERMINATION: Record = Record {
    name: "EarlyTermination",
    label: "an early termination policy",
    doc: "When a hopeless trial ends.\n\n```yaml\ntype: bandit\nslack_factor: 0.1\ndelay_evaluation: 5\n```",
    rows: &[&POLICY],
    search: None,
    tag: Some(Tag {
        key: "type",
        label: "an early termination policy",
        doc: "The policy.",
        words: &[
            ("bandit", &[&BANDIT]),
            ("median_stopping", &[]),
            ("truncation_selection", &[&TRUNCATION]),
        ],
    }),
};

/// A search as far as its parts depend on each other.
pub(super) struct Search<'a> {
    pub(super) algorithm: Option<&'a Value>,
    /// What is searched, as far as it is not fixed.
    pub(super) distributions: Vec<&'a Value>,
    pub(super) early_termination: Option<&'a Value>,
}

impl Search<'_> {
    /// What Azure ML's algorithms can search.
    pub(super) fn check(&self, binder: &mut dyn Binder) {
        if let Some(policy) = self.early_termination {
            one_slack(policy, binder);
        }
        let Some((name, span)) = self.algorithm.and_then(algorithm) else { return };
        let allowed: &[&str] = match name {
            "grid" => &["choice"],
            "bayesian" => &["choice", "uniform", "quniform"],
            _ => return,
        };
        for distribution in &self.distributions {
            let Some(kind) = distribution.text("type").filter(|kind| !allowed.contains(kind))
            else {
                continue;
            };
            let at = distribution.get("type").map_or(distribution.span, |it| it.span);
            let message = format!("the algorithm `{name}` cannot search `{kind}`");
            let help = format!("with it, allowed are {}", allowed.join(", "));
            binder.report(
                Diagnostic::new(&CONFLICT, at, message).related(span, "the algorithm").help(help),
            );
        }
        if let ("bayesian", Some(policy)) = (name, self.early_termination) {
            let message = "the algorithm `bayesian` takes no early termination";
            binder.report(
                Diagnostic::new(&CONFLICT, start(policy.span), message)
                    .related(span, "the algorithm")
                    .help("it learns from whole trials; remove it, or search at `random`"),
            );
        }
    }
}

/// The start of a record, so that the place is one line.
pub(super) fn start(span: Span) -> Span {
    Span::new(span.file, span.start, span.start)
}

/// The word of an algorithm, and its place.
fn algorithm(value: &Value) -> Option<(&str, Span)> {
    if let Form::Text(name) = &value.form {
        return Some((name, value.span));
    }
    Some((value.text("type")?, value.get("type")?.span))
}

/// `bandit` has one slack, as a ratio or as an amount.
fn one_slack(policy: &Value, binder: &mut dyn Binder) {
    if policy.text("type") != Some("bandit") {
        return;
    }
    match (policy.place("slack_factor"), policy.place("slack_amount")) {
        (Some(factor), Some(amount)) => {
            let message = "`slack_factor` and `slack_amount` exclude each other";
            binder.report(
                Diagnostic::new(&CONFLICT, amount, message).related(factor, "the other one"),
            );
        }
        (None, None) => {
            let at = policy.place("type").unwrap_or(policy.span);
            let message = "`bandit` needs `slack_factor` or `slack_amount`";
            binder.report(
                Diagnostic::new(&MISSING_KEY, at, message)
                    .help("`slack_factor: 0.1` ends trials that are 10 % worse than the best one"),
            );
        }
        (Some(_), None) | (None, Some(_)) => {}
    }
}

/// Refuses more trials at a time than there are in all.
pub(super) fn concurrent(limits: &Value, total: &str, binder: &mut dyn Binder) {
    let concurrent = limits.get("max_concurrent_trials");
    if let (Some(at_a_time), Some(all)) = (concurrent, limits.get(total))
        && let (Form::Integer(some), Form::Integer(most)) = (&at_a_time.form, &all.form)
        && some > most
    {
        let message = format!("`max_concurrent_trials` is above `{total}`");
        binder.report(
            Diagnostic::new(&BAD_VALUE, at_a_time.span, message)
                .related(all.span, "the trials in all")
                .help(format!("it must be at most {most}")),
        );
    }
}
