//! A bare process that reads files and runs the YAML parser over them: `tokenise THREADS
//! FILE|FOLDER…`, with one thread or two.

use std::path::{Path, PathBuf};

fn main() {
    let mut files = Vec::new();
    let alone = std::env::args().nth(1).is_some_and(|threads| threads == "1");
    for argument in std::env::args_os().skip(2) {
        collect(Path::new(&argument), &mut files);
    }
    let (first, second) = files.split_at(files.len() / 2);
    let events = if alone {
        count(&files)
    } else {
        std::thread::scope(|scope| {
            let other = scope.spawn(|| count(second));
            count(first) + other.join().expect("the parser does not panic")
        })
    };
    assert!(events > 0, "nothing was tokenised");
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(path) else {
        files.push(path.to_owned());
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() || path.to_string_lossy().ends_with(".mlops.yaml") {
            collect(&path, files);
        }
    }
}

fn count(files: &[PathBuf]) -> usize {
    let read = |path: &PathBuf| std::fs::read_to_string(path).expect("the file can be read");
    files.iter().map(|path| mlopsc_benches::tokenise(&read(path))).sum()
}
