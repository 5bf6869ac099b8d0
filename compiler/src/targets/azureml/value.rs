//! Values as Azure ML reads them. Its expressions are written here and nowhere else, without
//! blanks, since its tools keep blanks as part of the text.

use super::context::Context;
use crate::emit::{Doc, Map};
use crate::plan::{
    Mode, Piece, Reference, Scalar, ScriptPiece, Setting, Step, StepId, ValueType, Wire,
};
use crate::source;

/// An input of the pipeline, as its nodes see it.
fn pipeline_input(name: &str) -> String {
    ["${{parent.inputs.", name, "}}"].concat()
}

/// An output of the pipeline, as the node that writes it sees it.
pub(super) fn pipeline_output(name: &str) -> String {
    ["${{parent.outputs.", name, "}}"].concat()
}

/// An output of a node, as other nodes see it.
fn node_output(node: &str, output: &str) -> String {
    ["${{parent.jobs.", node, ".outputs.", output, "}}"].concat()
}

/// An input of a node, as its own command sees it.
pub(super) fn own_input(step: &Step, input: u32) -> String {
    format!("${{{{inputs.{}}}}}", step.inputs[input as usize].name)
}

/// An output of a node, as its own command sees it.
pub(super) fn own_output(step: &Step, output: u32) -> String {
    format!("${{{{outputs.{}}}}}", step.outputs[output as usize].name)
}

/// Where the value behind a reference comes from: a node of the same job, else an input of the
/// pipeline.
pub(super) fn reference(context: &Context<'_>, reference: &Reference) -> String {
    let plan = context.plan;
    match reference {
        Reference::Output(step, output) if context.holds(*step) => {
            let step = plan.step(*step);
            node_output(&step.name, &step.outputs[*output as usize].name)
        }
        Reference::Output(step, output) => pipeline_input(&plan.input_port(*step, *output)),
        Reference::Parameter(id) => pipeline_input(&plan.parameter(*id).name),
        // Secrets and matrices stay on CI, so each of these has an input.
        Reference::Matrix(_)
        | Reference::GitSha
        | Reference::GitBranch
        | Reference::GitTag
        | Reference::RunId
        | Reference::StageName
        | Reference::Variable(_)
        | Reference::Secret(_) => pipeline_input(&reference.ambient_input().unwrap_or_default()),
    }
}

/// The type of what a reference leads to.
pub(super) fn reference_kind(context: &Context<'_>, reference: &Reference) -> ValueType {
    match reference {
        Reference::Output(StepId(step), output) => {
            context.plan.steps[*step as usize].given(*output)
        }
        Reference::Parameter(id) => context.plan.parameter(*id).kind,
        Reference::Matrix(_)
        | Reference::GitSha
        | Reference::GitBranch
        | Reference::GitTag
        | Reference::RunId
        | Reference::StageName
        | Reference::Variable(_)
        | Reference::Secret(_) => ValueType::String,
    }
}

/// The input by which a node waits for another: what it is called, its type, where it comes from.
pub(super) fn wait(context: &Context<'_>, wire: &Wire) -> (String, ValueType, String) {
    let tail = context.plan.step(wire.tail);
    let lent = wire.tail_output.map(|output| &tail.outputs[output as usize]);
    let signal = tail.task.signal();
    let output = lent.unwrap_or(&signal);
    let path = node_output(&tail.name, &output.name);
    (format!("mlopsc__after_{}", tail.name), output.kind, path)
}

/// A command or the arguments of a script.
pub(super) fn script(step: &Step, pieces: &[ScriptPiece]) -> String {
    // Room for a name in each reference, so that few scripts grow.
    let room = pieces.iter().map(|piece| match piece {
        ScriptPiece::Literal(text) => text.len(),
        ScriptPiece::Input(_) | ScriptPiece::Output(_) | ScriptPiece::Searched(_) => 40,
        ScriptPiece::OptionalStart | ScriptPiece::OptionalEnd => 3,
    });
    let mut script = String::with_capacity(room.sum());
    for piece in pieces {
        match piece {
            ScriptPiece::Literal(text) => script.push_str(text),
            ScriptPiece::OptionalStart => script.push_str("$[["),
            ScriptPiece::OptionalEnd => script.push_str("]]"),
            ScriptPiece::Searched(name) => script.extend(["${{inputs.", name, "}}"]),
            ScriptPiece::Input(input) => {
                script.extend(["${{inputs.", &step.inputs[*input as usize].name, "}}"]);
            }
            ScriptPiece::Output(output) => {
                script.extend(["${{outputs.", &step.outputs[*output as usize].name, "}}"]);
            }
        }
    }
    script
}

/// Text around references.
pub(super) fn text(context: &Context<'_>, pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Literal(literal) => text.push_str(literal),
            Piece::Reference(inner) => text.push_str(&embedded(context, inner)),
        }
    }
    text
}

/// A reference within text.
fn embedded(context: &Context<'_>, inner: &Reference) -> String {
    match context.fixed(inner) {
        // As Azure ML itself puts a truth value into text.
        Some(Scalar::Boolean(true)) => "True".to_owned(),
        Some(Scalar::Boolean(false)) => "False".to_owned(),
        Some(value) => value.text(),
        None => reference(context, inner),
    }
}

/// A number or word of a node that may be left to a parameter.
pub(super) fn setting(context: &Context<'_>, setting: &Setting) -> Doc {
    match setting {
        Setting::Fixed(value) => literal(value),
        Setting::Reference(inner) => match context.fixed(inner) {
            Some(value) => literal(value),
            None => reference(context, inner).into(),
        },
    }
}

/// The same as text, which some keys demand.
pub(super) fn text_setting(context: &Context<'_>, setting: &Setting) -> String {
    match setting {
        Setting::Fixed(value) => value.text(),
        Setting::Reference(inner) => {
            context.fixed(inner).map_or_else(|| reference(context, inner), Scalar::text)
        }
    }
}

/// A literal by itself.
pub(super) fn literal(value: &Scalar) -> Doc {
    match value {
        Scalar::Text(text) => text.into(),
        Scalar::Integer(number) => (*number).into(),
        Scalar::Number(spelling) => Doc::Number(spelling.clone()),
        Scalar::Boolean(value) => (*value).into(),
    }
}

/// A value of a type: text stays text even where it looks like a number, and data gets its address.
pub(super) fn typed(context: &Context<'_>, kind: ValueType, value: &Scalar) -> Doc {
    if !kind.is_scalar() {
        return data(kind, address(&context.folder, &value.text()), None).into();
    }
    if kind == ValueType::String { value.text().into() } else { literal(value) }
}

/// A value with the mode by which data arrives.
pub(super) fn arriving(mut value: Doc, mode: Option<Mode>) -> Doc {
    if let Doc::Map(data) = &mut value {
        data.put_some("mode", mode.map(Mode::word));
    }
    value
}

/// The long form of a data input: type, address or expression, and mode.
pub(super) fn data(kind: ValueType, path: String, mode: Option<Mode>) -> Map {
    let mut data = Map::new();
    data.put("type", kind.word()).put("path", path).put_some("mode", mode.map(Mode::word));
    data
}

/// A path as a file in `folder` names it: URIs and assets as they are, root-relative paths relative
/// to the folder.
pub(super) fn address(folder: &str, path: &str) -> String {
    if path.contains(':') { path.to_owned() } else { source::relative(folder, path) }
}

/// The form in which Azure ML's files name a datastore.
pub(super) fn asset(name: &str) -> String {
    if name.starts_with("azureml:") { name.to_owned() } else { format!("azureml:{name}") }
}
