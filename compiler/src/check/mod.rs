//! What a spec means: proofs, and the decisions that can fail.
//!
//! [`check`] is the only way to a [`Checked`], and a [`Checked`] is all that lowering needs.

mod binder;
pub mod cut;
mod files;
mod homes;
mod limits;
mod names;
mod order;
mod outputs;
mod parameters;
mod place;
mod project;
mod references;
mod scripts;
pub mod slice;
mod steps;
mod surroundings;
mod triggers;

use binder::EdgeSite;
use cut::Vertex;
use names::Context;
use order::Graph;
use triggers::Ground;
pub(crate) use triggers::{CheckedTrigger, Sliced, read_by};

use crate::diagnostics::Sink;
use crate::plan::{Home, Parameter, Project, Step, Text, When};
use crate::source::Files;
use crate::spec::Spec;
use crate::spec::project::ProjectSpec;
use crate::spec::steps::Engine;

/// A spec that holds: every name leads somewhere, every edge fits, every trigger has a home.
#[derive(Debug)]
pub struct Checked<'a> {
    pub(crate) spec: &'a Spec,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) steps: Vec<Step>,
    pub(crate) edges: Vec<EdgeSite>,
    pub(crate) env: Vec<(String, Text)>,
    /// The whole graph.
    pub(crate) whole: Sliced,
    pub(crate) triggers: Vec<CheckedTrigger>,
    pub(crate) project: Project,
    /// Names of submissions; a vertex's number leads here.
    pub(crate) submissions: Vec<String>,
    /// Parameters that nothing reads.
    pub(crate) unread: Vec<u32>,
    /// CI steps that Azure ML's schedules skip and that can run before a release.
    pub(crate) release_checks: Option<Sliced>,
}

/// Proves a spec; `None` when a mistake was reported.
pub fn check<'a>(
    spec: &'a Spec,
    project_spec: &'a ProjectSpec,
    files: &'a dyn Files,
    folder: &'a str,
    sink: &mut Sink,
) -> Option<Checked<'a>> {
    let before = sink.errors();
    let cx = Context::new(spec, project_spec, files, folder);
    limits::names(&cx, sink);
    let project = project::project(project_spec, &mut Sink::new());
    let parameters = parameters::parameters(&cx, sink);
    let env = surroundings::env(&cx, sink);
    let all = steps::steps(&cx, sink);
    let named = triggers::named(&cx, sink);
    let default_skip = triggers::default_skip(&cx, sink);
    let graph = order::graph(&cx, all.edges, sink)?;
    let (vertices, submissions) = vertices(&cx, &all.engines)?;
    let pasted = triggers::pasted(&all.bound, parameters.len());
    let project = project?;
    let ground = Ground {
        graph: &graph,
        vertices: &vertices,
        parameters: &parameters,
        steps: &all.bound,
        pasted: &pasted,
        project: &project,
    };
    triggers::parameters_pasteable(&cx, &ground, sink);
    let whole = ground.sliced(None, &[]);
    let triggers: Vec<CheckedTrigger> = named
        .iter()
        .filter_map(|named| triggers::prove(&cx, &ground, named, &default_skip, sink))
        .collect();
    triggers::no_twins(&triggers, sink);
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
        env: env?,
        whole,
        triggers,
        project,
        submissions,
        release_checks,
        unread: (0u32..).zip(&all.used).filter(|(_, used)| !**used).map(|(at, _)| at).collect(),
    })
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
    let on_ci =
        |step: u32| ground.steps[step as usize].as_ref().is_some_and(|step| !step.is_on_azure_ml());
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

/// Reports what is wrong with a project file; specs then trust it.
pub fn check_project(spec: &ProjectSpec, sink: &mut Sink) {
    project::project(spec, sink);
}

/// What the cut must know of each step; `None` when an engine is not known.
#[allow(clippy::cast_possible_truncation)]
fn vertices(cx: &Context<'_>, engines: &[Option<Engine>]) -> Option<(Vec<Vertex>, Vec<String>)> {
    let mut names: Vec<String> = Vec::new();
    let mut number = |name: &str| {
        let known = names.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        }) as u32
    };
    let mut vertices = Vec::with_capacity(engines.len());
    for (step, engine) in (0u32..).zip(engines) {
        let body = cx.step(step)?;
        let submission = body.submission.as_ref().map(|name| number(&name.name.value));
        let when = body.when.as_ref().map_or(When::Success, |when| when.value.plan());
        vertices.push(Vertex {
            engine: match (*engine)? {
                Engine::AzureMl => cut::Engine::AzureMl,
                Engine::Ci => cut::Engine::Ci,
            },
            submission,
            approval: body.approval.is_some(),
            tolerant: when != When::Success,
        });
    }
    Some((vertices, names))
}
