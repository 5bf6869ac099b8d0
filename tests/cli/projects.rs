//! Which specs and which root a call means.

use super::{PROJECT, Sandbox, TINY, WORKFLOW};

#[test]
fn several_roots_in_one_call() {
    let sandbox = Sandbox::new(&[
        ("examples/a/mlopsc.yaml", PROJECT),
        ("examples/a/tiny.mlops.yaml", TINY),
        ("examples/b/mlopsc.yaml", PROJECT),
        ("examples/b/pipelines/tiny.mlops.yaml", TINY),
    ]);
    sandbox.run(&["build", "--check", "examples"]).code(1);
    sandbox.run(&["build", "examples"]).code(0);
    assert!(sandbox.has(&format!("examples/a/{WORKFLOW}")));
    let b = sandbox.read(&format!("examples/b/{WORKFLOW}"));
    assert!(b.contains("spec=pipelines/tiny.mlops.yaml"), "{b}");
    sandbox.run(&["build", "--check", "examples/a", "examples/b"]).code(0);
    sandbox.run(&["build", "--out", "copy", "examples"]).code(2);
}

#[test]
fn the_root_is_the_nearest_project_file_but_not_beyond_the_repository() {
    let sandbox = Sandbox::new(&[
        ("mlopsc.yaml", PROJECT),
        ("inner/.git/HEAD", "ref: refs/heads/main\n"),
        ("inner/deep/tiny.mlops.yaml", TINY),
    ]);
    sandbox.run(&["build", "--target", "github", "inner/deep/tiny.mlops.yaml"]).code(0);
    assert!(sandbox.has(&format!("inner/{WORKFLOW}")));
}

#[test]
fn without_project_and_repository_the_spec_is_at_the_root() {
    let sandbox = Sandbox::new(&[("deep/tiny.mlops.yaml", TINY)]);
    sandbox.run(&["build", "--target", "github", "deep/tiny.mlops.yaml"]).code(0);
    assert!(sandbox.has(&format!("deep/{WORKFLOW}")));
}

#[test]
fn a_call_from_below_means_the_whole_project_and_shows_paths_from_there() {
    let sandbox = Sandbox::tiny();
    sandbox.write("sub/readme", "");
    let run = sandbox.run_in("sub", &["build"]).code(0);
    assert!(run.err.contains(&format!("wrote ../{WORKFLOW}")), "{}", run.err);
}

#[test]
fn ignored_and_hidden_specs_are_left_out_unless_named() {
    let sandbox = Sandbox::tiny();
    sandbox.write(".gitignore", "/drafts\n");
    sandbox.write("drafts/broken.mlops.yaml", "nonsense");
    sandbox.write(".hidden/broken.mlops.yaml", "nonsense");
    sandbox.run(&["check"]).code(0);
    sandbox.run(&["check", "drafts/broken.mlops.yaml"]).code(1);
}

#[test]
fn many_specs_are_reported_in_the_order_of_their_names() {
    let sandbox = Sandbox::new(&[("mlopsc.yaml", PROJECT)]);
    for number in 10..40 {
        let name = format!("p{number}");
        let spec = TINY.replace("tiny", &name).replace("run:", "runn:");
        sandbox.write(&format!("{name}.mlops.yaml"), &spec);
    }
    let run = sandbox.run(&["check", "--message-format", "concise"]).code(1);
    let files: Vec<&str> = run.out.lines().map(|line| &line[..3]).collect();
    assert!(files.is_sorted() && files.first() == Some(&"p10"), "{}", run.out);
    assert!(files.len() >= 30);
    assert_eq!(sandbox.run(&["check", "--message-format", "concise"]).out, run.out);
}

#[test]
fn one_call_does_not_start_two_specs() {
    let sandbox = Sandbox::new(&[("mlopsc.yaml", PROJECT)]);
    let spec = |name: &str, call: &str| {
        format!("{}  call: {{ http: {call} }}\n", TINY.replace("tiny", name))
    };
    sandbox.write("one.mlops.yaml", &spec("one", "greet-it"));
    sandbox.write("two.mlops.yaml", &spec("two", "greet-them"));
    sandbox.run(&["check"]).code(0);
    sandbox.write("two.mlops.yaml", &spec("two", "Greet-It"));
    let run = sandbox.run(&["check", "--message-format", "concise"]).code(1);
    for other in ["one", "two"] {
        let message =
            format!("`{other}.mlops.yaml` is started by a dispatch of the type `greet-it` too");
        assert!(run.out.contains(&message), "{}", run.out);
    }
}

#[test]
fn paths_that_are_wrong_are_trouble() {
    let sandbox = Sandbox::tiny();
    sandbox.write("other.yaml", "a: 1\n");
    sandbox.write("empty/readme", "");
    let missing = sandbox.run(&["check", "missing.mlops.yaml"]).code(2);
    assert!(missing.err.starts_with("mlopsc: cannot find missing.mlops.yaml: "), "{}", missing.err);
    let other = sandbox.run(&["check", "other.yaml"]).code(2);
    assert!(other.err.contains("not a spec"), "{}", other.err);
    let empty = sandbox.run(&["check", "empty"]).code(2);
    assert!(empty.err.contains("no spec in empty"), "{}", empty.err);
}

#[test]
fn a_project_without_a_spec_is_trouble() {
    let sandbox = Sandbox::new(&[
        ("mlopsc.yaml", PROJECT),
        ("pipelines/train.yaml", TINY),
        ("pipelines/other.yml", &format!("# A comment.\n\n{TINY}")),
        ("conda.yaml", "dependencies: []\n"),
    ]);
    for words in [&["check"][..], &["build"], &["build", "--check"], &["fmt"], &["check", "."]] {
        let run = sandbox.run(words).code(2);
        let expected = "mlopsc: no spec in this project: a spec's name ends in `.mlops.yaml` or \
                        `.mlops.yml`; rename pipelines/other.yml, pipelines/train.yaml\n";
        assert_eq!(run.err, expected, "{words:?}");
    }
    sandbox.write("pipelines/train.mlops.yaml", TINY);
    sandbox.run(&["check"]).code(0);
}

#[test]
fn a_project_whose_last_spec_is_gone_is_cleaned() {
    let sandbox = Sandbox::tiny();
    sandbox.run(&["build"]).code(0);
    std::fs::remove_file(sandbox.folder.path().join("tiny.mlops.yaml")).unwrap();
    sandbox.run(&["build", "--check"]).code(1);
    let run = sandbox.run(&["build"]).code(0);
    assert!(run.err.contains(&format!("removed {WORKFLOW}")), "{}", run.err);
    sandbox.run(&["build"]).code(2);
}

#[test]
fn a_name_in_the_wrong_case_is_missing() {
    let sandbox = Sandbox::tiny();
    sandbox.write("Conda.yaml", "dependencies: []\n");
    sandbox.write(
        "node.mlops.yaml",
        "mlopsc: 1\nname: node\nenvironments:\n  e: { image: python, conda: conda.yaml }\nsteps:\n  \
         a: { compute: serverless, environment: e, run: echo }\n",
    );
    let run = sandbox.run(&["check", "--message-format", "concise", "node.mlops.yaml"]).code(1);
    assert!(run.out.contains("missing-file"), "{}", run.out);
}

#[test]
fn a_project_below_can_name_the_repository_as_its_root() {
    let sandbox = Sandbox::new(&[
        ("examples/a/mlopsc.yaml", &format!("{PROJECT}root: ../..\n")),
        ("examples/a/tiny.mlops.yaml", TINY),
    ]);
    sandbox.run_in("examples/a", &["build"]).code(0);
    assert!(sandbox.read(WORKFLOW).contains("spec=examples/a/tiny.mlops.yaml"));
    sandbox.write("examples/a/mlopsc.yaml", &format!("{PROJECT}root: ../../elsewhere\n"));
    let run = sandbox.run(&["check", "--message-format", "concise", "examples"]).code(1);
    let place = "examples/a/mlopsc.yaml:4:7: error[bad-value]: `../../elsewhere` cannot be";
    assert!(run.out.starts_with(place) && run.out.contains("no such folder"), "{}", run.out);
    sandbox.write("elsewhere/readme", "");
    let run = sandbox.run(&["check", "--message-format", "concise", "examples"]).code(1);
    assert!(run.out.contains("it is no folder that holds this one"), "{}", run.out);
    sandbox.write("examples/a/.git/HEAD", "ref: refs/heads/main\n");
    sandbox.write("examples/a/mlopsc.yaml", &format!("{PROJECT}root: ..\n"));
    let run = sandbox.run(&["build", "--message-format", "concise", "examples"]).code(1);
    assert!(run.out.contains("it is outside of the repository"), "{}", run.out);
}

/// A repository with a project in a folder of it.
fn below_a_repository(root: &str) -> Sandbox {
    Sandbox::new(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("sub/a/mlopsc.yaml", &format!("{PROJECT}{root}")),
        ("sub/a/tiny.mlops.yaml", TINY),
    ])
}

#[test]
fn a_project_below_the_repositorys_root_is_warned() {
    let sandbox = below_a_repository("");
    let run = sandbox.run(&["check", "--message-format", "concise"]).code(0);
    let line = "sub/a/mlopsc.yaml:1:1: warning[root-above]: the repository's root is `../..`, ";
    assert!(run.out.starts_with(line), "{}", run.out);
    for quiet in ["root: .\n", "root: ../..\n", "lint: { root-above: off }\n"] {
        let run = below_a_repository(quiet).run(&["check"]).code(0);
        assert_eq!(run.out, "", "{quiet}");
    }
    let error = below_a_repository("lint: { root-above: error }\n");
    error.run(&["build"]).code(1);
    assert!(!error.has("sub/a/.github"));
}

#[test]
fn a_root_that_moves_up_leaves_no_old_files() {
    let sandbox = below_a_repository("");
    sandbox.run(&["build"]).code(0);
    let old = format!("sub/a/{WORKFLOW}");
    assert!(sandbox.has(&old));
    sandbox.write("sub/a/mlopsc.yaml", &format!("{PROJECT}root: ../..\n"));
    let check = sandbox.run(&["build", "--check"]).code(1);
    assert!(check.out.contains(&format!("`{old}` is an orphan")), "{}", check.out);
    sandbox.run(&["build"]).code(0);
    assert!(sandbox.has(WORKFLOW) && !sandbox.has(&old));
    sandbox.run(&["build", "--check"]).code(0);
}

#[test]
fn a_root_that_moves_down_names_the_old_files() {
    let sandbox = below_a_repository("root: ../..\n");
    sandbox.run(&["build"]).code(0);
    sandbox.write("sub/a/mlopsc.yaml", &format!("{PROJECT}root: .\n"));
    for arguments in [&["build"][..], &["build", "--check"]] {
        let run = sandbox.run(&[arguments, &["--message-format", "concise"]].concat()).code(1);
        let line = format!(
            "sub/a/tiny.mlops.yaml:2:7: error[stale-output]: `../../{WORKFLOW}` is an orphan of a \
             time when `root` named its folder\n"
        );
        assert_eq!(run.out, line);
    }
    sandbox.remove(WORKFLOW);
    sandbox.run(&["build", "--check"]).code(0);
}

#[test]
fn projects_that_share_a_root_share_no_file() {
    let project = format!("{PROJECT}root: ..\n");
    let sandbox = Sandbox::new(&[
        ("a/mlopsc.yaml", &project),
        ("a/tiny.mlops.yaml", TINY),
        ("b/mlopsc.yaml", &project),
        ("b/tiny.mlops.yaml", TINY),
    ]);
    let run = sandbox.run(&["build", "--message-format", "concise"]).code(1);
    let line = "b/tiny.mlops.yaml:2:7: error[conflict]: `a/tiny.mlops.yaml` writes files called \
                `tiny` too\n";
    assert_eq!(run.out, line);
    assert!(!sandbox.has(".github"));
    sandbox.write("b/mlopsc.yaml", &project.replace("[github]", "[azure_pipelines]"));
    sandbox.write(
        "b/tiny.mlops.yaml",
        &format!("{TINY}\n").replace("push:", "home: azure_pipelines, push:"),
    );
    sandbox.run(&["build"]).code(0);
}

#[test]
fn two_used_specs_of_one_name_are_said_once() {
    let inner = "mlopsc: 1\nname: inner\nsteps:\n  run: { compute: \"azureml:cpu\", environment: \"azureml:x:1\", run: ls }\n";
    let outer = "mlopsc: 1\nname: outer\nsteps:\n  a: { pipeline: a.mlops.yaml }\n  b: { pipeline: b.mlops.yaml }\n";
    let sandbox = Sandbox::new(&[
        ("a.mlops.yaml", inner),
        ("b.mlops.yaml", inner),
        ("outer.mlops.yaml", outer),
    ]);
    let run = sandbox.run(&["build", "--message-format", "concise"]).code(1);
    let line =
        "b.mlops.yaml:2:7: error[conflict]: `a.mlops.yaml` writes files called `inner` too\n";
    assert_eq!(run.out, line);
    assert!(!sandbox.has(".azureml"));
    let run = sandbox.run(&["build", "outer.mlops.yaml", "--message-format", "concise"]).code(1);
    assert!(run.out.contains("are both called `inner`"), "{}", run.out);
    assert_eq!(run.out.lines().count(), 1);
}

#[test]
fn a_file_where_a_folder_must_be_is_named() {
    let project = PROJECT.replace("[github]", "[github, azure_pipelines]");
    let sandbox = Sandbox::new(&[("mlopsc.yaml", &project), ("tiny.mlops.yaml", TINY)]);
    sandbox.write(".azure-pipelines", "");
    let run = sandbox.run(&["build", "--message-format", "concise"]).code(1);
    let line = "tiny.mlops.yaml:2:7: error[foreign-output]: `.azure-pipelines/tiny.yml` needs a \
                folder where the file `.azure-pipelines` is\n";
    assert_eq!(run.out, line);
    sandbox.write("out", "");
    let write_to = "write_to: { azure_pipelines: out/ci }\n";
    sandbox.write("mlopsc.yaml", &format!("{project}{write_to}"));
    for command in ["check", "build"] {
        let run = sandbox.run(&[command, "--message-format", "concise"]).code(1);
        let line = "mlopsc.yaml:4:30: error[bad-value]: `out` is a file, so that no folder can be \
                    there\n";
        assert_eq!(run.out, line);
    }
    assert!(!sandbox.has(".github"));
}

#[test]
fn a_broken_project_file_builds_nothing_and_is_reported_once() {
    let sandbox = Sandbox::tiny();
    sandbox.write("other.mlops.yaml", &TINY.replace("tiny", "other"));
    sandbox.write("mlopsc.yaml", &PROJECT.replace("targets", "targetz"));
    let run = sandbox.run(&["build", "--message-format", "concise"]).code(1);
    assert_eq!(run.out.lines().count(), 1, "{}", run.out);
    assert!(run.out.starts_with("mlopsc.yaml:3:1: error[unknown-key]"), "{}", run.out);
    assert!(!sandbox.has(".github"));
}

#[cfg(unix)]
#[test]
fn a_project_file_that_cannot_be_read_is_not_passed_over() {
    let sandbox = Sandbox::tiny();
    std::fs::remove_file(sandbox.path("mlopsc.yaml")).unwrap();
    std::os::unix::fs::symlink("nowhere.yaml", sandbox.path("mlopsc.yaml")).unwrap();
    let run = sandbox.run(&["build"]).code(2);
    assert!(run.err.contains("mlopsc.yaml"), "{}", run.err);
    std::fs::remove_file(sandbox.path("mlopsc.yaml")).unwrap();
    std::fs::create_dir(sandbox.path("mlopsc.yaml")).unwrap();
    sandbox.run(&["build"]).code(2);
    assert!(!sandbox.has(WORKFLOW));
}

#[test]
fn conda_files_that_must_agree_are_compared_once_and_repaired() {
    let sandbox = Sandbox::tiny();
    sandbox.write("envs/ci.yaml", "dependencies:\n- scikit-learn=1.5\n");
    sandbox.write("envs/run.yaml", "dependencies:\r\n- pip:\r\n  - scikit_learn\r\n");
    let project = "mlopsc: 1
environments:
  ci: { image: a/ci:1, conda: envs/ci.yaml, agrees_with: [training] }
  training: { image: a/b:1, conda: envs/run.yaml }
";
    sandbox.write("mlopsc.yaml", project);
    let spec = sandbox.read("tiny.mlops.yaml").replace("name: tiny", "name: other");
    sandbox.write("other.mlops.yaml", &spec);
    let run = sandbox.run(&["check", "--message-format", "concise"]).code(0);
    let wanted = "envs/run.yaml:3:5: warning[conda-unpinned]: `scikit_learn` has no version here, and is `=1.5` in envs/ci.yaml\n";
    assert_eq!(run.out, wanted);
    sandbox.run(&["check", "--fix"]).code(0);
    let fixed = "dependencies:\r\n- pip:\r\n  - scikit_learn==1.5.*\r\n";
    assert_eq!(sandbox.read("envs/run.yaml"), fixed);
    sandbox.write("envs/ci.yaml", "dependencies:\n- scikit-learn=1.4\n");
    let run = sandbox.run(&["build", "--message-format", "concise"]).code(1);
    assert!(run.out.starts_with("envs/ci.yaml:2:3: error[conda-disagrees]"), "{}", run.out);
    assert!(!sandbox.has(WORKFLOW));
}

#[test]
fn a_name_that_a_broken_spec_has_too_is_told_once() {
    let sandbox = Sandbox::tiny();
    let broken = sandbox.read("tiny.mlops.yaml").replace("run:", "runn:");
    sandbox.write("broken.mlops.yaml", &broken);
    let run = sandbox.run(&["build", "--message-format", "concise"]).code(1);
    let told = "tiny.mlops.yaml:2:7: error[conflict]: `broken.mlops.yaml` writes";
    assert!(run.out.contains(told), "{}", run.out);
    assert_eq!(run.out.matches("error[conflict]").count(), 1, "{}", run.out);
    assert!(!sandbox.has(WORKFLOW));
}

#[cfg(unix)]
#[test]
fn a_repair_behind_a_link_leaves_the_link() {
    let sandbox = Sandbox::tiny();
    sandbox.write("envs/ci.yaml", "dependencies:\n- scikit-learn=1.5\n");
    sandbox.write("real/run.yaml", "dependencies:\n- scikit-learn\n");
    std::os::unix::fs::symlink("../real/run.yaml", sandbox.path("envs/run.yaml")).unwrap();
    let project = "mlopsc: 1
environments:
  ci: { image: a/ci:1, conda: envs/ci.yaml, agrees_with: [training] }
  training: { image: a/b:1, conda: envs/run.yaml }
";
    sandbox.write("mlopsc.yaml", project);
    sandbox.run(&["check", "--fix"]).code(0);
    assert_eq!(sandbox.read("real/run.yaml"), "dependencies:\n- scikit-learn=1.5\n");
}

#[test]
fn paths_that_start_elsewhere_are_told_the_way() {
    let spec = "\
mlopsc: 1
name: p
parameters:
  raw: { type: uri_folder, default: ../data }
steps:
  a: { compute: serverless, environment: \"azureml:e:1\", code: src, run: \"ls ${{ parameters.raw }}\" }
";
    let files = [("mlopsc.yaml", PROJECT), ("pipelines/p.mlops.yaml", spec), ("src/a.py", "")];
    let sandbox = Sandbox::new(&files);
    std::fs::create_dir(sandbox.path("data")).unwrap();
    let said = sandbox.run(&["check"]).code(1).out;
    assert!(said.contains("there is no folder `src`"), "{said}");
    assert!(said.contains("help: did you mean `../src`?"), "{said}");
    assert!(said.contains("the folder `../data` is empty"), "{said}");
    assert!(said.contains("help: Azure ML uploads no empty folders: put a file into it"), "{said}");
}

#[test]
fn environments_that_clash_are_shown_at_both_places() {
    let project = "\
mlopsc: 1
stages: { prod: { approval: production } }
images:
  ci:
    registry: { login_server: contoso.azurecr.io, service_connection: acr, username: \"${{ variables.U }}\", password: \"${{ secrets.P }}\", ci_environment: registry }
    repository: mlops/ci
    dockerfile: Dockerfile
";
    let spec = "\
mlopsc: 1
name: tiny
steps:
  look: { runner: ubuntu-24.04, container: ci, azure: true, run: az ml model list }
";
    let files =
        [("mlopsc.yaml", project), ("tiny.mlops.yaml", spec), ("Dockerfile", "FROM python:3.11\n")];
    let sandbox = Sandbox::new(&files);
    let run = sandbox.run(&["check", "--message-format", "full"]).code(1);
    for words in [
        "in the stage `prod` that is `production`",
        "mlopsc.yaml:2:29: the environment of the stage\n",
        "mlopsc.yaml:5:154: the environment of the image's registry\n",
    ] {
        assert!(run.out.contains(words), "{words} is not in\n{}", run.out);
    }
}

/// A project whose triggers of events can be wired.
const WIRED: &str = "mlopsc: 1
azure: { resource_group: rg, workspace: mlw }
datastores:
  lake: { account: stlake, container: raw }
  same: { account: stlake, container: raw }
  workspaceblobstore: { account: stml, container: blobs }
events: { key_vault: kv-x, storage: stlake }
github: { repository: contoso/x }
";

/// A spec with one job of Azure ML that has an output, more steps and a trigger.
fn chained(name: &str, output: &str, more: &str, trigger: &str) -> String {
    format!(
        "mlopsc: 1\nname: {name}\nsteps:\n  train:\n    compute: serverless\n    environment: \
         azureml:sklearn:4\n    run: echo ${{{{ outputs.model }}}}\n    outputs: {{ model: {{ type: \
         mlflow_model{output} }} }}\n{more}triggers:\n  on_event: {{ {trigger} }}\n"
    )
}

/// What `check` says of specs that start each other.
fn circles(specs: &[(&str, &str, &str, &str)]) -> Vec<String> {
    let sandbox = Sandbox::new(&[("mlopsc.yaml", WIRED)]);
    for (name, output, more, trigger) in specs {
        let text = chained(name, output, more, trigger);
        sandbox.write(&format!("{name}.mlops.yaml"), &text);
    }
    let run = sandbox.run(&["check", "--message-format", "concise"]);
    let rest: Vec<&str> = run.out.lines().filter(|it| it.contains(": error[")).collect();
    let (found, rest): (Vec<&str>, Vec<&str>) =
        rest.iter().partition(|line| line.contains("[event-circle]"));
    assert!(rest.is_empty(), "{}", run.out);
    found.into_iter().map(str::to_owned).collect()
}

#[test]
fn pipelines_that_start_each_other_are_found() {
    let register = |model: &str, tags: &str| {
        format!(
            "  note: {{ register: {{ model: {model}, from: \"${{{{ steps.train.outputs.model }}}}\"{tags} }} }}\n"
        )
    };
    let tagged = register("b", ", tags: { kind: fresh }");
    let by_tag = "model_registered: { model: b, tags: { kind: fresh } }";
    // One registers by a job, the other by CI and with a tag.
    let found = circles(&[
        ("one", ", register: a", "", by_tag),
        ("two", "", &tagged, "model_registered: a"),
    ]);
    let way = "one (on_event) registers a, which starts two (on_event) registers b, which fires the first again";
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("one.mlops.yaml:") && found[0].contains(way), "{found:?}");
    // Another tag is the way out; one that is known only when it runs may be the one.
    let other = register("b", ", tags: { kind: stale }");
    let unknown = register("b", ", tags: { kind: \"${{ git.sha }}\" }");
    for (more, count) in [(&other, 0), (&unknown, 1)] {
        let found = circles(&[
            ("one", ", register: a", "", by_tag),
            ("two", "", more, "model_registered: a"),
        ]);
        assert_eq!(found.len(), count, "{more}: {found:?}");
    }
}

#[test]
fn circles_go_through_jobs_data_and_deployments() {
    let path = |place: &str| format!(", path: \"azureml://datastores/{place}\"");
    let watches = |folder: &str| format!("data_changed: {{ datastore: lake, path: {folder} }}");
    let same = path("same/paths/in/today/");
    let cases: [(&str, &str, usize); 10] = [
        ("", "job_completed: one", 1),
        ("", "job_failed: one", 1),
        ("", "job_completed: another", 0),
        (", register: One", "model_registered: one", 1),
        (&path("lake/paths/in/"), &watches("in/"), 1),
        // Another datastore of the same container.
        (&same, &watches("in/"), 1),
        (&same, &watches("\"in/**/*.csv\""), 0),
        (&same, &watches("out/"), 0),
        // Where a job writes to when nobody chooses a place.
        ("", "data_changed: { datastore: workspaceblobstore, path: azureml/ }", 1),
        ("", "data_changed: { datastore: workspaceblobstore, path: in/ }", 0),
    ];
    for (output, trigger, count) in cases {
        let found = circles(&[("one", output, "", trigger)]);
        assert_eq!(found.len(), count, "{output} {trigger}: {found:?}");
    }
}
