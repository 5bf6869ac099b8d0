//! Steps of Azure ML's own kinds: `automl`, `sweep`, `spark`.

use super::node::{Node, Record, text, word};
use super::scripts::Ports;
use super::tape::Tape;
use super::world::World;

fn map(pairs: &[(&str, Node)]) -> Node {
    Node::Record(pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

/// A sweep over one hyperparameter.
pub(crate) fn sweep(tape: &mut Tape<'_>, ports: &mut Ports) -> Node {
    let reference = ports.reference(tape);
    let mut command =
        format!("python -m train --rate ${{{{ search_space.rate }}}} --x {reference}");
    command.extend(ports.left_out(tape, true));
    let algorithm = tape.pick(&["random", "grid", "bayesian"]);
    let rate = match (algorithm, tape.below(4)) {
        ("grid", _) | (_, 0) => map(&[
            ("type", text("choice")),
            ("values", Node::List(vec![word(0.5), text("a b"), word(3)])),
        ]),
        (_, 1) => map(&[
            ("type", text("quniform")),
            ("min_value", word(1)),
            ("max_value", word(9.5)),
            ("q", word(0.5)),
        ]),
        ("random", 2) => {
            map(&[("type", text("lognormal")), ("mu", word(-1)), ("sigma", word(0.25))])
        }
        _ => map(&[("type", text("uniform")), ("min_value", word(0)), ("max_value", word(1))]),
    };
    let mut body = Record::default();
    body.put(
        "trial",
        if tape.chance(50) { text(command) } else { map(&[("command", text(command))]) },
    );
    body.put("search_space", Node::Dict(vec![("rate".to_owned(), rate)]));
    body.put("sampling_algorithm", text(algorithm));
    let goal = tape.pick(&["minimize", "maximize"]);
    body.put("objective", map(&[("goal", text(goal)), ("primary_metric", text("val loss"))]));
    if algorithm != "bayesian" && tape.chance(50) {
        let policy = map(&[("type", text("bandit")), ("slack_amount", word(0.2))]);
        let median = map(&[("type", text("median_stopping")), ("delay_evaluation", word(5))]);
        body.put("early_termination", tape.pick(&[policy, median]));
    }
    let limits = [("max_total_trials", word(20)), ("trial_timeout", text("10 minutes"))];
    body.put("limits", map(&limits));
    body.node()
}

/// A Spark job on machines of its own.
pub(crate) fn spark(tape: &mut Tape<'_>, world: &World, ports: &mut Ports) -> Node {
    let mut body = Record::default();
    body.put("code", text(format!("{}src/score", world.up)));
    body.put("entry", text("scoring.py"));
    let mut args = format!("--x {}", ports.reference(tape));
    args.extend(ports.left_out(tape, false));
    body.put("args", text(args));
    let conf = [
        ("spark.driver.cores", word(1)),
        ("spark.driver.memory", text("2g")),
        ("spark.executor.cores", word(2)),
        ("spark.executor.memory", text("512m")),
        ("spark.executor.instances", word(2)),
    ];
    body.put("conf", Node::Dict(conf.map(|(key, value)| (key.to_owned(), value)).to_vec()));
    let machine = tape.pick(&["standard_e4s_v3", "standard_e8s_v3"]);
    let resources = [("instance_type", text(machine)), ("runtime_version", text("3.4"))];
    body.put("resources", map(&resources));
    body.node()
}

/// AutoML on a table that something gives; `None` where nothing does.
pub(crate) fn automl(tape: &mut Tape<'_>, ports: &mut Ports) -> Option<Node> {
    let tables: Vec<String> =
        ports.others.iter().filter(|it| it.kind == "mltable").map(|it| it.path.clone()).collect();
    if tables.is_empty() {
        return None;
    }
    let table = tape.pick(&tables);
    let task = tape.pick(&["classification", "regression", "image_classification", "text_ner"]);
    let mut body = Record::default();
    body.put("task", text(task));
    body.put("training_data", text(format!("${{{{ {table} }}}}")));
    body.put("target_column_name", text("the label"));
    body.put("limits", map(&[("max_trials", word(4)), ("timeout_minutes", word(60))]));
    if task == "classification" {
        body.put("n_cross_validations", tape.pick(&[text("auto"), word(3)]));
        let algorithms = Node::List(vec![text("knn"), text("sgd")]);
        body.put("training", map(&[("blocked_training_algorithms", algorithms)]));
    }
    ports.used.push(table);
    Some(body.node())
}
