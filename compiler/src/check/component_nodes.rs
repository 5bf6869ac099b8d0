//! The nodes of a pipeline component: what is bound to their components, what they read of each
//! other, and that none waits for itself.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::interface::{Closed, InPort};
use super::names::{unknown, what_there_is};
use super::parameters;
use crate::diagnostics::{
    BAD_VALUE, CONFLICT, CYCLE, Diagnostic, MISSING_KEY, Sink, TYPE_CLASH, UNKNOWN_REFERENCE,
    excerpt,
};
use crate::graph::Dag;
use crate::plan::{
    ComponentBody, ComponentKind, ComponentPart, ComponentPlace, Parameter, ValueType,
};
use crate::source::{Span, Spanned};
use crate::spec::component::{Bound, ComponentNode, NodeInput, NodeRead, Reads};
use crate::spec::values::Literal;

/// Nodes of a circle that are shown: nobody reads thousands.
const MOST_SHOWN: usize = 12;

/// Proves the nodes of a component against the components that they run, as far as those are known,
/// and against each other.
pub(super) fn agree(nodes: &[ComponentNode], parts: &[Option<Rc<Closed>>], sink: &mut Sink) {
    let mut edges = Vec::new();
    for (at, (node, part)) in (0u32..).zip(nodes.iter().zip(parts)) {
        if let Some(part) = part {
            one_kind(node, part, sink);
            bound(node, part, sink);
            named(node, part, sink);
            for input in &node.inputs {
                fits(input, part, sink);
            }
        }
        for read in &node.reads {
            let index = read.node as usize;
            let Some(other) = nodes.get(index) else { continue };
            let giver = parts.get(index).and_then(Option::as_deref);
            if is_there(other, giver, read, sink) && read.what == Reads::Output {
                edges.push((read.node, at, read.name.span));
                if let (Some(giver), Some(part)) = (giver, part) {
                    flows(node, (part, giver), read, sink);
                }
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

/// A node is what its component is.
fn one_kind(node: &ComponentNode, part: &Closed, sink: &mut Sink) {
    let Some(said) = &node.kind else { return };
    let is_run = ComponentKind::ALL.iter().any(|kind| kind.word() == said.value);
    if is_run && said.value != part.kind.word() {
        let message = format!("the component is of type {}", part.kind.word());
        sink.report(
            Diagnostic::new(&CONFLICT, said.span, message)
                .related(part.head, "said here")
                .help("write that type"),
        );
    }
}

/// Whether what flows in, as far as it is known, is what the component takes.
fn fits(input: &NodeInput, part: &Closed, sink: &mut Sink) {
    let Some(reader) = part.input(&input.name.value) else { return };
    let takes = &reader.demand.parameter;
    let found = match &input.bound {
        Bound::Kind(kind) => *kind,
        Bound::Read | Bound::Unknown => return,
        Bound::Literal(literal) if takes.kind.is_scalar() => {
            return value_fits(literal, takes, reader.demand.declared, sink);
        }
        Bound::Literal(_) => ValueType::String,
    };
    clash(input.at, reader, found, sink);
}

/// Whether what another node gives is what the component takes.
fn flows(
    node: &ComponentNode,
    (part, other): (&Closed, &Closed),
    read: &NodeRead,
    sink: &mut Sink,
) {
    let at = read.name.span;
    let is_bound = |input: &&NodeInput| {
        matches!(input.bound, Bound::Read) && (input.at.start..input.at.end).contains(&at.start)
    };
    let reader = node.inputs.iter().find(is_bound).and_then(|input| part.input(&input.name.value));
    let given = other.outputs.iter().find(|given| given.output.name == read.name.value);
    if let (Some(reader), Some(given)) = (reader, given) {
        clash(at, reader, given.output.kind, sink);
    }
}

/// Says that what flows in is of a type that the component does not take.
fn clash(at: Span, port: &InPort, found: ValueType, sink: &mut Sink) {
    let takes = port.demand.parameter.kind;
    if takes.takes(found) {
        return;
    }
    let message = format!("the component takes a {}, and this is a {}", takes.word(), found.word());
    sink.report(
        Diagnostic::new(&TYPE_CLASH, at, message)
            .related(port.demand.declared, "declared here")
            .help("bind something of that type, or change one of the two"),
    );
}

/// Azure ML's tools take numbers and truth values in quotes too.
fn value_fits(literal: &Literal, takes: &Parameter, declared: Span, sink: &mut Sink) {
    let plain = Literal { quoted: false, ..literal.clone() };
    let text = excerpt(&literal.text);
    let (message, help) = match plain.of_kind(takes.kind) {
        None if takes.kind == ValueType::Boolean => return, // YAML has many words for it
        None => (
            format!("the component takes the type {}, and this is `{text}`", takes.kind.word()),
            None,
        ),
        Some(value) => match parameters::refusal(takes, &value) {
            Some((message, help)) => (message, Some(help)),
            None => return,
        },
    };
    let diagnostic = Diagnostic::new(&BAD_VALUE, literal.span, message);
    let diagnostic = diagnostic.related(declared, "declared here");
    let help = help.unwrap_or_else(|| "write a value of that type".to_owned());
    sink.report(diagnostic.help(help));
}

/// Whether a node binds what its component takes, and nothing else.
fn bound(node: &ComponentNode, part: &Closed, sink: &mut Sink) {
    let mut is_whole = true;
    for name in node.inputs.iter().filter(|_| !part.is_open) {
        let name = &name.name;
        if part.input(&name.value).is_none() {
            let known = part.inputs.iter().map(|port| port.demand.parameter.name.as_str());
            let what = "input of the component";
            let diagnostic = unknown(&UNKNOWN_REFERENCE, name.span, what, &name.value, known);
            sink.report(diagnostic.related(part.head, "the component"));
            is_whole = false;
        }
    }
    let bound: BTreeSet<&str> = node.inputs.iter().map(|input| input.name.value.as_str()).collect();
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
    let own: Vec<&str> = match read.what {
        Reads::Input => node.inputs.iter().map(|input| input.name.value.as_str()).collect(),
        Reads::Output => node.outputs.iter().map(|port| port.value.as_str()).collect(),
    };
    let is_named = own.contains(&name.as_str());
    let known: Vec<&str> = match (part, read.what) {
        _ if is_named => return true,
        (Some(part), _) if part.is_open => return true,
        (Some(part), Reads::Output) => {
            part.outputs.iter().map(|port| port.output.name.as_str()).collect()
        }
        (Some(part), Reads::Input) => {
            part.inputs.iter().map(|port| port.demand.parameter.name.as_str()).collect()
        }
        (None, _) if node.is_plain => own,
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
