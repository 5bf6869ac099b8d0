//! Signing in to Azure.

use crate::emit::Map;
use crate::plan::{Azure, Login, Plan, Reference, Text};
use crate::targets::ML_EXTENSION;

use super::expression;
use super::pins;
use super::scope::Scope;
use super::stage;
use super::step;

/// Whether the sign-in asks the platform for an identity token.
pub(super) fn is_oidc(plan: &Plan) -> bool {
    matches!(plan.project.azure.login, Login::Oidc { .. })
}

/// Signs in and makes `az ml` ready, with the workspace as its default.
pub(super) fn steps(scope: &Scope<'_>) -> [Map; 2] {
    [sign_in(scope, "Sign in to Azure"), prepare(scope)]
}

/// Signs in.
pub(super) fn sign_in(scope: &Scope<'_>, name: &str) -> Map {
    let azure = &scope.plan.project.azure;
    let mut with = Map::new();
    match &azure.login {
        Login::Oidc { .. } => {
            with.put("client-id", stage::azure(scope, client_id))
                .put("tenant-id", stage::azure(scope, |azure| Some(&azure.tenant)))
                .put("subscription-id", stage::azure(scope, |azure| Some(&azure.subscription)));
        }
        Login::ServicePrincipal { secret } => {
            let secret = Reference::Secret(secret.clone());
            with.put("creds", expression::reference(scope, &secret));
        }
    }
    step::action(name, &pins::AZURE_LOGIN, with)
}

fn prepare(scope: &Scope<'_>) -> Map {
    let mut env = Map::new();
    env.put("AZURE_RESOURCE_GROUP", stage::azure(scope, |azure| Some(&azure.resource_group)))
        .put("AZUREML_WORKSPACE", stage::azure(scope, |azure| Some(&azure.workspace)))
        .put("ML_EXTENSION", ML_EXTENSION);
    let tokens = if is_oidc(scope.plan) { include_str!("scripts/tokens.sh") } else { "" };
    let script = [step::STRICT, tokens, include_str!("scripts/prepare.sh")].concat();
    step::script("Prepare the Azure CLI", env, script)
}

/// Variables with which a waiting script signs in again.
pub(super) fn renewal(scope: &Scope<'_>) -> Map {
    let mut env = Map::new();
    if is_oidc(scope.plan) {
        env.put("AZURE_CLIENT_ID", stage::azure(scope, client_id))
            .put("AZURE_TENANT_ID", stage::azure(scope, |azure| Some(&azure.tenant)))
            .put("AZURE_SUBSCRIPTION_ID", stage::azure(scope, |azure| Some(&azure.subscription)));
    }
    env
}

fn client_id(azure: &Azure) -> Option<&Text> {
    match &azure.login {
        Login::Oidc { client_id } => Some(client_id),
        Login::ServicePrincipal { .. } => None,
    }
}
