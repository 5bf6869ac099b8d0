//! From the paths on the command line to projects and their specs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use mlopsc_compiler::source::EntryKind;

use crate::disk::{self, Disk};
use crate::output::Trouble;

/// The file that specs of a project share.
pub(crate) const PROJECT_FILE: &str = "mlopsc.yaml";

/// A project and those of its specs that were asked for.
#[derive(Debug)]
pub(crate) struct Project {
    /// The root: the folder of the project file, else of `.git`, else of the spec.
    pub(crate) disk: Disk,
    /// Whether the root holds a project file.
    pub(crate) has_file: bool,
    /// Root-relative paths, sorted.
    pub(crate) specs: Vec<String>,
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
        return Err(Trouble::new(format!(
            "no spec in {place}: a spec's name ends in `.mlops.yaml` or `.mlops.yml`"
        )));
    }
    Ok(search.finish())
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
            _ => Err(Trouble::new(format!(
                "{}: not a spec: a spec's name ends in `.mlops.yaml` or `.mlops.yml`",
                path.display()
            ))),
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

    /// Every spec below a folder that git would see, in hidden folders none.
    fn folder(&mut self, folder: &Path) -> Result<(), Trouble> {
        let mut walk = WalkBuilder::new(folder);
        walk.require_git(false).git_global(false).git_exclude(false).ignore(false);
        for entry in walk.build() {
            let entry = entry.map_err(|error| Trouble::new(error.to_string()))?;
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
            match entry.file_name().to_str() {
                Some(name) if is_file && is_spec(name) => self.spec(entry.path())?,
                Some(PROJECT_FILE) if is_file => {
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
            let disk =
                Disk::open(&root.folder).map_err(|error| Trouble::at(&root.folder, &error))?;
            let project =
                Project { disk, has_file: root.has_file, specs: Vec::new(), whole: false };
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

    fn finish(self) -> Vec<Project> {
        let sorted = self.projects.into_values().map(|mut project| {
            project.specs.sort();
            project.specs.dedup();
            project
        });
        sorted.collect()
    }
}

fn find_root(folder: &Path) -> Root {
    for ancestor in folder.ancestors() {
        if disk::kind_at(&ancestor.join(PROJECT_FILE)) == Some(EntryKind::File) {
            return Root { folder: ancestor.to_owned(), has_file: true };
        }
        if disk::exists(&ancestor.join(".git")) {
            return Root { folder: ancestor.to_owned(), has_file: false };
        }
    }
    Root { folder: folder.to_owned(), has_file: false }
}

/// The repository that a folder lies in: where `.git` is.
pub(crate) fn repository(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|ancestor| disk::exists(&ancestor.join(".git")))
}

fn canonical(path: &Path) -> Result<PathBuf, Trouble> {
    disk::canonical(path).map_err(|error| Trouble::at(path, &error))
}
