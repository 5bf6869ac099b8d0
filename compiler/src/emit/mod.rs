//! Documents to exact text: YAML and JSON whose bytes depend on nothing but the document.

mod doc;

pub use doc::{Doc, Entry, Map};
