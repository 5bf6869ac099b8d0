//! `build-id-kills-reuse`: Azure ML reuses a step's result when code, environment and inputs are those
//! of an earlier run. An input that is new in every run makes the step, and all that read from it,
//! run each time.

use crate::check::Checked;
use crate::diagnostics::{BUILD_ID_KILLS_REUSE, Diagnostic, Sink};
use crate::spec::expr::Path;
use crate::spec::text::Text;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    if checked.spec.force_rerun.as_ref().is_some_and(|forced| forced.value) {
        return;
    }
    for (item, step) in checked.spec.steps.items.iter().zip(&checked.steps) {
        let Some(body) = item.value.as_ref().filter(|_| step.is_on_azure_ml()) else { continue };
        let mut sites = body.texts().into_iter().flat_map(Text::sites);
        let Some(site) = sites.find(|site| matches!(site.path, Path::RunId | Path::GitSha)) else {
            continue;
        };
        let name = if *site.path == Path::RunId { "run.id" } else { "git.sha" };
        let message =
            format!("`{name}` makes Azure ML run the step `{}` anew each time", step.name);
        sink.report(
            Diagnostic::new(&BUILD_ID_KILLS_REUSE, site.span, message)
                .label("an input that no earlier run had")
                .help("leave it out (Azure ML records the commit of a job by itself), or write `force_rerun: true` when nothing shall be reused"),
        );
    }
}
