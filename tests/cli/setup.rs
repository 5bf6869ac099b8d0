//! `setup`: the checklist and the scripts, as the command line gives them.

use super::{PROJECT, Sandbox, TINY};

#[test]
fn the_checklist_is_markdown_and_scripts_are_written_into_a_folder() {
    let project = format!("{PROJECT}github: {{ repository: contoso/tiny }}\n");
    let spec = TINY.replace("    run: echo hello", "    azure: true\n    run: az ml job list");
    let sandbox = Sandbox::new(&[("mlopsc.yaml", &project), ("tiny.mlops.yaml", &spec)]);
    let run = sandbox.run(&["setup"]).code(0);
    assert!(
        run.out.starts_with("# What must exist outside of the repository\n\n## GitHub\n"),
        "{}",
        run.out
    );
    let subject = "- [ ] application with the client id of the variable `AZURE_CLIENT_ID`: `repo:contoso/tiny:ref:refs/heads/main`, or `repo:contoso@OWNER_ID/tiny@REPOSITORY_ID:ref:refs/heads/main`\n";
    assert!(run.out.contains(subject), "{}", run.out);
    let script = sandbox.run(&["setup", "--format", "github"]).code(0).out;
    assert!(script.starts_with("#!/usr/bin/env bash\n"), "{script}");
    sandbox.run(&["setup", "--write", "out"]).code(0);
    assert_eq!(sandbox.read("out/github.sh"), script);
    assert_eq!(sandbox.read("out/setup.md"), run.out);
    assert!(sandbox.has("out/azure.sh") && !sandbox.has("out/azure-pipelines.sh"));
    sandbox.run(&["setup", "--format", "azure_pipelines"]).code(2);
}

#[test]
fn a_spec_with_errors_gets_no_list() {
    let sandbox = Sandbox::tiny();
    sandbox.write("tiny.mlops.yaml", "mlopsc: 1\nname: tiny\nsteps: 7\n");
    let run = sandbox.run(&["setup"]).code(1);
    assert_eq!(run.out, "");
}
