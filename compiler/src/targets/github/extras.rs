//! What only some jobs have: packages kept for later runs, and reports of tests.

use crate::emit::Map;
use crate::plan::{Cache, CiExtras, CiPlace, Port};
use crate::targets::problems;

use super::scope::Scope;
use super::{expression, pins, step};

/// Where a tool keeps its packages. The action and the tools read `~` alike, also in a container.
fn folder(cache: &Cache) -> String {
    format!("~/.cache/{}", cache.tool.word())
}

/// The variables that send the tools there.
pub(super) fn env(extras: &CiExtras) -> impl Iterator<Item = (&'static str, String)> {
    extras.caches.iter().map(|cache| (cache.tool.variable(), folder(cache)))
}

/// Brings the packages of earlier runs in, and saves them after the job.
pub(super) fn caches(extras: &CiExtras) -> impl Iterator<Item = Map> {
    extras.caches.iter().map(|cache| {
        let tool = cache.tool.word();
        let of = expression::expression;
        let machine = format!("{tool}-{}-{}-", of("runner.os"), of("runner.arch"));
        let files: Vec<_> = cache.files.iter().map(|file| expression::quoted(file)).collect();
        let content = of(&format!("hashFiles({})", files.join(", ")));
        let mut with = Map::new();
        with.put("path", folder(cache));
        with.put("key", format!("{machine}{content}"));
        with.put("restore-keys", machine);
        step::action(&format!("Restore the packages of {tool}"), &pins::CACHE, with)
    })
}

/// Containers beside the job, by name.
pub(super) fn services(scope: &Scope<'_>, extras: &CiExtras) -> Map {
    let mut services = Map::new();
    for service in &extras.services {
        let mut env = Map::new();
        for (name, text) in &service.env {
            env.put(name.clone(), expression::text(scope, text));
        }
        let mut map = Map::new();
        map.put("image", service.image.as_str());
        map.put_filled("env", env);
        map.put_filled("ports", service.ports.iter().map(Port::text).collect::<Vec<_>>());
        map.put_some("options", service.options.as_deref());
        services.put(service.name.clone(), map);
    }
    services
}

/// Where what the script prints is kept.
pub(super) const LOG: &str = "$RUNNER_TEMP/problems.log";

/// Shows problems that the script printed, also when it failed.
pub(super) fn problems(scope: &Scope<'_>, place: &CiPlace) -> Option<Map> {
    if place.extras.problems.is_empty() {
        return None;
    }
    let folder = place.working_dir.as_ref().map(|it| expression::text(scope, it));
    let mut env = Map::new();
    env.put("PROBLEMS", place.extras.problems.join(" "));
    env.put("PROBLEMS_FOLDER", folder.unwrap_or_default());
    let issue = include_str!("scripts/issue.awk");
    let script = step::STRICT.to_owned() + &problems::script(issue, LOG, "GITHUB_WORKSPACE");
    let show = step::script("Show the problems", env, script);
    Some(step::with_head(None, Some(&expression::condition("!cancelled()")), show))
}

/// Shows the results of tests, also when the step failed.
pub(super) fn report(extras: &CiExtras) -> Option<Map> {
    if extras.test_results.is_empty() {
        return None;
    }
    let mut env = Map::new();
    env.put("TEST_RESULTS", expression::literal(&extras.test_results.join("\n")));
    let script = concat!("set -euo pipefail\n", include_str!("scripts/test_results.sh"));
    let report = step::script("Report the test results", env, script);
    Some(step::with_head(None, Some(&expression::condition("!cancelled()")), report))
}
