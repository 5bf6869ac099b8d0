//! `push` and `pull_request`: commits, with filters that both CI platforms read alike.

use super::TriggerKindSpec;
use crate::diagnostics::{BAD_PATTERN, Diagnostic, Sink};
use crate::plan::{Concurrency, PullRequest, Push, TriggerKind};
use crate::source::{Span, Spanned};
use crate::spec::decode::Many;
use crate::spec::fault::Fault;
use crate::spec::pattern;
use crate::spec::record::record;

record! {
    /// Commits. Without filters every commit on every branch counts.
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
    /// Pull requests. Those of forks do not run what needs Azure or secrets.
    PullRequestSpec as "a `pull_request` trigger" {
        /// Branches that are merged into.
        all branches = "branches": Many<Spanned<String>>,
        /// Files and folders from the repository's root.
        all paths = "paths": Many<Spanned<String>>,
        /// Whether drafts count (default true).
        opt drafts = "drafts": Spanned<bool>,
    }
}

impl TriggerKindSpec for PushSpec {
    fn key(&self) -> &'static str {
        "push"
    }

    fn plan(&self, sink: &mut Sink) -> Option<TriggerKind> {
        Some(TriggerKind::Push(Push {
            branches: patterns(&self.branches, pattern::branch, sink)?,
            tags: patterns(&self.tags, pattern::tag, sink)?,
            paths: patterns(&self.paths, pattern::path, sink)?,
        }))
    }
}

impl TriggerKindSpec for PullRequestSpec {
    fn key(&self) -> &'static str {
        "pull_request"
    }

    fn plan(&self, sink: &mut Sink) -> Option<TriggerKind> {
        Some(TriggerKind::PullRequest(PullRequest {
            branches: patterns(&self.branches, pattern::branch, sink)?,
            paths: patterns(&self.paths, pattern::path, sink)?,
            drafts: self.drafts.is_none_or(|drafts| drafts.value),
        }))
    }

    fn concurrency(&self) -> Concurrency {
        Concurrency::Cancel
    }
}

fn patterns(
    list: &Many<Spanned<String>>,
    allows: fn(&str) -> Result<(), Fault>,
    sink: &mut Sink,
) -> Option<Vec<String>> {
    let before = sink.items().len();
    for item in &list.0 {
        if let Err(fault) = allows(&item.value) {
            let mut diagnostic = Diagnostic::new(&BAD_PATTERN, item.span, fault.message);
            diagnostic.help = fault.help;
            sink.report(diagnostic);
        }
    }
    if let Some(first) = list.0.first()
        && first.starts_with('!')
    {
        sink.report(only_negative(first.span));
    }
    (sink.items().len() == before).then(|| list.0.iter().map(|it| it.value.clone()).collect())
}

fn only_negative(span: Span) -> Diagnostic {
    Diagnostic::new(&BAD_PATTERN, span, "a list of patterns starts with what it includes")
        .help("put a pattern without `!` first, such as `**`")
}
