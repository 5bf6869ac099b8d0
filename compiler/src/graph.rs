//! Directed acyclic graphs on the vertices `0..n`: a stable order, or the cycles that forbid one,
//! and questions about paths.
//!
//! The vertices' numbers are the author's order; every answer is deterministic and prefers lower
//! numbers. Sizes of tens of thousands stay cheap: nothing here needs memory beyond O(n + m) for n
//! vertices and m edges, and each function says its time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::ops::Range;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

#[cfg(test)]
pub(crate) mod tests;

/// No vertex.
const NONE: u32 = u32::MAX;

/// Vertices whose descendants one sweep follows: one bit each.
const BATCH: usize = 128;

/// A graph without cycles. Parallel edges count once.
#[derive(Clone, Debug)]
pub struct Dag {
    size: u32,
    order: Vec<u32>,
    /// The inverse of `order`.
    places: Vec<usize>,
    predecessors: Lists,
    successors: Lists,
}

/// Vertices in a circle: each is before the next one, and the last before the first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cycle {
    /// Never empty; starts with the lowest number. A vertex that is before itself is alone.
    pub vertices: Vec<u32>,
}

impl Cycle {
    /// The edges of the circle, from its first vertex back to it.
    pub fn edges(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let heads = self.vertices.iter().cycle().skip(1);
        self.vertices.iter().copied().zip(heads.copied())
    }
}

impl Dag {
    /// The graph of `vertices` vertices and the given edges, each from the earlier to the later
    /// vertex. O(m log m + n log n).
    ///
    /// # Errors
    /// Witnesses of the cycles, one for each strongly connected component, by their lowest vertex:
    /// a shortest circle through the component's lowest vertex.
    ///
    /// # Panics
    /// When an edge names a vertex outside `0..vertices`.
    pub fn new(
        vertices: u32,
        edges: impl IntoIterator<Item = (u32, u32)>,
    ) -> Result<Self, Vec<Cycle>> {
        let mut edges: Vec<_> = edges.into_iter().collect();
        edges.sort_unstable();
        edges.dedup();
        let successors = Lists::new(vertices, edges.iter().copied());
        let predecessors = Lists::new(vertices, edges.iter().map(|&(from, to)| (to, from)));
        let order = sorted(vertices, &predecessors, &successors);
        if order.len() < successors.len() {
            return Err(cycles(&edges, &successors));
        }
        let mut places = vec![0; order.len()];
        for (place, &vertex) in order.iter().enumerate() {
            places[vertex as usize] = place;
        }
        Ok(Self { size: vertices, order, places, predecessors, successors })
    }

    /// All vertices, each after its predecessors, and the author's order wherever that allows it:
    /// at each place the lowest vertex that is ready.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// The place of a vertex in [`Dag::order`].
    pub fn place(&self, vertex: u32) -> usize {
        self.places[vertex as usize]
    }

    /// Vertices with an edge to this one, ascending, without duplicates.
    pub fn predecessors(&self, vertex: u32) -> &[u32] {
        self.predecessors.of(vertex)
    }

    /// Vertices with an edge from this one, ascending, without duplicates.
    pub fn successors(&self, vertex: u32) -> &[u32] {
        self.successors.of(vertex)
    }

    /// How many vertices there are.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// All vertices, ascending.
    pub fn vertices(&self) -> Range<u32> {
        0..self.size
    }

    /// Vertices without a successor, ascending.
    pub fn sinks(&self) -> impl Iterator<Item = u32> + '_ {
        self.vertices().filter(|&vertex| self.successors(vertex).is_empty())
    }

    /// For each vertex, whether it is a target or a path leads from it to one, on vertices that are
    /// all `open` (both ends too). O(n + m).
    pub fn reaching(&self, targets: &[u32], open: impl Fn(u32) -> bool) -> Vec<bool> {
        let mut reaching = vec![false; self.order.len()];
        for &target in targets {
            reaching[target as usize] = open(target);
        }
        for &vertex in self.order.iter().rev() {
            if !reaching[vertex as usize] {
                continue;
            }
            for &earlier in self.predecessors(vertex) {
                reaching[earlier as usize] |= open(earlier);
            }
        }
        reaching
    }

    /// For each vertex, how many distinct `marked` vertices are among its ancestors (itself is
    /// none). O((n + m) · ⌈k / 128⌉) for k marked vertices, where each 128 cost only the part of
    /// the order behind the first of them.
    pub fn count_ancestors(&self, marked: &[u32]) -> Vec<u32> {
        let mut counts = vec![0; self.order.len()];
        let tails = marked.iter().map(|&tail| (tail, self.order.len())).collect();
        self.sweep(
            tails,
            |_| true,
            |sight| {
                counts[sight.vertex as usize] += (sight.near | sight.far).count_ones();
            },
        );
        counts
    }

    /// For each of the edges (or pairs), whether a path of two edges or more leads from its tail to
    /// its head and all vertices between them satisfy `passes`. All edges for which that holds can
    /// be taken away together, and the rest still leads wherever they led: some path consists of
    /// edges for which it does not hold.
    ///
    /// O((n + m) · ⌈k / 128⌉) for k different tails, where each 128 cost only the part of the order
    /// between the first of them and their last head: linear when edges are short in the order, as
    /// those of real graphs are, or tails are few.
    pub fn implied(&self, edges: &[(u32, u32)], passes: impl Fn(u32) -> bool) -> Vec<bool> {
        let mut queries: Vec<(u32, u32, usize)> =
            edges.iter().enumerate().map(|(index, &(from, to))| (to, from, index)).collect();
        queries.sort_unstable();
        let tails = edges.iter().map(|&(from, to)| (from, self.place(to) + 1)).collect();
        let mut implied = vec![false; edges.len()];
        self.sweep(tails, passes, |sight| {
            let first = queries.partition_point(|query| query.0 < sight.vertex);
            for &(_, from, index) in queries[first..].iter().take_while(|q| q.0 == sight.vertex) {
                implied[index] |= sight.far & sight.bit(from) != 0;
            }
        });
        implied
    }

    /// All pairs of a tail and a vertex that satisfies `head`, when a path of two edges or more
    /// leads from the one to the other and all vertices between them satisfy `passes`; sorted by
    /// head, then tail. O((n + m) · ⌈k / 128⌉) for k tails, and the size of the answer.
    pub fn joined(
        &self,
        tails: &[u32],
        head: impl Fn(u32) -> bool,
        passes: impl Fn(u32) -> bool,
    ) -> Vec<(u32, u32)> {
        let mut pairs = Vec::new();
        let tails = tails.iter().map(|&tail| (tail, self.order.len())).collect();
        self.sweep(tails, passes, |sight| {
            if sight.far != 0 && head(sight.vertex) {
                pairs.extend(sight.far_tails().map(|tail| (tail, sight.vertex)));
            }
        });
        pairs.sort_unstable_by_key(|&(tail, head)| (head, tail));
        pairs
    }

    /// Follows the descendants of the tails, 128 tails at a time and each time through the part of
    /// the order from the first of them to the last place (exclusive) that one of them asks for.
    /// `see` is called with every vertex of that part, in order.
    fn sweep(
        &self,
        mut tails: Vec<(u32, usize)>,
        passes: impl Fn(u32) -> bool,
        mut see: impl FnMut(&Sight<'_>),
    ) {
        tails.sort_unstable_by_key(|&(tail, end)| (self.place(tail), Reverse(end)));
        tails.dedup_by_key(|&mut (tail, _)| tail);
        let mut bits = vec![0; self.order.len()];
        let mut reached = vec![0; self.order.len()];
        for batch in tails.chunks(BATCH) {
            for (bit, &(tail, _)) in batch.iter().enumerate() {
                bits[tail as usize] = 1 << bit;
            }
            let first = self.place(batch[0].0);
            let end = batch.iter().map(|&(_, end)| end).fold(first, usize::max);
            for &vertex in &self.order[first..end] {
                let (mut near, mut far) = (0u128, 0);
                for &earlier in self.predecessors(vertex) {
                    near |= bits[earlier as usize];
                    // What lies before the batch still holds an older batch's bits.
                    if self.place(earlier) >= first && passes(earlier) {
                        far |= reached[earlier as usize];
                    }
                }
                reached[vertex as usize] = near | far;
                see(&Sight { vertex, batch, bits: &bits, near, far });
            }
            for &(tail, _) in batch {
                bits[tail as usize] = 0;
            }
        }
    }
}

/// What a sweep knows at a vertex.
struct Sight<'a> {
    vertex: u32,
    batch: &'a [(u32, usize)],
    bits: &'a [u128],
    /// Tails with an edge to the vertex.
    near: u128,
    /// Tails with a path of two edges or more to the vertex, through vertices that pass.
    far: u128,
}

impl Sight<'_> {
    /// The bit of a tail; 0 when it belongs to another batch.
    fn bit(&self, tail: u32) -> u128 {
        self.bits[tail as usize]
    }

    /// The tails in `far`.
    fn far_tails(&self) -> impl Iterator<Item = u32> + '_ {
        self.batch.iter().map(|&(tail, _)| tail).filter(|&tail| self.far & self.bit(tail) != 0)
    }
}

/// A list of vertices for each vertex, without an allocation for each.
#[derive(Clone, Debug)]
struct Lists {
    /// Where each list starts in `items`, and at the end where the last one ends.
    starts: Vec<usize>,
    items: Vec<u32>,
}

impl Lists {
    /// The items by key; each list keeps the order of the pairs.
    fn new(keys: u32, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = vec![0; keys as usize + 1];
        for (key, _) in pairs.clone() {
            starts[key as usize + 1] += 1;
        }
        for key in 1..starts.len() {
            starts[key] += starts[key - 1];
        }
        let mut ends = starts.clone();
        let mut items = vec![NONE; starts[keys as usize]];
        for (key, item) in pairs {
            items[ends[key as usize]] = item;
            ends[key as usize] += 1;
        }
        Self { starts, items }
    }

    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn of(&self, key: u32) -> &[u32] {
        &self.items[self.starts[key as usize]..self.starts[key as usize + 1]]
    }
}

/// Kahn's algorithm, lowest vertex first; shorter than `vertices` when there is a cycle.
fn sorted(vertices: u32, predecessors: &Lists, successors: &Lists) -> Vec<u32> {
    let mut waits: Vec<usize> = (0..vertices).map(|v| predecessors.of(v).len()).collect();
    let mut ready: BinaryHeap<Reverse<u32>> =
        (0..vertices).filter(|&v| waits[v as usize] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(waits.len());
    while let Some(Reverse(vertex)) = ready.pop() {
        order.push(vertex);
        for &later in successors.of(vertex) {
            waits[later as usize] -= 1;
            if waits[later as usize] == 0 {
                ready.push(Reverse(later));
            }
        }
    }
    order
}

/// One witness for each strongly connected component with a cycle. O(n + m).
fn cycles(edges: &[(u32, u32)], successors: &Lists) -> Vec<Cycle> {
    // Not `tarjan_scc`: petgraph's recurses as deep as the longest path.
    let components = kosaraju_scc(&DiGraph::<(), ()>::from_edges(edges.iter().copied()));
    let mut component_of = vec![0; successors.len()];
    for (component, members) in components.iter().enumerate() {
        for member in members {
            component_of[member.index()] = component;
        }
    }
    let mut parents = vec![NONE; successors.len()];
    let mut cycles: Vec<Cycle> = components
        .iter()
        .filter_map(|members| members.iter().min())
        .filter_map(|start| {
            let inside = |v: u32| component_of[v as usize] == component_of[start.index()];
            shortest_cycle(u32::try_from(start.index()).ok()?, successors, inside, &mut parents)
        })
        .collect();
    cycles.sort_unstable_by_key(|cycle| cycle.vertices[0]);
    cycles
}

/// A shortest cycle through `start`: breadth first, lower vertices first.
fn shortest_cycle(
    start: u32,
    successors: &Lists,
    inside: impl Fn(u32) -> bool,
    parents: &mut [u32],
) -> Option<Cycle> {
    let mut queue = VecDeque::from([start]);
    while let Some(vertex) = queue.pop_front() {
        for &next in successors.of(vertex) {
            if next == start {
                return Some(walk_back(vertex, start, parents));
            }
            if inside(next) && parents[next as usize] == NONE {
                parents[next as usize] = vertex;
                queue.push_back(next);
            }
        }
    }
    None
}

/// The path from `start` to `end` that the parents remember.
fn walk_back(end: u32, start: u32, parents: &[u32]) -> Cycle {
    let mut vertices = vec![end];
    let mut vertex = end;
    while vertex != start {
        vertex = parents[vertex as usize];
        vertices.push(vertex);
    }
    vertices.reverse();
    Cycle { vertices }
}
