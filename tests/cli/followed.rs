//! Pipelines that follow each other: what each command makes of them.

use super::{PROJECT, Sandbox};

/// A pipeline of one step, with a trigger.
fn spec(name: &str, trigger: &str) -> String {
    format!(
        "mlopsc: 1\nname: {name}\nsteps:\n  work: {{ runner: ubuntu-latest, run: echo {name} }}\n\
         triggers:\n  on: {{ {trigger} }}\n"
    )
}

/// Pipelines of which each follows the one before, behind a first one.
fn row(names: &[&str], first: &str) -> Sandbox {
    let sandbox = Sandbox::new(&[("mlopsc.yaml", PROJECT)]);
    let mut before = first.to_owned();
    for name in names {
        let path = format!("{name}.mlops.yaml");
        sandbox.write(&path, &spec(name, &before));
        before = format!("pipeline_completed: {path}");
    }
    sandbox
}

const PUSH: &str = "push: { branches: [main] }";

#[test]
fn one_pipeline_alone_is_built_as_with_all() {
    let sandbox = row(&["first", "second"], PUSH);
    sandbox.run(&["build", "second.mlops.yaml"]).code(0);
    let alone = sandbox.read(".github/workflows/second.yml");
    assert!(alone.contains("workflows:\n      - first\n"), "{alone}");
    sandbox.run(&["build"]).code(0);
    assert_eq!(sandbox.read(".github/workflows/second.yml"), alone);
    // Another name of the first is another file of the second.
    sandbox.write("first.mlops.yaml", &spec("renamed", PUSH));
    let stale = sandbox.run(&["build", "--check", "second.mlops.yaml"]).code(1);
    assert!(stale.out.contains("+      - renamed"), "{}", stale.out);
}

#[test]
fn pipelines_that_follow_each_other_in_a_circle_are_refused() {
    let sandbox = row(&["first", "second"], "pipeline_completed: second.mlops.yaml");
    let run = sandbox.run(&["check", "--message-format", "concise"]).code(1);
    assert_eq!(
        run.out,
        "first.mlops.yaml:6:3: error[event-circle]: triggers start each other without end: first \
         (on) is completed, which starts second (on) is completed, which fires the first again\n"
    );
}

#[test]
fn github_follows_three_times_in_a_row() {
    let four = ["first", "second", "third", "fourth"];
    row(&four, PUSH).run(&["check"]).code(0);
    let sandbox = row(&[four.as_slice(), &["fifth"]].concat(), PUSH);
    let run = sandbox.run(&["check", "--message-format", "concise"]).code(1);
    assert_eq!(
        run.out,
        "fifth.mlops.yaml:6:3: error[limit]: on GitHub at most three pipelines follow another in a \
         row, and the trigger `on` is behind first, second, third, fourth\n"
    );
    let azure = PROJECT.replace(
        "ci: github\ntargets: [github]",
        "ci: azure_pipelines\ntargets: [azure_pipelines]",
    );
    sandbox.write("mlopsc.yaml", &azure);
    sandbox.run(&["check"]).code(0);
}

#[test]
fn what_is_followed_is_said() {
    let sandbox = row(&["first", "second"], PUSH);
    let graph = sandbox.run(&["graph", "second.mlops.yaml"]).code(0);
    assert!(graph.out.contains("a good run of first on main"), "{}", graph.out);
    let why = sandbox.run(&["why", "--push", "README.md"]).code(0);
    assert!(
        why.out.contains("does not fire: it waits for a run of another pipeline"),
        "{}",
        why.out
    );
    let diff =
        spec("second", "pipeline_completed: { spec: first.mlops.yaml, branches: [release] }");
    sandbox.write("second.mlops.yaml", &diff);
    let graph = sandbox.run(&["graph", "second.mlops.yaml"]).code(0);
    assert!(graph.out.contains("a good run of first on release"), "{}", graph.out);
}

#[test]
fn a_title_that_is_followed_is_of_one_pipeline_alone() {
    let sandbox = row(&["first", "second"], PUSH);
    let like = spec("third", PUSH).replace("name: third", "name: third\ndisplay_name: first");
    sandbox.write("third.mlops.yaml", &like);
    let run = sandbox.run(&["check", "--message-format", "concise"]).code(1);
    assert_eq!(
        run.out,
        "first.mlops.yaml:2:7: error[conflict]: a workflow of `third.mlops.yaml` has the title `first` \
         too, and a pipeline follows it\n\
         third.mlops.yaml:3:1: error[conflict]: a workflow of `first.mlops.yaml` has the title `first` \
         too, and a pipeline follows it\n"
    );
    // Nobody minds what nobody follows.
    sandbox.write("second.mlops.yaml", &spec("second", PUSH));
    sandbox.run(&["check"]).code(0);
}
