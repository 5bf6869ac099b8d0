//! Jobs: the frame around the steps, the same for every kind of work.

use std::collections::{BTreeMap, BTreeSet};

use crate::emit::{Doc, Map};
use crate::plan::{Condition, Data, Job, When, Work};
use crate::targets::passthrough;

use super::expression::{self, condition};
use super::scope::Scope;
use super::stage::Environment;
use super::{ci_step, gate, image, payload, submit};

/// A job before it is written; the order of its keys is the order in the file.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) name: String,
    pub(super) condition: Option<String>,
    pub(super) needs: Vec<String>,
    pub(super) runs_on: Vec<String>,
    /// The whole job, in minutes.
    pub(super) timeout_minutes: u32,
    pub(super) environment: Option<Environment>,
    pub(super) permissions: Permissions,
    /// What jobs of all workflows wait for each other by, one after the other.
    pub(super) queue: Option<String>,
    /// The combinations that the job runs for.
    pub(super) strategy: Map,
    pub(super) container: Option<Doc>,
    pub(super) services: Map,
    pub(super) outputs: Map,
    pub(super) env: Map,
    pub(super) passthrough: Vec<(String, Data)>,
    pub(super) steps: Vec<Map>,
}

/// What a job may do, at the least.
#[derive(Clone, Default)]
pub(super) struct Permissions {
    /// It reads an environment's protection rules.
    pub(super) actions: bool,
    /// It checks the repository out.
    pub(super) contents: bool,
    /// It signs in to Azure without a secret.
    pub(super) id_token: bool,
    /// What the author asks for besides.
    pub(super) asked: Vec<(&'static str, bool)>,
}

impl Frame {
    pub(super) fn into_map(self) -> Map {
        let mut job = Map::new();
        job.put("name", self.name);
        job.put_some("if", self.condition.as_deref().map(condition));
        if !self.needs.is_empty() {
            job.put("needs", one_or_words(self.needs));
        }
        job.put("runs-on", one_or_words(self.runs_on));
        job.put("timeout-minutes", self.timeout_minutes);
        job.put_some("environment", self.environment.map(|environment| environment.text));
        job.put("permissions", self.permissions.into_map());
        job.put_some("concurrency", self.queue.map(queue));
        job.put_filled("strategy", self.strategy);
        job.put_some("container", self.container);
        job.put_filled("services", self.services);
        job.put_filled("outputs", self.outputs);
        job.put_filled("env", self.env);
        passthrough::put(&mut job, &self.passthrough);
        job.put("steps", self.steps);
        job
    }
}

fn queue(group: String) -> Map {
    let mut map = Map::new();
    map.put("group", group).put("cancel-in-progress", false);
    map.put_beside("queue", "max", "nothing that waits is dropped");
    map
}

impl Permissions {
    /// Naming one permission takes all others away.
    fn into_map(self) -> Map {
        let own = [
            (self.actions, "actions", false, "read the environment's protection rules"),
            (self.contents, "contents", false, "check out the repository"),
            (self.id_token, "id-token", true, "sign in to Azure without a secret"),
        ];
        let own = own.into_iter().filter(|(needed, ..)| *needed);
        let mut all: BTreeMap<&str, (bool, &str)> =
            own.map(|(_, name, write, why)| (name, (write, why))).collect();
        for (name, write) in self.asked {
            let entry = all.entry(name).or_insert((write, "the spec asks for it"));
            if write && !entry.0 {
                *entry = (true, "the spec asks for it");
            }
        }
        let mut permissions = Map::new();
        for (name, (write, why)) in all {
            let access = if write { "write" } else { "read" };
            permissions.put_beside(name.to_owned(), access, why);
        }
        permissions
    }
}

/// The jobs of a file as they are written.
#[derive(Default)]
pub(super) struct Jobs {
    /// The value of `jobs`.
    pub(super) map: Map,
    /// The environments of the jobs that ask for an identity token; `None`: no environment.
    pub(super) identities: BTreeSet<Option<String>>,
    /// The environments that jobs may be in, in the order of the jobs.
    pub(super) environments: Vec<String>,
    /// The first step of the jobs that nothing comes before.
    first: Option<Map>,
}

impl Jobs {
    /// Adds a job.
    pub(super) fn put(&mut self, id: &str, mut frame: Frame) {
        if frame.needs.is_empty() {
            frame.steps.splice(..0, self.first.clone());
        }
        for name in frame.environment.iter().flat_map(|it| it.names.iter().flatten()) {
            if !self.environments.contains(name) {
                self.environments.push(name.clone());
            }
        }
        if frame.permissions.id_token {
            match &frame.environment {
                Some(environment) => self.identities.extend(environment.names.iter().cloned()),
                None => _ = self.identities.insert(None),
            }
        }
        self.map.put(id.to_owned(), frame.into_map());
    }
}

/// Every job of a workflow, in order.
pub(super) fn all(scope: &Scope<'_>) -> Jobs {
    let mut jobs = Jobs { first: payload::step(scope), ..Jobs::default() };
    for job in scope.jobs() {
        match &job.work {
            Work::Step(step) => {
                let own = scope.within(scope.plan.staging_of(*step, scope.run));
                ci_step::write(&own, job, scope.plan.step(*step), &mut jobs);
            }
            Work::Gate { step, environment } => {
                let step = scope.plan.step(*step);
                jobs.put(&job.id, gate::job(scope, job, step, environment));
            }
            Work::StageGate(gate) => {
                let own = scope.within(gate.staging);
                jobs.put(&job.id, gate::stage(&own, job, gate.condition.as_deref()));
            }
            Work::Submit(id) => submit::write(scope, job, *id, &mut jobs),
            Work::Image(id) => jobs.put(&job.id, image::job(scope, job, scope.plan.image(*id))),
        }
    }
    jobs
}

/// When a job runs. Without a status function a condition means that all before it succeeded. A
/// job whose needs were skipped is skipped as well, unless it always runs: then it must look at the
/// event itself, as the jobs without needs do.
pub(super) fn runs_if(
    scope: &Scope<'_>,
    job: &Job,
    when: When,
    values: Option<&Condition>,
) -> Option<String> {
    let values = values.map(|values| expression::values(scope, values));
    let status = match when {
        When::Success => None,
        When::Failure => Some("failure()"),
        When::Always => Some("always()"),
    };
    let guarded = job.needs.is_empty() || when == When::Always;
    let guards = if guarded { scope.guards.as_slice() } else { &[] };
    // What runs whatever happened, runs only if people let it.
    let gates = if when == When::Success { Vec::new() } else { scope.open_gates(job) };
    let parts = status.into_iter().chain(guards.iter().copied());
    let parts = parts.chain(gates.iter().map(String::as_str));
    let parts: Vec<_> = parts.chain(values.as_deref()).collect();
    match parts.as_slice() {
        [] => None,
        [one] => Some((*one).to_owned()),
        several => {
            Some(several.iter().map(|part| in_brackets(part)).collect::<Vec<_>>().join(" && "))
        }
    }
}

fn in_brackets(part: &str) -> String {
    if part.contains("||") { format!("({part})") } else { part.to_owned() }
}

fn one_or_words(mut words: Vec<String>) -> Doc {
    match words.len() {
        1 => words.remove(0).into(),
        _ => Doc::Words(words),
    }
}
