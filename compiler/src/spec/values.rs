//! The small types that fields are made of: names, literals, durations, sizes, paths.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Cx, Decode, NameRule, integer, is_number};
use crate::plan::{Scalar, ValueType};
use crate::source::{Span, Spanned};
use crate::syntax::{Kind, NodeId, Style};

fn is_word(name: &str, first: fn(u8) -> bool, rest: fn(u8) -> bool) -> bool {
    let bytes = name.as_bytes();
    !name.contains("__")
        && bytes.first().is_some_and(|byte| first(*byte))
        && bytes.iter().all(|byte| rest(*byte))
}

macro_rules! name_rule {
    (
        $(#[doc = $doc:expr])*
        $Rule:ident = $what:literal, $pattern:literal, without $reserved:literal ($words:literal),
        $first:expr, $rest:expr
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $Rule {}

        impl NameRule for $Rule {
            const WHAT: &'static str = $what;
            const PATTERN: &'static str = $pattern;
            const RESERVED: &'static str = $reserved;
            const BESIDES: &'static str = $words;

            fn allows(name: &str) -> bool {
                let ends = $reserved.ends_with("_$") && name.ends_with('_');
                is_word(name, $first, $rest) && !ends
            }
        }
    };
}

name_rule! {
    /// Names of steps, triggers and submissions: Azure ML takes no capitals in node keys. Without `_`
    /// at the end, `<step>__<output>` can be cut at its first `__`.
    StepName = "a name of a step, trigger or submission", "^[a-z_][a-z0-9_]*$",
    without "__|_$" ("; `__` is reserved, and so is `_` at the end"),
    |byte| byte.is_ascii_lowercase() || byte == b'_',
    |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
}
name_rule! {
    /// Names of parameters, inputs and outputs.
    PortName = "a name of a parameter, input or output", "^[A-Za-z_][A-Za-z0-9_]*$",
    without "__" ("; `__` is reserved"),
    |byte| byte.is_ascii_alphabetic() || byte == b'_',
    |byte| byte.is_ascii_alphanumeric() || byte == b'_'
}
name_rule! {
    /// Names of stages: parts of the names of files, jobs and schedules.
    StageName = "a name of a stage", "^[a-z][a-z0-9_]*$",
    without "__|_$" ("; `__` is reserved, and so is `_` at the end"),
    |byte| byte.is_ascii_lowercase(),
    |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
}
name_rule! {
    /// Names of entries of the project's maps.
    EntryName = "a name of an entry", "^[A-Za-z_][A-Za-z0-9_-]*$",
    without "__" ("; `__` is reserved"),
    |byte| byte.is_ascii_alphabetic() || byte == b'_',
    |byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}
name_rule! {
    /// Names of the values of a matrix.
    AxisName = "a name of a matrix's value", "^[A-Za-z_][A-Za-z0-9_]*$",
    without "__" ("; `__` is reserved"),
    |byte| byte.is_ascii_alphabetic() || byte == b'_',
    |byte| byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Names of environment variables.
#[derive(Clone, Copy, Debug)]
pub enum VariableName {}

impl NameRule for VariableName {
    const WHAT: &'static str = "a name of an environment variable";
    const PATTERN: &'static str = "^[A-Za-z_][A-Za-z0-9_]*$";

    fn allows(name: &str) -> bool {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        name.bytes().all(word) && name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit())
    }
}

/// Any text as a key (tags, lint names).
#[derive(Clone, Copy, Debug)]
pub enum AnyName {}

impl NameRule for AnyName {
    const WHAT: &'static str = "a key";
    const PATTERN: &'static str = "^.+$";

    fn allows(name: &str) -> bool {
        !name.is_empty() && !name.chars().any(char::is_control) && !name.contains("${{")
    }
}

/// A literal: text, a number, true or false. Quotes make text of anything.
#[derive(Clone, PartialEq, Debug)]
pub struct Literal {
    /// As written, without quotes.
    pub text: String,
    /// Whether it was quoted, or a block.
    pub quoted: bool,
    /// Its place.
    pub span: Span,
}

impl Literal {
    /// A scalar as it was written.
    pub(crate) fn new(text: &str, style: Style, span: Span) -> Self {
        Self { text: text.to_owned(), quoted: style != Style::Plain, span }
    }

    /// What it means when nothing else is known.
    pub fn value(&self) -> Scalar {
        resolve(&self.text, self.quoted)
    }

    /// What it means where a type is expected; `None` when it does not fit. Any plain scalar is
    /// text where text is expected (`3.10`, `on`, `007`).
    pub fn of_kind(&self, kind: ValueType) -> Option<Scalar> {
        match (kind, self.value()) {
            (ValueType::Integer, Scalar::Integer(number)) => Some(Scalar::Integer(number)),
            (ValueType::Number, Scalar::Integer(number)) => {
                Some(Scalar::Number(number.to_string()))
            }
            (ValueType::Number, Scalar::Number(text)) => Some(Scalar::Number(text)),
            (ValueType::Boolean, Scalar::Boolean(value)) => Some(Scalar::Boolean(value)),
            (ValueType::Integer | ValueType::Number | ValueType::Boolean, _) => None,
            _ => Some(Scalar::Text(self.text.clone())),
        }
    }
}

/// What a scalar means when nothing else is known.
pub(crate) fn resolve(text: &str, quoted: bool) -> Scalar {
    match text {
        _ if quoted => {}
        "true" => return Scalar::Boolean(true),
        "false" => return Scalar::Boolean(false),
        _ => {
            if let Some(number) = integer(text) {
                return Scalar::Integer(number);
            }
            if is_number(text) {
                return Scalar::Number(text.to_owned());
            }
        }
    }
    Scalar::Text(text.to_owned())
}

impl Decode for Literal {
    const EXPECTED: &'static str = "a value (text, a number, true or false)";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, style) = cx.fixed(node, Self::EXPECTED)?;
        Some(Self::new(text, style, cx.span(node)))
    }
}

impl JsonSchema for Literal {
    fn schema_name() -> Cow<'static, str> {
        "Literal".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "value",
            "description": "A value: text, a number, true or false. Quotes make text of anything.",
            "type": ["string", "number", "boolean"],
        })
    }
}

/// Any scalar, kept as the text that was written (tags, environment values without references).
#[derive(Clone, PartialEq, Debug)]
pub struct Word(pub Spanned<String>);

impl Decode for Word {
    const EXPECTED: &'static str = "text, a number, true or false";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, _) = cx.fixed(node, Self::EXPECTED)?;
        Some(Self(Spanned::new(text.to_owned(), cx.span(node))))
    }
}

impl JsonSchema for Word {
    fn schema_name() -> Cow<'static, str> {
        "Word".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

/// A length of time in seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Duration(pub u64);

impl Duration {
    /// Reads `90s`, `5 minutes`, `2h`, `1 day`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let amount: u64 = text[..digits].parse().ok()?;
        let unit = match text[digits..].trim_start_matches(' ') {
            "s" | "second" | "seconds" => 1,
            "m" | "min" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 86_400,
            _ => return None,
        };
        amount.checked_mul(unit).filter(|seconds| *seconds > 0).map(Self)
    }
}

impl Decode for Spanned<Duration> {
    const EXPECTED: &'static str = "a duration such as 90s, 5 minutes, 2h or 1 day";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, _) = cx.scalar(node, Self::EXPECTED)?;
        match Duration::parse(text) {
            Some(duration) => Some(Self::new(duration, cx.span(node))),
            None => cx.wrong_scalar(node, Self::EXPECTED, super::hints::duration),
        }
    }
}

impl JsonSchema for Spanned<Duration> {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "duration",
            "description": "A length of time: a whole number and a unit (s, minutes, h, days).",
            "type": "string",
            "pattern": "^0*[1-9][0-9]* *(s|seconds?|m|min|minutes?|h|hours?|d|days?)$",
        })
    }
}

/// The name of an environment of the CI platform.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CiEnvironment(pub String);

impl Decode for Spanned<CiEnvironment> {
    const EXPECTED: &'static str = "the name of a CI environment";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, style) = cx.fixed(node, Self::EXPECTED)?;
        // `approval: true` would look for an environment of that name.
        let lower = text.to_ascii_lowercase();
        let boolean = style == Style::Plain && matches!(lower.as_str(), "true" | "false");
        if text.is_empty() || boolean {
            let hint = "name the environment on the CI platform, such as `production`";
            return cx.not_text(node, Self::EXPECTED, Some(hint));
        }
        Some(Self::new(CiEnvironment(text.to_owned()), cx.span(node)))
    }
}

impl JsonSchema for Spanned<CiEnvironment> {
    fn schema_name() -> Cow<'static, str> {
        "CiEnvironment".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "title": "name", "type": ["string", "number"], "minLength": 1 })
    }
}

/// A path as the author wrote it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathText(pub String);

/// Linux takes this many bytes.
const LONGEST_PATH: usize = 4096;
const LONGEST_PATH_HELP: &str = "at most 4096 bytes";

impl Decode for Spanned<PathText> {
    const EXPECTED: &'static str = "a path";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, _) = cx.scalar(node, Self::EXPECTED)?;
        if let Some((message, help)) = path_fault(text) {
            return cx.bad_value(node, message, help);
        }
        Some(Self::new(PathText(text.to_owned()), cx.span(node)))
    }
}

/// What is wrong with a path, and what to do.
pub(crate) fn path_fault(text: &str) -> Option<(&'static str, &'static str)> {
    let absolute = text.starts_with('/') || text.as_bytes().get(1) == Some(&b':');
    if text.is_empty() || absolute {
        return Some(("the path must be relative", "write it from this file on"));
    }
    if text.contains('\\') {
        let help = "write `/` between folders; it works on every system";
        return Some(("the path has a backslash", help));
    }
    if text.chars().any(char::is_control) || text.contains("${{") || text.contains("$(") {
        return Some(("the path is not plain text", "write the path itself"));
    }
    (text.len() > LONGEST_PATH).then_some(("no system takes a path this long", LONGEST_PATH_HELP))
}

impl JsonSchema for Spanned<PathText> {
    fn schema_name() -> Cow<'static, str> {
        "Path".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "path",
            "description": "A relative path with `/`; in a spec from its own folder on, in the project file from the root on.",
            "type": ["string", "number", "boolean"],
            "pattern": r"^(?!.:)[^/\\][^\\]*$",
        })
    }
}

/// The type of a parameter, input or output.
impl Decode for Spanned<ValueType> {
    const EXPECTED: &'static str = "a type";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, _) = cx.scalar(node, Self::EXPECTED)?;
        if let Some(kind) = value_type(text) {
            return Some(Self::new(kind, cx.span(node)));
        }
        let words: Vec<&str> = ValueType::ALL.iter().map(|kind| kind.word()).collect();
        super::record::not_a_choice(cx, node, text, Self::EXPECTED, &words, &[])
    }
}

/// The type behind a word.
pub(crate) fn value_type(word: &str) -> Option<ValueType> {
    ValueType::ALL.into_iter().find(|kind| kind.word() == word)
}

impl JsonSchema for Spanned<ValueType> {
    fn schema_name() -> Cow<'static, str> {
        "Type".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = ValueType::ALL.iter().map(|kind| kind.word()).collect();
        json_schema!({
            "title": "type",
            "description": "What a value is.",
            "type": "string",
            "enum": words,
        })
    }
}

/// The version of the language: `1`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Version;

impl Decode for Version {
    const EXPECTED: &'static str = "the language version 1";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        match cx.tree.kind(node) {
            Kind::Scalar(scalar) if scalar.text == "1" && scalar.style == Style::Plain => {
                Some(Self)
            }
            Kind::Null | Kind::Scalar(_) | Kind::List(_) | Kind::Map(_) => cx.bad_value(
                node,
                "this version of mlopsc reads `mlopsc: 1` only",
                "write `mlopsc: 1`",
            ),
        }
    }
}

impl JsonSchema for Version {
    fn schema_name() -> Cow<'static, str> {
        "Version".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "const": 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(Duration::parse("90s"), Some(Duration(90)));
        assert_eq!(Duration::parse("5 minutes"), Some(Duration(300)));
        assert_eq!(Duration::parse("2h"), Some(Duration(7200)));
        assert_eq!(Duration::parse("1 day"), Some(Duration(86_400)));
        for bad in ["", "5", "0s", "-1s", "1.5h", "5 parsecs", "99999999999999999999d"] {
            assert_eq!(Duration::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn numbers_are_json_numbers() {
        for good in ["0.5", "-1", "1e-5", "0", "10", "2.50E+3"] {
            assert!(is_number(good), "{good}");
        }
        for bad in ["", "-", "01", "1.", ".5", "1e", "0x1", "inf", "1e999", "3.10.1", "1_000"] {
            assert!(!is_number(bad), "{bad}");
        }
    }

    #[test]
    fn reserved_names() {
        assert!(StepName::allows("prepare_2"));
        assert!(!StepName::allows("a__b"));
        assert!(!StepName::allows("Prepare"));
        assert!(!StepName::allows("prepare_"));
        assert!(PortName::allows("lambda_"));
        assert!(!StepName::allows(""));
        assert!(PortName::allows("rawData"));
    }
}
