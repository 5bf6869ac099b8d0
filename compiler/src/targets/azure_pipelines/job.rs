//! A CI step as a job, or as a deployment to its environment.

use std::fmt::Write as _;

use crate::emit::{Doc, Map};
use crate::plan::{CiPlace, Job, Place, Pool, Step, StepId, ValueType, Variable};
use crate::targets::own::{self, Work};
use crate::targets::{passthrough, problems, script};

use super::reader::{self, Download, OUTPUTS, Reader};
use super::scope::{self, Scope};
use super::step::{self, FAIL, STRICT, Script};
use super::value::{self, Value};
use super::{
    condition, container, expression, extras, gate, groups, image, matrix, parameters, stage,
};

/// GitHub's and Azure Pipelines' own limit for a hosted job, in minutes. Left out, a job would end
/// after one hour.
const LONGEST: u32 = 360;

/// What a job that is cancelled gets to take back what it has begun, in minutes; left out, five.
const TAKING_BACK: u32 = 15;

/// What a job may take beside its script: checkout, downloads, uploads; in minutes.
const AROUND: u32 = 30;

/// The jobs of a CI step: itself, behind its approval where it has one.
pub(super) fn write(scope: &Scope<'_>, job: &Job, id: StepId) -> Vec<Map> {
    let step = scope.plan.step(id);
    let Place::Ci(place) = &step.place else { return Vec::new() };
    let mut reader = Reader::new(scope);
    let values = step.condition.as_ref().map(|values| condition::values(&mut reader, values));
    let values = values.as_deref();
    let approval = step.approval.as_ref().map(|environment| {
        let approval = scope::approval(&job.id);
        let name = &step.display_name;
        let before = (step.when, values);
        (gate::approval(scope, job, &approval, before, name, environment), approval)
    });
    let steps = steps(scope, &mut reader, job, (id, step, place));
    let mut depends_on = scope.needs(job);
    depends_on.extend(std::mem::take(&mut reader.jobs));
    let condition = if let Some((_, approval)) = &approval {
        depends_on.insert(0, approval.clone());
        condition::approved(step.when, approval)
    } else {
        let gates = scope.open_gates(job, step.when);
        let values: Vec<&str> = gates.iter().map(String::as_str).chain(values).collect();
        condition::of(step.when, job.needs.is_empty(), scope.guards_forks, &values)
    };
    let mut map = Map::new();
    let kind = if place.environment.is_some() { "deployment" } else { "job" };
    map.put(kind, scope.id_of(job));
    map.put("displayName", expression::literal(&step.display_name));
    map.put_filled("dependsOn", scope::one_or_more(depends_on));
    map.put_some("condition", condition);
    map.put("timeoutInMinutes", timeout(step).map_or(LONGEST, |own| own + AROUND));
    if Work::of(scope.plan, step).is_some_and(|work| work.undo.is_some()) {
        map.put("cancelTimeoutInMinutes", TAKING_BACK);
    }
    if let Some(matrix) = &place.extras.matrix {
        let labelled = !place.artifacts.is_empty()
            || !place.extras.test_results.is_empty()
            || !step.outputs.is_empty();
        map.put("strategy", matrix::strategy(matrix, &scope.containers, labelled));
    }
    machine(scope, &mut map, step, place);
    let groups = groups::of_step(scope, step).into_iter();
    map.put_filled("variables", groups.chain(variables(&reader)).collect::<Vec<_>>());
    passthrough::put(&mut map, &place.extras.passthrough.azure_pipelines);
    map.put_some("environment", place.environment.as_deref().map(expression::literal));
    if place.environment.is_some() {
        map.put("strategy", run_once(steps));
    } else {
        map.put("steps", steps);
    }
    approval.map(|(map, _)| map).into_iter().chain([map]).collect()
}

fn machine(scope: &Scope<'_>, map: &mut Map, step: &Step, place: &CiPlace) {
    let matrix = place.extras.matrix.as_deref();
    let varied = matrix.and_then(matrix::pool);
    let pool = varied.as_ref().unwrap_or(&place.runner.azure_pipelines);
    map.put("pool", step::pool(pool));
    let fixed = || container::alias_of(&scope.containers, step).map(str::to_owned);
    map.put_some("container", matrix.and_then(matrix::image).or_else(fixed));
    map.put_filled("services", container::services_of(&scope.services, step));
    if matches!(pool, Pool::Named { .. }) {
        // The machine may still hold the files of an earlier run.
        let mut workspace = Map::new();
        workspace.put("clean", "all");
        map.put("workspace", workspace);
    }
}

/// The variables of a job, which bring in what earlier jobs gave.
pub(super) fn variables(reader: &Reader<'_>) -> Vec<Map> {
    let pair = |(name, value): &(String, String)| {
        let mut map = Map::new();
        map.put("name", name.as_str());
        map.put("value", value.as_str());
        map
    };
    reader.variables.iter().map(pair).collect()
}

fn run_once(steps: Vec<Map>) -> Map {
    let wrap = |key: &'static str, value: Doc| {
        let mut map = Map::new();
        map.put(key, value);
        Doc::Map(map)
    };
    let mut strategy = Map::new();
    strategy.put("runOnce", wrap("deploy", wrap("steps", steps.into())));
    strategy
}

fn steps(
    scope: &Scope<'_>,
    reader: &mut Reader<'_>,
    job: &Job,
    (id, step, place): (StepId, &Step, &CiPlace),
) -> Vec<Map> {
    let scripts = own_scripts(reader, step, place);
    let is_inside = container::alias_of(&scope.containers, step).is_some();
    let downloads = downloads(reader, is_inside);
    let checked = parameters::checked(scope, job, &reader.parameters);
    let mut steps: Vec<Map> = parameters::check(scope, &checked, "").into_iter().collect();
    steps.push(step::checkout(place.checkout));
    if place.environment.is_some() {
        // A deployment would otherwise download every artifact of the run.
        let mut none = Map::new();
        none.put("download", "none");
        steps.push(none);
    }
    steps.extend(place.python.as_ref().map(|it| step::python(&matrix::inner(it))));
    steps.extend(extras::caches(&place.extras));
    steps.extend(downloads);
    steps.extend(step.pushes().and_then(|id| image::sign_in(scope.plan.image(id))));
    steps.extend(scripts);
    steps.extend(extras::problems(place));
    steps.extend(extras::results(&step.display_name, place));
    steps.extend(outputs(scope, id, step));
    steps.extend(kept(place));
    steps
}

/// Downloads of what the job reads; `is_inside`: it runs in a container, which need not have `az`.
pub(super) fn downloads(reader: &mut Reader<'_>, is_inside: bool) -> Vec<Map> {
    let folder = |port: &str| reader::in_sources(&format!("{}/{port}", reader::INPUTS));
    let artifact =
        |(port, variable): &(String, String)| step::download(port, variable, folder(port));
    let mut steps: Vec<Map> = reader.artifacts.iter().map(artifact).collect();
    let outputs = std::mem::take(&mut reader.downloads);
    if !outputs.is_empty() {
        steps.push(azure_ml_downloads(reader, &outputs, is_inside));
    }
    steps
}

fn azure_ml_downloads(reader: &mut Reader<'_>, outputs: &[Download], is_inside: bool) -> Map {
    let mut text = format!("{STRICT}{FAIL}{}", step::azure_setup());
    text.push_str(include_str!("scripts/download.sh"));
    if outputs.iter().any(|one| one.file.is_some()) {
        text.push_str(include_str!("scripts/download_file.sh"));
    }
    let mut env: Vec<(String, String)> = Vec::new();
    for Download { job, port, file } in outputs {
        let variable = job.to_ascii_uppercase();
        let _ = match file {
            Some(file) => writeln!(text, "download_file \"${variable}\" {port} {file}"),
            None => writeln!(text, "download \"${variable}\" {port}"),
        };
        env.push((variable, expression::variable(job)));
    }
    let mut script = Script::new("Download from Azure ML", text);
    script.env = env;
    script.on_host = is_inside;
    // What an Azure ML job gave is in the stage of the run.
    let scope = reader.scope();
    script.azure(&mut Reader::new(&scope.within(scope.run)))
}

/// The script, the author's own or ours; and behind it the one that takes back what it has begun, when
/// it did not end well.
fn own_scripts(reader: &mut Reader<'_>, step: &Step, place: &CiPlace) -> Vec<Map> {
    let Some(work) = Work::of(reader.plan(), step) else { return Vec::new() };
    let caches = extras::env(&place.extras);
    let mut env: Vec<(String, Value)> =
        caches.map(|(name, folder)| (name.to_owned(), Value::safe(folder))).collect();
    env.extend(place.service_env().into_iter().map(|(name, value)| (name, Value::safe(value))));
    // The author's variables could take over work of ours.
    let texts = reader.plan().env.iter().chain(&step.env).filter(|_| !work.is_own);
    for (name, value) in texts {
        env.push((name.clone(), reader.text(value)));
    }
    for (name, value) in &work.variables {
        env.push((name.clone(), value_of(reader, step, value)));
    }
    let mut text = head(step, place, work.is_own);
    if work.undo.is_some() {
        text.push_str(include_str!("scripts/warn.sh"));
        text.push_str("renew() { :; }\n");
    }
    let own = match place.extras.problems.as_slice() {
        [] => ended(&work.script),
        _ => problems::kept(&ended(&work.script), extras::LOG),
    };
    let mut script = Script::new(step.display_name.clone(), text + &own);
    value::put(&mut script, &env);
    script.folder = place.working_dir.as_ref().map(matrix::inner);
    // What takes back needs time, too.
    let longest = work.undo.as_ref().map(|_| LONGEST - AROUND);
    script.timeout = timeout(step).or(longest);
    script.retries = place.extras.retries;
    let undo = work.undo.as_ref().map(|undo| {
        let title = format!("Take back {}", step.display_name);
        let mut script = Script::new(
            title,
            head(step, place, true) + include_str!("scripts/warn.sh") + &ended(undo),
        );
        script.condition = Some("not(succeeded())");
        value::put(&mut script, &env);
        script
    });
    let steps = std::iter::once(script).chain(undo);
    steps.map(|one| if place.azure { one.azure(reader) } else { one.bash() }).collect()
}

/// What comes before a script.
fn head(step: &Step, place: &CiPlace, is_own: bool) -> String {
    let mut text = String::from(if is_own { STRICT } else { "set -eo pipefail\n" });
    text.push_str(&output_folders(step));
    if place.azure {
        text.push_str(&step::azure_setup());
    }
    if is_own {
        text.push_str(FAIL);
        text.push_str(include_str!("scripts/report.sh"));
    }
    text
}

/// A script as it is written, with the end of its last line.
fn ended(script: &str) -> String {
    let text = expression::literal(script);
    if text.ends_with('\n') { text } else { text + "\n" }
}

fn value_of(reader: &mut Reader<'_>, step: &Step, value: &own::Value) -> Value {
    match value {
        own::Value::Of(Variable::Input(at)) => reader.input(&step.inputs[*at as usize]),
        own::Value::Of(Variable::Output(at)) => {
            Value::safe(output_path(&step.outputs[*at as usize].name))
        }
        own::Value::Of(Variable::Reference(reference)) => reader.reference(reference),
        own::Value::Text(text) => reader.text(text),
        own::Value::Staged(texts) => stage::staged(reader.scope(), texts),
        own::Value::JobOf(step) => {
            let job = reader.azure_ml_job(*step);
            Value::safe(expression::variable(&job))
        }
    }
}

/// Where the step writes an output: a folder that the machine empties after every job.
fn output_path(output: &str) -> String {
    format!("{}/outputs/{output}", expression::variable("Agent.TempDirectory"))
}

fn output_folders(step: &Step) -> String {
    if step.outputs.is_empty() {
        return String::new();
    }
    let is_folder = |kind: ValueType| !kind.is_scalar() && !kind.is_single_file();
    let mut line = String::from("mkdir -p \"$AGENT_TEMPDIRECTORY/outputs\"");
    for output in step.outputs.iter().filter(|one| is_folder(one.kind)) {
        let _ = write!(line, " \"$AGENT_TEMPDIRECTORY/outputs/{}\"", output.name);
    }
    line + "\n"
}

/// The step that gives the outputs to later jobs, and the artifacts they travel in.
fn outputs(scope: &Scope<'_>, id: StepId, step: &Step) -> Vec<Map> {
    if step.outputs.is_empty() {
        return Vec::new();
    }
    let (mut calls, mut published) = (String::new(), Vec::new());
    let mut functions = String::new();
    if step.outputs.iter().any(|one| one.kind.is_scalar()) {
        functions.push_str(include_str!("scripts/outputs.sh"));
    }
    if step.outputs.iter().any(|one| !one.kind.is_scalar()) {
        functions.push_str(include_str!("scripts/publish.sh"));
    }
    for (output, at) in step.outputs.iter().zip(0..) {
        let name = &output.name;
        if output.kind.is_scalar() {
            let (form, words) = script::form(output.kind);
            let (form, words) = (script::quote(form), script::quote(words));
            let _ = writeln!(calls, "give {name} {form} {words}");
        } else {
            let port = scope.plan.port(id, at);
            let ending = if step.matrix().is_some() { "-\"$LABEL\"" } else { "" };
            let _ = writeln!(calls, "publish {name} {port}{ending}");
            let artifact = match step.matrix() {
                Some(_) => matrix::labelled(&port),
                None => expression::literal(&port),
            };
            published.push(step::publish(&output_path(name), &port, &artifact, false));
        }
    }
    let mut script = Script::new("Give the outputs", format!("{STRICT}{FAIL}{functions}{calls}"));
    script.name = Some(OUTPUTS);
    if step.matrix().is_some() {
        script.env = vec![("LABEL".to_owned(), expression::variable(matrix::LABEL))];
    }
    std::iter::once(script.bash()).chain(published).collect()
}

/// Files kept for people, also after a failure.
fn kept(place: &CiPlace) -> Vec<Map> {
    let mut steps = Vec::new();
    for (name, path) in &place.artifacts {
        let artifact = match &place.extras.matrix {
            Some(_) => matrix::labelled(name),
            None => expression::literal(name),
        };
        let path = matrix::inner(path);
        if path.contains(['*', '?', '[']) {
            let staging = expression::variable("Build.ArtifactStagingDirectory");
            let folder = format!("{staging}/{name}");
            steps.push(step::copy(&path, name, &folder));
            steps.push(step::publish(&folder, name, &artifact, true));
        } else {
            steps.push(step::publish(&path, name, &artifact, true));
        }
    }
    steps
}

/// The time that the author gives the script, in whole minutes.
fn timeout(step: &Step) -> Option<u32> {
    let seconds = step.timeout_seconds?;
    Some(u32::try_from(seconds.div_ceil(60)).unwrap_or(u32::MAX - AROUND))
}
