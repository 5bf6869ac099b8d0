//! The graph in the DOT language of Graphviz.

use std::fmt::Write as _;

use mlopsc_compiler::plan::Plan;

use super::drawing::{Language, draw_links, draw_plan};

pub(super) fn draw(plans: &[&Plan]) -> String {
    let mut text = "digraph {\n  node [shape=box, fontname=\"sans-serif\"];\n".to_owned();
    for (index, plan) in plans.iter().enumerate() {
        let _ = writeln!(text, "  subgraph cluster_{index} {{\n    label={};", quoted(&plan.name));
        text.push_str(&draw_plan::<Dot>(index, plan));
        text.push_str("  }\n");
    }
    text + &draw_links::<Dot>(plans) + "}\n"
}

struct Dot;

impl Language for Dot {
    fn step(id: &str, label: &str) -> String {
        format!("{id} [style=rounded, label={}];", quoted(label))
    }

    fn gate(id: &str, label: &str) -> String {
        format!("{id} [shape=hexagon, label={}];", quoted(label))
    }

    fn step_of_group(id: &str, label: &str) -> String {
        format!("{id} [label={}];", quoted(label))
    }

    fn group((index, number): (usize, usize), title: &str) -> String {
        format!("subgraph cluster_{index}_{number} {{\n      label={};", quoted(title))
    }

    const END: &str = "}";

    fn edge(from: &str, to: &str, output: &str) -> String {
        if output.is_empty() {
            return format!("{from} -> {to};");
        }
        format!("{from} -> {to} [label={}];", quoted(output))
    }

    fn trigger(id: &str, label: &str) -> String {
        format!("{id} [shape=oval, label={}];", quoted(label))
    }

    fn starts(trigger: &str, step: &str, how: &str) -> String {
        if how.is_empty() {
            return format!("{trigger} -> {step} [style=dashed];");
        }
        format!("{trigger} -> {step} [style=dashed, label={}];", quoted(how))
    }
}

/// A quoted string of DOT. Only `"` and `\` mean something in one.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    #[test]
    fn labels_cannot_end_their_quotes() {
        assert_eq!(super::quoted("a\\\"b\nc"), r#""a\\\"b\nc""#);
    }
}
