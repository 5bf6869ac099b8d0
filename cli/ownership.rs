//! Whose a file is: what a build may write and remove. Decides; writes nothing.

use std::collections::BTreeSet;

use mlopsc_compiler::emit::mark::{self, Mark};
use mlopsc_compiler::source::{self, EntryKind, FileFault, Files as _};

use crate::analysis::each;
use crate::disk::{self, Disk};
use crate::workspace::below;

/// What must be done so that a file is what its spec gives.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is.
    Fresh,
    /// Nothing is there: write.
    Missing,
    /// Ours and different: write.
    Changed(String),
    /// Ours, but somebody edited it: hands off.
    Edited(String),
    /// Not ours: hands off; why.
    Foreign(String),
}

/// A folder in which files of ours may lie.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Searched {
    /// Root-relative path.
    pub(crate) folder: String,
    /// The root-relative folder that marks in it name specs from: the root, or what was the root
    /// before the project file named one further up.
    pub(crate) base: String,
}

/// What specs yield.
#[derive(Default)]
pub(crate) struct Wanted {
    /// Files, root-relative.
    pub(crate) paths: BTreeSet<String>,
    /// Folders, ending in `/`, whose files are not judged now.
    pub(crate) folders: Vec<String>,
}

impl Wanted {
    fn holds(&self, path: &str) -> bool {
        self.paths.contains(path) || self.folders.iter().any(|folder| path.starts_with(folder))
    }
}

/// A file that a spec yields no more.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Orphan {
    /// Root-relative path.
    pub(crate) path: String,
    /// The spec that its mark names, root-relative.
    pub(crate) spec: String,
    /// What is in it.
    pub(crate) text: String,
    /// Whether somebody edited it.
    pub(crate) edited: bool,
    /// The output folder that it was found in.
    pub(crate) folder: String,
}

/// Judges one file against the text that its spec gives.
pub(crate) fn judge(disk: &Disk, spec: &str, path: &str, text: &str, force: bool) -> Verdict {
    if disk.is_link(path) {
        return Verdict::Foreign("is a symbolic link".to_owned());
    }
    let old = match disk.read(path) {
        Ok(old) => old,
        Err(FileFault::Missing) => return missing(disk, path),
        Err(FileFault::NotUtf8(_)) => return Verdict::Foreign("is not text".to_owned()),
        Err(fault) => return Verdict::Foreign(format!("cannot be read ({fault})")),
    };
    if same(&old, text) {
        return Verdict::Fresh;
    }
    match mark_of(disk, path, &old) {
        None => Verdict::Foreign("was not made by mlopsc (it has no mark)".to_owned()),
        Some(mark) if mark.spec != spec && disk.kind(&mark.spec).is_some() => {
            Verdict::Foreign(format!("belongs to {}", mark.spec))
        }
        Some(mark) if force || may_replace(&mark, &old) => Verdict::Changed(old),
        Some(_) => Verdict::Edited(old),
    }
}

/// Whose a file is. One whose format has no place for a mark belongs to the file that keeps it.
fn mark_of(disk: &Disk, path: &str, text: &str) -> Option<Mark> {
    mark::read(text).or_else(|| {
        let keeper = disk.read(&mark::keeper(path)?).ok()?;
        mark::read_kept(text, &keeper)
    })
}

/// A file that is not there can be written, unless another one is where its folder must be.
fn missing(disk: &Disk, path: &str) -> Verdict {
    let mut folder = source::folder_of(path);
    while !folder.is_empty() {
        if disk.kind(folder) == Some(EntryKind::File) {
            return Verdict::Foreign(format!("needs a folder where the file `{folder}` is"));
        }
        folder = source::folder_of(folder);
    }
    Verdict::Missing
}

/// Version control may turn line ends into CR LF and back; that is no difference.
fn same(old: &str, new: &str) -> bool {
    old == new || (old.contains('\r') && old.replace("\r\n", "\n") == new)
}

/// Untouched, or in the middle of a merge: regenerating is how that conflict is resolved.
fn may_replace(mark: &Mark, text: &str) -> bool {
    let has_line = |start: &str| text.lines().any(|line| line.starts_with(start));
    mark.intact || (has_line("<<<<<<< ") && has_line(">>>>>>> "))
}

/// Marked files in the folders that are nobody's now: `judged` says whether a spec's files are to
/// be judged at all, `wanted` is what specs yield. Beside them the paths of files that a build, now
/// or long ago, staged there.
pub(crate) fn orphans(
    disk: &Disk,
    folders: &[Searched],
    judged: &dyn Fn(&str) -> bool,
    wanted: &Wanted,
) -> (Vec<Orphan>, Vec<String>) {
    let mut found: Vec<Orphan> = Vec::new();
    let mut staged = Vec::new();
    for folder in folders {
        for path in files_below(disk, &folder.folder) {
            let known = wanted.holds(&path) || found.iter().any(|orphan| orphan.path == path);
            if disk::is_staged(&path) {
                staged.push(path);
            } else if !known {
                found.extend(orphan(disk, folder, path, judged));
            }
        }
    }
    (found, staged)
}

fn orphan(
    disk: &Disk,
    searched: &Searched,
    path: String,
    judged: &dyn Fn(&str) -> bool,
) -> Option<Orphan> {
    let head = disk.head(&path)?;
    let spec = below(&searched.base, &mark_of(disk, &path, &head)?.spec);
    if !judged(&spec) || disk.is_link(&path) {
        return None;
    }
    let text = disk.read(&path).ok()?;
    let edited = !mark_of(disk, &path, &text)?.intact;
    Some(Orphan { path, spec, text, edited, folder: searched.folder.clone() })
}

/// Every file below a folder, sorted; none when the folder is not there.
fn files_below(disk: &Disk, folder: &str) -> Vec<String> {
    let found = each(disk.list(folder).unwrap_or_default(), |(name, kind)| {
        let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        match kind {
            EntryKind::File => vec![path],
            EntryKind::Folder if disk.is_link(&path) => Vec::new(),
            EntryKind::Folder => files_below(disk, &path),
        }
    });
    found.into_iter().flatten().collect()
}
