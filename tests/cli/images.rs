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
fn rules_above_the_repository_do_not_count() {
    let sandbox = Sandbox::new(&[(".gitignore", "*\n")]);
    for (path, text) in [
        ("mlopsc.yaml", PROJECT),
        ("tiny.mlops.yaml", SPEC),
        ("Dockerfile", "FROM a\nCOPY src /src\n"),
        ("src/a.py", "a = 1\n"),
    ] {
        sandbox.write(&format!("repository/{path}"), text);
    }
    sandbox.run_in("repository", &["build"]).code(0);
    sandbox.write("repository/src/a.py", "a = 2\n");
    sandbox.run_in("repository", &["build", "--check"]).code(1);
}

#[test]
fn a_file_that_git_ignores_is_in_no_image() {
    let sandbox = sandbox();
    sandbox.write("src/a.log", "x");
    for source in ["src/a.log", "src/drafts", "src/drafts/b.py"] {
        sandbox.write("src/drafts/b.py", "x");
        sandbox.write("Dockerfile", &format!("FROM a\nCOPY {source} /\n"));
        let run = sandbox.run(&["build", "--message-format", "concise"]).code(1);
        let told = format!(
            "Dockerfile:2:6: error[missing-file]: `{source}` names no file of the repository\n"
        );
        assert_eq!(run.out, told);
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_rules_is_refused() {
    for path in [".gitignore", "src/.gitignore", ".dockerignore", "Dockerfile.dockerignore"] {
        let sandbox = sandbox();
        let _ = fs::remove_file(sandbox.path(path));
        assert!(Command::new("mkfifo").arg(sandbox.path(path)).status().unwrap().success());
        let run = sandbox.run(&["build", "tiny.mlops.yaml", "--message-format", "concise"]).code(1);
        let [line] = <[&str; 1]>::try_from(run.out.lines().collect::<Vec<_>>()).unwrap();
        assert!(line.ends_with(&format!("`{path}`: not a regular file")), "{line}");
        assert!(!sandbox.has(".github"));
        let everything = sandbox.run(&["build"]);
        assert!(everything.code > 0, "{everything:?}");
    }
}

/// Runs git in the sandbox, without the caller's settings.
fn git(sandbox: &Sandbox, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=a", "-c", "user.email=a@example.org"]).args(arguments);
    git.current_dir(sandbox.path("")).env("GIT_CONFIG_GLOBAL", "/dev/null");
    assert!(git.output().unwrap().status.success(), "{arguments:?}");
}

#[test]
fn what_git_tracks_counts_although_it_is_ignored() {
    for format in ["sha1", "sha256"] {
        let sandbox = sandbox();
        git(&sandbox, &["init", "--object-format", format]);
        sandbox.write("src/x/kept.log", "x");
        sandbox.write("src/x/other.log", "x");
        sandbox.write("src/drafts/b.py", "x");
        for version in ["2", "3", "4"] {
            git(&sandbox, &["read-tree", "--empty"]);
            sandbox.run(&["build"]).code(0);
            git(&sandbox, &["add", "-N", "."]);
            git(&sandbox, &["add", "-f", "src/x/kept.log", "src/drafts"]);
            git(&sandbox, &["update-index", "--index-version", version]);
            sandbox.run(&["build", "--check"]).code(1);
            sandbox.run(&["build"]).code(0);
            sandbox.write("src/x/other.log", version);
            sandbox.run(&["build", "--check"]).code(0);
            sandbox.write("src/x/kept.log", version);
            sandbox.run(&["build", "--check"]).code(1);
        }
    }
}

#[test]
fn a_file_that_is_written_and_that_git_ignores_is_said_once() {
    let sandbox = Sandbox::tiny();
    sandbox.write(".gitignore", ".github/\n");
    git(&sandbox, &["init"]);
    let told = "note: git ignores .github/workflows/tiny.yml: commit them";
    assert!(sandbox.run(&["build"]).code(0).err.contains(told));
    assert!(!sandbox.run(&["build"]).code(0).err.contains("git ignores"));
    git(&sandbox, &["add", "--force", ".github"]);
    sandbox.write("tiny.mlops.yaml", &super::TINY.replace("hello", "you"));
    assert!(!sandbox.run(&["build"]).code(0).err.contains("git ignores"));
    let elsewhere = sandbox.run(&["build", "--out", "out"]).code(0);
    assert!(!elsewhere.err.contains("git ignores"), "{}", elsewhere.err);
}

#[test]
fn an_index_that_is_not_understood_is_said() {
    let sandbox = sandbox();
    git(&sandbox, &["init"]);
    git(&sandbox, &["add", "."]);
    git(&sandbox, &["update-index", "--split-index"]);
    let run = sandbox.run(&["build", "--message-format", "concise"]).code(1);
    assert!(run.out.contains("`.git/index`: which files git tracks cannot be read"), "{}", run.out);
    git(&sandbox, &["update-index", "--no-split-index"]);
    sandbox.run(&["build"]).code(0);
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
    git(&sandbox, &["init"]);
    git(&sandbox, &["add", "."]);
    git(&sandbox, &["commit", "-m", "a"]);
    let run = sandbox.run(&["diff"]).code(0);
    assert!(!run.out.contains("src-"), "{}", run.out);
    sandbox.write("src/a.py", "a = 2\n");
    let run = sandbox.run(&["diff"]).code(0);
    assert!(run.out.contains("contoso.azurecr.io/ci:src-"), "{}", run.out);
}
