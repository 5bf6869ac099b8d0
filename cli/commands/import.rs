//! `import`: specs from Azure ML files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mlopsc_compiler::diagnostics::{Diagnostic, Level, NOT_IMPORTED};
use mlopsc_compiler::import::{Imported, import, merged};
use mlopsc_compiler::source::{EntryKind, Files as _, Sources};

use crate::analysis::{Analysed, analyse};
use crate::args::ImportArgs;
use crate::disk::{self, Disk};
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
        all.push(one(file, args.out.as_deref())?);
    }
    let specs = write(output, &all, args.force)?;
    let built = analyse(if specs.is_empty() { Vec::new() } else { workspace::find(&specs)? });
    let open: Vec<_> = built.iter().flat_map(unbuilt).collect();
    let mut reports: Vec<Report<'_>> = all
        .iter()
        .map(|Done { disk, imported, .. }| Report {
            disk,
            sources: &imported.sources,
            diagnostics: &imported.diagnostics,
        })
        .collect();
    reports.extend(open.iter().map(|(disk, sources, found)| Report {
        disk,
        sources,
        diagnostics: std::slice::from_ref(found),
    }));
    output.report(Stream::Aside, &reports).map(Outcome::of)
}

/// What keeps specs from being built: the first error of each.
fn unbuilt(analysed: &Analysed) -> impl Iterator<Item = (&Disk, &Sources, Diagnostic)> {
    let disk = &analysed.project.disk;
    let specs = analysed.analyses.iter().zip(&analysed.project.specs);
    specs.filter_map(move |(analysis, spec)| {
        let errors = || analysis.diagnostics.iter().filter(|it| it.level == Level::Error);
        let first = errors().next()?;
        let name = spec.rsplit('/').next().unwrap_or(spec);
        let message = format!("`{name}` does not build yet: {}", first.message);
        let more = errors().count() - 1;
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let help = format!(
            "`mlopsc check` shows this{more}; mend the spec, or the file and import it again"
        );
        Some((
            disk,
            &analysis.sources,
            Diagnostic::new(&NOT_IMPORTED, first.span, message).help(help),
        ))
    })
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

/// A file to write.
struct New<'a> {
    disk: &'a Disk,
    /// Root-relative path.
    path: String,
    text: String,
}

/// All new files, in order; what several of the imported files say of one pipeline is one spec.
fn collect<'a>(output: &Output, all: &'a [Done]) -> Result<Vec<New<'a>>, Trouble> {
    let mut files: Vec<New<'a>> = Vec::new();
    let mut places: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for (done, new) in
        all.iter().flat_map(|done| done.imported.files.iter().map(move |it| (done, it)))
    {
        let path = below(&done.folder, &new.path);
        let place = done.disk.absolute(&path);
        let Some(known) = places.get(&place).map(|at| &mut files[*at]) else {
            places.insert(place, files.len());
            files.push(New { disk: &done.disk, path, text: new.text.clone() });
            continue;
        };
        if known.text != new.text {
            known.text = merged(&known.text, &new.text).ok_or_else(|| {
                let shown = output.shown(&done.disk, &path);
                Trouble::new(format!(
                    "two of these files become {shown}; import them one by one, each with an `--out` of its own"
                ))
            })?;
        }
    }
    Ok(files)
}

/// Writes all new files, or none: what is in the way of one is found before the first is touched.
/// Gives the places of the specs.
fn write(output: &Output, all: &[Done], force: bool) -> Result<Vec<PathBuf>, Trouble> {
    let files = collect(output, all)?;
    for New { disk, path, text } in &files {
        refuse(disk, path, &output.shown(disk, path), text, force)?;
    }
    let mut staged = Vec::new();
    for New { disk, path, text } in files {
        let (shown, place) = (output.shown(disk, &path), disk.absolute(&path));
        let file = disk.stage(&path, &text);
        staged.push((shown, file.map_err(|error| Trouble::doing("write", &place, &error))?, place));
    }
    let mut specs = Vec::new();
    for (shown, file, place) in staged {
        file.keep().map_err(|error| Trouble::doing("write", &place, &error))?;
        product(&format!("{shown}\n"))?;
        if workspace::is_spec(&shown) {
            specs.push(place);
        }
    }
    Ok(specs)
}

/// Refuses to replace what the import did not write. A spec is asked for by name, so that `--force`
/// replaces it; a file beside it may be one that other specs name.
fn refuse(disk: &Disk, path: &str, shown: &str, text: &str, force: bool) -> Result<(), Trouble> {
    let place = disk.absolute(path);
    if disk::exists(&place) && disk::kind_at(&place) != Some(EntryKind::File) {
        return Err(Trouble::new(format!("{shown} is there already, and is no file")));
    }
    if !is_other(disk, path, text) {
        return Ok(());
    }
    if !force {
        return Err(Trouble::new(format!("{shown} is there already; `--force` replaces it")));
    }
    if !path.ends_with(".mlops.yaml") {
        return Err(Trouble::new(format!(
            "{shown} is there already, and `--force` replaces specs alone; move it away, or import with an `--out` of its own"
        )));
    }
    Ok(())
}

/// Whether something else is at a path already.
fn is_other(disk: &Disk, path: &str, text: &str) -> bool {
    let there = disk.kind(path).is_some() || disk.is_link(path);
    there && (disk.is_link(path) || disk.read(path).ok().as_deref() != Some(text))
}
