//! What must exist, for people: Markdown that reads well as it is.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::azure::{Assets, Setting, Workspace};
use super::{GitHub, Setup};
use crate::targets::ML_EXTENSION;

/// The whole list.
pub fn checklist(setup: &Setup) -> String {
    let mut text = "# What must exist outside of the repository\n".to_owned();
    github(&mut text, setup);
    azure_pipelines(&mut text, setup);
    azure(&mut text, setup);
    events(&mut text, setup);
    text
}

fn events(text: &mut String, setup: &Setup) {
    let events = &setup.events;
    if events.workspaces.is_empty() {
        return;
    }
    text.push_str("\n## Events\n\n");
    item(
        text,
        "providers `Microsoft.EventGrid` and `Microsoft.Logic`, registered in the subscription",
    );
    for workspace in &events.workspaces {
        let what = "for whoever releases, the roles Contributor and Role Based Access Control \
                    Administrator on the resource group of the workspace";
        item(text, &format!("{what} {}", place(workspace)));
    }
    for account in &events.accounts {
        item(text, &format!("storage account `{account}` in that resource group"));
    }
    for (vault, secret) in &events.vaults {
        let token = "a fine-grained token of GitHub for the repository alone, with `Contents: read \
                     and write`";
        item(
            text,
            &format!(
                "key vault `{vault}` in that resource group, with the secret `{secret}`: {token}"
            ),
        );
    }
    for app in &events.callers {
        let what = "after the first release, the identity of the Logic App";
        item(
            text,
            &format!(
                "{what} `{app}` as a user of the organisation in Azure DevOps, with `Queue builds` for its pipeline"
            ),
        );
    }
}

fn item(text: &mut String, what: &str) {
    let _ = writeln!(text, "- [ ] {what}");
}

fn github(text: &mut String, setup: &Setup) {
    let github = &setup.github;
    if github.workflows.is_empty() {
        return;
    }
    text.push_str("\n## GitHub\n\n");
    for (name, reviewed) in &github.environments {
        let reviewers = if *reviewed {
            ", with required reviewers: without them its jobs fail, since anybody could go on. A run that waits for them keeps its workflow's place: approve, reject or cancel it, or later runs wait too"
        } else {
            ""
        };
        item(text, &format!("environment `{name}`{reviewers}"));
    }
    for (word, values) in [("variable", &github.variables), ("secret", &github.secrets)] {
        for (name, readers) in values {
            let homes = GitHub::homes(readers).into_iter().map(|home| match home {
                Some(environment) => format!("of the environment `{environment}`"),
                None => "of the repository".to_owned(),
            });
            let homes: Vec<String> = homes.collect();
            item(text, &format!("{word} `{name}` {}", homes.join(", ")));
        }
    }
    if !github.dispatches.is_empty() {
        let types: Vec<String> = github.dispatches.iter().map(|name| format!("`{name}`")).collect();
        item(
            text,
            &format!(
                "token for whoever sends a dispatch of the type {}: fine-grained, for this repository \
                 alone, with `Contents: read and write`, or that of a GitHub App; the wiring of events \
                 takes it from the key vault",
                types.join(", ")
            ),
        );
    }
    if github.credentials.is_empty() {
        return;
    }
    text.push_str(
        "\nApplications in Microsoft Entra ID with federated credentials, issuer \
         `https://token.actions.githubusercontent.com`, audience `api://AzureADTokenExchange`, one for \
         each subject; the second form is that of repositories made, renamed or moved after July 2026:\n\n",
    );
    let repository = setup.names.repository.as_deref().unwrap_or("OWNER/REPOSITORY");
    let (owner, name) = repository.split_once('/').unwrap_or((repository, "REPOSITORY"));
    for (client, ends) in &github.credentials {
        let client = client.strip_prefix("vars.").map_or_else(
            || format!("with the client id `{client}`"),
            |variable| format!("with the client id of the variable `{variable}`"),
        );
        for end in ends {
            let each = if end.contains(['*', '?']) { ", one for each that is used" } else { "" };
            item(
                text,
                &format!(
                    "application {client}: `repo:{repository}:{end}`, or `repo:{owner}@OWNER_ID/{name}@REPOSITORY_ID:{end}`{each}"
                ),
            );
        }
    }
}

fn azure_pipelines(text: &mut String, setup: &Setup) {
    let own = &setup.azure_pipelines;
    if own.pipelines.is_empty() {
        return;
    }
    text.push_str("\n## Azure DevOps\n\n");
    for (name, kind) in &own.connections {
        item(
            text,
            &format!(
                "service connection `{name}` ({}), open to the pipelines below alone",
                kind.title()
            ),
        );
    }
    let groups: Vec<String> = own.groups.iter().map(|name| format!("`{name}`")).collect();
    for name in &groups {
        item(text, &format!("variable group {name}"));
    }
    let place = if groups.is_empty() {
        "of the pipeline".to_owned()
    } else {
        format!("in {}", groups.join(" or "))
    };
    for (word, names) in [("variable", &own.variables), ("secret variable", &own.secrets)] {
        for name in names {
            item(text, &format!("{word} `{name}` {place}"));
        }
    }
    for (name, asks) in &own.environments {
        let approval = if *asks {
            "; its jobs ask people themselves, so that a check of its own would ask them again. A run that waits for an answer keeps the lock of its pipeline: approve, reject or cancel it, or later runs wait too"
        } else {
            "; an approval check where people must agree"
        };
        item(text, &format!("environment `{name}`{approval}"));
    }
    for name in &own.pools {
        item(text, &format!("agent pool `{name}`"));
    }
    for pipeline in &own.pipelines {
        item(text, &format!("pipeline `{}` of `/{}`", pipeline.name, pipeline.path));
        if let Some(resource) = own.lockable(pipeline).filter(|_| pipeline.waits) {
            item(
                text,
                &format!(
                    "exclusive lock check on `{resource}`: only then do runs of `{}` wait for each other",
                    pipeline.name
                ),
            );
        }
        if pipeline.pull_requests {
            let branch = &setup.names.default_branch;
            item(
                text,
                &format!(
                    "in Azure Repos: build validation by `{}` in the policies of `{branch}`",
                    pipeline.name
                ),
            );
        }
    }
}

fn azure(text: &mut String, setup: &Setup) {
    let azure = &setup.azure;
    if azure.workspaces.is_empty() {
        return;
    }
    text.push_str("\n## Azure\n\n");
    for (workspace, assets) in &azure.workspaces {
        let name = place(workspace);
        item(text, &format!("workspace {name}"));
        for (title, names) in kinds(assets) {
            for name in names {
                item(text, &format!("{title} `{name}` in it"));
            }
        }
    }
    let role = "role `AzureML Data Scientist` on each workspace for what CI signs in to it as: jobs, assets, \
                schedules and endpoints, but no clusters";
    item(text, role);
    for server in &azure.container_registries {
        item(
            text,
            &format!(
                "container registry `{server}`, with the roles `AcrPull` and `AcrPush` for what builds images there, and `AcrPull` for the workspace"
            ),
        );
    }
    let _ = writeln!(
        text,
        "\nCI installs version {ML_EXTENSION} of the extension `ml` itself (`az extension add --name ml \
         --version {ML_EXTENSION}`)."
    );
}

fn kinds(assets: &Assets) -> [(&'static str, &BTreeSet<String>); 7] {
    [
        ("cluster", &assets.clusters),
        ("environment", &assets.environments),
        ("component", &assets.components),
        ("data asset", &assets.data),
        ("model", &assets.models),
        ("datastore", &assets.datastores),
        ("registry of Azure ML, read", &assets.registries),
    ]
}

fn place(workspace: &Workspace) -> String {
    let shown = |setting: &Setting| match setting {
        Setting::Fixed(text) => format!("`{text}`"),
        Setting::Variable(name) => format!("named by the variable `{name}`"),
    };
    format!(
        "{} in resource group {}, subscription {}",
        shown(&workspace.name),
        shown(&workspace.resource_group),
        shown(&workspace.subscription)
    )
}
