//! Reading what a table says.

use std::borrow::Cow;

use super::distribution;
use super::{Form, Pair, Record, Row, Shape, Shaped, Tabled, Tag, Value};
use crate::diagnostics::{BAD_VALUE, Diagnostic, UNKNOWN_KEY, excerpt, near_miss};
use crate::plan::{Scalar, ValueType};
use crate::source::Spanned;
use crate::spec::decode::{Cx, Decode, is_number, whole_number};
use crate::spec::text::Text;
use crate::spec::values::{Duration, Literal};
use crate::spec::{foreign, hints};
use crate::syntax::{Entry, Kind, NodeId, Style};

impl<S: Shaped> Decode for Tabled<S> {
    const EXPECTED: &'static str = S::LABEL;

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let value = S::SHAPE.read(cx, node)?;
        Some(Self { value, shaped: std::marker::PhantomData })
    }
}

impl Shape {
    /// A noun phrase with an article, for messages.
    fn label(&self) -> Cow<'static, str> {
        match self {
            Self::Text => "text".into(),
            Self::Boolean => "true or false".into(),
            Self::Integer(..) => "a whole number".into(),
            Self::Number(..) => "a number".into(),
            Self::Scalar => "a value".into(),
            Self::Word(words) => format!("one of {}", words.join(", ")).into(),
            Self::Or(words, other) => format!("{} or {}", words.join(", "), other.label()).into(),
            Self::Duration => "a duration such as 90s, 5 minutes, 2h or 1 day".into(),
            Self::Data => "a reference to data".into(),
            Self::List(_) => "a list".into(),
            Self::Many(one) => one.label(),
            Self::Map(..) => "a map".into(),
            Self::Record(record) => record.label.into(),
            Self::Distribution => "a distribution".into(),
            Self::Search(fixed, _) => format!("{}, or a distribution", fixed.label()).into(),
        }
    }

    /// The types of parameters that may stand for a value.
    fn kinds(&self) -> &'static [ValueType] {
        match self {
            Self::Text | Self::Word(_) => &[ValueType::String],
            Self::Boolean => &[ValueType::Boolean],
            Self::Integer(..) | Self::Duration => &[ValueType::Integer],
            Self::Number(..) => &[ValueType::Number, ValueType::Integer],
            Self::Or(_, other) | Self::Many(other) | Self::Search(other, _) => other.kinds(),
            Self::Scalar
            | Self::Data
            | Self::List(_)
            | Self::Map(..)
            | Self::Record(_)
            | Self::Distribution => &[],
        }
    }

    /// Reads a node; `None` when a mistake was reported.
    pub(crate) fn read(&self, cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Value> {
        let kinds = self.kinds();
        if !kinds.is_empty() && cx.tree.text_of(node).contains("${{") {
            return reference(cx, node, kinds, &self.label());
        }
        let form = match self {
            Self::Text => text(cx, node)?,
            Self::Boolean => Form::Boolean(Spanned::<bool>::decode(cx, node)?.value),
            Self::Integer(least, most) => integer(cx, node, *least, *most)?,
            Self::Number(least, most) => number(cx, node, *least, *most)?,
            Self::Scalar => scalar(Literal::decode(cx, node)?.value()),
            Self::Word(words) => Form::Text(word(cx, node, words, "a value here")?.to_owned()),
            Self::Or(words, other) => return or(cx, node, words, other),
            Self::Duration => duration(cx, node)?,
            Self::Data => Form::Data(Text::decode(cx, node)?),
            Self::List(one) => Form::List(list(cx, node, one)?),
            Self::Many(one) => return many(cx, node, one),
            Self::Map(names, of) => Form::Map(map(cx, node, names, of)?),
            Self::Record(record) => Form::Map(record.read(cx, node)?),
            Self::Distribution => return distribution::of(cx, node, None),
            Self::Search(fixed, whole) => match cx.tree.kind(node) {
                Kind::Map(_) => return distribution::of(cx, node, Some((fixed, whole))),
                Kind::Null | Kind::Scalar(_) | Kind::List(_) => return fixed.read(cx, node),
            },
        };
        Some(Value { span: cx.span(node), form })
    }
}

fn reference(
    cx: &mut Cx<'_, '_>,
    node: NodeId,
    kinds: &'static [ValueType],
    label: &str,
) -> Option<Value> {
    let text = Text::decode(cx, node)?;
    if text.whole().is_none() {
        let message = format!("expected {label}, or one reference and nothing else");
        return cx.bad_value(node, message, "write `${{ parameters.name }}` alone");
    }
    Some(Value { span: text.span, form: Form::Reference(text, kinds) })
}

fn text(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Form> {
    let (text, _) = cx.fixed(node, "text")?;
    if text.is_empty() {
        return cx.bad_value(
            node,
            "the text is empty",
            "Azure ML would drop it; leave the key out",
        );
    }
    Some(Form::Text(text.to_owned()))
}

fn integer(cx: &mut Cx<'_, '_>, node: NodeId, least: i64, most: i64) -> Option<Form> {
    let number = whole_number(cx, node)?.value;
    if (least..=most).contains(&number) {
        return Some(Form::Integer(number));
    }
    let limits = match (least, most) {
        (least, i64::MAX) => format!("it must be at least {least}"),
        (least, most) => format!("it must be from {least} to {most}"),
    };
    cx.bad_value(node, format!("{number} is out of range"), limits)
}

fn number(cx: &mut Cx<'_, '_>, node: NodeId, least: f64, most: f64) -> Option<Form> {
    let (text, style) = cx.scalar(node, "a number")?;
    let number = text.parse::<f64>().ok().filter(|_| style == Style::Plain && is_number(text));
    let Some(number) = number else {
        return cx.wrong_scalar(node, "a number", hints::number);
    };
    if (least..=most).contains(&number) {
        let whole = crate::spec::decode::integer(text);
        return Some(whole.map_or_else(|| Form::Number(text.to_owned()), Form::Integer));
    }
    let limits = match (least.is_finite(), most.is_finite()) {
        (true, false) => format!("it must be at least {least}"),
        _ => format!("it must be from {least} to {most}"),
    };
    cx.bad_value(node, format!("{text} is out of range"), limits)
}

pub(crate) fn scalar(value: Scalar) -> Form {
    match value {
        Scalar::Text(text) => Form::Text(text),
        Scalar::Integer(number) => Form::Integer(number),
        Scalar::Number(text) => Form::Number(text),
        Scalar::Boolean(value) => Form::Boolean(value),
    }
}

#[allow(clippy::cast_possible_wrap)] // no duration comes near
fn duration(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Form> {
    let duration = Spanned::<Duration>::decode(cx, node)?;
    Some(Form::Integer(duration.value.0 as i64))
}

/// The letters and digits of a word, by which other spellings of it are known.
fn letters(word: &str) -> impl Iterator<Item = u8> {
    word.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase())
}

/// The allowed word that another spelling (`AUC_weighted`, `LogisticRegression`) stands for.
fn spelled(found: &str, words: &[&'static str]) -> Option<&'static str> {
    let same = |word: &&&'static str| letters(word).eq(letters(found));
    let length = letters(found).count();
    let starts =
        |word: &&&'static str| length >= 3 && letters(word).take(length).eq(letters(found));
    let mut starting = words.iter().filter(starts);
    let only = starting.next().filter(|_| starting.next().is_none());
    words.iter().find(same).or(only).copied()
}

fn word(
    cx: &mut Cx<'_, '_>,
    node: NodeId,
    words: &[&'static str],
    label: &str,
) -> Option<&'static str> {
    let found = cx.word(node, label, words)?;
    if let Some(word) = words.iter().find(|word| **word == found) {
        return Some(word);
    }
    let span = cx.span(node);
    let known = format!("allowed: {}", words.join(", "));
    let message = format!("`{}` is not {label}", excerpt(found));
    let near = spelled(found, words).or_else(|| near_miss(found, words.iter().copied()));
    let diagnostic = Diagnostic::new(&BAD_VALUE, span, message);
    cx.report(match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`? {known}")).fix(span, near),
        None => diagnostic.help(known),
    });
    None
}

/// A word, or something else. What looks like neither is judged as a word if the rest is no text.
fn or(
    cx: &mut Cx<'_, '_>,
    node: NodeId,
    words: &[&'static str],
    other: &'static Shape,
) -> Option<Value> {
    let text = cx.tree.text_of(node);
    let is_scalar = matches!(cx.tree.kind(node), Kind::Scalar(_));
    if is_scalar && words.contains(&text) {
        return Some(Value { span: cx.span(node), form: Form::Text(text.to_owned()) });
    }
    let is_word = text.starts_with(|letter: char| letter.is_ascii_alphabetic());
    let takes_words = matches!(other, Shape::Text | Shape::Many(Shape::Text));
    if is_scalar && !takes_words && (is_word || matches!(other, Shape::Record(_))) {
        let label = if let Shape::Record(record) = other {
            record.label.to_owned()
        } else {
            format!("{}, nor {}", words.join(", "), other.label())
        };
        word(cx, node, words, &label)?;
    }
    other.read(cx, node)
}

fn list(cx: &mut Cx<'_, '_>, node: NodeId, one: &'static Shape) -> Option<Vec<Value>> {
    let Kind::List(items) = cx.tree.kind(node) else {
        return cx.wrong_type(node, "a list");
    };
    if items.is_empty() {
        return cx.bad_value(node, "the list is empty", "name something, or leave the key out");
    }
    let read: Vec<Option<Value>> = items.iter().map(|item| one.read(cx, *item)).collect();
    read.into_iter().collect()
}

fn many(cx: &mut Cx<'_, '_>, node: NodeId, one: &'static Shape) -> Option<Value> {
    match cx.tree.kind(node) {
        Kind::List(_) => {
            let form = Form::List(list(cx, node, one)?);
            Some(Value { span: cx.span(node), form })
        }
        Kind::Null | Kind::Scalar(_) | Kind::Map(_) => one.read(cx, node),
    }
}

fn map(
    cx: &mut Cx<'_, '_>,
    node: NodeId,
    names: &'static [&'static str],
    of: &'static Shape,
) -> Option<Vec<Pair>> {
    let mut pairs = Vec::new();
    for entry in cx.entries(node, "a map")? {
        let name = match names {
            [] => text(cx, entry.key),
            names => word(cx, entry.key, names, "a key here").map(|it| Form::Text(it.to_owned())),
        };
        let value = of.read(cx, entry.value);
        let Some(Form::Text(name)) = name else { continue };
        pairs.push(Pair { key: Spanned::new(name.into(), cx.span(entry.key)), value });
    }
    Some(pairs)
}

impl Record {
    fn read(&self, cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Vec<Pair>> {
        let entries = cx.record(node, self.label, &[])?;
        let word = match &self.tag {
            Some(tag) => Some(self.tag_word(cx, node, entries, tag)?),
            None => None,
        };
        let mut pairs = Vec::with_capacity(entries.len());
        let mut broken = false;
        for entry in entries {
            let pair = self.pair(cx, (node, *entry), word);
            broken |= pair.is_none();
            pairs.extend(pair);
        }
        let missing = |row: &&Row| row.required && !pairs.iter().any(|it| it.key.value == row.key);
        let missing: Vec<&Row> = self.rows_of(word).filter(missing).collect();
        for row in missing.iter().filter(|_| !broken) {
            let head = cx.head(node);
            let label = word.map(|word| format!("{} with `{word}`", self.label));
            cx.missing_key(head, label.as_deref().unwrap_or(self.label), row.key);
        }
        Some(pairs)
    }

    fn tag_word(
        &self,
        cx: &mut Cx<'_, '_>,
        node: NodeId,
        entries: &[Entry],
        tag: &Tag,
    ) -> Option<&'static str> {
        let Some(entry) = entries.iter().find(|entry| cx.tree.text_of(entry.key) == tag.key) else {
            let words: Vec<&str> = tag.words.iter().map(|(word, _)| *word).collect();
            let message = format!("{} needs the key `{}`", self.label, tag.key);
            let diagnostic =
                Diagnostic::new(&crate::diagnostics::MISSING_KEY, cx.head(node), message);
            cx.report(diagnostic.help(format!("it is one of {}", words.join(", "))));
            return None;
        };
        let words: Vec<&'static str> = tag.words.iter().map(|(word, _)| *word).collect();
        word(cx, entry.value, &words, tag.label)
    }

    fn pair(
        &self,
        cx: &mut Cx<'_, '_>,
        (node, entry): (NodeId, Entry),
        word: Option<&str>,
    ) -> Option<Pair> {
        let key = cx.tree.text_of(entry.key);
        let span = cx.span(entry.key);
        if let (Some(tag), Some(word)) = (&self.tag, word)
            && key == tag.key
        {
            let value = Value { span: cx.span(entry.value), form: Form::Text(word.to_owned()) };
            return Some(Pair { key: Spanned::new(tag.key.into(), span), value: Some(value) });
        }
        if let Some(row) = self.rows_of(word).find(|row| row.key == key) {
            let value = self.value(cx, (row, entry.value), word);
            return Some(Pair { key: Spanned::new(row.key.into(), span), value });
        }
        self.unknown(cx, (node, entry), word);
        None
    }

    /// The value of a key; what is no word of it is called by the key.
    fn value(
        &self,
        cx: &mut Cx<'_, '_>,
        (row, node): (&'static Row, NodeId),
        tagged: Option<&str>,
    ) -> Option<Value> {
        let shape = self.shape_of(row);
        let Shape::Word(words) = shape else { return shape.read(cx, node) };
        if cx.tree.text_of(node).contains("${{") {
            return shape.read(cx, node);
        }
        let with = tagged.zip(self.tag.as_ref());
        let with = with.map(|(word, tag)| format!(" with `{}: {word}`", tag.key));
        let label = format!("a `{}`{}", row.key, with.unwrap_or_default());
        let form = Form::Text(word(cx, node, words, &label)?.to_owned());
        Some(Value { span: cx.span(node), form })
    }

    fn unknown(&self, cx: &mut Cx<'_, '_>, (node, entry): (NodeId, Entry), word: Option<&str>) {
        let key = cx.tree.text_of(entry.key).to_owned();
        let tag = self.tag.iter().map(|tag| tag.key);
        let known: Vec<&'static str> = tag.chain(self.rows_of(word).map(|row| row.key)).collect();
        if let (Some(tag), Some(word)) = (&self.tag, word)
            && self.all_rows().iter().any(|row| row.key == key)
        {
            let has = |groups: &[&[Row]]| groups.iter().copied().flatten().any(|it| it.key == key);
            let with = tag.words.iter().filter(|(_, groups)| has(groups)).map(|(word, _)| *word);
            let with: Vec<&str> = with.collect();
            let message = format!("`{key}` means nothing with `{}: {word}`", tag.key);
            let help = format!("it is for {}", with.join(", "));
            cx.report(Diagnostic::new(&BAD_VALUE, cx.span(entry.key), message).help(help));
            return;
        }
        if let Some((above, ours)) = foreign::automl(&key, &known) {
            let message = format!("unknown key `{key}` in {}", self.label);
            let help = match above {
                "" => format!("v2 calls it `{ours}`"),
                above => format!("v2 calls it `{above}: {{ {ours}: … }}`"),
            };
            let diagnostic = Diagnostic::new(&UNKNOWN_KEY, cx.span(entry.key), message);
            cx.report(diagnostic.help(help));
            return;
        }
        if let Some(near) = spelled(&key, &known) {
            let span = cx.span(entry.key);
            let message = format!("unknown key `{key}` in {}", self.label);
            let help = format!("did you mean `{near}`?");
            let diagnostic = Diagnostic::new(&UNKNOWN_KEY, span, message);
            cx.report(diagnostic.help(help).fix(span, near));
            return;
        }
        cx.unknown_key(node, entry.key, self.label, &known, &[]);
    }
}
