//! Two conda files, package by package.

use super::file::{CondaFile, Package};
use super::version::{Relation, Section, Versions};
use crate::diagnostics::{
    CONDA_DISAGREES, CONDA_MISSING, CONDA_UNPINNED, Diagnostic, Sink, excerpt,
};

/// The tools that install the rest: their version does not change results.
const INSTALLERS: [&str; 3] = ["pip", "setuptools", "wheel"];

/// Reports where our file does not give what theirs asks for. What ours has beside it, such as
/// tools for tests, is its own business.
pub(super) fn compare(ours: &CondaFile, theirs: &CondaFile, sink: &mut Sink) {
    if ours.path == theirs.path {
        return;
    }
    for (name, wanted) in &theirs.packages {
        if INSTALLERS.contains(&name.as_str()) {
            continue;
        }
        match ours.packages.get(name) {
            Some(given) => versions((ours, given), (theirs, wanted), sink),
            None => sink.report(missing(ours, theirs, wanted)),
        }
    }
    if let Some(python) = ours.packages.get("python")
        && !theirs.packages.contains_key("python")
    {
        let message = format!("`python` is not here, and {} in {}", said(python), ours.path);
        let diagnostic = Diagnostic::new(&CONDA_MISSING, theirs.head, message)
            .related(python.span, "what must agree")
            .help("without it the image's own python runs; add the line");
        sink.report(diagnostic);
    }
}

fn missing(ours: &CondaFile, theirs: &CondaFile, wanted: &Package) -> Diagnostic {
    let message = format!("`{}` is not in {}, which must agree", excerpt(&wanted.name), ours.path);
    Diagnostic::new(&CONDA_MISSING, wanted.span, message)
        .related(ours.head, "packages of the file that must agree")
        .help(format!("add it there, or remove `{}` from {}", excerpt(&wanted.name), theirs.path))
}

type Place<'a> = (&'a CondaFile, &'a Package);

fn versions(ours: Place<'_>, theirs: Place<'_>, sink: &mut Sink) {
    match (&ours.1.versions, &theirs.1.versions) {
        (Versions::Any, Versions::Any) => {}
        (Versions::Any, _) => sink.report(unpinned(ours, theirs)),
        (_, Versions::Any) => sink.report(unpinned(theirs, ours)),
        (given, wanted) => match given.relation(wanted) {
            None | Some(Relation::Equal) => {}
            Some(relation) => sink.report(disagree(ours, theirs, relation)),
        },
    }
}

fn disagree(ours: Place<'_>, theirs: Place<'_>, relation: Relation) -> Diagnostic {
    let (here, there) = (said(ours.1), said(theirs.1));
    let message =
        format!("`{}` {here} here, and {there} in {}", excerpt(&ours.1.name), theirs.0.path);
    let help = match relation {
        Relation::Apart => "no version fits both: write the same one in both files".to_owned(),
        Relation::Overlap | Relation::Equal => narrower(ours, theirs)
            .or_else(|| narrower(theirs, ours))
            .unwrap_or_else(|| "write the same versions in both files".to_owned()),
    };
    Diagnostic::new(&CONDA_DISAGREES, ours.1.span, message)
        .related(theirs.1.span, "what must agree")
        .help(help)
}

/// What to do when one demand lies inside the other: then it is the one to write in both files.
fn narrower(inner: Place<'_>, outer: Place<'_>) -> Option<String> {
    let (inner, (file, outer)) = (inner.1, outer);
    let demand = inner.versions.spelled(outer.section)?;
    inner.versions.is_inside(&outer.versions).then(|| {
        format!(
            "`{}` lies inside `{}`, which may give another version: write `{}{demand}` in {} too",
            inner.demand, outer.demand, outer.name, file.path
        )
    })
}

fn unpinned(open: Place<'_>, pinned: Place<'_>) -> Diagnostic {
    let (file, package) = open;
    let there = said(pinned.1);
    let message = format!(
        "`{}` has no version here, and {there} in {}",
        excerpt(&package.name),
        pinned.0.path
    );
    let diagnostic = Diagnostic::new(&CONDA_UNPINNED, package.span, message)
        .related(pinned.1.span, "what must agree");
    let Some(demand) = pinned.1.versions.spelled(package.section) else {
        return diagnostic.help(format!("write the same versions in {}", file.path));
    };
    let diagnostic = diagnostic.help(format!("write `{}{demand}`", package.name));
    match package.end {
        Some(end) => diagnostic.fix(end, demand),
        None => diagnostic,
    }
}

/// What a package asks for, in words.
fn said(package: &Package) -> String {
    let section = match package.section {
        Section::Conda => "",
        Section::Pip => " (pip)",
    };
    match &package.versions {
        Versions::Any => format!("in any version{section}"),
        Versions::Range(_) | Versions::Unclear(_) => {
            format!("is `{}`{section}", excerpt(&package.demand))
        }
    }
}
