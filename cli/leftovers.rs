//! What a removed file leaves behind in the workspace: schedules that no release looks after.

use std::collections::BTreeSet;

use mlopsc_compiler::plan::Plan;

/// Pipelines whose release deletes what their spec does not name any more.
pub(crate) fn released<'a>(plans: impl Iterator<Item = &'a Plan>) -> BTreeSet<String> {
    plans.filter(|plan| plan.written_release().is_some()).map(|plan| plan.name.clone()).collect()
}

/// The schedule that stays in the workspace when its file goes; `None` when the file is of
/// something else, or when a release will delete the schedule.
pub(crate) fn schedule(path: &str, text: &str, released: &BTreeSet<String>) -> Option<String> {
    let file = path.rsplit('/').next()?;
    if !file.starts_with("schedule-") {
        return None;
    }
    let doc: serde_json::Value = serde_json::from_str(text).ok()?;
    let pipeline = doc["tags"]["mlopsc_pipeline"].as_str()?;
    let name = doc["name"].as_str().filter(|name| is_name(name))?;
    (!released.contains(pipeline)).then(|| name.to_owned())
}

/// A name is put into commands that people run: nothing but what every schedule's name is made of.
fn is_name(name: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !name.is_empty() && !name.starts_with('-') && name.bytes().all(word)
}

/// What becomes of a schedule that no release looks after.
pub(crate) fn fact(schedule: &str) -> String {
    format!("the schedule `{schedule}` stays in the workspace and goes on firing")
}

/// How a person deletes a schedule; only one that is disabled can be deleted.
pub(crate) fn commands(schedule: &str) -> String {
    format!("`az ml schedule disable --name {schedule}`, `az ml schedule delete --name {schedule}`")
}

/// Both, as one line.
pub(crate) fn advice(schedule: &str) -> String {
    format!("{}; delete it with {}", fact(schedule), commands(schedule))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"tags": {"mlopsc_pipeline": "old"}, "name": "old-nightly"}"#;

    #[test]
    fn a_schedule_stays_unless_a_release_deletes_it() {
        let path = ".azureml/old/schedule-nightly.json";
        let released = BTreeSet::from(["old".to_owned()]);
        assert_eq!(schedule(path, TEXT, &BTreeSet::new()).as_deref(), Some("old-nightly"));
        assert_eq!(schedule(path, TEXT, &released), None);
        assert_eq!(schedule(".azureml/old/pipeline.json", TEXT, &BTreeSet::new()), None);
        assert_eq!(schedule(path, "<<<<<<<", &BTreeSet::new()), None);
        let hostile = TEXT.replace("old-nightly", "x; rm y");
        assert_eq!(schedule(path, &hostile, &BTreeSet::new()), None);
    }
}
