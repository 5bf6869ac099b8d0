//! The stack of what is open, and the references between.

use std::ops::Range;

use super::command::Command;
use super::installs::Install;
use super::optional::Optional;
use super::pipes::{Found, Pipeline};
use super::refusal::Refusal;
use super::sequence::Sequence;
use super::{Quoting, Script, Spot};
use crate::spec::expr::{Part, Template};
use crate::spec::fault::Fault;

/// Something that was opened and not yet closed.
pub(super) struct Frame {
    pub(super) kind: Kind,
    /// Where it was opened.
    pub(super) start: usize,
    /// Why references in it are refused; handed on to what is opened in it.
    pub(super) refusal: Option<Refusal>,
    /// The word that is being read; only where there are words.
    pub(super) word: Option<Word>,
    /// What the next word is for.
    pub(super) expects: Expects,
    /// Reserved words count here.
    pub(super) at_start: bool,
    /// The simple command so far.
    pub(super) command: Command,
    /// The words of that command.
    pub(super) words: Vec<Range<usize>>,
    /// The name of the command whose output is piped into it.
    pub(super) feeder: Option<Range<usize>>,
    /// The pipeline that the command is part of.
    pub(super) pipeline: Pipeline,
    /// Those around what `{`, `if` and their like have opened.
    pub(super) compounds: Vec<Pipeline>,
    /// Here-documents whose text starts on the next line.
    pub(super) heredocs: Vec<Heredoc>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// The whole text.
    Top,
    /// `( … )`, `$( … )`, `<( … )`.
    Paren,
    /// `case … esac`.
    Case(CasePart),
    /// `name=( … )`.
    Array,
    /// `[[ … ]]`.
    Test(Test),
    /// `(( … ))`, `$(( … ))`, `$[ … ]`: how many brackets are open, and which.
    Arithmetic { depth: u32, square: bool },
    /// `${ … }`.
    Parameter,
    /// `" … "`.
    Double,
    /// `@( … )` and its like.
    Extglob { depth: u32 },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum CasePart {
    /// Between `case` and `in`; how many words were read.
    Subject(u32),
    /// Before `)`.
    Pattern,
    /// Behind `)`.
    Body,
}

/// One comparison in `[[ … ]]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Test {
    /// The first reference of the comparison.
    pub(super) first: usize,
    /// `-v`, `-R`: what follows is a name.
    pub(super) name: bool,
    /// `-eq` and its like: both sides are calculated.
    pub(super) arithmetic: bool,
    /// Behind `=~`.
    pub(super) regex: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Expects {
    /// An ordinary word.
    Word,
    /// The target of a redirection.
    Target,
    /// The text behind `<<<`.
    Input,
    /// The target behind `>&` or `<&`.
    Duplicate,
    /// The name behind `for`, `select`.
    Variable,
    /// The name behind `function`.
    Function,
}

pub(super) struct Word {
    pub(super) start: usize,
    /// The number of the first reference in it.
    pub(super) spots: usize,
    /// No quotes, no expansions.
    pub(super) plain: bool,
    /// Where the first expansion or reference starts.
    pub(super) expands: Option<usize>,
}

pub(super) struct Heredoc {
    /// The operator and the end word.
    pub(super) at: Range<usize>,
    pub(super) end_word: String,
    /// `<<-`
    pub(super) tabs: bool,
    /// Backslashes count in the text.
    pub(super) expands: bool,
    /// An interpreter takes the text for code.
    pub(super) code: bool,
}

pub(super) struct Lexer<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) frames: Vec<Frame>,
    /// Marks that are still to come, last first.
    pub(super) ahead: Vec<(Range<usize>, Mark)>,
    pub(super) found: Vec<Found>,
    pub(super) faults: Vec<Fault>,
    pub(super) continuations: Vec<Range<usize>>,
    pub(super) programs: Vec<Range<usize>>,
    pub(super) installs: Vec<Install>,
    pub(super) sequence: Sequence,
    /// The end of the last `$NAME`.
    pub(super) name_end: usize,
    /// The end of the last lone backslash.
    pub(super) escaped: Option<usize>,
    /// Some variable may be an integer, so that an assignment calculates.
    pub(super) integers: bool,
    /// The folder was changed.
    pub(super) moved: bool,
    /// Here-documents of all frames whose text is still to come.
    pub(super) waiting: usize,
    /// Something without end took the rest of the text.
    pub(super) unterminated: bool,
    /// `$[[` that was not closed so far.
    pub(super) optional: Option<Optional>,
    /// How each command starts.
    pub(super) start: Command,
}

/// What a template has found in the text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// A reference.
    Reference,
    /// Something like one.
    Broken,
    /// `$[[`
    Open,
    /// `]]` behind it.
    Close,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, template: &Template) -> Self {
        let ahead = template.parts.iter().rev().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Reference { range, .. } => Some((range.clone(), Mark::Reference)),
            Part::Broken(range) => Some((range.clone(), Mark::Broken)),
            Part::Open(range) => Some((range.clone(), Mark::Open)),
            Part::Close(range) => Some((range.clone(), Mark::Close)),
        });
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            frames: vec![Frame { words: Vec::with_capacity(16), ..Frame::new(Kind::Top, 0, None) }],
            ahead: ahead.collect(),
            found: Vec::new(),
            faults: Vec::new(),
            continuations: Vec::new(),
            programs: Vec::new(),
            installs: Vec::new(),
            sequence: Sequence::default(),
            name_end: 0,
            escaped: None,
            integers: false,
            moved: false,
            waiting: 0,
            unterminated: false,
            optional: None,
            start: Command::default(),
        }
    }

    /// A lexer of arguments: the command's name was read.
    pub(super) fn of_arguments(mut self) -> Self {
        self.start = Command::of_data();
        let frame = self.top();
        (frame.command, frame.at_start) = (Command::of_data(), false);
        self
    }

    pub(super) fn run(mut self) -> Result<Script, Vec<Fault>> {
        while self.at < self.bytes.len() {
            if self.at_reference() {
                self.mark();
                continue;
            }
            if self.only_words() {
                continue;
            }
            match self.top().kind {
                Kind::Double => self.double(),
                Kind::Parameter => self.parameter(),
                Kind::Arithmetic { .. } => self.arithmetic(),
                Kind::Extglob { .. } => self.extglob(),
                Kind::Top | Kind::Paren | Kind::Case(_) | Kind::Array | Kind::Test(_) => {
                    self.words();
                }
            }
        }
        self.finish()
    }

    fn finish(mut self) -> Result<Script, Vec<Fault>> {
        if self.top().has_words() {
            self.end_word();
            self.end_command();
        }
        let open = self.frames.iter().rposition(|frame| frame.kind != Kind::Top);
        if let Some(open) = open
            && !self.unterminated
        {
            let fault = self.frames[open].unclosed(self.text);
            self.faults.push(fault);
        }
        if open.is_none() && !self.unterminated {
            self.drop_heredocs();
        }
        for found in &self.found {
            if let Some(refusal) = found.refusal {
                self.faults.push(refusal.fault(found.spot.range.clone()));
            }
        }
        if self.faults.is_empty() {
            let spots = self.found.into_iter().map(|found| found.spot).collect();
            let Self { continuations, programs, installs, sequence, .. } = self;
            let lost = sequence.lost();
            return Ok(Script { spots, continuations, programs, installs, lost });
        }
        self.faults.sort_by_key(|fault| fault.at.start);
        Err(self.faults)
    }

    pub(super) fn top(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the frame of the whole text is never popped before the end")
    }

    pub(super) fn push(&mut self, kind: Kind, start: usize, refusal: Option<Refusal>) {
        let inherited = self.refusal_here();
        let passed = self.passed();
        let outer = &mut self.top().pipeline;
        outer.goes_on();
        let pipeline = outer.inner(passed);
        self.frames.push(Frame { pipeline, ..Frame::new(kind, start, inherited.or(refusal)) });
    }

    /// The byte at an offset from here.
    pub(super) fn peek(&self, offset: usize) -> Option<u8> {
        self.bytes.get(self.at + offset).copied()
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.bytes[self.at..].starts_with(text.as_bytes())
    }

    pub(super) fn has_references(&self) -> bool {
        !(self.ahead.is_empty() && self.found.is_empty())
    }

    pub(super) fn at_reference(&self) -> bool {
        self.ahead.last().is_some_and(|(range, _)| range.start == self.at)
    }

    /// How many references were passed.
    pub(super) fn passed(&self) -> usize {
        self.found.len()
    }

    /// What the template has found here.
    fn mark(&mut self) {
        match self.ahead.last() {
            Some((_, Mark::Open)) => self.open_optional(),
            Some((_, Mark::Close)) => self.close_optional(),
            Some((_, Mark::Reference | Mark::Broken)) | None => self.reference(),
        }
    }

    /// A reference in the frame on top.
    fn reference(&mut self) {
        let escaped = (self.escaped == Some(self.at)).then_some(Refusal::Escaped);
        let refusal = escaped.or(self.refusal_here());
        let double = self.top().kind == Kind::Double;
        let quoting = if double { Quoting::Double } else { Quoting::Bare };
        let start = self.at;
        if self.top().has_words() {
            self.in_word().plain = false;
        }
        self.expands(start);
        self.pass(quoting, refusal);
    }

    /// The word that holds this place is not fixed from here on.
    pub(super) fn expands(&mut self, start: usize) {
        let double = usize::from(self.top().kind == Kind::Double);
        // Behind other brackets it was said when they were opened.
        let holder = self.frames.iter_mut().rev().nth(double);
        if let Some(word) = holder.and_then(|frame| frame.word.as_mut()) {
            word.expands.get_or_insert(start);
        }
    }

    /// Why a reference right here would be refused for what is around it.
    pub(super) fn refusal_here(&mut self) -> Option<Refusal> {
        let start = self.at;
        let text = self.text;
        let integers = self.integers;
        let frame = self.top();
        let subscript =
            frame.word.as_ref().is_some_and(|word| frame.in_subscript(&text[word.start..start]));
        let integer = integers && frame.assigns(text, start);
        let own = if frame.kind == Kind::Case(CasePart::Pattern) {
            Some(Refusal::Pattern)
        } else if subscript || integer {
            Some(Refusal::Arithmetic)
        } else {
            match frame.expects {
                Expects::Variable | Expects::Function => Some(Refusal::Name),
                Expects::Duplicate => Some(Refusal::Duplicate),
                Expects::Word | Expects::Target | Expects::Input => None,
            }
        };
        frame.refusal.or(own)
    }

    /// Steps over the reference here and remembers it.
    pub(super) fn pass(&mut self, quoting: Quoting, refusal: Option<Refusal>) {
        let Some((range, mark)) = self.ahead.pop() else { return };
        self.at = range.end;
        match mark {
            Mark::Reference => {
                let behind_name = quoting == Quoting::Double && self.name_end == range.start;
                let spot = Spot { range, quoting, behind_name };
                self.found.push(Found { spot, refusal, printed: true });
            }
            Mark::Open => self.misplaced(range),
            Mark::Close => self.torn_optional(),
            Mark::Broken => {}
        }
    }

    /// Steps one byte on, or over a reference, which is refused.
    pub(super) fn skip(&mut self, refusal: Refusal) {
        if self.at_reference() {
            self.pass(Quoting::Bare, Some(refusal));
        } else {
            self.at += 1;
        }
    }

    /// Something has no end: it is told at its start, and references in it are not judged.
    pub(super) fn unclosed(&mut self, at: Range<usize>, from: usize, message: &str) {
        self.faults.push(Fault::new(at, message));
        self.found.truncate(from);
        self.unterminated = true;
        self.at = self.bytes.len();
    }
}

impl Frame {
    pub(super) fn new(kind: Kind, start: usize, refusal: Option<Refusal>) -> Self {
        Self {
            kind,
            start,
            refusal,
            word: None,
            expects: Expects::Word,
            at_start: true,
            command: Command::default(),
            words: Vec::new(),
            feeder: None,
            pipeline: Pipeline::default(),
            compounds: Vec::new(),
            heredocs: Vec::new(),
        }
    }

    /// Whether its text is cut into words.
    pub(super) fn has_words(&self) -> bool {
        match self.kind {
            Kind::Top | Kind::Paren | Kind::Case(_) | Kind::Array | Kind::Test(_) => true,
            Kind::Arithmetic { .. } | Kind::Parameter | Kind::Double | Kind::Extglob { .. } => {
                false
            }
        }
    }

    /// Whether the text of a word so far ends inside `name[…`, where an assignment calculates.
    fn in_subscript(&self, word: &str) -> bool {
        let start = head(word);
        let open = if self.kind == Kind::Array {
            start.starts_with(b"[")
        } else {
            let name = start.iter().take_while(|byte| is_name(**byte)).count();
            // A longer name than anyone writes counts as one that opens a subscript.
            let opens = start.get(name).is_none_or(|byte| *byte == b'[') && name > 0;
            opens && name < word.len() && !self.command.is_named()
        };
        open && !start.windows(2).any(|pair| pair == b"]=")
            && !start.windows(3).any(|three| three == b"]+=")
    }

    /// Whether the word so far may be an assignment.
    fn assigns(&self, text: &str, at: usize) -> bool {
        let word = self.word.as_ref().map_or("", |word| &text[word.start..at]);
        let expected = self.expects == Expects::Word;
        expected && !self.command.is_named() && head(word).contains(&b'=')
    }

    fn unclosed(&self, text: &str) -> Fault {
        let rest = &text[self.start..];
        let open = |length: usize| self.start..self.start + length.min(rest.len());
        match self.kind {
            Kind::Double => Fault::new(open(1), "this `\"` is not closed"),
            Kind::Case(_) => Fault::new(open(4), "this `case` is not closed by `esac`"),
            Kind::Test(_) => Fault::new(open(2), "this `[[` is not closed by `]]`"),
            Kind::Parameter => Fault::new(open(2), "this `${` is not closed"),
            Kind::Arithmetic { square: true, .. } => Fault::new(open(2), "this `$[` is not closed"),
            Kind::Top
            | Kind::Paren
            | Kind::Array
            | Kind::Arithmetic { .. }
            | Kind::Extglob { .. } => {
                let length = rest.find('(').map_or(1, |length| length + 1);
                Fault::new(open(length), "this `(` is not closed")
            }
        }
    }
}

/// As much of a word as is looked at for a name, at every reference in it.
fn head(word: &str) -> &[u8] {
    &word.as_bytes()[..word.len().min(1024)]
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Length of the variable name at the start of a text.
pub(super) fn identifier(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.bytes().position(|byte| !is_name(byte)).unwrap_or(text.len())
}

/// The length of `name=`, `name+=`, `name[…]=` at the start of a word.
pub(super) fn assignment(word: &str) -> Option<usize> {
    let name = identifier(word);
    if name == 0 {
        return None;
    }
    let mut end = name;
    if word[end..].starts_with('[') {
        end += word[end..].find("]=").or_else(|| word[end..].find("]+="))? + 1;
    }
    end += usize::from(word[end..].starts_with('+'));
    word[end..].starts_with('=').then_some(end + 1)
}
