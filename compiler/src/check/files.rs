//! Files that a spec names, seen through the compiler's only window.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::names::Context;
use crate::diagnostics::{Diagnostic, MISSING_FILE, Sink, near_file, near_miss};
use crate::source::{EntryKind, Files, Span, Spanned, folder_of, join, relative};

/// The window, with a memory: hundreds of steps name the same folders, and each look costs calls of
/// the system.
pub(crate) struct Window<'a> {
    files: &'a dyn Files,
    kinds: RefCell<BTreeMap<String, Option<EntryKind>>>,
    empty: RefCell<BTreeMap<String, bool>>,
    absent: RefCell<BTreeMap<Span, Spanned<AbsentData>>>,
}

impl<'a> Window<'a> {
    pub(crate) fn new(files: &'a dyn Files) -> Self {
        let (kinds, empty, absent) = Default::default();
        Self { files, kinds, empty, absent }
    }

    /// What is at a path.
    pub(crate) fn kind(&self, path: &str) -> Option<EntryKind> {
        if let Some(known) = self.kinds.borrow().get(path) {
            return *known;
        }
        let kind = self.files.kind(path);
        self.kinds.borrow_mut().insert(path.to_owned(), kind);
        kind
    }

    fn is_empty(&self, folder: &str) -> bool {
        if let Some(known) = self.empty.borrow().get(folder) {
            return *known;
        }
        let empty = self.files.list(folder).is_ok_and(|entries| entries.is_empty());
        self.empty.borrow_mut().insert(folder.to_owned(), empty);
        empty
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let entries = self.files.list(folder).unwrap_or_default();
        entries.into_iter().map(|(name, _)| name).collect()
    }
}

/// Data of the repository that is not there: it may be fetched before a job is submitted.
#[derive(Clone, Debug)]
pub(crate) struct AbsentData {
    /// The path, as it is written.
    pub(crate) path: String,
    /// Where it was looked for, or a name that is almost the same.
    pub(crate) help: Option<String>,
}

/// The data that was looked for and is not there, in the order of the places that name it.
pub(crate) fn absent_data(cx: &Context<'_>) -> Vec<Spanned<AbsentData>> {
    cx.files.absent.borrow().values().cloned().collect()
}

/// Data, from the spec on; its root-relative path. That it is not there is for a lint to say.
pub(crate) fn data(
    cx: &Context<'_>,
    path: &str,
    kind: EntryKind,
    at: Span,
    sink: &mut Sink,
) -> Option<String> {
    let full = join(cx.folder, path);
    if let Some(full) = full.filter(|full| cx.files.kind(full).is_none()) {
        let absent = AbsentData { path: path.to_owned(), help: nearby(cx, cx.folder, path, &full) };
        cx.files.absent.borrow_mut().insert(at, Spanned::new(absent, at));
        return Some(full);
    }
    match kind {
        EntryKind::File => file(cx, cx.folder, path, at, sink),
        EntryKind::Folder => folder(cx, cx.folder, path, at, sink),
    }
}

/// A folder that a path filter starts in, and that is not there.
#[derive(Clone, Debug)]
pub(crate) struct AbsentFolder {
    pub(crate) name: String,
    /// A folder with almost that name.
    pub(crate) near: Option<String>,
}

/// Where path filters of triggers start in a folder that is not there.
pub(crate) fn absent_folders(cx: &Context<'_>) -> Vec<Spanned<AbsentFolder>> {
    let triggers = cx.spec.triggers.good().map(|(_, trigger)| trigger);
    let filters = triggers.flat_map(|trigger| {
        let push = trigger.push.iter().flat_map(|push| &push.paths.0);
        push.chain(trigger.pull_request.iter().flat_map(|it| &it.paths.0))
    });
    let mut nearest: BTreeMap<&str, Option<String>> = BTreeMap::new();
    let mut entries: Option<Vec<String>> = None;
    let absent = filters.filter_map(|filter| {
        let bare = filter.value.strip_prefix('!').unwrap_or(&filter.value);
        let (name, _) = bare.split_once('/').filter(|(first, _)| !first.contains('*'))?;
        let missing = cx.files.kind(name).is_none();
        missing.then(|| {
            let entries = entries.get_or_insert_with(|| cx.files.list(""));
            let near = || near_miss(name, entries.iter().map(String::as_str)).map(str::to_owned);
            let near = nearest.entry(name).or_insert_with(near).clone();
            Spanned::new(AbsentFolder { name: name.to_owned(), near }, filter.span)
        })
    });
    absent.collect()
}

/// A file, from a folder on; its root-relative path.
pub(crate) fn file(
    cx: &Context<'_>,
    folder: &str,
    path: &str,
    at: Span,
    sink: &mut Sink,
) -> Option<String> {
    find(cx, folder, path, EntryKind::File, at, sink)
}

/// A folder, from another one on; its root-relative path. It may not be empty, since Azure ML
/// refuses empty code when it is uploaded.
pub(crate) fn folder(
    cx: &Context<'_>,
    from: &str,
    path: &str,
    at: Span,
    sink: &mut Sink,
) -> Option<String> {
    let full = find(cx, from, path, EntryKind::Folder, at, sink)?;
    if cx.files.is_empty(&full) {
        let message = format!("the folder `{path}` is empty");
        sink.report(
            Diagnostic::new(&MISSING_FILE, at, message)
                .help("Azure ML uploads no empty folders: put a file into it"),
        );
        return None;
    }
    Some(full)
}

/// What a root-relative path to no file may mean: a name in its folder that is almost the same, or
/// the file of that path from a folder above on.
pub(crate) fn meant(files: &dyn Files, path: &str) -> Option<String> {
    let entries = files.list(folder_of(path)).unwrap_or_default();
    let name = path.rsplit('/').next()?;
    if let Some(near) = near_miss(name, entries.iter().map(|(name, _)| name.as_str())) {
        return Some(format!("did you mean `{near}`?"));
    }
    let mut below = path.match_indices('/').map(|(slash, _)| &path[slash + 1..]);
    let found = below.find(|rest| files.kind(rest) == Some(EntryKind::File))?;
    Some(format!("paths start at the file's own folder; `{found}` lies below the root"))
}

/// What a path means that was written from the root on: the way to it.
fn from_root(cx: &Context<'_>, from: &str, path: &str) -> Option<String> {
    let meant = join("", path)?;
    cx.files.kind(&meant)?;
    let way = relative(from, &meant);
    // Below another folder than the spec's, such as one of code, nothing outside of it counts.
    let counts = from == cx.folder || !way.starts_with("..");
    counts.then(|| way.strip_prefix("./").unwrap_or(&way).to_owned())
}

/// What a path means in which the name of a folder is mistyped: the path with that name put right,
/// also where it was written from the root on.
fn other_folder(cx: &Context<'_>, from: &str, path: &str) -> Option<String> {
    let mended = |from: &str| {
        let is_missing = |end: &usize| {
            join(from, &path[..*end]).is_some_and(|full| cx.files.kind(&full).is_none())
        };
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        let end = ends.into_iter().find(is_missing)?;
        let start = path[..end].rfind('/').map_or(0, |slash| slash + 1);
        let entries = cx.files.list(&join(from, &path[..start])?);
        let near = near_miss(&path[start..end], entries.iter().map(String::as_str))?;
        let meant = [&path[..start], near, &path[end..]].concat();
        cx.files.kind(&join(from, &meant)?).map(|_| meant)
    };
    mended(from).or_else(|| from_root(cx, from, &mended("")?))
}

fn find(
    cx: &Context<'_>,
    folder: &str,
    path: &str,
    kind: EntryKind,
    at: Span,
    sink: &mut Sink,
) -> Option<String> {
    let (noun, other) = match kind {
        EntryKind::File => ("file", "folder"),
        EntryKind::Folder => ("folder", "file"),
    };
    let Some(full) = join(folder, path) else {
        let message = format!("`{path}` leaves the project's root");
        sink.report(
            Diagnostic::new(&MISSING_FILE, at, message)
                .help("everything that a spec names lies in the repository"),
        );
        return None;
    };
    let message = match cx.files.kind(&full) {
        Some(found) if found == kind => return Some(full),
        Some(_) => format!("`{path}` is a {other}, not a {noun}"),
        None => format!("there is no {noun} `{path}`"),
    };
    let mut diagnostic = Diagnostic::new(&MISSING_FILE, at, message);
    if cx.files.kind(&full).is_some() {
        diagnostic = diagnostic.help(match (kind, path.rsplit_once('/')) {
            (EntryKind::Folder, Some((folder, _))) => format!("name its folder: `{folder}`"),
            (EntryKind::Folder, None) => "name its folder: `.`".to_owned(),
            (EntryKind::File, _) => "name a file in it".to_owned(),
        });
    } else if let Some(help) = nearby(cx, folder, path, &full) {
        diagnostic = diagnostic.help(help);
    }
    sink.report(diagnostic);
    None
}

fn nearby(cx: &Context<'_>, from: &str, path: &str, full: &str) -> Option<String> {
    let name = full.rsplit('/').next()?;
    let entries = cx.files.list(folder_of(full));
    let names = || entries.iter().map(String::as_str);
    let near = near_miss(name, names()).or_else(|| near_file(name, names()));
    let near = near.map(str::to_owned).or_else(|| from_root(cx, from, path));
    let near = near.or_else(|| other_folder(cx, from, path));
    Some(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if from.is_empty() => "it is looked for from the repository's root on".to_owned(),
        None => format!("it is looked for in the folder `{from}`"),
    })
}
