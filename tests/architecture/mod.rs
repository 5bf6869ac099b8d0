//! The architecture, held: who may name whom, what stands in one file alone, and how long things
//! may be. The rules and their counterexamples are in `rules`.

mod rules;
mod rust;

use std::fs;
use std::path::Path;

use rules::File;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files under these folders, in order.
fn files(folders: &[&str]) -> Vec<File> {
    let mut files = Vec::new();
    for folder in folders {
        add(&root().join(folder), folder, &mut files);
    }
    assert!(!files.is_empty(), "no sources in {folders:?}");
    files
}

fn add(place: &Path, path: &str, files: &mut Vec<File>) {
    let mut names: Vec<String> = fs::read_dir(place)
        .unwrap_or_else(|error| panic!("{path}: {error}"))
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    for name in names {
        let (place, path) = (place.join(&name), format!("{path}/{name}"));
        if place.is_dir() {
            add(&place, &path, files);
        } else if place.extension().is_some_and(|extension| extension == "rs") {
            files.push(File { path, text: fs::read_to_string(place).unwrap() });
        }
    }
}

/// The sources of the product.
fn product() -> Vec<File> {
    files(&["compiler/src", "runtime/src", "cli"])
}

fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn modules_name_only_what_the_table_allows() {
    none(&rules::layers(&product(), rules::MAY_NAME));
}

#[test]
fn no_target_names_another() {
    none(&rules::targets_apart(&product()));
}

#[test]
fn some_things_are_named_in_one_file_alone() {
    none(&rules::only_in(&product(), rules::ONLY_IN));
}

#[test]
fn functions_and_files_are_short() {
    none(&rules::too_long(&files(&["compiler/src", "runtime/src", "cli", "tests"])));
}

#[test]
fn every_diagnostic_has_a_page() {
    let names: Vec<&str> =
        mlopsc_compiler::diagnostics::RULES.iter().map(|rule| rule.name).collect();
    let folder = root().join("compiler/src/diagnostics/pages");
    let page = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        (name.trim_end_matches(".md").to_owned(), fs::read_to_string(entry.path()).unwrap())
    };
    let pages: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| page(entry.unwrap())).collect();
    none(&rules::pages(&names, &pages));
}

#[test]
fn the_architecture_document_is_true() {
    let Ok(document) = fs::read_to_string(root().join("ARCHITECTURE.md")) else { return };
    none(&rules::dead_paths(&document, |path| root().join(path).exists()));
    none(&rules::unsaid_rows(&document, rules::MAY_NAME));
}
