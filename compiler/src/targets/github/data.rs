//! Data of CI steps: where files and values lie in the workspace, and how they come and go.
//!
//! Everything lies below `.mlopsc` in the workspace: paths relative to the workspace are the only
//! ones that scripts and actions read alike, in containers too.

use std::fmt::Write as _;

use crate::emit::Map;
use crate::plan::{Reference, Scalar, Source, Step, StepId, ValueType, Variable};
use crate::targets::own::{Value, left_in_azure_ml};
use crate::targets::script;

use super::expression::expression;
use super::scope::Scope;
use super::step;

/// A file or folder that a job needs from another one.
pub(super) struct Arrival {
    /// `<step>__<output>`: its folder below `.mlopsc/inputs`.
    pub(super) port: String,
    origin: Origin,
}

enum Origin {
    /// An artifact of this run.
    Artifact(String),
    /// An artifact of each combination of a matrix, by its label.
    Gathered(Vec<String>),
    /// An output of an Azure ML job: the job's name, as an expression.
    AzureMl(String),
}

impl Arrival {
    /// An output of another step.
    pub(super) fn new(scope: &Scope<'_>, producer: StepId, output: u32) -> Self {
        let port = scope.plan.port(producer, output);
        let origin = if scope.is_submitted(producer) {
            Origin::AzureMl(expression(&scope.needed_output(producer, "job")))
        } else if let Some(matrix) = scope.plan.step(producer).matrix() {
            Origin::Gathered(matrix.legs.iter().map(|leg| leg.label.clone()).collect())
        } else {
            Origin::Artifact(port.clone())
        };
        Self { port, origin }
    }

    pub(super) fn is_azure(&self) -> bool {
        matches!(self.origin, Origin::AzureMl(_))
    }

    /// The same data, fetched from Azure ML by a job before this one.
    pub(super) fn by_way_of(mut self, job: &str) -> Self {
        if self.is_azure() {
            self.origin = Origin::Artifact(self.handed_over(job));
        }
        self
    }

    /// Its artifact, when a job fetches it for another.
    pub(super) fn handed_over(&self, job: &str) -> String {
        format!("{job}__{}", self.port)
    }

    /// The folder that it lands in.
    pub(super) fn folder(&self) -> String {
        format!(".mlopsc/inputs/{}", self.port)
    }
}

/// The files and folders that a step reads from others, each once.
pub(super) fn arrivals(scope: &Scope<'_>, reader: &Step) -> Vec<Arrival> {
    let mut seen = Vec::new();
    let stays = |source: &Source| left_in_azure_ml(scope.plan, reader, source).is_some();
    for input in reader.inputs.iter().filter(|one| !one.kind.is_scalar() && !stays(&one.source)) {
        if let Source::Reference(Reference::Output(producer, output)) = input.source
            && !seen.contains(&(producer, output))
        {
            seen.push((producer, output));
        }
    }
    seen.into_iter().map(|(producer, output)| Arrival::new(scope, producer, output)).collect()
}

/// A step that removes what an earlier run left on a machine of the author's own; checking out does
/// the same.
pub(super) fn clean(own: &Step, arrivals: &[Arrival]) -> Option<Map> {
    let handles_files = !own.outputs.is_empty() || !arrivals.is_empty();
    let script = format!("{}rm -rf .mlopsc\n", step::STRICT);
    handles_files.then(|| step::script("Remove data of earlier runs", Map::new(), script))
}

/// Steps that fetch what arrives as artifacts.
pub(super) fn downloads(arrivals: &[Arrival]) -> impl Iterator<Item = Map> + '_ {
    arrivals.iter().flat_map(|arrival| match &arrival.origin {
        Origin::Artifact(artifact) => vec![step::download(artifact, &arrival.folder())],
        Origin::Gathered(labels) => {
            let one = |label: &String| {
                let artifact = format!("{}-{label}", arrival.port);
                step::download(&artifact, &format!("{}/{label}", arrival.folder()))
            };
            labels.iter().map(one).collect()
        }
        Origin::AzureMl(_) => Vec::new(),
    })
}

/// Steps that fetch outputs of Azure ML jobs, one per job; the job must be signed in.
pub(super) fn azure_downloads(arrivals: &[Arrival]) -> Vec<Map> {
    let mut by_job: Vec<(&str, Vec<&str>)> = Vec::new();
    for arrival in arrivals {
        if let Origin::AzureMl(job) = &arrival.origin {
            match by_job.iter_mut().find(|(other, _)| other == job) {
                Some((_, ports)) => ports.push(&arrival.port),
                None => by_job.push((job, vec![&arrival.port])),
            }
        }
    }
    let download = |(job, ports): (&str, Vec<&str>)| {
        let mut env = Map::new();
        env.put("JOB_NAME", job).put("OUTPUTS", ports.join(" "));
        let script = include_str!("scripts/download_outputs.sh");
        step::script("Fetch outputs of the Azure ML job", env, script)
    };
    by_job.into_iter().map(download).collect()
}

/// A step that makes room for outputs and tells the script where its files are; `None` when the
/// script handles no file. Variables of the job are the only way that is right in containers,
/// whose workspace has another path than expressions say.
pub(super) fn place(scope: &Scope<'_>, own: &Step, variables: &[(String, Value)]) -> Option<Map> {
    let folders = folders(own);
    let paths: Vec<_> = variables
        .iter()
        .filter_map(|(name, value)| match value {
            Value::Of(variable) => path(scope, own, name, variable),
            Value::Text(_) | Value::JobOf(_) | Value::Staged(_) => None,
        })
        .collect();
    if paths.is_empty() && own.outputs.is_empty() {
        return None;
    }
    let mut script = step::STRICT.to_owned();
    if paths.iter().any(|path| path.search) {
        script.push_str(include_str!("scripts/one_file.sh"));
    }
    let mut lines = String::new();
    if !own.outputs.is_empty() {
        let _ = writeln!(lines, "mkdir -p {}", folders.join(" "));
    }
    for path in paths.iter().filter(|path| path.search) {
        let _ = writeln!(lines, "{}=$(one_file \"{}\")", path.variable, path.place);
    }
    lines.push_str(&announcements(&paths));
    if lines.contains("$data") {
        script.push_str("data=$GITHUB_WORKSPACE/.mlopsc\n");
    }
    script.push_str(&lines);
    let mut step = Map::new();
    step.put("name", "Place the inputs and outputs");
    if scope.follows && !paths.is_empty() {
        step.put_beside("run", script, PATHS);
    } else {
        step.put("run", script);
    }
    Some(step)
}

/// Why the auditor of workflows need not warn of variables in a job that follows another workflow:
/// their names and their folders are fixed before any run.
const PATHS: &str =
    "zizmor: ignore[github-env] what is set are paths below the workspace, under names of the spec";

fn announcements(paths: &[Path<'_>]) -> String {
    let mut lines = String::new();
    for path in paths {
        let name = path.variable;
        let place = if path.search { format!("${name}") } else { path.place.clone() };
        let _ = writeln!(lines, "{name}={place}");
    }
    if lines.is_empty() { lines } else { format!("cat >> \"$GITHUB_ENV\" << END\n{lines}END\n") }
}

/// Folders that must exist before the script: those of folder outputs, and that of files.
fn folders(own: &Step) -> Vec<String> {
    let mut folders = vec!["\"$data/outputs\"".to_owned()];
    for output in own.outputs.iter().filter(|output| is_folder(output.kind)) {
        folders.push(format!("\"$data/outputs/{}\"", output.name));
    }
    if folders.len() > 1 {
        folders.remove(0);
    }
    folders
}

fn is_folder(kind: ValueType) -> bool {
    !kind.is_scalar() && !kind.is_single_file()
}

/// A variable of the script that holds a path.
struct Path<'a> {
    variable: &'a str,
    /// As it stands inside double quotes.
    place: String,
    /// The place is a folder, and its only file is meant.
    search: bool,
}

fn path<'a>(
    scope: &Scope<'_>,
    own: &Step,
    variable: &'a str,
    meaning: &Variable,
) -> Option<Path<'a>> {
    let (place, search) = match meaning {
        Variable::Output(index) => {
            (format!("$data/outputs/{}", own.outputs[*index as usize].name), false)
        }
        Variable::Input(index) => {
            let input = &own.inputs[*index as usize];
            match &input.source {
                Source::Reference(Reference::Output(producer, output))
                    if !input.kind.is_scalar() =>
                {
                    let folder = format!("$data/inputs/{}", scope.plan.port(*producer, *output));
                    (folder, input.kind.is_single_file())
                }
                Source::Literal(Scalar::Text(local)) if is_local(input.kind, local) => {
                    (format!("$GITHUB_WORKSPACE/{}", inside_quotes(local)), false)
                }
                Source::Literal(_) | Source::Reference(_) | Source::Text(_) => return None,
            }
        }
        Variable::Reference(_) => return None,
    };
    Some(Path { variable, place, search })
}

/// A text as it must stand inside double quotes, or in a here-document.
fn inside_quotes(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '"' | '$' | '`') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Whether a literal is a path in the repository, as against an address.
pub(super) fn is_local(kind: ValueType, path: &str) -> bool {
    !kind.is_scalar() && !path.contains(':') && !path.starts_with('/')
}

/// A step that turns the files of scalar outputs into outputs of the job.
pub(super) fn read_values(own: &Step) -> Option<Map> {
    let mut lines = format!("{}{}", step::STRICT, include_str!("scripts/give.sh"));
    let mut any = false;
    for output in own.outputs.iter().filter(|output| output.kind.is_scalar()) {
        any = true;
        let (pattern, rule) = script::form(output.kind);
        let (pattern, rule) = (script::quote(pattern), script::quote(rule));
        let _ = writeln!(lines, "give {} {pattern} {rule}", output.name);
    }
    let read = step::script("Read the values of the outputs", Map::new(), lines);
    any.then(|| step::with_head(Some("values"), None, read))
}

/// `outputs` of the job.
pub(super) fn values(own: &Step) -> Map {
    let mut values = Map::new();
    for output in own.outputs.iter().filter(|output| output.kind.is_scalar()) {
        values
            .put(output.name.clone(), expression(&format!("steps.values.outputs.{}", output.name)));
    }
    values
}

/// Steps that hand over files and folders. `ending` tells the combinations of a matrix apart.
pub(super) fn uploads(own: &Step, ending: &str) -> impl Iterator<Item = Map> {
    own.outputs.iter().filter(|output| !output.kind.is_scalar()).map(move |output| {
        let artifact = format!("{}__{}", own.name, output.name);
        step::upload(&artifact, ending, &format!(".mlopsc/outputs/{}", output.name))
    })
}
