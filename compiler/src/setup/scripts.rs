//! The checklist as scripts for bash. Each can be run again: it makes what is not there, and nothing
//! else. What only people know is asked of the environment, and no secret stands in any of them.

use std::fmt::Write as _;

use super::azure::{Assets, Setting, Workspace};
use super::azure_pipelines::Connection;
use super::{AzurePipelines, GitHub, Setup};
use crate::targets::ML_EXTENSION;

/// The start of every script.
fn start(about: &str, tools: &str) -> String {
    format!(
        "#!/usr/bin/env bash\n# Written by `mlopsc setup`: {about}.\n# Can be run again: it makes what \
         is not there, and nothing else. Needs {tools}.\nset -euo pipefail\n\n"
    )
}

/// A text as bash reads it.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// One call of a function of ours.
fn call(script: &mut String, words: &[&str]) {
    let words: Vec<String> = words
        .iter()
        .enumerate()
        .map(|(at, word)| if at == 0 { (*word).to_owned() } else { quote(word) })
        .collect();
    let _ = writeln!(script, "{}", words.join(" "));
}

/// What the project file says, else what the caller must say.
fn given(known: Option<&String>, variable: &str, what: &str) -> String {
    match known {
        Some(known) => quote(known),
        None => format!("${{{variable}:?set it to {what}}}"),
    }
}

/// What the workflows need on GitHub; `None` when there is none.
pub fn github(setup: &Setup) -> Option<String> {
    let github = &setup.github;
    if github.workflows.is_empty() {
        return None;
    }
    let tools = "gh (as an administrator of the repository) and jq";
    let tools =
        if github.credentials.is_empty() { tools.to_owned() } else { format!("{tools}, and az") };
    let mut script = start("what the workflows need on GitHub", &tools);
    let repository = given(setup.names.repository.as_ref(), "REPOSITORY", "OWNER/REPOSITORY");
    let _ = writeln!(script, "repository={repository}\n");
    script.push_str(include_str!("scripts/github.sh"));
    script.push('\n');
    for (name, reviewed) in &github.environments {
        let reviewers: &[&str] = if *reviewed { &["reviewers"] } else { &[] };
        call(&mut script, &[&["environment", name], reviewers].concat());
    }
    for (word, values) in [("variable", &github.variables), ("secret", &github.secrets)] {
        for (name, readers) in values {
            for home in GitHub::homes(readers) {
                let home: Vec<&str> = home.into_iter().collect();
                call(&mut script, &[&[word, name.as_str()], home.as_slice()].concat());
            }
        }
    }
    if !github.credentials.is_empty() {
        credentials(&mut script, github);
    }
    Some(script)
}

fn credentials(script: &mut String, github: &GitHub) {
    script.push('\n');
    script.push_str(include_str!("scripts/credentials.sh"));
    let mut number = 0;
    for (client, ends) in &github.credentials {
        let _ = writeln!(script, "\napplication={}", application(client));
        for end in ends {
            number += 1;
            if end.contains(['*', '?', '[']) {
                let text = format!("{end} is a pattern: add a credential for each that is used");
                call(script, &["echo", &text]);
            } else {
                call(script, &["credential", &credential_name(number, end), end]);
            }
        }
    }
}

/// Names of credentials have letters, digits and `-`.
fn credential_name(number: usize, end: &str) -> String {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric();
    let words: Vec<&str> =
        end.split(|letter| !is_letter(letter)).filter(|it| !it.is_empty()).collect();
    format!("github-{number}-{}", words.join("-"))
}

/// An application that workflows sign in as.
fn application(client: &str) -> String {
    match client.strip_prefix("vars.") {
        Some(name) => format!("${{{name}:?set it to the client id of the application}}"),
        None => quote(client),
    }
}

/// What the pipelines need in Azure DevOps; `None` when there is none.
pub fn azure_pipelines(setup: &Setup) -> Option<String> {
    let own = &setup.azure_pipelines;
    if own.pipelines.is_empty() {
        return None;
    }
    let tools =
        "az with its extension azure-devops, signed in as an administrator of the project, and jq";
    let mut script = start("what the pipelines need in Azure DevOps", tools);
    let organization = match &setup.names.organization {
        Some(name) => quote(&format!("https://dev.azure.com/{name}")),
        None => "${ORGANIZATION:?set it to https://dev.azure.com/NAME}".to_owned(),
    };
    let project = given(setup.names.project.as_ref(), "PROJECT", "the project");
    let branch = quote(&setup.names.default_branch);
    let _ = writeln!(
        script,
        "organization={organization}\nproject={project}\nbranch={branch}\n\
         : \"${{REPOSITORY:?set it to the name in Azure Repos, or to OWNER/REPOSITORY on GitHub}}\"\n\
         where=(--organization \"$organization\" --project \"$project\")\n\
         if [[ $REPOSITORY == */* ]]; then\n  \
         source=(--repository \"$REPOSITORY\" --repository-type github\n    \
         --service-connection \"${{GITHUB_CONNECTION:?set it to the id of the service connection for GitHub}}\")\n\
         else\n  source=(--repository \"$REPOSITORY\" --repository-type tfsgit)\nfi\n\
         declare -A ids=()\n"
    );
    script.push_str(include_str!("scripts/azure_pipelines.sh"));
    script.push_str("\naz extension add --name azure-devops --only-show-errors\n");
    resources(&mut script, own);
    pipelines(&mut script, own);
    Some(script)
}

fn resources(script: &mut String, own: &AzurePipelines) {
    for (name, kind) in &own.connections {
        call(script, &["connection", name, kind.title()]);
    }
    for name in &own.groups {
        call(script, &["group", name]);
    }
    let groups: Vec<String> = own.groups.iter().map(|name| quote(name)).collect();
    let _ = writeln!(script, "groups=({})", groups.join(" "));
    for (kind, names) in [("plain", &own.variables), ("secret", &own.secrets)] {
        for name in names.iter().filter(|_| !own.groups.is_empty()) {
            call(script, &["variable", name, kind]);
        }
    }
    for (name, asks) in &own.environments {
        call(script, &["environment", name]);
        if !asks {
            let _ =
                writeln!(script, "if [[ -n ${{APPROVERS:-}} ]]; then approval {}; fi", quote(name));
        }
    }
}

fn pipelines(script: &mut String, own: &AzurePipelines) {
    for pipeline in &own.pipelines {
        call(script, &["pipeline", &pipeline.name, &pipeline.path]);
        for name in &pipeline.uses {
            for (kind, key) in own.keys(name) {
                call(script, &["permit", kind, &key, &pipeline.name]);
            }
        }
    }
    // One lock is enough for the runs that use the resource.
    let waiting = own.pipelines.iter().filter(|it| it.waits);
    let mut locked = std::collections::BTreeSet::new();
    for name in waiting.filter_map(|pipeline| own.lockable(pipeline)) {
        for (kind, key) in own.keys(name).into_iter().filter(|_| locked.insert(name)) {
            call(script, &["lock", kind, &key, name]);
        }
    }
    let reviewed: Vec<_> = own.pipelines.iter().filter(|it| it.pull_requests).collect();
    if !reviewed.is_empty() {
        script.push_str("if [[ $REPOSITORY != */* ]]; then\n");
        for pipeline in reviewed {
            let _ = writeln!(script, "  policy {}", quote(&pipeline.name));
        }
        script.push_str("fi\n");
    }
}

impl Connection {
    /// What people call it.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Azure => "Azure Resource Manager",
            Self::Registry => "Docker Registry",
        }
    }
}

impl AzurePipelines {
    /// The kind of a resource for the REST API, and the key of its id in the script.
    fn keys(&self, name: &str) -> Vec<(&'static str, String)> {
        let mut keys = Vec::new();
        if self.connections.contains_key(name) {
            keys.push(("endpoint", format!("connection {name}")));
        }
        if self.groups.contains(name) {
            keys.push(("variablegroup", format!("group {name}")));
        }
        if self.environments.contains_key(name) {
            keys.push(("environment", format!("environment {name}")));
        }
        keys
    }

    /// The resource whose lock makes the runs of a pipeline wait for each other.
    pub(super) fn lockable<'p>(&self, pipeline: &'p super::Pipeline) -> Option<&'p str> {
        let is_azure = |name: &&String| self.connections.get(*name) == Some(&Connection::Azure);
        let first = pipeline.uses.iter().find(is_azure).or(pipeline.uses.iter().next());
        first.map(String::as_str)
    }
}

/// Roles, and what must be in the workspaces; `None` when nothing signs in.
pub fn azure(setup: &Setup) -> Option<String> {
    let azure = &setup.azure;
    if azure.workspaces.is_empty() {
        return None;
    }
    let tools = "az with its extension ml, signed in as somebody who may assign roles";
    let mut script = start("roles, and whether all that the files name is in Azure", tools);
    script.push_str(include_str!("scripts/azure.sh"));
    script.push('\n');
    let _ = writeln!(
        script,
        "az extension add --name ml --version {ML_EXTENSION} --yes --only-show-errors"
    );
    let is_only = azure.workspaces.len() == 1;
    for (number, (workspace, assets)) in (1..).zip(&azure.workspaces) {
        let clients = if is_only { "CLIENTS".to_owned() } else { format!("CLIENTS_{number}") };
        one_workspace(&mut script, assets, workspace);
        let _ = writeln!(
            script,
            "roles \"${{{clients}:?set it to the client ids of the applications that CI signs in to \
             the workspace $workspace as, with blanks between them}}\" 'AzureML Data Scientist' \"$scope\""
        );
    }
    for server in &azure.container_registries {
        registry(&mut script, server);
    }
    events(&mut script, setup);
    script.push_str("\n((missing == 0)) || { echo 'Make what is missing, then run this again.' >&2; exit 1; }\n");
    Some(script)
}

/// What events need in the subscriptions of their workspaces.
fn events(script: &mut String, setup: &Setup) {
    let events = &setup.events;
    for workspace in &events.workspaces {
        let _ = writeln!(script, "\nsubscription={}", shown(&workspace.subscription));
        for provider in ["Microsoft.EventGrid", "Microsoft.Logic"] {
            let _ = writeln!(
                script,
                "az provider register --subscription \"$subscription\" --namespace {provider} --output none"
            );
        }
        for name in &events.accounts {
            let what = quote(&format!("storage account {name}"));
            let name = quote(name);
            let _ = writeln!(
                script,
                "need {what} az storage account show --subscription \"$subscription\" --name {name}"
            );
        }
        for (vault, secret) in &events.vaults {
            let what = quote(&format!("secret {secret} in the key vault {vault}"));
            let (vault, secret) = (quote(vault), quote(secret));
            let _ = writeln!(
                script,
                "need {what} az keyvault secret show --vault-name {vault} --name {secret} --query attributes"
            );
        }
    }
}

/// A setting as bash reads it.
fn shown(setting: &Setting) -> String {
    match setting {
        Setting::Fixed(text) => quote(text),
        Setting::Variable(name) => format!("${{{name}:?set it as on CI}}"),
    }
}

fn registry(script: &mut String, server: &str) {
    let name = quote(server.split('.').next().unwrap_or(server));
    let what = quote(&format!("container registry {server}"));
    let _ = writeln!(
        script,
        "\nneed {what} az acr show --name {name}\n\
         # Who signs in to it with a user name needs no role.\n\
         if [[ -n ${{BUILDERS:-}} ]]; then\n  \
         registry=$(az acr show --name {name} --query id --output tsv)\n  \
         roles \"$BUILDERS\" AcrPull \"$registry\"\n  roles \"$BUILDERS\" AcrPush \"$registry\"\nfi"
    );
}

fn one_workspace(script: &mut String, assets: &Assets, workspace: &Workspace) {
    let _ = writeln!(
        script,
        "\nsubscription={}\ngroup={}\nworkspace={}\n\
         in_group=(--subscription \"$subscription\" --resource-group \"$group\")",
        shown(&workspace.subscription),
        shown(&workspace.resource_group),
        shown(&workspace.name),
    );
    script.push_str(
        "need \"resource group $group\" az group show --subscription \"$subscription\" --name \"$group\"\n\
         need \"workspace $workspace\" az ml workspace show \"${in_group[@]}\" --name \"$workspace\"\n",
    );
    let kinds = [
        ("cluster", "compute", &assets.clusters),
        ("environment", "environment", &assets.environments),
        ("component", "component", &assets.components),
        ("data asset", "data", &assets.data),
        ("model", "model", &assets.models),
        ("datastore", "datastore", &assets.datastores),
    ];
    if kinds.iter().any(|(.., names)| !names.is_empty()) {
        script.push_str("in_workspace=(\"${in_group[@]}\" --workspace-name \"$workspace\")\n");
    }
    for (title, command, names) in kinds {
        for name in names {
            asset(script, title, command, name);
        }
    }
    for name in &assets.registries {
        let what = quote(&format!("registry {name}"));
        let _ = writeln!(script, "need {what} az ml registry show --name {}", quote(name));
    }
    script.push_str(
        "scope=$(az ml workspace show \"${in_group[@]}\" --name \"$workspace\" --query id --output tsv)\n\
         # Jobs, assets, schedules and endpoints, but no clusters.\n",
    );
}

/// A name may hold a version, or a label.
fn asset(script: &mut String, title: &str, command: &str, name: &str) {
    let what = quote(&format!("{title} {name}"));
    let (bare, rest) = match name.split_once([':', '@']) {
        Some((bare, rest)) if name.contains(':') => (bare, format!(" --version {}", quote(rest))),
        Some((bare, rest)) => (bare, format!(" --label {}", quote(rest))),
        None if ["compute", "datastore"].contains(&command) => (name, String::new()),
        // Any version will do.
        None => {
            let list =
                format!("az ml {command} list \"${{in_workspace[@]}}\" --name {}", quote(name));
            let _ = writeln!(script, "need {what} {list}");
            return;
        }
    };
    let show = format!("az ml {command} show \"${{in_workspace[@]}}\" --name {}", quote(bare));
    let _ = writeln!(script, "need {what} {show}{rest}");
}
