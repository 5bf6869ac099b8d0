//! Component files of Azure ML: read as far as their use needs it, with what Microsoft's own check
//! lets pass in them. Keys that do not matter here are not looked at.

mod binding;
mod body;
mod expressions;
mod head;
mod local;
mod nodes;
mod ports;

pub use binding::{Bound, NodeInput};
pub use local::LocalFiles;
pub use nodes::{ComponentNode, NodeRead, Reads};

use super::decode::Cx;
use super::values::Literal;
use crate::diagnostics::{BAD_VALUE, Diagnostic, MISSING_KEY, Sink, excerpt, near_miss};
use crate::plan::{ComponentKind, Fields, ValueType};
use crate::source::{FileId, Span, Spanned};
use crate::syntax::{self, Kind, NodeId, Tree};

/// A component file.
#[derive(Debug)]
pub struct ComponentFile {
    /// What it is.
    pub kind: Spanned<ComponentKind>,
    /// What flows in, in the author's order.
    pub inputs: Vec<ComponentPort>,
    /// What flows out, in the author's order.
    pub outputs: Vec<ComponentPort>,
    /// What it names of the repository.
    pub local: LocalFiles,
    /// Whether it takes inputs that it does not declare: a flow takes what its data have.
    pub is_open: bool,
    /// What the service is told of it; `None` where only Azure ML's own tools can say it.
    pub body: Option<Fields>,
    /// The nodes of a pipeline.
    pub nodes: Vec<ComponentNode>,
}

/// An input or output of a component file.
#[derive(Debug)]
pub struct ComponentPort {
    /// Its name.
    pub name: Spanned<String>,
    /// Its type.
    pub kind: ValueType,
    /// Whether it may be left out.
    pub optional: bool,
    /// What it is when nobody binds it.
    pub default: Option<Literal>,
    /// The smallest number.
    pub min: Option<Literal>,
    /// The largest number.
    pub max: Option<Literal>,
    /// The only values.
    pub choices: Vec<Literal>,
}

impl ComponentPort {
    /// An input or output of an inline node, of which nothing but the name counts: it may be unset.
    fn of_node(tree: &Tree<'_>, key: NodeId) -> Self {
        let name = Spanned::new(tree.text_of(key).to_owned(), tree.span(key));
        let default = Some(Literal::new("", crate::syntax::Style::Double, name.span));
        Self {
            name,
            kind: ValueType::String,
            optional: true,
            default,
            min: None,
            max: None,
            choices: Vec::new(),
        }
    }
}

/// A folder of code.
#[derive(Debug)]
pub struct CodeFolder {
    /// The folder.
    pub folder: Spanned<String>,
    /// Files that must be in it.
    pub files: Vec<Spanned<String>>,
}

/// Reads a component file; `None` when it is none.
pub fn read_component(file: FileId, text: &str, sink: &mut Sink) -> Option<ComponentFile> {
    let tree = syntax::parse(file, text, sink);
    let root = root(&tree, "component", sink)?;
    let mut cx = Cx { tree: &tree, sink };
    if let Some(flow) = flow(&cx, root) {
        return Some(flow);
    }
    let start = cx.sink.errors();
    let kind = kind(&mut cx, root)?;
    head::check(&mut cx, root, kind.value);
    let before = cx.sink.errors();
    let inputs = ports::ports(&mut cx, root, "inputs");
    let outputs = ports::ports(&mut cx, root, "outputs");
    ports::distinct(&mut cx, &inputs, &outputs);
    let is_whole = cx.sink.errors() == before;
    let mut local = local::local(&mut cx, root, kind.value);
    let mut nodes = Vec::new();
    if kind.value == ComponentKind::Pipeline {
        let found = nodes::nodes(&mut cx, root, &inputs, &outputs);
        local.extend(found.local);
        nodes = found.all;
    }
    let body = body::body(&tree, root, kind.value, &inputs).filter(|_| is_whole);
    let component = ComponentFile { kind, inputs, outputs, local, is_open: false, body, nodes };
    // What a broken input is called, nobody knows.
    for node in expressions::texts(&cx, root, kind.value).into_iter().filter(|_| is_whole) {
        expressions::references(&mut cx, node, &component);
    }
    // What is not there may be meant by what was refused.
    if cx.sink.errors() == start {
        head::required(&mut cx, root, "component", component.kind.value);
    }
    Some(component)
}

/// Reads a file that says what the software of a component is.
pub fn read_environment(file: FileId, text: &str, sink: &mut Sink) -> Option<LocalFiles> {
    let tree = syntax::parse(file, text, sink);
    let root = root(&tree, "environment", sink)?;
    let mut found = LocalFiles::default();
    local::software(&mut Cx { tree: &tree, sink }, root, &mut found);
    Some(found)
}

/// The map that a file of Azure ML is; `None` after a report that it is none.
fn root(tree: &Tree<'_>, what: &str, sink: &mut Sink) -> Option<NodeId> {
    if tree.broken() {
        return None;
    }
    let Some(root) = tree.root() else {
        let message = format!("the file is empty; it should be {}", article(what));
        sink.report(Diagnostic::new(&MISSING_KEY, Span::top(tree.file()), message));
        return None;
    };
    if matches!(tree.kind(root), Kind::Map(_)) {
        return Some(root);
    }
    Cx { tree, sink }.wrong_type(root, &format!("{} (a map)", article(what)))
}

fn article(what: &str) -> String {
    let vowel = what.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {what}", if vowel { "an" } else { "a" })
}

/// The value of a key.
fn get(tree: &Tree<'_>, map: NodeId, key: &str) -> Option<NodeId> {
    let Kind::Map(entries) = tree.kind(map) else { return None };
    entries.iter().find(|entry| tree.text_of(entry.key) == key).map(|entry| entry.value)
}

/// The value of a key, where it is text.
fn text(tree: &Tree<'_>, map: NodeId, key: &str) -> Option<(NodeId, Spanned<String>)> {
    let node = get(tree, map, key)?;
    let Kind::Scalar(scalar) = tree.kind(node) else { return None };
    Some((node, Spanned::new(scalar.text.to_owned(), tree.span(node))))
}

/// A flow of prompts, or a run of one, which Azure ML takes as a parallel component.
fn flow(cx: &Cx<'_, '_>, root: NodeId) -> Option<ComponentFile> {
    let schema = text(cx.tree, root, "$schema");
    let said = schema.is_some_and(|(_, schema)| schema.value.contains("/promptflow/"));
    let folder = text(cx.tree, root, "flow").map(|(_, folder)| folder);
    let is_flow = said || folder.is_some() && get(cx.tree, root, "command").is_none();
    let head = cx.head(root);
    let folder = folder.unwrap_or_else(|| Spanned::new(".".to_owned(), head));
    is_flow.then(|| ComponentFile {
        kind: Spanned::new(ComponentKind::Parallel, head),
        inputs: Vec::new(),
        outputs: ["flow_outputs", "debug_info"].map(|name| collected(name, head)).into(),
        local: LocalFiles {
            code: vec![CodeFolder { folder, files: Vec::new() }],
            ..LocalFiles::default()
        },
        is_open: true,
        body: None,
        nodes: Vec::new(),
    })
}

fn collected(name: &str, at: Span) -> ComponentPort {
    ComponentPort {
        name: Spanned::new(name.to_owned(), at),
        kind: ValueType::UriFolder,
        optional: false,
        default: None,
        min: None,
        max: None,
        choices: Vec::new(),
    }
}

/// The word of a key, where it is written; `None` after a report that it is no word.
#[allow(clippy::option_option)] // not written, and not read
fn word(
    cx: &mut Cx<'_, '_>,
    map: NodeId,
    key: &str,
    expected: &str,
) -> Option<Option<Spanned<String>>> {
    let Some(node) = get(cx.tree, map, key) else { return Some(None) };
    if let Some((_, word)) = text(cx.tree, map, key) {
        return Some(Some(word));
    }
    if cx.is_nothing(node) { Some(None) } else { cx.wrong_type(node, expected) }
}

/// Azure ML takes a component without a type for a command.
fn kind(cx: &mut Cx<'_, '_>, root: NodeId) -> Option<Spanned<ComponentKind>> {
    let Some(word) = word(cx, root, "type", "a kind of component")? else {
        return Some(Spanned::new(ComponentKind::Command, cx.head(root)));
    };
    let found =
        ComponentKind::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(&word.value));
    if found.is_none() {
        let message = format!("`{}` is not a kind of component for a step", excerpt(&word.value));
        let words: Vec<&str> = ComponentKind::ALL.iter().map(|kind| kind.word()).collect();
        let near = near_miss(&word.value, words.iter().copied());
        let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
        let help = format!("{near}allowed: {}", words.join(", "));
        cx.report(Diagnostic::new(&BAD_VALUE, word.span, message).help(help));
    }
    found.map(|kind| Spanned::new(kind, word.span))
}
