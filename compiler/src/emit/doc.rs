//! An ordered, typed document. What it holds is what the reader of either format gets.

use std::borrow::Cow;

/// A value of a document.
#[derive(Clone, PartialEq, Debug)]
pub enum Doc {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number in the spelling given, which must be a JSON number.
    Number(String),
    /// Text. Several lines become a literal block in YAML.
    Text(String),
    /// A command. One of a single line that is long is folded in YAML.
    Folded(String),
    /// A short list of plain words, on one line in YAML.
    Words(Vec<String>),
    /// A list.
    List(Vec<Doc>),
    /// A map in the order given.
    Map(Map),
}

/// An ordered map.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Map(pub Vec<Entry>);

/// One key of a map.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The key.
    pub key: Cow<'static, str>,
    /// The value.
    pub value: Doc,
    /// What is said of it, in YAML. Few entries have any, and all are moved.
    pub notes: Option<Box<Notes>>,
}

/// The comments of an entry, without `#`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Notes {
    /// Lines above the key.
    pub above: Vec<String>,
    /// Behind the value, which must fit on one line.
    pub beside: Option<String>,
}

impl Entry {
    /// The comment lines above the key.
    pub fn above(&self) -> &[String] {
        self.notes.as_ref().map_or(&[], |notes| &notes.above)
    }

    /// The comment behind the value.
    pub fn beside(&self) -> Option<&str> {
        self.notes.as_ref()?.beside.as_deref()
    }
}

/// Most maps have up to this many keys, and never move.
const FEW: usize = 6;

impl Map {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key.
    pub fn put(&mut self, key: impl Into<Cow<'static, str>>, value: impl Into<Doc>) -> &mut Self {
        if self.0.capacity() == 0 {
            self.0.reserve(FEW);
        }
        self.0.push(Entry { key: key.into(), value: value.into(), notes: None });
        self
    }

    /// Adds a key if there is a value.
    pub fn put_some(&mut self, key: &'static str, value: Option<impl Into<Doc>>) -> &mut Self {
        if let Some(value) = value {
            self.put(key, value);
        }
        self
    }

    /// Adds a key with a comment behind its value.
    pub fn put_beside(
        &mut self,
        key: impl Into<Cow<'static, str>>,
        value: impl Into<Doc>,
        comment: impl Into<String>,
    ) -> &mut Self {
        self.put(key, value);
        if let Some(entry) = self.0.last_mut() {
            entry.notes.get_or_insert_default().beside = Some(comment.into());
        }
        self
    }

    /// Adds a key with a comment on the line above it.
    pub fn put_below(
        &mut self,
        comment: impl Into<String>,
        key: impl Into<Cow<'static, str>>,
        value: impl Into<Doc>,
    ) -> &mut Self {
        self.put(key, value);
        if let Some(entry) = self.0.last_mut() {
            entry.notes.get_or_insert_default().above.push(comment.into());
        }
        self
    }

    /// Adds a key unless the list or map is empty.
    pub fn put_filled(&mut self, key: &'static str, value: impl Into<Doc>) -> &mut Self {
        let value = value.into();
        let empty = match &value {
            Doc::List(items) => items.is_empty(),
            Doc::Words(words) => words.is_empty(),
            Doc::Map(map) => map.0.is_empty(),
            Doc::Null
            | Doc::Bool(_)
            | Doc::Integer(_)
            | Doc::Number(_)
            | Doc::Text(_)
            | Doc::Folded(_) => false,
        };
        if !empty {
            self.put(key, value);
        }
        self
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a key holds.
    pub fn get(&self, key: &str) -> Option<&Doc> {
        self.0.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// Changes what a key holds; adds it when it is not there.
    pub fn set(&mut self, key: impl Into<Cow<'static, str>>, value: Doc) {
        let key = key.into();
        match self.0.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => entry.value = value,
            None => _ = self.put(key, value),
        }
    }

    /// The text that a key holds.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Doc::as_text)
    }

    /// The map that a key holds.
    pub fn map(&self, key: &str) -> Option<&Map> {
        self.get(key).and_then(Doc::as_map)
    }
}

impl Doc {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }
}

impl From<&str> for Doc {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Doc {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Doc {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<bool> for Doc {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Doc {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<u32> for Doc {
    fn from(value: u32) -> Self {
        Self::Integer(i64::from(value))
    }
}

impl From<Map> for Doc {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl<T: Into<Doc>> From<Vec<T>> for Doc {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}
