//! A project file, with every key.

use super::node::{Node, Record, text, word};
use super::tape::Tape;
use super::world::World;

/// The project file; what it names is put into the world. `None`: there is none.
pub(crate) fn project(tape: &mut Tape<'_>, world: &mut World) -> Option<Node> {
    world.targets = vec!["azureml", "github", "azure_pipelines"];
    if tape.chance(20) {
        return None;
    }
    let mut root = Record::default();
    root.put("mlopsc", word(1));
    targets(tape, world, &mut root);
    if tape.chance(25) {
        root.put("default_branch", text(tape.pick(&["main", "trunk", "release/next"])));
    }
    if tape.chance(50) {
        root.put("azure", azure(tape));
    }
    maps(tape, world, &mut root);
    if tape.chance(20) {
        let mut defaults = Record::default();
        defaults.put("environment", text("azureml:shared:2"));
        root.put("defaults", defaults.node());
        world.default_environment = true;
    }
    if tape.chance(20) {
        let mut folders = Record::default();
        folders.put("azureml", text(tape.pick(&["ml", "out/azure ml", "./ml/jobs/"])));
        if tape.chance(50) {
            folders.put("azure_pipelines", text("ci/azure"));
        }
        root.put("write_to", folders.node());
    }
    identity(tape, &mut root);
    super::stages::project(tape, world, &mut root);
    if tape.chance(20) {
        let level = text(tape.pick(&["warning", "off"]));
        root.put("lint", Node::Dict(vec![("unused-parameter".to_owned(), level)]));
    }
    Some(root.node())
}

fn targets(tape: &mut Tape<'_>, world: &mut World, root: &mut Record) {
    if tape.chance(30) {
        let both = [["azureml", "github"], ["azureml", "azure_pipelines"]];
        world.targets = tape.pick(&both).to_vec();
        root.put("targets", Node::List(world.targets.iter().map(|it| text(*it)).collect()));
    }
    let ci: Vec<&str> = world.targets.iter().copied().filter(|it| *it != "azureml").collect();
    if ci != ["github", "azure_pipelines"] || tape.chance(50) {
        root.put("ci", text(tape.pick(&ci)));
    }
}

fn azure(tape: &mut Tape<'_>) -> Node {
    let mut azure = Record::default();
    if tape.chance(30) {
        azure.put("login", text(tape.pick(&["oidc", "service_principal"])));
    }
    for (key, value) in [
        ("client_id", "11111111-2222-3333-4444-555555555555"),
        ("tenant", "11111111-2222-3333-4444-666666666666"),
        ("subscription", "${{ variables.SUBSCRIPTION }}"),
        ("resource_group", "rg-x"),
        ("workspace", "mlw-x"),
        ("service_connection", "connection one"),
    ] {
        if tape.chance(40) {
            azure.put(key, text(value));
        }
    }
    if azure.0.is_empty() {
        azure.put("workspace", text("mlw-x"));
    }
    azure.node()
}

fn maps(tape: &mut Tape<'_>, world: &mut World, root: &mut Record) {
    if tape.chance(50) {
        root.put("compute", Node::Dict(vec![("cpu".to_owned(), text("azureml:cpu-cluster"))]));
        world.computes.push("cpu".to_owned());
    }
    if tape.chance(40) {
        let mut image = Record::default();
        image.put("image", text("mcr.microsoft.com/azureml/base:20260715.v1"));
        image.put("conda", text("envs/training.yaml"));
        let mut entries = vec![("training".to_owned(), image.node())];
        if tape.chance(40) {
            entries.push(("curated".to_owned(), text("azureml:curated:7")));
            world.environments.push("curated".to_owned());
        }
        root.put("environments", Node::Dict(entries));
        world.environments.push("training".to_owned());
    }
    if tape.chance(30) {
        let mut gpu = Record::default();
        gpu.put("github", Node::List(vec![text("self-hosted"), text("gpu")]));
        let mut pool = Record::default();
        pool.put("pool", text("gpu-pool"));
        pool.put("demands", text("cuda"));
        gpu.put("azure_pipelines", if tape.chance(50) { text("gpu-pool") } else { pool.node() });
        root.put("runners", Node::Dict(vec![("gpu".to_owned(), gpu.node())]));
        world.runners.push("gpu".to_owned());
    }
}

fn identity(tape: &mut Tape<'_>, root: &mut Record) {
    if tape.chance(30) {
        let mut github = Record::default();
        github.put("repository", text("contoso/diabetes"));
        if tape.chance(30) {
            github.put("pins", text("pins.yaml"));
        }
        root.put("github", github.node());
    }
    if tape.chance(30) {
        let mut devops = Record::default();
        devops.put("organization", text("contoso"));
        devops.put("project", text("dia betes"));
        if tape.chance(50) {
            let groups = vec![text("azure-ml"), text("more variables")];
            devops.put("variable_groups", Node::List(groups));
        }
        root.put("azure_devops", devops.node());
    }
}
