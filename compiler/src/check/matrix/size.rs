//! How much work a matrix may make, before any of it is done.

use std::collections::BTreeSet;

use super::{too_many, written};
use crate::diagnostics::{Diagnostic, LIMIT, Sink};
use crate::spec::matrix::{MatrixSpec, Row};

/// More combinations than this are not even tried, though `exclude` might leave few.
const MOST_TRIED: usize = 1 << 16;
/// As many times a row is held against a combination; rows of `exclude` see the whole product.
const MOST_COMPARED: usize = 1 << 21;
/// As many values all rows of `include` may add.
const MOST_INCLUDED: usize = 1 << 13;
/// As many names the values may have.
const MOST_NAMES: usize = 64;

/// Reports a matrix that is too large to look at.
pub(super) fn limits(spec: &MatrixSpec, sink: &mut Sink) {
    let product = spec.axes.iter().try_fold(1_usize, |all, axis| {
        all.checked_mul(axis.values.len()).filter(|all| *all <= MOST_TRIED)
    });
    let Some(product) = product else {
        too_many(spec, "more than 65,536", sink);
        return;
    };
    let rows = spec.exclude.len();
    if rows.saturating_mul(product) > MOST_COMPARED {
        let message = format!("{rows} rows leave something out of {product} combinations");
        let help = "rows times combinations are 2,097,152 at most; shorten the lists instead";
        refuse(&spec.exclude, (message, help), sink);
    }
    let included: usize = spec.include.iter().map(|row| row.values.items.len()).sum();
    if included > MOST_INCLUDED {
        let message = format!("the rows of `include` have {included} values");
        refuse(&spec.include, (message, "8,192 values are the most"), sink);
    }
    let mut names = BTreeSet::new();
    let one_more = written(spec).find(|(name, _)| {
        names.insert(name.value.as_str());
        names.len() > MOST_NAMES
    });
    if let Some((name, _)) = one_more {
        let message = format!("the values of the matrix have more than {MOST_NAMES} names");
        let help = "keep what belongs together in one value, or in a file that the script reads";
        sink.report(Diagnostic::new(&LIMIT, name.span, message).help(help));
    }
}

fn refuse(rows: &[Row], (message, help): (String, &str), sink: &mut Sink) {
    if let Some(first) = rows.first() {
        sink.report(Diagnostic::new(&LIMIT, first.span, message).help(help));
    }
}
