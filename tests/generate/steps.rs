//! Steps of every kind on both engines, with every key.

use super::matrix;
use super::node::{Node, Record, text, word};
use super::parallel::can_be_cut;
use super::scripts::{self, Ports};
use super::spec::{compute, env, environment, literal, runner};
use super::tape::Tape;
use super::world::{DATA, Made, Referable, SCALARS, World, fresh, is_data, prose};

pub(crate) const PINNED: &str =
    "ghcr.io/a/b@sha256:0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f";
const STEPS: [&str; 24] = [
    "git",
    "run",
    "variables",
    "mlopsc",
    "_done",
    "_wait2",
    "a2",
    "first",
    "prepare",
    "train",
    "score",
    "a",
    "deploy",
    "job",
    "steps",
    "deployment",
    "stage",
    "template",
    "on",
    "azureml",
    "approve_train",
    "azureml_train",
    "release",
    "_x",
];
const PORTS: [&str; 15] = [
    "_o", "sha", "id", "done", "lambda_", "out", "data", "model", "x", "Raw", "clean", "true",
    "result", "job", "n2",
];

/// All steps, producers first.
pub(crate) fn steps(tape: &mut Tape<'_>, world: &mut World) -> Vec<(String, Node)> {
    let count = 1 + tape.below(7);
    let mut all = Vec::new();
    for _ in 0..count {
        let taken: Vec<&str> = world.steps.iter().map(|it| it.name.as_str()).collect();
        let name = fresh(tape, &STEPS, &taken);
        let kind = tape.below(7);
        let (node, made) = step(tape, world, &name, kind);
        world.steps.push(made);
        all.push((name, node));
    }
    all
}

fn step(tape: &mut Tape<'_>, world: &mut World, name: &str, kind: usize) -> (Node, Made) {
    let on_ci = kind < 2;
    let parallel = kind == 4 && world.referable(false).iter().any(|it| can_be_cut(it.kind));
    let mut made = Made { name: name.to_owned(), on_ci, outputs: Vec::new(), feeds: Vec::new() };
    let mut step = Record::default();
    common(tape, world, &mut step, &mut made);
    if brought(tape, world, (kind, name), &mut step, &mut made) {
        return (step.node(), made);
    }
    let is_gated = step.0.iter().any(|(key, _)| key == "approval");
    let many = (on_ci && !is_gated && tape.chance(35)).then(|| matrix::matrix(tape, world));
    let (combinations, values, lists) = many.map_or((None, Vec::new(), Vec::new()), |many| {
        let (node, values, lists) = many;
        (Some(node), values, lists)
    });
    if lists.contains(&"os") && tape.chance(70) {
        step.put("runner", text("${{ matrix.os }}"));
    } else {
        place(tape, world, &mut step, on_ci, parallel);
    }
    let outputs = outputs(tape, &mut made, parallel, combinations.is_some());
    let own = made.outputs.clone();
    if combinations.is_some() {
        // Others get a folder with what each combination gives.
        made.outputs.iter_mut().for_each(|(_, kind)| *kind = "uri_folder");
    }
    let mut ports = Ports {
        inputs: inputs(tape, world, &mut step, &made),
        outputs: own,
        others: world.referable(on_ci).into_iter().chain(values).collect(),
        optional: world.optional(),
        used: Vec::new(),
    };
    if parallel {
        step.put("parallel", super::parallel::parallel(tape, world, &mut ports));
    } else {
        let code = !on_ci && tape.chance(70);
        if code {
            let folder = tape.pick(&["src", "src/score"]);
            step.put("code", text(format!("{}{folder}", world.up)));
        }
        step.put("run", text(scripts::command(tape, &mut ports, on_ci)));
    }
    step.filled("outputs", Node::Dict(outputs));
    for path in &ports.used {
        made.feeds.extend(world.producer(path));
    }
    if on_ci {
        super::stages::of(tape, world, &mut step, 25);
        ci(tape, world, &mut step, &lists);
        step.0.extend(combinations.map(|matrix| ("matrix".to_owned(), matrix)));
    } else {
        azure_ml(tape, world, &mut step, parallel);
    }
    (step.node(), made)
}

/// A step of a kind that says all of itself; whether it is one.
fn brought(
    tape: &mut Tape<'_>,
    world: &mut World,
    (kind, name): (usize, &str),
    step: &mut Record,
    made: &mut Made,
) -> bool {
    if kind == 5 {
        let is_spec = tape.chance(35);
        let of_azure_ml =
            if is_spec { super::components::pipeline } else { super::components::component };
        of_azure_ml(tape, world, step, made);
        return true;
    }
    if kind == 6 && tape.chance(20) {
        super::components::sweep(tape, world, step, made);
        return true;
    }
    if kind == 6 {
        native(tape, world, step, made);
        return true;
    }
    if kind == 1 && tape.chance(35) && super::own::register(tape, world, step, made) {
        return true;
    }
    if kind == 0 && tape.chance(25) {
        super::own::deploy(tape, world, step, made);
        if tape.chance(60) {
            world.deployed.push(name.to_owned());
        } else {
            super::stages::of(tape, world, step, 100);
        }
        return true;
    }
    kind == 1 && tape.chance(30) && super::own::image(tape, world, step, made)
}

/// A step of one of Azure ML's own kinds.
fn native(tape: &mut Tape<'_>, world: &mut World, step: &mut Record, made: &mut Made) {
    let (inputs, outputs, used) = (Vec::new(), Vec::new(), Vec::new());
    let (others, optional) = (world.referable(false), world.optional());
    let mut ports = Ports { inputs, outputs, others, optional, used };
    let automl = if tape.chance(40) { super::native::automl(tape, &mut ports) } else { None };
    if let Some(automl) = automl {
        step.put("compute", compute(tape, world));
        step.put("automl", automl);
        if tape.chance(50) {
            let model = ("best_model".to_owned(), text("mlflow_model"));
            step.put("outputs", Node::Dict(vec![model]));
            made.outputs.push(("best_model".to_owned(), "mlflow_model"));
        }
    } else if tape.chance(50) {
        step.put("spark", super::native::spark(tape, world, &mut ports));
    } else {
        step.put("compute", compute(tape, world));
        step.put("environment", environment(tape, world));
        step.put("sweep", super::native::sweep(tape, &mut ports));
    }
    for path in &ports.used {
        made.feeds.extend(world.producer(path));
    }
}

fn common(tape: &mut Tape<'_>, world: &mut World, step: &mut Record, made: &mut Made) {
    for key in ["description", "display_name"] {
        if tape.chance(15) {
            step.put(key, text(prose(tape)));
        }
    }
    if !world.steps.is_empty() && tape.chance(35) {
        let names: Vec<String> = world.steps.iter().map(|it| it.name.clone()).collect();
        let mut needs = tape.some(&names, 30);
        needs.push(tape.pick(&names));
        needs.dedup();
        made.feeds
            .extend(names.iter().enumerate().filter(|(_, it)| needs.contains(it)).map(|it| it.0));
        step.put(
            "needs",
            match needs.as_slice() {
                [one] if tape.chance(50) => text(one.clone()),
                several => Node::List(several.iter().cloned().map(text).collect()),
            },
        );
    }
    if tape.chance(12) {
        step.put("approval", text(tape.pick(&["production", "pre prod", "Prod_1"])));
    }
}

fn place(tape: &mut Tape<'_>, world: &mut World, step: &mut Record, on_ci: bool, parallel: bool) {
    let (own, other) = if on_ci {
        (world.default_runner, world.default_compute)
    } else {
        (world.default_compute, world.default_runner)
    };
    let implied = own && (!other || parallel);
    if implied && tape.chance(70) {
        return;
    }
    if on_ci {
        step.put("runner", runner(tape, world));
    } else {
        step.put("compute", compute(tape, world));
    }
}

fn outputs(
    tape: &mut Tape<'_>,
    made: &mut Made,
    parallel: bool,
    many: bool,
) -> Vec<(String, Node)> {
    let mut entries = Vec::new();
    for at in 0..tape.below(4) {
        let taken: Vec<&str> = made.outputs.iter().map(|it| it.0.as_str()).collect();
        let name = fresh(tape, &PORTS, &taken);
        let kind = match (made.on_ci, parallel && at == 0) {
            (_, true) => "uri_file",
            (true, _) if !many && tape.chance(60) => tape.pick(&SCALARS),
            _ => tape.pick(&DATA),
        };
        let node = if tape.chance(30) { long_output(tape, made.on_ci, kind) } else { text(kind) };
        entries.push((name.clone(), node));
        made.outputs.push((name, kind));
    }
    entries
}

fn long_output(tape: &mut Tape<'_>, on_ci: bool, kind: &str) -> Node {
    let mut output = Record::default();
    output.put("type", text(kind));
    if on_ci {
        return output.node();
    }
    if tape.chance(30) {
        output.put("mode", text(tape.pick(&["rw_mount", "upload", "direct"])));
    }
    if tape.chance(30) {
        output.put("path", text("azureml://datastores/store/paths/out/"));
    }
    if tape.chance(40) {
        output.put("register", text("registered-thing"));
        if tape.chance(50) {
            output.put("version", word(tape.pick(&["3", "1.10", "0"])));
        }
    }
    output.node()
}

/// Declared inputs; their names and types.
fn inputs(
    tape: &mut Tape<'_>,
    world: &mut World,
    step: &mut Record,
    made: &Made,
) -> Vec<(String, &'static str)> {
    let (mut entries, mut known) = (Vec::new(), Vec::<(String, &'static str)>::new());
    let count = if tape.chance(40) { 1 + tape.below(3) } else { 0 };
    for _ in 0..count {
        let taken: Vec<&str> = known.iter().map(|it| it.0.as_str()).collect();
        let name = fresh(tape, &["in1", "table", "Weights", "level", "source"], &taken);
        let (node, kind) = input(tape, world, made.on_ci);
        entries.push((name.clone(), node));
        known.push((name, kind));
    }
    step.filled("inputs", Node::Dict(entries));
    known
}

fn input(tape: &mut Tape<'_>, world: &mut World, on_ci: bool) -> (Node, &'static str) {
    let all = world.referable(on_ci);
    match tape.below(4) {
        0 => {
            let Referable { path, kind } = tape.pick(&all);
            let from = text(format!("${{{{ {path} }}}}"));
            if tape.chance(50) {
                return (from, kind);
            }
            (long_input(tape, from, kind, on_ci), kind)
        }
        1 => {
            let kind = tape.pick(&SCALARS);
            let value = match kind {
                "string" => world.mark(),
                "boolean" => "true".to_owned(),
                "integer" => "31".to_owned(),
                _ => "2.5".to_owned(),
            };
            let from = literal(kind, &value);
            if tape.chance(50) {
                return (from, kind);
            }
            (long_input(tape, from, kind, on_ci), kind)
        }
        2 => {
            let scalars: Vec<Referable> = all.into_iter().filter(|it| !is_data(it.kind)).collect();
            let path = tape.pick(&scalars).path;
            (text(format!("v-${{{{ {path} }}}}-{}", tape.below(9))), "string")
        }
        _ => {
            let kind = tape.pick(&DATA);
            let value = match kind {
                "uri_file" => format!("{}data/x.csv", world.up),
                "uri_folder" => format!("{}data", world.up),
                _ => "azureml:thing:1".to_owned(),
            };
            (long_input(tape, text(value), kind, on_ci), kind)
        }
    }
}

fn long_input(tape: &mut Tape<'_>, from: Node, kind: &str, on_ci: bool) -> Node {
    let mut input = Record::default();
    input.put("from", from);
    input.put("type", text(kind));
    if !on_ci && is_data(kind) && tape.chance(50) {
        let modes = ["ro_mount", "download", "direct", "eval_mount", "eval_download"];
        let modes = if kind == "mltable" { &modes[..] } else { &modes[..3] };
        input.put("mode", text(tape.pick(modes)));
    }
    input.node()
}

fn ci(tape: &mut Tape<'_>, world: &mut World, step: &mut Record, lists: &[&str]) {
    if tape.chance(30) {
        step.filled("env", env(tape, world, true, &["A", "PYTHONPATH", "B_2", "TOKEN"]));
    }
    let approved = step.0.iter().any(|(key, _)| key == "approval");
    if tape.chance(15) && !approved && lists.is_empty() {
        step.put("ci_environment", text(tape.pick(&["staging", "Test 1"])));
    }
    if !world.images.is_empty() && tape.chance(30) {
        step.put("container", text(tape.pick(&world.images.clone())));
        if tape.chance(30) {
            step.put("variant", text(tape.pick(&["spark", "tensor.flow-2"])));
        }
    } else if tape.chance(12) {
        step.put("container", text(tape.pick(&["python:3.11-slim", PINNED])));
    }
    if tape.chance(12) {
        step.put("working_dir", text(format!("{}src", world.up)));
    }
    if lists.contains(&"python") && tape.chance(60) {
        step.put("python", text("${{matrix.python}}"));
    } else if tape.chance(20) {
        let version = if tape.chance(50) { word("3.10") } else { text("3.11") };
        step.put("python", version);
    }
    if tape.chance(8) {
        step.put("checkout", word(tape.chance(50)));
    }
    if tape.chance(25) {
        step.put("azure", word(!tape.chance(20)));
    }
    if tape.chance(15) {
        let path = tape.pick(&["report.md", "out/**", "logs", "a b.txt"]);
        let value = if lists.contains(&"Level") { "-${{ matrix.Level }}" } else { "" };
        let path = text(format!("{}{path}{value}", world.up));
        step.put("artifacts", Node::Dict(vec![("kept-files".to_owned(), path)]));
    }
    super::extras::extras(tape, world, step);
    if tape.chance(15) {
        step.put(
            "when",
            text(tape.pick(&[
                "success",
                "failure",
                "always",
                "${{ git.branch == 'main' || !(git.tag != '' && git.branch != 'it''s') }}",
            ])),
        );
    }
    if tape.chance(20) {
        step.put("timeout", text(tape.pick(&["15 minutes", "90s", "2h", "1m"])));
    }
}

fn azure_ml(tape: &mut Tape<'_>, world: &mut World, step: &mut Record, parallel: bool) {
    if tape.chance(30) {
        step.filled("env", env(tape, world, false, &["A", "PYTHONPATH", "B_2"]));
    }
    if !world.default_environment || tape.chance(30) {
        step.put("environment", environment(tape, world));
    }
    if tape.chance(20) {
        let mut resources = Record::default();
        resources.put("instance_count", word(tape.pick(&[1, 3])));
        if tape.chance(40) {
            resources.put("shm_size", text(tape.pick(&["8g", "512m"])));
        }
        if tape.chance(30) {
            resources.put("instance_type", text("Standard_DS3_v2"));
        }
        match tape.below(6) {
            0 => resources.put("docker_args", text("--ipc=host --ulimit memlock=-1")),
            1 => {
                let list = ["--ipc=host", "-v"].map(text).to_vec();
                resources.put("docker_args", Node::List(list));
            }
            _ => {}
        }
        if tape.chance(10) {
            resources.put("max_instance_count", word(4));
            resources.put("locations", Node::List(vec![text("westeurope"), text("eastus")]));
            resources.put(
                "properties",
                Node::Dict(vec![("tier".to_owned(), text("a")), ("n".to_owned(), word(3))]),
            );
        }
        if parallel && tape.chance(50) {
            resources.put("max_concurrency_per_instance", word(2));
        }
        step.put("resources", resources.node());
    }
    super::settings::settings(tape, step, parallel);
    if tape.chance(15) {
        step.put(
            "submission",
            text(tape.pick(&["first", "second", "train", "azureml", "score", "a"])),
        );
    }
    if tape.chance(15) {
        let tags = vec![("owner".to_owned(), text("it's me")), ("n".to_owned(), word(3))];
        step.put("tags", Node::Dict(tags));
    }
    if !parallel && tape.chance(15) {
        step.put("timeout", text(tape.pick(&["15 minutes", "1 day"])));
    }
}
