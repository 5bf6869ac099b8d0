//! What only some jobs have: packages kept for later runs, and results of tests.

use crate::emit::Map;
use crate::plan::{Cache, CiExtras, CiPlace};

use crate::targets::problems;

use super::step::{STRICT, Script};
use super::{expression, matrix, step};

/// Where a tool keeps its packages.
fn folder(cache: &Cache) -> String {
    format!("{}/.cache/{}", expression::variable("Pipeline.Workspace"), cache.tool.word())
}

/// The variables that send the tools there.
pub(super) fn env(extras: &CiExtras) -> impl Iterator<Item = (&'static str, String)> {
    extras.caches.iter().map(|cache| (cache.tool.variable(), folder(cache)))
}

/// Brings the packages of earlier runs in, and saves them after the job.
pub(super) fn caches(extras: &CiExtras) -> impl Iterator<Item = Map> {
    extras.caches.iter().map(|cache| {
        let tool = cache.tool.word();
        let of = expression::variable;
        let machine =
            format!("\"{tool}\" | \"{}\" | \"{}\"", of("Agent.OS"), of("Agent.OSArchitecture"));
        let mut inputs = Map::new();
        inputs.put("key", format!("{machine} | {}", cache.files.join(" | ")));
        inputs.put("restoreKeys", machine);
        inputs.put("path", folder(cache));
        step::task("Cache@2", format!("Restore the packages of {tool}"), inputs)
    })
}

/// Where what the script prints is kept.
pub(super) const LOG: &str = "$AGENT_TEMPDIRECTORY/problems.log";

/// Shows problems that the script printed, also when it failed.
pub(super) fn problems(place: &CiPlace) -> Option<Map> {
    if place.extras.problems.is_empty() {
        return None;
    }
    let folder = place.working_dir.as_ref().map(matrix::inner);
    let issue = include_str!("scripts/issue.awk");
    let text = STRICT.to_owned() + &problems::script(issue, LOG, "BUILD_SOURCESDIRECTORY");
    let mut script = Script::new("Show the problems", text);
    script.env = vec![
        ("PROBLEMS".to_owned(), place.extras.problems.join(" ")),
        ("PROBLEMS_FOLDER".to_owned(), folder.unwrap_or_default()),
    ];
    script.condition = Some("succeededOrFailed()");
    Some(script.bash())
}

/// Publishes the results of tests, also when the step failed. Not in the job's container: the task
/// needs what the agent's machine has.
pub(super) fn results(name: &str, place: &CiPlace) -> Option<Map> {
    let results = &place.extras.test_results;
    if results.is_empty() {
        return None;
    }
    let mut inputs = Map::new();
    inputs.put("testResultsFormat", "JUnit");
    inputs.put("testResultsFiles", expression::literal(&results.join("\n")));
    inputs.put("searchFolder", expression::variable("Build.SourcesDirectory"));
    inputs.put("mergeTestResults", true);
    let title = place.extras.matrix.as_ref().map(|_| matrix::labelled(name));
    inputs.put_some("testRunTitle", title);
    let mut step = Map::new();
    step.put("task", "PublishTestResults@2");
    step.put("displayName", "Publish the test results");
    step.put("condition", "succeededOrFailed()");
    step.put_some("target", place.container.as_ref().map(|_| "host"));
    step.put("inputs", inputs);
    Some(step)
}
