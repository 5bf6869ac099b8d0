//! The short way through a file: YAML as most people write it, read by hand.
//!
//! Read are block maps and lists, texts on one line, `|` and `>` blocks, brackets, and comments.
//! Whatever else YAML knows (anchors, tags, tabs, texts over several lines, Windows line ends) and
//! every mistake makes the reader [`Unsure`]: the parser then reads the file from the start, so that
//! each fault is told by the parser alone. What is read here is the same tree, place for place;
//! a property test and a fuzz target hold the two against each other. It takes a fraction of the time.

mod block;
mod flow;
mod folds;
mod scalars;

use super::build::Builder;
use super::events::{Event, Notation, Place};
use super::limits::MAX_DEPTH;

/// The text holds something that the parser has to look at.
#[derive(Debug)]
pub(super) struct Unsure;

type Sure<T = ()> = Result<T, Unsure>;

/// Hands the events of a text to a builder.
///
/// # Errors
///
/// [`Unsure`] for all that is unusual or wrong. What the builder then holds is worth nothing.
pub(super) fn read<'s>(text: &'s str, comments: bool, builder: &mut Builder<'s, '_>) -> Sure {
    if !is_usual(text) {
        return Err(Unsure);
    }
    let reader = Reader { text, bytes: text.as_bytes(), at: 0, line: 0, depth: 0, comments };
    Reading { reader, builder }.document()
}

/// Whether a text holds no tab, no other control character, and no character that some readers
/// take for a line break or refuse.
fn is_usual(text: &str) -> bool {
    // Counted per part, without a branch per byte.
    let unusual = |byte: u8| u8::from(!(matches!(byte, b' '..=b'~') || byte == b'\n'));
    let clean = |part: &[u8]| part.iter().fold(0, |any, byte| any | unusual(*byte)) == 0;
    if text.as_bytes().chunks(64).all(clean) {
        return true;
    }
    text.chars().all(|letter| match letter {
        '\n' | ' '..='~' => true,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        other => other > '\u{9f}',
    })
}

/// A place in the text.
struct Reader<'s> {
    text: &'s str,
    bytes: &'s [u8],
    at: usize,
    /// Where the line starts.
    line: usize,
    /// Lists and maps that are open.
    depth: u32,
    /// Whether comments are told.
    comments: bool,
}

struct Reading<'s, 'b, 'k> {
    reader: Reader<'s>,
    builder: &'b mut Builder<'s, 'k>,
}

impl Reader<'_> {
    /// The byte at a place; 0 behind the end (the text holds none).
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn here(&self) -> u8 {
        self.byte(self.at)
    }

    fn column(&self) -> usize {
        self.at - self.line
    }

    /// Whether a blank, a line break or the end is at a place.
    fn is_gap(&self, at: usize) -> bool {
        matches!(self.byte(at), b' ' | b'\n' | 0)
    }

    /// Whether a list item starts here.
    fn is_dash(&self) -> bool {
        self.here() == b'-' && self.is_gap(self.at + 1)
    }

    fn skip_blanks(&mut self) {
        while self.here() == b' ' {
            self.at += 1;
        }
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    }

    /// The start of a document, its end, or a directive.
    fn is_marker(&self) -> bool {
        let rest = &self.bytes[self.at..];
        self.at == self.line
            && (rest.starts_with(b"---") || rest.starts_with(b"...") || rest.starts_with(b"%"))
    }
}

impl<'s> Reading<'s, '_, '_> {
    fn document(mut self) -> Sure {
        if !self.content()? {
            return Err(Unsure);
        }
        let at = self.reader.at;
        self.tell(Event::Document(false), at, at);
        self.nested(self.reader.column())?;
        if self.reader.at < self.reader.bytes.len() { Err(Unsure) } else { Ok(()) }
    }

    /// Goes on to what is written next, over blanks, comments and line breaks; says whether there
    /// is anything.
    fn content(&mut self) -> Sure<bool> {
        loop {
            match self.reader.here() {
                b' ' => self.reader.at += 1,
                b'\n' => {
                    self.reader.at += 1;
                    self.reader.line = self.reader.at;
                }
                b'#' => self.comment()?,
                0 => return Ok(false),
                _ if self.reader.is_marker() => return Err(Unsure),
                _ => return Ok(true),
            }
        }
    }

    fn comment(&mut self) -> Sure {
        let start = self.reader.at;
        if start > 0 && !self.reader.is_gap(start - 1) {
            return Err(Unsure);
        }
        self.reader.skip_line();
        if self.reader.comments {
            self.tell(Event::Comment, start, self.reader.at);
        }
        Ok(())
    }

    fn tell(&mut self, event: Event<'s>, start: usize, end: usize) {
        // The file's size is far below what 32 bits hold.
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let place = Place { start: number(start), end: number(end), anchor: 0, tag: None };
        self.builder.event(event, &place);
    }

    /// Opens a list or map. Close to the limit the parser counts.
    fn open(&mut self, event: Event<'s>, start: usize, end: usize) -> Sure {
        self.reader.depth += 1;
        if self.reader.depth + 2 >= MAX_DEPTH {
            return Err(Unsure);
        }
        self.tell(event, start, end);
        Ok(())
    }

    fn close(&mut self, start: usize, end: usize) {
        self.reader.depth -= 1;
        self.tell(Event::End, start, end);
    }

    /// A value of which nothing is written, announced by what ends here.
    fn nothing(&mut self, at: usize) {
        self.tell(Event::Scalar("".into(), None), at, at);
    }
}

/// A list or map of lines.
const BLOCK: Notation = Notation::Block;

/// A list or map in brackets.
const FLOW: Notation = Notation::Flow;
