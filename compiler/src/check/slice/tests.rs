//! Slices by example, and against the definition by brute force.

use proptest::prelude::*;

use super::*;
use crate::graph::tests::{acyclic, always_the_same, closure};

fn data(from: u32, to: u32) -> Edge {
    Edge { from, to, kind: EdgeKind::Data }
}

fn order(from: u32, to: u32) -> Edge {
    Edge { from, to, kind: EdgeKind::Order }
}

fn pairs(edges: &[Edge]) -> Vec<(u32, u32)> {
    edges.iter().map(|edge| (edge.from, edge.to)).collect()
}

fn slice(n: u32, edges: &[Edge], goals: Option<&[u32]>, skip: &[u32]) -> Slice {
    let dag = Dag::new(n, pairs(edges)).expect("no cycle");
    Slice::new(&dag, edges, goals, skip)
}

#[test]
fn without_a_choice_a_slice_is_the_whole_graph() {
    let edges = [data(0, 1), order(2, 1)];
    let all = slice(4, &edges, None, &[]);
    assert_eq!(all.steps, [0, 1, 2, 3]);
    assert_eq!(all.all_edges(&edges), edges);
    assert_eq!(all.findings, Findings::default());
}

#[test]
fn goals_bring_what_they_need_and_nothing_else() {
    let edges = [order(0, 1), data(1, 2), data(1, 3)];
    let train = slice(4, &edges, Some(&[2]), &[]);
    assert_eq!((train.steps, train.edges), (vec![0, 1, 2], vec![0, 1]));
}

#[test]
fn order_through_skipped_steps_is_kept() {
    // 0 → [1 → 2] → 3, and 0 is needed by 4 too.
    let edges = [order(0, 1), order(1, 2), order(2, 3), data(0, 4)];
    let slice = slice(5, &edges, None, &[1, 2]);
    assert_eq!(slice.steps, [0, 3, 4]);
    assert_eq!(slice.bridges, [(0, 3)]);
    assert_eq!(slice.all_edges(&edges), [data(0, 4), order(0, 3)]);
    assert_eq!(slice.dag.predecessors(3), [0]);
    assert_eq!(slice.findings, Findings::default());
}

#[test]
fn an_edge_makes_a_bridge_needless() {
    let edges = [order(0, 1), order(1, 2), data(0, 2)];
    assert_eq!(slice(3, &edges, None, &[1]).bridges, []);
}

#[test]
fn order_is_bare_where_nothing_else_says_it() {
    let edges =
        [data(0, 1), order(0, 1), order(1, 2), order(0, 2), order(0, 3), data(2, 4), data(0, 4)];
    let slice = slice(5, &edges, None, &[]);
    let bare = |passes: fn(u32) -> bool| {
        let bare = slice.bare_order(&edges, passes).into_iter().enumerate();
        bare.filter(|(_, bare)| *bare).map(|(index, _)| index).collect::<Vec<_>>()
    };
    assert_eq!(bare(|_| true), [2, 4]);
    assert_eq!(bare(|step| step != 1), [2, 3, 4], "step 1 runs after failures");
}

#[test]
fn what_only_skipped_steps_need_is_removed_and_its_order_kept() {
    // 1 is outside as only the skipped 2 needs it; 0 still comes before 3.
    let edges = [order(0, 1), order(1, 2), order(2, 3), order(0, 4)];
    let slice = slice(5, &edges, None, &[2]);
    assert_eq!((slice.steps, slice.bridges), (vec![0, 3, 4], vec![(0, 3)]));
}

#[test]
fn data_from_a_skipped_step_is_found() {
    let edges = [data(0, 2), data(0, 1), order(0, 1), data(1, 2)];
    let slice = slice(3, &edges, None, &[0]);
    assert_eq!(slice.findings.severed, [0, 1]);
}

#[test]
fn a_skip_that_no_goal_needs_is_found() {
    let edges = [order(0, 1), order(1, 2), order(0, 3)];
    let slice = slice(4, &edges, Some(&[2]), &[3, 1, 0]);
    assert_eq!(slice.findings.idle_skips, [3], "0 is needed, though the skipped 1 hides it");
}

#[test]
fn a_slice_whose_goals_are_all_skipped_is_empty() {
    assert!(slice(2, &[order(0, 1)], None, &[1]).is_empty());
    assert!(slice(2, &[order(0, 1)], Some(&[]), &[]).is_empty());
}

/// A graph, goals and skips.
fn choices() -> impl Strategy<Value = (u32, Vec<Edge>, Option<Vec<u32>>, Vec<u32>)> {
    acyclic(9, 18).prop_flat_map(|(n, pairs)| {
        let steps: Vec<u32> = (0..n).collect();
        let kinds = prop::collection::vec(any::<bool>(), pairs.len());
        let edges = kinds.prop_map(move |kinds| {
            let edge = |(&(from, to), data): (&(u32, u32), bool)| Edge {
                from,
                to,
                kind: if data { EdgeKind::Data } else { EdgeKind::Order },
            };
            pairs.iter().zip(kinds).map(edge).collect()
        });
        let goals = prop::option::of(prop::sample::subsequence(steps.clone(), 0..=n as usize));
        let skip = prop::sample::subsequence(steps, 0..=(n as usize).min(4));
        (Just(n), edges, goals, skip)
    })
}

/// Tries every path.
fn reaches(step: u32, edges: &[Edge], goals: &[u32], skip: &[u32]) -> bool {
    let next = |edge: &Edge| edge.from == step && reaches(edge.to, edges, goals, skip);
    !skip.contains(&step) && (goals.contains(&step) || edges.iter().any(next))
}

proptest! {
    #![proptest_config(always_the_same())]

    #[test]
    fn a_slice_is_what_its_definition_says((n, edges, goals, skip) in choices()) {
        let is_sink = |&step: &u32| !edges.iter().any(|edge| edge.from == step);
        let ends = goals.clone().unwrap_or_else(|| (0..n).filter(is_sink).collect());
        let slice = slice(n, &edges, goals.as_deref(), &skip);
        let inside = |&step: &u32| reaches(step, &edges, &ends, &skip);
        prop_assert_eq!(&slice.steps, &(0..n).filter(inside).collect::<Vec<_>>());
        for (index, edge) in edges.iter().enumerate() {
            let (from, to) = (inside(&edge.from), inside(&edge.to));
            prop_assert_eq!(slice.edges.contains(&index), from && to);
            let severed = edge.kind == EdgeKind::Data && skip.contains(&edge.from) && to;
            prop_assert_eq!(slice.findings.severed.contains(&index), severed);
        }
        for step in skip {
            let idle = !reaches(step, &edges, &ends, &[]);
            prop_assert_eq!(slice.findings.idle_skips.contains(&step), idle);
        }
    }

    #[test]
    fn a_skip_never_reorders((n, edges, goals, skip) in choices()) {
        let slice = slice(n, &edges, goals.as_deref(), &skip);
        let before = closure(n, &pairs(&edges), |_| true);
        let after = closure(n, &pairs(&slice.all_edges(&edges)), |_| true);
        let inside = |step: u32| slice.steps.contains(&step);
        for from in 0..n {
            for to in 0..n {
                let expected = before[from as usize][to as usize] && inside(from) && inside(to);
                prop_assert_eq!(after[from as usize][to as usize], expected);
            }
        }
    }
}
