//! What a removed file leaves behind in the workspace: schedules and endpoints that no release looks
//! after.

use std::collections::BTreeSet;

use mlopsc_compiler::diff::Leftover;
use mlopsc_compiler::plan::Plan;

/// Pipelines whose release deletes what their spec does not name any more.
pub(crate) fn released<'a>(plans: impl Iterator<Item = &'a Plan>) -> BTreeSet<String> {
    plans.filter(|plan| plan.written_release().is_some()).map(|plan| plan.name.clone()).collect()
}

/// What stays in the workspace when its file goes; `None` when the file is of something else, or
/// when a release will delete it.
pub(crate) fn of_file(path: &str, text: &str, released: &BTreeSet<String>) -> Option<Leftover> {
    let file = path.rsplit('/').next()?;
    let leftover = match file.split(['-', '.']).next()? {
        "schedule" => Leftover::Schedule,
        "endpoint" => Leftover::Endpoint,
        _ => return None,
    };
    let doc: serde_json::Value = serde_json::from_str(text).ok()?;
    let pipeline = doc["tags"]["mlopsc_pipeline"].as_str()?;
    let name = doc["name"].as_str().filter(|name| is_name(name))?;
    (!released.contains(pipeline)).then(|| leftover(name.to_owned()))
}

/// A name is put into commands that people run: nothing but what the names of schedules and endpoints
/// are made of.
fn is_name(name: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !name.is_empty() && !name.starts_with('-') && name.bytes().all(word)
}

/// What becomes of something that no release looks after.
pub(crate) fn fact(left: &Leftover) -> String {
    match left {
        Leftover::Schedule(name) => {
            format!("the schedule `{name}` stays in the workspace and goes on firing")
        }
        Leftover::Endpoint(name) => {
            format!("the endpoint `{name}` stays in the workspace and can be called")
        }
    }
}

/// How a person deletes it; only a schedule that is disabled can be deleted.
pub(crate) fn commands(left: &Leftover) -> String {
    match left {
        Leftover::Schedule(name) => {
            format!("`az ml schedule disable --name {name}`, `az ml schedule delete --name {name}`")
        }
        Leftover::Endpoint(name) => format!("`az ml batch-endpoint delete --name {name}`"),
    }
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
        let released = BTreeSet::from(["old".to_owned()]);
        assert_eq!(
            of_file(path, TEXT, &BTreeSet::new()),
            Some(Leftover::Schedule("old-nightly".to_owned()))
        );
        let endpoint = Leftover::Endpoint("old-nightly".to_owned());
        let path_of_endpoint = ".azureml/old/endpoint.json";
        assert_eq!(of_file(path_of_endpoint, TEXT, &BTreeSet::new()), Some(endpoint));
        assert_eq!(of_file(path, TEXT, &released), None);
        assert_eq!(of_file(".azureml/old/pipeline.json", TEXT, &BTreeSet::new()), None);
        assert_eq!(of_file(path, "<<<<<<<", &BTreeSet::new()), None);
        let hostile = TEXT.replace("old-nightly", "x; rm y");
        assert_eq!(of_file(path, &hostile, &BTreeSet::new()), None);
    }
}
