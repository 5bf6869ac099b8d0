//! `subject-per-branch`: Azure compares whom it lets in letter by letter, and knows no patterns
//! (<https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations>).

use crate::check::{Checked, CheckedTrigger};
use crate::diagnostics::{Diagnostic, SUBJECT_PER_BRANCH, Sink};
use crate::plan::{Home, Login, Place, Step, TriggerKind};

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    let azure = &checked.project.azure;
    let by_subject = matches!(azure.login, Login::Oidc { .. });
    if !by_subject || azure.github_environment.is_some() {
        return;
    }
    for trigger in &checked.triggers {
        let lives = trigger.enabled && trigger.homes.contains(&Home::GitHub);
        let TriggerKind::Push(push) = &trigger.kind else { continue };
        let mut patterns = push.branches.iter().chain(&push.tags);
        let pattern = patterns.find(|it| it.contains('*') && !it.starts_with('!'));
        let is_any = push.branches.is_empty() && push.tags.is_empty();
        let pattern = pattern.map(String::as_str).or(is_any.then_some("**"));
        if let Some(pattern) = pattern.filter(|_| lives && signs_in(checked, trigger)) {
            sink.report(found(trigger, pattern));
        }
    }
}

/// Whether a job without an environment of its own signs in.
fn signs_in(checked: &Checked<'_>, trigger: &CheckedTrigger) -> bool {
    let signs_in = |step: &Step| match &step.place {
        Place::AzureMl(_) => true,
        Place::Ci(place) => place.azure && place.environment.is_none() && step.approval.is_none(),
    };
    trigger.sliced.slice.steps.iter().any(|step| signs_in(&checked.steps[*step as usize]))
}

fn found(trigger: &CheckedTrigger, pattern: &str) -> Diagnostic {
    let message = format!("Azure lets no pattern of branches or tags in, such as `{pattern}`");
    let help = "name an environment of GitHub in mlopsc.yaml, which it knows the jobs by: `azure: { github_environment: <name> }`; or add federated credentials for each branch, and allow this";
    Diagnostic::new(&SUBJECT_PER_BRANCH, trigger.name.span, message)
        .label("each branch signs in by its own name")
        .help(help)
}
