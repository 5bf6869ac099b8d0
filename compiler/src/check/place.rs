//! Where each step runs, and on what.

use super::images;
use super::names::{Context, unknown};
use crate::diagnostics::{
    CONFLICT, Diagnostic, MISSING_KEY, NOT_SUPPORTED, PLACEMENT, Sink, UNKNOWN_COMPUTE,
    UNKNOWN_ENVIRONMENT, UNKNOWN_RUNNER,
};
use crate::plan::{self, Environment, Pool, Resources, Runner, Scalar};
use crate::source::{Span, Spanned};
use crate::spec::image::Image;
use crate::spec::matrix::OrMatrix;
use crate::spec::resources::{
    DockerArgs, EnvironmentSpec, ResourcesSpec, RunnerSpec, is_versioned,
};
use crate::spec::steps::{Engine, Kind, Need, StepSpec, a_step};
use crate::spec::text::{OrReference, Text};

/// The engine of a step; `None` when a mistake was reported.
pub(crate) fn engine(cx: &Context<'_>, step: u32, sink: &mut Sink) -> Option<Engine> {
    let body = cx.step(step)?;
    if let (Some(compute), Some(runner)) = (&body.compute, &body.runner) {
        let message = "a step runs on `compute` or on a `runner`, not on both";
        sink.report(
            Diagnostic::new(&PLACEMENT, runner.span(), message)
                .related(compute.span(), "placed on Azure ML here")
                .help("remove one of the two"),
        );
        return None;
    }
    let kind = one_kind(cx, step, body, sink)?;
    let placed = body.placing_key();
    if let (Some(must), Some((engine, span))) = (kind.engine(), placed)
        && must != engine
    {
        let (engine, help) = match must {
            Engine::AzureMl => ("Azure ML", "give it a `compute`"),
            Engine::Ci => ("CI", "remove the key; it may have a `runner`"),
        };
        let message = format!("{} runs on {engine} only", a_step(kind.key()));
        sink.report(Diagnostic::new(&PLACEMENT, span, message).help(help));
        return None;
    }
    placed.map(|(engine, _)| engine).or(kind.engine()).or_else(|| by_default(cx, step, body, sink))
}

fn one_kind<'a>(
    cx: &Context<'_>,
    step: u32,
    body: &'a StepSpec,
    sink: &mut Sink,
) -> Option<&'a dyn crate::spec::steps::Kind> {
    let mut kinds = body.kinds();
    match (kinds.next(), kinds.next()) {
        (Some(kind), None) => Some(kind),
        (None, _) if body.broken => None,
        (None, _) => {
            let message = format!("the step `{}` says nothing to run", cx.step_name(step));
            let keys = StepSpec::KIND_KEYS.join(", ");
            sink.report(
                Diagnostic::new(&MISSING_KEY, cx.step_span(step), message)
                    .help(format!("give it one of the keys: {keys}")),
            );
            None
        }
        (Some(first), Some(second)) => {
            let message = format!(
                "a step has one kind, and this one has `{}` and `{}`",
                first.key(),
                second.key()
            );
            sink.report(Diagnostic::new(&CONFLICT, cx.step_span(step), message));
            None
        }
    }
}

/// `defaults` place the `run` steps that say nothing; with both set, a step must choose.
fn by_default(cx: &Context<'_>, step: u32, body: &StepSpec, sink: &mut Sink) -> Option<Engine> {
    let compute = default(cx, |defaults| defaults.compute.as_ref());
    let runner = default(cx, |defaults| defaults.runner.as_ref());
    let (message, help) = match (compute, runner) {
        (Some(_), None) => return Some(Engine::AzureMl),
        (None, Some(_)) => return Some(Engine::Ci),
        (Some(_), Some(_)) => (
            "says neither `compute` nor `runner`, and the defaults have both",
            "choose one of the two",
        ),
        (None, None) => (
            "says neither `compute` nor `runner`",
            "write `compute: <cluster>` for Azure ML or `runner: ubuntu-latest` for CI, here or in `defaults`",
        ),
    };
    if !body.broken && !broken_defaults(cx) {
        let message = format!("the step `{}` {message}", cx.step_name(step));
        sink.report(Diagnostic::new(&PLACEMENT, cx.step_span(step), message).help(help));
    }
    None
}

/// Whether something of the defaults was refused, which may be what a step lacks.
pub(crate) fn broken_defaults(cx: &Context<'_>) -> bool {
    let all = [&cx.spec.defaults, &cx.project.defaults];
    all.into_iter().flatten().any(|defaults| defaults.broken)
}

/// A default of the spec, else of the project.
pub(crate) fn default<'a, T>(
    cx: &Context<'a>,
    field: impl Fn(&'a crate::spec::Defaults) -> Option<&'a T>,
) -> Option<&'a T> {
    let own = cx.spec.defaults.as_ref().and_then(&field);
    own.or_else(|| cx.project.defaults.as_ref().and_then(&field))
}

/// The time limit of a CI step. Work of ours takes the time that it takes.
pub(crate) fn timeout<'a>(
    cx: &Context<'a>,
    body: &'a StepSpec,
) -> Option<&'a Spanned<crate::spec::values::Duration>> {
    let is_own_work = body.kind().is_some_and(Kind::is_own_work);
    let default = default(cx, |defaults| defaults.timeout.as_ref()).filter(|_| !is_own_work);
    body.timeout.as_ref().or(default)
}

/// What names the cluster of an Azure ML step, as it is written; `None` also when a mistake was
/// reported.
pub(crate) fn compute<'a>(
    cx: &Context<'a>,
    step: u32,
    need: Need,
    sink: &mut Sink,
) -> Option<Cluster<'a>> {
    let body = cx.step(step)?;
    let own = body.compute.as_ref();
    if matches!(need, Need::No | Need::Inside) {
        not_of_the_kind("compute", body, own.map(OrReference::span), sink);
    }
    match own.filter(|_| matches!(need, Need::May | Need::Must)) {
        Some(OrReference::Value(name)) => return cluster(cx, name, sink).map(Cluster::Fixed),
        Some(OrReference::Reference(text)) => return Some(Cluster::Reference(text)),
        None => {}
    }
    let default = default(cx, |defaults| defaults.compute.as_ref());
    let Some(name) = default.filter(|_| matches!(need, Need::Must | Need::Inside)) else {
        if need == Need::Must && !body.broken && !broken_defaults(cx) {
            let message = format!("the step `{}` has no `compute`", cx.step_name(step));
            sink.report(
                Diagnostic::new(&MISSING_KEY, cx.step_span(step), message)
                    .help("name a cluster here or in `defaults`"),
            );
        }
        return None;
    };
    cluster(cx, name, sink).map(Cluster::Fixed)
}

/// Where an Azure ML step runs.
pub(crate) enum Cluster<'a> {
    /// As Azure ML reads it.
    Fixed(String),
    /// What a parameter says.
    Reference(&'a Text),
}

/// The cluster that a name means, as Azure ML reads it.
pub(crate) fn cluster(cx: &Context<'_>, name: &Spanned<String>, sink: &mut Sink) -> Option<String> {
    if is_compute(&name.value) {
        return Some(name.value.clone());
    }
    let entry = cx.spec.compute.get(&name.value).or(cx.project.compute.get(&name.value));
    let Some(entry) = entry else {
        if name.value == "local" {
            let message = "Azure ML does not run pipelines on `local`";
            sink.report(Diagnostic::new(&UNKNOWN_COMPUTE, name.span, message).help(
                "name a cluster, or `serverless`; what runs beside the repository has a `runner`",
            ));
            return None;
        }
        let known = cx.spec.compute.names().chain(cx.project.compute.names());
        let diagnostic = unknown(&UNKNOWN_COMPUTE, name.span, "compute", &name.value, known);
        sink.report(outright(diagnostic, "cluster", &format!("azureml:{}", name.value)));
        return None;
    };
    let target = entry.value.as_ref()?;
    if is_compute(&target.value) {
        return Some(target.value.clone());
    }
    let message = format!("`{}` is not a compute", target.value);
    sink.report(
        Diagnostic::new(&UNKNOWN_COMPUTE, target.span, message)
            .help("write `azureml:<cluster>` or `serverless`"),
    );
    None
}

/// Refuses a key that means nothing to the step's kind.
fn not_of_the_kind(key: &str, body: &StepSpec, own: Option<Span>, sink: &mut Sink) {
    let Some(own) = own else { return };
    let kind = body.kind();
    let message = format!("{} takes no `{key}`", a_step(kind.map_or("", |kind| kind.key())));
    let help = kind.and_then(|kind| kind.instead(key)).unwrap_or("remove it");
    sink.report(Diagnostic::new(&CONFLICT, own, message).help(help));
}

/// Says too how a resource of the workspace is named without an entry.
fn outright(diagnostic: Diagnostic, what: &str, example: &str) -> Diagnostic {
    also(diagnostic, &format!("the workspace's own {what} is written `{example}`"))
}

/// Adds a sentence to the help.
fn also(mut diagnostic: Diagnostic, more: &str) -> Diagnostic {
    let before = diagnostic.help.take().unwrap_or_default();
    let comma = if before.ends_with('?') { "" } else { ";" };
    diagnostic.help(format!("{before}{comma} {more}"))
}

fn is_compute(text: &str) -> bool {
    let name = text.strip_prefix("azureml:");
    text == "serverless" || name.is_some_and(|name| !name.is_empty() && !name.contains([' ', '@']))
}

/// The software of an Azure ML step; `None` also when a mistake was reported.
pub(crate) fn environment(
    cx: &Context<'_>,
    step: u32,
    need: Need,
    sink: &mut Sink,
) -> Option<Environment> {
    let body = cx.step(step)?;
    let default = default(cx, |defaults| defaults.environment.as_ref());
    let default = default.filter(|_| need == Need::Must);
    let own = body.environment.as_ref();
    if need == Need::No {
        not_of_the_kind("environment", body, own.map(|it| it.span), sink);
        return None;
    }
    let Some(name) = own.or(default) else {
        if need == Need::May {
            return None;
        }
        if !body.broken && !broken_defaults(cx) {
            let message = format!("the step `{}` has no `environment`", cx.step_name(step));
            sink.report(
                Diagnostic::new(&MISSING_KEY, cx.step_span(step), message)
                    .help("name an entry of `environments`, or `azureml:<name>:<version>`, here or in `defaults`"),
            );
        }
        return None;
    };
    software(cx, name, sink)
}

/// The software that a name means.
pub(crate) fn software(
    cx: &Context<'_>,
    name: &Spanned<String>,
    sink: &mut Sink,
) -> Option<Environment> {
    if name.value.starts_with("azureml:") {
        return reference(name, sink);
    }
    if let Some(entry) = cx.spec.environments.get(&name.value) {
        return resolve(cx, entry.value.as_ref()?, cx.folder, sink);
    }
    if let Some(entry) = cx.project.environments.get(&name.value) {
        return resolve(cx, entry.value.as_ref()?, "", sink);
    }
    let known = cx.spec.environments.names().chain(cx.project.environments.names());
    if name.value.contains(['/', ':']) {
        let message = format!("there is no environment `{}`", name.value);
        let is_conda = matches!(name.value.rsplit('.').next(), Some("yml" | "yaml"));
        let image = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04";
        let conda = format!(
            "a conda file is part of an entry of `environments`: `training: {{ image: {image}, conda: {} }}`",
            name.value
        );
        let help = if is_conda {
            conda
        } else {
            format!(
                "an image is an entry of `environments`: `training: {{ image: \"{}\" }}`",
                name.value
            )
        };
        sink.report(Diagnostic::new(&UNKNOWN_ENVIRONMENT, name.span, message).help(help));
        return None;
    }
    let diagnostic = unknown(&UNKNOWN_ENVIRONMENT, name.span, "environment", &name.value, known);
    let version = if name.value.contains(['@', ':']) { "" } else { ":1" };
    let example = format!("azureml:{}{version}", name.value);
    sink.report(outright(diagnostic, "environment", &example));
    None
}

fn resolve(
    cx: &Context<'_>,
    entry: &EnvironmentSpec,
    folder: &str,
    sink: &mut Sink,
) -> Option<Environment> {
    match entry {
        EnvironmentSpec::Reference(name) => reference(name, sink),
        EnvironmentSpec::Image(image) => {
            let conda = match &image.conda {
                Some(path) => Some(super::files::file(cx, folder, &path.value.0, path.span, sink)?),
                None => None,
            };
            Some(Environment::Image { image: image.image.value.0.clone(), conda })
        }
        EnvironmentSpec::Build(build) => {
            let path = &build.build;
            let folder = super::files::folder(cx, folder, &path.value.0, path.span, sink)?;
            let file = build.dockerfile.as_ref();
            let dockerfile = file.map_or("Dockerfile", |file| &file.value.0).to_owned();
            let at = file.map_or(path.span, |file| file.span);
            super::files::file(cx, &folder, &dockerfile, at, sink)?;
            Some(Environment::Build { folder, dockerfile })
        }
    }
}

/// Azure ML refuses an environment without a version, but only when the job is made.
fn reference(name: &Spanned<String>, sink: &mut Sink) -> Option<Environment> {
    if is_versioned(&name.value) {
        return Some(Environment::Reference(name.value.clone()));
    }
    let message = format!("`{}` does not say which version of the environment", name.value);
    sink.report(
        Diagnostic::new(&UNKNOWN_ENVIRONMENT, name.span, message)
            .help("write `azureml:<name>:<version>`"),
    );
    None
}

/// The machines of an Azure ML step; references are bound by the caller.
pub(crate) fn resources(
    spec: Option<&ResourcesSpec>,
    mut reference: impl FnMut(&crate::spec::text::Text) -> Option<plan::Setting>,
) -> Resources {
    let Some(spec) = spec else { return Resources::default() };
    let text = |field: &Option<Spanned<String>>| field.as_ref().map(|it| it.value.clone());
    Resources {
        instance_count: spec.instance_count.as_ref().and_then(|count| match count {
            OrReference::Value(count) => Some(plan::Setting::Fixed(Scalar::Integer(count.0.value))),
            OrReference::Reference(text) => reference(text),
        }),
        instance_type: text(&spec.instance_type),
        shm_size: text(&spec.shm_size),
        docker_args: spec.docker_args.as_ref().map(docker_args),
        max_instance_count: spec.max_instance_count.as_ref().map(|it| it.0.value),
        locations: spec.locations.0.iter().map(|it| it.value.clone()).collect(),
        properties: spec
            .properties
            .good()
            .map(|(name, value)| (name.value.clone(), value.value()))
            .collect(),
    }
}

fn docker_args(spec: &DockerArgs) -> plan::DockerArguments {
    match spec {
        DockerArgs::Text(text) => plan::DockerArguments::Text(text.value.clone()),
        DockerArgs::List(all) => {
            plan::DockerArguments::List(all.iter().map(|it| it.value.clone()).collect())
        }
    }
}

/// Hosted labels that both platforms have: the author's word, GitHub's label, Azure Pipelines' image.
/// Moving labels are fixed, so that a build does not change by itself.
const HOSTED: [(&str, &str, &str); 9] = [
    ("ubuntu-latest", "ubuntu-24.04", "ubuntu-24.04"),
    ("ubuntu-24.04", "ubuntu-24.04", "ubuntu-24.04"),
    ("ubuntu-22.04", "ubuntu-22.04", "ubuntu-22.04"),
    ("windows-latest", "windows-2025", "windows-2025"),
    ("windows-2025", "windows-2025", "windows-2025"),
    ("windows-2022", "windows-2022", "windows-2022"),
    ("macos-latest", "macos-15", "macOS-15"),
    ("macos-15", "macos-15", "macOS-15"),
    ("macos-26", "macos-26", "macOS-26"),
];

/// Images of containers that nobody could pull.
pub(crate) fn containers(cx: &Context<'_>, sink: &mut Sink) {
    let default = default(cx, |defaults| defaults.container.as_ref());
    let own = cx.spec.steps.good().filter_map(|(_, step)| step.container.as_ref()?.fixed());
    for image in default.into_iter().chain(own) {
        images::near(cx, image, sink);
        open_registry(image, sink);
    }
}

/// A registry of Azure gives nothing to strangers, and a job's container is pulled before any step of
/// the job could sign in.
pub(crate) fn open_registry(image: &Spanned<Image>, sink: &mut Sink) {
    let host = image.value.0.split('/').next().unwrap_or_default();
    if host.to_ascii_lowercase().ends_with(".azurecr.io") {
        let message =
            format!("a `container` from `{host}`, which asks for a sign-in, is not supported yet");
        sink.report(Diagnostic::new(&NOT_SUPPORTED, image.span, message).help(
            "declare it in `images` of mlopsc.yaml, where CI builds it and signs in; or run it in the script: with `azure: true`, `az acr login` and then `docker run`",
        ));
    }
}

/// The machine of a CI step that is the same for all of its combinations.
pub(crate) fn runner(cx: &Context<'_>, body: &StepSpec, sink: &mut Sink) -> Option<Runner> {
    let is_own_work = body.kind().is_some_and(Kind::is_own_work);
    let default = default(cx, |defaults| defaults.runner.as_ref()).filter(|_| !is_own_work);
    let own = body.runner.as_ref().and_then(OrMatrix::fixed);
    let Some(label) = own.or(default) else {
        return is_own_work.then(hosted);
    };
    if is_own_work && ["windows", "macos"].iter().any(|system| label.value.starts_with(system)) {
        let message = format!("{} runs on Linux", a_step(body.kind().map_or("", Kind::key)));
        let help = "remove `runner`, or name a machine of Linux with the Azure CLI and jq";
        sink.report(Diagnostic::new(&PLACEMENT, label.span, message).help(help));
        return None;
    }
    labelled(cx, label, sink)
}

/// The machine behind a label.
pub(crate) fn labelled(
    cx: &Context<'_>,
    label: &Spanned<String>,
    sink: &mut Sink,
) -> Option<Runner> {
    if let Some(entry) = cx.project.runners.get(&label.value) {
        return own_runner(cx, entry.value.as_ref()?, label.span, sink);
    }
    if let Some((_, github, azure)) = HOSTED.iter().find(|(word, ..)| *word == label.value) {
        return Some(Runner {
            github: vec![(*github).to_owned()],
            azure_pipelines: Pool::Hosted((*azure).to_owned()),
        });
    }
    let known = cx.project.runners.names().chain(HOSTED.iter().map(|(word, ..)| *word));
    let diagnostic = unknown(&UNKNOWN_RUNNER, label.span, "runner", &label.value, known);
    sink.report(also(diagnostic, "machines of your own are entries of `runners` in mlopsc.yaml"));
    None
}

/// The machine of what the author does not place.
fn hosted() -> Runner {
    let (_, github, azure) = HOSTED[0];
    Runner { github: vec![github.to_owned()], azure_pipelines: Pool::Hosted(azure.to_owned()) }
}

fn own_runner(cx: &Context<'_>, spec: &RunnerSpec, at: Span, sink: &mut Sink) -> Option<Runner> {
    use crate::plan::Home;
    let targets = super::project::targets(cx.project);
    let missing = |key: &str| {
        let message = format!("the runner has no `{key}`, and the project writes that target");
        Diagnostic::new(&MISSING_KEY, spec.span, message).related(at, "used here")
    };
    if spec.github.0.is_empty() && targets.contains(&Home::GitHub) && !spec.broken {
        sink.report(missing("github"));
        return None;
    }
    let pool = match &spec.azure_pipelines {
        Some(pool) => Pool::Named {
            name: pool.pool.value.clone(),
            demands: pool.demands.0.iter().map(|it| it.value.clone()).collect(),
        },
        None if targets.contains(&Home::AzurePipelines) && !spec.broken => {
            sink.report(missing("azure_pipelines"));
            return None;
        }
        None => Pool::Named { name: String::new(), demands: Vec::new() },
    };
    let github = spec.github.0.iter().map(|it| it.value.clone()).collect();
    Some(Runner { github, azure_pipelines: pool })
}
