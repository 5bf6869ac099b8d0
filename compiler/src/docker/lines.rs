//! A Dockerfile's instructions: lines that are joined, comments left out, texts that stand in it.
//! <https://docs.docker.com/reference/dockerfile/#format>

use std::ops::Range;

/// An instruction with its words, each with its place in the file.
pub(super) struct Instruction {
    /// In capitals.
    pub(super) name: String,
    /// What stands behind the name.
    pub(super) words: Vec<Word>,
}

pub(super) struct Word {
    pub(super) text: String,
    pub(super) at: Range<usize>,
}

/// The instructions of a file, in order.
pub(super) fn instructions(text: &str) -> Vec<Instruction> {
    let mut lines = Lines { rest: text, start: 0 };
    if text.starts_with('\u{feff}') {
        lines.skip('\u{feff}'.len_utf8());
    }
    let escape = escape(lines.rest);
    let mut found = Vec::new();
    while let Some((start, line)) = lines.next() {
        if !is_empty(line) {
            let instruction = instruction(&mut lines, start, line, escape);
            if matches!(instruction.name.as_str(), "RUN" | "COPY" | "ADD") {
                let ends: Vec<_> = instruction.words.iter().filter_map(document_end).collect();
                for (end, tabs) in &ends {
                    lines.skip_document(end, *tabs);
                }
            }
            found.push(instruction);
        }
    }
    found
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

    /// Leaves out a text up to the line that ends it.
    fn skip_document(&mut self, end: &str, tabs: bool) {
        while let Some((_, line)) = self.next() {
            let line = if tabs { line.trim_start_matches('\t') } else { line };
            if line == end {
                return;
            }
        }
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

fn words(letters: &[(usize, char)]) -> Vec<Word> {
    let cut = letters.split(|(_, letter)| letter.is_whitespace()).filter(|word| !word.is_empty());
    cut.map(|word| {
        let (start, (last, letter)) = (word[0].0, word[word.len() - 1]);
        let text = word.iter().map(|(_, letter)| letter).collect();
        Word { text, at: start..last + letter.len_utf8() }
    })
    .collect()
}

/// The end of a text that a word starts (`<<END`, `<<-"END"`), and whether tabs before it go away.
fn document_end(word: &Word) -> Option<(String, bool)> {
    let rest = word.text.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (tabs, rest) = match rest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let end: String = rest.chars().filter(|c| !matches!(c, '"' | '\'')).collect();
    (!end.is_empty() && !end.contains('<')).then_some((end, tabs))
}
