//! `|` and `>` blocks.

use std::borrow::Cow;

use super::{Reading, Sure, Unsure};
use crate::syntax::events::Event;
use crate::syntax::tree::Style;

/// The lines of a block.
struct Lines {
    /// Where the text of the first line starts.
    start: usize,
    /// Where the text of the last line ends.
    end: usize,
    /// Blanks before each line.
    indent: usize,
    /// Where the line after the block, or the blank lines behind it, start.
    behind: usize,
}

impl<'s> Reading<'s, '_, '_> {
    /// A block, up to what follows it.
    pub(super) fn block_text(&mut self, parent: usize) -> Sure {
        let literal = self.reader.here() == b'|';
        self.reader.at += 1;
        let strip = self.reader.here() == b'-';
        self.reader.at += usize::from(strip);
        if !self.reader.is_gap(self.reader.at) {
            return Err(Unsure); // other marks
        }
        let line = self.reader.line;
        self.reader.skip_blanks();
        if self.reader.here() == b'#' {
            self.comment()?;
        }
        if self.reader.here() != b'\n' || self.reader.line != line {
            return Err(Unsure);
        }
        let lines = self.lines(parent)?;
        let text = if literal { self.literal(&lines, strip) } else { self.folded(&lines, strip)? };
        let style = if literal { Style::Literal } else { Style::Folded };
        self.tell(Event::Scalar(text, Some(style)), lines.start, lines.end);
        self.reader.at = lines.behind;
        self.reader.line = lines.behind;
        self.content()?;
        let deeper = self.reader.here() != 0 && self.reader.column() > parent;
        if deeper { Err(Unsure) } else { Ok(()) }
    }

    /// The lines of the block whose header ends here.
    fn lines(&self, parent: usize) -> Sure<Lines> {
        let bytes = self.reader.bytes;
        let mut line = self.reader.at + 1;
        let mut found: Option<Lines> = None;
        loop {
            let blanks = bytes[line..].iter().take_while(|byte| **byte == b' ').count();
            let text = line + blanks;
            let indent = found.as_ref().map_or(blanks, |found| found.indent);
            match self.reader.byte(text) {
                0 if blanks > 0 => return Err(Unsure), // a last line without a break
                0 => break,
                b'\n' if found.is_none() || blanks > indent => return Err(Unsure),
                b'\n' => line = text + 1,
                _ if blanks <= parent => break,
                _ if blanks < indent => return Err(Unsure),
                _ => {
                    let rest = bytes[text..].iter().position(|byte| *byte == b'\n');
                    // Without a line break at the end it is not said what the text ends with.
                    let end = text + rest.ok_or(Unsure)?;
                    let start = found.map_or(text, |found| found.start);
                    line = end + 1;
                    found = Some(Lines { start, end, indent, behind: line });
                }
            }
        }
        found.ok_or(Unsure)
    }

    fn literal(&self, lines: &Lines, strip: bool) -> Cow<'s, str> {
        let whole = &self.reader.text[lines.start..lines.end + usize::from(!strip)];
        if !whole.trim_ascii_end().contains('\n') {
            return Cow::Borrowed(whole);
        }
        let mut text = String::with_capacity(whole.len());
        for (number, line) in whole.split_inclusive('\n').enumerate() {
            let skipped = if number == 0 { 0 } else { lines.indent.min(line.len() - 1) };
            text.push_str(line.get(skipped..).unwrap_or(line));
        }
        Cow::Owned(text)
    }

    /// Lines are joined by a blank, and blank lines between them are line breaks.
    fn folded(&self, lines: &Lines, strip: bool) -> Sure<Cow<'s, str>> {
        let whole = &self.reader.text[lines.start..lines.end];
        let mut text = String::with_capacity(whole.len() + 1);
        let mut breaks = 0;
        for (number, line) in whole.split('\n').enumerate() {
            let line = if number == 0 { line } else { line.get(lines.indent..).unwrap_or("") };
            if line.is_empty() {
                breaks += 1;
                continue;
            }
            if line.starts_with(' ') {
                return Err(Unsure); // such lines stay as they are
            }
            match breaks {
                0 if number > 0 => text.push(' '),
                _ => text.extend(std::iter::repeat_n('\n', breaks)),
            }
            breaks = 0;
            text.push_str(line);
        }
        if !strip {
            text.push('\n');
        }
        Ok(Cow::Owned(text))
    }
}
