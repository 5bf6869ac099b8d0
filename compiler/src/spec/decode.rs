//! Tree to typed values: every shape mistake of a file in one run, each with its place, what is
//! allowed, and the near miss.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::foreign;
use crate::diagnostics::{
    self, BAD_NAME, BAD_VALUE, Diagnostic, MISSING_KEY, NOT_SUPPORTED, Sink, UNKNOWN_KEY,
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
    fn describe(&self, node: NodeId) -> String {
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
            return self.entries(node, expected);
        }
        let message = format!("expected {expected}, found `{word}`");
        let help = format!("write `{{ {word}: … }}`, or `{word}:` on a line of its own");
        self.report(Diagnostic::new(&WRONG_TYPE, self.span(node), message).help(help));
        None
    }

    /// The text of a scalar, or a report.
    pub(crate) fn scalar(&mut self, node: NodeId, expected: &str) -> Option<(&'a str, Style)> {
        let tree: &'a Tree<'_> = self.tree;
        match tree.kind(node) {
            Kind::Scalar(scalar) if !self.is_nothing(node) => Some((scalar.text, scalar.style)),
            Kind::Null | Kind::Scalar(_) | Kind::Map(_) | Kind::List(_) => {
                self.wrong_type(node, expected)
            }
        }
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

    /// Reports a key that a record does not have.
    pub(crate) fn unknown_key(
        &mut self,
        record: NodeId,
        key: NodeId,
        of: &str,
        allowed: &[&'static str],
        later: &[&str],
    ) {
        let name = self.tree.text_of(key).to_owned();
        let span = self.span(key);
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

/// One entry of a map of the author's own names. The value is `None` when it was refused, so that
/// the name still counts as known.
#[derive(Clone, Debug)]
pub struct Item<T> {
    /// The name.
    pub name: Spanned<String>,
    /// What it names.
    pub value: Option<T>,
}

/// A map of the author's own names, in order.
#[derive(Clone, Debug)]
pub struct Dict<N, T> {
    /// The entries, in the author's order.
    pub items: Vec<Item<T>>,
    names: std::marker::PhantomData<N>,
}

impl<N, T> Default for Dict<N, T> {
    fn default() -> Self {
        Self { items: Vec::new(), names: std::marker::PhantomData }
    }
}

impl<N, T> Dict<N, T> {
    /// The entries whose value was accepted.
    pub fn good(&self) -> impl Iterator<Item = (&Spanned<String>, &T)> {
        self.items.iter().filter_map(|item| Some((&item.name, item.value.as_ref()?)))
    }

    /// The entry of a name.
    pub fn get(&self, name: &str) -> Option<&Item<T>> {
        self.items.iter().find(|item| item.name.value == name)
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|item| item.name.value.as_str())
    }
}

/// What names a map takes.
pub(crate) trait NameRule {
    /// For messages: "a step's name".
    const WHAT: &'static str;
    /// The rule as a regular expression, for the schema and the message.
    const PATTERN: &'static str;
    /// What the message says beside.
    const BESIDES: &'static str = "";
    /// Whether a name is allowed.
    fn allows(name: &str) -> bool;
}

impl<N: NameRule, T: Decode> Decode for Dict<N, T> {
    const EXPECTED: &'static str = "a map";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        if cx.is_nothing(node) {
            return Some(Self::default());
        }
        if matches!(cx.tree.kind(node), Kind::List(_)) {
            let message = "expected a map of names, found a list";
            let help = "write `<name>:` for each instead of `-`";
            cx.report(Diagnostic::new(&WRONG_TYPE, cx.head(node), message).help(help));
            return None;
        }
        let entries = cx.entries(node, Self::EXPECTED)?;
        let mut items = Vec::with_capacity(entries.len());
        for entry in entries {
            if out_of_place::<T>(cx, *entry, items.last_mut()) {
                continue;
            }
            let (text, _) = cx.scalar(entry.key, N::WHAT)?;
            let name = Spanned::new(text.to_owned(), cx.span(entry.key));
            let good = N::allows(text) || refuse_name::<N>(cx, &name);
            let value = T::decode(cx, entry.value);
            items.push(Item { name, value: value.filter(|_| good) });
        }
        same_but_for_case(cx, &items);
        Some(Self { items, names: std::marker::PhantomData })
    }
}

fn refuse_name<N: NameRule>(cx: &mut Cx<'_, '_>, name: &Spanned<String>) -> bool {
    let message = format!("`{}` cannot be {}", excerpt(&name.value), N::WHAT);
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
    let mut near: String = name.value.to_ascii_lowercase().chars().map(letter).collect();
    while near.contains("__") {
        near = near.replace("__", "_");
    }
    let rule = format!("it must match `{}`{}", N::PATTERN, N::BESIDES);
    let help = if N::allows(&near) { format!("write `{near}`: {rule}") } else { rule };
    cx.report(Diagnostic::new(&BAD_NAME, name.span, message).help(help));
    false
}

/// A key of a record that stands beside the records, since it is not indented enough: then the
/// record before it is not whole, and nothing more is said of it.
fn out_of_place<T: Decode>(
    cx: &mut Cx<'_, '_>,
    entry: Entry,
    before: Option<&mut Item<T>>,
) -> bool {
    let key = cx.tree.text_of(entry.key);
    let is_map = matches!(cx.tree.kind(entry.value), Kind::Map(_));
    let Some(before) = before.filter(|_| !is_map && T::RECORD_KEYS.contains(&key)) else {
        return false;
    };
    let message = format!("`{key}` is a key of {}, and cannot stand beside it", T::EXPECTED);
    let help = format!("indent it under `{}`", before.name.value);
    cx.report(Diagnostic::new(&WRONG_TYPE, cx.span(entry.key), message).help(help));
    before.value = None;
    true
}

/// Platforms fold letter case in ids, so such names would meet there.
fn same_but_for_case<T>(cx: &mut Cx<'_, '_>, items: &[Item<T>]) {
    let has_capital = |item: &Item<T>| item.name.bytes().any(|byte| byte.is_ascii_uppercase());
    if !items.iter().any(has_capital) {
        return;
    }
    let mut seen: std::collections::BTreeMap<String, &Spanned<String>> =
        std::collections::BTreeMap::new();
    for item in items {
        let Some(first) = seen.insert(item.name.to_ascii_lowercase(), &item.name) else {
            continue;
        };
        if first.value != item.name.value {
            let message =
                format!("`{}` and `{}` differ only by case", first.value, item.name.value);
            let diagnostic = Diagnostic::new(&BAD_NAME, item.name.span, message)
                .related(first.span, "the first one")
                .help("platforms do not tell them apart; rename one");
            cx.sink.report(diagnostic);
        }
    }
}

impl<N: NameRule, T: Decode> JsonSchema for Dict<N, T> {
    fn schema_name() -> Cow<'static, str> {
        format!("MapOf{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        let mut names = json_schema!({ "pattern": N::PATTERN });
        if !N::allows("a__b") {
            names.insert("not".to_owned(), serde_json::json!({ "pattern": "__" }));
        }
        json_schema!({
            "type": ["object", "null"],
            "propertyNames": names,
            "additionalProperties": value,
        })
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
        let (text, _) = cx.scalar(node, Self::EXPECTED)?;
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
            _ => cx.wrong_type(node, Self::EXPECTED),
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
        && text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// Reads a whole number.
pub(crate) fn whole_number(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Spanned<i64>> {
    const EXPECTED: &str = "a whole number";
    let (text, style) = cx.scalar(node, EXPECTED)?;
    match integer(text) {
        Some(number) if style == Style::Plain => Some(Spanned::new(number, cx.span(node))),
        _ => cx.wrong_type(node, EXPECTED),
    }
}
