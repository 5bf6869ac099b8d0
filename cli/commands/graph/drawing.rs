//! One plan as lines of a language that draws graphs: what is drawn, whatever the language.

use std::collections::BTreeSet;

use mlopsc_compiler::chains::Link;
use mlopsc_compiler::plan::{Edge, Plan, StepId, TriggerId};

use super::{
    Group, brought_by, firing, flow, groups, heads, homes, label, node, set_off, triggers,
};

/// How a language says it, each a line without its indent.
pub(super) trait Language {
    /// A step that is a job of its own.
    fn step(id: &str, label: &str) -> String;
    /// A job in which people approve.
    fn gate(id: &str, label: &str) -> String;
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
    /// What a step or an event sets off, and how, if there is something to say.
    fn starts(trigger: &str, step: &str, how: &str) -> String;
}

/// The jobs, edges and triggers of a plan; `index` is its number among those drawn together.
pub(super) fn draw_plan<L: Language>(index: usize, plan: &Plan) -> String {
    let mut text = String::new();
    let mut line = |line: &str| text.extend(["    ", line, "\n"]);
    let groups = groups(plan);
    for (number, group) in groups.iter().enumerate() {
        draw_group::<L>((index, number), group, &mut line);
    }
    for (from, to) in around_gates(plan, index, &groups) {
        line(&L::edge(&from, &to, ""));
    }
    for edge in &plan.edges {
        line(&L::edge(&node(index, edge.from), &node(index, edge.to), flow(plan, edge)));
    }
    for (number, trigger) in triggers(plan) {
        let id = trigger_node(index, number);
        let words = format!("{} @ {}\n{}", trigger.name, homes(trigger), firing(plan, number));
        line(&L::trigger(&id, &words));
        let by = brought_by(plan, number);
        heads(plan, trigger).for_each(|head| line(&L::starts(&id, &node(index, head), &by)));
    }
    text
}

/// What the plans start of each other.
pub(super) fn draw_links<L: Language>(plans: &[&Plan]) -> String {
    let line = |link: &Link| {
        let (from, to) = (node(link.plan, link.step), link.starts);
        let trigger = trigger_node(to.plan, to.trigger);
        format!("  {}\n", L::starts(&from, &trigger, &link.does))
    };
    set_off(plans).iter().map(line).collect()
}

/// The id of a trigger's vertex, among the plans that are drawn together.
fn trigger_node(index: usize, id: TriggerId) -> String {
    format!("p{index}t{}", id.0)
}

fn draw_group<L: Language>(number: (usize, usize), group: &Group<'_>, line: &mut impl FnMut(&str)) {
    if let Some(title) = group.title.as_ref().filter(|_| group.is_gate) {
        line(&L::gate(&gate_node(number), title));
        return;
    }
    let steps = group.steps.iter().map(|(id, step)| (node(number.0, *id), label(step)));
    let Some(title) = group.title.as_ref().filter(|_| !group.steps.is_empty()) else {
        steps.for_each(|(id, label)| line(&L::step(&id, &label)));
        return;
    };
    line(&L::group(number, title));
    steps.for_each(|(id, label)| line(&format!("  {}", L::step_of_group(&id, &label))));
    line(L::END);
}

/// The id of the vertex of a gate.
fn gate_node((index, number): (usize, usize)) -> String {
    format!("p{index}g{number}")
}

/// What comes right before and after gates. The graph has no edges for them.
fn around_gates(plan: &Plan, index: usize, groups: &[Group<'_>]) -> Vec<(String, String)> {
    let mut edges = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        for need in group.needs.iter().filter(|need| group.is_gate || groups[**need].is_gate) {
            let from = ends(plan, (index, *need), &groups[*need], |edge| (edge.from, edge.to));
            let to = ends(plan, (index, number), group, |edge| (edge.to, edge.from));
            edges.extend(
                from.iter().flat_map(|from| to.iter().map(|to| (from.clone(), to.clone()))),
            );
        }
    }
    edges
}

/// The vertices at one end of a job: the steps that no edge inside of it leads on from, as the
/// direction has it.
fn ends(
    plan: &Plan,
    number: (usize, usize),
    group: &Group<'_>,
    direction: impl Fn(&Edge) -> (StepId, StepId),
) -> Vec<String> {
    if group.is_gate {
        return vec![gate_node(number)];
    }
    let inside: BTreeSet<StepId> = group.steps.iter().map(|(id, _)| *id).collect();
    let inner = plan.edges.iter().map(direction).filter(|(_, other)| inside.contains(other));
    let led_on: BTreeSet<StepId> = inner.map(|(own, _)| own).collect();
    inside.difference(&led_on).map(|id| node(number.0, *id)).collect()
}
