//! What steps that run a component take and give: the ports of the component behind them.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::files;
use super::names::{Context, unknown};
use crate::diagnostics::{
    CONFLICT, Diagnostic, MISSING_FILE, MISSING_KEY, Sink, TYPE_CLASH, UNKNOWN_REFERENCE,
};
use crate::plan::{ComponentKind, ComponentPlace, Parameter, ValueType};
use crate::source::{
    EntryKind, FileFault, Files, SourceFile, Sources, Span, Spanned, folder_of, join,
};
use crate::spec::Spec;
use crate::spec::component::{ComponentFile, ComponentPort, read_component};
use crate::spec::ports::OutputSpec;
use crate::spec::steps::{ComponentSpec, StepSpec};

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

/// A component file.
#[derive(Debug)]
pub(crate) struct Closed {
    /// Its root-relative path.
    path: String,
    file: ComponentFile,
}

impl Interface {
    /// What the component is.
    pub(crate) fn kind(&self) -> Option<ComponentKind> {
        match self {
            Self::Closed(closed) => Some(closed.file.kind.value),
            Self::Open(kind) => Some(*kind),
            Self::Broken => None,
        }
    }

    /// Where the component stands.
    pub(crate) fn place(&self, spec: &ComponentSpec) -> Option<ComponentPlace> {
        match self {
            Self::Closed(closed) => Some(ComponentPlace::File(closed.path.clone())),
            Self::Open(_) => Some(ComponentPlace::Registered(spec.from.value.clone())),
            Self::Broken => None,
        }
    }

    /// Root-relative paths that the file names; folders end in `/`.
    pub(crate) fn files(&self) -> Vec<String> {
        let Self::Closed(closed) = self else { return Vec::new() };
        let from = |path: &str| join(folder_of(&closed.path), path);
        let files = closed.file.files.iter().filter_map(|file| from(&file.value));
        let code = closed.file.code.iter().filter_map(|code| from(&code.folder.value));
        files.chain(code.map(|folder| format!("{folder}/"))).collect()
    }

    /// The outputs that the component declares; `None` where the author does.
    pub(crate) fn outputs(&self) -> Option<&[ComponentPort]> {
        match self {
            Self::Closed(closed) => Some(&closed.file.outputs),
            Self::Open(_) | Self::Broken => None,
        }
    }

    /// The input of a name.
    pub(crate) fn input(&self, name: &str) -> Option<&ComponentPort> {
        let Self::Closed(closed) = self else { return None };
        closed.file.inputs.iter().find(|port| port.name.value == name)
    }
}

/// The components behind the steps; `None` for steps of other kinds. Each file is read once.
pub(crate) fn interfaces(
    spec: &Spec,
    files: &dyn Files,
    folder: &str,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Vec<Option<Interface>> {
    let mut known: BTreeMap<String, Option<Rc<Closed>>> = BTreeMap::new();
    let each = spec.steps.items.iter().map(|item| {
        let component = item.value.as_ref()?.component.as_ref()?;
        let Some(written) = component.file() else {
            let kind = component.kind.as_ref().map_or(ComponentKind::Command, |it| it.value.plan());
            return Some(Interface::Open(kind));
        };
        let path = path(written, folder, component.from.span, sink);
        let Some(path) = path else { return Some(Interface::Broken) };
        if !known.contains_key(&path) {
            let read = read(&path, component.from.span, files, sources, sink);
            known.insert(path.clone(), read);
        }
        let closed = known.get(&path).cloned().flatten();
        Some(closed.map_or(Interface::Broken, |closed| {
            one_kind(component, &closed.file, sink);
            Interface::Closed(closed)
        }))
    });
    each.collect()
}

fn path(written: &str, folder: &str, at: Span, sink: &mut Sink) -> Option<String> {
    let relative = !written.starts_with('/') && !written.contains([':', '\\']);
    let path = relative.then(|| join(folder, written)).flatten();
    if path.is_none() {
        let message = format!("`{written}` is no path in the project");
        let help =
            "write the way from this file to a component file, or `azureml:<name>:<version>`";
        sink.report(Diagnostic::new(&MISSING_FILE, at, message).help(help));
    }
    path
}

fn read(
    path: &str,
    at: Span,
    files: &dyn Files,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Option<Rc<Closed>> {
    let text = match files.read(path) {
        Ok(text) => text,
        Err(fault) => {
            let message = if fault == FileFault::Missing {
                format!("there is no component file `{path}`")
            } else {
                format!("cannot read the component file `{path}`: {fault}")
            };
            sink.report(Diagnostic::new(&MISSING_FILE, at, message));
            return None;
        }
    };
    let id = sources.add(SourceFile::new(path, text.clone()));
    let before = sink.errors();
    let file = read_component(id, &text, sink);
    let file = file.filter(|_| sink.errors() == before)?;
    Some(Rc::new(Closed { path: path.to_owned(), file }))
}

fn one_kind(component: &ComponentSpec, file: &ComponentFile, sink: &mut Sink) {
    if let Some(said) = &component.kind
        && said.value.plan() != file.kind.value
    {
        let message = format!("the component is of type {}", file.kind.value.word());
        sink.report(
            Diagnostic::new(&CONFLICT, said.span, message)
                .related(file.kind.span, "said here")
                .help("remove the key: a file says it itself"),
        );
    }
}

/// What component files name must be there.
pub(crate) fn local_files(cx: &Context<'_>, sink: &mut Sink) {
    let mut seen = std::collections::BTreeSet::new();
    for interface in cx.interfaces.iter().flatten() {
        let Interface::Closed(closed) = interface else { continue };
        if !seen.insert(closed.path.as_str()) {
            continue;
        }
        let folder = folder_of(&closed.path);
        for file in &closed.file.files {
            files::file(cx, folder, &file.value, file.span, sink);
        }
        for code in &closed.file.code {
            let Some(found) = code_folder(cx, folder, &code.folder, sink) else { continue };
            for file in &code.files {
                files::file(cx, &found, &file.value, file.span, sink);
            }
        }
    }
}

/// The folder of a component's code. One file is code too: then Azure ML uploads nothing else.
fn code_folder(
    cx: &Context<'_>,
    from: &str,
    code: &Spanned<String>,
    sink: &mut Sink,
) -> Option<String> {
    let full = join(from, &code.value);
    let kind = full.as_deref().and_then(|full| cx.files.kind(full));
    if let (Some(EntryKind::File), Some(full)) = (kind, full) {
        return Some(folder_of(&full).to_owned());
    }
    files::folder(cx, from, &code.value, code.span, sink)
}

/// What an input of the step demands of its source: a parameter without a default, in the plan's
/// words, and where the component says so.
#[derive(Debug)]
pub(crate) struct Demand {
    pub(crate) parameter: Parameter,
    pub(crate) declared: Span,
}

/// The demand on a bound input; `None` when the component says nothing, or a mistake was reported.
pub(crate) fn demand(
    interface: Option<&Interface>,
    name: &Spanned<String>,
    sink: &mut Sink,
) -> Option<Demand> {
    let Interface::Closed(closed) = interface? else { return None };
    let Some(port) = interface?.input(&name.value) else {
        let known = closed.file.inputs.iter().map(|port| port.name.value.as_str());
        let what = "input of the component";
        let diagnostic = unknown(&UNKNOWN_REFERENCE, name.span, what, &name.value, known);
        sink.report(diagnostic.related(closed.file.kind.span, "the component"));
        return None;
    };
    let typed = |literal: &crate::spec::values::Literal| literal.of_kind(port.kind);
    Some(Demand {
        parameter: Parameter {
            name: port.name.value.clone(),
            kind: port.kind,
            default: None,
            description: None,
            choices: port.choices.iter().filter_map(typed).collect(),
            min: port.min.as_ref().and_then(typed),
            max: port.max.as_ref().and_then(typed),
            pattern: None,
            mode: None,
        },
        declared: port.name.span,
    })
}

/// Says which required inputs nobody binds.
pub(crate) fn all_bound(body: &StepSpec, interface: Option<&Interface>, sink: &mut Sink) {
    let (Some(Interface::Closed(closed)), Some(component)) = (interface, &body.component) else {
        return;
    };
    for port in &closed.file.inputs {
        let bound =
            port.optional || port.default.is_some() || body.inputs.get(&port.name.value).is_some();
        if bound || body.broken {
            continue;
        }
        let name = &port.name.value;
        let message = format!("the component needs its input `{name}`");
        sink.report(
            Diagnostic::new(&MISSING_KEY, component.from.span, message)
                .related(port.name.span, "declared here, without a default")
                .help(format!("write `inputs: {{ {name}: … }}`")),
        );
    }
}

/// The type of an output: what the component says, which the author may repeat.
pub(crate) fn output_kind(
    port: &ComponentPort,
    said: Option<&OutputSpec>,
    sink: &mut Sink,
) -> Option<ValueType> {
    let Some(kind) = said.and_then(|spec| spec.kind.as_ref()) else { return Some(port.kind) };
    if kind.value == port.kind {
        return Some(port.kind);
    }
    let message = format!("the component gives a {}", port.kind.word());
    sink.report(
        Diagnostic::new(&TYPE_CLASH, kind.span, message)
            .related(port.name.span, "declared here")
            .help("write that type, or leave it out"),
    );
    None
}

/// Says which outputs the author names and the component does not have.
pub(crate) fn only_its_outputs(body: &StepSpec, interface: &Interface, sink: &mut Sink) {
    let (Interface::Closed(closed), Some(ports)) = (interface, interface.outputs()) else { return };
    for item in &body.outputs.items {
        let name = &item.name;
        if ports.iter().all(|port| port.name.value != name.value) {
            let known = ports.iter().map(|port| port.name.value.as_str());
            let what = "output of the component";
            let diagnostic = unknown(&UNKNOWN_REFERENCE, name.span, what, &name.value, known);
            sink.report(diagnostic.related(closed.file.kind.span, "the component"));
        }
    }
}
