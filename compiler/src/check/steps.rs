//! Every step in the plan's words, and the edges between them.

use super::binder::{Collected, EdgeSite, StepBinder};
use super::interface::Interface;
use super::names::Context;
use super::{ci, conditions, outputs, own, place, size, stages, surroundings};
use crate::diagnostics::{CONFLICT, Diagnostic, LIMIT, MISSING_KEY, Sink};
use crate::plan::{
    AzureMlPlace, ComponentKind, Condition, Input, Output, Parameter, Place, Reference, Scalar,
    Setting, Source, Step, StepId, Text as PlanText, ValueType, When,
};
use crate::source::Span;
use crate::spec::matrix::OrMatrix;
use crate::spec::steps::{
    Binder, Engine, Kind, Need, StepSpec, Takes, a_step, component_keys, component_takes,
};
use crate::spec::when::WhenSpec;

/// What came of the steps. A step is `None` when something of it was refused.
pub(crate) struct Steps {
    pub(crate) engines: Vec<Option<Engine>>,
    pub(crate) bound: Vec<Option<Step>>,
    /// Where each input of each step was first asked for.
    pub(crate) places: Vec<Vec<Span>>,
    pub(crate) edges: Vec<EdgeSite>,
    /// Which parameters are read.
    pub(crate) used: Vec<bool>,
}

/// Checks all steps.
#[allow(clippy::cast_possible_truncation)]
pub(crate) fn steps(cx: &Context<'_>, parameters: &[Option<Parameter>], sink: &mut Sink) -> Steps {
    let count = cx.spec.steps.items.len() as u32;
    let engines: Vec<Option<Engine>> = (0..count).map(|it| place::engine(cx, it, sink)).collect();
    let outputs = all_outputs(cx, &engines, sink);
    let mut all = Steps {
        engines,
        bound: Vec::with_capacity(count as usize),
        places: Vec::with_capacity(count as usize),
        edges: Vec::new(),
        used: vec![false; cx.spec.parameters.items.len()],
    };
    let mut held = 0;
    for step in 0..count {
        order(cx, step, &mut all.edges, sink);
        let bound = bind(cx, step, (parameters, &outputs), &mut all, sink);
        let (bound, places) = bound.unwrap_or_default();
        held += bound.as_ref().map_or(0, |step| size::place(&step.place));
        let is_too_much = held > size::MOST_WRITTEN;
        all.bound.push(bound.filter(|_| !is_too_much));
        all.places.push(places);
        if is_too_much {
            sink.report(too_long_places(cx, step));
            all.bound.resize_with(count as usize, || None);
            all.places.resize_with(count as usize, Vec::new);
            break;
        }
    }
    all
}

/// Steps repeat what stands once in `defaults`, `runners` or an alias.
fn too_long_places(cx: &Context<'_>, step: u32) -> Diagnostic {
    let most = size::MOST_WRITTEN >> 20;
    let message = format!("up to here, the steps say more than {most} MiB of where they run");
    Diagnostic::new(&LIMIT, cx.step_span(step), message)
        .help("shorten the names of runners, containers, clusters and environments")
}

type AllOutputs = Vec<Option<Vec<Option<Output>>>>;

fn all_outputs(cx: &Context<'_>, engines: &[Option<Engine>], sink: &mut Sink) -> AllOutputs {
    let each = (0u32..).zip(engines).map(|(step, engine)| {
        // Without an engine the types still tell whether edges fit.
        let body = cx.step(step)?;
        let engine = (*engine).unwrap_or(Engine::Ci);
        let mut unplaced = Sink::new();
        let placed = engines[step as usize].is_some();
        Some(outputs::outputs(cx, step, body, engine, if placed { sink } else { &mut unplaced }))
    });
    each.collect()
}

/// `needs`: order without data.
fn order(cx: &Context<'_>, step: u32, edges: &mut Vec<EdgeSite>, sink: &mut Sink) {
    let Some(body) = cx.step(step) else { return };
    for need in &body.needs.0 {
        if let Some(from) = cx.find_step(&need.value, need.span, sink) {
            edges.push(EdgeSite { from, to: step, output: None, span: need.span });
        }
    }
}

type BoundStep = (Option<Step>, Vec<Span>);

fn bind(
    cx: &Context<'_>,
    step: u32,
    (parameters, outputs): (&[Option<Parameter>], &AllOutputs),
    all: &mut Steps,
    sink: &mut Sink,
) -> Option<BoundStep> {
    let body = cx.step(step)?;
    // Only steps on Azure ML have `code`.
    let likely = if body.code.is_some() { Engine::AzureMl } else { Engine::Ci };
    let engine = all.engines[step as usize].unwrap_or(likely);
    let placed = all.engines[step as usize].is_some();
    let before = sink.errors();
    wrong_engine(body, engine, placed, sink);
    if placed && engine == Engine::AzureMl {
        super::limits::lifetime(body, sink);
    }
    let (edges, used) = (&mut all.edges, &mut all.used);
    let collected = Collected { parameters, outputs, edges, used, sink };
    let mut binder = StepBinder::new(cx, step, body, engine, collected);
    if engine == Engine::Ci {
        binder.combinations = super::matrix::of(body, binder.sink);
    }
    binder.declare_inputs();
    if let (true, Engine::AzureMl, Some(kind)) = (placed, engine, body.kind()) {
        wrong_kind(cx, step, kind, binder.sink);
    }
    if let (true, Engine::Ci, Some(kind)) = (placed, engine, body.kind()) {
        own::keys(body, kind, &ci_keys(body), binder.sink);
    }
    let task = body.kind().and_then(|kind| kind.task(body, &mut binder));
    let env = env(body, &mut binder);
    let condition = if engine == Engine::Ci { conditions::bind(&mut binder) } else { None };
    let place = placed.then(|| place_of(cx, step, &mut binder)).flatten();
    let (mut inputs, asked_at) = (binder.inputs, binder.places);
    only_mode(body, &mut inputs, sink);
    // A component has names of its own, which nobody here can choose.
    if engine == Engine::AzureMl && cx.interface(step).is_none() {
        for (input, place) in inputs.iter().zip(&asked_at) {
            outputs::reserved(&input.name, *place, sink);
        }
    }
    let outputs = outputs[step as usize].clone().and_then(|all| all.into_iter().collect());
    if sink.errors() > before || body.broken {
        return Some((None, asked_at));
    }
    let parts =
        Parts { inputs, outputs: outputs?, env: env?, place: place?, task: task?, condition };
    Some((Some(assemble(cx, step, body, parts)), asked_at))
}

/// Gives the data the mode of a kind that has only one.
fn only_mode(body: &StepSpec, inputs: &mut [Input], sink: &mut Sink) {
    let Some(only) = body.kind().and_then(Kind::only_mode) else { return };
    for (_, spec) in body.inputs.good() {
        outputs::one_mode(spec.mode.as_ref(), Some(only), sink);
    }
    for input in inputs.iter_mut().filter(|input| !input.kind.is_scalar()) {
        input.mode = Some(only);
    }
}

struct Parts {
    inputs: Vec<Input>,
    outputs: Vec<Output>,
    env: Vec<(String, PlanText)>,
    place: Place,
    task: crate::plan::Task,
    condition: Option<Box<Condition>>,
}

fn assemble(cx: &Context<'_>, step: u32, body: &StepSpec, parts: Parts) -> Step {
    let name = cx.step_name(step).to_owned();
    let needs = body.needs.0.iter().filter_map(|need| cx.steps.get(need.value.as_str()));
    let tags = body.tags.good().map(|(name, tag)| (name.value.clone(), tag.0.value.clone()));
    let timeout = match parts.place {
        Place::Ci(_) => place::timeout(cx, body),
        Place::AzureMl(_) => body.timeout.as_ref(),
    };
    Step {
        display_name: body
            .display_name
            .as_ref()
            .map_or_else(|| name.clone(), |it| it.value.clone()),
        name,
        description: body.description.as_ref().map(|it| it.value.clone()),
        place: parts.place,
        task: parts.task,
        inputs: parts.inputs,
        outputs: parts.outputs,
        env: parts.env,
        timeout_seconds: timeout.map(|it| it.value.0),
        approval: body.approval.as_ref().map(|it| it.value.0.clone()),
        stage: stages::of_step(cx, body),
        when: body.when.as_ref().map_or(When::Success, WhenSpec::plan),
        condition: parts.condition,
        needs: needs.map(|index| StepId(*index)).collect(),
        tags: tags.collect(),
    }
}

/// Keys that mean nothing on the step's engine.
fn wrong_engine(body: &StepSpec, engine: Engine, placed: bool, sink: &mut Sink) {
    if !placed {
        return;
    }
    let (engine, wrong): (_, &[(&str, Option<Span>)]) = match engine {
        Engine::AzureMl => ("Azure ML", &ci_keys(body)),
        Engine::Ci => ("the CI platform", &azure_ml_keys(body)),
    };
    for (key, span) in wrong {
        // Both engines have services, of their own kinds.
        if let Some(span) = span.filter(|_| *key != "services") {
            let message = format!("`{key}` means nothing on a step of {engine}");
            let own = body.kind().filter(|kind| kind.is_own_work());
            let help = own.and_then(|kind| kind.instead(key)).unwrap_or_else(|| instead(key));
            sink.report(Diagnostic::new(&CONFLICT, span, message).help(help));
        }
    }
}

/// Keys of Azure ML steps that only some kinds take.
fn wrong_kind(cx: &Context<'_>, step: u32, kind: &dyn Kind, sink: &mut Sink) {
    let Some(body) = cx.step(step) else { return };
    let interface = cx.interface(step);
    if matches!(interface, Some(Interface::Broken)) {
        return;
    }
    // Neither a sweep nor another spec takes what the component behind it would.
    let component = interface.and_then(Interface::kind).filter(|_| body.component.is_some());
    let keys = component.map_or_else(|| kind.keys(), component_keys);
    let code = ("code", body.code.as_ref().map(|it| it.span));
    for (key, span) in azure_ml_keys(body).into_iter().chain(shared_keys(body)).chain([code]) {
        let Some(span) = span.filter(|_| !keys.contains(&key)) else { continue };
        if matches!(key, "submission" | "tags" | "environment") {
            continue;
        }
        let message = format!("{} takes no `{key}`", a_step(kind.key()));
        let help = kind.instead(key).unwrap_or("remove it");
        sink.report(Diagnostic::new(&CONFLICT, span, message).help(help));
    }
}

/// Keys that steps of both engines have.
fn shared_keys(body: &StepSpec) -> [(&'static str, Option<Span>); 2] {
    [
        ("env", body.env.items.first().map(|it| it.name.span)),
        ("timeout", body.timeout.as_ref().map(|it| it.span)),
    ]
}

/// What an author may have meant by a key of the other engine.
fn instead(key: &str) -> &'static str {
    match key {
        "container" | "variant" | "python" => {
            "the software of a step on Azure ML is its `environment`"
        }
        "retry" => "Azure ML tries the mini-batches of a `parallel` step again: `max_retries`",
        "test_results" => "write them into an output, and read it in a CI step",
        "working_dir" => "a step on Azure ML runs in its `code` folder",
        "matrix" => "on Azure ML a `sweep` tries a command with many values",
        "shell" => "Azure ML reads commands with its own",
        "artifacts" => "files of a step on Azure ML are its `outputs`",
        "when" => "on Azure ML a step runs when all that it needs has succeeded",
        "azure" => "a step on Azure ML has the identity of its cluster",
        "ci_environment" => "write `approval` for people to approve before the step starts",
        "environment" => {
            "the software of a CI step is its `container` or `python`; its CI environment is `ci_environment`"
        }
        "resources" => "the machine of a CI step is its `runner`",
        "identity" => "a CI step signs in with `azure: true`",
        "reuse" => "a CI step runs each time",
        "variable_groups" => {
            "CI reads the variables of a step on Azure ML when it submits the job: write the groups at the root"
        }
        "stage" => {
            "what a run does on Azure ML is in the run's stage: write `stage` on the trigger, or at the root of the spec; what is for another stage is a spec of its own"
        }
        _ => "remove it",
    }
}

fn ci_keys(body: &StepSpec) -> [(&'static str, Option<Span>); 19] {
    [
        ("matrix", body.matrix.as_ref().map(|it| it.span)),
        ("container", body.container.as_ref().map(OrMatrix::span)),
        ("variant", body.variant.as_ref().map(|it| it.span)),
        ("working_dir", body.working_dir.as_ref().map(OrMatrix::span)),
        ("python", body.python.as_ref().map(OrMatrix::span)),
        ("shell", body.shell.as_ref().map(|it| it.span)),
        ("checkout", body.checkout.as_ref().map(|it| it.span)),
        ("azure", body.azure.as_ref().map(|it| it.span)),
        ("ci_environment", body.ci_environment.as_ref().map(|it| it.span)),
        ("artifacts", body.artifacts.items.first().map(|it| it.name.span)),
        ("when", body.when.as_ref().map(WhenSpec::span)),
        ("cache", body.cache.as_ref().map(|it| it.span)),
        ("test_results", body.test_results.0.first().map(|it| it.span)),
        ("problems", body.problems.0.first().map(|it| it.span)),
        ("passthrough", body.passthrough.as_ref().map(|it| it.span)),
        ("retry", body.retry.as_ref().map(|it| it.0.span)),
        ("permissions", body.permissions.as_ref().map(|it| it.span)),
        ("stage", body.stage.as_ref().map(|it| it.span)),
        ("variable_groups", body.variable_groups.0.first().map(|it| it.span)),
    ]
}

fn azure_ml_keys(body: &StepSpec) -> [(&'static str, Option<Span>); 9] {
    [
        ("environment", body.environment.as_ref().map(|it| it.span)),
        ("resources", body.resources.as_ref().map(|it| it.span)),
        ("distribution", body.distribution.as_ref().map(|it| it.span)),
        ("identity", body.identity.as_ref().map(|it| it.span)),
        ("queue", body.queue.as_ref().map(|it| it.span)),
        ("services", body.services.items.first().map(|it| it.name.span)),
        ("reuse", body.reuse.as_ref().map(|it| it.span)),
        ("submission", body.submission.as_ref().map(|it| it.name.span)),
        ("tags", body.tags.items.first().map(|it| it.name.span)),
    ]
}

fn env(body: &StepSpec, binder: &mut StepBinder<'_, '_>) -> Option<Vec<(String, PlanText)>> {
    let mut env = Vec::with_capacity(body.env.items.len());
    let mut good = true;
    for (name, text) in body.env.good() {
        if binder.engine() == Engine::Ci {
            surroundings::not_the_runners_own(binder.cx, name, binder.sink);
            surroundings::no_code(name, text, binder.sink);
            surroundings::no_macro(text, binder.sink);
        }
        if binder.engine() == Engine::AzureMl && !text.is_literal() {
            let message = "on Azure ML `env` takes literals";
            binder.report(
                Diagnostic::new(&CONFLICT, text.spans[0], message)
                    .help("refer to the value in `run` and hand it to the command there"),
            );
            good = false;
        } else if let Some(text) = binder.plan_text(text) {
            env.push((name.value.clone(), text));
        } else {
            good = false;
        }
    }
    good.then_some(env)
}

fn place_of(cx: &Context<'_>, step: u32, binder: &mut StepBinder<'_, '_>) -> Option<Place> {
    match binder.engine() {
        Engine::AzureMl => azure_ml(cx, step, binder).map(|place| Place::AzureMl(Box::new(place))),
        Engine::Ci => {
            let services = super::services::containers(cx, binder);
            let combinations = binder.combinations.take();
            let job = ci::job(cx, step, combinations, binder.sink).map(|mut job| {
                job.extras.services = services;
                job
            })?;
            super::services::machines(binder.body, &job, binder.sink)?;
            Some(Place::Ci(Box::new(job)))
        }
    }
}

fn azure_ml(cx: &Context<'_>, step: u32, binder: &mut StepBinder<'_, '_>) -> Option<AzureMlPlace> {
    let body = cx.step(step)?;
    let interface = cx.interface(step);
    let component = interface.and_then(Interface::kind);
    let own = body.kind()?.takes();
    let takes = match (interface, component.filter(|_| body.component.is_some())) {
        // What was refused is not asked what it takes.
        (Some(Interface::Broken), _) => Takes { compute: Need::May, ..own },
        (_, Some(kind)) => component_takes(kind),
        (_, None) => own,
    };
    let compute = compute(cx, step, takes.compute, binder);
    let environment = place::environment(cx, step, takes.environment, binder.sink);
    if let Some(resources) = &body.resources {
        let parallel = body.parallel.is_some() || component == Some(ComponentKind::Parallel);
        resource_rules(parallel, resources, binder.sink);
    }
    let integer = &[crate::plan::ValueType::Integer];
    let resources =
        place::resources(body.resources.as_deref(), |text| binder.reference(text, integer));
    Some(AzureMlPlace {
        compute,
        environment,
        resources,
        settings: super::settings::node(body, binder.sink),
        submission: body.submission.as_ref().map(|it| it.name.value.clone()),
    })
}

fn compute(
    cx: &Context<'_>,
    step: u32,
    need: Need,
    binder: &mut StepBinder<'_, '_>,
) -> Option<Setting> {
    let found = place::compute(cx, step, need, binder.sink);
    if need == Need::Inside && found.is_none() {
        inner_clusters(cx, step, binder.sink);
    }
    match found? {
        place::Cluster::Fixed(name) => Some(Setting::Fixed(Scalar::Text(name))),
        place::Cluster::Reference(text) => binder.reference(text, &[ValueType::String]),
    }
}

/// Nodes of a pipeline component that run on the job's cluster, of which there is none.
fn inner_clusters(cx: &Context<'_>, step: u32, sink: &mut Sink) {
    let closed = cx.interface(step).and_then(Interface::closed);
    let node = closed.and_then(|closed| closed.clusterless.as_ref());
    if let (Some(node), Some(at)) = (node, cx.step(step).and_then(StepSpec::brought)) {
        let message = format!("the node `{}` of the component has no `compute`", node.value);
        sink.report(
            Diagnostic::new(&MISSING_KEY, at, message).related(node.span, "this node").help(
                "write it at the node, or `defaults.compute` here; Azure ML reads no `settings` of a component",
            ),
        );
    }
}

fn resource_rules(
    parallel: bool,
    resources: &crate::spec::resources::ResourcesSpec,
    sink: &mut Sink,
) {
    use crate::spec::text::OrReference;
    if let Some(size) = &resources.shm_size {
        let digits = size.value.strip_suffix(['b', 'k', 'm', 'g']);
        let is_number = |digits: &str| !digits.starts_with('0') && digits.parse::<u64>().is_ok();
        if !digits.is_some_and(is_number) {
            let message = format!("`{}` is not a size of shared memory", size.value);
            sink.report(
                Diagnostic::new(&crate::diagnostics::BAD_VALUE, size.span, message)
                    .help("write a number and b, k, m or g, such as 8g"),
            );
        }
    }
    if let (Some(workers), false) = (&resources.max_concurrency_per_instance, parallel) {
        let span = match workers {
            OrReference::Value(count) => count.0.span,
            OrReference::Reference(text) => text.span,
        };
        let message = "`max_concurrency_per_instance` is for `parallel` steps";
        sink.report(Diagnostic::new(&CONFLICT, span, message));
    }
    // Azure ML takes an expression for the machines of a parallel node, not of a command.
    if let (Some(OrReference::Reference(text)), false) = (&resources.instance_count, parallel) {
        let message = "Azure ML takes a parameter for `instance_count` on `parallel` steps only";
        sink.report(Diagnostic::new(&CONFLICT, text.span, message).help("write a number"));
    }
}

/// Whether a step's inputs hold a fact of the CI run that Azure ML's scheduler does not know, and
/// which input.
pub(crate) fn needs_ci_fact(step: &Step) -> Option<usize> {
    let is_ci = |reference: &Reference| {
        matches!(
            reference,
            Reference::GitBranch | Reference::GitTag | Reference::RunId | Reference::Variable(_)
        )
    };
    step.inputs.iter().position(|input| match &input.source {
        Source::Literal(_) => false,
        Source::Reference(reference) => is_ci(reference),
        Source::Text(text) => text.iter().any(|piece| match piece {
            crate::plan::Piece::Literal(_) => false,
            crate::plan::Piece::Reference(reference) => is_ci(reference),
        }),
    })
}
