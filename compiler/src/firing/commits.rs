//! Commits against the filters of triggers, in the subset of patterns that both CI platforms read
//! alike.

use super::Verdict;
use crate::plan::{Plan, Push, Release, Trigger, TriggerKind, takes};

/// What happened in the repository.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// What was pushed to, or is asked to be merged into.
    pub reference: Reference<'a>,
    /// Changed files, from the repository's root on.
    pub paths: &'a [String],
}

/// What a change is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reference<'a> {
    /// A push to a branch.
    Branch(&'a str),
    /// A tag.
    Tag(&'a str),
    /// A pull request that asks to be merged into a branch.
    PullRequest(&'a str),
}

/// Whether a change fires a trigger.
pub fn verdict(trigger: &Trigger, change: &Change<'_>) -> Verdict {
    let refusal = match (&trigger.kind, change.reference) {
        (TriggerKind::Push(push), Reference::Branch(branch)) => {
            on_branch(push, branch, change.paths)
        }
        (TriggerKind::Push(push), Reference::Tag(tag)) => on_tag(push, tag),
        (TriggerKind::PullRequest(request), Reference::PullRequest(into)) => {
            among("the branch", into, &request.branches)
                .or_else(|| touched(change.paths, &request.paths))
        }
        (kind, _) => Some(waits_for(kind)),
    };
    let refusal = refusal.or_else(|| (!trigger.enabled).then(|| "`enabled: false`".to_owned()));
    refusal.map_or(Verdict::Fires, Verdict::Not)
}

/// Why something else than what a trigger waits for does not fire it.
pub fn waits_for(kind: &TriggerKind) -> String {
    let what = match kind {
        TriggerKind::Push(_) => "a push",
        TriggerKind::PullRequest(_) => "a pull request",
        TriggerKind::Schedule(_) => "the clock",
        TriggerKind::Http(_) | TriggerKind::Call(_) => "a call",
        TriggerKind::Event(_) => "an event",
        TriggerKind::Completed(_) => "a run of another pipeline",
        TriggerKind::Manual => "a person",
    };
    format!("it waits for {what}")
}

/// Whether a push to the default branch releases what lives in Azure: it does when it touches a file
/// that was generated for it, or one that these refer to.
pub fn release(plan: &Plan, release: &Release, paths: &[String]) -> Verdict {
    let live = (!release.triggers.is_empty()).then(|| plan.azure_ml_path(""));
    let own = format!("{}/{}.yml", plan.project.folder(release.home), release.id);
    let generated: Vec<String> = live.into_iter().chain([own]).collect();
    let is_within = |path: &String, place: &String| {
        place == "/" || path == place || place.ends_with('/') && path.starts_with(place.as_str())
    };
    let touches =
        |path: &String| release.inputs.iter().chain(&generated).any(|place| is_within(path, place));
    if paths.iter().any(touches) {
        Verdict::Fires
    } else {
        Verdict::Not("no changed file belongs to what lives in Azure".to_owned())
    }
}

fn on_branch(push: &Push, branch: &str, paths: &[String]) -> Option<String> {
    if push.branches.is_empty() && !push.tags.is_empty() {
        return Some("it waits for tags alone".to_owned());
    }
    among("the branch", branch, &push.branches).or_else(|| touched(paths, &push.paths))
}

/// Filters of paths do not count for tags: there is nothing to compare with
/// (<https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax>).
fn on_tag(push: &Push, tag: &str) -> Option<String> {
    if push.tags.is_empty() {
        return Some("it waits for branches alone".to_owned());
    }
    among("the tag", tag, &push.tags)
}

fn among(what: &str, name: &str, patterns: &[String]) -> Option<String> {
    if patterns.is_empty() || takes(patterns, name) {
        return None;
    }
    Some(format!("{what} `{name}` is not among {}", patterns.join(", ")))
}

fn touched(paths: &[String], patterns: &[String]) -> Option<String> {
    if patterns.is_empty() || paths.iter().any(|path| takes(patterns, path)) {
        return None;
    }
    let count = paths.len();
    let files = if count == 1 { "the changed file is" } else { "no changed file is" };
    let not = if count == 1 { " not" } else { "" };
    Some(format!("{files}{not} among {}", patterns.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_no_branch() {
        let push = Push {
            tags: vec!["v*".to_owned()],
            paths: vec!["src/**".to_owned()],
            ..Push::default()
        };
        assert_eq!(on_tag(&push, "v1"), None);
        assert_eq!(on_tag(&push, "w1").as_deref(), Some("the tag `w1` is not among v*"));
        assert_eq!(on_branch(&push, "v1", &[]).as_deref(), Some("it waits for tags alone"));
        assert_eq!(on_tag(&Push::default(), "v1").as_deref(), Some("it waits for branches alone"));
    }

    #[test]
    fn reasons_name_what_does_not_fit() {
        let push = Push {
            branches: vec!["main".to_owned()],
            paths: vec!["src/**".to_owned()],
            ..Push::default()
        };
        let said = |branch: &str, paths: &[&str]| {
            let paths: Vec<String> = paths.iter().map(|&path| path.to_owned()).collect();
            on_branch(&push, branch, &paths).unwrap_or_default()
        };
        assert_eq!(said("main", &["src/a"]), "");
        assert_eq!(said("dev", &["src/a"]), "the branch `dev` is not among main");
        assert_eq!(said("main", &["a"]), "the changed file is not among src/**");
        assert_eq!(said("main", &["a", "b"]), "no changed file is among src/**");
        assert_eq!(said("main", &[]), "no changed file is among src/**");
    }
}
