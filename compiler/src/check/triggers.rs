//! Triggers: what each starts, what it binds, and its one home.

use std::collections::{BTreeMap, BTreeSet};

use super::bindings::{self, Bound, Pasted};
use super::cut::{Cut, GroupKind, Vertex};
use super::names::Context;
use super::order::Graph;
use super::size::{MOST_WRITTEN, Sizes};
use super::slice::Slice;
use super::{calls, completed, events, homes, image_paths, passthrough, stages, wiring};
use crate::diagnostics::{
    BROKEN_SLICE, CONFLICT, Diagnostic, EMPTY_SLICE, LIMIT, MISSING_KEY, Sink, UNBOUND_PARAMETER,
};
use crate::plan::{
    Concurrency, EventText, Home, Parameter, ParameterId, Passthrough, Project, Reference, Scalar,
    StageId, Step, TriggerKind,
};
use crate::source::{Span, Spanned};
use crate::spec::triggers::{TriggerKindSpec, TriggerSpec};

/// A slice and its cut.
#[derive(Clone, Debug)]
pub(crate) struct Sliced {
    pub(crate) slice: Slice,
    pub(crate) cut: Cut,
}

impl Sliced {
    /// The only submission, when there is nothing else.
    pub(crate) fn is_one_submission(&self) -> bool {
        matches!(self.cut.groups.as_slice(), [group] if matches!(group.kind, GroupKind::Submission { .. }))
    }
}

/// A trigger that holds.
#[derive(Clone, Debug)]
pub(crate) struct CheckedTrigger {
    pub(crate) name: Spanned<String>,
    pub(crate) kind: TriggerKind,
    pub(crate) enabled: bool,
    /// The stage that it starts.
    pub(crate) stage: Option<StageId>,
    pub(crate) sliced: Sliced,
    /// What counts as done, `defaults.skip` included where it counts.
    pub(crate) skip: Vec<u32>,
    pub(crate) with: Vec<(ParameterId, Scalar)>,
    /// What its event brings.
    pub(crate) from_event: Vec<(ParameterId, EventText)>,
    pub(crate) homes: Vec<Home>,
    pub(crate) concurrency: Concurrency,
    /// Keys of its event that only one CI platform has.
    pub(crate) passthrough: Passthrough,
}

/// What triggers are checked against.
pub(crate) struct Ground<'c> {
    pub(crate) graph: &'c Graph,
    pub(crate) vertices: &'c [Vertex],
    pub(crate) parameters: &'c [Option<Parameter>],
    pub(crate) steps: &'c [Option<Step>],
    /// How much each of them adds to what is written.
    pub(crate) sizes: &'c Sizes,
    /// How a step on Azure ML reads each parameter.
    pub(crate) pasted: &'c [Pasted],
    pub(crate) project: &'c Project,
    /// Whether every step's engine is known. Without, nobody knows where a schedule lives.
    pub(crate) is_placed: bool,
    /// Whether every step holds. Without, edges may be missing.
    pub(crate) is_whole: bool,
}

/// Checks what can be checked of a trigger without the graph: its names and its kind.
pub(crate) struct Named<'a> {
    pub(crate) name: &'a Spanned<String>,
    pub(crate) spec: &'a TriggerSpec,
    pub(crate) kind: &'a dyn TriggerKindSpec,
    pub(crate) plan: TriggerKind,
    /// With their places; `None`: the ends of the graph.
    pub(crate) goals: Option<Vec<(u32, Span)>>,
    pub(crate) skip: Vec<(u32, Span)>,
    pub(crate) with: Vec<(ParameterId, Scalar)>,
    /// What its event brings.
    pub(crate) from_event: Vec<(ParameterId, EventText)>,
    /// The stage that it starts.
    stage: Option<StageId>,
    /// The stage that is looked at.
    current: Option<StageId>,
}

/// Names and kinds of all triggers; those with mistakes are left out.
pub(crate) fn named<'a>(
    cx: &Context<'a>,
    (stage, parameters): (Option<StageId>, &[Option<Parameter>]),
    pasted: &[Pasted],
    sink: &mut Sink,
) -> Vec<Named<'a>> {
    let each = cx.spec.triggers.good().filter_map(|(name, spec)| {
        let kind = one_kind(name, spec, sink);
        let planned = kind.and_then(|kind| kind.plan(sink));
        let planned = planned.and_then(|kind| completed::resolved(cx, spec, kind));
        // A mistake here hinders no other.
        let bound = bindings::read(cx, (parameters, pasted), (spec, planned.as_ref()), sink);
        let named = name_one(cx, name, (spec, kind?, planned), bound, sink)?;
        Some(Named { current: stage, ..named })
    });
    each.collect()
}

fn name_one<'a>(
    cx: &Context<'a>,
    name: &'a Spanned<String>,
    (spec, kind, plan): (&'a TriggerSpec, &'a dyn TriggerKindSpec, Option<TriggerKind>),
    bound: Bound,
    sink: &mut Sink,
) -> Option<Named<'a>> {
    let before = sink.errors();
    let goals = steps_named(cx, &spec.goals.0, sink);
    let skip = steps_named(cx, &spec.skip.0, sink);
    let stage = spec.stage.as_ref().and_then(|stage| stages::find(cx, stage, sink));
    let stage = stage.or_else(|| stages::of_spec(cx));
    let plan = plan?;
    if sink.errors() > before || spec.broken {
        return None;
    }
    let goals = (!goals.is_empty()).then_some(goals);
    let Bound { with, from_event } = bound;
    Some(Named { name, spec, kind, plan, goals, skip, with, from_event, stage, current: None })
}

fn steps_named(cx: &Context<'_>, names: &[Spanned<String>], sink: &mut Sink) -> Vec<(u32, Span)> {
    let each = names.iter();
    each.filter_map(|name| Some((cx.find_step(&name.value, name.span, sink)?, name.span))).collect()
}

/// `defaults.skip`, of the spec or else of the project.
pub(crate) fn default_skip(cx: &Context<'_>, sink: &mut Sink) -> Vec<u32> {
    let own = cx.spec.defaults.as_ref().map(|defaults| &defaults.skip.0);
    if let Some(own) = own.filter(|own| !own.is_empty()) {
        return steps_named(cx, own, sink).iter().map(|(step, _)| *step).collect();
    }
    // The project's names hold for the specs that have such a step.
    let shared = cx.project.defaults.iter().flat_map(|defaults| &defaults.skip.0);
    shared.filter_map(|name| cx.steps.get(name.value.as_str()).copied()).collect()
}

fn one_kind<'a>(
    name: &Spanned<String>,
    spec: &'a TriggerSpec,
    sink: &mut Sink,
) -> Option<&'a dyn TriggerKindSpec> {
    match spec.kinds().as_slice() {
        [kind] => Some(*kind),
        [] if spec.broken => None,
        [] => {
            let message = format!("the trigger `{}` does not say what fires it", name.value);
            let keys = TriggerSpec::KIND_KEYS.join(", ");
            sink.report(
                Diagnostic::new(&MISSING_KEY, name.span, message)
                    .help(format!("give it one of the keys: {keys}")),
            );
            None
        }
        [first, second, ..] => {
            let message = format!(
                "a trigger has one kind, and this one has `{}` and `{}`",
                first.key(),
                second.key()
            );
            sink.report(Diagnostic::new(&CONFLICT, name.span, message).help("write two triggers"));
            None
        }
    }
}

/// Steps that the triggers of a spec start together: each trigger may have files of its own, with
/// about two KiB for each step on CI.
const MOST_STARTED: usize = 50_000;

/// Steps of the graph times triggers: each trigger has an order of all steps, of some 50 bytes each.
const MOST_LOOKED_AT: usize = 1_000_000;

/// Proves the triggers, as long as they do not start or write too much together.
pub(crate) fn prove_all(
    cx: &Context<'_>,
    ground: &Ground<'_>,
    whole: &Sliced,
    (all, default_skip): (&[Named<'_>], &[u32]),
    sink: &mut Sink,
) -> Vec<CheckedTrigger> {
    let mut proved: Vec<CheckedTrigger> = Vec::new();
    let (mut started, mut looked_at) = (0, 0);
    let mut written = ground.sizes.of(whole);
    if written > MOST_WRITTEN {
        let at = cx.spec.name.as_ref().map_or_else(|| cx.step_span(0), |name| name.span);
        sink.report(too_much_written(at, "the files of this pipeline"));
        return proved;
    }
    for named in all {
        looked_at += ground.vertices.len();
        let trigger = (looked_at <= MOST_LOOKED_AT)
            .then(|| prove(cx, ground, (named, all), default_skip, sink))
            .flatten();
        started += trigger.as_ref().map_or(0, |trigger| trigger.sliced.slice.steps.len());
        if looked_at > MOST_LOOKED_AT || started > MOST_STARTED {
            let message = "up to here, the triggers start too many steps together";
            let help = format!(
                "at most {MOST_STARTED} steps; and steps times triggers are at most {MOST_LOOKED_AT}: start fewer with `goals`, or write several specs"
            );
            sink.report(Diagnostic::new(&LIMIT, named.name.span, message).help(help));
            break;
        }
        written += trigger.as_ref().map_or(0, |trigger| ground.sizes.of(&trigger.sliced));
        if written > MOST_WRITTEN {
            sink.report(too_much_written(named.name.span, "up to here, the files of the triggers"));
            break;
        }
        proved.extend(trigger);
    }
    image_paths::cover(cx, ground.steps, &mut proved, sink);
    proved
}

fn too_much_written(at: Span, what: &str) -> Diagnostic {
    let message = format!("{what} would hold more than {} MiB together", MOST_WRITTEN >> 20);
    Diagnostic::new(&LIMIT, at, message).help(
        "shorten what each of them repeats, such as `env`, scripts and parameters, or write several specs",
    )
}

/// Proves a trigger on the graph.
fn prove(
    cx: &Context<'_>,
    ground: &Ground<'_>,
    (named, all): (&Named<'_>, &[Named<'_>]),
    default_skip: &[u32],
    sink: &mut Sink,
) -> Option<CheckedTrigger> {
    let before = sink.errors();
    if !ground.is_placed && named.kind.may_live_on_azure_ml() {
        return None;
    }
    let (sliced, homes) = homes::choose(cx, ground, (named, all), default_skip, sink)?;
    slice_holds(cx, ground, named, &sliced, sink);
    all_bound(cx, ground, named, &sliced, sink);
    homes::can_fire(cx, ground, named, &sliced, &homes, sink);
    events::can_arrive(cx, ground, named, &homes, sink);
    wiring::holds(cx, ground, (named, all), default_skip, (&sliced, &homes), sink);
    completed::can_follow(cx, named, &homes, sink);
    completed::can_wait(cx, named, &homes, sink);
    let said = named.spec.concurrency.as_ref().or(cx.spec.concurrency.as_ref());
    let concurrency = said.map_or_else(|| named.kind.concurrency(), |word| word.value.plan());
    let passed = named.spec.passthrough.as_deref();
    let passthrough = passthrough::of_trigger(passed, &named.plan, concurrency, sink);
    if sink.errors() > before {
        return None;
    }
    let mut skip: Vec<u32> = named.skip.iter().map(|(step, _)| *step).collect();
    if homes.contains(&Home::AzureMl) {
        skip.extend(default_skip);
    }
    // In the workspace of another stage, a schedule or an endpoint is switched off.
    let is_elsewhere =
        homes.contains(&Home::AzureMl) && named.stage.is_some_and(|own| Some(own) != named.current);
    Some(CheckedTrigger {
        name: named.name.clone(),
        kind: calls::settled(&named.plan, &homes),
        enabled: named.spec.enabled.as_ref().is_none_or(|it| it.value) && !is_elsewhere,
        stage: named.stage,
        sliced,
        skip,
        with: named.with.clone(),
        from_event: named.from_event.clone(),
        homes,
        concurrency,
        passthrough,
    })
}

fn slice_holds(
    cx: &Context<'_>,
    ground: &Ground<'_>,
    named: &Named<'_>,
    sliced: &Sliced,
    sink: &mut Sink,
) {
    if sliced.slice.is_empty() {
        if cx.spec.steps.items.is_empty() {
            return; // that there are no steps was said
        }
        let message = format!("the trigger `{}` starts nothing", named.name.value);
        sink.report(
            Diagnostic::new(&EMPTY_SLICE, named.name.span, message)
                .help("every goal is skipped; choose other goals or skip less"),
        );
        return;
    }
    goals_hold(cx, named, sliced, sink);
    if ground.is_whole {
        skips_hold(cx, ground, named, sliced, sink);
    }
}

/// What is wrong with `goals`.
fn goals_hold(cx: &Context<'_>, named: &Named<'_>, sliced: &Sliced, sink: &mut Sink) {
    for (goal, span) in named.goals.iter().flatten() {
        if sliced.slice.steps.binary_search(goal).is_err() {
            let message = format!("the goal `{}` is skipped", cx.step_name(*goal));
            sink.report(
                Diagnostic::new(&EMPTY_SLICE, *span, message)
                    .help("remove it from `goals`, or from what is skipped"),
            );
        }
    }
}

/// What is wrong with `skip`.
fn skips_hold(
    cx: &Context<'_>,
    ground: &Ground<'_>,
    named: &Named<'_>,
    sliced: &Sliced,
    sink: &mut Sink,
) {
    // The first place of a step that is skipped twice.
    let places: BTreeMap<u32, Span> = named.skip.iter().rev().copied().collect();
    for edge in &sliced.slice.findings.severed {
        let site = ground.graph.sites[*edge];
        let (from, to) = (cx.step_name(site.from), cx.step_name(site.to));
        let message = format!(
            "`{to}` reads an output of `{from}`, which the trigger `{}` skips",
            named.name.value
        );
        let at = places.get(&site.from).copied().unwrap_or(named.name.span);
        sink.report(
            Diagnostic::new(&BROKEN_SLICE, at, message)
                .related(site.span, "read here")
                .help(format!("do not skip `{from}`, or skip `{to}` too")),
        );
    }
    let idle: BTreeSet<u32> = sliced.slice.findings.idle_skips.iter().copied().collect();
    for (step, span) in &named.skip {
        if idle.contains(step) {
            let message = format!("skipping `{}` changes nothing", cx.step_name(*step));
            sink.report(
                Diagnostic::new(&BROKEN_SLICE, *span, message)
                    .help("no goal of the trigger needs it; remove it from `skip`"),
            );
        }
    }
}

/// Parameters that steps read.
pub(crate) fn read_by<'a>(steps: impl Iterator<Item = &'a Step>) -> Vec<ParameterId> {
    let mut read: Vec<ParameterId> = Vec::new();
    for step in steps {
        step.references(&mut |reference| {
            if let Reference::Parameter(id) = reference {
                read.push(*id);
            }
        });
    }
    read.sort_unstable();
    read.dedup();
    read
}

fn all_bound(
    cx: &Context<'_>,
    ground: &Ground<'_>,
    named: &Named<'_>,
    sliced: &Sliced,
    sink: &mut Sink,
) {
    if named.kind.is_given_values() {
        return;
    }
    let slice = sliced.slice.steps.iter();
    for id in read_by(slice.filter_map(|step| ground.steps[*step as usize].as_ref())) {
        let item = &cx.spec.parameters.items[id.0 as usize];
        let Some(parameter) = &ground.parameters[id.0 as usize] else { continue };
        let is_required = parameter.default.is_none() && !parameter.optional;
        if is_required && named.spec.with.get(&item.name.value).is_none() {
            let name = &item.name.value;
            let message =
                format!("the trigger `{}` does not bind the parameter `{name}`", named.name.value);
            sink.report(
                Diagnostic::new(&UNBOUND_PARAMETER, named.name.span, message)
                    .related(item.name.span, "it has no default")
                    .help(format!(
                        "write `with: {{ {name}: … }}`, or give the parameter a default"
                    )),
            );
        }
    }
}
