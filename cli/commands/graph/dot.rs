//! The graph in the DOT language of Graphviz.

use std::fmt::Write as _;

use mlopsc_compiler::plan::Plan;

use super::{Group, firing, flow, groups, heads, homes, label, node};

pub(super) fn draw(plans: &[&Plan]) -> String {
    let mut text = "digraph {\n  node [shape=box, fontname=\"sans-serif\"];\n".to_owned();
    for (index, plan) in plans.iter().enumerate() {
        let _ = writeln!(text, "  subgraph cluster_{index} {{\n    label={};", quoted(&plan.name));
        draw_plan(&mut text, index, plan);
        text.push_str("  }\n");
    }
    text + "}\n"
}

fn draw_plan(text: &mut String, index: usize, plan: &Plan) {
    for (number, group) in groups(plan).iter().enumerate() {
        draw_group(text, index, number, group);
    }
    for edge in &plan.edges {
        let (from, to) = (node(index, edge.from), node(index, edge.to));
        let _ = match flow(plan, edge) {
            "" => writeln!(text, "    {from} -> {to};"),
            output => writeln!(text, "    {from} -> {to} [label={}];", quoted(output)),
        };
    }
    for (number, trigger) in plan.triggers.iter().enumerate() {
        let words = format!("{} @ {}\n{}", trigger.name, homes(trigger), firing(trigger));
        let _ = writeln!(text, "    p{index}t{number} [shape=oval, label={}];", quoted(&words));
        for head in heads(plan, trigger) {
            let _ =
                writeln!(text, "    p{index}t{number} -> {} [style=dashed];", node(index, head));
        }
    }
}

fn draw_group(text: &mut String, index: usize, number: usize, group: &Group<'_>) {
    let Some(title) = group.title.as_ref().filter(|_| !group.steps.is_empty()) else {
        for (id, step) in &group.steps {
            let words = quoted(&label(step));
            let _ = writeln!(text, "    {} [style=rounded, label={words}];", node(index, *id));
        }
        return;
    };
    let _ =
        writeln!(text, "    subgraph cluster_{index}_{number} {{\n      label={};", quoted(title));
    for (id, step) in &group.steps {
        let _ = writeln!(text, "      {} [label={}];", node(index, *id), quoted(&label(step)));
    }
    text.push_str("    }\n");
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
