use std::collections::BTreeMap;

use super::{Content, Digest, Recipe};
use crate::diagnostics::Sink;
use crate::source::{EntryKind, FileFault, Files, SourceFile, Sources, Span};

#[derive(Clone, Default)]
struct Repository(BTreeMap<String, Vec<u8>>);

impl Repository {
    fn with(mut self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.0.insert(path.to_owned(), content.as_ref().to_vec());
        self
    }
}

impl Files for Repository {
    fn read(&self, path: &str) -> Result<String, FileFault> {
        crate::source::text_of(self.bytes(path)?)
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>, FileFault> {
        self.0.get(path).cloned().ok_or(FileFault::Missing)
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        if self.0.contains_key(path) {
            return Some(EntryKind::File);
        }
        self.list(path).ok().map(|_| EntryKind::Folder)
    }

    fn list(&self, path: &str) -> Result<Vec<(String, EntryKind)>, FileFault> {
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let inside = self.0.keys().filter_map(|file| file.strip_prefix(&prefix));
        let mut names: Vec<_> = inside
            .map(|rest| match rest.split_once('/') {
                Some((folder, _)) => (folder.to_owned(), EntryKind::Folder),
                None => (rest.to_owned(), EntryKind::File),
            })
            .collect();
        names.dedup();
        if names.is_empty() { Err(FileFault::Missing) } else { Ok(names) }
    }
}

fn of(files: &Repository, args: &[(&str, &str)]) -> (Option<Digest>, usize) {
    let (digest, said) = told(files, args);
    (digest, said.len())
}

/// The digest, and where which rule says what.
fn told(files: &Repository, args: &[(&str, &str)]) -> (Option<Digest>, Vec<String>) {
    let text = files.read("docker/Dockerfile").unwrap();
    let args: Vec<(String, String)> =
        args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut sources = Sources::default();
    let project = sources.add(SourceFile::new("mlopsc.yaml", ""));
    let id = sources.add(SourceFile::new("docker/Dockerfile", text.as_str()));
    let content = Content {
        files,
        context: "",
        recipe: Recipe::File { path: "docker/Dockerfile", text: &text, id },
        conda: Some("envs/ci.yaml"),
        args: &args,
        written: &[".github/workflows"],
        at: Span::top(project),
    };
    let mut sink = Sink::new();
    let digest = content.digest(&mut sources, &mut sink);
    let said = sink.items().iter().map(|it| {
        let (path, at) = sources.place(it.span);
        format!("{path}:{}:{} {}", at.line, at.column, it.message)
    });
    (digest, said.collect())
}

fn digits(files: &Repository) -> String {
    let (digest, errors) = of(files, &[]);
    assert_eq!(errors, 0);
    digest.unwrap().digits
}

fn repository() -> Repository {
    Repository::default()
        .with("docker/Dockerfile", "FROM a\nCOPY src lib/*.py /app/\nCOPY data.bin /app/\n")
        .with("envs/ci.yaml", "dependencies: []\n")
        .with("src/a.py", "a = 1\nb = 2\n")
        .with("src/deep/b.py", "c = 3\n")
        .with("lib/x.py", "x = 1\n")
        .with("lib/notes.md", "notes\n")
        .with("data.bin", [0, 13, 10, 1])
        .with("other/z.py", "z = 1\n")
}

#[test]
fn a_digest_is_that_of_what_goes_in() {
    let before = digits(&repository());
    assert_eq!(before.len(), 32);
    for (path, content) in [
        ("docker/Dockerfile", "FROM b\nCOPY src lib/*.py /app/\nCOPY data.bin /app/\n"),
        ("envs/ci.yaml", "dependencies: [a]\n"),
        ("src/a.py", "a = 2\n"),
        ("src/deep/b.py", ""),
        ("src/new.py", ""),
        ("lib/y.py", ""),
        ("data.bin", "1"),
        (".dockerignore", "src/deep\n"),
        ("docker/Dockerfile.dockerignore", "**/b.py\n"),
    ] {
        assert_ne!(digits(&repository().with(path, content)), before, "{path}");
    }
    for (path, content) in [
        ("other/z.py", "z = 2\n"),
        ("lib/notes.md", ""),
        ("README.md", ""),
        (".dockerignore", "other\n"),
    ] {
        assert_eq!(digits(&repository().with(path, content)), before, "{path}");
    }
}

#[test]
fn line_ends_of_texts_do_not_count() {
    let before = digits(&repository());
    let turned = repository()
        .with("src/a.py", "a = 1\r\nb = 2\r\n")
        .with("envs/ci.yaml", "dependencies: []\r\n")
        .with("docker/Dockerfile", "FROM a\r\nCOPY src lib/*.py /app/\r\nCOPY data.bin /app/\r\n");
    assert_eq!(digits(&turned), before);
    assert_ne!(digits(&repository().with("data.bin", [0, 10, 1])), before);
    assert_ne!(digits(&repository().with("src/a.py", "a = 1\rb = 2\n")), before);
}

#[test]
fn names_and_contents_are_told_apart() {
    let one = repository().with("src/a.py", "").with("src/ab", "c");
    let other = repository().with("src/a.py", "").with("src/a", "bc");
    assert_ne!(digits(&one), digits(&other));
}

#[test]
fn arguments_count_in_any_order() {
    let digest = |args: &[(&str, &str)]| of(&repository(), args).0.unwrap().digits;
    assert_ne!(digest(&[("a", "1")]), digest(&[("a", "2")]));
    assert_ne!(digest(&[("a", "1")]), digest(&[]));
    assert_eq!(digest(&[("a", "1"), ("b", "2")]), digest(&[("b", "2"), ("a", "1")]));
}

#[test]
fn the_files_are_covered_by_filters() {
    let digest = of(&repository().with(".dockerignore", "x\n"), &[]).0.unwrap();
    let filters =
        [".dockerignore", "data.bin", "docker/Dockerfile", "envs/ci.yaml", "lib/**", "src/**"];
    assert_eq!(digest.filters, filters);
    let filters: Vec<String> = digest.filters.clone();
    assert!(digest.files.contains(&"docker/Dockerfile".to_owned()));
    for file in &digest.files {
        assert!(crate::plan::takes(&filters, file), "{file}");
    }
}

#[test]
fn an_image_holds_no_file_that_names_it() {
    let copies_all = repository().with("docker/Dockerfile", "FROM a\nCOPY . /src\n");
    assert_eq!(of(&copies_all, &[]).1, 0);
    let named = copies_all.with(".github/workflows/x.yml", "x");
    assert_eq!(of(&named, &[]).1, 1);
    assert_eq!(of(&named.with(".dockerignore", ".github/workflows\n"), &[]).1, 0);
}

#[test]
fn too_many_files_are_refused() {
    let mut many = repository().with("docker/Dockerfile", "FROM a\nCOPY src /src\n");
    for number in 0..5_000 {
        many = many.with(&format!("src/{number}"), "");
    }
    assert_eq!(of(&many, &[]).1, 1);
}

#[test]
fn equal_sources_are_looked_at_once() {
    let lines = |source: &str| format!("FROM a\n{}", format!("COPY {source} /\n").repeat(9_000));
    let mut many = repository().with("docker/Dockerfile", lines("src"));
    for number in 0..4_000 {
        many = many.with(&format!("src/{number}"), "");
    }
    assert_eq!(of(&many, &[]).0.unwrap().filters, ["docker/Dockerfile", "envs/ci.yaml", "src/**"]);
    let missing = repository().with("docker/Dockerfile", lines("none"));
    let said = told(&missing, &[]).1;
    assert_eq!(said, ["docker/Dockerfile:2:6 `none` names no file of the repository"]);
}

#[test]
fn a_dockerignore_that_cannot_be_read_is_named() {
    for path in [".dockerignore", "docker/Dockerfile.dockerignore"] {
        let (digest, said) = told(&repository().with(path, b"src\n\xff\n"), &[]);
        assert!(digest.is_none());
        assert_eq!(said, [format!("{path}:2:1 this byte is not UTF-8")]);
    }
}
