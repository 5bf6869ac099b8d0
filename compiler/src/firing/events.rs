//! Events of Azure against what triggers wait for: what the filters of Event Grid let pass, what the
//! Logic App behind them looks at again, and what then arrives.

use serde_json::Value;

use super::delivery::{Delivered, shown};
use super::{Verdict, waits_for};
use crate::plan::{
    Change, DataChanged, Event, EventPiece, EventSource, EventText, Parameter, ParameterId, Piece,
    Plan, Scalar, TriggerId,
};

/// A text of an event that is longer is refused by what receives it.
const LONGEST_TEXT: usize = 8192;

/// What an event means for a trigger.
#[derive(Clone, PartialEq, Debug)]
pub struct Arrival<'p> {
    /// Whether it starts something.
    pub verdict: Verdict,
    /// The plans of the stages in which it does.
    pub stages: Vec<&'p Plan>,
    /// What parameters get, by what `with` says, in the order of the parameters.
    pub values: Vec<(ParameterId, Value)>,
}

impl Arrival<'_> {
    fn refused(reason: String) -> Self {
        Self { verdict: Verdict::Not(reason), stages: Vec::new(), values: Vec::new() }
    }
}

/// What an event starts by a trigger.
pub fn arrival<'p>(plan: &'p Plan, id: TriggerId, delivered: &Delivered) -> Arrival<'p> {
    let kind = &plan.trigger(id).kind;
    let Some(event) = plan.trigger(id).event() else { return Arrival::refused(waits_for(kind)) };
    if let Some(reason) = other_type(event, delivered) {
        return Arrival::refused(reason);
    }
    let wired: Vec<&Plan> =
        plan.each_stage().filter(|plan| plan.wired().any(|handoff| handoff.id == id)).collect();
    let mut stages = Vec::new();
    let mut values = Vec::new();
    let mut refusal = None;
    // Each stage has a workspace of its own: the reason is that of the one that the event is from.
    let is_near = |plan: &&Plan| other_source(plan, id, delivered).is_none();
    let (near, far): (Vec<&Plan>, Vec<&Plan>) = wired.into_iter().partition(is_near);
    for stage in near {
        match brought(stage, id, delivered) {
            Ok(found) if stages.is_empty() => {
                values = found;
                stages.push(stage);
            }
            Ok(_) => stages.push(stage),
            Err(reason) => refusal = refusal.or(Some(reason)),
        }
    }
    if !stages.is_empty() {
        return Arrival { verdict: Verdict::Fires, stages, values };
    }
    let refusal =
        refusal.or_else(|| far.first().and_then(|stage| other_source(stage, id, delivered)));
    Arrival::refused(refusal.unwrap_or_else(|| "nothing brings its events".to_owned()))
}

/// The values that an event brings in a plan's stage, or why it starts nothing.
fn brought(
    plan: &Plan,
    id: TriggerId,
    delivered: &Delivered,
) -> Result<Vec<(ParameterId, Value)>, String> {
    let trigger = plan.trigger(id);
    let Some(event) = trigger.event() else { return Err(waits_for(&trigger.kind)) };
    let refusal = refusal(plan, event, delivered);
    let refusal = refusal.or_else(|| (!trigger.enabled).then(|| "`enabled: false`".to_owned()));
    if let Some(reason) = refusal {
        return Err(reason);
    }
    let mut values: Vec<(ParameterId, Value)> =
        trigger.with.iter().map(|(id, value)| (*id, literal(value))).collect();
    for (id, text) in &trigger.from_event {
        values.push((*id, value(plan, event, (plan.parameter(*id), text), delivered)?));
    }
    values.sort_by_key(|(id, _)| *id);
    Ok(values)
}

fn other_type(event: &Event, delivered: &Delivered) -> Option<String> {
    let types = event.types();
    if types.contains(&delivered.kind()) {
        return None;
    }
    let changed = Change::ALL.iter().find(|change| change.event_type() == delivered.kind());
    if let (Event::DataChanged(data), Some(changed)) = (event, changed) {
        let words: Vec<&str> = data.changes.iter().map(|change| change.word()).collect();
        return Some(format!(
            "blobs that are {} do not count: {}",
            changed.word(),
            words.join(", ")
        ));
    }
    Some(format!("it waits for `{}`", event.word()))
}

/// What an event comes from when it is not what is watched in a plan's stage. What only CI knows is
/// taken to be it.
fn other_source(plan: &Plan, id: TriggerId, delivered: &Delivered) -> Option<String> {
    let (kind, what, name) = match plan.trigger(id).event()? {
        Event::DataChanged(data) => {
            let account = &plan.project.datastore(&data.datastore)?.account;
            ("Microsoft.Storage/storageAccounts", "storage account", account)
        }
        Event::ModelRegistered { .. }
        | Event::ModelDeployed { .. }
        | Event::JobCompleted(_)
        | Event::JobFailed(_)
        | Event::DriftDetected { .. } => match plan.project.azure.workspace.as_slice() {
            [Piece::Literal(name)] => {
                ("Microsoft.MachineLearningServices/workspaces", "workspace", name)
            }
            _ => return None,
        },
    };
    let source = delivered.text(&["topic"]);
    let wanted = format!("/providers/{kind}/{name}").to_lowercase();
    if source.to_lowercase().ends_with(&wanted) {
        return None;
    }
    let found = shown(source.rsplit('/').next().unwrap_or(source));
    Some(format!("it comes from `{found}`, not from the {what} `{name}`"))
}

/// Why an event of the right type and source is not meant.
fn refusal(plan: &Plan, event: &Event, delivered: &Delivered) -> Option<String> {
    let named = |what, field, wanted| other_name(delivered, (what, field), wanted);
    let subject = |start: &str| other_subject(delivered, start);
    let refusal = match event {
        Event::DataChanged(data) => other_blob(plan, data, delivered),
        Event::ModelRegistered { model, .. } => {
            named("model", "ModelName", model).or_else(|| subject(&format!("models/{model}:")))
        }
        Event::ModelDeployed { endpoint } => {
            named("endpoint", "ServiceName", endpoint).or_else(|| subject("endpoints/"))
        }
        Event::JobCompleted(jobs) => named("experiment", "experimentName", &jobs.experiment)
            .or_else(|| subject("experiments/")),
        Event::JobFailed(jobs) => named("experiment", "experimentName", &jobs.experiment)
            .or_else(|| subject("experiments/"))
            .or_else(|| other_status(delivered)),
        Event::DriftDetected { monitor } => {
            named("monitor", "DataDriftName", monitor).or_else(|| subject("datadrift"))
        }
    };
    refusal.or_else(|| other_tag(event, delivered))
}

/// Names are compared letter by letter: the filters do not mind the case, and what stands behind
/// them does.
fn other_name(delivered: &Delivered, (what, field): (&str, &str), wanted: &str) -> Option<String> {
    match delivered.at(["data", field]).as_str() {
        Some(found) if found == wanted => None,
        Some(found) => Some(format!("the {what} is `{}`, not `{wanted}`", shown(found))),
        None => Some(format!("it names no {what}: `data.{field}`")),
    }
}

fn other_subject(delivered: &Delivered, start: &str) -> Option<String> {
    let found = delivered.subject();
    let other = !found.starts_with(start);
    let said = || format!("its subject is `{}`, which does not start with `{start}`", shown(found));
    other.then(said)
}

fn other_status(delivered: &Delivered) -> Option<String> {
    let found = delivered.text(&["data", "runStatus"]);
    let other = !found.eq_ignore_ascii_case("failed");
    other.then(|| format!("the job is `{}`, and `failed` counts alone", shown(found)))
}

fn other_tag(event: &Event, delivered: &Delivered) -> Option<String> {
    let place = event.tags_place()?;
    event.tags().iter().find_map(|(name, wanted)| {
        let found = delivered.at(place.iter().copied().chain([name.as_str()]));
        match found.as_str() {
            Some(found) if found == wanted => None,
            Some(found) => Some(format!("the tag `{name}` is `{}`, not `{wanted}`", shown(found))),
            None => Some(format!("it has no tag `{name}`, which must be `{wanted}`")),
        }
    })
}

fn other_blob(plan: &Plan, data: &DataChanged, delivered: &Delivered) -> Option<String> {
    let subject = delivered.subject();
    let Some(path) = subject.strip_prefix(blobs(plan, data).as_str()) else {
        let container = plan.project.datastore(&data.datastore).map(|it| it.container.as_str());
        let container = container.unwrap_or_default();
        return Some(format!("`{}` is not in the container `{container}`", shown(subject)));
    };
    let name = shown(path);
    let (folder, watched) = (&data.folder, data.watched());
    let Some(rest) = path.strip_prefix(folder.as_str()) else {
        return Some(format!("`{name}` is not in the folder `{folder}`"));
    };
    if !data.is_deep && rest.contains('/') {
        return Some(format!("`{name}` is in a folder below, and `{watched}` is watched"));
    }
    if !rest.starts_with(&data.prefix) || !subject.ends_with(&data.suffix) {
        return Some(format!("`{name}` is not called like `{watched}`"));
    }
    other_call(data, delivered.text(&["data", "api"]))
}

fn other_call(data: &DataChanged, found: &str) -> Option<String> {
    let calls: Vec<&str> = data.changes.iter().flat_map(|it| it.calls()).copied().collect();
    if calls.iter().any(|call| call.eq_ignore_ascii_case(found)) {
        return None;
    }
    let calls = calls.join(", ");
    Some(if found.eq_ignore_ascii_case("CreateFile") {
        format!("the file is empty yet: `CreateFile` does not count, {calls} do")
    } else {
        format!("the call `{}` does not count: {calls}", shown(found))
    })
}

/// How the subjects of a datastore's blobs start.
fn blobs(plan: &Plan, data: &DataChanged) -> String {
    let container = plan.project.datastore(&data.datastore).map_or("", |it| &it.container);
    format!("/blobServices/default/containers/{container}/blobs/")
}

fn literal(value: &Scalar) -> Value {
    match value {
        Scalar::Text(text) => Value::from(text.as_str()),
        Scalar::Integer(number) => Value::from(*number),
        Scalar::Number(text) => serde_json::from_str(text).unwrap_or(Value::from(text.as_str())),
        Scalar::Boolean(value) => Value::from(*value),
    }
}

/// What a parameter gets. The call is not made with anything less than what is bound.
fn value(
    plan: &Plan,
    event: &Event,
    (parameter, text): (&Parameter, &EventText),
    delivered: &Delivered,
) -> Result<Value, String> {
    let mut joined = String::new();
    for piece in text {
        let found = match piece {
            EventPiece::Literal(text) => Value::from(text.as_str()),
            EventPiece::Field(field) => match (&field.source, event) {
                (EventSource::Property(path), _) => property(&field.name, path, delivered)?,
                (EventSource::Blob, Event::DataChanged(data)) => blob(plan, data, delivered),
                (EventSource::Blob | EventSource::Fixed(_), _) => Value::from(field.name.as_str()),
            },
        };
        if text.len() == 1 && parameter.kind.is_scalar() && !found.is_string() {
            let is_text = parameter.kind == crate::plan::ValueType::String;
            return Ok(if is_text { Value::from(found.to_string()) } else { found });
        }
        match found.as_str() {
            Some(text) => joined.push_str(text),
            None => joined.push_str(&found.to_string()),
        }
    }
    Ok(Value::from(joined))
}

fn property(name: &str, path: &[String], delivered: &Delivered) -> Result<Value, String> {
    let found = delivered.at(path.iter().map(String::as_str));
    let is_there = match found {
        Value::String(text) => !text.is_empty() && text.chars().count() <= LONGEST_TEXT,
        Value::Number(_) => true,
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => false,
    };
    if is_there {
        return Ok(found.clone());
    }
    let problem = match found.as_str() {
        Some("") => "has it empty",
        None if found.is_null() => "does not have it",
        Some(_) | None => "has something else there",
    };
    let path = path.join(".");
    Err(format!(
        "`event.{name}` is bound, and the event {problem} (`{path}`): the run in Azure fails"
    ))
}

fn blob(plan: &Plan, data: &DataChanged, delivered: &Delivered) -> Value {
    let path = delivered.subject().strip_prefix(blobs(plan, data).as_str()).unwrap_or_default();
    Value::from(format!("azureml://datastores/{}/paths/{path}", data.datastore))
}

/// Why what is started refuses a value.
pub fn refused_value(parameter: &Parameter, value: &Value) -> Option<String> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let name = &parameter.name;
    if !parameter.choices.is_empty() && parameter.choices.iter().all(|it| it.text() != text) {
        let choices: Vec<String> = parameter.choices.iter().map(Scalar::text).collect();
        return Some(format!("`{name}` must be one of {}", choices.join(", ")));
    }
    let pattern = parameter.pattern.as_deref()?;
    let regex = regex_lite::RegexBuilder::new(pattern).size_limit(1 << 20).build().ok()?;
    (!regex.is_match(&text)).then(|| format!("`{name}` must match {pattern}"))
}

#[cfg(test)]
mod tests;
