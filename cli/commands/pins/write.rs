//! Pins into the project: its pin file, the key that names it, and the workflows.

use mlopsc_compiler::pins::{self, USUAL_FILE, is_same_but_pins};
use mlopsc_compiler::plan::Pin;
use mlopsc_compiler::source::Files as _;

use super::{check, pin_file, workflows};
use crate::analysis::{Analysed, analyse};
use crate::disk::{Disk, Staged};
use crate::output::{Output, Trouble, aside};
use crate::workspace::{self, PROJECT_FILE, Project, below};

/// Writes the pins into the project, and the workflows that differ in them alone.
pub(super) fn take_over(
    output: &Output,
    analysed: Analysed,
    taken: &[Pin],
    done: &str,
) -> Result<(), Trouble> {
    if taken.is_empty() {
        return Ok(());
    }
    let Analysed { project, .. } = analysed;
    let named = pin_file(&project).0.path;
    let path = if named.is_empty() { USUAL_FILE } else { named.as_str() };
    let text = new_text(&project.disk, path, taken)?;
    let key = if named.is_empty() { Some(with_key(&project, path)?) } else { None };
    put(output, &project.disk, path, &text)?;
    if let Some(text) = key {
        put(output, &project.disk, &below(&project.base, PROJECT_FILE), &text)?;
    }
    for pin in taken {
        aside(&format!("{done} {} {} ({})\n", pin.action, pin.version, pin.commit));
    }
    rebuild(output, &project)
}

/// The pin file with these pins.
fn new_text(disk: &Disk, path: &str, taken: &[Pin]) -> Result<String, Trouble> {
    let old = disk.read(path).unwrap_or_default();
    if old.trim().is_empty() {
        return Ok(pins::fresh(taken));
    }
    pins::with_pins(&old, taken).ok_or_else(|| {
        let lines: Vec<String> = taken
            .iter()
            .map(|pin| format!("'{}@{}': {{ commit: '{}' }}", pin.action, pin.version, pin.commit))
            .collect();
        Trouble::new(format!(
            "{path} is written so that no line can be added to it; put these under `dependencies`:\n{}",
            lines.join("\n")
        ))
    })
}

/// The project file with the key that names the pin file.
fn with_key(project: &Project, path: &str) -> Result<String, Trouble> {
    let file = below(&project.base, PROJECT_FILE);
    if project.disk.kind(&file).is_none() {
        return Ok(format!("mlopsc: 1\ngithub: {{ pins: {path} }}\n"));
    }
    pins::with_key(&project.file.file.text, path).ok_or_else(|| {
        Trouble::new(format!("add `github: {{ pins: {path} }}` to {file}, then run this again"))
    })
}

fn put(output: &Output, disk: &Disk, path: &str, text: &str) -> Result<(), Trouble> {
    let written = disk.stage(path, text).and_then(Staged::keep);
    written.map_err(|error| Trouble::doing("write", &disk.absolute(path), &error))?;
    aside(&format!("wrote {}\n", output.shown(disk, path)));
    Ok(())
}

/// Writes the workflows of the whole project that differ in their pins alone; what else is not
/// fresh is for `build`.
fn rebuild(output: &Output, project: &Project) -> Result<(), Trouble> {
    let folder = project.disk.absolute(&project.base);
    let all = analyse(workspace::find(&[folder])?);
    check::report_aside(output, &all)?;
    for analysed in all {
        for (spec, artifact) in workflows(&analysed) {
            let disk = &analysed.project.disk;
            let Ok(old) = disk.read(&artifact.path) else { continue };
            let mark = mlopsc_compiler::emit::mark::read(&old);
            let ours = mark.is_some_and(|mark| mark.spec == spec);
            if ours && old != artifact.text && is_same_but_pins(&old, &artifact.text) {
                put(output, disk, &artifact.path, &artifact.text)?;
            }
        }
    }
    Ok(())
}
