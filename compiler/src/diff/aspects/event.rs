//! What events bring, and the project's words about them.

use super::Pairs;
use crate::plan::{Change, Event, EventPiece, Plan, Project, Trigger};

/// What a trigger's event says beside what it is, and what it brings.
pub(super) fn event(plan: &Plan, trigger: &Trigger, pairs: &mut Pairs) {
    match trigger.event() {
        Some(Event::DataChanged(data)) => {
            let change = |change: &Change| (*change).word().to_owned();
            pairs.put_list("changes", &data.changes.iter().map(change).collect::<Vec<_>>());
            let seconds = data.debounce_seconds;
            pairs.put_some("debounce", seconds.map(|seconds| format!("{seconds}s")));
        }
        Some(Event::ModelRegistered { tags, .. }) => put_tags(tags, pairs),
        Some(Event::JobCompleted(jobs) | Event::JobFailed(jobs)) => put_tags(&jobs.tags, pairs),
        Some(Event::ModelDeployed { .. } | Event::DriftDetected { .. }) | None => {}
    }
    for (id, text) in &trigger.from_event {
        let words: String = text.iter().map(EventPiece::words).collect();
        pairs.put(format!("with {}", plan.parameter(*id).name), words);
    }
}

fn put_tags(tags: &[(String, String)], pairs: &mut Pairs) {
    let tags: Vec<String> = tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.put_list("tags", &tags);
}

/// Where events come from, and what brings them.
pub(super) fn wiring(project: &Project, pairs: &mut Pairs) {
    for datastore in &project.datastores {
        let place = format!("{}/{}", datastore.account, datastore.container);
        pairs.put(format!("datastore {}", datastore.name), place);
    }
    let wiring = &project.wiring;
    pairs.put_some("events key_vault", wiring.key_vault.as_ref());
    let is_read = wiring.key_vault.is_some();
    pairs.put_if("events github_token", is_read, &wiring.github_token);
    pairs.put_some("events storage", wiring.storage.as_ref());
    for (of, topic) in &wiring.topics {
        pairs.put(format!("events topic of {of}"), topic);
    }
}
