//! What is wrong inside a text, in offsets of that text; the caller knows where the text stands.

use std::ops::Range;

/// A mistake in a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Bytes of the text.
    pub at: Range<usize>,
    /// One sentence: what was found.
    pub message: String,
    /// What is allowed, or what to do.
    pub help: Option<String>,
}

impl Fault {
    /// A mistake at a place.
    pub fn new(at: Range<usize>, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), help: None }
    }

    /// What is allowed, or what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Something that the language names and this version does not build.
    pub fn not_supported(at: Range<usize>, what: impl std::fmt::Display) -> Self {
        Self { at, message: format!("{what} is not supported yet"), help: None }
    }

    /// Whether the language names what was found, and only this version does not build it.
    pub fn is_not_supported(&self) -> bool {
        self.message.ends_with("not supported yet")
    }
}
