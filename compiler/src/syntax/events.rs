//! The parser behind our own events. The only file that names it.

// The parser's enums may grow, so that every match on them has to end in `_`.
#![allow(clippy::wildcard_enum_match_arm)]

use std::borrow::Cow;

use granit_parser::{
    ErrorKind, Event as Raw, Parser, ScalarStyle, ScanError, Span as RawSpan, StrInput,
    StructureStyle, options,
};

use super::limits::MAX_DEPTH;
use super::tree::Style;

/// What the parser met next.
#[derive(Debug)]
pub(super) enum Event<'s> {
    /// A document starts, with `---` or without.
    Document(bool),
    /// A text; without a style when nothing was written where a node stands.
    Scalar(Cow<'s, str>, Option<Style>),
    /// A list opens.
    List(Notation),
    /// A map opens.
    Map(Notation),
    /// The innermost list or map ends.
    End,
    /// `*name` for the anchor of this number.
    Alias(usize),
    /// `*name` for an anchor that nobody gave.
    UnknownAlias,
    /// `&name` of the node just met.
    Anchor,
    /// A comment.
    Comment,
}

/// Indented lines, or brackets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Notation {
    Block,
    Flow,
}

/// Where an event stands, in bytes.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) start: u32,
    pub(super) end: u32,
    /// The number of the node's anchor, from 1; 0 without one.
    pub(super) anchor: usize,
    /// The place of the node's tag.
    pub(super) tag: Option<(u32, u32)>,
}

/// Why the text is no YAML.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: u32,
    pub(super) message: Cow<'static, str>,
    pub(super) help: &'static str,
    pub(super) about: About,
}

/// Faults whose place or words need a look at the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum About {
    /// Too many levels.
    Depth,
    /// A quoted text ran into what cannot belong to it.
    Quotes,
    /// An escape is wrong in the text whose quote opens here.
    Escape,
    /// A tab indents.
    Tab,
    /// Something in brackets is not followed by a comma or the closing one.
    Brackets,
    /// A `:` makes a key of what cannot be one.
    Colon,
    /// What should be a key has no `:`.
    Key,
    /// A line, or the rest of one, belongs to nothing above it.
    Indent,
    /// All else.
    Other,
}

/// The events of a text. Nothing follows a fault.
pub(super) struct Events<'s> {
    parser: Parser<'s, StrInput<'s>>,
}

impl<'s> Events<'s> {
    /// Comments cost time, and few readers ask for them.
    pub(super) fn new(text: &'s str, comments: bool) -> Self {
        let depth = MAX_DEPTH as usize + 1;
        let options = options! {
            // People write the closing bracket under the key, and other readers accept it.
            strict_indentation: false,
            disallow_directives: true,
            emit_unresolved_aliases: true,
            emit_anchor_events: true,
            emit_comments: comments,
            // The file's size is the limit.
            max_buffered_comment_events: usize::MAX,
            flow_nesting_limit: depth,
            block_nesting_limit: depth,
        };
        Self { parser: Parser::new_from_str_with_options(text, options) }
    }
}

impl<'s> Iterator for Events<'s> {
    type Item = Result<(Event<'s>, Place), Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.parser.next_event()? {
                Ok((raw, span)) => {
                    if let Some(met) = translate(raw, &span) {
                        return Some(Ok(met));
                    }
                }
                Err(error) => return Some(Err(fault(&error))),
            }
        }
    }
}

fn translate<'s>(raw: Raw<'s>, span: &RawSpan) -> Option<(Event<'s>, Place)> {
    let (start, end) = bytes(span);
    let (event, anchor) = match raw {
        Raw::DocumentStart(marked, _) => (Event::Document(marked), 0),
        Raw::Scalar(text, style, anchor, _) => {
            let absent = start == end && style == ScalarStyle::Plain;
            (Event::Scalar(text, (!absent).then(|| notation(style))), anchor)
        }
        Raw::SequenceStart(style, anchor, _) => (Event::List(structure(style)), anchor),
        Raw::MappingStart(style, anchor, _) => (Event::Map(structure(style)), anchor),
        Raw::SequenceEnd | Raw::MappingEnd => (Event::End, 0),
        Raw::Alias(anchor) => (Event::Alias(anchor), 0),
        Raw::UnresolvedAlias(_) => (Event::UnknownAlias, 0),
        Raw::Anchor(..) => (Event::Anchor, 0),
        Raw::Comment(..) => (Event::Comment, 0),
        _ => return None,
    };
    let tag = span.tag_start().map(|_| span.tag_span().map_or((start, end), |tag| bytes(&tag)));
    Some((event, Place { start, end, anchor, tag }))
}

fn bytes(span: &RawSpan) -> (u32, u32) {
    let offset = |at: Option<usize>| at.and_then(|at| u32::try_from(at).ok()).unwrap_or(0);
    (offset(span.start.byte_offset()), offset(span.end.byte_offset()))
}

fn notation(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

fn structure(style: StructureStyle) -> Notation {
    match style {
        StructureStyle::Block => Notation::Block,
        StructureStyle::Flow => Notation::Flow,
    }
}

fn fault(error: &ScanError) -> Fault {
    let at = error.marker().byte_offset().and_then(|at| u32::try_from(at).ok()).unwrap_or(0);
    let (message, help) = explain(error.kind());
    Fault { at, message, help, about: about(error.kind()) }
}

fn about(kind: &ErrorKind) -> About {
    match kind {
        ErrorKind::RecursionLimitExceeded => About::Depth,
        ErrorKind::InvalidQuotedScalarIndent => About::Quotes,
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => About::Colon,
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => About::Key,
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation => About::Indent,
        ErrorKind::UnknownQuotedScalarEscape | ErrorKind::InvalidQuotedScalarHexEscape => {
            About::Escape
        }
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar => About::Tab,
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => {
            About::Brackets
        }
        _ => About::Other,
    }
}

/// The parser's finding in an author's words, and what to do; the help may be empty.
fn explain(kind: &ErrorKind) -> (Cow<'static, str>, &'static str) {
    let known = character(kind).or_else(|| layout(kind)).or_else(|| quoting(kind));
    let known = known.or_else(|| brackets(kind)).map(|(text, help)| (text.into(), help));
    match kind {
        ErrorKind::UnexpectedCharacter { character } if character.is_control() => (
            format!("the control character U+{:04X} is not allowed", u32::from(*character)).into(),
            "remove it, or write it as an escape in double quotes",
        ),
        ErrorKind::UnexpectedCharacter { character } => {
            (format!("text cannot start with `{character}`").into(), "put the text in quotes")
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            (format!("`{open}` is closed by `{close}`").into(), "")
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            (format!("`{open}` is never closed").into(), "")
        }
        _ => known.unwrap_or_else(|| (format!("this is not YAML: {kind}").into(), "")),
    }
}

type Words = Option<(&'static str, &'static str)>;

fn layout(kind: &ErrorKind) -> Words {
    const ALIGN: &str = "align it with the lines that it belongs to";
    Some(match kind {
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation => {
            ("the indentation of this line fits nothing above it", ALIGN)
        }
        ErrorKind::ExpectedBlockSequenceEntry => {
            ("a list item has to start with `- `", "a list and a map cannot share an indentation")
        }
        ErrorKind::InvalidBlockScalarIndent => {
            ("this line is indented less than the text block that it is in", ALIGN)
        }
        ErrorKind::InvalidQuotedScalarIndent | ErrorKind::InvalidFlowScalarIndent => {
            ("the text goes on here, but with too little indentation", ALIGN)
        }
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => (
            "a list with `-` cannot start here",
            "start it on a line of its own, or write `[a, b]`",
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            ("a key needs a `:` on its line", "write `key: value`, with a blank behind the `:`")
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => (
            "a `:` cannot stand here",
            "put text that holds `: ` in quotes; a nested map starts on a line of its own",
        ),
        ErrorKind::MappingKeyNotAllowed => ("a key cannot stand here", ALIGN),
        ErrorKind::RecursionLimitExceeded => ("lists and maps are nested too deeply", ""),
        ErrorKind::InvalidBlockScalarHeader => (
            "only `+`, `-`, a digit or a comment may follow `|` and `>`",
            "start the text on the next line",
        ),
        ErrorKind::ZeroBlockScalarIndent => {
            ("the indentation of a text block is a digit from 1 to 9", "")
        }
        _ => return None,
    })
}

fn character(kind: &ErrorKind) -> Words {
    const SPACES: &str = "indent with spaces";
    Some(match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar => ("a tab cannot indent", SPACES),
        ErrorKind::DirectiveDisallowed => {
            ("YAML directives (lines that start with `%`) are not used here", "remove the line")
        }
        ErrorKind::BomInsideDocument => ("a byte order mark stands inside the file", "remove it"),
        ErrorKind::CommentNotSeparated => {
            ("a comment needs a blank before its `#`", "put text that holds `#` in quotes")
        }
        ErrorKind::CommentInterceptedScalar => (
            "a comment cannot stand between the lines of a text",
            "move the comment, or write the text as a block with `|` or `>-`",
        ),
        ErrorKind::InvalidBlockEntryWhitespace
        | ErrorKind::ExpectedWhitespace
        | ErrorKind::InvalidMappingValueWhitespace => ("a blank is missing here", ""),
        ErrorKind::MissingAnchorOrAliasName => {
            ("`&` and `*` need a name", "put text that starts with `&` or `*` in quotes")
        }
        _ => return None,
    })
}

fn quoting(kind: &ErrorKind) -> Words {
    const ESCAPES: &str =
        "in double quotes a `\\` starts an escape; write `\\\\`, or use single quotes";
    Some(match kind {
        ErrorKind::UnclosedQuotedScalar => ("this quote is never closed", ""),
        ErrorKind::DocumentIndicatorInQuotedScalar => {
            ("a quoted text runs into `---` or `...`", "close the quote")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => (
            "something follows the closing quote",
            "quote the whole text; inside single quotes a quote is written twice",
        ),
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidUnicodeEscape => ("this is no escape that YAML knows", ESCAPES),
        _ => return None,
    })
}

fn brackets(kind: &ErrorKind) -> Words {
    Some(match kind {
        ErrorKind::ExpectedFlowMappingSeparator => ("`,` or `}` is missing here", ""),
        ErrorKind::ExpectedFlowSequenceSeparator => ("`,` or `]` is missing here", ""),
        ErrorKind::MisplacedFlowCollectionEnd => {
            ("this bracket closes nothing", "put text that starts with a bracket in quotes")
        }
        ErrorKind::ExpectedNodeContent => ("a value is missing here", ""),
        ErrorKind::PlainScalarStartsWithDashFlowIndicator => {
            ("a `-` is followed by a bracket or a comma", "put a blank behind the `-`")
        }
        ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::UnexpectedEofBlockSequence
        | ErrorKind::UnexpectedEofBlockMapping
        | ErrorKind::UnexpectedEof => ("the file ends too early", ""),
        _ => return None,
    })
}
