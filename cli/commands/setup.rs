//! `setup`: what must exist outside of the repository, as a checklist and as scripts.

use std::path::Path;

use mlopsc_compiler::setup::{self, Names, Setup};
use mlopsc_compiler::targets::TARGETS;
use mlopsc_compiler::{emit, setup::checklist};

use super::check;
use crate::analysis::{Analysed, analyse};
use crate::args::{SetupArgs, SetupFormat};
use crate::disk::{self, Disk, Staged};
use crate::output::{Outcome, Output, Trouble, aside, product};
use crate::workspace;

pub(crate) fn run(output: &Output, args: &SetupArgs) -> Result<Outcome, Trouble> {
    let projects = workspace::find(&args.paths)?;
    if let Some(missing) = workspace::no_spec(&projects) {
        return Err(missing);
    }
    let analysed = analyse(projects);
    let outcome = check::report_aside(output, &analysed)?;
    if outcome == Outcome::Findings {
        return Ok(outcome);
    }
    if analysed.len() > 1 {
        let message = "setup takes the specs of one project: name one";
        return Err(Trouble::new(message));
    }
    let setups: Vec<Setup> = analysed.iter().map(of_project).collect();
    for setup in &setups {
        match &args.write {
            Some(folder) => write(folder, setup)?,
            None => show(output, setup, args.format)?,
        }
    }
    Ok(Outcome::Clean)
}

/// What the files of a project's specs need: those that a plain build writes.
fn of_project(analysed: &Analysed) -> Setup {
    let mut setup = Setup::new(Names::of(&analysed.project.file.spec));
    let usual = TARGETS.iter().filter(|target| target.apart.is_none()).map(|target| target.name);
    let usual: Vec<&str> = usual.collect();
    for plan in analysed.plans() {
        setup.add(plan, &emit(plan, &usual));
    }
    setup
}

fn show(output: &Output, setup: &Setup, format: SetupFormat) -> Result<(), Trouble> {
    let script = match format {
        SetupFormat::Checklist => return output.text(&checklist(setup)),
        SetupFormat::Github => setup::github_script(setup),
        SetupFormat::AzurePipelines => setup::azure_pipelines_script(setup),
        SetupFormat::Azure => setup::azure_script(setup),
    };
    match script {
        Some(script) => product(&script),
        None => Err(Trouble::new("the specs write nothing that needs this")),
    }
}

fn write(folder: &Path, setup: &Setup) -> Result<(), Trouble> {
    let doing = |error: &std::io::Error| Trouble::doing("write into", folder, error);
    disk::make_folder(folder).map_err(|error| doing(&error))?;
    let disk = Disk::open(folder).map_err(|error| doing(&error))?;
    let files = [
        ("setup.md", Some(checklist(setup))),
        ("github.sh", setup::github_script(setup)),
        ("azure-pipelines.sh", setup::azure_pipelines_script(setup)),
        ("azure.sh", setup::azure_script(setup)),
    ];
    for (name, text) in files {
        let Some(text) = text else { continue };
        disk.stage(name, &text).and_then(Staged::keep).map_err(|error| doing(&error))?;
        aside(&format!("wrote {}\n", folder.join(name).display()));
    }
    Ok(())
}
