//! Files of CI: the head, what starts them, and what they are given. Their jobs are in `jobs`.

use crate::plan::{Home, Job, Place, Plan, Step, Trigger, TriggerKind, Workflow};
use crate::syntax::{Kind, NodeId};

use super::tables::{self, find};
use super::trail::Part;
use super::{Aim, Goal, Guide, project, spec};

impl Guide<'_> {
    pub(super) fn of_ci(&self, home: Home, file: &str) -> Aim {
        let stem = file.split('.').next().unwrap_or(file);
        let workflow = self.plan.workflows.iter().find(|it| it.id == stem);
        if self.trail.in_head {
            return self.head(home, workflow);
        }
        if let Some((at, id)) = self.job_at() {
            return self.of_job(at, &id, jobs_of(self.plan, workflow));
        }
        let keys = self.trail.keys(0);
        match keys.first().copied() {
            Some("on") => match keys.get(1).copied() {
                Some("workflow_dispatch") => {
                    self.parameter(workflow, keys.get(3).copied(), keys.get(4))
                }
                event => self.event(home, workflow, event.unwrap_or_default(), &keys, 2),
            },
            Some(event @ ("trigger" | "pr" | "schedules")) => {
                self.event(home, workflow, event, &keys, 1)
            }
            Some("parameters") => {
                self.parameter(workflow, self.item_name().as_deref(), keys.get(1))
            }
            Some("resources") if keys.get(1) == Some(&"containers") => self.container(&keys),
            Some("resources") if keys.get(1) == Some(&"pipelines") => {
                self.event(home, workflow, "pipelines", &keys, 2)
            }
            Some("variables" | "resources") => {
                let text = self.trail.text().unwrap_or_default().to_owned();
                let groups = project(&["azure_devops", "variable_groups"]);
                let written = Some(Goal::Mention(Vec::new(), text.clone()));
                let written = written.filter(|_| !text.is_empty());
                let own = spec(&["variable_groups"]);
                Aim::new(written.into_iter().chain([own, groups]).collect(), &["name"])
            }
            key => {
                let own = key.and_then(|key| find(tables::ROOT, key));
                // What no key of ours stands behind, the author handed on.
                let handed_on = super::owned(&["passthrough"]);
                let handed_on = Goal::Chain(handed_on, super::owned(&keys));
                let handed_on = Some(handed_on).filter(|_| own.is_none());
                let own = own.unwrap_or(&["name"]).iter().map(|key| spec(&[key]));
                Aim::new(handed_on.into_iter().chain(own).collect(), &["name"])
            }
        }
    }

    /// A container of Azure Pipelines, which stands at the root: a service of a step, or what one runs in.
    fn container(&self, keys: &[&str]) -> Aim {
        let item = self.trail.parts.iter().find(|part| part.key().is_none());
        let name = item.and_then(|part| self.value(part.node(), "container")).unwrap_or_default();
        let has = |step: &&Step| {
            let Place::Ci(place) = &step.place else { return false };
            place.extras.services.iter().any(|service| service.name == name)
        };
        let Some(step) = self.plan.steps.iter().find(has) else {
            let text = item.and_then(|part| self.value(part.node(), "image")).unwrap_or_default();
            let written = Some(text.to_owned()).filter(|text| !text.is_empty());
            let goals = written.iter().flat_map(|text| {
                [Goal::Mention(Vec::new(), text.clone()), Goal::ProjectMention(text.clone())]
            });
            return Aim::new(goals.collect(), &["name"]);
        };
        let way = ["steps", &step.name, "services", name];
        let below: Vec<&str> = keys.iter().skip(2).copied().collect();
        let mut goals = Vec::new();
        for end in (1..=below.len()).rev() {
            goals.push(spec(&[&way, &below[..end]].concat()));
        }
        goals.push(spec(&way));
        Aim::new(goals, &way)
    }

    /// The comment above a file: which spec, what starts it, what it needs.
    fn head(&self, home: Home, workflow: Option<&Workflow>) -> Aim {
        let line = self.trail.line.as_str();
        let is_part = |letter: char| letter.is_alphanumeric() || "_-".contains(letter);
        let words: Vec<&str> = line.split(|it| !is_part(it)).filter(|it| !it.is_empty()).collect();
        if line.starts_with("# Trigger ") || line.starts_with("# Started by") {
            let named = self.plan.triggers.iter().filter(|it| words.contains(&it.name.as_str()));
            return Aim::new(named.map(|it| spec(&["triggers", &it.name])).collect(), &[]);
        }
        let is_call = ["# It is called", "# It brings", "# When ", "# curl ", "#   -"];
        if is_call.iter().any(|start| line.starts_with(start)) {
            return self.event(home, workflow, "repository_dispatch", &["types"], 0);
        }
        let mut goals = Vec::new();
        for word in words.iter().filter(|_| line.starts_with("# - ")) {
            for space in ["secrets", "variables"] {
                let written = format!("{space}.{word}");
                goals.push(Goal::Mention(Vec::new(), written.clone()));
                goals.push(Goal::ProjectMention(written));
            }
            let own = find(tables::AZURE, word);
            goals.extend(own.map(|key| project(&["azure", key])));
        }
        Aim::new(goals, &[])
    }

    /// A trigger of the file, from the event that it became.
    fn event(
        &self,
        home: Home,
        workflow: Option<&Workflow>,
        event: &str,
        keys: &[&str],
        depth: usize,
    ) -> Aim {
        let kind = match event {
            "push" | "trigger" => "push",
            "pull_request" | "pr" => "pull_request",
            "schedule" | "schedules" => "schedule",
            "workflow_run" | "pipelines" => "pipeline_completed",
            other => other,
        };
        let index = self.trail.parts.iter().find_map(|part| match part {
            Part::Item(at, _) => Some(*at),
            Part::Key(..) => None,
        });
        let released = || self.plan.release.iter().flat_map(|release| &release.triggers).next();
        let Some(trigger) = workflow.and_then(|it| fired(self.plan, it, home, kind, index)) else {
            let branch = project(&["default_branch"]);
            let first = released().map(|id| self.plan.trigger(*id).name.as_str());
            return match first.filter(|_| workflow.is_none()) {
                Some(name) => Aim::new(vec![branch], &["triggers", name]),
                None => Aim::new(vec![spec(&["triggers"]), spec(&["name"])], &["name"]),
            };
        };
        let name = trigger.name.as_str();
        let kind = match &trigger.kind {
            TriggerKind::Call(_) => "http",
            TriggerKind::Event(event) => event.word(),
            TriggerKind::Push(_)
            | TriggerKind::PullRequest(_)
            | TriggerKind::Schedule(_)
            | TriggerKind::Http(_)
            | TriggerKind::Completed(_)
            | TriggerKind::Manual => kind,
        };
        let around = ["include", "exclude", "trigger"];
        let sub = keys.iter().skip(depth).copied().find(|key| !around.contains(key));
        let sub = sub.map(|key| match (key, kind) {
            ("workflows" | "pipeline" | "source", "pipeline_completed") => "spec",
            ("types", "http") => "endpoint",
            ("types", _) => "drafts",
            (key, _) => key,
        });
        let mut goals: Vec<Goal> =
            sub.map(|key| spec(&["triggers", name, kind, key])).into_iter().collect();
        let base = super::owned(&["triggers", name]);
        goals.extend(sub.map(|key| Goal::Chain(base, super::owned(&[key]))));
        goals.push(spec(&["triggers", name, kind]));
        Aim::new(goals, &["triggers", name])
    }

    /// A parameter, and one of its keys.
    fn parameter(
        &self,
        workflow: Option<&Workflow>,
        name: Option<&str>,
        key: Option<&&str>,
    ) -> Aim {
        let known = self
            .plan
            .parameters
            .iter()
            .find(|it| name.is_some_and(|name| super::words::is_called(&it.name, name)));
        let Some(known) = known else {
            return Aim::new(vec![spec(&["parameters"]), spec(&["name"])], &["name"]);
        };
        let key = key.map(|key| find(tables::PARAMETER, key).unwrap_or(key));
        let triggers = workflow.iter().flat_map(|it| &it.triggers).map(|id| self.plan.trigger(*id));
        let bound = triggers.map(|it| spec(&["triggers", &it.name, "with", &known.name]));
        let bound = bound.filter(|_| key == Some("default"));
        let own = key.map(|key| spec(&["parameters", &known.name, key]));
        Aim::new(bound.chain(own).collect(), &["parameters", &known.name])
    }

    /// Where on the way a job is, and its id.
    fn job_at(&self) -> Option<(usize, String)> {
        let parts = &self.trail.parts;
        for (at, part) in parts.iter().enumerate() {
            let below_jobs = at > 0 && parts[at - 1].key() == Some("jobs");
            match part {
                Part::Key(id, _) if below_jobs => return Some((at, id.clone())),
                Part::Item(_, node) if below_jobs => {
                    let id = self.value(*node, "job").or_else(|| self.value(*node, "deployment"));
                    return id.map(|id| (at, id.to_owned()));
                }
                Part::Key(..) | Part::Item(..) => {}
            }
        }
        None
    }

    /// The `name` of the first item on the way.
    fn item_name(&self) -> Option<String> {
        let item = self.trail.parts.iter().find(|part| part.key().is_none())?;
        self.value(item.node(), "name").map(str::to_owned)
    }

    /// The text that a key of a map of the output holds.
    pub(super) fn value(&self, map: NodeId, key: &str) -> Option<&str> {
        let Kind::Map(entries) = self.output.kind(map) else { return None };
        let entry = entries.iter().find(|it| self.output.text_of(it.key) == key)?;
        Some(self.output.text_of(entry.value))
    }
}

/// The jobs of a file: those of its workflow, else the checks of the release.
fn jobs_of<'p>(plan: &'p Plan, workflow: Option<&'p Workflow>) -> &'p [Job] {
    match workflow {
        Some(workflow) => &workflow.jobs,
        None => plan.release.as_ref().map_or(&[], |release| &release.checks),
    }
}

/// The trigger of a workflow that a platform's event stands for; of schedules, by the number of the
/// entry.
fn fired<'p>(
    plan: &'p Plan,
    workflow: &Workflow,
    home: Home,
    kind: &str,
    index: Option<usize>,
) -> Option<&'p Trigger> {
    let living = workflow.triggers.iter().map(|id| plan.trigger(*id));
    let mut left = index.unwrap_or_default();
    for trigger in living.filter(|it| it.lives_on(home)) {
        match &trigger.kind {
            TriggerKind::Push(_) if kind == "push" => return Some(trigger),
            TriggerKind::PullRequest(_) if kind == "pull_request" => return Some(trigger),
            TriggerKind::Schedule(timing) if kind == "schedule" => {
                let entries = match home {
                    Home::AzurePipelines => timing.utc.as_ref().map_or(0, Vec::len),
                    Home::GitHub | Home::AzureMl | Home::Events => timing.local.len(),
                };
                if left < entries {
                    return Some(trigger);
                }
                left -= entries;
            }
            TriggerKind::Completed(_) if kind == "pipeline_completed" => return Some(trigger),
            TriggerKind::Event(_) | TriggerKind::Call(_) if kind == "repository_dispatch" => {
                return Some(trigger);
            }
            TriggerKind::Push(_)
            | TriggerKind::PullRequest(_)
            | TriggerKind::Schedule(_)
            | TriggerKind::Event(_)
            | TriggerKind::Call(_)
            | TriggerKind::Http(_)
            | TriggerKind::Completed(_)
            | TriggerKind::Manual => {}
        }
    }
    None
}
