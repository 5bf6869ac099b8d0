//! The containers of the wiring in the project's storage account, the same from every pipeline.

use std::sync::Arc;

use super::expression::Expression;
use super::model::{Kind, Known, Object, Resource};
use crate::plan::{DEAD_LETTER_CONTAINER, Plan, STATE_CONTAINER};

/// The account and its containers.
pub(super) struct Storage {
    pub(super) account: Arc<Known>,
    /// What apps remember.
    pub(super) state: Arc<Known>,
    /// What could not be delivered.
    pub(super) dead_letters: Arc<Known>,
}

impl Storage {
    /// Where the project says that there is one.
    pub(super) fn of(plan: &Plan) -> Option<Self> {
        plan.project.wiring.storage.as_ref()?;
        let name = Expression::Parameter("storageAccountName".to_owned());
        let account = Known::new("storage", Kind::StorageAccount, name);
        let service = Expression::text("default");
        let blobs = Known::within(&account, "storageBlobs", Kind::BlobService, service);
        let container = |symbol: &str, name: &str| {
            Known::within(&blobs, symbol, Kind::Container, Expression::text(name))
        };
        let state = container("stateContainer", STATE_CONTAINER);
        let dead_letters = container("deadLetterContainer", DEAD_LETTER_CONTAINER);
        Some(Self { account, state, dead_letters })
    }

    pub(super) fn resources(&self) -> impl Iterator<Item = Resource> {
        [&self.state, &self.dead_letters].into_iter().map(|known| {
            let properties = Object::of("publicAccess", "None");
            let body = Object::of("properties", properties);
            Resource { known: Arc::clone(known), after: Vec::new(), body }
        })
    }
}
