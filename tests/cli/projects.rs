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
fn paths_that_are_wrong_are_trouble() {
    let sandbox = Sandbox::tiny();
    sandbox.write("other.yaml", "a: 1\n");
    sandbox.write("empty/readme", "");
    let missing = sandbox.run(&["check", "missing.mlops.yaml"]).code(2);
    assert!(missing.err.starts_with("mlopsc: missing.mlops.yaml: "), "{}", missing.err);
    let other = sandbox.run(&["check", "other.yaml"]).code(2);
    assert!(other.err.contains("not a spec"), "{}", other.err);
    let empty = sandbox.run(&["check", "empty"]).code(2);
    assert!(empty.err.contains("no spec in empty"), "{}", empty.err);
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
    sandbox.run(&["check", "examples"]).code(2);
    sandbox.write("elsewhere/readme", "");
    let run = sandbox.run(&["check", "examples"]).code(2);
    assert!(run.err.contains("is no folder that holds this one"), "{}", run.err);
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
