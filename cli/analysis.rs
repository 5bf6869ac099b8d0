//! Specs through the compiler, several at a time when there are many.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mlopsc_compiler::plan::Plan;
use mlopsc_compiler::source::{EntryKind, FileFault, Files, Sources};
use mlopsc_compiler::targets::{Artifact, TARGETS, Target};
use mlopsc_compiler::{Analysis, across, analyze, emit};
use rayon::prelude::*;

use crate::disk::Disk;
use crate::output::Report;
use crate::workspace::Project;

/// From this many specs on, threads pay for their start.
const PARALLEL: usize = 9;

/// A project and what the compiler says of it.
pub(crate) struct Analysed {
    /// The project.
    pub(crate) project: Project,
    /// One per spec, in the order of the project's list.
    pub(crate) analyses: Vec<Analysis>,
    /// The project file, for what is said of it.
    file_sources: Sources,
}

/// Analyses every spec of every project.
pub(crate) fn analyse(projects: Vec<Project>) -> Vec<Analysed> {
    let all = analyse_and(projects, |_, _, _| ());
    all.into_iter().map(|(analysed, _)| analysed).collect()
}

/// Analyses every spec of every project, and does with each at once what can be done with it alone:
/// what was just made is near. Specs that clash with others lose their plan only afterwards.
pub(crate) fn analyse_and<T: Send>(
    projects: Vec<Project>,
    then: impl Fn(&Project, &str, &Analysis) -> T + Sync + Send,
) -> Vec<(Analysed, Vec<T>)> {
    let windows: Vec<Window<'_>> =
        projects.iter().map(|project| Window::new(&project.disk)).collect();
    let works = projects.iter().zip(&windows).flat_map(|(project, window)| {
        project.specs.iter().map(move |spec| (window, project, spec.as_str()))
    });
    let one = |(window, project, spec): (&Window<'_>, &Project, &str)| {
        let analysis = analyze(window, &project.file, spec);
        let done = then(project, spec, &analysis);
        (analysis, done)
    };
    let mut done = each(works.collect(), one).into_iter();
    let all = projects.into_iter().map(|project| {
        let (analyses, done) = done.by_ref().take(project.specs.len()).unzip();
        (Analysed { analyses, file_sources: project.file.sources(), project }, done)
    });
    let mut all: Vec<(Analysed, Vec<T>)> = all.collect();
    prove_across(all.iter_mut().map(|(analysed, _)| analysed));
    all
}

/// Projects of one repository may share its root, and must not share a file there.
fn prove_across<'a>(all: impl Iterator<Item = &'a mut Analysed>) {
    let mut roots: BTreeMap<PathBuf, Vec<&mut Analysis>> = BTreeMap::new();
    for Analysed { project, analyses, .. } in all {
        roots.entry(project.disk.root().to_owned()).or_default().extend(analyses);
    }
    for analyses in roots.into_values() {
        across(analyses.into_iter());
    }
}

/// Maps items in order, on several threads when there are many.
pub(crate) fn each<T: Send, U: Send>(items: Vec<T>, one: impl Fn(T) -> U + Sync + Send) -> Vec<U> {
    if items.len() < PARALLEL {
        items.into_iter().map(one).collect()
    } else {
        items.into_par_iter().map(one).collect()
    }
}

/// What these targets give for a plan.
pub(crate) fn emitted(
    plan: &Plan,
    wanted: impl Fn(&Target) -> bool,
) -> impl Iterator<Item = (&'static Target, Artifact)> {
    let of_target = |target: &'static Target| {
        emit(plan, &[target.name]).into_iter().map(move |artifact| (target, artifact))
    };
    TARGETS.iter().filter(move |target| wanted(target)).flat_map(of_target)
}

/// A project's files with a memory of what is where: its specs share code, which is then looked at
/// once.
struct Window<'a> {
    disk: &'a Disk,
    kinds: Mutex<BTreeMap<String, Option<EntryKind>>>,
    lists: Mutex<BTreeMap<String, Listing>>,
}

type Listing = Result<Vec<(String, EntryKind)>, FileFault>;

impl<'a> Window<'a> {
    fn new(disk: &'a Disk) -> Self {
        Self { disk, kinds: Mutex::default(), lists: Mutex::default() }
    }
}

impl Files for Window<'_> {
    fn read(&self, path: &str) -> Result<String, FileFault> {
        self.disk.read(path)
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>, FileFault> {
        self.disk.bytes(path)
    }

    fn below(&self, folder: &str, most: usize) -> Result<Vec<String>, FileFault> {
        self.disk.below(folder, most)
    }

    fn left_out(&self, path: &str) -> Result<bool, FileFault> {
        self.disk.left_out(path)
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        remembered(&self.kinds, path, || self.disk.kind(path))
    }

    fn list(&self, path: &str) -> Listing {
        remembered(&self.lists, path, || self.disk.list(path))
    }
}

/// Two threads may look at the same time; they see the same.
fn remembered<T: Clone>(
    memory: &Mutex<BTreeMap<String, T>>,
    path: &str,
    look: impl Fn() -> T,
) -> T {
    if let Some(known) = locked(memory).get(path) {
        return known.clone();
    }
    let seen = look();
    locked(memory).insert(path.to_owned(), seen.clone());
    seen
}

fn locked<T>(memory: &Mutex<T>) -> MutexGuard<'_, T> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Analysed {
    /// All that was found, for the report.
    pub(crate) fn reports(&self) -> impl Iterator<Item = Report<'_>> {
        let disk = &self.project.disk;
        let shared = Report {
            disk,
            sources: &self.file_sources,
            diagnostics: &self.project.file.diagnostics,
        };
        let specs = self.analyses.iter().map(move |analysis| Report {
            disk,
            sources: &analysis.sources,
            diagnostics: &analysis.diagnostics,
        });
        std::iter::once(shared).chain(specs)
    }

    /// The plans of specs without an error.
    pub(crate) fn plans(&self) -> impl Iterator<Item = &Plan> {
        self.analyses.iter().filter_map(|analysis| analysis.plan.as_ref())
    }
}
