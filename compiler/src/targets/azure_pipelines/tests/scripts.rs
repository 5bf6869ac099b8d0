//! The scripts as they are emitted, run under bash with an Azure CLI that is played.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_yaml::Value;

use super::{Builder, deployment, release, training};

/// Plays `az`: answers `job show` with the next line of `statuses`, keeps what was asked in `asked`.
const AZ: &str = r#"#!/bin/bash
echo "$*" >> "$STAGE/asked"
case "$1 $2 $3" in
  "ml job show")
    status=$(head -n 1 "$STAGE/statuses")
    [[ $(wc -l < "$STAGE/statuses") -le 1 ]] || sed -i 1d "$STAGE/statuses"
    [[ $status != unreachable ]] || exit 1
    echo "$status" ;;
  "ml job list") printf 'train\n###vso[task.complete]\n'; exit 1 ;;
  "ml job create") cp "$JOB_FILE" "$STAGE/submitted" && echo https://ml.azure.com/runs/1 ;;
  "ml job download")
    mkdir -p "$9"
    if [[ -d $STAGE/$7 ]]; then mkdir -p "$9/named-outputs"; cp -r "$STAGE/$7" "$9/named-outputs/"; fi ;;
  "ml schedule list") cat "$STAGE/schedules" ;;
  "ml batch-endpoint list") echo "[]" ;;
esac
"#;

/// A folder with a repository, and programs that only play.
struct Stage {
    folder: PathBuf,
    env: Vec<(String, String)>,
}

struct Outcome {
    fine: bool,
    said: String,
    asked: String,
}

impl Stage {
    fn new(name: &str) -> Self {
        let own = format!("mlopsc-azure-pipelines-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(own);
        let _ = fs::remove_dir_all(&folder);
        for inner in ["bin", "temp/outputs", "source"] {
            fs::create_dir_all(folder.join(inner)).unwrap();
        }
        let stage = Self { folder, env: Vec::new() };
        stage.program("az", AZ);
        stage.program("sleep", "#!/bin/bash\n");
        stage
    }

    fn program(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.write(&format!("bin/{name}"), text);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).unwrap_or_default()
    }

    fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs a script as the service would: in the repository, with the environment of its step.
    fn run(&self, script: &str) -> Outcome {
        let _ = fs::remove_file(self.folder.join("asked"));
        let text = |path: &str| self.folder.join(path).to_str().unwrap().to_owned();
        let mut bash = Command::new("bash");
        bash.args(["-c", &format!("PATH={}:$PATH\n{script}", text("bin"))]);
        bash.current_dir(self.folder.join("source"));
        bash.env("STAGE", text("")).env("AGENT_TEMPDIRECTORY", text("temp"));
        bash.env("BUILD_SOURCESDIRECTORY", text("source")).env("SYSTEM_JOBATTEMPT", "2");
        bash.env("AZURE_SUBSCRIPTION_ID", "s").env("AZURE_RESOURCE_GROUP", "g");
        bash.env("AZUREML_WORKSPACE", "w").envs(self.env.iter().cloned());
        let output = bash.output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        Outcome {
            fine: output.status.success(),
            said: String::from_utf8(said).unwrap(),
            asked: self.read("asked"),
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The script of a step, found by the job's id and the step's title.
fn script(plan: &Builder, file: usize, job: &str, title: &str) -> String {
    let files = super::super::write(&plan.plan);
    let root: Value = serde_yaml::from_str(&files[file].text).unwrap();
    let jobs = root["jobs"].as_sequence().unwrap();
    let job = jobs.iter().find(|one| one["job"] == job || one["deployment"] == job).unwrap();
    let steps = [&job["steps"], &job["strategy"]["runOnce"]["deploy"]["steps"]];
    let mut steps = steps.iter().filter_map(|one| one.as_sequence()).flatten();
    let step = steps.find(|one| one["displayName"] == title).unwrap();
    let text = step["bash"].as_str().or(step["inputs"]["inlineScript"].as_str());
    text.unwrap().to_owned()
}

#[test]
fn only_completed_is_good() {
    let done = script(&training(), 0, "train__done", "Ask Azure ML");
    let mut stage = Stage::new("done");
    stage.set("JOB_NAME", "j");
    for (statuses, fine) in [
        ("Completed\n", true),
        ("unreachable\nFinalizing\n\nCompleted\n", true),
        ("Failed\n", false),
        ("Canceled\n", false),
        ("NotResponding\n", false),
    ] {
        stage.write("statuses", statuses);
        let outcome = stage.run(&done);
        assert_eq!(outcome.fine, fine, "{statuses}: {}", outcome.said);
        assert!(!outcome.asked.contains("ml job cancel"), "{statuses}");
        let named = outcome.said.contains("Failed on Azure ML: train\n");
        assert_eq!(named, !fine, "{}", outcome.said);
        assert!(!outcome.said.contains("##vso[task.complete]"), "{}", outcome.said);
    }
}

#[test]
fn a_job_that_nobody_waits_for_is_cancelled() {
    let done = script(&training(), 0, "train__done", "Ask Azure ML");
    let mut stage = Stage::new("over");
    stage.set("JOB_NAME", "j");
    for (statuses, said) in [("Running\n", "'Running'"), ("unreachable\n", "'unknown'")] {
        stage.write("statuses", statuses);
        let outcome = stage.run(&done);
        assert!(!outcome.fine);
        assert!(outcome.said.contains(said), "{}", outcome.said);
        assert!(outcome.asked.contains("ml job cancel --name j"), "{}", outcome.asked);
    }
}

#[test]
fn cancelling_leaves_what_has_ended_alone() {
    let cancel = script(&training(), 0, "train__cancel", "Ask Azure ML");
    let mut stage = Stage::new("cancel");
    stage.set("JOB_NAME", "j");
    for (statuses, cancels) in
        [("Running\n", true), ("\n", true), ("unreachable\n", true), ("Completed\n", false)]
    {
        stage.write("statuses", statuses);
        let outcome = stage.run(&cancel);
        assert!(outcome.fine, "{statuses}: {}", outcome.said);
        assert_eq!(outcome.asked.contains("ml job cancel"), cancels, "{statuses}");
    }
}

#[test]
fn a_submission_says_its_name_before_it_exists() {
    let submit = script(&training(), 0, "train", "Submit the Azure ML job");
    let mut stage = Stage::new("submit");
    stage.write("source/job.json", "{}");
    stage.set("JOB_NAME", "training-train-7-1").set("JOB_FILE", "job.json");
    let outcome = stage.run(&submit);
    assert!(outcome.fine, "{}", outcome.said);
    let line = "##vso[task.setvariable variable=JOB_NAME;isOutput=true]training-train-7-1\n";
    assert!(outcome.said.starts_with(line), "{}", outcome.said);
    let shown = "Azure ML job training-train-7-1: https://ml.azure.com/runs/1\n";
    assert!(outcome.said.contains(shown), "{}", outcome.said);
    assert_eq!(outcome.asked.matches("ml job create").count(), 1);
    let summary = stage.read("temp/Azure ML.md");
    assert_eq!(summary, "[training-train-7-1](https://ml.azure.com/runs/1)\n");
    // A refused submission still says what to look for.
    stage.set("JOB_FILE", "missing.json");
    stage.write("statuses", "unreachable\n");
    let outcome = stage.run(&submit);
    assert!(!outcome.fine && outcome.said.starts_with(line), "{}", outcome.said);
}

/// Values that the first submission of [`training`] takes.
fn bound(stage: &mut Stage) {
    stage.write("source/.azureml/training/pipeline.json", r#"{"inputs": {"rate": 1}}"#);
    for (name, value) in [
        ("RATE", "1e-3"),
        ("DEPTH", "6"),
        ("RAW_DATA", "data/raw"),
        ("SIZE", "very large"),
        ("PREPARE__CLEAN", ".mlopsc/inputs/prepare__clean"),
        ("PREPARE__REPORT", ".mlopsc/inputs/prepare__report/report"),
        ("PREPARE__ROWS", "12"),
        ("GIT__BRANCH", "main"),
    ] {
        stage.set(&format!("VALUE_{name}"), value);
    }
}

#[test]
fn values_are_bound_beside_the_job_file() {
    let bind = script(&training(), 0, "train", "Bind the inputs");
    let mut stage = Stage::new("bind");
    bound(&mut stage);
    let outcome = stage.run(&bind);
    assert!(outcome.fine, "{}", outcome.said);
    let copy = stage.read("source/.azureml/training/pipeline.run.json");
    let copy: serde_json::Value = serde_json::from_str(&copy).unwrap();
    assert_eq!(copy["inputs"]["rate"], "1e-3");
    assert_eq!(copy["inputs"]["raw_data"]["path"], "../../data/raw");
    let report = &copy["inputs"]["prepare__report"];
    assert_eq!(report["path"], "../../.mlopsc/inputs/prepare__report/report");
    for (name, value) in [("GIT__BRANCH", ""), ("GIT__BRANCH", "a'b"), ("PREPARE__ROWS", "")] {
        let mut stage = Stage::new("refuse");
        bound(&mut stage);
        stage.set(&format!("VALUE_{name}"), value);
        let outcome = stage.run(&bind);
        assert!(!outcome.fine, "{name}={value}");
        assert!(outcome.said.starts_with("##vso[task.logissue type=error]"), "{}", outcome.said);
    }
}

#[test]
fn parameters_are_checked_before_anything_else() {
    let check = script(&deployment(), 0, "build", "Check the parameters");
    let run = |version: &str, stage_name: &str, holds_macro: &str| {
        let mut stage = Stage::new("check");
        stage.set("PARAMETER_MODEL_VERSION", version).set("PARAMETER_STAGE", stage_name);
        stage.set("HOLDS_MACRO", holds_macro);
        stage.run(&check).fine
    };
    assert!(run("7", "prod", "False"));
    assert!(run("7", "prod", "false"), "the service's documents spell it so");
    assert!(!run("", "prod", "False"), "no default, and nobody gave a value");
    assert!(!run("7", "(choose)", "False"), "no default, and nobody chose");
    assert!(!run("7", "prod", "True"), "a macro would have been replaced");
    assert!(!run("7;rm", "prod", "False"), "the pattern");
}

#[test]
fn outputs_are_one_line_of_their_type() {
    let give = script(&training(), 0, "prepare", "Give the outputs");
    let stage = Stage::new("give");
    stage.write("temp/outputs/clean/part-0", "x");
    stage.write("temp/outputs/report", "{}");
    stage.write("temp/outputs/rows", "12\n");
    let outcome = stage.run(&give);
    assert!(outcome.fine, "{}", outcome.said);
    assert!(outcome.said.contains("variable=rows;isOutput=true]12\n"), "{}", outcome.said);
    let artifact = "variable=clean;isOutput=true]prepare__clean-2\n";
    assert!(outcome.said.contains(artifact), "{}", outcome.said);
    for bad in ["", "12\n13\n", "12.5", "x\r\n", "0x1"] {
        stage.write("temp/outputs/rows", bad);
        let outcome = stage.run(&give);
        assert!(!outcome.fine && !outcome.said.contains("variable=rows"), "{bad:?}");
    }
    stage.write("temp/outputs/rows", "12");
    fs::remove_file(stage.folder.join("temp/outputs/report")).unwrap();
    assert!(!stage.run(&give).fine, "a file that the step did not write");
}

#[test]
fn texts_cannot_say_commands_or_macros() {
    let give = script(&deployment(), 0, "deploy__job", "Give the outputs");
    let stage = Stage::new("text");
    stage.write("temp/outputs/uri", "https://x/%0A%2F\n");
    let outcome = stage.run(&give);
    let line = "##vso[task.setvariable variable=uri;isOutput=true]https://x/%AZP250A%AZP252F\n";
    assert_eq!(outcome.said, line);
    stage.write("temp/outputs/uri", "$(System.AccessToken)\n");
    assert!(!stage.run(&give).fine);
}

#[test]
fn outputs_of_azure_ml_arrive_or_fail() {
    let download = script(&training(), 0, "evaluate", "Download from Azure ML");
    let mut stage = Stage::new("download");
    stage.set("JOB_TRAIN", "j");
    stage.write("train__model/weights.bin", "1");
    let outcome = stage.run(&download);
    assert!(!outcome.fine, "the second output is missing");
    assert!(outcome.said.contains("has no output train__metrics"), "{}", outcome.said);
    let mut stage = Stage::new("downloads");
    stage.set("JOB_TRAIN", "j");
    stage.write("train__model/weights.bin", "1");
    stage.write("train__metrics/some-name.json", "{}");
    let outcome = stage.run(&download);
    assert!(outcome.fine, "{}", outcome.said);
    let inputs = stage.folder.join("source/.mlopsc/inputs");
    assert!(inputs.join("train__model/weights.bin").exists());
    assert!(inputs.join("train__metrics/metrics").exists());
}

/// Runs the release over these live schedules.
fn released(name: &str, live: &str) -> (Outcome, String) {
    let apply = script(&release(), 1, "release", "Apply schedules and endpoints");
    let mut stage = Stage::new(name);
    stage.set("PROJECT", "contoso/diabetes").set("PIPELINE", "scoring");
    stage.set("COMMIT", "0123abcd");
    let file = "source/.azureml/scoring/schedule-nightly";
    stage.write(&format!("{file}.json"), r#"{"name": "scoring-nightly", "create_job": {}}"#);
    stage.write("schedules", live);
    let outcome = stage.run(&apply);
    let copy = stage.read(&format!("{file}.run.json"));
    (outcome, copy)
}

#[test]
fn a_release_of_another_branch_says_that_it_is_none() {
    let demand = script(&release(), 1, "release", "Demand the default branch");
    let mut stage = Stage::new("branch");
    stage.set("DEFAULT_BRANCH", "main");
    for (branch, fine) in [
        ("refs/heads/main", true),
        ("refs/heads/feature/main", false),
        ("refs/tags/main", false),
        ("refs/pull/1/merge", false),
    ] {
        let outcome = stage.set("BUILD_SOURCEBRANCH", branch).run(&demand);
        assert_eq!(outcome.fine, fine, "{branch}");
        assert_eq!(outcome.said.contains("Only the branch main is released"), !fine, "{branch}");
    }
}

#[test]
fn a_release_creates_disables_and_deletes() {
    let (outcome, copy) = released(
        "release",
        r#"[
          {"name": "scoring-hourly", "tags": {"mlopsc_project": "contoso/diabetes", "mlopsc_pipeline": "scoring"}},
          {"name": "scoring-old", "tags": {"mlopsc_project": "contoso/diabetes", "mlopsc_pipeline": "scoring"}},
          {"name": "other", "tags": {"mlopsc_project": "contoso/diabetes", "mlopsc_pipeline": "other"}},
          {"name": "foreign", "tags": {"mlopsc_project": "fabrikam/x", "mlopsc_pipeline": "scoring"}},
          {"name": "by-hand", "tags": null}
        ]"#,
    );
    assert!(outcome.fine, "{}", outcome.said);
    let steps: Vec<&str> =
        outcome.asked.lines().filter(|line| line.starts_with("ml schedule")).skip(1).collect();
    assert_eq!(
        steps,
        [
            "ml schedule create --file .azureml/scoring/schedule-nightly.run.json --output none",
            "ml schedule enable --name scoring-nightly --output none",
            "ml schedule disable --name scoring-hourly --output none",
            "ml schedule disable --name scoring-old --output none",
            "ml schedule delete --name scoring-old --output none",
        ]
    );
    let copy: serde_json::Value = serde_json::from_str(&copy).unwrap();
    assert_eq!(copy["tags"]["mlopsc_project"], "contoso/diabetes");
    assert_eq!(copy["create_job"]["inputs"]["git__sha"], "0123abcd");
}

#[test]
fn what_does_not_live_is_not_disabled_and_others_are_not_taken_over() {
    let (outcome, _) = released("fresh", "[]");
    assert!(outcome.fine, "{}", outcome.said);
    assert!(!outcome.asked.contains("schedule disable"), "{}", outcome.asked);
    let taken = r#"[{"name": "scoring-nightly", "tags": {"mlopsc_project": "fabrikam/x"}}]"#;
    let (outcome, _) = released("taken", taken);
    assert!(!outcome.fine && !outcome.asked.contains("schedule create"), "{}", outcome.asked);
}
