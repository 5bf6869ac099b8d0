//! Tree to typed values: every shape mistake of a file in one run, each with its place, what is
//! allowed, and the near miss.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

pub(crate) use super::dict::NameRule;
pub use super::dict::{Dict, Named};
use super::{foreign, hints};
use crate::diagnostics::{
    self, BAD_EXPRESSION, BAD_VALUE, Diagnostic, MISSING_KEY, NOT_SUPPORTED, Sink, UNKNOWN_KEY,
    WRONG_TYPE, excerpt,
};
use crate::source::{Span, Spanned};
use crate::syntax::{Entry, Kind, NodeId, Style, Tree};

/// What a decoder needs: the tree to read and the sink to report to.
pub(crate) struct Cx<'a, 's> {
    pub(crate) tree: &'a Tree<'s>,
    pub(crate) sink: &'a mut Sink,
}

/// A type that can be read from a node. What it takes is what its JSON Schema says.
pub(crate) trait Decode: Sized + JsonSchema {
    /// What is expected, as a noun phrase with an article, for messages.
    const EXPECTED: &'static str;
    /// The keys of a record without a short form: such a key beside records is out of its place.
    const RECORD_KEYS: &'static [&'static str] = &[];
    /// Reads a node; `None` when a mistake was reported.
    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self>;
}

/// A value that few records have, or a large one: behind a pointer it costs the others little.
impl<T: Decode> Decode for Box<T> {
    const EXPECTED: &'static str = T::EXPECTED;
    const RECORD_KEYS: &'static [&'static str] = T::RECORD_KEYS;

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        T::decode(cx, node).map(Self::new)
    }
}

/// The state of one key of a record while it is read.
pub(crate) enum Slot<T> {
    /// Not written.
    Absent,
    /// Written, and a mistake was reported.
    Broken,
    /// Read.
    Good(T),
}

impl<T> Slot<T> {
    /// What a decoder gave for a written key.
    pub(crate) fn written(value: Option<T>) -> Self {
        value.map_or(Self::Broken, Self::Good)
    }

    /// The value, noting on the way whether the record is broken.
    pub(crate) fn optional(self, broken: &mut bool) -> Option<T> {
        match self {
            Self::Absent => None,
            Self::Broken => {
                *broken = true;
                None
            }
            Self::Good(value) => Some(value),
        }
    }
}

impl<'a> Cx<'a, '_> {
    /// The place of a node.
    pub(crate) fn span(&self, node: NodeId) -> Span {
        self.tree.span(node)
    }

    /// Reports at a node.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.report(diagnostic);
    }

    /// Reports that a node is not what is expected.
    pub(crate) fn wrong_type<T>(&mut self, node: NodeId, expected: &str) -> Option<T> {
        let found = self.describe(node);
        let message = format!("expected {expected}, found {found}");
        self.report(Diagnostic::new(&WRONG_TYPE, self.span(node), message));
        None
    }

    /// Reports a value that has the right shape but is not allowed.
    pub(crate) fn bad_value<T>(
        &mut self,
        node: NodeId,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Option<T> {
        self.report(Diagnostic::new(&BAD_VALUE, self.span(node), message).help(help));
        None
    }

    /// A node in words.
    pub(crate) fn describe(&self, node: NodeId) -> String {
        match self.tree.kind(node) {
            Kind::Null => "nothing".to_owned(),
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) => "a map".to_owned(),
            Kind::Scalar(scalar) => {
                let quote =
                    if matches!(scalar.style, Style::Single | Style::Double) { "\"" } else { "" };
                format!("`{quote}{}{quote}`", excerpt(scalar.text))
            }
        }
    }

    /// The entries of a map, or a report.
    pub(crate) fn entries(&mut self, node: NodeId, expected: &str) -> Option<&'a [Entry]> {
        let tree: &'a Tree<'_> = self.tree;
        match tree.kind(node) {
            Kind::Map(entries) => Some(entries),
            Kind::Null | Kind::Scalar(_) | Kind::List(_) => self.wrong_type(node, expected),
        }
    }

    /// The entries of a record, or a report; one of its keys alone gets the way to write it.
    pub(crate) fn record(
        &mut self,
        node: NodeId,
        expected: &str,
        keys: &[&str],
    ) -> Option<&'a [Entry]> {
        let word = self.tree.text_of(node).to_owned();
        if !keys.contains(&word.as_str()) {
            if !word.is_empty()
                && let Some(help) = foreign::value(expected, &word)
            {
                let message = format!("expected {expected}, found {}", self.describe(node));
                self.report(Diagnostic::new(&WRONG_TYPE, self.span(node), message).help(help));
                return None;
            }
            if let (Kind::List(_), Some(help)) = (self.tree.kind(node), foreign::list(expected)) {
                let message = format!("expected {expected}, found a list");
                self.report(Diagnostic::new(&WRONG_TYPE, self.span(node), message).help(help));
                return None;
            }
            return self.entries(node, expected);
        }
        let message = format!("expected {expected}, found `{word}`");
        let all = if word == "manual" { "{}" } else { "…" };
        let help = format!("write `{{ {word}: {all} }}`, or `{word}:` on a line of its own");
        self.report(Diagnostic::new(&WRONG_TYPE, self.span(node), message).help(help));
        None
    }

    /// The text of a scalar, or a report.
    pub(crate) fn scalar(&mut self, node: NodeId, expected: &str) -> Option<(&'a str, Style)> {
        let tree: &'a Tree<'_> = self.tree;
        match tree.kind(node) {
            Kind::Scalar(scalar) if !self.is_nothing(node) => Some((scalar.text, scalar.style)),
            Kind::Null | Kind::Scalar(_) | Kind::Map(_) | Kind::List(_) => {
                let found = tree.kind(node);
                self.not_text(node, expected, hints::text(expected, found))
            }
        }
    }

    /// The text of a scalar without references, or a report. Every platform would read `${{` as its
    /// own, so that it cannot arrive as text either.
    pub(crate) fn fixed(&mut self, node: NodeId, expected: &str) -> Option<(&'a str, Style)> {
        let (text, style) = self.scalar(node, expected)?;
        let reference = text.find("${{").map(|at| (at, at + 3, "no reference can stand here"));
        let macros = || {
            let at = text.find("$(").or(text.starts_with("$[").then_some(0))?;
            Some((at, at + 2, "Azure Pipelines would take this for an expression of its own"))
        };
        let Some((from, to, message)) = reference.or_else(macros) else {
            return Some((text, style));
        };
        let start = self.tree.position(node, from);
        let span = Span::new(self.tree.file(), start, self.tree.position(node, to).max(start));
        self.report(
            Diagnostic::new(&BAD_EXPRESSION, span, message)
                .help("this text is fixed when the pipeline is built: write it out"),
        );
        None
    }

    /// Whether there is no value: none is written, or one of YAML's words for none.
    pub(crate) fn is_nothing(&self, node: NodeId) -> bool {
        match self.tree.kind(node) {
            Kind::Null => true,
            Kind::Scalar(scalar) => {
                scalar.style == Style::Plain
                    && matches!(scalar.text, "null" | "Null" | "NULL" | "~")
            }
            Kind::Map(_) | Kind::List(_) => false,
        }
    }

    /// The text of a scalar that should be one of some words, or a report.
    pub(crate) fn word(&mut self, node: NodeId, label: &str, words: &[&str]) -> Option<&'a str> {
        let tree: &'a Tree<'_> = self.tree;
        match tree.kind(node) {
            Kind::Scalar(scalar) => Some(scalar.text),
            Kind::Null | Kind::Map(_) | Kind::List(_) => {
                self.wrong_type(node, &format!("{label} ({})", words.join(", ")))
            }
        }
    }

    /// Reports a key that a record does not have.
    pub(crate) fn unknown_key(
        &mut self,
        record: NodeId,
        key: NodeId,
        of: &str,
        allowed: &[&'static str],
        later: &[&str],
    ) {
        let span = self.span(key);
        if self.sink.is_full() {
            return self.report(Diagnostic::new(&UNKNOWN_KEY, span, "")); // only counted
        }
        let name = self.tree.text_of(key).to_owned();
        if later.contains(&name.as_str()) {
            let message = format!("`{name}` is not supported yet");
            self.report(
                Diagnostic::new(&NOT_SUPPORTED, span, message)
                    .help("the language names it, but this version does not build it"),
            );
            return;
        }
        let mut diagnostic =
            Diagnostic::new(&UNKNOWN_KEY, span, format!("unknown key `{name}` in {of}"));
        let known = format!("known keys: {}", allowed.join(", "));
        diagnostic = if let Some(parent) = self.empty_before(record, key) {
            diagnostic.help(format!("if it belongs to `{parent}`, indent it; {known}"))
        } else if let Some(above) = foreign::deeper(&name, allowed) {
            diagnostic.help(format!("it stands under `{above}`: `{above}: {{ {name}: … }}`"))
        } else if let Some(help) = foreign::elsewhere(&name, of) {
            diagnostic.help(help)
        } else if let Some(ours) = foreign::key(&name, allowed) {
            diagnostic.help(format!("did you mean `{ours}`? {known}"))
        } else if let Some(near) = diagnostics::near_miss(&name, allowed.iter().copied()) {
            diagnostic.help(format!("did you mean `{near}`? {known}")).fix(span, near)
        } else {
            diagnostic.help(known)
        };
        self.report(diagnostic);
    }

    /// The key right before another one, if nothing was written under it.
    fn empty_before(&self, record: NodeId, key: NodeId) -> Option<&'a str> {
        let tree: &'a Tree<'_> = self.tree;
        let Kind::Map(entries) = tree.kind(record) else { return None };
        let at = entries.iter().position(|entry| entry.key == key)?;
        let before = entries.get(at.checked_sub(1)?)?;
        matches!(tree.kind(before.value), Kind::Null).then(|| tree.text_of(before.key))
    }

    /// Reports a key that a record must have.
    pub(crate) fn missing_key(&mut self, span: Span, of: &str, key: &str) {
        let message = format!("{of} needs the key `{key}`");
        self.report(Diagnostic::new(&MISSING_KEY, span, message));
    }

    /// Where to say that a map lacks something: its first key, so that the place is one line.
    pub(crate) fn head(&self, node: NodeId) -> Span {
        match self.tree.kind(node) {
            Kind::Map(entries) => entries.first().map_or(self.span(node), |it| self.span(it.key)),
            Kind::List(_) => {
                let span = self.span(node);
                Span::new(span.file, span.start, span.start)
            }
            Kind::Null | Kind::Scalar(_) => self.span(node),
        }
    }
}

/// One value, or a list of them.
#[derive(Clone, Debug)]
pub struct Many<T>(pub Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Decode> Decode for Many<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let tree = cx.tree;
        match tree.kind(node) {
            _ if cx.is_nothing(node) => Some(Self::default()),
            Kind::List(items) => {
                let read: Vec<Option<T>> = items.iter().map(|item| T::decode(cx, *item)).collect();
                Some(Self(read.into_iter().flatten().collect()))
            }
            Kind::Null | Kind::Scalar(_) | Kind::Map(_) => {
                T::decode(cx, node).map(|one| Self(vec![one]))
            }
        }
    }
}

impl<T: Decode> JsonSchema for Many<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMore{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one, { "type": ["array", "null"], "items": one }] })
    }
}

impl Decode for Spanned<String> {
    const EXPECTED: &'static str = "text";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, _) = cx.fixed(node, Self::EXPECTED)?;
        Some(Self::new(text.to_owned(), cx.span(node)))
    }
}

impl JsonSchema for Spanned<String> {
    fn schema_name() -> Cow<'static, str> {
        "String".into()
    }

    fn inline_schema() -> bool {
        true
    }

    // Any scalar is taken as it is written, so that `3.10` stays that.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

impl JsonSchema for Spanned<bool> {
    fn schema_name() -> Cow<'static, str> {
        "Boolean".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "boolean" })
    }
}

impl Decode for Spanned<bool> {
    const EXPECTED: &'static str = "true or false";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, style) = cx.scalar(node, Self::EXPECTED)?;
        match (text, style) {
            ("true", Style::Plain) => Some(Self::new(true, cx.span(node))),
            ("false", Style::Plain) => Some(Self::new(false, cx.span(node))),
            _ => cx.wrong_scalar(node, Self::EXPECTED, hints::boolean),
        }
    }
}

/// A whole number as authors write it. `007` is none: YAML's readers do not agree on it.
pub(crate) fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let padded = digits.len() > 1 && digits.starts_with('0');
    if digits.is_empty() || padded || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.strip_prefix('+').unwrap_or(text).parse().ok()
}

/// Whether a text is a JSON number, which every target can carry as it is.
pub(crate) fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let no_leading_zero = whole == "0" || !whole.starts_with('0');
    digits(whole)
        && no_leading_zero
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['-', '+']).unwrap_or(text)))
        && text.parse::<f64>().is_ok_and(|number| number.is_finite() && !vanishes(mantissa, number))
}

/// Whether programs would read 0 where something else is written (`1e-400`).
fn vanishes(mantissa: &str, number: f64) -> bool {
    number == 0.0 && mantissa.contains(|digit: char| matches!(digit, '1'..='9'))
}

/// Reads a whole number.
pub(crate) fn whole_number(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Spanned<i64>> {
    const EXPECTED: &str = "a whole number";
    let (text, style) = cx.scalar(node, EXPECTED)?;
    match integer(text) {
        Some(number) if style == Style::Plain => Some(Spanned::new(number, cx.span(node))),
        _ => cx.wrong_scalar(node, EXPECTED, hints::whole_number),
    }
}
