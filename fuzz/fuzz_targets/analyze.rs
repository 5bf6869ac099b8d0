//! Any text is refused with an error, or written whole: files that are marked and that a reader of
//! YAML reads. Formatting the text changes nothing of it. A line `%%%` parts a project file, which
//! comes first, from the spec, and that from what all other files hold: components, conda files,
//! specs that steps use.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlopsc_compiler::diagnostics::Level;
use mlopsc_compiler::emit::mark;
use mlopsc_compiler::source::{EntryKind, FileFault, Files};
use mlopsc_compiler::targets::Artifact;
use mlopsc_compiler::{Analysis, ProjectFile, analyze, emit, fmt, read_project};

const SPEC: &str = "pipelines/a.mlops.yaml";
/// What examples and cases refer to.
const OTHERS: [&str; 11] = [
    "pipelines/b.mlops.yaml",
    "pipelines/c.yml",
    "src/train.py",
    "src/prepare.py",
    "src/score.py",
    "src/score/scoring.py",
    "score/score.py",
    "envs/training.yaml",
    "envs/scoring.yaml",
    "data/x.csv",
    "train.py",
];

struct World<'a> {
    spec: &'a str,
    other: &'a str,
}

impl World<'_> {
    fn paths() -> impl Iterator<Item = &'static str> {
        OTHERS.into_iter().chain([SPEC])
    }
}

impl Files for World<'_> {
    fn read(&self, path: &str) -> Result<String, FileFault> {
        match path {
            SPEC => Ok(self.spec.to_owned()),
            _ if OTHERS.contains(&path) => Ok(self.other.to_owned()),
            _ => Err(FileFault::Missing),
        }
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        let folder = format!("{path}/");
        if Self::paths().any(|it| it == path) {
            return Some(EntryKind::File);
        }
        Self::paths().any(|it| it.starts_with(&folder)).then_some(EntryKind::Folder)
    }

    fn list(&self, path: &str) -> Result<Vec<(String, EntryKind)>, FileFault> {
        let folder = if path.is_empty() { String::new() } else { format!("{path}/") };
        let inside = Self::paths().filter_map(|it| it.strip_prefix(&folder));
        let mut names: Vec<_> = inside
            .map(|rest| match rest.split_once('/') {
                Some((name, _)) => (name.to_owned(), EntryKind::Folder),
                None => (rest.to_owned(), EntryKind::File),
            })
            .collect();
        names.sort_by(|one, other| one.0.cmp(&other.0));
        names.dedup();
        if names.is_empty() { Err(FileFault::Missing) } else { Ok(names) }
    }
}

fn compile(world: &World<'_>, project: &ProjectFile) -> (Analysis, Vec<Artifact>) {
    let analysis = analyze(world, project, SPEC);
    let artifacts = analysis.plan.as_ref().map_or_else(Vec::new, |plan| emit(plan, &[]));
    if let Some(plan) = &analysis.plan {
        emit(plan, &["azureml-rest"]);
    }
    (analysis, artifacts)
}

fuzz_target!(|text: &str| {
    let (project, rest) = text.split_once("%%%\n").unwrap_or(("", text));
    let (spec, other) = rest.split_once("%%%\n").unwrap_or((rest, "a: 1\n"));
    let world = World { spec, other };
    let mut project = read_project("mlopsc.yaml", project);
    project.read_named(&world);
    let (analysis, artifacts) = compile(&world, &project);
    let failed = analysis.diagnostics.iter().any(|it| it.level == Level::Error);
    assert_eq!(failed || project.is_broken(), analysis.plan.is_none());
    for Artifact { path, text } in &artifacts {
        assert!(mark::read(text).is_some_and(|mark| mark.intact), "{path}");
        if let Err(error) = serde_yaml::from_str::<serde_yaml::Value>(text) {
            panic!("{path}: {error}\n{text}");
        }
    }
    if let Some(laid_out) = fmt::format(spec) {
        let (after, others) = compile(&World { spec: &laid_out, other }, &project);
        assert!(artifacts == others && analysis.plan == after.plan, "{laid_out}");
    }
});
