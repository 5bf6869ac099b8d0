//! From a byte of a scalar's decoded text to the byte of the file that it was written with.

use super::tree::Style;

/// One run of bytes that stand in the file as they stand in the decoded text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Run {
    decoded: usize,
    source: usize,
}

/// Where each byte of one scalar was written.
#[derive(Debug)]
pub(super) struct Places {
    runs: Vec<Run>,
    end: usize,
}

impl Places {
    /// Of the scalar at `start..end` of the file's text.
    pub(super) fn new(source: &str, start: u32, end: u32, decoded: &str, style: Style) -> Self {
        let (start, end) = (start as usize, end as usize);
        let mut walk = Walk::new(&source.as_bytes()[..end], start);
        match style {
            Style::Plain => walk.flow(style),
            Style::Single | Style::Double => {
                walk.at += 1;
                walk.source = &walk.source[..end.saturating_sub(1)];
                walk.flow(style);
            }
            Style::Literal | Style::Folded => walk.block(decoded.as_bytes()),
        }
        Self { end: walk.source.len().max(start), runs: walk.runs }
    }

    /// The file's offset of a byte of the decoded text; its end for everything behind the text.
    pub(super) fn at(&self, offset: usize) -> u32 {
        let next = self.runs.partition_point(|run| run.decoded <= offset);
        let limit = self.runs.get(next).map_or(self.end, |run| run.source);
        let found = match next.checked_sub(1).map(|last| self.runs[last]) {
            Some(run) => run.source.saturating_add(offset - run.decoded).min(limit),
            None => limit,
        };
        u32::try_from(found).unwrap_or(u32::MAX)
    }
}

/// The lines of the block that starts at a place, without their indentation; the empty ones at its
/// end are left out.
pub(super) fn block_lines<'s>(source: &'s str, start: u32, decoded: &str) -> Vec<&'s str> {
    let mut walk = Walk::new(source.as_bytes(), start as usize);
    walk.block(decoded.as_bytes());
    let lines = walk.lines.iter().map(|(from, to)| source.get(*from..*to).unwrap_or(""));
    let mut lines: Vec<&str> = lines.collect();
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines
}

/// Where a text starts that stands in the file byte for byte, as most do: folding and quotes only
/// ever shorten a text, so that one of the same length was not changed.
pub(super) fn written_as_read(
    source: &str,
    start: u32,
    end: u32,
    decoded: &str,
    style: Style,
) -> Option<usize> {
    let (start, end) = (start as usize, end as usize);
    let quotes = match style {
        Style::Plain => 0,
        Style::Single => 1,
        // An escape may be longer than what it is written with.
        Style::Double if !source.get(start..end)?.contains('\\') => 1,
        Style::Double | Style::Literal | Style::Folded => return None,
    };
    (end.checked_sub(start)? == decoded.len() + 2 * quotes).then_some(start + quotes)
}

struct Walk<'a> {
    source: &'a [u8],
    at: usize,
    done: usize,
    runs: Vec<Run>,
    /// The places of a block's lines.
    lines: Vec<(usize, usize)>,
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

fn is_break(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}

impl<'a> Walk<'a> {
    fn new(source: &'a [u8], at: usize) -> Self {
        Self { source, at, done: 0, runs: Vec::new(), lines: Vec::new() }
    }

    fn peek(&self) -> Option<u8> {
        self.source.get(self.at).copied()
    }

    /// What follows stands in the file at the present place.
    fn mark(&mut self) {
        self.runs.push(Run { decoded: self.done, source: self.at });
    }

    /// `from` bytes of the file give `to` bytes of text.
    fn replace(&mut self, from: usize, to: usize) {
        self.mark();
        self.at += from;
        self.done += to;
    }

    fn copy(&mut self, bytes: usize) {
        self.at += bytes;
        self.done += bytes;
    }

    fn skip_while(&mut self, test: impl Fn(u8) -> bool) {
        let rest = self.source.get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|byte| !test(*byte)).unwrap_or(rest.len());
    }

    fn skip_break(&mut self) -> bool {
        let rest = &self.source[self.at.min(self.source.len())..];
        let length = match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => 0,
        };
        self.at += length;
        length > 0
    }

    /// Plain and quoted text: line breaks fold, quotes and escapes shrink.
    fn flow(&mut self, style: Style) {
        self.mark();
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.blanks(),
                b'\'' if style == Style::Single => {
                    self.replace(2, 1);
                    self.mark();
                }
                b'\\' if style == Style::Double => {
                    self.escape();
                    self.mark();
                }
                _ => self.copy(1),
            }
        }
        self.mark();
    }

    /// Blanks inside a line are text; blanks around a line break are not.
    fn blanks(&mut self) {
        let from = self.at;
        self.skip_while(is_blank);
        if self.peek().is_some_and(is_break) {
            let breaks = self.breaks();
            self.runs.push(Run { decoded: self.done, source: from });
            self.done += if breaks == 1 { 1 } else { breaks - 1 };
            self.mark();
        } else {
            self.done += self.at - from;
        }
    }

    /// Skips line breaks and the blanks between and behind them; counts the breaks.
    fn breaks(&mut self) -> usize {
        let mut breaks = 0;
        while self.skip_break() {
            breaks += 1;
            self.skip_while(is_blank);
        }
        breaks
    }

    fn escape(&mut self) {
        match self.source.get(self.at + 1).copied() {
            Some(b'\n' | b'\r') => {
                self.mark();
                self.at += 1;
                self.done += self.breaks() - 1;
            }
            Some(b'x') => self.hex(2),
            Some(b'u') => self.hex(4),
            Some(b'U') => self.hex(8),
            Some(b'N' | b'_') => self.replace(2, 2),
            Some(b'L' | b'P') => self.replace(2, 3),
            _ => self.replace(2, 1),
        }
    }

    fn hex(&mut self, digits: usize) {
        let code = self.code(self.at + 2, digits);
        match char::from_u32(code) {
            Some(character) => self.replace(2 + digits, character.len_utf8()),
            // Half of a surrogate pair: the other half follows, and both are one character.
            None => self.replace(2 * (2 + digits), 4),
        }
    }

    fn code(&self, from: usize, digits: usize) -> u32 {
        let digits = self.source.get(from..from + digits);
        let text = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        text.and_then(|text| u32::from_str_radix(text, 16).ok()).unwrap_or(0)
    }

    /// Block text: follows the decoded text through the lines, which settles indentation and
    /// folding without knowing what the block stands in.
    fn block(&mut self, decoded: &[u8]) {
        self.lines.reserve(8);
        self.runs.reserve(16);
        self.skip_while(|byte| !is_break(byte));
        self.skip_break();
        let indent = self.indent(decoded);
        self.line_breaks(decoded, indent);
        while self.done < decoded.len() && self.at < self.source.len() {
            self.skip_indent(indent);
            self.mark();
            let from = self.at;
            self.skip_while(|byte| !is_break(byte));
            self.done += self.at - from;
            self.lines.push((from, self.at));
            self.mark();
            if decoded.get(self.done) == Some(&b' ') {
                self.done += 1;
                self.skip_break();
            } else {
                self.skip_break();
                self.done += usize::from(self.done < decoded.len());
                self.line_breaks(decoded, indent);
            }
        }
    }

    /// The spaces that every line of the block starts with: what the first line that is not empty
    /// has more of in the file than in the text.
    fn indent(&self, decoded: &[u8]) -> usize {
        let empty = decoded.iter().take_while(|byte| **byte == b'\n').count();
        let mut ahead = Walk::new(self.source, self.at);
        for _ in 0..empty {
            ahead.skip_while(|byte| !is_break(byte));
            ahead.skip_break();
        }
        let spaces = |text: &[u8]| text.iter().take_while(|byte| **byte == b' ').count();
        let written = spaces(&self.source[ahead.at.min(self.source.len())..]);
        written.saturating_sub(spaces(&decoded[empty..]))
    }

    /// Empty lines, each a line break of the text; those that folding swallowed give nothing.
    fn line_breaks(&mut self, decoded: &[u8], indent: usize) {
        loop {
            let line = self.at;
            self.skip_indent(indent);
            if !self.peek().is_some_and(is_break) {
                self.at = line;
                return;
            }
            if decoded.get(self.done) == Some(&b'\n') {
                self.mark();
                self.done += 1;
            }
            self.lines.push((self.at, self.at));
            self.skip_break();
        }
    }

    fn skip_indent(&mut self, indent: usize) {
        let limit = self.at + indent;
        while self.at < limit && self.peek() == Some(b' ') {
            self.at += 1;
        }
    }
}
