//! What we write passes the platforms' own parsers, and means there what the spec says.
//!
//! `MLOPSC_CONFORMANCE=skip` leaves these tests out, and says so.

mod bicep;
mod checkers;
mod edges;
mod projects;
mod tools;

use std::fs;
use std::io::Write;
use std::path::Path;

pub(crate) use checkers::{Emitted, Finding, Report, check, script};
use edges::data_edges;
pub(crate) use edges::{Edges, closure, demanded, edges_of};
use projects::reading;
pub(crate) use projects::stage;
use tools::tools;
pub(crate) use tools::{Tools, run};

/// The parsers; `None` when the tests are to be left out. Panics where something is missing: a
/// check that did not run must not look like one that passed.
pub(crate) fn parsers() -> Option<&'static Tools> {
    if std::env::var_os("MLOPSC_CONFORMANCE").is_some_and(|value| value == "skip") {
        // Past the test harness, which shows nothing of a test that passes.
        let _ = writeln!(std::io::stderr(), "SKIPPED: conformance (MLOPSC_CONFORMANCE=skip)");
        return None;
    }
    Some(tools().unwrap_or_else(|error| panic!("{error}")))
}

/// Writes a file and gives its path.
fn put(root: &Path, path: &str, text: &str) -> std::path::PathBuf {
    let full = root.join(path);
    fs::create_dir_all(full.parent().expect("a file has a folder")).unwrap();
    fs::write(&full, text).unwrap();
    full
}

#[test]
fn every_parser_finds_a_mistake() {
    let Some(tools) = parsers() else { return };
    let folder = tempfile::tempdir().unwrap();
    let broken = |path: &str, text: &str| vec![put(folder.path(), path, text)];
    let files = Emitted {
        azure_ml: broken("component.json", include_str!("broken/component.json")),
        github: broken(".github/workflows/broken.yml", include_str!("broken/workflow.yml")),
        azure_pipelines: broken("broken.yml", include_str!("broken/pipeline.yml")),
    };
    let report = check(tools, &files);
    let found = |checker: &str, words: &str| {
        let fits = |finding: &&checkers::Finding| finding.message.contains(words);
        let mine = || report.findings.iter().filter(|finding| finding.checker == checker);
        let all: Vec<String> = mine().map(ToString::to_string).collect();
        mine()
            .find(fits)
            .unwrap_or_else(|| panic!("{checker} does not say {words}: {all:#?}"))
            .place
    };
    assert_eq!(found("languageservice", "Context access might be invalid: later"), (12, 19));
    assert_eq!(found("languageservice", "actionlint: "), (12, 23));
    assert_eq!(found("zizmor", "unpinned-uses"), (10, 15));
    assert_eq!(found("azure-pipelines-language-service", "Unexpected property poool"), (4, 3));
    assert_eq!(found("azure-ai-ml", "Missing data for required field"), (7, 5));
    assert!(report.bodies.is_empty());
}

/// What a parser says of what an author asked for: words of its message, a part of the path, why.
const ACCEPTED: &[(&str, &str, &str)] = &[
    (
        "self-hosted-runner: ",
        "project_settings",
        "the project has such a runner, and our own lint says so at its line",
    ),
    (
        "secrets-outside-env: ",
        "project_settings",
        "`login: service_principal` keeps its secret in the repository, and our own lint says so",
    ),
];

#[test]
fn every_parser_takes_what_we_write() {
    let Some(tools) = parsers() else { return };
    let reading = reading(tools);
    let fits = |finding: &checkers::Finding, (words, path, _): &(&str, &str, &str)| {
        finding.message.contains(words) && finding.file.to_string_lossy().contains(path)
    };
    let accepted = |finding: &checkers::Finding| ACCEPTED.iter().any(|one| fits(finding, one));
    let unused =
        ACCEPTED.iter().find(|one| !reading.report.findings.iter().any(|it| fits(it, one)));
    assert_eq!(unused, None, "nothing says that any more");
    let findings = reading.report.findings.iter().filter(|finding| !accepted(finding));
    let findings: Vec<String> = findings.map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
    let Emitted { azure_ml, github, azure_pipelines } = &reading.files;
    assert_eq!(reading.report.bodies.len(), azure_ml.len(), "every file has a REST body");
    assert!(github.len() > 10 && azure_pipelines.len() > 10, "there is something to read");
}

/// Nobody publishes a checker of templates that runs without a subscription: `MLOPSC_TEMPLATES` names a
/// program that takes files, and fails when it finds something.
#[test]
fn a_checker_of_templates_takes_them() {
    let Some(program) = std::env::var_os("MLOPSC_TEMPLATES") else { return };
    let folder = tempfile::tempdir().unwrap();
    let templates = bicep::templates().into_iter().enumerate();
    let put = |(at, (template, _)): (usize, (serde_json::Value, String))| {
        put(folder.path(), &format!("{at}.json"), &template.to_string())
    };
    let files: Vec<_> = templates.map(put).collect();
    assert!(!files.is_empty());
    run(std::process::Command::new(program).args(files)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn azure_ml_gets_the_graph_of_the_plan() {
    let Some(tools) = parsers() else { return };
    let reading = reading(tools);
    let mut compared = 0;
    let plans = reading.projects.iter().flat_map(|project| {
        let used = project.plan.used.iter().map(AsRef::as_ref);
        std::iter::once(&project.plan).chain(used).map(move |plan| (project, plan))
    });
    for (project, plan) in plans {
        for submission in &plan.submissions {
            let path = project.root.join(plan.azure_ml_path(&submission.component_file()));
            let body = reading.report.bodies.get(&path);
            let body = body.unwrap_or_else(|| panic!("no REST body for {}", path.display()));
            let found = edges_of(body);
            let name = path.display();
            let demanded = demanded(plan, submission);
            assert_eq!(closure(&found), demanded, "order in {name}");
            let data = data_edges(plan, submission);
            assert!(found.is_superset(&data), "data in {name}: {found:?} {data:?}");
            compared += demanded.len();
        }
    }
    assert!(compared > 10, "there are edges to compare");
}
