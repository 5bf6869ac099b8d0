//! Releases of actions that a repository chose instead of the compiler's: the pin file, and the
//! `uses` lines that bots change in generated workflows.
//!
//! The file has the shape of GitHub's own `actions.lock`, so that one file can serve both.

mod file;
mod lines;
mod version;
mod write;

use crate::diagnostics::{BAD_VALUE, Diagnostic, MISSING_FILE, OTHER_MAJOR, Sink};
use crate::plan::Pin;
use crate::source::{FileFault, FileId, Files, SourceFile, Sources, Span, join};
use crate::spec::Allow;
use crate::spec::project::ProjectSpec;
use crate::syntax;
use crate::targets::github::pins::{ACTIONS, Action};

pub use file::Pinned;
pub use lines::{Bump, Bumps, bumps, is_same_but_pins, listed, used};
pub use version::is_newer;
pub use write::{fresh, with_key, with_pins};

use version::Release;

/// Where a pin file goes when the project names none.
pub const USUAL_FILE: &str = ".github/mlopsc-pins.yaml";

/// The action that the compiler's own workflows use under this name. GitHub's names have no letter
/// case.
pub fn own(action: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|own| own.name.eq_ignore_ascii_case(action))
}

/// The pin file of a project as it was read.
#[derive(Debug, Default)]
pub struct PinFile {
    /// Root-relative path; empty when the project names none.
    pub path: String,
    /// Its pins of actions that the compiler uses.
    pub pins: Vec<Pinned>,
    /// What is allowed in it.
    pub(crate) allows: Vec<Allow>,
}

impl PinFile {
    /// The pins alone.
    pub(crate) fn plain(&self) -> Vec<Pin> {
        self.pins.iter().map(|pinned| pinned.pin.clone()).collect()
    }
}

/// Reads the file that the project names, into `sources`, and reports what is wrong with it.
pub fn read(
    files: &dyn Files,
    project: &ProjectSpec,
    sources: &mut Sources,
    sink: &mut Sink,
) -> PinFile {
    let named = project.github.as_ref().and_then(|github| github.pins.as_ref());
    let Some(named) = named else { return PinFile::default() };
    let Some(path) = join("", &named.value.0) else {
        let message = "the pin file is outside of the repository";
        let help = "name a file from the repository's root on";
        sink.report(Diagnostic::new(&BAD_VALUE, named.span, message).help(help));
        return PinFile::default();
    };
    let Some(text) = text_of(files, &path, named.span, sources, sink) else {
        return PinFile { path, ..PinFile::default() };
    };
    let tree = syntax::parse(sources.next(), &text, sink);
    let all = file::read(&tree, sink);
    let pins = file::of_ours(all, sink);
    let allows = crate::spec::allows(&tree);
    drop(tree);
    sources.add(SourceFile::new(&*path, text));
    for pinned in &pins {
        warn_of_major(pinned, sink);
    }
    PinFile { path, pins, allows }
}

fn text_of(
    files: &dyn Files,
    path: &str,
    at: Span,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Option<String> {
    match files.read(path) {
        Ok(text) => Some(text),
        Err(fault @ FileFault::NotUtf8(_)) => {
            let (text, diagnostic) = crate::unreadable(sources.next(), "pin file", fault);
            sources.add(SourceFile::new(path, text));
            sink.report(diagnostic);
            None
        }
        Err(fault) => {
            let message = format!("cannot read the pin file `{path}`: {fault}");
            let help = "take `pins` out; `mlopsc pins adopt` and `mlopsc pins update` put it back with its file";
            sink.report(Diagnostic::new(&MISSING_FILE, at, message).help(help));
            None
        }
    }
}

/// The pins in a text of the shape of a pin file, those of other actions too.
pub fn in_file(file: FileId, text: &str, sink: &mut Sink) -> Vec<Pin> {
    let all = file::read(&syntax::parse(file, text, sink), sink);
    all.into_iter().map(|pinned| pinned.pin).collect()
}

/// The workflows give an action the inputs that the compiler's own release has.
fn warn_of_major(pinned: &Pinned, sink: &mut Sink) {
    let Pin { action, version, .. } = &pinned.pin;
    let Some(own) = own(action) else { return };
    let major = |text: &str| Release::read(text).map(Release::major);
    if major(version) != major(own.version) {
        let message = format!(
            "workflows are written for `{action}` {}, and {version} may have other inputs",
            own.version
        );
        let help =
            "read its release notes; when all is well, say so: `# mlopsc: allow(other-major)`";
        sink.report(Diagnostic::new(&OTHER_MAJOR, pinned.span, message).help(help));
    }
}

#[cfg(test)]
mod tests;
