//! Programs that take code as an argument, wherever their name stands in a command: `env`,
//! `timeout`, `docker run` and many others run what they are given.

use super::lexer::assignment;
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
    /// Letters of options that name the module or the file to run.
    file: &'static str,
    /// Letters of options by which it reads its input besides.
    input: &'static str,
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
    /// The same, unless an option gave the code; and options may come behind other words.
    Permuted,
    /// Code is a command; the first word behind options and variables is the name of another one.
    Wrapper,
}

static INTERPRETERS: &[Interpreter] = &[
    Interpreter {
        names: &["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "fish"],
        code: "c",
        long: &["--command", "--init-command"],
        valued: "oO",
        file: "",
        input: "s",
        style: Style::Shell,
    },
    Interpreter {
        names: &["python", "python2", "python3", "pypy", "pypy3", "ipython"],
        code: "c",
        long: &[],
        valued: "WX",
        file: "m",
        input: "i",
        style: Style::Final,
    },
    Interpreter {
        names: &["perl", "ruby", "lua", "julia", "Rscript", "R"],
        code: "eE",
        long: &["--eval"],
        valued: "rIC",
        file: "",
        input: "",
        style: Style::Repeated,
    },
    Interpreter {
        names: &["node", "nodejs", "bun"],
        code: "ep",
        long: &["--eval", "--print"],
        valued: "rC",
        file: "",
        input: "",
        style: Style::Repeated,
    },
    Interpreter {
        names: &["php"],
        code: "rBRE",
        long: &["--run"],
        valued: "cd",
        file: "fF",
        input: "",
        style: Style::Repeated,
    },
    Interpreter {
        names: &["su", "script", "psql", "flock", "npx", "expect"],
        code: "c",
        long: &["--command", "--call"],
        valued: "",
        file: "f",
        input: "",
        style: Style::Mixed,
    },
    Interpreter {
        names: &["pwsh", "powershell"],
        code: "",
        long: &["-Command", "-command", "-c", "-CommandWithArgs"],
        valued: "",
        file: "",
        input: "",
        style: Style::Rest,
    },
    Interpreter {
        names: &["awk", "gawk", "mawk", "nawk"],
        code: "e",
        long: &["--source"],
        valued: "vFi",
        file: "f",
        input: "",
        style: Style::Positional,
    },
    Interpreter {
        names: &["sed", "gsed"],
        code: "e",
        long: &["--expression"],
        valued: "l",
        file: "f",
        input: "",
        style: Style::Permuted,
    },
    Interpreter {
        names: &["env"],
        code: "S",
        long: &["--split-string"],
        valued: "uC",
        file: "",
        input: "",
        style: Style::Wrapper,
    },
];

/// A program that is named by a variable.
static UNKNOWN: Interpreter = Interpreter {
    names: &[],
    code: "ce",
    long: &["--eval", "--command"],
    valued: "",
    file: "",
    input: "",
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
    /// The same, and the code comes from the input.
    Input,
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
    /// An option gave the code.
    given: bool,
    /// An option said that the code comes from the input.
    from_input: bool,
    /// What the next word is, if an option said so.
    next: Option<Next>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Code,
    File,
    Value,
}

impl Reading {
    /// Behind the name of a program that only a run knows.
    pub(super) fn of_unknown() -> Self {
        Self::of(&UNKNOWN)
    }

    fn of(interpreter: &'static Interpreter) -> Self {
        Self::Options(Options {
            interpreter,
            code_later: false,
            given: false,
            from_input: false,
            next: None,
        })
    }

    /// Behind the path of a program.
    pub(super) fn of_program(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let name = if name.starts_with("python3.") { "python3" } else { name };
        let known = INTERPRETERS.iter().find(|interpreter| interpreter.names.contains(&name));
        known.map_or(Self::Nothing, Self::of)
    }

    /// Whether a file that comes next is code: an interpreter without a script so far.
    pub(super) fn reads_code(self) -> bool {
        matches!(self, Self::Options(options) if !std::ptr::eq(options.interpreter, &raw const UNKNOWN))
    }

    /// Whether the command takes its input for code, if nothing follows.
    pub(super) fn reads_input(self) -> bool {
        match self {
            Self::Nothing | Self::Code | Self::Data => false,
            Self::Input => true,
            Self::Options(options) => options.reads_input(),
        }
    }

    /// Whether a word that comes next would be code.
    pub(super) fn awaits_code(self) -> bool {
        match self {
            Self::Nothing | Self::Data | Self::Input => false,
            Self::Code => true,
            Self::Options(options) => options.awaits_code(),
        }
    }

    /// What every further word is; `None` among the options of an interpreter.
    pub(super) fn settled(self) -> Option<Settled> {
        match self {
            Self::Nothing => Some(Settled::Nothing),
            Self::Code => Some(Settled::Code),
            Self::Data | Self::Input => Some(Settled::Data),
            // Behind its code, words are files.
            Self::Options(options) => options.is_behind_program().then_some(Settled::Data),
        }
    }

    /// Takes the next word: its text without quotes up to the first expansion, and whether that is
    /// all of it. Gives why a reference in it is refused.
    pub(super) fn word(&mut self, text: &str, whole: bool) -> Option<Refusal> {
        match self {
            Self::Nothing if whole => *self = Self::of_program(text),
            Self::Nothing | Self::Data | Self::Input => {}
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
    fn reads_input(self) -> bool {
        let reads = match self.interpreter.style {
            Style::Shell | Style::Final | Style::Repeated | Style::Mixed | Style::Rest => true,
            Style::Positional | Style::Permuted | Style::Wrapper => false,
        };
        let known = !std::ptr::eq(self.interpreter, &raw const UNKNOWN);
        reads && known && !self.given && !self.code_later
    }

    fn awaits_code(self) -> bool {
        let program = matches!(self.interpreter.style, Style::Positional | Style::Permuted);
        self.code_later || self.next == Some(Next::Code) || program && !self.given
    }

    fn is_behind_program(self) -> bool {
        self.interpreter.style == Style::Permuted && self.given && self.next.is_none()
    }

    fn refusal(self) -> Refusal {
        let is_sed = self.interpreter.style == Style::Permuted;
        if is_sed { Refusal::Sed } else { Refusal::Code }
    }

    fn word(mut self, text: &str, whole: bool) -> (Reading, Option<Refusal>) {
        match self.next.take() {
            Some(Next::Code) if whole && text == "-" && self.interpreter.style == Style::Rest => {
                return (Reading::Input, None);
            }
            Some(Next::Code) => return self.behind_code(),
            Some(Next::File) if whole && is_input(text) => return (Reading::Input, None),
            Some(Next::File) => return (self.ran(), None),
            Some(Next::Value) => return (Reading::Options(self), None),
            None => {}
        }
        if let Some(long) = self.interpreter.long.iter().find(|long| text.starts_with(**long)) {
            let attached = text.len() > long.len() || !whole;
            return if attached { self.behind_code() } else { self.code_next() };
        }
        if text.starts_with("--file") && self.interpreter.file.contains('f') {
            return (self.file(text.len() == "--file".len() && whole), None);
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

    /// An option names the file to run; it may be the `next` word.
    fn file(mut self, next: bool) -> Reading {
        self.next = next.then_some(Next::File);
        if next { Reading::Options(self) } else { self.ran() }
    }

    /// The file to run was named.
    fn ran(mut self) -> Reading {
        self.given = true;
        match self.interpreter.style {
            Style::Mixed | Style::Permuted => Reading::Options(self),
            Style::Shell
            | Style::Final
            | Style::Repeated
            | Style::Rest
            | Style::Positional
            | Style::Wrapper => Reading::Data,
        }
    }

    /// The word is code.
    fn behind_code(mut self) -> (Reading, Option<Refusal>) {
        self.given = true;
        let next = match self.interpreter.style {
            Style::Shell | Style::Final => Reading::Data,
            Style::Repeated | Style::Mixed | Style::Positional | Style::Permuted => {
                Reading::Options(self)
            }
            Style::Rest | Style::Wrapper => Reading::Code,
        };
        (next, Some(self.refusal()))
    }

    /// The word is an option, and the next one is code.
    fn code_next(mut self) -> (Reading, Option<Refusal>) {
        if self.interpreter.style == Style::Shell {
            self.code_later = true;
        } else {
            self.next = Some(Next::Code);
        }
        (Reading::Options(self), Some(self.refusal()))
    }

    /// Short options in one word.
    fn letters(mut self, letters: &str, whole: bool) -> (Reading, Option<Refusal>) {
        let (code, valued) = (self.interpreter.code, self.interpreter.valued);
        for (at, letter) in letters.char_indices() {
            let rest = &letters[at + letter.len_utf8()..];
            let last = rest.is_empty() && whole;
            self.from_input |= self.interpreter.input.contains(letter);
            if code.contains(letter) && self.interpreter.style == Style::Shell {
                self.code_later = true;
            } else if code.contains(letter) && last {
                return self.code_next();
            } else if code.contains(letter) && !rest.starts_with(|next| code.contains(next)) {
                return self.behind_code();
            } else if valued.contains(letter) {
                self.next = last.then_some(Next::Value);
                break;
            } else if self.interpreter.file.contains(letter) {
                return (self.file(last), None);
            } else if self.interpreter.style == Style::Permuted && letter == 'i' {
                // The rest is how copies are named.
                break;
            }
        }
        (Reading::Options(self), None)
    }

    /// A word that is no option, as far as its start tells.
    fn argument(mut self, text: &str, whole: bool) -> (Reading, Option<Refusal>) {
        let open = text.is_empty() && !whole;
        let is_input = whole && is_input(text);
        match self.interpreter.style {
            Style::Wrapper if open || text.starts_with('-') || assignment(text).is_some() => {
                (Reading::Options(self), None)
            }
            Style::Wrapper if whole => (Reading::of_program(text), None),
            Style::Wrapper => (Reading::Nothing, None),
            Style::Permuted => {
                let refusal = (!self.given).then_some(Refusal::Sed);
                self.given |= !open;
                (Reading::Options(self), refusal)
            }
            Style::Positional if self.given => (Reading::Data, None),
            _ if open => {
                let is_code = self.code_later || self.interpreter.style == Style::Positional;
                (Reading::Options(self), is_code.then_some(Refusal::Code))
            }
            Style::Positional => (Reading::Data, Some(Refusal::Code)),
            _ if self.code_later => (Reading::Data, Some(Refusal::Code)),
            Style::Mixed => (Reading::Options(self), None),
            Style::Shell if text == "-" => (Reading::Options(self), None),
            Style::Shell | Style::Final | Style::Repeated | Style::Rest => {
                let reads = is_input && !self.given || self.from_input;
                (if reads { Reading::Input } else { Reading::Data }, None)
            }
        }
    }
}

/// Whether a path is that of the input.
pub(super) fn is_input(path: &str) -> bool {
    matches!(path, "-" | "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0")
}
