//! `diff`: what a change means, between a committed revision and the working tree.

mod json;
mod markdown;
mod text;

use mlopsc_compiler::diff::{Diff, Leftover, diff, left};
use mlopsc_compiler::plan::Plan;
use mlopsc_compiler::source::{FileFault, Files as _, folder_of};
use mlopsc_compiler::{ProjectFile, analyze, read_project};

use crate::analysis::{Analysed, analyse};
use crate::args::{DiffArgs, DiffFormat};
use crate::git::Revision;
use crate::output::{Outcome, Output, Trouble, aside, product};
use crate::workspace::{self, PROJECT_FILE, Project, below, is_spec};

use super::check;

/// What became of one spec.
struct Entry {
    /// Where the reader finds it.
    path: String,
    /// Where it was in the revision, when that is elsewhere.
    was: Option<String>,
    fate: Fate,
}

/// Whether the spec is new, gone, or another.
enum Fate {
    /// Only the working tree has it.
    Added(Plan),
    /// Only the revision has it; what it leaves in the workspace.
    Removed(Plan, Vec<Leftover>),
    /// Both have it.
    Changed(String, Diff),
    /// One of them has errors.
    Unknown(&'static str),
}

pub(crate) fn run(output: &Output, args: &DiffArgs) -> Result<Outcome, Trouble> {
    let analysed = analyse(workspace::find_with_gone(&args.paths)?);
    let outcome = check::report_aside(output, &analysed)?;
    let mut entries = Vec::new();
    for one in analysed {
        let revision = Revision::open(one.project.disk.root(), &args.base)?;
        entries.extend(compare(output, one, &revision)?);
    }
    if entries.is_empty() {
        aside(&format!("nothing differs from {}\n", args.base));
    }
    match args.format {
        DiffFormat::Text => output.text(&text::write(&entries))?,
        // Azure Pipelines obeys its commands anywhere in a line; in JSON, `#` stands in texts only.
        DiffFormat::Json => product(&json::write(&entries).replace("##", "#\\u0023"))?,
        DiffFormat::Markdown => product(&markdown::write(&entries))?,
    }
    Ok(outcome)
}

fn compare(
    output: &Output,
    analysed: Analysed,
    revision: &Revision,
) -> Result<Vec<Entry>, Trouble> {
    let Analysed { project, analyses, .. } = analysed;
    let old_file = old_project_file(&project.base, revision)?;
    let committed = |path: &str| {
        if !same_project(revision, &project.base, path) {
            return Err("it belonged to another project");
        }
        let old = analyze(revision, &old_file, path);
        old.plan.or(old.unagreed).ok_or("the committed version has errors")
    };
    let mut gone: Vec<(String, Result<Plan, _>)> = gone(&project, revision)?
        .into_iter()
        .map(|path| (path.clone(), committed(&path)))
        .collect();
    let mut entries = Vec::new();
    for (path, analysis) in project.specs.iter().zip(analyses) {
        let new = analysis.plan.or(analysis.unagreed).ok_or("it has errors");
        let (mut old, mut was) = (revision.kind(path).map(|_| committed(path)), None);
        if let (None, Ok(plan)) = (&old, &new)
            && let Some(at) = gone.iter().position(|(_, old)| is_called(old, &plan.name))
        {
            let (path, plan) = gone.remove(at);
            (old, was) = (Some(plan), Some(output.shown(&project.disk, &path)));
        }
        let fate = fate(old, Some(new), was.is_some());
        let path = output.shown(&project.disk, path);
        entries.extend(fate.map(|fate| Entry { path, was, fate }));
    }
    for (path, old) in gone {
        let path = output.shown(&project.disk, &path);
        entries.extend(fate(Some(old), None, false).map(|fate| Entry { path, was: None, fate }));
    }
    Ok(entries)
}

/// Specs that the revision has, that were asked for, and that are not there any more.
fn gone(project: &Project, revision: &Revision) -> Result<Vec<String>, Trouble> {
    let known = |asked: &str, path: &str| {
        path.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let unknown = |asked: &&String| !revision.paths().any(|path| known(asked, path));
    if let Some(asked) = project.gone.iter().find(unknown) {
        let why = "neither the working tree nor the revision has it";
        return Err(Trouble::at(&project.disk.absolute(asked), &why));
    }
    let asked = |path: &str| {
        (project.whole && project.holds(path)) || project.gone.iter().any(|one| known(one, path))
    };
    let gone = |path: &&str| is_spec(path) && asked(path) && project.disk.kind(path).is_none();
    Ok(revision.paths().filter(gone).map(str::to_owned).collect())
}

/// Whether the project file that is nearest to a committed spec is that of the project.
fn same_project(revision: &Revision, base: &str, path: &str) -> bool {
    let mut folder = folder_of(path);
    while folder.len() > base.len() {
        if revision.kind(&below(folder, PROJECT_FILE)).is_some() {
            return false;
        }
        folder = folder_of(folder);
    }
    true
}

fn is_called(plan: &Result<Plan, &'static str>, name: &str) -> bool {
    plan.as_ref().is_ok_and(|plan| plan.name == name)
}

/// The project file as it was, or the defaults.
fn old_project_file(base: &str, revision: &Revision) -> Result<ProjectFile, Trouble> {
    let path = below(base, PROJECT_FILE);
    match revision.read(&path) {
        Ok(text) => {
            let mut file = read_project(&path, &text);
            file.read_named(revision);
            Ok(file)
        }
        Err(FileFault::Missing) => Ok(ProjectFile::none()),
        Err(fault) => Err(Trouble::new(format!("cannot read the committed {path}: {fault}"))),
    }
}

type Version = Option<Result<Plan, &'static str>>;

/// `None` when nothing differs.
fn fate(old: Version, new: Version, moved: bool) -> Option<Fate> {
    match (old, new) {
        (Some(Err(why)), _) | (_, Some(Err(why))) => Some(Fate::Unknown(why)),
        (Some(Ok(old)), Some(Ok(new))) => {
            let diff = diff(&old, &new);
            (moved || !diff.is_empty()).then_some(Fate::Changed(new.name, diff))
        }
        (Some(Ok(old)), None) => {
            let left = left(&old, None);
            Some(Fate::Removed(old, left))
        }
        (None, Some(Ok(new))) => Some(Fate::Added(new)),
        (None, None) => None,
    }
}

fn step_names(plan: &Plan) -> String {
    plan.steps.iter().map(|step| &*step.name).collect::<Vec<_>>().join(", ")
}
