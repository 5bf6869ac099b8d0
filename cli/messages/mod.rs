//! Messages of other tools: read, whatever form they have. Says what stands there; finds nothing.

mod documents;
mod lines;

pub(crate) use lines::in_script;

use mlopsc_compiler::diagnostics::Level;

/// One message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Message {
    /// Who says it.
    pub(crate) tool: String,
    /// What kind of finding it is, in the tool's own word.
    pub(crate) kind: Option<String>,
    pub(crate) level: Level,
    pub(crate) text: String,
    /// The file as the tool names it; `None`: it names none.
    pub(crate) file: Option<String>,
    pub(crate) at: At,
}

/// A place in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum At {
    /// Line and column, from 1.
    Line(u32, Option<u32>),
    /// Keys and numbers of items.
    Keys(Vec<String>),
}

impl Message {
    /// One sentence that says who speaks.
    pub(crate) fn sentence(&self) -> String {
        let text = self.text.trim().trim_end_matches('.');
        match &self.kind {
            Some(kind) => format!("{}: {text} [{kind}]", self.tool),
            None => format!("{}: {text}", self.tool),
        }
    }
}

/// The messages of a text, and the lines that are none.
pub(crate) fn read(text: &str) -> (Vec<Message>, Vec<String>) {
    let plain = without_colour(text);
    match serde_json::from_str(&plain) {
        Ok(document) => documents::read(&document),
        Err(_) => lines::read(&plain),
    }
}

/// The text without what only colours it.
fn without_colour(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        let end = after.find(|letter: char| letter.is_ascii_alphabetic());
        rest = end.map_or("", |end| &after[end + 1..]);
    }
    plain + rest
}

/// A level by the words of tools; what is no error is a warning.
fn level(word: &str) -> Level {
    if word.eq_ignore_ascii_case("error") || word.eq_ignore_ascii_case("high") {
        Level::Error
    } else {
        Level::Warning
    }
}

/// `$.jobs.train['a-b'].inputs[0]` and `jobs.train.inputs` as keys.
fn keys(path: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut rest = path.trim().trim_start_matches('$');
    while !rest.is_empty() {
        let (key, after) = if let Some(inner) = rest.strip_prefix('[') {
            inner.split_once(']').unwrap_or((inner, ""))
        } else {
            let body = rest.trim_start_matches('.');
            body.split_at(body.find(['.', '[']).unwrap_or(body.len()))
        };
        let key = key.trim_matches(['\'', '"']);
        if !key.is_empty() {
            keys.push(key.to_owned());
        }
        rest = after;
    }
    keys
}

#[cfg(test)]
mod tests;
