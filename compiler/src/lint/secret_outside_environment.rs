//! `secret-outside-environment`: a secret of the whole repository is open to every workflow on every
//! branch; one of an environment waits for the environment's rules (zizmor's `secrets-outside-env`).

use crate::check::Checked;
use crate::diagnostics::{Diagnostic, SECRET_OUTSIDE_ENVIRONMENT, Sink};
use crate::plan::Place;
use crate::source::Span;
use crate::spec::expr::Path;
use crate::spec::project::{LoginWord, ProjectSpec, TargetWord};
use crate::spec::text::{Site, Text};

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    let signed_in_outside = checked.project.azure.github_environment.is_none();
    let outside = |place: &Place| match place {
        Place::AzureMl(_) => false,
        Place::Ci(place) => {
            let image = place.image.map(|id| &checked.images[id.0 as usize]);
            let by_image = image.is_some_and(|image| image.environment.is_some());
            let by_sign_in = place.azure && !signed_in_outside;
            place.environment.is_none() && !by_image && !by_sign_in
        }
    };
    let outside: Vec<bool> = checked.steps.iter().map(|step| outside(&step.place)).collect();
    if outside.contains(&true) {
        let shared = checked.spec.env.good().filter_map(|(_, text)| secret(text));
        shared.for_each(|(name, at)| report(name, at, sink));
    }
    for (item, _) in checked.spec.steps.items.iter().zip(&outside).filter(|(_, outside)| **outside)
    {
        let Some(step) = &item.value else { continue };
        let secrets = step.texts().into_iter().filter_map(secret);
        secrets.for_each(|(name, at)| report(name, at, sink));
    }
}

/// On GitHub a client secret signs in every job that talks to Azure, in an environment or not; and a
/// registry's secret every job that runs in an image of it.
pub(crate) fn lint_project(project: &ProjectSpec, sink: &mut Sink) {
    let targets = &project.targets.0;
    if !targets.is_empty() && !targets.iter().any(|target| target.value == TargetWord::GitHub) {
        return;
    }
    let azure = project.azure.as_ref().filter(|azure| azure.github_environment.is_none());
    let login = azure.and_then(|azure| azure.login.as_ref());
    if let Some(login) = login.filter(|login| login.value == LoginWord::ServicePrincipal) {
        let message = "every workflow on every branch can read the client secret";
        sink.report(
            Diagnostic::new(&SECRET_OUTSIDE_ENVIRONMENT, login.span, message)
                .help("sign in with `login: oidc`, which needs no secret; or keep it in an environment, and name that: `github_environment: <name>`"),
        );
    }
    for (_, image) in project.images.good() {
        let registry = &image.registry;
        let texts = [&registry.username, &registry.password].into_iter().flatten();
        let is_outside = registry.ci_environment.is_none();
        for (name, at) in texts.filter(|_| is_outside).filter_map(secret) {
            let message = format!("every workflow on every branch can read the secret `{name}`");
            let help = "keep it in an environment, and name that in the registry: `ci_environment: <name>`";
            let found = Diagnostic::new(&SECRET_OUTSIDE_ENVIRONMENT, at, message);
            sink.report(found.label("read outside an environment").help(help));
        }
    }
}

/// The first secret of a text, and its place.
fn secret<'a>(text: &'a Text) -> Option<(&'a str, Span)> {
    let secret = |site: Site<'a>| {
        let Path::Secret(name) = site.path else { return None };
        let name = site.name(name);
        // GitHub makes this one for each job; no environment can hold it.
        (name != "GITHUB_TOKEN").then_some((name, site.span))
    };
    text.sites().find_map(secret)
}

fn report(name: &str, at: Span, sink: &mut Sink) {
    let message = format!("every workflow on every branch can read the secret `{name}`");
    sink.report(
        Diagnostic::new(&SECRET_OUTSIDE_ENVIRONMENT, at, message)
            .label("read outside an environment")
            .help("keep it in an environment, and give the step `ci_environment: <name>` or `approval: <name>`"),
    );
}
