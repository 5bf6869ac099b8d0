//! The command line from outside: the built binary in a folder of its own, without the caller's
//! environment.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

mod commands;
mod differences;
mod events;
mod followed;
mod formats;
mod images;
mod locate;
mod ownership;
mod pins;
mod projects;
mod repeated;
mod setup;
mod uses;
mod why;
mod wiring;

/// A spec with one CI step, which every target but Azure ML writes.
const TINY: &str = "\
mlopsc: 1
name: tiny
steps:
  greet:
    runner: ubuntu-latest
    run: echo hello
triggers:
  commit: { push: { branches: [main] } }
";

/// A project file that says where the files go.
const PROJECT: &str = "mlopsc: 1\nci: github\ntargets: [github]\n";

/// Where the workflow of [`TINY`] goes.
const WORKFLOW: &str = ".github/workflows/tiny.yml";

/// A folder with files, in which `mlopsc` runs.
struct Sandbox {
    folder: TempDir,
    variables: Vec<(&'static str, &'static str)>,
}

/// What a run did.
#[derive(Debug)]
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Sandbox {
    fn new(files: &[(&str, &str)]) -> Self {
        let sandbox = Self { folder: TempDir::new().unwrap(), variables: Vec::new() };
        for (path, text) in files {
            sandbox.write(path, text);
        }
        sandbox
    }

    /// A project with [`TINY`] as `tiny.mlops.yaml`.
    fn tiny() -> Self {
        Self::new(&[("mlopsc.yaml", PROJECT), ("tiny.mlops.yaml", TINY)])
    }

    fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.variables.push((name, value));
        self
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn has(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.run_in("", arguments)
    }

    fn run_in(&self, folder: &str, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mlopsc"));
        command.args(arguments).current_dir(self.path(folder)).env_clear();
        // `diff` needs git, and Windows its system folder.
        for name in ["PATH", "SystemRoot"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.envs(self.variables.iter().copied());
        let output = command.output().unwrap();
        Run {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Run {
    /// The run, provided that it ended with this code.
    #[track_caller]
    fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n--- out\n{}\n--- err\n{}", self.out, self.err);
        self
    }
}
