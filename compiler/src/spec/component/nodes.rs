//! The nodes of a pipeline component, read as far as they lead elsewhere: to other components, to
//! files, to the pipeline's own inputs and outputs, to each other.

use std::collections::BTreeMap;

use super::{CodeFolder, ComponentPort, get, local, named, text, unknown};
use crate::diagnostics::{Diagnostic, LIMIT, UNKNOWN_REFERENCE, excerpt, near_miss};
use crate::plan::ComponentKind;
use crate::source::Spanned;
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
    pub inputs: Vec<Spanned<String>>,
    /// The hyperparameters of a sweep, which are inputs too.
    pub swept: Vec<String>,
    /// Whether it takes a cluster and names none.
    pub is_clusterless: bool,
}

/// What the nodes name.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    pub(super) all: Vec<ComponentNode>,
    pub(super) code: Vec<CodeFolder>,
    pub(super) files: Vec<Spanned<String>>,
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
    let known: BTreeMap<&str, NodeId> =
        entries.iter().map(|entry| (tree.text_of(entry.key), entry.value)).collect();
    let scope = Scope { inputs, outputs, nodes: &known };
    let mut bound = 0;
    for entry in entries {
        let name = Spanned::new(tree.text_of(entry.key).to_owned(), tree.span(entry.key));
        if !matches!(tree.kind(entry.value), Kind::Map(_)) {
            cx.wrong_type::<()>(entry.value, "a node (a map)");
            continue;
        }
        let ports = ["inputs", "outputs"].map(|key| entries_of(tree, entry.value, key));
        bound += ports.iter().map(Vec::len).sum::<usize>();
        if bound > MOST_BOUND {
            let message = "up to here, the nodes bind too many inputs and outputs";
            let help = "write fewer of them, or several components";
            cx.report(Diagnostic::new(&LIMIT, name.span, message).help(help));
            break;
        }
        for (_, value) in ports.iter().flatten() {
            scope.references(cx, get(tree, *value, "path").unwrap_or(*value));
        }
        let node = node(tree, name, entry.value, &ports[0]);
        if node.component.is_none() {
            let (code, files) = local(cx, entry.value, kind(tree, entry.value));
            found.code.extend(code);
            found.files.extend(files);
        }
        found.all.push(node);
    }
    found
}

fn entries_of(tree: &Tree<'_>, node: NodeId, key: &str) -> Vec<(NodeId, NodeId)> {
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

fn node(
    tree: &Tree<'_>,
    name: Spanned<String>,
    node: NodeId,
    inputs: &[(NodeId, NodeId)],
) -> ComponentNode {
    let value = |key: &str| text(tree, node, key).map(|(_, word)| word);
    let takes_cluster = matches!(word(tree, node), "command" | "parallel" | "sweep" | "automl");
    let swept = entries_of(tree, node, "search_space").into_iter();
    ComponentNode {
        name,
        component: value("component").or_else(|| value("trial")),
        inputs: inputs
            .iter()
            .map(|(key, _)| Spanned::new(tree.text_of(*key).to_owned(), tree.span(*key)))
            .collect(),
        swept: swept.map(|(key, _)| tree.text_of(key).to_owned()).collect(),
        is_clusterless: takes_cluster && get(tree, node, "compute").is_none(),
    }
}

/// What a node may refer to.
struct Scope<'a> {
    inputs: &'a [ComponentPort],
    outputs: &'a [ComponentPort],
    nodes: &'a BTreeMap<&'a str, NodeId>,
}

impl Scope<'_> {
    /// Every `${{parent.…}}` leads to something that there is.
    fn references(&self, cx: &mut Cx<'_, '_>, node: NodeId) {
        let tree = cx.tree;
        if !matches!(tree.kind(node), Kind::Scalar(_)) {
            return;
        }
        let text = tree.text_of(node);
        for (at, _) in text.match_indices("${{") {
            let Some(length) = text[at..].find("}}") else { continue };
            let Some(path) = text[at + 3..at + length].trim().strip_prefix("parent.") else {
                continue;
            };
            let range = at..at + length + 2;
            if let Some(name) = path.strip_prefix("inputs.") {
                if named(self.inputs, name).is_none() {
                    unknown(cx, node, range, ("input", name), self.inputs);
                }
            } else if let Some(name) = path.strip_prefix("outputs.") {
                if named(self.outputs, name).is_none() {
                    unknown(cx, node, range, ("output", name), self.outputs);
                }
            } else if let Some((name, _)) =
                path.strip_prefix("jobs.").and_then(|it| it.split_once('.'))
                && !self.nodes.contains_key(name)
            {
                let message = format!("the component has no node `{}`", excerpt(name));
                let near = near_miss(name, self.nodes.keys().copied());
                let help = near.map_or_else(
                    || "name one of its `jobs`".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                let at = super::place(cx, node, &range);
                cx.report(Diagnostic::new(&UNKNOWN_REFERENCE, at, message).help(help));
            }
        }
    }
}
