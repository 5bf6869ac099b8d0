//! Limits that are known before anything is written.

use super::names::Context;
use super::triggers::{Ground, Sliced};
use crate::diagnostics::{BAD_NAME, Diagnostic, LIMIT, PLACEMENT, Sink, excerpt};
use crate::plan::{Home, Pool, Runner, Step};
use crate::source::Spanned;
use crate::spec::dict::Item;
use crate::spec::steps::Engine;
use crate::spec::steps::StepSpec;
use crate::spec::text::Text;

/// Azure ML takes this many nodes in one pipeline job (Azure ML's service limits).
const MOST_NODES: usize = 30_000;
/// GitHub takes this many inputs of a workflow started by hand.
const MOST_INPUTS: usize = 25;
/// GitHub and Azure Pipelines take job names a little longer; files are called after triggers.
const LONGEST_STEP: usize = 80;
/// GitHub's limit for the name of an environment.
const LONGEST_ENVIRONMENT: usize = 255;
/// The pipeline's name is part of file names, schedule names and job names.
const LONGEST_NAME: usize = 80;
/// GitHub takes scripts of this length (GitHub's workflow syntax); ours add a few lines to none.
const LONGEST_SCRIPT: usize = 21_000;
/// A text with references becomes one expression on GitHub, and a run fails on a longer one.
const LONGEST_EXPRESSION: usize = 21_000;
/// Characters that a reference has at most as a part of an expression.
const REFERENCE: usize = 200;
/// A hosted machine of either platform ends a job after this time, in seconds
/// (<https://docs.github.com/actions/reference/limits>,
/// <https://learn.microsoft.com/azure/devops/pipelines/process/phases>).
const LONGEST_HOSTED: u64 = 6 * 3600;
/// A server job of Azure Pipelines waits for two days at most.
const LONGEST_WAIT: u64 = 2 * 86_400;
/// A job of Azure ML lives for 21 days at most (Azure ML's service limits).
const LONGEST_JOB: u64 = 21 * 86_400;

/// Names that are too long, or not what a platform takes.
pub(crate) fn names(cx: &Context<'_>, sink: &mut Sink) {
    cx.spec.name.iter().for_each(|name| pipeline(name, sink));
    cx.spec.experiment.iter().for_each(|name| experiment(name, sink));
    cx.spec.tags.good().for_each(|(name, _)| tag(name, sink));
    longest_scripts(cx, sink);
    for item in &cx.spec.steps.items {
        short(&item.name, sink);
        item.value
            .iter()
            .filter_map(|body| body.submission.as_ref())
            .for_each(|it| short(&it.name, sink));
        item.value.iter().for_each(|body| environments(body, sink));
        ports(item, sink);
    }
    for item in &cx.spec.triggers.items {
        trigger(&item.name, sink);
        short(&item.name, sink);
    }
    longest_wait(cx, sink);
}

/// Names of jobs and parts of names of files.
fn short(name: &Spanned<String>, sink: &mut Sink) {
    if name.value.len() > LONGEST_STEP {
        let message = format!("the name is longer than {LONGEST_STEP} letters");
        sink.report(Diagnostic::new(&LIMIT, name.span, message).help("shorten it"));
    }
}

/// GitHub takes names of environments up to a length
/// (<https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments>).
fn environments(body: &StepSpec, sink: &mut Sink) {
    for name in body.ci_environment.iter().chain(&body.approval) {
        if name.value.0.chars().count() > LONGEST_ENVIRONMENT {
            let message = format!(
                "GitHub's environments have names of {LONGEST_ENVIRONMENT} letters at most"
            );
            sink.report(Diagnostic::new(&LIMIT, name.span, message).help("shorten it"));
        }
    }
}

fn experiment(name: &Spanned<String>, sink: &mut Sink) {
    if !is_experiment(&name.value) {
        let message = format!("`{}` cannot name an experiment", excerpt(&name.value));
        sink.report(
            Diagnostic::new(&BAD_NAME, name.span, message)
                .help("use letters, digits, blanks, `_` and `-`, and start with a letter or digit"),
        );
    }
}

fn tag(name: &Spanned<String>, sink: &mut Sink) {
    if name.value == "generated_by" || name.value.starts_with("mlopsc_") {
        let message = format!("the tag `{}` is the compiler's own", name.value);
        sink.report(Diagnostic::new(&BAD_NAME, name.span, message).help("rename it"));
    }
}

fn longest_wait(cx: &Context<'_>, sink: &mut Sink) {
    if let Some(timeout) = &cx.spec.timeout
        && timeout.value.0 > LONGEST_WAIT
        && super::project::targets(cx.project).contains(&Home::AzurePipelines)
    {
        let message = "Azure Pipelines waits for two days at most";
        sink.report(
            Diagnostic::new(&LIMIT, timeout.span, message)
                .help("shorten it, or leave azure_pipelines out of `targets`"),
        );
    }
}

/// The time limit of a step on Azure ML, where a job ends sooner anyway.
pub(crate) fn lifetime(body: &StepSpec, sink: &mut Sink) {
    if let Some(timeout) = body.timeout.as_ref().filter(|it| it.value.0 > LONGEST_JOB) {
        let message = "a job of Azure ML lives for 21 days at most";
        sink.report(Diagnostic::new(&LIMIT, timeout.span, message).help("shorten it"));
    }
}

/// The time limit of a CI step, before which a hosted machine ends the job.
pub(crate) fn hosted(cx: &Context<'_>, body: &StepSpec, runner: &Runner, sink: &mut Sink) {
    let is_hosted = matches!(runner.azure_pipelines, Pool::Hosted(_));
    let Some(timeout) = super::place::timeout(cx, body) else { return };
    if is_hosted && timeout.value.0 > LONGEST_HOSTED {
        let message = "a hosted machine ends a job after 6 hours";
        let help = "shorten it, or run the step on a machine of your own: an entry of `runners` in mlopsc.yaml";
        sink.report(Diagnostic::new(&LIMIT, timeout.span, message).help(help));
    }
}

/// Names of Azure ML inputs and outputs that the compiler gives itself.
const OWN_PORTS: [&str; 8] = [
    "git__sha",
    "git__branch",
    "git__tag",
    "run__id",
    "stage__name",
    "variables__",
    "secrets__",
    "mlopsc__",
];

/// An output crosses borders as `<step>__<output>`.
fn ports(step: &Item<StepSpec>, sink: &mut Sink) {
    for output in step.value.iter().flat_map(|body| &body.outputs.items) {
        let port = format!("{}__{}", step.name.value, output.name.value);
        let is_own = |own: &str| port == own || own.ends_with('_') && port.starts_with(own);
        if OWN_PORTS.iter().any(|own| is_own(own)) {
            let message = format!("the output would travel as `{port}`, which has a meaning");
            sink.report(
                Diagnostic::new(&BAD_NAME, output.name.span, message)
                    .help("rename the output or the step"),
            );
        }
    }
}

/// Files are called after triggers.
fn trigger(name: &Spanned<String>, sink: &mut Sink) {
    let file = match name.value.as_str() {
        "run" => "the copy of a job file in which CI binds values",
        "release" => "the file that releases what lives in Azure",
        _ => return,
    };
    let message = format!("`{}` cannot name a trigger", name.value);
    let help = format!("{file} is called so; choose another name");
    sink.report(Diagnostic::new(&BAD_NAME, name.span, message).help(help));
}

/// Scripts of CI steps that GitHub would not take. Engines are not known yet, so only steps that a
/// key or no other default places on CI count.
fn longest_scripts(cx: &Context<'_>, sink: &mut Sink) {
    if !super::project::targets(cx.project).contains(&Home::GitHub) {
        return;
    }
    cx.spec.env.good().for_each(|(_, text)| expression(text, sink));
    for (_, step) in cx.spec.steps.good() {
        step.env.good().for_each(|(_, text)| expression(text, sink));
        let on_ci = step.placing_key().is_some_and(|(engine, _)| engine == Engine::Ci);
        let Some(script) = step.run.as_ref().filter(|_| on_ci) else { continue };
        let length = script.text.text.chars().count();
        if length > LONGEST_SCRIPT {
            let message =
                format!("the script has {length} characters, and GitHub takes {LONGEST_SCRIPT}");
            sink.report(
                Diagnostic::new(&LIMIT, script.text.span, message)
                    .help("put it into a file of the repository and run that"),
            );
        }
    }
}

/// A text with references that GitHub would not take: what stands around them doubles its quotes and
/// braces.
fn expression(text: &Text, sink: &mut Sink) {
    if text.spans.is_empty() || text.text.len() < LONGEST_EXPRESSION / 2 {
        return;
    }
    let doubled = text.text.matches(['\'', '{', '}']).count();
    let length = text.text.chars().count() + doubled + REFERENCE * text.spans.len();
    if length > LONGEST_EXPRESSION {
        let message =
            format!("GitHub takes {LONGEST_EXPRESSION} characters where a value is put in");
        let help = "put what is fixed into a variable, or a file, of its own";
        sink.report(Diagnostic::new(&LIMIT, text.span, message).help(help));
    }
}

/// Whether a text can name a pipeline.
fn is_pipeline(name: &str) -> bool {
    let bytes = name.as_bytes();
    let first = bytes.first().is_some_and(u8::is_ascii_lowercase);
    let word = |byte: &u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
    };
    let fits = first && bytes.iter().all(word) && !name.contains("__");
    fits && !name.ends_with("-release") && name.len() <= LONGEST_NAME
}

/// A text in small letters, with `-` for what stands between words.
fn dashed(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let words = lower.split([' ', '.', '/', '-']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

fn pipeline(name: &Spanned<String>, sink: &mut Sink) {
    if !is_pipeline(name) {
        let message = if name.is_empty() {
            "the pipeline has no name".to_owned()
        } else {
            format!("`{}` cannot name a pipeline", excerpt(&name.value))
        };
        let meant = dashed(name);
        let meant = if is_pipeline(&meant) { format!("write `{meant}`: ") } else { String::new() };
        sink.report(Diagnostic::new(&BAD_NAME, name.span, message).help(format!(
            "{meant}it must match `^[a-z][a-z0-9_-]*$`, with at most {LONGEST_NAME} letters; `__` and the end `-release` are reserved"
        )));
    }
}

fn is_experiment(name: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || b"_- ".contains(&byte);
    name.len() <= 255
        && name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && !name.ends_with(' ')
        && name.bytes().all(word)
}

/// CI submits the files of jobs and creates those of deployments, so that they are needed wherever a
/// step runs on Azure ML or deploys.
fn without_target(cx: &Context<'_>, ground: &Ground<'_>, sink: &mut Sink) {
    let first =
        ground.steps.iter().position(|step| step.as_ref().is_some_and(Step::needs_azure_ml_files));
    if let (Some(first), false) = (first, ground.project.targets.contains(&Home::AzureMl)) {
        let item = &cx.spec.steps.items[first];
        let on_azure_ml = ground.steps[first].as_ref().is_some_and(Step::is_on_azure_ml);
        let message = format!(
            "the step `{}` {}, which the project does not write",
            item.name.value,
            if on_azure_ml { "runs on Azure ML" } else { "deploys files for Azure ML" },
        );
        sink.report(
            Diagnostic::new(&PLACEMENT, item.name.span, message).help(
                "add azureml to `targets` in mlopsc.yaml: CI submits the files that it writes",
            ),
        );
    }
}

/// Counts that a platform refuses.
pub(crate) fn counts(cx: &Context<'_>, ground: &Ground<'_>, whole: &Sliced, sink: &mut Sink) {
    let mut nodes = 0_usize;
    for (at, step) in (0..).zip(ground.steps) {
        nodes = nodes.saturating_add(step.as_ref().map_or(0, Step::nodes));
        if nodes > MOST_NODES {
            let message = format!("Azure ML takes at most {MOST_NODES} steps in a pipeline");
            let help =
                "write several pipelines; those that steps use count with all of their steps";
            sink.report(Diagnostic::new(&LIMIT, cx.step_span(at), message).help(help));
            break;
        }
    }
    let slice = whole.slice.steps.iter();
    let steps = slice.filter_map(|step| ground.steps[*step as usize].as_ref());
    without_target(cx, ground, sink);
    let read = super::read_by(steps).len();
    // One is the choice of the stage.
    let most = MOST_INPUTS - usize::from(!ground.project.stages.is_empty());
    if read > most && ground.project.targets.contains(&Home::GitHub) {
        let item = &cx.spec.parameters.items[most];
        let beside = if most < MOST_INPUTS { " beside the choice of the stage" } else { "" };
        let message = format!(
            "GitHub takes at most {most} inputs{beside}, and the steps read {read} parameters"
        );
        sink.report(
            Diagnostic::new(&LIMIT, item.name.span, message)
                .help("read rarely changed values from a file, or leave github out of `targets`"),
        );
    }
}
