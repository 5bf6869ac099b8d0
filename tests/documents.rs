//! What the documents say is so: examples compile, links lead somewhere, named tests exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::memory::{Memory, compile};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files below a folder with one of these endings.
fn below(folder: &Path, ends: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            below(&path, ends, found);
        } else if ends.iter().any(|end| name.ends_with(end)) {
            found.push(path);
        }
    }
}

/// The YAML blocks of a document.
fn yaml_blocks(document: &str) -> Vec<&str> {
    let parts = document.split("\n```yaml\n").skip(1);
    parts.map(|part| part.split_once("\n```").expect("a block ends").0).collect()
}

/// A project that has what the documents speak of.
fn documented_project() -> Memory {
    Memory::read(&root().join("examples/diabetes"))
}

/// That project on the disk, with one spec replaced.
fn on_disk(spec: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in documented_project().with(spec, text).0 {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
    folder
}

#[test]
fn the_tour_of_the_readme_writes_what_it_says() {
    let readme = read(&root().join("README.md"));
    let blocks = yaml_blocks(&readme);
    let spec = blocks.iter().find(|block| block.starts_with("mlopsc: 1")).expect("the tour");
    let path = "pipelines/training.mlops.yaml";
    let compiled = compile(&documented_project().with(path, spec), path);
    assert_eq!(compiled.concise(), "");
    for artifact in compiled.artifacts {
        let (folder, name) = artifact.path.rsplit_once('/').expect("outputs are in folders");
        let said = readme.contains(&artifact.path)
            || readme.contains(&format!("{folder}/…"))
            || readme.contains(folder) && readme.contains(&format!("`{name}`"));
        assert!(said, "the README does not speak of {}", artifact.path);
    }
}

#[test]
fn the_mistake_of_the_readme_gets_the_answer_that_it_shows() {
    let readme = read(&root().join("README.md"));
    let (_, rest) = readme.split_once("\n```text\n").expect("an answer");
    let answer = rest.split_once("\n```").expect("its end").0;
    let spec = yaml_blocks(&readme)[0].replace("parameters.max_depth", "parameters.max_dept");
    let folder = on_disk("pipelines/training.mlops.yaml", &spec);
    let mut check = std::process::Command::new(env!("CARGO_BIN_EXE_mlopsc"));
    check.args(["check", "pipelines/training.mlops.yaml"]).current_dir(folder.path());
    let output = check.args(["--message-format", "full"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end(), answer);
}

/// The first Mermaid block of a document.
fn picture(document: &str) -> &str {
    let (_, rest) = document.split_once("\n```mermaid\n").expect("a picture");
    rest.split_once("\n```").expect("its end").0
}

/// What `mlopsc graph --format mermaid` draws of a spec.
fn drawn(folder: &Path, spec: &str) -> String {
    let mut graph = std::process::Command::new(env!("CARGO_BIN_EXE_mlopsc"));
    graph.args(["graph", spec, "--format", "mermaid"]).current_dir(folder);
    let output = graph.output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("pictures are text").trim_end().to_owned()
}

#[test]
fn pictures_are_what_the_graph_command_draws() {
    for folder in crate::examples::folders() {
        let readme = read(&folder.join("README.md"));
        let (before, _) = readme.split_once(" --format mermaid").expect("the command is named");
        let spec = before.rsplit_once("mlopsc graph ").expect("it names a spec").1;
        assert_eq!(picture(&readme), drawn(&folder, spec), "{}", folder.display());
    }
    let readme = read(&root().join("README.md"));
    let folder = on_disk("pipelines/training.mlops.yaml", yaml_blocks(&readme)[0]);
    assert_eq!(picture(&readme), drawn(folder.path(), "pipelines/training.mlops.yaml"));
}

#[test]
fn the_place_that_the_guide_finds_is_there() {
    let guide = read(&root().join("docs/guide.md"));
    let (_, rest) = guide.split_once("$ mlopsc locate ").expect("the guide asks");
    let mut lines = rest.lines();
    let mut locate = std::process::Command::new(env!("CARGO_BIN_EXE_mlopsc"));
    locate.args(["locate", lines.next().expect("a place"), "--message-format", "full"]);
    let output = locate.current_dir(root().join("examples/diabetes")).output().expect("it runs");
    let answer = String::from_utf8(output.stdout).expect("answers are text");
    assert_eq!(answer.trim_end(), lines.next().expect("an answer"));
}

#[test]
fn whole_specs_of_the_guide_compile() {
    let guide = read(&root().join("docs/guide.md"));
    let whole: Vec<&str> = yaml_blocks(&guide)
        .into_iter()
        .filter(|block| block.starts_with("mlopsc: 1") && block.contains("\nsteps:"))
        .collect();
    assert!(!whole.is_empty());
    for spec in whole {
        let compiled =
            compile(&documented_project().with("spec.mlops.yaml", spec), "spec.mlops.yaml");
        assert_eq!(compiled.concise(), "");
    }
}

#[test]
fn links_lead_somewhere() {
    let mut documents = Vec::new();
    below(root(), &[".md"], &mut documents);
    assert!(documents.len() > 10, "{documents:?}");
    let mut dead = Vec::new();
    for path in documents {
        let text = read(&path);
        let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        for (link, _) in links.filter(|(link, _)| !link.contains("://")) {
            let file = link.split('#').next().unwrap_or_default();
            if !path.parent().expect("a folder").join(file).exists() {
                dead.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

#[test]
fn named_tests_exist() {
    let mut sources = Vec::new();
    for folder in ["tests", "compiler/src", "runtime/src", "cli"] {
        below(&root().join(folder), &[".rs"], &mut sources);
    }
    let sources: String = sources.iter().map(|path| read(path)).collect();
    let document = read(&root().join("ARCHITECTURE.md"));
    let (_, table) = document.split_once("## What holds").expect("the invariants");
    let words = table.split('`').skip(1).step_by(2);
    let is_test = |word: &&str| {
        word.contains('_') && word.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase())
    };
    let named: BTreeSet<&str> = words.filter(is_test).collect();
    assert!(named.len() > 10, "{named:?}");
    let gone: Vec<_> =
        named.into_iter().filter(|name| !sources.contains(&format!("fn {name}("))).collect();
    assert!(gone.is_empty(), "{gone:?}");
}

/// The names that `--help` lists in a section: commands, or long options.
fn helped(words: &[&str], section: &str) -> Vec<String> {
    let mut help = std::process::Command::new(env!("CARGO_BIN_EXE_mlopsc"));
    let output = help.args(words).arg("--help").output().expect("it runs");
    let text = String::from_utf8(output.stdout).expect("help is text");
    let (_, rest) = text.split_once(section).expect("the section");
    let lines = rest.split("\n\n").next().unwrap_or_default().lines();
    let named = lines.filter_map(|line| {
        let line = line.strip_prefix("  ")?;
        let first = line.split_whitespace().find(|word| !word.ends_with(','))?;
        let indent = line.len() - line.trim_start().len();
        let starts = indent == 0 || first.starts_with("--") && indent < 8;
        starts.then(|| first.to_owned())
    });
    named.collect()
}

#[test]
fn the_readme_names_every_command_and_option() {
    let readme = read(&root().join("README.md"));
    let (_, commands) = readme.split_once("## Commands").expect("the commands");
    let all = helped(&[], "Commands:\n");
    assert!(all.len() > 8, "{all:?}");
    for command in all {
        assert!(commands.contains(&format!("| `mlopsc {command}")), "{command} is not there");
        let own = ["--help", "--version"];
        for option in helped(&[&command], "Options:\n") {
            let known = own.contains(&option.as_str()) || commands.contains(&format!("`{option}"));
            assert!(known, "{option} of {command} is not there");
        }
    }
}

#[test]
fn what_the_guide_says_of_open_values_and_cron_is_so() {
    let guide = read(&root().join("docs/guide.md"));
    let (path, cron) = ("azureml://jobs/bound-when-submitted/outputs/<input>/paths/", "0 2 1 * *");
    assert!(guide.contains(path) && guide.contains(&format!("`{cron}`")));
    let spec = "mlopsc: 1\nname: a\nparameters: { raw: uri_folder }\nsteps:\n  b: { compute: \"azureml:c\", \
                environment: \"azureml:e:1\", run: \"ls ${{ parameters.raw }}\" }\ntriggers:\n  \
                s: { schedule: { cron: \"0 2 1 * *\" }, with: { raw: \"azureml:x:1\" } }\n";
    let compiled = compile(&Memory::default().with("a.mlops.yaml", spec), "a.mlops.yaml");
    let text = |name: &str| {
        let file = compiled.artifacts.iter().find(|it| it.path.ends_with(name));
        &file.unwrap_or_else(|| panic!("no {name}: {}", compiled.concise())).text
    };
    assert!(text("pipeline.json").contains(&path.replace("<input>", "raw")));
    let schedule = text("schedule-s.json");
    assert!(schedule.contains("\"recurrence\"") && schedule.contains("\"month_days\""));
}
