//! Settings that only nodes of Azure ML have.

use super::node::{Node, Record, text, word};
use super::tape::Tape;

/// Settings of a step on Azure ML.
pub(crate) fn settings(tape: &mut Tape<'_>, step: &mut Record, parallel: bool) {
    if tape.chance(12) {
        step.put("identity", identity(tape));
    }
    if tape.chance(15) {
        step.put("reuse", word(tape.chance(30)));
    }
    if parallel {
        return;
    }
    if tape.chance(15) {
        step.put("distribution", distribution(tape));
    }
    if tape.chance(10) {
        let mut queue = Record::default();
        queue.put("job_tier", text(tape.pick(&["spot", "basic", "standard", "premium"])));
        if tape.chance(50) {
            queue.put("priority", text(tape.pick(&["low", "medium", "high"])));
        }
        step.put("queue", queue.node());
    }
    if tape.chance(10) {
        step.put("services", services(tape));
    }
}

/// An identity, in either form.
pub(crate) fn identity(tape: &mut Tape<'_>) -> Node {
    let kind = tape.pick(&["managed", "user_identity", "aml_token"]);
    if tape.chance(50) {
        return text(kind);
    }
    let mut identity = Record::default();
    identity.put("type", text(kind));
    if kind == "managed" {
        let id = text("00000000-0000-0000-0000-00000000000a");
        identity.put(tape.pick(&["client_id", "object_id"]), id);
    }
    identity.node()
}

fn distribution(tape: &mut Tape<'_>) -> Node {
    let kind = tape.pick(&["pytorch", "mpi", "tensorflow", "ray"]);
    if tape.chance(30) {
        return text(kind);
    }
    let mut distribution = Record::default();
    distribution.put("type", text(kind));
    match kind {
        "tensorflow" => {
            distribution.put("parameter_server_count", word(0));
            distribution.put("worker_count", word(2));
        }
        "ray" => {
            distribution.put("port", word(6379));
            distribution.put("address", text("10.0.0.4:6379"));
            distribution.put("include_dashboard", word(tape.chance(50)));
            distribution.put("dashboard_port", word(8265));
            distribution.put("head_node_additional_args", text("--num-cpus 2"));
            distribution.put("worker_node_additional_args", text("--num-cpus 4"));
        }
        _ => distribution.put("process_count_per_instance", word(2)),
    }
    distribution.node()
}

fn services(tape: &mut Tape<'_>) -> Node {
    let mut ssh = Record::default();
    ssh.put("type", text("ssh"));
    ssh.put("ssh_public_keys", text("ssh-ed25519 AAAA me"));
    ssh.put("nodes", text("all"));
    let mut board = Record::default();
    board.put("type", text("tensor_board"));
    board.put("log_dir", text("outputs/runs"));
    board.put("port", word(6006));
    let mut lab = Record::default();
    lab.put("type", text("jupyter_lab"));
    let properties = vec![("theme".to_owned(), text("dark")), ("depth".to_owned(), word(3))];
    lab.put("properties", Node::Dict(properties));
    let all = [
        ("shell", ssh.node()),
        ("board", board.node()),
        ("lab", if tape.chance(50) { lab.node() } else { text("jupyter_lab") }),
        ("my code", text("vs_code")),
    ];
    let some = tape.some(&all, 60);
    Node::Dict(some.into_iter().map(|(name, it)| (name.to_owned(), it)).collect())
}
