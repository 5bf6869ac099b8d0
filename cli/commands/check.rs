//! `check`: what is wrong with specs.

mod repeat;

use std::path::PathBuf;

use mlopsc_compiler::diagnostics::{Diagnostic, Edit, Tally};
use mlopsc_compiler::source::{FileId, Sources};
use mlopsc_compiler::{refuse_large, syntax};

use crate::analysis::{Analysed, analyse};
use crate::args::CheckArgs;
use crate::disk::Disk;
use crate::output::{Outcome, Output, Report, Stream, Trouble, aside};
use crate::workspace;

/// A repair may uncover the next mistake; more rounds than this would be repairs that fight.
const ROUNDS: usize = 8;

pub(crate) fn run(output: &Output, args: &CheckArgs) -> Result<Outcome, Trouble> {
    if let Some(from) = &args.from {
        return repeat::run(output, from, args.about.as_deref());
    }
    if args.fix {
        fix_all(output, &args.paths)?;
    }
    let projects = workspace::find(&args.paths)?;
    let missing = workspace::no_spec(&projects);
    let mut analysed = analyse(projects);
    for analysis in analysed.iter_mut().flat_map(|one| &mut one.analyses) {
        refuse_large(analysis);
    }
    let tally = report(output, Stream::Product, &analysed)?;
    if let Some(missing) = missing.filter(|_| tally.errors == 0) {
        return Err(missing);
    }
    aside(&summary(tally, analysed.iter().map(|one| one.analyses.len()).sum()));
    // The process ends: to take thousands of plans apart would only cost time.
    std::mem::forget(analysed);
    Ok(Outcome::of(tally))
}

/// Writes the report of all specs beside another product, when there is anything to say.
pub(super) fn report_aside(output: &Output, analysed: &[Analysed]) -> Result<Outcome, Trouble> {
    report(output, Stream::Aside, analysed).map(Outcome::of)
}

fn report(output: &Output, stream: Stream, analysed: &[Analysed]) -> Result<Tally, Trouble> {
    let reports: Vec<Report<'_>> = analysed.iter().flat_map(Analysed::reports).collect();
    output.report(stream, &reports)
}

/// One line: how many specs were looked at, and what was found.
pub(super) fn summary(tally: Tally, specs: usize) -> String {
    let found = [(tally.errors, "error"), (tally.warnings, "warning")];
    let found = found.into_iter().filter(|(count, _)| *count > 0);
    let found: Vec<String> = found.map(|(count, word)| counted(count, word)).collect();
    let found = if found.is_empty() { "all is well".to_owned() } else { found.join(", ") };
    format!("checked {}: {found}\n", counted(specs, "spec"))
}

fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

fn fix_all(output: &Output, paths: &[PathBuf]) -> Result<(), Trouble> {
    for _ in 0..ROUNDS {
        let analysed = analyse(workspace::find(paths)?);
        let mut fixed = 0;
        for report in analysed.iter().flat_map(Analysed::reports) {
            fixed += fix(output, &report)?;
        }
        if fixed == 0 {
            break;
        }
    }
    Ok(())
}

/// Applies the repairs of one analysis and says how many files changed. What several analyses say
/// of one file is repaired in one round each.
fn fix(output: &Output, report: &Report<'_>) -> Result<usize, Trouble> {
    let mut changed = 0;
    for (index, file) in report.sources.iter().enumerate() {
        let id = FileId(u32::try_from(index).unwrap_or_default());
        let edits = edits_in(report.diagnostics, id);
        if edits.is_empty() || stale(report.disk, report.sources, id) {
            continue;
        }
        if let Some(text) = syntax::apply(&file.text, &edits).filter(|text| *text != file.text) {
            write(report.disk, &file.path, &text)?;
            aside(&format!("fixed {}\n", output.shown(report.disk, &file.path)));
            changed += 1;
        }
    }
    Ok(changed)
}

/// The edits of all diagnostics whose edits lie in this file and touch none taken before.
fn edits_in(diagnostics: &[Diagnostic], file: FileId) -> Vec<Edit> {
    let mut taken: Vec<Edit> = Vec::new();
    for diagnostic in diagnostics {
        let mine = diagnostic.fix.iter().all(|edit| edit.span.file == file);
        let free = |edit: &Edit| !taken.iter().any(|other| touch(edit, other));
        if mine && diagnostic.fix.iter().all(free) {
            taken.extend(diagnostic.fix.iter().cloned());
        }
    }
    taken.sort_by_key(|edit| edit.span);
    taken
}

fn touch(a: &Edit, b: &Edit) -> bool {
    a.span.start <= b.span.end && b.span.start <= a.span.end
}

/// Whether the file is no longer what was analysed (an earlier repair of this round changed it).
fn stale(disk: &Disk, sources: &Sources, id: FileId) -> bool {
    use mlopsc_compiler::source::Files as _;
    let file = sources.file(id);
    disk.read(&file.path).map_or(true, |text| text != file.text)
}

fn write(disk: &Disk, path: &str, text: &str) -> Result<(), Trouble> {
    let written = disk.stage(path, text).and_then(crate::disk::Staged::keep);
    written.map_err(|error| Trouble::doing("write", &disk.absolute(path), &error))
}
