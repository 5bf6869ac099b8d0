//! `pins adopt`: what a bot changed in generated workflows becomes the project's own pins.

use mlopsc_compiler::diagnostics::{BAD_VALUE, CONFLICT, Diagnostic, EDITED_OUTPUT};
use mlopsc_compiler::emit::mark;
use mlopsc_compiler::pins::{Bumps, bumps, is_same_but_pins};
use mlopsc_compiler::plan::Pin;
use mlopsc_compiler::source::{FileId, Files as _, SourceFile, Sources, Span};

use super::{workflows, write};
use crate::analysis::Analysed;
use crate::output::{Outcome, Output, Report, Stream, Trouble, aside};

pub(super) fn run(output: &Output, all: Vec<Analysed>) -> Result<Outcome, Trouble> {
    let found: Vec<Found> = all.iter().map(Found::of).collect();
    let reports: Vec<Report<'_>> = all
        .iter()
        .zip(&found)
        .map(|(analysed, found)| Report {
            disk: &analysed.project.disk,
            sources: &found.sources,
            diagnostics: &found.refused,
        })
        .collect();
    let tally = output.report(Stream::Product, &reports)?;
    if tally.errors > 0 {
        for (analysed, found) in all.iter().zip(&found) {
            for (path, old, new) in &found.differences {
                output.diff(&output.shown(&analysed.project.disk, path), old, new)?;
            }
        }
        aside("nothing was adopted\n");
        return Ok(Outcome::Findings);
    }
    let mut any = false;
    for (analysed, found) in all.into_iter().zip(found) {
        let pins: Vec<Pin> = found.pins.into_iter().map(|(pin, _)| pin).collect();
        any |= !pins.is_empty();
        write::take_over(output, analysed, &pins, "adopted")?;
    }
    if !any {
        aside("no generated workflow has other pins than its spec gives\n");
    }
    Ok(Outcome::Clean)
}

/// What was changed in the workflows of a project.
#[derive(Default)]
struct Found {
    pins: Vec<(Pin, Span)>,
    sources: Sources,
    refused: Vec<Diagnostic>,
    /// Of workflows with other edits: path, the text without changed pins, and what it should be.
    differences: Vec<(String, String, String)>,
}

impl Found {
    fn of(analysed: &Analysed) -> Self {
        let mut found = Self::default();
        for (spec, artifact) in workflows(analysed) {
            let Ok(old) = analysed.project.disk.read(&artifact.path) else { continue };
            // A file that nobody edited has no changes to adopt, whatever its spec gives now.
            let edited = mark::read(&old).is_some_and(|mark| mark.spec == spec && !mark.intact);
            if edited {
                let file = found.sources.add(SourceFile::new(&*artifact.path, &*old));
                found.file(file, &artifact.path, &old, &artifact.text);
            }
        }
        found
    }

    fn file(&mut self, file: FileId, path: &str, old: &str, new: &str) {
        let Bumps { pins, broken, rest } = bumps(old, new);
        for (line, message, help) in &broken {
            let span = self.line(file, *line);
            self.refused.push(Diagnostic::new(&BAD_VALUE, span, message).help(*help));
        }
        if broken.is_empty() && !is_same_but_pins(old, new) {
            self.other_edits(file, path, mark::stamp(rest), new);
            return;
        }
        for bump in pins {
            let span = self.line(file, bump.line);
            self.take(bump.pin, span);
        }
    }

    fn other_edits(&mut self, file: FileId, path: &str, rest: String, new: &str) {
        // The mark of an edited file never fits.
        let differs = |(old, new): &(&str, &str)| old != new && !old.contains("mlopsc spec=");
        let same = rest.lines().zip(new.lines()).take_while(|pair| !differs(pair)).count();
        let span = self.line(file, same + 1);
        let message = format!("`{path}` has other changes than pins");
        let help = "move them into the spec, or drop them, then run `mlopsc pins adopt` again";
        self.refused.push(Diagnostic::new(&EDITED_OUTPUT, span, message).help(help));
        self.differences.push((path.to_owned(), rest, new.to_owned()));
    }

    fn take(&mut self, pin: Pin, span: Span) {
        match self.pins.iter().find(|(known, _)| known.action == pin.action) {
            Some((known, _)) if *known == pin => {}
            Some((known, first)) => {
                let message = format!(
                    "`{}` is at {} here, and at {} elsewhere",
                    pin.action, pin.version, known.version
                );
                let clash = Diagnostic::new(&CONFLICT, span, message)
                    .related(*first, "there")
                    .help("all workflows use one release of an action: make the two alike");
                self.refused.push(clash);
            }
            None => self.pins.push((pin, span)),
        }
    }

    /// A line, from 1.
    fn line(&self, file: FileId, line: usize) -> Span {
        let file_text = self.sources.file(file);
        let starts = file_text.line_starts();
        let Some(start) = starts.get(line - 1) else { return Span::top(file) };
        let text = &file_text.text[*start as usize..];
        let content = text.lines().next().unwrap_or_default();
        let indent = content.len() - content.trim_start().len();
        let at = |offset: usize| start + u32::try_from(offset).unwrap_or_default();
        Span::new(file, at(indent), at(content.len()))
    }
}
