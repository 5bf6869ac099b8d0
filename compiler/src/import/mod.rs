//! Azure ML CLI v2 files become specs, and so do scripts for version 1 of the SDK ([`v1`]).
//!
//! A pipeline job, a pipeline component or a schedule is read with the same front end as specs, so
//! that every finding has its place. Each key is taken by the part of the importer that says it in
//! the language; what nobody took is reported, so that nothing is lost without a word. Facts:
//! <https://learn.microsoft.com/azure/machine-learning/reference-yaml-job-pipeline>.

mod clock;
mod component;
mod context;
mod declared;
mod environment;
mod names;
mod native;
mod outputs;
mod parallel;
mod pipeline;
mod ports;
mod read;
mod scalar;
mod schedule;
mod scope;
mod step;
#[cfg(test)]
mod tests;
mod text;
mod v1;
mod values;

use context::Cx;
use pipeline::Written;
use read::{Foreign, Node};

use crate::diagnostics::{Diagnostic, Sink};
use crate::fmt;
use crate::source::{Files, Sources};

/// A file that an import gives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewFile {
    /// Its path, from the folder of the spec on.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What came of a foreign file.
#[derive(Debug)]
pub struct Imported {
    /// The files that the diagnostics' places are in.
    pub sources: Sources,
    /// What could not be said (errors), and what is said in another way (warnings).
    pub diagnostics: Vec<Diagnostic>,
    /// The spec, then the files beside it; nothing when nothing sensible can be said.
    pub files: Vec<NewFile>,
}

/// Makes a spec of an Azure ML file, or of a script for version 1 of the SDK (`*.py`), to be written
/// into a root-relative folder.
pub fn import(files: &dyn Files, path: &str, folder: &str) -> Imported {
    if path.rsplit('.').next() == Some("py") {
        return v1::read(files, path, folder);
    }
    let sink = Sink::new();
    let mut cx = Cx { files, folder, sources: Sources::default(), sink, beside: Vec::new() };
    let written = cx.with_file(path, None, document);
    let mut diagnostics = cx.sink.into_items();
    diagnostics.sort_by_key(|it| (it.span.file, it.span.start, it.span.end, it.rule.name));
    let mut files = Vec::new();
    if let Some(Written { name, text }) = written {
        let text = fmt::format(&text).unwrap_or(text);
        files.push(NewFile { path: format!("{name}.mlops.yaml"), text });
        files.append(&mut cx.beside);
    }
    Imported { sources: cx.sources, diagnostics, files }
}

/// The spec of two files about one pipeline, its job and a schedule, or two schedules: the triggers of
/// both. `None` when the specs differ in anything else.
pub fn merged(first: &str, second: &str) -> Option<String> {
    let cut = |text: &str| -> (String, String) {
        let (rest, triggers) = text.split_once(TRIGGERS).unwrap_or((text, ""));
        (rest.trim_end().to_owned(), triggers.trim_end().to_owned())
    };
    let ((mut own, mine), (other, theirs)) = (cut(first), cut(second));
    // A schedule alone knows texts that its parameters must take.
    if own != other {
        // One of the two may name the experiment.
        let both = [&own, &other].iter().all(|it| it.contains(EXPERIMENT));
        if both || plain(&own) != plain(&other) {
            return None;
        }
        own = if own.contains(EXPERIMENT) { own } else { other };
    }
    let named = |triggers: &str| -> Vec<String> {
        let is_name = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
        triggers.lines().filter(is_name).map(str::to_owned).collect()
    };
    let taken = named(&mine);
    if mine != theirs && named(&theirs).iter().any(|name| taken.contains(name)) {
        return None;
    }
    let both = if mine == theirs { vec![mine] } else { vec![mine, theirs] };
    let triggers: Vec<String> = both.into_iter().filter(|it| !it.is_empty()).collect();
    if triggers.is_empty() {
        return Some(format!("{own}\n"));
    }
    Some(format!("{own}\n{TRIGGERS}{}\n", triggers.join("\n")))
}

/// The lines of a spec without that of its experiment.
fn plain(spec: &str) -> Vec<&str> {
    spec.lines()
        .filter(|line| !line.starts_with(EXPERIMENT.trim_start()) && !line.is_empty())
        .collect()
}

/// How the line of its experiment begins.
const EXPERIMENT: &str = "\nexperiment: ";

/// How the triggers of an imported spec, its last part, begin.
const TRIGGERS: &str = "\ntriggers:\n";

/// A file is a schedule if it says when.
fn document(cx: &mut Cx<'_>, file: &Foreign<'_>) -> Option<Written> {
    let root = file.root();
    if root.is_some_and(|root| root.get("trigger").is_some()) {
        let (trigger, job) = schedule::schedule(cx, file)?;
        let at = root.map(|root: Node<'_>| root.span());
        return cx.with_file(&job, at, |cx, file| pipeline::pipeline(cx, file, Some(trigger)));
    }
    if root.is_none_or(|root| !root.is_map()) {
        let at =
            root.map_or_else(|| crate::source::Span::top(crate::source::FileId(0)), |it| it.span());
        cx.lost(at, "this file holds no pipeline");
        return None;
    }
    pipeline::pipeline(cx, file, None)
}
