//! The scripts, against `gh` and `az` as they are played by `tests/setup/`.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use mlopsc_compiler::setup::{Setup, azure_pipelines_script, azure_script, github_script};
use tempfile::TempDir;

use super::{CASES, of_case};

/// What the scripts ask people for.
const ANSWERS: [(&str, &str); 16] = [
    ("REPOSITORY", "contoso/models"),
    ("REVIEWERS", "anna bert"),
    ("APPROVERS", "one two"),
    ("SUBJECTS", "plain"),
    ("CLIENTS", "11111111-1111-1111-1111-111111111111"),
    ("CLIENTS_1", "11111111-1111-1111-1111-111111111111"),
    ("CLIENTS_2", "11111111-1111-1111-1111-111111111111"),
    ("CLIENTS_3", "11111111-1111-1111-1111-111111111111"),
    ("BUILDERS", "11111111-1111-1111-1111-111111111111"),
    ("ORGANIZATION", "https://dev.azure.com/contoso"),
    ("PROJECT", "models"),
    ("GITHUB_CONNECTION", "connection-1"),
    ("AZURE_CLIENT_ID", "11111111-1111-1111-1111-111111111111"),
    ("AZURE_SUBSCRIPTION_ID", "22222222-2222-2222-2222-222222222222"),
    ("AZURE_RESOURCE_GROUP", "rg"),
    ("AZUREML_WORKSPACE", "mlw"),
];

/// The tools, played, and what they remember.
struct Stage {
    folder: TempDir,
    answers: Vec<(String, String)>,
}

impl Stage {
    fn new(setup: &Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/setup");
        std::fs::create_dir(folder.path().join("bin")).unwrap();
        for tool in ["gh", "az"] {
            symlink(tools.join(tool), folder.path().join("bin").join(tool)).unwrap();
        }
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut answers: Vec<(String, String)> = ANSWERS.iter().map(own).collect();
        let variables = setup.github.variables.keys().chain(&setup.azure_pipelines.variables);
        answers.extend(variables.map(|name| (name.clone(), "a-value".to_owned())));
        Self { folder, answers }
    }

    fn without(mut self, name: &str) -> Self {
        self.answers.retain(|(known, _)| known != name);
        self
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.answers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs a script; secrets are typed, one after the other.
    fn run(&self, script: &str) -> Output {
        let path = std::env::var_os("PATH").unwrap().into_string().unwrap();
        let file = self.folder.path().join("script.sh");
        std::fs::write(&file, script).unwrap();
        std::fs::write(self.folder.path().join("typed"), "hunter2\n".repeat(20)).unwrap();
        let typed = std::fs::File::open(self.folder.path().join("typed")).unwrap();
        let mut bash = Command::new("bash");
        bash.arg(&file).env_clear().envs(self.answers.iter().cloned());
        bash.env("PATH", format!("{}:{path}", self.folder.path().join("bin").display()));
        bash.env("STATE", self.folder.path());
        bash.stdin(Stdio::from(typed)).output().unwrap()
    }

    /// What was made so far.
    fn made(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("made")).unwrap_or_default()
    }

    fn calls(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("calls")).unwrap_or_default()
    }
}

#[track_caller]
fn good(output: &Output, name: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{name}: {out}{said}");
}

type Writer = fn(&Setup) -> Option<String>;
const WRITERS: [Writer; 3] = [github_script, azure_pipelines_script, azure_script];

#[test]
fn scripts_make_what_is_missing_and_then_nothing() {
    let mut count = 0;
    for name in
        ["approvals", "images", "project_settings", "pull_request_slice", "schedules", "stages"]
    {
        let (setup, _) = of_case(name).unwrap();
        for script in WRITERS.iter().filter_map(|write| write(&setup)) {
            let stage = Stage::new(&setup);
            good(&stage.run(&script), name);
            let made = stage.made();
            good(&stage.run(&script), name);
            assert_eq!(stage.made(), made, "{name}: the second run made something");
            assert!(!stage.calls().contains("hunter2"), "{name}: a secret on a command line");
            count += made.lines().count();
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn github_gets_environments_values_and_credentials() {
    let (setup, _) = of_case("approvals").unwrap();
    let stage = Stage::new(&setup).without("SUBJECTS").with("SUBJECTS", "immutable");
    good(&stage.run(&github_script(&setup).unwrap()), "approvals");
    let made = stage.made();
    for wanted in [
        "made repos/contoso/models/environments/production\n",
        "made secret NOTICE_TOKEN notices\n",
        "made variable AZURE_CLIENT_ID",
        "made credential repo:contoso@1/models@2:environment:production\n",
    ] {
        assert!(made.contains(wanted), "{wanted} in\n{made}");
    }
}

#[test]
fn azure_devops_gets_pipelines_locks_and_policies() {
    let (setup, _) = of_case("pull_request_slice").unwrap();
    let stage = Stage::new(&setup).without("REPOSITORY").with("REPOSITORY", "models");
    good(&stage.run(&azure_pipelines_script(&setup).unwrap()), "pull_request_slice");
    let (made, calls) = (stage.made(), stage.calls());
    assert!(made.contains("made pipeline slices-review\n"), "{made}");
    assert!(made.contains("2ef31ad6-baa0-403a-8b45-2cbc9b4e5563"), "{made}");
    assert!(calls.contains("--yml-path .azure-pipelines/slices-review.yml"), "{calls}");
    assert!(calls.contains("--repository-type tfsgit"), "{calls}");
}

#[test]
fn what_is_not_in_azure_is_named_and_what_is_not_said_is_asked_for() {
    let (setup, _) = of_case("project_settings").unwrap();
    let script = azure_script(&setup).unwrap();
    let stage = Stage::new(&setup).with("ABSENT", "cpu-cluster");
    let run = stage.run(&script);
    let out = String::from_utf8_lossy(&run.stdout);
    assert!(!run.status.success() && out.contains("MISSING  cluster cpu-cluster"), "{out}");
    assert!(out.contains("ok       workspace mlw-models"), "{out}");
    for write in WRITERS {
        let (setup, _) = of_case("approvals").unwrap();
        for name in ["REPOSITORY", "CLIENTS", "AZURE_SUBSCRIPTION_ID"] {
            let script = write(&setup).unwrap();
            if !script.contains(&format!("${{{name}:?")) {
                continue;
            }
            let run = Stage::new(&setup).without(name).run(&script);
            let said = String::from_utf8_lossy(&run.stderr);
            assert!(!run.status.success() && said.contains(name), "{name}: {said}");
        }
    }
}

#[test]
fn scripts_of_setup_are_clean() {
    let Some(tools) = crate::conformance::parsers() else { return };
    let mut scripts = crate::ci::Scripts::default();
    for name in CASES {
        let Some((setup, _)) = of_case(name) else { continue };
        for (number, script) in WRITERS.iter().filter_map(|write| write(&setup)).enumerate() {
            scripts.add(&script, &format!("{name}: script {number}"));
        }
    }
    let found = crate::ci::shellcheck(tools, &scripts);
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
}
