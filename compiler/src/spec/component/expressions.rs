//! The texts of a component in which its own inputs and outputs stand.

use std::ops::Range;

use super::{ComponentFile, ComponentPort, LocalFiles, get, text};
use crate::diagnostics::{BAD_EXPRESSION, Diagnostic, OPTIONAL_INPUT, UNKNOWN_REFERENCE, excerpt};
use crate::plan::ComponentKind;
use crate::source::{Span, Spanned};
use crate::spec::decode::Cx;
use crate::spec::fault::Fault;
use crate::syntax::{Kind, NodeId};

/// The texts in which the component's own inputs and outputs stand.
pub(super) fn texts(cx: &Cx<'_, '_>, root: NodeId, kind: ComponentKind) -> Vec<NodeId> {
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

/// The same for a node: of one that stands inline its own inputs and outputs, of a component in it
/// those of the component.
pub(super) fn of_node(cx: &mut Cx<'_, '_>, node: NodeId, holder: NodeId, kind: ComponentKind) {
    if holder != node || !matches!(kind, ComponentKind::Command | ComponentKind::Parallel) {
        return;
    }
    let ports = |key: &str| -> Vec<ComponentPort> {
        let Some(Kind::Map(entries)) = get(cx.tree, node, key).map(|map| cx.tree.kind(map)) else {
            return Vec::new();
        };
        entries.iter().map(|entry| ComponentPort::of_node(cx.tree, entry.key)).collect()
    };
    let component = ComponentFile {
        kind: Spanned::new(kind, cx.head(node)),
        inputs: ports("inputs"),
        outputs: ports("outputs"),
        local: LocalFiles::default(),
        is_open: false,
        body: None,
        nodes: Vec::new(),
    };
    for text in texts(cx, node, kind) {
        references(cx, text, &component);
    }
}

/// Every `${{ … }}` names something that there is; optional inputs stand inside `$[[ … ]]`, and
/// nothing else does.
pub(super) fn references(cx: &mut Cx<'_, '_>, node: NodeId, component: &ComponentFile) {
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
        if path.starts_with("parent.") {
            let message = "a command knows nothing of the pipeline around it";
            let help = "bind it to an input, and write `${{inputs.<input>}}`";
            let at = place(cx, node, &range);
            cx.report(Diagnostic::new(&BAD_EXPRESSION, at, message).help(help));
        } else if let Some(name) = path.strip_prefix("inputs.") {
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

pub(super) fn named<'a>(ports: &'a [ComponentPort], name: &str) -> Option<&'a ComponentPort> {
    let path = name.strip_suffix(".path");
    ports.iter().find(|port| port.name.value == name || path == Some(port.name.value.as_str()))
}

pub(super) fn place(cx: &Cx<'_, '_>, node: NodeId, range: &Range<usize>) -> Span {
    let start = cx.tree.position(node, range.start);
    Span::new(cx.tree.file(), start, cx.tree.position(node, range.end).max(start))
}

pub(super) fn unknown(
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
