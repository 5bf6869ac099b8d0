//! How one text is written so that every reader gives it back: readers of YAML 1.1 and of 1.2
//! disagree on what an unquoted word is, so only what all of them read as text stays unquoted.

use std::fmt::Write as _;

/// The ways to write a text in YAML.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Style {
    /// As it is.
    Plain,
    /// Between `'`; no escapes.
    Single,
    /// Between `"`, with the escapes of JSON.
    Double,
    /// A literal block (`|`).
    Literal,
}

const PLAIN: u8 = 0; // allowed in a plain scalar
const COLON: u8 = 1; // allowed there unless a blank follows
const NOT_PLAIN: u8 = 2; // printable
const ESCAPED: u8 = 4; // `"` and `\`, which double quotes would have to escape
const BREAK: u8 = 8; // a line feed
const TAB: u8 = 16; // harmless in a block only
const CONTROL: u8 = 32; // must be escaped everywhere
const WIDE: u8 = 64; // part of a character beyond ASCII

/// What each byte allows. The plain set is `A-Za-z0-9_./ $@{}()'=!<>&|*:,+-`.
static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [NOT_PLAIN; 256];
    let mut at = 0;
    while at < 256 {
        #[allow(clippy::cast_possible_truncation)] // at is below 256
        let byte = at as u8;
        table[at] = match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => PLAIN,
            b':' => COLON,
            b'"' | b'\\' => NOT_PLAIN | ESCAPED,
            b'\n' => NOT_PLAIN | BREAK,
            b'\t' => NOT_PLAIN | TAB,
            0..=0x1f | 0x7f => NOT_PLAIN | CONTROL,
            0x80.. => NOT_PLAIN | WIDE,
            _ => NOT_PLAIN,
        };
        at += 1;
    }
    let marks = b"_./ $@{}()'=!<>&|*,+-";
    at = 0;
    while at < marks.len() {
        table[marks[at] as usize] = PLAIN;
        at += 1;
    }
    table
}

/// The style of a text where blocks are possible.
pub(super) fn style(text: &str) -> Style {
    let traits = text.bytes().fold(0, |traits, byte| traits | CLASSES[usize::from(byte)]);
    let hidden = traits & CONTROL != 0 || traits & WIDE != 0 && text.chars().any(is_hidden);
    if traits & NOT_PLAIN == 0 && is_plain(text, traits & COLON != 0) {
        Style::Plain
    } else if hidden {
        Style::Double
    } else if traits & BREAK != 0 {
        if fits_block(text) { Style::Literal } else { Style::Double }
    } else if traits & TAB == 0 && traits & ESCAPED != 0 {
        Style::Single
    } else {
        Style::Double
    }
}

/// Whether a text of plain characters is read as that text by every reader.
fn is_plain(text: &str, has_colon: bool) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    let starts_well = match first {
        b'.' => starts_like_a_path(text),
        b'e' | b'E' => !is_exponent(bytes),
        first => first.is_ascii_alphabetic() || matches!(first, b'_' | b'/' | b'$'),
    };
    let breaks_off = matches!(last, b' ' | b':') || has_colon && text.contains(": ");
    starts_well && !breaks_off && !is_keyword(text)
}

/// `.5`, `.e5` and `.inf` are numbers and `...` ends a document; `./x`, `../x` and `.x` are none of
/// these.
fn starts_like_a_path(text: &str) -> bool {
    match text.as_bytes() {
        [b'.', b'/', ..] | [b'.', b'.', b'/', ..] => true,
        [b'.', rest @ ..] if rest.first().is_some_and(u8::is_ascii_alphabetic) => {
            let is_special = |word: &[u8]| rest.eq_ignore_ascii_case(word);
            !is_special(b"inf") && !is_special(b"nan") && !is_exponent(rest)
        }
        _ => false,
    }
}

/// `e5` and `e-5`, which some readers take for a number without its first part.
fn is_exponent(bytes: &[u8]) -> bool {
    match bytes {
        [b'e' | b'E', b'+' | b'-', digit, ..] | [b'e' | b'E', digit, ..] => digit.is_ascii_digit(),
        _ => false,
    }
}

/// Words that some reader takes for a boolean or for nothing.
fn is_keyword(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    text.len() <= 5 && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Characters beyond ASCII that YAML forbids unescaped, takes for line breaks, or that change the
/// order in which people see the text.
pub(super) fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{80}'..='\u{9f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}'
        | '\u{fffe}'..='\u{ffff}')
}

/// Whether every reader agrees on a text of several lines as a literal block: it starts and ends
/// with a line that shows something (but for the line feeds at the end).
fn fits_block(text: &str) -> bool {
    let blank = |line: &str| line.trim_ascii().is_empty();
    let body = text.trim_end_matches('\n');
    let first = body.split('\n').next().unwrap_or("");
    let last = body.rsplit('\n').next().unwrap_or("");
    !blank(first) && !blank(last)
}

/// The header of a literal block: chomping, and an indentation indicator where the first line
/// starts with a blank and readers could not find the indentation by themselves.
pub(super) fn block_header(text: &str) -> &'static str {
    let indented = text.starts_with([' ', '\t']);
    let breaks = text.len() - text.trim_end_matches('\n').len();
    match (indented, breaks) {
        (false, 0) => "|-",
        (false, 1) => "|",
        (false, _) => "|+",
        (true, 0) => "|2-",
        (true, 1) => "|2",
        (true, _) => "|2+",
    }
}

/// Whether a text can stand unquoted inside `[ ]`.
pub(super) fn is_word(text: &str) -> bool {
    let safe =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'-' | b'*');
    text.bytes().all(safe) && is_plain(text, false)
}

/// Writes a text between single quotes.
pub(super) fn single(out: &mut String, text: &str) {
    out.push('\'');
    for (at, part) in text.split('\'').enumerate() {
        out.push_str(if at == 0 { "" } else { "''" });
        out.push_str(part);
    }
    out.push('\'');
}

/// Writes a text between double quotes, escaped as in JSON; YAML knows the same escapes.
///
/// Characters that YAML forbids are escaped though JSON allows them, since Azure ML's tools read
/// JSON files with a YAML parser.
pub(super) fn double(out: &mut String, text: &str) {
    out.push('"');
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        if CLASSES[usize::from(byte)] & (ESCAPED | BREAK | TAB | CONTROL | WIDE) == 0 {
            continue;
        }
        // Bytes inside a character have none starting at them.
        let Some(character) = text.get(at..).and_then(|rest| rest.chars().next()) else { continue };
        if character.is_ascii() || is_hidden(character) {
            out.push_str(&text[done..at]);
            escape(out, character);
            done = at + character.len_utf8();
        }
    }
    out.push_str(&text[done..]);
    out.push('"');
}

fn escape(out: &mut String, character: char) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        // All of these lie in the basic plane, so one escape of four digits says them.
        other => {
            let _ = write!(out, "\\u{:04x}", u32::from(other));
        }
    }
}

/// Writes a comment's text: whatever could end the comment becomes a blank.
pub(super) fn comment(out: &mut String, text: &str) {
    out.push('#');
    let text = text.trim_end();
    if !text.is_empty() {
        out.push(' ');
    }
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return out.push_str(text);
    }
    out.extend(text.chars().map(|c| if c.is_ascii_control() || is_hidden(c) { ' ' } else { c }));
}

/// Writes a number in a spelling that JSON and both versions of YAML take for the same number:
/// YAML 1.1 wants a point and the exponent's sign. What is no JSON number is written as text.
pub(super) fn number(out: &mut String, spelling: &str) {
    let (mantissa, exponent) = match spelling.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (spelling, None),
    };
    let power = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    if !is_decimal(mantissa) || power.is_some_and(|digits| !is_digits(digits)) {
        return double(out, spelling);
    }
    out.push_str(mantissa);
    if let (Some(exponent), Some(power)) = (exponent, power) {
        out.push_str(if mantissa.contains('.') { "e" } else { ".0e" });
        out.push(if exponent.starts_with('-') { '-' } else { '+' });
        out.push_str(power);
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A JSON number without exponent.
fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    is_digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(is_digits)
}
