//! Expressions: texts with `${{ path }}` in them.
//!
//! A path names a value: `parameters.x`, `steps.s.outputs.o`, `inputs.x`, `outputs.o`, `event.f`, `run.id`,
//! `git.sha`, `git.branch`, `git.tag`, `variables.X`, `secrets.X`. Blanks inside the braces are free.
//! Names of parameters, inputs and outputs may hold dots, which are groups on Azure ML.
//! `$[[ … ]]` is left out when a value that is named in it is not set.
//!
//! There is no way to write a literal `${{`: Azure ML, GitHub and Azure Pipelines all read it as
//! their own, so it could not arrive unchanged. A shell script that must print one writes
//! `'$''{{'`, which no reader but the shell puts together.

use std::ops::Range;

use super::fault::Fault;

mod condition;
mod path;

pub use condition::{Condition, Operand, Value, condition};
pub use path::is_path;

/// A text, cut at its references.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Template {
    /// All of the text, in order, without gaps. Empty when the text holds no reference at all: then
    /// it is literal as a whole, and nothing was allocated.
    pub parts: Vec<Part>,
}

/// A part of a text; ranges are bytes of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// Taken as it is.
    Literal(Range<usize>),
    /// A reference to a value.
    Reference {
        /// All of `${{ … }}`.
        range: Range<usize>,
        /// What it names.
        path: Path,
    },
    /// Something like a reference that a [`Fault`] was given for.
    Broken(Range<usize>),
    /// `$[[`: what follows up to [`Part::Close`] is left out when a value in it is not set.
    Open(Range<usize>),
    /// `]]`, the end of it.
    Close(Range<usize>),
}

/// What a reference names; ranges are the names' bytes in the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Path {
    /// `parameters.x`, a parameter of the pipeline.
    Parameter(Range<usize>),
    /// `steps.s.outputs.o`, an output of another step.
    Output {
        /// The step's name.
        step: Range<usize>,
        /// The output's name.
        output: Range<usize>,
    },
    /// `inputs.x`, an input of the step itself.
    Input(Range<usize>),
    /// `outputs.o`, an output of the step itself.
    OwnOutput(Range<usize>),
    /// `search_space.x`, a hyperparameter of the step's sweep.
    Searched(Range<usize>),
    /// `matrix.x`, a value of the step's combination.
    Matrix(Range<usize>),
    /// `event.f`, a value that the event of a trigger brings.
    Event(Range<usize>),
    /// `run.id`.
    RunId,
    /// `stage.name`.
    StageName,
    /// `git.sha`.
    GitSha,
    /// `git.branch`.
    GitBranch,
    /// `git.tag`.
    GitTag,
    /// `variables.X`, a variable of the CI platform.
    Variable(Range<usize>),
    /// `secrets.X`, a secret of the CI platform.
    Secret(Range<usize>),
}

impl Template {
    /// The references, in order; their position in this list is their number.
    pub fn references(&self) -> impl Iterator<Item = (&Range<usize>, &Path)> {
        self.parts.iter().filter_map(|part| match part {
            Part::Reference { range, path } => Some((range, path)),
            Part::Literal(_) | Part::Broken(_) | Part::Open(_) | Part::Close(_) => None,
        })
    }

    /// For each reference whether it stands inside `$[[ … ]]`, in the same order.
    pub fn may_vanish(&self) -> impl Iterator<Item = bool> {
        let mut inside = false;
        self.parts.iter().filter_map(move |part| {
            match part {
                Part::Open(_) => inside = true,
                Part::Close(_) => inside = false,
                Part::Literal(_) | Part::Broken(_) => {}
                Part::Reference { .. } => return Some(inside),
            }
            None
        })
    }

    /// Where the first `$[[` stands.
    pub fn first_open(&self) -> Option<&Range<usize>> {
        self.parts.iter().find_map(|part| match part {
            Part::Open(range) => Some(range),
            Part::Literal(_) | Part::Reference { .. } | Part::Broken(_) | Part::Close(_) => None,
        })
    }

    /// The path, if the text is one reference and nothing else but blanks around it.
    pub fn only(&self, text: &str) -> Option<&Path> {
        let mut found = None;
        for part in &self.parts {
            match part {
                Part::Literal(range) if text[range.clone()].trim().is_empty() => {}
                Part::Reference { path, .. } if found.is_none() => found = Some(path),
                Part::Literal(_)
                | Part::Reference { .. }
                | Part::Broken(_)
                | Part::Open(_)
                | Part::Close(_) => return None,
            }
        }
        found
    }
}

/// Cuts a text at its references. A text without `${{` and `$[[` costs one search and no memory.
pub fn template(text: &str) -> (Template, Vec<Fault>) {
    let mut reader = Reader { text, parts: Vec::new(), faults: Vec::new(), open: None };
    let mut done = 0;
    while let Some((start, mark)) = reader.next_mark(done) {
        let (start, end) = reader.mark(done, start, mark);
        let part = reader.parts.pop();
        reader.literal(done..start);
        reader.parts.extend(part);
        done = end;
    }
    if !reader.parts.is_empty() {
        reader.literal(done..text.len());
    }
    if let Some(open) = reader.open {
        let fault = Fault::new(open.range, "this `$[[` is not closed by `]]`");
        reader.faults.push(fault.help("write `$[[--name ${{ parameters.name }}]]`"));
    }
    (Template { parts: reader.parts }, reader.faults)
}

/// The marks that open or close something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// `${{`
    Reference,
    /// `$[[`
    Open,
    /// `]]` behind it.
    Close,
}

/// A `$[[` that was not closed so far.
struct Open {
    range: Range<usize>,
    /// Whether something like a reference stands in it.
    holds_reference: bool,
}

/// The next mark at or after an offset; `]]` is one inside `$[[` only.
fn next_mark(text: &str, from: usize, inside: bool) -> Option<(usize, Mark)> {
    let mut at = from;
    loop {
        at += text[at..].find(|letter| letter == '$' || inside && letter == ']')?;
        match text.as_bytes().get(at..at + 3) {
            Some(b"${{") => return Some((at, Mark::Reference)),
            Some(b"$[[") => return Some((at, Mark::Open)),
            _ if text[at..].starts_with("]]") => return Some((at, Mark::Close)),
            _ => at += 1,
        }
    }
}

/// How a `${{` ends.
enum Close {
    /// At the `}}` that starts here.
    At(usize),
    /// Another `${{` opens here before it is closed.
    Opens(usize),
    /// Not at all.
    Never,
}

/// Looks for `}}`; text in single quotes does not count.
fn close(text: &str, from: usize) -> Close {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'}' if bytes.get(at + 1) == Some(&b'}') => return Close::At(at),
            b'$' if bytes[at..].starts_with(b"${{") => return Close::Opens(at),
            b'\'' => at += quoted(&text[at..]),
            _ => at += 1,
        }
    }
    Close::Never
}

/// Length of the quoted text at the start; of the quote alone when it is not closed on its line.
fn quoted(text: &str) -> usize {
    let line = text[1..].split(['\n', '\'']).next().map_or(0, str::len);
    if text[1 + line..].starts_with('\'') { line + 2 } else { 1 }
}

struct Reader<'a> {
    text: &'a str,
    parts: Vec<Part>,
    faults: Vec<Fault>,
    open: Option<Open>,
}

impl Reader<'_> {
    fn next_mark(&self, from: usize) -> Option<(usize, Mark)> {
        next_mark(self.text, from, self.open.is_some())
    }

    fn literal(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.parts.push(Part::Literal(range));
        }
    }

    /// Reads what a mark opens, and pushes one part; gives that part's range.
    fn mark(&mut self, done: usize, start: usize, mark: Mark) -> (usize, usize) {
        let doubled = start > done && self.text.as_bytes()[start - 1] == b'$';
        let range = match mark {
            Mark::Open => self.opens(start),
            Mark::Close => self.closes(start),
            Mark::Reference => self.reference(start),
        };
        if !doubled || mark != Mark::Reference {
            return range;
        }
        let fault = Fault::new(start - 1..start + 3, "a `$` stands right before `${{`")
            .help("a literal `${{` cannot be written; a shell script can print it as `'$''{{'`");
        self.faults.push(fault);
        self.parts.pop();
        self.parts.push(Part::Broken(start - 1..range.1));
        (start - 1, range.1)
    }

    fn broken(&mut self, range: Range<usize>, fault: Fault) -> (usize, usize) {
        self.faults.push(fault);
        self.parts.push(Part::Broken(range.clone()));
        (range.start, range.end)
    }

    /// `$[[`
    fn opens(&mut self, start: usize) -> (usize, usize) {
        let range = start..start + 3;
        if self.open.is_some() {
            let fault = Fault::new(range.clone(), "a `$[[` inside another one");
            return self.broken(range, fault.help("close the first with `]]` before"));
        }
        self.open = Some(Open { range: range.clone(), holds_reference: false });
        self.parts.push(Part::Open(range));
        (start, start + 3)
    }

    /// `]]` behind it.
    fn closes(&mut self, start: usize) -> (usize, usize) {
        let range = start..start + 2;
        if let Some(open) = self.open.take().filter(|open| !open.holds_reference) {
            let all = open.range.start..range.end;
            let fault = Fault::new(all, "nothing inside this `$[[ … ]]` can be unset");
            let help = "name an optional parameter or input in it, or leave the brackets out";
            self.faults.push(fault.help(help));
        }
        self.parts.push(Part::Close(range.clone()));
        (range.start, range.end)
    }

    fn reference(&mut self, start: usize) -> (usize, usize) {
        let open = start..start + 3;
        if let Some(open) = &mut self.open {
            open.holds_reference = true;
        }
        match close(self.text, open.end) {
            Close::At(end) => self.path(start..end + 2),
            Close::Opens(inner) => self.opened_again(start, inner),
            Close::Never => self.broken(start..self.text.len(), unclosed(self.text, open)),
        }
    }

    /// Another `${{` before the end: one inside the other if both are closed, else the first is not.
    fn opened_again(&mut self, start: usize, inner: usize) -> (usize, usize) {
        if let Close::At(end) = close(self.text, inner + 3)
            && self.text[end + 2..].trim_start().starts_with("}}")
        {
            let rest = self.text[end + 2..].trim_start();
            let end = self.text.len() - rest.len() + 2;
            let fault = Fault::new(inner..inner + 3, "a `${{` inside another one")
                .help("a reference is one path, such as `${{ parameters.x }}`");
            return self.broken(start..end, fault);
        }
        self.broken(start..inner, unclosed(&self.text[..inner], start..start + 3))
    }

    /// A whole `${{ … }}`.
    fn path(&mut self, range: Range<usize>) -> (usize, usize) {
        let inner = &self.text[range.start + 3..range.end - 2];
        let content = inner.trim();
        let start = range.start + 3 + (inner.len() - inner.trim_start().len());
        match path::path(content, start) {
            Ok(path) => {
                self.parts.push(Part::Reference { range: range.clone(), path });
                (range.start, range.end)
            }
            Err(fault) => self.broken(range, fault),
        }
    }
}

/// Says how to close what opens here; the path ends where its letters do.
fn unclosed(text: &str, open: Range<usize>) -> Fault {
    let rest = text[open.end..].trim_start();
    let is_path = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_');
    let end = rest.find(|letter| !is_path(letter)).unwrap_or(rest.len());
    let path = if end == 0 || end > LONGEST_SHOWN { "parameters.x" } else { &rest[..end] };
    Fault::new(open, "this `${{` is not closed by `}}`").help(format!("write `${{{{ {path} }}}}`"))
}

/// A longer path would hide the rest of the message.
const LONGEST_SHOWN: usize = 80;

#[cfg(test)]
mod tests;
