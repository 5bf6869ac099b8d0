//! Specs through the compiler, several at a time when there are many.

use std::collections::BTreeMap;
use std::path::PathBuf;

use mlopsc_compiler::plan::Plan;
use mlopsc_compiler::source::Sources;
use mlopsc_compiler::targets::{Artifact, TARGETS, Target};
use mlopsc_compiler::{Analysis, across, analyze, emit};
use rayon::prelude::*;

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
    let works = projects
        .iter()
        .flat_map(|project| project.specs.iter().map(move |spec| (project, spec.as_str())));
    let works: Vec<(&Project, &str)> = works.collect();
    let one = |(project, spec): &(&Project, &str)| analyze(&project.disk, &project.file, spec);
    let mut analyses = each(&works, one).into_iter();
    let all = projects.into_iter().map(|project| {
        let analyses: Vec<Analysis> = analyses.by_ref().take(project.specs.len()).collect();
        Analysed { analyses, file_sources: project.file.sources(), project }
    });
    let mut all: Vec<Analysed> = all.collect();
    // Projects of one repository may share its root, and must not share a file there.
    let mut roots: BTreeMap<PathBuf, Vec<&mut Analysis>> = BTreeMap::new();
    for Analysed { project, analyses, .. } in &mut all {
        roots.entry(project.disk.root().to_owned()).or_default().extend(analyses);
    }
    for analyses in roots.into_values() {
        across(analyses.into_iter());
    }
    all
}

/// Maps items in order, on several threads when there are many.
fn each<T: Sync, U: Send>(items: &[T], one: impl Fn(&T) -> U + Sync + Send) -> Vec<U> {
    if items.len() < PARALLEL {
        items.iter().map(one).collect()
    } else {
        items.par_iter().map(one).collect()
    }
}

/// What every target gives for each spec; nothing for a spec with an error.
pub(crate) fn emit_all(analysed: &Analysed) -> Vec<Vec<(&'static Target, Artifact)>> {
    let one = |analysis: &Analysis| match &analysis.plan {
        Some(plan) => TARGETS.iter().flat_map(|target| of_target(plan, target)).collect(),
        None => Vec::new(),
    };
    each(&analysed.analyses, one)
}

fn of_target<'t>(plan: &Plan, target: &'t Target) -> impl Iterator<Item = (&'t Target, Artifact)> {
    emit(plan, &[target.name]).into_iter().map(move |artifact| (target, artifact))
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
