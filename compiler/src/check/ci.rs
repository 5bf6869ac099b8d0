//! CI steps as jobs: what only they have.

use super::matrix::{self, Combinations};
use super::names::Context;
use super::passthrough;
use super::varied::Varied;
use super::{files, images};
use crate::diagnostics::{
    BAD_VALUE, CONFLICT, Diagnostic, MISSING_FILE, MISSING_KEY, Sink, excerpt,
};
use crate::plan::{Cache, CacheTool, CiExtras, CiPlace, Home};
use crate::source::{Spanned, join};
use crate::spec::ci::CacheSpec;
use crate::spec::steps::{Kind, StepSpec};
use crate::spec::values::PathText;

/// The job of a CI step; `None` when a mistake was reported.
pub(crate) fn job(
    cx: &Context<'_>,
    step: u32,
    combinations: Option<Combinations>,
    sink: &mut Sink,
) -> Option<CiPlace> {
    let body = cx.step(step)?;
    let before = sink.errors();
    let mut varied = Varied { cx, body, combinations };
    let runner = varied.runner(sink);
    if let Some(runner) = &runner {
        super::limits::hosted(cx, body, runner, sink);
    }
    let is_own_work = body.kind().is_some_and(Kind::is_own_work);
    let needs_azure = body.kind().is_some_and(Kind::needs_azure);
    let reads = !needs_azure || body.kind().is_some_and(Kind::reads_repository);
    let own = || Some(images::Container::default());
    let container = if is_own_work { own() } else { varied.container(sink) };
    let working_dir = varied.working_dir(sink);
    let python = varied.python(sink);
    let artifacts = varied.artifacts(sink);
    let environment = body.approval.as_ref().or(body.ci_environment.as_ref());
    both_environments(body, sink);
    let targets = super::project::targets(cx.project);
    matrix::limits(body, targets.contains(&Home::AzurePipelines), sink);
    let mut extras = extras(cx, body, sink);
    extras.matrix = varied.combinations.map(|it| Box::new(it.matrix));
    if sink.errors() > before {
        return None;
    }
    let container = container?;
    Some(CiPlace {
        runner: runner?,
        container: container.name,
        image: container.image,
        working_dir,
        python,
        checkout: body.checkout.as_ref().map_or(reads, |it| it.value),
        azure: needs_azure || body.azure.as_ref().is_some_and(|it| it.value),
        environment: environment.map(|it| it.value.0.clone()),
        artifacts,
        extras,
    })
}

/// Files that do not exist yet, so that only the path can be proved.
pub(crate) fn kept(cx: &Context<'_>, path: &Spanned<PathText>, sink: &mut Sink) -> Option<String> {
    let full = join(cx.folder, &path.value.0);
    if full.is_none() {
        let message = format!("`{}` leaves the project's root", path.value.0);
        let help = "only what lies below the root can be kept; paths start at the spec's folder";
        sink.report(Diagnostic::new(&MISSING_FILE, path.span, message).help(help));
    }
    full
}

/// A CI job belongs to one environment.
fn both_environments(body: &StepSpec, sink: &mut Sink) {
    if let (Some(approval), Some(environment)) = (&body.approval, &body.ci_environment)
        && approval.value != environment.value
    {
        let message = "a CI job belongs to one environment";
        sink.report(
            Diagnostic::new(&CONFLICT, environment.span, message)
                .related(approval.span, "the approval's environment")
                .help("name the same one, or leave `ci_environment` out"),
        );
    }
}

fn extras(cx: &Context<'_>, body: &StepSpec, sink: &mut Sink) -> CiExtras {
    let results = body.test_results.0.iter().filter_map(|path| results(cx, path, sink));
    let test_results = results.collect();
    CiExtras {
        caches: body.cache.as_ref().map_or_else(Vec::new, |cache| caches(cx, cache, sink)),
        test_results,
        problems: body.problems.0.iter().map(|tool| tool.value.word()).collect(),
        retries: body.retry.as_ref().map_or(0, |it| u8::try_from(it.0.value).unwrap_or(0)),
        permissions: body.permissions.as_ref().map_or_else(Vec::new, |it| it.asked()),
        matrix: None,
        passthrough: passthrough::of_step(body, sink),
        variable_groups: body.variable_groups.0.iter().map(|it| it.value.clone()).collect(),
        services: Vec::new(),
    }
}

/// Test results do not exist yet either. Several are told apart by line ends.
fn results(cx: &Context<'_>, path: &Spanned<PathText>, sink: &mut Sink) -> Option<String> {
    let full = kept(cx, path, sink)?;
    if full.starts_with('!') || full.contains("$(") {
        let message =
            "Azure Pipelines reads `!` at the start and `$(` in a path in ways of its own";
        sink.report(Diagnostic::new(&BAD_VALUE, path.span, message).help("rename the file"));
        return None;
    }
    Some(full)
}

fn caches(cx: &Context<'_>, spec: &CacheSpec, sink: &mut Sink) -> Vec<Cache> {
    let written = [(CacheTool::Pip, &spec.pip), (CacheTool::Conda, &spec.conda)];
    let written = written.into_iter().filter(|(_, files)| !files.0.is_empty());
    let caches: Vec<Cache> = written
        .map(|(tool, paths)| {
            let files = paths.0.iter().filter_map(|path| key_file(cx, path, sink)).collect();
            Cache { tool, files }
        })
        .collect();
    if caches.is_empty() && !spec.broken {
        let message = "this `cache` holds nothing";
        sink.report(Diagnostic::new(&MISSING_KEY, spec.span, message).help(
            "write `pip: requirements.txt`, with the files that say which packages are installed",
        ));
    }
    caches
}

/// A file whose content names a cache. Both platforms take its path for a pattern, and Azure
/// Pipelines cuts a key at `|` and `,`.
fn key_file(cx: &Context<'_>, path: &Spanned<PathText>, sink: &mut Sink) -> Option<String> {
    let full = files::file(cx, cx.folder, &path.value.0, path.span, sink)?;
    let plain = |letter: char| letter.is_alphanumeric() || "._-/+@ ".contains(letter);
    if full.chars().all(plain) {
        return Some(full);
    }
    let message = format!("the platforms would read `{}` as a pattern", excerpt(&full));
    let help =
        "a file that a cache depends on has letters, digits, blanks and `. _ - + @` in its path";
    sink.report(Diagnostic::new(&BAD_VALUE, path.span, message).help(help));
    None
}
