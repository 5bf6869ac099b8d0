//! Programs that take code as an argument, wherever their name stands in a command: `env`,
//! `timeout`, `docker run` and many others run what they are given.

use super::refusal::Refusal;

/// A family of programs with the same options.
struct Interpreter {
    names: &'static [&'static str],
    /// Letters of options whose argument is code.
    code: &'static str,
    /// Long options whose argument is code.
    long: &'static [&'static str],
    /// Letters of options with another argument.
    valued: &'static str,
    style: Style,
}

/// What comes behind options and code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// The code is the first word behind the options, if one of them was a letter of `code`; then
    /// the code's own arguments.
    Shell,
    /// The code comes right behind its option; then the code's own arguments.
    Final,
    /// The code comes right behind its option; then further options.
    Repeated,
    /// Options may come behind other words.
    Mixed,
    /// All that follows the option is code.
    Rest,
    /// The first word that is no option is code.
    Positional,
}

impl Style {
    /// Whether an option names a module or a file to run, so that only data follows.
    fn ends_with(self, letter: char) -> bool {
        matches!((self, letter), (Self::Final, 'm') | (Self::Positional, 'f'))
    }
}

static INTERPRETERS: &[Interpreter] = &[
    Interpreter {
        names: &["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "fish"],
        code: "c",
        long: &["--command", "--init-command"],
        valued: "oO",
        style: Style::Shell,
    },
    Interpreter {
        names: &["python", "python2", "python3", "pypy", "pypy3", "ipython"],
        code: "c",
        long: &[],
        valued: "WX",
        style: Style::Final,
    },
    Interpreter {
        names: &["perl", "ruby", "lua", "julia", "Rscript", "R"],
        code: "eE",
        long: &["--eval"],
        valued: "rIC",
        style: Style::Repeated,
    },
    Interpreter {
        names: &["node", "nodejs", "bun"],
        code: "ep",
        long: &["--eval", "--print"],
        valued: "rC",
        style: Style::Repeated,
    },
    Interpreter {
        names: &["php"],
        code: "rBRE",
        long: &["--run"],
        valued: "cdf",
        style: Style::Repeated,
    },
    Interpreter {
        names: &["su", "script", "psql"],
        code: "c",
        long: &["--command"],
        valued: "",
        style: Style::Mixed,
    },
    Interpreter {
        names: &["pwsh", "powershell"],
        code: "",
        long: &["-Command", "-command", "-c", "-CommandWithArgs"],
        valued: "",
        style: Style::Rest,
    },
    Interpreter {
        names: &["awk", "gawk", "mawk", "nawk"],
        code: "e",
        long: &["--source"],
        valued: "vFi",
        style: Style::Positional,
    },
];

/// A program that is named by a variable.
static UNKNOWN: Interpreter = Interpreter {
    names: &[],
    code: "ce",
    long: &["--eval", "--command"],
    valued: "",
    style: Style::Shell,
};

/// How far the words of a command were read.
#[derive(Default, Clone, Copy)]
pub(super) enum Reading {
    /// No interpreter was named yet.
    #[default]
    Nothing,
    /// The options of one.
    Options(Options),
    /// Only code follows.
    Code,
    /// Only data follows.
    Data,
}

/// What every further word of a command is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// A word that no interpreter reads, unless it names one.
    Nothing,
    /// Code.
    Code,
    /// Data.
    Data,
}

#[derive(Clone, Copy)]
pub(super) struct Options {
    interpreter: &'static Interpreter,
    /// An option said that code comes behind the options.
    code_later: bool,
    /// What the next word is, if an option said so.
    next: Option<Next>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Code,
    Value,
}

impl Reading {
    /// Behind the name of a program that only a run knows.
    pub(super) fn of_unknown() -> Self {
        Self::of(&UNKNOWN)
    }

    fn of(interpreter: &'static Interpreter) -> Self {
        Self::Options(Options { interpreter, code_later: false, next: None })
    }

    /// Behind the path of a program.
    pub(super) fn of_program(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let name = if name.starts_with("python3.") { "python3" } else { name };
        let known = INTERPRETERS.iter().find(|interpreter| interpreter.names.contains(&name));
        known.map_or(Self::Nothing, Self::of)
    }

    /// Whether the input of the command is code: an interpreter without a script so far.
    pub(super) fn reads_code(self) -> bool {
        matches!(self, Self::Options(options) if !std::ptr::eq(options.interpreter, &raw const UNKNOWN))
    }

    /// What every further word is; `None` among the options of an interpreter.
    pub(super) fn settled(self) -> Option<Settled> {
        match self {
            Self::Nothing => Some(Settled::Nothing),
            Self::Code => Some(Settled::Code),
            Self::Data => Some(Settled::Data),
            Self::Options(_) => None,
        }
    }

    /// Takes the next word: its text without quotes up to the first expansion, and whether that is
    /// all of it. Gives why a reference in it is refused.
    pub(super) fn word(&mut self, text: &str, whole: bool) -> Option<Refusal> {
        match self {
            Self::Nothing if whole => *self = Self::of_program(text),
            Self::Nothing | Self::Data => {}
            Self::Code => return Some(Refusal::Code),
            Self::Options(options) => {
                let (next, refusal) = options.word(text, whole);
                *self = next;
                return refusal;
            }
        }
        None
    }
}

impl Options {
    fn word(mut self, text: &str, whole: bool) -> (Reading, Option<Refusal>) {
        match self.next.take() {
            Some(Next::Code) => return self.behind_code(),
            Some(Next::Value) => return (Reading::Options(self), None),
            None => {}
        }
        if let Some(long) = self.interpreter.long.iter().find(|long| text.starts_with(**long)) {
            let attached = text.len() > long.len() || !whole;
            return if attached { self.behind_code() } else { self.code_next() };
        }
        if text.len() > 1 && text.starts_with(['-', '+']) {
            return if text.starts_with("--") {
                (Reading::Options(self), None)
            } else {
                self.letters(&text[1..], whole)
            };
        }
        self.argument(text, whole)
    }

    /// The word is code.
    fn behind_code(self) -> (Reading, Option<Refusal>) {
        let next = match self.interpreter.style {
            Style::Shell | Style::Final => Reading::Data,
            Style::Repeated | Style::Mixed | Style::Positional => Reading::Options(self),
            Style::Rest => Reading::Code,
        };
        (next, Some(Refusal::Code))
    }

    /// The word is an option, and the next one is code.
    fn code_next(mut self) -> (Reading, Option<Refusal>) {
        match self.interpreter.style {
            Style::Shell => self.code_later = true,
            Style::Final | Style::Repeated | Style::Mixed | Style::Rest | Style::Positional => {
                self.next = Some(Next::Code);
            }
        }
        (Reading::Options(self), Some(Refusal::Code))
    }

    /// Short options in one word.
    fn letters(mut self, letters: &str, whole: bool) -> (Reading, Option<Refusal>) {
        let (code, valued) = (self.interpreter.code, self.interpreter.valued);
        for (at, letter) in letters.char_indices() {
            let rest = &letters[at + letter.len_utf8()..];
            let last = rest.is_empty() && whole;
            if code.contains(letter) && self.interpreter.style == Style::Shell {
                self.code_later = true;
            } else if code.contains(letter) && last {
                return self.code_next();
            } else if code.contains(letter) && !rest.starts_with(|next| code.contains(next)) {
                return self.behind_code();
            } else if valued.contains(letter) {
                self.next = last.then_some(Next::Value);
                break;
            } else if self.interpreter.style.ends_with(letter) {
                return (Reading::Data, None);
            }
        }
        (Reading::Options(self), None)
    }

    /// A word that is no option, as far as its start tells.
    fn argument(self, text: &str, whole: bool) -> (Reading, Option<Refusal>) {
        let style = self.interpreter.style;
        let open = text.is_empty() && !whole;
        if self.code_later || style == Style::Positional {
            let next = if open { Reading::Options(self) } else { Reading::Data };
            return (next, Some(Refusal::Code));
        }
        let next =
            if open || style == Style::Mixed { Reading::Options(self) } else { Reading::Data };
        (next, None)
    }
}
