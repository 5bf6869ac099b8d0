//! The work on CI that is ours: its scripts, as both platforms get them, run by bash against an Azure
//! CLI that is played.

mod deploy;
mod hostile;
mod register;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use serde_yaml::Value;
use tempfile::TempDir;

use crate::cases;

/// A CI platform.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Platform {
    GitHub,
    AzurePipelines,
}

pub(crate) const PLATFORMS: [Platform; 2] = [Platform::GitHub, Platform::AzurePipelines];

/// The script of a step with the variables that it gets.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    text: String,
    env: BTreeMap<String, String>,
}

/// The file of a case that a platform reads.
fn document(case: &str, platform: Platform) -> Value {
    let folder = match platform {
        Platform::GitHub => ".github/workflows",
        Platform::AzurePipelines => ".azure-pipelines",
    };
    let path = format!("{folder}/{}.yml", case.replace('_', "-"));
    let compiled = cases::compiled(case);
    let file = compiled.artifacts.iter().find(|file| file.path == path);
    serde_yaml::from_str(&file.expect("the case has the file").text).expect("YAML")
}

impl Script {
    /// A step of a job by its title; `None` when the job has no such step.
    pub(crate) fn of(case: &str, platform: Platform, job: &str, title: &str) -> Self {
        let document = document(case, platform);
        let steps = match platform {
            Platform::GitHub => document["jobs"][job]["steps"].clone(),
            Platform::AzurePipelines => {
                let jobs = document["jobs"].as_sequence().expect("jobs");
                let own = |it: &&Value| it["job"] == job || it["deployment"] == job;
                let job = jobs.iter().find(own).expect("the job is there");
                let inner = &job["strategy"]["runOnce"]["deploy"]["steps"];
                if inner.is_null() { job["steps"].clone() } else { inner.clone() }
            }
        };
        let steps = steps.as_sequence().expect("steps");
        let named = |it: &&Value| it["name"] == title || it["displayName"] == title;
        let step = steps.iter().find(named).unwrap_or_else(|| panic!("no step {title}"));
        let text = [&step["run"], &step["bash"], &step["inputs"]["inlineScript"]];
        let text = text.into_iter().find_map(Value::as_str).expect("a script").to_owned();
        let env = step["env"].as_mapping().into_iter().flatten();
        let word = |value: &Value| value.as_str().expect("text").to_owned();
        let env = env.map(|(name, value)| (word(name), word(value))).collect();
        Self { text, env }
    }

    /// Gives a variable the value that the platform would put there.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }
}

/// What became of a script.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) fine: bool,
    /// What it printed.
    pub(crate) said: String,
    /// The calls of the Azure CLI, a line each, without those that make it ready.
    pub(crate) calls: Vec<String>,
}

/// A folder with a repository, and programs that only play.
pub(crate) struct Stage {
    folder: TempDir,
}

impl Stage {
    /// A stage on which `az` is this bash script; `$STAGE` is the folder.
    pub(crate) fn new(az: &str) -> Self {
        let stage = Self { folder: tempfile::tempdir().expect("a folder") };
        for folder in ["bin", "temp/outputs", "repository"] {
            fs::create_dir_all(stage.path(folder)).expect("a folder");
        }
        let calls = "case \"$1\" in extension | account | configure | login) exit 0 ;; esac\n\
                     echo \"$*\" >> \"$STAGE/calls\"\n";
        stage.program("az", &format!("#!/bin/bash\n{calls}{az}"));
        stage.program("sleep", "#!/bin/bash\n");
        stage
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn program(&self, name: &str, text: &str) {
        self.write(&format!("bin/{name}"), text);
        let path = self.path(&format!("bin/{name}"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a mode");
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// The repository of a case, with what is written for it.
    pub(crate) fn write_files(&self, case: &str) {
        let written = cases::compiled(case).artifacts;
        let written = written.into_iter().map(|file| (file.path, file.text));
        for (path, text) in cases::project(case).0.into_iter().chain(written) {
            self.write(&format!("repository/{path}"), &text);
        }
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// The command that runs a script as the platforms do.
    pub(crate) fn command(&self, script: &Script) -> Command {
        let _ = fs::remove_file(self.path("calls"));
        let text = |name: &str| self.path(name).to_str().expect("text").to_owned();
        let mut bash = Command::new("bash");
        let script_text = format!("PATH=$STAGE/bin:$PATH\n{}", script.text);
        bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script_text]);
        bash.current_dir(text("repository"));
        bash.envs(&script.env);
        bash.env("STAGE", text("")).env("TMPDIR", text("temp"));
        bash.env("AGENT_TEMPDIRECTORY", text("temp")).env("RUNNER_TEMP", text("temp"));
        bash.env("GITHUB_STEP_SUMMARY", text("summary"));
        bash
    }

    pub(crate) fn run(&self, script: &Script) -> Outcome {
        let output = self.command(script).output().expect("bash is there");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
        let calls = self.read("calls").lines().map(str::to_owned).collect();
        Outcome { fine: output.status.success(), said, calls }
    }
}

/// Nothing that the played `az` has said of errors is a command of a platform, and it can be read.
pub(crate) fn is_harmless(said: &str) {
    assert!(said.contains("task.complete]"), "{said}");
    for live in ["##vso[task.complete]", "##[error]"] {
        assert!(!said.contains(live), "{said}");
    }
    for line in said.split(['\n', '\r']).map(str::trim_start) {
        for live in ["::error::b", "::add-mask::", "::stop-commands::"] {
            assert!(!line.starts_with(live), "{said}");
        }
    }
}

/// What plays in answers of Azure ML: commands of both platforms, ends of lines, a terminal's own codes.
pub(crate) const EVIL: &str =
    "a\n::error::EVIL\r::add-mask::EVIL\n##vso[task.complete]EVIL ##[error]EVIL \u{1b}[31m\u{7}";

/// Nothing of the sort got to the log as more than words.
pub(crate) fn is_inert(said: &str) {
    assert!(!said.contains("##vso[task.complete]") && !said.contains("##[error]"), "{said}");
    for line in said.split(['\n', '\r']).map(str::trim_start) {
        let is_live = line.starts_with("::error::EVIL") || line.starts_with("::add-mask::");
        assert!(!is_live, "{said}");
    }
    let is_code = |letter: char| letter.is_control() && letter != '\n' && letter != '\t';
    assert!(!said.contains(is_code), "{said:?}");
}

#[test]
fn variables_of_the_author_reach_the_author_alone() {
    for platform in PLATFORMS {
        let own = [
            ("register", "register", "register"),
            ("register", "keep_table", "keep_table"),
            ("deploy", "release", "release"),
            ("deploy", "release", "Take back release"),
            ("deploy", "nightly", "nightly"),
            ("image_steps", "build", "build"),
            ("image_steps", "tried", "tried"),
        ];
        for (case, job, title) in own {
            let script = Script::of(case, platform, job, title);
            let mine = script.env.values().any(|value| value == "mine");
            assert!(!mine, "{platform:?} {title}: {:?}", script.env);
        }
        let evaluate = Script::of("register", platform, "evaluate", "evaluate");
        assert_eq!(evaluate.env["SOURCE"], "mine");
    }
}
