//! Steps that run a component: what is bound to its inputs, by the author and beside.

use super::binder::StepBinder;
use super::bindings::{Pasted, text_pasteable};
use super::interface::is_unchecked;
use super::interface::{self, Demand, Interface, OutPort};
use super::parameters;
use crate::diagnostics::{CONFLICT, Diagnostic, TYPE_CLASH};
use crate::plan::{ComponentUse, Fields, Input, Parameter, Scalar, Source, ValueType};
use crate::source::Spanned;
use crate::spec::ports::InputSpec;

/// Which types take values of others.
const WIDER: &str = "change one of the two types; only an integer is also a number, every value a string, and every model a folder";

impl StepBinder<'_, '_> {
    /// What another spec reads beside what the author binds: data that it names itself, and facts of
    /// the run.
    pub(crate) fn unsaid_inputs(&mut self) {
        let interface = self.cx.interface(self.step).and_then(Interface::closed);
        let (Some(closed), Some(at)) = (interface, self.body.brought()) else { return };
        for port in &closed.inputs {
            let Parameter { name, kind, .. } = &port.demand.parameter;
            let Some(data) = port.data.as_ref().filter(|_| self.body.inputs.get(name).is_none())
            else {
                continue;
            };
            let (name, source) = (name.clone(), Source::Literal(data.clone()));
            self.add_input(Input { name, kind: *kind, source, mode: None, optional: false }, at);
        }
        for (name, reference) in &closed.ambient {
            let (name, source) = (name.clone(), Source::Reference(reference.clone()));
            self.add_input(
                Input { name, kind: ValueType::String, source, mode: None, optional: false },
                at,
            );
        }
    }

    /// A value that is written at the input, of its type and within what the component allows.
    pub(crate) fn literal(
        &mut self,
        spec: &InputSpec,
        kind: ValueType,
        demand: Option<&Demand>,
    ) -> Option<Scalar> {
        let literal = &spec.from.literal;
        let before = self.sink.items().len();
        let value = match demand.filter(|_| !is_unchecked(spec)) {
            Some(demand) => parameters::value_of(self.cx, &demand.parameter, literal, self.sink),
            None => parameters::typed(self.cx, literal, kind, self.sink),
        };
        if let (Some(Scalar::Text(text)), Some(_)) = (&value, &self.body.pipeline) {
            // The commands of the other spec get it.
            let pasted = if self.is_argument(demand) { Pasted::Bare } else { Pasted::Quoted };
            text_pasteable(pasted, text, literal.span, self.sink);
        }
        if let Some(demand) = demand {
            self.sink.relate(before, demand.declared, "the input that it is for");
        }
        value
    }

    /// The type that the component demands, proved against that of the source.
    pub(crate) fn demanded_kind(
        &mut self,
        spec: &InputSpec,
        demand: &Demand,
        found: ValueType,
        literal: bool,
    ) -> Option<ValueType> {
        let kind = demand.parameter.kind;
        if let Some(unchecked) = spec.unchecked.as_ref().filter(|it| it.value) {
            if self.body.pipeline.is_some() {
                let message = "`unchecked` is for inputs of components";
                self.sink.report(Diagnostic::new(&CONFLICT, unchecked.span, message).help(
                    "commands of the other spec rely on its types; remove it, or change the type there",
                ));
                return None;
            }
            let said = spec.kind.as_ref().map(|said| said.value);
            let fits = literal && spec.from.literal.of_kind(kind).is_some();
            return Some(said.unwrap_or(if fits { kind } else { found }));
        }
        let said = spec.kind.as_ref().filter(|said| !kind.takes(said.value));
        if let Some(said) = said {
            let message = format!("the {} takes a {}", self.brought(), kind.word());
            self.sink.report(
                Diagnostic::new(&TYPE_CLASH, said.span, message)
                    .related(demand.declared, "declared here")
                    .help("write that type, or leave it out"),
            );
            return None;
        }
        if literal || kind.takes(found) {
            return Some(kind);
        }
        let (takes, gives) = (kind.word(), found.word());
        let brought = self.brought();
        let message =
            format!("the {brought} takes a {takes}, and what flows in is of type {gives}");
        let mut help = WIDER.to_owned();
        if self.body.pipeline.is_none() {
            help += "; `unchecked: true` at the input hands it on all the same";
        }
        self.sink.report(
            Diagnostic::new(&TYPE_CLASH, spec.from.text.span, message)
                .label(format!("of type {gives}"))
                .related(demand.declared, format!("of type {takes}"))
                .help(help),
        );
        None
    }

    /// Whether what flows in reaches the arguments of a script over mini-batches.
    fn is_argument(&self, demand: Option<&Demand>) -> bool {
        let closed = self.cx.interface(self.step).and_then(Interface::closed);
        let input = demand.zip(closed).and_then(|(it, closed)| closed.input(&it.parameter.name));
        input.is_some_and(|port| port.is_argument)
    }

    /// What messages call the component behind the step.
    fn brought(&self) -> &'static str {
        let interface = self.cx.interface(self.step).and_then(Interface::closed);
        interface.map_or("component", |closed| closed.noun)
    }

    /// Proves that a hyperparameter is an input of the component that is tried, and nothing else is
    /// bound to it.
    pub(crate) fn hyperparameter(&mut self, name: &Spanned<String>, kind: ValueType) {
        if let Some(bound) = self.body.inputs.get(&name.value) {
            let message = format!("`{}` is a hyperparameter, which each trial gets", name.value);
            self.sink.report(
                Diagnostic::new(&CONFLICT, bound.name.span, message)
                    .related(name.span, "searched here")
                    .help("remove the input, or the hyperparameter"),
            );
            return;
        }
        let interface = self.cx.interface(self.step);
        let Some(demand) = interface::demand(interface, name, self.sink) else { return };
        let takes = demand.parameter.kind;
        if takes.takes(kind) {
            return;
        }
        let (takes, gives) = (takes.word(), kind.word());
        let message =
            format!("the component takes a {takes}, and what is searched is of type {gives}");
        self.sink.report(
            Diagnostic::new(&TYPE_CLASH, name.span, message)
                .related(demand.declared, format!("of type {takes}"))
                .help("search values of the input's type"),
        );
    }

    /// The component that the step uses.
    pub(crate) fn component_use(&self) -> Option<Box<ComponentUse>> {
        let interface = self.cx.interface(self.step)?;
        let component = interface.place(self.body)?;
        let kind = interface.kind()?;
        let said = self.body.outputs.names();
        let mut listed: Vec<u32> =
            said.filter_map(|name| self.cx.output(self.step, name)).collect();
        let mut arguments = Vec::new();
        if let Some(closed) = interface.closed() {
            let stored =
                |port: &OutPort| port.output.path.is_some() || port.output.register.is_some();
            let ports = (0..).zip(&closed.outputs);
            listed.extend(ports.filter(|(_, port)| stored(port)).map(|(at, _)| at));
            let ports = closed.inputs.iter().filter(|port| port.is_argument);
            let names = ports.map(|port| port.demand.parameter.name.as_str());
            arguments.extend(names.filter_map(|name| self.by_name.get(name).copied()));
        }
        Some(Box::new(ComponentUse {
            component,
            kind,
            files: interface.files(),
            listed,
            arguments,
            nodes: interface.closed().map_or(1, |closed| closed.nodes),
            needs_cluster: interface.closed().is_some_and(|closed| closed.clusterless.is_some()),
            body: interface.closed().and_then(|closed| closed.body.clone()),
            overrides: Fields::default(),
        }))
    }
}
