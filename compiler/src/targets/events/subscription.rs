//! The event subscription of a trigger: which events reach its app, and what becomes of those that do
//! not.

use std::sync::Arc;

use super::expression::Expression;
use super::model::{Kind, Known, Object, Resource};
use super::sources::Source;
use super::storage::Storage;
use super::{app, filter, flow};
use crate::plan::{Handoff, Plan};

/// Event Grid tries for a day at most, so many times
/// (<https://learn.microsoft.com/azure/event-grid/delivery-and-retry>).
const ATTEMPTS: u32 = 30;
const MINUTES: u32 = 1_440;

/// The subscription of an app, after all that the app may do.
pub(super) fn resource(
    plan: &Plan,
    handoff: &Handoff<'_>,
    source: &Source,
    app: &Arc<Known>,
    (storage, roles): (Option<&Storage>, &[Resource]),
) -> Resource {
    let callback = Expression::CallbackUrl(Arc::clone(app), flow::TRIGGER);
    let mut hook = Object::of("endpointUrl", callback);
    hook.put("minimumTlsVersionAllowed", "1.2");
    let mut destination = Object::of("endpointType", "WebHook");
    destination.put("properties", hook);
    let mut retries = Object::of("maxDeliveryAttempts", ATTEMPTS);
    retries.put("eventTimeToLiveInMinutes", MINUTES);
    let mut properties = Object::of("eventDeliverySchema", "EventGridSchema");
    properties.put("destination", destination);
    properties.put("filter", filter::of(plan, handoff.event));
    properties.put("labels", labels(plan, handoff)).put("retryPolicy", retries);
    let mut after: Vec<Arc<Known>> = roles.iter().map(|role| Arc::clone(&role.known)).collect();
    if let Some(storage) = storage {
        let mut blobs = Object::of("resourceId", Expression::Id(Arc::clone(&storage.account)));
        let container = crate::plan::DEAD_LETTER_CONTAINER;
        blobs.put("blobContainerName", container);
        let mut dead = Object::of("endpointType", "StorageBlob");
        dead.put("properties", blobs);
        properties.put("deadLetterDestination", dead);
        after.push(Arc::clone(&storage.dead_letters));
    }
    let symbol = format!("subscription_{}", handoff.trigger.name);
    let name = Expression::Text(plan.event_subscription_name(handoff.id));
    let known = Known::within(&source.topic, symbol, Kind::EventSubscription, name);
    Resource { known, after, body: Object::of("properties", properties) }
}

/// Subscriptions have words where others have tags.
fn labels(plan: &Plan, handoff: &Handoff<'_>) -> Vec<Expression> {
    let whose = Expression::Join(vec![Expression::text("project "), app::project()]);
    let mut labels = vec![Expression::text("mlopsc"), whose];
    labels.push(Expression::Text(format!("pipeline {}", plan.name)));
    labels.extend(plan.stage_name().map(|stage| Expression::Text(format!("stage {stage}"))));
    labels.push(Expression::Text(format!("trigger {}", handoff.trigger.name)));
    labels
}
