//! The small commands, and words that are none.

use super::{Sandbox, TINY, WORKFLOW};

#[test]
fn explain_prints_a_page_or_the_near_miss() {
    let sandbox = Sandbox::new(&[]);
    let page = sandbox.run(&["explain", "stale-output"]).code(0).out;
    assert!(page.starts_with("# stale-output\n"), "{page}");
    assert_eq!(sandbox.run(&["explain", "error[stale-output]"]).code(0).out, page);
    let run = sandbox.run(&["explain", "stale-outputs"]).code(2);
    assert!(run.err.contains("did you mean `stale-output`?"), "{}", run.err);
    let list = sandbox.run(&["explain"]).code(0).out;
    assert!(list.contains("error    stale-output\n"), "{list}");
}

#[test]
fn promised_commands_say_so_and_others_are_unknown() {
    let sandbox = Sandbox::new(&[]);
    let promised = sandbox.run(&["submit", "--now", "x"]).code(2);
    assert_eq!(promised.err, "mlopsc: `mlopsc submit` is not supported yet\n");
    let unknown = sandbox.run(&["biuld"]).code(2);
    assert_eq!(unknown.err, "mlopsc: `biuld` is no command; did you mean `build`?\n");
    assert!(!sandbox.run(&["--help"]).code(0).out.contains("submit"));
}

#[test]
fn usage_errors_are_trouble() {
    let sandbox = Sandbox::tiny();
    sandbox.run(&[]).code(2);
    sandbox.run(&["build", "--nonsense"]).code(2);
    let target = sandbox.run(&["build", "--target", "githup"]).code(2);
    assert!(target.err.contains("did you mean `github`?"), "{}", target.err);
    let idle = sandbox.run(&["build", "--target", "azureml"]).code(2);
    assert!(idle.err.contains("does not list `azureml`"), "{}", idle.err);
}

#[test]
fn completions_name_the_commands() {
    let script = Sandbox::new(&[]).run(&["completions", "bash"]).code(0).out;
    assert!(script.contains("build") && script.contains("--fail-on-change"));
}

#[test]
fn init_writes_a_project_that_is_well_and_never_overwrites() {
    let sandbox = Sandbox::new(&[("src/train.py", "mine\n")]);
    let run = sandbox.run(&["init"]).code(0);
    assert!(run.err.contains("kept src/train.py"), "{}", run.err);
    assert_eq!(sandbox.read("src/train.py"), "mine\n");
    let check = sandbox.run(&["check"]).code(0);
    assert!(check.err.contains("all is well"), "{}{}", check.out, check.err);
    sandbox.run(&["fmt", "--check"]).code(0);
    sandbox.run(&["build"]).code(0);
    sandbox.run(&["build", "--check"]).code(0);
}

#[test]
fn init_in_a_folder_of_a_repository_says_where_the_root_is() {
    let sandbox = Sandbox::new(&[(".git/HEAD", "ref: refs/heads/main\n")]);
    sandbox.run(&["init", "models/taxi"]).code(0);
    assert!(sandbox.read("models/taxi/mlopsc.yaml").contains("\nroot: ../.. "));
    assert!(!sandbox.has("models/taxi/.pre-commit-config.yaml"));
    let check = sandbox.run(&["check"]).code(0);
    assert!(check.err.contains("all is well"), "{}{}", check.out, check.err);
    sandbox.run(&["fmt", "--check"]).code(0);
    sandbox.run(&["build"]).code(0);
    let workflow = sandbox.read(".github/workflows/taxi.yml");
    assert!(workflow.contains("- models/taxi/src/**"), "{workflow}");
    assert!(workflow.contains("working-directory: models/taxi"), "{workflow}");
    sandbox.run(&["init", "a folder"]).code(2);
}

#[test]
fn a_workflow_that_github_would_not_read_is_said_by_check_as_by_build() {
    let sandbox = Sandbox::tiny();
    let script = "echo 0123456789\n".repeat(600).replace('\n', "\n      ");
    let step = |at: usize| {
        format!("  s{at}:\n    runner: ubuntu-latest\n    run: |\n      {}\n", script.trim_end())
    };
    let spec = |steps: usize| {
        let steps: String = (0..steps).map(step).collect();
        format!(
            "mlopsc: 1\nname: tiny\nsteps:\n{steps}triggers: {{ by_hand: {{ manual: {{}} }} }}\n"
        )
    };
    sandbox.write("tiny.mlops.yaml", &spec(40));
    let check = sandbox.run(&["check", "--message-format", "concise"]).code(1);
    let start = format!("tiny.mlops.yaml:2:7: error[limit]: `{WORKFLOW}` would have ");
    assert!(check.out.starts_with(&start), "{}", check.out);
    assert_eq!(sandbox.run(&["build", "--message-format", "concise"]).code(1).out, check.out);
    assert!(!sandbox.has(WORKFLOW));
    sandbox.write("tiny.mlops.yaml", &spec(20));
    sandbox.run(&["check"]).code(0);
    sandbox.run(&["build"]).code(0);
}

#[test]
fn fmt_lays_specs_out_once() {
    let sandbox = Sandbox::tiny();
    let odd = TINY.replace("  greet:", "  greet:   # kept").replace("    run", "\n\n\n    run");
    sandbox.write("tiny.mlops.yaml", &odd);
    let check = sandbox.run(&["fmt", "--check", "--message-format", "concise"]).code(1);
    assert!(check.out.starts_with("tiny.mlops.yaml:4:1: error[layout]: "), "{}", check.out);
    assert!(check.out.contains("--- a/tiny.mlops.yaml"), "{}", check.out);
    assert_eq!(sandbox.read("tiny.mlops.yaml"), odd);
    let run = sandbox.run(&["fmt"]).code(0);
    assert_eq!(run.err, "laid out tiny.mlops.yaml\n");
    assert!(sandbox.read("tiny.mlops.yaml").contains("  greet:  # kept\n"));
    let again = sandbox.run(&["fmt"]).code(0);
    assert_eq!((&*again.out, &*again.err), ("", ""));
}

#[test]
fn fmt_keeps_line_ends_and_leaves_what_it_cannot_read() {
    let sandbox = Sandbox::tiny();
    sandbox.write("tiny.mlops.yaml", &TINY.replace('\n', "\r\n"));
    sandbox.run(&["fmt", "--check"]).code(0);
    let broken = TINY.to_owned() + "x: [\n";
    sandbox.write("tiny.mlops.yaml", &broken);
    let run = sandbox.run(&["fmt"]).code(1);
    assert!(run.out.contains("error[syntax]"), "{}", run.out);
    assert_eq!(sandbox.read("tiny.mlops.yaml"), broken);
}

#[test]
fn graphs_show_steps_engines_and_triggers() {
    let sandbox = Sandbox::new(&[]);
    sandbox.run(&["init"]).code(0);
    let text = sandbox.run(&["graph"]).code(0).out;
    for words in ["unit_tests", "azureml:cpu-cluster", "← prepare.clean", "push to main", "weekly"]
    {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
    let mermaid = sandbox.run(&["graph", "--format", "mermaid"]).code(0).out;
    assert!(
        mermaid.starts_with("flowchart TD\n") && mermaid.contains("-->|\"clean\"|"),
        "{mermaid}"
    );
    let dot = sandbox.run(&["graph", "--format", "dot"]).code(0).out;
    assert_eq!(dot.matches('{').count(), dot.matches('}').count());
    assert!(dot.contains("[label=\"clean\"]"), "{dot}");
}

#[test]
fn pictures_show_the_gates_of_stages() {
    let spec = "\
mlopsc: 1
name: gated
defaults: { runner: ubuntu-24.04 }
steps:
  test: { run: pytest }
  train: { needs: test, compute: \"azureml:cpu\", environment: \"azureml:e:1\", run: echo hello }
  promote: { needs: train, stage: prod, azure: true, run: az ml model list }
";
    let project = "mlopsc: 1\nstages: { dev: {}, prod: { approval: production } }\n";
    let sandbox = Sandbox::new(&[("gated.mlops.yaml", spec), ("mlopsc.yaml", project)]);
    let mermaid = sandbox.run(&["graph", "--format", "mermaid"]).code(0).out;
    for line in [
        "p0g1{{\"approval of the chosen stage\"}}",
        "p0s0 --> p0g1",
        "p0g1 --> p0s1",
        "p0g3{{\"approval of stage prod\"}}",
        "p0s1 --> p0g3",
        "p0g3 --> p0s2",
    ] {
        assert!(mermaid.contains(&format!("    {line}\n")), "{line} is not in\n{mermaid}");
    }
    let dot = sandbox.run(&["graph", "--format", "dot"]).code(0).out;
    assert!(dot.contains("p0g3 [shape=hexagon, label=\"approval of stage prod\"];"), "{dot}");
    let text = sandbox.run(&["graph"]).code(0).out;
    assert!(text.contains("  4  approval of stage prod\n"), "{text}");
}

const JOB: &str = "\
type: pipeline
settings: { default_compute: azureml:cpu }
jobs:
  go: { command: echo hello, environment: azureml:sklearn:4 }
";

#[test]
fn import_writes_a_spec_that_builds_and_replaces_none() {
    let sandbox = Sandbox::new(&[("jobs/train.yml", JOB)]);
    let run = sandbox.run(&["import", "jobs/train.yml"]).code(0);
    assert_eq!((run.out.as_str(), run.err.as_str()), ("jobs/train.mlops.yaml\n", ""));
    sandbox.run(&["fmt", "--check"]).code(0);
    sandbox.run(&["build"]).code(0);
    sandbox.run(&["import", "jobs/train.yml"]).code(0);
    sandbox.write("jobs/train.mlops.yaml", "# mine\n");
    let again = sandbox.run(&["import", "jobs/train.yml"]).code(2);
    assert!(again.err.contains("`--force` replaces it"), "{}", again.err);
    assert_eq!(sandbox.read("jobs/train.mlops.yaml"), "# mine\n");
    sandbox.run(&["import", "jobs/train.yml", "--force"]).code(0);
    let out = sandbox.run(&["import", "jobs/train.yml", "--out", "specs/new"]).code(0).out;
    assert_eq!(out, "specs/new/train.mlops.yaml\n");
}

#[test]
fn import_touches_nothing_when_anything_is_in_the_way() {
    let inside = JOB.replace(
        "environment: azureml:sklearn:4",
        "environment: { image: python, conda_file: { name: x } }",
    );
    let sandbox = Sandbox::new(&[("jobs/train.yml", &inside), ("jobs/go.conda.yaml", "# mine\n")]);
    sandbox.run(&["import", "jobs/train.yml"]).code(2);
    let forced = sandbox.run(&["import", "jobs/train.yml", "--force"]).code(2);
    assert!(forced.err.contains("`--force` replaces specs alone"), "{}", forced.err);
    assert_eq!(sandbox.read("jobs/go.conda.yaml"), "# mine\n");
    assert!(!sandbox.has("jobs/train.mlops.yaml"));
    sandbox.remove("jobs/go.conda.yaml");
    sandbox.write("jobs/train.mlops.yaml/x", "");
    let folder = sandbox.run(&["import", "jobs/train.yml", "--force"]).code(2);
    assert!(folder.err.contains("is there already, and is no file"), "{}", folder.err);
    assert!(!sandbox.has("jobs/go.conda.yaml"));
}

#[test]
fn import_writes_all_of_its_files_or_none() {
    let inside = JOB.replace(
        "environment: azureml:sklearn:4",
        "environment: { image: python, conda_file: { name: x } }",
    );
    let sandbox = Sandbox::new(&[
        ("a/train.yml", &inside),
        ("b/train.yml", JOB),
        ("specs/go.conda.yaml", "# mine\n"),
    ]);
    let both = sandbox.run(&["import", "a/train.yml", "b/train.yml", "--out", "both"]).code(2);
    assert!(both.err.contains("two of these files become both/train.mlops.yaml"), "{}", both.err);
    let taken = sandbox.run(&["import", "a/train.yml", "--out", "specs"]).code(2);
    assert!(taken.err.contains("specs/go.conda.yaml is there already"), "{}", taken.err);
    for absent in ["both/train.mlops.yaml", "specs/train.mlops.yaml"] {
        assert!(!sandbox.path(absent).exists(), "{absent}");
    }
}

#[test]
fn import_makes_one_spec_of_a_job_and_its_schedules() {
    let schedule = |name: &str, hour: u8| {
        format!(
            "name: {name}\ntrigger: {{ type: cron, expression: 0 {hour} * * * }}\ncreate_job: {{ type: pipeline, job: ./train.yml }}\n"
        )
    };
    let sandbox = Sandbox::new(&[
        ("train.yml", JOB),
        ("nightly.yml", &schedule("nightly", 3)),
        ("again.yml", &schedule("again", 4)),
        ("other.yml", JOB),
    ]);
    let files = ["import", "train.yml", "nightly.yml", "again.yml", "other.yml"];
    let run = sandbox.run(&files).code(0);
    assert_eq!(run.out, "train.mlops.yaml\nother.mlops.yaml\n", "{}", run.err);
    let spec = sandbox.read("train.mlops.yaml");
    let triggers = spec.split_once("\ntriggers:\n").expect("triggers").1;
    assert!(triggers.starts_with("  nightly:\n"), "{spec}");
    assert!(triggers.contains("\n  again:\n"), "{spec}");
    sandbox.run(&["check"]).code(0);
    sandbox.run(&["fmt", "--check"]).code(0);
}

#[test]
fn import_refuses_what_is_no_text_or_no_file() {
    let sandbox = Sandbox::new(&[("jobs/train.yml", JOB), ("out.txt", "")]);
    std::fs::write(sandbox.path("binary.yml"), [0u8, 255, 1]).expect("it can be written");
    std::fs::create_dir(sandbox.path("folder.yml")).expect("it can be made");
    for (path, code) in [("binary.yml", 1), ("folder.yml", 1), ("none.yml", 2)] {
        let run = sandbox.run(&["import", path, "--message-format", "concise"]).code(code);
        assert_eq!((run.out.as_str(), run.err.lines().count()), ("", 1), "{path}: {}", run.err);
    }
    let run = sandbox.run(&["import", "jobs/train.yml", "--out", "out.txt"]).code(2);
    assert!(run.err.contains("cannot make the folder out.txt"), "{}", run.err);
}

#[test]
fn import_says_what_it_cannot_say_and_writes_the_rest() {
    let text = format!("{JOB}services: {{ a: b }}\n");
    let sandbox = Sandbox::new(&[("train.yml", &text)]);
    let run = sandbox.run(&["import", "train.yml", "--message-format", "concise"]).code(1);
    assert_eq!(run.out, "train.mlops.yaml\n");
    assert!(run.err.starts_with("train.yml:5:1: error[not-imported]: "), "{}", run.err);
}

/// Files that the tools wrote name folders of the machine.
#[test]
fn import_knows_absolute_paths_inside_the_project() {
    let sandbox = Sandbox::new(&[("mlopsc.yaml", "mlopsc: 1\n"), ("src/a.py", "print()\n")]);
    let root = sandbox.path("").canonicalize().expect("it is there");
    let code = |folder: &str| format!("{{ command: echo hello, code: {}/{folder},", root.display());
    sandbox.write("jobs/train.yml", &JOB.replace("{ command: echo hello,", &code("src")));
    sandbox.run(&["import", "jobs/train.yml"]).code(0);
    assert!(sandbox.read("jobs/train.mlops.yaml").contains("code: ../src\n"));
    sandbox.write("jobs/train.yml", &JOB.replace("{ command: echo hello,", &code("../..")));
    let run = sandbox.run(&["import", "jobs/train.yml", "--force"]).code(1);
    assert!(run.err.contains("is no path inside the project"), "{}", run.err);
}

#[test]
fn import_says_when_the_spec_does_not_build() {
    let text = JOB.replace("{ command: echo hello,", "{ command: echo hello, code: ./gone,");
    let sandbox = Sandbox::new(&[("jobs/train.yml", &text)]);
    let run = sandbox.run(&["import", "jobs/train.yml", "--message-format", "concise"]).code(1);
    assert_eq!(run.out, "jobs/train.mlops.yaml\n");
    let wanted =
        "jobs/train.mlops.yaml:10:11: error[not-imported]: `train.mlops.yaml` does not build yet: ";
    assert!(run.err.starts_with(wanted), "{}", run.err);
    assert_eq!(run.err.lines().count(), 1, "{}", run.err);
}

#[test]
fn import_reads_scripts_for_version_1_without_running_them() {
    let script = "raise SystemExit('nobody runs this')\n\
        from azureml.core import Workspace, Environment, RunConfiguration\n\
        from azureml.pipeline.core import Pipeline, PipelineParameter\n\
        from azureml.pipeline.steps import PythonScriptStep\n\
        ws = Workspace.from_config()\n\
        config = RunConfiguration()\n\
        config.environment = Environment.get(ws, 'sklearn', '4')\n\
        rate = PipelineParameter('rate', 0.5)\n\
        train = PythonScriptStep('train.py', name='train', source_directory='src',\n\
            arguments=['--rate', rate], compute_target=ws.compute_targets['cpu'], runconfig=config)\n\
        Pipeline(ws, steps=[train]).publish('old')\n";
    let sandbox = Sandbox::new(&[
        ("mlopsc.yaml", "mlopsc: 1\n"),
        ("jobs/build.py", script),
        ("src/train.py", "print()\n"),
    ]);
    let run = sandbox.run(&["import", "jobs/build.py", "--out", "pipelines"]).code(0);
    assert_eq!(run.out, "pipelines/old.mlops.yaml\n");
    let spec = sandbox.read("pipelines/old.mlops.yaml");
    assert!(spec.contains("code: ../src\n"), "{spec}");
    assert!(spec.contains("run: python train.py --rate ${{ parameters.rate }}\n"), "{spec}");
    sandbox.run(&["check", "pipelines"]).code(0);
}
