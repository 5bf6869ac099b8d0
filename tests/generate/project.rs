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
    if tape.chance(35) {
        root.put("images", images(tape, world));
    }
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
    if tape.chance(30) {
        events(tape, world, &mut root);
    }
    identity(tape, world, &mut root);
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
        let all = world.targets.iter().chain(&["events"]);
        root.put("targets", Node::List(all.map(|it| text(*it)).collect()));
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
        ("github_environment", "ml"),
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

fn images(tape: &mut Tape<'_>, world: &mut World) -> Node {
    let mut ci = image(tape, "mlops/ci");
    ci.put("dockerfile", text("src/Dockerfile"));
    let mut arguments = vec![("version".to_owned(), text("1.35.2"))];
    if tape.chance(50) {
        arguments.push(("NOTE".to_owned(), text(super::world::prose(tape).replace("$(", "("))));
    }
    ci.put("args", Node::Dict(arguments));
    let tags = [
        "latest",
        "build-${{ run.id }}",
        "v-${{args.version}}",
        "${{ slug(git.branch) }}",
        "commit-${{ git.sha }}",
        "release-${{ git.tag }}",
    ];
    let mut tags: Vec<Node> = tape.some(&tags, 50).into_iter().map(text).collect();
    if tape.chance(50) {
        let mut stable = Record::default();
        stable.put("tag", text("stable"));
        stable.put("when", text("git.tag"));
        tags.push(stable.node());
    }
    if !tags.is_empty() {
        ci.put("tags", Node::List(tags));
    }
    world.images.push("ci");
    let mut entries = vec![("ci".to_owned(), ci.node())];
    if tape.chance(50) {
        let mut lean = image(tape, "lean");
        lean.put("base", text("mcr.microsoft.com/azureml/base:20260715.v1"));
        lean.put("conda", text("envs/training.yaml"));
        if tape.chance(50) {
            lean.put("context", text("envs"));
        }
        world.images.push("lean-2");
        entries.push(("lean-2".to_owned(), lean.node()));
    }
    Node::Dict(entries)
}

fn image(tape: &mut Tape<'_>, repository: &str) -> Record {
    let mut registry = Record::default();
    registry.put("login_server", text(tape.pick(&["contoso.azurecr.io", "localhost:5000"])));
    registry.put("service_connection", text("acr one"));
    registry.put("username", text("${{ variables.ACR_USERNAME }}"));
    registry.put("password", text("${{secrets.ACR_PASSWORD}}"));
    if tape.chance(70) {
        registry.put("ci_environment", text("registry"));
    }
    let mut image = Record::default();
    image.put("registry", registry.node());
    image.put("repository", text(repository));
    image
}

/// Where events come from, and what brings them.
fn events(tape: &mut Tape<'_>, world: &mut World, root: &mut Record) {
    world.events = Some(false);
    let mut lake = Record::default();
    lake.put("account", text("contosolake"));
    lake.put("container", text(tape.pick(&["data", "raw-2"])));
    root.put("datastores", Node::Dict(vec![("lake".to_owned(), lake.node())]));
    let mut events = Record::default();
    events.put("key_vault", text("contoso-vault"));
    if tape.chance(50) {
        events.put("github_token", text("dispatch-token"));
    }
    if tape.chance(50) {
        events.put("storage", text("contosostate"));
        world.events = Some(true);
    }
    let source = tape.pick(&["workspace", "lake"]);
    events.put("topics", Node::Dict(vec![(source.to_owned(), text("evgt-shared"))]));
    root.put("events", events.node());
}

fn identity(tape: &mut Tape<'_>, world: &World, root: &mut Record) {
    if world.events.is_some() || tape.chance(30) {
        let mut github = Record::default();
        github.put("repository", text("contoso/diabetes"));
        if tape.chance(30) {
            github.put("pins", text("pins.yaml"));
        }
        root.put("github", github.node());
    }
    if world.events.is_some() || tape.chance(30) {
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
