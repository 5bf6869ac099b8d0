//! Schedules: a trigger that lives on Azure ML, over the job of its submission.

use super::context::Context;
use super::{settings, tags, value};
use crate::emit::Map;
use crate::plan::{
    AzureMlRule, AzureMlTiming, Home, Plan, Reference, Trigger, TriggerId, TriggerKind,
};

const SCHEMA: &str = "https://azuremlschemas.azureedge.net/latest/schedule.schema.json";

/// The schedule of a trigger; `None` if it lives elsewhere. Disabled ones are written too: a file
/// has no key for that, and whoever releases it disables the live schedule.
pub(super) fn write(plan: &Plan, id: TriggerId) -> Option<Map> {
    let trigger = plan.trigger(id);
    let TriggerKind::Schedule(timing) = &trigger.kind else { return None };
    if !trigger.homes.contains(&Home::AzureMl) {
        return None;
    }
    let context = Context::new(plan, plan.submission(trigger.submission?));
    let mut doc = Map::new();
    doc.put("$schema", SCHEMA).put("tags", tags(plan)).put("name", plan.schedule_name(id));
    doc.put("display_name", format!("{}: {}", plan.display_name, trigger.name));
    doc.put("description", &timing.words);
    doc.put("trigger", time(timing.azure_ml.as_ref()?));
    doc.put("create_job", job(&context, trigger));
    Some(doc)
}

/// A start is always given: without one, a schedule fires when it is created.
fn time(timing: &AzureMlTiming) -> Map {
    let mut doc = rule(&timing.rule);
    doc.put("start_time", &timing.start);
    doc.put_some("end_time", timing.end.as_ref());
    doc.put("time_zone", &timing.time_zone);
    doc
}

fn rule(rule: &AzureMlRule) -> Map {
    let mut doc = Map::new();
    match rule {
        AzureMlRule::Cron(cron) => {
            doc.put("type", "cron").put("expression", cron.text());
        }
        AzureMlRule::Recurrence { frequency, interval, .. } => {
            doc.put("type", "recurrence").put("frequency", *frequency).put("interval", *interval);
            doc.put_filled("schedule", pattern(rule));
        }
    }
    doc
}

/// Hours and minutes are required as soon as there is any pattern.
fn pattern(rule: &AzureMlRule) -> Map {
    let mut doc = Map::new();
    if let AzureMlRule::Recurrence { hours, minutes, week_days, month_days, .. } = rule {
        let bare = hours.is_empty() && minutes.is_empty();
        if !(bare && week_days.is_empty() && month_days.is_empty()) {
            doc.put("hours", hours.clone()).put("minutes", minutes.clone());
            doc.put_filled("week_days", week_days.clone());
            doc.put_filled("month_days", month_days.clone());
        }
    }
    doc
}

fn job(context: &Context<'_>, trigger: &Trigger) -> Map {
    let plan = context.plan;
    let mut doc = Map::new();
    doc.put("type", "pipeline");
    doc.put("job", format!("./{}", context.submission.job_file()));
    doc.put("experiment_name", &plan.experiment);
    doc.put("settings", settings(plan));
    doc.put_filled("inputs", inputs(context, trigger));
    doc
}

/// What the trigger binds, as far as the job reads it.
fn inputs(context: &Context<'_>, trigger: &Trigger) -> Map {
    let mut inputs = Map::new();
    for (id, scalar) in &trigger.with {
        let mut reads = context.submission.inputs.iter();
        let input = reads.find(|input| input.source == Reference::Parameter(*id));
        if let Some(input) = input {
            let bound = value::typed(context, input.kind, scalar);
            let mode = context.plan.parameter(*id).mode;
            inputs.put(input.name.clone(), value::arriving(bound, mode));
        }
    }
    inputs
}
