//! `check --from`: what other tools say of generated files, at the places of specs.

use super::{Sandbox, WORKFLOW};

fn built() -> Sandbox {
    let sandbox = Sandbox::tiny();
    sandbox.run(&["build"]).code(0);
    sandbox
}

/// What is repeated of a text, a line each.
fn repeated(sandbox: &Sandbox, text: &str, code: i32) -> super::Run {
    sandbox.write("said.txt", text);
    sandbox.run(&["check", "--from", "said.txt", "--message-format", "concise"]).code(code)
}

/// The line of a file that has a text.
fn line(sandbox: &Sandbox, path: &str, text: &str) -> usize {
    sandbox.read(path).lines().position(|line| line.contains(text)).unwrap() + 1
}

#[test]
fn each_form_is_repeated_at_the_spec() {
    let sandbox = built();
    let number = line(&sandbox, WORKFLOW, "runs-on");
    let place = "tiny.mlops.yaml:5:13:";
    for (text, answer) in [
        (
            format!("{WORKFLOW}:{number}:14: label is unknown [runner-label]\n"),
            "error[other-tool]: actionlint: label is unknown [runner-label]\n",
        ),
        (
            format!(
                "warning[self-hosted-runner]: runs on x\n --> {WORKFLOW}:{number}:14\n  |\n1 | x\n  | ^^^\n"
            ),
            "warning[other-tool]: zizmor: runs on x [self-hosted-runner]\n",
        ),
        (
            format!("::error file={WORKFLOW},line={number},title=x::x.yml:9: no\n"),
            "error[other-tool]: zizmor: no [x]\n",
        ),
        (
            format!("/{WORKFLOW} (Line: {number}, Col: 14): Unexpected value 'x'\n"),
            "error[other-tool]: Azure Pipelines: Unexpected value 'x'\n",
        ),
        (
            format!("{WORKFLOW}::$.jobs.greet.runs-on: 5 is no string\n"),
            "error[other-tool]: check-jsonschema: 5 is no string\n",
        ),
    ] {
        let run = repeated(&sandbox, &text, 1);
        assert_eq!(run.out, format!("{place} {answer}"), "{text}");
        assert!(run.err.contains("repeated 1 message\n"), "{}", run.err);
    }
}

#[test]
fn the_generated_place_is_shown_beside() {
    let sandbox = built();
    let number = line(&sandbox, WORKFLOW, "echo hello");
    sandbox.write("said.txt", &format!("{WORKFLOW}:{number}:9: no [x]\n"));
    let run = sandbox.run(&["check", "--from", "said.txt", "--message-format", "json"]).code(1);
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(json[0]["file"], "tiny.mlops.yaml");
    assert_eq!(json[0]["related"][0]["file"], WORKFLOW);
    assert_eq!(json[0]["related"][0]["range"]["start"]["line"], number);
}

#[test]
fn lines_of_scripts_that_actionlint_hands_on_are_found() {
    let sandbox = Sandbox::tiny();
    let spec = super::TINY.replace("run: echo hello", "run: |\n      echo hello\n      echo $X");
    sandbox.write("tiny.mlops.yaml", &spec);
    sandbox.run(&["build"]).code(0);
    let number = line(&sandbox, WORKFLOW, "run: |");
    let text = format!(
        "{WORKFLOW}:{number}:9: shellcheck reported issue in this script: SC2086:info:2:6: Quote it [shellcheck]\n"
    );
    let run = repeated(&sandbox, &text, 1);
    assert!(
        run.out.starts_with("tiny.mlops.yaml:8:7: warning[other-tool]: actionlint: "),
        "{}",
        run.out
    );
}

#[test]
fn files_of_others_are_repeated_as_they_are_and_the_rest_is_said() {
    let sandbox = built();
    sandbox.write(".github/workflows/own.yml", "on: push\njobs: {}\n");
    let text =
        ".github/workflows/own.yml:2:1: no jobs [syntax-check]\ngone.yml:1:1: no [x]\nall done\n";
    let run = repeated(&sandbox, text, 1);
    let own =
        ".github/workflows/own.yml:2:1: error[other-tool]: actionlint: no jobs [syntax-check]\n";
    assert_eq!(run.out, own);
    assert!(run.err.contains("all done\n") && run.err.contains("gone.yml:1:1: "), "{}", run.err);
    assert!(
        run.err.contains("repeated 1 message, and 2 lines about nothing that is here"),
        "{}",
        run.err
    );
    let run = repeated(&sandbox, "all done\n", 0);
    assert_eq!(run.out, "");
    sandbox.run(&["check", "--from", "gone.txt"]).code(2);
}

#[test]
fn messages_of_the_sdk_are_about_the_file_that_is_named() {
    let sandbox = Sandbox::new(&[
        ("mlopsc.yaml", "mlopsc: 1\n"),
        (
            "t.mlops.yaml",
            "mlopsc: 1\nname: t\nsteps:\n  a:\n    compute: azureml:cpu\n    environment: azureml:e:1\n    run: echo\n",
        ),
    ]);
    sandbox.run(&["build"]).code(0);
    sandbox.write("said.txt", "Details:\n\n(x) jobs.a.compute:\n- Not a valid string.\n");
    let file = ".azureml/t/pipeline.json";
    let arguments = ["check", "--from", "said.txt", "--about", file, "--message-format", "concise"];
    let run = sandbox.run(&arguments).code(1);
    let answer =
        "t.mlops.yaml:5:14: error[other-tool]: azure-ai-ml: jobs.a.compute: Not a valid string\n";
    assert_eq!(run.out, answer);
}

#[test]
fn no_runner_obeys_what_is_repeated() {
    let sandbox = built();
    let order = "##vso[task.setvariable variable=x]y";
    let text = format!(
        "{WORKFLOW}:3:1: {order} ##[error]z [x]\n::stop-commands::q\n  ::add-mask::q\n{order}\n\
         ::error file={WORKFLOW},line=3,title=x::a%0A::set-output name=b::c\n"
    );
    sandbox.write("said.txt", &text);
    for format in ["full", "concise", "github", "azure"] {
        let arguments = ["check", "--from", "said.txt", "--message-format", format];
        let run = sandbox.run(&arguments).code(1);
        assert!(run.err.contains("# #vso[task.setvariable variable=x]y\n"), "{}", run.err);
        for line in run.out.lines().chain(run.err.lines()) {
            let own = line.strip_prefix("##vso[task.logissue ");
            let own = own.or_else(|| line.strip_prefix("::error ")).unwrap_or(line);
            assert!(!own.trim_start().starts_with("::"), "{format}: {line}");
            assert!(!own.contains("##"), "{format}: {line}");
        }
    }
}

#[test]
fn nothing_outside_of_the_project_is_opened() {
    let sandbox = built();
    let outside = Sandbox::new(&[("secret.yml", "a: hidden words\n")]);
    let secret = outside.path("secret.yml").display().to_string();
    let folder = outside.path("");
    let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
    let mut text = format!("{secret}:1:1: no [x]\n../{name}/secret.yml:1:1: no [x]\n");
    text.push_str("/proc/self/environ:1:1: no [x]\n/dev/zero:1:1: no [x]\n.github:1:1: no [x]\n");
    let run = repeated(&sandbox, &text, 0);
    assert_eq!(run.out, "");
    assert!(run.err.contains("and 5 lines about nothing that is here"), "{}", run.err);
    let run = sandbox.run(&["locate", &format!("{secret}:1")]).code(2);
    assert!(run.err.contains("no regular file of the project"), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn pipes_and_links_that_lead_out_are_not_opened() {
    let sandbox = built();
    let made = std::process::Command::new("mkfifo").arg(sandbox.path("pipe.yml")).status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink("/dev/zero", sandbox.path("link.yml")).unwrap();
    let run = repeated(&sandbox, "pipe.yml:1:1: no [x]\nlink.yml:1:1: no [x]\n", 0);
    assert!(run.err.contains("and 2 lines about nothing that is here"), "{}", run.err);
    for name in ["pipe.yml:1", "link.yml:1"] {
        let run = sandbox.run(&["locate", name]).code(2);
        assert!(run.err.contains("no regular file of the project"), "{}", run.err);
    }
    let run = sandbox.run(&["check", "--from", "/dev/zero"]).code(2);
    assert!(run.err.contains("larger than 64 MiB"), "{}", run.err);
}

#[test]
fn each_of_many_messages_keeps_its_own_place_and_words() {
    let sandbox = built();
    let lines = sandbox.read(WORKFLOW).lines().count();
    let text: String = (0..10_000)
        .map(|index| match index % 2 {
            0 => format!("{WORKFLOW}:{}:1: no {index} [x]\n", index % lines + 1),
            _ => format!("{WORKFLOW}::$.jobs.greet.runs-on: no {index}\n"),
        })
        .collect();
    let run = repeated(&sandbox, &text, 1);
    assert_eq!(run.out.lines().count(), 10_000);
    let runner = run.out.lines().filter(|line| line.starts_with("tiny.mlops.yaml:5:13: "));
    assert!(runner.count() >= 5_000);
    let last = run.out.lines().last().unwrap_or_default();
    assert!(run.out.contains("check-jsonschema: no 9999\n"), "{last}");
}
