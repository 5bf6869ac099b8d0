//! The pure compiler behind `mlopsc`: no files, no network, no clock, no environment.

pub mod chains;
pub mod check;
mod conda;
pub mod diagnostics;
pub mod diff;
mod docker;
pub mod emit;
pub mod firing;
pub mod fmt;
pub mod graph;
pub mod import;
pub mod lint;
pub mod locate;
pub mod lower;
pub mod pins;
pub mod plan;
pub mod setup;
pub mod source;
pub mod spec;
mod stages;
pub mod syntax;
pub mod targets;
mod together;
mod uses;

use std::sync::Arc;

use check::images::{Digests, Shared};
use diagnostics::{Diagnostic, Sink};
use plan::Plan;
use source::{FileFault, FileId, Files, SourceFile, Sources, Span, folder_of};
use spec::project::ProjectSpec;
use targets::{Artifact, TARGETS};
pub use together::across;

/// A project file, read once for all specs. A repository without one has the defaults.
#[derive(Debug)]
pub struct ProjectFile {
    /// The file; its path is empty when there is none.
    pub file: Arc<SourceFile>,
    /// What it says.
    pub spec: ProjectSpec,
    /// What is wrong with it, and with conda files that must agree. Places are in
    /// [`ProjectFile::sources`].
    pub diagnostics: Vec<Diagnostic>,
    /// Conda files and Dockerfiles that were read.
    beside: Sources,
    /// What its images are built of.
    images: Digests,
    /// Whether a part of it could not be read.
    is_cut: bool,
}

impl ProjectFile {
    /// The project of a repository without a project file.
    pub fn none() -> Self {
        read_project("", "")
    }

    /// Sources in which the places of [`ProjectFile::diagnostics`] are.
    pub fn sources(&self) -> Sources {
        if self.beside.iter().next().is_some() {
            return self.beside.clone();
        }
        let mut sources = Sources::default();
        sources.add(Arc::clone(&self.file));
        sources
    }

    /// Reads the files that it names: those of images, which are digested, and the conda files of
    /// environments and images that must agree.
    pub fn read_named(&mut self, files: &dyn Files) {
        let mut sources = self.sources();
        let mut sink = Sink::new();
        let own = conda::Shelf { environments: &self.spec.environments, folder: "" };
        let allows = conda::agree(files, &[own], Some(&self.spec.images), &mut sources, &mut sink);
        self.images = check::image_digests(&self.spec, files, &mut sources, &mut sink);
        let found = sink.into_items();
        if !found.is_empty() {
            self.diagnostics.extend(lint::settle(found, &allows, &self.spec));
            self.beside = sources;
        }
    }

    /// The way to the repository's root, when the file says that it lies in a folder below.
    pub fn root(&self) -> Option<&str> {
        self.spec.root.as_ref().map(|root| root.value.as_str())
    }

    /// Says that what `root` names cannot be the root; then nothing is built.
    pub fn refuse_root(&mut self, message: &str, help: &str) {
        if let Some(root) = &self.spec.root {
            let diagnostic = Diagnostic::new(&diagnostics::BAD_VALUE, root.span, message);
            self.diagnostics.push(diagnostic.help(help));
        }
    }

    /// Says which folders of `write_to` cannot be, since a file is there; then nothing is built.
    pub fn refuse_occupied(&mut self, files: &dyn Files) {
        let written = self.spec.write_to.iter();
        let folders = written.flat_map(|it| [&it.azureml, &it.azure_pipelines]).flatten();
        for folder in folders {
            let mut path = source::join("", &folder.value.0).unwrap_or_default();
            while !path.is_empty() {
                if files.kind(&path) == Some(source::EntryKind::File) {
                    let message = format!("`{path}` is a file, so that no folder can be there");
                    self.diagnostics.push(
                        Diagnostic::new(&diagnostics::BAD_VALUE, folder.span, message)
                            .help("choose another folder, or move the file away"),
                    );
                    break;
                }
                path = folder_of(&path).to_owned();
            }
        }
    }

    /// Whether nothing may be built.
    pub fn is_broken(&self) -> bool {
        self.diagnostics.iter().any(|it| it.level == diagnostics::Level::Error)
    }
}

/// The project file's id in every analysis; the spec's is the next one.
const PROJECT: FileId = FileId(0);
const SPEC: FileId = FileId(1);

/// Reads a project file's text; both empty when there is none.
pub fn read_project(path: &str, text: &str) -> ProjectFile {
    read_project_below(path, text, "")
}

/// Reads the text of a project file; `above` is the way from its folder to the root of the
/// repository, empty when it is there or when there is none.
pub fn read_project_below(path: &str, text: &str, above: &str) -> ProjectFile {
    let mut sink = Sink::new();
    let shown = if text.trim().is_empty() { "mlopsc: 1\n" } else { text };
    let read = spec::read_project(PROJECT, shown, &mut sink);
    let is_cut = read.broken || read.value.is_none();
    let spec = read.value.unwrap_or_else(|| {
        let default = spec::read_project(PROJECT, "mlopsc: 1\n", &mut Sink::new());
        default.value.expect("the smallest project file is one")
    });
    check::check_project(&spec, &mut sink);
    lint::lint_project(&spec, PROJECT, above, &mut sink);
    let mut found = sink.into_items();
    if read.broken {
        found = diagnostics::without_aftermath(found);
    }
    let diagnostics = lint::settle(found, &read.allows, &spec);
    let file = Arc::new(SourceFile::new(path, text));
    ProjectFile {
        file,
        spec,
        diagnostics,
        beside: Sources::default(),
        images: Digests::new(),
        is_cut,
    }
}

/// A project file that could not be read.
pub fn unreadable_project(path: &str, fault: FileFault) -> ProjectFile {
    let (text, diagnostic) = unreadable(PROJECT, "project file", fault);
    let file = Arc::new(SourceFile::new(path, text));
    ProjectFile { file, diagnostics: vec![diagnostic], ..read_project(path, "") }
}

/// What is shown of a file that could not be read, and what is said of it.
fn unreadable(file: FileId, what: &str, fault: FileFault) -> (String, Diagnostic) {
    let top = Span::top(file);
    let missing = |message: &str| {
        let message = format!("cannot read the {what}: {message}");
        Diagnostic::new(&diagnostics::MISSING_FILE, top, message)
    };
    match fault {
        FileFault::NotUtf8(content) => {
            let at = u32::try_from(content.at).unwrap_or(0);
            let sign = u32::from(!content.utf16) * 3; // bytes of U+FFFD
            let span = Span::new(file, at, at + sign);
            let diagnostic = Diagnostic::new(&diagnostics::SYNTAX, span, content.words());
            let help = "save the file as UTF-8: editors and PowerShell (`-Encoding utf8`) offer the encoding when they save";
            (content.text, diagnostic.help(help))
        }
        FileFault::Missing => {
            (String::new(), missing("nothing is there").help("letter case counts"))
        }
        FileFault::Outside => {
            let help = "a symbolic link may not lead out of the project";
            (String::new(), missing("the path leaves the project's root").help(help))
        }
        FileFault::Other(message) => {
            let help = "make it a file that this user may read, then run again";
            (String::new(), missing(&message).help(help))
        }
    }
}

/// What came of a spec.
#[derive(Debug)]
pub struct Analysis {
    /// The files that the diagnostics' places are in.
    pub sources: Sources,
    /// What is to be said, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
    /// The plan; `None` when there was an error, here or in the project file.
    pub plan: Option<Plan>,
    /// The plan of a spec that has no errors but those of conda files, which change nothing in it:
    /// nothing is built from it, though it can be compared.
    pub unagreed: Option<Plan>,
    /// Where the pipeline's name is written.
    pub name: Span,
}

/// Reads and proves one spec. Needs nothing but the spec, the project and what they name.
pub fn analyze(files: &dyn Files, project: &ProjectFile, spec_path: &str) -> Analysis {
    let mut sources = Sources::default();
    sources.add(Arc::clone(&project.file));
    let mut sink = Sink::new();
    let text = match files.read(spec_path) {
        Ok(text) => text,
        Err(fault) => {
            let (text, diagnostic) = unreadable(SPEC, "spec", fault);
            sources.add(SourceFile::new(spec_path, text));
            let diagnostics = vec![diagnostic];
            let name = Span::top(SPEC);
            return Analysis { sources, diagnostics, plan: None, unagreed: None, name };
        }
    };
    let mut read = spec::read_spec(SPEC, &text, &mut sink);
    let name = read.value.as_ref().and_then(|spec| Some(spec.name.as_ref()?.span));
    let mut plan = None;
    sources.add(SourceFile::new(spec_path, text));
    if let Some(spec) = &read.value {
        let mut pinned = pins::read(files, &project.spec, &mut sources, &mut sink);
        read.allows.append(&mut pinned.allows);
        let mut work = stages::Work {
            files,
            spec_path,
            sources,
            sink,
            allows: read.allows,
            pins: pinned.plain(),
            written: 0,
        };
        let paths = (spec_path, project.file.path.as_str());
        let shared = Shared { spec: &project.spec, images: &project.images, paths };
        plan = work.analyze(spec, shared);
        (sources, sink, read.allows) = (work.sources, work.sink, work.allows);
    }
    let mut found = sink.into_items();
    if read.broken {
        found = diagnostics::without_aftermath(found);
    }
    if project.is_cut {
        found = diagnostics::without_absences(found);
    } else if project.is_broken() {
        // Its targets may be among what was refused.
        found.retain(|it| it.rule.name != diagnostics::HOME.name);
    }
    found = diagnostics::without_echoes(found, &|span| sources.text(span));
    let mut diagnostics = lint::settle(found, &read.allows, &project.spec);
    diagnostics.sort_by_key(|it| (it.span.file, it.span.start, it.span.end, it.rule.name));
    let broken = diagnostics.iter().any(|it| it.level == diagnostics::Level::Error);
    let mut unagreed = None;
    if broken || read.broken || project.is_broken() {
        let mut all = diagnostics.iter().chain(&project.diagnostics);
        let other = all.any(|it| it.level == diagnostics::Level::Error && !is_of_conda(it));
        unagreed = plan.take().filter(|_| !other && !read.broken);
    }
    let name = name.unwrap_or_else(|| Span::top(SPEC));
    Analysis { sources, diagnostics, plan, unagreed, name }
}

/// Whether conda files do not agree, which is nothing in a plan.
pub(crate) fn is_of_conda(diagnostic: &Diagnostic) -> bool {
    use diagnostics::{CONDA_DISAGREES, CONDA_MISSING, CONDA_UNPINNED};
    let rules = [&CONDA_DISAGREES, &CONDA_MISSING, &CONDA_UNPINNED];
    rules.iter().any(|rule| rule.name == diagnostic.rule.name)
}

/// Writes the files of a plan for the targets that its project names; of those, only the named ones
/// unless `targets` is empty. Some are written only when they are named.
pub fn emit(plan: &Plan, targets: &[&str]) -> Vec<Artifact> {
    let wanted = |target: &&targets::Target| target.is_written(&plan.project, targets);
    TARGETS.iter().filter(wanted).flat_map(|target| (target.write)(plan)).collect()
}

/// Adds to an analysis that a platform would not read a file of the plan, since it is too large.
/// Known only after writing; that is done where the spec is long enough for it to be possible.
pub fn refuse_large(analysis: &mut Analysis) {
    let Some(plan) = &analysis.plan else { return };
    let source: usize = analysis.sources.iter().map(|file| file.text.len()).sum();
    let written = |target: &&targets::Target| target.is_written(&plan.project, &[]);
    let doubtful = TARGETS.iter().filter(written).filter(|it| it.may_refuse(plan, source));
    let files = doubtful.flat_map(|target| {
        (target.write)(plan).into_iter().filter_map(|file| target.refusal(&file))
    });
    let found: Vec<(String, String)> = files.collect();
    for (message, help) in found {
        let diagnostic = Diagnostic::new(&diagnostics::LIMIT, analysis.name, message);
        analysis.diagnostics.push(diagnostic.help(help));
    }
}

/// The JSON Schema of specs.
pub fn spec_schema() -> serde_json::Value {
    schemars::schema_for!(spec::Spec).to_value()
}

/// The JSON Schema of project files.
pub fn project_schema() -> serde_json::Value {
    schemars::schema_for!(ProjectSpec).to_value()
}
