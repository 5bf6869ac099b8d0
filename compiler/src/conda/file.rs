//! A conda file: its packages, and where each is written.

use std::collections::BTreeMap;

use super::version::{Section, Versions};
use crate::diagnostics::{CONDA_UNCLEAR, CONFLICT, Diagnostic, Sink, WRONG_TYPE, excerpt};
use crate::source::Span;
use crate::syntax::{Entry, Kind, NodeId, Tree};

/// What a conda file asks for.
pub(super) struct CondaFile {
    /// Root-relative path.
    pub(super) path: String,
    /// The key `dependencies`, or the file's top.
    pub(super) head: Span,
    /// By the name that conda and pip share.
    pub(super) packages: BTreeMap<String, Package>,
}

/// A package.
pub(super) struct Package {
    /// The name as written.
    pub(super) name: String,
    pub(super) section: Section,
    pub(super) versions: Versions,
    /// What stands behind the name, for messages.
    pub(super) demand: String,
    /// The whole entry.
    pub(super) span: Span,
    /// Where a version can be added; nothing when something else stands behind the name.
    pub(super) end: Option<Span>,
}

/// Packages that conda calls otherwise than pip does.
const CONDA_NAMES: [(&str, &str); 8] = [
    ("pytorch", "torch"),
    ("opencv", "opencv-python"),
    ("py-opencv", "opencv-python"),
    ("py-xgboost", "xgboost"),
    ("pytables", "tables"),
    ("msgpack-python", "msgpack"),
    ("python-graphviz", "graphviz"),
    ("matplotlib-base", "matplotlib"),
];

/// Reads a conda file and reports what it is wrong with, and what cannot be compared.
pub(super) fn read(tree: &Tree<'_>, path: &str, sink: &mut Sink) -> CondaFile {
    let head = Span::top(tree.file());
    let mut found = CondaFile { path: path.to_owned(), head, packages: BTreeMap::new() };
    let Some(root) = tree.root() else { return found };
    let Kind::Map(entries) = tree.kind(root) else {
        let message = "a conda file is a map with the key `dependencies`";
        sink.report(Diagnostic::new(&WRONG_TYPE, head, message));
        return found;
    };
    if let Some(entry) = entry(tree, entries, "dependencies") {
        found.head = tree.span(entry.key);
        found.section(tree, entry.value, Section::Conda, sink);
    }
    found
}

fn entry<'t>(tree: &Tree<'_>, entries: &'t [Entry], key: &str) -> Option<&'t Entry> {
    entries.iter().find(|entry| tree.text_of(entry.key) == key)
}

impl CondaFile {
    fn section(&mut self, tree: &Tree<'_>, list: NodeId, section: Section, sink: &mut Sink) {
        let Kind::List(items) = tree.kind(list) else {
            if !matches!(tree.kind(list), Kind::Null) {
                let message = "packages are a list";
                sink.report(Diagnostic::new(&WRONG_TYPE, tree.span(list), message));
            }
            return;
        };
        for item in items {
            match tree.kind(*item) {
                Kind::Scalar(_) => self.package(tree, *item, section, sink),
                Kind::Map(entries) if section == Section::Conda => {
                    if let Some(pip) = entry(tree, entries, "pip") {
                        self.section(tree, pip.value, Section::Pip, sink);
                    }
                }
                Kind::Null | Kind::List(_) | Kind::Map(_) => {
                    let message = "a package is one line of text";
                    sink.report(Diagnostic::new(&WRONG_TYPE, tree.span(*item), message));
                }
            }
        }
    }

    fn package(&mut self, tree: &Tree<'_>, item: NodeId, section: Section, sink: &mut Sink) {
        let (text, span) = (tree.text_of(item), tree.span(item));
        if is_setting(text) {
            return;
        }
        let Some(read) = Written::read(section, text) else {
            let message = format!("`{}` is not compared", excerpt(text));
            let help = "name the package and its version here, or allow it: `# mlopsc: allow(conda-unclear)`";
            return sink.report(Diagnostic::new(&CONDA_UNCLEAR, span, message).help(help));
        };
        let end = read.may_grow.then(|| {
            let at = tree.position(item, text.trim_end().len());
            Span::new(span.file, at, at)
        });
        let package = Package {
            name: read.name.to_owned(),
            section,
            versions: Versions::read(section, read.demand),
            demand: read.demand.trim().to_owned(),
            span,
            end,
        };
        let name = shared_name(section, read.name);
        if let Some(first) = self.packages.get(&name) {
            let message = format!("`{}` stands here a second time", excerpt(&package.name));
            let clash = Diagnostic::new(&CONFLICT, span, message)
                .related(first.span, "first here")
                .help("remove one of the two, or both are installed over each other");
            return sink.report(clash);
        }
        self.packages.insert(name, package);
    }
}

/// A line of a conda file, cut into its parts.
struct Written<'a> {
    name: &'a str,
    demand: &'a str,
    may_grow: bool,
}

impl<'a> Written<'a> {
    /// Nothing for what is no package by name: an option of pip, an address, a path.
    fn read(section: Section, text: &'a str) -> Option<Self> {
        let text = text.trim();
        let (body, rest) = match section {
            Section::Conda => (text.rsplit_once("::").map_or(text, |(_, body)| body), ""),
            Section::Pip => text.split_once([';', '#']).unwrap_or((text, "")),
        };
        let name = body.split(|letter: char| !is_name(letter)).next().unwrap_or("");
        let behind = body[name.len()..].trim();
        let (extras, demand) = match behind.strip_prefix('[').and_then(|it| it.split_once(']')) {
            Some((extras, demand)) => (extras, demand),
            None => ("", behind),
        };
        let is_option = name.is_empty() || name.starts_with('-');
        let is_address = demand.starts_with(['@', '/', ':', '\\']) || demand.contains("://");
        // In conda, brackets may hold a version.
        let is_unclear = section == Section::Conda && extras.contains("version");
        let may_grow = demand.is_empty() && extras.is_empty() && rest.is_empty();
        (!is_option && !is_address && !is_unclear).then_some(Self { name, demand, may_grow })
    }
}

/// An option of pip that brings no package.
fn is_setting(text: &str) -> bool {
    const BRINGING: [&str; 6] = ["-r", "--requirement", "-c", "--constraint", "-e", "--editable"];
    let option = text.trim().split([' ', '=']).next().unwrap_or("");
    option.starts_with('-') && !BRINGING.iter().any(|it| option.starts_with(it))
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.')
}

/// The name that conda and pip share: `_`, `.` and case do not count.
fn shared_name(section: Section, name: &str) -> String {
    let mut shared = String::with_capacity(name.len());
    for letter in name.chars() {
        let letter = if matches!(letter, '_' | '.') { '-' } else { letter.to_ascii_lowercase() };
        if letter != '-' || !shared.ends_with('-') {
            shared.push(letter);
        }
    }
    let known = CONDA_NAMES.iter().find(|(conda, _)| section == Section::Conda && *conda == shared);
    known.map_or(shared, |(_, pip)| (*pip).to_owned())
}
