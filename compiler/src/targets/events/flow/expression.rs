//! What a Logic App reads while it runs
//! (<https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference>).
//! The `@` and the braces of the language stand here and nowhere else.

use crate::targets::events::model::Value;

/// An expression of the workflow definition language.
#[derive(Clone, PartialEq, Debug)]
pub(in super::super) enum Read {
    /// Text as it is.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A property of the event, as it arrived: names from the outermost on.
    Arrived(Vec<String>),
    /// A property of what an action gave.
    Body(&'static str, Vec<String>),
    /// The status with which an action's call was answered.
    Status(&'static str),
    /// A header of that answer.
    Header(&'static str, &'static str),
    /// A parameter of the definition.
    Parameter(&'static str),
    /// The name of the run.
    Run,
    /// A function.
    Call(&'static str, Vec<Read>),
    /// A property of a value.
    Of(Box<Read>, Vec<String>),
}

impl Read {
    /// Text as it is.
    pub(in super::super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A property of what an action gave, by its name.
    pub(in super::super) fn body(action: &'static str, path: &[&str]) -> Self {
        Self::Body(action, path.iter().map(|part| (*part).to_owned()).collect())
    }

    /// The value with its type.
    pub(in super::super) fn whole(&self) -> Value {
        if let Self::Text(text) = self {
            literal(text).into()
        } else {
            format!("@{}", self.code()).into()
        }
    }

    /// The value as text.
    pub(in super::super) fn as_text(&self) -> Value {
        joined(std::slice::from_ref(self))
    }

    fn code(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Integer(number) => number.to_string(),
            Self::Arrived(path) => format!("triggerBody(){}", properties(path)),
            Self::Body(action, path) => format!("body('{action}'){}", properties(path)),
            Self::Status(action) => format!("outputs('{action}')?['statusCode']"),
            Self::Header(action, name) => format!("outputs('{action}')?['headers']?['{name}']"),
            Self::Parameter(name) => format!("parameters('{name}')"),
            Self::Run => "workflow()?['run']?['name']".to_owned(),
            Self::Call(name, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(Self::code).collect();
                format!("{name}({})", arguments.join(", "))
            }
            Self::Of(value, path) => format!("{}{}", value.code(), properties(path)),
        }
    }
}

/// Texts and values, one behind the other.
pub(in super::super) fn joined(parts: &[Read]) -> Value {
    let mut out = String::new();
    for (at, part) in parts.iter().enumerate() {
        match part {
            Read::Text(text) => {
                let is_last = at + 1 == parts.len();
                // A sign right before a value would make text of the value.
                let plain = if is_last { text.as_str() } else { text.trim_end_matches('@') };
                let start =
                    if out.is_empty() { literal(plain) } else { plain.replace("@{", "@@{") };
                out.push_str(&start);
                if plain.len() < text.len() {
                    out.push_str(&["@{'", &text[plain.len()..], "'}"].concat());
                }
            }
            Read::Integer(_)
            | Read::Arrived(_)
            | Read::Body(..)
            | Read::Status(_)
            | Read::Header(..)
            | Read::Parameter(_)
            | Read::Run
            | Read::Call(..)
            | Read::Of(..) => out.push_str(&["@{", &part.code(), "}"].concat()),
        }
    }
    out.into()
}

/// Text that is no expression: with `@` in front, all of it would be one.
fn literal(text: &str) -> String {
    let sign = if text.starts_with('@') && !text.starts_with("@{") { "@" } else { "" };
    [sign, &text.replace("@{", "@@{")].concat()
}

fn properties(path: &[String]) -> String {
    path.iter().map(|name| ["?[", &quoted(name), "]"].concat()).collect()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_no_expressions() {
        for (text, written) in [
            ("plain", "plain"),
            ("a@b.c", "a@b.c"),
            ("@body('x')", "@@body('x')"),
            ("@@x", "@@@x"),
            ("a @{b}", "a @@{b}"),
            ("@{b}", "@@{b}"),
        ] {
            assert_eq!(Read::text(text).whole(), Value::from(written), "{text}");
            assert_eq!(joined(&[Read::text(text)]), Value::from(written), "{text}");
        }
    }

    #[test]
    fn what_stands_alone_keeps_its_type() {
        let read = Read::body("Parse", &["data", "it's"]);
        assert_eq!(read.whole(), Value::from("@body('Parse')?['data']?['it''s']"));
        assert_eq!(read.as_text(), Value::from("@{body('Parse')?['data']?['it''s']}"));
        let parts = [Read::text("v"), Read::Integer(1), Read::Run];
        assert_eq!(joined(&parts), Value::from("v@{1}@{workflow()?['run']?['name']}"));
    }
}
