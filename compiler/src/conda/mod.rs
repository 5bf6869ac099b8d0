//! Conda files that must agree: the software of CI with that of the steps on Azure ML.
//!
//! What a model was trained with is what it is tested and served with, or results differ for no
//! visible reason. An environment, or an image of CI, with `agrees_with` is compared with the others package by package.

mod compare;
mod file;
mod version;

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::diagnostics::{
    BAD_VALUE, Diagnostic, MISSING_FILE, Sink, UNKNOWN_ENVIRONMENT, near_miss,
};
use crate::source::{FileFault, Files, SourceFile, Sources, Span, Spanned, join};
use crate::spec::dict::Dict;
use crate::spec::images::{ImageName, ImageSpec};
use crate::spec::resources::EnvironmentSpec;
use crate::spec::values::{EntryName, PathText};
use crate::syntax;

use file::CondaFile;

/// An `environments` map, and the folder that its paths start from.
#[derive(Clone, Copy)]
pub(crate) struct Shelf<'a> {
    pub(crate) environments: &'a Dict<EntryName, EnvironmentSpec>,
    pub(crate) folder: &'a str,
}

/// Compares the environments of the first beside that want it, and images; they may name those of
/// all shelves. Files are read into `sources`; gives what the author allows in them.
pub(crate) fn agree(
    files: &dyn Files,
    shelves: &[Shelf<'_>],
    images: Option<&Dict<ImageName, ImageSpec>>,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Vec<crate::spec::Allow> {
    let Some(own) = shelves.first() else { return Vec::new() };
    let mut reader = Reader { files, sources, known: BTreeMap::new(), allows: Vec::new() };
    for (name, environment) in own.environments.good() {
        let EnvironmentSpec::Image(image) = environment else { continue };
        let software = Software { kind: "environment", name, conda: image.conda.as_ref() };
        software.compare(&mut reader, (shelves, own.folder), &image.agrees_with.0, sink);
    }
    for (name, image) in images.into_iter().flat_map(Dict::good) {
        let software = Software { kind: "image", name, conda: image.conda.as_ref() };
        software.compare(&mut reader, (shelves, own.folder), &image.agrees_with.0, sink);
    }
    reader.allows
}

/// Something that has a conda file.
struct Software<'a> {
    kind: &'static str,
    name: &'a Spanned<String>,
    conda: Option<&'a Spanned<PathText>>,
}

impl Software<'_> {
    /// Compares its conda file, which is looked for in a folder, with those of others.
    fn compare(
        &self,
        reader: &mut Reader<'_>,
        (shelves, folder): (&[Shelf<'_>], &str),
        others: &[Spanned<String>],
        sink: &mut Sink,
    ) {
        for other in others {
            let ours = reader.file(folder, self, sink);
            let theirs = found(reader, shelves, other, sink);
            if let (Some(ours), Some(theirs)) = (ours, theirs) {
                compare::compare(&ours, &theirs, sink);
            }
        }
    }
}

/// The conda file of a named environment.
fn found(
    reader: &mut Reader<'_>,
    shelves: &[Shelf<'_>],
    name: &Spanned<String>,
    sink: &mut Sink,
) -> Option<Rc<CondaFile>> {
    let found_in =
        shelves.iter().find_map(|beside| Some((beside, beside.environments.get(&name.value)?)));
    match found_in.map(|(beside, item)| (beside, item.value.as_ref())) {
        Some((beside, Some(EnvironmentSpec::Image(image)))) => {
            let software = Software { kind: "environment", name, conda: image.conda.as_ref() };
            reader.file(beside.folder, &software, sink)
        }
        Some((_, Some(_))) => without_conda("environment", name, sink),
        Some((_, None)) => None, // its own mistake was told
        None => {
            let message = format!("there is no environment `{}`", name.value);
            let known = shelves.iter().flat_map(|beside| beside.environments.names());
            let help = match near_miss(&name.value, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name an entry of `environments` that has a conda file".to_owned(),
            };
            sink.report(Diagnostic::new(&UNKNOWN_ENVIRONMENT, name.span, message).help(help));
            None
        }
    }
}

fn without_conda<T>(kind: &str, name: &Spanned<String>, sink: &mut Sink) -> Option<T> {
    let message = format!("the {kind} `{}` has no conda file to compare", name.value);
    let help = "give it one with `conda`, or leave it out";
    sink.report(Diagnostic::new(&BAD_VALUE, name.span, message).help(help));
    None
}

/// Reads each conda file once.
struct Reader<'a> {
    files: &'a dyn Files,
    sources: &'a mut Sources,
    /// `None`: it has mistakes, which were told.
    known: BTreeMap<String, Option<Rc<CondaFile>>>,
    allows: Vec<crate::spec::Allow>,
}

impl Reader<'_> {
    /// The conda file of an environment or image.
    fn file(
        &mut self,
        folder: &str,
        software: &Software<'_>,
        sink: &mut Sink,
    ) -> Option<Rc<CondaFile>> {
        let Some(conda) = software.conda else {
            return without_conda(software.kind, software.name, sink);
        };
        let path = join(folder, &conda.value.0)?;
        if let Some(known) = self.known.get(&path) {
            return known.clone();
        }
        let file = self.read(&path, conda.span, sink).map(Rc::new);
        self.known.insert(path, file.clone());
        file
    }

    fn read(&mut self, path: &str, at: Span, sink: &mut Sink) -> Option<CondaFile> {
        let text = match self.files.read(path) {
            Ok(text) => text,
            Err(FileFault::NotUtf8(content)) => {
                let id = self.sources.id_of(path, &content.text);
                let (text, diagnostic) = crate::unreadable(id, "file", FileFault::NotUtf8(content));
                self.sources.add(SourceFile::new(path, text));
                sink.report(diagnostic);
                return None;
            }
            Err(fault) => {
                let message = format!("cannot read the conda file `{path}`: {fault}");
                sink.report(Diagnostic::new(&MISSING_FILE, at, message));
                return None;
            }
        };
        let before = sink.errors();
        let tree = syntax::parse(self.sources.id_of(path, &text), &text, sink);
        let read = file::read(&tree, path, sink);
        self.allows.extend(crate::spec::allows(&tree));
        drop(tree);
        self.sources.add(SourceFile::new(path, text));
        (sink.errors() == before).then_some(read)
    }
}

#[cfg(test)]
mod tests;
