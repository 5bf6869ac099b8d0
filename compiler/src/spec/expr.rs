//! Expressions: texts with `${{ path }}` in them.
//!
//! A path names a value: `parameters.x`, `steps.s.outputs.o`, `inputs.x`, `outputs.o`, `run.id`,
//! `git.sha`, `git.branch`, `git.tag`, `variables.X`, `secrets.X`. Blanks inside the braces are free.
//! Names of parameters, inputs and outputs may hold dots, which are groups on Azure ML.
//!
//! There is no way to write a literal `${{`: Azure ML, GitHub and Azure Pipelines all read it as
//! their own, so it could not arrive unchanged. A shell script that must print one writes
//! `'$''{{'`, which no reader but the shell puts together.

use std::ops::Range;

use super::fault::Fault;
use crate::diagnostics::near_miss;

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
    /// `run.id`.
    RunId,
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
            Part::Literal(_) | Part::Broken(_) => None,
        })
    }

    /// The path, if the text is one reference and nothing else but blanks around it.
    pub fn only(&self, text: &str) -> Option<&Path> {
        let mut found = None;
        for part in &self.parts {
            match part {
                Part::Literal(range) if text[range.clone()].trim().is_empty() => {}
                Part::Reference { path, .. } if found.is_none() => found = Some(path),
                Part::Literal(_) | Part::Reference { .. } | Part::Broken(_) => return None,
            }
        }
        found
    }
}

/// Cuts a text at its references. A text without `${{` and `$[[` costs one search and no memory.
pub fn template(text: &str) -> (Template, Vec<Fault>) {
    let mut reader = Reader { text, parts: Vec::new(), faults: Vec::new() };
    let mut done = 0;
    while let Some((start, mark)) = opening(text, done) {
        let (start, end) = reader.mark(done, start, mark);
        let part = reader.parts.pop();
        reader.literal(done..start);
        reader.parts.extend(part);
        done = end;
    }
    if !reader.parts.is_empty() {
        reader.literal(done..text.len());
    }
    (Template { parts: reader.parts }, reader.faults)
}

/// The two marks that open something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// `${{`
    Reference,
    /// `$[[`
    Optional,
}

/// The next mark at or after an offset.
fn opening(text: &str, from: usize) -> Option<(usize, Mark)> {
    let mut at = from;
    loop {
        at += text[at..].find('$')?;
        match text.as_bytes().get(at + 1..at + 3) {
            Some(b"{{") => return Some((at, Mark::Reference)),
            Some(b"[[") => return Some((at, Mark::Optional)),
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
}

impl Reader<'_> {
    fn literal(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.parts.push(Part::Literal(range));
        }
    }

    /// Reads what a mark opens, and pushes one part; gives that part's range.
    fn mark(&mut self, done: usize, start: usize, mark: Mark) -> (usize, usize) {
        let doubled = start > done && self.text.as_bytes()[start - 1] == b'$';
        let range = match mark {
            Mark::Optional => self.optional(start),
            Mark::Reference => self.reference(start),
        };
        if !doubled || mark == Mark::Optional {
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

    /// `$[[ … ]]`, which may hold references.
    fn optional(&mut self, start: usize) -> (usize, usize) {
        let end = self.text[start..].find("]]").map(|length| start + length + 2);
        let fault = match end {
            Some(end) => Fault::not_supported(start..end, "`$[[ … ]]`"),
            None => Fault::new(start..start + 3, "this `$[[` is not closed by `]]`"),
        };
        self.broken(start..end.unwrap_or(self.text.len()), fault)
    }

    fn reference(&mut self, start: usize) -> (usize, usize) {
        let open = start..start + 3;
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
        match path(content, start) {
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

/// Forms that are allowed, for messages.
const ALLOWED: &str = "allowed are `parameters.x`, `steps.s.outputs.o`, `inputs.x`, `outputs.o`, \
    `search_space.x`, `run.id`, `git.sha`, `git.branch`, `git.tag`, `variables.X` and `secrets.X`";

/// Words that a path may start with.
const ROOTS: [&str; 9] = [
    "parameters",
    "steps",
    "inputs",
    "outputs",
    "search_space",
    "run",
    "git",
    "variables",
    "secrets",
];

/// Words that a path will be able to start with.
const LATER: [&str; 4] = ["matrix", "args", "event", "stage"];

/// What other languages call our paths.
const ELSEWHERE: [(&str, &str); 9] = [
    ("github.sha", "git.sha"),
    ("github.ref_name", "git.branch"),
    ("github.run_id", "run.id"),
    ("vars", "variables"),
    ("params", "parameters"),
    ("parent.inputs", "parameters"),
    ("parent.jobs", "steps"),
    ("jobs", "steps"),
    ("needs", "steps"),
];

/// Reads a path that starts at an offset of the text.
fn path(content: &str, start: usize) -> Result<Path, Fault> {
    let at = start..start + content.len();
    if !is_dotted(content) {
        return Err(not_a_path(content, at));
    }
    let (root, rest) = content.split_once('.').unwrap_or((content, ""));
    let name = at.end - rest.len()..at.end;
    match root {
        "parameters" if !rest.is_empty() => Ok(Path::Parameter(name)),
        "inputs" if !rest.is_empty() => Ok(Path::Input(name)),
        "outputs" if !rest.is_empty() => Ok(Path::OwnOutput(name)),
        "search_space" if !rest.is_empty() => Ok(Path::Searched(name)),
        "steps" => output(rest, name),
        "run" | "git" => fact(root, rest, at, name),
        "variables" | "secrets" => platform_name(root, rest, at, name),
        "parameters" | "inputs" | "outputs" | "search_space" => {
            Err(Fault::new(at, format!("`{root}` alone is no value")).help(format!("`{root}.x`")))
        }
        _ => Err(unknown_root(content, root, at)),
    }
}

/// Whether a text between the braces would be a reference.
pub fn is_path(content: &str) -> bool {
    path(content, 0).is_ok()
}

/// Names of letters, digits and `_`, with single dots between them.
fn is_dotted(content: &str) -> bool {
    let mut starts = true;
    for byte in content.bytes() {
        let letter = byte.is_ascii_alphabetic() || byte == b'_';
        starts = match byte {
            b'.' if !starts => true,
            _ if letter || (!starts && byte.is_ascii_digit()) => false,
            _ => return false,
        };
    }
    !starts
}

fn is_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_')
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// `s.outputs.o` behind `steps.`.
fn output(rest: &str, at: Range<usize>) -> Result<Path, Fault> {
    let (step, tail) = rest.split_once('.').unwrap_or((rest, ""));
    let (word, output) = tail.split_once('.').unwrap_or((tail, ""));
    if word == "outputs" && !output.is_empty() {
        let step = at.start..at.start + step.len();
        return Ok(Path::Output { step, output: at.end - output.len()..at.end });
    }
    let step = if step.is_empty() { "s" } else { step };
    let only = if matches!(word, "" | "output" | "outputs") { "o" } else { word };
    let output = if output.is_empty() { only } else { output };
    Err(Fault::new(at, "a step gives values by its outputs only")
        .help(format!("`steps.{step}.outputs.{output}`")))
}

/// `run.id`, `git.sha`, `git.branch`, `git.tag`.
fn fact(root: &str, rest: &str, at: Range<usize>, name: Range<usize>) -> Result<Path, Fault> {
    match (root, rest) {
        ("run", "id") => Ok(Path::RunId),
        ("git", "sha") => Ok(Path::GitSha),
        ("git", "branch") => Ok(Path::GitBranch),
        ("git", "tag") => Ok(Path::GitTag),
        _ => {
            let all: &[&str] = if root == "run" { &["id"] } else { &["sha", "branch", "tag"] };
            let at = if rest.is_empty() { at } else { name };
            let fault = Fault::new(at, format!("`{root}` has no `{rest}`"));
            Err(match near_miss(rest, all.iter().copied()) {
                Some(near) => fault.help(format!("did you mean `{root}.{near}`?")),
                None => {
                    fault.help(format!("allowed: `{root}.{}`", all.join(&format!("`, `{root}."))))
                }
            })
        }
    }
}

/// `variables.X` and `secrets.X`: one name, as both CI platforms allow it.
fn platform_name(
    root: &str,
    rest: &str,
    at: Range<usize>,
    name: Range<usize>,
) -> Result<Path, Fault> {
    if !is_name(rest) {
        return Err(Fault::new(at, format!("`{root}` takes one name"))
            .help(format!("`{root}.X`, with letters, digits and `_` in the name")));
    }
    Ok(if root == "secrets" { Path::Secret(name) } else { Path::Variable(name) })
}

fn unknown_root(content: &str, root: &str, at: Range<usize>) -> Fault {
    if LATER.contains(&root) {
        return Fault::not_supported(at, format!("`{root}.…` in an expression"));
    }
    let fault = Fault::new(at, format!("there is no `{root}` to refer to"));
    if root == "env" {
        return fault.help("in `run`, the shell reads an environment variable itself: `\"$NAME\"`");
    }
    if let Some(ours) = elsewhere(content) {
        return fault.help(format!("did you mean `{ours}`?"));
    }
    match near_miss(root, ROOTS.into_iter().chain(LATER)) {
        Some(near) => fault.help(format!("did you mean `{near}{}`?", &content[root.len()..])),
        None => fault.help(ALLOWED),
    }
}

/// Our words for another language's path.
fn elsewhere(content: &str) -> Option<String> {
    ELSEWHERE.iter().find_map(|(theirs, ours)| {
        let rest = content.strip_prefix(theirs)?;
        (rest.is_empty() || rest.starts_with('.')).then(|| format!("{ours}{rest}"))
    })
}

/// Says what else was found where a path should be.
fn not_a_path(content: &str, at: Range<usize>) -> Fault {
    let Some(first) = content.chars().next() else {
        return Fault::new(at.start.saturating_sub(3)..at.end + 2, "an empty reference")
            .help(ALLOWED);
    };
    let word = content.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("");
    let after = &content[word.len()..];
    if after.starts_with('(') && !word.is_empty() {
        return function(word, at);
    }
    if let Some(operator) = operator(content) {
        return Fault::not_supported(at, format!("`{operator}` in an expression"));
    }
    if matches!(first, '\'' | '"' | '0'..='9' | '-' | '+') {
        return Fault::new(at, "a fixed value inside `${{ }}`")
            .help("write it as it is, without `${{ }}`");
    }
    if content.contains('[') {
        return bracketed(content, at);
    }
    if content.contains('-') {
        return Fault::new(at, format!("`-` cannot be part of a name: `{content}`"))
            .help("names hold letters, digits and `_`");
    }
    Fault::new(at, format!("`{content}` is not a path")).help(ALLOWED)
}

fn function(word: &str, at: Range<usize>) -> Fault {
    if word == "slug" {
        return Fault::not_supported(at, "`slug(…)` in an expression");
    }
    Fault::new(at, format!("there is no function `{word}`")).help(ALLOWED)
}

/// An operator of the language, outside quotes.
fn operator(content: &str) -> Option<&'static str> {
    let bare = content.split('\'').step_by(2);
    let found = |operator: &str| bare.clone().any(|text| text.contains(operator));
    ["==", "!=", "&&", "||", "!"].into_iter().find(|operator| found(operator))
}

/// `parameters['x']`, as other expression languages have it.
fn bracketed(content: &str, at: Range<usize>) -> Fault {
    let name = |c: char| matches!(c, '[' | ']' | '\'' | '"' | '.' | ' ');
    let dotted: Vec<&str> = content.split(name).filter(|part| !part.is_empty()).collect();
    let fault = Fault::new(at, "names stand behind dots, not in brackets");
    let dotted = dotted.join(".");
    if is_dotted(&dotted) { fault.help(format!("`{dotted}`")) } else { fault.help(ALLOWED) }
}

#[cfg(test)]
mod tests;
