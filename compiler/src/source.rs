//! Files, places in them, and the compiler's only window on the world.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

/// A file known to a [`Sources`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileId(pub u32);

/// A range of bytes in one file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from its parts.
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }

    /// The empty span at the start of a file.
    pub fn top(file: FileId) -> Self {
        Self::new(file, 0, 0)
    }

    /// Whether it is a point: the place of something that nobody wrote.
    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest span that holds both; both lie in one file.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self::new(self.file, self.start.min(other.start), self.end.max(other.end))
    }
}

/// A value and the place that it was written at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Pairs a value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// The same place with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: f(self.value), span: self.span }
    }
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// A place as people count: both from 1; columns count characters, not bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

/// One file's path (root-relative, `/` on every system) and text.
#[derive(Debug)]
pub struct SourceFile {
    /// Root-relative path.
    pub path: String,
    /// The whole text.
    pub text: String,
    lines: OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// A file from its path and text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), lines: OnceLock::new() }
    }

    /// Byte offsets at which lines start; made on first use, since good files never need it.
    pub fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let breaks = self.text.match_indices('\n');
            #[allow(clippy::cast_possible_truncation)] // files are at most 16 MiB
            std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect()
        })
    }

    /// Line and column of a byte offset; an offset beyond the end counts as the end.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset) - 1;
        let start = starts[line] as usize;
        let end = (offset as usize).min(self.text.len());
        let column = self.text.get(start..end).map_or(0, |text| text.chars().count());
        #[allow(clippy::cast_possible_truncation)]
        LineColumn { line: line as u32 + 1, column: column as u32 + 1 }
    }
}

/// All files of one analysis.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<std::sync::Arc<SourceFile>>,
    /// Whether a file that is there already gets its id again.
    reuses: bool,
}

impl Sources {
    /// From now on, a file that is there already has its id once more.
    pub(crate) fn reuse(&mut self) {
        self.reuses = true;
    }

    /// Adds a file and gives its id.
    pub fn add(&mut self, file: impl Into<std::sync::Arc<SourceFile>>) -> FileId {
        let file = file.into();
        let id = self.id_of(&file.path, &file.text);
        if id == self.next() {
            self.files.push(file);
        }
        id
    }

    /// The id that a file has, or would have.
    pub(crate) fn id_of(&self, path: &str, text: &str) -> FileId {
        let same = |known: &std::sync::Arc<SourceFile>| known.path == path && known.text == text;
        let known = if self.reuses { self.files.iter().position(same) } else { None };
        known.and_then(|at| u32::try_from(at).ok()).map_or_else(|| self.next(), FileId)
    }

    /// The id of the next file.
    pub fn next(&self) -> FileId {
        FileId(u32::try_from(self.files.len()).expect("fewer than 2^32 files"))
    }

    /// The file behind an id.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// All files in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().map(AsRef::as_ref)
    }

    /// The text under a span.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Path, line and column of a span's start.
    pub fn place(&self, span: Span) -> (&str, LineColumn) {
        let file = self.file(span.file);
        (&file.path, file.line_column(span.start))
    }
}

/// What a path leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
}

/// Why a file could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FileFault {
    /// Nothing is there (letter case counts on every system).
    Missing,
    /// The path leaves the root.
    Outside,
    /// The content is not UTF-8.
    NotUtf8(Box<Undecoded>),
    /// The machine's own message.
    Other(String),
}

/// Content that is not UTF-8.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undecoded {
    /// The content with `\u{fffd}` for what is not UTF-8; nothing of a file in UTF-16.
    pub text: String,
    /// Where the first such sign is.
    pub at: usize,
    /// Whether the file starts as files in UTF-16 do.
    pub utf16: bool,
}

impl Undecoded {
    /// What is wrong, after the file's name.
    pub fn words(&self) -> &'static str {
        if self.utf16 { "the file is in UTF-16, not in UTF-8" } else { "this byte is not UTF-8" }
    }
}

/// The text of a file's bytes.
///
/// # Errors
/// [`FileFault::NotUtf8`] when they are no UTF-8.
pub fn text_of(bytes: Vec<u8>) -> Result<String, FileFault> {
    String::from_utf8(bytes).map_err(|bad| {
        let (at, bytes) = (bad.utf8_error().valid_up_to(), bad.into_bytes());
        let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
        let text = if utf16 { "".into() } else { String::from_utf8_lossy(&bytes) };
        FileFault::NotUtf8(Box::new(Undecoded { text: text.into_owned(), at, utf16 }))
    })
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("no such file or folder"),
            Self::Outside => f.write_str("the path leaves the project's root"),
            Self::NotUtf8(content) => f.write_str(content.words()),
            Self::Other(message) => f.write_str(message),
        }
    }
}

/// The compiler's only window on the world. Paths are root-relative with `/`; letter case counts.
pub trait Files: Sync {
    /// The text of a file.
    fn read(&self, path: &str) -> Result<String, FileFault>;
    /// What is at a path; `None` if nothing.
    fn kind(&self, path: &str) -> Option<EntryKind>;
    /// The names in a folder, sorted.
    fn list(&self, path: &str) -> Result<Vec<(String, EntryKind)>, FileFault>;
    /// The content of a file, whatever it is. A window that holds nothing but texts need not say it.
    fn bytes(&self, path: &str) -> Result<Vec<u8>, FileFault> {
        self.read(path).map(String::into_bytes)
    }
    /// Whether a checkout of the repository lacks what is, or would be, at a path, because git ignores
    /// it. A window on what is committed holds nothing else.
    fn left_out(&self, _path: &str) -> Result<bool, FileFault> {
        Ok(false)
    }
    /// Root-relative paths of the files in a folder and below it that a checkout of the repository
    /// has, sorted, and at most as many as are asked for. What git ignores and does not track is none
    /// of them, nor are links and git's own folder.
    fn below(&self, folder: &str, most: usize) -> Result<Vec<String>, FileFault> {
        let mut found = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for (name, kind) in self.list(&folder)? {
                let mut path = folder.clone();
                push_part(&mut path, &name);
                match kind {
                    EntryKind::Folder => folders.push(path),
                    EntryKind::File if found.len() < most => found.push(path),
                    EntryKind::File => return Ok(found),
                }
            }
        }
        found.sort_unstable();
        Ok(found)
    }
    /// The same from the root on, of a path from the root of the machine on; `None` outside of the
    /// root, and where there is no machine.
    fn own(&self, _absolute: &str) -> Option<String> {
        None
    }
}

/// Joins a folder (root-relative, `""` for the root) with a relative path and folds `.` and `..`.
/// `None` when the result would leave the root.
pub fn join(folder: &str, path: &str) -> Option<String> {
    let mut joined = String::with_capacity(folder.len() + 1 + path.len());
    for part in parts(folder) {
        push_part(&mut joined, part);
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if joined.is_empty() => return None,
            ".." => joined.truncate(joined.rfind('/').unwrap_or(0)),
            name => push_part(&mut joined, name),
        }
    }
    Some(joined)
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

fn push_part(path: &mut String, part: &str) {
    if !path.is_empty() {
        path.push('/');
    }
    path.push_str(part);
}

/// The folder of a root-relative path; `""` for a file at the root.
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The way from one root-relative folder to a root-relative path: `./x` or `../../x`.
pub fn relative(from_folder: &str, to: &str) -> String {
    let mut from = parts(from_folder).peekable();
    let mut target = parts(to).peekable();
    while from.peek().is_some() && from.peek() == target.peek() {
        from.next();
        target.next();
    }
    let mut way = String::with_capacity(from_folder.len() + to.len() + 2);
    from.for_each(|_| push_part(&mut way, ".."));
    if way.is_empty() {
        way.push('.');
    }
    target.for_each(|part| push_part(&mut way, part));
    way
}

/// A project in memory, for tests.
#[cfg(test)]
pub(crate) struct Memory(std::collections::BTreeMap<&'static str, &'static str>);

#[cfg(test)]
impl Memory {
    /// Files by their root-relative paths.
    pub(crate) fn of(files: &[(&'static str, &'static str)]) -> Self {
        Self(files.iter().copied().collect())
    }
}

#[cfg(test)]
impl Files for Memory {
    fn read(&self, path: &str) -> Result<String, FileFault> {
        self.0.get(path).map(|text| (*text).to_owned()).ok_or(FileFault::Missing)
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        self.0.contains_key(path).then_some(EntryKind::File)
    }

    fn list(&self, _: &str) -> Result<Vec<(String, EntryKind)>, FileFault> {
        Err(FileFault::Missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let file = SourceFile::new("a", "é: x\nb");
        assert_eq!(file.line_column(4), LineColumn { line: 1, column: 4 });
        assert_eq!(file.line_column(6), LineColumn { line: 2, column: 1 });
    }

    #[test]
    fn paths_fold_and_do_not_leave_the_root() {
        assert_eq!(join("a/b", "../c"), Some("a/c".to_owned()));
        assert_eq!(join("a", "../../c"), None);
        assert_eq!(relative(".azureml/x", "src"), "../../src");
        assert_eq!(relative("a", "a/b"), "./b");
        assert_eq!(relative("a/b", "a"), "..");
    }
}
