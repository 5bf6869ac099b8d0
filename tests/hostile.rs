//! Specs that are made to cost much: each is refused at a place, or cost little.

use std::fmt::Write as _;

use crate::memory::{Compiled, Memory, compile};

const SPEC: &str = "spec.mlops.yaml";

fn compiled(body: &str) -> Compiled {
    let text = format!("mlopsc: 1\nname: hostile\ndefaults: {{ runner: ubuntu-latest }}\n{body}");
    compile(&Memory::default().with(SPEC, &text), SPEC)
}

/// Lines for each number.
fn lines(numbers: std::ops::Range<usize>, line: impl Fn(usize) -> String) -> String {
    numbers.fold(String::new(), |mut all, number| {
        let _ = writeln!(all, "{}", line(number));
        all
    })
}

fn only(said: &Compiled) -> String {
    assert_eq!(said.diagnostics.len(), 1, "{}", said.concise());
    said.concise()
}

#[test]
fn steps_that_all_need_each_other_are_too_many_edges() {
    let needs = |step: usize| (0..step).map(|it| format!("s{it}")).collect::<Vec<_>>().join(", ");
    let step = |step: usize| format!("  s{step}: {{ run: echo, needs: [{}] }}", needs(step));
    let said = only(&compiled(&format!("steps:\n{}", lines(0..710, step))));
    assert!(said.starts_with("spec.mlops.yaml:712:"), "{said}");
    assert!(said.contains("error[limit]: the steps need each other more than 250000 times"));
}

#[test]
fn triggers_that_start_too_much_together_are_refused_at_the_first_of_them() {
    let step = |step: usize| format!("  s{step}: {{ run: echo, needs: [{}] }}", before(step));
    let trigger = |at: usize| format!("  t{at}: {{ push: {{ branches: [b{at}] }} }}");
    let spec = format!("steps:\n{}triggers:\n{}", lines(0..600, step), lines(0..200, trigger));
    let said = only(&compiled(&spec));
    // 83 triggers start 49,800 steps.
    assert!(said.starts_with("spec.mlops.yaml:689:3: error[limit]"), "{said}");
    let small = |at: usize| format!("  t{at}: {{ push: {{ branches: [b{at}] }}, goals: [s0] }}");
    let spec = format!("steps:\n{}triggers:\n{}", lines(0..2000, step), lines(0..600, small));
    let said = only(&compiled(&spec));
    assert!(said.starts_with("spec.mlops.yaml:2506:3: error[limit]"), "{said}");
}

fn before(step: usize) -> String {
    step.checked_sub(1).map_or_else(String::new, |before| format!("s{before}"))
}

#[test]
fn a_long_circle_is_shown_in_short() {
    let step = |step: usize| format!("  s{step}: {{ run: echo, needs: s{} }}", (step + 1) % 5000);
    let said = compiled(&format!("steps:\n{}", lines(0..5000, step)));
    assert!(only(&said).len() < 300, "{}", said.concise());
    assert!(said.diagnostics[0].related.len() < 20);
}

#[test]
fn thousands_of_mistakes_are_counted_and_not_all_said() {
    let step = |step: usize| format!("  s{step}: {{ run: echo, needs: s{step}x }}");
    let key = |key: usize| format!("k{key}: 1");
    let goals: Vec<String> = (0..4000).map(|it| format!("s{it}")).collect();
    let skips = goals[..2000].join(", ");
    let own = |step: usize| format!("  s{step}: {{ run: echo }}");
    for body in [
        format!("steps:\n{}", lines(0..3000, step)),
        format!("steps:\n  a: {{ run: echo }}\n{}", lines(0..3000, key)),
        format!(
            "steps:\n{}triggers:\n  t: {{ push: {{}}, goals: [{}], skip: [{skips}] }}\n",
            lines(0..4000, own),
            goals.join(", ")
        ),
    ] {
        let said = compiled(&body);
        assert_eq!(said.diagnostics.len(), 1001);
        let counted = said.diagnostics.iter().find(|it| it.rule.name == "limit").unwrap();
        assert!(counted.message.ends_with("00 more findings are not shown"), "{}", counted.message);
    }
}

#[test]
fn filters_with_stars_are_compared_as_far_as_that_is_cheap() {
    let filters = |pattern: &str, count: usize| {
        let filter = |at: usize| format!("        - {}", pattern.replace('N', &at.to_string()));
        let filters = lines(0..count, filter);
        let steps = "steps: { a: { run: echo } }\n";
        compiled(&format!("{steps}triggers:\n  t:\n    push:\n      branches:\n{filters}"))
    };
    assert_eq!(filters("bN/c", 20_000).concise(), "");
    assert_eq!(filters("releases-N/*", 150).concise(), "");
    let said = only(&filters("releases-N/*", 1000));
    assert!(said.contains("error[bad-pattern]: too many patterns with `*`"), "{said}");
}

#[test]
fn what_many_steps_and_triggers_repeat_is_counted_before_it_is_written() {
    let long = "v".repeat(2000);
    let step = |at: usize| format!("  s{at}: {{ run: echo }}");
    let trigger = |at: usize| format!("  t{at}: {{ push: {{ branches: [b{at}] }} }}");
    let env = format!(
        "env: {{ {} }}\n",
        lines(0..500, |it| format!("A{it}: {long},")).replace('\n', " ")
    );
    let said = only(&compiled(&format!("{env}steps:\n{}", lines(0..100, step))));
    assert!(said.starts_with("spec.mlops.yaml:2:7: error[limit]: the files of this"), "{said}");
    let one = "steps: { a: { run: echo } }\ntriggers:\n";
    let said = only(&compiled(&format!("{env}{one}{}", lines(0..100, trigger))));
    assert!(said.contains("error[limit]: up to here, the files of the triggers"), "{said}");
    assert_eq!(
        compiled(&format!("{env}{one}{}", lines(0..3, trigger))).concise().matches("up to").count(),
        0
    );
    let image = format!("x.io/{}:1", "y".repeat(1_000_000));
    let runners = format!("defaults: {{ runner: ubuntu-latest, container: {image} }}\n");
    let text = format!("mlopsc: 1\nname: hostile\n{runners}steps:\n{}", lines(0..100, step));
    let said = only(&compile(&Memory::default().with(SPEC, &text), SPEC));
    assert!(
        said.starts_with("spec.mlops.yaml:38:3: error[limit]: up to here, the steps"),
        "{said}"
    );
}

#[test]
fn many_variables_of_one_step_cost_little() {
    let env: String = lines(0..50_000, |it| format!("A{it}: b,")).replace('\n', " ");
    let said = compiled(&format!("steps: {{ a: {{ run: echo, env: {{ {env} }} }} }}\n"));
    assert_eq!(said.concise(), "");
}

#[test]
fn patterns_that_repeat_repetitions_are_tried_as_far_as_that_is_cheap() {
    let parameter = |at: usize| {
        format!("  p{at}: {{ type: string, default: ab, pattern: '([a-z]{{1,255}}){{1,20}}' }}")
    };
    let spec = |count| {
        format!("parameters:\n{}steps: {{ a: {{ run: echo }} }}\n", lines(0..count, parameter))
    };
    let said = only(&compiled(&spec(2000)));
    assert!(said.contains("error[limit]: up to here, it takes too long to compare"), "{said}");
    assert!(compiled(&spec(20)).diagnostics.iter().all(|it| it.rule.name == "unused-parameter"));
}

#[test]
fn values_outside_a_long_list_are_shown_in_short() {
    let values: Vec<String> = (0..5000).map(|it| format!("v{it}")).collect();
    let values = values.join(", ");
    let said = only(&compiled(&format!(
        "parameters: {{ p: {{ enum: [{values}], default: other, type: string }} }}\nsteps: {{ a: {{ run: 'echo ${{{{ parameters.p }}}}' }} }}\n"
    )));
    assert!(said.len() < 300 && said.contains("`other` is not one of the values of `p`"), "{said}");
}

#[test]
fn permissions_that_nothing_needs_are_counted_and_not_all_said() {
    let text = format!(
        "steps: {{ a: {{ run: echo }} }}\n{}",
        "# mlopsc: allow(unpinned-image)\n".repeat(5000)
    );
    assert_eq!(compiled(&text).diagnostics.len(), 1001);
}

#[test]
fn a_path_that_no_system_takes_is_refused() {
    let path = vec!["a"; 50_000].join("/");
    let said = only(&compiled(&format!("steps: {{ a: {{ run: echo, working_dir: {path} }} }}\n")));
    assert!(said.contains("no system takes a path this long"), "{}", &said[..200]);
}

#[test]
fn a_path_that_azure_pipelines_would_take_for_a_macro_is_refused() {
    let said = only(&compiled("steps: { a: { run: echo, artifacts: { f: 'f$(Build.Id)' } } }\n"));
    assert!(said.contains("the path is not plain text"), "{said}");
}

#[test]
fn a_large_matrix_is_refused_before_rows_are_looked_at() {
    let spec =
        |matrix: String| compiled(&format!("steps:\n  a:\n    run: echo\n    matrix:\n{matrix}"));
    let rows = |key: &str, count: usize, row: &str| {
        format!("      {key}:\n{}", lines(0..count, |_| format!("      - {row}")))
    };
    let axes = lines(0..8, |at| format!("      a{at}: [a, b, c, d]"));
    let said = only(&spec(axes.clone() + &rows("exclude", 3000, "{ a0: a }")));
    assert!(said.contains("17:9: error[limit]: 3000 rows leave something out of 65536"), "{said}");
    let many = rows("include", 3000, "{ a: x, b: y, c: z }");
    let said = only(&spec(format!("      one: [a]\n{many}")));
    assert!(said.contains("error[limit]: the rows of `include` have 9000 values"), "{said}");
    let said = only(&spec(lines(0..70, |at| format!("      a{at}: [a]"))));
    assert!(said.contains("72:7: error[limit]: the values of the matrix have more than 64 names"));
}
