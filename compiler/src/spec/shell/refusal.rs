//! Places where a reference may not stand, and the ways out.

use std::ops::Range;

use crate::spec::fault::Fault;

/// Why a reference may not stand where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Refusal {
    /// Single quotes, `$'…'` too.
    Single,
    /// The text of a here-document.
    Heredoc,
    /// The end word of a here-document.
    Marker,
    /// A comment.
    Comment,
    /// Backticks.
    Backtick,
    /// `(( ))`, `$(( ))`, a subscript, `let`, `-eq` in `[[ ]]`, integer variables.
    Arithmetic,
    /// A pattern of `case`, `@(…)`.
    Pattern,
    /// The right side of `=~`.
    Regex,
    /// `${x…}`.
    Parameter,
    /// An argument or an input that is code.
    Code,
    /// A program for `sed`.
    Sed,
    /// The name of a variable.
    Name,
    /// The target of `>&`, which bash expands a second time.
    Duplicate,
    /// Right behind a backslash.
    Escaped,
}

/// The way out that works on every engine.
const ASSIGN: &str =
    "set the value in `env`, or assign it before (`value=${{ … }}`), and read it here as";

impl Refusal {
    pub(super) fn fault(self, at: Range<usize>) -> Fault {
        Fault::new(at, format!("a reference {}", self.place())).help(self.way_out())
    }

    fn place(self) -> &'static str {
        match self {
            Self::Single => "inside single quotes, where the shell replaces nothing",
            Self::Heredoc => "inside a here-document",
            Self::Marker => "as the end word of a here-document",
            Self::Comment => "inside a comment",
            Self::Backtick => "inside backticks",
            Self::Arithmetic => "where the shell calculates, and would run code in the value",
            Self::Pattern => "in a pattern",
            Self::Regex => "in a regular expression",
            Self::Parameter => "inside `${…}`",
            Self::Code | Self::Sed => "inside code for another interpreter",
            Self::Name => "where the shell takes the name of a variable",
            Self::Duplicate => "behind `>&`, where the shell would run code in the value",
            Self::Escaped => "right behind a backslash",
        }
    }

    fn way_out(self) -> String {
        match self {
            Self::Single => format!("use double quotes; or {ASSIGN} \"$VALUE\" outside the quotes"),
            Self::Heredoc => format!("{ASSIGN} $VALUE, with an end word without quotes"),
            Self::Marker => "use a fixed word".to_owned(),
            Self::Comment => "remove it, or write the name without `${{ }}`".to_owned(),
            Self::Backtick => "write `$(…)` in place of the backticks".to_owned(),
            Self::Arithmetic => format!("{ASSIGN} $VALUE once it is known to be a number"),
            Self::Pattern => format!("compare with `[[ … == … ]]`; or {ASSIGN} \"$VALUE\""),
            Self::Regex | Self::Parameter => format!("{ASSIGN} \"$VALUE\""),
            Self::Code => "pass it as an argument behind the code (`bash -c 'echo \"$1\"' _ \
                ${{ … }}`), or set it in `env` and let the code read its environment"
                .to_owned(),
            Self::Sed => "give it to a program that takes values apart from its code (`awk -v \
                value=${{ … }} '…'`, `python replace.py ${{ … }}`)"
                .to_owned(),
            Self::Name => "use a fixed name".to_owned(),
            Self::Duplicate => "write `> ${{ … }} 2>&1`".to_owned(),
            Self::Escaped => "remove the backslash".to_owned(),
        }
    }
}
