//! What steps bring from elsewhere (component files, other specs), made to cost much or to break
//! the reader: each gets one answer at a place, or costs little.

use std::fmt::Write as _;

use crate::memory::{Compiled, Memory, compile};

const SPEC: &str = "spec.mlops.yaml";

/// What is said of a spec with these steps.
fn compiled(files: &Memory, steps: &str) -> Compiled {
    let text = format!("mlopsc: 1\nname: hostile\nsteps:\n{steps}");
    compile(&files.clone().with(SPEC, &text), SPEC)
}

fn only(said: &Compiled) -> String {
    assert_eq!(said.diagnostics.len(), 1, "{}", said.concise());
    said.concise()
}

/// Specs `p0` to `p<count - 1>`; each uses, twice, those that `next` names.
fn specs(count: usize, next: impl Fn(usize) -> Vec<usize>) -> Memory {
    (0..count).fold(Memory::default(), |files, number| {
        let mut steps = String::new();
        for other in next(number).into_iter().filter(|other| *other < count) {
            let _ = writeln!(steps, "  a{other}: {{ pipeline: p{other}.mlops.yaml }}");
            let _ = writeln!(steps, "  b{other}: {{ pipeline: p{other}.mlops.yaml }}");
        }
        if steps.is_empty() {
            steps.push_str(
                "  run: { compute: \"azureml:cpu\", environment: \"azureml:x:1\", run: ls }\n",
            );
        }
        let text = format!("mlopsc: 1\nname: p{number}\nsteps:\n{steps}");
        files.with(&format!("p{number}.mlops.yaml"), &text)
    })
}

#[test]
fn specs_that_are_used_on_many_ways_are_read_once() {
    // 4 to the power of 6 ways lead to the last one.
    let files = specs(14, |number| vec![(number | 1) + 1, (number | 1) + 2]);
    let said = compiled(&files, "  first: { pipeline: p0.mlops.yaml }\n");
    assert_eq!(said.concise(), "");
    let plan = said.plan.expect("a plan");
    assert_eq!(plan.used.len(), 13);
    assert_eq!(plan.steps[0].nodes(), 4_usize.pow(6));
    assert_eq!(said.sources.iter().count(), 15);
}

#[test]
fn nodes_of_other_specs_count() {
    let files = specs(30, |number| vec![(number | 1) + 1, (number | 1) + 2]);
    let said = compiled(&files, "  first: { pipeline: p0.mlops.yaml }\n").concise();
    // Those below hold, and nothing is said of those above.
    let [one, other] = <[&str; 2]>::try_from(said.lines().collect::<Vec<_>>()).expect("two");
    assert!(one.starts_with("p12.mlops.yaml:5:3: error[limit]: Azure ML takes at most 30000"));
    assert!(other.starts_with("p13.mlops.yaml:5:3: error[limit]: Azure ML takes at most 30000"));
}

#[test]
fn specs_that_use_each_other_in_a_long_row_are_refused_at_the_first_step() {
    let files = specs(5000, |number| vec![number + 1]);
    let said = only(&compiled(&files, "  first: { pipeline: p4980.mlops.yaml }\n"));
    assert!(said.contains("error[limit]: Azure ML takes at most"), "{said}");
    let said = only(&compiled(&files, "  first: { pipeline: p0.mlops.yaml }\n"));
    assert!(said.starts_with("spec.mlops.yaml:4:22: error[limit]: more than 32 specs"), "{said}");
}

#[test]
fn a_pipeline_does_not_use_hundreds_of_specs() {
    let files = specs(400, |_| Vec::new());
    let uses = |count: usize| {
        (0..count).fold(String::new(), |mut all, number| {
            let _ = writeln!(all, "  s{number}: {{ pipeline: p{number}.mlops.yaml }}");
            all
        })
    };
    assert_eq!(compiled(&files, &uses(200)).concise(), "");
    let said = only(&compiled(&files, &uses(400)));
    assert!(
        said.starts_with(
            "spec.mlops.yaml:204:21: error[limit]: a pipeline uses more than 200 specs"
        ),
        "{said}"
    );
}

#[test]
fn a_circle_is_said_once_wherever_it_is_entered() {
    let files = specs(40, |number| vec![(number + 1) % 20]);
    let ways: Vec<String> = ["p3", "p19", "p30"]
        .map(|name| only(&compiled(&files, &format!("  x: {{ pipeline: {name}.mlops.yaml }}\n"))))
        .into();
    assert!(ways[0].starts_with("p0.mlops.yaml:4:19: error[use-cycle]: the specs use each other"));
    assert_eq!(ways[0], ways[1]);
    assert_eq!(ways[0], ways[2]);
}

#[test]
fn long_specs_that_others_use_are_too_much_together() {
    let words = "v".repeat(2_000_000);
    let spec = |name: &str| {
        format!(
            "mlopsc: 1\nname: {name}\ndescription: {words}\nsteps:\n  run: {{ compute: \"azureml:cpu\", environment: \"azureml:x:1\", run: ls }}\n"
        )
    };
    let (mut files, mut steps) = (Memory::default(), String::new());
    for number in 0..20 {
        files = files.with(&format!("p{number}.mlops.yaml"), &spec(&format!("p{number}")));
        let _ = writeln!(steps, "  s{number}: {{ pipeline: p{number}.mlops.yaml }}");
    }
    let said = compiled(&files, &steps);
    assert!(
        said.concise().contains("error[limit]: the pipelines that steps use"),
        "{}",
        said.concise()
    );
}

/// A step that runs the component file `c.yml`.
const STEP: &str = "  run: { compute: \"azureml:cpu\", component: c.yml }\n";

/// What is said of a component file with this text.
fn component(text: &str) -> Compiled {
    compiled(&Memory::default().with("c.yml", text), STEP)
}

#[test]
fn a_file_that_is_no_component_gets_one_answer_there() {
    let mut wrong: Vec<String> = Vec::new();
    for (text, answer) in [
        ("", "c.yml:1:1: error[missing-key]: the file is empty; it should be a component"),
        ("# nothing\n", "c.yml:1:1: error[missing-key]: the file is empty"),
        ("- a\n- b\n", "c.yml:1:1: error[wrong-type]: expected a component (a map), found a list"),
        ("just words\n", "c.yml:1:1: error[wrong-type]: expected a component (a map), found"),
        ("type: [command]\n", "c.yml:1:7: error[wrong-type]: expected a kind of component"),
        ("type: command\ninputs: [a]\n", "c.yml:2:9: error[wrong-type]: expected a map of names"),
        ("type: command\ninputs: { a: 3 }\n", "c.yml:2:14: error[wrong-type]: expected"),
        ("type: command\ninputs: { a: { type: [x] } }\n", "c.yml:2:22: error[wrong-type]"),
        ("type: command\ninputs: { a: { type: folder } }\n", "c.yml:2:22: error[bad-value]"),
        ("type: flow\n", "c.yml:1:7: error[bad-value]: `flow` is not a kind of component"),
        ("type: command\nname: [\n", "error[syntax]"),
        ("type: command\n\tname: x\n", "error[syntax]"),
        (
            "environment: azureml:x:1\ncommand: ls\ncode: nowhere\n",
            "c.yml:3:7: error[missing-file]: there is no folder",
        ),
        ("a: &a [*a]\n", "error["),
        ("\u{0}\u{1}\u{2}ELF", "error[syntax]"),
    ] {
        let said = component(text);
        let is_right = said.diagnostics.len() == 1 && said.concise().contains(answer);
        wrong.extend((!is_right).then(|| format!("{text:?} gets\n{}", said.concise())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn line_ends_and_byte_order_marks_are_no_mistakes() {
    let text =
        "type: command\nname: c\nversion: \"1\"\nenvironment: azureml:sklearn:4\ncommand: echo\n";
    for text in [text.to_owned(), text.replace('\n', "\r\n"), format!("\u{feff}{text}")] {
        assert_eq!(component(&text).concise(), "");
    }
}

#[test]
fn deep_and_repeated_component_files_are_refused_soon() {
    let deep = format!("type: command\ncommand: {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert!(only(&component(&deep)).contains("error["), "deep");
    let mut aliases = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let before = format!("*a{}, ", level - 1).repeat(9);
        let _ = writeln!(aliases, "a{level}: &a{level} [{before}]");
    }
    let said = component(&format!("{aliases}type: command\n"));
    assert!(said.diagnostics.len() <= 1, "{}", said.concise());
    let inputs = (0..50_000).fold(String::new(), |mut all, number| {
        let _ = writeln!(all, "  i{number}: {{ type: string, default: x }}");
        all
    });
    let said = component(&format!(
        "type: command\nenvironment: azureml:x:1\ncommand: echo\ninputs:\n{inputs}"
    ));
    assert_eq!(said.concise(), "");
}

/// A pipeline component whose only node runs another file.
fn pipeline_of(file: &str) -> String {
    format!(
        "type: pipeline\nname: p\nversion: \"1\"\njobs:\n  a: {{ type: pipeline, component: {file} }}\n"
    )
}

#[test]
fn pipeline_components_that_run_each_other_are_a_circle() {
    let files = Memory::default()
        .with("parts/a.yml", &pipeline_of("b.yml"))
        .with("parts/b.yml", &pipeline_of("./a.yml"));
    for first in ["a", "b"] {
        let said = compiled(&files, &format!("  x: {{ component: parts/{first}.yml }}\n"));
        assert_eq!(
            only(&said),
            "parts/a.yml:5:35: error[use-cycle]: the component files use each other: \
             parts/a.yml → parts/b.yml → parts/a.yml\n"
        );
    }
    let said = compiled(
        &Memory::default().with("c.yml", &pipeline_of("c.yml")),
        "  x: { component: c.yml }\n",
    );
    assert!(only(&said).contains("the component file `c.yml` uses itself"));
}

#[test]
fn pipeline_components_do_not_go_down_for_ever() {
    let files = (0..2000).fold(Memory::default(), |files, number| {
        files.with(&format!("p{number}.yml"), &pipeline_of(&format!("p{}.yml", number + 1)))
    });
    let said = only(&compiled(&files, "  x: { component: p0.yml }\n"));
    assert!(said.starts_with("p31.yml:5:35: error[limit]: more than 32 component files"), "{said}");
}

#[test]
fn aliases_do_not_multiply_what_nodes_bind() {
    let inputs = (0..2000).fold(String::new(), |all, number| all + &format!("    i{number}: x\n"));
    let nodes = (0..2000).fold(String::new(), |all, number| {
        all + &format!(
            "  n{number}: {{ component: \"azureml:x:1\", compute: \"azureml:c\", inputs: *i }}\n"
        )
    });
    let text = format!(
        "type: pipeline\njobs:\n  first:\n   component: azureml:x:1\n   compute: azureml:c\n   inputs: &i\n{inputs}{nodes}"
    );
    let said = compiled(&Memory::default().with("c.yml", &text), "  x: { component: c.yml }\n");
    let said = only(&said);
    assert!(said.contains("error[") && said.starts_with("c.yml:"), "{said}");
}
