//! Files of Azure Pipelines.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::Value;

use super::{Faults, are_unique, each_text, is_cron, is_name};

/// Words that the service gives a meaning where a job is named.
const RESERVED: [&str; 5] = ["deployment", "job", "stage", "steps", "template"];
/// Tasks that need no machine, and the only ones that a server job takes.
const SERVER_TASKS: [&str; 6] = [
    "Delay@1",
    "AzureFunction@1",
    "InvokeRESTAPI@1",
    "ManualValidation@1",
    "AzureMonitor@1",
    "queryWorkItems@0",
];

/// What is wrong with a file.
pub(super) fn faults(_text: &str, root: &Value) -> Vec<String> {
    let mut faults = Faults::default();
    for entry in root["schedules"].as_sequence().into_iter().flatten() {
        let cron = entry["cron"].as_str().unwrap_or_default();
        faults.demand(is_cron(cron), || format!("the time `{cron}`"));
        faults.demand(entry["branches"]["include"].is_sequence(), || {
            format!("`{cron}` runs for every branch")
        });
    }
    for key in ["trigger", "pr"] {
        faults.demand(root.get(key).is_some(), || format!("without `{key}` every push starts it"));
    }
    parameters(root, &mut faults);
    resources(&root["resources"], &mut faults);
    each_text(root, "", &mut |key, text| {
        let is_script = key == "bash" || key == "inlineScript";
        let is_pasted = text.contains("${{ parameters.") || text.contains("${{ variables");
        faults.demand(!(is_script && is_pasted), || {
            format!("a value is pasted into a script: {text}")
        });
        faults.demand(text.matches("${{").count() <= text.matches("}}").count(), || {
            format!("an expression without end: {text}")
        });
    });
    let jobs = root["jobs"].as_sequence().expect("jobs");
    let names: Vec<&str> = jobs.iter().map(name).collect();
    faults.demand(are_unique(names.iter().copied()), || "two jobs differ by case alone".to_owned());
    faults.demand(jobs.iter().any(|job| needs(job).is_empty()), || "no job can start".to_owned());
    let outputs: BTreeMap<&str, BTreeSet<String>> =
        jobs.iter().map(|job| (name(job), outputs(job))).collect();
    let containers = aliases(&root["resources"]["containers"]);
    for body in jobs {
        job(body, &names, &outputs, &containers, &mut faults);
    }
    faults.demand(has_no_circle(jobs), || "jobs wait for each other".to_owned());
    faults.0
}

fn name(job: &Value) -> &str {
    job["job"].as_str().or(job["deployment"].as_str()).unwrap_or_default()
}

fn needs(job: &Value) -> Vec<String> {
    super::super::texts(&job["dependsOn"])
}

fn steps(job: &Value) -> impl Iterator<Item = &Value> {
    let steps = job["steps"].as_sequence();
    let deployed = job["strategy"]["runOnce"]["deploy"]["steps"].as_sequence();
    steps.or(deployed).into_iter().flatten()
}

fn aliases(containers: &Value) -> Vec<&str> {
    containers
        .as_sequence()
        .into_iter()
        .flatten()
        .filter_map(|it| it["container"].as_str())
        .collect()
}

fn parameters(root: &Value, faults: &mut Faults) {
    let declared: Vec<&Value> = root["parameters"].as_sequence().into_iter().flatten().collect();
    let names: Vec<&str> = declared.iter().filter_map(|it| it["name"].as_str()).collect();
    faults.demand(are_unique(names.iter().copied()), || {
        "two parameters differ by case alone".to_owned()
    });
    for parameter in &declared {
        let name = parameter["name"].as_str().unwrap_or_default();
        faults.demand(is_name(name, false), || format!("`{name}` is no name of a parameter"));
        let Some(default) = parameter.get("default") else {
            faults.0.push(format!("without a default of `{name}` no trigger works"));
            continue;
        };
        let text = match default {
            Value::String(text) => text.clone(),
            other => serde_yaml::to_string(other).unwrap_or_default().trim().to_owned(),
        };
        let fits = match parameter["type"].as_str() {
            Some("number") => text.parse::<f64>().is_ok(),
            Some("boolean") => default.is_bool(),
            _ => true,
        };
        let values = parameter["values"].as_sequence();
        let is_one = values.is_none_or(|all| all.contains(default));
        faults.demand(fits && is_one, || format!("the default of `{name}` is {default:?}"));
    }
    each_text(root, "", &mut |_, text| {
        for rest in text.split("parameters.").skip(1).filter(|_| text.contains("${{")) {
            let end =
                rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let is_known = names.contains(&&rest[..end])
                || !text.contains(&format!("${{{{ parameters.{}", &rest[..end]));
            faults.demand(is_known, || format!("`{}` is not declared", &rest[..end]));
        }
    });
}

fn resources(resources: &Value, faults: &mut Faults) {
    each_text(resources, "", &mut |key, text| {
        faults
            .demand(!text.contains("$("), || format!("no macro is replaced in resources: {text}"));
        faults.demand(key != "image" || is_image(text), || format!("`{text}` is no image"));
    });
    let allowed =
        ["container", "image", "endpoint", "env", "ports", "volumes", "options", "mapDockerSocket"];
    for container in resources["containers"].as_sequence().into_iter().flatten() {
        for key in container.as_mapping().into_iter().flatten().filter_map(|(key, _)| key.as_str())
        {
            faults.demand(allowed.contains(&key), || format!("a container takes no `{key}`"));
        }
    }
}

/// `host:port/path:tag@digest`, all but the path left out at will.
fn is_image(text: &str) -> bool {
    let (rest, digest) = text.split_once('@').map_or((text, None), |(a, b)| (a, Some(b)));
    let is_digest =
        digest.is_none_or(|it| it.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64));
    let slash = rest.rfind('/').map_or(0, |at| at + 1);
    let (path, tag) = match rest[slash..].find(':') {
        Some(at) => (&rest[..slash + at], Some(&rest[slash + at + 1..])),
        None => (rest, None),
    };
    let is_tag = tag.is_none_or(|it| {
        !it.is_empty()
            && it.len() <= 128
            && !it.starts_with(['.', '-'])
            && it.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
    });
    let path = path
        .split_once('/')
        .filter(|(host, _)| host.contains(['.', ':']))
        .map_or(path, |(_, path)| path);
    let part = |it: &str| {
        !it.is_empty()
            && it.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.-".contains(c))
    };
    is_digest && is_tag && path.split('/').all(part)
}

/// The variables that a job can give, by the key that its consumers use. A script names them in a
/// line that it prints, or in a call of a function that prints it, so that only the step is known.
fn outputs(job: &Value) -> BTreeSet<String> {
    let deployment = job["deployment"].as_str();
    steps(job)
        .filter_map(|step| step["name"].as_str())
        .map(|step| deployment.map_or_else(|| step.to_owned(), |job| format!("{job}.{step}")))
        .collect()
}

/// The images of a job: one, or what a variable of each combination says.
fn images(body: &Value) -> Vec<Option<&str>> {
    let Some(container) = body["container"].as_str() else { return Vec::new() };
    let variable = container.strip_prefix("$[ variables['").and_then(|it| it.strip_suffix("'] ]"));
    let Some(variable) = variable else { return vec![Some(container)] };
    let legs = body["strategy"]["matrix"].as_mapping().into_iter().flatten();
    legs.map(|(_, values)| values[variable].as_str()).collect()
}

fn job(
    body: &Value,
    names: &[&str],
    outputs: &BTreeMap<&str, BTreeSet<String>>,
    containers: &[&str],
    faults: &mut Faults,
) {
    let id = name(body);
    let word = id.to_ascii_lowercase();
    let is_free =
        !RESERVED.contains(&word.as_str()) && (body["job"].is_string() || word != "deploy");
    let is_id = is_name(id, false) && is_free;
    faults.demand(is_id, || format!("`{id}` cannot name a job"));
    let needs = needs(body);
    for need in &needs {
        faults.demand(names.contains(&need.as_str()), || format!("{id}: there is no job `{need}`"));
    }
    faults.demand(body["timeoutInMinutes"].is_u64(), || format!("{id}: no time limit"));
    faults.demand(steps(body).next().is_some(), || format!("{id}: no steps"));
    let step_names = || steps(body).filter_map(|step| step["name"].as_str());
    faults.demand(are_unique(step_names()), || format!("{id}: two steps of one name"));
    for container in images(body) {
        let is_known = container.is_some_and(|it| containers.contains(&it));
        faults.demand(is_known, || format!("{id}: no container {container:?}"));
    }
    let is_server = body["pool"].as_str() == Some("server");
    for step in steps(body) {
        let task = step["task"].as_str();
        let fits = !is_server || task.is_some_and(|it| SERVER_TASKS.contains(&it));
        faults.demand(fits, || format!("{id}: a server job takes no such step"));
        let inputs = &step["inputs"];
        if task == Some("AzureCLI@2") {
            faults.demand(
                inputs["scriptLocation"] == "inlineScript" && inputs["inlineScript"].is_string(),
                || format!("{id}: no script"),
            );
        }
        if task == Some("InvokeRESTAPI@1") {
            faults.demand(
                inputs["connectionType"] == "connectedServiceNameARM"
                    && inputs["azureServiceConnection"].is_string(),
                || format!("{id}: no connection"),
            );
        }
    }
    each_text(body, "", &mut |_, text| {
        for rest in text.split("dependencies.").skip(1) {
            let end = rest.find('.').unwrap_or(rest.len());
            let (job, rest) = rest.split_at(end);
            if !names.contains(&job) {
                faults.0.push(format!("{id}: there is no job `{job}`: {text}"));
                continue;
            }
            faults.demand(needs.iter().any(|it| it == job), || {
                format!("{id} reads `{job}` without waiting for it")
            });
            let Some(key) = rest.strip_prefix(".outputs['").and_then(|it| it.split_once("']"))
            else {
                continue;
            };
            let step = key.0.rsplit_once('.').map_or("", |(step, _)| step);
            let is_known = outputs[job]
                .iter()
                .any(|known| step == known || step.ends_with(&format!(".{known}")));
            faults.demand(is_known, || format!("{id}: `{job}` gives no `{}`", key.0));
        }
    });
    let condition = body["condition"].as_str().unwrap_or("succeeded()");
    faults.demand(is_balanced(condition), || format!("{id}: the condition {condition}"));
}

/// Brackets and quotes that end.
fn is_balanced(condition: &str) -> bool {
    let (mut depth, mut in_text) = (0_i32, false);
    for sign in condition.chars() {
        match sign {
            '\'' => in_text = !in_text,
            '(' if !in_text => depth += 1,
            ')' if !in_text => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0 && !in_text
}

fn has_no_circle(jobs: &[Value]) -> bool {
    let mut left: Vec<&Value> = jobs.iter().collect();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    loop {
        let (ready, rest): (Vec<&Value>, Vec<&Value>) = left
            .into_iter()
            .partition(|job| needs(job).iter().all(|need| done.contains(need.as_str())));
        if rest.is_empty() || ready.is_empty() {
            return rest.is_empty();
        }
        done.extend(ready.into_iter().map(name));
        left = rest;
    }
}

#[test]
fn what_no_parser_reports_is_found() {
    let good = "trigger: none\npr: none\nparameters: [{ name: p, type: number, default: 1 }]\njobs:\n- job: a\n  timeoutInMinutes: 5\n  pool: { vmImage: u }\n  steps: [{ bash: ls, name: s }]\n- job: b\n  dependsOn: a\n  timeoutInMinutes: 5\n  condition: eq(dependencies.a.outputs['s.x'], '1')\n  steps: [{ bash: ls }]\n";
    let said = |text: &str| faults(text, &serde_yaml::from_str(text).expect("YAML")).join("; ");
    assert_eq!(said(good), "");
    for (from, to, fault) in [
        ("pr: none\n", "", "without `pr`"),
        (
            "pr: none\n",
            "pr: none\nschedules: [{ cron: 0 2 * * 7, branches: { include: [main] } }]\n",
            "the time",
        ),
        ("pr: none\n", "pr: none\nschedules: [{ cron: 0 2 * * 6 }]\n", "every branch"),
        ("default: 1", "default: x", "the default"),
        ("default: 1", "default: 1, values: [2, 3]", "the default"),
        (", default: 1", "", "without a default"),
        ("name: p", "name: p.q", "no name of a parameter"),
        (
            "pr: none\n",
            "pr: none\nresources: { containers: [{ container: c, image: $(x) }] }\n",
            "no macro",
        ),
        (
            "pr: none\n",
            "pr: none\nresources: { containers: [{ container: c, image: A/b }] }\n",
            "no image",
        ),
        (
            "pr: none\n",
            "pr: none\nresources: { containers: [{ container: c, image: b, imagee: 1 }] }\n",
            "takes no",
        ),
        ("- job: b", "- deployment: deploy", "cannot name a job"),
        ("- job: b", "- job: A", "by case"),
        ("dependsOn: a", "dependsOn: c", "no job `c`"),
        ("dependsOn: a\n", "dependsOn: []\n", "without waiting"),
        ("- job: a\n", "- job: a\n  dependsOn: b\n", "no job can start"),
        ("'s.x'", "'t.x'", "gives no"),
        ("[{ bash: ls }]", "[]", "no steps"),
        (
            "[{ bash: ls }]",
            "[{ task: AzureCLI@2, inputs: { scriptLocation: inlineScript } }]",
            "no script",
        ),
        (
            "[{ bash: ls }]",
            "[{ task: InvokeRESTAPI@1, inputs: { connectionType: connectedServiceNameARM } }]",
            "no connection",
        ),
        ("[{ bash: ls }]", "[{ bash: \"ls ${{ parameters.p }}\" }]", "pasted"),
        ("[{ bash: ls }]", "[{ bash: ls, env: { A: \"${{ parameters.q }}\" } }]", "not declared"),
        ("[{ bash: ls }]", "[{ bash: ls, env: { A: \"${{ parameters.p\" } }]", "without end"),
        ("[{ bash: ls }]", "[{ bash: ls }]\n  pool: server", "server job"),
        ("[{ bash: ls }]", "[{ bash: ls }]\n  container: c", "no container"),
        (
            "[{ bash: ls }]",
            "[{ bash: ls }]\n  container: \"$[ variables['c'] ]\"\n  strategy: { matrix: { a: { c: d } } }",
            "no container",
        ),
        ("'1')", "'1'", "the condition"),
    ] {
        let text = good.replace(from, to);
        assert!(said(&text).contains(fault), "{fault}: {}\n{text}", said(&text));
    }
}
