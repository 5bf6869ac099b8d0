//! The cut: which steps of a slice share an Azure ML job, and how the jobs follow each other.
//!
//! An approval on an Azure ML step is a *gate*, a vertex on CI after all that the step needs and
//! before it. An edge u→v weighs 1 if u is on Azure ML and v on CI, or if both are on Azure ML and
//! it is a handover or they are under different submission names (no name is one, too); else 0.
//! `epoch(v)` is the maximum over v's predecessors u of epoch(u) + weight(u→v), 0 without any;
//! `gates(v)` is the number of gates among v's ancestors. Azure ML steps with equal (epoch, gates,
//! name) are one *submission*, connected or not; every CI step and every gate stands alone.
//!
//! * The groups never wait for each other in a circle: every edge between groups increases (epoch,
//!   CI before Azure ML, gates), or leads from CI to CI and follows the graph. (An edge inside Azure
//!   ML weighs 1 between different names; at equal epoch it can therefore only increase the gates.)
//! * Without gates and names there is no smaller number of submissions: a weight stands only on an
//!   edge that leaves an Azure ML step, so below a step of epoch k there are steps of every lower
//!   epoch, each of them kept apart from the next by a way over CI or by a handover.
//! * Both values depend on ancestors alone, so an edit moves only what comes after it.

use std::collections::BTreeMap;

use super::slice::{Edge, EdgeKind};
use crate::graph::Dag;

#[cfg(test)]
mod tests;

/// What the cut must know about a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Vertex {
    /// Where it runs.
    pub engine: Engine,
    /// The author's name for the submission (a number for each name). Means nothing on CI.
    pub submission: Option<u32>,
    /// Whether people approve the step; on Azure ML that makes a gate. (A CI step's job is gated
    /// itself.)
    pub approval: bool,
    /// Whether it may run although something before it failed (`when: always`, `when: failure`).
    /// Such a step does not pass a failure on, so order is never left to it.
    pub tolerant: bool,
}

impl Vertex {
    fn is_gated(&self) -> bool {
        self.approval && self.engine == Engine::AzureMl
    }
}

/// What runs a step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Engine {
    /// Azure ML: as a node of a pipeline job.
    AzureMl,
    /// The CI platform: as a job.
    Ci,
}

/// A slice as jobs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cut {
    /// Each after what it needs, and otherwise in the author's order of their first steps.
    pub groups: Vec<Group>,
    /// The index in `groups` of the group that runs a step, by the step's number; `None` for steps
    /// outside the slice.
    pub group_of: Vec<Option<u32>>,
}

/// A job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// What it does.
    pub kind: GroupKind,
    /// Indexes of the groups that it waits for, ascending: every group that it reads data from, the
    /// gates of its steps, and of those that only order it the ones that nothing else implies.
    pub needs: Vec<u32>,
}

/// What a group does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GroupKind {
    /// Submits these Azure ML steps, in the author's order and never none, as one job.
    Submission {
        /// The author's name for it.
        name: Option<u32>,
        /// The steps.
        steps: Vec<u32>,
    },
    /// Runs a CI step.
    Step(u32),
    /// Waits for people, before this Azure ML step.
    Gate(u32),
}

impl Cut {
    /// Cuts the graph of these steps, which are ascending. `dag` holds the `edges`, all between the
    /// steps; `vertices` has an entry for each vertex of `dag`.
    ///
    /// O((n + m) log m) up to 128 gates; the general bounds are [`Dag::count_ancestors`] over the
    /// gates and [`Dag::implied`] over the groups.
    pub fn new(dag: &Dag, steps: &[u32], vertices: &[Vertex], edges: &[Edge]) -> Self {
        let levels = Levels::new(dag, steps, vertices, edges);
        let grouping = Grouping::new(steps, vertices, &levels);
        let needs = Needs::new(&grouping, vertices, edges);
        grouping.ordered(&needs)
    }
}

/// The values that keep groups apart, by the step's number.
struct Levels {
    epochs: Vec<u32>,
    /// Gates among the ancestors.
    gates: Vec<u32>,
}

impl Levels {
    fn new(dag: &Dag, steps: &[u32], vertices: &[Vertex], edges: &[Edge]) -> Self {
        let is_gated = |&step: &u32| vertices[step as usize].is_gated();
        let behind_own: Vec<u32> = steps.iter().copied().filter(is_gated).collect();
        let mut gates = dag.count_ancestors(&behind_own);
        for step in behind_own {
            gates[step as usize] += 1;
        }
        Self { epochs: epochs(dag, vertices, edges), gates }
    }
}

/// The epoch of each vertex. A gate's epoch is that of its step: what weighs before the step, weighs
/// before the gate.
fn epochs(dag: &Dag, vertices: &[Vertex], edges: &[Edge]) -> Vec<u32> {
    let mut epochs = vec![0; vertices.len()];
    let mut edges = edges.to_vec();
    edges.sort_unstable_by_key(|edge| dag.place(edge.from));
    for edge in edges {
        let (from, to) = (edge.from as usize, edge.to as usize);
        let epoch = epochs[from] + weight(edge.kind, &vertices[from], &vertices[to]);
        epochs[to] = epoch.max(epochs[to]);
    }
    epochs
}

/// 1 when the ends cannot share a submission, though the first is on Azure ML. The way over the
/// gate of a gated step leads over CI.
fn weight(kind: EdgeKind, from: &Vertex, to: &Vertex) -> u32 {
    let apart = to.engine == Engine::Ci
        || to.is_gated()
        || kind == EdgeKind::Handover
        || from.submission != to.submission;
    u32::from(from.engine == Engine::AzureMl && apart)
}

/// The groups, numbered by the author's order of their first steps, a gate right before its step.
struct Grouping {
    kinds: Vec<GroupKind>,
    /// By the step's number.
    group_of: Vec<Option<u32>>,
    /// The group of the gate before a step, by the step's number.
    gate_of: Vec<Option<u32>>,
}

impl Grouping {
    fn new(steps: &[u32], vertices: &[Vertex], levels: &Levels) -> Self {
        let nowhere = vec![None; vertices.len()];
        let mut grouping = Self { kinds: Vec::new(), group_of: nowhere.clone(), gate_of: nowhere };
        let mut submissions = BTreeMap::new();
        for &step in steps {
            let index = step as usize;
            let vertex = &vertices[index];
            if vertex.is_gated() {
                grouping.gate_of[index] = Some(grouping.add(GroupKind::Gate(step)));
            }
            grouping.group_of[index] = Some(match vertex.engine {
                Engine::Ci => grouping.add(GroupKind::Step(step)),
                Engine::AzureMl => {
                    let name = vertex.submission;
                    let key = (levels.epochs[index], levels.gates[index], name);
                    let new = || grouping.add(GroupKind::Submission { name, steps: Vec::new() });
                    let group = *submissions.entry(key).or_insert_with(new);
                    grouping.put(step, group);
                    group
                }
            });
        }
        grouping
    }

    fn add(&mut self, kind: GroupKind) -> u32 {
        self.kinds.push(kind);
        self.size() - 1
    }

    fn put(&mut self, step: u32, submission: u32) {
        if let GroupKind::Submission { steps, .. } = &mut self.kinds[submission as usize] {
            steps.push(step);
        }
    }

    fn size(&self) -> u32 {
        u32::try_from(self.kinds.len()).expect("at most two groups for each of 2^31 steps")
    }

    /// Every edge between groups, and whether data flows along it. Sorted, without duplicates.
    fn crossings(&self, edges: &[Edge]) -> Vec<(u32, u32, bool)> {
        let mut crossings = Vec::with_capacity(edges.len());
        for (gate, step) in self.gate_of.iter().zip(&self.group_of) {
            crossings.extend(gate.zip(*step).map(|(gate, step)| (gate, step, false)));
        }
        for edge in edges {
            let Some(from) = self.group_of[edge.from as usize] else { continue };
            let to = edge.to as usize;
            let is_data = edge.kind == EdgeKind::Data;
            crossings.extend(self.group_of[to].map(|to| (from, to, is_data)));
            crossings.extend(self.gate_of[to].map(|gate| (from, gate, false)));
        }
        crossings.retain(|&(from, to, _)| from != to);
        crossings.sort_unstable_by_key(|&(from, to, is_data)| (from, to, !is_data));
        crossings.dedup_by_key(|&mut (from, to, _)| (from, to));
        crossings
    }

    /// Whether a group may run although something before it failed.
    fn is_tolerant(&self, group: u32, vertices: &[Vertex]) -> bool {
        match self.kinds[group as usize] {
            GroupKind::Step(step) => vertices[step as usize].tolerant,
            GroupKind::Submission { .. } | GroupKind::Gate(_) => false,
        }
    }

    /// The groups in the order in which they can run.
    fn ordered(self, needs: &Needs) -> Cut {
        let mut places = vec![0; self.kinds.len()];
        for (place, &group) in (0u32..).zip(needs.dag.order()) {
            places[group as usize] = place;
        }
        let mut kinds: Vec<_> = places.iter().zip(self.kinds).collect();
        kinds.sort_unstable_by_key(|&(place, _)| place);
        let mut groups: Vec<Group> =
            kinds.into_iter().map(|(_, kind)| Group { kind, needs: Vec::new() }).collect();
        for &(from, to) in &needs.edges {
            groups[places[to as usize] as usize].needs.push(places[from as usize]);
        }
        for group in &mut groups {
            group.needs.sort_unstable();
        }
        let place = |group: Option<u32>| group.map(|group| places[group as usize]);
        Cut { groups, group_of: self.group_of.into_iter().map(place).collect() }
    }
}

/// What waits for what, by the numbers of the grouping.
struct Needs {
    /// All that an edge of the graph orders.
    dag: Dag,
    /// What is written: pairs of the earlier and the later group.
    edges: Vec<(u32, u32)>,
}

impl Needs {
    fn new(grouping: &Grouping, vertices: &[Vertex], edges: &[Edge]) -> Self {
        let crossings = grouping.crossings(edges);
        let pairs = crossings.iter().map(|&(from, to, _)| (from, to));
        let dag = Dag::new(grouping.size(), pairs).expect(
            "every edge between groups increases (epoch, CI before Azure ML, gates) \
             or follows the graph from CI to CI",
        );
        // A tolerant step looks at what it needs itself to see what failed, so its own stay.
        let is_tolerant = |group| grouping.is_tolerant(group, vertices);
        let (mut edges, mut order) = (Vec::with_capacity(crossings.len()), Vec::new());
        for (from, to, is_data) in crossings {
            let must_stay = is_data || is_tolerant(to);
            if must_stay { &mut edges } else { &mut order }.push((from, to));
        }
        let implied = dag.implied(&order, |group| !is_tolerant(group));
        edges.extend(order.iter().zip(implied).filter(|(_, implied)| !implied).map(|(&e, _)| e));
        Self { dag, edges }
    }
}
