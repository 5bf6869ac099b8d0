//! The graph: no circles, and what each edge is.

use super::binder::EdgeSite;
use super::names::Context;
use super::slice::{Edge, EdgeKind};
use crate::diagnostics::{CYCLE, Diagnostic, LIMIT, Sink};
use crate::graph::Dag;

/// Each costs some 100 bytes here and a line in what is written. 700 steps that all need each other
/// have fewer.
const MOST_EDGES: usize = 250_000;

/// Steps and edges of a circle that are shown: nobody reads thousands.
const MOST_SHOWN: usize = 12;

/// The graph of a spec.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) dag: Dag,
    /// One edge for each pair of steps and output, in the order in which they were found.
    pub(crate) edges: Vec<Edge>,
    /// The place of each edge, and what flows.
    pub(crate) sites: Vec<EdgeSite>,
}

/// Builds the graph, or reports every circle with the place of each of its edges.
#[allow(clippy::cast_possible_truncation)]
pub(crate) fn graph(cx: &Context<'_>, sites: Vec<EdgeSite>, sink: &mut Sink) -> Option<Graph> {
    let count = cx.spec.steps.items.len() as u32;
    let sites = distinct(sites);
    if let Some(site) = sites.get(MOST_EDGES) {
        let message = format!("the steps need each other more than {MOST_EDGES} times");
        let help = "leave out what other steps need already: order is passed on from step to step";
        sink.report(Diagnostic::new(&LIMIT, site.span, message).help(help));
        return None;
    }
    match Dag::new(count, sites.iter().map(|site| (site.from, site.to))) {
        Ok(dag) => {
            let edges = sites.iter().map(|site| Edge {
                from: site.from,
                to: site.to,
                kind: if site.output.is_some() { EdgeKind::Data } else { EdgeKind::Order },
            });
            Some(Graph { dag, edges: edges.collect(), sites })
        }
        Err(cycles) => {
            for cycle in cycles {
                report(cx, &cycle.edges().collect::<Vec<_>>(), &sites, sink);
            }
            None
        }
    }
}

/// The first place of each edge counts.
fn distinct(mut sites: Vec<EdgeSite>) -> Vec<EdgeSite> {
    sites.sort_by_key(|site| (site.to, site.from, site.output, site.span));
    sites.dedup_by_key(|site| (site.to, site.from, site.output));
    sites
}

fn report(cx: &Context<'_>, edges: &[(u32, u32)], sites: &[EdgeSite], sink: &mut Sink) {
    let place = |(from, to): (u32, u32)| {
        // They are sorted so.
        let first = sites.partition_point(|site| (site.to, site.from) < (to, from));
        sites.get(first).map(|site| site.span)
    };
    let each = edges.iter().map(|(from, _)| cx.step_name(*from));
    let mut names: Vec<&str> = each.take(MOST_SHOWN).collect();
    if edges.len() > MOST_SHOWN {
        names.push("…");
    }
    names.extend(edges.first().map(|(from, _)| cx.step_name(*from)));
    let message = match names.as_slice() {
        [only, _] => format!("the step `{only}` needs itself"),
        _ => format!("the steps wait for each other: {}", names.join(" → ")),
    };
    let mut places = edges.iter().take(MOST_SHOWN).filter_map(|edge| Some((*edge, place(*edge)?)));
    let Some(((from, to), first)) = places.next() else { return };
    let words =
        |from: u32, to: u32| format!("`{}` comes after `{}`", cx.step_name(to), cx.step_name(from));
    let mut diagnostic = Diagnostic::new(&CYCLE, first, message).label(words(from, to));
    for ((from, to), span) in places {
        diagnostic = diagnostic.related(span, words(from, to));
    }
    let alone = edges.len() == 1;
    sink.report(diagnostic.help(if alone { "remove it" } else { "remove one of these edges" }));
}
