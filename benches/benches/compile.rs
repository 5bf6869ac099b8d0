//! Parts of the compile path, in one process: `cargo bench` in this folder.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlopsc_benches::{spec, tokenise};
use mlopsc_compiler::diagnostics::Sink;
use mlopsc_compiler::source::{EntryKind, FileFault, FileId, Files};
use mlopsc_compiler::{ProjectFile, analyze, emit, fmt, syntax};

/// One spec and a code folder, in memory.
struct Memory(String);

impl Files for Memory {
    fn read(&self, path: &str) -> Result<String, FileFault> {
        if path == "big.mlops.yaml" { Ok(self.0.clone()) } else { Err(FileFault::Missing) }
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        match path {
            "src" => Some(EntryKind::Folder),
            "src/work.py" => Some(EntryKind::File),
            _ => None,
        }
    }

    fn list(&self, _: &str) -> Result<Vec<(String, EntryKind)>, FileFault> {
        Ok(vec![("work.py".to_owned(), EntryKind::File)])
    }
}

fn parts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    for steps in [10, 500] {
        let text = spec("big", steps);
        let files = Memory(text.clone());
        let project = ProjectFile::none();
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(BenchmarkId::new("tokenise", steps), |b| b.iter(|| tokenise(&text)));
        group.bench_function(BenchmarkId::new("tree", steps), |b| {
            b.iter(|| syntax::parse(FileId(1), &text, &mut Sink::new()).broken());
        });
        group.bench_function(BenchmarkId::new("analyze", steps), |b| {
            b.iter(|| analyze(&files, &project, "big.mlops.yaml").plan.is_some());
        });
        let plan = analyze(&files, &project, "big.mlops.yaml").plan.expect("the spec holds");
        for target in ["azureml", "github", "azure_pipelines"] {
            group.bench_function(BenchmarkId::new(target, steps), |b| {
                b.iter(|| emit(&plan, &[target]).len());
            });
        }
        group.bench_function(BenchmarkId::new("fmt", steps), |b| b.iter(|| fmt::format(&text)));
    }
    group.finish();
}

criterion_group!(benches, parts);
criterion_main!(benches);
