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
    git(&sandbox, &["init", "-q"]);
    git(&sandbox, &["add", "."]);
    git(&sandbox, &["commit", "-q", "-m", "first"]);
    sandbox
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
fn an_unknown_revision_is_trouble() {
    let run = committed().run(&["diff", "--base", "nowhere"]).code(2);
    assert!(run.err.contains("no revision `nowhere`"), "{}", run.err);
    Sandbox::tiny().run(&["diff"]).code(2);
}
