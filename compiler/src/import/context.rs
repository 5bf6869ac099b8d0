//! What every part of the importer shares: the files, what is said, and what is written.

use std::sync::Arc;

use super::NewFile;
use super::read::{Claimed, Field, Foreign, Keys, Node};
use super::scalar::{self, Value};
use crate::diagnostics::{
    BAD_VALUE, Diagnostic, IMPORT_CHANGE, MISSING_FILE, NOT_IMPORTED, Sink, excerpt,
};
use crate::emit::{Doc, Map, Notes};
use crate::source::{Files, SourceFile, Sources, Span, folder_of, join, relative};
use crate::syntax;

/// The files, what is said, and what is written.
pub(super) struct Cx<'a> {
    pub(super) files: &'a dyn Files,
    /// Root-relative folder of the spec, which paths in it are relative to.
    pub(super) folder: &'a str,
    pub(super) sources: Sources,
    pub(super) sink: Sink,
    /// Files beside the spec.
    pub(super) beside: Vec<NewFile>,
}

impl Cx<'_> {
    /// Says that something is lost: a spec has no word for it.
    pub(super) fn lost(&mut self, at: Span, message: impl Into<String>) {
        self.sink.report(Diagnostic::new(&NOT_IMPORTED, at, message));
    }

    /// Says that the spec says it in another way.
    pub(super) fn changed(&mut self, at: Span, message: impl Into<String>) {
        self.sink.report(Diagnostic::new(&IMPORT_CHANGE, at, message));
    }

    /// Says that the file is wrong in itself.
    pub(super) fn wrong(&mut self, at: Span, message: impl Into<String>) {
        self.sink.report(Diagnostic::new(&BAD_VALUE, at, message));
    }

    /// Says what is left of a map.
    pub(super) fn finish(&mut self, keys: &Keys<'_>, what: &str) {
        let rest: Vec<Field<'_>> = keys.rest().collect();
        for field in rest {
            let message = format!("a spec cannot say `{}` of {what}", excerpt(field.name()));
            self.lost(field.key.span(), message);
        }
    }

    /// Reads another file, from the repository's root on. What is wrong with it is said; `at` is where
    /// it was asked for.
    pub(super) fn with_file<T>(
        &mut self,
        path: &str,
        at: Option<Span>,
        then: impl FnOnce(&mut Self, &Foreign<'_>) -> Option<T>,
    ) -> Option<T> {
        let text = match self.files.read(path) {
            Ok(text) => text,
            Err(fault) => {
                let id = self.sources.add(SourceFile::new(path, ""));
                let message = format!("cannot read `{path}`: {fault}");
                let at = at.unwrap_or(Span::top(id));
                self.sink.report(Diagnostic::new(&MISSING_FILE, at, message));
                return None;
            }
        };
        let file = Arc::new(SourceFile::new(path, text));
        let id = self.sources.add(Arc::clone(&file));
        let before = self.sink.errors();
        let broken = syntax::parse(id, &file.text, &mut self.sink).broken();
        if broken || self.sink.errors() > before {
            return None;
        }
        then(self, &Foreign::new(syntax::glance(&file.text), id, path))
    }

    /// A path in a foreign file as the spec says it.
    pub(super) fn path(&mut self, node: Node<'_>) -> Option<String> {
        let way = relative(self.folder, &self.inside(node)?);
        Some(way.strip_prefix("./").unwrap_or(&way).to_owned())
    }

    /// A path in a foreign file, from the repository's root on.
    pub(super) fn inside(&mut self, node: Node<'_>) -> Option<String> {
        let text = node.text()?;
        let path = text.strip_prefix("file:").unwrap_or(text).replace('\\', "/");
        if let Some(own) = self.files.own(&path) {
            return Some(own);
        }
        let elsewhere = ["/", "azureml:", "git+"].iter().any(|start| path.starts_with(start));
        let full = join(folder_of(&node.file().path), &path);
        let full = full.filter(|_| !elsewhere && !path.contains("://"));
        if full.is_none() {
            let message = format!("`{}` is no path inside the project", excerpt(text));
            self.lost(node.span(), message);
        }
        full
    }

    /// Text that people read or programs get as it is; an expression in it is lost.
    pub(super) fn plain(&mut self, field: Option<Field<'_>>) -> Option<String> {
        let text = self.text(field)?;
        if !text.contains("${{") {
            return Some(text);
        }
        let at = field?.value.span();
        self.lost(at, "a spec takes no expression here, and cannot say `${{` as text");
        None
    }

    /// Text; what is no text is wrong.
    pub(super) fn text(&mut self, field: Option<Field<'_>>) -> Option<String> {
        let field = field?;
        if let (Some(written), Some(text)) = (field.value.text(), field.value.printed()) {
            if text != written {
                let message = format!(
                    "Azure ML's tools read this as YAML 1.1, in which it is `{text}`; quotes would keep it"
                );
                self.changed(field.value.span(), message);
            }
            return Some(text.into_owned());
        }
        self.wrong(field.value.span(), format!("`{}` is not text", field.name()));
        None
    }

    /// True or false; Azure ML's tools also take these as text.
    pub(super) fn boolean(&mut self, field: Option<Field<'_>>) -> Option<bool> {
        let field = field?;
        let value = match field.value.value() {
            Value::Bool(value) => Some(value),
            Value::Text(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => Some(true),
                "false" | "no" | "off" | "0" => Some(false),
                _ => None,
            },
            Value::Integer(number) => Some(number != 0),
            Value::Null | Value::Float(_) | Value::List | Value::Map => None,
        };
        if value.is_none() {
            self.wrong(field.value.span(), format!("`{}` is neither true nor false", field.name()));
        }
        value
    }

    /// A whole number; Azure ML's tools also take text that is one.
    pub(super) fn integer(&mut self, field: Option<Field<'_>>) -> Option<i64> {
        let field = field?;
        let value = match field.value.value() {
            Value::Integer(number) => Some(number),
            Value::Text(text) => text.trim().parse().ok(),
            Value::Null | Value::Bool(_) | Value::Float(_) | Value::List | Value::Map => None,
        };
        if value.is_none() {
            self.wrong(field.value.span(), format!("`{}` is not a whole number", field.name()));
        }
        value
    }

    /// Seconds as a duration.
    pub(super) fn duration(&mut self, field: Option<Field<'_>>) -> Option<String> {
        let seconds = self.integer(field)?;
        Some(match seconds {
            _ if seconds % 3600 == 0 => format!("{}h", seconds / 3600),
            _ if seconds % 60 == 0 && seconds > 60 => format!("{} minutes", seconds / 60),
            _ => format!("{seconds}s"),
        })
    }

    /// A map of text to text.
    pub(super) fn words(&mut self, field: Option<Field<'_>>) -> Map {
        let mut words = Map::new();
        for entry in field.iter().flat_map(|field| field.value.fields()) {
            if matches!(entry.value.value(), Value::Null) {
                self.changed(entry.value.span(), "this has no value, and is left out");
            } else if let Some(text) = self.plain(Some(entry)) {
                let claimed = entry.key.file().claim(&entry);
                put_claimed(&mut words, entry.name().to_owned(), text, claimed);
            }
        }
        words
    }
}

/// A scalar as a spec says it; `None` for lists and maps.
pub(super) fn literal(value: Value<'_>) -> Option<Doc> {
    match value {
        Value::Bool(value) => Some(value.into()),
        Value::Integer(number) => Some(number.into()),
        Value::Float(text) => Some(Doc::Number(scalar::json_number(text))),
        Value::Text(text) => Some(text.into()),
        Value::Null | Value::List | Value::Map => None,
    }
}

/// Anything as it is: lists, maps, scalars, with the comments of maps.
pub(super) fn copied(node: Node<'_>) -> Doc {
    match node.value() {
        Value::Map => {
            let mut map = Map::new();
            for field in node.fields() {
                let claimed = field.key.file().claim(&field);
                put_claimed(&mut map, field.name().to_owned(), copied(field.value), claimed);
            }
            map.into()
        }
        Value::List => Doc::List(node.items().into_iter().map(copied).collect()),
        value @ (Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Text(_)) => literal(value).unwrap_or(Doc::Null),
    }
}

/// Adds an entry with its comments.
pub(super) fn put_claimed(map: &mut Map, key: String, value: impl Into<Doc>, claimed: Claimed) {
    map.put(key, value);
    if let Some(entry) = map.0.last_mut() {
        let Claimed { above, beside } = claimed;
        let said = !above.is_empty() || beside.is_some();
        entry.notes = said.then(|| Box::new(Notes { above, beside }));
    }
}

/// Adds an entry that a field became, with the field's comments, if it became anything.
pub(super) fn put_from(
    map: &mut Map,
    key: &'static str,
    value: Option<impl Into<Doc>>,
    field: Option<Field<'_>>,
) {
    if let Some(value) = value {
        let claimed = field.map(|field| field.key.file().claim(&field));
        put_claimed(map, key.to_owned(), value, claimed.unwrap_or_default());
    }
}
