//! Images that CI builds, and that its jobs run in.

use super::{Reference, Text};

/// Index of an image in [`super::Plan::images`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ImageId(pub u32);

/// An image of the project, under the name that what it is built of gives it.
#[derive(Clone, PartialEq, Debug)]
pub struct BuiltImage {
    /// Its name in the project file.
    pub name: String,
    /// The part of the path that a step adds.
    pub variant: Option<String>,
    /// The registry's host.
    pub login_server: String,
    /// The path in it, with the variant.
    pub repository: String,
    /// `src-` and a digest of all that the image is built of.
    pub tag: String,
    /// The Docker registry connection; there is one where Azure Pipelines is written.
    pub service_connection: Option<String>,
    /// How GitHub signs in; there is a way where GitHub is written.
    pub credentials: Option<Credentials>,
    /// The CI environment on GitHub that holds them.
    pub environment: Option<String>,
    /// What it is built by.
    pub recipe: Recipe,
    /// Root-relative folder of the build; empty: the root.
    pub context: String,
    /// Values of the Dockerfile's arguments, in the author's order.
    pub args: Vec<(String, String)>,
    /// Further tags.
    pub tags: Vec<ImageTag>,
}

impl BuiltImage {
    /// The image in the registry, without tag.
    pub fn path(&self) -> String {
        format!("{}/{}", self.login_server, self.repository)
    }

    /// Its full name.
    pub fn reference(&self) -> String {
        format!("{}:{}", self.path(), self.tag)
    }

    /// What people read.
    pub fn title(&self) -> String {
        match &self.variant {
            Some(variant) => format!("{} ({variant})", self.name),
            None => self.name.clone(),
        }
    }
}

/// Who signs in to a registry, and with what: a CI variable or secret, and a CI secret.
#[derive(Clone, PartialEq, Debug)]
pub struct Credentials {
    /// Who.
    pub username: Text,
    /// With what.
    pub password: Text,
}

/// What an image is built by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Recipe {
    /// A Dockerfile: its root-relative path.
    File(String),
    /// The text of one, for a conda file.
    Text(String),
}

/// A further tag of an image.
#[derive(Clone, PartialEq, Debug)]
pub struct ImageTag {
    /// Its parts.
    pub pieces: Vec<TagPiece>,
    /// The runs that put it on the image.
    pub runs: TagRuns,
}

/// Runs that put a tag on an image.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TagRuns {
    /// The one that builds it.
    Building,
    /// Each one for a tag of git.
    OfGitTags,
    /// Each one of this branch: the tag names the same image tomorrow only if the branch does.
    OfBranch(String),
}

/// A part of a tag.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TagPiece {
    /// Letters, digits, `_`, `.` and `-`.
    Literal(String),
    /// A fact of the run.
    Fact(Reference),
    /// The same in small letters, with `-` for what a tag cannot hold.
    Slug(Reference),
}
