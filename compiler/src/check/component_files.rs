//! Component files: each is read once, and so are those that the nodes of a pipeline component name.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::circle::{Site, circle};
use super::component_nodes;
use super::files;
use super::interface::{Closed, Interface, Local};
use super::names::Context;
use crate::diagnostics::{BAD_VALUE, Diagnostic, LIMIT, MISSING_FILE, Sink, excerpt};
use crate::plan::ComponentPlace;
use crate::source::{
    EntryKind, FileFault, Files, SourceFile, Sources, Span, Spanned, folder_of, join,
};
use crate::spec::component::{
    CodeFolder, ComponentNode, LocalFiles, read_component, read_environment,
};
use crate::spec::steps::ComponentName;

/// Pipelines of pipelines, further down than anybody can follow.
const MOST_DEEP: usize = 32;

/// Reads component files.
pub(super) struct Reader<'a> {
    files: &'a dyn Files,
    known: BTreeMap<String, Option<Rc<Closed>>>,
    /// Files that say what the software is, which were read.
    environments: BTreeSet<String>,
    way: Vec<Site>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(files: &'a dyn Files) -> Self {
        let (known, environments, way) = Default::default();
        Self { files, known, environments, way }
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
        let text = self.text("component file", path, at, sink)?;
        let id = sources.add(SourceFile::new(path, text.clone()));
        let before = sink.errors();
        let mut file = read_component(id, &text, sink);
        let nodes = file.as_mut().map(|file| std::mem::take(&mut file.nodes)).unwrap_or_default();
        let mut closed = Closed::of_file(path, file.filter(|_| sink.errors() == before)?);
        self.beside(&mut closed, sources, sink);
        let parts: Vec<Option<Rc<Closed>>> =
            nodes.iter().map(|node| self.node(node, &mut closed, sources, sink)).collect();
        component_nodes::agree(&nodes, &parts, sink);
        closed.body = component_nodes::body(closed.body.take(), &nodes, &parts);
        (sink.errors() == before).then(|| Rc::new(closed))
    }

    /// The text of a file that something names.
    fn text(&self, what: &str, path: &str, at: Span, sink: &mut Sink) -> Option<String> {
        let fault = match self.files.read(path) {
            Ok(text) => return Some(text),
            Err(fault) => fault,
        };
        let message = if fault == FileFault::Missing {
            format!("there is no {what} `{path}`")
        } else {
            format!("cannot read the {what} `{path}`: {fault}")
        };
        let missing = fault == FileFault::Missing;
        let help = missing.then(|| super::files::meant(self.files, path)).flatten();
        let diagnostic = Diagnostic::new(&MISSING_FILE, at, message);
        sink.report(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
        None
    }

    /// Finds what is added to the code, and reads the files that say what the software is.
    fn beside(&mut self, closed: &mut Closed, sources: &mut Sources, sink: &mut Sink) {
        let Some(own) = closed.local.first_mut() else { return };
        let folder = own.folder.clone();
        for include in std::mem::take(&mut own.named.includes) {
            self.include(&folder, include, &mut own.named, sink);
        }
        for data in &own.named.data {
            if join(&folder, &data.value).is_none() {
                let message = format!("`{}` leaves the project's root", data.value);
                let help = "everything that a spec names lies in the repository";
                sink.report(Diagnostic::new(&MISSING_FILE, data.span, message).help(help));
            }
        }
        let mut others = Vec::new();
        for file in &own.named.environments {
            others.extend(self.environment(&folder, file, sources, sink));
        }
        closed.local.extend(others);
    }

    /// A file or folder; a name that ends in `.zip` may be that of a folder.
    fn include(
        &self,
        folder: &str,
        include: Spanned<String>,
        named: &mut LocalFiles,
        sink: &mut Sink,
    ) {
        let path = include.value.as_str();
        let kind = |path: &str| join(folder, path).and_then(|full| self.files.kind(&full));
        let code = |folder: &str| {
            let folder = Spanned::new(folder.to_owned(), include.span);
            CodeFolder { folder, files: Vec::new() }
        };
        match (kind(path), path.strip_suffix(".zip")) {
            (Some(EntryKind::File), _) => named.files.push(include),
            (Some(EntryKind::Folder), _) => named.code.push(code(path)),
            (None, Some(folder)) if kind(folder).is_some() => named.code.push(code(folder)),
            (None, _) if join(folder, path).is_none() => {
                named.files.push(include); // what leaves the project is reported of all alike
            }
            (None, _) => {
                let message = format!("there is no file or folder `{path}`");
                let help = if folder.is_empty() {
                    "it is looked for from the repository's root on".to_owned()
                } else {
                    format!("it is looked for in the folder `{folder}`")
                };
                sink.report(Diagnostic::new(&MISSING_FILE, include.span, message).help(help));
            }
        }
    }

    /// What a file of software names.
    fn environment(
        &mut self,
        folder: &str,
        named: &Spanned<String>,
        sources: &mut Sources,
        sink: &mut Sink,
    ) -> Option<Local> {
        let path = join(folder, &named.value)?;
        if !self.environments.insert(path.clone()) {
            return None;
        }
        let text = self.text("environment file", &path, named.span, sink)?;
        let id = sources.add(SourceFile::new(path.as_str(), text.clone()));
        let named = read_environment(id, &text, sink)?;
        Some(Local { folder: folder_of(&path).to_owned(), named })
    }

    /// Reads the component of a node.
    fn node(
        &mut self,
        node: &ComponentNode,
        closed: &mut Closed,
        sources: &mut Sources,
        sink: &mut Sink,
    ) -> Option<Rc<Closed>> {
        if node.is_clusterless && closed.clusterless.is_none() {
            closed.clusterless = Some(node.name.clone());
        }
        let named = node.component.as_ref()?;
        let name = ComponentName::of(&named.value);
        let Some(written) = name.file() else {
            if !name.is_complete() {
                let message = format!("`{}` does not say which component", excerpt(&named.value));
                let help = "write `azureml:<name>:<version>`, or the path of a component file";
                sink.report(Diagnostic::new(&BAD_VALUE, named.span, message).help(help));
            }
            return None;
        };
        let folder = closed.local.first().map_or("", |local| &local.folder).to_owned();
        let part = self.component(written, &folder, named.span, sources, sink)?;
        closed.nodes = closed.nodes.saturating_add(part.nodes);
        if closed.clusterless.is_none() {
            closed.clusterless.clone_from(&part.clusterless);
        }
        closed.parts.push(Rc::clone(&part));
        Some(part)
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
    for Local { folder, named } in &closed.local {
        for file in named.files.iter().chain(&named.environments) {
            files::file(cx, folder, &file.value, file.span, sink);
        }
        for code in &named.code {
            let Some(found) = code_folder(cx, folder, &code.folder, sink) else { continue };
            for file in &code.files {
                files::file(cx, &found, &file.value, file.span, sink);
            }
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
