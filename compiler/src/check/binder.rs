//! One step in the plan's words: its references resolved and typed, its ports collected.

use std::collections::BTreeMap;

use super::interface;
use super::matrix::Combinations;
use super::names::{Context, what_there_is};
use super::scripts::piece;
use crate::diagnostics::{
    BAD_VALUE, CONFLICT, Diagnostic, MISSING_FILE, Sink, TYPE_CLASH, UNKNOWN_REFERENCE,
};
use crate::plan::{
    ComponentUse, Environment, ImageId, Input, Output, Parameter, Piece, Reference, ScriptPiece,
    Setting, Source, Text as PlanText, ValueType, Variable,
};
use crate::source::{Span, Spanned};
use crate::spec::expr::Path;
use crate::spec::image::Image;
use crate::spec::steps::{Binder, Bound, Engine, StepSpec};
use crate::spec::text::{Script, Site, Text};
use crate::spec::values::PathText;

/// An edge and the place that makes it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EdgeSite {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) output: Option<u32>,
    pub(crate) span: Span,
}

/// Binds one step.
pub(crate) struct StepBinder<'a, 'c> {
    pub(crate) cx: &'c Context<'a>,
    pub(crate) step: u32,
    pub(crate) body: &'a StepSpec,
    pub(crate) engine: Engine,
    pub(crate) inputs: Vec<Input>,
    /// The first of the inputs with a name.
    pub(crate) by_name: BTreeMap<String, u32>,
    /// Where each input was first asked for.
    pub(crate) places: Vec<Span>,
    /// How many of the inputs the author declared.
    pub(crate) declared: usize,
    /// `None` in the place of those that were refused.
    pub(crate) parameters: &'c [Option<Parameter>],
    pub(crate) outputs: &'c [Option<Vec<Option<Output>>>],
    pub(crate) edges: &'c mut Vec<EdgeSite>,
    pub(crate) used: &'c mut Vec<bool>,
    /// The combinations of the step's matrix, if it has one and that is right.
    pub(crate) combinations: Option<Combinations>,
    pub(crate) sink: &'c mut Sink,
}

/// What the binder collects for the whole spec.
pub(crate) struct Collected<'c> {
    /// `None` in the place of those that were refused.
    pub(crate) parameters: &'c [Option<Parameter>],
    pub(crate) outputs: &'c [Option<Vec<Option<Output>>>],
    pub(crate) edges: &'c mut Vec<EdgeSite>,
    pub(crate) used: &'c mut Vec<bool>,
    pub(crate) sink: &'c mut Sink,
}

impl<'a, 'c> StepBinder<'a, 'c> {
    pub(crate) fn new(
        cx: &'c Context<'a>,
        step: u32,
        body: &'a StepSpec,
        engine: Engine,
        all: Collected<'c>,
    ) -> Self {
        let Collected { parameters, outputs, edges, used, sink } = all;
        let script = body.run.as_ref().map_or(0, |run| run.text.spans.len());
        let likely = body.inputs.items.len() + script;
        let inputs = Vec::with_capacity(likely);
        let (places, by_name) = (Vec::with_capacity(likely), BTreeMap::new());
        Self {
            cx,
            step,
            body,
            engine,
            inputs,
            by_name,
            places,
            declared: 0,
            parameters,
            outputs,
            edges,
            used,
            combinations: None,
            sink,
        }
    }

    /// The inputs that the author declared come first, in order.
    pub(crate) fn declare_inputs(&mut self) {
        for item in &self.body.inputs.items {
            let Some(spec) = &item.value else { continue };
            let interface = self.cx.interface(self.step);
            let demand = interface::demand(interface, &item.name, self.sink);
            let Some((source, found)) = self.source(&spec.from) else { continue };
            let literal = matches!(source, Source::Literal(_));
            let kind = match demand {
                Some(demand) => self.demanded_kind(spec, demand, found, literal),
                None => self.declared_kind(spec, found, literal),
            };
            let Some(kind) = kind else { continue };
            let fits = demand.is_none_or(|it| self.source_fits(spec, &source, it).is_some());
            if !fits {
                continue;
            }
            let source = if literal {
                let Some(value) = self.literal(spec, kind, demand) else { continue };
                Source::Literal(value)
            } else {
                source
            };
            let mode = spec.mode.as_ref().and_then(|mode| self.input_mode(mode, kind));
            let optional = self.input_is_optional(spec, &source, demand);
            let name = item.name.value.clone();
            self.add_input(Input { name, kind, source, mode, optional }, item.name.span);
        }
        interface::all_bound(self.body, self.cx.interface(self.step), self.sink);
        self.unsaid_inputs();
        self.declared = self.inputs.len();
    }

    pub(crate) fn add_input(&mut self, input: Input, at: Span) -> Option<u32> {
        let number = u32::try_from(self.inputs.len()).ok()?;
        self.by_name.entry(input.name.clone()).or_insert(number);
        self.inputs.push(input);
        self.places.push(at);
        Some(number)
    }

    fn source(&mut self, from: &crate::spec::ports::FromText) -> Option<(Source, ValueType)> {
        if from.text.is_literal() {
            let value = from.literal.value();
            let kind = crate::spec::ports::kind_of(&value);
            return Some((Source::Literal(value), kind));
        }
        if let Some(site) = from.text.whole() {
            let (reference, kind) = self.reference_at(site)?;
            return Some((Source::Reference(reference), kind));
        }
        Some((Source::Text(self.plan_text(&from.text)?), ValueType::String))
    }

    /// The declared type, proved against that of the source.
    fn declared_kind(
        &mut self,
        spec: &crate::spec::ports::InputSpec,
        found: ValueType,
        literal: bool,
    ) -> Option<ValueType> {
        let Some(kind) = &spec.kind else { return Some(found) };
        if literal || interface::is_unchecked(spec) || kind.value.takes(found) {
            return Some(kind.value);
        }
        let (takes, gives) = (kind.value.word(), found.word());
        let message = format!("the input is of type {takes}, and what flows in is of type {gives}");
        self.sink.report(
            Diagnostic::new(&TYPE_CLASH, spec.from.text.span, message)
                .label(format!("of type {gives}"))
                .related(kind.span, format!("of type {takes}"))
                .help("change one of the two types; only an integer is also a number, every value a string, and every model a folder; `unchecked: true` at the input hands it on all the same"),
        );
        None
    }

    fn input_mode(
        &mut self,
        mode: &Spanned<crate::spec::ports::ModeWord>,
        kind: ValueType,
    ) -> Option<crate::plan::Mode> {
        let (problem, help) = if self.engine == Engine::Ci {
            ("modes are for inputs of steps on Azure ML", "remove it")
        } else if kind.is_scalar() {
            ("a value has no mode", "remove it; modes are for data")
        } else if !mode.value.fits_input(kind) {
            (
                "an input of this type cannot have the mode",
                "inputs take ro_mount, download and direct; an mltable also eval_mount and eval_download",
            )
        } else {
            return Some(mode.value.plan());
        };
        self.sink.report(Diagnostic::new(&BAD_VALUE, mode.span, problem).help(help));
        None
    }

    /// Text with references, in the plan's words (environment values, texts around references).
    pub(crate) fn plan_text(&mut self, text: &Text) -> Option<PlanText> {
        let mut pieces = Vec::with_capacity(text.template.parts.len().max(1));
        let mut at = 0;
        for ((range, _), site) in text.template.references().zip(text.sites()) {
            literal(&mut pieces, &text.text[at..range.start]);
            let (reference, kind) = self.reference_at(site)?;
            self.has_value(&reference, site.span)?;
            if !kind.is_scalar() {
                self.data_in_text(site.span);
                return None;
            }
            pieces.push(Piece::Reference(reference));
            at = range.end;
        }
        literal(&mut pieces, &text.text[at..]);
        Some(pieces)
    }

    fn data_in_text(&mut self, at: Span) {
        self.sink.report(
            Diagnostic::new(&TYPE_CLASH, at, "data cannot stand inside a text or in `env`").help(
                "refer to it in `run`, where it becomes a path, or make it an input by itself",
            ),
        );
    }

    /// The input that carries a reference; made when it is not there yet.
    fn input_for(&mut self, reference: Reference, kind: ValueType, at: Span) -> Option<u32> {
        let same =
            |input: &Input| matches!(&input.source, Source::Reference(it) if *it == reference);
        // Most steps have few, and most references are repeated: then no name is made.
        if let Some(index) = self.inputs[self.declared..].iter().take(16).position(same) {
            return u32::try_from(self.declared + index).ok();
        }
        let name = self.input_name(&reference);
        let optional = self.may_be_unset(&reference);
        let Some(index) = self.by_name.get(&name).copied() else {
            let source = Source::Reference(reference);
            return self.add_input(Input { name, kind, source, mode: None, optional }, at);
        };
        if !matches!(&self.inputs[index as usize].source, Source::Reference(it) if *it == reference)
        {
            let message = format!("the input `{name}` has the name that this reference needs");
            self.sink.report(
                Diagnostic::new(&CONFLICT, at, message)
                    .related(self.places[index as usize], "the input")
                    .help(format!("use `inputs.{name}` here, or rename the input")),
            );
            return None;
        }
        Some(index)
    }

    fn input_name(&self, reference: &Reference) -> String {
        match reference {
            Reference::Parameter(id) => {
                self.cx.spec.parameters.items[id.0 as usize].name.value.clone()
            }
            Reference::Output(step, output) => {
                let output = self.cx.output_name(step.0, *output);
                format!("{}__{output}", self.cx.step_name(step.0))
            }
            Reference::Secret(name) => format!("secrets__{name}"),
            Reference::Matrix(name) => format!("matrix__{name}"),
            other @ (Reference::GitSha
            | Reference::GitBranch
            | Reference::GitTag
            | Reference::RunId
            | Reference::StageName
            | Reference::Variable(_)) => other.ambient_input().unwrap_or_default(),
        }
    }

    /// What a reference in a command becomes.
    pub(crate) fn bind(&mut self, site: Site<'_>) -> Option<Variable> {
        match site.path {
            Path::Input(name) => {
                self.own_input(site.name(name), site.place(name)).map(Variable::Input)
            }
            Path::OwnOutput(name) => {
                let name = Spanned::new(site.name(name).to_owned(), site.place(name));
                self.output(&name, &ValueType::ALL).map(Variable::Output)
            }
            Path::Parameter(_)
            | Path::Searched(_)
            | Path::Output { .. }
            | Path::Matrix(_)
            | Path::Event(_)
            | Path::RunId
            | Path::StageName
            | Path::GitSha
            | Path::GitBranch
            | Path::GitTag
            | Path::Variable(_)
            | Path::Secret(_) => {
                let (reference, kind) = self.reference_at(site)?;
                let flows = matches!(reference, Reference::Parameter(_) | Reference::Output(..));
                if flows || self.engine == Engine::AzureMl {
                    return self.input_for(reference, kind, site.span).map(Variable::Input);
                }
                Some(Variable::Reference(reference))
            }
        }
    }

    fn own_input(&mut self, name: &str, at: Span) -> Option<u32> {
        let known = self.by_name.get(name).copied();
        let declared = known.filter(|index| (*index as usize) < self.declared);
        if declared.is_none() && self.body.inputs.get(name).is_none() {
            let message = format!("this step has no input `{name}`");
            let help = if self.cx.parameters.contains_key(name) {
                format!("did you mean `parameters.{name}`?")
            } else {
                let known = what_there_is(name, self.body.inputs.names());
                known.unwrap_or_else(|| "declare it in the `inputs` of the step".to_owned())
            };
            self.sink.report(Diagnostic::new(&UNKNOWN_REFERENCE, at, message).help(help));
        }
        declared
    }
}

fn literal(pieces: &mut PlanText, text: &str) {
    if !text.is_empty() {
        pieces.push(Piece::Literal(text.to_owned()));
    }
}

impl Binder for StepBinder<'_, '_> {
    fn engine(&self) -> Engine {
        self.engine
    }

    fn script(&mut self, script: &Script) -> Option<Bound> {
        let count = script.text.spans.len();
        let mut bound: Vec<Variable> = Vec::with_capacity(count);
        // All of them, so that each mistake is told.
        for (site, may_vanish) in script.text.sites_in_command() {
            bound.extend(self.bind_in_command(site, may_vanish));
        }
        (bound.len() == count).then(|| match self.engine {
            Engine::Ci => self.ci_script(script, &bound),
            Engine::AzureMl => {
                let pieces: Vec<ScriptPiece> = bound.iter().filter_map(piece).collect();
                let script = Self::azure_ml_script(script, &pieces);
                Bound { script, variables: Vec::new() }
            }
        })
    }

    fn trial(&mut self, script: &Script, searched: &[Spanned<String>]) -> Option<Vec<ScriptPiece>> {
        self.trial_script(script, searched)
    }

    fn arguments(&mut self, script: &Script) -> Option<Vec<ScriptPiece>> {
        let sites: Vec<(Site<'_>, bool)> = script.text.sites_in_command().collect();
        let bound = sites.into_iter().map(|(site, inside)| self.bind_in_command(site, inside));
        let bound: Vec<Option<Variable>> = bound.collect();
        let bound: Vec<Variable> = bound.into_iter().collect::<Option<_>>()?;
        self.bare_arguments(script, &bound)
    }

    fn data(&mut self, text: &Text) -> Option<u32> {
        let Some(site) = text.whole() else {
            let message = "expected one reference to data and nothing else";
            self.sink.report(Diagnostic::new(&BAD_VALUE, text.span, message).help(
                "such as `${{ steps.prepare.outputs.clean }}`; data with an address of its own is a parameter or an entry of `inputs`",
            ));
            return None;
        };
        match self.bind(site)? {
            Variable::Input(index) => {
                self.input_has_value(index, site.span)?;
                Some(index)
            }
            Variable::Output(_) | Variable::Reference(_) => {
                let message = "this is not something that flows in";
                self.sink.report(Diagnostic::new(&BAD_VALUE, site.span, message));
                None
            }
        }
    }

    fn given(&mut self, text: &Text) -> Option<u32> {
        self.given_output(text)
    }

    fn is_data(&self, text: &Text) -> bool {
        self.names_data(text)
    }

    fn image(&mut self, name: &Spanned<Image>, variant: Option<&str>) -> Option<ImageId> {
        super::images::named(self.cx, name, variant, self.sink)
    }

    fn open_text(&mut self, text: &Text) -> Option<PlanText> {
        self.text_for_all(text)
    }

    fn input_kind(&self, input: u32) -> ValueType {
        self.inputs[input as usize].kind
    }

    fn output(&mut self, name: &Spanned<String>, kinds: &[ValueType]) -> Option<u32> {
        let items = &self.body.outputs.items;
        let Some(number) = self.cx.output(self.step, &name.value) else {
            if !self.body.broken && self.body.kind().is_some() {
                let message = format!("this step has no output `{}`", name.value);
                let help = self.elsewhere(&name.value);
                self.sink
                    .report(Diagnostic::new(&UNKNOWN_REFERENCE, name.span, message).help(help));
            }
            return None;
        };
        let index = number as usize;
        let output = self.outputs[self.step as usize].as_ref()?[index].as_ref()?;
        if !kinds.contains(&output.kind) {
            let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
            let message = format!("the output `{}` is of type {}", name.value, output.kind.word());
            self.sink.report(
                Diagnostic::new(&TYPE_CLASH, name.span, message)
                    .related(items[index].name.span, "declared here")
                    .help(format!("it must be of type {}", words.join(" or "))),
            );
            return None;
        }
        Some(number)
    }

    fn reference(&mut self, text: &Text, kinds: &[ValueType]) -> Option<Setting> {
        let site = text.whole()?;
        if !matches!(site.path, Path::Parameter(_)) {
            let message = "a setting can only be left to a parameter";
            self.sink.report(
                Diagnostic::new(&BAD_VALUE, site.span, message)
                    .help("write `${{ parameters.name }}`"),
            );
            return None;
        }
        let (reference, kind) = self.reference_at(site)?;
        self.has_value(&reference, site.span)?;
        if kinds.contains(&kind) {
            return Some(Setting::Reference(reference));
        }
        let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
        let message = format!("the parameter is of type {}", kind.word());
        self.sink.report(
            Diagnostic::new(&TYPE_CLASH, site.span, message)
                .help(format!("it must be of type {}", words.join(" or "))),
        );
        None
    }

    fn piece(&mut self, text: &Text, kinds: &[ValueType]) -> Option<ScriptPiece> {
        let Setting::Reference(reference) = self.reference(text, kinds)? else { return None };
        let kind = kinds.first().copied()?;
        self.input_for(reference, kind, text.span).map(ScriptPiece::Input)
    }

    fn step_name(&self) -> &str {
        self.cx.step_name(self.step)
    }

    fn cluster(&mut self, name: &Spanned<String>) -> Option<String> {
        super::place::cluster(self.cx, name, self.sink)
    }

    fn software(&mut self, name: &Spanned<String>) -> Option<Environment> {
        super::place::software(self.cx, name, self.sink)
    }

    fn file(&mut self, path: &Spanned<PathText>) -> Option<String> {
        super::files::file(self.cx, self.cx.folder, &path.value.0, path.span, self.sink)
    }

    fn folder(&mut self, path: &Spanned<PathText>) -> Option<String> {
        super::files::folder(self.cx, self.cx.folder, &path.value.0, path.span, self.sink)
    }

    fn file_in(&mut self, folder: &str, path: &str, span: Span) -> Option<()> {
        let full = crate::source::join(folder, path);
        let is_inside = |full: &str| {
            folder.is_empty() || full.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        };
        if full.is_some_and(|full| !is_inside(&full)) {
            let message = format!("`{path}` lies outside of the folder `{folder}`");
            let help = "Azure ML uploads `code` alone; choose a folder that holds the file";
            self.sink.report(Diagnostic::new(&MISSING_FILE, span, message).help(help));
            return None;
        }
        super::files::file(self.cx, folder, path, span, self.sink).map(|_| ())
    }

    fn swept(&mut self, name: &Spanned<String>, kind: ValueType) {
        self.hyperparameter(name, kind);
    }

    fn component(&mut self) -> Option<Box<ComponentUse>> {
        self.component_use()
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.report(diagnostic);
    }
}
