//! What a removed file leaves behind in the workspace: schedules and endpoints that no release looks
//! after.

use std::collections::BTreeSet;

use mlopsc_compiler::diff::{Leftover, Live, Workspace, live};
use mlopsc_compiler::plan::Plan;

/// What the releases of a project do.
#[derive(Default)]
pub(crate) struct Releases {
    /// Pipelines whose release deletes what their spec does not name any more.
    released: BTreeSet<String>,
    /// What they look after.
    live: BTreeSet<Live>,
}

impl Releases {
    pub(crate) fn of<'a>(plans: impl Iterator<Item = &'a Plan>) -> Self {
        let mut all = Self::default();
        for plan in plans {
            if plan.written_release().is_some() {
                all.released.insert(plan.name.clone());
            }
            all.live.extend(live(plan));
        }
        all
    }
}

/// What stays in the workspace when its file goes; `None` when the file is of something else, when
/// a release will delete it, or when it is another pipeline's now.
pub(crate) fn of_file(path: &str, text: &str, releases: &Releases) -> Option<Leftover> {
    let file = path.rsplit('/').next()?;
    let doc: serde_json::Value = serde_json::from_str(text).ok()?;
    let is_online = || doc["$schema"].as_str().is_some_and(|it| it.contains("managedOnline"));
    let live = match file.split(['-', '.']).next()? {
        "schedule" => Live::Schedule,
        "endpoint" if is_online() => Live::OnlineEndpoint,
        "endpoint" => Live::Endpoint,
        _ => return None,
    };
    // What a step deploys to, no release looks after.
    let pipeline = doc["tags"]["mlopsc_pipeline"].as_str();
    let is_released = pipeline.is_some_and(|name| releases.released.contains(name));
    if pipeline.is_none() && doc["tags"]["mlopsc_step"].as_str().is_none() {
        return None;
    }
    let name = doc["name"].as_str().filter(|name| is_name(name))?;
    let what = live(name.to_owned());
    let is_left = !is_released && !releases.live.contains(&what);
    is_left.then_some(Leftover { what, workspace: None })
}

/// A name is put into commands that people run: nothing but what the names of schedules and endpoints
/// are made of.
fn is_name(name: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !name.is_empty() && !name.starts_with('-') && name.bytes().all(word)
}

/// What becomes of something that no release looks after.
pub(crate) fn fact(left: &Leftover) -> String {
    let place = left.workspace.as_ref().map(|it| format!(" `{}`", it.name)).unwrap_or_default();
    match &left.what {
        Live::Schedule(name) => {
            format!("the schedule `{name}` stays in the workspace{place} and goes on firing")
        }
        Live::Endpoint(name) => {
            format!("the endpoint `{name}` stays in the workspace{place} and can be called")
        }
        Live::OnlineEndpoint(name) => format!(
            "the endpoint `{name}` stays in the workspace{place}, and its machines cost what they cost"
        ),
        Live::Deployment { endpoint, name } => format!(
            "the deployment `{name}` of the endpoint `{endpoint}` stays in the workspace{place}"
        ),
    }
}

/// How a person deletes it; only a schedule that is disabled can be deleted.
pub(crate) fn commands(left: &Leftover) -> String {
    let place = left.workspace.as_ref().map(flags).unwrap_or_default();
    match &left.what {
        Live::Schedule(name) => format!(
            "`az ml schedule disable --name {name}{place}`, `az ml schedule delete --name {name}{place}`"
        ),
        Live::Endpoint(name) => format!("`az ml batch-endpoint delete --name {name}{place}`"),
        Live::OnlineEndpoint(name) => {
            format!("`az ml online-endpoint delete --name {name}{place}`")
        }
        Live::Deployment { endpoint, name } => format!(
            "`az ml batch-deployment delete --name {name} --endpoint-name {endpoint}{place}`"
        ),
    }
}

/// Where, as far as the project says it outright.
fn flags(workspace: &Workspace) -> String {
    let all = [
        ("subscription", &workspace.subscription),
        ("resource-group", &workspace.resource_group),
        ("workspace-name", &workspace.name),
    ];
    let said = all.into_iter().filter(|(_, value)| is_name(value));
    said.fold(String::new(), |flags, (flag, value)| format!("{flags} --{flag} {value}"))
}

/// Both, as one line.
pub(crate) fn advice(left: &Leftover) -> String {
    format!("{}; delete it with {}", fact(left), commands(left))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"tags": {"mlopsc_pipeline": "old"}, "name": "old-nightly"}"#;

    #[test]
    fn what_is_live_stays_unless_a_release_deletes_it() {
        let path = ".azureml/old/schedule-nightly.json";
        let none = Releases::default();
        let released = BTreeSet::from(["old".to_owned()]);
        let released = Releases { released, ..Releases::default() };
        let left = |what| Some(Leftover { what, workspace: None });
        assert_eq!(of_file(path, TEXT, &none), left(Live::Schedule("old-nightly".to_owned())));
        let endpoint = Live::Endpoint("old-nightly".to_owned());
        let path_of_endpoint = ".azureml/old/endpoint.json";
        let live = Releases { live: BTreeSet::from([endpoint.clone()]), ..Releases::default() };
        assert_eq!(of_file(path_of_endpoint, TEXT, &none), left(endpoint));
        assert_eq!(of_file(path_of_endpoint, TEXT, &live), None);
        assert_eq!(of_file(path, TEXT, &released), None);
        assert_eq!(of_file(".azureml/old/pipeline.json", TEXT, &none), None);
        assert_eq!(of_file(path, "<<<<<<<", &none), None);
        let deployed = r#"{"$schema": "https://x/managedOnlineEndpoint.schema.json",
            "tags": {"mlopsc_step": "old/release"}, "name": "old-prod"}"#;
        let path_of_step = ".azureml/old/prod/endpoint-release.json";
        let endpoint = Live::OnlineEndpoint("old-prod".to_owned());
        assert_eq!(of_file(path_of_step, deployed, &none), left(endpoint.clone()));
        let live = Releases { live: BTreeSet::from([endpoint]), ..Releases::default() };
        assert_eq!(of_file(path_of_step, deployed, &live), None);
        let hostile = TEXT.replace("old-nightly", "x; rm y");
        assert_eq!(of_file(path, &hostile, &none), None);
    }
}
