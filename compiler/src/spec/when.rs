//! `when`: what must have happened, or what must be true, before a CI step runs.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Cx, Decode};
use super::expr::{self, Condition};
use super::record::choice;
use super::text::{self, Text};
use crate::plan::When;
use crate::source::{Span, Spanned};
use crate::syntax::NodeId;

choice! {
    /// When a CI step runs, as to what came before it.
    WhenWord as "a condition" {
        /// After everything that it needs succeeded.
        Success = "success",
        /// After something before it failed.
        Failure = "failure",
        /// Whatever happened before it, also after a skipped step.
        Always = "always",
    }
}

impl WhenWord {
    /// The plan's word.
    pub fn plan(self) -> When {
        match self {
            Self::Success => When::Success,
            Self::Failure => When::Failure,
            Self::Always => When::Always,
        }
    }
}

/// When a CI step runs.
#[derive(Clone, Debug)]
pub enum WhenSpec {
    /// As to what came before it.
    Word(Spanned<WhenWord>),
    /// After everything that it needs succeeded, and if this is true.
    Condition(Box<ConditionSpec>),
}

/// A condition over values.
#[derive(Clone, Debug)]
pub struct ConditionSpec {
    /// The text, cut at its references.
    pub text: Text,
    /// What it says.
    pub condition: Condition,
}

impl WhenSpec {
    /// Its place.
    pub fn span(&self) -> Span {
        match self {
            Self::Word(word) => word.span,
            Self::Condition(condition) => condition.text.span,
        }
    }

    /// What must have happened.
    pub fn plan(&self) -> When {
        match self {
            Self::Word(word) => word.value.plan(),
            Self::Condition(_) => When::Success,
        }
    }
}

impl Decode for WhenSpec {
    const EXPECTED: &'static str = "a condition";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        if !cx.tree.text_of(node).contains("${{") {
            return Decode::decode(cx, node).map(Self::Word);
        }
        let (text, condition) = text::condition(cx, node, expr::condition)?;
        Some(Self::Condition(Box::new(ConditionSpec { text, condition })))
    }
}

impl JsonSchema for WhenSpec {
    fn schema_name() -> Cow<'static, str> {
        "When".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let word = generator.subschema_for::<Spanned<WhenWord>>();
        let condition = json_schema!({
            "title": "condition over values",
            "description": "`${{ … }}` with `== != && || ! ( )` between values; texts stand in single quotes.",
            "type": "string",
            "pattern": r"^\s*\$\{\{.*\}\}\s*$",
        });
        json_schema!({ "anyOf": [word, condition] })
    }
}
