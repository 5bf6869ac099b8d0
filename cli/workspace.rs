//! From the paths on the command line to projects and their specs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::DirEntry;
use mlopsc_compiler::source::{EntryKind, FileFault, Files as _};
use mlopsc_compiler::{ProjectFile, read_project_below, unreadable_project};

use crate::checkout::{Checkout, walk};
use crate::disk::{self, Disk};
use crate::output::Trouble;

/// The file that specs of a project share.
pub(crate) const PROJECT_FILE: &str = "mlopsc.yaml";

/// A project and those of its specs that were asked for.
#[derive(Debug)]
pub(crate) struct Project {
    /// The root: the folder of the project file or the one that it names, else of `.git`, else of
    /// the spec.
    pub(crate) disk: Disk,
    /// What its specs share.
    pub(crate) file: ProjectFile,
    /// Root-relative folder of the project; empty unless the project file names a root above.
    pub(crate) base: String,
    /// Root-relative paths, sorted.
    pub(crate) specs: Vec<String>,
    /// Root-relative paths that were asked for and that are not there: a revision may have them.
    pub(crate) gone: Vec<String>,
    /// Whether all specs of the project were asked for.
    pub(crate) whole: bool,
}

/// Finds what the paths name; no path means the project that the current folder lies in. It is
/// trouble when a path does not exist, is no spec, or when there is nothing at all.
pub(crate) fn find(paths: &[PathBuf]) -> Result<Vec<Project>, Trouble> {
    let mut search = Search::default();
    if paths.is_empty() {
        let here = canonical(Path::new("."))?;
        let root = search.root_of(&here);
        search.folder(&root.folder)?;
    }
    for path in paths {
        search.path(path)?;
    }
    if search.projects.is_empty() {
        let places: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let place = if places.is_empty() { "this project".to_owned() } else { places.join(", ") };
        return Err(Trouble::new(format!("no spec in {place}: {NAMES}")));
    }
    search.finish()
}

/// What specs are called.
const NAMES: &str = "a spec's name ends in `.mlops.yaml` or `.mlops.yml`";

/// The trouble of projects without any spec. A spec under another name would never be looked at, and
/// all would seem well, so that files which look like one are named.
pub(crate) fn no_spec(projects: &[Project]) -> Option<Trouble> {
    if projects.iter().any(|project| !(project.specs.is_empty() && project.gone.is_empty())) {
        return None;
    }
    let candidates: Vec<String> = projects.iter().flat_map(Project::candidates).collect();
    let mut message = format!("no spec in this project: {NAMES}");
    if !candidates.is_empty() {
        message = format!("{message}; rename {}", candidates.join(", "));
    }
    Some(Trouble::new(message))
}

/// As [`find`], but what is not there any more may be named, and a project without a spec is one.
pub(crate) fn find_with_gone(paths: &[PathBuf]) -> Result<Vec<Project>, Trouble> {
    let mut search = Search::default();
    if paths.is_empty() {
        let root = search.root_of(&canonical(Path::new("."))?);
        search.project(&root)?;
        search.folder(&root.folder)?;
    }
    for path in paths {
        if disk::exists(path) { search.path(path)? } else { search.gone(path)? }
    }
    search.finish()
}

impl Project {
    /// Seen from the root that the project file names, if it names one that can be.
    fn seen_from_root(mut self) -> Result<Self, Trouble> {
        let Some(way) = self.file.root().filter(|_| !self.file.is_broken()) else {
            return Ok(self);
        };
        let (disk, base) = match self.root_at(way) {
            Ok(found) => found,
            Err(why) => {
                let message = format!("`{way}` cannot be the repository's root: {why}");
                let help = "it is the way from this folder up to the root, such as `../..`";
                self.file.refuse_root(&message, help);
                return Ok(self);
            }
        };
        let seen = |paths: &[String]| paths.iter().map(|path| below(&base, path)).collect();
        let (specs, gone) = (seen(&self.specs), seen(&self.gone));
        Ok(Self { file: read_file(&disk, &base, "")?, disk, base, specs, gone, whole: self.whole })
    }

    /// The root at the end of a way, and the way back; else why there is none.
    fn root_at(&self, way: &str) -> Result<(Disk, String), String> {
        let folder = self.disk.root();
        let place = folder.join(way);
        if disk::kind_at(&place) != Some(EntryKind::Folder) {
            return Err("there is no such folder".to_owned());
        }
        let disk = Disk::open(&place).map_err(|error| error.to_string())?;
        let repository = repository(folder);
        if repository.is_some_and(|repository| !disk.root().starts_with(repository)) {
            return Err("it is outside of the repository".to_owned());
        }
        let back = folder.strip_prefix(disk.root()).ok().and_then(disk::slashed);
        let back = back.ok_or("it is no folder that holds this one")?;
        Ok((disk, back))
    }

    /// YAML files that say which version of the language they are in, as specs and project files do.
    fn candidates(&self) -> Vec<String> {
        let folder = self.disk.root().join(&self.base);
        let entries = visible(&folder).flatten();
        let inside = entries.filter_map(|entry| {
            let path = entry.path();
            let extension = path.extension().and_then(|extension| extension.to_str());
            if !matches!(extension, Some("yaml" | "yml")) || path.ends_with(PROJECT_FILE) {
                return None;
            }
            disk::slashed(path.strip_prefix(self.disk.root()).ok()?)
        });
        let mut found: Vec<String> = inside.filter(|path| self.says_version(path)).collect();
        found.sort();
        found
    }

    fn says_version(&self, path: &str) -> bool {
        let head = self.disk.head(path).unwrap_or_default();
        let is_said = |line: &&str| !line.is_empty() && !line.starts_with('#') && *line != "---";
        head.lines()
            .map(str::trim_end)
            .find(is_said)
            .is_some_and(|line| line.starts_with("mlopsc:"))
    }

    /// Whether a root-relative path lies in the project's own folder.
    pub(crate) fn holds(&self, path: &str) -> bool {
        self.base.is_empty()
            || path.strip_prefix(&self.base).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// A path in a root-relative folder.
pub(crate) fn below(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

/// The project file in a root-relative folder; `above` is the way to the repository's root.
fn read_file(disk: &Disk, folder: &str, above: &str) -> Result<ProjectFile, Trouble> {
    let path = below(folder, PROJECT_FILE);
    match disk.read(&path) {
        Ok(text) => Ok(read_project_below(&path, &text, above)),
        Err(fault @ FileFault::NotUtf8(_)) => Ok(unreadable_project(&path, fault)),
        Err(fault) => Err(Trouble::doing("read", &disk.absolute(&path), &fault)),
    }
}

/// Whether a file's name is that of a spec.
pub(crate) fn is_spec(name: &str) -> bool {
    name.ends_with(".mlops.yaml") || name.ends_with(".mlops.yml")
}

#[derive(Clone, Debug)]
struct Root {
    folder: PathBuf,
    has_file: bool,
}

#[derive(Default)]
struct Search {
    projects: BTreeMap<PathBuf, Project>,
    /// Roots by folder: a folder with a thousand specs is looked up once.
    roots: BTreeMap<PathBuf, Root>,
}

impl Search {
    fn path(&mut self, path: &Path) -> Result<(), Trouble> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let place = canonical(path)?;
        match disk::kind_at(&place) {
            Some(EntryKind::Folder) => self.folder(&place),
            Some(EntryKind::File) if is_spec(name) => self.spec(&place),
            Some(EntryKind::File) if name == PROJECT_FILE => {
                self.folder(place.parent().unwrap_or(&place))
            }
            _ => Err(Trouble::new(format!("{}: not a spec: {NAMES}", path.display()))),
        }
    }

    fn spec(&mut self, place: &Path) -> Result<(), Trouble> {
        let root = self.root_of(place.parent().unwrap_or(place));
        let project = self.project(&root)?;
        let inside = place.strip_prefix(project.disk.root()).ok().and_then(disk::slashed);
        let path =
            inside.ok_or_else(|| Trouble::new(format!("{}: not Unicode", place.display())))?;
        project.specs.push(path);
        Ok(())
    }

    /// A path that is not there: it belongs to the project of the nearest folder that is.
    fn gone(&mut self, path: &Path) -> Result<(), Trouble> {
        let whole = canonical(Path::new("."))?.join(path);
        let there = whole.ancestors().find(|ancestor| disk::exists(ancestor));
        let there = there.unwrap_or(Path::new("/"));
        let rest = whole.strip_prefix(there).unwrap_or(path);
        let place = canonical(there)?.join(rest);
        let root = self.root_of(&canonical(there)?);
        let project = self.project(&root)?;
        let inside = place.strip_prefix(project.disk.root()).ok().and_then(disk::slashed);
        project.gone.extend(inside);
        Ok(())
    }

    /// Every spec below a folder that git would see, in hidden folders none.
    fn folder(&mut self, folder: &Path) -> Result<(), Trouble> {
        for entry in visible(folder) {
            let entry = entry.map_err(|error| Trouble::doing("look through", folder, &error))?;
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
            // A spec whose name is no Unicode is refused, not passed over.
            match entry.file_name().to_string_lossy().as_ref() {
                name if is_file && is_spec(name) => self.spec(entry.path())?,
                PROJECT_FILE if is_file => {
                    let root = self.root_of(entry.path().parent().unwrap_or(folder));
                    self.project(&root)?;
                }
                _ => {}
            }
        }
        for (root, project) in &mut self.projects {
            project.whole |= root.starts_with(folder);
        }
        Ok(())
    }

    fn project(&mut self, root: &Root) -> Result<&mut Project, Trouble> {
        if !self.projects.contains_key(&root.folder) {
            let disk = Disk::open(&root.folder)
                .map_err(|error| Trouble::doing("open", &root.folder, &error))?;
            let above = way_up(disk.root());
            let file =
                if root.has_file { read_file(&disk, "", &above)? } else { ProjectFile::none() };
            let (specs, gone, base) = (Vec::new(), Vec::new(), String::new());
            let project = Project { disk, file, base, specs, gone, whole: false };
            self.projects.insert(root.folder.clone(), project);
        }
        Ok(self.projects.get_mut(&root.folder).expect("just inserted"))
    }

    /// The nearest folder upward with a project file, but not beyond the repository; else the
    /// repository; else the folder itself.
    fn root_of(&mut self, folder: &Path) -> Root {
        if let Some(known) = self.roots.get(folder) {
            return known.clone();
        }
        let root = find_root(folder);
        self.roots.insert(folder.to_owned(), root.clone());
        root
    }

    fn finish(self) -> Result<Vec<Project>, Trouble> {
        let sorted = self.projects.into_values().map(|mut project| {
            project.specs.sort();
            project.specs.dedup();
            let mut project = project.seen_from_root()?;
            project.file.refuse_occupied(&project.disk);
            project.file.read_named(&project.disk);
            Ok(project)
        });
        sorted.collect()
    }
}

/// What git would see below a folder, in hidden folders nothing.
fn visible(folder: &Path) -> impl Iterator<Item = Result<DirEntry, FileFault>> {
    let checkout = Arc::new(Checkout::of(&repository_or_root(folder)));
    walk(checkout, folder, false)
}

/// The repository that a folder lies in, else the root of its project.
fn repository_or_root(folder: &Path) -> PathBuf {
    repository(folder).map_or_else(|| root_of(folder), Path::to_owned)
}

fn find_root(folder: &Path) -> Root {
    for ancestor in folder.ancestors() {
        // Whatever it is: what cannot be read is said, not passed over.
        if disk::is_named(&ancestor.join(PROJECT_FILE)) {
            return Root { folder: ancestor.to_owned(), has_file: true };
        }
        if disk::exists(&ancestor.join(".git")) {
            return Root { folder: ancestor.to_owned(), has_file: false };
        }
    }
    Root { folder: folder.to_owned(), has_file: false }
}

/// The root of the project that a folder lies in, or would if it had a spec.
pub(crate) fn root_of(folder: &Path) -> PathBuf {
    find_root(folder).folder
}

/// The repository that a folder lies in: where `.git` is.
pub(crate) fn repository(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|ancestor| disk::exists(&ancestor.join(".git")))
}

/// The way from a folder up to the root of its repository; empty when it is there, or in none.
pub(crate) fn way_up(folder: &Path) -> String {
    let below = repository(folder).and_then(|root| folder.strip_prefix(root).ok());
    let depth = below.map_or(0, |below| below.components().count());
    vec![".."; depth].join("/")
}

fn canonical(path: &Path) -> Result<PathBuf, Trouble> {
    disk::canonical(path).map_err(|error| Trouble::doing("find", path, &error))
}
