//! `build`: the files of the targets, written or compared.

use std::path::Path;

use mlopsc_compiler::diagnostics::{Tally, near_miss};
use mlopsc_compiler::source::Files as _;
use mlopsc_compiler::targets::{TARGETS, Target};

use crate::analysis::{analyse_and, each};
use crate::args::BuildArgs;
use crate::disk::{self, Disk, Staged};
use crate::leftovers;
use crate::output::{Outcome, Output, Report, Stream, Trouble, aside};
use crate::worklist::{Judged, Order, Worklist, Write};
use crate::workspace::{self, Project};

use super::check::summary;

pub(crate) fn run(output: &Output, args: &BuildArgs) -> Result<Outcome, Trouble> {
    let targets = named(&args.target)?;
    let projects = workspace::find(&args.paths)?;
    let missing = workspace::no_spec(&projects);
    let out = args.out.as_deref().map(|out| open_out(out, &projects, args.check)).transpose()?;
    let order = Order { targets, out, force: args.force, check: args.check };
    let judged = analyse_and(projects, |project, spec, analysis| {
        Judged::new(project, spec, analysis, &order)
    });
    let lists: Vec<Worklist> = judged.into_iter().map(|one| Worklist::new(one, &order)).collect();
    if let Some(missing) = missing.filter(|_| lists.iter().all(is_idle)) {
        return Err(missing);
    }
    refuse_idle_targets(&order.targets, &lists)?;
    let tally = report(output, &lists)?;
    let changed = carry_out(output, &lists, order.out.is_some())?;
    // The process ends: to take thousands of plans apart would only cost time.
    std::mem::forget(lists);
    Ok(Outcome::findings(tally.errors > 0 || (changed && args.fail_on_change)))
}

/// Whether there is nothing to write, to remove or to say.
fn is_idle(list: &Worklist) -> bool {
    let is_silent = list.reports().all(|report| report.diagnostics.is_empty());
    is_silent && list.writes.is_empty() && list.removals.is_empty() && list.left.is_empty()
}

/// The targets with these names.
fn named(names: &[String]) -> Result<Vec<&'static Target>, Trouble> {
    names.iter().map(|name| target(name)).collect()
}

fn target(name: &str) -> Result<&'static Target, Trouble> {
    TARGETS.iter().find(|target| target.name == name).ok_or_else(|| {
        if name == "events" {
            return Trouble::new("the target `events` is not supported yet");
        }
        let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        let near = near_miss(name, names.iter().copied());
        let hint = near.map_or_else(
            || format!("targets are {}", names.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        Trouble::new(format!("no target is called `{name}`; {hint}"))
    })
}

/// A target that was named and that no project writes is a mistake of the caller.
fn refuse_idle_targets(named: &[&Target], lists: &[Worklist]) -> Result<(), Trouble> {
    let plans = || lists.iter().flat_map(|list| list.analysed.plans());
    let written =
        |target: &Target| plans().any(|plan| target.is_written(&plan.project, &[target.name]));
    match named.iter().find(|target| !written(target)) {
        Some(idle) if plans().next().is_some() => {
            // The engine's own target is the one that every project can list.
            let word = idle.engine.word();
            Err(Trouble::new(format!("`targets` of the project does not list `{word}`")))
        }
        _ => Ok(()),
    }
}

fn open_out(out: &Path, projects: &[Project], check: bool) -> Result<Disk, Trouble> {
    if projects.len() > 1 {
        return Err(Trouble::new(
            "--out takes the specs of one project, since two may share names",
        ));
    }
    if !check {
        disk::make_folder(out).map_err(|error| Trouble::doing("make the folder", out, &error))?;
    }
    Disk::open(out).map_err(|error| Trouble::doing("open", out, &error))
}

fn report(output: &Output, lists: &[Worklist]) -> Result<Tally, Trouble> {
    let reports: Vec<Report<'_>> = lists.iter().flat_map(Worklist::reports).collect();
    let tally = output.report(Stream::Product, &reports)?;
    for list in lists {
        for difference in &list.differences {
            let path = output.shown(&list.disk, &difference.path);
            output.diff(&path, &difference.old, &difference.new)?;
        }
    }
    aside(&summary(tally, lists.iter().map(|list| list.analysed.analyses.len()).sum()));
    Ok(tally)
}

/// Writes and removes, and says whether there was anything to do. Every file is ready beside its
/// place before the first one moves there.
fn carry_out(output: &Output, lists: &[Worklist], is_out: bool) -> Result<bool, Trouble> {
    let writes = lists.iter().flat_map(|list| list.writes.iter().map(move |write| (list, write)));
    let staged = each(writes.collect(), |(list, write)| stage(list, write));
    let staged: Vec<Ready<'_>> = staged.into_iter().collect::<Result<_, _>>()?;
    let mut done = written(output, each(staged, keep))?;
    if !is_out {
        say_ignored(output, lists);
    }
    for list in lists {
        for orphan in &list.removals {
            let removed = list.disk.remove(&orphan.path, &orphan.folder);
            removed.map_err(|error| trouble("remove", list, &orphan.path, &error))?;
            let edits = if orphan.edited { ", with its edits by hand" } else { "" };
            aside(&format!("removed {}{edits}\n", output.shown(&list.disk, &orphan.path)));
            done = true;
        }
    }
    for list in lists {
        for path in list.staged.iter().filter(|path| list.disk.sweep(path)) {
            let shown = output.shown(&list.disk, path);
            aside(&format!("removed {shown}, which a build that was cut short left\n"));
        }
    }
    for left in lists.iter().flat_map(|list| &list.left) {
        aside(&format!("{}\n", leftovers::advice(left)));
    }
    let fresh: usize = lists.iter().map(|list| list.fresh).sum();
    if fresh > 0 {
        aside(&format!("unchanged {fresh}\n"));
    }
    Ok(done)
}

/// Says which of the files no commit would have, so that no platform sees them.
fn say_ignored(output: &Output, lists: &[Worklist]) {
    let all = lists.iter().flat_map(|list| list.writes.iter().map(move |write| (list, write)));
    let is_ignored = |disk: &Disk, path: &str| disk.left_out(path).unwrap_or(false);
    let mut ignored = all.filter(|(list, write)| is_ignored(&list.disk, &write.path));
    let Some((list, first)) = ignored.next() else { return };
    let shown = output.shown(&list.disk, &first.path);
    let more = match ignored.count() {
        0 => String::new(),
        1 => " and 1 more file".to_owned(),
        count => format!(" and {count} more files"),
    };
    aside(&format!(
        "note: git ignores {shown}{more}: commit them (git add --force), or take the rule out of .gitignore\n"
    ));
}

/// A file that waits beside its place.
struct Ready<'a> {
    list: &'a Worklist,
    path: &'a str,
    file: Staged,
}

fn stage<'a>(list: &'a Worklist, write: &'a Write) -> Result<Ready<'a>, Trouble> {
    let path = write.path.as_str();
    let file = list.disk.stage(path, &write.text);
    Ok(Ready { list, path, file: file.map_err(|error| trouble("write", list, path, &error))? })
}

fn keep(ready: Ready<'_>) -> Result<(&Disk, &str), Trouble> {
    let Ready { list, path, file } = ready;
    file.keep().map_err(|error| trouble("write", list, path, &error))?;
    Ok((&list.disk, path))
}

/// Says what was written, also when something else could not be; whether anything was.
fn written(output: &Output, kept: Vec<Result<(&Disk, &str), Trouble>>) -> Result<bool, Trouble> {
    let (mut lines, mut failed) = (String::new(), None);
    for file in kept {
        match file {
            Ok((disk, path)) => {
                lines.extend(["wrote ", &output.shown(disk, path), "\n"]);
            }
            Err(trouble) => failed = failed.or(Some(trouble)),
        }
    }
    aside(&lines);
    failed.map_or(Ok(!lines.is_empty()), Err)
}

fn trouble(doing: &str, list: &Worklist, path: &str, error: &std::io::Error) -> Trouble {
    Trouble::doing(doing, &list.disk.absolute(path), error)
}
