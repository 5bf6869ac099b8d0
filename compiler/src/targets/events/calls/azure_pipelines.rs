//! A run of Azure Pipelines, by its Runs API
//! (<https://learn.microsoft.com/rest/api/azure/devops/pipelines/runs/run-pipeline>). Pipelines have
//! numbers there; ours are found by their names.

use super::super::expression::Expression;
use super::super::flow::{Actions, End, Http, Read, Test, Work, joined};
use super::super::model::{Object, Value};
use super::{Told, brought};
use crate::plan::{Handoff, Plan};

/// What Azure DevOps is called among applications, in every directory.
const AUDIENCE: &str = "499b84ac-1321-427f-aa17-267ca6975798";
const FIND: &str = "Find_pipeline";

/// Finds the pipeline, of which there must be one.
pub(super) fn prepare(file: &str, actions: &mut Actions, told: &mut Told) {
    for name in ["devopsOrganization", "devopsProject"] {
        told.push((name, Expression::Parameter(name.to_owned())));
    }
    let end = format!("/_apis/build/definitions?name={file}&api-version=7.1");
    actions
        .then(FIND, Work::Http(Box::new(Http::new("GET", uri(vec![Read::Text(end)]), AUDIENCE))));
    let found = Read::Call("length", vec![Read::body(FIND, &["value"])]);
    let one = Test::equal(found, Read::Integer(1));
    let message = format!(
        "Azure DevOps must have one pipeline of the name {file} that the identity of this app may \
         see, and has none, or several"
    );
    let end = Actions::of("Not_one_pipeline", Work::End(End::Failed("NotOnePipeline", message)));
    actions.then("Is_one_pipeline", Work::Unless(one, end));
}

/// An address in the project.
fn uri(end: Vec<Read>) -> Value {
    let encoded = |name| Read::Call("encodeUriComponent", vec![Read::Parameter(name)]);
    let mut parts = vec![
        Read::text("https://dev.azure.com/"),
        encoded("devopsOrganization"),
        Read::text("/"),
        encoded("devopsProject"),
    ];
    parts.extend(end);
    joined(&parts)
}

/// The run, with the values of those parameters that the file declares; all are texts here.
pub(super) fn call(plan: &Plan, handoff: &Handoff<'_>, file: &str) -> Work {
    let first = Read::Call("first", vec![Read::body(FIND, &["value"])]);
    let id = Read::Call("string", vec![Read::Of(Box::new(first), vec!["id".to_owned()])]);
    let end = vec![Read::text("/_apis/pipelines/"), id, Read::text("/runs?api-version=7.1")];
    let mut call = Http::new("POST", uri(end), AUDIENCE);
    call.headers.push(("Content-Type", "application/json".into()));
    let branch = format!("refs/heads/{}", plan.project.default_branch);
    let own = Object::of("self", Object::of("refName", Read::text(branch).whole()));
    let mut body = Object::of("resources", Object::of("repositories", own));
    let workflow = plan.workflows.iter().find(|workflow| workflow.id == file);
    let declared =
        |id| workflow.is_some_and(|workflow| workflow.parameters.iter().any(|one| one.id == id));
    let mut parameters = Object::new();
    for (id, parameter, parts) in brought(plan, handoff) {
        if declared(id) {
            parameters.put(parameter.name.clone(), joined(&parts));
        }
    }
    body.put("templateParameters", parameters);
    call.body = Some(body.into());
    Work::Http(Box::new(call))
}
