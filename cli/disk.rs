//! The machine's files: the only place that touches them.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use mlopsc_compiler::source::{self, EntryKind, FileFault, Files};
use tempfile::NamedTempFile;

use crate::checkout::{self, Checkout};

/// A file larger than this is not read: nothing that a spec names is near it.
const LARGEST_FILE: u64 = 64 << 20;
/// How files start that wait for their name; hidden, and no output is called so.
const STAGED: &str = ".mlopsc-";
/// How many letters and digits follow.
const STAGED_LETTERS: usize = 6;
/// The longest path that Linux takes, in bytes.
const LONGEST_PATH: usize = 4096;
/// A staged file of this age is nobody's any more.
const ABANDONED: Duration = Duration::from_hours(1);
/// Bytes in which an ownership mark must stand.
const HEAD: u64 = 1024;

/// A folder of the machine as the compiler sees it: root-relative paths with `/`, letter case
/// counts on every system, nothing outside the folder.
#[derive(Debug, Clone)]
pub(crate) struct Disk {
    root: PathBuf,
    /// Folders that no symbolic link leads to. A build looks at thousands of files in few folders;
    /// to ask for each of them where its folder really is would take longer than to compile.
    plain: Arc<RwLock<BTreeSet<String>>>,
    checkout: Arc<Checkout>,
}

impl Disk {
    /// The folder must exist.
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        let root = fs::canonicalize(root)?;
        let checkout = Arc::new(Checkout::of(&root));
        Ok(Self { root, plain: Arc::default(), checkout })
    }

    /// The folder, absolute and without symbolic links.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The machine's path of a root-relative path.
    pub(crate) fn absolute(&self, path: &str) -> PathBuf {
        path.split('/').filter(|part| !part.is_empty()).fold(
            self.root.clone(),
            |mut whole, part| {
                whole.push(part);
                whole
            },
        )
    }

    /// The first KiB of a file, as far as it is UTF-8; `None` when there is no regular file.
    pub(crate) fn head(&self, path: &str) -> Option<String> {
        let (place, _) = self.find(path).ok().filter(|(_, meta)| meta.is_file())?;
        let mut bytes = Vec::new();
        fs::File::open(place).ok()?.take(HEAD).read_to_end(&mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The real place of a regular file inside; `None` for all else, which is not opened.
    pub(crate) fn regular(&self, path: &str) -> Option<PathBuf> {
        self.find(path).ok().filter(|(_, meta)| meta.is_file()).map(|(place, _)| place)
    }

    /// Whether the path itself is a symbolic link.
    pub(crate) fn is_link(&self, path: &str) -> bool {
        is_link(&self.absolute(path))
    }

    /// Prepares a file beside its place; [`Staged::keep`] moves it there in one go. Folders are
    /// made; the permissions of a file that is replaced are kept, and a link to it stays a link.
    pub(crate) fn stage(&self, path: &str, text: &str) -> io::Result<Staged> {
        let folder = source::folder_of(path);
        self.make_folder(folder)?;
        let (mut place, mut folder) = (self.absolute(path), self.absolute(folder));
        if self.is_link(path) {
            place = fs::canonicalize(place)?;
            if !place.starts_with(&self.root) {
                return Err(io::Error::other(FileFault::Outside.to_string()));
            }
            folder = place.parent().map_or(folder, Path::to_owned);
        }
        let mut file = temporary(&folder)?;
        file.write_all(text.as_bytes())?;
        if let Ok(old) = fs::metadata(&place) {
            refuse_read_only(&old)?;
            file.as_file().set_permissions(old.permissions())?;
        }
        Ok(Staged { file, place })
    }

    /// Removes a file, and the folders that it leaves empty up to (not including) `keep`.
    pub(crate) fn remove(&self, path: &str, keep: &str) -> io::Result<()> {
        fs::remove_file(self.absolute(path))?;
        let mut folder = source::folder_of(path);
        while folder.len() > keep.len() && fs::remove_dir(self.absolute(folder)).is_ok() {
            folder = source::folder_of(folder);
        }
        Ok(())
    }

    /// Removes a file that [`Disk::stage`] made and that its build, killed, never moved to its place;
    /// says whether it did. A build that runs at the same time stages its files and moves them within
    /// seconds, so that one of an hour is nobody's; and should it be somebody's after all, its build
    /// finds it missing and says so, with every file whole. Where that cannot be known (a clock that
    /// goes wrong, a link, another name), nothing is done.
    pub(crate) fn sweep(&self, path: &str) -> bool {
        let place = self.absolute(path);
        let age = fs::symlink_metadata(&place).ok().filter(fs::Metadata::is_file);
        let age = age.and_then(|meta| meta.modified().ok()?.elapsed().ok());
        age.is_some_and(|age| age > ABANDONED) && is_staged(path) && fs::remove_file(place).is_ok()
    }

    /// The root-relative path of an absolute one.
    fn inside(&self, path: &Path) -> Result<String, FileFault> {
        let inside = path.strip_prefix(&self.root).map_err(|_| FileFault::Outside)?;
        // A name that is not Unicode can be the name of no other file here either.
        slashed(inside).ok_or(FileFault::Missing)
    }

    /// Makes a folder unless a symbolic link on the way leads out of the root.
    fn make_folder(&self, folder: &str) -> io::Result<()> {
        if self.is_plain(folder).unwrap_or(false) {
            return Ok(());
        }
        let folder = self.absolute(folder);
        let there = folder.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(&self.root);
        if !fs::canonicalize(there)?.starts_with(&self.root) {
            return Err(io::Error::other(FileFault::Outside.to_string()));
        }
        fs::create_dir_all(folder)
    }

    /// The real place of a path and what is there, provided that it is inside and its letter case
    /// is exact.
    fn find(&self, path: &str) -> Result<(PathBuf, fs::Metadata), FileFault> {
        let folded = source::join("", path).ok_or(FileFault::Outside)?;
        if cfg!(windows) && folded.contains(['\\', ':']) {
            return Err(FileFault::Missing);
        }
        let found = self.follow(&folded).map_err(|error| fault(&error))?;
        if !found.0.starts_with(&self.root) {
            return Err(FileFault::Outside);
        }
        if cfg!(any(windows, target_os = "macos")) && !self.has_exact_case(&folded) {
            return Err(FileFault::Missing);
        }
        Ok(found)
    }

    /// Where a path leads, which may be outside.
    fn follow(&self, path: &str) -> io::Result<(PathBuf, fs::Metadata)> {
        let place = self.absolute(path);
        if self.is_plain(source::folder_of(path))? {
            let meta = fs::symlink_metadata(&place)?;
            if !meta.is_symlink() {
                return Ok((place, meta));
            }
        }
        let place = fs::canonicalize(place)?;
        let meta = fs::metadata(&place)?;
        Ok((place, meta))
    }

    /// Whether a folder is there and no symbolic link on the way to it.
    fn is_plain(&self, folder: &str) -> io::Result<bool> {
        if folder.is_empty() || read_lock(&self.plain).contains(folder) {
            return Ok(true);
        }
        if folder.len() > LONGEST_PATH {
            return Err(io::ErrorKind::InvalidFilename.into());
        }
        if !self.is_plain(source::folder_of(folder))?
            || !fs::symlink_metadata(self.absolute(folder))?.is_dir()
        {
            return Ok(false);
        }
        let mut plain = self.plain.write().unwrap_or_else(PoisonError::into_inner);
        plain.insert(folder.to_owned());
        Ok(true)
    }

    /// Whether each part of a path is listed in its folder as it is written: a file system that
    /// ignores letter case would else accept what another machine does not find.
    fn has_exact_case(&self, path: &str) -> bool {
        let mut folder = self.root.clone();
        path.split('/').filter(|part| !part.is_empty()).all(|part| {
            let names = fs::read_dir(&folder).into_iter().flatten().flatten();
            let listed = names.into_iter().any(|entry| entry.file_name() == part);
            folder.push(part);
            listed
        })
    }
}

impl Files for Disk {
    fn own(&self, absolute: &str) -> Option<String> {
        let inside = Path::new(absolute).strip_prefix(self.root()).ok()?;
        source::join("", &slashed(inside)?)
    }

    fn read(&self, path: &str) -> Result<String, FileFault> {
        source::text_of(self.bytes(path)?)
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>, FileFault> {
        let (place, meta) = self.find(path)?;
        if !meta.is_file() {
            return Err(FileFault::Other("not a regular file".to_owned()));
        }
        if meta.len() > LARGEST_FILE {
            return Err(FileFault::Other(format!("larger than {} MiB", LARGEST_FILE >> 20)));
        }
        fs::read(&place).map_err(|error| fault(&error))
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        kind_of(&self.find(path).ok()?.1)
    }

    fn list(&self, path: &str) -> Result<Vec<(String, EntryKind)>, FileFault> {
        let (place, _) = self.find(path)?;
        let mut names = Vec::new();
        for entry in fs::read_dir(place).map_err(|error| fault(&error))? {
            let entry = entry.map_err(|error| fault(&error))?;
            if let (Some(kind), Ok(name)) = (listed(&entry), entry.file_name().into_string()) {
                names.push((name, kind));
            }
        }
        names.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(names)
    }

    fn below(&self, folder: &str, most: usize) -> Result<Vec<String>, FileFault> {
        let (place, _) = self.find(folder)?;
        let mut found = BTreeSet::new();
        if !self.checkout.ignores(&place, true)? {
            for entry in checkout::walk(Arc::clone(&self.checkout), &place, true) {
                let entry = entry?;
                if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                    continue;
                }
                if found.len() == most {
                    break;
                }
                found.insert(self.inside(entry.path())?);
            }
        }
        for path in self.checkout.tracked_below(&place)? {
            let path = self.inside(&path)?;
            if found.len() < most && self.regular(&path).is_some() && !self.is_link(&path) {
                found.insert(path);
            }
        }
        Ok(found.into_iter().collect())
    }

    fn left_out(&self, path: &str) -> Result<bool, FileFault> {
        let kind = self.kind(path).unwrap_or(EntryKind::File);
        self.checkout.lacks(&self.absolute(path), kind)
    }
}

/// A file that is written, but not at its place yet. Dropped, it leaves nothing.
#[derive(Debug)]
pub(crate) struct Staged {
    file: NamedTempFile,
    place: PathBuf,
}

impl Staged {
    /// Moves the file to its place; a reader sees the old file or the new one, never half of it.
    pub(crate) fn keep(self) -> io::Result<()> {
        self.file.persist(&self.place).map(drop).map_err(|failed| failed.error)
    }
}

/// Whether a path is one that a staged file may have.
pub(crate) fn is_staged(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_prefix(STAGED).is_some_and(|rest| {
        rest.len() == STAGED_LETTERS && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// The text of any file that the caller names.
pub(crate) fn read_any(path: &Path) -> Result<String, FileFault> {
    let meta = fs::metadata(path).map_err(|error| fault(&error))?;
    if meta.is_dir() {
        return Err(FileFault::Other("not a regular file".to_owned()));
    }
    // The length of a pipe is not known before its end.
    source::text_of(all_of(fs::File::open(path).map_err(|error| fault(&error))?)?)
}

/// The text of a regular file; what is none is not opened, for a pipe might never end.
pub(crate) fn read_regular(path: &Path) -> Result<String, FileFault> {
    source::text_of(regular_bytes(path)?)
}

/// The content of a regular file; what is none is not opened.
pub(crate) fn regular_bytes(path: &Path) -> Result<Vec<u8>, FileFault> {
    let meta = fs::metadata(path).map_err(|error| fault(&error))?;
    if !meta.is_file() {
        return Err(FileFault::Other("not a regular file".to_owned()));
    }
    all_of(fs::File::open(path).map_err(|error| fault(&error))?)
}

/// All that a reader gives, unless it is more than a file may have.
pub(crate) fn all_of(reader: impl io::Read) -> Result<Vec<u8>, FileFault> {
    let mut bytes = Vec::new();
    reader.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(|error| fault(&error))?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(FileFault::Other(format!("larger than {} MiB", LARGEST_FILE >> 20)));
    }
    Ok(bytes)
}

/// What is at a machine's path, symbolic links followed.
pub(crate) fn kind_at(path: &Path) -> Option<EntryKind> {
    kind_of(&fs::metadata(path).ok()?)
}

/// Whether anything is at a machine's path.
pub(crate) fn exists(path: &Path) -> bool {
    path.exists()
}

/// Whether a machine's path is taken, even by a link that leads nowhere.
pub(crate) fn is_named(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Whether a machine's path is a symbolic link.
pub(crate) fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink())
}

/// A machine's path without symbolic links, `.` and `..`.
pub(crate) fn canonical(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path)
}

/// Makes a folder and those above it.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// A relative machine's path with `/`; `None` when a name is not Unicode.
pub(crate) fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> =
        path.components().map(|part| part.as_os_str().to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

fn read_lock<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

/// What a folder's entry is; most systems tell without another look.
fn listed(entry: &fs::DirEntry) -> Option<EntryKind> {
    let kind = entry.file_type().ok()?;
    if kind.is_symlink() {
        return kind_at(&entry.path());
    }
    let folder = kind.is_dir().then_some(EntryKind::Folder);
    folder.or_else(|| kind.is_file().then_some(EntryKind::File))
}

fn kind_of(meta: &fs::Metadata) -> Option<EntryKind> {
    let folder = meta.is_dir().then_some(EntryKind::Folder);
    folder.or_else(|| meta.is_file().then_some(EntryKind::File))
}

/// A file system with no write permission on the file would still let a rename replace it.
fn refuse_read_only(meta: &fs::Metadata) -> io::Result<()> {
    if meta.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    Ok(())
}

fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(STAGED).rand_bytes(STAGED_LETTERS);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any new file: the process's mask takes bits away.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).map_err(|error| machines(&error))
}

/// The machine's own complaint: the name of a staged file tells nobody anything.
fn machines(error: &io::Error) -> io::Error {
    let inner = error.get_ref().and_then(std::error::Error::source);
    let inner = inner.and_then(|inner| inner.downcast_ref::<io::Error>());
    let code = inner.and_then(io::Error::raw_os_error).or(error.raw_os_error());
    code.map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

fn fault(error: &io::Error) -> FileFault {
    if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) {
        return FileFault::Missing;
    }
    FileFault::Other(words(error))
}

/// The machine's complaint without the number that only programmers read.
pub(crate) fn words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error ").next().unwrap_or(&text).to_lowercase()
}

/// A path as other programs take it: Windows' `\\?\` prefix, which `canonicalize` puts there, is
/// not understood by all.
pub(crate) fn plain(path: &Path) -> PathBuf {
    let text = path.to_str().and_then(|text| text.strip_prefix(r"\\?\"));
    text.filter(|rest| !rest.starts_with("UNC")).map_or_else(|| path.to_owned(), PathBuf::from)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn complaints_do_not_name_staged_files() {
        let folder = tempfile::tempdir().unwrap();
        let error = temporary(&folder.path().join("gone")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(!error.to_string().contains(STAGED), "{error}");
    }

    #[test]
    fn nothing_outside_the_root_is_seen() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "x").unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("way")).unwrap();
        fs::write(folder.path().join("own"), "y").unwrap();
        std::os::unix::fs::symlink("own", folder.path().join("link")).unwrap();
        let disk = Disk::open(folder.path()).unwrap();
        assert_eq!(disk.read("way/secret"), Err(FileFault::Outside));
        assert_eq!(disk.read("a/../../x"), Err(FileFault::Outside));
        assert_eq!(disk.kind("way"), None);
        assert_eq!(disk.read("./link"), Ok("y".to_owned()));
        assert_eq!(disk.read("own/"), Ok("y".to_owned()));
        assert_eq!(disk.read("own/x"), Err(FileFault::Missing));
        assert!(disk.stage("way/new", "z").is_err());
    }

    #[test]
    fn what_is_no_text_or_no_file_says_so() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("bytes"), b"ab\xff").unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        let disk = Disk::open(folder.path()).unwrap();
        assert!(matches!(disk.read("bytes"), Err(FileFault::NotUtf8(bad)) if bad.at == 2));
        assert_eq!(disk.read("b"), Err(FileFault::Other("not a regular file".to_owned())));
        let names: Vec<String> = disk.list("").unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["b", "bytes"]);
    }

    #[test]
    fn a_file_that_is_only_staged_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::open(folder.path()).unwrap();
        drop(disk.stage("a", "x").unwrap());
        assert_eq!(disk.list(""), Ok(Vec::new()));
        disk.stage("deep/a", "x").unwrap().keep().unwrap();
        assert_eq!(disk.read("deep/a"), Ok("x".to_owned()));
        disk.remove("deep/a", "").unwrap();
        assert_eq!(disk.list(""), Ok(Vec::new()));
    }
}
