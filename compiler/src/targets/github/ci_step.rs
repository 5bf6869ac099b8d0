//! A step of the author that runs on this platform.

use std::collections::BTreeMap;

use crate::emit::{Doc, Map};
use crate::plan::{
    CiPlace, Input, Job, Piece, Place, Reference, Source, Step, Task, Text, Variable,
};
use crate::targets::own::{Value, Work};

use crate::targets::problems;

use super::data::{self, Arrival};
use super::expression;
use super::job::{self, Frame, Jobs, Permissions};
use super::scope::{self, Scope};
use super::stage::{self, Environment};
use super::{check, extras, gate, image, login, matrix, pins, step};

/// Minutes after which the platform ends a hosted job, and the most that a step may be given.
const LIMIT: u32 = 360;
/// What the scripts call that are ours.
const OWN: &str = include_str!("scripts/own.sh");
const WARN: &str = include_str!("scripts/warn.sh");
/// Minutes in which a script takes back what another has begun.
const TAKING_BACK: u32 = 10;
/// Minutes that a job gets beside its script.
const AROUND: u32 = 15;

/// Writes the job of a step, and before it the job that does what a container cannot.
pub(super) fn write(scope: &Scope<'_>, job: &Job, own: &Step, jobs: &mut Jobs) {
    let Place::Ci(place) = &own.place else { return };
    let Some(task) = Work::of(scope.plan, own) else { return };
    let mut work = CiStep {
        scope,
        job,
        own,
        place,
        task,
        needs: scope.needs(job),
        arrivals: data::arrivals(scope, own),
        reviewed: own.approval.as_deref(),
    };
    if work.needs_errand() {
        let id = format!("{}__inputs", job.id);
        jobs.put(&id, work.errand());
        work.arrivals = work.arrivals.into_iter().map(|data| data.by_way_of(&job.id)).collect();
        work.needs.push(id);
        if place.container.is_some() {
            work.reviewed = None;
        }
    }
    jobs.put(&job.id, work.frame());
}

struct CiStep<'a> {
    scope: &'a Scope<'a>,
    job: &'a Job,
    own: &'a Step,
    place: &'a CiPlace,
    task: Work,
    needs: Vec<String>,
    arrivals: Vec<Arrival>,
    /// The environment whose reviewers this job must demand.
    reviewed: Option<&'a str>,
}

impl CiStep<'_> {
    /// Whether it needs data from Azure ML.
    fn fetches(&self) -> bool {
        self.arrivals.iter().any(Arrival::is_azure)
    }

    /// Whether a job before it must do what it cannot: an image of the author's holds neither `gh` nor
    /// `az`, and nothing signs in to two stages.
    fn needs_errand(&self) -> bool {
        let is_elsewhere = self.scope.staging != self.scope.run;
        let in_container = self.place.container.is_some();
        in_container && self.reviewed.is_some() || (in_container || is_elsewhere) && self.fetches()
    }

    fn condition(&self) -> Option<String> {
        job::runs_if(self.scope, self.job, self.own.when, self.own.condition.as_deref())
    }

    /// The job before it. It fetches in the stage of the run.
    fn errand(&self) -> Frame {
        let reviewed = self.reviewed.filter(|_| self.place.container.is_some());
        let mut steps: Vec<_> = reviewed.map(gate::demand_reviewers).into_iter().collect();
        let run = self.scope.within(self.scope.run);
        if self.fetches() {
            steps.extend(login::steps(&run));
            steps.extend(data::azure_downloads(&self.arrivals));
        }
        for arrival in self.arrivals.iter().filter(|arrival| arrival.is_azure()) {
            steps.push(step::upload(&arrival.handed_over(&self.job.id), "", &arrival.folder()));
        }
        Frame {
            name: format!("Inputs of {}", self.own.display_name),
            condition: self.condition(),
            needs: self.needs.clone(),
            runs_on: vec![pins::RUNNER.to_owned()],
            timeout_minutes: 60,
            environment: stage::environment(&run).filter(|_| self.fetches()),
            permissions: Permissions {
                actions: reviewed.is_some(),
                contents: false,
                id_token: self.fetches() && login::is_oidc(self.scope.plan),
                asked: Vec::new(),
            },
            steps,
            ..Frame::default()
        }
    }

    fn frame(&self) -> Frame {
        let azure = self.place.azure || self.fetches();
        let (job_minutes, step_minutes) = self.minutes();
        let matrix = self.place.extras.matrix.as_deref();
        let container = matrix.and_then(|matrix| matrix::container(self.scope, matrix));
        Frame {
            name: self.own.display_name.clone(),
            condition: self.condition(),
            needs: self.needs.clone(),
            runs_on: matrix
                .and_then(|matrix| matrix::runs_on(self.scope, matrix))
                .unwrap_or_else(|| self.place.runner.github.clone()),
            timeout_minutes: job_minutes,
            environment: self.environment(azure),
            permissions: Permissions {
                actions: self.reviewed.is_some(),
                contents: self.place.checkout,
                id_token: azure && login::is_oidc(self.scope.plan),
                asked: self.place.extras.permissions.clone(),
            },
            strategy: matrix.map(matrix::strategy).unwrap_or_default(),
            container: container
                .map(Doc::from)
                .or_else(|| image::container(self.scope, self.place)),
            passthrough: self.place.extras.passthrough.github.clone(),
            services: extras::services(self.scope, &self.place.extras),
            outputs: data::values(self.own),
            steps: self.steps(azure, step_minutes),
            queue: self.queue().filter(|_| !self.queues_itself()),
            ..Frame::default()
        }
    }

    /// The author passes a queue of his own through.
    fn queues_itself(&self) -> bool {
        self.place.extras.passthrough.github.iter().any(|(key, _)| key == "concurrency")
    }

    /// Two deployments to one endpoint, of whatever branch or pipeline, would undo each other.
    fn queue(&self) -> Option<String> {
        let Task::Own(own) = &self.own.task else { return None };
        own.deploy()?;
        let each = self.scope.plan.deployed(self.own).into_iter();
        let name = |endpoint: &str| format!("deploy-to-{}", endpoint.to_ascii_lowercase());
        let names: Vec<String> = each.map(|(_, deploy)| name(&deploy.endpoint)).collect();
        Some(stage::staged(self.scope, &names))
    }

    /// Its own environment, else that of the stage that it signs in to, else the one with the
    /// registry's secrets.
    fn environment(&self, azure: bool) -> Option<Environment> {
        let own = self.own.approval.as_ref().or(self.place.environment.as_ref());
        let own = own.map(|name| Environment::fixed(name));
        let stage = || stage::environment(self.scope).filter(|_| azure);
        let image = self.place.image.or(self.own.pushes()).map(|id| self.scope.plan.image(id));
        let image = image.and_then(|image| image.environment.as_deref()).map(Environment::fixed);
        own.or_else(stage).or(image)
    }

    /// What the job and its script get. A step that takes too long fails, while a job is cut off: so
    /// the script's limit is the shorter one where the platform allows it.
    fn minutes(&self) -> (u32, Option<u32>) {
        let Some(seconds) = self.own.timeout_seconds else {
            let longest = self.task.undo.as_ref().map(|_| LIMIT - AROUND);
            return (LIMIT, longest);
        };
        let minutes = u32::try_from(seconds.div_ceil(60)).unwrap_or(u32::MAX).max(1);
        match minutes {
            ..=LIMIT => ((minutes + AROUND).min(LIMIT), Some(minutes)),
            _ => (minutes, None),
        }
    }

    fn steps(&self, azure: bool, minutes: Option<u32>) -> Vec<Map> {
        let mut steps: Vec<_> = self.reviewed.map(gate::demand_reviewers).into_iter().collect();
        steps.extend(check::step(self.scope, &self.parameters()));
        if self.place.checkout {
            steps.push(step::checkout());
        } else {
            steps.extend(data::clean(self.own, &self.arrivals));
        }
        let text = |text: &Text| expression::text(self.scope, text);
        steps.extend(self.place.python.as_ref().map(|python| step::python(&text(python))));
        if !self.scope.releases {
            steps.extend(extras::caches(&self.place.extras));
        }
        steps.extend(data::downloads(&self.arrivals));
        if azure {
            steps.extend(login::steps(self.scope));
            steps.extend(data::azure_downloads(&self.arrivals));
        }
        let pushed = self.own.pushes().map(|id| self.scope.plan.image(id));
        steps.extend(pushed.and_then(|image| image::sign_in(self.scope, image)));
        steps.extend(data::place(self.scope, self.own, &self.task.variables));
        steps.push(self.run(minutes));
        steps.extend(extras::problems(self.scope, self.place));
        steps.extend(self.take_back());
        steps.extend(extras::report(&self.place.extras));
        steps.extend(data::read_values(self.own));
        let label = self.place.extras.matrix.as_deref();
        let label = label.map(|matrix| format!("-{}", matrix::label(self.scope, matrix)));
        let label = label.as_deref().unwrap_or_default();
        steps.extend(data::uploads(self.own, label));
        for (name, path) in &self.place.artifacts {
            steps.push(step::keep(name, label, &text(path)));
        }
        steps
    }

    /// Steps that take back what the script has begun, when it did not end well. The platform leaves
    /// them five minutes when the run is cancelled.
    fn take_back(&self) -> Vec<Map> {
        let Some(undo) = &self.task.undo else { return Vec::new() };
        let unfinished = expression::condition("!success() && steps.work.outcome != 'skipped'");
        let script = [step::STRICT, OWN, WARN, undo].concat();
        let mut step = Map::new();
        step.put("name", format!("Take back {}", self.own.display_name));
        step.put("timeout-minutes", TAKING_BACK);
        step.put_filled("env", self.env());
        step.put("run", script);
        let steps = [login::sign_in(self.scope, "Sign in to take back"), step];
        steps.map(|step| step::with_head(None, Some(&unfinished), step)).into()
    }

    /// The script: values reach it through variables only.
    fn run(&self, minutes: Option<u32>) -> Map {
        let mut step = Map::new();
        step.put("name", &self.own.display_name);
        let folder = self.place.working_dir.as_ref();
        step.put_some("working-directory", folder.map(|it| expression::text(self.scope, it)));
        step.put_some("timeout-minutes", minutes);
        let mut env = if self.renews() { login::renewal(self.scope) } else { Map::new() };
        env.0.extend(self.env().0);
        step.put_filled("env", env);
        step.put("run", self.script());
        let id = self.task.undo.as_ref().map(|_| "work");
        step::with_head(id, None, step)
    }

    /// Whether the script may take longer than a sign-in that can be renewed lives.
    fn renews(&self) -> bool {
        self.task.undo.is_some() && login::is_oidc(self.scope.plan)
    }

    /// The author's as it is; ours with the functions that it calls.
    fn script(&self) -> String {
        let script = self.task.script.as_str();
        if self.task.is_own {
            let renew = match (&self.task.undo, self.renews()) {
                (Some(_), true) => {
                    concat!(
                        include_str!("scripts/warn.sh"),
                        include_str!("scripts/sign_in.sh"),
                        include_str!("scripts/renew.sh")
                    )
                }
                (Some(_), false) => {
                    concat!(include_str!("scripts/warn.sh"), "renew() { :; }\n")
                }
                (None, _) => "",
            };
            return [step::STRICT, OWN, renew, script].concat();
        }
        if self.place.extras.problems.is_empty() {
            return script.to_owned();
        }
        problems::kept(script, extras::LOG)
    }

    /// Later entries win, and the platform ignores the case of names.
    fn env(&self) -> Map {
        let mut last: BTreeMap<String, usize> = BTreeMap::new();
        let mut env: Vec<(String, String)> = Vec::new();
        let mut set = |name: &str, value: String| {
            last.insert(name.to_ascii_lowercase(), env.len());
            env.push((name.to_owned(), value));
        };
        for (name, folder) in extras::env(&self.place.extras) {
            set(name, folder);
        }
        for (name, value) in self.place.service_env() {
            set(&name, value);
        }
        for (name, text) in self.texts() {
            set(name, expression::text(self.scope, text));
        }
        for (name, value) in &self.task.variables {
            if let Some(value) = self.value(value) {
                set(name, value);
            }
        }
        let mut map = Map::new();
        for (at, (name, value)) in env.into_iter().enumerate() {
            if last.get(&name.to_ascii_lowercase()) == Some(&at) {
                map.put(name, value);
            }
        }
        map
    }

    /// The author's variables, which could take over work of ours.
    fn texts(&self) -> impl Iterator<Item = &(String, Text)> {
        let texts = self.scope.plan.env.iter().chain(&self.own.env);
        texts.filter(|_| !self.task.is_own)
    }

    /// The value of a variable; `None`: a path.
    fn value(&self, value: &Value) -> Option<String> {
        match value {
            Value::Of(Variable::Input(index)) => self.input(&self.own.inputs[*index as usize]),
            Value::Of(Variable::Output(_)) => None,
            Value::Of(Variable::Reference(source)) => {
                Some(expression::reference(self.scope, source))
            }
            Value::Text(text) => Some(expression::text(self.scope, text)),
            Value::Staged(texts) => Some(stage::staged(self.scope, texts)),
            Value::JobOf(step) => {
                Some(expression::expression(&self.scope.needed_output(*step, "job")))
            }
        }
    }

    fn input(&self, input: &Input) -> Option<String> {
        match &input.source {
            Source::Literal(value) if data::is_local(input.kind, &value.text()) => None,
            Source::Literal(value) => Some(expression::literal(&value.text())),
            Source::Reference(Reference::Output(..)) if !input.kind.is_scalar() => None,
            Source::Reference(source) => Some(expression::reference(self.scope, source)),
            Source::Text(text) => Some(expression::text(self.scope, text)),
        }
    }

    /// Parameters behind anything that the script sees.
    fn parameters(&self) -> Vec<crate::plan::ParameterId> {
        let mut references: Vec<&Reference> = Vec::new();
        for (_, text) in self.texts() {
            references.extend(in_text(text));
        }
        for (_, value) in &self.task.variables {
            match value {
                Value::Of(Variable::Input(index)) => {
                    match &self.own.inputs[*index as usize].source {
                        Source::Reference(source) => references.push(source),
                        Source::Text(text) => references.extend(in_text(text)),
                        Source::Literal(_) => {}
                    }
                }
                Value::Of(Variable::Reference(source)) => references.push(source),
                Value::Text(text) => references.extend(in_text(text)),
                Value::Of(Variable::Output(_)) | Value::JobOf(_) | Value::Staged(_) => {}
            }
        }
        scope::parameters(references)
            .into_iter()
            .filter(|id| self.scope.binding(*id).is_some())
            .collect()
    }
}

fn in_text(text: &Text) -> impl Iterator<Item = &Reference> {
    text.iter().filter_map(|piece| match piece {
        Piece::Literal(_) => None,
        Piece::Reference(source) => Some(source),
    })
}
