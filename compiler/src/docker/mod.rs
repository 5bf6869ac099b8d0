//! What goes into an image: a Dockerfile, what it copies, and a digest of all that.
//!
//! The digest names the image, so it must be the same wherever the repository is checked out. Hence
//! only files count that a checkout has, and of line ends in texts, which git may turn, none: the
//! change of nothing but line ends is the one that makes no new image.

mod content;
mod dockerfile;
mod ignore;
mod lines;
mod pattern;
mod template;

pub(crate) use content::{Content, Digest, Recipe};
pub(crate) use template::dockerfile;

#[cfg(test)]
mod tests;
