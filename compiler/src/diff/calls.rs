//! Calls that start runs on CI, and whom a change of them leaves without an answer.

use crate::plan::{Home, ParameterId, Plan, TriggerKind};

/// A call that starts runs on CI.
struct Call<'p> {
    name: &'p str,
    home: Home,
    /// What callers may give.
    takes: Vec<&'p str>,
}

fn calls(plan: &Plan) -> Vec<Call<'_>> {
    let mut all = Vec::new();
    for trigger in plan.triggers.iter().filter(|trigger| trigger.enabled) {
        let TriggerKind::Call(name) = &trigger.kind else { continue };
        let is_bound = |id: ParameterId| trigger.with.iter().any(|(bound, _)| *bound == id);
        let workflow = trigger.workflow.map(|index| &plan.workflows[index as usize]);
        let parameters = workflow.into_iter().flat_map(|it| &it.parameters);
        let free = parameters.filter(|it| !is_bound(it.id));
        let takes: Vec<&str> = free.map(|it| plan.parameter(it.id).name.as_str()).collect();
        let homes = trigger.homes.iter().filter(|home| home.is_ci());
        all.extend(homes.map(|home| Call { name, home: *home, takes: takes.clone() }));
    }
    all
}

/// Why callers must change: a sentence each.
pub(super) fn breaks(old: &Plan, new: &Plan) -> Vec<String> {
    let after = calls(new);
    let known = |name: &str| new.parameters.iter().any(|parameter| parameter.name == name);
    let mut breaks = Vec::new();
    for before in calls(old) {
        let (name, title) = (before.name, before.home.title());
        let same = |it: &&Call<'_>| it.name == name && it.home == before.home;
        let Some(now) = after.iter().find(same) else {
            breaks.push(format!("the call `{name}` starts nothing on {title} any more"));
            continue;
        };
        let lost = before.takes.iter().filter(|it| !now.takes.contains(it) && known(it));
        breaks
            .extend(lost.map(|it| format!("the call `{name}` on {title} no longer takes `{it}`")));
    }
    breaks
}
