//! The committed outputs of the examples are what the compiler writes today.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::memory::{Memory, compile};

/// The folders of the examples.
pub(crate) fn folders() -> Vec<PathBuf> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let entries = std::fs::read_dir(home).expect("there are examples");
    let mut folders: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    assert!(folders.len() >= 3, "{folders:?}");
    folders
}

#[test]
fn committed_outputs_are_fresh() {
    for folder in folders() {
        let mut build = Command::new(env!("CARGO_BIN_EXE_mlopsc"));
        let output = build.args(["build", "--check"]).arg(&folder).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned()
            + &String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}: {said}", folder.display());
    }
}

/// The blocks of a README: what stands behind the language, and the text.
fn blocks(text: &str) -> Vec<(&str, &str)> {
    let parts = text.split("\n```").skip(1).step_by(2);
    parts.filter_map(|block| block.split_once('\n')).collect()
}

#[test]
fn the_readme_shows_how_conda_files_disagree() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/custom-container");
    let readme = std::fs::read_to_string(folder.join("README.md")).expect("it has a README");
    let blocks = blocks(&readme);
    let mut files = Memory::read(&folder);
    for (info, text) in &blocks {
        if let Some(path) = info.strip_prefix("yaml ") {
            files = files.with(path, text);
        }
    }
    let compiled = compile(&files, "pipelines/regression.mlops.yaml");
    let shown = blocks.iter().find(|(info, _)| *info == "text").map(|(_, text)| *text);
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(shown.expect("an answer")), sorted(&compiled.concise()));
}
