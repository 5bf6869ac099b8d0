//! The graph as a Mermaid flowchart, which GitHub and Azure DevOps draw in Markdown.

use std::fmt::Write as _;

use mlopsc_compiler::plan::Plan;

use super::drawing::{Language, draw_links, draw_plan};

pub(super) fn draw(plans: &[&Plan]) -> String {
    let mut text = "flowchart TD\n".to_owned();
    for (index, plan) in plans.iter().enumerate() {
        let _ = writeln!(text, "  subgraph p{index}[{}]", quoted(&plan.name));
        text.push_str(&draw_plan::<Mermaid>(index, plan));
        text.push_str("  end\n");
    }
    text + &draw_links::<Mermaid>(plans)
}

struct Mermaid;

impl Language for Mermaid {
    fn step(id: &str, label: &str) -> String {
        format!("{id}({})", quoted(label))
    }

    fn gate(id: &str, label: &str) -> String {
        format!("{id}{{{{{}}}}}", quoted(label))
    }

    fn step_of_group(id: &str, label: &str) -> String {
        format!("{id}[{}]", quoted(label))
    }

    fn group((index, number): (usize, usize), title: &str) -> String {
        format!("subgraph p{index}g{number}[{}]", quoted(title))
    }

    const END: &str = "end";

    fn edge(from: &str, to: &str, output: &str) -> String {
        if output.is_empty() {
            return format!("{from} --> {to}");
        }
        format!("{from} -->|{}| {to}", quoted(output))
    }

    fn trigger(id: &str, label: &str) -> String {
        format!("{id}([{}])", quoted(label))
    }

    fn starts(trigger: &str, step: &str, how: &str) -> String {
        if how.is_empty() {
            return format!("{trigger} -.-> {step}");
        }
        format!("{trigger} -.->|{}| {step}", quoted(how))
    }
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
