//! Stages: in the project, in specs, and of steps and triggers.

use super::node::{Node, Record, text, word};
use super::spec::literal;
use super::tape::Tape;
use super::world::World;

const NAMES: [&str; 3] = ["dev", "test", "prod"];

/// The stages of a project, mostly none.
pub(crate) fn project(tape: &mut Tape<'_>, world: &mut World, root: &mut Record) {
    if !tape.chance(30) {
        return;
    }
    let mut entries = Vec::new();
    for name in NAMES.into_iter().take(1 + tape.below(3)) {
        world.stages.push(name);
        entries.push((name.to_owned(), stage(tape, world, name)));
    }
    root.put("stages", Node::Dict(entries));
}

fn stage(tape: &mut Tape<'_>, world: &World, name: &str) -> Node {
    let mut stage = Record::default();
    if tape.chance(40) {
        stage.put("approval", text(tape.pick(&["production", "Prod_1"])));
    }
    if tape.chance(30) {
        let groups = vec![text(format!("{name}-azure")), text("all stages")];
        stage.put("variable_groups", Node::List(groups));
    }
    let mut azure = Record::default();
    for key in ["client_id", "tenant", "subscription", "resource_group", "workspace"] {
        if tape.chance(30) {
            let variable = format!("${{{{ variables.{}_X }}}}", name.to_ascii_uppercase());
            azure.put(key, text(tape.pick(&[variable, format!("{key}-{name}")])));
        }
    }
    if tape.chance(30) {
        azure.put("service_connection", text(format!("connection {name}")));
    }
    stage.filled("azure", azure.node());
    if world.computes.iter().any(|it| it == "cpu") && tape.chance(50) {
        let cluster = text(format!("azureml:cluster-{name}"));
        stage.put("compute", Node::Dict(vec![("cpu".to_owned(), cluster)]));
    }
    if world.environments.iter().any(|it| it == "training") && tape.chance(40) {
        let software = text("azureml:training:8");
        stage.put("environments", Node::Dict(vec![("training".to_owned(), software)]));
    }
    stage.node()
}

/// Variable groups of a CI step.
pub(crate) fn groups(tape: &mut Tape<'_>, step: &mut Record) {
    if tape.chance(10) {
        step.put("variable_groups", text(tape.pick(&["azure-ml", "it's a group", "data"])));
    }
}

/// What a spec changes in them.
pub(crate) fn spec(tape: &mut Tape<'_>, world: &World, published: &[&str]) -> Node {
    let mut entries = Vec::new();
    for name in &world.stages {
        if !tape.chance(60) {
            continue;
        }
        let mut stage = Record::default();
        let mut defaults = Vec::new();
        for parameter in world.parameters.iter().filter(|it| it.has_default) {
            if tape.chance(40) {
                let value = literal(parameter.kind, &tape.pick(&parameter.values));
                defaults.push((parameter.name.clone(), value));
            }
        }
        stage.filled("parameters", Node::Dict(defaults));
        if world.computes.iter().any(|it| it == "own") && tape.chance(40) {
            let cluster = text(format!("azureml:own-{name}"));
            stage.put("compute", Node::Dict(vec![("own".to_owned(), cluster)]));
        }
        let mut changes = Vec::new();
        for trigger in published {
            let mut change = Record::default();
            change.put("endpoint", text(format!("{}-{name}", trigger.replace('_', "-"))));
            if tape.chance(30) {
                change.put("enabled", word(tape.chance(50)));
            }
            changes.push(((*trigger).to_owned(), change.node()));
        }
        stage.filled("triggers", Node::Dict(changes));
        let endpoint = |step: &String| {
            let mut change = Record::default();
            change.put("endpoint", text(format!("{}-{name}", step.replace('_', "-"))));
            (step.clone(), change.node())
        };
        stage.filled("steps", Node::Dict(world.deployed.iter().map(endpoint).collect()));
        entries.push(((*name).to_owned(), stage.node()));
    }
    Node::Dict(entries)
}

/// A stage of a step or a trigger.
pub(crate) fn of(tape: &mut Tape<'_>, world: &World, record: &mut Record, percent: usize) {
    if !world.stages.is_empty() && tape.chance(percent) {
        record.put("stage", text(tape.pick(&world.stages)));
    }
}
