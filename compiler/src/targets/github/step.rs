//! The steps that jobs are made of.

use crate::emit::{Doc, Map};

use super::pins::{self, Action};

/// The first line of every script of ours: bash must not go on after a failure.
pub(super) const STRICT: &str = "set -euo pipefail\n";

/// A step that runs a script.
pub(super) fn script(name: &str, env: Map, run: impl Into<Doc>) -> Map {
    let mut step = Map::new();
    step.put("name", name).put_filled("env", env).put("run", run);
    step
}

/// A step that uses an action.
pub(super) fn action(name: &str, action: &Action, with: Map) -> Map {
    let mut step = Map::new();
    step.put("name", name);
    uses(&mut step, action);
    step.put_filled("with", with);
    step
}

/// Checks the repository out, without leaving the token in its configuration.
pub(super) fn checkout() -> Map {
    let mut with = Map::new();
    with.put("persist-credentials", false);
    action("Check out the repository", &pins::CHECKOUT, with)
}

/// Sets Python up.
pub(super) fn python(version: &str) -> Map {
    let mut with = Map::new();
    with.put("python-version", version);
    action("Set up Python", &pins::SETUP_PYTHON, with)
}

/// Fetches an artifact of this run into a folder.
pub(super) fn download(artifact: &str, folder: &str) -> Map {
    let mut with = Map::new();
    with.put("name", artifact).put("path", folder);
    action(&format!("Fetch {artifact}"), &pins::DOWNLOAD_ARTIFACT, with)
}

/// Uploads an artifact of which nothing may be missing. `ending` tells the combinations of a matrix
/// apart.
pub(super) fn upload(artifact: &str, ending: &str, path: &str) -> Map {
    let mut with = Map::new();
    with.put("name", format!("{artifact}{ending}"))
        .put("path", path)
        .put("if-no-files-found", "error")
        .put("include-hidden-files", true)
        .put_beside("overwrite", true, "a job that is run again replaces its own artifact");
    action(&format!("Hand over {artifact}"), &pins::UPLOAD_ARTIFACT, with)
}

/// Keeps files for people, also when the job failed and some are missing. `ending` tells the
/// combinations of a matrix apart.
pub(super) fn keep(name: &str, ending: &str, path: &str) -> Map {
    let mut with = Map::new();
    with.put("name", format!("{name}{ending}")).put("path", path).put("if-no-files-found", "warn");
    if path.split('/').any(|part| part.starts_with('.') && part != "." && part != "..") {
        with.put("include-hidden-files", true);
    }
    with.put_beside("overwrite", true, "a job that is run again replaces its own artifact");
    let mut step = Map::new();
    step.put("name", format!("Keep {name}"));
    step.put("if", super::expression::condition("!cancelled()"));
    uses(&mut step, &pins::UPLOAD_ARTIFACT);
    step.put("with", with);
    step
}

fn uses(step: &mut Map, action: &Action) {
    let (uses, version) = action.uses();
    step.put_beside("uses", uses, version);
}

/// Puts an id, and a condition, in front of a step.
pub(super) fn with_head(id: Option<&str>, condition: Option<&str>, step: Map) -> Map {
    let mut whole = Map::new();
    whole.put_some("id", id);
    let mut rest = step.0.into_iter();
    whole.0.extend(rest.next());
    whole.put_some("if", condition);
    whole.0.extend(rest);
    whole
}
