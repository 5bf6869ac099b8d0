//! For people: the lines of the file with marks under them. The only file that knows miette.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::sync::OnceLock;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, Severity,
    SourceCode, SourceSpan, SpanContents,
};

use super::render::{Finding, harmless, one_line};
use super::{Level, Look};
use crate::source::Span;

/// A mark over more lines than this is drawn at its first line only.
const MARKED_LINES: u32 = 6;
/// Bytes shown on either side of a mark on a very long line.
const LINE_WINDOW: usize = 400;

/// Nobody reads more pictures than this; the other formats give everything.
const MOST_SHOWN: usize = 500;

pub(super) fn render(findings: &[Finding<'_>], look: Look) -> String {
    let handler = handler(look);
    let mut text = String::new();
    for finding in findings.iter().take(MOST_SHOWN) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&one(&handler, finding));
    }
    if let Some(more) = findings.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(text, "\n… and {more} more; `--message-format concise` lists them all");
    }
    text
}

fn handler(look: Look) -> GraphicalReportHandler {
    let theme =
        if look.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    GraphicalReportHandler::new_themed(theme)
        .with_width(look.width.max(40))
        .without_syntax_highlighting()
        .without_cause_chain()
}

fn one(handler: &GraphicalReportHandler, finding: &Finding<'_>) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail, and our source answers every span.
    let _ = handler.render_report(&mut text, &Shown::new(finding));
    // The name belongs to the sentence, not on a page of its own.
    let mut text = text.replacen("\n\n", "\n", 1);
    let elsewhere = |span: &Span| span.file != finding.diagnostic.span.file;
    for related in finding.diagnostic.related.iter().filter(|item| elsewhere(&item.span)) {
        let place = finding.place_of(related.span);
        let (line, column) = (place.start.line, place.start.column);
        let words = harmless(&related.text);
        let _ = writeln!(text, "  note: {}:{line}:{column}: {words}", one_line(&place.path));
    }
    text
}

/// A finding in miette's words.
struct Shown<'a> {
    finding: &'a Finding<'a>,
    source: Source<'a>,
}

impl<'a> Shown<'a> {
    fn new(finding: &'a Finding<'a>) -> Self {
        let source = Source {
            path: one_line(&finding.place.path),
            text: finding.text(),
            clean: OnceLock::new(),
            line_starts: finding.line_starts(),
        };
        Self { finding, source }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&harmless(&self.finding.diagnostic.message))
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        Some(Box::new(format!("{}[{}]", self.finding.level(), self.finding.name())))
    }

    fn severity(&self) -> Option<Severity> {
        Some(match self.finding.diagnostic.level {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
        })
    }

    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        let help = self.finding.diagnostic.help.as_deref()?;
        Some(Box::new(harmless(help)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let diagnostic = self.finding.diagnostic;
        let words = Some(&diagnostic.label).filter(|label| !label.is_empty());
        let main = LabeledSpan::new_primary_with_span(
            words.map(|label| harmless(label).into_owned()),
            self.source.marked(diagnostic.span),
        );
        let here = diagnostic.related.iter().filter(|item| item.span.file == diagnostic.span.file);
        let related = here.map(|item| {
            let words = harmless(&item.text).into_owned();
            LabeledSpan::new_with_span(Some(words), self.source.marked(item.span))
        });
        Some(Box::new(std::iter::once(main).chain(related)))
    }
}

/// A file with an index of its lines: miette's own sources read the whole file again for every
/// mark.
struct Source<'a> {
    path: String,
    text: &'a str,
    /// The text with what a terminal would obey taken out, once it is needed.
    clean: OnceLock<Cow<'a, str>>,
    line_starts: &'a [u32],
}

impl Source<'_> {
    /// What is marked for a span: inside the file, on character borders, and not a whole page.
    fn marked(&self, span: Span) -> SourceSpan {
        let start = self.floor(span.start as usize);
        let mut end = self.floor(span.end as usize).max(start);
        let (first, last) = (self.line_of(start), self.line_of(end));
        if last - first >= MARKED_LINES as usize {
            end = self.line_end(first);
        }
        (start, end - start).into()
    }

    fn floor(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    /// Index of the line that an offset is on.
    fn line_of(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start as usize <= offset).saturating_sub(1)
    }

    fn line_start(&self, line: usize) -> usize {
        self.line_starts.get(line).map_or(self.text.len(), |start| *start as usize)
    }

    /// A part of the text that no terminal obeys; as long as what was written.
    fn shown(&self, start: usize, end: usize) -> &[u8] {
        let written = &self.text[start..end];
        if matches!(harmless(written), Cow::Borrowed(_)) {
            return written.as_bytes();
        }
        &self.clean.get_or_init(|| harmless(self.text)).as_bytes()[start..end]
    }

    /// The end of a line's text, before its line break.
    fn line_end(&self, line: usize) -> usize {
        let whole = &self.text[self.line_start(line)..self.line_start(line + 1)];
        self.line_start(line) + whole.trim_end_matches(['\n', '\r']).len()
    }
}

impl SourceCode for Source<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (from, to) = (span.offset(), self.floor(span.offset() + span.len()));
        let (first, last) = (self.line_of(from).saturating_sub(before), self.line_of(to) + after);
        let at = if before == 0 { from } else { self.line_start(first) };
        let start = at.max(self.floor(from.saturating_sub(LINE_WINDOW)));
        let end = self.line_end(last.min(self.line_starts.len() - 1));
        let end = end.min(self.floor(to + LINE_WINDOW)).max(to);
        let line = self.line_of(start);
        let column = self.text[self.line_start(line)..start].chars().count();
        Ok(Box::new(MietteSpanContents::new_named(
            self.path.clone(),
            self.shown(start, end),
            (start, end - start).into(),
            line,
            column,
            self.line_of(end) + 1 - line,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::super::render::tests::sample;
    use super::super::{Batch, UNKNOWN_KEY};
    use super::super::{CYCLE, Diagnostic, Format, Look, render, render_all};
    use crate::source::{SourceFile, Sources, Span};

    #[test]
    fn lines_marks_help_and_notes() {
        let (sources, diagnostics) = sample();
        insta::assert_snapshot!(render(Format::Full, &diagnostics, &sources), @r"
        error[cycle]
          × a;b]?[31m
          │ c,d:e
           ╭─[mlopsc.yaml:1:5]
         1 │ ci: github
           ·     ──────
           ╰────

        warning[unused-parameter]
          ⚠ nobody reads it
           ╭─[specs/train, 1.mlops.yaml:1:7]
         1 │ name: é
           ·       ─
         2 │ steps:
           ╰────

        error[cycle]
          × steps wait in a circle: 100%
           ╭─[specs/train, 1.mlops.yaml:3:15]
         2 │ steps:
         3 │   a: { needs: b }
           ·               ┬
           ·               ╰── waits for `b`
         4 │   b: { needs: a }
           ·               ┬
           ·               ╰── waits for `a`
           ╰────
          help: remove one of
                the two
          note: mlopsc.yaml:1:1: asked for here
        ");
    }

    #[test]
    fn colour_only_when_told() {
        let (sources, diagnostics) = sample();
        let batch = Batch { sources: &sources, diagnostics: &diagnostics, shown: &str::to_owned };
        let plain = render_all(Look::plain(Format::Full), std::slice::from_ref(&batch));
        let look = Look { colour: true, ..Look::plain(Format::Full) };
        assert!(!plain.contains('\u{1b}'));
        assert!(render_all(look, &[batch]).contains("\u{1b}["));
    }

    #[test]
    fn long_lines_and_long_marks_are_cut() {
        let mut sources = Sources::default();
        let long = sources.add(SourceFile::new("long", format!("{}x", "é".repeat(100_000))));
        let tall = sources.add(SourceFile::new("tall", "a: 1\n".repeat(1000)));
        let diagnostics = [
            Diagnostic::new(&UNKNOWN_KEY, Span::new(long, 100_000, 100_002), "one"),
            Diagnostic::new(&CYCLE, Span::new(tall, 5, 4000), "two"),
        ];
        let text = render(Format::Full, &diagnostics, &sources);
        assert!(text.len() < 5000, "{}", text.len());
        assert!(text.contains("[long:1:50001]"), "{text}");
        assert!(text.contains("[tall:2:1]"), "{text}");
    }
}
