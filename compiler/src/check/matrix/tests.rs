//! Combinations against another way to say the same rules.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::expand;
use super::legs::legs;
use crate::plan::Values;

type Map = BTreeMap<String, String>;

/// A combination of the lists is kept unless a row of `exclude` is a part of it, and gains what all
/// the rows of `include` say that agree with it; rows that agree with none stand for themselves.
fn model(axes: &[(String, Vec<String>)], exclude: &[Values], include: &[Values]) -> Vec<Map> {
    let map = |row: &Values| row.iter().cloned().collect::<Map>();
    let (exclude, include): (Vec<Map>, Vec<Map>) =
        (exclude.iter().map(map).collect(), include.iter().map(map).collect());
    let count: usize = axes.iter().map(|(_, values)| values.len()).product();
    let numbered = |mut number: usize| {
        let mut map = Map::new();
        for (name, values) in axes.iter().rev() {
            map.insert(name.clone(), values[number % values.len()].clone());
            number /= values.len();
        }
        map
    };
    let all = if axes.is_empty() { 0..0 } else { 0..count };
    let kept: Vec<Map> = all
        .map(numbered)
        .filter(|one| !exclude.iter().any(|row| row.iter().all(|(k, v)| one.get(k) == Some(v))))
        .collect();
    let agrees = |one: &Map, row: &Map| {
        row.iter().all(|(name, value)| one.get(name).is_none_or(|is| is == value))
    };
    let mut result: Vec<Map> = kept
        .iter()
        .map(|one| {
            let mut whole = one.clone();
            include.iter().filter(|row| agrees(one, row)).for_each(|row| whole.extend(row.clone()));
            whole
        })
        .collect();
    result.extend(include.iter().filter(|row| !kept.iter().any(|one| agrees(one, row))).cloned());
    result
}

fn values(names: &'static [&'static str]) -> impl Strategy<Value = Values> {
    proptest::sample::subsequence(names, 1..=names.len()).prop_flat_map(|names| {
        let each = names.into_iter().map(|name| (Just(name.to_owned()), "[xyz]"));
        each.collect::<Vec<_>>()
    })
}

fn axes() -> impl Strategy<Value = Vec<(String, Vec<String>)>> {
    proptest::sample::subsequence(vec!["a", "b", "c"], 0..=3).prop_flat_map(|names| {
        let list = || proptest::sample::subsequence(vec!["x", "y", "z"], 1..=3);
        let each = names.into_iter().map(|name| {
            let values = list().prop_map(|all| all.into_iter().map(str::to_owned).collect());
            (Just(name.to_owned()), values)
        });
        each.collect::<Vec<_>>()
    })
}

proptest! {
    #[test]
    fn combinations_are_those_of_the_model(
        axes in axes(),
        exclude in prop::collection::vec(values(&["a", "b", "c"]), 0..4),
        include in prop::collection::vec(values(&["a", "b", "c", "d", "e"]), 0..5),
    ) {
        let found = expand(&axes, &exclude, &include);
        let maps: Vec<Map> = found.legs.iter().map(|leg| leg.iter().cloned().collect()).collect();
        prop_assert_eq!(maps, model(&axes, &exclude, &include));
        // What is said to change nothing can be left out.
        let without = |rows: &[Values], idle: &[usize]| -> Vec<Values> {
            let kept = rows.iter().enumerate().filter(|(at, _)| !idle.contains(at));
            kept.map(|(_, row)| row.clone()).collect()
        };
        let exclude = without(&exclude, &found.idle_excludes);
        let distinct = |maps: Vec<Map>| maps.into_iter().collect::<BTreeSet<Map>>();
        let before: BTreeSet<Map> =
            found.legs.iter().map(|leg| leg.iter().cloned().collect()).collect();
        let fewer = without(&include, &found.idle_includes);
        prop_assert_eq!(distinct(model(&axes, &exclude, &fewer)), before);
    }

    #[test]
    fn names_are_allowed_and_differ(
        values in prop::collection::btree_set("[a-zA-Z0-9._/:+ é-]{1,60}", 1..40),
        other in prop::collection::btree_set("[a-z]{50,80}", 1..3),
    ) {
        let axes = [
            ("v".to_owned(), values.into_iter().collect::<Vec<String>>()),
            ("_w".to_owned(), other.into_iter().collect()),
        ];
        let found = expand(&axes, &[], &[]).legs;
        let names: Vec<String> = axes.iter().map(|(name, _)| name.clone()).collect();
        let (legs, _) = legs(&axes, &names, &found);
        let mut taken = BTreeSet::new();
        for leg in legs {
            let mut bytes = leg.name.bytes();
            prop_assert!(bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic()), "{}", leg.name);
            prop_assert!(bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
            prop_assert!(leg.name.len() <= 100);
            prop_assert!(taken.insert(leg.name.to_ascii_lowercase()), "{}", leg.name);
        }
    }
}

#[test]
fn names_are_readable() {
    let axes = [
        ("python".to_owned(), vec!["3.11".to_owned(), "3.12".to_owned()]),
        ("os".to_owned(), vec!["ubuntu-24.04".to_owned()]),
    ];
    let found = expand(&axes, &[], &[]).legs;
    let names = ["python".to_owned(), "os".to_owned()];
    let (legs, telling) = legs(&axes, &names, &found);
    assert_eq!(telling, names);
    assert_eq!(legs[0].name, "python_3_11_ubuntu_24_04");
    assert_eq!(legs[0].label, "3.11-ubuntu-24.04");
}
