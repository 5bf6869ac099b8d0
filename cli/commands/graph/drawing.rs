//! One plan as lines of a language that draws graphs: what is drawn, whatever the language.

use mlopsc_compiler::plan::Plan;

use super::{Group, firing, flow, groups, heads, homes, label, node};

/// How a language says it, each a line without its indent.
pub(super) trait Language {
    /// A step that is a job of its own.
    fn step(id: &str, label: &str) -> String;
    /// A step of an Azure ML job.
    fn step_of_group(id: &str, label: &str) -> String;
    /// The start of a job, by the plan's number and its own.
    fn group(number: (usize, usize), title: &str) -> String;
    /// The end of a job.
    const END: &'static str;
    /// What flows from one step to another; without an output, order alone.
    fn edge(from: &str, to: &str, output: &str) -> String;
    /// A trigger.
    fn trigger(id: &str, label: &str) -> String;
    /// A step that a trigger starts.
    fn starts(trigger: &str, step: &str) -> String;
}

/// The jobs, edges and triggers of a plan; `index` is its number among those drawn together.
pub(super) fn draw_plan<L: Language>(index: usize, plan: &Plan) -> String {
    let mut text = String::new();
    let mut line = |line: &str| text.extend(["    ", line, "\n"]);
    for (number, group) in groups(plan).iter().enumerate() {
        draw_group::<L>((index, number), group, &mut line);
    }
    for edge in &plan.edges {
        line(&L::edge(&node(index, edge.from), &node(index, edge.to), flow(plan, edge)));
    }
    for (number, trigger) in plan.triggers.iter().enumerate() {
        let id = format!("p{index}t{number}");
        let words = format!("{} @ {}\n{}", trigger.name, homes(trigger), firing(trigger));
        line(&L::trigger(&id, &words));
        heads(plan, trigger).for_each(|head| line(&L::starts(&id, &node(index, head))));
    }
    text
}

fn draw_group<L: Language>(number: (usize, usize), group: &Group<'_>, line: &mut impl FnMut(&str)) {
    let steps = group.steps.iter().map(|(id, step)| (node(number.0, *id), label(step)));
    let Some(title) = group.title.as_ref().filter(|_| !group.steps.is_empty()) else {
        steps.for_each(|(id, label)| line(&L::step(&id, &label)));
        return;
    };
    line(&L::group(number, title));
    steps.for_each(|(id, label)| line(&format!("  {}", L::step_of_group(&id, &label))));
    line(L::END);
}
