mod schedules;
mod words;

use super::{Imported, import};
use crate::diagnostics::{Format, render};
use crate::source::Memory;

fn imported(files: &[(&'static str, &'static str)]) -> (String, Imported) {
    let memory = Memory::of(files);
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
a.yml:3:1: error[not-imported]: a spec cannot say `services` of a pipeline
a.yml:4:11: warning[import-change]: `a.b` is called `a_b` in the spec
a.yml:4:21: warning[import-change]: Azure ML takes any text for `empty`; in the spec these are letters, digits and . _ : / @ = + - unless a `pattern` says otherwise
a.yml:4:28: warning[import-change]: Azure ML's tools drop an empty text; in the spec the value is optional
a.yml:6:3: warning[import-change]: `Fit-It` is called `fit_it` in the spec
a.yml:6:3: error[not-imported]: a spec cannot say this `import` node yet
a.yml:10:14: error[not-imported]: `inputs.nothing` leads to no input or output of this node
a.yml:10:14: error[not-imported]: `search_space.x` leads to no input or output of this node
a.yml:11:28: error[not-imported]: a spec cannot say `retries` of `limits`
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
    let live = "the schedule is called `clean-nightly` in the workspace from now on, and `nightly` goes on firing beside it";
    assert_eq!(
        said,
        format!(
            "\
jobs/nightly.yml:1:7: warning[import-change]: {live}
jobs/nightly.yml:7:15: warning[import-change]: {change}
"
        )
    );
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
  d: { command: x, compute: c, environment: ../../e.yml }
  e: { command: x, compute: c, environment: /etc/e.yml }
";
    let (said, _) = imported(&[("jobs/a.yml", text)]);
    let places: Vec<&str> =
        said.lines().map(|line| line.split(": error").next().unwrap()).collect();
    let wanted = ["3:34", "4:34", "5:64", "6:45", "7:45"].map(|it| format!("jobs/a.yml:{it}"));
    assert_eq!(places, wanted, "{said}");
    for (path, text) in [
        ("jobs/a.yml", "component: /etc/passwd\n"),
        ("jobs/b.yml", "trigger: { expression: 0 3 * * * }\ncreate_job: /etc/passwd\n"),
    ] {
        let (said, _) = imported(&[(path, text)]);
        assert!(said.ends_with("`/etc/passwd` is no path inside the project\n"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

/// A spec would read these texts as its own references.
#[test]
fn no_text_becomes_a_reference() {
    let text = "\
type: pipeline
display_name: at ${{ git.sha }}
tags: { a: '${{ secrets.A }}', b: plain }
settings: { default_compute: azureml:c }
jobs:
  a:
    command: echo ${{ secrets.B }}
    environment: azureml:e:1
    environment_variables: { V: '${{ secrets.C }}' }
    inputs: { one: '${{ parameters.D }}' }
    outputs: { o: { type: uri_folder, path: 'azureml://datastores/s/paths/${{ secrets.E }}/${{name}}' } }
";
    let (said, imported) = imported(&[("a.yml", text)]);
    let places: Vec<&str> =
        said.lines().map(|line| line.split(": error").next().unwrap()).collect();
    let wanted = ["2:15", "3:12", "7:14", "9:33", "10:20", "11:45"];
    assert_eq!(places, wanted.map(|it| format!("a.yml:{it}")), "{said}");
    let spec = &imported.files[0].text;
    assert_eq!(spec.matches("${{ ").count(), 1, "{spec}");
    assert!(spec.contains("b: plain"), "{spec}");
}

/// Azure ML's tools read texts as YAML 1.1 as well: what they make of one is said where it differs.
#[test]
fn texts_are_those_that_the_tools_hand_on() {
    let text = "\
type: pipeline
settings: { default_compute: azureml:c }
tags: { a: null, b: '010' }
jobs:
  a:
    command: echo
    environment: { image: x.io/y:1, os_type: windows }
    environment_variables: { A: 010, B: 1.10, C: on, D: 12:30, E: '010', F: 5 }
    outputs: { o: { type: uri_folder, name: n, version: 010 } }
";
    let (said, imported) = imported(&[("a.yml", text)]);
    let places: Vec<&str> = said.lines().filter_map(|line| line.split(": ").next()).collect();
    let wanted = ["3:12", "7:46", "8:33", "8:41", "8:50", "8:57", "9:57"];
    assert_eq!(places, wanted.map(|it| format!("a.yml:{it}")), "{said}");
    assert_eq!(said.matches("error").count(), 1, "{said}");
    let spec = &imported.files[0].text;
    for line in [
        "A: \"8\"",
        "B: \"1.1\"",
        "C: \"True\"",
        "D: \"750\"",
        "E: \"010\"",
        "F: \"5\"",
        "b: \"010\"",
    ] {
        assert!(spec.contains(line), "{line}: {spec}");
    }
    assert!(spec.contains("version: \"8\""), "{spec}");
}

/// Inputs that the language writes alike are numbered; what a schedule binds is numbered with them.
#[test]
fn a_schedule_binds_parameters_by_their_own_names() {
    let job = "\
type: pipeline
inputs: { a.b: 1, a_b: 2 }
settings: { default_compute: azureml:c }
jobs: { s: { command: x, environment: azureml:e:1 } }
";
    let schedule = "\
name: nightly
trigger: { type: cron, expression: 0 3 * * * }
create_job: { type: pipeline, job: job.yml, inputs: { a.b: 3 } }
";
    let (said, imported) = imported(&[("nightly.yml", schedule), ("job.yml", job)]);
    assert!(said.contains("`a.b` is called `a_b_2` in the spec"), "{said}");
    let spec = &imported.files[0].text;
    assert!(spec.contains("  a_b_2: 1\n  a_b: 2\n"), "{spec}");
    assert!(spec.ends_with("    with:\n      a_b_2: 3\n"), "{spec}");
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
    let memory = Memory::of(&[]);
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

#[test]
fn texts_that_commands_cannot_get_are_said() {
    let text = "\
type: pipeline
settings: { default_compute: azureml:c }
inputs: { note: \"it's\", two: a b, free: \"it's\", word: fast, picked: { type: string, enum: [a] } }
jobs:
  go:
    command: echo \"${{inputs.note}}\" '${{inputs.two}}'
    environment: azureml:e:1
    inputs: { note: '${{parent.inputs.note}}', two: '${{parent.inputs.two}}' }
  cut:
    type: parallel
    mini_batch_size: 1
    input_data: ${{inputs.rows}}
    inputs: { rows: { type: uri_folder, path: azureml:r:1 }, two: '${{parent.inputs.two}}', own: a b }
    task:
      { type: run_function, entry_script: a.py, environment: azureml:e:1, program_arguments: '${{inputs.two}} ${{inputs.own}}' }
";
    let (said, _) = imported(&[("a.yml", text)]);
    let shell = "Azure ML pastes this text into a command line; a spec refuses quotes, `$`, backticks, backslashes and control characters there";
    let blanks =
        "Azure ML cuts the arguments of such a node at blanks; a spec refuses blanks in this text";
    let narrow = "Azure ML takes any text for `word`; in the spec these are letters, digits and . _ : / @ = + - unless a `pattern` says otherwise";
    assert_eq!(
        said,
        format!(
            "\
a.yml:3:17: error[not-imported]: {shell}
a.yml:3:30: error[not-imported]: {blanks}
a.yml:3:49: warning[import-change]: {narrow}
a.yml:13:98: error[not-imported]: {blanks}
"
        )
    );
}

#[test]
fn what_the_driver_takes_is_a_key_at_the_end_and_stays_where_it_is_elsewhere() {
    let text = "\
type: pipeline
settings: { default_compute: azureml:c }
jobs:
  cut:
    type: parallel
    mini_batch_size: 1
    input_data: ${{inputs.rows}}
    inputs: { rows: { type: uri_folder, path: azureml:r:1 } }
    task:
      type: run_function
      entry_script: a.py
      environment: azureml:e:1
      program_arguments: --a 1 --error_threshold 5 --progress_update_timeout 90 --b 2 --allowed_failed_percent 10
";
    let (said, imported) = imported(&[("a.yml", text)]);
    let kept =
        "`--error_threshold` is an argument of Azure ML's driver; it stays among the script's";
    assert_eq!(said, format!("a.yml:13:26: warning[import-change]: {kept}\n"));
    let wanted = "
      arguments:
        verbatim: \"--a 1 --error_threshold 5 --progress_update_timeout 90 --b 2\"
      allowed_failed_percent: 10
";
    assert!(imported.files[0].text.contains(wanted), "{}", imported.files[0].text);
}

#[test]
fn tables_of_automl_are_parameters() {
    let text = "\
type: pipeline
settings: { default_compute: azureml:c }
inputs: { training_data: 5 }
jobs:
  fit:
    type: automl
    task: classification
    primary_metric: accuracy
    target_column_name: price
    training_data: { type: mltable, path: azureml:t:1, mode: direct }
    validation_data: { type: mltable, path: azureml:v:1 }
    training: { allowed_training_algorithms: [ExtremeRandomTrees, LightGBM, knn] }
";
    let (said, imported) = imported(&[("a.yml", text)]);
    let changed = "warning[import-change]: this data is a parameter of the spec";
    assert_eq!(
        said,
        format!(
            "a.yml:10:5: {changed}, `fit_training_data`\na.yml:11:5: {changed}, `validation_data`\n"
        )
    );
    let text = &imported.files[0].text;
    for wanted in [
        "\n  fit_training_data:\n    type: mltable\n    default: azureml:t:1\n    mode: direct\n",
        "\n      training_data: ${{ parameters.fit_training_data }}\n",
        "\n          - extreme_random_trees\n          - light_gbm\n          - knn\n",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
}

#[test]
fn what_may_be_left_out_of_a_command_is_optional() {
    let text = "\
type: pipeline
settings: { default_compute: azureml:c }
inputs: { q: 3, z: { type: integer, optional: true } }
jobs:
  go:
    environment: azureml:e:1
    command: echo $[[--s ${{inputs.s}}]] $[[--q ${{inputs.q}}]] $[[--z ${{inputs.z}}]] ${{inputs.t}}
    inputs: { s: 5, t: 6, q: '${{parent.inputs.q}}', z: '${{parent.inputs.z}}' }
";
    let (said, imported) = imported(&[("a.yml", text)]);
    assert_eq!(said, "");
    let wanted = "
    inputs:
      s:
        from: 5
        optional: true
      t: 6
      q:
        from: ${{ parameters.q }}
        optional: true
";
    assert!(imported.files[0].text.ends_with(wanted), "{}", imported.files[0].text);
}

#[test]
fn a_schedule_may_repeat_the_settings_of_its_pipeline() {
    let schedule = "\
name: live
trigger: { type: cron, expression: 0 3 * * * }
create_job:
  type: pipeline
  job: ./pipeline.yml
  inputs: { word: two words }
  settings: { default_compute: cpu, default_datastore: azureml:other }
";
    let job = "\
type: pipeline
experiment_name: Churn model
tags: { team: a, generated_by: mlopsc, mlopsc_pipeline: x }
settings: { default_compute: azureml:cpu, default_datastore: azureml:own }
inputs: { word: one }
jobs: { go: { command: 'echo ''${{inputs.word}}''', environment: azureml:e:1, inputs: { word: '${{parent.inputs.word}}' } } }
";
    let (said, imported) = imported(&[("live.yml", schedule), ("pipeline.yml", job)]);
    let live = "the schedule is called `churn-model-live` in the workspace from now on, and `live` goes on firing beside it";
    assert_eq!(
        said,
        format!(
            "\
live.yml:1:7: warning[import-change]: {live}
live.yml:7:37: error[not-imported]: a spec cannot say another `default_datastore` for one trigger alone
"
        )
    );
    let help = imported.diagnostics[0].help.as_deref().unwrap();
    assert!(help.contains("az ml schedule delete --name live"), "{help}");
    let text = &imported.files[0].text;
    assert_eq!(imported.files[0].path, "churn-model.mlops.yaml");
    assert!(text.contains("\ntags:\n  team: a\n\n"), "{text}");
    assert!(text.contains("default: one\n    pattern: \".*\"\n"), "{text}");
}

/// Names that the language writes the same way stay two names, with all that refers to them.
#[test]
fn two_things_of_a_file_never_get_one_name() {
    const NAMES: &str = "\
type: pipeline
inputs: { a__b: 1, a_b: 2 }
outputs: { o__o: , o_o: }
jobs:
  A:
    type: command
    compute: azureml:cpu
    environment: { image: 'x.io/one:1' }
    command: echo ${{inputs.x__y}} ${{inputs.x_y}} > ${{outputs.p__p}}/${{outputs.p_p}}
    inputs: { x__y: '${{parent.inputs.a__b}}', x_y: '${{parent.inputs.a_b}}' }
    outputs: { p__p: '${{parent.outputs.o__o}}', p_p: '${{parent.outputs.o_o}}' }
  a:
    type: command
    compute: azureml:cpu
    environment: { image: 'x.io/two:1' }
    command: cat ${{inputs.i}} ${{inputs.j}}
    inputs: { i: '${{parent.jobs.A.outputs.p__p}}', j: '${{parent.jobs.A.outputs.p_p}}' }
";
    let (said, imported) = imported(&[("jobs/names.yml", NAMES)]);
    insta::assert_snapshot!(said + &imported.files[0].text);
}
