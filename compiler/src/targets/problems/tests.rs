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
    shown_below("/repo", issue, tools, folder, log)
}

fn shown_below(root: &str, issue: &str, tools: &str, folder: &str, log: &str) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), log).unwrap();
    let script = super::script(issue, "$LOG", "ROOT");
    let path = file.path().to_str().unwrap();
    let env = [("LOG", path), ("ROOT", root), ("PROBLEMS", tools), ("PROBLEMS_FOLDER", folder)];
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
fn names_may_hold_blanks_when_there_is_such_a_file() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("my lib")).unwrap();
    std::fs::write(root.path().join("my lib/a b.py"), "").unwrap();
    let root = root.path().to_str().unwrap();
    let log = format!(
        "my lib/a b.py:3: error: x\n{root}/my lib/a b.py:4: error: y\nWARNING my lib.py:5: error: z\n10 of 12:3: error: no\n"
    );
    assert_eq!(
        shown_below(root, GITHUB, "mypy", "", &log),
        "::error file=my lib/a b.py,line=3::x\n::error file=my lib/a b.py,line=4::y\n"
    );
    let log = "a b.py:1: error: x\n";
    assert_eq!(
        shown_below(root, GITHUB, "mypy", "my lib", log),
        "::error file=my lib/a b.py,line=1::x\n"
    );
}

#[test]
fn files_that_pytest_cannot_read_are_shown() {
    let log = "\
==================================== ERRORS ====================================
_____________________ ERROR collecting tests/test_train.py _____________________
ImportError while importing test module '/repo/tests/test_train.py'.
Hint: make sure your test modules/packages have valid Python names.
Traceback:
/usr/lib/python3.12/importlib/__init__.py:90: in import_module
    return _bootstrap._gcd_import(name[level:], package, level)
tests/test_train.py:4: in <module>
    import training
training/__init__.py:7: in <module>
    import nope
E   ModuleNotFoundError: No module named 'nope'
____________________ ERROR collecting tests/test_two words.py ____________________
/usr/lib/python3/site-packages/_pytest/python.py:617: in _importtestmodule
    mod = import_path(self.path)
E     File \"/repo/tests/test_two words.py\", line 3
E       def test_a(
E                 ^
E   SyntaxError: '(' was never closed
_____________________ ERROR collecting tests/test_lone.py ______________________
/usr/lib/python3.12/lib.py:12: in run
E   RuntimeError: no
=========================== short test summary info ============================
ERROR tests/test_train.py
tests/test_a.py:9: in test_a
E   assert 1 == 2
";
    assert_eq!(
        shown(GITHUB, "pytest", "", log),
        "::error file=training/__init__.py,line=7::ModuleNotFoundError: No module named 'nope'
::error file=tests/test_two words.py,line=3::SyntaxError: '(' was never closed
::error file=tests/test_lone.py,line=1::RuntimeError: no
"
    );
    let log = "ImportError while loading conftest '/repo/tests/conftest.py'.\ntests/conftest.py:2: in <module>\n    import nope\nE   ModuleNotFoundError: No module named 'nope'\n";
    assert_eq!(
        shown(GITHUB, "pytest", "", log),
        "::error file=tests/conftest.py,line=2::ModuleNotFoundError: No module named 'nope'\n"
    );
    assert_eq!(shown(GITHUB, "mypy", "", log), "");
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
