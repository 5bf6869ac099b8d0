//! Texts with Azure ML's expressions in them, and commands.

use crate::spec::{expr, shell};

/// A part of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part<'a> {
    /// Taken as it is.
    Literal(&'a str),
    /// What stands between `${{` and `}}`, without blanks around it.
    Expression(&'a str),
}

/// Cuts a text at its expressions.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${{") {
        let Some(length) = rest[start..].find("}}") else { break };
        if start > 0 {
            parts.push(Part::Literal(&rest[..start]));
        }
        parts.push(Part::Expression(rest[start + 3..start + length].trim()));
        rest = &rest[start + length + 2..];
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest));
    }
    parts
}

/// The expression, when the text is nothing else.
pub(super) fn whole(text: &str) -> Option<&str> {
    match parts(text.trim()).as_slice() {
        [Part::Expression(inner)] => Some(inner),
        _ => None,
    }
}

/// What an expression names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Path<'a> {
    /// `parent.inputs.x`
    PipelineInput(&'a str),
    /// `parent.outputs.o`
    PipelineOutput(&'a str),
    /// `parent.jobs.n.outputs.o`
    NodeOutput(&'a str, &'a str),
    /// `parent.jobs.n.inputs.i`
    NodeInput(&'a str, &'a str),
    /// `inputs.x`
    Own(&'a str),
    /// `outputs.o`
    OwnOutput(&'a str),
    /// Anything else.
    Other,
}

/// Reads what stands in an expression.
pub(super) fn path(inner: &str) -> Path<'_> {
    if let Some(rest) = inner.strip_prefix("parent.jobs.") {
        if let Some((node, output)) = rest.split_once(".outputs.") {
            return Path::NodeOutput(node, output);
        }
        return rest
            .split_once(".inputs.")
            .map_or(Path::Other, |(node, input)| Path::NodeInput(node, input));
    }
    let named = |prefix: &str| inner.strip_prefix(prefix);
    let pipeline = named("parent.inputs.").map(Path::PipelineInput);
    let pipeline = pipeline.or(named("parent.outputs.").map(Path::PipelineOutput));
    let own = named("inputs.").map(Path::Own).or(named("outputs.").map(Path::OwnOutput));
    pipeline.or(own).unwrap_or(Path::Other)
}

/// The name in `inputs.x`.
pub(super) fn own_input(inner: &str) -> Option<&str> {
    if let Path::Own(name) = path(inner) { Some(name) } else { None }
}

/// The name in `outputs.o`.
pub(super) fn own_output(inner: &str) -> Option<&str> {
    if let Path::OwnOutput(name) = path(inner) { Some(name) } else { None }
}

/// A command in a spec.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Command {
    /// Read as bash; the quotes that Azure ML gets are those of the original.
    Plain(String),
    /// The original had no quotes around a value, or is not what our reader of bash takes.
    Verbatim(String),
}

/// A command whose expressions are replaced by references; `reference` gives the path of each.
pub(super) fn command(original: &str, reference: &dyn Fn(&str) -> String) -> Command {
    let parts = parts(original);
    let written = |parts: &[String]| {
        let mut text = String::new();
        for (index, part) in parts.iter().enumerate() {
            if index % 2 == 1 {
                text.extend(["${{ ", part, " }}"]);
            } else {
                text.push_str(part);
            }
        }
        text
    };
    let split = alternating(&parts, reference);
    let plain = written(&split);
    if gives(&plain, &parts) {
        return Command::Plain(plain);
    }
    let unquoted = written(&without_quotes(split));
    if gives(&unquoted, &parts) { Command::Plain(unquoted) } else { Command::Verbatim(plain) }
}

/// Literals at even places, references at odd ones.
fn alternating(parts: &[Part<'_>], reference: &dyn Fn(&str) -> String) -> Vec<String> {
    let mut split = vec![String::new()];
    for part in parts {
        match part {
            Part::Literal(text) => {
                if let Some(last) = split.last_mut() {
                    last.push_str(text);
                }
            }
            Part::Expression(inner) => split.extend([reference(inner), String::new()]),
        }
    }
    split
}

/// Takes single quotes around references away: ours are put there when the command is written.
fn without_quotes(mut split: Vec<String>) -> Vec<String> {
    for index in (1..split.len()).step_by(2) {
        if split[index - 1].ends_with('\'') && split[index + 1].starts_with('\'') {
            split[index - 1].pop();
            split[index + 1].remove(0);
        }
    }
    split
}

/// Whether Azure ML gets the original from a text that is read as bash.
fn gives(text: &str, original: &[Part<'_>]) -> bool {
    let (template, faults) = expr::template(text);
    if !faults.is_empty() || text.contains("$(") && macro_like(text) {
        return false;
    }
    let Ok(script) = shell::scan(text, &template) else { return false };
    let mark = "\0";
    let wanted: String = original
        .iter()
        .map(|part| match part {
            Part::Literal(text) => text,
            Part::Expression(_) => mark,
        })
        .collect();
    let parts = script.for_azure_ml(text, &template);
    let got = parts.iter().map(|part| match part {
        shell::ScriptPart::Literal(text) => text.as_str(),
        shell::ScriptPart::Reference(_) => mark,
        shell::ScriptPart::Open => "$[[",
        shell::ScriptPart::Close => "]]",
    });
    script.continuations.is_empty() && got.collect::<String>() == wanted
}

/// Whether something looks like a macro of Azure Pipelines, which `run` refuses.
fn macro_like(text: &str) -> bool {
    text.match_indices("$(").any(|(at, _)| {
        let inner = text[at + 2..].split(')').next().unwrap_or("");
        inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imported(text: &str) -> Command {
        command(text, &|inner| inner.to_owned())
    }

    #[test]
    fn quotes_decide_how_a_command_is_said() {
        let plain = |text: &str| Command::Plain(text.to_owned());
        let verbatim = |text: &str| Command::Verbatim(text.to_owned());
        assert_eq!(imported("python a.py"), plain("python a.py"));
        assert_eq!(imported("f ${{inputs.x}}"), verbatim("f ${{ inputs.x }}"));
        assert_eq!(imported("f \"${{inputs.x}}\""), plain("f \"${{ inputs.x }}\""));
        assert_eq!(imported("f '${{inputs.x}}' b"), plain("f ${{ inputs.x }} b"));
        assert_eq!(imported("f \\\n a"), verbatim("f \\\n a"));
        assert_eq!(imported("bash -c 'f ${{inputs.x}}'"), verbatim("bash -c 'f ${{ inputs.x }}'"));
        assert_eq!(imported("f 'a"), verbatim("f 'a"));
    }

    #[test]
    fn expressions_are_told_apart() {
        assert_eq!(path("parent.inputs.x"), Path::PipelineInput("x"));
        assert_eq!(path("parent.jobs.a.outputs.o"), Path::NodeOutput("a", "o"));
        assert_eq!(path("search_space.x"), Path::Other);
        assert_eq!(whole(" ${{ parent.inputs.x }} "), Some("parent.inputs.x"));
        assert_eq!(whole("v-${{parent.inputs.x}}"), None);
        assert_eq!(parts("a ${{ b"), [Part::Literal("a ${{ b")]);
    }
}
