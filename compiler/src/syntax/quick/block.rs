//! Maps and lists of lines.

use super::scalars::Token;
use super::{BLOCK, Reading, Sure, Unsure};
use crate::syntax::events::Event;

impl<'s> Reading<'s, '_, '_> {
    /// A list or map whose first line starts here; afterwards all is read up to what follows it.
    pub(super) fn nested(&mut self, column: usize) -> Sure {
        if self.reader.is_dash() {
            let at = self.reader.at;
            self.open(Event::List(BLOCK), at, at)?;
            self.items(column)?;
            return self.end_of(column);
        }
        let first = self.token(false)?;
        // A text on a line of its own may go on in the next one.
        if first.is_key { self.map(column, first) } else { Err(Unsure) }
    }

    /// A map from behind its first key on.
    fn map(&mut self, indent: usize, first: Token<'s>) -> Sure {
        self.open(Event::Map(BLOCK), first.start, first.start)?;
        let mut key = first;
        loop {
            self.scalar(key);
            self.reader.at += 1; // the colon
            self.value(indent)?;
            if self.is_over(indent)? {
                break;
            }
            key = self.token(false)?;
            if !key.is_key {
                return Err(Unsure);
            }
        }
        self.close(self.reader.at, self.reader.at);
        Ok(())
    }

    /// Whether what comes next lies outside of a map or list.
    fn is_over(&self, indent: usize) -> Sure<bool> {
        let column = self.reader.column();
        if self.reader.here() == 0 || column < indent {
            return Ok(true);
        }
        if column == indent { Ok(false) } else { Err(Unsure) }
    }

    /// The value behind a colon, up to what follows it.
    fn value(&mut self, indent: usize) -> Sure {
        let (line, colon) = (self.reader.line, self.reader.at);
        let more = self.content()?;
        if more && self.reader.line == line {
            return self.inline(indent);
        }
        let column = self.reader.column();
        if more && column > indent {
            return self.nested(column);
        }
        if more && column == indent && self.reader.is_dash() {
            return self.list_below_key(indent);
        }
        self.nothing(colon);
        Ok(())
    }

    /// A list whose dashes stand below the first letter of its key.
    fn list_below_key(&mut self, indent: usize) -> Sure {
        let mut first = self.reader.at + 1;
        while self.reader.byte(first) == b' ' {
            first += 1;
        }
        if matches!(self.reader.byte(first), b'\n' | 0 | b'#' | b'|' | b'>') {
            return Err(Unsure);
        }
        // The parser places such a list at its first item.
        self.open(Event::List(BLOCK), first, first)?;
        self.items(indent)?;
        self.close(self.reader.at, self.reader.at);
        Ok(())
    }

    /// Ends a list; nothing else can follow in its column.
    fn end_of(&mut self, indent: usize) -> Sure {
        if !self.is_over(indent)? {
            return Err(Unsure);
        }
        self.close(self.reader.at, self.reader.at);
        Ok(())
    }

    /// The items of a list, from the dash of the first on.
    fn items(&mut self, indent: usize) -> Sure {
        loop {
            self.reader.at += 1; // the dash
            self.item(indent)?;
            if self.is_over(indent)? || !self.reader.is_dash() {
                return Ok(());
            }
        }
    }

    fn item(&mut self, indent: usize) -> Sure {
        let (line, behind) = (self.reader.line, self.reader.at);
        let more = self.content()?;
        let column = self.reader.column();
        if more && self.reader.line == line {
            return self.item_beside(indent, column);
        }
        if more && column > indent {
            return self.nested(column);
        }
        if self.reader.byte(behind) == b' ' {
            return Err(Unsure); // the parser counts such blanks to the dash
        }
        self.nothing(behind);
        Ok(())
    }

    /// What stands beside a dash: a list or map may start there.
    fn item_beside(&mut self, indent: usize, column: usize) -> Sure {
        if self.reader.is_dash() {
            return self.nested(column);
        }
        if matches!(self.reader.here(), b'|' | b'>' | b'[' | b'{') {
            return self.inline(indent);
        }
        let token = self.token(false)?;
        if token.is_key {
            return self.map(column, token);
        }
        self.scalar(token);
        self.rest(indent)
    }

    /// A value on the line of its key or dash.
    fn inline(&mut self, indent: usize) -> Sure {
        match self.reader.here() {
            b'|' | b'>' => return self.block_text(indent),
            b'[' | b'{' => self.flow(indent)?,
            _ => {
                let token = self.token(false)?;
                if token.is_key {
                    return Err(Unsure);
                }
                self.scalar(token);
            }
        }
        self.rest(indent)
    }

    /// Behind a value that ends on its line: nothing more may belong to it.
    pub(super) fn rest(&mut self, indent: usize) -> Sure {
        let line = self.reader.line;
        if !self.content()? {
            return Ok(());
        }
        let goes_on = self.reader.line == line || self.reader.column() > indent;
        if goes_on { Err(Unsure) } else { Ok(()) }
    }
}
