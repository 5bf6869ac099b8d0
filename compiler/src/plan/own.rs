//! What a CI job does that is not a command of the author's.

use super::{Reference, Text, ValueType};

/// Work on CI that needs no command.
#[derive(Clone, PartialEq, Debug)]
pub enum OwnWork {
    /// Makes a version of a model or data asset.
    Register(Register),
}

/// A version of a model or data asset that is made of an output.
#[derive(Clone, PartialEq, Debug)]
pub struct Register {
    /// What it becomes: a model, or data.
    pub asset: Asset,
    /// The name of the asset.
    pub name: String,
    /// The type of the version: what the output is, or `custom_model` where a file becomes a model.
    pub kind: ValueType,
    /// The output, as an index of the step's inputs. What lies in Azure ML stays there.
    pub from: u32,
    /// What people read.
    pub description: Option<Text>,
    /// Tags, in the author's order.
    pub tags: Vec<(String, Text)>,
    /// The version; `None`: the next one.
    pub version: Option<Text>,
}

/// What Azure ML keeps versions of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asset {
    /// A model.
    Model,
    /// Data.
    Data,
}

impl Asset {
    /// The word of specs and of `az ml`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Data => "data",
        }
    }
}

impl OwnWork {
    /// The kind as authors write it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Register(_) => "register",
        }
    }

    /// Every text of it in which references may stand, with the key that it stands under.
    pub fn texts(&self) -> Vec<(String, &Text)> {
        match self {
            Self::Register(it) => {
                let described = it.description.iter().map(|text| ("description".to_owned(), text));
                let tags = it.tags.iter().map(|(name, text)| (format!("tag {name}"), text));
                let version = it.version.iter().map(|text| ("version".to_owned(), text));
                described.chain(tags).chain(version).collect()
            }
        }
    }

    /// Every reference of its texts, in order.
    pub fn references(&self, visit: &mut dyn FnMut(&Reference)) {
        for (_, text) in self.texts() {
            super::references::in_text(text, visit);
        }
    }
}
