//! What flows into a node of a pipeline component.

use super::{ComponentPort, get, text};
use crate::diagnostics::{BAD_EXPRESSION, BAD_NAME, BAD_VALUE, Diagnostic, WRONG_TYPE, excerpt};
use crate::plan::{ComponentKind, ValueType};
use crate::source::{Span, Spanned};
use crate::spec::decode::Cx;
use crate::spec::values::{Literal, value_type};
use crate::syntax::{Kind, NodeId};

/// An input of a node.
#[derive(Debug)]
pub struct NodeInput {
    /// Its name.
    pub name: Spanned<String>,
    /// Where the value stands.
    pub at: Span,
    /// What flows in.
    pub bound: Bound,
}

/// What flows into a node.
#[derive(Debug)]
pub enum Bound {
    /// A value that is written there.
    Literal(Literal),
    /// Data, or an input of the pipeline, of this type.
    Kind(ValueType),
    /// What another node gives; its type is that of the output.
    Read,
    /// Nobody knows what.
    Unknown,
}

/// Reads what flows in.
pub(super) fn bound(cx: &mut Cx<'_, '_>, value: NodeId, inputs: &[ComponentPort]) -> Bound {
    let tree = cx.tree;
    let (path, said) = match tree.kind(value) {
        Kind::Map(_) => (get(tree, value, "path"), text(tree, value, "type")),
        Kind::Null | Kind::Scalar(_) | Kind::List(_) => (Some(value), None),
    };
    let Some(path) = path else { return Bound::Unknown };
    if cx.is_nothing(path) {
        let message = "nothing is bound to the input";
        let help = "write a value, `${{parent.inputs.<input>}}`, or leave the input out";
        cx.report(Diagnostic::new(&WRONG_TYPE, cx.span(path), message).help(help));
        return Bound::Unknown;
    }
    let Kind::Scalar(scalar) = tree.kind(path) else { return Bound::Unknown };
    let whole = scalar.text.trim().strip_prefix("${{").and_then(|it| it.strip_suffix("}}"));
    let Some(whole) = whole.filter(|whole| !whole.contains("}}")).map(str::trim) else {
        let is_text = scalar.text.contains("${{");
        return match tree.kind(value) {
            Kind::Map(_) => {
                let kind = said.map_or(Some(ValueType::UriFolder), |(_, it)| value_type(&it.value));
                kind.map_or(Bound::Unknown, Bound::Kind)
            }
            Kind::Null | Kind::Scalar(_) | Kind::List(_) if is_text => {
                Bound::Kind(ValueType::String)
            }
            Kind::Null | Kind::Scalar(_) | Kind::List(_) => {
                Bound::Literal(Literal::new(scalar.text, scalar.style, cx.span(path)))
            }
        };
    };
    if let Some(name) = whole.strip_prefix("parent.inputs.") {
        let input = inputs.iter().find(|input| input.name.value == name);
        return input.map_or(Bound::Unknown, |input| Bound::Kind(input.kind));
    }
    if whole.starts_with("parent.jobs.") && whole.contains(".outputs.") {
        return Bound::Read;
    }
    if whole.starts_with("parent.outputs.") {
        let message = "an output of the pipeline cannot be read inside of it";
        let help = "write `${{parent.jobs.<node>.outputs.<output>}}`";
        cx.report(Diagnostic::new(&BAD_EXPRESSION, cx.span(path), message).help(help));
    }
    Bound::Unknown
}

/// What a node is called, what it is and where it runs.
pub(super) fn head(cx: &mut Cx<'_, '_>, name: &Spanned<String>, node: NodeId) {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let starts = name.value.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    if !starts || !name.value.bytes().all(letter) {
        let message = format!("`{}` cannot name a node", excerpt(&name.value));
        let help = "it must match `^[a-z_][a-z0-9_]*$`";
        cx.report(Diagnostic::new(&BAD_NAME, name.span, message).help(help));
    }
    let kinds = ComponentKind::ALL.map(ComponentKind::word);
    let others = ["sweep", "automl", "import", "data_transfer"];
    if let Some((_, word)) = text(cx.tree, node, "type")
        && !kinds.iter().chain(&others).any(|known| *known == word.value)
    {
        let message = format!("`{}` is not a kind of node", excerpt(&word.value));
        let help = format!("allowed: {}, sweep, automl", kinds.join(", "));
        cx.report(Diagnostic::new(&BAD_VALUE, word.span, message).help(help));
    }
    if let Some((_, compute)) = text(cx.tree, node, "compute")
        && matches!(compute.value.as_str(), "local" | "azureml:local")
    {
        let message = "pipelines do not run on this machine";
        let help = "write `azureml:<cluster>`, or `serverless`";
        cx.report(Diagnostic::new(&BAD_VALUE, compute.span, message).help(help));
    }
    for key in ["inputs", "outputs"] {
        if let Some(ports) = get(cx.tree, node, key)
            && !matches!(cx.tree.kind(ports), Kind::Map(_))
            && !cx.is_nothing(ports)
        {
            cx.wrong_type::<()>(ports, "a map of names");
        }
    }
}
