//! Simple commands: which of their arguments are code or names, and which scripts they run.

use super::interpreter::{Reading, Settled, is_input};
use super::lexer::assignment;
use super::refusal::Refusal;

/// A simple command, as far as it was read.
#[derive(Default, Clone, Copy)]
pub(super) struct Command {
    role: Role,
    reading: Reading,
    /// How the names of scripts end that the command itself runs.
    script: Option<&'static str>,
    /// The last word is such a script.
    file: bool,
    /// The word before held a reference.
    after_reference: bool,
    /// The word before was an option that takes a variable's name.
    after_name_option: bool,
    input: Input,
    prints: Prints,
}

/// Programs that run what follows, with their own input.
const HAND_ON: &[&str] = &[
    "sudo",
    "doas",
    "nice",
    "nohup",
    "time",
    "timeout",
    "stdbuf",
    "setsid",
    "ionice",
    "chroot",
    "taskset",
    "numactl",
    "unshare",
    "flock",
    "xvfb-run",
    "busybox",
    "srun",
    "ssh",
    "docker",
    "podman",
    "kubectl",
    "conda",
    "mamba",
    "micromamba",
    "uv",
    "poetry",
    "pipenv",
    "pdm",
    "hatch",
    "unbuffer",
];

/// Programs that print what is in files and at addresses: their arguments are names.
const SILENT: &[&str] = &[
    "cat", "zcat", "gzcat", "bzcat", "xzcat", "zstdcat", "gzip", "gunzip", "bunzip2", "xz", "zstd",
    "unzip", "tar", "head", "tail", "sort", "uniq", "grep", "egrep", "fgrep", "tee", "curl",
    "wget", "rm",
];

/// How far a command was read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Stand(Settled);

/// What a command does with its standard input.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Input {
    /// It is data.
    #[default]
    Data,
    /// An interpreter gets it, if one was named: by its name, or behind a program that runs it.
    HandedOn,
    /// It is a file of commands.
    Sourced,
}

/// What of its arguments a command prints.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Prints {
    #[default]
    Anything,
    Nothing,
}

/// What the words of a command are.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The name was not read yet.
    #[default]
    Unnamed,
    /// The words of `for x in …`.
    Loop,
    /// Data.
    Data,
    /// The folder to go to.
    Move,
    /// A file of commands.
    Source,
    /// All arguments are refused.
    Refused(Refusal),
    /// `export` and its family.
    Declaration {
        /// An option makes the value a number, a list or a name.
        evaluates: bool,
        /// It may be a number.
        integer: bool,
    },
    /// `test`, `[`.
    Test,
    /// `printf`, `wait`: the option takes a variable's name.
    NameOption(&'static str),
}

impl Command {
    /// A command of which only data follows.
    pub(super) fn of_data() -> Self {
        Self { role: Role::Data, ..Self::default() }
    }

    pub(super) fn is_unnamed(&self) -> bool {
        self.role == Role::Unnamed
    }

    /// The words of a loop follow.
    pub(super) fn loops(&mut self) {
        self.role = Role::Loop;
    }

    pub(super) fn is_loop(&self) -> bool {
        self.role == Role::Loop
    }

    /// Whether assignments are behind it.
    pub(super) fn is_named(&self) -> bool {
        self.role != Role::Unnamed
    }

    /// Whether it may give a variable the integer attribute.
    pub(super) fn makes_integers(&self) -> bool {
        matches!(self.role, Role::Declaration { integer: true, .. })
    }

    /// Whether it changes the folder.
    pub(super) fn moves(&self) -> bool {
        self.role == Role::Move
    }

    /// Whether the last word is a script that it runs.
    pub(super) fn runs_file(&self) -> bool {
        self.file
    }

    /// How far it was read, where any number of arguments may follow and mean the same.
    pub(super) fn stand(&self) -> Option<Stand> {
        let is_settled = match self.role {
            Role::Data | Role::Loop | Role::Move | Role::Refused(_) => true,
            Role::Unnamed
            | Role::Source
            | Role::Declaration { .. }
            | Role::Test
            | Role::NameOption(_) => false,
        };
        self.reading.settled().filter(|_| is_settled).map(Stand)
    }

    /// Whether a file that it is given next is code.
    pub(super) fn reads_code(&self) -> bool {
        self.role == Role::Source || self.reading.reads_code()
    }

    /// Whether it takes its standard input for code.
    pub(super) fn reads_input(&self) -> bool {
        match self.input {
            Input::Data => false,
            Input::HandedOn => self.reading.reads_input(),
            Input::Sourced => true,
        }
    }

    /// Whether no value in its arguments so far is in what it prints.
    pub(super) fn is_silent(&self) -> bool {
        self.prints == Prints::Nothing
            || matches!(self.role, Role::Unnamed | Role::Test | Role::Move)
    }

    /// Takes the next word: its text without quotes up to the first expansion, whether that is all
    /// of it, and whether it holds a reference. Gives why a reference in it is refused.
    pub(super) fn word(&mut self, text: &str, whole: bool, reference: bool) -> Option<Refusal> {
        self.file = false;
        let refusal = if self.role == Role::Unnamed {
            self.name(text, whole);
            None
        } else {
            let builtin = self.builtin(text, whole, reference);
            if self.role == Role::Source && whole && is_input(text) {
                self.input = Input::Sourced;
            }
            let fresh = matches!(self.reading, Reading::Options(_));
            let code = self.reading.word(text, whole);
            let ran = fresh && matches!(self.reading, Reading::Data) && code.is_none();
            self.file = ran && whole && self.script.is_some_and(|suffix| is_script(text, suffix));
            builtin.or(code)
        };
        self.after_reference = reference;
        refusal
    }

    fn name(&mut self, text: &str, whole: bool) {
        if assignment(text).is_some() {
            return;
        }
        if !whole {
            self.role = Role::Data;
            self.reading = Reading::of_unknown();
            return;
        }
        self.role = role(text);
        self.reading = Reading::of_program(text);
        if !matches!(self.reading, Reading::Nothing) || HAND_ON.contains(&text) {
            self.input = Input::HandedOn;
        }
        if SILENT.contains(&text) {
            self.prints = Prints::Nothing;
        }
        self.script = match text {
            "python" | "python3" => Some(".py"),
            "sh" | "bash" => Some(".sh"),
            _ => None,
        };
    }

    fn builtin(&mut self, text: &str, whole: bool, reference: bool) -> Option<Refusal> {
        let after_option = std::mem::take(&mut self.after_name_option);
        match self.role {
            Role::Unnamed | Role::Loop | Role::Data | Role::Move | Role::Source => None,
            Role::Refused(refusal) => Some(refusal),
            Role::Declaration { evaluates, integer } => self.declaration(text, evaluates, integer),
            Role::Test => {
                self.after_name_option = whole && matches!(text, "-v" | "-R");
                // Two values side by side could be an operator and a name.
                (after_option || self.after_reference && reference).then_some(Refusal::Name)
            }
            Role::NameOption(option) => {
                self.after_name_option = whole && text == option;
                (after_option || text.starts_with(option)).then_some(Refusal::Name)
            }
        }
    }

    /// The name must be fixed, and the value is data unless an option says otherwise.
    fn declaration(&mut self, text: &str, evaluates: bool, integer: bool) -> Option<Refusal> {
        if text.starts_with(['-', '+']) {
            let evaluates = evaluates || text.contains(['i', 'a', 'A', 'n']);
            let integer = integer || text.contains('i');
            self.role = Role::Declaration { evaluates, integer };
            return Some(Refusal::Name);
        }
        match assignment(text) {
            None => Some(Refusal::Name),
            Some(_) if evaluates || text.contains('[') => Some(Refusal::Arithmetic),
            Some(_) => None,
        }
    }
}

/// What the words behind a command's name are.
fn role(name: &str) -> Role {
    match name {
        "command" | "builtin" | "exec" => Role::Unnamed,
        _ if name.starts_with('-') => Role::Unnamed,
        "eval" | "trap" | "alias" | "ssh" | "watch" => Role::Refused(Refusal::Code),
        "let" => Role::Refused(Refusal::Arithmetic),
        "read" | "unset" | "mapfile" | "readarray" | "getopts" | "bind" | "complete"
        | "compgen" | "enable" => Role::Refused(Refusal::Name),
        "export" | "declare" | "typeset" | "local" | "readonly" => {
            Role::Declaration { evaluates: false, integer: false }
        }
        "test" | "[" => Role::Test,
        "printf" => Role::NameOption("-v"),
        "wait" => Role::NameOption("-p"),
        "cd" | "pushd" | "popd" => Role::Move,
        "source" | "." => Role::Source,
        _ => Role::Data,
    }
}

/// A plain relative path to a script.
fn is_script(path: &str, suffix: &str) -> bool {
    path.ends_with(suffix) && !path.starts_with('/') && !path.contains(['*', '?', '[', '{', '~'])
}
