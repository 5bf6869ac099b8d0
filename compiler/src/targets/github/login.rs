//! Signing in to Azure.

use crate::emit::Map;
use crate::plan::{Login, Plan, Reference};
use crate::targets::ML_EXTENSION;

use super::expression;
use super::pins;
use super::scope::Scope;
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
        Login::Oidc { client_id } => {
            with.put("client-id", expression::text(scope, client_id))
                .put("tenant-id", expression::text(scope, &azure.tenant))
                .put("subscription-id", expression::text(scope, &azure.subscription));
        }
        Login::ServicePrincipal { secret } => {
            let secret = Reference::Secret(secret.clone());
            with.put("creds", expression::reference(scope, &secret));
        }
    }
    step::action(name, &pins::AZURE_LOGIN, with)
}

fn prepare(scope: &Scope<'_>) -> Map {
    let azure = &scope.plan.project.azure;
    let mut env = Map::new();
    env.put("AZURE_RESOURCE_GROUP", expression::text(scope, &azure.resource_group))
        .put("AZUREML_WORKSPACE", expression::text(scope, &azure.workspace))
        .put("ML_EXTENSION", ML_EXTENSION);
    let tokens = if is_oidc(scope.plan) { include_str!("scripts/tokens.sh") } else { "" };
    let script = [step::STRICT, tokens, include_str!("scripts/prepare.sh")].concat();
    step::script("Prepare the Azure CLI", env, script)
}

/// Variables with which a waiting script signs in again.
pub(super) fn renewal(scope: &Scope<'_>) -> Map {
    let azure = &scope.plan.project.azure;
    let mut env = Map::new();
    if let Login::Oidc { client_id } = &azure.login {
        env.put("AZURE_CLIENT_ID", expression::text(scope, client_id))
            .put("AZURE_TENANT_ID", expression::text(scope, &azure.tenant))
            .put("AZURE_SUBSCRIPTION_ID", expression::text(scope, &azure.subscription));
    }
    env
}
