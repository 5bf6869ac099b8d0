//! JSON text.

use std::fmt::Write as _;

use super::scalar;
use super::{Doc, Entry, Map};

/// Writes a document as JSON: indented by two blanks, one line feed at the end. Comments are left
/// out, since JSON has none.
pub fn json(doc: &Map) -> String {
    let mut out = String::with_capacity(4096);
    map(&mut out, doc, 0);
    out.push('\n');
    out
}

/// Writes words as a JSON list on one line.
pub fn json_words(words: &[String]) -> String {
    let mut out = String::new();
    line(&mut out, words);
    out
}

fn value(out: &mut String, doc: &Doc, depth: usize) {
    match doc {
        Doc::Null => out.push_str("null"),
        Doc::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Doc::Integer(number) => {
            let _ = write!(out, "{number}");
        }
        Doc::Number(spelling) => scalar::number(out, spelling),
        Doc::Text(text) | Doc::Folded(text) => scalar::double(out, text),
        Doc::Words(words) => line(out, words),
        Doc::List(items) => list(out, items, depth),
        Doc::Map(entries) => map(out, entries, depth),
    }
}

fn line(out: &mut String, words: &[String]) {
    out.push('[');
    for (at, word) in words.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { ", " });
        scalar::double(out, word);
    }
    out.push(']');
}

fn list(out: &mut String, items: &[Doc], depth: usize) {
    if items.is_empty() {
        return out.push_str("[]");
    }
    out.push('[');
    for (at, item) in items.iter().enumerate() {
        next(out, at, depth + 1);
        value(out, item, depth + 1);
    }
    close(out, ']', depth);
}

fn map(out: &mut String, map: &Map, depth: usize) {
    if map.is_empty() {
        return out.push_str("{}");
    }
    out.push('{');
    for (at, Entry { key, value: held, .. }) in map.0.iter().enumerate() {
        next(out, at, depth + 1);
        scalar::double(out, key);
        out.push_str(": ");
        value(out, held, depth + 1);
    }
    close(out, '}', depth);
}

fn next(out: &mut String, at: usize, depth: usize) {
    out.push_str(if at == 0 { "\n" } else { ",\n" });
    indent(out, depth);
}

fn close(out: &mut String, bracket: char, depth: usize) {
    out.push('\n');
    indent(out, depth);
    out.push(bracket);
}

fn indent(out: &mut String, depth: usize) {
    (0..depth).for_each(|_| out.push_str("  "));
}
