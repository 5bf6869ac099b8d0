//! `completions`: a script for a shell.

use clap::CommandFactory as _;

use crate::args::Arguments;
use crate::output::{Outcome, Trouble, product};

pub(crate) fn run(shell: clap_complete::Shell) -> Result<Outcome, Trouble> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "mlopsc", &mut script);
    product(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Clean)
}
