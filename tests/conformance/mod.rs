//! What we write passes the platforms' own parsers, and means there what the spec says.
//!
//! `MLOPSC_CONFORMANCE=skip` leaves these tests out, and says so.

mod checkers;
mod edges;
mod tools;

use std::fs;
use std::io::Write;
use std::path::Path;

use checkers::{Emitted, check};
use tools::{Tools, tools};

/// The parsers; `None` when the tests are to be left out. Panics where something is missing: a
/// check that did not run must not look like one that passed.
fn parsers() -> Option<&'static Tools> {
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
