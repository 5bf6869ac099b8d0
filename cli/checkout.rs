//! What a checkout of the repository has: the files that git does not ignore, and those that it
//! tracks all the same.
//!
//! Only what lies in the repository counts: a `.gitignore` above it, or the ignore rules of one
//! machine, would give the same commit other outputs elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{DirEntry, Match, WalkBuilder};
use mlopsc_compiler::source::{EntryKind, FileFault};

use crate::disk;
use crate::workspace::repository;

mod index;

/// The rules of one folder; none when it has no `.gitignore`.
type Rules = Result<Option<Arc<Gitignore>>, FileFault>;

/// A repository, as far as it was looked at.
#[derive(Debug)]
pub(crate) struct Checkout {
    /// The folder of `.git`, else the one that was asked for.
    top: PathBuf,
    folders: Mutex<BTreeMap<PathBuf, Rules>>,
    tracked: OnceLock<Result<BTreeSet<String>, FileFault>>,
}

impl Checkout {
    /// The repository that a folder lies in; where there is none, the folder itself.
    pub(crate) fn of(folder: &Path) -> Self {
        let top = repository(folder).unwrap_or(folder).to_owned();
        Self { top, folders: Mutex::default(), tracked: OnceLock::new() }
    }

    /// Whether a checkout lacks what is at an absolute path, because git ignores it.
    pub(crate) fn lacks(&self, path: &Path, kind: EntryKind) -> Result<bool, FileFault> {
        if !self.ignores(path, kind == EntryKind::Folder)? {
            return Ok(false);
        }
        let name = path.strip_prefix(&self.top).ok().and_then(disk::slashed);
        let name = name.unwrap_or_default();
        Ok(!match kind {
            EntryKind::File => self.tracked()?.contains(&name),
            EntryKind::Folder => self.tracked_below(path)?.next().is_some(),
        })
    }

    /// Whether the rules leave out a path, or a folder on the way to it.
    pub(crate) fn ignores(&self, path: &Path, is_folder: bool) -> Result<bool, FileFault> {
        let on_the_way = path.ancestors().skip(1).take_while(|it| *it != self.top);
        let on_the_way: Vec<&Path> = on_the_way.filter(|it| it.starts_with(&self.top)).collect();
        for folder in on_the_way.into_iter().rev() {
            if self.names(folder, true)? {
                return Ok(true);
            }
        }
        self.names(path, is_folder)
    }

    /// Whether the rules name a path itself: the nearest folder that says anything decides.
    fn names(&self, path: &Path, is_folder: bool) -> Result<bool, FileFault> {
        for folder in path.ancestors().skip(1) {
            if !folder.starts_with(&self.top) {
                break;
            }
            let rules = self.rules(folder)?;
            match rules.map_or(Match::None, |rules| rules.matched(path, is_folder).map(drop)) {
                Match::Ignore(()) => return Ok(true),
                Match::Whitelist(()) => return Ok(false),
                Match::None => {}
            }
        }
        Ok(false)
    }

    fn rules(&self, folder: &Path) -> Rules {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = folders.get(folder) {
            return known.clone();
        }
        let rules = self.read(folder);
        folders.insert(folder.to_owned(), rules.clone());
        rules
    }

    fn read(&self, folder: &Path) -> Rules {
        let path = folder.join(".gitignore");
        // Git does not follow a link there.
        if disk::is_link(&path) || !disk::is_named(&path) {
            return Ok(None);
        }
        if disk::kind_at(&path) == Some(EntryKind::Folder) {
            return Ok(None);
        }
        let bytes = disk::regular_bytes(&path).map_err(|fault| self.at(&path, &fault))?;
        let text = String::from_utf8_lossy(&bytes);
        let mut rules = GitignoreBuilder::new(folder);
        for line in text.trim_start_matches('\u{feff}').lines() {
            // A line that is no pattern names nothing, for git too.
            let _ = rules.add_line(None, line);
        }
        Ok(rules.build().ok().map(Arc::new))
    }

    /// A fault with the file that has it.
    fn at(&self, path: &Path, fault: &FileFault) -> FileFault {
        let name = path.strip_prefix(&self.top).ok().and_then(disk::slashed);
        FileFault::Other(format!("`{}`: {fault}", name.unwrap_or_default()))
    }

    /// Paths from the repository on of the regular files that git tracks.
    fn tracked(&self) -> Result<&BTreeSet<String>, FileFault> {
        let read = || index::read(&self.top).map_err(|(path, fault)| self.at(&path, &fault));
        self.tracked.get_or_init(read).as_ref().map_err(Clone::clone)
    }

    /// Absolute paths of the regular files below a folder that git tracks.
    pub(crate) fn tracked_below(
        &self,
        folder: &Path,
    ) -> Result<impl Iterator<Item = PathBuf>, FileFault> {
        let inside = folder.strip_prefix(&self.top).ok().and_then(disk::slashed);
        let below = inside.filter(|it| !it.is_empty()).map_or_else(String::new, |it| it + "/");
        let all = self.tracked()?.range(below.clone()..);
        let found = all.take_while(move |path| path.starts_with(&below));
        Ok(found.map(|path| self.top.join(path)))
    }
}

/// What is in a folder and below it that git does not ignore; its own folder never is. Hidden names
/// are left out on demand.
pub(crate) fn walk(
    checkout: Arc<Checkout>,
    folder: &Path,
    hidden: bool,
) -> impl Iterator<Item = Result<DirEntry, FileFault>> + use<> {
    let fault: Arc<OnceLock<FileFault>> = Arc::default();
    let mut walk = WalkBuilder::new(folder);
    walk.standard_filters(false).hidden(!hidden);
    let met = Arc::clone(&fault);
    walk.filter_entry(move |entry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        // The folders above were asked for before.
        let named = entry.depth() > 0
            && checkout.names(entry.path(), is_folder).unwrap_or_else(|fault| {
                let _ = met.set(fault);
                true
            });
        !named && entry.file_name() != ".git"
    });
    let entries = walk.build().map(|entry| {
        entry.map_err(|error| {
            let cause = error.io_error().map_or_else(|| error.to_string(), disk::words);
            FileFault::Other(cause)
        })
    });
    let last = std::iter::once_with(move || fault.get().cloned()).flatten();
    entries.chain(last.map(Err))
}
