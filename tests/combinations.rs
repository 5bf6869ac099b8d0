//! The combinations of a matrix, read back from the files: by GitHub's rules, said in another way than
//! the compiler's, and as Azure Pipelines lists them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Values by name.
pub(crate) type Combination = BTreeMap<String, String>;

fn scalar(value: &Value) -> String {
    value.as_str().map(str::to_owned).expect("values of a matrix are text")
}

fn combination(map: &Value) -> Combination {
    let map = map.as_object().expect("a row");
    map.iter().map(|(name, value)| (name.clone(), scalar(value))).collect()
}

/// What GitHub documents: rows of `include` join the combinations that they do not contradict, and
/// stand alone where there is none.
pub(crate) fn multiplied(matrix: &Value) -> Vec<Combination> {
    let rows = |key: &str| -> Vec<Combination> {
        matrix[key].as_array().map_or_else(Vec::new, |all| all.iter().map(combination).collect())
    };
    let (exclude, include) = (rows("exclude"), rows("include"));
    let mut all = vec![Combination::new()];
    let mut names = BTreeSet::new();
    for (name, values) in matrix.as_object().expect("a matrix") {
        let (name, values) = (name.clone(), values);
        if name == "include" || name == "exclude" {
            continue;
        }
        let values = values.as_array().expect("lists");
        let with = |one: &Combination| {
            let longer = values.iter().map(|value| {
                let mut longer = one.clone();
                longer.insert(name.clone(), scalar(value));
                longer
            });
            longer.collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).collect();
        names.insert(name);
    }
    all.retain(|one| !names.is_empty() && !exclude.iter().any(|row| holds(one, row)));
    let joins = |one: &Combination, row: &Combination| {
        row.iter().all(|(name, value)| one.get(name).is_none_or(|is| is == value))
    };
    let alone: Vec<Combination> =
        include.iter().filter(|row| !all.iter().any(|one| joins(one, row))).cloned().collect();
    let whole = |one: &Combination| {
        let mut whole = one.clone();
        include.iter().filter(|row| joins(one, row)).for_each(|row| whole.extend(row.clone()));
        whole
    };
    all.iter().map(whole).chain(alone).collect()
}

fn holds(one: &Combination, row: &Combination) -> bool {
    row.iter().all(|(name, value)| one.get(name) == Some(value))
}

/// The combinations of a file of Azure Pipelines; empty values are none.
pub(crate) fn listed(matrix: &Value) -> Vec<Combination> {
    let legs = matrix.as_object().expect("combinations by name").values();
    legs.map(|leg| {
        let own = combination(leg).into_iter().filter_map(|(name, value)| {
            let name = name.strip_prefix("matrix_")?.to_owned();
            (!name.starts_with('_') && !value.is_empty()).then_some((name, value))
        });
        own.collect()
    })
    .collect()
}
