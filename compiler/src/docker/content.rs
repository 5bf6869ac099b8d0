//! The files of an image, and their digest.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::dockerfile::{self, Copied};
use super::ignore::Ignored;
use super::pattern::{covers, is_wild};
use crate::diagnostics::{CONFLICT, Diagnostic, LIMIT, MISSING_FILE, MISSING_KEY, SYNTAX};
use crate::diagnostics::{Rule, Sink, excerpt};
use crate::source::{EntryKind, FileFault, FileId, Files, SourceFile, Sources, Span, join};

/// More files than an image of a CI environment has; each is read whenever a spec is.
const MOST_FILES: usize = 5_000;
/// And more bytes of them.
const MOST_BYTES: usize = 256 << 20;
/// As far as git looks for a NUL, which no text holds.
const LOOKED_AT: usize = 8_000;

/// What an image is built by.
pub(crate) enum Recipe<'a> {
    /// A Dockerfile of the author's, which has an id among the sources.
    File {
        /// Root-relative path.
        path: &'a str,
        /// Its text.
        text: &'a str,
        /// Its id.
        id: FileId,
    },
    /// One that is written for a conda file.
    Text(&'a str),
}

/// An image's files.
pub(crate) struct Content<'a> {
    pub(crate) files: &'a dyn Files,
    /// Root-relative folder of the build.
    pub(crate) context: &'a str,
    pub(crate) recipe: Recipe<'a>,
    /// Root-relative path of the conda file.
    pub(crate) conda: Option<&'a str>,
    pub(crate) args: &'a [(String, String)],
    /// Folders whose files name the image, so that it cannot hold them.
    pub(crate) written: &'a [&'a str],
    /// Where the image is named, for what has no place of its own.
    pub(crate) at: Span,
}

/// The digest of an image's files, and where they are.
#[derive(Clone, Debug)]
pub(crate) struct Digest {
    /// 32 hex digits.
    pub(crate) digits: String,
    /// Path filters that cover them: a file, or a folder with `/**`; sorted.
    pub(crate) filters: Vec<String>,
    /// Root-relative paths of the files, sorted.
    pub(crate) files: Vec<String>,
    /// Whether the conda file, if there is one, is in the image.
    pub(crate) has_conda: bool,
}

impl Content<'_> {
    /// Reads and digests it all; `None` when a mistake was reported.
    pub(crate) fn digest(&self, sources: &mut Sources, sink: &mut Sink) -> Option<Digest> {
        let before = sink.errors();
        let mut found: BTreeSet<String> = BTreeSet::new();
        let mut filters: BTreeSet<String> = BTreeSet::new();
        let text = match self.recipe {
            Recipe::File { path, text, id } => {
                if let Some((ignored, ignoring)) = self.ignored(sources, sink) {
                    filters.extend(ignoring);
                    self.copied((text, id), &ignored, (&mut found, &mut filters), sink);
                }
                filters.insert(path.to_owned());
                text
            }
            Recipe::Text(text) => text,
        };
        let is_text = matches!(self.recipe, Recipe::Text(_));
        let has_conda = is_text || self.conda.is_none_or(|path| found.contains(path));
        found.extend(self.conda.map(str::to_owned));
        filters.extend(self.conda.map(str::to_owned));
        if sink.errors() > before {
            return None;
        }
        let mut hash = Sha256::new();
        let sorted: BTreeMap<&String, &String> =
            self.args.iter().map(|(name, value)| (name, value)).collect();
        for (name, value) in sorted {
            part(&mut hash, name, value.as_bytes());
        }
        part(&mut hash, "Dockerfile", &plain(text.as_bytes().to_vec()));
        let mut bytes = 0;
        for path in &found {
            let content = self.read(path, &mut bytes, sink)?;
            part(&mut hash, self.seen(path), &plain(content));
        }
        let mut digits = String::with_capacity(32);
        for byte in hash.finalize().iter().take(16) {
            let _ = write!(digits, "{byte:02x}");
        }
        if let Recipe::File { path, .. } = self.recipe {
            found.insert(path.to_owned());
        }
        let (files, filters) = (found.into_iter().collect(), filters.into_iter().collect());
        Some(Digest { digits, filters, files, has_conda })
    }

    /// Finds the files that a Dockerfile copies, and the filters that cover them.
    fn copied(
        &self,
        (text, id): (&str, FileId),
        ignored: &Ignored,
        (found, filters): (&mut BTreeSet<String>, &mut BTreeSet<String>),
        sink: &mut Sink,
    ) {
        let read = dockerfile::read(text);
        if !read.has_base && read.is_whole {
            let message = "this Dockerfile has no `FROM`";
            sink.report(Diagnostic::new(&MISSING_KEY, Span::top(id), message));
        }
        for unknown in read.unknown {
            let at = span(id, &unknown.at);
            let diagnostic = Diagnostic::new(unknown.rule, at, unknown.message);
            sink.report(diagnostic.help(unknown.help));
        }
        let mut seen = BTreeSet::new();
        for one in &read.copied {
            if !seen.insert(one.path.as_str()) {
                continue;
            }
            let at = span(id, &one.at);
            match self.named(one, ignored) {
                Ok(Named { files, filter }) => {
                    self.refuse_written(&files, at, sink);
                    found.extend(files);
                    filters.insert(filter);
                }
                Err((rule, message, help)) => {
                    sink.report(Diagnostic::new(rule, at, message).help(help));
                }
            }
        }
    }

    /// What does not reach the build, and the file that says so; `None` when it cannot be read.
    fn ignored(&self, sources: &mut Sources, sink: &mut Sink) -> Option<(Ignored, Option<String>)> {
        let beside = match self.recipe {
            Recipe::File { path, .. } => Some(format!("{path}.dockerignore")),
            Recipe::Text(_) => None,
        };
        let own = join(self.context, ".dockerignore");
        for path in [beside, own].into_iter().flatten() {
            match self.files.read(&path) {
                Ok(text) => return Some((Ignored::read(&text), Some(path))),
                Err(FileFault::Missing) => {}
                Err(fault) => {
                    sink.report(unread(path, fault, sources));
                    return None;
                }
            }
        }
        Some((Ignored::default(), None))
    }

    /// The files behind one source.
    fn named(&self, one: &Copied, ignored: &Ignored) -> Result<Named, Refusal> {
        let shown = excerpt(&one.path);
        let outside = || {
            let message = format!("`{shown}` leaves the folder that the image is built in");
            let help = format!("that is {}; `context` names another", self.folder());
            (&MISSING_FILE, message, help)
        };
        let path = join("", one.path.trim_start_matches('/')).ok_or_else(outside)?;
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let fixed = parts.iter().position(|part| is_wild(part)).unwrap_or(parts.len());
        let start = join(self.context, &parts[..fixed].join("/")).ok_or_else(outside)?;
        let listed = match self.files.kind(&start) {
            Some(EntryKind::File) if fixed == parts.len() => self
                .files
                .left_out(&start)
                .map(|out| (!out).then(|| start.clone()).into_iter().collect()),
            Some(EntryKind::Folder) => self.files.below(&start, MOST_FILES + 1),
            Some(EntryKind::File) | None => Err(FileFault::Missing),
        };
        let listed: Vec<String> = match listed {
            Err(fault @ FileFault::Other(_)) => return Err(unlisted(&shown, &fault)),
            listed => listed.unwrap_or_default(),
        };
        if listed.len() > MOST_FILES {
            let message = format!("`{shown}` brings more than {MOST_FILES} files");
            let help = "name what the image needs, or leave the rest out in `.dockerignore`";
            return Err((&LIMIT, message, help.to_owned()));
        }
        let kept = |file: &String| {
            let seen = self.seen(file);
            let own: Vec<&str> = seen.split('/').collect();
            (fixed == parts.len() || covers(&parts, &own)) && !ignored.holds(seen)
        };
        let files: Vec<String> = listed.into_iter().filter(kept).collect();
        if files.is_empty() {
            let message = format!("`{shown}` names no file of the repository");
            let help = format!(
                "it is looked for in {}; what `.gitignore` and `.dockerignore` leave out does not count",
                self.folder()
            );
            return Err((&MISSING_FILE, message, help));
        }
        let is_file = files.len() == 1 && files[0] == start;
        let filter = match (is_file, start.is_empty()) {
            (true, _) => start,
            (false, true) => "**".to_owned(),
            (false, false) => format!("{start}/**"),
        };
        Ok(Named { files, filter })
    }

    /// An image cannot hold the files that name it by its digest.
    fn refuse_written(&self, files: &[String], at: Span, sink: &mut Sink) {
        let is_in = |file: &str, folder: &str| {
            file.strip_prefix(folder).is_some_and(|rest| folder.is_empty() || rest.starts_with('/'))
        };
        for folder in self.written {
            if let Some(file) = files.iter().find(|file| is_in(file, folder)) {
                let message = format!(
                    "the image would hold `{file}`, which is written anew whenever the image changes"
                );
                let help = format!("leave it out: a line `{folder}` in `.dockerignore`");
                sink.report(Diagnostic::new(&CONFLICT, at, message).help(help));
                return;
            }
        }
    }

    fn read(&self, path: &str, bytes: &mut usize, sink: &mut Sink) -> Option<Vec<u8>> {
        let fault = match self.files.bytes(path) {
            Ok(content) => {
                *bytes += content.len();
                if *bytes <= MOST_BYTES {
                    return Some(content);
                }
                format!("the files of this image have more than {} MiB", MOST_BYTES >> 20)
            }
            Err(fault) => format!("cannot read `{path}`: {fault}"),
        };
        let help = "leave out in `.dockerignore` what the image does not need";
        sink.report(Diagnostic::new(&LIMIT, self.at, fault).help(help));
        None
    }

    /// A file from the context's folder on. The conda file may lie outside of it.
    fn seen<'p>(&self, path: &'p str) -> &'p str {
        if self.context.is_empty() {
            return path;
        }
        let inside = path.strip_prefix(self.context).and_then(|rest| rest.strip_prefix('/'));
        inside.unwrap_or(path)
    }

    fn folder(&self) -> String {
        if self.context.is_empty() {
            "the repository's root".to_owned()
        } else {
            format!("`{}`", self.context)
        }
    }
}

/// A `.dockerignore` that is there, but cannot be read.
fn unread(path: String, fault: FileFault, sources: &mut Sources) -> Diagnostic {
    let FileFault::NotUtf8(content) = fault else {
        let message = format!("cannot read `{}`: {fault}", excerpt(&path));
        let id = sources.add(SourceFile::new(path, ""));
        let help = "make it a text inside of the project, or remove it";
        return Diagnostic::new(&MISSING_FILE, Span::top(id), message).help(help);
    };
    let end = content.at + if content.utf16 { 0 } else { '\u{fffd}'.len_utf8() };
    let (at, words) = (content.at..end, content.words());
    let id = sources.add(SourceFile::new(path, content.text));
    Diagnostic::new(&SYNTAX, span(id, &at), words).help("save the file as UTF-8")
}

/// A source of which nobody can say what it names.
fn unlisted(shown: &str, fault: &FileFault) -> Refusal {
    let message = format!("cannot tell what `{shown}` brings: {fault}");
    (&MISSING_FILE, message, "mend or remove that file".to_owned())
}

/// Why a source names nothing, and what to do.
type Refusal = (&'static Rule, String, String);

struct Named {
    files: Vec<String>,
    filter: String,
}

fn span(id: FileId, at: &Range<usize>) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(0);
    Span::new(id, offset(at.start), offset(at.end))
}

/// Names and lengths stand before contents, so that no two sets of files read alike.
fn part(hash: &mut Sha256, name: &str, content: &[u8]) {
    hash.update(name);
    hash.update([0]);
    hash.update((content.len() as u64).to_le_bytes());
    hash.update(content);
}

/// A text with the line ends that git keeps; what holds a NUL is no text.
fn plain(content: Vec<u8>) -> Vec<u8> {
    let is_text = !content.iter().take(LOOKED_AT).any(|byte| *byte == 0);
    if !is_text || !content.windows(2).any(|pair| pair == b"\r\n") {
        return content;
    }
    let mut turned = Vec::with_capacity(content.len());
    for (at, byte) in content.iter().enumerate() {
        if *byte != b'\r' || content.get(at + 1) != Some(&b'\n') {
            turned.push(*byte);
        }
    }
    turned
}
