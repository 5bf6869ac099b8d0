//! Every crate that we build with is under a licence that deny.toml allows.

use std::process::Command;

use serde_json::Value;

/// The words between quotes of deny.toml's `allow` list.
fn allowed() -> Vec<&'static str> {
    let list = include_str!("../deny.toml").split_once("allow = [").expect("a list").1;
    let list = list.split_once(']').expect("its end").0;
    list.split('"').skip(1).step_by(2).collect()
}

/// Whether an SPDX expression can be met with the allowed licences. `/` is how old crates say OR.
fn is_met(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (met, rest) = either(&words, allowed);
    met && rest.is_empty()
}

fn either<'a, 'w>(words: &'w [&'a str], allowed: &[&str]) -> (bool, &'w [&'a str]) {
    let (mut met, mut rest) = both(words, allowed);
    while let ["OR", more @ ..] = rest {
        let (other, after) = both(more, allowed);
        (met, rest) = (met | other, after);
    }
    (met, rest)
}

fn both<'a, 'w>(words: &'w [&'a str], allowed: &[&str]) -> (bool, &'w [&'a str]) {
    let (mut met, mut rest) = one(words, allowed);
    while let ["AND", more @ ..] = rest {
        let (other, after) = one(more, allowed);
        (met, rest) = (met & other, after);
    }
    (met, rest)
}

fn one<'a, 'w>(words: &'w [&'a str], allowed: &[&str]) -> (bool, &'w [&'a str]) {
    match words {
        ["(", inner @ ..] => {
            let (met, rest) = either(inner, allowed);
            (met, rest.strip_prefix(&[")"]).unwrap_or(rest))
        }
        [id, "WITH", exception, rest @ ..] => {
            (allowed.contains(&format!("{id} WITH {exception}").as_str()), rest)
        }
        [id, rest @ ..] => (allowed.contains(id), rest),
        [] => (false, words),
    }
}

#[test]
fn every_crate_is_under_an_allowed_licence() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut metadata = Command::new(cargo);
    metadata.args(["metadata", "--format-version", "1", "--offline", "--locked"]);
    // What other systems alone need was not downloaded to build this test.
    metadata.args(["--filter-platform", &host()]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = metadata.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().expect("a list of packages");
    assert!(packages.len() > 20, "cargo names our dependencies");
    let allowed = allowed();
    let licence = |package: &Value| package["license"].as_str().unwrap_or("none").to_owned();
    let refused = packages.iter().filter(|package| !is_met(&licence(package), &allowed));
    let refused: Vec<_> =
        refused.map(|package| format!("{}: {}", package["name"], licence(package))).collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    line.expect("rustc names its host").to_owned()
}

#[test]
fn expressions_are_met_as_spdx_says() {
    let allowed = ["MIT", "Zlib", "Apache-2.0 WITH LLVM-exception"];
    let met = |expression| is_met(expression, &allowed);
    assert!(met("MIT OR GPL-3.0"));
    assert!(met("Unlicense/MIT"));
    assert!(met("(MIT OR GPL-3.0) AND Zlib"));
    assert!(met("Apache-2.0 WITH LLVM-exception"));
    assert!(!met("MIT AND GPL-3.0"));
    assert!(!met("Apache-2.0"));
    assert!(!met("GPL-3.0 OR LGPL-3.0 AND MIT"));
    assert!(!met("none"));
}
