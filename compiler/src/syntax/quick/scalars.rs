//! Texts on one line: plain, and in quotes.

use std::borrow::Cow;

use super::{Reading, Sure, Unsure};
use crate::syntax::events::Event;
use crate::syntax::tree::Style;

/// The parser takes no longer key.
const LONGEST_KEY: usize = 1000;

/// A text on one line.
pub(super) struct Token<'s> {
    pub(super) text: Cow<'s, str>,
    pub(super) style: Style,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether a colon follows; it is then what is read next.
    pub(super) is_key: bool,
}

impl<'s> Reading<'s, '_, '_> {
    pub(super) fn scalar(&mut self, token: Token<'s>) {
        self.tell(Event::Scalar(token.text, Some(token.style)), token.start, token.end);
    }

    /// The text that starts here, in brackets or in a line.
    pub(super) fn token(&mut self, flow: bool) -> Sure<Token<'s>> {
        let mut token = match self.reader.here() {
            b'"' => self.double()?,
            b'\'' => self.single()?,
            _ => self.plain(flow)?,
        };
        self.reader.skip_blanks();
        let colon = self.reader.at;
        let quoted_in_brackets = flow && token.style != Style::Plain;
        token.is_key =
            self.reader.here() == b':' && (self.reader.is_gap(colon + 1) || quoted_in_brackets);
        if token.is_key && colon - token.start > LONGEST_KEY {
            return Err(Unsure);
        }
        Ok(token)
    }

    fn plain(&mut self, flow: bool) -> Sure<Token<'s>> {
        let start = self.reader.at;
        if !self.may_start_plain(flow) {
            return Err(Unsure);
        }
        let end = self.plain_end(start, flow)?;
        self.reader.at = end;
        let text = self.reader.text[start..end].trim_ascii_end();
        let end = start + text.len();
        Ok(Token { text: text.into(), style: Style::Plain, start, end, is_key: false })
    }

    fn may_start_plain(&self, flow: bool) -> bool {
        let next = self.reader.byte(self.reader.at + 1);
        match self.reader.here() {
            b'-' => !(matches!(next, b' ' | b'\n' | 0) || flow && is_bracket(next)),
            b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|'
            | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`' | b' ' | b'\n' | 0 => false,
            _ => true,
        }
    }

    /// Where a plain text ends, blanks behind it included.
    fn plain_end(&self, start: usize, flow: bool) -> Sure<usize> {
        let mut at = start;
        loop {
            at += self.reader.bytes[at..].iter().take_while(|byte| !is_special(**byte)).count();
            let next = self.reader.byte(at + 1);
            let ends = match self.reader.byte(at) {
                b'\n' | 0 => true,
                b'#' => self.reader.byte(at - 1) == b' ',
                b':' if flow && is_bracket(next) => return Err(Unsure), // a key or none, as it goes on
                b':' => matches!(next, b' ' | b'\n' | 0),
                _ => flow, // a bracket or a comma
            };
            if ends {
                return Ok(at);
            }
            at += 1;
        }
    }

    /// A text in single quotes, in which a quote is written twice.
    fn single(&mut self) -> Sure<Token<'s>> {
        let start = self.reader.at;
        let mut end = start + 1;
        let mut doubled = false;
        loop {
            end = self.quote(end, b'\'')?;
            if self.reader.byte(end + 1) != b'\'' {
                break;
            }
            doubled = true;
            end += 2;
        }
        self.reader.at = end + 1;
        let text = &self.reader.text[start + 1..end];
        let text = if doubled { text.replace("''", "'").into() } else { text.into() };
        Ok(Token { text, style: Style::Single, start, end: end + 1, is_key: false })
    }

    /// The next quote on this line, from a place on, or the next backslash in double quotes.
    fn quote(&self, from: usize, quote: u8) -> Sure<usize> {
        let stops = |byte: &u8| matches!(*byte, b'\n' | b'\\') || *byte == quote;
        let mut at = from;
        loop {
            at += self.reader.bytes[at..].iter().position(stops).ok_or(Unsure)?;
            match self.reader.byte(at) {
                b'\n' => return Err(Unsure),
                b'\\' if quote == b'\'' => at += 1,
                _ => return Ok(at),
            }
        }
    }

    fn double(&mut self) -> Sure<Token<'s>> {
        let start = self.reader.at;
        let mut at = self.quote(start + 1, b'"')?;
        let mut text = Cow::Borrowed(&self.reader.text[start + 1..at]);
        while self.reader.byte(at) == b'\\' {
            text.to_mut().push(escaped(self.reader.byte(at + 1))?);
            let next = self.quote(at + 2, b'"')?;
            text.to_mut().push_str(&self.reader.text[at + 2..next]);
            at = next;
        }
        self.reader.at = at + 1;
        Ok(Token { text, style: Style::Double, start, end: at + 1, is_key: false })
    }
}

/// What the common escapes stand for.
fn escaped(letter: u8) -> Sure<char> {
    Ok(match letter {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'"' => '"',
        b'/' => '/',
        b'\\' => '\\',
        _ => return Err(Unsure),
    })
}

/// What can end a plain text.
fn is_special(byte: u8) -> bool {
    matches!(byte, b'\n' | b'#' | b':') || is_bracket(byte)
}

/// What ends a text in brackets.
pub(super) fn is_bracket(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}
