//! Files of Azure ML: for its command line, and for its REST API.

use crate::plan::{ComponentPlace, Input, Plan, Source, Step, Task, Trigger};

use super::tables::{self, find};
use super::{Aim, Goal, Guide, owned, spec};

/// Kinds of steps, as keys.
const KINDS: [&str; 7] = ["run", "parallel", "sweep", "automl", "spark", "component", "pipeline"];

/// Keys that hold values of parameters.
const INPUTS: [&str; 3] = ["inputs", "inputData", "InputData"];

/// Where the author's command or arguments stand in a step.
const COMMANDS: [&[&str]; 4] =
    [&["run"], &["sweep", "trial", "command"], &["parallel", "arguments"], &["spark", "args"]];

impl Guide<'_> {
    pub(super) fn of_azure_ml(&self, path: &str, file: &str) -> Aim {
        let stem = file.strip_suffix(".json").unwrap_or(file);
        if let Some(step) = self.user(path) {
            let name = step.name.as_str();
            return Aim::new(vec![spec(&["steps", name, "pipeline"])], &["steps", name]);
        }
        if let Some((step, from)) = self.node(stem) {
            return self.of_node(step, &self.trail.keys(from));
        }
        if let Some(trigger) = trigger(self.plan, stem) {
            return self.of_trigger(trigger);
        }
        let keys = self.trail.keys(0);
        let mut goals = self.port_or_parameter(&keys);
        goals.extend(of_root(&keys));
        goals.extend(self.of_asset(stem));
        Aim::new(goals, &["name"])
    }

    /// The step that uses another spec, whose files are in a folder of their own.
    fn user(&self, path: &str) -> Option<&Step> {
        let uses = |step: &&Step| {
            let Task::Component(component) = &step.task else { return false };
            let ComponentPlace::Made(made) = &component.component else { return false };
            let folder = made.rsplit_once('/').map_or("", |(folder, _)| folder);
            path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        };
        self.plan.steps.iter().find(uses)
    }

    /// The step whose node this is, and the part of the way behind its name.
    fn node(&self, file: &str) -> Option<(&Step, usize)> {
        let step = |name: &str| self.plan.steps.iter().find(|step| step.name == name);
        let parts = &self.trail.parts;
        for at in 1..parts.len() {
            if parts[at - 1].key() == Some("jobs")
                && let Some(step) = parts[at].key().and_then(step)
            {
                return Some((step, at + 1));
            }
        }
        let name = file.strip_prefix("step-")?;
        step(name.split('.').next().unwrap_or(name)).map(|step| (step, 0))
    }

    fn of_node(&self, step: &Step, keys: &[&str]) -> Aim {
        let name = step.name.as_str();
        let base = ["steps", name];
        let mut goals = Vec::new();
        match keys {
            [] => {}
            ["type"] => goals.extend(KINDS.iter().map(|kind| spec(&["steps", name, kind]))),
            [.., "inputs", input] | [.., "inputs", input, _] => {
                goals.extend(self.input(step, input));
            }
            [.., "outputs", output] => goals.push(spec(&["steps", name, "outputs", output])),
            [.., "outputs", output, key] => {
                let key = if *key == "name" { "register" } else { key };
                goals.push(spec(&["steps", name, "outputs", output, key]));
                goals.push(spec(&["steps", name, "outputs", output]));
            }
            [.., "command" | "program_arguments" | "programArguments" | "args"] => {
                goals.extend(self.commands(step));
            }
            _ => goals.push(Goal::Chain(owned(&base), owned(keys))),
        }
        Aim::new(goals, &base)
    }

    /// An input of a node: as declared, else where the step reads it.
    fn input(&self, step: &Step, name: &str) -> Vec<Goal> {
        let mut goals = vec![spec(&["steps", &step.name, "inputs", name])];
        match step.inputs.iter().find(|it| it.name == name) {
            Some(Input { source: Source::Reference(reference), .. }) => {
                goals.extend(self.source(step, reference));
            }
            Some(_) => {}
            None => {
                goals.push(spec(&["steps", &step.name, "sweep", "search_space", name]));
                goals.push(spec(&["steps", &step.name, "needs"]));
            }
        }
        goals
    }

    fn commands(&self, step: &Step) -> Vec<Goal> {
        let Some(word) = &self.trail.word else { return Vec::new() };
        let goal = |keys: &&[&str]| {
            let keys: Vec<String> =
                owned(&["steps", &step.name]).into_iter().chain(owned(keys)).collect();
            Goal::Script(keys, word.text.clone(), word.at)
        };
        COMMANDS.iter().map(goal).collect()
    }

    fn of_trigger(&self, trigger: &Trigger) -> Aim {
        let base = ["triggers", trigger.name.as_str()];
        let keys = self.trail.keys(0);
        let mut goals = Vec::new();
        if let Some(at) = keys.iter().position(|key| INPUTS.contains(key))
            && let Some(name) = keys.get(at + 1)
        {
            goals.push(spec(&[base[0], base[1], "with", name]));
        }
        goals.extend(self.port_or_parameter(&keys));
        goals.push(Goal::Chain(owned(&base), owned(&keys)));
        goals.extend(of_root(&keys));
        goals.push(spec(&base));
        Aim::new(goals, &base)
    }

    /// An input or an output of the whole job.
    fn port_or_parameter(&self, keys: &[&str]) -> Vec<Goal> {
        let at = keys.iter().position(|key| INPUTS.contains(key) || *key == "outputs");
        let Some(name) = at.and_then(|at| keys.get(at + 1)) else { return Vec::new() };
        let is_input = at.is_some_and(|at| keys[at] != "outputs");
        let mut goals = Vec::new();
        let known = self.plan.parameters.iter().find(|it| it.name == *name).filter(|_| is_input);
        if let Some(parameter) = known {
            let key = keys.last().filter(|key| *key != name);
            let key = key.map(|key| find(tables::PARAMETER, key).unwrap_or(key));
            let default = Some("default").filter(|_| key.is_none() || key == Some("path"));
            for key in key.into_iter().chain(default) {
                goals.push(spec(&["parameters", &parameter.name, key]));
            }
            goals.push(spec(&["parameters", &parameter.name]));
        }
        if !is_input {
            goals.push(spec(&["outputs", name]));
        }
        goals.extend(self.port(name));
        if name.contains("__") {
            // A fact of the run: `git__sha`.
            goals.push(Goal::Mention(Vec::new(), name.replacen("__", ".", 1)));
        }
        goals
    }

    /// Software, code or data that a file of its own is about.
    fn of_asset(&self, stem: &str) -> Vec<Goal> {
        let Some((_, name)) = stem.split_once('-') else { return Vec::new() };
        let steps = self.plan.steps.iter().filter(|step| step.name == name);
        let mut goals =
            vec![spec(&["environments", name]), super::project(&["environments", name])];
        goals.extend(steps.map(|step| spec(&["steps", &step.name])));
        goals
    }
}

/// The trigger that a file is about.
fn trigger<'p>(plan: &'p Plan, stem: &str) -> Option<&'p Trigger> {
    const FILES: [&str; 5] = ["schedule", "deployment", "invoke", "endpoint", "default-endpoint"];
    let rest = FILES.iter().find_map(|file| stem.strip_prefix(file))?;
    let name = rest.strip_prefix('-').unwrap_or(rest);
    let of_name = plan.triggers.iter().find(|it| it.name == name);
    let published = || plan.published().map(|(id, http)| (plan.trigger(id), http));
    let of_endpoint = || published().find(|(_, http)| http.endpoint == name).map(|(it, _)| it);
    of_name.or_else(of_endpoint).or_else(|| published().next().map(|(it, _)| it))
}

/// A key of the whole job.
fn of_root(keys: &[&str]) -> Vec<Goal> {
    let mut goals = Vec::new();
    if let Some(at) = keys.iter().position(|key| *key == "tags" || *key == "properties")
        && let Some(name) = keys.get(at + 1)
    {
        goals.push(spec(&[keys[at], name]));
    }
    for key in keys.iter().rev() {
        let own = find(tables::AZURE_ML, key).unwrap_or(key);
        let is_root = !["name", "type", "version", "steps", "triggers"].contains(&own);
        goals.extend(is_root.then(|| spec(&[own])));
    }
    goals
}
