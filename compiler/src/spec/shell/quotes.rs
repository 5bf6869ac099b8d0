//! Quotes, expansions, comments and here-documents.

use super::Quoting;
use super::lexer::{Heredoc, Kind, Lexer, identifier};
use super::refusal::Refusal;
use crate::spec::fault::Fault;

impl Lexer<'_> {
    /// One step inside `" … "`.
    pub(super) fn double(&mut self) {
        match self.bytes[self.at] {
            b'"' => {
                self.at += 1;
                self.frames.pop();
            }
            _ => self.expansion_or_byte(),
        }
    }

    /// One step inside `${ … }`. Bash pairs single quotes here even inside double quotes.
    pub(super) fn parameter(&mut self) {
        match self.bytes[self.at] {
            b'}' => {
                self.at += 1;
                self.frames.pop();
            }
            byte => self.quote_or_byte(byte),
        }
    }

    /// One step inside `(( … ))`, `$(( … ))`, `$[ … ]`.
    pub(super) fn arithmetic(&mut self) {
        let byte = self.bytes[self.at];
        let Kind::Arithmetic { depth, square } = &mut self.top().kind else { return };
        let (open, close) = if *square { (b'[', b']') } else { (b'(', b')') };
        if byte == open {
            *depth += 1;
        } else if byte == close {
            *depth -= 1;
        } else {
            return self.quote_or_byte(byte);
        }
        let closed = *depth == 0;
        self.at += 1;
        if closed {
            self.frames.pop();
        }
    }

    /// One step inside `@( … )`.
    pub(super) fn extglob(&mut self) {
        let byte = self.bytes[self.at];
        let Kind::Extglob { depth } = &mut self.top().kind else { return };
        match byte {
            b'(' => *depth += 1,
            b')' => *depth -= 1,
            _ => return self.quote_or_byte(byte),
        }
        let closed = *depth == 0;
        self.at += 1;
        if closed {
            self.frames.pop();
        }
    }

    fn quote_or_byte(&mut self, byte: u8) {
        match byte {
            b'\'' => self.single(),
            b'"' => self.open_double(),
            _ => self.expansion_or_byte(),
        }
    }

    /// What counts in every text but a single-quoted one.
    pub(super) fn expansion_or_byte(&mut self) {
        match self.bytes[self.at] {
            b'$' => {
                self.expands(self.at);
                self.dollar();
            }
            b'`' => {
                self.expands(self.at);
                self.backtick();
            }
            b'\\' => self.backslash(),
            _ => self.at += 1,
        }
    }

    pub(super) fn open_double(&mut self) {
        self.push(Kind::Double, self.at, None);
        self.at += 1;
    }

    /// A backslash outside single quotes.
    pub(super) fn backslash(&mut self) {
        let start = self.at;
        self.at += 1;
        self.escaped = Some(self.at);
        if self.at_reference() {
            return;
        }
        if self.peek(0) == Some(b'\n') {
            self.continuations.push(start..self.at + 1);
        }
        if self.at < self.bytes.len() {
            self.at += 1;
        }
    }

    /// `' … '`
    pub(super) fn single(&mut self) {
        let (start, from) = (self.at, self.passed());
        self.at += 1;
        while self.at < self.bytes.len() {
            if self.bytes[self.at] == b'\'' && !self.at_reference() {
                self.at += 1;
                return;
            }
            self.skip(Refusal::Single);
        }
        self.unclosed(start..start + 1, from, "this `'` is not closed");
    }

    /// `$' … '`
    fn ansi(&mut self) {
        let (start, from) = (self.at, self.passed());
        if self.top().kind == Kind::Parameter && self.has_references() {
            // Bash forgets the quotes that it resolves here, and reads the rest of the word anew.
            let fault = Fault::new(start..start + 2, "`$'…'` inside `${…}`, beside references");
            self.faults.push(fault.help("assign it to a variable before"));
        }
        self.at += 2;
        while self.at < self.bytes.len() {
            match self.bytes[self.at] {
                b'\'' if !self.at_reference() => {
                    self.at += 1;
                    return;
                }
                b'\\' => {
                    self.at += 1;
                    if self.at < self.bytes.len() {
                        self.skip(Refusal::Single);
                    }
                }
                _ => self.skip(Refusal::Single),
            }
        }
        self.unclosed(start..start + 2, from, "this `$'` is not closed");
    }

    /// `` ` … ` ``
    pub(super) fn backtick(&mut self) {
        let (start, from) = (self.at, self.passed());
        self.at += 1;
        while self.at < self.bytes.len() {
            match self.bytes[self.at] {
                b'`' if !self.at_reference() => {
                    self.at += 1;
                    return;
                }
                b'\\' => {
                    self.at += 1;
                    if self.at < self.bytes.len() {
                        self.skip(Refusal::Backtick);
                    }
                }
                _ => self.skip(Refusal::Backtick),
            }
        }
        self.unclosed(start..start + 1, from, "this backtick is not closed");
    }

    /// `$` and what it opens.
    pub(super) fn dollar(&mut self) {
        let start = self.at;
        let quotes = self.top().kind != Kind::Double;
        match self.peek(1) {
            Some(b'(') if self.peek(2) == Some(b'(') => {
                let kind = Kind::Arithmetic { depth: 2, square: false };
                self.push(kind, start, Some(Refusal::Arithmetic));
                self.at += 3;
            }
            Some(b'(') => {
                self.push(Kind::Paren, start, None);
                self.at += 2;
            }
            Some(b'[') => {
                let kind = Kind::Arithmetic { depth: 1, square: true };
                self.push(kind, start, Some(Refusal::Arithmetic));
                self.at += 2;
            }
            Some(b'{') => {
                self.push(Kind::Parameter, start, Some(Refusal::Parameter));
                self.at += 2;
            }
            Some(b'\'') if quotes => self.ansi(),
            Some(b'"') if quotes => {
                self.at += 1;
                self.open_double();
            }
            _ => {
                self.at += 1 + identifier(&self.text[start + 1..]);
                self.name_end = if self.at > start + 1 { self.at } else { self.name_end };
            }
        }
    }

    /// `#` at the start of a word.
    pub(super) fn comment(&mut self) {
        while self.at < self.bytes.len() && self.bytes[self.at] != b'\n' {
            self.skip(Refusal::Comment);
        }
    }

    /// `<<` or `<<-`, with its end word.
    pub(super) fn heredoc(&mut self) {
        let start = self.at;
        let tabs = self.starts_with("<<-");
        self.at += if tabs { 3 } else { 2 };
        while matches!(self.peek(0), Some(b' ' | b'\t')) {
            self.at += 1;
        }
        let (mut end_word, mut expands) = (String::new(), true);
        while let Some(byte) = self.peek(0) {
            let from = self.at;
            if self.at_reference() {
                self.pass(Quoting::Bare, Some(Refusal::Marker));
                end_word.push_str(&self.text[from..self.at]);
                continue;
            }
            match byte {
                b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' => break,
                b'\'' | b'"' => {
                    expands = false;
                    let length = self.text[from + 1..].find(char::from(byte));
                    let end = length.map_or(self.bytes.len(), |length| from + 1 + length);
                    end_word.push_str(&self.text[from + 1..end]);
                    self.pass_until((end + 1).min(self.bytes.len()));
                }
                b'\\' => {
                    expands = false;
                    self.at += 1;
                }
                _ => {
                    let length = self.text[from..].chars().next().map_or(1, char::len_utf8);
                    end_word.push_str(&self.text[from..from + length]);
                    self.at += length;
                }
            }
        }
        let at = start..self.at;
        self.waiting += 1;
        self.top().heredocs.push(Heredoc { at, end_word, tabs, expands, code: false });
    }

    /// Goes to an offset; references on the way are refused.
    fn pass_until(&mut self, end: usize) {
        while self.at < end {
            self.skip(Refusal::Marker);
        }
    }

    /// The texts of the here-documents that were announced on the line that ended here.
    pub(super) fn heredoc_texts(&mut self) {
        let heredocs = std::mem::take(&mut self.top().heredocs);
        self.waiting = self.waiting.saturating_sub(heredocs.len());
        for heredoc in &heredocs {
            self.heredoc_text(heredoc);
        }
        if self.waiting > 0 && self.has_references() {
            self.torn();
        }
    }

    /// A line ended inside something on the line of a here-document whose text is still to come:
    /// versions of bash differ in where they look for it.
    fn torn(&mut self) {
        let waiting = self.frames.iter().find_map(|frame| frame.heredocs.first());
        if let Some(at) = waiting.map(|heredoc| heredoc.at.clone()) {
            let fault = Fault::new(at, "the line of this here-document goes on over others");
            self.faults.push(fault.help("assign what follows on the line to a variable before"));
            self.waiting = 0;
        }
    }

    fn heredoc_text(&mut self, heredoc: &Heredoc) {
        let from = self.passed();
        let refusal = if heredoc.code { Refusal::Code } else { Refusal::Heredoc };
        let mut joined = false;
        while self.at < self.bytes.len() {
            let start = self.at;
            while self.at < self.bytes.len() && self.bytes[self.at] != b'\n' {
                self.skip(refusal);
            }
            let line = &self.text[start..self.at];
            self.at = (self.at + 1).min(self.bytes.len());
            let word = if heredoc.tabs { line.trim_start_matches('\t') } else { line };
            if !joined && word == heredoc.end_word {
                return;
            }
            let backslashes = line.len() - line.trim_end_matches('\\').len();
            joined = heredoc.expands && backslashes % 2 == 1;
        }
        let message = format!("this here-document is not closed by a line `{}`", heredoc.end_word);
        self.unclosed(heredoc.at.clone(), from, &message);
    }

    /// Here-documents whose text never came.
    pub(super) fn drop_heredocs(&mut self) {
        let heredocs = std::mem::take(&mut self.top().heredocs);
        self.waiting = self.waiting.saturating_sub(heredocs.len());
        if let Some(heredoc) = heredocs.into_iter().next() {
            let message =
                format!("this here-document is not closed by a line `{}`", heredoc.end_word);
            let from = self.passed();
            self.unclosed(heredoc.at, from, &message);
        }
    }
}
