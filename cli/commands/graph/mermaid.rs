//! The graph as a Mermaid flowchart, which GitHub and Azure DevOps draw in Markdown.

use std::fmt::Write as _;

use mlopsc_compiler::plan::Plan;

use super::{Group, firing, flow, groups, heads, homes, label, node};

pub(super) fn draw(plans: &[&Plan]) -> String {
    let mut text = "flowchart TD\n".to_owned();
    for (index, plan) in plans.iter().enumerate() {
        let _ = writeln!(text, "  subgraph p{index}[{}]", quoted(&plan.name));
        draw_plan(&mut text, index, plan);
        text.push_str("  end\n");
    }
    text
}

fn draw_plan(text: &mut String, index: usize, plan: &Plan) {
    for (number, group) in groups(plan).iter().enumerate() {
        draw_group(text, index, number, group);
    }
    for edge in &plan.edges {
        let (from, to) = (node(index, edge.from), node(index, edge.to));
        let _ = match flow(plan, edge) {
            "" => writeln!(text, "    {from} --> {to}"),
            output => writeln!(text, "    {from} -->|{}| {to}", quoted(output)),
        };
    }
    for (number, trigger) in plan.triggers.iter().enumerate() {
        let words = format!("{} @ {}\n{}", trigger.name, homes(trigger), firing(trigger));
        let _ = writeln!(text, "    p{index}t{number}([{}])", quoted(&words));
        for head in heads(plan, trigger) {
            let _ = writeln!(text, "    p{index}t{number} -.-> {}", node(index, head));
        }
    }
}

fn draw_group(text: &mut String, index: usize, number: usize, group: &Group<'_>) {
    let Some(title) = group.title.as_ref().filter(|_| !group.steps.is_empty()) else {
        for (id, step) in &group.steps {
            let _ = writeln!(text, "    {}({})", node(index, *id), quoted(&label(step)));
        }
        return;
    };
    let _ = writeln!(text, "    subgraph p{index}g{number}[{}]", quoted(title));
    for (id, step) in &group.steps {
        let _ = writeln!(text, "      {}[{}]", node(index, *id), quoted(&label(step)));
    }
    text.push_str("    end\n");
}

/// Text in quotes; what Mermaid or HTML would read as its own becomes an entity.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '\n' => quoted.push_str("<br/>"),
            '#' | '"' | '<' | '>' | '&' | '`' | '\\' | '[' | ']' | '|' => {
                let _ = write!(quoted, "#{};", u32::from(character));
            }
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    #[test]
    fn labels_cannot_end_their_quotes() {
        assert_eq!(super::quoted("a\"]|b\nc#"), "\"a#34;#93;#124;b<br/>c#35;\"");
    }
}
