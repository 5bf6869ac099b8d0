//! What flows: parameters, inputs and outputs.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Cx, Decode, Many};
use super::hints;
use super::record::{choice, record};
use super::text::Text;
use super::values::{Literal, value_type};
use crate::diagnostics::{BAD_EXPRESSION, Diagnostic, excerpt};
use crate::plan::{Mode, Scalar, ValueType};
use crate::source::{Span, Spanned};
use crate::syntax::{Kind, NodeId, Style};

/// Names that clash with environment variables on Azure ML nodes (Azure ML's pipeline reference).
const RESERVED: [&str; 7] = ["path", "ld_library_path", "user", "logname", "home", "pwd", "shell"];

/// Whether Azure ML reserves the name of an input or output.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name))
}

record! {
    /// A typed value that every trigger may set.
    ///
    /// ```yaml
    /// type: integer
    /// default: 6
    /// min: 1
    /// max: 32
    /// description: The depth of the trees.
    /// ```
    LongParameter as "a parameter" {
        /// What the value is; when it is not written, the default tells.
        opt kind = "type": Spanned<ValueType>,
        /// The value when nobody sets one. Without it the parameter is required, unless it is
        /// `optional`: every trigger but `manual` binds it in `with`. For data: a path or an address that Azure ML reads.
        opt default = "default": Literal,
        /// What people read when they start the pipeline by hand.
        opt description = "description": Spanned<String>,
        /// The smallest number allowed.
        opt min = "min": Literal,
        /// The largest number allowed.
        opt max = "max": Literal,
        /// The only values allowed.
        all choices = "enum": Choices,
        /// What a text must match from end to end: a POSIX extended regular expression. Without it
        /// and without `enum`, text may hold letters, digits and `. _ : / @ = + -`.
        opt pattern = "pattern": Spanned<String>,
        /// How data arrives at steps on Azure ML whose inputs say nothing else.
        opt mode = "mode": Spanned<ModeWord>,
        /// Whether it may have no value; then it has no default. A person or a trigger that leaves
        /// it empty sets none. Commands read it inside `$[[ … ]]`, which is left out then; besides,
        /// it may feed optional inputs of components.
        opt optional = "optional": Spanned<bool> = false,
    }
}

/// The only values of a parameter.
#[derive(Clone, Debug, Default)]
pub struct Choices(pub Vec<Literal>);

impl Decode for Choices {
    const EXPECTED: &'static str = Literal::EXPECTED;

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        if let Kind::List([]) = cx.tree.kind(node) {
            return cx.bad_value(
                node,
                "no value is allowed",
                "name the values, or leave the key out",
            );
        }
        Many::decode(cx, node).map(|Many(all)| Self(all))
    }
}

impl JsonSchema for Choices {
    fn schema_name() -> Cow<'static, str> {
        Many::<Literal>::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Many::<Literal>::json_schema(generator)
    }
}

/// A parameter in either form.
#[derive(Clone, Debug)]
pub enum ParameterSpec {
    /// The default alone: it tells the type.
    Default(Literal),
    /// The type alone: required.
    Type(Spanned<ValueType>),
    /// All of it.
    Long(Box<LongParameter>),
}

impl ParameterSpec {
    /// The place of the declaration's value.
    pub fn span(&self) -> Span {
        match self {
            Self::Default(literal) => literal.span,
            Self::Type(kind) => kind.span,
            Self::Long(long) => long.span,
        }
    }

    /// Whether something of it was refused.
    pub fn is_broken(&self) -> bool {
        matches!(self, Self::Long(long) if long.broken)
    }

    /// The type: as written, else as the default tells. `None` when neither is there.
    pub fn kind(&self) -> Option<ValueType> {
        match self {
            Self::Default(literal) => Some(kind_of(&literal.value())),
            Self::Type(kind) => Some(kind.value),
            Self::Long(long) => match (&long.kind, &long.default) {
                (Some(kind), _) => Some(kind.value),
                (None, Some(default)) => Some(kind_of(&default.value())),
                (None, None) => long.choices.0.first().map(|first| kind_of(&first.value())),
            },
        }
    }

    /// All of it, where it is a map.
    pub fn long(&self) -> Option<&LongParameter> {
        match self {
            Self::Default(_) | Self::Type(_) => None,
            Self::Long(long) => Some(long),
        }
    }

    /// Whether it may have no value.
    pub fn is_optional(&self) -> bool {
        let Self::Long(long) = self else { return false };
        long.default.is_none() && long.optional.as_ref().is_some_and(|it| it.value)
    }

    /// The default, as written.
    pub fn default(&self) -> Option<&Literal> {
        match self {
            Self::Default(literal) => Some(literal),
            Self::Type(_) => None,
            Self::Long(long) => long.default.as_ref(),
        }
    }
}

/// The type that a literal has by itself.
pub(crate) fn kind_of(value: &Scalar) -> ValueType {
    match value {
        Scalar::Text(_) => ValueType::String,
        Scalar::Integer(_) => ValueType::Integer,
        Scalar::Number(_) => ValueType::Number,
        Scalar::Boolean(_) => ValueType::Boolean,
    }
}

impl Decode for ParameterSpec {
    const EXPECTED: &'static str = "a parameter (a default, a type, or a map)";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        match cx.tree.kind(node) {
            Kind::Map(_) => LongParameter::decode(cx, node).map(|long| Self::Long(Box::new(long))),
            Kind::Scalar(scalar) => {
                let span = cx.span(node);
                let kind = value_type(scalar.text).filter(|_| scalar.style == Style::Plain);
                Some(match kind {
                    Some(kind) => Self::Type(Spanned::new(kind, span)),
                    None => Self::Default(Literal::decode(cx, node)?),
                })
            }
            Kind::Null | Kind::List(_) => {
                let hint = hints::text(Self::EXPECTED, cx.tree.kind(node));
                cx.not_text(node, Self::EXPECTED, hint)
            }
        }
    }
}

impl JsonSchema for ParameterSpec {
    fn schema_name() -> Cow<'static, str> {
        "ParameterSpec".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let literal = generator.subschema_for::<Literal>();
        let long = generator.subschema_for::<LongParameter>();
        json_schema!({ "anyOf": [literal, long] })
    }
}

choice! {
    /// How data arrives at a step, or leaves it.
    ModeWord as "a mode" {
        /// Mounted read-only (inputs; the default).
        ReadOnlyMount = "ro_mount",
        /// Mounted for writing (outputs; the default).
        ReadWriteMount = "rw_mount",
        /// Copied to the machine before the step.
        Download = "download",
        /// Copied from the machine after the step.
        Upload = "upload",
        /// The address only.
        Direct = "direct",
        /// A table's files, mounted.
        EvalMount = "eval_mount",
        /// A table's files, copied.
        EvalDownload = "eval_download",
    }
}

impl ModeWord {
    /// The plan's word.
    pub fn plan(self) -> Mode {
        match self {
            Self::ReadOnlyMount => Mode::ReadOnlyMount,
            Self::ReadWriteMount => Mode::ReadWriteMount,
            Self::Download => Mode::Download,
            Self::Upload => Mode::Upload,
            Self::Direct => Mode::Direct,
            Self::EvalMount => Mode::EvalMount,
            Self::EvalDownload => Mode::EvalDownload,
        }
    }

    /// Whether inputs take the mode.
    pub fn fits_input(self, kind: ValueType) -> bool {
        match self {
            Self::ReadOnlyMount | Self::Download | Self::Direct => true,
            Self::EvalMount | Self::EvalDownload => kind == ValueType::Mltable,
            Self::ReadWriteMount | Self::Upload => false,
        }
    }

    /// Whether outputs take the mode.
    pub fn fits_output(self) -> bool {
        matches!(self, Self::ReadWriteMount | Self::Upload | Self::Direct)
    }
}

record! {
    /// An input with a name of its own, a type or a mode.
    ///
    /// ```yaml
    /// from: ${{ steps.prepare.outputs.clean }}
    /// type: uri_folder
    /// mode: download
    /// ```
    InputSpec as "an input" {
        /// Where it comes from: a reference, a value, or for data a path or an address.
        req from = "from": FromText,
        /// What it is; when it is not written, the source tells. Needed for data given as an address.
        opt kind = "type": Spanned<ValueType>,
        /// How data arrives (Azure ML).
        opt mode = "mode": Spanned<ModeWord>,
        /// Hands the value on though it is of another type than what takes it, or outside of the
        /// values that a component takes: nothing is proved of it.
        opt unchecked = "unchecked": Spanned<bool> = false,
        /// Whether it may have no value; by itself when it comes from an optional parameter. The
        /// command reads it inside `$[[ … ]]`, which is left out then.
        opt optional = "optional": Spanned<bool> = false,
    }
    short from
}

/// The source of an input: text, and what it is as a literal.
#[derive(Clone, Debug)]
pub struct FromText {
    /// The text and its references.
    pub text: Text,
    /// What it means when there are no references.
    pub literal: Literal,
}

impl Decode for FromText {
    const EXPECTED: &'static str = "a source (a reference, a value, a path or an address)";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, style) = cx.scalar(node, Self::EXPECTED)?;
        let literal = Literal::new(text, style, cx.span(node));
        Some(Self { text: Text::decode(cx, node)?, literal })
    }
}

impl JsonSchema for FromText {
    fn schema_name() -> Cow<'static, str> {
        Text::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Text::json_schema(generator)
    }
}

record! {
    /// Something that a step gives: a value (CI steps), or a file, folder, table or model.
    ///
    /// ```yaml
    /// type: mlflow_model
    /// register: diabetes
    /// ```
    OutputSpec as "an output" {
        /// What it is. A component file says it itself; every other step must.
        opt kind = "type": Spanned<ValueType>,
        /// How data leaves (Azure ML).
        opt mode = "mode": Spanned<ModeWord>,
        /// Where it is stored, as Azure ML reads it; by default the platform's own place (Azure ML).
        /// `${{name}}` (of the step's job), `${{output_name}}` and `${{default_datastore}}` stand
        /// for what Azure ML knows when the job is submitted.
        opt path = "path": OutputPath,
        /// The data asset or model that it becomes a version of (Azure ML).
        opt register = "register": Spanned<String>,
        /// The version to register; by default the next one.
        opt version = "version": Spanned<String>,
    }
    short kind
}

/// Where Azure ML stores an output; with Azure ML's own expressions, without blanks.
#[derive(Clone, Debug)]
pub struct OutputPath(pub Spanned<String>);

impl OutputPath {
    /// What Azure ML replaces when a job is submitted.
    const KNOWN: [&'static str; 3] = ["name", "output_name", "default_datastore"];

    /// The text without blanks in its expressions, or the first expression that Azure ML does not
    /// know.
    fn normal(text: &str) -> Result<String, &str> {
        let mut normal = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${{") {
            let (inner, behind) = after.split_once("}}").ok_or(after)?;
            let name = inner.trim();
            if !Self::KNOWN.contains(&name) {
                return Err(name);
            }
            normal.extend([before, "${{", name, "}}"]);
            rest = behind;
        }
        normal.push_str(rest);
        Ok(normal)
    }
}

impl Decode for OutputPath {
    const EXPECTED: &'static str = "an address of Azure ML";

    fn decode(cx: &mut Cx<'_, '_>, node: NodeId) -> Option<Self> {
        let (text, _) = cx.scalar(node, Self::EXPECTED)?;
        match Self::normal(text) {
            Ok(normal) => Some(Self(Spanned::new(normal, cx.span(node)))),
            Err(name) => {
                let message = format!("`{}` cannot stand in the path of an output", excerpt(name));
                let help = "Azure ML knows `${{name}}`, `${{output_name}}` and `${{default_datastore}}` there";
                cx.report(Diagnostic::new(&BAD_EXPRESSION, cx.span(node), message).help(help));
                None
            }
        }
    }
}

impl JsonSchema for OutputPath {
    fn schema_name() -> Cow<'static, str> {
        "OutputPath".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Spanned<String>>()
    }
}
