//! Who is who: the names of a spec and of its project, and what they lead to.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::completed::Upstreams;
use super::files::Window;
use super::images::{Digests, Shared};
use super::interface::Interface;
use super::matching::Budget;
use crate::diagnostics::{Diagnostic, Rule, Sink, near_miss};
use crate::plan::BuiltImage;
use crate::source::{Files, Span};
use crate::spec::Spec;
use crate::spec::dict::Item;
use crate::spec::project::ProjectSpec;
use crate::spec::steps::StepSpec;

/// What every part of the check reads.
pub(crate) struct Context<'a> {
    pub(crate) spec: &'a Spec,
    pub(crate) project: &'a ProjectSpec,
    pub(crate) files: Window<'a>,
    /// Root-relative folder of the spec.
    pub(crate) folder: &'a str,
    /// Names of steps, also of those whose body was refused.
    pub(crate) steps: BTreeMap<&'a str, u32>,
    /// Names of parameters, also of those whose body was refused.
    pub(crate) parameters: BTreeMap<&'a str, u32>,
    /// The components behind steps.
    pub(crate) interfaces: &'a [Option<Interface>],
    /// The specs that triggers follow.
    pub(crate) upstreams: &'a Upstreams,
    /// Root-relative paths of the spec and of the project file, which may be none.
    pub(crate) paths: (&'a str, &'a str),
    /// What the project's images are built of.
    pub(crate) images: &'a Digests,
    /// Those that steps use.
    pub(crate) built: RefCell<Vec<BuiltImage>>,
    /// What was spent on patterns.
    pub(crate) matching: Budget,
    /// Names of outputs, for each step.
    outputs: Vec<BTreeMap<&'a str, u32>>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        spec: &'a Spec,
        project: Shared<'a>,
        (files, folder): (&'a dyn Files, &'a str),
        interfaces: &'a [Option<Interface>],
        upstreams: &'a Upstreams,
    ) -> Self {
        let steps = index(spec.steps.names());
        let parameters = index(spec.parameters.names());
        let outputs = spec.steps.items.iter().zip(interfaces);
        let outputs = outputs.map(|(item, interface)| output_names(item, interface.as_ref()));
        let outputs = outputs.collect();
        let (files, matching) = (Window::new(files), Budget::default());
        Self {
            spec,
            project: project.spec,
            paths: project.paths,
            images: project.images,
            built: RefCell::default(),
            files,
            folder,
            steps,
            parameters,
            interfaces,
            upstreams,
            matching,
            outputs,
        }
    }

    /// The number of a step's output.
    pub(crate) fn output(&self, step: u32, name: &str) -> Option<u32> {
        self.outputs[step as usize].get(name).copied()
    }

    /// The name of a step's output.
    pub(crate) fn output_name(&self, step: u32, output: u32) -> &'a str {
        let mut names = self.outputs[step as usize].iter();
        names.find(|(_, index)| **index == output).map_or("", |(name, _)| *name)
    }

    /// The names of a step's outputs.
    pub(crate) fn output_names(&self, step: u32) -> impl Iterator<Item = &'a str> {
        self.outputs[step as usize].keys().copied()
    }

    /// The component behind a step.
    pub(crate) fn interface(&self, step: u32) -> Option<&'a Interface> {
        self.interfaces[step as usize].as_ref()
    }

    /// The step of an index; `None` when its body was refused.
    pub(crate) fn step(&self, step: u32) -> Option<&'a StepSpec> {
        self.spec.steps.items[step as usize].value.as_ref()
    }

    /// The name of a step.
    pub(crate) fn step_name(&self, step: u32) -> &'a str {
        &self.spec.steps.items[step as usize].name.value
    }

    /// Where a step's name is written.
    pub(crate) fn step_span(&self, step: u32) -> Span {
        self.spec.steps.items[step as usize].name.span
    }

    /// The index of a named parameter, or a report.
    pub(crate) fn find_parameter(&self, name: &str, at: Span, sink: &mut Sink) -> Option<u32> {
        let found = self.parameters.get(name).copied();
        if found.is_none() {
            // What is only counted needs no words.
            let known = self.parameters.keys().copied().filter(|_| !sink.is_full());
            let diagnostic =
                unknown(&crate::diagnostics::UNKNOWN_REFERENCE, at, "parameter", name, known);
            sink.report(diagnostic);
        }
        found
    }

    /// The index of a named step, or a report.
    pub(crate) fn find_step(&self, name: &str, at: Span, sink: &mut Sink) -> Option<u32> {
        let found = self.steps.get(name).copied();
        // That there are no steps was said.
        if found.is_none() && !self.steps.is_empty() {
            if sink.is_full() {
                sink.report(Diagnostic::new(&crate::diagnostics::UNKNOWN_STEP, at, ""));
                return None;
            }
            let rule = &crate::diagnostics::UNKNOWN_STEP;
            let words: Vec<&str> = name.split([',', ' ']).filter(|it| !it.is_empty()).collect();
            let mut diagnostic = unknown(rule, at, "step", name, self.steps.keys().copied());
            if words.len() > 1 && words.iter().all(|word| self.steps.contains_key(word)) {
                diagnostic = diagnostic.help(format!("write a list: `[{}]`", words.join(", ")));
            }
            sink.report(diagnostic);
        }
        found
    }
}

/// The outputs that the component has, else those that the author declares and the kind gives.
fn output_names<'a>(
    item: &'a Item<StepSpec>,
    interface: Option<&'a Interface>,
) -> BTreeMap<&'a str, u32> {
    match interface.and_then(Interface::outputs) {
        Some(ports) => index(ports.iter().map(|port| port.output.name.as_str())),
        None => item.value.as_ref().map_or_else(BTreeMap::new, |body| {
            let given = body.kind().map_or(&[][..], |kind| kind.gives());
            index(body.outputs.names().chain(given.iter().map(|(name, _)| *name)))
        }),
    }
}

#[allow(clippy::cast_possible_truncation)] // the tree holds fewer than 2^32 nodes
fn index<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, u32> {
    names.enumerate().map(|(at, name)| (name, at as u32)).collect()
}

/// Nobody reads a list of hundreds of names.
pub(crate) const MOST_NAMES: usize = 12;

/// «No such thing», with the near miss or what there is.
pub(crate) fn unknown<'a>(
    rule: &'static Rule,
    at: Span,
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(rule, at, format!("there is no {what} `{name}`"));
    let help = what_there_is(name, known).unwrap_or_else(|| format!("there is no {what} at all"));
    diagnostic.help(help)
}

/// The near miss, else what there is; `None` when there is nothing.
pub(crate) fn what_there_is<'a>(
    name: &str,
    known: impl Iterator<Item = &'a str>,
) -> Option<String> {
    let known: Vec<&str> = known.collect();
    if let Some(near) = near_miss(name, known.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let names = &known[..known.len().min(MOST_NAMES)];
    let more = if known.len() > names.len() { ", …" } else { "" };
    (!names.is_empty()).then(|| format!("there is: {}{more}", names.join(", ")))
}
