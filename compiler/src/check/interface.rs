//! What steps that run a component take and give: the ports of the component behind them.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::component_files::Reader;
use super::names::unknown;
use super::uses::Uses;
use crate::diagnostics::{CONFLICT, Diagnostic, MISSING_KEY, Sink, TYPE_CLASH, UNKNOWN_REFERENCE};
use crate::plan::{
    ComponentBody, ComponentKind, ComponentPlace, Output, Parameter, Reference, Scalar, ValueType,
};
use crate::source::{Files, Sources, Span, Spanned, folder_of, join};
use crate::spec::Spec;
use crate::spec::component::{ComponentFile, ComponentPort, LocalFiles};
use crate::spec::ports::OutputSpec;
use crate::spec::steps::{ComponentName, ComponentWord, StepSpec};
use crate::spec::values::Literal;

/// What is known of the component behind a step.
#[derive(Clone, Debug)]
pub(crate) enum Interface {
    /// All of it: the file was read.
    Closed(Rc<Closed>),
    /// Nothing: the author says the types.
    Open(ComponentKind),
    /// The file was refused, and nothing more is said of it.
    Broken,
}

/// A component whose file was read.
#[derive(Debug)]
pub(crate) struct Closed {
    /// Where it stands.
    pub(crate) place: ComponentPlace,
    /// What it is.
    pub(crate) kind: ComponentKind,
    /// What messages call it.
    pub(crate) noun: &'static str,
    /// Where it says what it is.
    pub(crate) head: Span,
    /// What flows in, in the author's order.
    pub(crate) inputs: Vec<InPort>,
    /// What flows out, in the author's order.
    pub(crate) outputs: Vec<OutPort>,
    /// What the component file names, and then what files of it name.
    pub(crate) local: Vec<Local>,
    /// The components of a pipeline's nodes, as far as they are files.
    pub(crate) parts: Vec<Rc<Closed>>,
    /// A node that takes a cluster and names none, here or in a part: it runs on the job's.
    pub(crate) clusterless: Option<Spanned<String>>,
    /// What the service is told of it.
    pub(crate) body: Option<Arc<ComponentBody>>,
    /// Facts of the run that the component reads, under the names of its inputs.
    pub(crate) ambient: Vec<(String, Reference)>,
    /// How many nodes Azure ML makes of it.
    pub(crate) nodes: usize,
    /// Whether it takes inputs that it does not declare.
    pub(crate) is_open: bool,
}

/// An input of a component.
#[derive(Debug)]
pub(crate) struct InPort {
    /// What it demands of its source.
    pub(crate) demand: Demand,
    /// Whether something must be bound to it.
    pub(crate) required: bool,
    /// Data that must be bound when the author does not: components have no defaults for data.
    pub(crate) data: Option<Scalar>,
    /// Whether it reaches the arguments of a script over mini-batches.
    pub(crate) is_argument: bool,
}

/// What an input of a step demands of its source: a parameter without a default, in the plan's
/// words, and where the component says so.
#[derive(Clone, Debug)]
pub(crate) struct Demand {
    pub(crate) parameter: Parameter,
    pub(crate) declared: Span,
}

/// An output of a component.
#[derive(Debug)]
pub(crate) struct OutPort {
    /// What flows, unless the step says more of it.
    pub(crate) output: Output,
    /// Where the component says so.
    pub(crate) declared: Span,
}

/// What a file of Azure ML names, seen from the file.
#[derive(Debug)]
pub(crate) struct Local {
    /// Root-relative folder of the file.
    pub(crate) folder: String,
    /// What it names.
    pub(crate) named: LocalFiles,
}

impl Interface {
    /// What the component is.
    pub(crate) fn kind(&self) -> Option<ComponentKind> {
        match self {
            Self::Closed(closed) => Some(closed.kind),
            Self::Open(kind) => Some(*kind),
            Self::Broken => None,
        }
    }

    /// The component, when its file was read.
    pub(crate) fn closed(&self) -> Option<&Closed> {
        match self {
            Self::Closed(closed) => Some(closed),
            Self::Open(_) | Self::Broken => None,
        }
    }

    /// Where the component stands.
    pub(crate) fn place(&self, body: &StepSpec) -> Option<ComponentPlace> {
        match self {
            Self::Closed(closed) => Some(closed.place.clone()),
            Self::Open(_) => {
                let name = body.named_component().map(|it| it.value.clone());
                name.map(ComponentPlace::Registered)
            }
            Self::Broken => None,
        }
    }

    /// Root-relative paths that the file names; folders end in `/`.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut paths = Vec::new();
        if let Self::Closed(closed) = self {
            closed.gather(&mut BTreeSet::new(), &mut paths);
        }
        paths
    }

    /// The outputs that the component declares; `None` where the author does.
    pub(crate) fn outputs(&self) -> Option<&[OutPort]> {
        self.closed().map(|closed| closed.outputs.as_slice())
    }
}

impl Closed {
    /// Adds the paths that the component names, and those of its parts.
    fn gather(&self, seen: &mut BTreeSet<String>, paths: &mut Vec<String>) {
        for Local { folder, named } in &self.local {
            let from = |path: &Spanned<String>| join(folder, &path.value);
            let files = named.files.iter().chain(&named.environments);
            paths.extend(files.filter_map(from));
            let code = named.code.iter().filter_map(|code| from(&code.folder));
            paths.extend(code.map(|folder| format!("{folder}/")));
        }
        for part in &self.parts {
            if let ComponentPlace::File(path) = &part.place
                && seen.insert(path.clone())
            {
                paths.push(path.clone());
                part.gather(seen, paths);
            }
        }
    }

    /// A component file; its parts are added by whoever reads them.
    pub(crate) fn of_file(path: &str, file: ComponentFile) -> Self {
        let ComponentFile { kind, inputs, outputs, local: named, is_open, body, nodes: _ } = file;
        Self {
            place: ComponentPlace::File(path.to_owned()),
            kind: kind.value,
            noun: "component",
            head: kind.span,
            inputs: inputs.iter().map(InPort::of_component).collect(),
            outputs: outputs.iter().map(OutPort::of_component).collect(),
            local: vec![Local { folder: folder_of(path).to_owned(), named }],
            body: body.map(|fields| Arc::new(ComponentBody { fields, parts: Vec::new() })),
            ambient: Vec::new(),
            nodes: 1,
            is_open,
            parts: Vec::new(),
            clusterless: None,
        }
    }

    /// Another spec as a component.
    pub(crate) fn of_spec(
        (path, head): (String, Span),
        inputs: Vec<InPort>,
        outputs: Vec<OutPort>,
        (ambient, nodes): (Vec<(String, Reference)>, usize),
    ) -> Self {
        let (place, kind) = (ComponentPlace::Made(path), ComponentKind::Pipeline);
        let local = Vec::new();
        let (noun, is_open) = ("pipeline", false);
        let (parts, clusterless, body) = (Vec::new(), None, None);
        Self {
            place,
            kind,
            noun,
            head,
            inputs,
            outputs,
            local,
            parts,
            clusterless,
            body,
            ambient,
            nodes,
            is_open,
        }
    }

    /// The input of a name.
    pub(crate) fn input(&self, name: &str) -> Option<&InPort> {
        self.inputs.iter().find(|port| port.demand.parameter.name == name)
    }
}

impl InPort {
    fn of_component(port: &ComponentPort) -> Self {
        let typed = |literal: &Literal| literal.of_kind(port.kind);
        let parameter = Parameter {
            optional: port.optional,
            choices: port.choices.iter().filter_map(typed).collect(),
            min: port.min.as_ref().and_then(typed),
            max: port.max.as_ref().and_then(typed),
            ..Parameter::new(port.name.value.clone(), port.kind)
        };
        Self {
            demand: Demand { parameter, declared: port.name.span },
            required: !port.optional && port.default.is_none(),
            data: None,
            is_argument: false,
        }
    }
}

impl OutPort {
    fn of_component(port: &ComponentPort) -> Self {
        let name = port.name.value.clone();
        let output = Output { name, kind: port.kind, mode: None, path: None, register: None };
        Self { output, declared: port.name.span }
    }
}

/// The components behind the steps; `None` for steps of other kinds. Each file is read once.
pub(crate) fn interfaces(
    spec: &Spec,
    files: &dyn Files,
    folder: &str,
    uses: &Uses,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Vec<Option<Interface>> {
    let mut reader = Reader::new(files);
    let each = spec.steps.items.iter().map(|item| {
        let body = item.value.as_ref()?;
        if body.brought().is_some() && body.kind().is_none() {
            return Some(Interface::Broken); // which of its kinds is meant nobody knows
        }
        let Some(named) = body.named_component() else {
            return Some(uses.interface(body.pipeline.as_ref()?, folder, sink));
        };
        let kind = body.component.as_ref().and_then(|component| component.kind.as_ref());
        let Some(written) = ComponentName::of(&named.value).file() else {
            let kind = kind.map_or(ComponentKind::Command, |it| it.value.plan());
            return Some(Interface::Open(kind));
        };
        let closed = reader.component(written, folder, named.span, sources, sink);
        Some(closed.map_or(Interface::Broken, |closed| {
            if body.sweep.is_some() && closed.kind != ComponentKind::Command {
                sink.report(no_trial(named, &closed));
                return Interface::Broken;
            }
            one_kind(kind, &closed, sink);
            Interface::Closed(closed)
        }))
    });
    each.collect()
}

fn no_trial(named: &Spanned<String>, closed: &Closed) -> Diagnostic {
    let message =
        format!("`{}` is of type {}, and a trial is a command", named.value, closed.kind.word());
    Diagnostic::new(&CONFLICT, named.span, message)
        .related(closed.head, "said here")
        .help("name a component of type command")
}

fn one_kind(said: Option<&Spanned<ComponentWord>>, closed: &Closed, sink: &mut Sink) {
    if let Some(said) = said
        && said.value.plan() != closed.kind
    {
        let message = format!("the component is of type {}", closed.kind.word());
        sink.report(
            Diagnostic::new(&CONFLICT, said.span, message)
                .related(closed.head, "said here")
                .help("remove the key: a file says it itself"),
        );
    }
}

/// The demand on a bound input; `None` when the component says nothing, or a mistake was reported.
pub(crate) fn demand<'i>(
    interface: Option<&'i Interface>,
    name: &Spanned<String>,
    sink: &mut Sink,
) -> Option<&'i Demand> {
    let closed = interface?.closed()?;
    let found = closed.input(&name.value);
    if found.is_none() && !closed.is_open {
        let known = closed.inputs.iter().map(|port| port.demand.parameter.name.as_str());
        let what = format!("input of the {}", closed.noun);
        let diagnostic = unknown(&UNKNOWN_REFERENCE, name.span, &what, &name.value, known);
        sink.report(diagnostic.related(closed.head, format!("the {}", closed.noun)));
    }
    found.map(|port| &port.demand)
}

/// Says which required inputs nobody binds.
pub(crate) fn all_bound(body: &StepSpec, interface: Option<&Interface>, sink: &mut Sink) {
    let (Some(closed), Some(at)) = (interface.and_then(Interface::closed), body.brought()) else {
        return;
    };
    // What is called by no name of the component may be meant for it.
    let is_other = |name: &str| closed.input(name).is_none();
    if body.broken || body.kind().is_none() || body.inputs.names().any(is_other) {
        return;
    }
    for port in closed.inputs.iter().filter(|port| port.required) {
        let name = &port.demand.parameter.name;
        if body.inputs.get(name).is_some() || body.swept().any(|swept| swept == name) {
            continue;
        }
        let message = format!("the {} needs its input `{name}`", closed.noun);
        sink.report(
            Diagnostic::new(&MISSING_KEY, at, message)
                .related(port.demand.declared, "declared here, without a default")
                .help(format!("write `inputs: {{ {name}: … }}`")),
        );
    }
}

/// The type of an output: what the component says, which the author may repeat.
pub(crate) fn output_kind(
    (closed, port): (&Closed, &OutPort),
    said: &OutputSpec,
    sink: &mut Sink,
) -> Option<ValueType> {
    let own = port.output.kind;
    let Some(kind) = said.kind.as_ref().filter(|kind| kind.value != own) else { return Some(own) };
    let message = format!("the {} gives a {}", closed.noun, own.word());
    sink.report(
        Diagnostic::new(&TYPE_CLASH, kind.span, message)
            .related(port.declared, "declared here")
            .help("write that type, or leave it out"),
    );
    None
}

/// Says which outputs the author names and the component does not have.
pub(crate) fn only_its_outputs(body: &StepSpec, closed: &Closed, sink: &mut Sink) {
    for item in &body.outputs.items {
        let name = &item.name;
        if closed.outputs.iter().all(|port| port.output.name != name.value) {
            let known = closed.outputs.iter().map(|port| port.output.name.as_str());
            let what = format!("output of the {}", closed.noun);
            let diagnostic = unknown(&UNKNOWN_REFERENCE, name.span, &what, &name.value, known);
            sink.report(diagnostic.related(closed.head, format!("the {}", closed.noun)));
        }
    }
}

/// Whether the author wants nothing proved of an input.
pub(crate) fn is_unchecked(spec: &crate::spec::ports::InputSpec) -> bool {
    spec.unchecked.as_ref().is_some_and(|it| it.value)
}
