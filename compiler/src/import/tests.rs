use std::collections::BTreeMap;

use super::{Imported, import};
use crate::diagnostics::{Format, render};
use crate::source::{EntryKind, FileFault, Files};

struct Memory(BTreeMap<&'static str, &'static str>);

impl Files for Memory {
    fn read(&self, path: &str) -> Result<String, FileFault> {
        self.0.get(path).map(|text| (*text).to_owned()).ok_or(FileFault::Missing)
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        self.0.contains_key(path).then_some(EntryKind::File)
    }

    fn list(&self, _: &str) -> Result<Vec<(String, EntryKind)>, FileFault> {
        Err(FileFault::Missing)
    }
}

fn imported(files: &[(&'static str, &'static str)]) -> (String, Imported) {
    let memory = Memory(files.iter().copied().collect());
    let imported = import(&memory, files[0].0, "specs");
    let said = render(Format::Concise, &imported.diagnostics, &imported.sources);
    (said, imported)
}

const NODE: &str = "\
# What this is for.
type: pipeline
# Where the rows are.
inputs: { rows: { path: data/rows.csv, type: uri_file } }
settings: { default_compute: azureml:cpu }
jobs:
  # The only step.
  clean:  # quick
    type: command
    code: ../src
    # Long ago.
    environment: azureml:sklearn:4
    command: python clean.py '${{inputs.rows}}' \"${{outputs.out}}\"
    inputs: { rows: '${{parent.inputs.rows}}' }
    outputs: { out: }
";

#[test]
fn a_step_is_said_short_with_its_comments() {
    let (said, imported) = imported(&[("jobs/clean.yml", NODE)]);
    assert_eq!(said, "");
    assert_eq!(imported.files[0].path, "clean.mlops.yaml");
    assert_eq!(
        imported.files[0].text,
        "\
# What this is for.

mlopsc: 1
name: clean

# Where the rows are.
parameters:
  rows:
    type: uri_file
    default: ../jobs/data/rows.csv

defaults:
  compute: azureml:cpu

steps:
  # The only step.
  # quick
  clean:
    # Long ago.
    environment: azureml:sklearn:4
    code: ../src
    run: 'python clean.py ${{ parameters.rows }} \"${{ outputs.out }}\"'
    outputs:
      out: uri_folder
"
    );
}

#[test]
fn what_cannot_be_said_has_its_place() {
    let text = "\
type: pipeline
name: Odd Name
services: { a: b }
inputs: { 'a.b': 1, empty: '' }
jobs:
  Fit-It: { type: import, source: {} }
  go:
    compute: azureml:c
    environment: azureml:e:1
    command: echo ${{inputs.nothing}} ${{search_space.x}}
    limits: { timeout: 60, retries: 3 }
    inputs: { p: '${{parent.inputs.q}}' }
";
    let (said, imported) = imported(&[("a.yml", text)]);
    assert_eq!(
        said,
        "\
a.yml:2:7: warning[import-change]: the pipeline is called `odd-name` in the spec
a.yml:3:1: error[not-imported]: a spec cannot say `services` of a pipeline yet
a.yml:4:11: warning[import-change]: `a.b` is called `a_b` in the spec
a.yml:4:28: warning[import-change]: Azure ML's tools drop an empty text; in the spec the value is optional
a.yml:6:3: warning[import-change]: `Fit-It` is called `fit_it` in the spec
a.yml:6:3: error[not-imported]: a spec cannot say this `import` node yet
a.yml:10:14: error[not-imported]: `inputs.nothing` leads to no input or output of this node
a.yml:10:14: error[not-imported]: `search_space.x` leads to no input or output of this node
a.yml:11:28: error[not-imported]: a spec cannot say `retries` of `limits` yet
a.yml:12:18: error[bad-value]: `parent.inputs.q` leads to nothing in this pipeline
"
    );
    assert!(imported.files[0].text.contains("timeout: "));
}

#[test]
fn a_schedule_is_a_trigger_of_its_pipeline() {
    let schedule = "\
name: nightly
trigger:
  type: recurrence
  frequency: week
  interval: 2
  schedule: { hours: [8, 18], minutes: 30, week_days: [Monday] }
  start_time: '2026-12-01T00:00:00Z'
  time_zone: Tokyo Standard Time
create_job: { type: pipeline, job: ./clean.yml, inputs: { rows: { path: azureml:rows:2 } } }
";
    let (said, imported) = imported(&[("jobs/nightly.yml", schedule), ("jobs/clean.yml", NODE)]);
    let change = "Azure ML's tools drop `Z`, and so does the spec";
    assert_eq!(said, format!("jobs/nightly.yml:7:15: warning[import-change]: {change}\n"));
    assert!(imported.files[0].text.ends_with(
        "\
triggers:
  nightly:
    schedule:
      every: \"2 weeks\"
      on_weekdays: [monday]
      at: [\"08:30\", \"18:30\"]
      start: \"2026-12-01T00:00:00\"
      time_zone: Asia/Tokyo
    with:
      rows: azureml:rows:2
"
    ));
}

#[test]
fn paths_outside_are_refused_once() {
    let text = "\
type: pipeline
jobs:
  a: { type: command, component: ../../../etc/passwd }
  b: { type: command, component: /etc/passwd }
  c: { command: x, compute: c, environment: azureml:e:1, code: ../../.. }
";
    let (said, _) = imported(&[("jobs/a.yml", text)]);
    let places: Vec<&str> =
        said.lines().map(|line| line.split(": error").next().unwrap()).collect();
    assert_eq!(places, ["jobs/a.yml:3:34", "jobs/a.yml:4:34", "jobs/a.yml:5:64"], "{said}");
}

#[test]
fn no_file_is_too_strange() {
    for text in [
        "",
        "[]",
        "a: [",
        "jobs: 5",
        "jobs: {a: 5}",
        "trigger: {}",
        "jobs: {a: {task: 1, type: parallel}}",
    ] {
        let (said, _) = imported(&[("a.yml", text)]);
        assert!(said.contains("error["), "{text}: {said}");
    }
    let memory = Memory(BTreeMap::new());
    assert_eq!(import(&memory, "none.yml", "").diagnostics.len(), 1);
}

#[test]
fn the_comment_of_a_node_is_the_description_of_its_step() {
    let node = "\
type: pipeline
settings: { default_compute: azureml:cpu }
jobs:
  score: { type: command, component: azureml:score:1, comment: What people read. }
";
    let (said, imported) = imported(&[("score.yml", node)]);
    assert!(!said.contains("comment"), "{said}");
    assert!(imported.files[0].text.contains("description: What people read."));
}
