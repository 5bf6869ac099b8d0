//! The graph against definitions by brute force.

use proptest::prelude::*;

use super::*;

/// Cases that do not change from run to run.
pub(crate) fn always_the_same() -> ProptestConfig {
    let rng_seed = proptest::test_runner::RngSeed::Fixed(1);
    ProptestConfig { rng_seed, failure_persistence: None, ..ProptestConfig::default() }
}

/// Edges on up to `most` vertices, any direction.
fn any_edges(most: u32, edges: usize) -> impl Strategy<Value = (u32, Vec<(u32, u32)>)> {
    (1..=most).prop_flat_map(move |n| (Just(n), prop::collection::vec((0..n, 0..n), 0..=edges)))
}

/// Edges without cycles, whose vertices are numbered in a random order.
pub(crate) fn acyclic(most: u32, edges: usize) -> impl Strategy<Value = (u32, Vec<(u32, u32)>)> {
    any_edges(most, edges).prop_flat_map(|(n, pairs)| {
        let names = Just((0..n).collect::<Vec<_>>()).prop_shuffle();
        (Just(n), Just(pairs), names).prop_map(|(n, pairs, names)| {
            let name = |v: u32| names[v as usize];
            let forward = pairs.iter().filter(|(a, b)| a != b);
            (n, forward.map(|&(a, b)| (name(a.min(b)), name(a.max(b)))).collect())
        })
    })
}

/// `true` at `[u][v]` when a path of one edge or more leads from u to v through vertices that pass.
pub(crate) fn closure(
    n: u32,
    edges: &[(u32, u32)],
    passes: impl Fn(u32) -> bool,
) -> Vec<Vec<bool>> {
    let mut reach = vec![vec![false; n as usize]; n as usize];
    for &(from, to) in edges {
        reach[from as usize][to as usize] = true;
    }
    for middle in (0..n).filter(|&v| passes(v)) {
        for from in 0..n as usize {
            for to in 0..n as usize {
                reach[from][to] |= reach[from][middle as usize] && reach[middle as usize][to];
            }
        }
    }
    reach
}

#[test]
fn the_authors_order_is_kept_where_edges_allow_it() {
    let dag = Dag::new(5, [(3, 1), (0, 4)]).expect("no cycle");
    assert_eq!(dag.order(), [0, 2, 3, 1, 4]);
    assert_eq!(dag.sinks().collect::<Vec<_>>(), [1, 2, 4]);
    assert_eq!((dag.predecessors(1), dag.successors(0)), (&[3][..], &[4][..]));
}

#[test]
fn every_knot_has_a_witness_that_is_as_short_as_can_be() {
    let edges = [(1, 2), (2, 3), (3, 1), (2, 1), (0, 1), (5, 5), (3, 4), (6, 7), (7, 8), (8, 6)];
    let cycles = Dag::new(9, edges).expect_err("three cycles");
    let vertices: Vec<_> = cycles.iter().map(|cycle| cycle.vertices.clone()).collect();
    assert_eq!(vertices, [vec![1, 2], vec![5], vec![6, 7, 8]]);
    assert_eq!(cycles[2].edges().collect::<Vec<_>>(), [(6, 7), (7, 8), (8, 6)]);
    assert_eq!(cycles[1].edges().collect::<Vec<_>>(), [(5, 5)]);
}

#[test]
fn a_circle_through_thirty_thousand_vertices_is_found() {
    let n = 30_000;
    let cycles = Dag::new(n, (0..n).map(|v| (v, (v + 1) % n))).expect_err("one circle");
    assert_eq!(cycles.len(), 1);
    assert_eq!(cycles[0].vertices, (0..n).collect::<Vec<_>>());
}

#[test]
fn more_tails_than_a_sweep_has_bits_are_all_followed() {
    let n = 1_000;
    let chain = (1..n).map(|v| (v - 1, v));
    let shortcuts: Vec<_> = (2..n).map(|v| (v / 2 - 1, v)).collect();
    let dag = Dag::new(n, chain.clone().chain(shortcuts.clone())).expect("no cycle");
    assert!(dag.implied(&shortcuts, |_| true).into_iter().all(|implied| implied));
    let chain: Vec<_> = chain.collect();
    assert!(!dag.implied(&chain, |_| true).contains(&true));
    let counts = dag.count_ancestors(&dag.vertices().collect::<Vec<_>>());
    assert_eq!(counts, dag.vertices().collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(always_the_same())]

    #[test]
    fn a_graph_is_sorted_or_its_cycles_are_shown((n, edges) in any_edges(8, 14)) {
        let reach = closure(n, &edges, |_| true);
        let in_circle = |v: u32| reach[v as usize][v as usize];
        match Dag::new(n, edges.iter().copied()) {
            Ok(dag) => {
                prop_assert!(!(0..n).any(in_circle));
                let mut left: Vec<u32> = (0..n).collect();
                for &next in dag.order() {
                    let ready = |v: &u32| !left.iter().any(|&u| reach[u as usize][*v as usize]);
                    prop_assert_eq!(Some(next), left.iter().copied().find(|v| ready(v)));
                    left.retain(|&v| v != next);
                }
                prop_assert!(left.is_empty());
            }
            Err(cycles) => {
                let same = |u: u32, v: u32| {
                    reach[u as usize][v as usize] && reach[v as usize][u as usize]
                };
                let lowest =
                    (0..n).filter(|&v| in_circle(v) && !(0..v).any(|u| same(u, v)));
                let starts = cycles.iter().map(|cycle| cycle.vertices[0]);
                prop_assert_eq!(starts.collect::<Vec<_>>(), lowest.collect::<Vec<_>>());
                for cycle in &cycles {
                    prop_assert!(cycle.edges().all(|edge| edges.contains(&edge)));
                    prop_assert_eq!(cycle.vertices.len(), girth(n, &edges, cycle.vertices[0]));
                }
            }
        }
    }

    #[test]
    fn an_edge_is_implied_when_a_longer_path_passes(
        (n, edges) in acyclic(9, 20), walls in 0u32..512,
    ) {
        let dag = Dag::new(n, edges.iter().copied()).expect("no cycle");
        let passes = |v: u32| walls >> v & 1 == 0;
        let implied = dag.implied(&edges, passes);
        let reach = closure(n, &edges, passes);
        let longer = |from: u32, to: u32| edges.iter().any(|&(u, v)| {
            u == from && passes(v) && reach[v as usize][to as usize]
        });
        for (&(from, to), &implied) in edges.iter().zip(&implied) {
            prop_assert_eq!(implied, longer(from, to));
        }
        let rest = edges.iter().zip(&implied).filter(|(_, implied)| !**implied);
        let rest: Vec<_> = rest.map(|(&edge, _)| edge).collect();
        prop_assert_eq!(&closure(n, &rest, passes), &reach);

        let all: Vec<u32> = (0..n).collect();
        let mut pairs = dag.joined(&all, |v| v % 3 > 0, passes);
        pairs.sort_unstable();
        let expected = all.iter().flat_map(|&u| all.iter().map(move |&v| (u, v)));
        let expected = expected.filter(|&(u, v)| v % 3 > 0 && longer(u, v));
        prop_assert_eq!(pairs, expected.collect::<Vec<_>>());
    }

    #[test]
    fn ancestors_are_counted_once((n, edges) in acyclic(9, 20), marks in 0u32..512) {
        let dag = Dag::new(n, edges.iter().copied()).expect("no cycle");
        let marked: Vec<u32> = (0..n).filter(|v| marks >> v & 1 == 1).collect();
        let counts = dag.count_ancestors(&marked);
        let reach = closure(n, &edges, |_| true);
        for v in 0..n as usize {
            let expected = marked.iter().filter(|&&u| reach[u as usize][v]).count();
            prop_assert_eq!(counts[v] as usize, expected);
        }
    }
}

/// The length of the shortest circle through a vertex, by walks of growing length.
fn girth(n: u32, edges: &[(u32, u32)], start: u32) -> usize {
    let mut ends = vec![start];
    for length in 1..=n as usize {
        ends = edges.iter().filter(|(u, _)| ends.contains(u)).map(|&(_, v)| v).collect();
        if ends.contains(&start) {
            return length;
        }
    }
    panic!("no circle through {start}")
}
