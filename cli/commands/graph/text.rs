//! The graph as lines for a terminal.

use std::fmt::Write as _;

use mlopsc_compiler::chains::Link;
use mlopsc_compiler::plan::{Edge, Plan, Step, Trigger};

use super::{Group, brought_by, edges_into, firing, flow, groups, homes, notes, place, triggers};

pub(super) fn draw(plans: &[&Plan], links: &[Link]) -> String {
    let each = plans.iter().enumerate().map(|(index, plan)| {
        let mut text = one(plan);
        let own: Vec<&Link> = links.iter().filter(|link| link.plan == index).collect();
        if !own.is_empty() {
            text.push('\n');
        }
        for link in own {
            let (does, other) = (&link.does, plans[link.starts.plan]);
            let trigger = &other.trigger(link.starts.trigger).name;
            let step = &plan.step(link.step).name;
            let _ = writeln!(text, "  {step} {does} → {trigger} of {}", other.name);
        }
        text
    });
    each.collect::<Vec<_>>().join("\n")
}

fn one(plan: &Plan) -> String {
    let path = plan.spec_path.replace(['\n', '\r'], "?");
    let mut text = format!("{}  {path}\n\n", plan.name);
    let wide = width(plan.steps.iter().map(|step| &*step.name));
    let into = edges_into(plan);
    let mut shown = None;
    for group in groups(plan) {
        let number =
            if shown == Some(group.layer) { String::new() } else { (group.layer + 1).to_string() };
        shown = Some(group.layer);
        draw_group(&mut text, (plan, &into), &group, &number, wide);
    }
    if !plan.triggers.is_empty() {
        text.push('\n');
        draw_triggers(&mut text, plan);
    }
    text
}

fn draw_group(
    text: &mut String,
    (plan, into): (&Plan, &[Vec<&Edge>]),
    group: &Group<'_>,
    number: &str,
    wide: usize,
) {
    if let Some(title) = &group.title {
        let _ = writeln!(text, "{number:>3}  {title}");
    }
    let last = group.steps.len().saturating_sub(1);
    for (index, (id, step)) in group.steps.iter().enumerate() {
        let mark = match (&group.title, index == last) {
            (None, _) => format!("{number:>3} "),
            (Some(_), false) => "     ├".to_owned(),
            (Some(_), true) => "     └".to_owned(),
        };
        let line =
            format!("{mark} {:wide$}  {}", step.name, details(plan, &into[id.0 as usize], step));
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

/// Place, notes, and what the step waits for.
fn details(plan: &Plan, into: &[&Edge], step: &Step) -> String {
    let before = into.iter().map(|edge| {
        let (from, output) = (&plan.step(edge.from).name, flow(plan, edge));
        if output.is_empty() { from.clone() } else { format!("{from}.{output}") }
    });
    let mut before: Vec<String> = before.collect();
    before.dedup();
    let mut details: Vec<String> = place(step).into_iter().collect();
    details.extend(notes(step));
    if !before.is_empty() {
        details.push(format!("← {}", before.join(", ")));
    }
    details.join("  ")
}

fn draw_triggers(text: &mut String, plan: &Plan) {
    let names = width(plan.triggers.iter().map(|trigger| &*trigger.name));
    let wide =
        width(plan.triggers.iter().map(homes).collect::<Vec<_>>().iter().map(|home| &**home));
    for (id, trigger) in triggers(plan) {
        let (name, home) = (&trigger.name, homes(trigger));
        let by = brought_by(plan, id);
        let by = if by.is_empty() { by } else { format!(" → {by}") };
        let (fires, starts) = (firing(plan, id) + &by, started(plan, trigger));
        let _ = writeln!(text, "  {name:names$}  {home:wide$}  {fires} → {starts}");
    }
}

fn started(plan: &Plan, trigger: &Trigger) -> String {
    if trigger.slice.len() == plan.steps.len() {
        return "all steps".to_owned();
    }
    trigger.slice.iter().map(|id| &*plan.step(*id).name).collect::<Vec<_>>().join(", ")
}

fn width<'a>(words: impl Iterator<Item = &'a str>) -> usize {
    words.map(|word| word.chars().count()).max().unwrap_or_default()
}
