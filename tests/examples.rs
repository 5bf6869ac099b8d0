//! The committed outputs of the examples are what the compiler writes today.

use std::path::{Path, PathBuf};
use std::process::Command;

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
