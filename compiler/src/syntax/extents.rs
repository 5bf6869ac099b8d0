//! How far nodes extend, where the parser's own places differ from what an author sees.

use super::build::Builder;
use super::tree::Style;

impl Builder<'_, '_> {
    /// The place of a scalar. The parser's place for a block is that of its lines; the header
    /// belongs to it too, and the blank lines behind it do not.
    pub(super) fn scalar_place(&self, start: u32, end: u32, style: Style) -> (u32, u32) {
        if !matches!(style, Style::Literal | Style::Folded) {
            return (start, end);
        }
        let text = self.tree.text.as_bytes();
        let head = block_header(text, self.reached as usize).unwrap_or(start as usize);
        let line = text[head..].iter().position(|byte| *byte == b'\n');
        let line = line.unwrap_or(text.len() - head);
        let header = text[head..head + line].trim_ascii_end().len();
        let indicator = text[head..].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
        let blank = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r');
        let behind = text[..end as usize].iter().rev().take_while(|byte| blank(byte)).count();
        let body = end as usize - behind;
        let end = if body > head + header { body } else { head + indicator };
        (u32::try_from(head).unwrap_or(start), u32::try_from(end).unwrap_or(start))
    }

    /// The place of an empty value: right behind the colon or the dash that announces it.
    pub(super) fn empty_place(&self, at: u32) -> u32 {
        let text = self.tree.text.as_bytes();
        let is = |place: usize, byte: u8| text.get(place) == Some(&byte);
        if let Some(key) = self.open_key() {
            let colon = gap(text, self.reached as usize, false);
            let key_end = self.reached.max(self.tree.node(key).end);
            return if is(colon, b':') { u32::try_from(colon + 1).unwrap_or(at) } else { key_end };
        }
        at + u32::from(is(at as usize, b'-'))
    }
}

/// Skips blanks, line breaks and comments, and, on the way to a block's header, the colons,
/// dashes, anchors and tags before it.
pub(super) fn gap(text: &[u8], from: usize, to_header: bool) -> usize {
    let mut at = from;
    while let Some(byte) = text.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            b'#' => at += text[at..].iter().take_while(|byte| **byte != b'\n').count(),
            b':' | b'-' | b'?' if to_header => at += 1,
            b'&' | b'!' if to_header => {
                at += text[at..].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
            }
            _ => break,
        }
    }
    at
}

fn block_header(text: &[u8], from: usize) -> Option<usize> {
    let at = gap(text, from, true);
    matches!(text.get(at), Some(b'|' | b'>')).then_some(at)
}
