//! `parallel` steps, with every key.

use super::node::{Node, Record, text, word};
use super::scripts::Ports;
use super::tape::Tape;
use super::world::World;

/// The body of a `parallel` step.
pub(crate) fn parallel(tape: &mut Tape<'_>, world: &mut World, ports: &mut Ports) -> Node {
    let mut body = Record::default();
    body.put("code", text(format!("{}src/score", world.up)));
    body.put("entry_script", text("scoring.py"));
    let table = input_data(tape, ports, &mut body);
    if tape.chance(50) {
        let mut arguments = format!("--model x --o {}", ports.reference(tape));
        arguments.extend(ports.left_out(tape, false));
        body.put("arguments", text(arguments));
    }
    batches(tape, world, &mut body, table);
    let mut number = |tape: &mut Tape<'_>, key: &str, values: &[i64]| {
        if tape.chance(25) {
            let value = word(tape.pick(values));
            body.put(key, left_to(tape, world, "integer", value));
        }
    };
    number(tape, "error_threshold", &[-1, 0, 4]);
    number(tape, "mini_batch_error_threshold", &[-1, 0, 4]);
    number(tape, "allowed_failed_percent", &[0, 100]);
    number(tape, "max_retries", &[0, 3]);
    if tape.chance(25) {
        let value = text(tape.pick(&["60s", "3 days", "5 minutes"]));
        body.put("mini_batch_timeout", left_to(tape, world, "integer", value));
    }
    if tape.chance(20) {
        body.put("progress_update_timeout", text("1h"));
    }
    if tape.chance(25) {
        let value = text(tape.pick(&["WARNING", "INFO", "DEBUG"]));
        body.put("logging_level", value);
    }
    if let (Some((name, "uri_file")), true) = (ports.outputs.first(), tape.chance(70)) {
        body.put("append_row_to", text(name.clone()));
    }
    body.node()
}

/// Whether data of a type can be cut into mini-batches.
pub(crate) fn can_be_cut(kind: &str) -> bool {
    matches!(kind, "uri_file" | "uri_folder" | "mltable")
}

/// The input that is cut; whether it is a table.
fn input_data(tape: &mut Tape<'_>, ports: &mut Ports, body: &mut Record) -> bool {
    let mut all: Vec<(String, &'static str)> = Vec::new();
    all.extend(
        ports.inputs.iter().filter(|it| can_be_cut(it.1)).map(|(n, k)| (format!("inputs.{n}"), *k)),
    );
    all.extend(
        ports.others.iter().filter(|it| can_be_cut(it.kind)).map(|it| (it.path.clone(), it.kind)),
    );
    let (path, kind) = tape.pick(&all);
    body.put("input_data", text(format!("${{{{ {path} }}}}")));
    ports.used.push(path);
    kind == "mltable"
}

fn batches(tape: &mut Tape<'_>, world: &World, body: &mut Record, table: bool) {
    match tape.below(4) {
        0 => body.put("partition_keys", Node::List(vec![text("store"), text("day")])),
        _ if table => body.put("mini_batch_size", text(tape.pick(&["10KB", "1mb"]))),
        1 => body.put("mini_batch_size", left_to(tape, world, "integer", word(5))),
        2 => body.put("mini_batch_size", text("10kB")),
        _ => body.put("mini_batch_size", word(1)),
    }
}

/// A setting, or a parameter that gives it.
fn left_to(tape: &mut Tape<'_>, world: &World, kind: &str, value: Node) -> Node {
    let fit = world.parameters.iter().find(|it| it.kind == kind && !it.optional);
    match fit {
        Some(parameter) if tape.chance(25) => {
            text(format!("${{{{ parameters.{} }}}}", parameter.name))
        }
        _ => value,
    }
}
