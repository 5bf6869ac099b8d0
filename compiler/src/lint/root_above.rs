//! `root-above`: CI platforms read files from the repository's root on, not from a folder below.

use crate::diagnostics::{Diagnostic, ROOT_ABOVE, Sink};
use crate::source::{FileId, Span};
use crate::spec::project::ProjectSpec;

/// Looks at a project file; `above` is the way from it to the repository's root, empty when it is
/// there.
pub(crate) fn lint_project(project: &ProjectSpec, file: FileId, above: &str, sink: &mut Sink) {
    let targets = &project.targets.0;
    let ci = targets.is_empty() || targets.iter().any(|it| it.value.plan().is_ci());
    if above.is_empty() || project.root.is_some() || !ci {
        return;
    }
    let message =
        format!("the repository's root is `{above}`, and CI reads no files of this folder");
    sink.report(Diagnostic::new(&ROOT_ABOVE, Span::top(file), message).help(format!(
        "write `root: {above}`; when this folder will be a repository of its own, `root: .`"
    )));
}
