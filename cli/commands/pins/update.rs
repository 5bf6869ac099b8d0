//! `pins update`: newer pins from a file.

use std::path::Path;

use mlopsc_compiler::diagnostics::Sink;
use mlopsc_compiler::pins::{in_file, is_newer, listed, own};
use mlopsc_compiler::plan::Pin;
use mlopsc_compiler::source::{SourceFile, Sources};

use super::{pin_file, write};
use crate::analysis::Analysed;
use crate::disk;
use crate::output::{Outcome, Output, Trouble, aside};

pub(super) fn run(output: &Output, all: Vec<Analysed>, from: &Path) -> Result<Outcome, Trouble> {
    let text = disk::read_any(from).map_err(|fault| Trouble::doing("read", from, &fault))?;
    let offered = offered(from, &text)?;
    for analysed in all {
        let (file, _) = pin_file(&analysed.project);
        let mut pins = Vec::new();
        for pin in &offered {
            let Some(own) = own(&pin.action) else { continue };
            let known = file.pins.iter().find(|it| it.pin.action == pin.action);
            let (version, commit) = known.map_or((own.version, own.commit), |known| {
                (known.pin.version.as_str(), known.pin.commit.as_str())
            });
            if pin.version == version && pin.commit != commit {
                let message = format!(
                    "{} {version} is {commit} here and {} in {}: a release never moves",
                    pin.action,
                    pin.commit,
                    from.display()
                );
                return Err(Trouble::new(message));
            }
            if is_newer(&pin.version, version) {
                pins.push(pin.clone());
            } else {
                aside(&format!("{} stays at {version}\n", pin.action));
            }
        }
        write::take_over(output, analysed, &pins, "updated")?;
    }
    Ok(Outcome::Clean)
}

/// The pins that a file offers, each action once; those that mlopsc does not use are said.
fn offered(from: &Path, text: &str) -> Result<Vec<Pin>, Trouble> {
    let shown = disk::plain(from);
    let trouble =
        |line: u32, message: &str| Trouble::new(format!("{}:{line}: {message}", shown.display()));
    let is_document = text.lines().any(|line| line.starts_with("dependencies:"));
    let pins: Vec<Pin> = if is_document {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new(shown.display().to_string(), text));
        let mut sink = Sink::new();
        let pins = in_file(file, text, &mut sink);
        if let Some(first) = sink.items().first() {
            return Err(trouble(sources.place(first.span).1.line, &first.message));
        }
        pins
    } else {
        let listed = listed(text).map_err(|(line, message)| {
            trouble(u32::try_from(line).unwrap_or(u32::MAX), &message)
        })?;
        listed.into_iter().map(|bump| bump.pin).collect()
    };
    once(pins)
}

/// Two releases of one action cannot both be meant.
fn once(pins: Vec<Pin>) -> Result<Vec<Pin>, Trouble> {
    let mut all: Vec<Pin> = Vec::new();
    for pin in pins {
        if own(&pin.action).is_none() {
            aside(&format!("{} is not used by mlopsc\n", pin.action));
            continue;
        }
        match all.iter().find(|known| known.action == pin.action) {
            Some(known) if *known == pin => {}
            Some(known) => {
                let (action, one, other) = (&pin.action, &known.version, &pin.version);
                return Err(Trouble::new(format!("{action} is offered at {one} and at {other}")));
            }
            None => all.push(pin),
        }
    }
    Ok(all)
}
