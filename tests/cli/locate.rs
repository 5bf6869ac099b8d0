//! `locate`: places in generated files, asked for on the command line.

use super::{PROJECT, Sandbox, WORKFLOW};

fn built() -> Sandbox {
    let sandbox = Sandbox::tiny();
    sandbox.run(&["build"]).code(0);
    sandbox
}

/// `FILE:LINE:COLUMN` of the first place of a text in a file.
fn place(sandbox: &Sandbox, path: &str, text: &str) -> String {
    let all = sandbox.read(path);
    let at = all.find(text).unwrap();
    let line = all[..at].matches('\n').count() + 1;
    let column = at - all[..at].rfind('\n').map_or(0, |end| end + 1) + 1;
    format!("{path}:{line}:{column}")
}

#[test]
fn places_lead_to_the_spec() {
    let sandbox = built();
    for (text, answer) in [
        ("hello", "tiny.mlops.yaml:6:15: steps.greet.run\n"),
        ("ubuntu-24.04", "tiny.mlops.yaml:5:13: steps.greet.runner\n"),
        ("greet:", "tiny.mlops.yaml:4:3: steps.greet\n"),
        ("branches", "tiny.mlops.yaml:8:21: triggers.commit.push.branches\n"),
        ("# mlopsc", "tiny.mlops.yaml:1:1: the whole file\n"),
    ] {
        let run = sandbox.run(&["locate", &place(&sandbox, WORKFLOW, text)]).code(0);
        assert_eq!(run.out, answer, "{text}");
    }
}

#[test]
fn keys_inside_of_keys_are_found() {
    let spec = "mlopsc: 1
name: tiny
passthrough: { github: { run-name: By somebody } }
steps:
  greet:
    runner: ubuntu-latest
    services:
      cache:
        image: redis:8@sha256:0123456789012345678901234567890123456789012345678901234567890123
        ports: [9187, 6379]
    run: echo hello
";
    let project = PROJECT.replace("[github]", "[github, azure_pipelines]");
    let sandbox = Sandbox::new(&[("mlopsc.yaml", &project), ("tiny.mlops.yaml", spec)]);
    sandbox.run(&["build"]).code(0);
    let azure = ".azure-pipelines/tiny.yml";
    for (file, text, answer) in [
        (WORKFLOW, "run-name", "tiny.mlops.yaml:3:36: passthrough.github.run-name\n"),
        (WORKFLOW, "By somebody", "tiny.mlops.yaml:3:36: passthrough.github.run-name\n"),
        (azure, "container: cache", "tiny.mlops.yaml:8:7: steps.greet.services.cache\n"),
        (azure, "image: redis", "tiny.mlops.yaml:9:16: steps.greet.services.cache.image\n"),
        (azure, "redis:8", "tiny.mlops.yaml:9:16: steps.greet.services.cache.image\n"),
        (azure, "ports:", "tiny.mlops.yaml:10:9: steps.greet.services.cache.ports\n"),
        (azure, "9187:9187", "tiny.mlops.yaml:10:9: steps.greet.services.cache.ports\n"),
    ] {
        let run = sandbox.run(&["locate", &place(&sandbox, file, text)]).code(0);
        assert_eq!(run.out, answer, "{text}");
    }
}

#[test]
fn answers_are_documents_too() {
    let sandbox = built();
    let asked = place(&sandbox, WORKFLOW, "hello");
    let run = sandbox.run(&["locate", &asked, "--message-format", "json"]).code(0);
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(json[0]["key"], "steps.greet.run");
    assert_eq!((&json[0]["column"], &json[0]["end_column"]), (&15.into(), &20.into()));
    assert_eq!(json[0]["output"], asked);
}

#[test]
fn paths_are_seen_from_where_the_caller_is() {
    let sandbox = built();
    let run = sandbox.run_in(".github/workflows", &["locate", "tiny.yml:1"]).code(0);
    assert_eq!(run.out, "../../tiny.mlops.yaml:1:1: the whole file\n");
}

#[test]
fn files_of_others_and_lines_that_are_not_there_are_refused() {
    let sandbox = built();
    sandbox.write("own.yml", "on: push\n");
    for (asked, said) in [
        ("own.yml:1", "was not made by mlopsc"),
        (".github/workflows/tiny.yml:999", "and no line 999"),
        ("own.yml", "is no place"),
        ("gone.yml:1", "gone.yml"),
    ] {
        let run = sandbox.run(&["locate", asked]).code(2);
        assert!(run.err.contains(said), "{}", run.err);
    }
    sandbox.remove("tiny.mlops.yaml");
    let run = sandbox.run(&["locate", &format!("{WORKFLOW}:1")]).code(2);
    assert!(run.err.contains("made of tiny.mlops.yaml, which does not give it"), "{}", run.err);
}

#[test]
fn a_file_that_is_not_fresh_is_said_to_be_so() {
    let sandbox = built();
    sandbox.write("tiny.mlops.yaml", &super::TINY.replace("hello", "goodbye"));
    let run = sandbox.run(&["locate", &place(&sandbox, WORKFLOW, "run: echo")]).code(0);
    assert!(run.err.contains("run `mlopsc build`"), "{}", run.err);
    assert!(run.out.contains("steps.greet"), "{}", run.out);
    sandbox.write("tiny.mlops.yaml", "mlopsc: 1\nname: tiny\nsteps: 7\n");
    sandbox.run(&["locate", &format!("{WORKFLOW}:1")]).code(1);
}
