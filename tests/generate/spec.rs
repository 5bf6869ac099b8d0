//! A whole spec: its root, its parameters, its defaults.

use super::node::{Node, Record, text, word};
use super::tape::Tape;
use super::world::{DATA, Parameter, SCALARS, World, fresh, is_data, prose};
use super::{steps, triggers};

const NAMES: [&str; 6] = ["training", "a", "nightly-score", "true-north", "x_1", "deploy"];

/// A spec of a project.
pub(crate) fn spec(tape: &mut Tape<'_>, world: &mut World, number: usize) -> (String, Node) {
    let name = format!("{}{number}", tape.pick(&NAMES));
    let mut root = Record::default();
    root.put("mlopsc", word(1));
    root.put("name", text(name.clone()));
    head(tape, &mut root);
    parameters(tape, world, &mut root);
    own_maps(tape, world, &mut root);
    let mut defaults = defaults(tape, world);
    if tape.chance(15) {
        root.put("env", env(tape, world, false, &["LEVEL", "REGION", "A"]));
    }
    if tape.chance(10) {
        root.put("variable_groups", Node::List(vec![text("own group"), text("second")]));
    }
    let all = steps::steps(tape, world);
    if world.deployed.is_empty() && world.steps.iter().all(|step| step.on_ci) {
        super::stages::of(tape, world, &mut defaults, 40);
    }
    root.filled("defaults", defaults.node());
    root.filled("outputs", outputs(tape, world));
    let mut shuffled = all;
    if tape.chance(20) {
        shuffled.reverse();
    }
    root.put("steps", Node::Dict(shuffled));
    let triggers = triggers::triggers(tape, world);
    let stages = super::stages::spec(tape, world, &triggers::published(&triggers));
    root.filled("triggers", triggers);
    root.filled("stages", stages);
    if tape.chance(15) {
        root.put("concurrency", text(tape.pick(&["queue", "cancel", "parallel"])));
    }
    (name, root.node())
}

/// Outputs of the pipeline.
fn outputs(tape: &mut Tape<'_>, world: &World) -> Node {
    let mut entries = Vec::new();
    if !tape.chance(30) {
        return Node::Dict(entries);
    }
    for step in world.steps.iter().filter(|step| !step.on_ci) {
        for (output, _) in tape.some(&step.outputs, 50) {
            let name = format!("result{}", entries.len());
            let from = format!("${{{{ steps.{}.outputs.{output} }}}}", step.name);
            entries.push((name, text(from)));
        }
    }
    Node::Dict(entries)
}

fn head(tape: &mut Tape<'_>, root: &mut Record) {
    for key in ["description", "display_name"] {
        if tape.chance(30) {
            root.put(key, text(prose(tape)));
        }
    }
    if tape.chance(15) {
        root.put("experiment", text(tape.pick(&["exp", "Exp_1-x", "007"])));
    }
    if tape.chance(15) {
        let tags = [("team", text("mlops")), ("cost center", word("0042")), ("on", word(true))];
        let tags = tape.some(&tags, 60);
        root.filled("tags", Node::Dict(tags.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()));
    }
    if tape.chance(10) {
        root.put("default_datastore", text(tape.pick(&["store", "azureml:store"])));
    }
    if tape.chance(10) {
        root.put("identity", super::settings::identity(tape));
    }
    for key in ["continue_on_step_failure", "force_rerun"] {
        if tape.chance(10) {
            root.put(key, word(tape.chance(50)));
        }
    }
    if tape.chance(25) {
        root.put("timeout", text(tape.pick(&["90s", "5h", "340 minutes", "341 minutes", "1 day"])));
    }
}

const PORTS: [&str; 12] =
    ["rate", "depth", "data", "model", "Mode", "flag", "x", "on", "y2", "github", "true", "name"];

fn parameters(tape: &mut Tape<'_>, world: &mut World, root: &mut Record) {
    let mut entries = Vec::new();
    for _ in 0..tape.below(6) {
        let taken: Vec<&str> = world.parameters.iter().map(|it| it.name.as_str()).collect();
        let name = fresh(tape, &PORTS, &taken);
        let kind = if tape.chance(25) { tape.pick(&DATA) } else { tape.pick(&SCALARS) };
        let mut parameter =
            Parameter { name, kind, has_default: true, optional: false, values: Vec::new() };
        let node = parameter_node(tape, world, &mut parameter);
        entries.push((parameter.name.clone(), node));
        world.parameters.push(parameter);
    }
    root.filled("parameters", Node::Dict(entries));
}

fn parameter_node(tape: &mut Tape<'_>, world: &mut World, parameter: &mut Parameter) -> Node {
    let kind = parameter.kind;
    let mut long = Record::default();
    constraints(tape, world, parameter, &mut long);
    let value = parameter.values[0].clone();
    let shape = tape.below(4);
    if shape == 0 && !is_data(kind) && long.0.is_empty() {
        return literal(kind, &value);
    }
    if shape == 1 && long.0.is_empty() {
        parameter.has_default = false;
        return text(kind);
    }
    long.put("type", text(kind));
    parameter.has_default = !tape.chance(40);
    parameter.optional = !parameter.has_default && tape.chance(60);
    if parameter.optional {
        long.put("optional", word(true));
    }
    if parameter.has_default {
        long.put("default", literal(kind, &value));
    }
    if tape.chance(25) {
        long.put("description", text(prose(tape)));
    }
    long.node()
}

/// A literal of a type.
pub(crate) fn literal(kind: &str, value: &str) -> Node {
    if matches!(kind, "number" | "integer" | "boolean") { word(value) } else { text(value) }
}

fn constraints(
    tape: &mut Tape<'_>,
    world: &mut World,
    parameter: &mut Parameter,
    long: &mut Record,
) {
    parameter.values = values(tape, world, parameter.kind);
    match parameter.kind {
        _ if tape.chance(15) => {
            if parameter.kind == "string" {
                // Choices stand in the scripts that check them.
                parameter.values = ["fast", "it is", "a|b", "*"].map(str::to_owned).to_vec();
            }
            let all = parameter.values.iter().map(|value| literal(parameter.kind, value));
            long.put("enum", Node::List(all.collect()));
        }
        "integer" | "number" => {
            if tape.chance(25) {
                long.put("min", word(tape.pick(&["-3", "0", "-1e3"][..2])));
            }
            if tape.chance(25) {
                long.put("max", word(tape.pick(&["99999", "1000000"])));
            }
        }
        "string" if tape.chance(25) => {
            let patterns = [".*", "^[a-z0-9.]+$", "([a-z]+[0-9]+)?[.a-z-]*", "[m-r]{3}.{1,9}"];
            long.put("pattern", text(tape.pick(&patterns)));
        }
        _ => {}
    }
}

fn values(tape: &mut Tape<'_>, world: &mut World, kind: &str) -> Vec<String> {
    let up = world.up;
    let all: Vec<String> = match kind {
        "integer" => vec!["7".to_owned(), "0".to_owned(), "+12".to_owned(), "48611".to_owned()],
        "number" => ["0.5", "1e-5", "0", "2.50E+3", "12"].map(str::to_owned).to_vec(),
        "boolean" => vec!["false".to_owned(), "true".to_owned()],
        "string" => vec![world.mark(), world.mark()],
        "uri_file" => vec![
            "azureml://datastores/store/paths/a.csv".to_owned(),
            format!("{up}data/x.csv"),
            "https://example.blob.core.windows.net/c/a.csv".to_owned(),
        ],
        "mltable" => vec!["azureml:table:1".to_owned(), format!("{up}data/table")],
        "uri_folder" => vec![
            "azureml://datastores/store/paths/raw/".to_owned(),
            "azureml:raw@latest".to_owned(),
            format!("{up}data"),
        ],
        _ => vec!["azureml:model:3".to_owned(), "azureml:model@latest".to_owned()],
    };
    let first = tape.below(all.len());
    let mut all = all;
    all.rotate_left(first);
    all
}

fn own_maps(tape: &mut Tape<'_>, world: &mut World, root: &mut Record) {
    if tape.chance(25) {
        let compute = text(tape.pick(&["azureml:own", "serverless"]));
        root.put("compute", Node::Dict(vec![("own".to_owned(), compute)]));
        world.computes.push("own".to_owned());
    }
    if tape.chance(25) {
        let mut image = Record::default();
        image.put("image", text("mcr.microsoft.com/azureml/base:20260715.v1"));
        if tape.chance(70) {
            image.put("conda", text(format!("{}envs/training.yaml", world.up)));
        }
        root.put("environments", Node::Dict(vec![("own-env".to_owned(), image.node())]));
        world.environments.push("own-env".to_owned());
    }
}

/// A compute, by name or outright.
pub(crate) fn compute(tape: &mut Tape<'_>, world: &World) -> Node {
    let mut all = vec!["azureml:cpu".to_owned(), "serverless".to_owned()];
    all.extend(world.computes.iter().cloned());
    text(tape.pick(&all))
}

/// An environment, by name or outright.
pub(crate) fn environment(tape: &mut Tape<'_>, world: &World) -> Node {
    let mut all = vec![
        "azureml:sklearn:4".to_owned(),
        "azureml:sklearn@latest".to_owned(),
        "azureml://registries/azureml/environments/sklearn-1.5/versions/30".to_owned(),
    ];
    all.extend(world.environments.iter().cloned());
    text(tape.pick(&all))
}

/// A runner.
pub(crate) fn runner(tape: &mut Tape<'_>, world: &World) -> Node {
    let mut all = vec!["ubuntu-latest".to_owned(), "ubuntu-22.04".to_owned()];
    all.extend(world.runners.iter().cloned());
    text(tape.pick(&all))
}

fn defaults(tape: &mut Tape<'_>, world: &mut World) -> Record {
    let mut defaults = Record::default();
    if tape.chance(40) {
        defaults.put("compute", compute(tape, world));
        world.default_compute = true;
    }
    if tape.chance(25) {
        defaults.put("runner", runner(tape, world));
        world.default_runner = true;
    }
    if tape.chance(40) {
        defaults.put("environment", environment(tape, world));
        world.default_environment = true;
    }
    if tape.chance(10) {
        defaults.put("container", text("python:3.11-slim"));
    }
    for (key, value) in [("shell", "bash"), ("python", "3.11"), ("timeout", "40 minutes")] {
        if tape.chance(8) {
            defaults.put(key, text(value));
        }
    }
    if tape.chance(8) {
        defaults.put("working_dir", text(format!("{}src", world.up)));
    }
    defaults
}

/// Environment variables. On Azure ML literals only.
pub(crate) fn env(tape: &mut Tape<'_>, world: &mut World, refers: bool, names: &[&str]) -> Node {
    let mut entries = Vec::new();
    for name in tape.some(names, 50) {
        let all: Vec<String> = world
            .referable(true)
            .into_iter()
            .filter(|it| !is_data(it.kind))
            .map(|it| it.path)
            .collect();
        let value = match tape.below(4) {
            0 => text(world.mark()),
            1 => text(prose(tape)),
            2 => word(tape.pick(&["1", "true", "0.10", "007"])),
            _ if refers => {
                let path = tape.pick(&all);
                text(
                    tape.pick(&[format!("${{{{ {path} }}}}"), format!("pre ${{{{{path}}}}} post")]),
                )
            }
            _ => text("plain"),
        };
        entries.push((name.to_owned(), value));
    }
    Node::Dict(entries)
}
