//! Two plans → what changed, in the author's words.

use std::collections::BTreeSet;

use crate::plan::{Parameter, Place, Plan, Scalar, Step, StepId, Task};

mod aspects;
mod calls;
mod live;
#[cfg(test)]
mod tests;

pub use live::{Leftover, Live, Workspace, left, live};

/// What one spec became.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Diff {
    /// The pipeline's own settings: before and after.
    pub settings: Vec<Aspect>,
    /// Parameters that differ.
    pub parameters: Vec<Change>,
    /// Steps that differ.
    pub steps: Vec<Change>,
    /// Edges that differ between steps that both plans have: `from → to`, or `from.output → to`.
    pub edges: Vec<(Kind, String)>,
    /// Triggers that differ.
    pub triggers: Vec<Change>,
    /// Why who starts the pipeline from outside must change: one sentence each; empty when none
    /// must.
    pub breaks: Vec<String>,
    /// Azure ML steps that cannot reuse an earlier result: what they run or read changed, or the
    /// default of a parameter that they read, or a step that they read from is such a step. (New content of code, conda files and data comes on top.)
    pub runs_again: Vec<String>,
    /// What stays in workspaces: see [`left`].
    pub left: Vec<Leftover>,
}

impl Diff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What has a name and differs, in the order that people read, each with the word for it.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &Change)> {
        let lists =
            [("parameter", &self.parameters), ("step", &self.steps), ("trigger", &self.triggers)];
        lists.into_iter().flat_map(|(word, changes)| changes.iter().map(move |one| (word, one)))
    }
}

/// How something differs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// Only the new plan has it.
    Added,
    /// Only the old plan has it.
    Removed,
    /// Both have it.
    Changed,
}

impl Kind {
    /// The word that every format prints.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// One thing with a name that differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// How.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What differs; for something added or removed, all there is to say of it.
    pub aspects: Vec<Aspect>,
}

/// One property that differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Aspect {
    /// What it is, in the author's words.
    pub what: String,
    /// The old value; `None` when there was none.
    pub before: Option<String>,
    /// The new value; `None` when there is none.
    pub after: Option<String>,
}

/// Compares two plans of one spec.
pub fn diff(old: &Plan, new: &Plan) -> Diff {
    let steps = compare(steps(old), steps(new));
    let parameters = compare(parameters(old), parameters(new));
    Diff {
        settings: between(&staged(old, aspects::settings), &staged(new, aspects::settings)),
        edges: edges(old, new),
        triggers: compare(triggers(old), triggers(new)),
        breaks: breaks(old, new),
        runs_again: runs_again(new, &parameters, &steps),
        left: left(old, Some(new)),
        parameters,
        steps,
    }
}

/// A property and its value.
type Pair = (String, String);

/// What is said of a plan, and what is different in its other stages.
fn staged(plan: &Plan, pairs: impl Fn(&Plan) -> Vec<Pair>) -> Vec<Pair> {
    let mut all = pairs(plan);
    let first = all.len();
    for stage in plan.stages.iter().skip(1) {
        let name = stage.stage_name().unwrap_or_default();
        for (what, value) in pairs(stage) {
            if !all[..first].iter().any(|known| *known == (what.clone(), value.clone())) {
                all.push((format!("{what} in stage {name}"), value));
            }
        }
    }
    all
}

fn parameters(plan: &Plan) -> impl Iterator<Item = (String, Vec<Pair>)> {
    plan.parameters.iter().enumerate().map(|(at, item)| {
        (item.name.clone(), staged(plan, |plan| aspects::parameter(&plan.parameters[at])))
    })
}

fn triggers(plan: &Plan) -> impl Iterator<Item = (String, Vec<Pair>)> {
    plan.triggers.iter().enumerate().map(|(at, item)| {
        (item.name.clone(), staged(plan, |plan| aspects::trigger(plan, &plan.triggers[at])))
    })
}

/// The steps of a plan, and those of the pipelines that it uses: `<pipeline>/<step>`.
fn steps(plan: &Plan) -> impl Iterator<Item = (String, Vec<Pair>)> {
    let own = plan.steps.iter().enumerate().map(|(at, step)| {
        (step.name.clone(), staged(plan, |plan| aspects::step(plan, &plan.steps[at])))
    });
    let used = plan.used.iter().enumerate().flat_map(move |(which, used)| {
        used.steps.iter().enumerate().map(move |(at, step)| {
            let pairs = |plan: &Plan| aspects::step(&plan.used[which], &plan.used[which].steps[at]);
            (format!("{}/{}", used.name, step.name), staged(plan, pairs))
        })
    });
    own.chain(used)
}

fn compare(
    old: impl Iterator<Item = (String, Vec<Pair>)>,
    new: impl Iterator<Item = (String, Vec<Pair>)>,
) -> Vec<Change> {
    let mut old: Vec<(String, Vec<Pair>)> = old.collect();
    let mut changes = Vec::new();
    for (name, after) in new {
        let before = old.iter().position(|(known, _)| *known == name).map(|at| old.remove(at).1);
        let kind = if before.is_some() { Kind::Changed } else { Kind::Added };
        let aspects = between(&before.unwrap_or_default(), &after);
        if kind == Kind::Added || !aspects.is_empty() {
            changes.push(Change { kind, name, aspects });
        }
    }
    let removed = old.into_iter().map(|(name, before)| Change {
        kind: Kind::Removed,
        name,
        aspects: between(&before, &[]),
    });
    changes.extend(removed);
    changes
}

fn between(before: &[Pair], after: &[Pair]) -> Vec<Aspect> {
    let find = |pairs: &[Pair], what: &str| {
        pairs.iter().find(|(known, _)| known == what).map(|(_, value)| value.clone())
    };
    let gone = before.iter().filter(|(what, _)| find(after, what).is_none());
    let all = gone.chain(after).map(|(what, _)| Aspect {
        what: what.clone(),
        before: find(before, what),
        after: find(after, what),
    });
    all.filter(|aspect| aspect.before != aspect.after).collect()
}

fn edges(old: &Plan, new: &Plan) -> Vec<(Kind, String)> {
    let shared: BTreeSet<&str> = old
        .steps
        .iter()
        .map(|step| &*step.name)
        .filter(|name| new.steps.iter().any(|step| step.name == *name))
        .collect();
    let (before, after) = (edge_words(old, &shared), edge_words(new, &shared));
    let added = after.difference(&before).map(|edge| (Kind::Added, edge.clone()));
    let removed = before.difference(&after).map(|edge| (Kind::Removed, edge.clone()));
    added.chain(removed).collect()
}

fn edge_words(plan: &Plan, among: &BTreeSet<&str>) -> BTreeSet<String> {
    let known = |id: StepId| among.contains(&*plan.step(id).name);
    let inner = plan.edges.iter().filter(|edge| known(edge.from) && known(edge.to));
    let words = inner.map(|edge| {
        let (from, to) = (plan.step(edge.from), plan.step(edge.to));
        let output = edge.output.map(|index| format!(".{}", from.outputs[index as usize].name));
        format!("{}{} → {}", from.name, output.unwrap_or_default(), to.name)
    });
    words.collect()
}

fn breaks(old: &Plan, new: &Plan) -> Vec<String> {
    let mut breaks = Vec::new();
    if old.name != new.name {
        breaks.push(format!(
            "the pipeline `{}` is called `{}` now, and so are its files: whoever starts them, or \
             waits for their checks, must follow",
            old.name, new.name
        ));
    }
    for before in &old.parameters {
        match new.parameters.iter().find(|parameter| parameter.name == before.name) {
            Some(after) => breaks.extend(narrower(before, after)),
            None => breaks.push(format!("parameter `{}` is gone", before.name)),
        }
    }
    for after in new.parameters.iter().filter(|parameter| is_required(parameter)) {
        if !old.parameters.iter().any(|before| before.name == after.name) {
            breaks.push(format!("parameter `{}` is new and has no default", after.name));
        }
    }
    breaks.extend(live::breaks(old, new));
    breaks.extend(calls::breaks(old, new));
    breaks
}

fn is_required(parameter: &Parameter) -> bool {
    parameter.default.is_none() && !parameter.optional
}

/// What a caller who was right before may now get wrong.
fn narrower(before: &Parameter, after: &Parameter) -> Vec<String> {
    let name = &after.name;
    let mut breaks = Vec::new();
    if before.kind != after.kind {
        let (old, new) = (before.kind.word(), after.kind.word());
        breaks.push(format!("parameter `{name}` was of type {old} and is now {new}"));
    }
    if is_required(after) && before.optional {
        breaks.push(format!("parameter `{name}` is no longer optional"));
    } else if is_required(after) && before.default.is_some() {
        breaks.push(format!("parameter `{name}` has lost its default"));
    }
    let fewer = |choice: &&Scalar| !after.choices.contains(choice);
    if before.choices.is_empty() && !after.choices.is_empty() {
        breaks.push(format!("parameter `{name}` now takes listed values only"));
    }
    if !after.choices.is_empty() {
        let gone = before.choices.iter().filter(fewer);
        breaks.extend(
            gone.map(|choice| format!("parameter `{name}` no longer takes {}", choice.text())),
        );
    }
    let limits = [("min", &before.min, &after.min, false), ("max", &before.max, &after.max, true)];
    for (word, old, new, upper) in limits {
        if tighter(old.as_ref(), new.as_ref(), upper) {
            breaks.push(format!("parameter `{name}` has a tighter `{word}`"));
        }
    }
    if after.choices.is_empty() && after.pattern.is_some() && before.pattern != after.pattern {
        breaks.push(format!("parameter `{name}` has another pattern"));
    }
    breaks
}

fn tighter(old: Option<&Scalar>, new: Option<&Scalar>, upper: bool) -> bool {
    let number = |scalar: &Scalar| scalar.text().parse::<f64>().ok();
    match (old.and_then(number), new.and_then(number)) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(old), Some(new)) => (upper && new < old) || (!upper && new > old),
    }
}

fn runs_again(new: &Plan, parameters: &[Change], steps: &[Change]) -> Vec<String> {
    let values: Vec<String> = parameters
        .iter()
        .filter(|change| change.aspects.iter().any(|aspect| aspect.what == "default"))
        .map(|change| format!("${{{{ parameters.{} }}}}", change.name))
        .collect();
    let reads = |step: &Step| {
        let aspects = if values.is_empty() { Vec::new() } else { aspects::step(new, step) };
        aspects.iter().any(|(_, text)| values.iter().any(|value| text.contains(value)))
    };
    let others = altered_pipelines(new, steps);
    let altered = |step: &Step| {
        let mut own = steps.iter().filter(|change| change.name == step.name);
        own.any(is_other) || reads(step) || uses(step, &others)
    };
    let mut again: Vec<bool> = new.steps.iter().map(altered).collect();
    // Edges need not be in the order of the graph: repeat until nothing is added.
    let mut grown = true;
    while grown {
        grown = false;
        for edge in new.edges.iter().filter(|edge| edge.output.is_some()) {
            let (from, to) = (edge.from.0 as usize, edge.to.0 as usize);
            grown |= again[from] && !again[to];
            again[to] |= again[from];
        }
    }
    let steps = new.steps.iter().zip(again);
    steps
        .filter(|(step, again)| *again && matches!(step.place, Place::AzureMl(_)))
        .map(|(step, _)| step.name.clone())
        .collect()
}

/// The pipelines that a plan uses and that do not do what they did.
fn altered_pipelines<'a>(new: &'a Plan, steps: &[Change]) -> BTreeSet<&'a str> {
    let mut altered = BTreeSet::new();
    // Those that others use come first.
    for used in &new.used {
        let mut own = steps.iter().filter(|change| {
            change.name.split_once('/').is_some_and(|(pipeline, _)| pipeline == used.name)
        });
        if own.any(is_other) || used.steps.iter().any(|step| uses(step, &altered)) {
            altered.insert(&*used.name);
        }
    }
    altered
}

/// Whether a step uses one of these pipelines.
fn uses(step: &Step, pipelines: &BTreeSet<&str>) -> bool {
    let Task::Component(component) = &step.task else { return false };
    component.component.pipeline().is_some_and(|name| pipelines.contains(name))
}

/// Whether a step gives something else than before.
fn is_other(change: &Change) -> bool {
    change.aspects.iter().any(|aspect| matters(&aspect.what))
}

/// Whether a property is part of what Azure ML compares before it reuses a result: not the
/// machines, nor what only people read.
fn matters(what: &str) -> bool {
    const FREE: [&str; 9] = [
        "display_name",
        "description",
        "compute",
        "resources",
        "submission",
        "timeout",
        "approval",
        "needs",
        "tags",
    ];
    !FREE.contains(&what)
}
