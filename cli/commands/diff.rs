//! `diff`: what a change means, between a committed revision and the working tree.

mod json;
mod markdown;
mod text;

use std::collections::BTreeSet;

use mlopsc_compiler::diff::{Diff, diff};
use mlopsc_compiler::plan::Plan;
use mlopsc_compiler::source::{FileFault, Files as _};
use mlopsc_compiler::{ProjectFile, analyze, read_project};

use crate::analysis::{Analysed, analyse};
use crate::args::{DiffArgs, DiffFormat};
use crate::git::Revision;
use crate::output::{Outcome, Output, Trouble, aside, product};
use crate::workspace::{self, PROJECT_FILE, below, is_spec};

use super::check;

/// What became of one spec.
struct Entry {
    /// Where the reader finds it.
    path: String,
    fate: Fate,
}

/// Whether the spec is new, gone, or another.
enum Fate {
    /// Only the working tree has it.
    Added(Plan),
    /// Only the revision has it.
    Removed(Plan),
    /// Both have it.
    Changed(String, Diff),
    /// One of them has errors.
    Unknown(&'static str),
}

pub(crate) fn run(output: &Output, args: &DiffArgs) -> Result<Outcome, Trouble> {
    let analysed = analyse(workspace::find(&args.paths)?);
    let outcome = check::report_aside(output, &analysed)?;
    let mut entries = Vec::new();
    for one in analysed {
        let revision = Revision::open(one.project.disk.root(), &args.base)?;
        entries.extend(compare(output, one, &revision)?);
    }
    if entries.is_empty() {
        aside(&format!("nothing differs from {}\n", args.base));
    }
    product(&match args.format {
        DiffFormat::Text => text::write(&entries),
        DiffFormat::Json => json::write(&entries),
        DiffFormat::Markdown => markdown::write(&entries),
    })?;
    Ok(outcome)
}

fn compare(
    output: &Output,
    analysed: Analysed,
    revision: &Revision,
) -> Result<Vec<Entry>, Trouble> {
    let Analysed { project, analyses, .. } = analysed;
    let old_file = old_project_file(&project.base, revision)?;
    let gone = revision.paths().filter(|path| {
        project.whole && is_spec(path) && project.holds(path) && project.disk.kind(path).is_none()
    });
    let gone: BTreeSet<&str> = gone.collect();
    let old_plan = |path: &str| {
        let old = revision.kind(path).map(|_| analyze(revision, &old_file, path));
        old.map(|old| old.plan.ok_or("the committed version has errors"))
    };
    let now = project.specs.iter().zip(analyses).map(|(path, analysis)| {
        (path.as_str(), fate(old_plan(path), Some(analysis.plan.ok_or("it has errors"))))
    });
    let gone = gone.iter().map(|path| (*path, fate(old_plan(path), None)));
    let entry = |(path, fate): (&str, Option<Fate>)| {
        Some(Entry { path: output.shown(&project.disk, path), fate: fate? })
    };
    Ok(now.chain(gone).filter_map(entry).collect())
}

/// The project file as it was, or the defaults.
fn old_project_file(base: &str, revision: &Revision) -> Result<ProjectFile, Trouble> {
    let path = below(base, PROJECT_FILE);
    match revision.read(&path) {
        Ok(text) => Ok(read_project(&path, &text)),
        Err(FileFault::Missing) => Ok(ProjectFile::none()),
        Err(fault) => Err(Trouble::new(format!("the committed {path}: {fault}"))),
    }
}

type Version = Option<Result<Plan, &'static str>>;

/// `None` when nothing differs.
fn fate(old: Version, new: Version) -> Option<Fate> {
    match (old, new) {
        (Some(Err(why)), _) | (_, Some(Err(why))) => Some(Fate::Unknown(why)),
        (Some(Ok(old)), Some(Ok(new))) => {
            let diff = diff(&old, &new);
            (!diff.is_empty()).then_some(Fate::Changed(new.name, diff))
        }
        (Some(Ok(old)), None) => Some(Fate::Removed(old)),
        (None, Some(Ok(new))) => Some(Fate::Added(new)),
        (None, None) => None,
    }
}

fn step_names(plan: &Plan) -> String {
    plan.steps.iter().map(|step| &*step.name).collect::<Vec<_>>().join(", ")
}
