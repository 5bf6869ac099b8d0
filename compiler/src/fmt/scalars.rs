//! Texts and keys.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::Printer;
use crate::syntax::{NodeId, Scalar, Style, Written};

const BLANKS: [char; 2] = [' ', '\t'];

impl<'t> Printer<'t, '_> {
    /// A text behind a key or a dash that stands at a column, and the end of its line.
    pub(super) fn scalar(&mut self, id: NodeId, scalar: Scalar<'t>, column: usize, end: u32) {
        let block = matches!(scalar.style, Style::Literal | Style::Folded);
        let at_root = self.out.is_empty() || self.out.ends_with('\n');
        if block && !scalar.text.is_empty() && !at_root {
            return self.block(id, scalar, column + 2);
        }
        let lines = self.lines(id, scalar);
        for (at, line) in lines.iter().enumerate() {
            if at == 0 {
                self.word(line);
            } else {
                self.out.push('\n');
                self.indent(if line.is_empty() { 0 } else { column + 2 });
                self.out.push_str(line);
            }
        }
        self.trailing(end);
    }

    /// A `|` or `>` block whose lines stand at a column.
    fn block(&mut self, id: NodeId, scalar: Scalar<'t>, column: usize) {
        let text = scalar.text;
        let body = text.trim_end_matches('\n');
        let breaks = text.len() - body.len();
        let lines: Vec<&str> = match (body, scalar.style) {
            ("", _) => Vec::new(),
            (_, Style::Folded) => self.tree.block_lines(id),
            _ => body.split('\n').collect(),
        };
        let first = lines.iter().find(|line| !line.is_empty());
        let indent = first.is_some_and(|line| line.starts_with(' '));
        // Where there is no line of text, each line break is one of the empty lines.
        let empty = if lines.is_empty() { breaks } else { breaks.saturating_sub(1) };
        let mut header = if scalar.style == Style::Folded { ">" } else { "|" }.to_owned();
        header.push_str(if indent { "2" } else { "" });
        header.push_str(match breaks {
            0 => "-",
            1 if !lines.is_empty() => "",
            _ => "+",
        });
        self.word(&header);
        self.trailing(self.header_end(id));
        // A line of blanks would be taken for an empty line below the text.
        let blank = lines.last().is_some_and(|line| line.trim_start().is_empty());
        for line in lines {
            self.indent(if line.is_empty() { 0 } else { column });
            self.out.push_str(line);
            self.out.push('\n');
        }
        self.out.extend(std::iter::repeat_n('\n', empty));
        self.tight = empty > 0 || blank;
    }

    /// The end of a block's `|` or `>` with what it says about breaks and indentation.
    fn header_end(&self, id: NodeId) -> u32 {
        let start = self.tree.span(id).start;
        let rest = &self.tree.source()[start as usize..];
        let length = rest.find(|byte: char| byte.is_ascii_whitespace()).unwrap_or(rest.len());
        start + u32::try_from(length).unwrap_or(0)
    }

    /// The lines of a text that is no block: its line breaks stay, since they only fold.
    fn lines(&self, id: NodeId, scalar: Scalar<'t>) -> Vec<Cow<'t, str>> {
        let written = self.written(id);
        let block = matches!(scalar.style, Style::Literal | Style::Folded);
        if block || !written.contains('\n') {
            return vec![self.one_line(id, scalar)];
        }
        let lines = written.split('\n').enumerate().map(|(at, line)| {
            // Blanks behind the opening quote are text.
            let start = if at == 0 { line } else { line.trim_start_matches(BLANKS) };
            Cow::Borrowed(without_blanks(start))
        });
        lines.collect()
    }

    /// A key with its anchor, without the colon.
    pub(super) fn key(&self, id: NodeId) -> String {
        let mut key = String::new();
        if let Some(name) = self.tree.anchor(id) {
            let _ = write!(key, "&{} ", name.value);
        }
        match self.tree.written(id) {
            // At the start of a line these would end the document.
            Written::Scalar(scalar) if scalar.text.starts_with("---") => {
                key.push_str(&escaped(scalar.text));
            }
            Written::Scalar(scalar) if scalar.text.starts_with("...") => {
                key.push_str(&escaped(scalar.text));
            }
            Written::Scalar(scalar) => key.push_str(&self.one_line(id, scalar)),
            // A colon right behind would belong to the name.
            Written::Alias(name) => {
                let _ = write!(key, "*{name} ");
            }
            Written::Null | Written::List { .. } | Written::Map { .. } => {}
        }
        key
    }

    /// A text on one line.
    pub(super) fn one_line(&self, id: NodeId, scalar: Scalar<'t>) -> Cow<'t, str> {
        let text = scalar.text;
        let written = self.written(id);
        let broken = written.contains('\n');
        match scalar.style {
            Style::Plain if !text.contains('\n') => text.into(),
            Style::Double if !broken => written.into(),
            Style::Single if !broken && text.contains(['"', '\\']) => written.into(),
            Style::Single if !broken => format!("\"{text}\"").into(),
            Style::Plain | Style::Single | Style::Double | Style::Literal | Style::Folded => {
                escaped(text).into()
            }
        }
    }

    fn written(&self, id: NodeId) -> &'t str {
        let span = self.tree.span(id);
        self.tree.source().get(span.start as usize..span.end as usize).unwrap_or("")
    }
}

/// A line without the blanks at its end, which folding drops; an escaped blank stays.
fn without_blanks(line: &str) -> &str {
    let end = line.trim_end_matches(BLANKS);
    let escapes = end.bytes().rev().take_while(|byte| *byte == b'\\').count();
    if escapes % 2 == 1 && end.len() < line.len() { &line[..=end.len()] } else { end }
}

/// A text in double quotes.
fn escaped(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(character);
            }
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\u{2028}' | '\u{2029}' | '\u{feff}' => push_code(&mut quoted, character),
            _ if character.is_control() => push_code(&mut quoted, character),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

fn push_code(quoted: &mut String, character: char) {
    let _ = write!(quoted, "\\u{:04x}", u32::from(character));
}
