//! Steps that run components: of files, of the workspace, of registries.

use super::node::{Node, Record, text, word};
use super::spec::compute;
use super::tape::Tape;
use super::world::{Made, World, is_data};

/// Component files that specs use.
pub(crate) const FILES: [(&str, &str); 6] = [
    (
        "components/prep.yml",
        "type: command\nname: prep\nversion: \"1\"\ninputs:\n  raw: { type: uri_folder }\n  rate: { type: number, default: 0.5, min: 0, max: 1 }\n  split: { type: string, enum: [train, test] }\n  seed: { type: integer, optional: true }\noutputs:\n  clean: { type: uri_folder }\n  report: { type: uri_file }\ncode: ../src\nenvironment: azureml:sklearn:4\ncommand: >-\n  python train.py ${{inputs.raw}} ${{inputs.rate}} ${{inputs.split}} $[[--seed ${{inputs.seed}}]]\n  ${{outputs.clean}} ${{outputs.report}}\n",
    ),
    (
        "components/silent.yml",
        "type: command\nname: silent\nversion: \"1\"\nenvironment: azureml:sklearn:4\ncommand: echo\n",
    ),
    (
        "components/score.yml",
        "type: parallel\nname: score\nversion: \"1\"\ninputs:\n  images: { type: uri_folder }\noutputs:\n  rows: { type: uri_file }\ninput_data: ${{inputs.images}}\nmini_batch_size: \"5\"\ntask:\n  type: run_function\n  code: ../src/score\n  entry_script: scoring.py\n  environment: azureml:sklearn:4\n  append_row_to: ${{outputs.rows}}\n",
    ),
    (
        "shared/clean.mlops.yaml",
        "mlopsc: 1\nname: shared-clean\nparameters:\n  raw: { type: uri_folder, default: ../data }\n  rate: { type: number, default: 0.5, min: 0, max: 1 }\n  split: { type: string, enum: [train, test] }\nsteps:\n  clean:\n    compute: azureml:cpu\n    environment: azureml:sklearn:4\n    code: ../src\n    run: python train.py ${{ parameters.raw }} ${{ parameters.rate }} ${{ parameters.split }} ${{ git.sha }} ${{ outputs.clean }}\n    outputs: { clean: { type: uri_folder, register: clean } }\n    reuse: false\noutputs: { clean: \"${{ steps.clean.outputs.clean }}\" }\ntriggers: { nightly: { schedule: { every: day, at: \"02:00\" }, with: { split: train } } }\n",
    ),
    (
        "shared/tests.mlops.yaml",
        "mlopsc: 1\nname: shared-tests\nsteps:\n  unit: { runner: ubuntu-latest, run: echo unit }\n  all: { needs: unit, runner: ubuntu-latest, run: echo all }\ntriggers: { one: { manual: {}, goals: unit } }\n",
    ),
    (
        "shared/both.mlops.yaml",
        "mlopsc: 1\nname: shared-both\nparameters: { data: uri_folder }\nsteps:\n  train: { pipeline: clean.mlops.yaml, inputs: { raw: \"${{ parameters.data }}\", split: train } }\n  test: { pipeline: clean.mlops.yaml, inputs: { split: test } }\noutputs: { train: \"${{ steps.train.outputs.clean }}\", test: \"${{ steps.test.outputs.clean }}\" }\n",
    ),
];

/// What makes the step a component's. The outputs that it has go into `made`.
pub(crate) fn component(
    tape: &mut Tape<'_>,
    world: &mut World,
    step: &mut Record,
    made: &mut Made,
) {
    let folder = folder(tape, world, made);
    let mut inputs = Vec::new();
    match tape.below(4) {
        0 => {
            step.put("component", file(tape, world, "prep"));
            inputs.push(("raw", folder));
            inputs.push(("split", text(tape.pick(&["train", "test"]))));
            if tape.chance(40) {
                inputs.push(("rate", word(tape.pick(&["0", "0.25", "1"]))));
            }
            if tape.chance(40) {
                let optional = world.optional().into_iter().find(|it| it.kind == "integer");
                let seed = optional.map_or(word(7), |it| text(format!("${{{{ {} }}}}", it.path)));
                inputs.push(("seed", seed));
            }
            made.outputs = outputs(&[("clean", "uri_folder"), ("report", "uri_file")]);
            if tape.chance(40) {
                let mut clean = Record::default();
                clean.put("register", text("clean"));
                step.put("outputs", Node::Dict(vec![("clean".to_owned(), clean.node())]));
            }
        }
        1 => step.put("component", file(tape, world, "silent")),
        2 => {
            step.put("component", file(tape, world, "score"));
            inputs.push(("images", folder));
            made.outputs = outputs(&[("rows", "uri_file")]);
        }
        _ => {
            let registry = "azureml://registries/azureml/components/enrich/versions/0.0.3";
            let names = ["azureml:enrich:3", "azureml:enrich@default", registry];
            step.put("component", text(tape.pick(&names)));
            inputs.push(("rows", folder));
            made.outputs = outputs(&[("model", "mlflow_model")]);
            let listed = vec![("model".to_owned(), text("mlflow_model"))];
            step.put("outputs", Node::Dict(listed));
        }
    }
    let inputs = inputs.into_iter().map(|(name, node)| (name.to_owned(), node));
    step.filled("inputs", Node::Dict(inputs.collect()));
    if !world.default_compute {
        step.put("compute", compute(tape, world));
    }
}

/// What makes the step another spec. The outputs that it has go into `made`.
pub(crate) fn pipeline(tape: &mut Tape<'_>, world: &mut World, step: &mut Record, made: &mut Made) {
    let mut inputs = Vec::new();
    let name = tape.pick(&["clean", "both"]);
    if name == "clean" {
        inputs.push(("split", text(tape.pick(&["train", "test"]))));
        if tape.chance(50) {
            inputs.push(("raw", folder(tape, world, made)));
        }
        if tape.chance(40) {
            inputs.push(("rate", word(tape.pick(&["0", "0.25", "1"]))));
        }
        made.outputs = outputs(&[("clean", "uri_folder")]);
    } else {
        inputs.push(("data", folder(tape, world, made)));
        made.outputs = outputs(&[("train", "uri_folder"), ("test", "uri_folder")]);
    }
    let path = text(format!("{}shared/{name}.mlops.yaml", world.up));
    let mut spec = Record::default();
    spec.put("spec", path.clone());
    step.put("pipeline", if tape.chance(30) { spec.node() } else { path });
    let inputs = inputs.into_iter().map(|(name, node)| (name.to_owned(), node));
    step.filled("inputs", Node::Dict(inputs.collect()));
}

/// A sweep that tries a component. The outputs that it has go into `made`.
pub(crate) fn sweep(tape: &mut Tape<'_>, world: &mut World, step: &mut Record, made: &mut Made) {
    let folder = folder(tape, world, made);
    let dict = |entries: Vec<(&str, Node)>| {
        Node::Dict(entries.into_iter().map(|(name, node)| (name.to_owned(), node)).collect())
    };
    let map = |entries: Vec<(&str, Node)>| {
        let mut map = Record::default();
        for (key, node) in entries {
            map.put(key, node);
        }
        map.node()
    };
    let splits = Node::List(vec![text("train"), text("test")]);
    let rates = vec![("type", text("uniform")), ("min_value", word(0)), ("max_value", word(1))];
    let searched = vec![
        ("rate", map(rates)),
        ("split", map(vec![("type", text("choice")), ("values", splits)])),
    ];
    let is_file = tape.chance(70);
    let component = if is_file { file(tape, world, "prep") } else { text("azureml:prep:2") };
    let mut body = Record::default();
    body.put("trial", map(vec![("component", component)]));
    body.put("search_space", dict(searched));
    body.put("sampling_algorithm", text("random"));
    let goal = vec![("goal", text("minimize")), ("primary_metric", text("loss"))];
    body.put("objective", map(goal));
    body.put("limits", map(vec![("max_total_trials", word(8))]));
    step.put("compute", compute(tape, world));
    step.put("sweep", body.node());
    step.put("inputs", dict(vec![("raw", folder)]));
    if is_file {
        made.outputs = outputs(&[("clean", "uri_folder"), ("report", "uri_file")]);
    } else if tape.chance(50) {
        made.outputs = outputs(&[("clean", "uri_folder")]);
        step.put("outputs", dict(vec![("clean", text("uri_folder"))]));
    }
}

fn file(tape: &mut Tape<'_>, world: &World, name: &str) -> Node {
    let prefix = tape.pick(&["", "file:"]);
    text(format!("{prefix}{}components/{name}.yml", world.up))
}

fn outputs(all: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    all.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect()
}

/// A folder of another step, of a parameter, or of the workspace.
fn folder(tape: &mut Tape<'_>, world: &World, made: &mut Made) -> Node {
    let all = world.referable(false).into_iter();
    let all: Vec<_> = all.filter(|it| is_data(it.kind) && it.kind == "uri_folder").collect();
    if all.is_empty() || tape.chance(30) {
        let mut input = Record::default();
        input.put("from", text("azureml:raw:1"));
        input.put("type", text("uri_folder"));
        return input.node();
    }
    let path = tape.pick(&all).path;
    made.feeds.extend(world.producer(&path));
    text(format!("${{{{ {path} }}}}"))
}
