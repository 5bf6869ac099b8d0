//! A Dockerfile's instructions: lines that are joined, comments left out, texts that stand in it.
//! <https://docs.docker.com/reference/dockerfile/#format>

use std::ops::Range;

/// More instructions than any image is built by.
pub(super) const MOST_INSTRUCTIONS: usize = 10_000;

/// An instruction with its words, each with its place in the file.
pub(super) struct Instruction {
    /// In capitals.
    pub(super) name: String,
    /// What stands behind the name.
    pub(super) words: Vec<Word>,
}

impl Instruction {
    /// Whether texts can stand in the file for it, or for what it leaves to later builds.
    fn takes_documents(&self) -> bool {
        let later = self.words.first().filter(|_| self.name == "ONBUILD");
        let name = later.map_or(self.name.as_str(), |word| word.text.as_str());
        ["RUN", "COPY", "ADD"].iter().any(|takes| takes.eq_ignore_ascii_case(name))
    }
}

pub(super) struct Word {
    pub(super) text: String,
    pub(super) at: Range<usize>,
    /// The end of the text that the word starts (`<<END`).
    pub(super) document: Option<Document>,
}

/// What ends a text that stands in the file.
pub(super) struct Document {
    end: String,
    /// Whether tabs before a line go away.
    tabs: bool,
}

/// Why a file was not read to its end.
pub(super) enum Stop {
    /// No line ends a text: its word, and the line that is missing.
    Endless(Range<usize>, String),
    /// Here stands an instruction too many.
    Many(Range<usize>),
}

/// The instructions of a file, in order, up to what stops the reading.
pub(super) fn instructions(text: &str) -> (Vec<Instruction>, Option<Stop>) {
    let mut lines = Lines { rest: text, start: 0 };
    if text.starts_with('\u{feff}') {
        lines.skip('\u{feff}'.len_utf8());
    }
    let escape = escape(lines.rest);
    let mut found = Vec::new();
    while let Some((start, line)) = lines.next() {
        if is_empty(line) {
            continue;
        }
        if found.len() == MOST_INSTRUCTIONS {
            return (found, Some(Stop::Many(start..start + line.len())));
        }
        let instruction = instruction(&mut lines, start, line, escape);
        let endless = lines.skip_documents(&instruction);
        found.push(instruction);
        if endless.is_some() {
            return (found, endless);
        }
    }
    (found, None)
}

struct Lines<'a> {
    rest: &'a str,
    start: usize,
}

impl<'a> Lines<'a> {
    fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
        self.start += bytes;
    }

    fn next(&mut self) -> Option<(usize, &'a str)> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, length) = match self.rest.find('\n') {
            Some(end) => (&self.rest[..end], end + 1),
            None => (self.rest, self.rest.len()),
        };
        let start = self.start;
        self.skip(length);
        Some((start, line.strip_suffix('\r').unwrap_or(line)))
    }

    /// Leaves out the texts that an instruction's words start, one after the other.
    fn skip_documents(&mut self, instruction: &Instruction) -> Option<Stop> {
        if !instruction.takes_documents() {
            return None;
        }
        for word in &instruction.words {
            let Some(document) = &word.document else { continue };
            if !self.skip_document(document) {
                return Some(Stop::Endless(word.at.clone(), document.end.clone()));
            }
        }
        None
    }

    /// Leaves out a text up to the line that ends it; whether there is one.
    fn skip_document(&mut self, document: &Document) -> bool {
        while let Some((_, line)) = self.next() {
            let line = if document.tabs { line.trim_start_matches('\t') } else { line };
            if line == document.end {
                return true;
            }
        }
        false
    }
}

fn is_empty(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

/// The sign that joins lines: `# escape=` at the top may choose the backtick.
fn escape(text: &str) -> char {
    let comments = text.lines().map_while(|line| line.trim().strip_prefix('#'));
    for comment in comments {
        let Some((name, value)) = comment.split_once('=') else { break };
        if name.trim().eq_ignore_ascii_case("escape") {
            return if value.trim() == "`" { '`' } else { '\\' };
        }
    }
    '\\'
}

fn instruction(lines: &mut Lines<'_>, start: usize, first: &str, escape: char) -> Instruction {
    let mut letters: Vec<(usize, char)> = Vec::new();
    let mut add = |start: usize, line: &str| {
        let trimmed = line.trim_end();
        let joined = trimmed.strip_suffix(escape);
        letters.extend(joined.unwrap_or(line).char_indices().map(|(at, c)| (start + at, c)));
        joined.is_some()
    };
    let mut goes_on = add(start, first);
    while goes_on {
        let Some((start, line)) = lines.next() else { break };
        if !is_empty(line) {
            goes_on = add(start, line);
        }
    }
    let mut words = words(&letters).into_iter();
    let name = words.next().map(|word| word.text.to_ascii_uppercase()).unwrap_or_default();
    Instruction { name, words: words.collect() }
}

/// Cut at each space; but only what spaces outside of quotes cut off can start a text.
fn words(letters: &[(usize, char)]) -> Vec<Word> {
    let guarded = guarded(letters);
    let mut words = Vec::new();
    let mut next = 0;
    for cut in letters.split(|(_, letter)| letter.is_whitespace()) {
        let first = next;
        next += cut.len() + 1;
        let (Some((start, _)), Some((last, letter))) = (cut.first(), cut.last()) else { continue };
        let text: String = cut.iter().map(|(_, letter)| letter).collect();
        let is_own = first == 0 || !guarded[first - 1];
        let document = if is_own { document(&text) } else { None };
        words.push(Word { text, at: *start..last + letter.len_utf8(), document });
    }
    words
}

/// Which letters stand in quotes or behind a backslash, whatever sign joins lines: so `BuildKit`
/// looks for texts. Where a quote is not closed, it finds none.
fn guarded(letters: &[(usize, char)]) -> Vec<bool> {
    let mut quote = None;
    let mut is_escaped = false;
    let each = letters.iter().map(|&(_, letter)| {
        let is_guarded = is_escaped || quote.is_some();
        match (quote, letter) {
            _ if is_escaped => is_escaped = false,
            (Some(open), close) if open == close => quote = None,
            (Some('"') | None, '\\') => is_escaped = true,
            (None, '"' | '\'') => quote = Some(letter),
            _ => {}
        }
        is_guarded
    });
    let guarded: Vec<bool> = each.collect();
    if quote.is_some() { vec![true; letters.len()] } else { guarded }
}

/// The text that a word starts: `<<END`, `<<-"END"`, `3<<END`.
fn document(word: &str) -> Option<Document> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (tabs, rest) = match rest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let quoted = |quote| rest.strip_prefix(quote)?.strip_suffix(quote);
    let end = quoted('"').or_else(|| quoted('\'')).unwrap_or(rest);
    let is_name = end.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && end.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    is_name.then(|| Document { end: end.to_owned(), tabs })
}
