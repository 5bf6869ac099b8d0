//! What combinations are called.

use std::collections::BTreeSet;

use crate::plan::{Leg, Values};

/// The longest name of a combination on Azure Pipelines.
const LONGEST: usize = 100;

/// The combinations with their names, and the values that tell them apart.
pub(super) fn legs(
    axes: &[(String, Vec<String>)],
    names: &[String],
    found: &[Values],
) -> (Vec<Leg>, Vec<String>) {
    let whole = |leg: &Values| {
        let value = |name: &String| {
            let found = leg.iter().find(|(known, _)| known == name);
            (name.clone(), found.map(|(_, value)| value.clone()).unwrap_or_default())
        };
        Leg {
            name: String::new(),
            label: String::new(),
            values: names.iter().map(value).collect(),
            runner: None,
            container: None,
        }
    };
    let mut legs: Vec<Leg> = found.iter().map(whole).collect();
    let listed: Vec<String> = axes.iter().map(|(name, _)| name.clone()).collect();
    let tell = |leg: &Leg| leg.of(&listed).map(str::to_owned).collect::<Vec<_>>();
    let distinct: BTreeSet<Vec<String>> = legs.iter().map(tell).collect();
    let telling = if distinct.len() == legs.len() { listed } else { names.to_vec() };
    let mut taken = BTreeSet::new();
    for leg in &mut legs {
        leg.name = fresh(name(leg, &telling), &mut taken);
    }
    labels(&mut legs, &telling);
    (legs, telling)
}

/// The values, with the first one's name before it where it starts with no letter.
fn name(leg: &Leg, telling: &[String]) -> String {
    let mut name = String::new();
    for key in telling {
        // What an image is called tells people more than its digest.
        let value = leg.value(key).split("@sha256:").next().unwrap_or_default();
        let parts = value.split(|letter: char| !letter.is_ascii_alphanumeric());
        for part in parts.filter(|part| !part.is_empty()) {
            if name.is_empty() && !part.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
                name.push_str(key.trim_start_matches('_'));
            }
            if !name.is_empty() {
                name.push('_');
            }
            name.push_str(part);
        }
    }
    if !name.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        name.insert_str(0, "leg_");
    }
    name.truncate(LONGEST);
    name
}

fn fresh(wish: String, taken: &mut BTreeSet<String>) -> String {
    if taken.insert(wish.to_ascii_lowercase()) {
        return wish;
    }
    let mut number = 2;
    loop {
        let end = format!("_{number}");
        let start = &wish[..wish.len().min(LONGEST - end.len())];
        let name = format!("{start}{end}");
        if taken.insert(name.to_ascii_lowercase()) {
            return name;
        }
        number += 1;
    }
}

/// Names of kept files hold no `/` and no `:`, and are told apart without regard to case.
fn labels(legs: &mut [Leg], telling: &[String]) {
    let plain = |text: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        !text.is_empty() && text.bytes().all(fits)
    };
    let is_plain = legs.iter().all(|leg| leg.of(telling).all(plain));
    let joined: Vec<String> =
        legs.iter().map(|leg| leg.of(telling).collect::<Vec<_>>().join("-")).collect();
    let distinct: BTreeSet<String> = joined.iter().map(|it| it.to_ascii_lowercase()).collect();
    let is_good = is_plain
        && distinct.len() == legs.len()
        && joined.iter().all(|label| label.len() <= LONGEST);
    for (leg, joined) in legs.iter_mut().zip(joined) {
        leg.label = if is_good { joined } else { leg.name.clone() };
    }
}
