//! The nodes of a pipeline component, read as far as they lead elsewhere: to other components, to
//! files, to the pipeline's own inputs and outputs, to each other.

use std::collections::BTreeMap;

use super::binding::NodeInput;
use super::expressions::{named, place, unknown};
use super::local::{LocalFiles, data, local};
use super::{ComponentPort, binding, expressions, get, head, text};
use crate::diagnostics::{
    BAD_EXPRESSION, CONFLICT, Diagnostic, LIMIT, UNKNOWN_REFERENCE, excerpt, near_miss,
};
use crate::plan::ComponentKind;
use crate::source::{Span, Spanned};
use crate::spec::decode::Cx;
use crate::syntax::{Kind, NodeId, Tree};

/// A node of a pipeline component.
#[derive(Debug)]
pub struct ComponentNode {
    /// Its name.
    pub name: Spanned<String>,
    /// The component that it runs or tries, as it is written; `None`: it stands in the node.
    pub component: Option<Spanned<String>>,
    /// The inputs that are bound.
    pub inputs: Vec<NodeInput>,
    /// What it says that it is.
    pub kind: Option<Spanned<String>>,
    /// The outputs that it names.
    pub outputs: Vec<Spanned<String>>,
    /// The hyperparameters of a sweep, which are inputs too.
    pub swept: Vec<String>,
    /// What it reads of other nodes.
    pub reads: Vec<NodeRead>,
    /// Whether its outputs are all that it gives, if it has no component.
    pub is_plain: bool,
    /// Whether it takes a cluster and names none.
    pub is_clusterless: bool,
}

/// Something of a node that another one reads.
#[derive(Debug)]
pub struct NodeRead {
    /// The node, by its place.
    pub node: u32,
    /// What of it.
    pub what: Reads,
    /// The name of the input or output.
    pub name: Spanned<String>,
}

/// What is read of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reads {
    /// What flows into it.
    Input,
    /// What it gives.
    Output,
}

/// What the nodes name.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    pub(super) all: Vec<ComponentNode>,
    pub(super) local: LocalFiles,
}

/// Aliases may let a short file bind the same thousand inputs in a thousand nodes.
const MOST_BOUND: usize = 100_000;

/// Reads them.
pub(super) fn nodes(
    cx: &mut Cx<'_, '_>,
    root: NodeId,
    inputs: &[ComponentPort],
    outputs: &[ComponentPort],
) -> Nodes {
    let tree = cx.tree;
    let mut found = Nodes::default();
    let Some(jobs) = get(tree, root, "jobs").filter(|jobs| !cx.is_nothing(*jobs)) else {
        return found;
    };
    let Kind::Map(entries) = tree.kind(jobs) else {
        cx.wrong_type::<()>(jobs, "a map of nodes");
        return found;
    };
    let names = (0u32..).zip(entries).map(|(at, entry)| (tree.text_of(entry.key), at));
    let names: BTreeMap<&str, u32> = names.collect();
    let mut scope = Scope { inputs, outputs, nodes: &names, given: BTreeMap::new() };
    let mut count = 0;
    for entry in entries {
        let name = Spanned::new(tree.text_of(entry.key).to_owned(), tree.span(entry.key));
        let is_map = matches!(tree.kind(entry.value), Kind::Map(_));
        if !is_map {
            cx.wrong_type::<()>(entry.value, "a node (a map)");
        }
        let ports = ["inputs", "outputs"].map(|key| entries_of(tree, entry.value, key));
        count += ports.iter().map(Vec::len).sum::<usize>();
        if count > MOST_BOUND {
            let message = "up to here, the nodes bind too many inputs and outputs";
            let help = "write fewer of them, or several components";
            cx.report(Diagnostic::new(&LIMIT, name.span, message).help(help));
            break;
        }
        let mut reads = Vec::new();
        if is_map {
            binding::head(cx, &name, entry.value);
        }
        let mut bound = Vec::new();
        for (key, value) in &ports[0] {
            let path = get(tree, *value, "path");
            found.local.data.extend(path.and_then(|path| data(cx, path)));
            scope.references(cx, path.unwrap_or(*value), &mut reads);
            bound.push(NodeInput {
                name: Spanned::new(tree.text_of(*key).to_owned(), tree.span(*key)),
                at: tree.span(path.unwrap_or(*value)),
                bound: binding::bound(cx, *value, inputs),
            });
        }
        for (_, value) in &ports[1] {
            scope.given(cx, get(tree, *value, "path").unwrap_or(*value), &mut reads);
        }
        let node = node(tree, name, entry.value, (bound, &ports[1], reads));
        if is_map {
            head::settings(cx, entry.value, kind(tree, entry.value), true);
        }
        if node.component.is_none() && is_map {
            found.local.extend(inline(cx, entry.value));
        }
        found.all.push(node);
    }
    found
}

/// Keys and values.
type Pairs = Vec<(NodeId, NodeId)>;

fn entries_of(tree: &Tree<'_>, node: NodeId, key: &str) -> Pairs {
    match get(tree, node, key).map(|map| tree.kind(map)) {
        Some(Kind::Map(entries)) => entries.iter().map(|it| (it.key, it.value)).collect(),
        Some(Kind::Null | Kind::Scalar(_) | Kind::List(_)) | None => Vec::new(),
    }
}

fn word<'t>(tree: &'t Tree<'_>, node: NodeId) -> &'t str {
    get(tree, node, "type").map_or("command", |word| tree.text_of(word))
}

/// What an inline node is, as far as its files tell.
fn kind(tree: &Tree<'_>, node: NodeId) -> ComponentKind {
    match word(tree, node) {
        "parallel" => ComponentKind::Parallel,
        "spark" => ComponentKind::Spark,
        "command" => ComponentKind::Command,
        // AutoML and the like name no files.
        _ => ComponentKind::Pipeline,
    }
}

/// What a node names that runs no component of another file.
fn inline(cx: &mut Cx<'_, '_>, node: NodeId) -> LocalFiles {
    let tree = cx.tree;
    let is_map = |node: &NodeId| matches!(tree.kind(*node), Kind::Map(_));
    let within = get(tree, node, "component").or_else(|| get(tree, node, "trial")).filter(is_map);
    let (holder, kind) = match within {
        Some(trial) if word(tree, node) == "sweep" => (trial, ComponentKind::Command),
        Some(component) => (component, kind(tree, node)),
        None => (node, kind(tree, node)),
    };
    if kind == ComponentKind::Pipeline {
        return LocalFiles::default();
    }
    head::required(cx, holder, "node", kind);
    if within.is_some() {
        head::settings(cx, holder, kind, false);
    }
    expressions::of_node(cx, node, holder, kind);
    local(cx, holder, kind)
}

fn node(
    tree: &Tree<'_>,
    name: Spanned<String>,
    node: NodeId,
    (inputs, outputs, reads): (Vec<NodeInput>, &Pairs, Vec<NodeRead>),
) -> ComponentNode {
    let value = |key: &str| text(tree, node, key).map(|(_, word)| word);
    let kind = word(tree, node);
    let takes_cluster = matches!(kind, "command" | "parallel" | "sweep" | "automl");
    let is_plain = matches!(kind, "command" | "parallel" | "spark");
    let swept = entries_of(tree, node, "search_space").into_iter();
    let outputs = outputs.iter().map(|(key, _)| *key);
    let name_of = |key| Spanned::new(tree.text_of(key).to_owned(), tree.span(key));
    ComponentNode {
        name,
        component: value("component").or_else(|| value("trial")),
        inputs,
        kind: value("type"),
        outputs: outputs.map(name_of).collect(),
        swept: swept.map(|(key, _)| tree.text_of(key).to_owned()).collect(),
        reads,
        is_plain: is_plain && get(tree, node, "component").is_none(),
        is_clusterless: takes_cluster && get(tree, node, "compute").is_none(),
    }
}

/// What a node may refer to.
struct Scope<'a> {
    inputs: &'a [ComponentPort],
    outputs: &'a [ComponentPort],
    nodes: &'a BTreeMap<&'a str, u32>,
    /// Outputs of the pipeline that a node gives already.
    given: BTreeMap<String, Span>,
}

impl Scope<'_> {
    /// Where an output of a node goes: an output of the pipeline takes one.
    fn given(&mut self, cx: &mut Cx<'_, '_>, node: NodeId, reads: &mut Vec<NodeRead>) {
        let path = cx.tree.text_of(node).trim().strip_prefix("${{");
        let path = path.and_then(|path| path.strip_suffix("}}")).map(str::trim);
        let own = path.and_then(|path| path.strip_prefix("parent.outputs."));
        if own.is_none() && path.is_some_and(|path| path.starts_with("parent.")) {
            let message = "what a node gives goes to an output of the pipeline";
            let help = "write `${{parent.outputs.<output>}}`";
            cx.report(Diagnostic::new(&BAD_EXPRESSION, cx.span(node), message).help(help));
            return;
        }
        let Some(name) = own.filter(|name| named(self.outputs, name).is_some()) else {
            return self.references(cx, node, reads);
        };
        let at = cx.span(node);
        if let Some(first) = self.given.insert(name.to_owned(), at) {
            let message = format!("two nodes give the output `{name}`");
            cx.report(
                Diagnostic::new(&CONFLICT, at, message)
                    .related(first, "the first one")
                    .help("give each an output of its own"),
            );
        }
    }

    /// Every `${{parent.…}}` leads to something that there is.
    fn references(&self, cx: &mut Cx<'_, '_>, node: NodeId, reads: &mut Vec<NodeRead>) {
        let tree = cx.tree;
        if !matches!(tree.kind(node), Kind::Scalar(_)) {
            return;
        }
        let text = tree.text_of(node);
        for (at, _) in text.match_indices("${{") {
            let Some(length) = text[at..].find("}}") else {
                let message = "this `${{` is not closed by `}}`";
                let at = place(cx, node, &(at..at + 3));
                let help = "write `${{parent.inputs.<input>}}`";
                cx.report(Diagnostic::new(&BAD_EXPRESSION, at, message).help(help));
                continue;
            };
            let range = at..at + length + 2;
            let path = text[at + 3..at + length].trim();
            let Some(path) = path.strip_prefix("parent.") else {
                if ["inputs.", "outputs.", "jobs."].iter().any(|start| path.starts_with(start)) {
                    let message = "what a node is bound to begins with `parent.`";
                    let help = format!("write `${{{{parent.{path}}}}}`");
                    let at = place(cx, node, &range);
                    cx.report(Diagnostic::new(&BAD_EXPRESSION, at, message).help(help));
                }
                continue;
            };
            if let Some(name) = path.strip_prefix("inputs.") {
                if named(self.inputs, name).is_none() {
                    unknown(cx, node, range, ("input", name), self.inputs);
                }
            } else if let Some(name) = path.strip_prefix("outputs.") {
                if named(self.outputs, name).is_none() {
                    unknown(cx, node, range, ("output", name), self.outputs);
                }
            } else if let Some(path) = path.strip_prefix("jobs.") {
                let at = place(cx, node, &range);
                reads.extend(self.of_node(cx, path, at));
            }
        }
    }

    /// `<node>.outputs.<name>`, or its inputs.
    fn of_node(&self, cx: &mut Cx<'_, '_>, path: &str, at: Span) -> Option<NodeRead> {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let Some(node) = self.nodes.get(name) else {
            let message = format!("the component has no node `{}`", excerpt(name));
            let near = near_miss(name, self.nodes.keys().copied());
            let help = near.map_or_else(
                || "name one of its `jobs`".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            cx.report(Diagnostic::new(&UNKNOWN_REFERENCE, at, message).help(help));
            return None;
        };
        let (what, port) = match rest.split_once('.') {
            Some(("outputs", port)) => (Reads::Output, port),
            Some(("inputs", port)) => (Reads::Input, port),
            _ => {
                let message = format!("`{}` is nothing that a node has", excerpt(rest));
                let help = format!("write `${{{{parent.jobs.{name}.outputs.<output>}}}}`");
                cx.report(Diagnostic::new(&BAD_EXPRESSION, at, message).help(help));
                return None;
            }
        };
        let port = port.strip_suffix(".path").unwrap_or(port);
        Some(NodeRead { node: *node, what, name: Spanned::new(port.to_owned(), at) })
    }
}
