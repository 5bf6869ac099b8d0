//! YAML text to a tree that knows its places.
//!
//! The text is read once, in one pass over the parser's events, into flat vectors. Mistakes are
//! reported beside the tree, never instead of it: a [`Tree`] always comes back and holds whatever
//! was complete before the first mistake that stops the reading.
//!
//! What is accepted is YAML 1.2 with anchors, aliases and the merge key `<<`. Tags, directives,
//! keys that are not text, and a second document are refused. Plain scalars stay text: whether
//! `3.10` is a number is for the field that expects one.

mod build;
mod comments;
mod edit;
mod events;
mod extents;
mod faults;
mod limits;
mod locate;
mod maps;
mod quick;
mod tree;

pub use build::{glance, parse};
pub use edit::apply;
pub use limits::{MAX_BYTES, MAX_DEPTH, MAX_VISITS};
pub use tree::{Allow, Comment, Entry, Kind, NodeId, Scalar, Style, Tree, Written};

#[cfg(any(test, fuzzing))]
pub mod agreement;
#[cfg(test)]
pub(crate) mod properties;
#[cfg(test)]
mod tests;
