//! Tables of keys: Azure ML's own node kinds have some hundred and fifty, most of which are handed on
//! as they are. One table is their decoder, their JSON Schema and their manual entry.

pub(crate) mod distribution;
mod lower;
mod read;
mod schema;
mod spelling;

pub(crate) use spelling::Spelling;

use std::borrow::Cow;
use std::marker::PhantomData;

use super::text::Text;
use crate::plan::ValueType;
use crate::source::{Span, Spanned};

/// What a key takes. Where a value is taken, a reference to a parameter of its type is taken too.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Text that is not empty.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A whole number within limits.
    Integer(i64, i64),
    /// A number within limits.
    Number(f64, f64),
    /// Any value.
    Scalar,
    /// One of some words.
    Word(&'static [&'static str]),
    /// One of some words, or something else.
    Or(&'static [&'static str], &'static Shape),
    /// A length of time, which becomes seconds.
    Duration,
    /// A reference to data, which becomes an input.
    Data,
    /// A list that is not empty.
    List(&'static Shape),
    /// One or a list.
    Many(&'static Shape),
    /// A map of names: any, or these.
    Map(&'static [&'static str], &'static Shape),
    /// A map of known keys.
    Record(&'static Record),
    /// A distribution.
    Distribution,
    /// A value, or a distribution of such values; whole numbers from these distributions.
    Search(&'static Shape, &'static [&'static str]),
}

/// A map of known keys.
#[derive(Debug)]
pub(crate) struct Record {
    /// Its name in the schema.
    pub(crate) name: &'static str,
    /// A noun phrase with an article, for messages.
    pub(crate) label: &'static str,
    /// What the manual says of it.
    pub(crate) doc: &'static str,
    /// The keys, in the order of the manual.
    pub(crate) rows: &'static [&'static [Row]],
    /// Whether a distribution may stand for each value, and which for whole numbers.
    pub(crate) search: Option<&'static [&'static str]>,
    /// The word that decides which of the keys there are.
    pub(crate) tag: Option<Tag>,
}

/// A key whose word decides which of the other keys there are.
#[derive(Debug)]
pub(crate) struct Tag {
    /// The key.
    pub(crate) key: &'static str,
    /// A noun phrase with an article, for messages.
    pub(crate) label: &'static str,
    /// What the manual says of it.
    pub(crate) doc: &'static str,
    /// Each word, and the keys that come with it.
    pub(crate) words: &'static [(&'static str, &'static [&'static [Row]])],
}

/// A key of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) key: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
}

/// A key that may be left out.
pub(crate) const fn may(key: &'static str, shape: Shape, doc: &'static str) -> Row {
    Row { key, doc, shape, required: false }
}

/// A key that must be written.
pub(crate) const fn must(key: &'static str, shape: Shape, doc: &'static str) -> Row {
    Row { key, doc, shape, required: true }
}

/// A whole number from 1.
pub(crate) const COUNT: Shape = Shape::Integer(1, i64::MAX);
/// A whole number from 0.
pub(crate) const WHOLE: Shape = Shape::Integer(0, i64::MAX);
/// Any number.
pub(crate) const NUMBER: Shape = Shape::Number(f64::NEG_INFINITY, f64::INFINITY);
/// A number from 0.
pub(crate) const POSITIVE: Shape = Shape::Number(0.0, f64::INFINITY);
/// A share of something.
pub(crate) const SHARE: Shape = Shape::Number(0.0, 1.0);

impl Record {
    /// The rows of a word of the tag, with those that all have.
    fn rows_of(&self, word: Option<&str>) -> impl Iterator<Item = &'static Row> {
        let tagged = self.tag.as_ref().and_then(|tag| {
            let word = word?;
            tag.words.iter().find(|(known, _)| *known == word).map(|(_, groups)| *groups)
        });
        let groups = self.rows.iter().chain(tagged.unwrap_or_default());
        groups.copied().flatten()
    }

    /// What a key takes.
    fn shape_of(&self, row: &'static Row) -> Shape {
        match self.search {
            Some(whole) => Shape::Search(&row.shape, whole),
            None => row.shape,
        }
    }

    /// The keys of all words; the first row of each.
    fn all_rows(&self) -> Vec<&'static Row> {
        let mut rows: Vec<&'static Row> = Vec::new();
        for row in self.each_row() {
            if !rows.iter().any(|known| known.key == row.key) {
                rows.push(row);
            }
        }
        rows
    }

    /// Every row of a key: words may have one of their own.
    fn rows_called(&self, key: &str) -> Vec<&'static Row> {
        self.each_row().filter(|row| row.key == key).collect()
    }

    fn each_row(&self) -> impl Iterator<Item = &'static Row> {
        let groups = self.tag.iter().flat_map(|tag| tag.words).flat_map(|(_, groups)| *groups);
        self.rows.iter().copied().flatten().chain(groups.copied().flatten())
    }
}

/// What was read.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) span: Span,
    pub(crate) form: Form,
}

/// A value by its form.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    Text(String),
    Integer(i64),
    Number(String),
    Boolean(bool),
    /// A parameter, and the types that it may have.
    Reference(Text, &'static [ValueType]),
    /// Data that flows in.
    Data(Text),
    List(Vec<Value>),
    Map(Vec<Pair>),
}

/// A key and what it holds; `None` when that was refused.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) key: Spanned<Cow<'static, str>>,
    pub(crate) value: Option<Value>,
}

impl Value {
    /// The pairs of a map; none of anything else.
    pub(crate) fn pairs(&self) -> &[Pair] {
        match &self.form {
            Form::Map(pairs) => pairs,
            Form::Text(_)
            | Form::Integer(_)
            | Form::Number(_)
            | Form::Boolean(_)
            | Form::Reference(..)
            | Form::Data(_)
            | Form::List(_) => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub(crate) fn items(&self) -> &[Value] {
        if let Form::List(items) = &self.form { items } else { &[] }
    }

    /// What a key of a map holds.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.pair(key)?.value.as_ref()
    }

    /// A key of a map.
    pub(crate) fn pair(&self, key: &str) -> Option<&Pair> {
        self.pairs().iter().find(|pair| pair.key.value == key)
    }

    /// Where a key is written.
    pub(crate) fn place(&self, key: &str) -> Option<Span> {
        self.pair(key).map(|pair| pair.key.span)
    }

    /// The text behind a key.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_text()
    }

    /// The value as text.
    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Form::Text(text) = &self.form { Some(text) } else { None }
    }

    /// The value as a number.
    #[allow(clippy::cast_precision_loss)] // only compared
    pub(crate) fn as_number(&self) -> Option<f64> {
        match &self.form {
            Form::Integer(number) => Some(*number as f64),
            Form::Number(text) => text.parse().ok(),
            Form::Text(_)
            | Form::Boolean(_)
            | Form::Reference(..)
            | Form::Data(_)
            | Form::List(_)
            | Form::Map(_) => None,
        }
    }

    /// Every text in which references may stand.
    pub(crate) fn texts<'a>(&'a self, texts: &mut Vec<&'a Text>) {
        match &self.form {
            Form::Reference(text, _) | Form::Data(text) => texts.push(text),
            Form::List(items) => items.iter().for_each(|item| item.texts(texts)),
            Form::Map(pairs) => {
                pairs.iter().filter_map(|pair| pair.value.as_ref()).for_each(|it| it.texts(texts));
            }
            Form::Text(_) | Form::Integer(_) | Form::Number(_) | Form::Boolean(_) => {}
        }
    }
}

/// A type whose values are what a table says.
pub(crate) trait Shaped {
    /// The table.
    const SHAPE: Shape;
    /// What is expected, as a noun phrase with an article.
    const LABEL: &'static str;
}

/// A value after a table.
#[derive(Clone, Debug)]
pub struct Tabled<S> {
    pub(crate) value: Value,
    shaped: PhantomData<S>,
}
