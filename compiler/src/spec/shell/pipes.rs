//! What reaches the input of a command: pipes, here-strings, `< <( … )`, `> >( … )`. An interpreter
//! that is given no script reads code there.

use std::ops::Range;

use super::Spot;
use super::interpreter::Reading;
use super::lexer::Lexer;
use super::refusal::Refusal;
use super::words::unquoted;

/// A reference that was passed.
pub(super) struct Found {
    pub(super) spot: Spot,
    pub(super) refusal: Option<Refusal>,
    /// Its value may be in what the command prints.
    pub(super) printed: bool,
}

/// The pipeline that is being read, inside what is around it. References are given by number.
#[derive(Clone, Default)]
pub(super) struct Pipeline {
    /// Its first reference.
    start: usize,
    /// What is piped into the command.
    fed: Range<usize>,
    /// What is piped into all that is around.
    around: Range<usize>,
    /// What the command reads by `<<<` and `< <( … )`.
    given: Range<usize>,
    pipe: Pipe,
    /// The command takes the input of what is around for code.
    reads: bool,
    /// A command before it does.
    has_read: bool,
    /// What the command prints is code: `> >(bash)`.
    prints_code: bool,
}

/// What stands before the command.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Pipe {
    #[default]
    None,
    /// A pipe, and nothing behind it so far.
    Open,
    /// A pipe.
    Behind,
}

impl Pipeline {
    /// The first pipeline inside of this one.
    pub(super) fn inner(&self, passed: usize) -> Self {
        let (fed, around) = (self.fed.clone(), self.fed.clone());
        Self { start: passed, fed, around, ..Self::default() }
    }

    /// A command was read to its end.
    fn end_command(&mut self) {
        self.has_read |= self.reads;
        (self.reads, self.prints_code) = (false, false);
    }

    /// What was inside ended.
    fn close(&mut self, inner: &Self) {
        self.reads |= inner.reads || inner.has_read;
    }

    /// Something stands behind the pipe.
    pub(super) fn goes_on(&mut self) {
        if self.pipe == Pipe::Open {
            self.pipe = Pipe::Behind;
        }
    }
}

impl Lexer<'_> {
    /// `;`, `&&` and their like.
    pub(super) fn end_pipeline(&mut self) {
        let passed = self.passed();
        let pipeline = &mut self.top().pipeline;
        // A pipeline goes on over line breaks behind `|`.
        if pipeline.pipe != Pipe::Open {
            pipeline.end_command();
            (pipeline.start, pipeline.pipe) = (passed, Pipe::None);
            pipeline.fed = pipeline.around.clone();
        }
    }

    /// `|`
    pub(super) fn pipe_on(&mut self) {
        let passed = self.passed();
        let pipeline = &mut self.top().pipeline;
        pipeline.end_command();
        let around = &pipeline.around;
        let start = if around.is_empty() { pipeline.start } else { around.start };
        (pipeline.fed, pipeline.pipe) = (start..passed, Pipe::Open);
    }

    /// `{`, `if`, `while` and their like.
    pub(super) fn open_compound(&mut self) {
        let passed = self.passed();
        let frame = self.top();
        let inner = frame.pipeline.inner(passed);
        frame.compounds.push(std::mem::replace(&mut frame.pipeline, inner));
    }

    /// `}`, `fi`, `done`.
    pub(super) fn close_compound(&mut self) {
        let frame = self.top();
        if let Some(outer) = frame.compounds.pop() {
            let inner = std::mem::replace(&mut frame.pipeline, outer);
            frame.pipeline.close(&inner);
        }
    }

    /// `)`
    pub(super) fn close_frame(&mut self) {
        let Some(inner) = self.frames.pop() else { return };
        let takes_prints = self.bytes.get(inner.start) == Some(&b'>');
        let outer = &mut self.top().pipeline;
        if takes_prints {
            outer.prints_code |= inner.pipeline.reads || inner.pipeline.has_read;
        } else {
            outer.close(&inner.pipeline);
        }
    }

    /// The references from a number on are in the input of the command.
    pub(super) fn give(&mut self, from: usize) {
        let passed = self.passed();
        let given = &mut self.top().pipeline.given;
        let start = if given.end == 0 { from } else { given.start };
        *given = start..passed;
    }

    /// What the command reads by `<<`, `<<<` and pipes is refused if it is code for it.
    pub(super) fn judge_input(&mut self) {
        let passed = self.passed();
        let text = self.text;
        let frame = self.frames.last_mut().filter(|frame| frame.has_words());
        let Some(frame) = frame else { return };
        let pipeline = &mut frame.pipeline;
        let reads = frame.command.reads_input();
        let given = std::mem::take(&mut pipeline.given);
        pipeline.reads |= reads && pipeline.pipe == Pipe::None && given.is_empty();
        let takes = reads || pipeline.reads;
        for heredoc in frame.heredocs.iter_mut().filter(|_| takes) {
            heredoc.code = true;
        }
        let fed = pipeline.fed.clone();
        let printed = if pipeline.prints_code { pipeline.start..passed } else { 0..0 };
        let spreads = !fed.is_empty() && spreads_code(text, &frame.words);
        if takes {
            self.refuse_among(given, |_| true);
        }
        if takes || spreads {
            self.refuse_among(fed, |found| found.printed);
        }
        self.refuse_among(printed, |found| found.printed);
    }

    fn refuse_among(&mut self, range: Range<usize>, taken: impl Fn(&Found) -> bool) {
        let found = self.found.get_mut(range).unwrap_or_default();
        for found in found.iter_mut().filter(|found| taken(found)) {
            found.refusal.get_or_insert(Refusal::Code);
        }
    }

    /// Refuses the references from a number on, unless they are refused already.
    pub(super) fn refuse(&mut self, from: usize, refusal: Refusal) {
        for found in self.found.iter_mut().skip(from) {
            found.refusal.get_or_insert(refusal);
        }
    }

    /// The values of references from a number on are not in what the command prints.
    pub(super) fn keep(&mut self, from: usize) {
        for found in self.found.iter_mut().skip(from) {
            found.printed = false;
        }
    }
}

/// Whether a command is `xargs` of an interpreter that would take what it is given for code.
fn spreads_code(text: &str, words: &[Range<usize>]) -> bool {
    let mut words =
        words.iter().map(|word| &text[word.clone()]).skip_while(|word| *word != "xargs");
    let mut placeholder = None;
    words.next();
    let program = loop {
        let Some(word) = words.next() else { return false };
        let Some(option) = word.strip_prefix('-') else { break word };
        let attached = |rest: &str| (!rest.is_empty()).then(|| unquoted(rest));
        if let Some(rest) = option.strip_prefix('I') {
            placeholder = attached(rest).or_else(|| words.next().map(unquoted));
        } else if let Some(rest) = option.strip_prefix('i').or(option.strip_prefix("-replace")) {
            let rest = rest.strip_prefix('=').unwrap_or(rest);
            placeholder = attached(rest).or_else(|| Some("{}".to_owned()));
        } else if option.len() == 1 && "nPLsdaE".contains(option) {
            words.next();
        }
    };
    let mut reading = Reading::of_program(program);
    for word in words {
        let cooked = unquoted(word);
        let is_code = reading.word(&cooked, !word.contains(['$', '`'])).is_some();
        if is_code && placeholder.as_ref().is_some_and(|mark| cooked.contains(mark)) {
            return true;
        }
    }
    placeholder.is_none() && reading.awaits_code()
}
