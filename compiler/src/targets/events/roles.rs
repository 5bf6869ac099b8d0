//! What an app's identity may do: no more than its calls need.

use std::sync::Arc;

use super::expression::Expression;
use super::model::{Kind, Known, Object, Resource};
use super::sources;
use super::storage::Storage;
use crate::plan::{Handoff, Receiver};

/// Roles that Azure has, by their ids
/// (<https://learn.microsoft.com/azure/role-based-access-control/built-in-roles>).
const DATA_SCIENTIST: &str = "f6c7c914-8db3-469d-8ca1-694a8f32e121";
const BLOB_CONTRIBUTOR: &str = "ba92f5b4-2d11-453d-a403-e96b0029c9fe";
const SECRETS_USER: &str = "4633458b-17de-408a-b874-0445c86b69e6";

/// The roles of an app.
pub(super) fn of(
    handoff: &Handoff<'_>,
    app: &Arc<Known>,
    storage: Option<&Storage>,
) -> Vec<Resource> {
    let trigger = &handoff.trigger.name;
    let mut roles = Vec::new();
    for receiver in &handoff.receivers {
        match receiver {
            Receiver::GitHub { .. } => {
                roles.push(role(&token(), app, SECRETS_USER, format!("reads_token_{trigger}")));
            }
            Receiver::Endpoint { .. } => {
                let workspace = sources::workspace();
                roles.push(role(&workspace, app, DATA_SCIENTIST, format!("starts_jobs_{trigger}")));
            }
            // People let the identity into the organisation, which is no part of Azure.
            Receiver::AzurePipelines { .. } => {}
        }
    }
    let storage = storage.iter();
    roles.extend(storage.map(|storage| {
        role(&storage.state, app, BLOB_CONTRIBUTOR, format!("keeps_state_{trigger}"))
    }));
    roles
}

/// The one secret that is read.
fn token() -> Arc<Known> {
    let parameter = |name: &str| Expression::Parameter(name.to_owned());
    let vault = Known::new("vault", Kind::Vault, parameter("keyVaultName"));
    Known::within(&vault, "token", Kind::Secret, parameter("githubTokenName"))
}

fn role(scope: &Arc<Known>, app: &Arc<Known>, id: &str, symbol: String) -> Resource {
    let of = |known: &Arc<Known>| Expression::Id(Arc::clone(known));
    // The same of everything that makes it one, so that a second deployment changes nothing.
    let name = Expression::Call("guid", vec![of(scope), of(app), Expression::text(id)]);
    let definition =
        vec![Expression::text("Microsoft.Authorization/roleDefinitions"), Expression::text(id)];
    let definition = Expression::Call("subscriptionResourceId", definition);
    let mut properties = Object::of("roleDefinitionId", definition);
    properties.put("principalId", Expression::Principal(Arc::clone(app)));
    // An identity of this minute is not known everywhere yet: nobody looks for it.
    properties.put("principalType", "ServicePrincipal");
    let known = Known::about(scope, symbol, Kind::RoleAssignment, name);
    Resource { known, after: Vec::new(), body: Object::of("properties", properties) }
}
