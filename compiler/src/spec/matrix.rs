//! `matrix`: a CI step for each combination of some values.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Cx, Decode, Dict, Many, NameRule, Named};
use super::expr::Path;
use super::resources::Int;
use super::text::{self, Text};
use super::values::{AxisName, Literal};
use crate::source::{Span, Spanned};
use crate::syntax::{Kind, NodeId};

/// How many combinations a matrix may have; GitHub's limit.
pub const MOST_LEGS: usize = 256;

/// How many combinations run at the same time.
pub type Parallel = Int<1, 256>;

/// The values for which a step runs.
#[derive(Clone, Debug)]
pub struct MatrixSpec {
    /// Lists of values; the step runs for each combination of one value from each.
    pub axes: Vec<Axis>,
    /// Values beside those of the combinations, and combinations beside the product.
    pub include: Vec<Row>,
    /// Combinations of the product that are left out.
    pub exclude: Vec<Row>,
    /// How many run at the same time.
    pub max_parallel: Option<Parallel>,
    /// Whether a combination that fails stops the others.
    pub fail_fast: Option<Spanned<bool>>,
    /// Its place.
    pub span: Span,
    /// Whether something of it was refused.
    pub broken: bool,
}

/// One list of values.
#[derive(Clone, Debug)]
pub struct Axis {
    /// Its name.
    pub name: Spanned<String>,
    /// Its values.
    pub values: Vec<Literal>,
}

/// Values by name.
#[derive(Clone, Debug)]
pub struct Row {
    /// The values.
    pub values: Dict<AxisName, Literal>,
    /// The place of all of them.
    pub span: Span,
}

impl Decode for Row {
    const EXPECTED: &'static str = "a map of values";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let values: Dict<AxisName, Literal> = Dict::decode(cx, node)?;
        if values.items.is_empty() {
            return cx.bad_value(node, "this says no value", "write `{ <name>: <value> }`");
        }
        Some(Self { values, span: cx.span(node) })
    }
}

impl JsonSchema for Row {
    fn schema_name() -> Cow<'static, str> {
        "MatrixRow".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<Literal>();
        json_schema!({
            "type": "object",
            "minProperties": 1,
            "propertyNames": { "pattern": AxisName::PATTERN, "not": { "pattern": AxisName::RESERVED } },
            "additionalProperties": value,
        })
    }
}

/// The values of an axis.
struct AxisValues(Vec<Literal>);

impl Decode for AxisValues {
    const EXPECTED: &'static str = "a list of values";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let Kind::List(items) = cx.tree.kind(node) else {
            return cx.wrong_type(node, Self::EXPECTED);
        };
        if items.is_empty() {
            return cx.bad_value(node, "the list is empty", "name the values");
        }
        let read: Vec<Option<Literal>> = items.iter().map(|it| Literal::decode(cx, *it)).collect();
        read.into_iter().collect::<Option<_>>().map(Self)
    }
}

impl JsonSchema for AxisValues {
    fn schema_name() -> Cow<'static, str> {
        "MatrixAxis".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<Literal>();
        json_schema!({ "type": "array", "minItems": 1, "items": value })
    }
}

impl Decode for MatrixSpec {
    const EXPECTED: &'static str = "a matrix";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let entries = cx.entries(node, "a matrix (`{ <name>: [<value>, <value>] }`)")?;
        let (axes, include, exclude) = (Vec::new(), Vec::new(), Vec::new());
        let (max_parallel, fail_fast, span) = (None, None, cx.span(node));
        let mut matrix =
            Self { axes, include, exclude, max_parallel, fail_fast, span, broken: false };
        for entry in entries {
            let before = cx.sink.errors();
            match cx.tree.text_of(entry.key) {
                "include" => matrix.include = rows(cx, entry.value),
                "exclude" => matrix.exclude = rows(cx, entry.value),
                "max_parallel" => matrix.max_parallel = Decode::decode(cx, entry.value),
                "fail_fast" => matrix.fail_fast = Decode::decode(cx, entry.value),
                "max-parallel" => other_spelling(cx, entry.key, "max_parallel"),
                "fail-fast" => other_spelling(cx, entry.key, "fail_fast"),
                _ => {
                    let name = Named::<AxisName>::decode(cx, entry.key);
                    let values = AxisValues::decode(cx, entry.value);
                    if let (Some(Named { name, .. }), Some(AxisValues(values))) = (name, values) {
                        matrix.axes.push(Axis { name, values });
                    }
                }
            }
            matrix.broken |= cx.sink.errors() > before;
        }
        if entries.is_empty() {
            return cx.bad_value(node, "the matrix has no values", "write `<name>: [<value>, …]`");
        }
        Some(matrix)
    }
}

fn rows(cx: &mut Cx<'_, '_>, node: NodeId) -> Vec<Row> {
    Many::decode(cx, node).map_or_else(Vec::new, |Many(rows)| rows)
}

/// GitHub's spelling of a key.
fn other_spelling(cx: &mut Cx<'_, '_>, key: NodeId, ours: &str) {
    let written = cx.tree.text_of(key);
    let _: Option<()> =
        cx.bad_value(key, format!("`{written}` is not a key here"), format!("write `{ours}`"));
}

impl JsonSchema for MatrixSpec {
    fn schema_name() -> Cow<'static, str> {
        "Matrix".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let rows = generator.subschema_for::<Many<Row>>();
        let limit = generator.subschema_for::<Parallel>();
        let flag = generator.subschema_for::<Spanned<bool>>();
        let axis = generator.subschema_for::<AxisValues>();
        let said = |schema: Schema, words: &str| {
            let mut schema = schema;
            schema.insert("description".to_owned(), words.into());
            schema
        };
        json_schema!({
            "title": "matrix",
            "description": "Lists of values by name: the step runs once for each combination of one value from each.",
            "examples": [{ "python": ["3.11", "3.12"], "os": ["ubuntu-24.04", "windows-2025"], "exclude": [{ "python": "3.11", "os": "windows-2025" }] }],
            "type": "object",
            "minProperties": 1,
            "properties": {
                "include": said(rows.clone(), "Each row adds its values to every combination whose own values it does not contradict; where there is none, it is one more combination."),
                "exclude": said(rows, "Combinations with all values of a row are left out, before `include` counts."),
                "max_parallel": said(limit, "How many combinations run at the same time; by default all that find a machine."),
                "fail_fast": {
                    "description": "Whether a combination that fails stops the others. Azure Pipelines does not do that.",
                    "default": false,
                    "type": flag.get("type"),
                },
            },
            "propertyNames": { "pattern": AxisName::PATTERN, "not": { "pattern": AxisName::RESERVED } },
            "additionalProperties": axis,
        })
    }
}

/// A setting that is the same for all combinations of a matrix, or made of their values.
#[derive(Clone, Debug)]
pub enum OrMatrix<T> {
    /// Written here.
    Fixed(T),
    /// Text around values of the matrix.
    Varies(Text),
}

impl<T> OrMatrix<Spanned<T>> {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Fixed(value) => value.span,
            Self::Varies(text) => text.span,
        }
    }

    /// What is written, if it is the same for all combinations.
    pub fn fixed(&self) -> Option<&Spanned<T>> {
        match self {
            Self::Fixed(value) => Some(value),
            Self::Varies(_) => None,
        }
    }
}

impl<T: Decode> Decode for OrMatrix<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let written = cx.tree.text_of(node);
        if !written.contains("${{") || !written.contains("matrix.") {
            return T::decode(cx, node).map(Self::Fixed);
        }
        let text = text::read(cx, node, Self::EXPECTED)?;
        if text.text.contains("$(") || text.text.starts_with("$[") {
            let message = "Azure Pipelines would take this for an expression of its own";
            return cx.bad_value(node, message, "write the text itself");
        }
        let is_of_matrix = text.sites().all(|site| matches!(site.path, Path::Matrix(_)));
        // The value's own decoder says what stands there instead.
        if is_of_matrix { Some(Self::Varies(text)) } else { T::decode(cx, node).map(Self::Fixed) }
    }
}

impl<T: JsonSchema> JsonSchema for OrMatrix<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}OrMatrix", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [
            value,
            { "type": "string", "pattern": r"\$\{\{\s*matrix\." },
        ] })
    }
}
