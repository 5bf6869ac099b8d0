//! `fmt`: specs in the one canonical layout.

use mlopsc_compiler::diagnostics::{Diagnostic, LAYOUT, Sink};
use mlopsc_compiler::source::{FileId, Files as _, SourceFile, Sources, Span};
use mlopsc_compiler::{fmt, syntax};

use crate::args::FmtArgs;
use crate::disk::{Disk, Staged};
use crate::output::{Outcome, Output, Report, Stream, Trouble, aside};
use crate::workspace;

/// What is said of one spec.
struct Said {
    disk: Disk,
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
    /// The text, and the one in the layout.
    difference: Option<(String, String)>,
}

pub(crate) fn run(output: &Output, args: &FmtArgs) -> Result<Outcome, Trouble> {
    let mut said = Vec::new();
    let projects = workspace::find(&args.paths)?;
    if let Some(missing) = workspace::no_spec(&projects) {
        return Err(missing);
    }
    for project in projects {
        for spec in &project.specs {
            said.extend(one(output, &project.disk, spec, args.check)?);
        }
    }
    let reports = said.iter().map(|Said { disk, sources, diagnostics, .. }| Report {
        disk,
        sources,
        diagnostics,
    });
    let tally = output.report(Stream::Product, &reports.collect::<Vec<_>>())?;
    for said in &said {
        let path = said.sources.iter().next().map_or("", |file| &file.path);
        if let Some((old, new)) = &said.difference {
            output.diff(&output.shown(&said.disk, path), old, new)?;
        }
    }
    Ok(Outcome::of(tally))
}

/// Lays one spec out; or says, when only that is asked for, that it is not.
fn one(output: &Output, disk: &Disk, spec: &str, check: bool) -> Result<Option<Said>, Trouble> {
    let text =
        disk.read(spec).map_err(|fault| Trouble::doing("read", &disk.absolute(spec), &fault))?;
    let Some(new) = layout(&text) else {
        return Ok(Some(broken(disk, spec, text)));
    };
    if new == text {
        return Ok(None);
    }
    if check {
        return Ok(Some(unlaid(disk, spec, text, new)));
    }
    let written = disk.stage(spec, &new).and_then(Staged::keep);
    written.map_err(|error| Trouble::doing("write", &disk.absolute(spec), &error))?;
    aside(&format!("laid out {}\n", output.shown(disk, spec)));
    Ok(None)
}

/// The text in the layout; line ends stay what version control made them. `None` when the text
/// cannot be read.
fn layout(text: &str) -> Option<String> {
    let new = fmt::format(text)?;
    Some(if text.contains("\r\n") { new.replace('\n', "\r\n") } else { new })
}

/// Why a spec cannot be read.
fn broken(disk: &Disk, spec: &str, text: String) -> Said {
    let mut sink = Sink::new();
    syntax::parse(FileId(0), &text, &mut sink);
    let mut diagnostics = sink.into_items();
    if diagnostics.is_empty() {
        let message = "no layout keeps the meaning of this file";
        diagnostics.push(Diagnostic::new(&LAYOUT, Span::top(FileId(0)), message));
    }
    said(disk, spec, text, diagnostics, None)
}

/// Where a spec first differs from its layout.
fn unlaid(disk: &Disk, spec: &str, text: String, new: String) -> Said {
    let same = text.lines().zip(new.lines()).take_while(|(old, new)| old == new).count();
    let start: usize = text.split_inclusive('\n').take(same).map(str::len).sum();
    let end = start + text[start..].lines().next().map_or(0, str::len);
    let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    let place = Span::new(FileId(0), at(start), at(end));
    let message = "this file is not in the canonical layout";
    let diagnostic = Diagnostic::new(&LAYOUT, place, message).help("run `mlopsc fmt`");
    said(disk, spec, text.clone(), vec![diagnostic], Some((text, new)))
}

fn said(
    disk: &Disk,
    spec: &str,
    text: String,
    diagnostics: Vec<Diagnostic>,
    difference: Option<(String, String)>,
) -> Said {
    let mut sources = Sources::default();
    sources.add(SourceFile::new(spec, text));
    Said { disk: disk.clone(), sources, diagnostics, difference }
}
