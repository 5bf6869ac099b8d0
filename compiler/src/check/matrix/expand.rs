//! The combinations of a matrix, as GitHub defines them
//! (<https://docs.github.com/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations>).

use crate::plan::Values;

/// What comes of a matrix.
#[derive(Debug, Default)]
pub(crate) struct Expansion {
    /// The combinations: values by name, those of the lists first.
    pub(crate) legs: Vec<Values>,
    /// Rows of `exclude` that leave nothing out.
    pub(crate) idle_excludes: Vec<usize>,
    /// Rows of `include` that change nothing.
    pub(crate) idle_includes: Vec<usize>,
}

/// Every combination of one value from each list, without those that hold all values of a row of
/// `exclude`. Then the rows of `include`, in order: each adds its values to every combination of the
/// lists whose values in the lists it does not change, and may replace what an earlier row added;
/// where there is no such combination, it is one more, which later rows leave alone.
pub(crate) fn expand(
    axes: &[(String, Vec<String>)],
    exclude: &[Values],
    include: &[Values],
) -> Expansion {
    let mut expansion = Expansion::default();
    let mut products = product(axes);
    for (at, row) in exclude.iter().enumerate() {
        let before = products.len();
        products
            .retain(|combination| !row.iter().all(|(name, value)| has(combination, name, value)));
        if products.len() == before {
            expansion.idle_excludes.push(at);
        }
    }
    let count = products.len();
    let mut legs = products;
    for (at, row) in include.iter().enumerate() {
        let listed = |name: &str| axes.iter().any(|(axis, _)| axis == name);
        let fits = |leg: &Values| {
            row.iter().filter(|(name, _)| listed(name)).all(|(name, value)| has(leg, name, value))
        };
        let (mut found, mut changed) = (false, false);
        for leg in legs[..count].iter_mut().filter(|leg| fits(leg)) {
            found = true;
            changed |= add(leg, row);
        }
        if !found {
            changed = !legs[count..].iter().any(|leg| is_same(leg, row));
            legs.push(row.clone());
        }
        if !changed {
            expansion.idle_includes.push(at);
        }
    }
    expansion.legs = legs;
    expansion
}

/// Without a list there is no combination at all.
fn product(axes: &[(String, Vec<String>)]) -> Vec<Values> {
    let mut all: Vec<Values> = if axes.is_empty() { Vec::new() } else { vec![Values::new()] };
    for (name, values) in axes {
        let longer = |before: &Values| {
            let each = values.iter().map(|value| {
                let mut after = before.clone();
                after.push((name.clone(), value.clone()));
                after
            });
            each.collect::<Vec<_>>()
        };
        all = all.iter().flat_map(longer).collect();
    }
    all
}

fn has(leg: &Values, name: &str, value: &str) -> bool {
    leg.iter().any(|(known, is)| known == name && is == value)
}

fn is_same(leg: &Values, row: &Values) -> bool {
    leg.len() == row.len() && row.iter().all(|(name, value)| has(leg, name, value))
}

/// Adds the values of a row; whether that changed anything.
fn add(leg: &mut Values, row: &Values) -> bool {
    let mut changed = false;
    for (name, value) in row {
        match leg.iter_mut().find(|(known, _)| known == name) {
            Some((_, is)) if is == value => {}
            Some((_, is)) => {
                is.clone_from(value);
                changed = true;
            }
            None => {
                leg.push((name.clone(), value.clone()));
                changed = true;
            }
        }
    }
    changed
}
