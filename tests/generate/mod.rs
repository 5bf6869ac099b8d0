//! Generated projects: specs that use every field and kind, in every notation, now and then with a
//! mistake. What must hold for all of them is tested here.
//!
//! The seed is fixed, so that every run tests the same projects. `MLOPSC_CASES=10000` tests more of
//! them, `MLOPSC_SEED=7` others.

mod components;
mod conform;
mod extras;
mod graphs;
mod matrix;
mod mistake;
mod native;
mod node;
mod outside;
mod own;
mod parallel;
mod print;
mod project;
mod properties;
mod rest;
mod schema;
mod scripts;
mod settings;
mod spec;
mod stages;
mod steps;
mod tape;
mod triggers;
mod world;

use proptest::collection::vec;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use crate::memory::Memory;
use tape::Tape;
use world::World;

/// A project in memory.
#[derive(Clone)]
pub(crate) struct Generated {
    pub(crate) files: Memory,
    /// The paths of its specs.
    pub(crate) specs: Vec<String>,
}

impl std::fmt::Debug for Generated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (path, text) in &self.files.0 {
            if path.ends_with(".mlops.yaml") || path == "mlopsc.yaml" {
                writeln!(f, "──── {path} ────\n{text}")?;
            }
        }
        Ok(())
    }
}

/// Files that specs refer to.
const FILES: [(&str, &str); 11] = [
    ("data/request.json", "{\"data\": []}\n"),
    ("src/train.py", "print()\n"),
    ("src/score/scoring.py", "def run(batch):\n    return batch\n"),
    ("src/score/train.py", "print()\n"),
    ("src/Dockerfile", "FROM python:3.11\nARG version\nCOPY [\"src/train.py\", \"/app/\"]\n"),
    ("train.py", "print()\n"),
    (
        "pins.yaml",
        "dependencies:\n  actions/checkout@v7.0.2: { commit: 0123456789abcdef0123456789abcdef01234567 }\n",
    ),
    ("envs/training.yaml", "name: training\ndependencies: [python=3.11, pip]\n"),
    ("data/x.csv", "a,b\n1,2\n"),
    ("data/table/MLTable", "type: mltable\npaths: [{ file: ./x.csv }]\n"),
    ("data/table/x.csv", "a,b\n1,2\n"),
];

/// The project that a tape of choices makes; perhaps with a mistake.
fn generate(numbers: &[u32], mistakes: bool) -> Generated {
    let mut tape = Tape::new(numbers);
    let mut files = Memory::default();
    for (path, text) in FILES.into_iter().chain(components::FILES) {
        files = files.with(path, text);
    }
    let mut shared = World::default();
    let project = project::project(&mut tape, &mut shared);
    let mut nodes = Vec::new();
    for number in 0..=tape.below(2) {
        let mut world = World {
            up: if tape.chance(70) { "../" } else { "" },
            targets: shared.targets.clone(),
            events: shared.events,
            computes: shared.computes.clone(),
            environments: shared.environments.clone(),
            runners: shared.runners.clone(),
            stages: shared.stages.clone(),
            images: shared.images.clone(),
            default_environment: shared.default_environment,
            ..World::default()
        };
        let (name, node) = spec::spec(&mut tape, &mut world, number);
        let folder = if world.up.is_empty() { "" } else { "pipelines/" };
        nodes.push((format!("{folder}{name}.mlops.yaml"), node));
    }
    let specs = nodes.iter().map(|(path, _)| path.clone()).collect();
    nodes.extend(project.map(|node| ("mlopsc.yaml".to_owned(), node)));
    if mistakes && tape.chance(50) {
        let at = tape.below(nodes.len());
        mistake::make(&mut nodes[at].1, &mut tape);
    }
    for (path, node) in &nodes {
        files = files.with(path, &print::print(node, &mut tape));
    }
    Generated { files, specs }
}

/// Generated projects; simpler ones when one fails.
fn projects(mistakes: bool) -> impl Strategy<Value = Generated> {
    vec(proptest::num::u32::ANY, 0..1000).prop_map(move |numbers| generate(&numbers, mistakes))
}

/// A number from the environment.
fn setting(name: &str, default: u32) -> u32 {
    let said = std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    said.map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// Runs a property over as many projects as wanted.
fn for_all(default: u32, mistakes: bool, property: impl Fn(&Generated) -> Result<(), String>) {
    let config = Config {
        cases: setting("MLOPSC_CASES", default),
        failure_persistence: None,
        max_shrink_iters: 3_000,
        ..Config::default()
    };
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&setting("MLOPSC_SEED", 1).to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let outcome = runner
        .run(&projects(mistakes), |generated| property(&generated).map_err(TestCaseError::fail));
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
