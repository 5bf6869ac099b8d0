//! The nodes of a pipeline component: what is bound to their components, what they read of each
//! other, and that none waits for itself.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::interface::Closed;
use super::names::{unknown, what_there_is};
use crate::diagnostics::{CYCLE, Diagnostic, MISSING_KEY, Sink, UNKNOWN_REFERENCE, excerpt};
use crate::graph::Dag;
use crate::plan::{ComponentBody, ComponentPart, ComponentPlace};
use crate::source::{Span, Spanned};
use crate::spec::component::{ComponentNode, NodeRead, Reads};

/// Nodes of a circle that are shown: nobody reads thousands.
const MOST_SHOWN: usize = 12;

/// Proves the nodes of a component against the components that they run, as far as those are known,
/// and against each other.
pub(super) fn agree(nodes: &[ComponentNode], parts: &[Option<Rc<Closed>>], sink: &mut Sink) {
    let mut edges = Vec::new();
    for (at, (node, part)) in (0u32..).zip(nodes.iter().zip(parts)) {
        if let Some(part) = part {
            bound(node, part, sink);
            named(node, part, sink);
        }
        for read in &node.reads {
            let index = read.node as usize;
            let Some(other) = nodes.get(index) else { continue };
            let part = parts.get(index).and_then(Option::as_deref);
            if is_there(other, part, read, sink) && read.what == Reads::Output {
                edges.push((read.node, at, read.name.span));
            }
        }
    }
    circles(nodes, &edges, sink);
}

/// What a component says together with what its nodes run; `None` where only Azure ML's own tools can
/// say one of them.
pub(super) fn body(
    own: Option<Arc<ComponentBody>>,
    nodes: &[ComponentNode],
    parts: &[Option<Rc<Closed>>],
) -> Option<Arc<ComponentBody>> {
    let mut body = Arc::unwrap_or_clone(own?);
    for (node, part) in nodes.iter().zip(parts) {
        let Some(part) = part else { continue };
        let ComponentPlace::File(path) = &part.place else { return None };
        let (node, path) = (node.name.value.clone(), path.clone());
        body.parts.push(ComponentPart { node, path, body: part.body.clone()? });
    }
    Some(Arc::new(body))
}

/// Whether a node binds what its component takes, and nothing else.
fn bound(node: &ComponentNode, part: &Closed, sink: &mut Sink) {
    let mut is_whole = true;
    for name in node.inputs.iter().filter(|_| !part.is_open) {
        if part.input(&name.value).is_none() {
            let known = part.inputs.iter().map(|port| port.demand.parameter.name.as_str());
            let what = "input of the component";
            let diagnostic = unknown(&UNKNOWN_REFERENCE, name.span, what, &name.value, known);
            sink.report(diagnostic.related(part.head, "the component"));
            is_whole = false;
        }
    }
    let bound: BTreeSet<&str> = node.inputs.iter().map(|name| name.value.as_str()).collect();
    for port in part.inputs.iter().filter(|port| is_whole && port.required) {
        let name = &port.demand.parameter.name;
        if !bound.contains(name.as_str()) && !node.swept.contains(name) {
            let message = format!("the component of the node needs its input `{name}`");
            sink.report(
                Diagnostic::new(&MISSING_KEY, node.name.span, message)
                    .related(port.demand.declared, "declared here, without a default")
                    .help(format!("write `inputs: {{ {name}: … }}`")),
            );
        }
    }
}

/// Whether a node names outputs that its component gives.
fn named(node: &ComponentNode, part: &Closed, sink: &mut Sink) {
    for name in &node.outputs {
        if !gives(part, &name.value) {
            let known = part.outputs.iter().map(|port| port.output.name.as_str());
            let what = "output of the component";
            let diagnostic = unknown(&UNKNOWN_REFERENCE, name.span, what, &name.value, known);
            sink.report(diagnostic.related(part.head, "the component"));
        }
    }
}

fn gives(part: &Closed, name: &str) -> bool {
    part.outputs.iter().any(|port| port.output.name == name)
}

/// Whether what is read of a node is there, as far as that can be known.
fn is_there(node: &ComponentNode, part: Option<&Closed>, read: &NodeRead, sink: &mut Sink) -> bool {
    let name = &read.name.value;
    let own = match read.what {
        Reads::Input => &node.inputs,
        Reads::Output => &node.outputs,
    };
    let is_named = own.iter().any(|port| port.value == *name);
    let known: Vec<&str> = match (part, read.what) {
        _ if is_named => return true,
        (Some(part), _) if part.is_open => return true,
        (Some(part), Reads::Output) => {
            part.outputs.iter().map(|port| port.output.name.as_str()).collect()
        }
        (Some(part), Reads::Input) => {
            part.inputs.iter().map(|port| port.demand.parameter.name.as_str()).collect()
        }
        (None, _) if node.is_plain => own.iter().map(|port| port.value.as_str()).collect(),
        (None, _) => return true,
    };
    if known.contains(&name.as_str()) {
        return true;
    }
    let word = if read.what == Reads::Output { "output" } else { "input" };
    let message = format!("the node `{}` has no {word} `{}`", node.name.value, excerpt(name));
    let help = what_there_is(name, known.into_iter());
    let help = help.unwrap_or_else(|| format!("it has no {word}s at all"));
    sink.report(
        Diagnostic::new(&UNKNOWN_REFERENCE, read.name.span, message)
            .related(node.name.span, "the node")
            .help(help),
    );
    false
}

/// Says which nodes wait for each other.
#[allow(clippy::cast_possible_truncation)] // the tree holds fewer than 2^32 nodes
fn circles(nodes: &[ComponentNode], edges: &[(u32, u32, Span)], sink: &mut Sink) {
    let pairs = edges.iter().map(|(from, to, _)| (*from, *to));
    let Err(cycles) = Dag::new(nodes.len() as u32, pairs) else { return };
    let name = |at: u32| &nodes[at as usize].name.value;
    for cycle in cycles {
        let all: Vec<(u32, u32)> = cycle.edges().collect();
        let place = |(from, to): (u32, u32)| {
            let edge = edges.iter().find(|edge| (edge.0, edge.1) == (from, to))?;
            Some(Spanned::new(format!("`{}` comes after `{}`", name(to), name(from)), edge.2))
        };
        let mut names: Vec<&str> =
            all.iter().take(MOST_SHOWN).map(|edge| name(edge.0).as_str()).collect();
        names.extend((all.len() > MOST_SHOWN).then_some("…"));
        names.extend(all.first().map(|edge| name(edge.0).as_str()));
        let message = match names.as_slice() {
            [only, _] => format!("the node `{only}` needs itself"),
            _ => format!("the nodes wait for each other: {}", names.join(" → ")),
        };
        let mut places = all.iter().take(MOST_SHOWN).filter_map(|edge| place(*edge));
        let Some(first) = places.next() else { continue };
        let mut diagnostic = Diagnostic::new(&CYCLE, first.span, message).label(first.value);
        for other in places {
            diagnostic = diagnostic.related(other.span, other.value);
        }
        let help = if all.len() == 1 { "remove it" } else { "remove one of these edges" };
        sink.report(diagnostic.help(help));
    }
}
