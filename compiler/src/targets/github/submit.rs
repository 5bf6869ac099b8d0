//! Azure ML jobs: submitted, waited for, and cancelled when the run is.

use crate::emit::Map;
use crate::plan::{Job, SubmissionId, When};
use crate::targets::script;

use super::expression::{condition, expression};
use super::job::{self, Frame, Jobs, Permissions};
use super::scope::{self, Scope};
use super::{bind, data, login, pins, stage, step};

/// Minutes that a waiting job gets for all that is not waiting.
const AROUND: u32 = 20;
/// Minutes by which the platform's limit for the waiting step exceeds the script's own.
const GRACE: u32 = 5;
/// Steps that a job's title names.
const NAMED: usize = 3;
/// The longest name that a job may have, less a run's id and attempt.
const NAME_LIMIT: usize = 220;

/// Writes the jobs that submit and watch one Azure ML job.
pub(super) fn write(scope: &Scope<'_>, job: &Job, id: SubmissionId, jobs: &mut Jobs) {
    let slices = &scope.slices;
    let watch = Watch { scope, job, title: title(scope, id), slices };
    jobs.put(&job.id, watch.submit(id));
    for number in 2..=slices.len() {
        jobs.put(&scope::wait_id(&job.id, number), watch.go_on(number));
    }
    if slices.len() > 1 {
        jobs.put(&format!("{}__cancel", job.id), watch.clean_up());
    }
}

/// The steps of a submission, for people.
fn title(scope: &Scope<'_>, id: SubmissionId) -> String {
    let steps = &scope.plan.submission(id).steps;
    let names = steps.iter().take(NAMED).map(|id| scope.plan.step(*id).display_name.as_str());
    let names = names.collect::<Vec<_>>().join(", ");
    match steps.len().saturating_sub(NAMED) {
        0 => format!("Azure ML: {names}"),
        more => format!("Azure ML: {names} and {more} more"),
    }
}

struct Watch<'a> {
    scope: &'a Scope<'a>,
    job: &'a Job,
    title: String,
    slices: &'a [u32],
}

impl Watch<'_> {
    /// The job that submits, and waits first.
    fn submit(&self, id: SubmissionId) -> Frame {
        let submission = self.scope.plan.submission(id);
        let mut steps = vec![step::checkout()];
        steps.extend(data::downloads(&bind::arrivals(self.scope, submission)));
        let folder = stage::folder(self.scope);
        steps.extend(bind::step(self.scope, submission));
        steps.extend(login::steps(self.scope));
        let mut env = Map::new();
        env.put("JOB_FILE", bind::file(submission));
        let submit = step::script("Submit the job", env, include_str!("scripts/submit.sh"));
        steps.push(in_folder(&folder, step::with_head(Some("submit"), None, submit)));
        steps.push(self.wait(1));
        // A step that was killed may have submitted the job all the same.
        let unfinished = condition("!success() && steps.submit.outcome != 'skipped'");
        steps.extend(self.cancel(Some(&unfinished)));
        Frame {
            condition: job::runs_if(self.scope, self.job, When::Success, None),
            needs: self.scope.needs(self.job),
            ..self.frame(1, self.job_name(), steps)
        }
    }

    /// A further job that waits.
    fn go_on(&self, number: usize) -> Frame {
        let before = scope::wait_id(&self.job.id, number - 1);
        let mut steps = login::steps(self.scope).to_vec();
        steps.push(self.wait(number));
        steps.extend(self.cancel(Some(&condition("!success()"))));
        let name = expression(&format!("needs.{before}.outputs.job"));
        Frame { needs: vec![before], ..self.frame(number, name, steps) }
    }

    /// A job that cancels when the run was cancelled between two waiting jobs.
    fn clean_up(&self) -> Frame {
        let ids = (1..=self.slices.len()).map(|number| scope::wait_id(&self.job.id, number));
        let name = format!("needs.{}.outputs.job", self.job.id);
        let mut steps = login::steps(self.scope).to_vec();
        steps.extend(self.cancel(None).into_iter().skip(1));
        Frame {
            name: format!("Cancel {}", self.title),
            condition: Some(format!("cancelled() && {name} != ''")),
            needs: ids.collect(),
            timeout_minutes: AROUND,
            outputs: Map::new(),
            ..self.frame(2, expression(&name), steps)
        }
    }

    fn frame(&self, number: usize, job_name: String, steps: Vec<Map>) -> Frame {
        let mut env = Map::new();
        env.put("JOB_NAME", job_name);
        let mut outputs = Map::new();
        outputs.put("job", expression("env.JOB_NAME"));
        let name = match number {
            1 => self.title.clone(),
            _ => format!("{} (wait {number})", self.title),
        };
        Frame {
            name,
            runs_on: vec![pins::RUNNER.to_owned()],
            timeout_minutes: self.slices[number - 1] + AROUND,
            environment: stage::environment(self.scope),
            permissions: Permissions {
                contents: number == 1,
                id_token: login::is_oidc(self.scope.plan),
                ..Permissions::default()
            },
            outputs,
            env,
            steps,
            ..Frame::default()
        }
    }

    /// The job's name on Azure ML, which we choose, so that it can be cancelled even if nobody
    /// heard the answer to the submission. Each attempt of a run submits a job of its own.
    fn job_name(&self) -> String {
        let pipeline = self.scope.plan.name.trim_start_matches(['-', '_']);
        let room = NAME_LIMIT.saturating_sub(self.job.id.len());
        let pipeline = pipeline.get(..room).unwrap_or(pipeline);
        let (run, attempt) = (expression("github.run_id"), expression("github.run_attempt"));
        format!("{pipeline}-{}-{run}-{attempt}", self.job.id)
    }

    fn wait(&self, number: usize) -> Map {
        let minutes = self.slices[number - 1];
        let mut env = login::renewal(self.scope);
        env.put("MINUTES", minutes.to_string());
        let sign_in = if login::is_oidc(self.scope.plan) {
            include_str!("scripts/sign_in.sh")
        } else {
            "sign_in() { :; } # az renews by itself what it got for a secret\n"
        };
        let end = if number == self.slices.len() {
            "fail \"is still running after its time\"\n"
        } else {
            "echo \"Still running: the next job goes on waiting\"\n"
        };
        let wait = include_str!("scripts/wait.sh");
        let script = [step::STRICT, sign_in, script::FAILED_STEPS, wait, end].concat();
        let mut step = Map::new();
        step.put("name", "Wait for the job").put("timeout-minutes", minutes + GRACE);
        step.put("env", env).put("run", script);
        step
    }

    /// Steps that cancel the job. The tokens may be dead by now, so they sign in again; and the
    /// platform leaves them five minutes.
    fn cancel(&self, condition: Option<&str>) -> [Map; 2] {
        let sign_in = login::sign_in(self.scope, "Sign in to cancel");
        let mut cancel = Map::new();
        cancel.put("name", "Cancel the job if it still runs");
        cancel.put("timeout-minutes", 4u32).put("run", include_str!("scripts/cancel.sh"));
        [sign_in, cancel].map(|step| step::with_head(None, condition, step))
    }
}

/// Runs a step in a folder.
fn in_folder(folder: &str, mut step: Map) -> Map {
    let run = step.0.pop();
    step.put("working-directory", folder);
    step.0.extend(run);
    step
}
