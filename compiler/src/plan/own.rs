//! What a CI job does that is not a command of the author's.

use super::{Deploy, ImageId, Place, Reference, Step, Task, Text, ValueType};

/// Work on CI that needs no command.
#[derive(Clone, PartialEq, Debug)]
pub enum OwnWork {
    /// Makes a version of a model or data asset.
    Register(Register),
    /// Puts a model behind an endpoint.
    Deploy(Deploy),
    /// Builds an image of the project.
    Image(ImageBuild),
}

/// An image that is built for itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ImageBuild {
    /// Which one.
    pub image: ImageId,
    /// Whether it is pushed, with all of its tags. Without, nobody signs in.
    pub push: bool,
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
            Self::Image(_) => "image",
            Self::Deploy(_) => "deploy",
        }
    }

    /// What it does, in a few words.
    pub fn words(&self) -> String {
        match self {
            Self::Register(it) => format!("registers {}", it.name),
            Self::Deploy(it) => format!("deploys to {}", it.endpoint),
            Self::Image(_) => self.word().to_owned(),
        }
    }

    /// The deployment that it makes.
    pub fn deploy(&self) -> Option<&Deploy> {
        match self {
            Self::Deploy(deploy) => Some(deploy),
            Self::Register(_) | Self::Image(_) => None,
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
            Self::Image(_) => Vec::new(),
            Self::Deploy(it) => {
                let tags = it.tags.iter().map(|(name, text)| (format!("tag {name}"), text));
                std::iter::once(("model".to_owned(), &it.model)).chain(tags).collect()
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

impl Step {
    /// The image of the project that it runs in.
    pub fn image(&self) -> Option<ImageId> {
        match &self.place {
            Place::Ci(place) => place.image,
            Place::AzureMl(_) => None,
        }
    }

    /// The image of the project that it builds and pushes.
    pub fn pushes(&self) -> Option<ImageId> {
        let build = self.builds()?;
        build.push.then_some(build.image)
    }

    /// The image of the project that it builds.
    pub fn builds(&self) -> Option<ImageBuild> {
        match &self.task {
            Task::Own(own) => match own.as_ref() {
                OwnWork::Image(build) => Some(*build),
                OwnWork::Register(_) | OwnWork::Deploy(_) => None,
            },
            Task::Command(_) | Task::FanOut(_) | Task::Native(_) | Task::Component(_) => None,
        }
    }
}
