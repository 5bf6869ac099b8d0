//! A workflow on GitHub, by a repository dispatch
//! (<https://docs.github.com/rest/repos/repos#create-a-repository-dispatch-event>). GitHub knows no
//! identities of Azure: the token comes from the vault each time, and is nowhere else.

use super::super::expression::Expression;
use super::super::flow::{Actions, Http, Read, Work, joined};
use super::super::guard;
use super::super::model::{Object, Value};
use super::{Told, brought, typed};
use crate::plan::{Handoff, Plan};

const TOKEN: &str = "Get_token";

/// Reads the token.
pub(super) fn prepare(actions: &mut Actions, told: &mut Told) {
    for name in ["githubRepository", "keyVaultName", "githubTokenName"] {
        told.push((name, Expression::Parameter(name.to_owned())));
    }
    let uri = joined(&[
        Read::text("https://"),
        Read::Parameter("keyVaultName"),
        Read::text(".vault.azure.net/secrets/"),
        Read::Parameter("githubTokenName"),
        Read::text("?api-version=7.4"),
    ]);
    let mut call = Http::new("GET", uri, "https://vault.azure.net");
    call.secret = &["inputs", "outputs"];
    actions.then(TOKEN, Work::Http(Box::new(call)));
}

/// The dispatch, with the values under the parameters' names.
pub(super) fn call(plan: &Plan, handoff: &Handoff<'_>, event_type: &str) -> Work {
    let uri = joined(&[
        Read::text("https://api.github.com/repos/"),
        Read::Parameter("githubRepository"),
        Read::text("/dispatches"),
    ]);
    let token = joined(&[Read::text("Bearer "), Read::body(TOKEN, &["value"])]);
    let headers: Vec<(&str, Value)> = vec![
        ("Accept", "application/vnd.github+json".into()),
        ("Authorization", token),
        ("Content-Type", "application/json".into()),
        ("User-Agent", "mlopsc".into()),
        ("X-GitHub-Api-Version", "2022-11-28".into()),
    ];
    let mut body = Object::of("event_type", event_type);
    body.put("client_payload", payload(plan, handoff));
    Work::Http(Box::new(Http {
        method: "POST",
        uri,
        headers,
        body: Some(body.into()),
        audience: None,
        retries: true,
        secret: &["inputs"],
    }))
}

fn payload(plan: &Plan, handoff: &Handoff<'_>) -> Object {
    let mut parameters = Object::new();
    for (_, parameter, parts) in brought(plan, handoff) {
        parameters.put(parameter.name.clone(), typed(parameter.kind, &parts));
    }
    let mut event = Object::of("id", guard::event(&["id"]).as_text());
    event.put("type", guard::event(&["eventType"]).as_text());
    event.put("time", guard::event(&["eventTime"]).as_text());
    let mut payload = Object::of("parameters", parameters);
    payload.put("event", event);
    payload
}
