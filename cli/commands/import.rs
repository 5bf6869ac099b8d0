//! `import`: specs from Azure ML files.

use std::path::{Path, PathBuf};

use mlopsc_compiler::import::{Imported, NewFile, import};
use mlopsc_compiler::source::Files as _;

use crate::args::ImportArgs;
use crate::disk::{self, Disk, Staged};
use crate::output::{Outcome, Output, Report, Stream, Trouble, product};
use crate::workspace::{self, below};

/// One file and what came of it.
struct Done {
    disk: Disk,
    /// Root-relative folder of the spec.
    folder: String,
    imported: Imported,
}

pub(crate) fn run(output: &Output, args: &ImportArgs) -> Result<Outcome, Trouble> {
    let mut all = Vec::new();
    for file in &args.files {
        let done = one(file, args.out.as_deref())?;
        for new in &done.imported.files {
            write(output, &done, new, args.force)?;
        }
        all.push(done);
    }
    let reports: Vec<Report<'_>> = all
        .iter()
        .map(|Done { disk, imported, .. }| Report {
            disk,
            sources: &imported.sources,
            diagnostics: &imported.diagnostics,
        })
        .collect();
    output.report(Stream::Aside, &reports).map(Outcome::of)
}

fn one(file: &Path, out: Option<&Path>) -> Result<Done, Trouble> {
    let place = canonical(file)?;
    let home = place.parent().unwrap_or(&place).to_owned();
    let target = match out {
        Some(out) => {
            disk::make_folder(out)
                .map_err(|error| Trouble::doing("make the folder", out, &error))?;
            canonical(out)?
        }
        None => home.clone(),
    };
    let root = workspace::root_of(&home);
    let root = shared(&root, &target);
    let disk = Disk::open(&root).map_err(|error| Trouble::doing("open", &root, &error))?;
    let (path, folder) = (inside(&disk, &place)?, inside(&disk, &target)?);
    let imported = import(&disk, &path, &folder);
    Ok(Done { disk, folder, imported })
}

/// The nearest folder that holds both.
fn shared(root: &Path, target: &Path) -> PathBuf {
    let holds = root.ancestors().find(|ancestor| target.starts_with(ancestor));
    holds.unwrap_or(root).to_owned()
}

fn inside(disk: &Disk, place: &Path) -> Result<String, Trouble> {
    let inside = place.strip_prefix(disk.root()).ok().and_then(disk::slashed);
    inside.ok_or_else(|| Trouble::new(format!("{}: not Unicode", place.display())))
}

fn canonical(path: &Path) -> Result<PathBuf, Trouble> {
    disk::canonical(path).map_err(|error| Trouble::doing("find", path, &error))
}

fn write(output: &Output, done: &Done, new: &NewFile, force: bool) -> Result<(), Trouble> {
    let path = below(&done.folder, &new.path);
    let shown = output.shown(&done.disk, &path);
    if !force && (done.disk.kind(&path).is_some() || done.disk.is_link(&path)) {
        return Err(Trouble::new(format!("{shown} is there already; `--force` replaces it")));
    }
    let written = done.disk.stage(&path, &new.text).and_then(Staged::keep);
    written.map_err(|error| Trouble::doing("write", &done.disk.absolute(&path), &error))?;
    product(&format!("{shown}\n"))
}
