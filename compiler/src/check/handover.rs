//! Slices and their cuts; order without data between two nodes of Azure ML that cannot share a job
//! is a handover there.

use super::cut::{Cut, Engine};
use super::slice::{Edge, EdgeKind, Slice};
use super::triggers::{Ground, Sliced};
use crate::plan::Step;

impl Ground<'_> {
    /// The slice of some goals and skips, cut.
    pub(crate) fn sliced(&self, goals: Option<&[u32]>, skip: &[u32]) -> Sliced {
        let slice = Slice::new(&self.graph.dag, &self.graph.edges, goals, skip);
        let mut edges = slice.all_edges(&self.graph.edges);
        hand_over(self, &slice, &mut edges);
        let cut = Cut::new(&slice.dag, &slice.steps, self.vertices, &edges);
        Sliced { slice, cut }
    }
}

/// Marks order that no job of Azure ML can keep, since the later step cannot wait or the earlier one
/// cannot say that it is done: then they are in different jobs.
fn hand_over(ground: &Ground<'_>, slice: &Slice, edges: &mut [Edge]) {
    let is_kept = |edge: &Edge| edge.kind == EdgeKind::Data || is_kept(ground, *edge);
    if edges.iter().all(is_kept) {
        return;
    }
    let bare = slice.bare_order(edges, |step| !ground.vertices[step as usize].tolerant);
    for (edge, bare) in edges.iter_mut().zip(bare) {
        if bare && !is_kept(edge) {
            edge.kind = EdgeKind::Handover;
        }
    }
}

/// Whether one job can keep the order, or CI does.
fn is_kept(ground: &Ground<'_>, edge: Edge) -> bool {
    let on_ci = |step: u32| ground.vertices[step as usize].engine == Engine::Ci;
    let step = |step: u32| ground.steps[step as usize].as_ref();
    let waits = step(edge.to).is_none_or(|step| step.task.can_wait());
    let tells = step(edge.from).is_none_or(Step::can_tell);
    on_ci(edge.from) || on_ci(edge.to) || waits && tells
}
