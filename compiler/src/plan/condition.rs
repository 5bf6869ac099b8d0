//! What must be true of values before a CI step runs.

use super::Reference;

/// A condition over values. Both platforms compare texts without regard to case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Condition {
    /// Whether two values are equal, or (`same` is false) are not.
    Compare {
        /// The one.
        left: Fact,
        /// The other.
        right: Fact,
        /// Whether they shall be equal.
        same: bool,
    },
    /// The contrary.
    Not(Box<Condition>),
    /// All of them; at least two.
    All(Vec<Condition>),
    /// One of them at least; at least two.
    Any(Vec<Condition>),
}

/// A value in a condition, as text: booleans are `true` and `false`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fact {
    /// Fixed.
    Literal(String),
    /// A value output of an earlier CI step, a parameter of few values, a branch or a tag.
    Reference(Reference),
}

impl Condition {
    /// Every reference in it.
    pub fn references(&self) -> Vec<&Reference> {
        match self {
            Self::Compare { left, right, .. } => {
                [left, right].into_iter().filter_map(Fact::reference).collect()
            }
            Self::Not(inner) => inner.references(),
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().flat_map(Self::references).collect()
            }
        }
    }
}

impl Fact {
    fn reference(&self) -> Option<&Reference> {
        match self {
            Self::Literal(_) => None,
            Self::Reference(reference) => Some(reference),
        }
    }
}
