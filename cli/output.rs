//! What people and programs read, and the exit code. A command's product goes to standard output
//! (of `check`, `build` and `fmt --check` that is the report), everything else to standard error.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use mlopsc_compiler::diagnostics::{
    Batch, Diagnostic, Format, Look, Tally, harmless, render_all, tally,
};
use mlopsc_compiler::source::Sources;

use crate::args::{Colour, LookArgs, MessageFormat};
use crate::disk::{self, Disk};
use crate::workspace;

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    /// All is well.
    Clean,
    /// Errors in specs, or files that are not fresh.
    Findings,
}

impl Outcome {
    /// Findings if there are any.
    pub(crate) fn findings(any: bool) -> Self {
        if any { Self::Findings } else { Self::Clean }
    }

    /// A report with errors is a finding, one with warnings alone is not.
    pub(crate) fn of(tally: Tally) -> Self {
        Self::findings(tally.errors > 0)
    }

    /// The exit code.
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Clean => 0,
            Self::Findings => 1,
        })
    }
}

/// Wrong usage, or the machine's fault: exit code 2.
#[derive(Debug)]
pub(crate) struct Trouble(String);

impl Trouble {
    /// Trouble with a message.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// The machine's complaint about a path.
    pub(crate) fn at(path: &Path, cause: &dyn Display) -> Self {
        let cause = cause.to_string();
        let cause = cause.split(" (os error ").next().unwrap_or(&cause);
        Self(format!("{}: {cause}", disk::plain(path).display()))
    }

    /// The machine's complaint, and what was to be done: it often names neither that nor the path.
    pub(crate) fn doing(what: &str, path: &Path, cause: &dyn Display) -> Self {
        let cause = cause.to_string();
        let cause = cause.split(" (os error ").next().unwrap_or(&cause);
        Self(format!("cannot {what} {}: {cause}", disk::plain(path).display()))
    }

    /// The message.
    pub(crate) fn message(&self) -> &str {
        &self.0
    }
}

/// Where diagnostics go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stream {
    /// The report is the product.
    Product,
    /// The product is something else.
    Aside,
}

/// Diagnostics of files under one root.
pub(crate) struct Report<'a> {
    /// The root.
    pub(crate) disk: &'a Disk,
    /// Its files.
    pub(crate) sources: &'a Sources,
    /// What was found.
    pub(crate) diagnostics: &'a [Diagnostic],
}

/// How this call writes.
pub(crate) struct Output {
    format: Format,
    colour: Colour,
    /// The current folder, without symbolic links.
    here: PathBuf,
}

impl Output {
    /// From the command line and the environment.
    pub(crate) fn new(args: LookArgs) -> Result<Self, Trouble> {
        let here = Path::new(".");
        let here = disk::canonical(here)
            .map_err(|error| Trouble::doing("find the current folder", here, &error))?;
        let format = args.message_format.map_or_else(default_format, format_of);
        Ok(Self { format, colour: args.color, here })
    }

    /// Writes the report and says how much it holds.
    pub(crate) fn report(&self, stream: Stream, reports: &[Report<'_>]) -> Result<Tally, Trouble> {
        let shown: Vec<_> = reports.iter().map(|report| self.shower(report.disk)).collect();
        let batches: Vec<Batch<'_>> = reports
            .iter()
            .zip(&shown)
            .map(|(Report { sources, diagnostics, .. }, shown)| Batch {
                sources,
                diagnostics,
                shown,
            })
            .collect();
        let tally = tally(&batches);
        match stream {
            Stream::Product => product(&render_all(self.look(stream), &batches))?,
            // An empty document says nothing beside another product.
            Stream::Aside if tally == Tally::default() => {}
            Stream::Aside => aside(&render_all(self.look(stream), &batches)),
        }
        Ok(tally)
    }

    /// A unified diff between two texts of one file, as the report's format allows: programs read
    /// documents, and CI systems obey what looks like a command of theirs.
    pub(crate) fn diff(&self, path: &str, old: &str, new: &str) -> Result<(), Trouble> {
        match self.format {
            Format::Full | Format::Concise | Format::Github | Format::Azure => {
                self.text(&unified(path, old, new))
            }
            Format::Json | Format::Sarif => Ok(()),
        }
    }

    /// A text for people, of which neither a terminal nor the log of a CI system obeys a part.
    pub(crate) fn text(&self, text: &str) -> Result<(), Trouble> {
        let text = harmless(text);
        match self.format {
            Format::Github | Format::Azure => product(&disobeyed(&text)),
            Format::Full | Format::Concise | Format::Json | Format::Sarif => product(&text),
        }
    }

    /// From root-relative paths to those that the reader sees: relative to the current folder, in
    /// formats for CI systems to the repository.
    fn shower<'a>(&'a self, disk: &'a Disk) -> impl Fn(&str) -> String + 'a {
        let base = match self.format {
            Format::Full | Format::Concise | Format::Json => self.here.as_path(),
            Format::Github | Format::Azure | Format::Sarif => {
                workspace::repository(disk.root()).unwrap_or(disk.root())
            }
        };
        move |path| way(base, &disk.absolute(path))
    }

    /// Whether `--message-format json` was asked for: then lists are documents too.
    pub(crate) fn wants_json(&self) -> bool {
        self.format == Format::Json
    }

    /// How a path under a root is shown in sentences.
    pub(crate) fn shown(&self, disk: &Disk, path: &str) -> String {
        let way = way(&self.here, &disk.absolute(path));
        // A name may hold a line break.
        harmless(&way).replace(['\n', '\r'], "?")
    }

    fn look(&self, stream: Stream) -> Look {
        let terminal = match stream {
            Stream::Product => io::stdout().is_terminal(),
            Stream::Aside => io::stderr().is_terminal(),
        };
        let colour = match self.colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => terminal && !is_set("NO_COLOR"),
        };
        Look { colour, ..Look::plain(self.format) }
    }
}

/// Writes to standard output. A reader that has gone away is no trouble.
pub(crate) fn product(text: &str) -> Result<(), Trouble> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Trouble::new(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes to standard error, where nothing can be done about a failure.
pub(crate) fn aside(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

fn default_format() -> Format {
    if is("GITHUB_ACTIONS", "true") {
        Format::Github
    } else if is("TF_BUILD", "True") {
        Format::Azure
    } else {
        Format::Full
    }
}

fn format_of(word: MessageFormat) -> Format {
    match word {
        MessageFormat::Full => Format::Full,
        MessageFormat::Concise => Format::Concise,
        MessageFormat::Json => Format::Json,
        MessageFormat::Github => Format::Github,
        MessageFormat::Azure => Format::Azure,
        MessageFormat::Sarif => Format::Sarif,
    }
}

fn is(variable: &str, value: &str) -> bool {
    std::env::var_os(variable).is_some_and(|found| found == value)
}

/// Set and not empty, as <https://no-color.org> asks.
fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

fn unified(path: &str, old: &str, new: &str) -> String {
    let diff = similar::TextDiff::from_lines(old, new);
    let mut diff = diff.unified_diff();
    diff.context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string()
}

/// Lines that neither GitHub Actions nor Azure Pipelines takes for a command.
fn disobeyed(text: &str) -> String {
    let lines = text.lines().map(|line| ["| ", &parted(line, '#'), "\n"].concat());
    lines.collect()
}

/// A foreign text in which no terminal and no CI system finds a command: `##vso[…]` and `##[…]` count
/// anywhere, `::…::` at the start of a line.
pub(crate) fn inert(text: &str) -> String {
    let text = parted(&harmless(text), '#');
    let lines = text.split('\n').map(|line| {
        // What the runners' comparison of texts passes over is not ASCII.
        let body = line.trim_start_matches(|it: char| it.is_whitespace() || !it.is_ascii());
        if body.starts_with(':') { parted(line, ':') } else { line.to_owned() }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A text with a blank after each of these signs that may count as one of two.
fn parted(text: &str, sign: char) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        shown.push(letter);
        let next = letters.peek().filter(|next| **next == sign || !next.is_ascii());
        if letter == sign && next.is_some() {
            shown.push(' ');
        }
    }
    shown
}

/// A path relative to a folder, with `/`; absolute when the two share nothing.
fn way(base: &Path, path: &Path) -> String {
    let shared = base.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    if shared <= 1 {
        return disk::plain(path).display().to_string();
    }
    let up = base.components().skip(shared).map(|_| "..".to_owned());
    let down = path.components().skip(shared);
    let down = down.map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_where_the_reader_is() {
        let way = |base: &str, path: &str| way(Path::new(base), Path::new(path));
        assert_eq!(way("/a/b", "/a/b/c/d"), "c/d");
        assert_eq!(way("/a/b", "/a/c"), "../c");
        assert_eq!(way("/x", "/a/c"), "/a/c");
    }

    #[test]
    fn a_diff_gives_no_orders() {
        let text = disobeyed(" ::error::x\n+##vso[task.complete]\n");
        assert_eq!(text, "|  ::error::x\n| +# #vso[task.complete]\n");
    }

    #[test]
    fn a_foreign_text_gives_no_orders() {
        for (text, shown) in [
            ("x ##vso[task.complete]", "x # #vso[task.complete]"),
            ("###[error]x", "# # #[error]x"),
            ("#\u{200b}#[x", "# \u{200b}#[x"),
            ("a\n \t::stop::x", "a\n \t: :stop: :x"),
            (":::x", ": : :x"),
            ("a\r::x \u{1b}[31m", "a?::x ?[31m"),
            ("a::b # c", "a::b # c"),
        ] {
            assert_eq!(inert(text), shown);
        }
    }
}
