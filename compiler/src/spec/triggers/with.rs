//! What `with` binds: values, and what events bring.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::source::Span;
use crate::spec::decode::{Cx, Decode};
use crate::spec::text::{self, Text};
use crate::spec::values::Literal;
use crate::syntax::NodeId;

/// What a parameter gets.
#[derive(Clone, Debug)]
pub enum BoundValue {
    /// A value.
    Literal(Literal),
    /// A text with references in it.
    Text(Text),
}

impl BoundValue {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Literal(literal) => literal.span,
            Self::Text(text) => text.span,
        }
    }
}

impl Decode for BoundValue {
    const EXPECTED: &'static str = Literal::EXPECTED;

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        if cx.tree.text_of(node).contains("${{") {
            return text::read(cx, node, Self::EXPECTED).map(Self::Text);
        }
        Literal::decode(cx, node).map(Self::Literal)
    }
}

impl JsonSchema for BoundValue {
    fn schema_name() -> Cow<'static, str> {
        "BoundValue".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<Literal>();
        json_schema!({ "anyOf": [value, { "type": "string", "pattern": r"\$\{\{[^}]*\}\}" }] })
    }
}
