//! One spec, proved and lowered: once, or once for each stage of its project.

use std::sync::Arc;

use crate::check::{self, Shared, Subject};
use crate::diagnostics::{CONFLICT, Diagnostic, LIMIT, Sink};
use crate::plan::{Pin, Plan, StageId, Trigger};
use crate::source::{Files, Sources, folder_of};
use crate::spec::{Allow, Spec};
use crate::uses::completed::Follower;
use crate::{conda, is_of_conda, lint, lower, uses};

/// What an analysis reads, and what it says.
pub(crate) struct Work<'a> {
    pub(crate) files: &'a dyn Files,
    /// The root-relative path of the spec.
    pub(crate) spec_path: &'a str,
    /// All files that were read.
    pub(crate) sources: Sources,
    /// What is said.
    pub(crate) sink: Sink,
    /// What comments of all files allow.
    pub(crate) allows: Vec<Allow>,
    /// Releases of actions that the repository chose.
    pub(crate) pins: Vec<Pin>,
    /// About how many bytes the files of all stages have so far.
    pub(crate) written: usize,
}

impl Work<'_> {
    /// The plan, with those of the stages; `None` when a mistake was reported.
    pub(crate) fn analyze(&mut self, spec: &Spec, shared: Shared<'_>) -> Option<Plan> {
        let project = shared.spec;
        check::check_stages(spec, project, &mut self.sink);
        if project.stages.items.is_empty() {
            return self.one(spec, shared, None);
        }
        let mut plans = Vec::new();
        for (id, name) in (0u32..).map(StageId).zip(project.stages.names()) {
            let (spec, project) = (spec.in_stage(name, project), project.in_stage(name));
            // What was said of an earlier stage is not said again.
            self.sources.reuse();
            let said = std::mem::take(&mut self.sink);
            let own = Shared { spec: &project, ..shared };
            let plan = self.one(&spec, own, Some((id, name)));
            let new = std::mem::replace(&mut self.sink, said);
            add(&mut self.sink, new);
            plans.extend(plan.map(Arc::new));
        }
        let is_whole = plans.len() == project.stages.items.len();
        if is_whole && self.sink.errors() == 0 {
            no_idle_changes(spec, &plans, &mut self.sink);
            no_shared_endpoints(spec, &plans, &mut self.sink);
            no_shared_deployments(spec, &plans, &mut self.sink);
        }
        lower::with_stages(if is_whole { plans } else { Vec::new() })
    }

    /// The plan of one stage.
    fn one(
        &mut self,
        spec: &Spec,
        project: Shared<'_>,
        stage: Option<(StageId, &str)>,
    ) -> Option<Plan> {
        let folder = folder_of(self.spec_path);
        let shelves = [
            conda::Shelf { environments: &spec.environments, folder },
            conda::Shelf { environments: &project.spec.environments, folder: "" },
        ];
        let (sources, sink) = (&mut self.sources, &mut self.sink);
        let allows = conda::agree(self.files, &shelves, None, sources, sink);
        for allow in allows {
            if !self.allows.iter().any(|known| known.name.span == allow.name.span) {
                self.allows.push(allow);
            }
        }
        let files = self.files;
        let follower = Follower { files, project, owner: self.spec_path, stage };
        let upstreams = follower.read(spec, sources, sink);
        let (stage, stage_name) = stage.unzip();
        let mut loader = uses::Loader::new(self.files, project, self.spec_path, stage_name);
        loader.read(spec, sources, sink);
        let subject = Subject { spec, project, stage, stage_name, files, folder };
        let checked = check::check(subject, (&loader.uses, &upstreams), sources, sink)?;
        let disagreements = sink.items().iter().filter(|it| is_of_conda(it)).count();
        if sink.errors() > disagreements {
            return None;
        }
        self.written = self.written.saturating_add(checked.written);
        if stage.is_some() && self.written > check::MOST_WRITTEN {
            sink.report(too_much_written(spec));
            return None;
        }
        lint::lint(&checked, sink);
        let mut plan = lower::lower(checked, self.spec_path, loader.plans);
        plan.project.pins.clone_from(&self.pins);
        Some(plan)
    }
}

/// The files of all stages are held at once.
fn too_much_written(spec: &Spec) -> Diagnostic {
    let most = check::MOST_WRITTEN >> 20;
    let at = spec.name.as_ref().map_or(spec.span, |name| name.span);
    let message = format!("the files of all stages would hold more than {most} MiB together");
    let help =
        "shorten what each of them repeats, such as scripts and parameters, or write several specs";
    Diagnostic::new(&LIMIT, at, message).help(help)
}

/// Adds what was not said before.
fn add(sink: &mut Sink, new: Sink) {
    let same = |one: &Diagnostic, other: &Diagnostic| {
        one.span == other.span && one.rule.name == other.rule.name && one.message == other.message
    };
    for diagnostic in new.into_items() {
        if !sink.items().iter().any(|known| same(known, &diagnostic)) {
            sink.report(diagnostic);
        }
    }
}

/// A trigger is only in the stage that it starts, unless it lives on Azure ML in each of them.
fn no_idle_changes(spec: &Spec, plans: &[Arc<Plan>], sink: &mut Sink) {
    for plan in plans {
        let (Some(id), Some(name)) = (plan.stage, plan.stage_name()) else { continue };
        let Some(stage) = spec.stages.get(name).and_then(|item| item.value.as_ref()) else {
            continue;
        };
        for item in &stage.triggers.items {
            let written = &item.name;
            let trigger = plan.triggers.iter().find(|trigger| trigger.name == written.value);
            let Some(trigger) = trigger else { continue };
            let on_ci = trigger.workflow.is_some().then_some(StageId::FIRST);
            let Some(own) = trigger.stage.or(on_ci).filter(|own| *own != id) else { continue };
            let own = &plan.project.stage(own).name;
            let message = format!("the trigger `{}` starts the stage `{own}` alone", written.value);
            let help = format!("remove it here, or let the trigger have `stage: {name}`");
            sink.report(Diagnostic::new(&CONFLICT, written.span, message).help(help));
        }
    }
}

/// Whether two stages have one workspace.
fn share_workspace(one: &Plan, other: &Plan) -> bool {
    let place = |plan: &Plan| {
        let azure = &plan.project.azure;
        (azure.subscription.clone(), azure.resource_group.clone(), azure.workspace.clone())
    };
    place(one) == place(other)
}

/// A step that runs in several stages deploys to an endpoint of each.
fn no_shared_deployments(spec: &Spec, plans: &[Arc<Plan>], sink: &mut Sink) {
    for (at, plan) in plans.iter().enumerate().filter(|(_, plan)| is_run(spec, plan)) {
        let twins = || plans[..at].iter().filter(|other| is_run(spec, other));
        for (id, deploy) in plan.deployments() {
            let step = plan.step(id);
            let is_same = |other: &&Arc<Plan>| {
                let mut all =
                    other.deployments().filter(|(id, _)| other.step(*id).name == step.name);
                share_workspace(other, plan)
                    && all.any(|(_, it)| it.endpoint.eq_ignore_ascii_case(&deploy.endpoint))
            };
            let Some(twin) = twins().find(is_same) else { continue };
            let Some(written) = spec.steps.get(&step.name) else { continue };
            let (one, other) = (twin.stage_name(), plan.stage_name());
            let (one, other) = (one.unwrap_or_default(), other.unwrap_or_default());
            let message = format!(
                "the stages `{one}` and `{other}` have one workspace, and there the same endpoint"
            );
            let help = format!(
                "give the step another one: `stages: {{ {other}: {{ steps: {{ {}: {{ endpoint: … }} }} }} }}`, or a `stage`",
                step.name
            );
            sink.report(Diagnostic::new(&CONFLICT, written.name.span, message).help(help));
        }
    }
}

/// Whether a run of the spec may be in a plan's stage.
fn is_run(spec: &Spec, plan: &Plan) -> bool {
    let Some(whole) = &spec.stage else { return true };
    let said = |trigger: &Trigger| trigger.stage.is_some() && trigger.stage == plan.stage;
    plan.stage_name() == Some(whole.value.as_str()) || plan.triggers.iter().any(said)
}

/// In one workspace there is one endpoint of a name.
fn no_shared_endpoints(spec: &Spec, plans: &[Arc<Plan>], sink: &mut Sink) {
    for (at, plan) in plans.iter().enumerate() {
        let twins: Vec<&Arc<Plan>> =
            plans[..at].iter().filter(|other| share_workspace(other, plan)).collect();
        for (trigger, http) in plan.published() {
            let is_same = |other: &&&Arc<Plan>| {
                let mut calls = other.published();
                calls.any(|(_, call)| call.endpoint.eq_ignore_ascii_case(&http.endpoint))
            };
            let Some(twin) = twins.iter().find(is_same) else { continue };
            let name = &plan.trigger(trigger).name;
            let written =
                spec.triggers.get(name).and_then(|item| item.value.as_ref()?.http.as_ref());
            let Some(written) = written else { continue };
            let (one, other) = (twin.stage_name(), plan.stage_name());
            let (one, other) = (one.unwrap_or_default(), other.unwrap_or_default());
            let message = format!(
                "the stages `{one}` and `{other}` have one workspace, and there the same endpoint"
            );
            let help = format!(
                "give the trigger another one: `stages: {{ {other}: {{ triggers: {{ {name}: {{ endpoint: … }} }} }} }}`"
            );
            sink.report(Diagnostic::new(&CONFLICT, written.endpoint.span, message).help(help));
        }
    }
}
