//! Short forms: where a map or list has one obvious field, the value stands alone.

use crate::syntax::{NodeId, Scalar, Style, Tree, Written};

/// What part of a spec an entry's value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// The whole file.
    Root,
    /// The map of steps.
    Steps,
    /// One step.
    Step,
    /// What a step needs.
    Needs,
    /// The map of a step's outputs.
    Outputs,
    /// One output.
    Output,
    /// The component that a step runs.
    Component,
    /// The other spec that a step is.
    Pipeline,
    /// Anything else.
    Other,
}

impl Place {
    /// The place of an entry's value in a map at this place.
    pub(super) fn of(self, key: &str) -> Self {
        match (self, key) {
            (_, "<<") => Self::Other,
            (Self::Root, "steps") => Self::Steps,
            (Self::Steps, _) => Self::Step,
            (Self::Step, "needs") => Self::Needs,
            (Self::Step, "outputs") => Self::Outputs,
            (Self::Step, "component") => Self::Component,
            (Self::Step, "pipeline") => Self::Pipeline,
            (Self::Outputs, _) => Self::Output,
            _ => Self::Other,
        }
    }
}

impl Place {
    /// The one field for which a value may stand alone.
    fn field(self) -> Option<&'static str> {
        match self {
            Self::Output => Some("type"),
            Self::Component => Some("from"),
            Self::Pipeline => Some("spec"),
            Self::Root | Self::Steps | Self::Step | Self::Needs | Self::Outputs | Self::Other => {
                None
            }
        }
    }
}

/// The node to print for a value: the one inside, where that says the same.
pub(super) fn short(tree: &Tree<'_>, id: NodeId, place: Place) -> NodeId {
    let inner = match (place, tree.written(id)) {
        (Place::Needs, Written::List { items: [one], .. }) => *one,
        (_, Written::Map { entries: [one], .. })
            if place.field().is_some_and(|field| tree.text_of(one.key) == field) =>
        {
            one.value
        }
        _ => return id,
    };
    let commented = holds_comment(tree, id);
    let named = tree.anchor(id).is_some() || tree.anchor(inner).is_some();
    let text = matches!(tree.written(inner), Written::Scalar(_));
    if text && !named && !commented { inner } else { id }
}

/// The document's node, if it says anything: `---` alone does not.
pub(super) fn root(tree: &Tree<'_>) -> Option<NodeId> {
    let root = tree.root()?;
    let silent = tree.written(root) == Written::Null && tree.anchor(root).is_none();
    (!silent).then_some(root)
}

/// Whether a comment stands inside a node.
pub(super) fn holds_comment(tree: &Tree<'_>, id: NodeId) -> bool {
    let span = tree.span(id);
    let comments = tree.comments();
    let first = comments.partition_point(|comment| comment.span.start < span.start);
    comments.get(first).is_some_and(|comment| comment.span.start < span.end)
}

/// Whether two trees mean the same, and hold the same comments.
pub(super) fn same(old: &Tree<'_>, new: &Tree<'_>) -> bool {
    let nodes = match (root(old), root(new)) {
        (Some(a), Some(b)) => same_node(old, a, new, b, Place::Root),
        (a, b) => a == b,
    };
    let texts = |tree: &Tree<'_>| -> Vec<String> {
        let text = |at: (u32, u32)| tree.source().get(at.0 as usize..at.1 as usize).unwrap_or("");
        let comments = tree.comments().iter().map(|it| text((it.span.start, it.span.end)));
        comments.map(|text| text.trim_end().to_owned()).collect()
    };
    let (mut before, mut after) = (texts(old), texts(new));
    before.sort_unstable();
    after.sort_unstable();
    nodes && !new.broken() && before == after
}

fn same_node(old: &Tree<'_>, a: NodeId, new: &Tree<'_>, b: NodeId, place: Place) -> bool {
    let (a, b) = (short(old, a, place), short(new, b, place));
    if old.anchor(a).map(|it| it.value) != new.anchor(b).map(|it| it.value) {
        return false;
    }
    match (old.written(a), new.written(b)) {
        (Written::Null, Written::Null) => true,
        (Written::Scalar(a), Written::Scalar(b)) => same_text(a, b),
        (Written::Alias(a), Written::Alias(b)) => a == b,
        (Written::List { items: a, .. }, Written::List { items: b, .. }) => {
            let mut pairs = a.iter().zip(b);
            a.len() == b.len() && pairs.all(|(a, b)| same_node(old, *a, new, *b, Place::Other))
        }
        (Written::Map { entries: a, .. }, Written::Map { entries: b, .. }) => {
            let mut pairs = a.iter().zip(b);
            a.len() == b.len()
                && pairs.all(|(a, b)| {
                    let place = place.of(old.text_of(a.key));
                    same_key(old, a.key, new, b.key) && same_node(old, a.value, new, b.value, place)
                })
        }
        _ => false,
    }
}

/// Quotes count for the merge key alone.
fn same_key(old: &Tree<'_>, a: NodeId, new: &Tree<'_>, b: NodeId) -> bool {
    let text = old.text_of(a);
    let plain = Scalar { text: "<<", style: Style::Plain };
    let merge = |tree: &Tree<'_>, id: NodeId| tree.written(id) == Written::Scalar(plain);
    let named = old.anchor(a).map(|it| it.value) == new.anchor(b).map(|it| it.value);
    named && text == new.text_of(b) && merge(old, a) == merge(new, b)
}

/// Quotes count, since plain text may be read as a number or as nothing; not over several lines.
fn same_text(a: Scalar<'_>, b: Scalar<'_>) -> bool {
    let plain = |scalar: Scalar<'_>| scalar.style == Style::Plain && !scalar.text.contains('\n');
    a.text == b.text && plain(a) == plain(b)
}
