//! `why --event`: what the events of a delivery start.

use std::fmt::Write as _;
use std::path::Path;

use mlopsc_compiler::firing::{self, Delivered, Verdict};
use mlopsc_compiler::plan::{Event, Home, Plan, Receiver, TriggerId};
use serde_json::{Map, Value, json};

use crate::commands::given;
use crate::output::Trouble;

use super::{Answer, verdicts};

/// The events of a file.
pub(super) fn read(file: &Path) -> Result<Vec<Delivered>, Trouble> {
    let what =
        if file == Path::new("-") { "standard input".into() } else { file.to_string_lossy() };
    Delivered::read(&given(file)?).map_err(|why| Trouble::new(format!("{what}: {why}")))
}

/// What an event starts by a trigger.
#[derive(Default)]
pub(super) struct Arrived<'a> {
    /// What brings it there, in each stage.
    by: Vec<String>,
    /// What is started, in words.
    starts: Vec<String>,
    /// What parameters get.
    values: Vec<(&'a str, Value)>,
}

/// The answers for one event, as text and as JSON.
pub(super) fn answer(plans: &[&Plan], event: &Delivered) -> (String, Vec<Value>) {
    let answers: Vec<Answer<'_>> = plans.iter().flat_map(|plan| answers(plan, event)).collect();
    let (kind, subject) = (event.kind(), event.subject().replace(['\n', '\r'], "?"));
    let mut text = format!("{kind} {subject}\n");
    text += &verdicts(plans, &answers);
    let json = answers.iter().map(|answer| {
        let mut value = answer.json();
        value["event"] = event.id().into();
        value
    });
    (text, json.collect())
}

fn answers<'a>(plan: &'a Plan, event: &Delivered) -> Vec<Answer<'a>> {
    let all = (0..).map(TriggerId).zip(&plan.triggers);
    all.map(|(id, trigger)| {
        let arrival = firing::arrival(plan, id, event);
        let stages = arrival.stages.iter().filter_map(|plan| plan.stage_name());
        let fires = arrival.verdict == Verdict::Fires;
        let notes = if fires { notes(plan, id, &arrival) } else { Vec::new() };
        Answer {
            plan,
            name: &trigger.name,
            homes: trigger.homes.iter().map(|home| home.word()).collect(),
            steps: trigger.slice.iter().map(|id| plan.step(*id).name.as_str()).collect(),
            applies: Vec::new(),
            stages: stages.collect(),
            arrived: Some(arrived(&arrival, id, plan)),
            verdict: arrival.verdict,
            notes,
        }
    })
    .collect()
}

fn arrived<'a>(arrival: &firing::Arrival<'a>, id: TriggerId, plan: &'a Plan) -> Arrived<'a> {
    let of = |(id, value): &(_, Value)| (plan.parameter(*id).name.as_str(), value.clone());
    Arrived {
        by: arrival.stages.iter().map(|plan| plan.logic_app_name(id)).collect(),
        starts: arrival.stages.first().map(|plan| started(plan, id)).unwrap_or_default(),
        values: arrival.values.iter().map(of).collect(),
    }
}

/// What a trigger of events starts, in words.
fn started(plan: &Plan, id: TriggerId) -> Vec<String> {
    let file = |home| {
        let file = plan.trigger(id).workflow.and_then(|at| plan.workflows.get(at as usize));
        file.map(|file| format!("{}/{}.yml", plan.project.folder(home), file.id))
            .unwrap_or_default()
    };
    let said = |receiver: &Receiver<'_>| match receiver {
        Receiver::GitHub { event_type } => {
            format!("{} (dispatch {event_type})", file(Home::GitHub))
        }
        Receiver::AzurePipelines { .. } => file(Home::AzurePipelines),
        Receiver::Endpoint { published, .. } => {
            let http = plan.trigger(*published).published();
            let (endpoint, deployment) =
                http.map(|it| (it.endpoint.as_str(), it.deployment_name())).unwrap_or_default();
            format!("the endpoint {endpoint} (deployment {deployment})")
        }
    };
    let handoff = plan.wired().find(|handoff| handoff.id == id);
    handoff.iter().flat_map(|it| &it.receivers).map(said).collect()
}

fn notes(plan: &Plan, id: TriggerId, arrival: &firing::Arrival<'_>) -> Vec<String> {
    let refused = arrival.values.iter();
    let refused =
        refused.filter_map(|(id, value)| firing::refused_value(plan.parameter(*id), value));
    let mut notes: Vec<String> =
        refused.map(|why| format!("what is started refuses the value: {why}")).collect();
    if let Some(Event::DataChanged(data)) = plan.trigger(id).event()
        && let Some(seconds) = data.debounce_seconds
    {
        notes.push(format!(
            "one run for all such events: {seconds} s after the last, at latest {} s after the first",
            u64::from(seconds) * 10
        ));
    }
    notes
}

impl Arrived<'_> {
    /// What stands below the line of a trigger.
    pub(super) fn lines(&self) -> Vec<String> {
        let by = self.by.join(", ");
        let mut lines: Vec<String> =
            self.starts.iter().map(|starts| format!("{by} → {starts}")).collect();
        lines.extend(self.values.iter().map(|(name, value)| {
            let mut line = String::new();
            let _ = write!(line, "{name} = {value}");
            line
        }));
        lines
    }

    pub(super) fn put(&self, answer: &mut Value) {
        let values: Map<String, Value> =
            self.values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        answer["by"] = json!(self.by);
        answer["starts"] = json!(self.starts);
        answer["values"] = values.into();
    }
}
