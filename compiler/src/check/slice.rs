//! Slices: which steps a trigger starts, in which order, and what is wrong with its choice.

use crate::graph::Dag;

#[cfg(test)]
mod tests;

/// Why one step comes after another. Steps are numbered in the author's order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Edge {
    /// The earlier step.
    pub from: u32,
    /// The later step.
    pub to: u32,
    /// What the edge is.
    pub kind: EdgeKind,
}

/// What an edge is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum EdgeKind {
    /// The later step reads an output of the earlier one.
    Data,
    /// Order only.
    Order,
    /// Order only, between two Azure ML steps, which no Azure ML pipeline job can keep: the steps
    /// must be in different ones.
    Handover,
}

/// The steps that a trigger starts.
///
/// Two slices of one graph with equal steps are equal in everything but the findings.
#[derive(Clone, Debug)]
pub struct Slice {
    /// The steps, in the author's order.
    pub steps: Vec<u32>,
    /// Indexes of the graph's edges with both ends in the slice, ascending.
    pub edges: Vec<usize>,
    /// Order that was made by removed steps: the earlier and the later step, when a path of removed
    /// steps leads from the one to the other, and no edge. Sorted by the later, then the earlier.
    pub bridges: Vec<(u32, u32)>,
    /// The slice's edges and bridges, on the numbers of the whole graph; steps outside have none.
    pub dag: Dag,
    /// What is wrong with the choice.
    pub findings: Findings,
}

/// What is wrong with a trigger's choice of steps, beside an empty slice.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Findings {
    /// Indexes of the data edges from a skipped step to a step of the slice, which nothing fills.
    pub severed: Vec<usize>,
    /// Skipped steps that no goal needs, directly or through others, so that skipping them changes
    /// nothing; in the order in which they were given.
    pub idle_skips: Vec<u32>,
}

impl Slice {
    /// The steps outside `skip` that reach a goal outside `skip` by a path that avoids `skip`.
    /// Goals are the sinks of the graph unless given. Order through the removed steps is kept.
    ///
    /// `dag` must hold the given edges. O(n + m), and O((n + m) · ⌈k / 128⌉ + bridges) for k steps
    /// of the slice that come directly before a removed one.
    pub fn new(dag: &Dag, edges: &[Edge], goals: Option<&[u32]>, skip: &[u32]) -> Self {
        let goals = goals.map_or_else(|| dag.sinks().collect(), <[u32]>::to_vec);
        let mut skipped = vec![false; dag.size() as usize];
        for &step in skip {
            skipped[step as usize] = true;
        }
        let inside = dag.reaching(&goals, |step| !skipped[step as usize]);
        let is_inside = |step: u32| inside[step as usize];
        let is_kept = |edge: &Edge| is_inside(edge.from) && is_inside(edge.to);
        let bridges = bridges(dag, is_inside);
        let kept = edges.iter().filter(|edge| is_kept(edge)).map(|edge| (edge.from, edge.to));
        Self {
            steps: dag.vertices().filter(|&step| is_inside(step)).collect(),
            edges: positions(edges, is_kept),
            dag: Dag::new(dag.size(), kept.chain(bridges.iter().copied()))
                .expect("the edges and bridges of a slice are paths of a graph without cycles"),
            bridges,
            findings: Findings {
                severed: positions(edges, |edge| {
                    edge.kind == EdgeKind::Data && !is_inside(edge.from) && is_inside(edge.to)
                }),
                idle_skips: idle_skips(dag, &goals, skip),
            },
        }
    }

    /// Whether nothing is left to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The slice's edges, `all` being the edges that it was made of, and its bridges as order.
    pub fn all_edges(&self, all: &[Edge]) -> Vec<Edge> {
        let own = self.edges.iter().map(|&index| all[index]);
        let bridge = |&(from, to): &(u32, u32)| Edge { from, to, kind: EdgeKind::Order };
        own.chain(self.bridges.iter().map(bridge)).collect()
    }

    /// For each of the slice's edges, whether it is order that only this edge says: no data flows
    /// between its ends, and no longer path joins them through steps that satisfy `passes` (those
    /// that do not run after a failure). Such order needs a wire inside an Azure ML job, or is a
    /// handover. The time is that of [`Dag::implied`].
    pub fn bare_order(&self, edges: &[Edge], passes: impl Fn(u32) -> bool) -> Vec<bool> {
        let ends = |edge: &Edge| (edge.from, edge.to);
        let is_data = |edge: &&Edge| edge.kind == EdgeKind::Data;
        let mut data: Vec<_> = edges.iter().filter(is_data).map(ends).collect();
        data.sort_unstable();
        let order: Vec<_> = edges.iter().map(ends).collect();
        let implied = self.dag.implied(&order, passes);
        let is_bare = |(ends, implied): (_, bool)| !implied && data.binary_search(ends).is_err();
        order.iter().zip(implied).map(is_bare).collect()
    }
}

/// Pairs of steps inside that a path of steps outside joins.
fn bridges(dag: &Dag, is_inside: impl Fn(u32) -> bool) -> Vec<(u32, u32)> {
    let leaves = |&step: &u32| {
        is_inside(step) && dag.successors(step).iter().any(|&later| !is_inside(later))
    };
    let tails: Vec<u32> = dag.vertices().filter(leaves).collect();
    let mut bridges = dag.joined(&tails, &is_inside, |step| !is_inside(step));
    bridges.retain(|&(from, to)| dag.successors(from).binary_search(&to).is_err());
    bridges
}

/// Skipped steps that are no goal and before none, were nothing skipped.
fn idle_skips(dag: &Dag, goals: &[u32], skip: &[u32]) -> Vec<u32> {
    let needed = dag.reaching(goals, |_| true);
    skip.iter().copied().filter(|&step| !needed[step as usize]).collect()
}

/// Indexes of the edges that satisfy a condition.
fn positions(edges: &[Edge], condition: impl Fn(&Edge) -> bool) -> Vec<usize> {
    edges.iter().enumerate().filter(|(_, edge)| condition(edge)).map(|(index, _)| index).collect()
}
