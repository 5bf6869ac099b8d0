//! The rules, each as a function from sources to faults, and for each a source that breaks it.

use super::rust::{Path, functions, paths, shipped, tokens};

/// Which module may name which others. Every module may name itself; `lib` stands for the items of
/// the compiler's root, which may name everything.
pub(crate) const MAY_NAME: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("diagnostics", &["source"]),
    ("syntax", &["source", "diagnostics"]),
    ("plan", &["source"]),
    ("spec", &["source", "diagnostics", "syntax", "plan"]),
    ("graph", &[]),
    ("docker", &["source", "diagnostics"]),
    ("check", &["source", "diagnostics", "spec", "graph", "plan", "docker"]),
    ("lint", &["source", "diagnostics", "spec", "graph", "plan", "check"]),
    ("lower", &["source", "spec", "graph", "check", "plan"]),
    ("conda", &["lib", "source", "diagnostics", "syntax", "spec"]),
    ("uses", &["lib", "source", "diagnostics", "spec", "check", "lower", "plan"]),
    (
        "stages",
        &[
            "lib",
            "source",
            "diagnostics",
            "spec",
            "check",
            "lint",
            "lower",
            "conda",
            "uses",
            "plan",
        ],
    ),
    ("emit", &["source"]),
    ("targets", &["plan", "emit", "source"]),
    ("pins", &["lib", "source", "diagnostics", "syntax", "spec", "plan", "emit", "targets"]),
    ("setup", &["source", "syntax", "spec", "plan", "targets"]),
    ("locate", &["source", "syntax", "plan"]),
    ("chains", &["graph", "plan"]),
    ("together", &["lib", "source", "diagnostics", "plan", "uses", "chains", "locate"]),
    ("diff", &["plan"]),
    ("firing", &["plan"]),
    ("fmt", &["source", "syntax"]),
    ("import", &["source", "diagnostics", "syntax", "plan", "spec", "emit", "fmt"]),
    (
        "ide",
        &[
            "lib",
            "source",
            "diagnostics",
            "syntax",
            "plan",
            "spec",
            "graph",
            "check",
            "lint",
            "lower",
            "emit",
            "diff",
            "fmt",
        ],
    ),
    ("runtime", &["diagnostics", "plan", "targets"]),
    (
        "cli",
        &[
            "lib",
            "source",
            "diagnostics",
            "syntax",
            "plan",
            "emit",
            "targets",
            "pins",
            "locate",
            "setup",
            "chains",
            "diff",
            "firing",
            "fmt",
            "import",
            "ide",
            "runtime",
        ],
    ),
];

/// What only some files may name: the path, the folders where that holds, and the files.
pub(crate) const ONLY_IN: &[(&str, &[&str], &[&str])] = &[
    (
        "granit_parser",
        &["compiler/src/", "runtime/src/", "cli/"],
        &["compiler/src/syntax/events.rs"],
    ),
    ("miette", &["compiler/src/", "runtime/src/", "cli/"], &["compiler/src/diagnostics/full.rs"]),
    ("petgraph", &["compiler/src/", "runtime/src/", "cli/"], &["compiler/src/graph.rs"]),
    ("std::fs", &["compiler/src/", "cli/"], &["cli/disk.rs"]),
    ("std::env", &["compiler/src/"], &[]),
    ("std::io", &["compiler/src/"], &[]),
    ("std::net", &["compiler/src/"], &[]),
    ("std::process", &["compiler/src/"], &[]),
    ("std::thread", &["compiler/src/"], &[]),
];

/// Folders beside the targets that they share.
const SHARED_BY_TARGETS: [&str; 4] = ["own", "passthrough", "problems", "release"];

/// The longest function, in lines with its signature and braces.
const LONGEST_FUNCTION: usize = 80;

/// The longest file, in lines.
const LONGEST_FILE: usize = 500;

/// A source file: its path from the repository's root, and its text.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// Whether the whole file is there for tests.
    fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }

    /// The package's name in paths, and the modules that the file is: `compiler/src/check/cut.rs`
    /// is `check::cut` of `mlopsc_compiler`.
    fn module(&self) -> (&'static str, Vec<&str>) {
        let packages = [("compiler/src/", COMPILER), ("runtime/src/", RUNTIME), ("cli/", "mlopsc")];
        let found = packages.iter().find_map(|&(folder, package)| {
            self.path.strip_prefix(folder).map(|path| (package, path))
        });
        let (package, path) = found.unwrap_or(("", &self.path));
        let mut modules: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
        if matches!(modules.last(), Some(&("mod" | "lib" | "main"))) {
            modules.pop();
        }
        (package, modules)
    }
}

const COMPILER: &str = "mlopsc_compiler";
const RUNTIME: &str = "mlopsc_runtime";

/// A place where a file names something of ours: the line, the package, the module's path.
struct Naming<'a> {
    line: usize,
    package: &'a str,
    modules: Vec<&'a str>,
}

/// What the shipped part of a file names, in our packages.
fn names(file: &File) -> Vec<Naming<'_>> {
    let tokens = shipped(&tokens(&file.text));
    let (package, own) = file.module();
    paths(&tokens).iter().filter_map(|path| resolve(path, package, &own)).collect()
}

/// The full path behind `crate`, `self` and `super`, in a module of a package.
fn resolve<'a>(path: &Path<'a>, package: &'a str, own: &[&'a str]) -> Option<Naming<'a>> {
    let here = [own, path.inside.as_slice()].concat();
    let supers = path.segments.iter().take_while(|segment| **segment == "super").count();
    let above = here.len().saturating_sub(supers);
    let (package, base, skipped) = match path.segments[0] {
        "crate" => (package, &[][..], 1),
        "self" => (package, &here[..], 1),
        "super" => (package, &here[..above], supers),
        COMPILER => (COMPILER, &[][..], 1),
        RUNTIME => (RUNTIME, &[][..], 1),
        _ => return None,
    };
    let modules = [base, &path.segments[skipped..]].concat();
    Some(Naming { line: path.line, package, modules })
}

/// The entry of the table that a module belongs to.
fn entry<'a>(package: &str, modules: &[&'a str], known: &[&'a str]) -> &'a str {
    match package {
        COMPILER => modules.first().filter(|first| known.contains(first)).unwrap_or(&"lib"),
        RUNTIME => "runtime",
        _ => "cli",
    }
}

/// Modules that name what the table does not allow, and modules that are not in it.
pub(crate) fn layers(files: &[File], table: &[(&str, &[&str])]) -> Vec<String> {
    let known: Vec<&str> = table.iter().map(|row| row.0).collect();
    let mut faults = Vec::new();
    for file in files.iter().filter(|file| !file.is_test()) {
        let (package, own) = file.module();
        if let (COMPILER, Some(first)) = (package, own.first())
            && !known.contains(first)
        {
            faults.push(format!("{}: `{first}` is not in the table", file.path));
        }
        let owner = entry(package, &own, &known);
        let Some((_, allowed)) = table.iter().find(|row| row.0 == owner) else { continue };
        for name in names(file) {
            let named = entry(name.package, &name.modules, &known);
            if named != owner && !allowed.contains(&named) {
                faults.push(format!("{}:{}: `{owner}` names `{named}`", file.path, name.line));
            }
        }
    }
    faults
}

/// Targets that name other targets.
pub(crate) fn targets_apart(files: &[File]) -> Vec<String> {
    let target_of = |file: &File| {
        let rest = file.path.strip_prefix("compiler/src/targets/")?;
        let target = rest.split_once('/')?.0;
        (!SHARED_BY_TARGETS.contains(&target)).then(|| target.to_owned())
    };
    let mut targets: Vec<String> = files.iter().filter_map(target_of).collect();
    targets.dedup();
    let mut faults = Vec::new();
    for file in files {
        let Some(own) = target_of(file) else { continue };
        for name in names(file) {
            let ["targets", other, ..] = name.modules[..] else { continue };
            if other != own && targets.iter().any(|target| target == other) {
                faults.push(format!("{}:{}: `{own}` names `{other}`", file.path, name.line));
            }
        }
    }
    faults
}

/// Files that name what only others may name, and rules whose file names it no more.
pub(crate) fn only_in(files: &[File], rules: &[(&str, &[&str], &[&str])]) -> Vec<String> {
    let mut faults = Vec::new();
    for &(what, folders, allowed) in rules {
        let mut unused: Vec<&str> = allowed.to_vec();
        for file in files.iter().filter(|file| !file.is_test()) {
            if !folders.iter().any(|folder| file.path.starts_with(folder)) {
                continue;
            }
            for line in namings(file, what) {
                if allowed.contains(&file.path.as_str()) {
                    unused.retain(|path| *path != file.path);
                } else {
                    faults.push(format!("{}:{line}: names `{what}`", file.path));
                }
            }
        }
        faults.extend(unused.iter().map(|path| format!("{path}: does not name `{what}` any more")));
    }
    faults
}

/// The lines where the shipped part of a file names a path.
fn namings(file: &File, what: &str) -> Vec<usize> {
    let tokens = shipped(&tokens(&file.text));
    let what: Vec<&str> = what.split("::").collect();
    let found = paths(&tokens).into_iter().filter(|path| path.segments.starts_with(&what));
    found.map(|path| path.line).collect()
}

/// Functions and files that are too long to be read in one go.
pub(crate) fn too_long(files: &[File]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files {
        let lines = file.text.lines().count();
        if lines > LONGEST_FILE {
            faults.push(format!("{}: {lines} lines", file.path));
        }
        let tokens = tokens(&file.text);
        let long = functions(&tokens).into_iter().filter(|f| f.lines > LONGEST_FUNCTION);
        faults.extend(long.map(|function| {
            let (line, name, lines) = (function.line, function.name, function.lines);
            format!("{}:{line}: `{name}` has {lines} lines", file.path)
        }));
    }
    faults
}

/// Diagnostics without a page under their own name, and pages without a diagnostic.
pub(crate) fn pages(rules: &[&str], pages: &[(String, String)]) -> Vec<String> {
    let page = |rule: &str| pages.iter().find(|(name, _)| name == rule);
    let missing = rules.iter().filter(|rule| {
        let title = format!("# {rule}");
        page(rule).is_none_or(|(_, text)| text.lines().next() != Some(title.as_str()))
    });
    let missing = missing.map(|rule| format!("{rule}: no page titled `# {rule}`"));
    let orphans = pages.iter().filter(|(name, _)| !rules.contains(&name.as_str()));
    missing.chain(orphans.map(|(name, _)| format!("{name}: no such diagnostic"))).collect()
}

/// Paths that a document names in code spans and that do not exist. A path has a slash inside or
/// at its end, or an extension that our files have; `<…>` and `*` are for the reader.
pub(crate) fn dead_paths(document: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let spans = document.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    let is_path = |span: &&str| {
        let plain = !span.contains(['<', '*', ' ', '$', ':', '(', '{', '…']);
        let ends = [".rs", ".md", ".toml", ".yaml", ".yml", ".json"];
        plain
            && !span.starts_with('/')
            && (span.contains('/') || ends.iter().any(|e| span.ends_with(e)))
    };
    spans.filter(is_path).filter(|path| !exists(path)).map(str::to_owned).collect()
}

/// Rows of the table that a document does not say, as `| check | source, diagnostics, … |`.
pub(crate) fn unsaid_rows(document: &str, table: &[(&str, &[&str])]) -> Vec<String> {
    let rows = table.iter().map(|(module, names)| {
        let names = if names.is_empty() { "–".to_owned() } else { names.join(", ") };
        format!("| {module} | {names} |")
    });
    rows.filter(|row| !document.lines().any(|line| line.starts_with(row.as_str()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    const TABLE: &[(&str, &[&str])] =
        &[("low", &[]), ("high", &["low"]), ("runtime", &["high"]), ("cli", &["lib", "high"])];

    fn faults(path: &str, text: &str) -> Vec<String> {
        layers(&[file(path, text)], TABLE)
    }

    #[test]
    fn a_module_that_names_one_above_it_is_found_in_every_spelling() {
        for text in [
            "\nuse crate::high::X;",
            "\nuse crate::{low, high};",
            "\nfn f() { crate::high::g() }",
            "\nmod inner { use super::super::super::high; }",
            "\nuse super::super::high::X;",
        ] {
            let faults = faults("compiler/src/low/part.rs", text);
            assert_eq!(faults, ["compiler/src/low/part.rs:2: `low` names `high`"], "{text}");
        }
        assert_eq!(faults("compiler/src/low.rs", "use super::high;").len(), 1);
        assert_eq!(faults("compiler/src/low/mod.rs", "use crate::analyze;").len(), 1);
    }

    #[test]
    fn what_the_table_allows_is_no_fault() {
        for (path, text) in [
            ("compiler/src/high.rs", "use crate::low::X; use self::y; use super::low;"),
            ("compiler/src/low/part.rs", "use super::other; use crate::low;"),
            ("compiler/src/low.rs", "// crate::high\nconst A: &str = \"crate::high\";"),
            ("compiler/src/low.rs", "#[cfg(test)] mod tests { use crate::high; }"),
            ("compiler/src/low/tests.rs", "use crate::high::X;"),
            ("compiler/src/lib.rs", "use crate::high::X;"),
            ("cli/main.rs", "use mlopsc_compiler::{analyze, high::X}; use crate::low;"),
        ] {
            assert_eq!(faults(path, text), [""; 0], "{path}");
        }
    }

    #[test]
    fn packages_keep_the_table_too() {
        let text = "use mlopsc_compiler::low;";
        assert_eq!(
            faults("runtime/src/a/b.rs", text),
            ["runtime/src/a/b.rs:1: `runtime` names `low`"]
        );
        assert_eq!(faults("cli/args.rs", text), ["cli/args.rs:1: `cli` names `low`"]);
        assert_eq!(faults("cli/args.rs", "use mlopsc_runtime::x;").len(), 1);
    }

    #[test]
    fn a_module_outside_the_table_is_found() {
        let found = faults("compiler/src/utils/mod.rs", "");
        assert_eq!(found, ["compiler/src/utils/mod.rs: `utils` is not in the table"]);
    }

    #[test]
    fn a_target_that_names_another_is_found() {
        let other = file("compiler/src/targets/b/mod.rs", "");
        for text in ["use super::super::b::X;", "use crate::targets::b;"] {
            let found =
                targets_apart(&[file("compiler/src/targets/a/x.rs", text), other_of(&other)]);
            assert_eq!(found, ["compiler/src/targets/a/x.rs:1: `a` names `b`"]);
        }
        let fine = "use super::super::shared; use crate::targets::a::y; use super::z;";
        let files = [file("compiler/src/targets/a/x.rs", fine), other_of(&other)];
        assert_eq!(targets_apart(&files), [""; 0]);
        let registry = file("compiler/src/targets/mod.rs", "use self::b::X;");
        assert_eq!(targets_apart(&[registry, other]), [""; 0]);
    }

    fn other_of(file: &File) -> File {
        File { path: file.path.clone(), text: file.text.clone() }
    }

    #[test]
    fn what_one_file_alone_may_name_is_found_elsewhere() {
        let rules: &[(&str, &[&str], &[&str])] = &[("std::fs", &["cli/"], &["cli/disk.rs"])];
        let disk = || file("cli/disk.rs", "use std::{fs, io};");
        let named = |text| only_in(&[disk(), file("cli/other.rs", text)], rules);
        assert_eq!(named("fn f() { std::fs::read() }"), ["cli/other.rs:1: names `std::fs`"]);
        assert_eq!(named("use std::{io, fs::File};"), ["cli/other.rs:1: names `std::fs`"]);
        assert_eq!(named("use std::io; // std::fs"), [""; 0]);
        assert_eq!(only_in(&[disk(), file("runtime/src/a.rs", "use std::fs;")], rules), [""; 0]);
        let gone = only_in(&[file("cli/disk.rs", "")], rules);
        assert_eq!(gone, ["cli/disk.rs: does not name `std::fs` any more"]);
    }

    #[test]
    fn long_functions_and_files_are_found() {
        let long = file("a.rs", &format!("fn f() {{{}}}", "\n".repeat(80)));
        assert_eq!(too_long(&[long]), ["a.rs:1: `f` has 81 lines"]);
        assert_eq!(too_long(&[file("a.rs", &"\n".repeat(501))]), ["a.rs: 501 lines"]);
        let longest = format!("fn f() {{{}}}{}", "\n".repeat(79), "\n".repeat(421));
        assert_eq!(too_long(&[file("a.rs", &longest)]), [""; 0]);
    }

    #[test]
    fn pages_and_diagnostics_must_pair_up() {
        let page = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        assert_eq!(pages(&["a"], &[page("a", "# a\n")]), [""; 0]);
        assert_eq!(pages(&["a"], &[]), ["a: no page titled `# a`"]);
        assert_eq!(pages(&["a"], &[page("a", "# b\n")]), ["a: no page titled `# a`"]);
        assert_eq!(pages(&[], &[page("a", "# a\n")]), ["a: no such diagnostic"]);
    }

    #[test]
    fn dead_paths_are_found() {
        let text = "`cli/` and `gone/a.rs`, `x.md`; `a b/c`, `crate::x`, `cases/<name>.yaml`";
        assert_eq!(dead_paths(text, |path| path == "cli/"), ["gone/a.rs", "x.md"]);
    }

    #[test]
    fn a_table_that_was_changed_in_one_place_is_found() {
        let text = "| low | – | x |\n| high | low | y |\n| runtime | high |\n| cli | lib |";
        assert_eq!(unsaid_rows(text, TABLE), ["| cli | lib, high |"]);
    }
}
