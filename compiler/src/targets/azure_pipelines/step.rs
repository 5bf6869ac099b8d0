//! Single steps: scripts, with or without Azure, and what moves files.

use std::fmt::Write as _;

use crate::emit::{Doc, Map};
use crate::plan::Pool;
use crate::targets::ML_EXTENSION;

use super::expression;
use super::reader::Reader;
use super::stage;
use super::value;

/// The function that ends a script with a message of the platform's.
pub(super) const FAIL: &str = include_str!("scripts/fail.sh");

/// What the first line of every generated script says.
pub(super) const STRICT: &str = "set -euo pipefail\n";

/// Variables that the service keeps from scripts: its task library takes them for inputs and
/// secrets of the task itself, and removes them.
const KEPT_BACK: [&str; 5] =
    ["INPUT_", "SECRET_", "ENDPOINT_AUTH_", "SECUREFILE_TICKET_", "VSTS_TASKVARIABLE_"];

/// A bash script as a step.
pub(super) struct Script {
    /// What people read.
    pub(super) title: String,
    /// The name by which later jobs find its output variables.
    pub(super) name: Option<&'static str>,
    /// The script.
    pub(super) text: String,
    /// Its environment; of equal names the last counts.
    pub(super) env: Vec<(String, String)>,
    /// The folder it starts in, root-relative; `None`: the root.
    pub(super) folder: Option<String>,
    /// The longest time it may take, in minutes.
    pub(super) timeout: Option<u32>,
    /// How often it is tried again when it fails.
    pub(super) retries: u8,
    /// When it runs, unless all before it succeeded.
    pub(super) condition: Option<&'static str>,
    /// It runs on the machine itself, though the job runs in a container.
    pub(super) on_host: bool,
}

impl Script {
    /// A script with nothing but a title.
    pub(super) fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            name: None,
            text: text.into(),
            env: Vec::new(),
            folder: None,
            timeout: None,
            retries: 0,
            condition: None,
            on_host: false,
        }
    }

    /// The script as a plain step.
    pub(super) fn bash(mut self) -> Map {
        self.keep_env();
        let mut step = Map::new();
        step.put("bash", self.text.as_str());
        self.head(&mut step);
        step.put_some("workingDirectory", self.folder.as_deref());
        step.put_filled("env", self.env());
        step
    }

    /// The script as a step that is signed in to Azure. The texts of the project come first in the
    /// environment, so that the author's own win.
    pub(super) fn azure(mut self, reader: &mut Reader<'_>) -> Map {
        let own = std::mem::take(&mut self.env);
        let subscription = stage::azure(reader, |azure| &azure.subscription);
        let group = stage::azure(reader, |azure| &azure.resource_group);
        let workspace = stage::azure(reader, |azure| &azure.workspace);
        for (name, text) in [
            ("AZURE_SUBSCRIPTION_ID", subscription),
            ("AZURE_RESOURCE_GROUP", group),
            ("AZUREML_WORKSPACE", workspace),
        ] {
            self.env.push((name.to_owned(), text));
        }
        self.env.extend(own);
        self.keep_env();
        let mut inputs = Map::new();
        inputs.put("azureSubscription", stage::azure(reader, |azure| &azure.service_connection));
        inputs.put("scriptType", "bash");
        inputs.put("scriptLocation", "inlineScript");
        inputs.put("inlineScript", self.text.as_str());
        inputs.put_some("workingDirectory", self.folder.as_deref());
        let mut step = Map::new();
        step.put("task", "AzureCLI@2");
        self.head(&mut step);
        step.put("inputs", inputs);
        step.put_filled("env", self.env());
        step
    }

    fn head(&self, step: &mut Map) {
        step.put_some("name", self.name);
        step.put("displayName", expression::literal(&self.title));
        step.put_some("condition", self.condition);
        step.put_some("target", self.on_host.then_some("host"));
        step.put_some("timeoutInMinutes", self.timeout);
        let retries = Some(i64::from(self.retries)).filter(|retries| *retries > 0);
        step.put_some("retryCountOnTaskFailure", retries);
    }

    /// Brings variables that the service would keep back in under another name.
    fn keep_env(&mut self) {
        let mut exports = String::new();
        for (name, _) in &mut self.env {
            let kept = |prefix: &&str| {
                name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
            };
            if KEPT_BACK.iter().any(kept) {
                let other = format!("KEPT_{name}");
                let _ = writeln!(exports, "export {name}=\"${other}\"");
                *name = other;
            }
        }
        if !exports.is_empty() {
            self.text.insert_str(0, &exports);
        }
    }

    fn env(&self) -> Map {
        let mut map = Map::new();
        for (name, value) in value::last_of_each(&self.env) {
            map.put(name.clone(), value.as_str());
        }
        map
    }
}

/// Lines that make the `ml` commands work on the project's workspace.
pub(super) fn azure_setup() -> String {
    format!(
        "az extension add --name ml --version {ML_EXTENSION} --yes\n\
         az account set --subscription \"$AZURE_SUBSCRIPTION_ID\"\n\
         az configure --defaults group=\"$AZURE_RESOURCE_GROUP\" workspace=\"$AZUREML_WORKSPACE\"\n"
    )
}

/// Brings the repository in, or says that nothing is wanted.
pub(super) fn checkout(wanted: bool) -> Map {
    let mut step = Map::new();
    if wanted {
        step.put("checkout", "self");
        step.put("fetchDepth", 1_i64);
        step.put("persistCredentials", false);
    } else {
        step.put("checkout", "none");
    }
    step
}

/// Downloads an artifact of this run. `variable` holds its name.
pub(super) fn download(port: &str, variable: &str, path: String) -> Map {
    let mut inputs = Map::new();
    inputs.put("buildType", "current");
    inputs.put("artifactName", expression::variable(variable));
    inputs.put("targetPath", path);
    task("DownloadPipelineArtifact@2", format!("Download {port}"), inputs)
}

/// Publishes a file or folder. An artifact cannot be replaced, so its name holds the attempt.
pub(super) fn publish(path: &str, name: &str, artifact: &str, even_after_failure: bool) -> Map {
    let mut step = Map::new();
    step.put("publish", path);
    let attempt = expression::variable("System.JobAttempt");
    step.put("artifact", format!("{artifact}-{attempt}"));
    step.put("displayName", expression::literal(&format!("Publish {name}")));
    if even_after_failure {
        step.put("condition", "succeededOrFailed()");
        step.put_beside("continueOnError", true, "a file that is missing is a warning");
    }
    step
}

/// Copies the files that a pattern finds to a folder.
pub(super) fn copy(pattern: &str, artifact: &str, folder: &str) -> Map {
    let mut inputs = Map::new();
    inputs.put("contents", pattern);
    inputs.put("targetFolder", folder);
    let title = expression::literal(&format!("Collect {artifact}"));
    let mut step = task("CopyFiles@2", title, inputs);
    let at = step.0.len() - 1;
    let inputs = step.0.remove(at);
    step.put("condition", "succeededOrFailed()");
    step.0.push(inputs);
    step
}

/// Sets a version of Python up.
pub(super) fn python(version: &str) -> Map {
    let mut inputs = Map::new();
    inputs.put("versionSpec", version);
    task("UsePythonVersion@0", format!("Python {version}"), inputs)
}

/// Any task.
pub(super) fn task(task: &str, title: String, inputs: Map) -> Map {
    let mut step = Map::new();
    step.put("task", task);
    step.put("displayName", title);
    step.put("inputs", inputs);
    step
}

/// A machine, as the value of `pool`.
pub(super) fn pool(pool: &Pool) -> Map {
    let mut map = Map::new();
    match pool {
        Pool::Hosted(image) => {
            map.put("vmImage", image.as_str());
        }
        Pool::Named { name, demands } => {
            map.put("name", name.as_str());
            map.put_filled("demands", demands.clone());
        }
    }
    map
}

/// The hosted machine of jobs that the author did not place.
pub(super) fn hosted() -> Doc {
    pool(&Pool::Hosted("ubuntu-24.04".to_owned())).into()
}
