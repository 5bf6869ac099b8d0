//! YAML before it is written: what is said, without a notation.

/// A value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Node {
    /// Text in any notation that gives this text.
    Text(String),
    /// A number, `true`, `false` or a word for nothing: written plain.
    Word(String),
    /// A list.
    List(Vec<Node>),
    /// A map whose order means nothing, so that parts of it may be merged in.
    Record(Vec<(String, Node)>),
    /// A map whose order means something.
    Dict(Vec<(String, Node)>),
}

/// Text.
pub(crate) fn text(text: impl Into<String>) -> Node {
    Node::Text(text.into())
}

/// A plain word.
#[allow(clippy::needless_pass_by_value)] // mostly literals
pub(crate) fn word(word: impl ToString) -> Node {
    Node::Word(word.to_string())
}

/// A record under construction.
#[derive(Default)]
pub(crate) struct Record(pub(crate) Vec<(String, Node)>);

impl Record {
    /// Adds a field.
    pub(crate) fn put(&mut self, key: &str, value: Node) {
        self.0.push((key.to_owned(), value));
    }

    /// Adds a map or list unless it is empty.
    pub(crate) fn filled(&mut self, key: &str, value: Node) {
        if !value.is_empty() {
            self.put(key, value);
        }
    }

    /// The record.
    pub(crate) fn node(self) -> Node {
        Node::Record(self.0)
    }
}

impl Node {
    fn is_empty(&self) -> bool {
        match self {
            Self::Text(_) | Self::Word(_) => false,
            Self::List(items) => items.is_empty(),
            Self::Record(entries) | Self::Dict(entries) => entries.is_empty(),
        }
    }

    /// This node and all below it, in order.
    pub(crate) fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Node)) {
        visit(self);
        match self {
            Self::Text(_) | Self::Word(_) => {}
            Self::List(items) => items.iter().for_each(|item| item.visit(visit)),
            Self::Record(entries) | Self::Dict(entries) => {
                for (_, value) in entries {
                    value.visit(visit);
                }
            }
        }
    }

    /// The n-th node in the order of [`Node::visit`].
    pub(crate) fn nth(&mut self, n: &mut usize) -> Option<&mut Node> {
        if *n == 0 {
            return Some(self);
        }
        *n -= 1;
        match self {
            Self::Text(_) | Self::Word(_) => None,
            Self::List(items) => items.iter_mut().find_map(|item| item.nth(n)),
            Self::Record(entries) | Self::Dict(entries) => {
                entries.iter_mut().find_map(|(_, value)| value.nth(n))
            }
        }
    }
}
