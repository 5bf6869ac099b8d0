//! Which events a subscription takes, as far as Event Grid can tell
//! (<https://learn.microsoft.com/azure/event-grid/event-filtering>).

use super::model::Object;
use crate::plan::{DataChanged, Event, Plan};

/// How the subjects of a datastore's blobs start.
pub(super) fn blobs(plan: &Plan, data: &DataChanged) -> String {
    let store = plan.project.datastore(&data.datastore);
    let container = store.map_or("", |store| &store.container);
    format!("/blobServices/default/containers/{container}/blobs/")
}

/// The `filter` of a subscription.
pub(super) fn of(plan: &Plan, event: &Event) -> Object {
    let mut filter = Object::of("includedEventTypes", event.types());
    let (begins, ends) = subjects(plan, event);
    filter.put("subjectBeginsWith", begins);
    if !ends.is_empty() {
        filter.put("subjectEndsWith", ends);
    }
    filter.put("isSubjectCaseSensitive", true);
    let advanced = advanced(event);
    if !advanced.is_empty() {
        filter.put("advancedFilters", advanced);
    }
    filter
}

/// How subjects start and end.
fn subjects(plan: &Plan, event: &Event) -> (String, String) {
    let whole = |start: &str| (start.to_owned(), String::new());
    match event {
        Event::DataChanged(data) => {
            (format!("{}{}{}", blobs(plan, data), data.folder, data.prefix), data.suffix.clone())
        }
        // Without the colon, longer names would count too.
        Event::ModelRegistered { model, .. } => whole(&format!("models/{model}:")),
        // The rest is an id of the service's own; names are compared in the data.
        Event::ModelDeployed { .. } => whole("endpoints/"),
        Event::JobCompleted(_) | Event::JobFailed(_) => whole("experiments/"),
        Event::DriftDetected { .. } => whole("datadrift"),
    }
}

fn advanced(event: &Event) -> Vec<Object> {
    let is = |key: &str, value: &str| string_in(format!("data.{key}"), vec![value]);
    let mut filters = match event {
        Event::DataChanged(data) => {
            let calls = data.changes.iter().flat_map(|change| change.calls()).copied();
            vec![string_in("data.api".to_owned(), calls.collect())]
        }
        Event::ModelRegistered { .. } => Vec::new(),
        Event::ModelDeployed { endpoint } => vec![is("ServiceName", endpoint)],
        Event::JobCompleted(jobs) => vec![is("experimentName", &jobs.experiment)],
        Event::JobFailed(jobs) => {
            vec![is("experimentName", &jobs.experiment), is("runStatus", "failed")]
        }
        Event::DriftDetected { monitor } => vec![is("DataDriftName", monitor)],
    };
    if let Some([_, place]) = event.tags_place() {
        let tags = event.tags().iter();
        filters.extend(tags.map(|(name, value)| is(&format!("{place}.{name}"), value)));
    }
    filters
}

fn string_in(key: String, values: Vec<&str>) -> Object {
    let mut filter = Object::of("operatorType", "StringIn");
    filter.put("key", key).put("values", values);
    filter
}
