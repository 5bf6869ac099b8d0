//! What the CI files do: their graphs, read back; their scripts, read by `ShellCheck`; and whole
//! runs of them, played.

mod graphs;
#[cfg(unix)]
mod images;
#[cfg(unix)]
pub(crate) mod play;
mod shell;
mod unseen;

use std::path::{Path, PathBuf};

pub(crate) use graphs::compare;
use mlopsc_compiler::plan::{Home, Plan};
use mlopsc_compiler::targets::Artifact;
use serde_yaml::Value;
pub(crate) use shell::{Scripts, shellcheck};
pub(crate) use unseen::faults;

use crate::memory::{Compiled, Memory, compile};
use crate::{cases, examples};

/// What was written for a plan.
pub(crate) struct Written<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) artifacts: &'a [Artifact],
}

impl Written<'_> {
    /// The root of a YAML file.
    fn root(&self, path: &str) -> Value {
        let file = self.artifacts.iter().find(|one| one.path == path);
        let file = file.unwrap_or_else(|| panic!("nothing is written to {path}"));
        serde_yaml::from_str(&file.text).expect("YAML")
    }
}

/// Every text in a value.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Sequence(items) => items.iter().flat_map(texts).collect(),
        Value::Mapping(map) => map.iter().flat_map(|(_, item)| texts(item)).collect(),
        _ => Vec::new(),
    }
}

/// Every spec of the cases and examples that builds, by a name of its own.
fn built() -> Vec<(String, Memory, Compiled)> {
    let cases = cases::CASES
        .iter()
        .map(|name| ((*name).to_owned(), cases::project(name), cases::compiled(name)));
    let examples = examples::folders().into_iter().flat_map(|folder: PathBuf| {
        let memory = Memory::read(&folder);
        let specs: Vec<String> =
            memory.0.keys().filter(|path| path.ends_with(".mlops.yaml")).cloned().collect();
        let example = folder.file_name().expect("a name").to_string_lossy().into_owned();
        specs.into_iter().map(move |spec| {
            let compiled = compile(&memory, &spec);
            (format!("{example}/{spec}"), memory.clone(), compiled)
        })
    });
    cases.chain(examples).filter(|(_, _, compiled)| compiled.plan.is_some()).collect()
}

/// Whether a file is one of a CI platform.
fn is_ci(plan: &Plan, artifact: &Artifact) -> Option<Home> {
    let folder = Path::new(&artifact.path).parent().expect("a folder");
    let homes = [Home::GitHub, Home::AzurePipelines];
    homes.into_iter().find(|home| folder == Path::new(plan.project.folder(*home)))
}

#[test]
fn both_platforms_start_the_graph_of_the_plan() {
    let mut compared = 0;
    for (name, _, compiled) in built() {
        let plan = compiled.plan.as_ref().expect("it builds");
        let written = Written { plan, artifacts: &compiled.artifacts };
        compared += compare(&written).unwrap_or_else(|differs| panic!("{name}: {differs}"));
    }
    assert!(compared > 50, "there are edges to compare");
}
