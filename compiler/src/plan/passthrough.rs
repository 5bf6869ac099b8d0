//! Keys that only one platform has.

use super::Scalar;

/// Keys that are written as the author has them, for each platform.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Passthrough {
    /// For GitHub.
    pub github: Vec<(String, Data)>,
    /// For Azure Pipelines.
    pub azure_pipelines: Vec<(String, Data)>,
}

/// A value that nobody looks into.
#[derive(Clone, PartialEq, Debug)]
pub enum Data {
    /// Nothing.
    Null,
    /// A text, a number, true or false.
    Scalar(Scalar),
    /// A list.
    List(Vec<Data>),
    /// A map.
    Map(Vec<(String, Data)>),
}

impl Data {
    /// The value in words.
    pub fn words(&self) -> String {
        match self {
            Self::Null => "nothing".to_owned(),
            Self::Scalar(value) => value.words(),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::words).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Map(entries) => {
                let entry = |(key, value): &(String, Self)| format!("{key}: {}", value.words());
                let entries: Vec<String> = entries.iter().map(entry).collect();
                format!("{{ {} }}", entries.join(", "))
            }
        }
    }

    /// About how long it is when it is written.
    pub fn size(&self) -> usize {
        match self {
            Self::Null => 8,
            Self::Scalar(value) => 8 + value.text().len(),
            Self::List(items) => items.iter().map(Self::size).sum(),
            Self::Map(entries) => entries.iter().map(|(key, value)| key.len() + value.size()).sum(),
        }
    }
}
