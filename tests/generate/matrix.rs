//! Matrices of CI steps, and that both platforms make the same combinations of them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::for_all;
use super::node::{Node, Record, text, word};
use super::properties::ensure;
use super::tape::Tape;
use super::world::{Referable, World};
use crate::combinations::{Combination, listed, multiplied};
use crate::memory::compile;

/// Lists of values, and one more value of each.
const AXES: [(&str, &[&str], &str); 4] = [
    ("python", &["3.11", "3.12", "3.13"], "3.10"),
    ("os", &["ubuntu-24.04", "ubuntu-latest", "windows-2022"], "macos-15"),
    ("mode", &["fast mode", "it's", "a/b:c", "slow;{0}"], "other"),
    ("Level", &["1", "2", "30"], "7"),
];

/// A matrix, what may be referred to in it, and its lists.
pub(crate) fn matrix(
    tape: &mut Tape<'_>,
    world: &mut World,
) -> (Node, Vec<Referable>, Vec<&'static str>) {
    let mut axes = tape.some(&AXES, 40);
    if axes.is_empty() {
        axes.push(AXES[0]);
    }
    let (mut matrix, mut lists) = (Record::default(), Vec::new());
    for (name, values, _) in &axes {
        let count = 1 + tape.below(values.len());
        matrix.put(name, Node::List(values[..count].iter().copied().map(text).collect()));
        lists.push((*name, count));
    }
    let row = |pairs: Vec<(&str, String)>| {
        Node::Dict(pairs.into_iter().map(|(name, value)| (name.to_owned(), text(value))).collect())
    };
    let long = axes.iter().zip(&lists).find(|(_, (_, count))| *count > 1);
    if let Some(((name, values, _), _)) = long.filter(|_| tape.chance(30)) {
        matrix.put("exclude", Node::List(vec![row(vec![(name, values[0].to_owned())])]));
    }
    let mut included = Vec::new();
    for _ in 0..tape.below(3) {
        // A value that is new each time, so that every row changes something.
        let mut pairs = vec![("extra", world.mark())];
        if tape.chance(40) {
            pairs.extend(axes.iter().map(|(name, _, other)| (*name, (*other).to_owned())));
        } else if tape.chance(50) {
            let (name, values, _) = tape.pick(&axes);
            pairs.push((name, values[0].to_owned()));
        }
        included.push(row(pairs));
    }
    let (has_extra, makes_some) = (!included.is_empty(), axes.iter().map(|it| it.0));
    let names = makes_some.chain(has_extra.then_some("extra"));
    let known = names.map(|name| Referable { path: format!("matrix.{name}"), kind: "string" });
    let known = known.collect();
    matrix.filled("include", Node::List(included));
    if tape.chance(30) {
        matrix.put("max_parallel", word(tape.pick(&[1, 256])));
    }
    if tape.chance(20) {
        matrix.put("fail_fast", word(tape.chance(50)));
    }
    (matrix.node(), known, axes.iter().map(|it| it.0).collect())
}

fn jobs(file: &Value) -> Vec<&Value> {
    match &file["jobs"] {
        Value::Object(jobs) => jobs.values().collect(),
        Value::Array(jobs) => jobs.iter().collect(),
        other => panic!("jobs are {other:?}"),
    }
}

#[test]
fn platforms_run_the_same_combinations() {
    let compared = std::cell::Cell::new(0);
    for_all(300, false, |generated| {
        for spec in &generated.specs {
            let compiled = compile(&generated.files, spec);
            let Some(plan) = &compiled.plan else { continue };
            let project = &plan.project;
            for workflow in &plan.workflows {
                let file = |folder: &str| -> Option<Value> {
                    let path = format!("{folder}/{}.yml", workflow.id);
                    let file = compiled.artifacts.iter().find(|it| it.path == path)?;
                    serde_yaml::from_str(&file.text).ok()
                };
                let (Some(github), Some(azure)) =
                    (file(&project.github_folder), file(&project.azure_pipelines_folder))
                else {
                    continue;
                };
                let matrices = |file, of: fn(&Value) -> Vec<Combination>| -> Vec<BTreeSet<_>> {
                    let found = jobs(file).into_iter().map(|job| &job["strategy"]["matrix"]);
                    found
                        .filter(|matrix| !matrix.is_null())
                        .map(|it| of(it).into_iter().collect())
                        .collect()
                };
                let (one, other) = (matrices(&github, multiplied), matrices(&azure, listed));
                ensure!(one == other, "{spec}: {one:#?} and {other:#?}");
                compared.set(compared.get() + one.len());
            }
        }
        Ok(())
    });
    assert!(compared.get() > 20, "{} matrices", compared.get());
}
