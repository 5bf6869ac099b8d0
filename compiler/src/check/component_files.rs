//! Component files: each is read once, and so are those that the nodes of a pipeline component name.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::circle::{Site, circle};
use super::files;
use super::interface::{Closed, Interface};
use super::names::{Context, unknown};
use crate::diagnostics::{Diagnostic, LIMIT, MISSING_FILE, MISSING_KEY, Sink, UNKNOWN_REFERENCE};
use crate::plan::ComponentPlace;
use crate::source::{
    EntryKind, FileFault, Files, SourceFile, Sources, Span, Spanned, folder_of, join,
};
use crate::spec::component::{ComponentNode, read_component};
use crate::spec::steps::ComponentName;

/// Pipelines of pipelines, further down than anybody can follow.
const MOST_DEEP: usize = 32;

/// Reads component files.
pub(super) struct Reader<'a> {
    files: &'a dyn Files,
    known: BTreeMap<String, Option<Rc<Closed>>>,
    way: Vec<Site>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(files: &'a dyn Files) -> Self {
        Self { files, known: BTreeMap::new(), way: Vec::new() }
    }

    /// The component in a file, from a folder on; `None` when something was refused.
    pub(super) fn component(
        &mut self,
        written: &str,
        folder: &str,
        at: Span,
        sources: &mut Sources,
        sink: &mut Sink,
    ) -> Option<Rc<Closed>> {
        let path = path(written, folder, at, sink)?;
        if let Some(known) = self.known.get(&path) {
            return known.clone();
        }
        if let Some(last) = self.way.last_mut() {
            last.at = at;
        }
        if let Some(start) = self.way.iter().position(|site| site.path == path) {
            sink.report(circle("component file", &self.way[start..]));
            return None;
        }
        if self.way.len() >= MOST_DEEP {
            let message = format!("more than {MOST_DEEP} component files use each other in a row");
            let help = "use fewer of them, or write their nodes here";
            sink.report(Diagnostic::new(&LIMIT, at, message).help(help));
            return None;
        }
        self.way.push(Site { path: path.clone(), at });
        let read = self.file(&path, at, sources, sink);
        self.way.pop();
        self.known.insert(path, read.clone());
        read
    }

    fn file(
        &mut self,
        path: &str,
        at: Span,
        sources: &mut Sources,
        sink: &mut Sink,
    ) -> Option<Rc<Closed>> {
        let text = match self.files.read(path) {
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
        let mut file = read_component(id, &text, sink);
        let nodes = file.as_mut().map(|file| std::mem::take(&mut file.nodes)).unwrap_or_default();
        let mut closed = Closed::of_file(path, file.filter(|_| sink.errors() == before)?);
        for node in &nodes {
            self.node(node, &mut closed, sources, sink);
        }
        (sink.errors() == before).then(|| Rc::new(closed))
    }

    /// Reads the component of a node, and proves what is bound to it.
    fn node(
        &mut self,
        node: &ComponentNode,
        closed: &mut Closed,
        sources: &mut Sources,
        sink: &mut Sink,
    ) {
        if node.is_clusterless && closed.clusterless.is_none() {
            closed.clusterless = Some(node.name.clone());
        }
        let Some(named) = &node.component else { return };
        let Some(written) = ComponentName::of(&named.value).file() else { return };
        let folder = closed.local.folder.clone();
        let Some(part) = self.component(written, &folder, named.span, sources, sink) else {
            return;
        };
        bound(node, &part, sink);
        closed.nodes = closed.nodes.saturating_add(part.nodes);
        if closed.clusterless.is_none() {
            closed.clusterless.clone_from(&part.clusterless);
        }
        closed.parts.push(part);
    }
}

/// Whether a node binds what its component takes, and nothing else.
fn bound(node: &ComponentNode, part: &Closed, sink: &mut Sink) {
    let mut is_whole = true;
    for name in node.inputs.iter().filter(|_| !part.is_open) {
        if part.input(&name.value).is_none() {
            let known = part.inputs.iter().map(|port| port.demand.parameter.name.as_str());
            let what = "input of the component";
            let diagnostic = unknown(&UNKNOWN_REFERENCE, name.span, what, &name.value, known);
            sink.report(diagnostic.related(part.head, "the component"));
            is_whole = false;
        }
    }
    let bound: BTreeSet<&str> = node.inputs.iter().map(|name| name.value.as_str()).collect();
    for port in part.inputs.iter().filter(|port| is_whole && port.required) {
        let name = &port.demand.parameter.name;
        if !bound.contains(name.as_str()) && !node.swept.contains(name) {
            let message = format!("the component of the node needs its input `{name}`");
            sink.report(
                Diagnostic::new(&MISSING_KEY, node.name.span, message)
                    .related(port.demand.declared, "declared here, without a default")
                    .help(format!("write `inputs: {{ {name}: … }}`")),
            );
        }
    }
}

fn path(written: &str, folder: &str, at: Span, sink: &mut Sink) -> Option<String> {
    if written.ends_with(".mlops.yaml") || written.ends_with(".mlops.yml") {
        let message = format!("`{written}` is a spec, not a component file");
        let help = format!("a step runs another spec with `pipeline: {written}`");
        sink.report(Diagnostic::new(&MISSING_FILE, at, message).help(help));
        return None;
    }
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

/// What component files name must be there.
pub(crate) fn local_files(cx: &Context<'_>, sink: &mut Sink) {
    let mut seen = BTreeSet::new();
    for closed in cx.interfaces.iter().flatten().filter_map(Interface::closed) {
        of_component(cx, closed, &mut seen, sink);
    }
}

fn of_component<'a>(
    cx: &Context<'_>,
    closed: &'a Closed,
    seen: &mut BTreeSet<&'a str>,
    sink: &mut Sink,
) {
    let ComponentPlace::File(path) = &closed.place else { return };
    if !seen.insert(path.as_str()) {
        return;
    }
    let folder = &closed.local.folder;
    for file in &closed.local.files {
        files::file(cx, folder, &file.value, file.span, sink);
    }
    for code in &closed.local.code {
        let Some(found) = code_folder(cx, folder, &code.folder, sink) else { continue };
        for file in &code.files {
            files::file(cx, &found, &file.value, file.span, sink);
        }
    }
    for part in &closed.parts {
        of_component(cx, part, seen, sink);
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
