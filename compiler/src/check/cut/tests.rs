//! The cut by example, and against its promises by brute force.

use proptest::prelude::*;

use super::*;
use crate::check::slice::EdgeKind::{Data, Handover, Order};
use crate::graph::tests::{acyclic, always_the_same, closure};

const ML: Vertex =
    Vertex { engine: Engine::AzureMl, submission: None, approval: false, tolerant: false };
const CI: Vertex = Vertex { engine: Engine::Ci, ..ML };
const GATED: Vertex = Vertex { approval: true, ..ML };

fn named(name: u32) -> Vertex {
    Vertex { submission: Some(name), ..ML }
}

/// A graph of steps on their engines.
#[derive(Clone, Debug)]
struct Graph {
    vertices: Vec<Vertex>,
    edges: Vec<Edge>,
}

impl Graph {
    fn new(vertices: &[Vertex], edges: &[(u32, u32, EdgeKind)]) -> Self {
        let edge = |&(from, to, kind): &_| Edge { from, to, kind };
        Self { vertices: vertices.to_vec(), edges: edges.iter().map(edge).collect() }
    }

    fn size(&self) -> u32 {
        u32::try_from(self.vertices.len()).unwrap()
    }

    fn pairs(&self) -> Vec<(u32, u32)> {
        self.edges.iter().map(|edge| (edge.from, edge.to)).collect()
    }

    fn dag(&self) -> Dag {
        Dag::new(self.size(), self.pairs()).expect("no cycle")
    }

    fn cut(&self) -> Cut {
        let steps: Vec<u32> = (0..self.size()).collect();
        Cut::new(&self.dag(), &steps, &self.vertices, &self.edges)
    }

    fn levels(&self) -> Vec<(u32, u32)> {
        let steps: Vec<u32> = (0..self.size()).collect();
        let levels = Levels::new(&self.dag(), &steps, &self.vertices, &self.edges);
        levels.epochs.into_iter().zip(levels.gates).collect()
    }

    /// One line for each group: what it does, and what it waits for.
    fn lines(&self) -> Vec<String> {
        let line = |(index, group): (usize, &Group)| {
            let what = match &group.kind {
                GroupKind::Submission { name: None, steps } => format!("submit {steps:?}"),
                GroupKind::Submission { name: Some(name), steps } => format!("{name}: {steps:?}"),
                GroupKind::Step(step) => format!("run {step}"),
                GroupKind::Gate(step) => format!("approve {step}"),
            };
            format!("{index}. {what} after {:?}", group.needs)
        };
        self.cut().groups.iter().enumerate().map(line).collect()
    }
}

#[test]
fn azure_ml_alone_is_one_submission_even_when_disconnected() {
    let graph = Graph::new(&[ML, ML, ML, ML], &[(1, 0, Data), (2, 3, Order)]);
    assert_eq!(graph.lines(), ["0. submit [0, 1, 2, 3] after []"]);
}

#[test]
fn a_way_over_ci_parts_azure_ml_and_nothing_else_does() {
    // 0 → ci 1 → 2, and 3 that only needs 0, and 4 that needs nothing.
    let graph = Graph::new(&[ML, CI, ML, ML, ML], &[(0, 1, Data), (1, 2, Data), (0, 3, Data)]);
    let lines = ["0. submit [0, 3, 4] after []", "1. run 1 after [0]", "2. submit [2] after [1]"];
    assert_eq!(graph.lines(), lines);
}

#[test]
fn jobs_keep_the_authors_order_and_a_needless_ci_step_waits_for_nobody() {
    let graph = Graph::new(&[CI, ML, CI, CI], &[(0, 1, Order), (1, 2, Data)]);
    let lines =
        ["0. run 0 after []", "1. submit [1] after [0]", "2. run 2 after [1]", "3. run 3 after []"];
    assert_eq!(graph.lines(), lines);
}

#[test]
fn a_gate_comes_after_what_its_step_needs_and_holds_nothing_else_back() {
    // 0 → gated 1 → 2; 3 needs 0 only; the gate's submission reads from 0 itself.
    let graph = Graph::new(&[ML, GATED, ML, ML], &[(0, 1, Data), (1, 2, Data), (0, 3, Data)]);
    let lines =
        ["0. submit [0, 3] after []", "1. approve 1 after [0]", "2. submit [1, 2] after [0, 1]"];
    assert_eq!(graph.lines(), lines);
}

#[test]
fn order_into_a_gated_step_goes_through_its_gate() {
    let graph = Graph::new(&[CI, GATED], &[(0, 1, Order)]);
    let lines = ["0. run 0 after []", "1. approve 1 after [0]", "2. submit [1] after [1]"];
    assert_eq!(graph.lines(), lines);
}

#[test]
fn steps_behind_different_numbers_of_gates_are_apart_in_one_epoch() {
    let graph = Graph::new(&[GATED, ML, CI, GATED], &[(2, 3, Order)]);
    let lines = [
        "0. approve 0 after []",
        "1. submit [1] after []",
        "2. run 2 after []",
        "3. approve 3 after [2]",
        "4. submit [0, 3] after [0, 3]",
    ];
    assert_eq!(graph.lines(), lines, "0 and 3 are both behind one gate");
}

#[test]
fn approval_of_a_ci_step_is_no_gate() {
    let graph = Graph::new(&[Vertex { approval: true, ..CI }, ML], &[(0, 1, Data)]);
    assert_eq!(graph.lines(), ["0. run 0 after []", "1. submit [1] after [0]"]);
    assert_eq!(graph.levels(), [(0, 0), (0, 0)]);
}

#[test]
fn names_part_and_no_name_is_one_too() {
    let graph = Graph::new(&[named(7), ML, named(7)], &[(0, 1, Data), (1, 2, Data)]);
    let lines = ["0. 7: [0] after []", "1. submit [1] after [0]", "2. 7: [2] after [1]"];
    assert_eq!(graph.lines(), lines);
    let apart = Graph::new(&[named(7), ML, named(7)], &[]);
    assert_eq!(apart.lines(), ["0. 7: [0, 2] after []", "1. submit [1] after []"]);
}

#[test]
fn a_handover_parts_two_submissions() {
    let graph = Graph::new(&[ML, ML, ML], &[(0, 1, Handover), (0, 2, Data)]);
    assert_eq!(graph.lines(), ["0. submit [0, 2] after []", "1. submit [1] after [0]"]);
}

#[test]
fn order_that_is_implied_is_not_said_again_but_data_is() {
    let chain = [(0, 1, Order), (1, 2, Order), (0, 2, Order)];
    let needs = |graph: &Graph| graph.cut().groups[2].needs.clone();
    assert_eq!(needs(&Graph::new(&[CI, CI, CI], &chain)), [1]);
    let data = [(0, 1, Order), (1, 2, Order), (0, 2, Order), (0, 2, Data)];
    assert_eq!(needs(&Graph::new(&[CI, CI, CI], &data)), [0, 1]);
}

#[test]
fn order_is_never_left_to_a_step_that_runs_after_failures() {
    let chain = [(0, 1, Order), (1, 2, Order), (0, 2, Order)];
    let tolerant = Vertex { tolerant: true, ..CI };
    let needs =
        |middle, last| Graph::new(&[CI, middle, last], &chain).cut().groups[2].needs.clone();
    assert_eq!(needs(tolerant, CI), [0, 1], "1 runs, and passes, though 0 failed");
    assert_eq!(needs(CI, tolerant), [0, 1], "2 asks for itself whether 0 failed");
}

#[test]
fn steps_outside_the_slice_are_in_no_group() {
    let graph = Graph::new(&[CI, ML, CI], &[]);
    let cut = Cut::new(&graph.dag(), &[0, 2], &graph.vertices, &[]);
    assert_eq!(cut.group_of, [Some(0), None, Some(1)]);
}

#[test]
fn thirty_thousand_steps_are_cut() {
    let graph = large(30_000, 7);
    promises(&graph.cut(), &graph).unwrap();
}

#[test]
fn a_gate_before_every_step_is_cut() {
    let mut graph = large(3_000, 1);
    graph.vertices.fill(GATED);
    assert_eq!(graph.levels()[2_999], (2_999, 3_000));
    promises(&graph.cut(), &graph).unwrap();
}

/// A long graph with two edges to each step, one of them from the step before; every `ci`-th step
/// is on CI.
fn large(size: u32, ci: u32) -> Graph {
    let vertices = (1..=size).map(|step| match step % ci {
        0 if ci > 1 => CI,
        1 if step % 600 == 1 => GATED,
        _ => ML,
    });
    let edges =
        (1..size).flat_map(|to| [(to - 1, to, Order), (to - to.min(to % 13 + 1), to, Data)]);
    Graph::new(&vertices.collect::<Vec<_>>(), &edges.collect::<Vec<_>>())
}

/// What holds for every cut.
fn promises(cut: &Cut, graph: &Graph) -> Result<(), TestCaseError> {
    let group_of = |step: u32| cut.group_of[step as usize].expect("every step is cut");
    let mut gates = vec![None; graph.vertices.len()];
    let mut members = vec![0; graph.vertices.len()];
    for (index, group) in (0u32..).zip(&cut.groups) {
        prop_assert!(group.needs.is_sorted_by(|a, b| a < b), "{group:?}");
        prop_assert!(group.needs.iter().all(|&need| need < index), "{group:?} waits for itself");
        match &group.kind {
            GroupKind::Gate(step) => gates[*step as usize] = Some(index),
            GroupKind::Step(step) => members[*step as usize] += 1,
            GroupKind::Submission { steps, .. } => {
                prop_assert!(steps.is_sorted_by(|a, b| a < b) && !steps.is_empty());
                for &step in steps {
                    members[step as usize] += 1;
                }
            }
        }
    }
    prop_assert!(members.iter().all(|&count| count == 1));
    let needs = |later: u32| &cut.groups[later as usize].needs;
    for (step, vertex) in (0u32..).zip(&graph.vertices) {
        let gate = gates[step as usize];
        prop_assert_eq!(gate.is_some(), vertex.engine == Engine::AzureMl && vertex.approval);
        prop_assert!(gate.is_none_or(|gate| needs(group_of(step)).contains(&gate)));
    }
    for edge in graph.edges.iter().filter(|edge| edge.kind == Data) {
        let (from, to) = (group_of(edge.from), group_of(edge.to));
        prop_assert!(from == to || needs(to).contains(&from), "{edge:?}");
    }
    Ok(())
}

/// Every edge is kept by a chain of needs that no tolerant step interrupts, and a need that no data
/// asks for is there because nothing else says it.
fn keeps_order(cut: &Cut, graph: &Graph) -> Result<(), TestCaseError> {
    let group_of = |step: u32| cut.group_of[step as usize].expect("every step is cut");
    let passes = |group: u32| match cut.groups[group as usize].kind {
        GroupKind::Step(step) => !graph.vertices[step as usize].tolerant,
        GroupKind::Submission { .. } | GroupKind::Gate(_) => true,
    };
    let size = u32::try_from(cut.groups.len()).unwrap();
    let needs: Vec<(u32, u32)> = (0u32..)
        .zip(&cut.groups)
        .flat_map(|(to, group)| group.needs.iter().map(move |&from| (from, to)))
        .collect();
    let before = closure(size, &needs, passes);
    let is_ml = |step: u32| graph.vertices[step as usize].engine == Engine::AzureMl;
    let gate_of = |step: u32| cut.groups.iter().position(|g| g.kind == GroupKind::Gate(step));
    for edge in &graph.edges {
        let (from, to) = (group_of(edge.from) as usize, group_of(edge.to) as usize);
        prop_assert!(from == to || before[from][to], "{edge:?}");
        prop_assert!(gate_of(edge.to).is_none_or(|gate| before[from][gate]), "{edge:?}");
        prop_assert!(edge.kind != Handover || !is_ml(edge.from) || from != to, "{edge:?}");
    }
    let asked = |&(from, to): &(u32, u32)| {
        graph
            .edges
            .iter()
            .any(|edge| edge.kind == Data && (group_of(edge.from), group_of(edge.to)) == (from, to))
    };
    for &need in needs.iter().filter(|need| !asked(need) && passes(need.1)) {
        let others: Vec<_> = needs.iter().copied().filter(|&other| other != need).collect();
        let without = closure(size, &others, passes);
        prop_assert!(!without[need.0 as usize][need.1 as usize], "{need:?} is said twice");
    }
    Ok(())
}

/// Graphs of all kinds of steps and edges; `plain` ones have no gates and no names.
fn graphs(most: u32, edges: usize, plain: bool) -> impl Strategy<Value = Graph> {
    acyclic(most, edges).prop_flat_map(move |(n, pairs)| {
        let vertices = prop::collection::vec(vertex(plain), n as usize);
        let kinds = prop::collection::vec(0u8..8, pairs.len());
        (vertices, kinds).prop_map(move |(vertices, kinds)| {
            let is_ml = |step: u32| vertices[step as usize].engine == Engine::AzureMl;
            let edge = |(&(from, to), kind): (&(u32, u32), u8)| match kind {
                0 if is_ml(from) && is_ml(to) => (from, to, Handover),
                0..4 => (from, to, Order),
                _ => (from, to, Data),
            };
            let edges: Vec<_> = pairs.iter().zip(kinds).map(edge).collect();
            Graph::new(&vertices, &edges)
        })
    })
}

fn vertex(plain: bool) -> impl Strategy<Value = Vertex> {
    let name = prop_oneof![3 => Just(None), 1 => Just(Some(1)), 1 => Just(Some(2))];
    (prop::bool::weighted(0.7), name, prop::bool::weighted(0.3), prop::bool::weighted(0.2))
        .prop_map(move |(ml, name, approval, tolerant)| Vertex {
            engine: if ml { Engine::AzureMl } else { Engine::Ci },
            submission: name.filter(|_| ml && !plain),
            approval: approval && !plain,
            tolerant: tolerant && !ml,
        })
}

/// The smallest number of groups into which the Azure ML steps can be put, by trying all ways: no
/// group waits for itself, and no handover is inside one.
fn fewest_submissions(graph: &Graph) -> usize {
    let ml: Vec<usize> = (0..graph.vertices.len())
        .filter(|&step| graph.vertices[step].engine == Engine::AzureMl)
        .collect();
    (0..=ml.len())
        .find(|&most| {
            // CI steps are alone in groups with numbers that no submission has.
            let mut group_of: Vec<usize> = (0..graph.vertices.len()).map(|v| v + 100).collect();
            can_place(graph, &ml, most, 0, &mut group_of)
        })
        .expect("each step alone is a way")
}

fn can_place(
    graph: &Graph,
    rest: &[usize],
    most: usize,
    used: usize,
    group_of: &mut [usize],
) -> bool {
    let Some((&step, rest)) = rest.split_first() else { return is_legal(graph, group_of) };
    (0..most.min(used + 1)).any(|group| {
        group_of[step] = group;
        can_place(graph, rest, most, used.max(group + 1), group_of)
    })
}

/// Takes away groups that wait for nobody until none is left.
fn is_legal(graph: &Graph, group_of: &[usize]) -> bool {
    let ends = |edge: &Edge| (group_of[edge.from as usize], group_of[edge.to as usize]);
    if graph.edges.iter().any(|edge| edge.kind == Handover && ends(edge).0 == ends(edge).1) {
        return false;
    }
    let mut waits: Vec<_> = graph.edges.iter().map(ends).filter(|(a, b)| a != b).collect();
    loop {
        let before = waits.len();
        let heads: Vec<usize> = waits.iter().map(|wait| wait.1).collect();
        waits.retain(|wait| heads.contains(&wait.0));
        if waits.len() == before {
            return waits.is_empty();
        }
    }
}

fn submissions(cut: &Cut) -> usize {
    cut.groups.iter().filter(|group| matches!(group.kind, GroupKind::Submission { .. })).count()
}

/// Whether a path leads from one step to another, or they are one.
fn descends(graph: &Graph, from: u32, to: u32) -> bool {
    let next = |edge: &Edge| edge.from == from && descends(graph, edge.to, to);
    from == to || graph.edges.iter().any(next)
}

/// `v`'s attributes and its edges from others are taken from the second graph, as far as they fit.
fn edited(graph: &Graph, other: &Graph, v: u32) -> Graph {
    let mut edited = graph.clone();
    edited.vertices[v as usize] = other.vertices[v as usize % other.vertices.len()];
    edited.edges.retain(|edge| edge.to != v);
    for edge in &other.edges {
        let from = edge.from % graph.size();
        if !descends(graph, v, from) {
            edited.edges.push(Edge { from, to: v, kind: edge.kind });
        }
    }
    edited
}

proptest! {
    #![proptest_config(always_the_same())]

    #[test]
    fn no_group_waits_for_itself_and_every_order_is_kept(graph in graphs(9, 20, false)) {
        let cut = graph.cut();
        promises(&cut, &graph)?;
        keeps_order(&cut, &graph)?;
    }

    #[test]
    fn steps_share_a_submission_when_their_values_are_equal(graph in graphs(9, 20, false)) {
        let cut = graph.cut();
        let gated = |v: &u32| graph.vertices[*v as usize].is_gated();
        for (v, &(epoch, gates)) in (0..).zip(&graph.levels()) {
            let behind = (0..graph.size()).filter(gated).filter(|&u| descends(&graph, u, v));
            prop_assert_eq!(gates as usize, behind.count());
            prop_assert_eq!(epoch, heaviest(&graph, v, false));
        }
        let levels = graph.levels();
        for u in 0..graph.vertices.len() {
            for v in 0..graph.vertices.len() {
                let (a, b) = (&graph.vertices[u], &graph.vertices[v]);
                let alike = a.engine == Engine::AzureMl && b.engine == Engine::AzureMl
                    && levels[u] == levels[v] && a.submission == b.submission;
                prop_assert_eq!(cut.group_of[u] == cut.group_of[v], alike || u == v);
            }
        }
    }

    #[test]
    fn there_is_no_smaller_number_of_submissions(graph in graphs(8, 16, true)) {
        prop_assert_eq!(submissions(&graph.cut()), fewest_submissions(&graph));
    }

    #[test]
    fn an_edit_moves_only_what_comes_after_it(
        graph in graphs(9, 18, false), other in graphs(9, 18, false), v in 0u32..9,
    ) {
        let v = v % graph.size();
        let edited = edited(&graph, &other, v);
        let (before, after) = (graph.levels(), edited.levels());
        for step in (0..graph.size()).filter(|&step| !descends(&graph, v, step)) {
            prop_assert_eq!(before[step as usize], after[step as usize]);
        }
    }

    #[test]
    fn plain_azure_ml_is_one_submission((n, pairs) in acyclic(9, 20)) {
        let edges: Vec<_> = pairs.iter().map(|&(from, to)| (from, to, Order)).collect();
        let cut = Graph::new(&vec![ML; n as usize], &edges).cut();
        prop_assert_eq!(cut.groups.len(), 1);
    }
}

/// The epoch by the definition's words, with the gate as a vertex of its own: of a step, or of the
/// gate before it.
fn heaviest(graph: &Graph, v: u32, of_gate: bool) -> u32 {
    let to = &graph.vertices[v as usize];
    let own_gate = if to.is_gated() && !of_gate { heaviest(graph, v, true) } else { 0 };
    let into = graph.edges.iter().filter(|edge| edge.to == v).map(|edge| {
        let from = &graph.vertices[edge.from as usize];
        let on_ml = from.engine == Engine::AzureMl;
        let to_ci = of_gate || to.engine == Engine::Ci;
        let other_name = !to_ci && from.submission != to.submission;
        let weighs = on_ml && (to_ci || other_name) || !of_gate && edge.kind == Handover;
        heaviest(graph, edge.from, false) + u32::from(weighs)
    });
    into.max().unwrap_or(0).max(own_gate)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, ..always_the_same() })]

    #[test]
    fn the_promises_hold_for_three_hundred_steps(graph in graphs(300, 600, false)) {
        promises(&graph.cut(), &graph)?;
    }
}
