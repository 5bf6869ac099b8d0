//! Jobs of CI files.

use crate::plan::{ImageId, Job, ScriptPiece, Staging, Step, SubmissionId, Task, Variable, Work};
use crate::syntax::{Kind, NodeId};

use super::tables::{self, find};
use super::{Aim, Goal, Guide, project, spec};

impl Guide<'_> {
    /// A place in the job with an id, which is the part `at` of the way.
    pub(super) fn of_job(&self, at: usize, id: &str, jobs: &[Job]) -> Aim {
        // No name of an author's holds `__`: what follows is one of several jobs for one.
        let own = id.split("__").next().unwrap_or(id);
        match jobs.iter().find(|job| job.id == own).map(|job| &job.work) {
            Some(Work::Step(step)) => self.of_step(self.plan.step(*step), at + 1),
            Some(Work::Submit(submission)) => self.of_submission(*submission, at + 1),
            Some(Work::Gate { step, .. }) => {
                let step = self.plan.step(*step);
                Aim::new(vec![spec(&["steps", &step.name, "approval"])], &["steps", &step.name])
            }
            Some(Work::Image(image)) => self.of_image(*image, at + 1),
            Some(Work::StageGate(gate)) => self.of_stage(gate.staging),
            None => self.of_release(at + 1),
        }
    }

    /// The job that builds an image.
    fn of_image(&self, id: ImageId, from: usize) -> Aim {
        let name = self.plan.image(id).name.as_str();
        let keys = self.trail.keys(from);
        let own = keys.last().and_then(|key| find(tables::IMAGE, key));
        let own = own.map(|way| [&["images", name], way].concat());
        let whole = vec!["images", name];
        let goals = own.into_iter().chain([whole]).map(|way| project(&way));
        Aim::new(goals.collect(), &["name"])
    }

    /// The gate of a stage.
    fn of_stage(&self, staging: Staging) -> Aim {
        let stages = &self.plan.project.stages;
        let first = stages.iter().position(|stage| stage.approval.is_some()).unwrap_or(0);
        let at = match staging {
            Staging::Fixed(id) => id.0 as usize,
            Staging::None | Staging::Chosen => first,
        };
        let name = stages.get(at).map_or("", |stage| stage.name.as_str());
        let keys = ["stages", name, "approval"];
        Aim::new(vec![project(&keys), project(&keys[..2])], &["name"])
    }

    /// The job that applies what lives in Azure.
    fn of_release(&self, from: usize) -> Aim {
        let released = self.plan.release.iter().flat_map(|release| &release.triggers);
        let names: Vec<&str> = released.map(|id| self.plan.trigger(*id).name.as_str()).collect();
        let mut goals = self.azure(from);
        let line = self.trail.line.as_str();
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
        let words: Vec<&str> = line.split(|letter| !is_part(letter)).collect();
        let mentioned = names.iter().filter(|name| words.contains(name));
        goals.extend(mentioned.map(|name| spec(&["triggers", name])));
        match names.first() {
            Some(first) => Aim::new(goals, &["triggers", first]),
            None => Aim::new(goals, &["name"]),
        }
    }

    /// The job of an Azure ML job.
    fn of_submission(&self, id: SubmissionId, from: usize) -> Aim {
        let submission = self.plan.submission(id);
        let steps: Vec<&Step> = submission.steps.iter().map(|id| self.plan.step(*id)).collect();
        let first = steps.first().map_or("", |step| step.name.as_str());
        let mut goals = self.azure(from);
        goals.extend(self.groups(from, None));
        match self.trail.keys(from).last().copied() {
            Some("timeout-minutes" | "timeoutInMinutes") => goals.push(spec(&["timeout"])),
            Some("needs" | "dependsOn") => goals.push(spec(&["steps", first, "needs"])),
            _ => {}
        }
        goals.extend(self.read(&self.trail.line, None));
        goals.extend(self.named(&self.trail.line, None));
        Aim::new(goals, &["steps", first])
    }

    /// Where a variable group of a job is named.
    fn groups(&self, from: usize, step: Option<&str>) -> Vec<Goal> {
        if self.trail.keys(from).last() != Some(&"group") {
            return Vec::new();
        }
        let name = self.trail.text().unwrap_or_default();
        let has_it = |groups: &[String]| groups.iter().any(|group| group == name);
        let stages = self.plan.project.stages.iter().filter(|it| has_it(&it.variable_groups));
        let stages = stages.map(|it| project(&["stages", &it.name, "variable_groups"]));
        let own = step.map(|step| spec(&["steps", step, "variable_groups"]));
        own.into_iter().chain(stages).collect()
    }

    /// What of the project's `azure` a value is.
    fn azure(&self, from: usize) -> Vec<Goal> {
        let keys = self.trail.keys(from);
        let own = keys.last().and_then(|key| find(tables::AZURE, key));
        own.map(|key| project(&["azure", key])).into_iter().collect()
    }

    /// The job of an author's step.
    fn of_step(&self, step: &Step, from: usize) -> Aim {
        let name = step.name.as_str();
        let keys = self.trail.keys(from);
        let own = |key: &str| spec(&["steps", name, key]);
        let mut goals = self.script(step);
        goals.extend(self.azure(from));
        goals.extend(self.groups(from, Some(name)));
        if let Some(variable) = after(&keys, "env").or_else(|| after(&keys, "variables")) {
            goals.extend(self.variable(step, variable));
        }
        if let Some(output) = after(&keys, "outputs") {
            goals.push(spec(&["steps", name, "outputs", output]));
        }
        match self.item(from) {
            Some(item) if !self.is_authors(step, item) => {
                goals.extend(self.of_tool(step, item));
                goals.extend(self.read(self.trail.text().unwrap_or_default(), Some(step)));
                if let Task::Own(work) = &step.task {
                    goals.push(own(work.word()));
                }
            }
            _ => {
                for (at, key) in keys.iter().enumerate().rev() {
                    let known = find(tables::JOB, key).unwrap_or(&[]);
                    let deep = known.iter().map(|key| {
                        let keys = ["steps", name, key].into_iter().chain(keys[at + 1..].to_vec());
                        spec(&keys.collect::<Vec<_>>())
                    });
                    goals.extend(deep);
                    goals.extend(known.iter().map(|key| own(key)));
                }
                if keys.iter().any(|key| COMMANDS.contains(key)) {
                    goals.push(own("run"));
                }
                goals.extend(self.read(&self.trail.line, Some(step)));
            }
        }
        // Keys of the platform's own, which the author handed on.
        let handed_on = super::owned(&["steps", name, "passthrough"]);
        goals.push(Goal::Chain(handed_on, super::owned(&keys)));
        Aim::new(goals, &["steps", name])
    }

    /// A place in the author's own command.
    fn script(&self, step: &Step) -> Vec<Goal> {
        let (Some(word), Some(command)) = (&self.trail.word, command(step)) else {
            return Vec::new();
        };
        let Some(start) = word.text.find(command.as_str()) else { return Vec::new() };
        if word.at < start {
            return Vec::new();
        }
        let keys = super::owned(&["steps", &step.name, "run"]);
        vec![Goal::Script(keys, command, word.at - start)]
    }

    /// A variable of a script.
    fn variable(&self, step: &Step, variable: &str) -> Vec<Goal> {
        let name = step.name.as_str();
        let mut goals = vec![spec(&["steps", name, "env", variable]), spec(&["env", variable])];
        let kept = find(tables::VARIABLES, variable);
        goals.extend(kept.map(|key| spec(&["steps", name, key])));
        let Task::Command(command) = &step.task else { return goals };
        let known = command.variables.iter().find(|(known, _)| known == variable);
        match known.map(|(_, meaning)| meaning) {
            Some(Variable::Input(index)) => {
                let input = &step.inputs[*index as usize];
                goals.push(spec(&["steps", name, "inputs", &input.name]));
                input.references(&mut |reference| goals.extend(self.source(step, reference)));
            }
            Some(Variable::Output(index)) => {
                let output = &step.outputs[*index as usize].name;
                goals.push(spec(&["steps", name, "outputs", output]));
            }
            Some(Variable::Reference(reference)) => goals.extend(self.source(step, reference)),
            None => {}
        }
        goals
    }

    /// A step of a job that does something around the author's command.
    fn of_tool(&self, step: &Step, item: NodeId) -> Vec<Goal> {
        let name = step.name.as_str();
        let mut goals = Vec::new();
        let texts = self.texts_of(item);
        let Some(kept) = kept(step, &texts) else {
            goals.extend(self.named(&self.trail.line, Some(step)));
            let says = |tool: &str| texts.iter().any(|text| text.contains(tool));
            let tools = tables::TOOLS.iter().filter(|(tool, _)| says(tool));
            let keys = tools.flat_map(|(_, keys)| keys.iter());
            goals.extend(keys.map(|key| spec(&["steps", name, key])));
            if self.value(item, "checkout").is_some() {
                goals.push(spec(&["steps", name, "checkout"]));
            }
            return goals;
        };
        goals.push(spec(&["steps", name, "artifacts", kept]));
        goals
    }

    /// The step of the job that the way leads through.
    fn item(&self, from: usize) -> Option<NodeId> {
        let steps = (from..self.trail.parts.len())
            .find(|at| self.trail.parts[*at].key() == Some("steps"))?;
        self.trail.parts.get(steps + 1).map(super::trail::Part::node)
    }

    /// Whether it runs the author's own command.
    fn is_authors(&self, step: &Step, item: NodeId) -> bool {
        let command = command(step);
        command.is_some_and(|own| self.texts_of(item).iter().any(|text| text.contains(&own)))
    }

    /// All texts of a step of a job, and the names of what it is given.
    fn texts_of(&self, item: NodeId) -> Vec<&str> {
        let Kind::Map(entries) = self.output.kind(item) else { return Vec::new() };
        let each = entries.iter().flat_map(|entry| match self.output.kind(entry.value) {
            Kind::Map(inner) => {
                let both = inner.iter().flat_map(|it| [it.key, it.value]);
                both.map(|node| self.output.text_of(node)).collect()
            }
            Kind::Scalar(scalar) => vec![scalar.text],
            Kind::Null | Kind::List(_) => Vec::new(),
        });
        each.filter(|text| !text.is_empty()).collect()
    }
}

/// Keys whose text is a script.
const COMMANDS: [&str; 3] = ["run", "bash", "inlineScript"];

/// The author's command as CI runs it.
fn command(step: &Step) -> Option<String> {
    let Task::Command(command) = &step.task else { return None };
    let literal = |piece: &ScriptPiece| match piece {
        ScriptPiece::Literal(text) => Some(text.clone()),
        ScriptPiece::Input(_)
        | ScriptPiece::Output(_)
        | ScriptPiece::Searched(_)
        | ScriptPiece::OptionalStart
        | ScriptPiece::OptionalEnd => None,
    };
    let text: String = command.script.iter().filter_map(literal).collect();
    let text = text.trim_end().to_owned();
    (!text.is_empty()).then_some(text)
}

/// The key that follows another one on the way.
fn after<'k>(keys: &[&'k str], key: &str) -> Option<&'k str> {
    let at = keys.iter().position(|it| *it == key)?;
    keys.get(at + 1).copied()
}

/// The artifact that a step of a job keeps for people.
fn kept<'s>(step: &'s Step, texts: &[&str]) -> Option<&'s str> {
    let crate::plan::Place::Ci(place) = &step.place else { return None };
    let is_kept = |name: &&str| {
        let titles = [format!("Keep {name}"), format!("Publish {name}")];
        texts.iter().any(|text| titles.iter().any(|title| title == text))
    };
    let mut names = place.artifacts.iter().map(|(name, _)| name.as_str());
    names.find(is_kept)
}
