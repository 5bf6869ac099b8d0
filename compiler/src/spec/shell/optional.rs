//! `$[[ … ]]`: a part of a command that is left out when a value in it is not set.
//!
//! On Azure ML the service cuts the part out of the text. On CI it becomes `${X:+…}` outside of
//! quotes, whose words bash splits at blanks, while quotes in it keep what is inside together. So
//! only arguments of a command may stand in it: what bash does before it looks at variables
//! (operators, redirections, braces, comments) would not be done there. And the command must mean
//! the same whether the part stands or not, so that no interpreter is waiting for its code.

use std::ops::Range;

use super::command::Stand;
use super::lexer::{CasePart, Expects, Kind, Lexer, Mark};
use crate::spec::fault::Fault;

/// A `$[[` that was not closed so far.
pub(super) struct Optional {
    /// `$[[`
    open: Range<usize>,
    /// How many frames were open.
    depth: usize,
    /// How far the command was read.
    stand: Stand,
}

/// Where the part may stand.
const PLACE: &str = "it stands among the arguments of a command, behind the script of an interpreter: \
    `python train.py $[[--rate ${{ parameters.rate }}]]`";

/// Around the part.
const WHOLE: &str =
    "only whole arguments can be left out: put a blank before `$[[` and behind `]]`";

fn not_here(open: Range<usize>) -> Fault {
    Fault::new(open, "`$[[ … ]]` cannot stand here").help(PLACE)
}

impl Lexer<'_> {
    /// `$[[`
    pub(super) fn open_optional(&mut self) {
        let Some((range, _)) = self.ahead.last().cloned() else { return };
        let escaped = self.escaped == Some(self.at);
        let refused = self.refusal_here().is_some() || escaped;
        let depth = self.frames.len();
        let frame = self.top();
        let holds = matches!(frame.kind, Kind::Top | Kind::Paren | Kind::Case(CasePart::Body));
        let stand = frame.command.stand().filter(|_| frame.expects == Expects::Word);
        let Some(stand) = stand.filter(|_| holds && !refused) else {
            self.ahead.pop();
            return self.misplaced(range);
        };
        if self.top().word.is_some() {
            self.faults.push(Fault::new(range, "a word goes on in this `$[[`").help(WHOLE));
            self.ahead.pop();
            return self.leave_optional();
        }
        self.ahead.pop();
        self.at = range.end;
        self.optional = Some(Optional { open: range, depth, stand });
    }

    /// `]]` behind it.
    pub(super) fn close_optional(&mut self) {
        let Some((range, _)) = self.ahead.last().cloned() else { return };
        if self.optional.as_ref().is_some_and(|optional| optional.depth == self.frames.len()) {
            self.behind(range.clone());
        } else {
            self.torn_optional();
        }
        self.ahead.pop();
        self.at = range.end;
    }

    /// Sees that a whole word ends here, and that the command goes on as it did before.
    fn behind(&mut self, close: Range<usize>) {
        let rest = self.text[close.end..].trim_start_matches("\\\n").bytes().next();
        if !rest.is_none_or(|byte| byte.is_ascii_whitespace() || b";&|<>()".contains(&byte)) {
            self.faults.push(Fault::new(close, "a word goes on behind this `]]`").help(WHOLE));
        } else if self.escaped == Some(self.at) {
            let backslash = self.at - 1..self.at;
            let fault = Fault::new(backslash, "a backslash right before `]]`");
            self.faults.push(fault.help("remove it, or write `\\\\` for a backslash"));
        }
        self.end_word();
        let stand = self.top().command.stand();
        if let Some(optional) = self.optional.take().filter(|it| Some(it.stand) != stand) {
            self.faults.push(not_here(optional.open));
        }
    }

    /// A `]]` inside quotes.
    pub(super) fn torn_optional(&mut self) {
        let Some(optional) = self.optional.take() else { return };
        let fault = Fault::new(optional.open, "quotes that open in this `$[[` end behind it");
        self.faults.push(fault.help("close them before `]]`"));
    }

    /// Reports a `$[[` where it cannot stand, and steps over all of it.
    pub(super) fn misplaced(&mut self, open: Range<usize>) {
        self.at = open.end;
        self.faults.push(not_here(open));
        self.leave_optional();
    }

    /// Goes on behind the next `]]`.
    fn leave_optional(&mut self) {
        self.optional = None;
        while let Some((range, mark)) = self.ahead.pop() {
            self.at = range.end;
            if mark == Mark::Close {
                break;
            }
        }
    }

    /// Refuses what bash would not do inside `${X:+…}` as it does it outside; gives whether it did.
    pub(super) fn only_words(&mut self) -> bool {
        let Some(depth) = self.optional.as_ref().map(|optional| optional.depth) else {
            return false;
        };
        let is_outer = self.frames.len() == depth;
        let starts = is_outer && self.frames.last().is_some_and(|frame| frame.word.is_none());
        let Some(length) = self.more_than_words(is_outer, starts) else { return false };
        let found = &self.text[self.at..self.at + length];
        let shown = if found == "\n" { "a line break".to_owned() } else { format!("`{found}`") };
        let fault = Fault::new(self.at..self.at + length, format!("{shown} inside `$[[ … ]]`"));
        self.faults.push(fault.help("only words of a command, with their quotes, stand there"));
        self.frames.truncate(depth);
        self.leave_optional();
        true
    }

    /// The length of what is here, if it is more than a word.
    fn more_than_words(&self, is_outer: bool, starts: bool) -> Option<usize> {
        let byte = self.bytes[self.at];
        let next = self.peek(1);
        match byte {
            b'`' => Some(1),
            b'$' if matches!(next, Some(b'(' | b'[')) => Some(2),
            b'$' if is_outer && matches!(next, Some(b'\'' | b'"')) => Some(2),
            b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' | b'{' | b'}' if is_outer => {
                Some(1)
            }
            b'?' | b'*' | b'+' | b'@' | b'!' if is_outer && next == Some(b'(') => Some(2),
            b'#' | b'~' if starts => Some(1),
            _ => None,
        }
    }
}
