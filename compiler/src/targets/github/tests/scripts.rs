//! The scripts of emitted workflows, run by bash with stand-ins for the programs that they call.

use std::collections::BTreeSet;

use serde_yaml::Value;

use super::{emitted, plans};
use crate::plan::Plan;

/// What became of a script.
pub(super) struct Ran {
    pub(super) ok: bool,
    /// What it printed, and what it wrote for the platform.
    pub(super) said: String,
    /// The calls of the stand-ins, a line each.
    pub(super) calls: String,
    /// The copy of the job file.
    job: serde_json::Value,
}

const JOB: &str = ".azureml/training/pipeline.json";

/// `$STATUSES` holds what Azure ML answers, from round to round; the last answer is for ever. Every
/// sleep ends a round, at once, and takes `$SLEEP` seconds of bash's clock.
const STAND_INS: &str = r#"
ROUND=0
sleep() { ROUND=$((ROUND + 1)) SECONDS=$((SECONDS + ${SLEEP:-30})); }
az() {
  echo "az $*" >> calls
  case "$1 $2 $3" in
    "ml job show")
      local statuses
      read -r -a statuses <<< "$STATUSES"
      local status=${statuses[ROUND < ${#statuses[@]} ? ROUND : -1]}
      case "$status" in unreadable) return 1 ;; empty) ;; *) echo "$status" ;; esac
      ;;
    "ml job list") [[ -z "${UNLISTED-}" ]] && printf 'train\n::error::##vso[task.complete]\n' ;;
    "ml job create") [[ -z "${REFUSES-}" ]] && echo "https://studio" ;;
    "ml job download") mkdir -p "${9}/named-outputs/$7" && touch "${9}/named-outputs/$7/part" ;;
    "ml schedule list") echo "$LIVE" ;;
    "ml batch-endpoint list") echo "${ENDPOINTS-[]}" ;;
    "ml batch-deployment list") echo "$DEPLOYMENTS" ;;
  esac
}
curl() {
  echo "curl" >> calls
  [[ -z "${OFFLINE-}" ]] && echo '{"value": "assertion"}'
}
gh() {
  echo "gh $*" >> calls
  [[ "$REVIEWERS" != error ]] && echo "$REVIEWERS"
}
"#;

pub(super) fn bash(script: &str, env: &[(&str, &str)], files: &[(&str, &str)]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    for (name, text) in files {
        std::fs::create_dir_all(file(name).parent().unwrap()).unwrap();
        std::fs::write(file(name), text).unwrap();
    }
    let output = std::process::Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c"])
        .arg(format!("{STAND_INS}{script}"))
        .current_dir(folder.path())
        .env("JOB_NAME", "the-job")
        .env("GITHUB_WORKSPACE", "/repo")
        .env("GITHUB_REPOSITORY", "contoso/diabetes")
        .env("GITHUB_SHA", "0123")
        .env("GITHUB_ENV", file("said"))
        .env("GITHUB_OUTPUT", file("said"))
        .env("GITHUB_STEP_SUMMARY", file("said"))
        .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "request")
        .env("ACTIONS_ID_TOKEN_REQUEST_URL", "https://token?x")
        .envs(env.iter().copied())
        .output()
        .unwrap();
    let read = |name: &str| std::fs::read_to_string(file(name)).unwrap_or_default();
    let printed = String::from_utf8(output.stdout).unwrap();
    Ran {
        ok: output.status.success(),
        said: printed + &read("said") + &String::from_utf8(output.stderr).unwrap(),
        calls: read("calls"),
        job: serde_json::from_str(&read(".azureml/training/pipeline.run.json")).unwrap_or_default(),
    }
}

/// The script of a step, by its job's id and its name; with its literal variables.
pub(super) fn step(
    plan: &Plan,
    file: usize,
    job: &str,
    name: &str,
) -> (String, Vec<(String, String)>) {
    let doc = emitted(plan).swap_remove(file);
    let steps = doc["jobs"][job]["steps"].as_sequence().unwrap();
    let step = steps.iter().find(|step| step["name"] == name).unwrap();
    let env = step["env"].as_mapping().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&step["run"]), env.map(|(name, value)| (text(name), text(value))).collect())
}

pub(super) fn run(
    (script, literals): (String, Vec<(String, String)>),
    env: &[(&str, &str)],
    files: &[(&str, &str)],
) -> Ran {
    let literals = literals.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let env: Vec<_> = literals.chain(env.iter().copied()).collect();
    bash(&script, &env, files)
}

fn wait(plan: &Plan, job: &str, env: &[(&str, &str)]) -> Ran {
    run(step(plan, 0, job, "Wait for the job"), env, &[])
}

#[test]
fn only_a_completed_job_is_a_success() {
    let plan = plans::submit_only();
    for (statuses, ok) in [
        ("Queued empty Running Finalizing Completed", true),
        ("Running Failed", false),
        ("CancelRequested Canceled", false),
        ("NotResponding", false),
        ("Paused", false),
    ] {
        let ran = wait(&plan, "train", &[("STATUSES", statuses)]);
        assert_eq!(ran.ok, ok, "{statuses}: {}", ran.said);
        assert_eq!(ran.said.contains("::error"), !ok, "{}", ran.said);
        let rounds = ran.calls.matches("--query status").count();
        assert_eq!(rounds, statuses.split(' ').count());
    }
}

#[test]
fn a_wait_says_each_status_once_and_what_failed() {
    let plan = plans::submit_only();
    let answers = ("STATUSES", "Queued Queued unreadable Queued Running Running Failed");
    let ran = wait(&plan, "train", &[answers]);
    let lines = "Queued\n\
                00:00:00 UTC: Azure ML job the-job: Queued\n\
                00:00:00 UTC: Azure ML job the-job: Running\n\
                00:00:00 UTC: Azure ML job the-job: Failed\n\
                Failed on Azure ML: train\n\
                Failed on Azure ML: ::error::# # vso[task.complete]\n\
                ::error title=Azure ML job the-job::ended with status Failed\n";
    let clock: BTreeSet<usize> =
        ran.said.match_indices(" UTC: Azure").flat_map(|(end, _)| end - 8..end).collect();
    let zeroed = ran.said.char_indices().map(|(at, c)| match c {
        '0'..='9' if clock.contains(&at) => '0',
        other => other,
    });
    let said: String = zeroed.collect();
    assert_eq!((ran.ok, &*said), (false, lines), "the first line stands for the link");
    // Nobody depends on the list.
    let ran = wait(&plan, "train", &[("STATUSES", "Failed"), ("UNLISTED", "1")]);
    assert!(!ran.ok && ran.said.ends_with("::ended with status Failed\n"), "{}", ran.said);
    let ran = wait(&plan, "train", &[("STATUSES", "unreadable"), ("UNLISTED", "1")]);
    assert!(ran.said.ends_with("::its status could not be read 20 times in a row\n"));
}

#[test]
fn a_status_that_nobody_can_read_ends_the_wait_only_when_it_lasts() {
    let plan = plans::submit_only();
    let outage = "unreadable ".repeat(19);
    let twice = format!("{outage} Running {outage} Completed");
    assert!(wait(&plan, "train", &[("STATUSES", &twice)]).ok);
    let ran = wait(&plan, "train", &[("STATUSES", "Running unreadable")]);
    assert!(!ran.ok && ran.calls.matches("--query status").count() == 21, "{}", ran.calls);
}

#[test]
fn a_job_that_takes_too_long_fails_the_last_wait_and_passes_the_others() {
    let hours = [("STATUSES", "Running"), ("SLEEP", "3600")];
    let ran = wait(&plans::submit_only(), "train", &hours);
    assert!(!ran.ok && ran.said.contains("still running"), "{}", ran.said);
    let plan = plans::long();
    assert!(wait(&plan, "train", &hours).ok);
    assert!(wait(&plan, "train__wait2", &hours).ok);
    assert!(!wait(&plan, "train__wait3", &hours).ok);
    assert!(!wait(&plan, "train", &[("STATUSES", "Failed")]).ok);
}

#[test]
fn a_long_wait_renews_its_sign_in() {
    let plan = plans::submit_only();
    let env = [("STATUSES", "Running Running Running Completed"), ("SLEEP", "1300")];
    let ran = wait(&plan, "train", &env);
    assert!(ran.ok && ran.said.contains("::add-mask::assertion"), "{}", ran.said);
    assert_eq!(ran.calls.matches("--federated-token assertion").count(), 1);
    // A failure to renew is tried again in the next round; the old tokens live for a while.
    let ran = wait(&plan, "train", &[env[0], env[1], ("OFFLINE", "1")]);
    assert!(ran.ok && ran.calls.matches("curl").count() == 2, "{}", ran.calls);
}

#[test]
fn a_job_is_submitted_once() {
    let submit = || step(&plans::submit_only(), 0, "train", "Submit the job");
    let ran = run(submit(), &[], &[]);
    assert!(ran.ok && ran.said == "### Azure ML job [the-job](https://studio)\n", "{}", ran.said);
    assert!(ran.calls.starts_with("az ml job create --file pipeline.run.json --name the-job "));
    // The answer got lost, or the name was taken: the job of that name is the one.
    let ran = run(submit(), &[("REFUSES", "1"), ("STATUSES", "https://old")], &[]);
    assert!(ran.ok && ran.said.contains("https://old"), "{}", ran.said);
    assert_eq!(ran.calls.matches("create").count(), 1);
    assert!(!run(submit(), &[("REFUSES", "1"), ("STATUSES", "unreadable")], &[]).ok);
}

#[test]
fn what_may_still_run_is_cancelled() {
    for (status, cancels) in
        [("Running", true), ("Paused", true), ("unreadable", true), ("Completed", false)]
    {
        for (plan, job) in [
            (plans::submit_only(), "train"),
            (plans::long(), "tune__wait2"),
            (plans::long(), "tune__cancel"),
        ] {
            let cancel = step(&plan, 0, job, "Cancel the job if it still runs");
            let ran = run(cancel, &[("STATUSES", status)], &[]);
            assert!(ran.ok);
            assert_eq!(ran.calls.contains("az ml job cancel --name the-job"), cancels, "{status}");
        }
    }
}

#[test]
fn an_approval_without_reviewers_fails() {
    let name = "Demand that the environment has reviewers";
    for (reviewers, ok) in [("2", true), ("0", false), ("", false), ("error", false)] {
        for job in ["approve_train", "publish"] {
            let ran = run(step(&plans::gated(), 0, job, name), &[("REVIEWERS", reviewers)], &[]);
            assert_eq!(ran.ok, ok, "{reviewers}");
            assert!(ran.calls.contains("environments/production%20%28eu%29 "), "{}", ran.calls);
        }
    }
}

const GOOD: [(&str, &str); 5] = [
    ("INPUT_RATE", "1E-05"),
    ("INPUT_FAST", "false"),
    ("INPUT_RAW", "data/raw"),
    ("INPUT_LABEL", "a.b"),
    ("INPUT_GIT__BRANCH", "feature/größe"),
];

#[test]
fn inputs_are_bound_as_texts_and_paths() {
    let bind = step(&plans::submit_only(), 0, "train", "Bind the inputs");
    let file = r#"{"component": "./component.json", "inputs": {"rate": 0.5}}"#;
    let ran = run(bind, &GOOD, &[(JOB, file)]);
    let inputs = serde_json::json!({
        "rate": "1E-05",
        "raw": {"type": "uri_folder", "path": "../../data/raw"},
        "fast": false,
        "label": "a.b",
        "git__branch": "feature/größe",
    });
    assert_eq!(ran.job["inputs"], inputs, "{}", ran.said);
    assert_eq!(ran.job["component"], "./component.json");
}

#[test]
fn inputs_that_azure_ml_could_misread_are_refused_and_not_shown() {
    for (name, value) in [
        ("INPUT_RATE", "0x1f"),
        ("INPUT_FAST", "False"),
        ("INPUT_RAW", ""),
        ("INPUT_RAW", "::warning::x y"),
        ("INPUT_LABEL", ""),
        ("INPUT_LABEL", "$(id)"),
        ("INPUT_LABEL", "a\n::warning::b"),
        ("INPUT_GIT__BRANCH", "x';id;'"),
        ("INPUT_GIT__BRANCH", ""),
    ] {
        let mut env = GOOD.to_vec();
        env.push((name, value));
        let bind = step(&plans::submit_only(), 0, "train", "Bind the inputs");
        let ran = run(bind, &env, &[(JOB, "{}")]);
        assert!(!ran.ok && ran.job.is_null(), "{name}={value}");
        assert!(!ran.said.contains("warning") && ran.said.starts_with("::error::"), "{}", ran.said);
    }
}

#[test]
fn parameters_are_checked_before_a_script_sees_them() {
    let plan = plans::ci_only();
    for (job, label, depth, choice, rate, ok) in [
        ("make", "it's", "0", "", "", true),
        ("make", "-", "32", "", "", true),
        ("make", "x-", "6", "", "", false),
        ("make", "a\nb", "6", "", "", false),
        ("make", "a", "33", "", "", false),
        ("make", "a", "-1", "", "", false),
        ("make", "a", "06", "", "", false),
        ("make", "a", "6.0", "", "", false),
        ("read", "", "", "a.b", "1e2", true),
        ("read", "", "", "axb", "1", false),
        ("read", "", "", "c", "0.05", false),
        ("read", "", "", "c", "nan", false),
    ] {
        let env = [
            ("INPUT_LABEL", label),
            ("INPUT_DEPTH", depth),
            ("INPUT_FAST", "true"),
            ("INPUT_SLOW", "false"),
            ("INPUT_CHOICE", choice),
            ("INPUT_RATE", rate),
        ];
        let ran = run(step(&plan, 0, job, "Check the parameters"), &env, &[]);
        assert_eq!(ran.ok, ok, "{env:?}: {}", ran.said);
    }
}

#[test]
fn a_value_is_one_line_of_its_type() {
    let read = || step(&plans::ci_only(), 0, "make", "Read the values of the outputs");
    let file = ".mlopsc/outputs/rows";
    for good in ["12", "12\n", "-1\n", "0"] {
        let ran = run(read(), &[], &[(file, good)]);
        assert_eq!((ran.ok, ran.said), (true, format!("rows={}\n", good.trim())));
    }
    for bad in ["", "\n", "1\n2\n", "1\n\n", "1.5", "012", "1\r\n", "1\nother=2", "a"] {
        let ran = run(read(), &[], &[(file, bad)]);
        assert!(!ran.ok && ran.said.starts_with("::error::The file of the output rows"), "{bad:?}");
        assert!(!ran.said.contains("rows="));
    }
    assert!(!run(read(), &[], &[]).ok);
}

#[test]
fn scripts_learn_where_their_files_are() {
    let place = || step(&plans::ci_only(), 0, "read", "Place the inputs and outputs");
    let here = ("GITHUB_WORKSPACE", ".");
    let ran = run(place(), &[here], &[(".mlopsc/inputs/make__report/any name.csv", "")]);
    let paths = "REPORT=./.mlopsc/inputs/make__report/any name.csv\n\
                 CLEAN=./.mlopsc/inputs/make__clean\n";
    assert_eq!((ran.ok, ran.said.as_str()), (true, paths));
    let two = [(".mlopsc/inputs/make__report/a", ""), (".mlopsc/inputs/make__report/b", "")];
    let ran = run(place(), &[here], &two);
    assert!(!ran.ok && ran.said.contains("holds 2 files"), "{}", ran.said);
}

#[test]
fn outputs_of_azure_ml_jobs_land_where_artifacts_do() {
    let (mut script, env) = step(&plans::mixed(), 0, "judge", "Fetch outputs of the Azure ML job");
    script.push_str("ls .mlopsc/inputs/*");
    let ran = bash(&script, &[("OUTPUTS", &env[1].1)], &[]);
    let landed = ".mlopsc/inputs/train__model:\npart\n\n.mlopsc/inputs/train__rows:\npart\n";
    assert_eq!((ran.ok, ran.said.as_str()), (true, landed));
}
