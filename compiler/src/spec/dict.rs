//! Maps whose keys are the author's own names.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Cx, Decode};
use super::indentation::too_far;
use crate::diagnostics::{BAD_NAME, Diagnostic, WRONG_TYPE, excerpt};
use crate::source::Spanned;
use crate::syntax::{Entry, Kind, NodeId, Written};

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
    /// A regular expression of what no name may hold; empty: nothing.
    const RESERVED: &'static str = "";
    /// The same for the message.
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
            let help = if matches!(cx.tree.written(node), Written::List { flow: true, .. }) {
                "write `{ <name>: …, <name>: … }` instead of `[ … ]`"
            } else {
                "write `<name>:` for each instead of `-`"
            };
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
            let before = cx.sink.errors();
            let value = T::decode(cx, entry.value);
            let mut inside = Vec::new();
            if cx.sink.errors() > before && !T::RECORD_KEYS.is_empty() {
                inside = too_far::<N, T>(cx, text, entry.value);
            }
            items.push(Item { name, value: value.filter(|_| good && inside.is_empty()) });
            items.extend(inside.into_iter().map(|name| Item { name, value: None }));
        }
        same_but_for_case::<N, T>(cx, &items);
        Some(Self { items, names: std::marker::PhantomData })
    }
}

fn refuse_name<N: NameRule>(cx: &mut Cx<'_, '_>, name: &Spanned<String>) -> bool {
    let message = format!("`{}` cannot be {}", excerpt(&name.value), N::WHAT);
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
    let mut near: String = name.value.chars().map(letter).collect();
    while near.contains("__") {
        near = near.replace("__", "_");
    }
    if !N::allows(&near) {
        near = near.to_ascii_lowercase();
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

/// Platforms fold letter case in ids, so such names would meet there. Of a name that was refused
/// enough was said.
fn same_but_for_case<N: NameRule, T>(cx: &mut Cx<'_, '_>, items: &[Item<T>]) {
    let has_capital = |item: &Item<T>| item.name.bytes().any(|byte| byte.is_ascii_uppercase());
    if items.len() < 2 || !items.iter().any(has_capital) {
        return;
    }
    let mut seen: std::collections::BTreeMap<String, &Spanned<String>> =
        std::collections::BTreeMap::new();
    for item in items {
        let Some(first) = seen.insert(item.name.to_ascii_lowercase(), &item.name) else {
            continue;
        };
        let both = N::allows(&first.value) && N::allows(&item.name.value);
        if both && first.value != item.name.value {
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
        json_schema!({
            "type": ["object", "null"],
            "propertyNames": names::<N>(),
            "additionalProperties": value,
        })
    }
}

/// What the schema says of names.
fn names<N: NameRule>() -> Schema {
    let mut names = json_schema!({ "pattern": N::PATTERN });
    if !N::RESERVED.is_empty() {
        names.insert("not".to_owned(), serde_json::json!({ "pattern": N::RESERVED }));
    }
    names
}

/// A name outside of a map.
#[derive(Clone, Debug)]
pub struct Named<N> {
    /// The name.
    pub name: Spanned<String>,
    rule: std::marker::PhantomData<N>,
}

impl<N: NameRule> Decode for Named<N> {
    const EXPECTED: &'static str = N::WHAT;

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, _) = cx.scalar(node, N::WHAT)?;
        let name = Spanned::new(text.to_owned(), cx.span(node));
        let good = N::allows(text) || refuse_name::<N>(cx, &name);
        good.then_some(Self { name, rule: std::marker::PhantomData })
    }
}

impl<N: NameRule> JsonSchema for Named<N> {
    fn schema_name() -> Cow<'static, str> {
        "Name".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema = names::<N>();
        schema.insert("type".to_owned(), serde_json::json!(["string", "number", "boolean"]));
        schema
    }
}
