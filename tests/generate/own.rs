//! Steps whose work is not a command of the author's.

use super::node::{Node, Record, text, word};
use super::spec::{environment, runner};
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
    around(tape, world, step, true);
    true
}

/// A step that builds an image of the project; `false`: there is none.
pub(crate) fn image(
    tape: &mut Tape<'_>,
    world: &mut World,
    step: &mut Record,
    made: &mut Made,
) -> bool {
    if world.images.is_empty() {
        return false;
    }
    let name = tape.pick(&world.images.clone());
    world.built.push(name.to_owned());
    let name = text(name);
    let push = !tape.chance(30);
    let node = if push && tape.chance(50) {
        name
    } else {
        let mut image = Record::default();
        image.put("name", name);
        image.put("push", word(push));
        image.node()
    };
    step.put("image", node);
    if tape.chance(30) {
        step.put("variant", text(tape.pick(&["spark", "tensor.flow-2"])));
    }
    if push {
        made.outputs = vec![("image".to_owned(), "string")];
    }
    around(tape, world, step, false);
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
fn around(tape: &mut Tape<'_>, world: &mut World, step: &mut Record, azure: bool) {
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
    if azure && tape.chance(10) {
        step.put("azure", word(true));
    }
}

/// What makes the step a deployment.
pub(crate) fn deploy(tape: &mut Tape<'_>, world: &mut World, step: &mut Record, made: &mut Made) {
    let number = world.steps.len();
    let mut deploy = Record::default();
    if tape.chance(70) {
        deploy.put("online", online(tape, world, number));
        if tape.chance(40) {
            let shares = tape.pick(&[&[100][..], &[10, 50, 100], &[1, 100]]);
            deploy.put("traffic", Node::List(shares.iter().map(word).collect()));
        }
        if tape.chance(20) {
            deploy.put("pause", text(tape.pick(&["30s", "5 minutes"])));
        }
        if tape.chance(40) {
            deploy.put("smoke_test", text(format!("{}data/request.json", world.up)));
        }
        if tape.chance(20) {
            deploy.put("keep_old", word(tape.chance(50)));
        }
    } else {
        deploy.put("batch", batch(tape, world, number));
    }
    let models = ["azureml:churn:3", "azureml:churn@latest"];
    let model = if tape.chance(50) {
        text(tape.pick(&models))
    } else {
        let all = world.referable(true).into_iter().filter(|it| it.kind == "string");
        let open: Vec<_> = all.filter(|it| !it.path.starts_with("secrets.")).collect();
        let path = tape.pick(&open).path;
        made.feeds.extend(world.producer(&path));
        text(format!("azureml:churn:${{{{ {path} }}}}"))
    };
    deploy.put("model", model);
    if tape.chance(25) {
        deploy.put("tags", Node::Dict(vec![("why".to_owned(), said(tape, world, made, false))]));
    }
    step.put("deploy", deploy.node());
    made.outputs = vec![("scoring_uri".to_owned(), "string")];
    around(tape, world, step, true);
}

fn online(tape: &mut Tape<'_>, world: &mut World, number: usize) -> Node {
    let mut online = Record::default();
    online.put("endpoint", text(format!("churn-{number}")));
    let on_cluster = tape.chance(20);
    if on_cluster {
        online.put("compute", text("azureml:k8s"));
        cluster(tape, &mut online);
    } else {
        online.put("instance_type", text("Standard_DS3_v2"));
        machines(tape, &mut online);
    }
    if tape.chance(30) {
        online.put("instance_count", word(2));
    }
    extras(tape, &mut online);
    if tape.chance(30) {
        online.put("auth_mode", text(tape.pick(&["key", "aml_token", "aad_token"])));
    }
    if tape.chance(20) {
        online.put("app_insights_enabled", word(true));
    }
    if tape.chance(10) {
        online.put("model_mount_path", text("/var/model"));
    }
    if tape.chance(25) {
        let mut settings = Record::default();
        settings.put("request_timeout_ms", word(9000));
        settings.put("max_concurrent_requests_per_instance", word(4));
        settings.put("max_queue_wait_ms", word(100));
        online.put("request_settings", settings.node());
    }
    for key in ["liveness_probe", "readiness_probe"] {
        if tape.chance(20) {
            let mut probe = Record::default();
            for (key, number) in [("period", 5), ("initial_delay", 7), ("timeout", 2)] {
                probe.put(key, word(number));
            }
            probe.put("success_threshold", word(1));
            probe.put("failure_threshold", word(9));
            online.put(key, probe.node());
        }
    }
    scoring(tape, world, &mut online, on_cluster);
    online.node()
}

/// What machines of Azure ML have.
fn machines(tape: &mut Tape<'_>, online: &mut Record) {
    let egress = tape.pick(&["egress_public_network_access", "private_network_connection"]);
    for key in ["public_network_access", egress] {
        if tape.chance(20) {
            let value = match key {
                "private_network_connection" => word(tape.chance(50)),
                _ => text(tape.pick(&["enabled", "disabled"])),
            };
            online.put(key, value);
        }
    }
    if tape.chance(20) {
        online.put("mirror_traffic", word(tape.pick(&[1, 50])));
    }
    if tape.chance(10) {
        online.put("scale_settings", text("default"));
    }
}

/// What a Kubernetes cluster has.
fn cluster(tape: &mut Tape<'_>, online: &mut Record) {
    if tape.chance(50) {
        let mut scale = Record::default();
        scale.put("type", text("target_utilization"));
        scale.put("min_instances", word(tape.pick(&[1, 2])));
        scale.put("max_instances", word(3));
        if tape.chance(50) {
            scale.put("target_utilization_percentage", word(tape.pick(&[1, 100])));
            scale.put("polling_interval", text("20s"));
        }
        online.put("scale_settings", scale.node());
    }
    if tape.chance(50) {
        let quantities = |cpu: Node| {
            let mut one = Record::default();
            one.put("cpu", cpu);
            one.put("memory", text("1Gi"));
            one.node()
        };
        let mut resources = Record::default();
        resources.put("requests", quantities(text("500m")));
        resources.put("limits", quantities(word(2)));
        online.put("resources", resources.node());
    }
}

/// What both have.
fn extras(tape: &mut Tape<'_>, online: &mut Record) {
    const IDENTITY: &str = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/churn";
    if tape.chance(20) {
        let mut identity = Record::default();
        identity.put("type", text("user_assigned"));
        identity.put("user_assigned_identities", Node::List(vec![text(IDENTITY)]));
        let system = text("system_assigned");
        online.put("identity", if tape.chance(50) { system } else { identity.node() });
    }
    for key in ["properties", "endpoint_properties"] {
        if tape.chance(15) {
            let said = text(tape.pick(&["3", "it's \"one\""]));
            online.put(key, Node::Dict(vec![("azureml.note".to_owned(), said)]));
        }
    }
    if tape.chance(20) {
        let mut data = Record::default();
        data.put("name", text("churn-answers"));
        data.put("path", text("azureml://datastores/workspaceblobstore/paths/churn"));
        let mut outputs = Record::default();
        outputs.put("enabled", word(true));
        outputs.put("data", data.node());
        let kept = [("model_inputs", word(tape.chance(50))), ("model_outputs", outputs.node())];
        let mut collector = Record::default();
        let kept = kept.map(|(name, node)| (name.to_owned(), node));
        collector.put("collections", Node::Dict(kept.into()));
        if tape.chance(50) {
            collector.put("sampling_rate", word(tape.pick(&["0", "0.5", "1"])));
            collector.put("rolling_rate", text(tape.pick(&["minute", "hour", "day"])));
        }
        online.put("data_collector", collector.node());
    }
}

fn batch(tape: &mut Tape<'_>, world: &mut World, number: usize) -> Node {
    let mut batch = Record::default();
    batch.put("endpoint", text(format!("churn-{number}")));
    batch.put("deployment", text(tape.pick(&["nightly", "by-hand"])));
    batch.put("compute", text("azureml:cpu-cluster"));
    for (key, number) in
        [("instance_count", 2), ("mini_batch_size", 5), ("max_concurrency_per_instance", 2)]
    {
        if tape.chance(30) {
            batch.put(key, word(number));
        }
    }
    if tape.chance(30) {
        batch.put("output_action", text(tape.pick(&["append_row", "summary_only"])));
    }
    if tape.chance(20) {
        batch.put("output_file_name", text("rows.csv"));
    }
    if tape.chance(20) {
        let mut retry = Record::default();
        retry.put("max_retries", word(2));
        retry.put("timeout", text("5 minutes"));
        batch.put("retry_settings", retry.node());
    }
    if tape.chance(20) {
        batch.put("error_threshold", word(tape.pick(&[-1, 3])));
    }
    if tape.chance(20) {
        batch.put("logging_level", text(tape.pick(&["warning", "info", "debug"])));
    }
    scoring(tape, world, &mut batch, false);
    batch.node()
}

/// A script that answers, and its software.
fn scoring(tape: &mut Tape<'_>, world: &mut World, of: &mut Record, on_cluster: bool) {
    if tape.chance(50) {
        // Kubernetes takes nothing of a registry, which an entry of `environments` may be too.
        let of_workspace = ["azureml:sklearn:4", "azureml:sklearn@latest"];
        let software =
            if on_cluster { text(tape.pick(&of_workspace)) } else { environment(tape, world) };
        of.put("environment", software);
        of.put("code", text(format!("{}src/score", world.up)));
        of.put("scoring_script", text("scoring.py"));
    }
    if tape.chance(20) {
        let variables = vec![("LEVEL".to_owned(), word(3))];
        of.put("environment_variables", Node::Dict(variables));
    }
}
