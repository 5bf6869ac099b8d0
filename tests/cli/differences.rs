//! `diff` against a committed revision.

use std::process::Command;

use super::{Sandbox, TINY};

fn git(sandbox: &Sandbox, arguments: &[&str]) {
    let quiet =
        ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
    let mut command = Command::new("git");
    command.args(quiet).args(arguments).current_dir(sandbox.path(""));
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn committed() -> Sandbox {
    let sandbox = Sandbox::tiny();
    commit(&sandbox);
    sandbox
}

fn commit(sandbox: &Sandbox) {
    git(sandbox, &["init", "-q"]);
    git(sandbox, &["add", "."]);
    git(sandbox, &["commit", "-q", "-m", "first"]);
}

#[test]
fn nothing_differs_after_a_commit() {
    let run = committed().run(&["diff"]).code(0);
    assert_eq!((&*run.out, &*run.err), ("", "nothing differs from HEAD\n"));
}

#[test]
fn changes_are_said_in_every_format() {
    let sandbox = committed();
    let spec = TINY.replace("echo hello", "echo bye");
    sandbox.write("tiny.mlops.yaml", &(spec + "parameters: { x: integer }\n"));
    let text = sandbox.run(&["diff"]).code(0).out;
    assert!(text.contains("breaks callers: parameter `x` is new and has no default"), "{text}");
    assert!(text.contains("~ step greet\n      run: echo hello → echo bye\n"), "{text}");
    let json = sandbox.run(&["diff", "--format", "json"]).code(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["steps"][0]["aspects"][0]["after"], "echo bye");
    let markdown = sandbox.run(&["diff", "--format", "markdown"]).code(0).out;
    assert!(markdown.starts_with("### <code>tiny.mlops.yaml</code>"), "{markdown}");
}

#[test]
fn new_and_deleted_specs_are_named() {
    let sandbox = committed();
    sandbox.remove("tiny.mlops.yaml");
    sandbox.write("sub/new.mlops.yaml", &TINY.replace("tiny", "new"));
    let text = sandbox.run(&["diff"]).code(0).out;
    assert!(text.contains("sub/new.mlops.yaml  new pipeline new: greet\n"), "{text}");
    assert!(text.contains("tiny.mlops.yaml  pipeline tiny is gone\n"), "{text}");
}

#[test]
fn a_renamed_spec_is_no_new_pipeline() {
    let sandbox = committed();
    sandbox.remove("tiny.mlops.yaml");
    sandbox.write("sub/moved.mlops.yaml", TINY);
    let text = sandbox.run(&["diff"]).code(0).out;
    assert_eq!(text, "sub/moved.mlops.yaml  tiny (was in tiny.mlops.yaml)\n");
    let json = sandbox.run(&["diff", "--format", "json"]).code(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json[0]["kind"], &json[0]["was"]), (&"changed".into(), &"tiny.mlops.yaml".into()));
}

#[test]
fn a_renamed_pipeline_is_one_change_that_breaks_callers() {
    let sandbox = committed();
    sandbox.write("tiny.mlops.yaml", &TINY.replace("name: tiny", "name: grown"));
    let text = sandbox.run(&["diff"]).code(0).out;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[1].starts_with("  ! breaks callers: the pipeline `tiny` is called `grown` now"));
    assert_eq!(lines[2], "  ~ name: tiny → grown");
}

#[test]
fn deleted_paths_can_be_named() {
    let sandbox = committed();
    sandbox.remove("tiny.mlops.yaml");
    for path in ["tiny.mlops.yaml", "."] {
        let text = sandbox.run(&["diff", path]).code(0).out;
        assert_eq!(text, "tiny.mlops.yaml  pipeline tiny is gone\n", "{path}");
    }
    let run = sandbox.run(&["diff", "sub/never.mlops.yaml"]).code(2);
    assert!(run.err.contains("sub/never.mlops.yaml: neither the working tree"), "{}", run.err);
}

#[test]
fn schedules_that_stay_in_the_workspace_are_named() {
    let spec = "\
mlopsc: 1
name: tiny
steps:
  greet: { compute: serverless, environment: \"azureml:e:1\", run: echo hello }
triggers:
  nightly: { schedule: { every: day, at: \"02:00\" } }
";
    let sandbox = Sandbox::new(&[("tiny.mlops.yaml", spec)]);
    commit(&sandbox);
    let says = |spec: &str| {
        sandbox.write("tiny.mlops.yaml", spec);
        let run = sandbox.run(&["diff", "--format", "json"]).code(0);
        let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        json[0]["left_in_workspace"].clone()
    };
    let left = serde_json::json!(["tiny-nightly"]);
    assert_eq!(says(spec.split("triggers").next().unwrap()), left);
    assert_eq!(says(&spec.replace("name: tiny", "name: grown")), left);
    assert_eq!(says(&spec.replace("nightly:", "daily:")), serde_json::json!([]));
    sandbox.remove("tiny.mlops.yaml");
    let text = sandbox.run(&["diff"]).code(0).out;
    assert!(text.contains("`az ml schedule delete --name tiny-nightly`"), "{text}");
}

const STAGED: &str = "\
mlopsc: 1
name: tiny
steps:
  greet: { compute: serverless, environment: \"azureml:e:1\", run: echo hello }
  release:
    stage: prod
    deploy:
      online: { endpoint: tiny-prod, instance_type: Standard_DS3_v2, instance_count: 1 }
      model: azureml:tiny:1
triggers:
  nightly: { schedule: { every: day, at: \"02:00\" }, goals: greet }
";

const STAGES: &str = "\
mlopsc: 1
targets: [azureml, github]
azure: { subscription: s, resource_group: rg, workspace: mlw-dev }
stages: { dev: {}, prod: { azure: { workspace: mlw-prod } } }
";

/// A committed project with stages, and what `diff` says of changes in it.
struct Staged(Sandbox);

impl Staged {
    fn new() -> Self {
        let sandbox = Sandbox::new(&[("tiny.mlops.yaml", STAGED), ("mlopsc.yaml", STAGES)]);
        commit(&sandbox);
        Self(sandbox)
    }

    /// The lines with an exclamation mark.
    fn says(&self, spec: &str, project: &str) -> Vec<String> {
        self.0.write("tiny.mlops.yaml", spec);
        self.0.write("mlopsc.yaml", project);
        let text = self.0.run(&["diff"]).code(0).out;
        let lines = text.lines().filter_map(|line| line.strip_prefix("  ! "));
        lines.map(str::to_owned).collect()
    }
}

#[test]
fn a_stage_that_moves_leaves_behind_what_it_had() {
    let staged = Staged::new();
    assert_eq!(
        staged.says(STAGED, &STAGES.replace("mlw-prod", "mlw-new")),
        [
            "breaks callers: the endpoint `tiny-prod` in stage prod is in another workspace: its \
             address and its keys are others",
            "the schedule `tiny-prod-nightly` stays in the workspace `mlw-prod` and goes on firing; \
             delete it with `az ml schedule disable --name tiny-prod-nightly --subscription s \
             --resource-group rg --workspace-name mlw-prod`, `az ml schedule delete --name \
             tiny-prod-nightly --subscription s --resource-group rg --workspace-name mlw-prod`",
            "the endpoint `tiny-prod` stays in the workspace `mlw-prod`, and its machines cost what \
             they cost; delete it with `az ml online-endpoint delete --name tiny-prod --subscription \
             s --resource-group rg --workspace-name mlw-prod`",
        ]
    );
    // In a workspace that another stage still has, its release leaves alone what is the moved one's.
    let shared = STAGES.replace("workspace: mlw-prod", "resource_group: rg");
    let staged = Staged(Sandbox::new(&[("tiny.mlops.yaml", STAGED), ("mlopsc.yaml", &shared)]));
    commit(&staged.0);
    let says = staged.says(STAGED, STAGES);
    assert!(
        says.iter().any(|line| line.starts_with("the schedule `tiny-prod-nightly`")),
        "{says:?}"
    );
    // What is of a stage that is gone, it deletes.
    let spec = STAGED.replace("stage: prod", "stage: dev");
    let says = staged.says(&spec, &shared.replace(", prod: { azure: { resource_group: rg } }", ""));
    assert!(!says.iter().any(|line| line.starts_with("the schedule")), "{says:?}");
}

#[test]
fn an_endpoint_that_is_renamed_or_asks_otherwise_breaks_callers() {
    let staged = Staged::new();
    let says = staged.says(&STAGED.replace("endpoint: tiny-prod", "endpoint: grown-prod"), STAGES);
    assert_eq!(says.len(), 2, "{says:?}");
    assert_eq!(
        says[0],
        "breaks callers: `release` deploys to the endpoint `grown-prod` and no longer `tiny-prod` in \
         stage prod: callers must follow"
    );
    assert!(says[1].starts_with("the endpoint `tiny-prod` stays"), "{says:?}");
    let tokens = "endpoint: tiny-prod, auth_mode: aad_token";
    assert_eq!(
        staged.says(&STAGED.replace("endpoint: tiny-prod", tokens), STAGES),
        [
            "breaks callers: the endpoint `tiny-prod` in stage prod has the `auth_mode` aad_token and no \
          longer key: callers must sign in in that way"
        ]
    );
    let (before, after) = STAGED.split_once("  release:").unwrap();
    let gone = [before, &after[after.find("triggers").unwrap()..]].concat();
    let says = staged.says(&gone, STAGES);
    assert_eq!(says.len(), 1, "{says:?}");
    assert!(says[0].starts_with("the endpoint `tiny-prod` stays"), "{says:?}");
}

#[test]
fn without_git_or_a_repository_diff_says_so() {
    let sandbox = Sandbox::tiny();
    let run = sandbox.run(&["diff"]).code(2);
    assert!(run.err.contains("is in no git repository"), "{}", run.err);
    let sandbox = sandbox.with("PATH", "");
    let run = sandbox.run(&["diff"]).code(2);
    assert!(run.err.contains("`diff` needs the program `git`"), "{}", run.err);
}

#[test]
fn before_the_first_commit_everything_is_new() {
    let sandbox = Sandbox::tiny();
    git(&sandbox, &["init", "-q"]);
    let text = sandbox.run(&["diff"]).code(0).out;
    assert_eq!(text, "tiny.mlops.yaml  new pipeline tiny: greet\n");
    let run = sandbox.run(&["diff", "--base", "main"]).code(2);
    assert!(run.err.contains("no revision `main`"), "{}", run.err);
}

#[test]
fn an_unknown_revision_is_trouble() {
    let run = committed().run(&["diff", "--base", "nowhere"]).code(2);
    assert!(run.err.contains("no revision `nowhere`"), "{}", run.err);
    Sandbox::tiny().run(&["diff"]).code(2);
}

#[test]
fn a_change_of_a_spec_that_is_a_step_is_shown_where_it_is_used() {
    let run = |word: &str| {
        format!(
            "mlopsc: 1\nname: inner\nsteps:\n  a: {{ compute: \"azureml:cpu\", environment: \"azureml:x:1\", run: {word} }}\n"
        )
    };
    let outer = "mlopsc: 1\nname: outer\nsteps:\n  all: { pipeline: inner.mlops.yaml }\n  rest: { compute: \"azureml:cpu\", environment: \"azureml:x:1\", run: ls }\n";
    let sandbox = Sandbox::new(&[("inner.mlops.yaml", &run("ls")), ("outer.mlops.yaml", outer)]);
    commit(&sandbox);
    sandbox.write("inner.mlops.yaml", &run("pwd"));
    let said = sandbox.run(&["diff", "outer.mlops.yaml"]).code(0).out;
    assert!(said.contains("~ step inner/a\n      run: ls → pwd\n"), "{said}");
    assert!(said.contains("runs again on Azure ML: all\n"), "{said}");
}

#[test]
fn the_log_of_a_ci_system_gets_no_orders_from_a_diff() {
    let sandbox = committed();
    let spec = sandbox.read("tiny.mlops.yaml");
    let spec = spec.replace("name: tiny\n", "name: tiny\ndescription: \"##vso[task.complete]\"\n");
    sandbox.write("tiny.mlops.yaml", &spec);
    for format in ["text", "json", "markdown"] {
        let run = sandbox.run(&["diff", "--format", format, "--message-format", "azure"]);
        assert!(!run.out.contains("##vso"), "{}", run.out);
        assert!(run.out.contains("task.complete"), "{}", run.out);
    }
}

const RENAMED: &str = "\
mlopsc: 1
name: renamed
defaults: { skip: [check] }
steps:
  check: { runner: ubuntu-latest, run: 'echo 3 > ${{ outputs.o }}', outputs: { o: integer } }
  prepare: { needs: check, compute: 'azureml:c', environment: 'azureml:e:1', run: echo }
  train: { needs: prepare, compute: 'azureml:c', environment: 'azureml:e:1', run: echo }
  tell: { needs: train, runner: ubuntu-latest, run: 'echo ${{ steps.check.outputs.o }}' }
triggers:
  push: { push: {} }
  weekly: { schedule: { every: week, on_weekdays: [monday], at: '02:00' }, goals: [prepare] }
  daily: { schedule: { every: day, at: '02:00' }, goals: [train] }
";

#[test]
fn a_renamed_step_is_said_once_in_the_words_of_the_spec() {
    let sandbox = committed();
    sandbox.write("mlopsc.yaml", "mlopsc: 1\n");
    sandbox.write("renamed.mlops.yaml", RENAMED);
    commit(&sandbox);
    let spec = RENAMED.replace("check", "probe").replace("prepare", "clean");
    sandbox.write("renamed.mlops.yaml", &spec);
    let text = sandbox.run(&["diff"]).code(0).out;
    let mut lines: Vec<&str> = text.lines().filter(|line| line.starts_with("  ")).collect();
    assert!(lines.contains(&"  ~ Azure ML job pipeline.weekly.json: prepare → clean"), "{text}");
    let run = "      run: echo ${{ steps.check.outputs.o }} → echo ${{ steps.probe.outputs.o }}";
    assert!(lines.contains(&run), "{text}");
    assert!(text.contains("- step check\n      engine: CI\n"), "{text}");
    assert!(!text.contains("(nothing)") && !text.contains("variable"), "{text}");
    lines.retain(|line| line.starts_with("  ~"));
    let all = lines.len();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), all, "{text}");
}

#[test]
fn specs_are_compared_though_conda_files_disagree() {
    let sandbox = committed();
    let environments = "\
environments:
  one: { image: 'a:1', conda: one.yaml, agrees_with: two }
  two: { image: 'a:1', conda: two.yaml }
";
    let pandas = |demand: &str| format!("dependencies: [python=3.11, pandas{demand}]\n");
    sandbox.write("one.yaml", &pandas("==1.5.1"));
    sandbox.write("two.yaml", &pandas("=1.5"));
    let spec = TINY.replace("echo hello", "echo bye");
    sandbox.write("tiny.mlops.yaml", &(spec.clone() + environments));
    let run = sandbox.run(&["diff"]).code(1);
    assert!(run.out.contains("run: echo hello → echo bye\n"), "{}", run.out);
    assert!(run.err.contains("`==1.5.1` lies inside `=1.5`"), "{}", run.err);
    sandbox.write("tiny.mlops.yaml", &spec);
    sandbox.write("mlopsc.yaml", &format!("mlopsc: 1\n{environments}"));
    let run = sandbox.run(&["diff"]).code(1);
    assert!(run.out.contains("run: echo hello → echo bye\n"), "{}", run.out);
    sandbox.run(&["build"]).code(1);
    assert!(!sandbox.path(".github/workflows/tiny.yml").exists());
}
