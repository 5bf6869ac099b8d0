//! A project in memory, and what the compiler makes of it.

use std::collections::BTreeMap;
use std::path::Path;

use mlopsc_compiler::diagnostics::{Diagnostic, Format, Level, render};
use mlopsc_compiler::plan::Plan;
use mlopsc_compiler::source::{EntryKind, FileFault, FileId, Files, SourceFile, Sources};
use mlopsc_compiler::targets::Artifact;
use mlopsc_compiler::{Analysis, ProjectFile, across, analyze, emit, read_project};

/// Files by their root-relative path.
#[derive(Clone, Default)]
pub(crate) struct Memory(pub(crate) BTreeMap<String, String>);

impl Memory {
    /// Adds or replaces a file.
    #[must_use]
    pub(crate) fn with(mut self, path: &str, text: &str) -> Self {
        self.0.insert(path.to_owned(), text.to_owned());
        self
    }

    /// Every file under a folder of the disk.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut all = Self::default();
        all.add(folder, "");
        all
    }

    fn add(&mut self, folder: &Path, prefix: &str) {
        for entry in
            std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        {
            let entry = entry.expect("a folder can be listed");
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                self.add(&entry.path(), &format!("{path}/"));
            } else {
                let text = std::fs::read_to_string(entry.path()).expect("fixtures are text");
                self.0.insert(path, text);
            }
        }
    }
}

impl Files for Memory {
    fn read(&self, path: &str) -> Result<String, FileFault> {
        self.0.get(path).cloned().ok_or(FileFault::Missing)
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        let inside = |file: &String| path.is_empty() || file.starts_with(&format!("{path}/"));
        if self.0.contains_key(path) {
            Some(EntryKind::File)
        } else {
            self.0.keys().any(inside).then_some(EntryKind::Folder)
        }
    }

    fn list(&self, path: &str) -> Result<Vec<(String, EntryKind)>, FileFault> {
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let inside = self.0.keys().filter_map(|file| file.strip_prefix(&prefix));
        let mut names: Vec<_> = inside
            .map(|rest| match rest.split_once('/') {
                Some((folder, _)) => (folder.to_owned(), EntryKind::Folder),
                None => (rest.to_owned(), EntryKind::File),
            })
            .collect();
        names.dedup();
        if names.is_empty() { Err(FileFault::Missing) } else { Ok(names) }
    }
}

/// What the compiler says and makes of one spec.
pub(crate) struct Compiled {
    /// The files that the diagnostics point into.
    pub(crate) sources: Sources,
    /// What it says.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What it understood; `None` where there is an error.
    pub(crate) plan: Option<Plan>,
    /// What it writes.
    pub(crate) artifacts: Vec<Artifact>,
}

impl Compiled {
    /// The diagnostics, a line each.
    pub(crate) fn concise(&self) -> String {
        render(Format::Concise, &self.diagnostics, &self.sources)
    }

    /// Whether there is an error.
    pub(crate) fn failed(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error)
    }
}

/// What is said of the project file and of what it names, with places among the sources of a spec.
fn beside(project: &ProjectFile, sources: &mut Sources) -> Vec<Diagnostic> {
    let own = project.sources();
    let added = own.iter().skip(1);
    let added = added.map(|it| sources.add(SourceFile::new(it.path.as_str(), it.text.as_str())));
    let ids: Vec<FileId> = std::iter::once(FileId(0)).chain(added).collect();
    let mut diagnostics = project.diagnostics.clone();
    for diagnostic in &mut diagnostics {
        let related = diagnostic.related.iter_mut().map(|it| &mut it.span);
        let edits = diagnostic.fix.iter_mut().map(|it| &mut it.span);
        for span in std::iter::once(&mut diagnostic.span).chain(related).chain(edits) {
            span.file = ids[span.file.0 as usize];
        }
    }
    diagnostics
}

/// Reads, checks and writes one spec of a project in memory.
pub(crate) fn compile(files: &Memory, spec: &str) -> Compiled {
    let project = files.0.get("mlopsc.yaml");
    let mut project =
        project.map_or_else(ProjectFile::none, |text| read_project("mlopsc.yaml", text));
    project.read_named(files);
    let mut analysis = analyze(files, &project, spec);
    across(std::iter::once(&mut analysis));
    let Analysis { mut sources, mut diagnostics, plan, .. } = analysis;
    diagnostics.extend(beside(&project, &mut sources));
    let artifacts = plan.as_ref().map_or_else(Vec::new, |plan| emit(plan, &[]));
    Compiled { sources, diagnostics, plan, artifacts }
}
