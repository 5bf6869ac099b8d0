//! Problems that tools print as `<file>:<line>: <message>`, shown where people read the code.
//!
//! The command runs as it is, and what it prints is kept; a step after it reads that.

/// The command, with what it prints kept in a file. Its exit code stays its own, by `pipefail`.
pub(super) fn kept(script: &str, log: &str) -> String {
    let end = if script.ends_with('\n') { "" } else { "\n" };
    format!("(\n{script}{end}) 2>&1 | tee \"{log}\"\n")
}

/// The script that shows the problems. `issue` is the function of the platform, in awk, that prints
/// one; `root` is the variable of the repository's folder.
pub(super) fn script(issue: &str, log: &str, root: &str) -> String {
    let start = include_str!("scripts/problems.sh");
    let variables =
        format!("-v tools=\"$PROBLEMS\" -v folder=\"$PROBLEMS_FOLDER\" -v root=\"${root}\"");
    let body = include_str!("scripts/problems.awk");
    let program = [issue, body].concat();
    let program: Vec<&str> = program.lines().collect();
    let indented = program.join(
        "
  ",
    );
    format!("log=\"{log}\"\n{start}awk {variables} '\n  {indented}\n' \"$log\"\n")
}

#[cfg(all(test, unix))]
mod tests;
