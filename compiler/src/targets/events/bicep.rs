//! The template as Bicep (<https://learn.microsoft.com/azure/azure-resource-manager/bicep/file>).

use std::fmt::Write as _;
use std::sync::Arc;

use super::model::{Known, Object, Resource, Template, Value};

/// The template, under a comment that says whose it is.
pub(super) fn template(template: &Template, comment: &[String]) -> String {
    let mut out = String::with_capacity(16 * 1024);
    // A line of the comment ends where the reader's does.
    for line in comment.iter().flat_map(|line| line.split(is_line_end)) {
        out.push_str(format!("// {line}").trim_end());
        out.push('\n');
    }
    for parameter in &template.parameters {
        let default = parameter.default.as_ref().map(|it| format!(" = {}", it.bicep()));
        let (name, default) = (&parameter.name, default.unwrap_or_default());
        let about = quoted(&parameter.about);
        let _ = write!(out, "\n@description({about})\nparam {name} string{default}\n");
    }
    if !template.variables.is_empty() {
        out.push('\n');
    }
    for (name, expression) in &template.variables {
        let _ = writeln!(out, "var {name} = {}", expression.bicep());
    }
    for known in template.existing() {
        head(&mut out, known, " existing");
        out.push_str("}\n");
    }
    for resource in &template.resources {
        write_resource(&mut out, template, resource);
    }
    out.push_str("\noutput principals object = ");
    object(&mut out, &template.principals, 0);
    out.push('\n');
    out
}

fn is_line_end(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
}

/// The first lines of a resource, up to its own keys.
fn head(out: &mut String, known: &Arc<Known>, word: &str) {
    let (name, version) = (known.kind.name(), known.kind.version());
    let _ = writeln!(out, "\nresource {} '{name}@{version}'{word} = {{", known.symbol);
    if let Some(parent) = &known.parent {
        let _ = writeln!(out, "  parent: {}", parent.symbol);
    }
    if let Some(scope) = &known.scope {
        let _ = writeln!(out, "  scope: {}", scope.symbol);
    }
    let _ = writeln!(out, "  name: {}", known.name.bicep());
}

fn write_resource(out: &mut String, template: &Template, resource: &Resource) {
    head(out, &resource.known, "");
    entries(out, &resource.body, 1);
    let unnamed = template.needs(resource).unnamed;
    if !unnamed.is_empty() {
        out.push_str("  dependsOn: [\n");
        for known in unnamed {
            let _ = writeln!(out, "    {}", known.symbol);
        }
        out.push_str("  ]\n");
    }
    out.push_str("}\n");
}

fn entries(out: &mut String, object: &Object, depth: usize) {
    for (name, held) in &object.0 {
        indent(out, depth);
        key(out, name);
        out.push_str(": ");
        value(out, held, depth);
        out.push('\n');
    }
}

fn object(out: &mut String, held: &Object, depth: usize) {
    if held.0.is_empty() {
        return out.push_str("{}");
    }
    out.push_str("{\n");
    entries(out, held, depth + 1);
    indent(out, depth);
    out.push('}');
}

fn value(out: &mut String, held: &Value, depth: usize) {
    match held {
        Value::Text(text) => out.push_str(&quoted(text)),
        Value::Expression(expression) => out.push_str(&expression.bicep()),
        Value::Boolean(value) => _ = write!(out, "{value}"),
        Value::Integer(number) => _ = write!(out, "{number}"),
        // Bicep has no other numbers than whole ones.
        Value::Number(spelling) => _ = write!(out, "json({})", quoted(spelling)),
        Value::List(items) if items.is_empty() => out.push_str("[]"),
        Value::List(items) => {
            out.push_str("[\n");
            for item in items {
                indent(out, depth + 1);
                value(out, item, depth + 1);
                out.push('\n');
            }
            indent(out, depth);
            out.push(']');
        }
        Value::Object(inner) => object(out, inner, depth),
    }
}

/// A key, in quotes where it is no word.
fn key(out: &mut String, name: &str) {
    let letter = |it: char| it.is_ascii_alphabetic() || it == '_';
    let is_word = name.starts_with(letter)
        && name.chars().all(|it| letter(it) || it.is_ascii_digit())
        && !["true", "false", "null", "if", "for"].contains(&name);
    out.push_str(&if is_word { name.to_owned() } else { quoted(name) });
}

fn indent(out: &mut String, depth: usize) {
    (0..depth).for_each(|_| out.push_str("  "));
}

/// A text between quotes.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", escaped(text))
}

/// What stands between quotes for a text.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' if rest.peek() == Some(&'{') => out.push_str("\\$"),
            letter if letter.is_control() => _ = write!(out, "\\u{{{:x}}}", u32::from(letter)),
            letter => out.push(letter),
        }
    }
    out
}
