//! Graphs that nobody thought of: random steps on both engines, with data, values, order and
//! approvals between them. The same ones on every run.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// How many graphs.
const GRAPHS: usize = 12;

/// Where a step runs.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Cluster,
    Parallel,
    Ci,
}

/// How a step depends on an earlier one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Tie {
    None,
    Order,
    Data,
    Value,
}

#[derive(Clone, Debug)]
struct Step {
    kind: Kind,
    /// One for each earlier step; the rest is left unread.
    ties: Vec<Tie>,
    approval: bool,
    submission: bool,
}

#[derive(Clone, Debug)]
struct Graph {
    steps: Vec<Step>,
    goal: Index,
}

fn graph() -> impl Strategy<Value = Graph> {
    let kind =
        prop_oneof![3 => Just(Kind::Cluster), 1 => Just(Kind::Parallel), 2 => Just(Kind::Ci)];
    let tie = prop_oneof![
        4 => Just(Tie::None), 1 => Just(Tie::Order), 2 => Just(Tie::Data), 1 => Just(Tie::Value)
    ];
    let rare = || prop_oneof![7 => Just(false), 1 => Just(true)];
    let step = (kind, vec(tie, 8), rare(), rare())
        .prop_map(|(kind, ties, approval, submission)| Step { kind, ties, approval, submission });
    (vec(step, 2..9), any::<Index>()).prop_map(|(steps, goal)| Graph { steps, goal })
}

/// The specs, by name.
pub(super) fn specs() -> Vec<(String, String)> {
    let mut runner = TestRunner::deterministic();
    let graphs = (0..GRAPHS).map(|_| graph().new_tree(&mut runner).expect("no filters").current());
    (0..).zip(graphs).map(|(number, graph)| (format!("random{number}"), graph)).map(spec).collect()
}

fn spec((name, graph): (String, Graph)) -> (String, String) {
    let mut text = format!(
        "mlopsc: 1\nname: {name}\n\
         parameters: {{ depth: 3, raw: {{ type: uri_folder, default: \"azureml:raw:1\" }} }}\n\
         defaults: {{ compute: \"azureml:cpu\", environment: \"azureml:sklearn:4\" }}\nsteps:\n"
    );
    for at in 0..graph.steps.len() {
        text += &step(&graph.steps, at);
    }
    let goal = graph.goal.index(graph.steps.len());
    let _ = write!(
        text,
        "triggers:\n  commit: {{ push: {{ branches: [main] }} }}\n  \
         review: {{ pull_request: {{}}, goals: [s{goal}] }}\n"
    );
    (name, text)
}

fn step(steps: &[Step], at: usize) -> String {
    let Step { kind, ties, approval, submission } = &steps[at];
    let tied = |wanted: Tie| (0..at).filter(move |earlier| ties[*earlier] == wanted);
    let order: Vec<String> = tied(Tie::Order).map(|it| format!("s{it}")).collect();
    let data = tied(Tie::Data).map(|it| format!("${{{{ steps.s{it}.outputs.o }}}}"));
    let values = tied(Tie::Value).filter(|it| steps[*it].kind == Kind::Ci);
    let values = values.map(|it| format!("${{{{ steps.s{it}.outputs.v }}}}"));
    let (data, values): (Vec<_>, Vec<_>) = (data.collect(), values.collect());
    let words =
        [data.clone(), values, vec!["${{ parameters.depth }}".to_owned()]].concat().join(" ");
    let mut text = format!("  s{at}:\n    needs: [{}]\n", order.join(", "));
    if *approval {
        text += "    approval: production\n";
    }
    if *submission && *kind != Kind::Ci {
        text += "    submission: apart\n";
    }
    text + &task(*kind, at, &words, data.first().map_or("${{ parameters.raw }}", String::as_str))
}

fn task(kind: Kind, at: usize, words: &str, divided: &str) -> String {
    match kind {
        Kind::Cluster => format!(
            "    run: echo {words} > ${{{{ outputs.o }}}}/o\n    outputs: {{ o: uri_folder }}\n"
        ),
        Kind::Ci => format!(
            "    runner: ubuntu-latest\n    run: |\n      mkdir ${{{{ outputs.o }}}}\n      \
             echo {words} > ${{{{ outputs.o }}}}/o\n      echo {at} > ${{{{ outputs.v }}}}\n    \
             outputs: {{ o: uri_folder, v: integer }}\n"
        ),
        Kind::Parallel => format!(
            "    parallel:\n      code: score\n      entry_script: score.py\n      \
             arguments: --words {words}\n      input_data: {divided}\n      \
             mini_batch_size: 10\n    outputs: {{ o: uri_folder }}\n"
        ),
    }
}
