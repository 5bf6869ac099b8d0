//! Pipelines that run after others.

use super::{Home, Plan, Trigger, TriggerKind};

/// What a trigger follows: good runs of the whole graph of another pipeline, on some branches.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Completed {
    /// The other spec, from the repository's root on.
    pub spec_path: String,
    /// The name of its pipeline.
    pub pipeline: String,
    /// Its CI files whose runs count, that of the whole graph first.
    pub workflows: Vec<Followed>,
    /// Patterns of the branches on which they run; never empty.
    pub branches: Vec<String>,
}

/// A CI file whose runs are followed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Followed {
    /// The file's stem, by which `setup` calls its pipeline on Azure Pipelines.
    pub id: String,
    /// The name that its workflow has on GitHub.
    pub title: String,
}

impl Trigger {
    /// What it follows.
    pub fn completed(&self) -> Option<&Completed> {
        match &self.kind {
            TriggerKind::Completed(completed) => Some(completed),
            TriggerKind::Push(_)
            | TriggerKind::PullRequest(_)
            | TriggerKind::Schedule(_)
            | TriggerKind::Http(_)
            | TriggerKind::Call(_)
            | TriggerKind::Event(_)
            | TriggerKind::Manual => None,
        }
    }
}

impl Plan {
    /// Whether those that follow the pipeline follow runs that a trigger starts (`None`: a person):
    /// those of the whole graph, pull requests aside. On Azure ML steps that count as done are not
    /// missed.
    pub fn is_followed(&self, trigger: Option<&Trigger>) -> bool {
        let Some(trigger) = trigger else { return true };
        let is_asked = matches!(trigger.kind, TriggerKind::PullRequest(_));
        let is_whole = trigger.slice.len() == self.steps.len()
            || trigger.workflow.is_none() && self.reaches_all_ends(trigger);
        is_whole && !is_asked
    }

    /// The titles of workflows that it follows on GitHub, which knows no others.
    pub fn followed_titles(&self) -> impl Iterator<Item = &str> {
        let followers = self.triggers.iter().filter(|it| it.lives_on(Home::GitHub));
        let workflows = followers.filter_map(Trigger::completed).flat_map(|it| &it.workflows);
        workflows.map(|workflow| workflow.title.as_str())
    }

    /// The titles that its workflows have on GitHub.
    pub fn titles(&self) -> impl Iterator<Item = String> + '_ {
        let is_there = self.project.targets.contains(&Home::GitHub);
        let titles = self.workflows.iter().map(|workflow| workflow.title.clone());
        let titles = titles.chain(self.release.as_ref().map(|_| self.release_title()));
        titles.filter(move |_| is_there)
    }

    /// The title of what applies its files to the workspace.
    pub fn release_title(&self) -> String {
        format!("{} (release)", self.display_name)
    }

    fn reaches_all_ends(&self, trigger: &Trigger) -> bool {
        let mut is_missed = vec![true; self.steps.len()];
        self.edges.iter().for_each(|edge| is_missed[edge.from.0 as usize] = false);
        trigger.slice.iter().for_each(|step| is_missed[step.0 as usize] = false);
        !is_missed.contains(&true)
    }
}

impl Completed {
    /// For people.
    pub fn words(&self) -> String {
        format!("a good run of {} on {}", self.pipeline, self.branches.join(" "))
    }
}
