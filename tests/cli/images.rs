//! Images of the project: what of the disk goes into their names.

use std::fs;
use std::process::Command;

use super::Sandbox;

const SPEC: &str = "mlopsc: 1
name: tiny
steps:
  greet: { runner: ubuntu-latest, container: ci, run: echo hello }
";

const PROJECT: &str = r#"mlopsc: 1
targets: [github]
images:
  ci:
    registry:
      login_server: contoso.azurecr.io
      username: "${{ variables.ACR_USERNAME }}"
      password: "${{ secrets.ACR_PASSWORD }}"
      ci_environment: registry
    repository: ci
    dockerfile: Dockerfile
"#;

fn sandbox() -> Sandbox {
    Sandbox::new(&[
        ("mlopsc.yaml", PROJECT),
        ("tiny.mlops.yaml", SPEC),
        ("Dockerfile", "FROM a\nCOPY src /src\n"),
        ("src/a.py", "a = 1\n"),
        (".gitignore", "__pycache__/\n*.log\n"),
        ("src/.gitignore", "/drafts\n"),
    ])
}

#[test]
fn what_git_leaves_out_does_not_count() {
    let sandbox = sandbox();
    sandbox.run(&["build"]).code(0);
    for path in ["src/__pycache__/a.pyc", "src/x/y.log", "src/drafts/b.py", "src/.git/HEAD"] {
        sandbox.write(path, "x");
        sandbox.run(&["build", "--check"]).code(0);
    }
    fs::write(sandbox.path("src/model.bin"), [0, 255, 254]).unwrap();
    sandbox.run(&["build", "--check"]).code(1);
    sandbox.run(&["build"]).code(0);
    sandbox.write("src/.hidden", "x");
    sandbox.run(&["build", "--check"]).code(1);
}

#[test]
fn a_change_of_the_dockerfile_makes_the_outputs_stale() {
    let sandbox = sandbox();
    sandbox.run(&["build"]).code(0);
    sandbox.write("Dockerfile", "FROM b\nCOPY src /src\n");
    let run = sandbox.run(&["build", "--check"]).code(1);
    assert!(run.out.contains("contoso.azurecr.io/ci:src-"), "{}", run.out);
}

#[test]
fn a_mistake_in_a_dockerfile_is_said_once() {
    let sandbox = sandbox();
    sandbox.write("other.mlops.yaml", &SPEC.replace("tiny", "other"));
    sandbox.write("Dockerfile", "FROM a\nCOPY sources /src\n");
    let run = sandbox.run(&["build", "--message-format", "concise"]).code(1);
    let told = "Dockerfile:2:6: error[missing-file]: `sources` names no file of the repository\n";
    assert_eq!(run.out, told);
    assert!(!sandbox.has(".github"));
}

#[test]
fn a_dockerignore_that_is_no_file_is_a_mistake() {
    let sandbox = sandbox();
    fs::create_dir(sandbox.path("Dockerfile.dockerignore")).unwrap();
    let run = sandbox.run(&["build", "--message-format", "concise"]).code(1);
    let told = "Dockerfile.dockerignore:1:1: error[missing-file]: cannot read `Dockerfile.dockerignore`: not a regular file\n";
    assert_eq!(run.out, told);
}

#[test]
fn a_commit_has_the_image_of_its_own_files() {
    let sandbox = sandbox();
    sandbox.run(&["build"]).code(0);
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@example.org"]).args(arguments);
        git.current_dir(sandbox.path("")).env("GIT_CONFIG_GLOBAL", "/dev/null");
        assert!(git.output().unwrap().status.success(), "{arguments:?}");
    };
    git(&["init"]);
    git(&["add", "."]);
    git(&["commit", "-m", "a"]);
    let run = sandbox.run(&["diff"]).code(0);
    assert!(!run.out.contains("src-"), "{}", run.out);
    sandbox.write("src/a.py", "a = 2\n");
    let run = sandbox.run(&["diff"]).code(0);
    assert!(run.out.contains("contoso.azurecr.io/ci:src-"), "{}", run.out);
}
