//! Documents to exact text: YAML and JSON whose bytes depend on nothing but the document.

mod doc;
mod json;
pub mod mark;
mod scalar;
#[cfg(test)]
mod tests;
mod yaml;

pub use doc::{Doc, Entry, Map, Notes};
pub use json::{json, json_words};
pub use yaml::yaml;
