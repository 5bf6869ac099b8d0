//! The ownership mark: which spec a generated file belongs to, and whether somebody edited it.
//!
//! A mark reads `mlopsc spec=<path> digest=<16 hex digits>` and stands in the first KiB of a file: in
//! YAML and Bicep alone on a line of the comment at the top, in JSON as the value of `generated_by`.
//! Anywhere else it is a quotation, which makes nobody's file ours.
//! The digest is the start of the file's own SHA-256, taken with the sixteen digits as zeros.
//!
//! A file whose format has no place for a mark has a keeper: a file beside it, whose mark counts for
//! both and is followed by the digest of the kept one.

use std::fmt::Write as _;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

const START: &str = "mlopsc spec=";
const MIDDLE: &str = " digest=";
const ZEROS: &str = "0000000000000000";

/// Bytes at the start of a file in which a mark counts.
const WINDOW: usize = 1024;

/// What a file says about itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Root-relative path of the spec that the file was made from.
    pub spec: String,
    /// The sixteen hex digits.
    pub digest: String,
    /// Whether the digest fits: nobody edited the file since it was written.
    pub intact: bool,
}

/// The mark of a file that is still to be stamped. Characters of the path that could end a
/// comment, a JSON string or the mark itself are percent-encoded.
pub fn blank(spec: &str) -> String {
    let mut text = String::from(START);
    for character in spec.chars() {
        if character.is_alphanumeric() || "-._/~@+=,:".contains(character) {
            text.push(character);
        } else {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text + MIDDLE + ZEROS
}

/// Fills in the digest of the first mark; a text without a mark stays as it is.
pub fn stamp(mut text: String) -> String {
    if let Some(place) = find(&text) {
        let parts = [&text[..place.digits.start], &text[place.digits.end..]];
        let digest = digest(parts, |part, hash| hash.update(part));
        text.replace_range(place.digits, &digest);
    }
    text
}

/// Reads the first mark in the first KiB of a file.
pub fn read(text: &str) -> Option<Mark> {
    let place = find(text)?;
    let digest = digest_read(text, &place.digits);
    let found = &text[place.digits];
    Some(Mark {
        spec: decode(&text[place.spec])?,
        digest: found.to_owned(),
        intact: found == digest,
    })
}

/// The key, behind that of the mark, with the digest of the file that is kept.
pub const KEPT: &str = "parameters";

/// The path of the file that keeps another one: parameters of a template have no place for a mark.
pub fn keeper(path: &str) -> Option<String> {
    path.strip_suffix(".parameters.json").map(|stem| format!("{stem}.json"))
}

/// What a keeper says of a file: the digest of all of it.
pub fn digest_of_kept(text: &str) -> String {
    digest([text, ""], normalized)
}

/// Reads the mark of a file in its keeper.
pub fn read_kept(text: &str, keeper: &str) -> Option<Mark> {
    let place = find(keeper)?;
    let rest = keeper[place.digits.end..].trim_start_matches(['"', ',']).trim_start();
    let rest = rest.strip_prefix('"')?.strip_prefix(KEPT)?.strip_prefix('"')?.trim_start();
    let found = rest.strip_prefix(':')?.trim_start().strip_prefix('"')?.split('"').next()?;
    let intact = found == digest_of_kept(text);
    Some(Mark { spec: decode(&keeper[place.spec])?, digest: found.to_owned(), intact })
}

/// Where the parts of a mark stand in a text.
struct Place {
    spec: Range<usize>,
    digits: Range<usize>,
}

fn find(text: &str) -> Option<Place> {
    let mut end = text.len().min(WINDOW);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let window = &text[..end];
    window.match_indices(START).find_map(|(at, _)| {
        let place = place_at(window, at + START.len())?;
        let (before, after) = (&window[..at], &window[place.digits.end..]);
        (is_comment(before, after) || is_tag(before, after)).then_some(place)
    })
}

/// Whether what stands around a mark makes it a line of the comment at a file's top.
fn is_comment(before: &str, after: &str) -> bool {
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let alone = after.lines().next().unwrap_or_default().trim().is_empty();
    let (above, own) = before.split_at(start);
    let own = own.trim_start_matches('\u{feff}');
    let Some(sign) = ["#", "//"].into_iter().find(|sign| own.strip_suffix(' ') == Some(*sign))
    else {
        return false;
    };
    let leads = |line: &str| line.is_empty() || line.starts_with(sign) || is_conflict(line);
    alone && above.trim_start_matches('\u{feff}').lines().all(leads)
}

/// Whether it makes it the value of the tag, in JSON.
fn is_tag(before: &str, after: &str) -> bool {
    let key = before.strip_suffix('"').and_then(|rest| rest.trim_end().strip_suffix(':'));
    let named = key.is_some_and(|rest| rest.trim_end().ends_with("\"generated_by\""));
    let is_json = before.starts_with('{') || before.lines().next().is_some_and(is_conflict);
    named && is_json && after.starts_with('"')
}

/// A line that a merge leaves where two versions differ: such a file is still ours.
fn is_conflict(line: &str) -> bool {
    ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].iter().any(|sign| line.starts_with(sign))
}

fn place_at(window: &str, start: usize) -> Option<Place> {
    let middle = start + window[start..].find(MIDDLE)?;
    let digits = middle + MIDDLE.len();
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let sixteen = window.get(digits..digits + ZEROS.len())?;
    let whole = sixteen.bytes().all(is_digit) && !window[start..middle].contains(['"', ' ', '\n']);
    whole.then(|| Place { spec: start..middle, digits: digits..digits + ZEROS.len() })
}

/// Of a file that was read: version control may have turned line ends into CR LF, which is no edit;
/// the writers themselves never write a CR.
fn digest_read(text: &str, digits: &Range<usize>) -> String {
    digest([&text[..digits.start], &text[digits.end..]], normalized)
}

fn normalized(part: &str, hash: &mut Sha256) {
    for (at, piece) in part.split("\r\n").enumerate() {
        hash.update(if at == 0 { "" } else { "\n" });
        hash.update(piece);
    }
}

fn digest([before, after]: [&str; 2], feed: impl Fn(&str, &mut Sha256)) -> String {
    let mut hash = Sha256::new();
    feed(before, &mut hash);
    hash.update(ZEROS);
    feed(after, &mut hash);
    let mut digest = String::with_capacity(ZEROS.len());
    for byte in hash.finalize().iter().take(ZEROS.len() / 2) {
        let _ = write!(digest, "{byte:02x}");
    }
    digest
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        bytes.push(u8::from_str_radix(after.get(..2)?, 16).ok()?);
        rest = &after[2..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}
