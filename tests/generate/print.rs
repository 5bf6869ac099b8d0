//! Nodes as YAML, in every notation: blocks and brackets, plain and quoted, folded and literal,
//! with comments, anchors, merges and either line break.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::node::Node;
use super::tape::Tape;

/// Writes a document.
pub(crate) fn print(root: &Node, tape: &mut Tape<'_>) -> String {
    let mut repeated: BTreeMap<&Node, usize> = BTreeMap::new();
    root.visit(&mut |node| *repeated.entry(node).or_default() += 1);
    repeated.retain(|node, count| *count > 1 && !matches!(node, Node::Word(_)));
    let anchors = repeated.into_keys().map(|node| (node, None)).collect();
    let indent = if tape.chance(30) { 4 } else { 2 };
    let style = Style {
        indent,
        flow: tape.pick(&[0, 25, 60]),
        quotes: tape.pick(&[0, 30, 70]),
        comments: tape.pick(&[0, 0, 10, 30]),
        anchors: tape.pick(&[0, 0, 50]),
        merges: tape.pick(&[0, 0, 15]),
    };
    let mut printer = Printer { out: String::new(), tape, style, anchors, names: 0 };
    printer.head();
    printer.block(root, 0);
    let crlf = printer.tape.chance(10);
    if crlf { printer.out.replace('\n', "\r\n") } else { printer.out }
}

/// How often something is written in its less simple way, in percent.
struct Style {
    indent: usize,
    flow: usize,
    quotes: usize,
    comments: usize,
    anchors: usize,
    merges: usize,
}

struct Printer<'n, 't, 'a> {
    out: String,
    tape: &'t mut Tape<'a>,
    style: Style,
    /// Nodes that stand more than once, and the anchor once they have one.
    anchors: BTreeMap<&'n Node, Option<String>>,
    names: usize,
}

const COMMENTS: [&str; 6] =
    ["# why", "#", "#: not a key", "# mlopsc: allow(name-style, unread-input)", "#{ - }", "# ü 🚀"];

impl<'n> Printer<'n, '_, '_> {
    fn head(&mut self) {
        if self.tape.chance(20) {
            self.out.push_str("# yaml-language-server: $schema=../schemas/spec.schema.json\n");
        }
        if self.tape.chance(5) {
            self.out.push_str("---\n");
        }
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.tape.chance(percent)
    }

    /// Entries or items on lines of their own.
    fn block(&mut self, node: &'n Node, depth: usize) {
        match node {
            Node::List(items) => {
                for item in items {
                    self.comment_line(depth);
                    self.pad(depth);
                    self.out.push('-');
                    self.value(item, depth + 1);
                }
            }
            Node::Record(entries) => self.record(entries, depth),
            Node::Dict(entries) => self.entries(entries, depth),
            Node::Text(_) | Node::Word(_) => self.value(node, depth),
        }
    }

    fn entries(&mut self, entries: &'n [(String, Node)], depth: usize) {
        for (key, value) in entries {
            self.comment_line(depth);
            self.pad(depth);
            self.key(key);
            self.out.push(':');
            self.value(value, depth + 1);
        }
    }

    /// A record, the last entries of which may be merged in.
    fn record(&mut self, entries: &'n [(String, Node)], depth: usize) {
        let merged = entries.len() > 2 && depth > 0 && self.chance(self.style.merges);
        let own = if merged { 1 + self.tape.below(entries.len() - 1) } else { entries.len() };
        self.entries(&entries[..own], depth);
        if merged && own < entries.len() {
            self.pad(depth);
            self.out.push_str("<<:");
            if self.chance(50) {
                self.out.push(' ');
                self.flow_entries(&entries[own..]);
                self.end_line();
            } else {
                self.out.push('\n');
                self.entries(&entries[own..], depth + 1);
            }
        }
    }

    fn comment_line(&mut self, depth: usize) {
        if self.chance(self.style.comments) {
            if self.chance(30) {
                self.out.push('\n');
            }
            self.pad(depth);
            let comment = self.tape.pick(&COMMENTS);
            let _ = writeln!(self.out, "{comment}");
        }
    }

    fn pad(&mut self, depth: usize) {
        let width = depth * self.style.indent;
        let _ = write!(self.out, "{:width$}", "");
    }

    fn end_line(&mut self) {
        if self.chance(self.style.comments / 2) {
            let comment = self.tape.pick(&COMMENTS);
            let _ = write!(self.out, "  {comment}");
        }
        self.out.push('\n');
    }

    fn key(&mut self, key: &str) {
        let odd = !is_plain(key, true);
        if odd || self.chance(self.style.quotes / 10) {
            double(&mut self.out, key);
        } else {
            self.out.push_str(key);
        }
    }

    /// What stands behind a key or a dash, to the end of its last line.
    fn value(&mut self, node: &'n Node, depth: usize) {
        if self.alias(node) {
            self.end_line();
            return;
        }
        match node {
            Node::Text(text) => self.text(text, depth),
            Node::Word(word) => {
                let _ = write!(self.out, " {word}");
                self.end_line();
            }
            Node::List(items) if items.is_empty() || self.chance(self.style.flow.max(20)) => {
                self.out.push(' ');
                self.flow(node);
                self.end_line();
            }
            Node::Record(entries) | Node::Dict(entries)
                if entries.is_empty() || self.chance(self.style.flow) =>
            {
                self.out.push(' ');
                self.flow(node);
                self.end_line();
            }
            Node::List(_) | Node::Record(_) | Node::Dict(_) => {
                self.end_line();
                self.block(node, depth);
            }
        }
    }

    /// Writes an alias, or an anchor before the value that follows.
    fn alias(&mut self, node: &'n Node) -> bool {
        let Some(anchor) = self.anchors.get(node).cloned() else { return false };
        if let Some(name) = anchor {
            if self.chance(80) {
                let _ = write!(self.out, " *{name}");
                return true;
            }
        } else if self.chance(self.style.anchors) {
            self.names += 1;
            let name = format!("a{}", self.names);
            let _ = write!(self.out, " &{name}");
            self.anchors.insert(node, Some(name));
        }
        false
    }

    fn flow(&mut self, node: &'n Node) {
        match node {
            Node::Text(text) => self.flow_text(text),
            Node::Word(word) => self.out.push_str(word),
            Node::List(items) => {
                self.out.push('[');
                for (at, item) in items.iter().enumerate() {
                    self.out.push_str(if at == 0 { "" } else { "," });
                    self.flow_value(item);
                }
                self.out.push(']');
            }
            Node::Record(entries) | Node::Dict(entries) => self.flow_entries(entries),
        }
    }

    fn flow_entries(&mut self, entries: &'n [(String, Node)]) {
        self.out.push_str("{ ");
        for (at, (key, value)) in entries.iter().enumerate() {
            self.out.push_str(if at == 0 { "" } else { ", " });
            self.key(key);
            self.out.push(':');
            self.flow_value(value);
        }
        self.out.push_str(" }");
    }

    fn flow_value(&mut self, node: &'n Node) {
        if self.alias(node) {
            self.out.push(' ');
        } else {
            self.out.push(' ');
            self.flow(node);
        }
    }

    fn flow_text(&mut self, text: &str) {
        let quoted = self.chance(self.style.quotes);
        match text {
            _ if !quoted && is_plain(text, true) => self.out.push_str(text),
            _ if is_one_line(text) && self.chance(50) => single(&mut self.out, text),
            _ => double(&mut self.out, text),
        }
    }

    /// Text behind a key or dash, in brackets' notations or as a block.
    fn text(&mut self, text: &str, depth: usize) {
        let quoted = self.chance(self.style.quotes);
        if !quoted && is_plain(text, false) {
            let _ = write!(self.out, " {text}");
        } else if is_block(text) && (text.contains('\n') || self.chance(20)) {
            return self.literal(text, depth);
        } else if is_folded(text) && self.chance(40) {
            return self.folded(text, depth);
        } else if is_one_line(text) && self.chance(50) {
            self.out.push(' ');
            single(&mut self.out, text);
        } else {
            self.out.push(' ');
            double(&mut self.out, text);
        }
        self.end_line();
    }

    fn literal(&mut self, text: &str, depth: usize) {
        let body = text.trim_end_matches('\n');
        let breaks = text.len() - body.len();
        let chomp = match breaks {
            0 => "-",
            1 => "",
            _ => "+",
        };
        let _ = writeln!(self.out, " |{chomp}");
        for line in body.split('\n') {
            if !line.is_empty() {
                self.pad(depth);
            }
            let _ = writeln!(self.out, "{line}");
        }
        self.out.push_str(&"\n".repeat(breaks.saturating_sub(1)));
    }

    fn folded(&mut self, text: &str, depth: usize) {
        self.out.push_str(" >-\n");
        self.pad(depth);
        for (at, part) in text.split(' ').enumerate() {
            if at > 0 && self.chance(30) {
                self.out.push('\n');
                self.pad(depth);
            } else if at > 0 {
                self.out.push(' ');
            }
            self.out.push_str(part);
        }
        self.out.push('\n');
    }
}

fn is_one_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// Whether a block says exactly this text.
fn is_block(text: &str) -> bool {
    let body = text.trim_end_matches('\n');
    !body.is_empty()
        && !body.starts_with([' ', '\n', '\t'])
        && body.split('\n').all(|line| is_one_line(line) && line == line.trim_end())
        && body.split('\n').all(|line| !line.starts_with('\t'))
}

/// Whether lines that are folded at some blanks say exactly this text.
fn is_folded(text: &str) -> bool {
    is_one_line(text) && text.split(' ').all(|part| !part.is_empty())
}

/// Whether a plain scalar is read as this text, and as text.
fn is_plain(text: &str, flow: bool) -> bool {
    let first =
        text.chars().next().is_some_and(|it| it.is_ascii_alphabetic() || "_/.$".contains(it));
    let plain = |letter: char| {
        letter.is_ascii_alphanumeric()
            || "_-./:@=+$ ()|&;<>*!~^".contains(letter)
            || letter == 'é'
            || (!flow && "{}[],\"'\\".contains(letter))
    };
    let words = ["true", "false", "null", "~", "y", "n", "yes", "no", "on", "off"];
    first
        && text.chars().all(plain)
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([' ', ':'])
        && (!flow || !text.contains(':'))
        && !words.contains(&text.to_ascii_lowercase().as_str())
        && text.parse::<f64>().is_err()
        && !text.starts_with(".inf")
        && !text.starts_with(".nan")
}

fn single(out: &mut String, text: &str) {
    let _ = write!(out, "'{}'", text.replace('\'', "''"));
}

fn double(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            _ if letter.is_control() => {
                let _ = write!(out, "\\u{:04x}", letter as u32);
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
}
