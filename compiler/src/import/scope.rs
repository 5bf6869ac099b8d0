//! What the steps of one pipeline refer to.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::context::Cx;
use super::declared::Declared;
use super::names;
use super::read::Node;
use super::scalar::Value;
use super::text::{self, Part, Path};
use crate::diagnostics::excerpt;
use crate::emit::Map;
use crate::source::Span;
use crate::spec::values::value_type;

/// A chain of inputs that lead to inputs is cut here: it is a circle.
const LONGEST_CHAIN: usize = 20;

/// What a component takes and gives.
#[derive(Default)]
pub(super) struct Ports {
    /// Its inputs, by name; `None` where they stand in a workspace.
    pub(super) inputs: Option<BTreeMap<String, Declared>>,
    /// The types of its outputs, by name.
    pub(super) outputs: BTreeMap<String, &'static str>,
    /// The environment that it names.
    pub(super) environment: Option<String>,
}

/// One pipeline: its ports and nodes, and what its steps share.
pub(super) struct Scope<'a> {
    /// The map of nodes.
    pub(super) jobs: Node<'a>,
    /// The map of the pipeline's inputs.
    pub(super) inputs: Option<Node<'a>>,
    /// The map of the pipeline's outputs.
    pub(super) outputs: Option<Node<'a>>,
    /// What a job says of the outputs of the component that it runs.
    pub(super) stored: Option<Node<'a>>,
    /// What nodes and inputs of the pipeline are called, where that is not their own name.
    pub(super) steps: BTreeMap<String, String>,
    pub(super) parameters: BTreeMap<String, String>,
    /// The cluster of steps that name none.
    pub(super) compute: Option<String>,
    /// Environments by the name that the spec gives them.
    pub(super) environments: Vec<(String, Map)>,
    /// The components behind nodes.
    pub(super) components: BTreeMap<String, Ports>,
    /// The pipeline's inputs that Azure ML pastes into commands; whether it cuts the command at blanks.
    pub(super) pasted: RefCell<BTreeMap<String, bool>>,
    /// Parameters that the spec needs beside the pipeline's inputs.
    pub(super) added: Vec<(String, Map)>,
    /// Outputs of the pipeline, and what is bound to them.
    pub(super) bound: Vec<(String, String)>,
}

/// What an expression leads to.
pub(super) struct Found {
    /// The path in the spec: `parameters.x`, `steps.s.outputs.o`.
    pub(super) path: String,
    /// The name of the input that the compiler makes of the reference.
    pub(super) name: String,
    /// The type.
    pub(super) kind: &'static str,
}

impl<'a> Scope<'a> {
    /// What a node is called.
    pub(super) fn step(&self, node: &str) -> String {
        self.steps.get(node).cloned().unwrap_or_else(|| names::step(node))
    }

    /// What the parameter for an input of the pipeline is called.
    fn called(&self, input: &str) -> String {
        self.parameters.get(input).cloned().unwrap_or_else(|| names::port(input))
    }

    /// What an output of a node is called.
    fn output(&self, node: &str, output: &str) -> String {
        if self.components.contains_key(node) {
            return output.to_owned();
        }
        let outputs = self.jobs.get(node).and_then(|node| node.get("outputs"));
        names::among(outputs, output, names::port)
    }

    /// Whether a component file says what a step gives.
    pub(super) fn is_closed(&self, step: &str) -> bool {
        self.component(step).is_some_and(|ports| ports.inputs.is_some())
    }

    /// What the component of a step takes and gives.
    pub(super) fn component(&self, step: &str) -> Option<&Ports> {
        let called = |(name, _): &(&String, &Ports)| self.step(name) == step;
        let found = self.components.get(step);
        found.or_else(|| self.components.iter().find(called).map(|(_, ports)| ports))
    }

    /// Remembers that a command gets what an expression leads to.
    pub(super) fn pastes(&self, inner: &str, split: bool) {
        if let Path::PipelineInput(input) = text::path(inner) {
            let mut pasted = self.pasted.borrow_mut();
            *pasted.entry(input.to_owned()).or_default() |= split;
        }
    }

    /// Whether a parameter, by its name in the spec, may have no value.
    pub(super) fn may_be_unset(&self, parameter: &str) -> bool {
        let inputs = self.inputs.map(|inputs| inputs.fields()).unwrap_or_default();
        let input = inputs.into_iter().find(|field| self.called(field.name()) == parameter);
        let Some(input) = input.map(|field| field.value) else { return false };
        let says = input
            .get("optional")
            .and_then(|it| it.text())
            .is_some_and(|it| it.eq_ignore_ascii_case("true"));
        input.value() == Value::Text("") || says && input.get("default").is_none()
    }

    /// Adds a parameter for data; the name that it has.
    pub(super) fn parameter(&mut self, step: &str, key: &str, doc: Map) -> String {
        let taken = |scope: &Self, name: &str| {
            let inputs = scope.inputs.map(|inputs| inputs.fields()).unwrap_or_default();
            inputs.iter().any(|field| scope.called(field.name()) == name)
        };
        if let Some((name, _)) = self.added.iter().find(|(_, known)| *known == doc) {
            return name.clone();
        }
        let own = names::port(&format!("{step}_{key}"));
        let mut name = key.to_owned();
        let mut number = 1;
        while taken(self, &name) || self.added.iter().any(|(known, _)| *known == name) {
            name = if number == 1 { own.clone() } else { format!("{own}_{number}") };
            number += 1;
        }
        self.added.push((name.clone(), doc));
        name
    }

    /// What an expression leads to; what leads nowhere is said.
    pub(super) fn find(&self, cx: &mut Cx<'_>, inner: &str, at: Span) -> Option<Found> {
        let found = self.follow(inner, 0);
        if found.is_none() {
            let message = format!("`{}` leads to nothing in this pipeline", excerpt(inner));
            cx.wrong(at, message);
        }
        found
    }

    fn follow(&self, inner: &str, depth: usize) -> Option<Found> {
        match text::path(inner) {
            Path::PipelineInput(input) => {
                let kind = input_kind(self.inputs?.get(input)?);
                let name = self.called(input);
                Some(Found { path: format!("parameters.{name}"), name, kind })
            }
            Path::NodeOutput(node, output) => {
                let kind = self.output_kind(node, output)?;
                let (node, output) = (self.step(node), self.output(node, output));
                let name = format!("{node}__{output}");
                Some(Found { path: format!("steps.{node}.outputs.{output}"), name, kind })
            }
            Path::NodeInput(node, input) if depth < LONGEST_CHAIN => {
                let source = self.jobs.get(node)?.get("inputs")?.get(input)?;
                let source = source.get("path").unwrap_or(source);
                self.follow(text::whole(source.text()?)?, depth + 1)
            }
            Path::NodeInput(..)
            | Path::PipelineOutput(_)
            | Path::Own(_)
            | Path::OwnOutput(_)
            | Path::Other => None,
        }
    }

    fn output_kind(&self, node: &str, output: &str) -> Option<&'static str> {
        let known = self.components.get(node).and_then(|ports| ports.outputs.get(output));
        let node = self.jobs.get(node)?;
        let declared = node.get("outputs").and_then(|outputs| outputs.get(output));
        if declared.is_none() && node.get("type").and_then(|it| it.text()) == Some("automl") {
            return Some("mlflow_model");
        }
        known.copied().or_else(|| Some(self.kind_of_output(declared?)))
    }

    /// The type of an output: its own, else that of the pipeline's output that it is bound to.
    pub(super) fn kind_of_output(&self, output: Node<'_>) -> &'static str {
        let own = output.get("type").and_then(|kind| kind.text()).and_then(word);
        let bound = self.pipeline_output(output).map(|(_, output)| output);
        let bound = bound.and_then(|output| output.get("type")?.text()).and_then(word);
        own.or(bound).unwrap_or("uri_folder")
    }

    /// The pipeline's output that an output is bound to: its name, and what is said of it.
    pub(super) fn pipeline_output<'n>(&self, output: Node<'n>) -> Option<(&'n str, Node<'a>)> {
        let text = output.text().or_else(|| output.get("path")?.text())?;
        let Path::PipelineOutput(name) = text::path(text::whole(text)?) else { return None };
        let stored = self.stored.and_then(|stored| stored.get(name));
        Some((name, stored.or(self.outputs?.get(name))?))
    }

    /// Text with expressions, as the spec says it; `None` when something was wrong.
    pub(super) fn text(&self, cx: &mut Cx<'_>, node: Node<'_>) -> Option<String> {
        let mut written = String::new();
        for part in text::parts(node.text()?) {
            match part {
                Part::Literal(literal) => written.push_str(literal),
                Part::Expression(inner) => {
                    let found = self.find(cx, inner, node.span())?;
                    written.extend(["${{ ", &found.path, " }}"]);
                }
            }
        }
        Some(written)
    }
}

/// The type of a pipeline's input.
pub(super) fn input_kind(input: Node<'_>) -> &'static str {
    match input.value() {
        Value::Bool(_) => "boolean",
        Value::Integer(_) => "integer",
        Value::Float(_) => "number",
        Value::Text(_) => "string",
        Value::Null | Value::List | Value::Map => {
            let word = input.get("type").and_then(|kind| kind.text()).and_then(word);
            word.unwrap_or("uri_folder")
        }
    }
}

/// The language's own word for a type.
pub(super) fn word(text: &str) -> Option<&'static str> {
    let kind = value_type(&text.to_ascii_lowercase())?;
    Some(kind.word())
}
