//! Git's index, as far as it names files.
//! <https://git-scm.com/docs/index-format>

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mlopsc_compiler::source::{EntryKind, FileFault};

use crate::disk;

/// Bytes of an object's name, by the repository's hash.
const HASHES: [usize; 2] = [20, 32];
/// Bytes of an entry before the object's name.
const STAT: usize = 40;
/// Where the mode stands in it.
const MODE: usize = 24;
/// The length of a name, where it is less.
const NAME: usize = 0xfff;

/// The regular files that the index of a repository names.
pub(super) fn read(top: &Path) -> Result<BTreeSet<String>, (PathBuf, FileFault)> {
    let Some(folder) = git_folder(top)? else { return Ok(BTreeSet::new()) };
    let path = folder.join("index");
    if !disk::exists(&path) {
        return Ok(BTreeSet::new());
    }
    let bytes = disk::regular_bytes(&path).map_err(|fault| (path.clone(), fault))?;
    let names = HASHES.iter().find_map(|hash| Reader::new(&bytes, *hash).names());
    names.ok_or_else(|| {
        let message = "which files git tracks cannot be read from this index; `git update-index --no-split-index` writes it in one piece";
        (path, FileFault::Other(message.to_owned()))
    })
}

/// Where git keeps what it knows; a file `.git` leads there from a worktree or a submodule.
fn git_folder(top: &Path) -> Result<Option<PathBuf>, (PathBuf, FileFault)> {
    let path = top.join(".git");
    match disk::kind_at(&path) {
        None => Ok(None),
        Some(EntryKind::Folder) => Ok(Some(path)),
        Some(EntryKind::File) => {
            let text = disk::read_regular(&path).map_err(|fault| (path, fault))?;
            let led = text.strip_prefix("gitdir:").map(str::trim);
            Ok(led.map(|led| top.join(led)))
        }
    }
}

/// What is left of an index.
struct Reader<'a> {
    rest: &'a [u8],
    hash: usize,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], hash: usize) -> Self {
        Self { rest: bytes, hash }
    }

    /// The names of its regular files; `None` when this is no index that is understood.
    fn names(mut self) -> Option<BTreeSet<String>> {
        if self.take(4)? != b"DIRC" {
            return None;
        }
        let version = self.number()?;
        let count = self.number()?;
        if !(2..=4).contains(&version) {
            return None;
        }
        let mut names = BTreeSet::new();
        let mut before: Vec<u8> = Vec::new();
        for _ in 0..count {
            let (mode, name) = self.entry(version, &before)?;
            // Names are sorted, so that those that are not were read wrongly.
            if name < before {
                return None;
            }
            if mode >> 12 == 0o10 {
                names.extend(std::str::from_utf8(&name).ok().map(str::to_owned));
            }
            before = name;
        }
        self.is_whole().then_some(names)
    }

    /// The mode and the name of one entry.
    fn entry(&mut self, version: u32, before: &[u8]) -> Option<(u32, Vec<u8>)> {
        let start = self.rest.len();
        let fixed = self.take(STAT)?;
        let mode = u32::from_be_bytes(fixed.get(MODE..MODE + 4)?.try_into().ok()?);
        self.take(self.hash)?;
        let flags = u16::from_be_bytes(self.take(2)?.try_into().ok()?);
        if version >= 3 && flags & 0x4000 != 0 {
            self.take(2)?;
        }
        let mut name = Vec::new();
        if version == 4 {
            let kept = before.len().checked_sub(self.offset()?)?;
            name.extend_from_slice(before.get(..kept)?);
        }
        let length = self.rest.iter().position(|byte| *byte == 0)?;
        name.extend_from_slice(self.take(length)?);
        let padding = if version == 4 { 1 } else { 8 - (start - self.rest.len()) % 8 };
        let is_padded = self.take(padding)?.iter().all(|byte| *byte == 0);
        let said = usize::from(flags) & NAME;
        let fits = if said == NAME { name.len() >= NAME } else { name.len() == said };
        (is_padded && fits && !name.is_empty()).then_some((mode, name))
    }

    /// Whether nothing follows but extensions that one may pass over, and the checksum.
    fn is_whole(&mut self) -> bool {
        while self.rest.len() > self.hash {
            let Some((name, length)) = self.take(4).zip(self.number()) else { return false };
            let Ok(length) = usize::try_from(length) else { return false };
            // One in small letters must be understood.
            if !name[0].is_ascii_uppercase() && name != b"sdir" || self.take(length).is_none() {
                return false;
            }
        }
        self.rest.len() == self.hash
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// A number of as many bytes as it needs.
    fn offset(&mut self) -> Option<usize> {
        let mut byte = self.take(1)?[0];
        let mut value = usize::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = self.take(1)?[0];
            value =
                value.checked_add(1)?.checked_mul(0x80)?.checked_add(usize::from(byte & 0x7f))?;
        }
        Some(value)
    }
}
