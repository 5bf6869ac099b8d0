//! What starts what in a project: a pipeline does something that fires a trigger of another one, or
//! of its own. Who goes round in a circle never ends.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::Dag;
use crate::plan::{
    Asset, Change, ComponentPlace, DataChanged, Event, Home, Jobs, Output, OwnWork, Piece, Plan,
    Step, StepId, Task, Text, Trigger, TriggerId, ValueType,
};

/// An event trigger of one of several plans.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Started {
    /// The plan, by its number among them.
    pub plan: usize,
    /// Its trigger.
    pub trigger: TriggerId,
}

/// What one slice of a plan does, and whom that starts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Link {
    /// The plan that does it, by its number.
    pub plan: usize,
    /// The trigger whose slice does; `None`: the whole graph, as people start it.
    pub trigger: Option<TriggerId>,
    /// The step that does it; of a whole job, its last one.
    pub step: StepId,
    /// What it does, such as `registers diabetes`.
    pub does: String,
    /// What that starts.
    pub starts: Started,
}

/// Every link between plans, and of plans to themselves, in any stage. Triggers that are switched off
/// start nothing.
pub fn links(plans: &[&Plan]) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    let mut seen = BTreeSet::new();
    for of_stage in by_stage(plans) {
        let found = links_of_stage(&of_stage).into_iter();
        links.extend(found.filter(|link| seen.insert(link.clone())));
    }
    links
}

/// Links that lead back to where they began, each circle from its first trigger on. What happens in
/// one stage starts nothing in another, which has a workspace of its own.
pub fn circles(plans: &[&Plan]) -> Vec<Vec<Link>> {
    let mut circles = Vec::new();
    let mut seen = BTreeSet::new();
    for of_stage in by_stage(plans) {
        for circle in circles_of(&links_of_stage(&of_stage)) {
            let way: Vec<Started> = circle.iter().map(|link| link.starts).collect();
            if seen.insert(way) {
                circles.push(circle.into_iter().cloned().collect());
            }
        }
    }
    circles
}

/// GitHub starts nothing behind so many workflows that followed each other
/// (<https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows>).
const MOST_IN_A_ROW: usize = 3;

/// Triggers on GitHub that never fire, since more than three pipelines would follow each other: of each
/// chain the first, with the links that lead to it.
pub fn too_long<'l>(plans: &[&Plan], links: &'l [Link]) -> Vec<Vec<&'l Link>> {
    let follows = |started: Started| {
        let trigger = plans[started.plan].trigger(started.trigger);
        trigger.completed().is_some() && trigger.lives_on(Home::GitHub)
    };
    let all: Vec<&Link> = links.iter().filter(|link| follows(link.starts)).collect();
    let mut ways: BTreeMap<Started, Vec<&Link>> = BTreeMap::new();
    for link in &all {
        ways.insert(link.starts, vec![*link]);
    }
    for length in 2..=MOST_IN_A_ROW + 1 {
        let mut longer = BTreeMap::new();
        for link in &all {
            let before =
                link.trigger.and_then(|trigger| ways.get(&Started { plan: link.plan, trigger }));
            if let Some(before) = before.filter(|way| way.len() + 1 == length) {
                let way = before.iter().copied().chain([*link]).collect::<Vec<_>>();
                longer.entry(link.starts).or_insert(way);
            }
        }
        ways.extend(longer);
    }
    ways.into_values().filter(|way| way.len() > MOST_IN_A_ROW).collect()
}

/// The plans as they are in the first stage, in the second, and so on; as they are without stages.
fn by_stage<'p>(plans: &[&'p Plan]) -> Vec<Vec<&'p Plan>> {
    let count = plans.iter().map(|plan| plan.each_stage().count()).max().unwrap_or(0);
    let of = |stage| plans.iter().map(move |plan| plan.each_stage().nth(stage).unwrap_or(plan));
    (0..count).map(|stage| of(stage).collect()).collect()
}

fn links_of_stage(plans: &[&Plan]) -> Vec<Link> {
    let waiting = Waiting::of(plans);
    if waiting.is_empty() {
        return Vec::new();
    }
    let mut links = Vec::new();
    for (number, plan) in plans.iter().enumerate() {
        let all: Vec<StepId> = (0u32..).map(StepId).take(plan.steps.len()).collect();
        let slices = (0..).map(TriggerId).zip(&plan.triggers).filter(|(_, it)| it.enabled);
        let slices = slices.map(|(id, trigger)| (Some((id, trigger)), trigger.slice.as_slice()));
        for (trigger, slice) in std::iter::once((None, all.as_slice())).chain(slices) {
            let (trigger, said) = trigger.unzip();
            for Found { step, does, starts } in waiting.started_by(plan, said, slice) {
                links.push(Link { plan: number, trigger, step, does, starts });
            }
        }
    }
    links
}

fn circles_of(links: &[Link]) -> Vec<Vec<&Link>> {
    let own = |link: &Link| Some(Started { plan: link.plan, trigger: link.trigger? });
    let ends: BTreeSet<Started> = links.iter().map(|link| link.starts).collect();
    let ends: Vec<Started> = ends.into_iter().collect();
    let number = |of: &Started| ends.binary_search(of).ok().and_then(|it| u32::try_from(it).ok());
    let mut edges: BTreeMap<(u32, u32), &Link> = BTreeMap::new();
    for link in links {
        let from = own(link).and_then(|it| number(&it));
        if let (Some(from), Some(to)) = (from, number(&link.starts)) {
            edges.entry((from, to)).or_insert(link);
        }
    }
    let size = u32::try_from(ends.len()).unwrap_or(u32::MAX);
    let found = Dag::new(size, edges.keys().copied()).err().unwrap_or_default();
    let circle = |cycle: &crate::graph::Cycle| {
        cycle.edges().filter_map(|edge| edges.get(&edge).copied()).collect()
    };
    found.iter().map(circle).collect()
}

/// Something that a step does, and what that starts.
struct Found {
    step: StepId,
    does: String,
    starts: Started,
}

/// Triggers by what they wait for, so that each thing that happens is looked up.
struct Waiting<'p> {
    /// By the kind of what happens, and the name of what it happens to, in lower case: Event Grid
    /// minds no letter case.
    by_name: BTreeMap<(Kind, String), Vec<(Started, &'p Event)>>,
    /// Those that follow pipelines, by the specs of these.
    by_spec: BTreeMap<&'p str, Vec<Started>>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Data,
    Model,
    Endpoint,
    Completed,
    Failed,
}

impl<'p> Waiting<'p> {
    fn of(plans: &[&'p Plan]) -> Self {
        let mut by_name: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut by_spec: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for (number, plan) in plans.iter().enumerate() {
            for (id, trigger) in (0..).map(TriggerId).zip(&plan.triggers) {
                if let Some(completed) = trigger.completed().filter(|_| trigger.enabled) {
                    let started = Started { plan: number, trigger: id };
                    by_spec.entry(&completed.spec_path).or_default().push(started);
                }
            }
            for handoff in plan.wired() {
                if let Some((event, key)) = waits(plan, handoff.trigger) {
                    let started = Started { plan: number, trigger: handoff.id };
                    by_name.entry(key).or_default().push((started, event));
                }
            }
        }
        Self { by_name, by_spec }
    }

    fn is_empty(&self) -> bool {
        self.by_name.is_empty() && self.by_spec.is_empty()
    }

    /// What a slice starts, which a trigger of the plan's own starts, or a person.
    fn started_by(&self, plan: &Plan, trigger: Option<&Trigger>, slice: &[StepId]) -> Vec<Found> {
        let mut found = Vec::new();
        for id in slice {
            let mut of_step = Vec::new();
            self.by_step(plan, plan.step(*id), &mut of_step);
            found.extend(of_step.into_iter().map(|(does, starts)| Found {
                step: *id,
                does,
                starts,
            }));
        }
        if let Some(last) = slice.iter().rfind(|id| plan.step(**id).is_on_azure_ml()) {
            let mut of_jobs = Vec::new();
            self.by_jobs(plan, &mut of_jobs);
            found.extend(of_jobs.into_iter().map(|(does, starts)| Found {
                step: *last,
                does,
                starts,
            }));
        }
        if let Some(last) = slice.last().filter(|_| plan.is_followed(trigger)) {
            let started = self.by_spec.get(plan.spec_path.as_str()).into_iter().flatten();
            let does = || "is completed".to_owned();
            found.extend(started.map(|it| Found { step: *last, does: does(), starts: *it }));
        }
        let mut seen = BTreeSet::new();
        found.retain(|link| seen.insert((link.does.clone(), link.starts)));
        found
    }

    /// What a step does itself, or within another spec that it uses.
    fn by_step(&self, plan: &Plan, step: &Step, found: &mut Vec<(String, Started)>) {
        self.by_outputs(plan, step, found);
        self.by_own_work(step, found);
        if let Some(ComponentPlace::Made(path)) = step.task.component().map(|it| &it.component)
            && let Some(used) = plan.used_at(path)
        {
            used.steps.iter().for_each(|inner| self.by_step(plan, inner, found));
        }
    }

    fn look(&self, kind: Kind, name: &str) -> &[(Started, &'p Event)] {
        self.by_name.get(&(kind, name.to_ascii_lowercase())).map_or(&[], Vec::as_slice)
    }

    fn by_outputs(&self, plan: &Plan, step: &Step, found: &mut Vec<(String, Started)>) {
        for output in &step.outputs {
            if let (Some((name, _)), true) = (&output.register, is_model(output.kind)) {
                // A version that a job registers has no tags of the author's.
                self.by_model(name, <[_]>::is_empty, found);
            }
            let Some((datastore, path)) = written_to(plan, step, output) else { continue };
            for (started, event) in self.look(Kind::Data, &container(plan, datastore)) {
                if let Event::DataChanged(data) = event
                    && is_watched(data, path)
                {
                    let place = format!("azureml://datastores/{datastore}/paths/{path}");
                    found.push((format!("writes to {place}"), *started));
                }
            }
        }
    }

    fn by_own_work(&self, step: &Step, found: &mut Vec<(String, Started)>) {
        let Task::Own(own) = &step.task else { return };
        match own.as_ref() {
            OwnWork::Register(register) if register.asset == Asset::Model => {
                self.by_model(&register.name, |tags| have(&register.tags, tags), found);
            }
            OwnWork::Register(_) | OwnWork::Image(_) => {}
            OwnWork::Deploy(deploy) => {
                for (started, _) in self.look(Kind::Endpoint, &deploy.endpoint) {
                    found.push((format!("deploys to {}", deploy.endpoint), *started));
                }
            }
        }
    }

    fn by_model(
        &self,
        name: &str,
        has: impl Fn(&[(String, String)]) -> bool,
        found: &mut Vec<(String, Started)>,
    ) {
        for (started, event) in self.look(Kind::Model, name) {
            if let Event::ModelRegistered { tags, .. } = event
                && has(tags)
            {
                found.push((format!("registers {name}"), *started));
            }
        }
    }

    fn by_jobs(&self, plan: &Plan, found: &mut Vec<(String, Started)>) {
        let has = |jobs: &Jobs| jobs.tags.iter().all(|tag| plan.tags.contains(tag));
        for (kind, word) in [(Kind::Completed, "completes"), (Kind::Failed, "may fail")] {
            for (started, event) in self.look(kind, &plan.experiment) {
                if let Event::JobCompleted(jobs) | Event::JobFailed(jobs) = event
                    && has(jobs)
                {
                    found.push((format!("{word} as a job of {}", plan.experiment), *started));
                }
            }
        }
    }
}

/// What an enabled trigger waits for; drift is found by monitors alone, which no pipeline is.
fn waits<'t>(plan: &Plan, trigger: &'t Trigger) -> Option<(&'t Event, (Kind, String))> {
    let event = trigger.event().filter(|_| trigger.enabled)?;
    let (kind, name) = match event {
        // Outputs that replace each other tell of nothing but writes.
        Event::DataChanged(data) if !data.changes.contains(&Change::Created) => return None,
        Event::DataChanged(data) => {
            return Some((event, (Kind::Data, container(plan, &data.datastore))));
        }
        Event::ModelRegistered { model, .. } => (Kind::Model, model),
        Event::ModelDeployed { endpoint } => (Kind::Endpoint, endpoint),
        Event::JobCompleted(jobs) => (Kind::Completed, &jobs.experiment),
        Event::JobFailed(jobs) => (Kind::Failed, &jobs.experiment),
        Event::DriftDetected { .. } => return None,
    };
    Some((event, (kind, name.to_ascii_lowercase())))
}

fn is_model(kind: ValueType) -> bool {
    matches!(kind, ValueType::MlflowModel | ValueType::CustomModel | ValueType::TritonModel)
}

/// Whether tags have all that is wanted; what is known only at run time may be it.
fn have(tags: &[(String, Text)], wanted: &[(String, String)]) -> bool {
    let is = |text: &Text, value: &str| match text.as_slice() {
        [Piece::Literal(words)] => words == value,
        [] => value.is_empty(),
        _ => true,
    };
    wanted.iter().all(|(name, value)| tags.iter().any(|(own, text)| own == name && is(text, value)))
}

/// The container behind a datastore, since several datastores may be of one; where the project does
/// not say it, the datastore stands for itself.
fn container(plan: &Plan, datastore: &str) -> String {
    let known = plan.project.datastore(datastore);
    let name = known.map(|it| format!("{}/{}", it.account, it.container));
    name.unwrap_or_else(|| datastore.to_owned()).to_ascii_lowercase()
}

/// The datastore that a job writes to when nobody chooses one.
const DEFAULT_DATASTORE: &str = "workspaceblobstore";
/// The folder in it (<https://learn.microsoft.com/azure/machine-learning/how-to-manage-inputs-outputs-pipeline>).
const DEFAULT_FOLDER: &str = "azureml/";

/// The datastore and the path that an output is written to, as far as they are known before a run.
fn written_to<'p>(plan: &'p Plan, step: &Step, output: &'p Output) -> Option<(&'p str, &'p str)> {
    let default = plan.settings.default_datastore.as_deref().unwrap_or(DEFAULT_DATASTORE);
    match output.path.as_deref() {
        Some(address) => {
            let (datastore, path) = in_datastore(address)?;
            Some((if datastore.starts_with("${{") { default } else { datastore }, path))
        }
        None => step.is_on_azure_ml().then_some((default, DEFAULT_FOLDER)),
    }
}

/// The datastore and the path of an address, as far as it is known before a run.
fn in_datastore(address: &str) -> Option<(&str, &str)> {
    let (store, path) = address.strip_prefix("azureml://datastores/")?.split_once("/paths/")?;
    Some((store, path.split("${{").next().unwrap_or(path)))
}

/// Whether what is written to a path is among what is watched. How blobs in a folder are called is
/// not known: a filter for their names ends the circle.
fn is_watched(data: &DataChanged, path: &str) -> bool {
    let is_named = !data.prefix.is_empty() || !data.suffix.is_empty();
    let is_file =
        !path.ends_with('/') && path.rsplit('/').next().is_some_and(|it| it.contains('.'));
    if is_file {
        let (folder, name) =
            path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
        let folder = format!("{folder}/");
        let is_in =
            if data.is_deep { folder.starts_with(&data.folder) } else { folder == data.folder };
        return is_in && name.starts_with(&data.prefix) && name.ends_with(&data.suffix);
    }
    let folder = format!("{}/", path.trim_end_matches('/'));
    !is_named && (folder.starts_with(&data.folder) || data.folder.starts_with(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watches(pattern: (&str, &str, &str, bool), path: &str) -> bool {
        let (folder, prefix, suffix, is_deep) = pattern;
        let data = DataChanged {
            datastore: "store".to_owned(),
            folder: folder.to_owned(),
            prefix: prefix.to_owned(),
            suffix: suffix.to_owned(),
            is_deep,
            changes: Vec::new(),
            debounce_seconds: None,
        };
        is_watched(&data, path)
    }

    #[test]
    fn what_is_written_into_a_watched_folder_is_seen() {
        let raw = ("raw/", "", "", true);
        assert!(watches(raw, "raw/"));
        assert!(watches(raw, "raw/today"));
        assert!(watches(raw, "raw/today/a.csv"));
        assert!(!watches(raw, "rawer/"));
        assert!(!watches(raw, "clean/"));
        assert!(watches(("", "", "", true), "anything/at/all"));
        // A folder above may hold all of it.
        assert!(watches(("raw/today/", "", "", true), "raw/"));
    }

    #[test]
    fn a_filter_for_names_ends_a_circle_of_folders() {
        let csv = ("raw/", "", ".csv", true);
        assert!(!watches(csv, "raw/"));
        assert!(watches(csv, "raw/a.csv"));
        assert!(!watches(csv, "raw/a.parquet"));
        assert!(!watches(("raw/", "", "", false), "raw/deeper/a.csv"));
    }

    #[test]
    fn tags_that_are_not_known_may_be_the_wanted_ones() {
        let wanted = [("stage".to_owned(), "candidate".to_owned())];
        let tags = |text: Text| vec![("stage".to_owned(), text)];
        assert!(have(&tags(vec![Piece::Literal("candidate".to_owned())]), &wanted));
        assert!(!have(&tags(vec![Piece::Literal("other".to_owned())]), &wanted));
        assert!(have(&tags(vec![Piece::Reference(crate::plan::Reference::GitSha)]), &wanted));
        assert!(!have(&[], &wanted));
    }
}
