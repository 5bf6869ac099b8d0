//! A world for CI files: machines with a clean folder each, a clock that sleeping moves, and an Azure
//! CLI that is played. Nothing waits, and nothing leaves the folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::memory::{Compiled, Memory};

/// What Azure ML and the people do while a file runs.
#[derive(Clone, Debug)]
pub(super) struct Scenario {
    /// The status of every Azure ML job from its so many-th second on; `-`: an empty answer, `!`: none.
    pub(super) statuses: &'static [(u64, &'static str)],
    /// Whether the answer to a submission gets lost, though the job was made.
    pub(super) loses_answers: bool,
    /// The second at which somebody cancels the run.
    pub(super) interrupted: Option<u64>,
    /// The stage that is chosen; nothing else is said then.
    pub(super) chosen: Option<&'static str>,
    /// Whether nobody approves: there are no reviewers, or they say no.
    pub(super) refused: bool,
}

/// Plays `az`. What it got for an identity lives for an hour; a name of a job is given once.
const AZ: &str = r#"#!/bin/bash
set -u
clock=$(<"$STAGE/clock")
value() { # the word behind an option
  local name=$1 before=
  shift
  for word in "$@"; do
    if [[ $before == "$name" ]]; then printf '%s' "$word"; return; fi
    before=$word
  done
}
if [[ $1 == login ]]; then echo "$clock" > "$STAGE/login"; exit; fi
[[ -f $STAGE/login ]] || { echo "Please run 'az login' to setup account." >&2; exit 1; }
if [[ $1 == configure ]]; then echo "${*: -1}" > "$STAGE/workspace"; exit; fi
[[ $1 == ml ]] || exit 0
[[ -e $STAGE/secret ]] || (( clock - $(<"$STAGE/login") < 3600 )) || { echo "AADSTS700024: the token is expired" >&2; exit 1; }
name=$(value --name "$@")
job=$STAGE/jobs/$name
case "$2 $3" in
  "job create")
    file=$(value --file "$@")
    place=$(realpath --relative-to="$WORKSPACE" "$file")
    echo "submit $name $place $(<"$STAGE/workspace")" >> "$STAGE/calls"
    [[ ! -e $job ]] || { echo "a job of this name exists" >&2; exit 1; }
    cp "$file" "$job" && echo "$clock" > "$job.created"
    [[ ! -e $STAGE/loses_answers ]] || { echo "connection reset" >&2; exit 1; }
    echo "https://ml.azure.com/runs/$name" ;;
  "job show")
    [[ -e $job ]] || { echo "no such job" >&2; exit 1; }
    if [[ $* != *"--query status"* ]]; then echo "https://ml.azure.com/runs/$name"; exit; fi
    status=
    while read -r from word; do
      (( clock - $(<"$job.created") < from )) || status=$word
    done < "$STAGE/statuses"
    [[ ! -e $job.cancelled ]] || status=Canceled
    case $status in '!') exit 1 ;; '-') ;; *) echo "$status" ;; esac ;;
  "job cancel")
    echo "cancel $name" >> "$STAGE/calls"
    touch "$job.cancelled" ;;
  "job download")
    [[ -e $job ]] || exit 1
    folder=$(value --download-path "$@")/named-outputs/$(value --output-name "$@")
    mkdir -p "$folder" && echo "of $name" > "$folder/part" ;;
  "job list") ;;
  "model list" | "data list") ;;
  "model create" | "data create")
    jq -c --arg what "$2" 'if .path | test(":") then . else .path = "local" end | "register \($what) \(.)"' \
      -r "$(value --file "$@")" >> "$STAGE/calls"
    echo 4 ;;
  online-* | batch-*)
    case $3 in create | update | delete)
      echo "${*/#"$WORKSPACE"\//}" | sed "s/\.run\.json/.json/g" >> "$STAGE/calls" ;;
    esac
    endpoints "$@" ;;
  *) echo "nobody plays: az $*" >&2; exit 1 ;;
esac
"#;

/// Plays `docker` with `buildx`, and a registry that has an image for each file in `images`.
const DOCKER: &str = r#"#!/bin/bash
set -u
place() { printf '%s' "$STAGE/images/${1//\//_}"; }
if [[ $1 == login ]]; then cat > "$STAGE/registry"; exit; fi
if [[ "$1 $2 $3" == "buildx build --file" ]]; then
  cat > "$STAGE/recipe"
  echo "try ${*: -2:1}" >> "$STAGE/calls"
  exit
fi
[[ -f $STAGE/registry ]] || { echo "unauthorized: authentication required" >&2; exit 1; }
mkdir -p "$STAGE/images"
tags=() before= last=
for word in "$@"; do
  [[ $before != --tag ]] || tags+=("$word")
  before=$word last=$word
done
case "$1 $2 ${3-}" in
  "buildx imagetools inspect")
    [[ -e $(place "$4") ]] && echo "sha256:$(printf '%s' "$4" | sha256sum | cut -d ' ' -f 1)" ;;
  "buildx imagetools create") [[ -e $(place "$last") ]] || exit 1 ;;
  "buildx build --push")
    cat > "$STAGE/recipe"
    [[ -d $last ]] || { echo "no folder $last" >&2; exit 1; }
    echo "build ${tags[0]}" >> "$STAGE/calls" ;;
  *) echo "nobody plays: docker $*" >&2; exit 1 ;;
esac || exit 1
for tag in "${tags[@]}"; do touch "$(place "$tag")"; done
"#;

/// Plays endpoints, too.
const ENDPOINTS: &str = include_str!("../../own/endpoints.sh");

/// Plays deployments, and what they make.
const EVENTS: &str = include_str!("events.sh");

/// Stands before every script: the clock is ours.
const CLOCK: &str = r#"sleep() {
  local clock
  clock=$(($(<"$STAGE/clock") + $1))
  echo "$clock" > "$STAGE/clock"
  SECONDS=$((SECONDS + $1))
  if [[ -e $STAGE/interrupted ]] && ((clock >= $(<"$STAGE/interrupted"))); then
    touch "$STAGE/cancelled"
    kill -INT $$
  fi
}
"#;

/// What became of a script.
pub(super) struct Ran {
    pub(super) ok: bool,
    pub(super) out: String,
    pub(super) all: String,
}

/// The world of one run.
pub(super) struct Stage {
    folder: TempDir,
    files: Vec<(String, String)>,
}

impl Stage {
    pub(super) fn new(scenario: &Scenario, memory: &Memory, compiled: &Compiled) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let written = compiled.artifacts.iter().map(|one| (one.path.clone(), one.text.clone()));
        let files = memory.0.clone().into_iter().chain(written).collect();
        let stage = Self { folder, files };
        stage.write("clock", "0");
        stage.write("jobs/.keep", "");
        let lines = scenario.statuses.iter().map(|(from, word)| format!("{from} {word}\n"));
        stage.write("statuses", &lines.collect::<String>());
        if scenario.loses_answers {
            stage.write("loses_answers", "");
        }
        if let Some(second) = scenario.interrupted {
            stage.write("interrupted", &second.to_string());
        }
        let az = AZ.replacen("set -u\n", &format!("set -u\n{ENDPOINTS}"), 1);
        stage.program("az", &az);
        stage.program("docker", DOCKER);
        stage.program("curl", "#!/bin/bash\necho '{\"value\": \"assertion\"}'\n");
        stage.program("gh", &format!("#!/bin/bash\necho {}\n", u8::from(!scenario.refused)));
        if scenario.refused {
            stage.write("refused", "");
        }
        stage
    }

    /// Lets Azure be played for what brings events, too.
    pub(super) fn play_events(&self) {
        let az = AZ.replacen("[[ $1 == ml ]] ||", &format!("{EVENTS}[[ $1 == ml ]] ||"), 1);
        self.program("az", &az.replacen("set -u\n", &format!("set -u\n{ENDPOINTS}"), 1));
    }

    fn program(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.write(&format!("bin/{name}"), text);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it runs");
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
        fs::write(&path, text).expect("it is written");
        path
    }

    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    pub(super) fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// A clean machine for a job, with the repository if it is checked out; its folder's name.
    pub(super) fn machine(&self, job: &str) -> String {
        let name = format!("machines/{job}");
        let _ = fs::remove_dir_all(self.path(&name));
        self.write(&format!("{name}/temp/.keep"), "");
        self.write(&format!("{name}/source/.keep"), "");
        name
    }

    pub(super) fn check_out(&self, machine: &str) {
        for (path, text) in &self.files {
            self.write(&format!("{machine}/source/{path}"), text);
        }
    }

    /// Somebody signs in.
    pub(super) fn sign_in(&self) {
        self.write("login", &self.read("clock"));
    }

    pub(super) fn clock(&self) -> u64 {
        self.read("clock").trim().parse().expect("a clock")
    }

    /// Runs a script in a folder of a machine.
    pub(super) fn bash(
        &self,
        machine: &str,
        folder: Option<&str>,
        script: &str,
        env: &[(String, String)],
    ) -> Ran {
        let source = self.path(&format!("{machine}/source"));
        let paths = std::env::var_os("PATH").expect("there are programs");
        let paths = std::iter::once(self.path("bin")).chain(std::env::split_paths(&paths));
        let path = std::env::join_paths(paths).expect("no colon in a folder");
        let output = Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &format!("{CLOCK}{script}")])
            .current_dir(folder.map_or_else(|| source.clone(), |folder| source.join(folder)))
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.folder.path())
            .env("STAGE", self.folder.path())
            .env("WORKSPACE", &source)
            .envs(env.iter().cloned())
            .output()
            .expect("bash runs");
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let all = out.clone() + &String::from_utf8_lossy(&output.stderr);
        Ran { ok: output.status.success(), out, all }
    }
}

/// Copies a file, or all that is in a folder.
pub(super) fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        for entry in fs::read_dir(from).expect("a folder can be listed") {
            let entry = entry.expect("an entry");
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().expect("a folder")).expect("it is made");
        fs::copy(from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    }
}
