//! One file for each command.

use std::ffi::OsString;
use std::path::Path;

use clap::CommandFactory as _;
use mlopsc_compiler::diagnostics::near_miss;

use crate::args::{Arguments, Command};
use crate::disk;
use crate::output::{Outcome, Output, Trouble};

mod build;
mod check;
mod completions;
mod diff;
mod explain;
mod fmt;
mod graph;
mod import;
mod init;
mod locate;
mod pins;
mod schema;
mod setup;
mod why;

/// Words that the language promises and that nobody built yet.
const PROMISED: [&str; 12] = [
    "run", "submit", "publish", "invoke", "schedule", "dispatch", "plan", "apply", "status",
    "logs", "cancel", "lsp",
];

pub(crate) fn run(arguments: Arguments) -> Result<Outcome, Trouble> {
    let output = Output::new(arguments.look)?;
    match arguments.command {
        Command::Build(args) => build::run(&output, &args),
        Command::Check(args) => check::run(&output, &args),
        Command::Fmt(args) => fmt::run(&output, &args),
        Command::Diff(args) => diff::run(&output, &args),
        Command::Graph(args) => graph::run(&output, &args),
        Command::Why(args) => why::run(&output, &args),
        Command::Import(args) => import::run(&output, &args),
        Command::Locate(args) => locate::run(&output, &args),
        Command::Pins(args) => pins::run(&output, args),
        Command::Setup(args) => setup::run(&output, &args),
        Command::Init { dir } => init::run(&output, &dir),
        Command::Explain { name } => explain::run(name.as_deref()),
        Command::Schema { of } => schema::run(of),
        Command::Completions { shell } => completions::run(shell),
        Command::Other(words) => Err(unknown(&words)),
    }
}

fn unknown(words: &[OsString]) -> Trouble {
    let word = words.first().map(|word| word.to_string_lossy()).unwrap_or_default();
    if PROMISED.contains(&word.as_ref()) {
        return Trouble::new(format!("`mlopsc {word}` is not supported yet"));
    }
    let command = Arguments::command();
    let known = command.get_subcommands().map(clap::Command::get_name);
    let hint = near_miss(&word, known).map(|near| format!("; did you mean `{near}`?"));
    Trouble::new(format!("`{word}` is no command{}", hint.unwrap_or_default()))
}

/// The text of a file that the caller names; `-` is standard input.
fn given(file: &Path) -> Result<String, Trouble> {
    if file != Path::new("-") {
        return disk::read_any(file).map_err(|fault| Trouble::doing("read", file, &fault));
    }
    let bytes = disk::all_of(std::io::stdin().lock())
        .map_err(|fault| Trouble::new(format!("cannot read standard input: {fault}")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
