//! Words in another spelling: Azure ML's tools take letters of any case, with and without `_`.

use super::{Record, Shape, Tag};

/// The words that may stand at a place, whatever decides which of them.
#[derive(Default)]
pub(crate) struct Spelling {
    words: Vec<&'static [&'static str]>,
    tags: Vec<&'static Tag>,
    /// What may stand under keys: in maps of known keys, and in others.
    records: Vec<&'static Record>,
    inner: Vec<Shape>,
}

impl Spelling {
    /// The words of a value of this shape.
    pub(crate) fn of(shape: Shape) -> Self {
        let mut found = Self::default();
        found.add(shape);
        found
    }

    fn add(&mut self, shape: Shape) {
        match shape {
            Shape::List(inner) | Shape::Many(inner) | Shape::Search(inner, _) => self.add(*inner),
            Shape::Or(words, inner) => {
                self.words.push(words);
                self.add(*inner);
            }
            Shape::Word(words) => self.words.push(words),
            Shape::Map(names, inner) => {
                self.words.push(names);
                self.inner.push(*inner);
            }
            Shape::Record(record) => self.records.push(record),
            Shape::Text
            | Shape::Boolean
            | Shape::Integer(..)
            | Shape::Number(..)
            | Shape::Scalar
            | Shape::Duration
            | Shape::Data
            | Shape::Distribution => {}
        }
    }

    /// The words of what stands under a key.
    pub(crate) fn under(&self, key: &str) -> Self {
        let mut found = Self::default();
        self.records.iter().for_each(|record| found.add_rows(record, key));
        self.inner.iter().for_each(|inner| found.add(*inner));
        found
    }

    fn add_rows(&mut self, record: &'static Record, key: &str) {
        let tagged = record.tag.iter().flat_map(|tag| tag.words).flat_map(|(_, rows)| *rows);
        for row in record.rows.iter().chain(tagged).flat_map(|rows| *rows) {
            if row.key == key {
                self.add(row.shape);
            }
        }
        self.tags.extend(record.tag.iter().filter(|tag| tag.key == key));
    }

    /// The word that is meant; `None` when it is none of them.
    pub(crate) fn word(&self, text: &str) -> Option<&'static str> {
        let tags = self.tags.iter().flat_map(|tag| tag.words).map(|(word, _)| *word);
        self.words.iter().copied().flatten().copied().chain(tags).find(|word| same(word, text))
    }
}

/// Whether two words are the same but for letter case and `_`.
fn same(word: &str, text: &str) -> bool {
    let letters = |text: &'_ str| -> Vec<u8> {
        text.bytes().filter(|it| *it != b'_').map(|it| it.to_ascii_lowercase()).collect()
    };
    letters(word) == letters(text)
}
