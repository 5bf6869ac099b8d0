//! Plans to files. Each target is one folder and one line here; none names another.

use crate::plan::{Home, Job, Plan, Project, Work};

pub mod azure_pipelines;
pub mod azureml;
mod dispatched;
pub mod events;
pub mod github;
mod header;
mod image;
mod own;
mod passthrough;
mod problems;
mod release;
mod script;

/// The version of the Azure CLI's `ml` extension that every emitted CI file installs. Pinned, since
/// a newer one may read job files differently from one run to the next.
pub(crate) const ML_EXTENSION: &str = "2.43.0";

/// A file to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Artifact {
    /// Root-relative path.
    pub path: String,
    /// The whole text, with its ownership mark.
    pub text: String,
}

/// An output dialect.
pub struct Target {
    /// Its name on the command line and in `targets:`.
    pub name: &'static str,
    /// The engine that it writes for.
    pub engine: Home,
    /// The largest file that the platform reads, in bytes, and where it says so; `None`: no limit
    /// that a file of ours can reach.
    pub most_bytes: Option<(usize, &'static str)>,
    /// `None`: every build writes it. Else it is written only when it is named, on the command line
    /// or in `targets:`, and these are the folders that its files, and no others, are in.
    pub apart: Option<fn(&Plan) -> Vec<String>>,
    /// Writes the files.
    pub write: fn(&Plan) -> Vec<Artifact>,
}

/// No job's own lines, without what comes from the spec, have so many bytes: those that move the
/// traffic of an endpoint have about 15,000.
const JOB_BYTES: usize = 24_000;
/// A text of the spec has at most this many times its bytes in one job: an indentation for each
/// short line, or a name said again in `needs`, in an environment, and in the script.
const TIMES: usize = 8;
/// A job that submits waits in slices, each a job of its own; none is shorter than this.
const SLICE_MINUTES: u32 = 180;

impl Target {
    /// Whether a project writes it when these targets are named; empty: none is.
    pub fn is_written(&self, project: &Project, named: &[&str]) -> bool {
        let listed = self.apart.is_none() || project.also.contains(&self.name);
        let wanted = if named.is_empty() { listed } else { named.contains(&self.name) };
        wanted && project.targets.contains(&self.engine)
    }

    /// Whether the platform might refuse a file, judged by the lengths alone, so that files of small
    /// specs need not be written to be sure.
    pub(crate) fn may_refuse(&self, plan: &Plan, source_bytes: usize) -> bool {
        self.most_bytes.is_some_and(|(most, _)| bound(plan, source_bytes) > most)
    }

    /// Why the platform would not read a file, and what to do; known only after writing.
    pub fn refusal(&self, artifact: &Artifact) -> Option<(String, String)> {
        let (most, says) = self.most_bytes?;
        let size = artifact.text.len();
        (size > most).then(|| {
            (
                format!(
                    "`{}` would have {size} bytes, and {says} reads {most} at most",
                    artifact.path
                ),
                "make several pipelines of it, or leave the target out of `targets`".to_owned(),
            )
        })
    }
}

/// Bytes that no CI file of a plan exceeds: no job says more than the whole spec several times over.
fn bound(plan: &Plan, source_bytes: usize) -> usize {
    let slices = 1 + plan.timeout_minutes.div_ceil(SLICE_MINUTES) as usize;
    let count = |job: &Job| if matches!(job.work, Work::Submit(_)) { slices } else { 1 };
    let jobs = |jobs: &[Job]| -> usize { jobs.iter().map(count).sum() };
    let workflows = plan.workflows.iter().map(|workflow| jobs(&workflow.jobs));
    let release = plan.release.iter().map(|release| jobs(&release.checks));
    // One more: the head of the file, and the job that applies schedules.
    let most_jobs = 1 + workflows.chain(release).max().unwrap_or(0);
    most_jobs.saturating_mul(JOB_BYTES + TIMES * source_bytes)
}

/// Every target, in the order of the manual.
pub static TARGETS: [Target; 5] = [
    azureml::TARGET,
    azureml::rest::TARGET,
    github::TARGET,
    azure_pipelines::TARGET,
    events::TARGET,
];
