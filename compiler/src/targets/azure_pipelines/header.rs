//! What an organisation must have before a pipeline can run. Nothing but a failing run would say it.

use crate::plan::{Concurrency, Plan, Work, Workflow};
use crate::targets::header::{self as about, Reads};

use super::reader::Reader;
use super::scope::Scope;
use super::{groups, triggers};

/// The needs of a workflow's file.
pub(super) fn of_workflow(scope: &Scope<'_>, workflow: &Workflow) -> Vec<String> {
    let plan = scope.plan;
    let mut needs = needs(scope, &plan.signed_in_to(scope.jobs, scope.run));
    if workflow.concurrency == Concurrency::Queue {
        needs.push(
            "exclusive lock check on a resource that it uses (a service connection, a variable \
             group, an environment): only then do runs wait for each other"
                .to_owned(),
        );
    }
    if triggers::on_pull_requests(plan, workflow) {
        needs.push(
            "in Azure Repos a branch policy (build validation) that names it: `pr` below counts \
             for GitHub and Bitbucket only"
                .to_owned(),
        );
    }
    needs
}

/// The needs of the release file.
pub(super) fn of_release(scope: &Scope<'_>) -> Vec<String> {
    let mut needs = needs(scope, &scope.plan.each_stage().collect::<Vec<_>>());
    needs.push(
        "exclusive lock check on the service connection: only then do releases wait for each other"
            .to_owned(),
    );
    needs.extend(about::event_needs(scope.plan));
    needs
}

fn needs(scope: &Scope<'_>, stages: &[&Plan]) -> Vec<String> {
    let plan = scope.plan;
    let mut reads = Reads::of(plan, scope.jobs);
    let mut needs = Vec::new();
    let connection = |plan: &Plan| {
        let name = Reader::new(scope).setting(&plan.project.azure.service_connection);
        format!(
            "Azure Resource Manager service connection {name}, whose identity may use the workspace"
        )
    };
    needs
        .extend(about::of_stages(stages.iter().copied(), |plan| format!(", {}", connection(plan))));
    if needs.is_empty() {
        needs.extend(stages.first().map(|plan| connection(plan)));
    }
    for azure in stages.iter().map(|plan| &plan.project.azure) {
        reads.texts([
            &azure.service_connection,
            &azure.subscription,
            &azure.resource_group,
            &azure.workspace,
        ]);
    }
    let mut connections: Vec<&str> = Vec::new();
    for image in about::images(plan, scope.jobs) {
        connections.extend(image.service_connection.as_deref());
    }
    connections.sort_unstable();
    connections.dedup();
    for name in connections {
        needs.push(format!("Docker registry service connection {name}, which may pull and push"));
    }
    needs.extend(variables(scope, &reads));
    // Gates before Azure ML steps are manual validations alone.
    let belong = scope.jobs.iter().filter(|job| !matches!(job.work, Work::Gate { .. }));
    for (name, approves) in about::environments(plan, belong, &[]) {
        let answer =
            if approves { ": an approval check of its own would ask people once more" } else { "" };
        needs.push(format!("environment {name}{answer}"));
    }
    needs
}

/// The groups and what must be in them; without groups, the variables of the pipeline itself.
fn variables(scope: &Scope<'_>, reads: &Reads) -> Option<String> {
    let groups = groups::all(scope);
    let variables = about::counted("variable", &reads.variables);
    let secrets = about::counted("secret variable", &reads.secrets);
    let inside: Vec<String> = variables.into_iter().chain(secrets).collect();
    let inside = inside.join(" and ");
    match groups.as_slice() {
        _ if inside.is_empty() => None,
        [] => Some(inside),
        [group] => Some(format!("variable group {group}, with {inside}")),
        groups => Some(format!("variable groups {}, with {inside}", groups.join(", "))),
    }
}
