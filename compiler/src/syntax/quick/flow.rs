//! Lists and maps in brackets.

use super::{FLOW, Reading, Sure, Unsure};
use crate::syntax::events::Event;

impl Reading<'_, '_, '_> {
    /// A list or map in brackets, up to right behind it.
    pub(super) fn flow(&mut self, indent: usize) -> Sure {
        let at = self.reader.at;
        self.reader.at += 1;
        if self.reader.byte(at) == b'[' {
            self.open(Event::List(FLOW), at, at + 1)?;
            self.members(indent, b']', Self::flow_item)?;
        } else {
            self.open(Event::Map(FLOW), at, at + 1)?;
            self.members(indent, b'}', Self::flow_entry)?;
        }
        let end = self.reader.at;
        self.close(end - 1, end);
        Ok(())
    }

    /// What stands between brackets, and the closing one.
    fn members(&mut self, indent: usize, last: u8, one: fn(&mut Self, usize) -> Sure) -> Sure {
        loop {
            self.flow_gap(indent)?;
            if self.reader.here() != last {
                one(self, indent)?;
                self.flow_gap(indent)?;
            }
            let met = self.reader.here();
            if met != last && met != b',' {
                return Err(Unsure);
            }
            self.reader.at += 1;
            if met == last {
                return Ok(());
            }
        }
    }

    fn flow_item(&mut self, indent: usize) -> Sure {
        if matches!(self.reader.here(), b'[' | b'{') {
            return self.flow(indent);
        }
        let token = self.token(true)?;
        if token.is_key {
            return Err(Unsure); // a map of one entry, without braces
        }
        self.scalar(token);
        Ok(())
    }

    fn flow_entry(&mut self, indent: usize) -> Sure {
        let key = self.token(true)?;
        let is_key = key.is_key;
        self.scalar(key);
        if is_key {
            self.reader.at += 1; // the colon
            self.flow_gap(indent)?;
        }
        if !is_key || matches!(self.reader.here(), b',' | b'}') {
            self.nothing(self.reader.at);
            return Ok(());
        }
        self.flow_item(indent)
    }

    /// Goes on to what is written next; it has to be indented more than the line that the bracket
    /// belongs to, but for a closing bracket.
    fn flow_gap(&mut self, indent: usize) -> Sure {
        let line = self.reader.line;
        if !self.content()? {
            return Err(Unsure);
        }
        let column = self.reader.column();
        let closes = matches!(self.reader.here(), b']' | b'}') && column == indent;
        let fits = self.reader.line == line || column > indent || closes;
        if fits { Ok(()) } else { Err(Unsure) }
    }
}
