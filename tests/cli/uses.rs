//! One spec as a step of another: what each command makes of the two.

use super::{PROJECT, Sandbox};

const INNER: &str = "\
mlopsc: 1
name: prepare
parameters: { rate: 0.5 }
steps:
  clean:
    compute: azureml:cpu
    environment: azureml:sklearn:4
    run: echo ${{ parameters.rate }} ${{ outputs.clean }}
    outputs: { clean: uri_folder }
outputs: { clean: \"${{ steps.clean.outputs.clean }}\" }
";

const OUTER: &str = "\
mlopsc: 1
name: training
steps:
  prepare: { pipeline: prepare.mlops.yaml }
  train:
    compute: azureml:cpu
    environment: azureml:sklearn:4
    run: ls ${{ steps.prepare.outputs.clean }}
";

const MADE: &str = ".azureml/training/prepare/component.json";

fn sandbox() -> Sandbox {
    Sandbox::new(&[
        ("mlopsc.yaml", &PROJECT.replace("[github]", "[azureml, github]")),
        ("prepare.mlops.yaml", INNER),
        ("training.mlops.yaml", OUTER),
    ])
}

#[test]
fn a_change_of_the_inner_spec_is_one_of_the_outer_one() {
    let sandbox = sandbox();
    sandbox.run(&["build", "training.mlops.yaml"]).code(0);
    let alone = sandbox.read(MADE);
    assert!(!sandbox.has(".azureml/prepare/component.json"));
    sandbox.run(&["build"]).code(0);
    assert_eq!(sandbox.read(MADE), alone);
    sandbox.run(&["build", "--check"]).code(0);
    sandbox.write("prepare.mlops.yaml", &INNER.replace("echo", "printf"));
    let stale = sandbox.run(&["build", "--check", "training.mlops.yaml"]).code(1);
    assert!(stale.out.contains(&format!("`{MADE}` is not what this spec gives")), "{}", stale.out);
    sandbox.run(&["build", "training.mlops.yaml"]).code(0);
    assert!(sandbox.read(MADE).contains("printf"));
    // The inner pipeline's own files are another matter.
    sandbox.run(&["build", "--check", "training.mlops.yaml"]).code(0);
    sandbox.run(&["build", "--check", "prepare.mlops.yaml"]).code(1);
}

#[test]
fn what_is_no_longer_used_is_removed() {
    let sandbox = sandbox();
    sandbox.run(&["build"]).code(0);
    let steps = OUTER.replace("pipeline: prepare.mlops.yaml", "component: \"azureml:prepare:1\", compute: \"azureml:cpu\", outputs: { clean: uri_folder }");
    sandbox.write("training.mlops.yaml", &steps);
    let stale = sandbox.run(&["build", "--check"]).code(1);
    assert!(stale.out.contains(&format!("`{MADE}` is an orphan")), "{}", stale.out);
    sandbox.run(&["build", "training.mlops.yaml"]).code(0);
    assert!(!sandbox.has(MADE) && !sandbox.has(".azureml/training/prepare"));
    assert!(sandbox.has(".azureml/prepare/component.json"));
}

#[test]
fn a_mistake_of_the_inner_spec_is_said_once() {
    let sandbox = sandbox();
    sandbox.write("again.mlops.yaml", &OUTER.replace("name: training", "name: again"));
    sandbox.write("prepare.mlops.yaml", &INNER.replace("parameters.rate", "parameters.rite"));
    let wanted =
        "prepare.mlops.yaml:8:30: error[unknown-reference]: there is no parameter `rite`\n";
    for specs in [
        &["prepare.mlops.yaml", "training.mlops.yaml", "again.mlops.yaml"][..],
        &["training.mlops.yaml", "again.mlops.yaml"],
        &["training.mlops.yaml"],
    ] {
        let words = [&["check", "--message-format", "concise"], specs].concat();
        let run = sandbox.run(&words).code(1);
        assert_eq!(run.out, wanted);
    }
    sandbox.run(&["build"]).code(1);
    assert!(!sandbox.has(".azureml"));
}

#[test]
fn a_circle_is_said_once_by_both() {
    let sandbox = sandbox();
    let circle = "mlopsc: 1\nname: prepare\nsteps: { again: { pipeline: training.mlops.yaml } }\n";
    sandbox.write("prepare.mlops.yaml", circle);
    let run = sandbox.run(&["check", "--message-format", "concise"]).code(1);
    assert_eq!(
        run.out,
        "prepare.mlops.yaml:3:29: error[use-cycle]: the specs use each other: \
         prepare.mlops.yaml → training.mlops.yaml → prepare.mlops.yaml\n"
    );
}
