//! Shell texts (`run`): where a reference may stand in bash, and what it becomes there.
//!
//! A value must arrive as data, whatever is in it. A reference may stand in a word of a command, of
//! an assignment, of a list or of a comparison, bare or inside double quotes, also within `$( … )`.
//! On CI it becomes an environment variable, `"$X"` or `${X}`; on Azure ML, whose service pastes
//! values into the text, it becomes `'value'`, or the bare value inside double quotes, and a value
//! must not hold what [`Quoting::forbidden`] lists.
//!
//! Everywhere else a value would be code, or would not be replaced at all: single quotes,
//! here-documents, comments, backticks, `${x:-…}`, arithmetic, patterns, arguments that a program
//! runs (`bash -c`, `eval`, `trap`, …), input of an interpreter (`echo … | bash`), and names of variables (bash runs `$( … )` in the subscript
//! of a name). There a reference is a fault, and no [`Script`] exists to be rendered.
//!
//! `$[[ … ]]` around arguments of a command is left out when a value in it is not set.
//!
//! What a script does later with a variable that it assigned a value to (`$((x))`, `eval "$x"`) is
//! the author's, as everywhere in bash.
//!
//! The lexer follows the bash manual, "Shell Syntax" and "Shell Expansions". Where bash itself is
//! ambiguous (`$((`), the reading that refuses more is taken.

mod command;
mod installs;
mod interpreter;
mod lexer;
mod optional;
mod pipes;
mod quotes;
mod refusal;
mod sequence;
mod words;

use std::collections::BTreeSet;
use std::ops::Range;

pub use installs::Install;

use super::expr::{Part, Template};
use super::fault::Fault;

/// Variables whose values bash runs or expands by itself, or that name what a program loads (bash
/// manual, "Bash Variables"; `ld.so(8)`).
pub(crate) const EVALUATED: [&str; 10] = [
    "PS0",
    "PS1",
    "PS2",
    "PS4",
    "PROMPT_COMMAND",
    "BASH_ENV",
    "ENV",
    "LD_PRELOAD",
    "LD_AUDIT",
    "LD_LIBRARY_PATH",
];

/// A reference in a shell text, at a place where it may stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spot {
    /// All of `${{ … }}`.
    pub range: Range<usize>,
    /// What is around it.
    pub quoting: Quoting,
    /// It stands right behind `$NAME` in double quotes, so that a pasted value would lengthen the name.
    behind_name: bool,
}

/// The quotes around a reference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quoting {
    /// None.
    Bare,
    /// Double quotes.
    Double,
    /// Whatever the author wrote: the value is pasted as it is.
    Verbatim,
}

impl Quoting {
    /// Characters that a value must not hold when Azure ML pastes it at such a place; control
    /// characters are forbidden at both.
    pub fn forbidden(self) -> &'static [char] {
        match self {
            Self::Bare => &['\''],
            Self::Double => &['"', '$', '`', '\\'],
            Self::Verbatim => &[],
        }
    }

    /// Whether Azure ML may paste the value at such a place.
    pub fn takes(self, value: &str) -> bool {
        !value.contains(|c: char| c.is_control() || self.forbidden().contains(&c))
    }
}

/// A shell text that is well formed as far as its quotes go, and whose references are all safe.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Script {
    /// The references, in the order of [`Template::references`].
    pub spots: Vec<Spot>,
    /// Line breaks after a backslash that join two lines. Azure ML does not join them.
    pub continuations: Vec<Range<usize>>,
    /// Scripts that the text runs: `x.py` in `python x.py`, `y.sh` in `bash y.sh`. Plain relative
    /// paths only, and none after a change of folder.
    pub programs: Vec<Range<usize>>,
    /// Commands of package managers, and shells that run a download.
    pub installs: Vec<Install>,
    /// The name of the first command that another follows even when it fails.
    pub lost: Option<Range<usize>>,
}

/// A part of a command for Azure ML.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ScriptPart {
    /// Taken as it is; quotes around references are part of it.
    Literal(String),
    /// The value of a reference, by number.
    Reference(usize),
    /// What follows up to [`ScriptPart::Close`] is left out when a value in it is not set.
    Open,
    /// The end of it.
    Close,
}

/// Reads a shell text. Ranges in `template` are of the same text.
///
/// # Errors
/// Quotes, parentheses and here-documents without end, each at its start, and every reference at a
/// place where its value would not be data. References that the template could not read count as
/// words; their faults are the template's.
pub fn scan(text: &str, template: &Template) -> Result<Script, Vec<Fault>> {
    lexer::Lexer::new(text, template).run()
}

/// The same of words that are the arguments of one command, and that no shell reads.
///
/// # Errors
/// As those of [`scan`].
pub(crate) fn scan_arguments(text: &str, template: &Template) -> Result<Script, Vec<Fault>> {
    lexer::Lexer::new(text, template).of_arguments().run()
}

/// A text that nobody reads as bash: Azure ML pastes every value as it is. The author said so.
pub(crate) fn verbatim(template: &Template) -> Script {
    let spot = |range: &Range<usize>| Spot {
        range: range.clone(),
        quoting: Quoting::Verbatim,
        behind_name: false,
    };
    Script {
        spots: template.references().map(|(range, _)| spot(range)).collect(),
        continuations: Vec::new(),
        programs: Vec::new(),
        installs: Vec::new(),
        lost: None,
    }
}

impl Script {
    /// The text for CI: references read environment variables, `names` gives theirs by number. All
    /// else stays byte for byte.
    pub fn for_ci(
        &self,
        text: &str,
        template: &Template,
        names: &dyn Fn(usize) -> String,
    ) -> String {
        if template.parts.is_empty() {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let (mut number, mut opened) = (0, 0);
        for (at, part) in template.parts.iter().enumerate() {
            match part {
                Part::Literal(range) | Part::Broken(range) => out.push_str(&text[range.clone()]),
                Part::Open(_) => {
                    let count = references_in(&template.parts[at..]);
                    let all: BTreeSet<String> = (number..number + count).map(names).collect();
                    opened = all.len();
                    for name in &all {
                        out.extend(["${", name, ":+"]);
                    }
                }
                Part::Close(_) => out.extend(std::iter::repeat_n('}', opened)),
                Part::Reference { .. } => {
                    let (open, close) = match self.spots[number].quoting {
                        Quoting::Bare => ("\"$", "\""),
                        Quoting::Double | Quoting::Verbatim => ("${", "}"),
                    };
                    out.extend([open, &names(number), close]);
                    number += 1;
                }
            }
        }
        out
    }

    /// The command for Azure ML: quotes, then the reference, then quotes. All else stays byte for
    /// byte; no two literals stand beside each other.
    pub fn for_azure_ml(&self, text: &str, template: &Template) -> Vec<ScriptPart> {
        if template.parts.is_empty() {
            return vec![ScriptPart::Literal(text.to_owned())];
        }
        let mut out = Vec::with_capacity(template.parts.len() + 1);
        let (mut literal, mut before) = (String::new(), "");
        let mut number = 0;
        for part in &template.parts {
            match part {
                Part::Literal(range) | Part::Broken(range) => {
                    // Room for the quotes around it too, so that it grows once.
                    literal.reserve(range.len() + 4);
                    literal.extend([std::mem::take(&mut before), &text[range.clone()]]);
                }
                Part::Open(_) | Part::Close(_) => {
                    literal.push_str(std::mem::take(&mut before));
                    flush(&mut literal, &mut out);
                    let is_open = matches!(part, Part::Open(_));
                    out.push(if is_open { ScriptPart::Open } else { ScriptPart::Close });
                }
                Part::Reference { .. } => {
                    let (open, close) = self.spots[number].azure_ml_quotes();
                    literal.extend([std::mem::replace(&mut before, close), open]);
                    flush(&mut literal, &mut out);
                    out.push(ScriptPart::Reference(number));
                    number += 1;
                }
            }
        }
        literal.push_str(before);
        flush(&mut literal, &mut out);
        out
    }
}

/// How many references stand before the next `]]`.
fn references_in(parts: &[Part]) -> usize {
    let inside = parts.iter().take_while(|part| !matches!(part, Part::Close(_)));
    inside.filter(|part| matches!(part, Part::Reference { .. })).count()
}

impl Spot {
    fn azure_ml_quotes(&self) -> (&'static str, &'static str) {
        match self.quoting {
            Quoting::Bare => ("'", "'"),
            // The quotes are closed and opened again, which ends the name before the value.
            Quoting::Double if self.behind_name => ("\"\"", ""),
            Quoting::Double | Quoting::Verbatim => ("", ""),
        }
    }
}

fn flush(literal: &mut String, out: &mut Vec<ScriptPart>) {
    if !literal.is_empty() {
        out.push(ScriptPart::Literal(std::mem::take(literal)));
    }
}

#[cfg(test)]
mod tests;
