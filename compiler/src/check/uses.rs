//! Other specs that steps use: what came of each, and whether it can be a step.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::Checked;
use super::cut::GroupKind;
use super::interface::{Closed, Demand, InPort, Interface, OutPort};
use crate::diagnostics::{Diagnostic, NOT_A_STEP, Sink};
use crate::plan::{Output, Parameter, Plan, Reference, Step, Submission};
use crate::source::{Span, join};
use crate::spec::Spec;
use crate::spec::steps::PipelineUse;

/// What came of the specs that steps use, by their root-relative paths.
#[derive(Debug, Default)]
pub struct Uses(BTreeMap<String, Use>);

/// What came of a spec that a step uses.
#[derive(Clone, Debug)]
pub enum Use {
    /// It can be a step.
    Good(Component),
    /// It holds, and cannot be a step.
    Unfit(Unfit),
    /// It was refused, and nothing more is said of it.
    Broken,
}

/// Another spec as a component.
#[derive(Clone, Debug)]
pub struct Component(Rc<Closed>);

/// Why a spec that holds cannot be a step.
#[derive(Clone, Debug)]
pub struct Unfit {
    /// What it does that no step can do.
    what: String,
    /// The place of that, and a few words.
    at: (Span, &'static str),
    help: &'static str,
}

impl Uses {
    /// Whether it is known what came of a spec.
    pub(crate) fn knows(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// Says what came of a spec.
    pub(crate) fn insert(&mut self, path: String, found: Use) {
        self.0.insert(path, found);
    }

    /// How many specs there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// What a step takes and gives that uses another spec.
    pub(super) fn interface(&self, step: &PipelineUse, folder: &str, sink: &mut Sink) -> Interface {
        let path = join(folder, &step.spec.value.0);
        let found = path.and_then(|path| self.0.get(&path));
        match found {
            Some(Use::Good(Component(closed))) => return Interface::Closed(Rc::clone(closed)),
            Some(Use::Unfit(Unfit { what, at, help })) => {
                let message = format!("`{}` cannot be a step: {what}", step.spec.value.0);
                let diagnostic = Diagnostic::new(&NOT_A_STEP, step.spec.span, message);
                sink.report(diagnostic.related(at.0, at.1).help(*help));
            }
            Some(Use::Broken) | None => {}
        }
        Interface::Broken
    }
}

impl Unfit {
    /// Why a spec cannot be a step, if it cannot.
    pub(crate) fn of(checked: &Checked<'_>) -> Option<Self> {
        let groups = &checked.whole.cut.groups;
        let span = |step: u32| checked.spec.steps.items[step as usize].name.span;
        let name = |step: u32| &checked.steps[step as usize].name;
        let on_ci = groups.iter().find_map(|group| match group.kind {
            GroupKind::Step(step) => Some(Self {
                what: format!("its step `{}` runs on the CI platform", name(step)),
                at: (span(step), "this step"),
                help: "what is a step runs wholly on Azure ML; move that step to the pipeline that uses this one",
            }),
            GroupKind::Gate(_) | GroupKind::Submission { .. } => None,
        });
        let gate = groups.iter().find_map(|group| match group.kind {
            GroupKind::Gate(step) => Some(Self {
                what: format!("its step `{}` waits for an approval", name(step)),
                at: (span(step), "this step"),
                help: "people approve between jobs; write `approval` on the step that uses this pipeline",
            }),
            GroupKind::Step(_) | GroupKind::Submission { .. } => None,
        });
        let later = groups.iter().skip(1).find_map(|group| match &group.kind {
            GroupKind::Submission { steps, .. } => Some(Self {
                what: "it is more than one job of Azure ML".to_owned(),
                at: (span(*steps.first()?), "a later job starts with this step"),
                help: "`submission`, and order (`needs`) around steps that cannot wait or tell, make further jobs; remove what does",
            }),
            GroupKind::Step(_) | GroupKind::Gate(_) => None,
        });
        on_ci.or(gate).or(later).or_else(|| Self::without_cluster(checked))
    }

    /// The cluster of nodes inside of a component can only be said for a whole job.
    fn without_cluster(checked: &Checked<'_>) -> Option<Self> {
        let needs = |step: &Step| {
            let component = step.task.component();
            component.is_some_and(|component| component.needs_cluster)
        };
        let at = checked.steps.iter().position(needs)?;
        Some(Self {
            what: format!("its step `{}` has nodes without a cluster", checked.steps[at].name),
            at: (checked.spec.steps.items[at].name.span, "this step"),
            help: "write `compute` at the nodes of that component: only a whole job has a default",
        })
    }
}

impl Component {
    /// What a pipeline on Azure ML alone takes and gives.
    pub(crate) fn of(spec: &Spec, plan: &Arc<Plan>, head: Span) -> Self {
        let arguments = arguments(plan);
        let inputs = (0..).zip(&plan.parameters).zip(&spec.parameters.items);
        let inputs = inputs.map(|((id, parameter), item)| {
            in_port(parameter, item.name.span, arguments.contains(&id))
        });
        let outputs = plan.outputs.iter().zip(&spec.outputs.items).map(|(own, item)| {
            let output = &plan.step(own.step).outputs[own.output as usize];
            let output = Output { name: own.name.clone(), ..output.clone() };
            OutPort { output, declared: item.name.span }
        });
        let read = plan.submissions.iter().flat_map(|submission| &submission.inputs);
        let ambient = read.filter(|input| input.source.ambient_input().is_some());
        let ambient = ambient.map(|input| (input.name.clone(), input.source.clone()));
        let path = plan.azure_ml_path(Submission::COMPONENT);
        let (inputs, outputs) = (inputs.collect(), outputs.collect());
        let nodes = plan.steps.iter().fold(0, |all: usize, step| all.saturating_add(step.nodes()));
        let rest = (ambient.collect(), nodes);
        Self(Rc::new(Closed::of_spec((path, head), inputs, outputs, rest)))
    }
}

fn in_port(parameter: &Parameter, declared: Span, is_argument: bool) -> InPort {
    let data = parameter.default.clone().filter(|_| !parameter.kind.is_scalar());
    InPort {
        required: parameter.default.is_none() && !parameter.optional,
        demand: Demand { parameter: Parameter { default: None, ..parameter.clone() }, declared },
        data,
        is_argument,
    }
}

/// The parameters that stand in the arguments of scripts over mini-batches.
fn arguments(plan: &Plan) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    for input in plan.steps.iter().flat_map(Step::argument_inputs) {
        input.references(&mut |reference| {
            if let Reference::Parameter(id) = reference {
                found.insert(id.0);
            }
        });
    }
    found
}
