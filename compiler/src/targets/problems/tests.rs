//! What is shown of what tools print, by both platforms' scripts.

use std::process::{Command, Stdio};

const GITHUB: &str = include_str!("../github/scripts/issue.awk");
const AZURE_PIPELINES: &str = include_str!("../azure_pipelines/scripts/issue.awk");

fn bash(script: &str, env: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut bash = Command::new("bash");
    bash.args(["-c", script]).envs(env.iter().copied()).stderr(Stdio::inherit());
    let output = bash.output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// What the script says of a log.
fn shown(issue: &str, tools: &str, folder: &str, log: &str) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), log).unwrap();
    let script = super::script(issue, "$LOG", "ROOT");
    let path = file.path().to_str().unwrap();
    let env = [("LOG", path), ("ROOT", "/repo"), ("PROBLEMS", tools), ("PROBLEMS_FOLDER", folder)];
    let (code, said) = bash(&format!("set -euo pipefail\n{script}"), &env);
    assert_eq!(code, Some(0));
    said
}

#[test]
fn each_tool_has_its_form() {
    let log = "\
./a.py:3:7: F401 'os' imported but unused
a.py:9:1: W291 trailing whitespace
b.py:4: error: Incompatible types  [assignment]
b.py:5: note: see this
c/d.c:1:2: fatal error: x.h: No such file
tests/test_a.py:12: AssertionError
tests/test_a.py:13: in test_a
e.yml:1:1: [warning] missing document start (document-start)
2026-01-01 10:11:12: error: not a file
";
    let all = "flake8 gcc mypy pylint pytest ruff yamllint";
    assert_eq!(
        shown(GITHUB, all, "", log),
        "::error file=a.py,line=3,col=7::F401 'os' imported but unused
::warning file=a.py,line=9,col=1::W291 trailing whitespace
::error file=b.py,line=4::Incompatible types  [assignment]
::error file=c/d.c,line=1,col=2::x.h: No such file
::error file=tests/test_a.py,line=12::AssertionError
::warning file=e.yml,line=1,col=1::missing document start (document-start)
"
    );
    let mypy = shown(AZURE_PIPELINES, "mypy", "", log);
    assert_eq!(mypy.lines().count(), 2, "{mypy}");
    assert!(mypy.starts_with(
        "##vso[task.logissue type=error;sourcepath=b.py;linenumber=4;]Incompatible types"
    ));
}

#[test]
fn files_are_found_from_the_root_on() {
    let log =
        "a.py:1: error: x\n/repo/b.py:1: error: x\n/tmp/c.py:1: error: x\nsub\\d.py:1: error: x\n";
    let said = shown(GITHUB, "mypy", "src/lib", log);
    let files: Vec<&str> =
        said.lines().map(|line| line.split(['=', ',']).nth(1).unwrap()).collect();
    assert_eq!(files, ["src/lib/a.py", "b.py", "/tmp/c.py", "src/lib/sub/d.py"]);
}

#[test]
fn no_text_is_a_command() {
    let log = "a,b];c%.py:1:1: error: 100%25 \u{1b}[31mred\u{1b}[0m ::error::\r ##vso[task.complete]\u{7}\n";
    assert_eq!(
        shown(GITHUB, "gcc", "", log),
        "::error file=a%2Cb];c%25.py,line=1,col=1::100%2525 red ::error::  ##vso[task.complete]\n"
    );
    assert_eq!(
        shown(AZURE_PIPELINES, "gcc", "", log),
        "##vso[task.logissue type=error;sourcepath=a,b%5D%3Bc%AZP25.py;linenumber=1;columnnumber=1;]\
         100%AZP2525 red ::error::  ##vso[task.complete]\n"
    );
}

#[test]
fn ten_of_a_kind_are_enough() {
    let log = "a.py:1: error: x\n".repeat(13) + "a.py:1: warning: y\n";
    let said = shown(GITHUB, "mypy", "", &log);
    assert_eq!(said.matches("::error ").count(), 10);
    assert_eq!(said.matches("::warning ").count(), 1);
    assert!(said.ends_with("3 more problems are in the log of the command\n"), "{said}");
}

#[test]
fn the_command_keeps_its_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    for (command, code) in
        [("echo a; echo b >&2; exit 3", 3), ("false\necho late", 1), ("echo a\n", 0)]
    {
        let script = super::kept(command, "$LOG");
        let env = [("LOG", log.to_str().unwrap())];
        let (found, said) = bash(&format!("set -eo pipefail\n{script}"), &env);
        assert_eq!(found, Some(code), "{command}");
        assert_eq!(std::fs::read_to_string(&log).unwrap(), said);
    }
}
