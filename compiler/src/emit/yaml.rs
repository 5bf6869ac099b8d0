//! YAML text: block style, two blanks of indentation, list items indented under their key.

use std::fmt::Write as _;

use super::scalar::{self, Style};
use super::{Doc, Entry, Map};

/// Keys up to this many bytes stand before their colon; readers need not look further ahead than
/// 1,024 characters, so longer ones are written behind a `?`.
const SIMPLE_KEY: usize = 500;

/// Writes a document as YAML under a header of comment lines (without `#`).
///
/// Every reader of YAML 1.1 and of 1.2 gives back the same document, with one exception: the key
/// `on` at the top is written plain, because everybody writes it so in GitHub workflows and
/// GitHub's own readers follow YAML 1.2; a reader of 1.1 takes it for `true`.
pub fn yaml(doc: &Map, header: &[String]) -> String {
    let mut writer = Writer { out: String::with_capacity(8192), keeps: false };
    for line in header {
        writer.comment(line, 0);
    }
    if doc.is_empty() {
        writer.out.push_str("{}\n");
    }
    for (at, entry) in doc.0.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &doc.0[before]);
        if before.map_or(!header.is_empty(), |before| is_tall(before) || is_tall(entry)) {
            writer.gap();
        }
        writer.above(entry, 0);
        writer.top_entry(entry);
    }
    writer.out
}

/// Whether an entry takes several lines.
fn is_tall(entry: &Entry) -> bool {
    !entry.above().is_empty() || !fits_line(&entry.value)
}

fn fits_line(value: &Doc) -> bool {
    match value {
        Doc::Map(map) => map.is_empty(),
        Doc::List(items) => items.is_empty(),
        Doc::Text(text) => scalar::style(text) != Style::Literal,
        Doc::Folded(text) => !folds(text) && scalar::style(text) != Style::Literal,
        Doc::Null | Doc::Bool(_) | Doc::Integer(_) | Doc::Number(_) | Doc::Words(_) => true,
    }
}

/// Whether a value is a block of literal lines, whose header has a line of its own.
fn is_block(value: &Doc) -> bool {
    let is_literal = |text: &str| scalar::style(text) == Style::Literal;
    matches!(value, Doc::Text(text) if is_literal(text))
        || matches!(value, Doc::Folded(text) if !folds(text) && is_literal(text))
}

struct Writer {
    out: String,
    /// The last thing written was a block that keeps all line feeds at its end, so that an empty
    /// line would belong to it.
    keeps: bool,
}

impl Writer {
    fn gap(&mut self) {
        if !self.keeps {
            self.out.push('\n');
        }
    }

    fn indent(&mut self, indent: usize) {
        const BLANKS: &str = "                                ";
        let mut left = indent;
        while left > 0 {
            let step = left.min(BLANKS.len());
            self.out.push_str(&BLANKS[..step]);
            left -= step;
        }
    }

    fn comment(&mut self, text: &str, indent: usize) {
        self.indent(indent);
        scalar::comment(&mut self.out, text);
        self.out.push('\n');
    }

    /// The comments above an entry, with the one beside it where its value has no line of its own.
    fn above(&mut self, entry: &Entry, indent: usize) {
        for line in entry.above() {
            self.comment(line, indent);
        }
        let has_line = fits_line(&entry.value) || is_block(&entry.value);
        if let Some(text) = entry.beside().filter(|_| !has_line) {
            self.comment(text, indent);
        }
    }

    fn top_entry(&mut self, entry: &Entry) {
        if entry.key == "on" {
            self.out.push_str("on");
            self.behind_key(entry, 0);
        } else {
            self.entry(entry, 0);
        }
    }

    /// Key and value; the indentation of the first line is already written.
    fn entry(&mut self, entry: &Entry, indent: usize) {
        if entry.key.len() > SIMPLE_KEY {
            self.out.push_str("? ");
            self.line_text(&entry.key);
            self.out.push('\n');
            self.indent(indent);
        } else {
            self.line_text(&entry.key);
        }
        self.behind_key(entry, indent);
    }

    fn behind_key(&mut self, entry: &Entry, indent: usize) {
        self.out.push(':');
        if let Doc::Map(map) = &entry.value
            && !map.is_empty()
        {
            self.out.push('\n');
            self.map(map, indent + 2, false);
        } else if let Doc::List(items) = &entry.value
            && !items.is_empty()
        {
            self.out.push('\n');
            self.list(items, indent + 2, false);
        } else if entry.value == Doc::Null {
            self.end_line(entry.beside());
        } else {
            self.out.push(' ');
            self.leaf(&entry.value, indent, entry.beside());
        }
    }

    fn map(&mut self, map: &Map, indent: usize, mut inline: bool) {
        for entry in &map.0 {
            if !inline {
                self.above(entry, indent);
                self.indent(indent);
            }
            inline = false;
            self.entry(entry, indent);
        }
    }

    fn list(&mut self, items: &[Doc], indent: usize, mut inline: bool) {
        for item in items {
            if !inline {
                // Nothing may stand between the dash and the first key.
                if let Some(first) = first_entry(item) {
                    self.above(first, indent);
                }
                self.indent(indent);
            }
            inline = false;
            self.out.push_str("- ");
            self.item(item, indent);
        }
    }

    fn item(&mut self, item: &Doc, indent: usize) {
        if let Doc::Map(map) = item
            && !map.is_empty()
        {
            self.map(map, indent + 2, true);
        } else if let Doc::List(items) = item
            && !items.is_empty()
        {
            self.list(items, indent + 2, true);
        } else {
            self.leaf(item, indent, None);
        }
    }

    /// A value without children, and the end of its line.
    fn leaf(&mut self, value: &Doc, indent: usize, beside: Option<&str>) {
        match value {
            Doc::Folded(text) if folds(text) => return self.folded(text, indent + 2),
            Doc::Text(text) | Doc::Folded(text) => {
                let style = scalar::style(text);
                if style == Style::Literal {
                    return self.block(text, indent + 2, beside);
                }
                self.styled(text, style);
            }
            Doc::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Doc::Integer(number) => {
                let _ = write!(self.out, "{number}");
            }
            Doc::Number(spelling) => scalar::number(&mut self.out, spelling),
            Doc::Words(words) => self.words(words),
            Doc::Null => self.out.push_str("null"),
            Doc::List(_) => self.out.push_str("[]"),
            Doc::Map(_) => self.out.push_str("{}"),
        }
        self.end_line(beside);
    }

    fn end_line(&mut self, beside: Option<&str>) {
        if let Some(text) = beside {
            self.out.push(' ');
            scalar::comment(&mut self.out, text);
        }
        self.out.push('\n');
        self.keeps = false;
    }

    /// A text that must stay on its line.
    fn line_text(&mut self, text: &str) {
        self.styled(text, scalar::style(text));
    }

    fn styled(&mut self, text: &str, style: Style) {
        match style {
            Style::Plain => self.out.push_str(text),
            Style::Single => scalar::single(&mut self.out, text),
            Style::Double | Style::Literal => scalar::double(&mut self.out, text),
        }
    }

    fn words(&mut self, words: &[String]) {
        self.out.push('[');
        for (at, word) in words.iter().enumerate() {
            self.out.push_str(if at == 0 { "" } else { ", " });
            if scalar::is_word(word) {
                self.out.push_str(word);
            } else {
                scalar::double(&mut self.out, word);
            }
        }
        self.out.push(']');
    }

    /// A `>-` block; what stands in `${{ … }}` stays on its line.
    fn folded(&mut self, text: &str, indent: usize) {
        self.out.push_str(">-");
        let (mut width, mut open) = (usize::MAX, false);
        for word in text.split(' ') {
            if !open && width.saturating_add(word.len() + 1) > FOLDED_WIDTH {
                self.out.push('\n');
                self.indent(indent);
                width = 0;
            } else {
                self.out.push(' ');
                width = width.saturating_add(1);
            }
            self.out.push_str(word);
            width += word.len();
            open = word.rfind("${{") > word.rfind("}}") || open && !word.contains("}}");
        }
        self.out.push('\n');
        self.keeps = false;
    }

    fn block(&mut self, text: &str, indent: usize, beside: Option<&str>) {
        let header = scalar::block_header(text);
        self.out.push_str(header);
        self.end_line(beside);
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            if !line.is_empty() {
                self.indent(indent);
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
        self.keeps = header.ends_with('+');
    }
}

/// The width that folded lines keep to where they can.
const FOLDED_WIDTH: usize = 80;

/// Whether a text is one long line that every reader puts together again: it has single blanks only.
fn folds(text: &str) -> bool {
    text.len() > FOLDED_WIDTH
        && text.contains(' ')
        && !text.starts_with([' ', '\t'])
        && !text.ends_with([' ', '\t'])
        && !text.contains("  ")
        && !text.contains(" \t")
        && !text.contains(|letter: char| letter.is_control() || scalar::is_hidden(letter))
}

/// The entry that shares the line of a list item's dash (of the innermost dash, in nested lists).
fn first_entry(item: &Doc) -> Option<&Entry> {
    if let Doc::List(items) = item {
        items.first().and_then(first_entry)
    } else if let Doc::Map(map) = item {
        map.0.first()
    } else {
        None
    }
}
