//! A committed revision as the compiler sees it: files that `git` gives.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mlopsc_compiler::source::{self, EntryKind, FileFault, Files};

use crate::disk;
use crate::output::Trouble;

/// A folder of the working tree as it is in a revision.
#[derive(Debug)]
pub(crate) struct Revision {
    root: PathBuf,
    /// Root-relative paths of regular files, and the object that each is.
    files: BTreeMap<String, String>,
}

impl Revision {
    /// The files of a revision below a folder. It is trouble when git is not installed, the folder
    /// is in no repository, or the revision does not exist.
    pub(crate) fn open(root: &Path, name: &str) -> Result<Self, Trouble> {
        // The name must not be taken for an option.
        let revision = git(
            root,
            &["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{name}^{{tree}}")],
        )?;
        if !revision.status.success() {
            let complaint = complaint(&revision);
            // Before the first commit everything is new.
            if name == "HEAD" && complaint.is_empty() {
                return Ok(Self { root: root.to_owned(), files: BTreeMap::new() });
            }
            return Err(no_revision(root, name, &complaint));
        }
        let revision = String::from_utf8_lossy(&revision.stdout).trim().to_owned();
        let prefix = text_of(&git(root, &["rev-parse", "--show-prefix"])?, root)?;
        let tree = if prefix.trim().is_empty() {
            revision
        } else {
            format!("{revision}:{}", prefix.trim())
        };
        // A folder that the revision does not have is an empty one.
        let list = git(root, &["ls-tree", "-r", "-z", "--full-tree", &tree])?;
        let list = if list.status.success() { list.stdout } else { Vec::new() };
        let files = String::from_utf8_lossy(&list).split('\0').filter_map(entry).collect();
        Ok(Self { root: root.to_owned(), files })
    }

    /// Root-relative paths of its files, sorted.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }
}

impl Files for Revision {
    fn read(&self, path: &str) -> Result<String, FileFault> {
        source::text_of(self.bytes(path)?)
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>, FileFault> {
        let path = source::join("", path).ok_or(FileFault::Outside)?;
        let object = self.files.get(&path).ok_or(FileFault::Missing)?;
        let found = git(&self.root, &["cat-file", "blob", object]);
        let found = found.map_err(|trouble| FileFault::Other(trouble.message().to_owned()))?;
        if !found.status.success() {
            return Err(FileFault::Other(complaint(&found)));
        }
        Ok(found.stdout)
    }

    fn below(&self, folder: &str, most: usize) -> Result<Vec<String>, FileFault> {
        let folder = source::join("", folder).ok_or(FileFault::Outside)?;
        let below = if folder.is_empty() { folder } else { format!("{folder}/") };
        let inside = self.files.range(below.clone()..).map(|(path, _)| path);
        let inside = inside.take_while(|path| path.starts_with(&below)).take(most);
        Ok(inside.cloned().collect())
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        let path = source::join("", path)?;
        if path.is_empty() {
            return Some(EntryKind::Folder);
        }
        if self.files.contains_key(&path) {
            return Some(EntryKind::File);
        }
        let below = format!("{path}/");
        let next = self.files.range(below.clone()..).next();
        next.filter(|(path, _)| path.starts_with(&below)).map(|_| EntryKind::Folder)
    }

    fn list(&self, path: &str) -> Result<Vec<(String, EntryKind)>, FileFault> {
        let folder = source::join("", path).ok_or(FileFault::Outside)?;
        let below = if folder.is_empty() { folder } else { format!("{folder}/") };
        let inside = self.files.range(below.clone()..).map(|(path, _)| path);
        let mut names: BTreeMap<&str, EntryKind> = BTreeMap::new();
        for rest in inside.map_while(|path| path.strip_prefix(below.as_str())) {
            match rest.split_once('/') {
                Some((name, _)) => names.insert(name, EntryKind::Folder),
                None => names.insert(rest, EntryKind::File),
            };
        }
        if names.is_empty() && !below.is_empty() {
            return Err(FileFault::Missing);
        }
        Ok(names.into_iter().map(|(name, kind)| (name.to_owned(), kind)).collect())
    }
}

/// `<mode> blob <object>\t<path>`; links and submodules are no files here.
fn entry(line: &str) -> Option<(String, String)> {
    let (meta, path) = line.split_once('\t')?;
    let mut words = meta.split(' ');
    let (mode, _, object) = (words.next()?, words.next()?, words.next()?);
    mode.starts_with("100").then(|| (path.to_owned(), object.to_owned()))
}

fn git(folder: &Path, arguments: &[&str]) -> Result<Output, Trouble> {
    let folder = disk::plain(folder);
    let mut command = Command::new("git");
    // Its complaints are read below.
    let run = command.env("LC_ALL", "C").arg("-C").arg(folder).args(arguments).output();
    run.map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            return Trouble::new(NO_GIT);
        }
        Trouble::new(format!("cannot run git: {error}"))
    })
}

const NO_GIT: &str =
    "`diff` needs the program `git`, which is not in PATH: it reads the committed specs";

fn no_revision(root: &Path, name: &str, complaint: &str) -> Trouble {
    if complaint.contains("not a git repository") {
        let why = "is in no git repository, so there is no revision to compare with";
        return Trouble::new(format!("{} {why}", disk::plain(root).display()));
    }
    if complaint.is_empty() {
        return Trouble::at(root, &format!("git knows no revision `{name}` here"));
    }
    Trouble::at(root, &complaint)
}

fn text_of(output: &Output, folder: &Path) -> Result<String, Trouble> {
    if !output.status.success() {
        return Err(Trouble::at(folder, &complaint(output)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}
