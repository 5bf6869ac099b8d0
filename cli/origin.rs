//! From places in generated files to those in specs.

use std::path::{Path, PathBuf};

use mlopsc_compiler::Analysis;
use mlopsc_compiler::emit::mark;
use mlopsc_compiler::locate::{Place, locate};
use mlopsc_compiler::source::{self, SourceFile};

use crate::analysis::{Analysed, analyse, emitted};
use crate::disk::{self, Disk};
use crate::output::Trouble;
use crate::workspace;

/// A generated file, and what it was made from.
pub(crate) struct Made {
    /// The project, with the one spec.
    pub(crate) analysed: Analysed,
    /// The file as it is on the disk.
    file: SourceFile,
    /// Whether it is what its spec gives now.
    pub(crate) is_fresh: bool,
}

/// The files that may be asked about from the current folder: the regular ones of its repository, or
/// of its project where there is none. What a foreign log names is opened nowhere else.
pub(crate) struct Reach {
    disk: Disk,
    /// The current folder and the project's, root-relative.
    here: String,
    project: String,
}

impl Reach {
    /// From the current folder.
    pub(crate) fn from_here() -> Result<Self, Trouble> {
        let current = Path::new(".");
        let here = disk::canonical(current)
            .map_err(|error| Trouble::doing("find the current folder", current, &error))?;
        let project = workspace::root_of(&here);
        let root = workspace::repository(&here).unwrap_or(&project);
        let disk = Disk::open(root).map_err(|error| Trouble::doing("open", root, &error))?;
        let inside = |folder: &Path| {
            folder.strip_prefix(disk.root()).ok().and_then(disk::slashed).unwrap_or_default()
        };
        Ok(Self { here: inside(&here), project: inside(&project), disk })
    }

    /// The real place of a file that is named from here on, or from a root on.
    pub(crate) fn place(&self, named: &Path) -> Option<PathBuf> {
        let own = || {
            let real = disk::canonical(named).ok().filter(|_| named.is_absolute())?;
            disk::slashed(real.strip_prefix(self.disk.root()).ok()?)
        };
        let bare = disk::slashed(Path::new(named.to_str()?.trim_start_matches('/')))?;
        let here = source::join(&self.here, &bare).filter(|_| named.is_relative());
        let roots = ["", &self.project].map(|folder| source::join(folder, &bare));
        let places = [own(), here].into_iter().chain(roots).flatten();
        places.into_iter().find_map(|place| self.disk.regular(&place))
    }
}

/// Why no place is found.
pub(crate) enum Lost {
    /// The file has no mark of ours.
    Foreign,
    /// Its spec has errors.
    Broken(Box<Analysed>),
    /// Its spec is gone, or does not give it any more: its name.
    Orphan(String),
}

impl Made {
    /// Reads a generated file, and the spec that its mark names.
    pub(crate) fn open(reach: &Reach, place: &Path) -> Result<Result<Self, Lost>, Trouble> {
        let text =
            disk::read_regular(place).map_err(|fault| Trouble::doing("read", place, &fault))?;
        let keeper = || {
            let keeper = mark::keeper(place.to_str()?)?;
            mark::read_kept(&text, &disk::read_regular(Path::new(&keeper)).ok()?)
        };
        let Some(mark) = mark::read(&text).or_else(keeper) else { return Ok(Err(Lost::Foreign)) };
        let mut lost = Lost::Orphan(mark.spec.clone());
        let is_inside = |folder: &&Path| folder.starts_with(reach.disk.root());
        for folder in place.ancestors().skip(1).take_while(is_inside) {
            let inside = folder.join(&mark.spec);
            let inside = inside.strip_prefix(reach.disk.root()).ok().and_then(disk::slashed);
            let spec = inside.and_then(|inside| reach.disk.regular(&inside));
            let Some(spec) = spec.filter(|_| workspace::is_spec(&mark.spec)) else { continue };
            for analysed in analyse(workspace::find(&[spec])?) {
                if analysed.plans().next().is_none() {
                    lost = Lost::Broken(Box::new(analysed));
                    continue;
                }
                if let Some(made) = Self::of(analysed, place, &text) {
                    return Ok(Ok(made));
                }
            }
        }
        Ok(Err(lost))
    }

    fn of(analysed: Analysed, place: &Path, text: &str) -> Option<Self> {
        let root = analysed.project.disk.root();
        let path = place.strip_prefix(root).ok().and_then(disk::slashed)?;
        let plan = analysed.plans().next()?;
        let wanted = |target: &mlopsc_compiler::targets::Target| {
            target.is_written(&plan.project, &[target.name])
        };
        let own = emitted(plan, wanted).find(|(_, artifact)| artifact.path == path);
        let is_fresh = own?.1.text == text.replace("\r\n", "\n");
        Some(Self { file: SourceFile::new(path, text), is_fresh, analysed })
    }

    /// The spec's analysis.
    pub(crate) fn analysis(&self) -> Option<&Analysis> {
        self.analysed.analyses.first()
    }

    /// The author's places behind lines, from 1, and columns, in characters.
    pub(crate) fn find(&self, places: &[(u32, Option<u32>)]) -> Vec<Place> {
        let offsets = places.iter().map(|(line, column)| offset(&self.file, *line, *column));
        self.find_at(&offsets.collect::<Vec<_>>())
    }

    /// The author's places behind bytes.
    pub(crate) fn find_at(&self, offsets: &[u32]) -> Vec<Place> {
        let Some(analysis) = self.analysis() else { return Vec::new() };
        let Some(plan) = &analysis.plan else { return Vec::new() };
        locate(&analysis.sources, plan, &self.file.path, &self.file.text, offsets)
    }

    /// The root-relative path.
    pub(crate) fn path(&self) -> &str {
        &self.file.path
    }

    /// The text on the disk.
    pub(crate) fn text(&self) -> &str {
        &self.file.text
    }

    /// How many lines the file has.
    pub(crate) fn lines(&self) -> usize {
        self.file.text.lines().count()
    }
}

/// The byte of a line and a column; without a column that of the first key or word. What is behind
/// the end counts as the end.
pub(crate) fn offset(file: &SourceFile, line: u32, column: Option<u32>) -> u32 {
    let starts = file.line_starts();
    let index = (line.max(1) as usize - 1).min(starts.len() - 1);
    let start = starts[index] as usize;
    let text = file.text[start..].lines().next().unwrap_or("");
    let bytes = match column {
        Some(column) => {
            let before = text.chars().take(column.max(1) as usize - 1);
            before.map(char::len_utf8).sum::<usize>()
        }
        None => text.len() - text.trim_start_matches([' ', '-']).len(),
    };
    u32::try_from(start + bytes).unwrap_or(u32::MAX)
}

/// `FILE:LINE` or `FILE:LINE:COLUMN`.
pub(crate) fn split(text: &str) -> Option<(PathBuf, u32, Option<u32>)> {
    let (front, last) = text.rsplit_once(':')?;
    let last: u32 = last.parse().ok().filter(|number| *number > 0)?;
    if let Some((file, line)) = front.rsplit_once(':')
        && let Some(line) = line.parse().ok().filter(|number| *number > 0)
        && !file.is_empty()
    {
        return Some((PathBuf::from(file), line, Some(last)));
    }
    (!front.is_empty()).then(|| (PathBuf::from(front), last, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_from_their_end() {
        let read = |text| {
            split(text).map(|(file, line, column)| (file.display().to_string(), line, column))
        };
        assert_eq!(read("a.yml:3"), Some(("a.yml".to_owned(), 3, None)));
        assert_eq!(read("a:b.yml:3:4"), Some(("a:b.yml".to_owned(), 3, Some(4))));
        assert_eq!(read("C:\\a.yml:3"), Some(("C:\\a.yml".to_owned(), 3, None)));
        for text in ["a.yml", "a.yml:x", "a.yml:0", ":3"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
