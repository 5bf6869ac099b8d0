//! `pins`: the actions of GitHub that generated workflows use, by commit.

mod adopt;
mod show;
mod update;
mod write;

use mlopsc_compiler::diagnostics::Sink;
use mlopsc_compiler::pins::{self, PinFile};
use mlopsc_compiler::plan::{Home, Plan};
use mlopsc_compiler::source::Sources;
use mlopsc_compiler::targets::{Artifact, Target};

use crate::analysis::{Analysed, analyse, emitted};
use crate::args::{PinsArgs, PinsCommand};
use crate::output::{Outcome, Output, Trouble};
use crate::workspace::{self, Project};

use super::check;

pub(crate) fn run(output: &Output, args: PinsArgs) -> Result<Outcome, Trouble> {
    let command = args.command.unwrap_or(PinsCommand::Show { paths: Vec::new() });
    let paths = match &command {
        PinsCommand::Show { paths }
        | PinsCommand::Adopt { paths }
        | PinsCommand::Update { paths, .. } => paths,
    };
    let projects = workspace::find(paths)?;
    if let Some(missing) = workspace::no_spec(&projects) {
        return Err(missing);
    }
    let analysed = analyse(projects);
    let outcome = check::report_aside(output, &analysed)?;
    if outcome == Outcome::Findings {
        return Ok(outcome);
    }
    match command {
        PinsCommand::Show { .. } => show::run(output, &analysed).map(|()| Outcome::Clean),
        PinsCommand::Adopt { .. } => adopt::run(output, analysed),
        PinsCommand::Update { from, .. } => update::run(output, analysed, &from),
    }
}

/// The workflows that specs of a project give for GitHub, each with its spec.
fn workflows(analysed: &Analysed) -> impl Iterator<Item = (&str, Artifact)> {
    analysed.plans().flat_map(|plan: &Plan| {
        let wanted = |target: &Target| {
            target.engine == Home::GitHub && target.is_written(&plan.project, &[])
        };
        emitted(plan, wanted).map(|(_, artifact)| (plan.spec_path.as_str(), artifact))
    })
}

/// The pin file of a project, and the sources of the places in it.
fn pin_file(project: &Project) -> (PinFile, Sources) {
    let mut sources = project.file.sources();
    // What is wrong with it was told with the specs.
    let file = pins::read(&project.disk, &project.file.spec, &mut sources, &mut Sink::new());
    (file, sources)
}
