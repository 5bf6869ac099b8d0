//! One spec, one snapshot: what the compiler says, what it understood, and every file it writes.

mod dump;

use std::path::{Path, PathBuf};

use crate::memory::{Compiled, Memory, compile};

/// The folder of the specs, with what they share in `files/`.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// The project of a case: the shared files, the spec, and its project file if it has one.
pub(crate) fn project(name: &str) -> Memory {
    let read = |path: PathBuf| std::fs::read_to_string(path);
    let spec = read(folder().join(format!("{name}.mlops.yaml"))).expect("a case has a spec");
    let files = Memory::read(&folder().join("files")).with(&format!("{name}.mlops.yaml"), &spec);
    match read(folder().join(format!("{name}.project.yaml"))) {
        Ok(project) => files.with("mlopsc.yaml", &project),
        Err(_) => files,
    }
}

/// A case, compiled.
pub(crate) fn compiled(name: &str) -> Compiled {
    compile(&project(name), &format!("{name}.mlops.yaml"))
}

fn show(name: &str) -> String {
    let compiled = compiled(name);
    let mut text = section("diagnostics", &compiled.concise());
    if let Some(plan) = &compiled.plan {
        text += &section("plan", &dump::plan(plan));
    }
    for artifact in &compiled.artifacts {
        text += &section(&artifact.path, &artifact.text);
    }
    text
}

fn section(title: &str, text: &str) -> String {
    format!("──── {title} ────\n{text}\n")
}

macro_rules! cases {
    ($($name:ident)*) => {
        /// All cases.
        pub(crate) const CASES: &[&str] = &[$(stringify!($name)),*];

        $(
            #[test]
            fn $name() {
                let name = stringify!($name);
                insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                    insta::assert_snapshot!(name, show(name));
                });
            }
        )*
    };
}

cases! {
    anchors
    approvals
    automl_tasks
    calls
    chained_submissions
    ci_defaults
    ci_extras
    component_files
    components
    conditions
    default_stage
    deploy
    deploy_online
    deploy_stages
    endings
    events
    events_arrive
    events_stages
    files_both_ways
    image_steps
    images
    matrix
    matrix_outputs
    minimal_azureml
    minimal_ci
    mistakes
    no_reuse
    node_settings
    optional
    order
    parallel_whole
    parameters
    passthrough
    pipeline_completed
    pipeline_outputs
    pipelines
    problems
    project_settings
    published
    pull_request_slice
    register
    rest_bodies
    schedules
    services
    spark_whole
    stage_gates
    stage_of_spec
    stages
    sweep_whole
    values_to_azureml
    variable_groups
    windows_line_ends
}

/// Errors belong into cases that are about them; the others are read by the platforms' parsers.
#[test]
fn only_mistakes_have_errors() {
    for name in CASES {
        let compiled = compiled(name);
        assert_eq!(compiled.failed(), name.starts_with("mistakes"), "{}", compiled.concise());
    }
}

#[test]
fn comments_change_nothing() {
    for name in CASES {
        let path = format!("{name}.mlops.yaml");
        let files = project(name);
        let commented = format!("# Before.\n\n{}\n# After.\n", files.0[&path]);
        let (plain, commented) =
            (compile(&files, &path), compile(&files.with(&path, &commented), &path));
        assert_eq!(plain.artifacts, commented.artifacts, "{name}");
    }
}

#[test]
fn every_spec_is_a_case() {
    let names = std::fs::read_dir(folder()).expect("the folder is there");
    let mut found: Vec<String> = names
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".mlops.yaml").map(str::to_owned))
        .collect();
    found.sort();
    assert_eq!(found, CASES);
}
