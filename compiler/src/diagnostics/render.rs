//! From diagnostics to text: what every format shares.

use super::{Diagnostic, Level, azure, concise, full, github, json, sarif};
use crate::source::{LineColumn, Sources, Span};

/// How a report is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// For people: the lines of the file, with marks under them.
    Full,
    /// `file:line:col: level[name]: message`, one line each.
    Concise,
    /// An array of objects.
    Json,
    /// Workflow commands of GitHub Actions, which become annotations.
    Github,
    /// Logging commands of Azure Pipelines, which become issues of the run.
    Azure,
    /// SARIF 2.1.0, as GitHub code scanning takes it.
    Sarif,
}

/// How a report looks.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// The format.
    pub format: Format,
    /// Whether `Full` uses ANSI colours; the other formats never do.
    pub colour: bool,
    /// Columns at which `Full` wraps its sentences.
    pub width: usize,
}

impl Look {
    /// A format without colour, 100 columns wide.
    pub fn plain(format: Format) -> Self {
        Self { format, colour: false, width: 100 }
    }
}

/// Diagnostics of one analysis, and how its paths are shown.
pub struct Batch<'a> {
    /// The files that the spans point into.
    pub sources: &'a Sources,
    /// The messages.
    pub diagnostics: &'a [Diagnostic],
    /// From a root-relative path to the one that the reader sees.
    pub shown: &'a dyn Fn(&str) -> String,
}

/// One analysis in one format, with root-relative paths and no colour.
pub fn render(format: Format, diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let batch = Batch { sources, diagnostics, shown: &str::to_owned };
    render_all(Look::plain(format), &[batch])
}

/// All analyses as one report, sorted by file and place. What several analyses say of a shared file
/// in the same words appears once. Nothing to say gives an empty text, or an empty document in the
/// formats that are one.
pub fn render_all(look: Look, batches: &[Batch<'_>]) -> String {
    let findings = collect(batches);
    match look.format {
        Format::Full => full::render(&findings, look),
        Format::Concise => concise::render(&findings),
        Format::Json => json::render(&findings),
        Format::Github => github::render(&findings),
        Format::Azure => azure::render(&findings),
        Format::Sarif => sarif::render(&findings),
    }
}

/// How much a report says.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tally {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
}

/// Counts what [`render_all`] would say.
pub fn tally(batches: &[Batch<'_>]) -> Tally {
    let findings = collect(batches);
    let errors = findings.iter().filter(|it| it.diagnostic.level == Level::Error).count();
    Tally { errors, warnings: findings.len() - errors }
}

fn collect<'a>(batches: &'a [Batch<'a>]) -> Vec<Finding<'a>> {
    let all = batches.iter().flat_map(|batch| {
        batch.diagnostics.iter().map(move |diagnostic| Finding::new(batch, diagnostic))
    });
    let mut findings: Vec<Finding<'a>> = all.collect();
    findings.sort_by(|a, b| a.position().cmp(&b.position()));
    findings.dedup_by(|a, b| a.says_the_same_as(b));
    findings
}

/// A diagnostic, and where it is as people count.
pub(super) struct Finding<'a> {
    pub(super) diagnostic: &'a Diagnostic,
    pub(super) place: Place,
    batch: &'a Batch<'a>,
}

/// A range in a file as people count.
pub(super) struct Place {
    pub(super) path: String,
    pub(super) start: LineColumn,
    /// One past the last character.
    pub(super) end: LineColumn,
}

impl<'a> Finding<'a> {
    fn new(batch: &'a Batch<'a>, diagnostic: &'a Diagnostic) -> Self {
        Self { diagnostic, place: place(batch, diagnostic.span), batch }
    }

    /// Where a span of the same analysis is.
    pub(super) fn place_of(&self, span: Span) -> Place {
        place(self.batch, span)
    }

    /// The text of the file that the main place is in.
    pub(super) fn text(&self) -> &'a str {
        &self.batch.sources.file(self.diagnostic.span.file).text
    }

    /// Offsets at which the lines of that file start.
    pub(super) fn line_starts(&self) -> &'a [u32] {
        self.batch.sources.file(self.diagnostic.span.file).line_starts()
    }

    /// `error` or `warning`.
    pub(super) fn level(&self) -> &'static str {
        self.diagnostic.level.word()
    }

    /// The name of the rule.
    pub(super) fn name(&self) -> &'static str {
        self.diagnostic.rule.name
    }

    fn position(&self) -> (&str, u32, u32) {
        (&self.place.path, self.diagnostic.span.start, self.diagnostic.span.end)
    }

    fn says_the_same_as(&self, other: &Self) -> bool {
        self.position() == other.position()
            && self.name() == other.name()
            && self.diagnostic.message == other.diagnostic.message
    }
}

fn place(batch: &Batch<'_>, span: Span) -> Place {
    let file = batch.sources.file(span.file);
    Place {
        path: (batch.shown)(&file.path),
        start: file.line_column(span.start),
        end: file.line_column(span.end.max(span.start)),
    }
}

/// The text without what a terminal or a log would obey, or what changes the order in which people
/// see it: control characters other than line breaks and tabs, and marks of direction become `?`. The
/// number of bytes stays.
pub fn harmless(text: &str) -> std::borrow::Cow<'_, str> {
    // Beyond ASCII they start with one of two bytes. No early end within a block, so that many bytes
    // are looked at together.
    let doubtful = |byte: u8| {
        byte.is_ascii_control() && !matches!(byte, b'\n' | b'\t') || matches!(byte, 0xc2 | 0xe2)
    };
    let in_block = |block: &[u8]| block.iter().fold(false, |found, byte| found | doubtful(*byte));
    if !text.as_bytes().chunks(1024).any(in_block)
        || !text.chars().any(is_obeyed) && !has_lone_return(text)
    {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_lone_return = letter == '\r' && letters.peek() != Some(&'\n');
        if is_obeyed(letter) || is_lone_return {
            (0..letter.len_utf8()).for_each(|_| shown.push('?'));
        } else {
            shown.push(letter);
        }
    }
    shown.into()
}

fn is_obeyed(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A carriage return by itself makes a terminal write over the line.
fn has_lone_return(text: &str) -> bool {
    text.split('\r').skip(1).any(|rest| !rest.starts_with('\n'))
}

/// The text on one line.
pub(super) fn one_line(text: &str) -> String {
    harmless(text).split(['\n', '\r']).map(str::trim).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::{CYCLE, UNUSED_PARAMETER};
    use super::*;
    use crate::source::{FileId, SourceFile};

    /// Two files, three messages in an order that is not that of the places.
    pub(in super::super) fn sample() -> (Sources, Vec<Diagnostic>) {
        let mut sources = Sources::default();
        let spec = "name: é\nsteps:\n  a: { needs: b }\n  b: { needs: a }\n";
        let spec = sources.add(SourceFile::new("specs/train, 1.mlops.yaml", spec));
        let project = sources.add(SourceFile::new("mlopsc.yaml", "ci: github\n"));
        let cycle =
            Diagnostic::new(&CYCLE, Span::new(spec, 30, 31), "steps wait in a circle: 100%")
                .label("waits for `b`")
                .related(Span::new(spec, 48, 49), "waits for `a`")
                .related(Span::new(project, 0, 2), "asked for here")
                .help("remove one of\nthe two");
        let unused = Diagnostic::new(&UNUSED_PARAMETER, Span::new(spec, 6, 8), "nobody reads it")
            .fix(Span::new(spec, 0, 9), "");
        let other = Diagnostic::new(&CYCLE, Span::new(project, 4, 10), "a;b]\u{1b}[31m\nc,d:e");
        (sources, vec![cycle, unused, other])
    }

    #[test]
    fn what_a_terminal_obeys_is_taken_out() {
        for (text, shown) in [
            ("a\tb\r\nc\n", "a\tb\r\nc\n"),
            ("é — ü", "é — ü"),
            ("a\rb", "a?b"),
            ("\u{1b}[31m", "?[31m"),
            ("\u{9b}31m", "??31m"),
            ("a\u{202e}b\u{2066}", "a???b???"),
        ] {
            assert_eq!(harmless(text), shown);
            assert_eq!(harmless(text).len(), text.len());
        }
    }

    #[test]
    fn findings_are_in_the_order_of_their_places() {
        let (sources, diagnostics) = sample();
        let text = render(Format::Concise, &diagnostics, &sources);
        let starts: Vec<&str> = text.lines().map(|line| &line[..15]).collect();
        assert_eq!(starts, ["mlopsc.yaml:1:5", "specs/train, 1.", "specs/train, 1."]);
        assert!(text.contains(":1:7: warning[unused-parameter]"), "{text}");
    }

    #[test]
    fn what_two_analyses_say_alike_appears_once() {
        let (sources, diagnostics) = sample();
        let shown = |path: &str| format!("sub/{path}");
        let batch = || Batch { sources: &sources, diagnostics: &diagnostics, shown: &shown };
        let text = render_all(Look::plain(Format::Concise), &[batch(), batch()]);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert_eq!(tally(&[batch(), batch()]), Tally { errors: 2, warnings: 1 });
        assert!(text.starts_with("sub/mlopsc.yaml:"), "{text}");
    }

    #[test]
    fn spans_that_leave_the_file_do_not_panic() {
        let mut sources = Sources::default();
        let id = sources.add(SourceFile::new("a", "é\r\n"));
        let spans = [(0, 0), (1, 1), (1, 9), (9, 9), (9, 2), (3, 4), (4, 4)];
        let at = |(start, end)| Diagnostic::new(&CYCLE, Span::new(FileId(id.0), start, end), "x");
        let diagnostics: Vec<Diagnostic> = spans.into_iter().map(at).collect();
        let formats = [Format::Full, Format::Json, Format::Github, Format::Azure, Format::Sarif];
        for format in formats {
            assert!(!render(format, &diagnostics, &sources).is_empty());
        }
    }
}
