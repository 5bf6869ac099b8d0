//! `push` and `pull_request`: commits, with filters that both CI platforms read alike.

use super::TriggerKindSpec;
use crate::diagnostics::{BAD_PATTERN, Diagnostic, Sink};
use crate::plan::{Concurrency, PullRequest, Push, TriggerKind};
use crate::source::Spanned;
use crate::spec::decode::Many;
use crate::spec::fault::Fault;
use crate::spec::pattern;
use crate::spec::record::record;

record! {
    /// Commits. Without filters every commit on every branch counts.
    ///
    /// ```yaml
    /// branches: [main, "release/**"]
    /// paths: ["src/**", "!src/notes/**"]
    /// ```
    PushSpec as "a `push` trigger" {
        /// Branches: names, `*` within a part, `**` for any rest; a leading `!` excludes.
        all branches = "branches": Many<Spanned<String>>,
        /// Tags, in the same way.
        all tags = "tags": Many<Spanned<String>>,
        /// Files and folders from the repository's root, in the same way.
        all paths = "paths": Many<Spanned<String>>,
    }
}

record! {
    /// Pull requests. Those of forks run nothing of a file in which any job needs Azure or secrets, since
    /// a fork's run has neither; a trigger whose `goals` need none of both has a file of its own, which
    /// runs for forks too.
    ///
    /// ```yaml
    /// branches: main
    /// drafts: false
    /// ```
    PullRequestSpec as "a `pull_request` trigger" {
        /// Branches that are merged into.
        all branches = "branches": Many<Spanned<String>>,
        /// Files and folders from the repository's root.
        all paths = "paths": Many<Spanned<String>>,
        /// Whether drafts count.
        opt drafts = "drafts": Spanned<bool> = true,
    }
}

impl TriggerKindSpec for PushSpec {
    fn key(&self) -> &'static str {
        "push"
    }

    fn plan(&self, sink: &mut Sink) -> Option<TriggerKind> {
        let branches = patterns(&self.branches, pattern::branch, pattern::refs, sink);
        let tags = patterns(&self.tags, pattern::tag, pattern::refs, sink);
        let paths = patterns(&self.paths, pattern::path, pattern::paths, sink);
        Some(TriggerKind::Push(Push { branches: branches?, tags: tags?, paths: paths? }))
    }
}

impl TriggerKindSpec for PullRequestSpec {
    fn key(&self) -> &'static str {
        "pull_request"
    }

    fn plan(&self, sink: &mut Sink) -> Option<TriggerKind> {
        let branches = patterns(&self.branches, pattern::branch, pattern::refs, sink);
        let paths = patterns(&self.paths, pattern::path, pattern::paths, sink);
        Some(TriggerKind::PullRequest(PullRequest {
            branches: branches?,
            paths: paths?,
            drafts: self.drafts.is_none_or(|drafts| drafts.value),
        }))
    }

    fn concurrency(&self) -> Concurrency {
        Concurrency::Cancel
    }
}

/// Checks each pattern, then the list.
pub(super) fn patterns(
    list: &Many<Spanned<String>>,
    allows: fn(&str) -> Result<(), Fault>,
    agree: fn(&[&str]) -> Vec<(usize, Fault)>,
    sink: &mut Sink,
) -> Option<Vec<String>> {
    let items = list.0.iter().enumerate();
    let mut faults: Vec<(usize, Fault)> =
        items.filter_map(|(number, item)| Some((number, allows(&item.value).err()?))).collect();
    if faults.is_empty() {
        let texts: Vec<&str> = list.0.iter().map(|item| item.value.as_str()).collect();
        faults = agree(&texts);
    }
    let good = faults.is_empty();
    for (number, fault) in faults {
        let mut diagnostic = Diagnostic::new(&BAD_PATTERN, list.0[number].span, fault.message);
        diagnostic.help = fault.help;
        sink.report(diagnostic);
    }
    good.then(|| list.0.iter().map(|item| item.value.clone()).collect())
}
