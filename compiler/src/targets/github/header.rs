//! What a repository must have before a workflow can run. Nothing but a failing run would say it.

use std::collections::BTreeSet;

use crate::plan::{Login, Plan, Push};
use crate::targets::header::{self as about, Reads};

use super::events::Events;
use super::job::Jobs;
use super::scope::Scope;

/// The needs of a file, for its header. `refs` are the subjects of jobs without an environment.
pub(super) fn needs(
    scope: &Scope<'_>,
    jobs: &Jobs,
    refs: &[String],
    releases: bool,
) -> Vec<String> {
    let plan = scope.plan;
    let mut reads = Reads::of(plan, scope.jobs());
    let mut stages = plan.signed_in_to(scope.jobs(), scope.run);
    if releases {
        stages = plan.each_stage().collect();
    }
    for plan in &stages {
        sign_in(plan, &mut reads);
    }
    let images = about::images(plan, scope.jobs()).into_iter();
    for credentials in images.filter_map(|image| image.credentials.as_ref()) {
        reads.texts([&credentials.username, &credentials.password]);
    }
    let mut needs = Vec::new();
    if !jobs.identities.is_empty() {
        needs.push(federated_credentials(&jobs.identities, refs));
    }
    needs.extend(about::of_stages(stages.iter().copied(), |_| String::new()));
    needs.extend(about::counted("variable", &reads.variables));
    needs.extend(about::counted("secret", &reads.secrets));
    let mut environments = about::environments(plan, scope.jobs().iter(), &stages);
    for name in &jobs.environments {
        if environments.iter().all(|(known, _)| known != name) {
            environments.push((name, false));
        }
    }
    for (name, approves) in environments {
        let reviewers = if approves { ", with its required reviewers" } else { "" };
        needs.push(format!("environment {name}{reviewers}"));
    }
    needs
}

/// What signing in reads, and what is said of the workspace after it.
fn sign_in(plan: &Plan, reads: &mut Reads) {
    let azure = &plan.project.azure;
    match &azure.login {
        Login::Oidc { client_id } => {
            reads.texts([client_id, &azure.tenant, &azure.subscription]);
        }
        Login::ServicePrincipal { secret } => {
            reads.secrets.insert(secret.clone());
        }
    }
    reads.texts([&azure.resource_group, &azure.workspace]);
}

/// The ends of the subjects that Azure must know: a job's environment, else what started the run.
fn federated_credentials(identities: &BTreeSet<Option<String>>, refs: &[String]) -> String {
    let mut ends = Vec::new();
    for environment in identities {
        match environment {
            Some(name) => ends.push(format!("environment:{}", name.replace(':', "%3A"))),
            None => ends.extend(refs.iter().cloned()),
        }
    }
    format!(
        "application in Microsoft Entra ID that may use the workspace, with federated credentials of \
         this repository for {}",
        ends.join(", ")
    )
}

/// The ends of the subjects of a workflow's runs, as far as no environment takes their place. By
/// hand a run starts on the default branch, or on another one that needs its own.
pub(super) fn refs(plan: &Plan, events: &Events<'_>) -> Vec<String> {
    let mut refs = vec![branch(&plan.project.default_branch)];
    if let Some(push) = events.push() {
        refs.extend(pushed(push));
    }
    if events.on_pull_requests() {
        refs.push("pull_request".to_owned());
    }
    refs.dedup();
    refs
}

fn pushed(push: &Push) -> impl Iterator<Item = String> {
    let included = |pattern: &&String| !pattern.starts_with('!');
    let all = push.branches.is_empty() && push.tags.is_empty();
    let branches = push.branches.iter().filter(included).map(|name| branch(name));
    let tags = push.tags.iter().filter(included).map(|name| format!("ref:refs/tags/{name}"));
    all.then(|| branch("**")).into_iter().chain(branches).chain(tags)
}

/// The end of the subject of a branch's runs.
pub(super) fn branch(name: &str) -> String {
    format!("ref:refs/heads/{name}")
}
