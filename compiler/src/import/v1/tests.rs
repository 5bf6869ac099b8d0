use super::*;
use crate::source::{SourceFile, Sources};

/// The specs of a script, and what was said, as people read it.
fn carried(name: &str, script: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new(name, script));
    let (specs, said) = import(file, script, "pipeline", &str::to_owned);
    let mut out = String::new();
    for Imported { name, spec, files } in specs {
        out.extend(["── ", &name, ".mlops.yaml\n", &spec]);
        for (path, text) in files {
            out.extend(["── ", &path, "\n", &text]);
        }
    }
    let said = crate::diagnostics::render(crate::diagnostics::Format::Concise, &said, &sources);
    out + "── said\n" + &said
}

#[test]
fn a_training_pipeline_with_everything_around_it() {
    insta::assert_snapshot!(carried("training.py", include_str!("scripts/training.py")));
}

#[test]
fn automl_in_a_main_function() {
    insta::assert_snapshot!(carried("automl.py", include_str!("scripts/automl.py")));
}

/// A folder in which everything is there.
struct Everything;

impl crate::source::Files for Everything {
    fn read(&self, path: &str) -> Result<String, crate::source::FileFault> {
        let scripts = [
            include_str!("scripts/training.py"),
            include_str!("scripts/automl.py"),
            include_str!("scripts/hyperdrive.py"),
            include_str!("scripts/order.py"),
        ];
        let mut specs = scripts
            .into_iter()
            .flat_map(|script| import(FileId(0), script, "pipeline", &str::to_owned).0);
        let spec = specs.find(|one| path == format!("{}.mlops.yaml", one.name));
        spec.map(|one| one.spec).ok_or(crate::source::FileFault::Missing)
    }

    fn kind(&self, path: &str) -> Option<crate::source::EntryKind> {
        let file = path.contains('.');
        Some(if file { crate::source::EntryKind::File } else { crate::source::EntryKind::Folder })
    }

    fn list(
        &self,
        _: &str,
    ) -> Result<Vec<(String, crate::source::EntryKind)>, crate::source::FileFault> {
        Ok(vec![("train.py".to_owned(), crate::source::EntryKind::File)])
    }
}

#[test]
fn what_was_imported_compiles() {
    let project = crate::ProjectFile::none();
    for spec in [
        "diabetes-training.mlops.yaml",
        "automl-example.mlops.yaml",
        "tuning.mlops.yaml",
        "pp.mlops.yaml",
    ] {
        let analysis = crate::analyze(&Everything, &project, spec);
        let said: Vec<&str> = analysis.diagnostics.iter().map(|it| it.message.as_str()).collect();
        assert!(analysis.plan.is_some(), "{said:#?}");
    }
}

#[test]
fn what_is_no_pipeline_says_so() {
    insta::assert_snapshot!(carried("a.py", "import os\nprint('x'\n"), @r"
    ── said
    a.py:3:1: error[syntax]: this is not Python: unexpected EOF while parsing
    ");
    insta::assert_snapshot!(carried("b.py", "x = 1\n"), @r"
    ── said
    b.py:1:1: error[not-imported]: no `Pipeline(…)` was found in this script
    ");
    let version_2 = "from azure.ai.ml.dsl import pipeline\n\n@pipeline()\ndef p(x):\n    pass\n";
    insta::assert_snapshot!(carried("c.py", version_2), @r"
    ── said
    c.py:1:1: error[not-imported]: this script is for version 2 of the SDK (`azure.ai.ml`), and only scripts for version 1 are read
    ");
}

/// Scripts that nobody would write end all the same.
#[test]
fn hostile_scripts_end() {
    let loops = "a = [1]\n".to_owned() + &"a = a + a\n".repeat(64) + "for x in a:\n  y = x\n";
    let calls = "def f(n):\n  f(n)\n  f(n)\nf(1)\n".to_owned();
    let deep = format!("x = {}1{}\n", "(".repeat(5000), ")".repeat(5000));
    let chain = format!("x = a{}\n", ".b".repeat(20_000));
    let sum = format!("x = 1{}\n", " + 1".repeat(20_000));
    for script in [loops, calls, deep, chain, sum] {
        let _ = import(FileId(0), &script, "pipeline", &str::to_owned);
    }
    let indented = |depth: usize| "  ".repeat(depth);
    let nested =
        (0..10).map(|at| format!("{}for a{at} in [1, 2, 3, 4, 5, 6, 7, 8]:\n", indented(at)));
    let nested = nested.collect::<String>() + &indented(10) + "x = 1\n";
    let (_, said) = import(FileId(0), &nested, "pipeline", &str::to_owned);
    let long: Vec<_> = said.iter().filter(|it| it.message.contains("5000 statements")).collect();
    assert_eq!(long.len(), 1, "{said:#?}");
}

#[test]
fn loops_data_paths_and_sequences() {
    insta::assert_snapshot!(carried("notebook.py", include_str!("scripts/notebook.py")));
}

#[test]
fn hyperdrive_becomes_a_sweep() {
    insta::assert_snapshot!(carried("hyperdrive.py", include_str!("scripts/hyperdrive.py")));
}

#[test]
fn the_order_of_steps_is_kept_or_said_to_be_lost() {
    insta::assert_snapshot!(carried("order.py", include_str!("scripts/order.py")));
}
