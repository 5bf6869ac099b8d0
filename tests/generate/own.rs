//! Steps whose work is not a command of the author's.

use super::node::{Node, Record, text, word};
use super::spec::runner;
use super::tape::Tape;
use super::world::{DATA, Made, World, is_data};

/// What makes the step a registration of what an earlier one gives; false when none gives any data.
pub(crate) fn register(
    tape: &mut Tape<'_>,
    world: &mut World,
    step: &mut Record,
    made: &mut Made,
) -> bool {
    let produced = world.referable(true).into_iter();
    let produced = produced.filter(|it| it.path.starts_with("steps.") && is_data(it.kind));
    let all: Vec<_> = produced.collect();
    if all.is_empty() {
        return false;
    }
    let from = tape.pick(&all);
    let is_model = from.kind.ends_with("_model") || from.kind != DATA[2] && tape.chance(50);
    let mut register = Record::default();
    register.put(if is_model { "model" } else { "data" }, text(tape.pick(&["churn", "A.b-c_1"])));
    register.put("from", text(format!("${{{{ {} }}}}", from.path)));
    made.feeds.extend(world.producer(&from.path));
    for key in ["description", "version"] {
        if tape.chance(30) {
            register.put(key, said(tape, world, made, key == "version"));
        }
    }
    if tape.chance(30) {
        let first = ("it's \"one\"".to_owned(), said(tape, world, made, false));
        register.put("tags", Node::Dict(vec![first, ("n".to_owned(), word(3))]));
    }
    step.put("register", register.node());
    made.outputs = vec![("version".to_owned(), "string")];
    around(tape, world, step);
    true
}

/// A text, mostly with a value in it.
fn said(tape: &mut Tape<'_>, world: &mut World, made: &mut Made, is_version: bool) -> Node {
    let all = world.referable(true).into_iter();
    let open = all.filter(|it| !is_data(it.kind) && !it.path.starts_with("secrets."));
    let paths: Vec<String> = open.map(|it| it.path).collect();
    match tape.below(3) {
        0 if is_version => word(tape.pick(&["7", "1.10", "v2"])),
        0 => text(tape.pick(&["Plain words.", "it's: \"quoted\" # not a comment", "${x} `y` \\n"])),
        _ => {
            let path = tape.pick(&paths);
            made.feeds.extend(world.producer(&path));
            let around = if is_version { "" } else { "pre " };
            text(format!("{around}${{{{ {path} }}}}"))
        }
    }
}

/// What such steps take beside their own key.
fn around(tape: &mut Tape<'_>, world: &mut World, step: &mut Record) {
    if tape.chance(20) {
        step.put("runner", runner(tape, world));
    }
    let approved = step.0.iter().any(|(key, _)| key == "approval");
    if tape.chance(15) && !approved {
        step.put("ci_environment", text("staging"));
    }
    if tape.chance(20) {
        step.put("when", text(tape.pick(&["success", "always", "${{ git.branch == 'main' }}"])));
    }
    if tape.chance(15) {
        step.put("timeout", text("15 minutes"));
    }
    if tape.chance(10) {
        step.put("azure", word(true));
    }
}
