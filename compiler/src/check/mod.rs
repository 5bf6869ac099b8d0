//! What a spec means: proofs, and the decisions that can fail.
//!
//! [`check`] is the only way to a [`Checked`], and a [`Checked`] is all that lowering needs.

mod binder;
mod bindings;
mod calls;
mod ci;
pub(crate) mod circle;
pub(crate) mod completed;
mod component;
mod component_files;
mod component_nodes;
mod conditions;
pub mod cut;
mod deployments;
mod endpoints;
mod events;
mod files;
mod handover;
mod homes;
mod image_paths;
pub(crate) mod images;
mod interface;
mod limits;
mod matching;
mod matrix;
mod names;
mod optional;
mod order;
mod outputs;
mod own;
mod parameters;
mod passthrough;
mod pipeline_outputs;
mod place;
mod project;
mod references;
mod registered;
mod scripts;
pub(crate) mod services;
mod settings;
mod size;
pub mod slice;
mod stages;
mod steps;
mod surroundings;
mod triggers;
mod twins;
pub mod uses;
mod varied;
mod wiring;
mod within;

use std::collections::{BTreeMap, BTreeSet};

use binder::EdgeSite;
use completed::Upstreams;
use cut::Vertex;
pub(crate) use files::meant;
use files::{AbsentData, AbsentFolder};
use images::Digests;
pub(crate) use images::Shared;
use names::Context;
use order::Graph;
pub(crate) use size::MOST_WRITTEN;
use size::Sizes;
use triggers::Ground;
pub(crate) use triggers::{CheckedTrigger, Sliced, read_by};
use uses::Uses;

use crate::diagnostics::Sink;
use crate::plan::{
    BuiltImage, Home, Keys, Parameter, Passthrough, PipelineOutput, Project, StageId, Step, Task,
    Text, When,
};
use crate::source::{Files, Sources, Spanned};
use crate::spec::Spec;
use crate::spec::project::ProjectSpec;
use crate::spec::steps::Engine;
use crate::spec::when::WhenSpec;

/// A spec that holds: every name leads somewhere, every edge fits, every trigger has a home.
#[derive(Debug)]
pub struct Checked<'a> {
    pub(crate) spec: &'a Spec,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) steps: Vec<Step>,
    pub(crate) edges: Vec<EdgeSite>,
    pub(crate) env: Vec<(String, Text)>,
    /// Who steps on Azure ML are when they read data.
    pub(crate) identity: Keys,
    /// Keys of the files that only one platform has.
    pub(crate) passthrough: Passthrough,
    /// What the pipeline gives.
    pub(crate) outputs: Vec<PipelineOutput>,
    /// The whole graph.
    pub(crate) whole: Sliced,
    pub(crate) triggers: Vec<CheckedTrigger>,
    pub(crate) project: Project,
    /// Names of the images that the project builds.
    pub(crate) image_names: BTreeSet<&'a str>,
    /// Those that steps use.
    pub(crate) images: Vec<BuiltImage>,
    /// The stage that was looked at.
    pub(crate) stage: Option<StageId>,
    /// The stage that all of the spec always runs in.
    pub(crate) whole_stage: Option<StageId>,
    /// Its name, also for a part of another spec.
    pub(crate) stage_name: Option<&'a str>,
    /// Names of submissions; a vertex's number leads here.
    pub(crate) submissions: Vec<String>,
    /// Parameters that nothing reads.
    pub(crate) unread: Vec<u32>,
    /// CI steps that Azure ML's schedules skip and that can run before a release.
    pub(crate) release_checks: Option<Sliced>,
    /// Where path filters start in a folder that is not there.
    pub(crate) absent_folders: Vec<Spanned<AbsentFolder>>,
    /// Data that is not there.
    pub(crate) absent_data: Vec<Spanned<AbsentData>>,
    /// About how many bytes the files of the whole graph have.
    pub(crate) written: usize,
}

/// What is proved.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The spec, as its stage has it.
    pub spec: &'a Spec,
    /// Its project, as its stage has it.
    pub project: Shared<'a>,
    /// The stage; `None`: the project has none, or the spec is a part of another one.
    pub stage: Option<StageId>,
    /// The stage's name, also for a part of another spec.
    pub stage_name: Option<&'a str>,
    /// The files that both name.
    pub files: &'a dyn Files,
    /// The root-relative folder of the spec.
    pub folder: &'a str,
}

/// Proves a spec; `None` when a mistake was reported.
pub fn check<'a>(
    subject: Subject<'a>,
    (uses, upstreams): (&Uses, &Upstreams),
    sources: &mut Sources,
    sink: &mut Sink,
) -> Option<Checked<'a>> {
    let Subject { spec, project, files, folder, stage, stage_name } = subject;
    let project_spec = project.spec;
    let before = sink.errors();
    let interfaces = interface::interfaces(spec, files, folder, uses, sources, sink);
    let cx = Context::new(spec, project, (files, folder), &interfaces, upstreams);
    before_steps(&cx, sink);
    let project = project::of_spec(spec, project_spec);
    let parameters = parameters::parameters(&cx, sink);
    let env = surroundings::env(&cx, sink);
    let identity = spec.identity.as_ref().map(|it| it.keys(sink)).unwrap_or_default();
    let passthrough = passthrough::of_file(spec.passthrough.as_deref(), sink);
    let unbound = sink.errors();
    let all = steps::steps(&cx, &parameters, sink);
    let is_whole = sink.errors() == unbound && all.bound.iter().all(Option::is_some);
    registered::once(&cx, &all.bound, sink);
    let outputs = pipeline_outputs::outputs(&cx, &all.engines, sink);
    let pasted = bindings::pasted(&all.bound, parameters.len());
    let named = triggers::named(&cx, (stage, &parameters), &pasted, sink);
    let default_skip = triggers::default_skip(&cx, sink);
    let graph = order::graph(&cx, all.edges, sink)?;
    let (vertices, submissions) = vertices(&cx, &all.engines);
    let sizes =
        Sizes::new(spec, &parameters, &all.bound, env.as_deref().unwrap_or_default(), &project);
    let ground = Ground {
        graph: &graph,
        vertices: &vertices,
        parameters: &parameters,
        sizes: &sizes,
        steps: &all.bound,
        pasted: &pasted,
        project: &project,
        is_placed: all.engines.iter().all(Option::is_some),
        is_whole,
    };
    bindings::parameters_pasteable(&cx, &ground, sink);
    let whole = ground.sliced(None, &[]);
    let triggers = triggers::prove_all(&cx, &ground, &whole, (&named, &default_skip), sink);
    together(&cx, &ground, &triggers, sink);
    let release_checks = release_checks(&ground, &whole, &triggers);
    limits::counts(&cx, &ground, &whole, sink);
    if sink.errors() > before {
        return None;
    }
    let Graph { sites, .. } = graph;
    Some(Checked {
        spec,
        parameters: parameters.into_iter().collect::<Option<_>>()?,
        steps: all.bound.into_iter().collect::<Option<_>>()?,
        edges: sites,
        written: sizes.of(&whole),
        env: env?,
        identity,
        passthrough,
        outputs,
        whole,
        triggers,
        project,
        image_names: project_spec.images.names().collect(),
        images: cx.built.take(),
        stage,
        whole_stage: stages::of_spec(&cx),
        stage_name,
        submissions,
        release_checks,
        absent_folders: files::absent_folders(&cx),
        absent_data: files::absent_data(&cx),
        unread: unused(&all.used),
    })
}

/// What steps and triggers may not do together.
fn together(cx: &Context<'_>, ground: &Ground<'_>, triggers: &[CheckedTrigger], sink: &mut Sink) {
    twins::no_twins(triggers, sink);
    calls::differ(triggers, sink);
    stages::jobs_hold(cx, ground, ground.project, sink);
    deployments::hold(cx, ground.steps, triggers, sink);
}

/// What can be said before any step is bound.
fn before_steps(cx: &Context<'_>, sink: &mut Sink) {
    stages::hold(cx, sink);
    component_files::local_files(cx, sink);
    limits::names(cx, sink);
    place::containers(cx, sink);
}

/// The indices of what is not used.
fn unused(used: &[bool]) -> Vec<u32> {
    (0u32..).zip(used).filter(|(_, used)| !**used).map(|(at, _)| at).collect()
}

/// What schedules on Azure ML skip, as far as CI can do it alone.
fn release_checks(
    ground: &Ground<'_>,
    whole: &Sliced,
    triggers: &[CheckedTrigger],
) -> Option<Sliced> {
    let scheduled: Vec<&CheckedTrigger> =
        triggers.iter().filter(|trigger| trigger.homes.contains(&Home::AzureMl)).collect();
    if scheduled.is_empty() {
        return None;
    }
    // What registers or deploys is no check, and happens for whoever starts it.
    let is_check = |step: &Step| !step.is_on_azure_ml() && !matches!(step.task, Task::Own(_));
    let on_ci = |step: u32| ground.steps[step as usize].as_ref().is_some_and(is_check);
    let mut ci_alone = vec![false; ground.steps.len()];
    for &step in whole.slice.dag.order() {
        let earlier = whole.slice.dag.predecessors(step);
        ci_alone[step as usize] = on_ci(step) && earlier.iter().all(|it| ci_alone[*it as usize]);
    }
    let skipped = |step: &u32| {
        ci_alone[*step as usize] && scheduled.iter().any(|trigger| trigger.skip.contains(step))
    };
    let goals: Vec<u32> = whole.slice.steps.iter().copied().filter(skipped).collect();
    (!goals.is_empty()).then(|| ground.sliced(Some(&goals), &[]))
}

/// Reads what the project's images are built of.
pub(crate) fn image_digests(
    spec: &ProjectSpec,
    files: &dyn Files,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Digests {
    let project = project::project(spec, &mut Sink::new());
    let homes = [Home::GitHub, Home::AzurePipelines].into_iter();
    let homes = homes.filter(|home| project.targets.contains(home));
    let folders: Vec<&str> = homes.map(|home| project.folder(home)).collect();
    images::digests(spec, &folders, files, sources, sink)
}

/// Where the files for Azure ML go.
pub(crate) fn azure_ml_folder(spec: &ProjectSpec) -> String {
    project::project(spec, &mut Sink::new()).azure_ml_folder
}

/// Reports what is wrong with a project file; specs then trust it.
pub fn check_project(spec: &ProjectSpec, sink: &mut Sink) {
    project::project(spec, sink);
    stages::project_holds(spec, sink);
}

/// Reports what is wrong with what a spec changes in the stages of its project.
pub fn check_stages(spec: &Spec, project: &ProjectSpec, sink: &mut Sink) {
    stages::spec_holds(spec, project, sink);
}

/// What the cut must know of each step, and the names of submissions. A step whose engine is not
/// known counts as one on CI, so that further mistakes are found; nothing is made of it.
#[allow(clippy::cast_possible_truncation)]
fn vertices<'a>(cx: &Context<'a>, engines: &[Option<Engine>]) -> (Vec<Vertex>, Vec<String>) {
    let mut numbers: BTreeMap<&'a str, u32> = BTreeMap::new();
    let mut names: Vec<String> = Vec::new();
    let mut number = |name: &'a str| {
        *numbers.entry(name).or_insert_with(|| {
            names.push(name.to_owned());
            names.len() as u32 - 1
        })
    };
    let each = (0u32..).zip(engines).map(|(step, engine)| {
        let body = cx.step(step);
        let when = body.and_then(|body| body.when.as_ref()).map(WhenSpec::plan);
        Vertex {
            engine: match engine {
                Some(Engine::AzureMl) => cut::Engine::AzureMl,
                Some(Engine::Ci) | None => cut::Engine::Ci,
            },
            submission: body
                .and_then(|body| body.submission.as_ref())
                .map(|name| number(&name.name.value)),
            approval: body.is_some_and(|body| body.approval.is_some()),
            tolerant: when.is_some_and(|when| when != When::Success),
        }
    });
    (each.collect(), names)
}
