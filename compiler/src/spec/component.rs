//! Component files of Azure ML: read as far as their use needs it, with what Microsoft's own check
//! lets pass in them. Keys that do not matter here are not looked at.

mod nodes;

use std::ops::Range;

pub use nodes::ComponentNode;

use super::decode::Cx;
use super::fault::Fault;
use super::values::{Literal, value_type};
use crate::diagnostics::{
    BAD_EXPRESSION, BAD_VALUE, Diagnostic, MISSING_KEY, OPTIONAL_INPUT, Sink, UNKNOWN_REFERENCE,
    excerpt,
};
use crate::plan::{ComponentKind, ValueType};
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
    /// Local folders of code that it names, from itself on, each with files that must be in it.
    pub code: Vec<CodeFolder>,
    /// Local files that it names, from itself on.
    pub files: Vec<Spanned<String>>,
    /// Whether it takes inputs that it does not declare: a flow takes what its data have.
    pub is_open: bool,
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
    let before = sink.errors();
    let tree = syntax::parse(file, text, sink);
    let Some(root) = tree.root().filter(|_| !tree.broken()) else {
        if sink.errors() == before {
            let message = "the file is empty; it should be a component";
            sink.report(Diagnostic::new(&MISSING_KEY, Span::top(file), message));
        }
        return None;
    };
    let mut cx = Cx { tree: &tree, sink };
    if !matches!(tree.kind(root), Kind::Map(_)) {
        return cx.wrong_type(root, "a component (a map)");
    }
    if let Some(flow) = flow(&cx, root) {
        return Some(flow);
    }
    let kind = kind(&mut cx, root)?;
    let inputs = ports(&mut cx, root, "inputs");
    let outputs = ports(&mut cx, root, "outputs");
    let (mut code, mut files) = local(&cx, root, kind.value);
    let mut nodes = Vec::new();
    if kind.value == ComponentKind::Pipeline {
        let found = nodes::nodes(&mut cx, root, &inputs, &outputs);
        code.extend(found.code);
        files.extend(found.files);
        nodes = found.all;
    }
    let component = ComponentFile { kind, inputs, outputs, code, files, is_open: false, nodes };
    for node in texts(&cx, root, kind.value) {
        references(&mut cx, node, &component);
    }
    Some(component)
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
        code: vec![CodeFolder { folder, files: Vec::new() }],
        files: Vec::new(),
        is_open: true,
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
    let found = ComponentKind::ALL.into_iter().find(|kind| kind.word() == word.value);
    if found.is_none() {
        let message = format!("`{}` is not a kind of component for a step", excerpt(&word.value));
        let words: Vec<&str> = ComponentKind::ALL.iter().map(|kind| kind.word()).collect();
        let help = format!("allowed: {}", words.join(", "));
        cx.report(Diagnostic::new(&BAD_VALUE, word.span, message).help(help));
    }
    found.map(|kind| Spanned::new(kind, word.span))
}

fn ports(cx: &mut Cx<'_, '_>, root: NodeId, key: &str) -> Vec<ComponentPort> {
    let tree = cx.tree;
    let Some(node) = get(tree, root, key).filter(|node| !cx.is_nothing(*node)) else {
        return Vec::new();
    };
    let Kind::Map(entries) = tree.kind(node) else {
        cx.wrong_type::<()>(node, "a map of names");
        return Vec::new();
    };
    entries.iter().map(|entry| port(cx, entry.key, entry.value)).collect()
}

fn port(cx: &mut Cx<'_, '_>, key: NodeId, node: NodeId) -> ComponentPort {
    let tree = cx.tree;
    let name = Spanned::new(tree.text_of(key).to_owned(), tree.span(key));
    if !cx.is_nothing(node) && !matches!(tree.kind(node), Kind::Map(_)) {
        cx.wrong_type::<()>(node, "an input or output (a map)");
    }
    let (kind, word) = match word(cx, node, "type", "a type").flatten() {
        Some(word) => (port_type(&word.value), Some(word)),
        None => (Some(ValueType::UriFolder), None),
    };
    if let (None, Some(word)) = (kind, &word) {
        let message = format!("`{}` is not a type of Azure ML", excerpt(&word.value));
        let words: Vec<&str> = ValueType::ALL.iter().map(|kind| kind.word()).collect();
        let help = format!("allowed: {}", words.join(", "));
        cx.report(Diagnostic::new(&BAD_VALUE, word.span, message).help(help));
    }
    let kind = kind.unwrap_or(ValueType::UriFolder);
    let literal = |node: NodeId| match tree.kind(node) {
        Kind::Scalar(it) => Some(Literal::new(it.text, it.style, tree.span(node))),
        Kind::Null | Kind::Map(_) | Kind::List(_) => None,
    };
    let value = |key: &str| get(tree, node, key).and_then(literal);
    let choices = match get(tree, node, "enum").map(|node| tree.kind(node)) {
        Some(Kind::List(items)) => items.iter().filter_map(|item| literal(*item)).collect(),
        Some(Kind::Null | Kind::Scalar(_) | Kind::Map(_)) | None => Vec::new(),
    };
    let optional = value("optional").is_some_and(|it| is_yes(&it));
    let (default, min, max) = (value("default"), value("min"), value("max"));
    ComponentPort { name, kind, optional, default, min, max, choices }
}

/// `path` is the older word for a folder.
fn port_type(word: &str) -> Option<ValueType> {
    if word == "path" { Some(ValueType::UriFolder) } else { value_type(word) }
}

/// YAML 1.1, which Azure ML's tools read, has several words for it.
fn is_yes(literal: &Literal) -> bool {
    let word = literal.text.to_ascii_lowercase();
    !literal.quoted && matches!(word.as_str(), "true" | "yes" | "on" | "y")
}

/// What is in the repository, as against an address.
fn is_local(path: &str) -> bool {
    !path.contains(':') && !path.contains("${{") && !path.starts_with('/') && !path.contains('\\')
}

fn local(
    cx: &Cx<'_, '_>,
    root: NodeId,
    kind: ComponentKind,
) -> (Vec<CodeFolder>, Vec<Spanned<String>>) {
    let tree = cx.tree;
    let holder = match kind {
        ComponentKind::Parallel => get(tree, root, "task"),
        ComponentKind::Command | ComponentKind::Spark => Some(root),
        ComponentKind::Pipeline => None,
    };
    let Some(holder) = holder else { return (Vec::new(), Vec::new()) };
    let path = |map: NodeId, key: &str| text(tree, map, key).map(|(_, it)| it);
    let mut entries: Vec<Spanned<String>> = Vec::new();
    match kind {
        ComponentKind::Parallel => entries.extend(path(holder, "entry_script")),
        ComponentKind::Spark => {
            entries.extend(get(tree, root, "entry").and_then(|entry| path(entry, "file")));
        }
        ComponentKind::Command => entries.extend(program(tree, root)),
        ComponentKind::Pipeline => {}
    }
    let folder = path(holder, "code").filter(|folder| is_local(&folder.value));
    let code = folder.map(|folder| CodeFolder { folder, files: entries });
    let conda = get(tree, holder, "environment").and_then(|node| path(node, "conda_file"));
    let files = conda.into_iter().filter(|file| is_local(&file.value));
    (code.into_iter().collect(), files.collect())
}

/// The script of `python train.py …`.
fn program(tree: &Tree<'_>, root: NodeId) -> Option<Spanned<String>> {
    let (node, command) = text(tree, root, "command")?;
    let rest = command.value.strip_prefix("python3 ").or(command.value.strip_prefix("python "))?;
    let word = rest.split_whitespace().next()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    if word.rsplit('.').next() != Some("py") || !word.bytes().all(plain) || word.starts_with('/') {
        return None;
    }
    let at = command.value.find(word)?;
    let (start, end) = (tree.position(node, at), tree.position(node, at + word.len()));
    Some(Spanned::new(word.to_owned(), Span::new(tree.file(), start, end.max(start))))
}

/// The texts in which the component's own inputs and outputs stand.
fn texts(cx: &Cx<'_, '_>, root: NodeId, kind: ComponentKind) -> Vec<NodeId> {
    let tree = cx.tree;
    let node = |map: NodeId, key: &str| text(tree, map, key).map(|(node, _)| node);
    let all = match kind {
        ComponentKind::Command => vec![node(root, "command")],
        ComponentKind::Spark => vec![node(root, "args")],
        ComponentKind::Parallel => {
            let task = get(tree, root, "task");
            let of_task = |key: &str| task.and_then(|task| node(task, key));
            vec![node(root, "input_data"), of_task("program_arguments"), of_task("append_row_to")]
        }
        ComponentKind::Pipeline => Vec::new(),
    };
    all.into_iter().flatten().collect()
}

/// Every `${{ … }}` names something that there is; optional inputs stand inside `$[[ … ]]`, and
/// nothing else does.
fn references(cx: &mut Cx<'_, '_>, node: NodeId, component: &ComponentFile) {
    let tree = cx.tree;
    let text = tree.text_of(node);
    if let Some(fault) = brackets(text) {
        let at = place(cx, node, &fault.at);
        cx.report(Diagnostic {
            help: fault.help,
            ..Diagnostic::new(&BAD_EXPRESSION, at, fault.message)
        });
        return;
    }
    for (at, _) in text.match_indices("${{") {
        let Some(length) = text[at..].find("}}") else { continue };
        let path = text[at + 3..at + length].trim();
        let range = at..at + length + 2;
        if let Some(name) = path.strip_prefix("inputs.") {
            match named(&component.inputs, name) {
                Some(input) => within(cx, node, (text, range), input),
                None => unknown(cx, node, range, ("input", name), &component.inputs),
            }
        } else if let Some(name) = path.strip_prefix("outputs.")
            && named(&component.outputs, name).is_none()
        {
            unknown(cx, node, range, ("output", name), &component.outputs);
        }
    }
}

/// The first `$[[` that has no end, stands in another one, or is around nothing that may be unset.
fn brackets(text: &str) -> Option<Fault> {
    let mut from = 0;
    while let Some(length) = text[from..].find("$[[") {
        let open = from + length;
        let inner = &text[open + 3..];
        let Some(end) = inner.find("]]") else {
            let fault = Fault::new(open..open + 3, "this `$[[` is not closed by `]]`");
            return Some(fault.help("write `$[[--name ${{inputs.name}}]]`"));
        };
        if let Some(nested) = inner[..end].find("$[[") {
            let at = open + 3 + nested;
            let fault = Fault::new(at..at + 3, "a `$[[` inside another one");
            return Some(fault.help("close the first with `]]` before"));
        }
        from = open + 3 + end + 2;
        if !inner[..end].contains("${{") {
            let fault = Fault::new(open..from, "nothing inside this `$[[ … ]]` can be unset");
            return Some(fault.help("name an optional input in it, or leave the brackets out"));
        }
    }
    None
}

fn named<'a>(ports: &'a [ComponentPort], name: &str) -> Option<&'a ComponentPort> {
    let path = name.strip_suffix(".path");
    ports.iter().find(|port| port.name.value == name || path == Some(port.name.value.as_str()))
}

fn place(cx: &Cx<'_, '_>, node: NodeId, range: &Range<usize>) -> Span {
    let start = cx.tree.position(node, range.start);
    Span::new(cx.tree.file(), start, cx.tree.position(node, range.end).max(start))
}

fn unknown(
    cx: &mut Cx<'_, '_>,
    node: NodeId,
    range: Range<usize>,
    (what, name): (&str, &str),
    known: &[ComponentPort],
) {
    let message = format!("the component has no {what} `{}`", excerpt(name));
    let names: Vec<&str> = known.iter().map(|port| port.name.value.as_str()).collect();
    let near = crate::diagnostics::near_miss(name, names.iter().copied());
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => format!("declare it in the `{what}s` of the component"),
        None => format!("there is: {}", names.join(", ")),
    };
    let at = place(cx, node, &range);
    cx.report(Diagnostic::new(&UNKNOWN_REFERENCE, at, message).help(help));
}

/// Whether an input stands inside `$[[ … ]]` exactly when it is optional.
fn within(
    cx: &mut Cx<'_, '_>,
    node: NodeId,
    (text, range): (&str, Range<usize>),
    input: &ComponentPort,
) {
    let opened = text[..range.start].rfind("$[[");
    let is_inside = opened.is_some_and(|at| !text[at..range.start].contains("]]"));
    let must = input.optional && input.default.is_none();
    let name = &input.name.value;
    let (message, help) = match (must, is_inside) {
        (true, false) => (
            format!("the optional input `{name}` stands outside of `$[[ … ]]`"),
            format!(
                "write `$[[--{name} ${{{{inputs.{name}}}}}]]`, which is left out when it is not bound"
            ),
        ),
        (false, true) if !input.optional => (
            format!("the input `{name}` is always bound, and stands inside of `$[[ … ]]`"),
            "only optional inputs may stand there".to_owned(),
        ),
        _ => return,
    };
    let at = place(cx, node, &range);
    cx.report(
        Diagnostic::new(&OPTIONAL_INPUT, at, message)
            .related(input.name.span, "the input")
            .help(help),
    );
}
