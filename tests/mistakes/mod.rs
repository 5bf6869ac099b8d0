//! What authors get wrong, and the whole answer: every message of the compiler, at its place, with
//! its help. A mistake is said once, and nothing that only follows from it.
//!
//! Each file holds sections: a title, files beside the spec, the spec, the answer. A block `for all
//! PATH` is a file beside each spec of the file. In `quiet.md` are
//! specs that get none.
//! `MLOPSC_UPDATE=1 cargo test mistakes` writes the answers again.

use std::path::{Path, PathBuf};

use mlopsc_compiler::diagnostics::{Diagnostic, Format, render};

use crate::memory::{Compiled, Memory, compile};

const SPEC: &str = "spec.mlops.yaml";

/// The answer as a section shows it: a line for each message, and its help below.
fn answer(compiled: &Compiled) -> String {
    let place = |diagnostic: &&Diagnostic| {
        let (path, at) = compiled.sources.place(diagnostic.span);
        (path.to_owned(), at.line, at.column)
    };
    let mut all: Vec<&Diagnostic> = compiled.diagnostics.iter().collect();
    all.sort_by_key(place);
    // As authors see it: what several steps have from one place is said once.
    all.dedup_by(|a, b| (a.span, a.rule.name, &a.message) == (b.span, b.rule.name, &b.message));
    let each = all.into_iter().map(|diagnostic| {
        let line = render(Format::Concise, std::slice::from_ref(diagnostic), &compiled.sources);
        let help = diagnostic.help.iter().map(|help| format!("  help: {help}\n"));
        line + &help.collect::<String>()
    });
    each.collect()
}

/// A file with every answer as the compiler gives it, and how many sections it has.
fn answered(text: &str) -> (String, usize) {
    let (mut out, mut sections) = (String::new(), 0);
    let (mut files, mut shared) = (Memory::default(), Memory::default());
    let mut block: Option<(String, String)> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut block) {
            (Some(info), None) => block = Some((info.to_owned(), String::new())),
            (None, Some((_, body))) => body.extend([line, "\n"]),
            (None, None) => {}
            (Some(_), Some(_)) => {
                let (info, body) = block.take().expect("a block is open");
                let body = match info.split_once(' ') {
                    Some(("for", path)) => {
                        shared = shared.with(path.trim_start_matches("all "), &body);
                        files = shared.clone();
                        body
                    }
                    Some((_, path)) => {
                        files = files.with(path, &body);
                        body
                    }
                    None if info == "yaml" => {
                        files = files.with(SPEC, &body);
                        body
                    }
                    None => {
                        sections += 1;
                        answer(&compile(&std::mem::replace(&mut files, shared.clone()), SPEC))
                    }
                };
                out.extend(["```", &info, "\n", &body, "```\n"]);
                continue;
            }
        }
        if block.is_none() {
            out.extend([line, "\n"]);
        }
    }
    (out, sections)
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes");
    let entries = std::fs::read_dir(folder).expect("the folder of the mistakes");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|it| it == "md")).collect();
    paths.sort();
    paths
}

/// The sections whose answers differ.
fn differing(shown: &str, made: &str) -> Vec<String> {
    let sections = shown.split("\n## ").zip(made.split("\n## "));
    let differ = sections.filter(|(shown, made)| shown != made);
    differ.map(|(shown, made)| format!("## {shown}\n──── gets ────\n{made}")).collect()
}

#[test]
fn each_mistake_gets_its_answer() {
    let mut wrong = Vec::new();
    for path in files() {
        let shown =
            std::fs::read_to_string(&path).expect("mistakes are text").replace("\r\n", "\n");
        let (made, sections) = answered(&shown);
        assert_eq!(
            sections,
            shown.matches("\n## ").count(),
            "{}: a section without answer",
            path.display()
        );
        if std::env::var_os("MLOPSC_UPDATE").is_some() {
            std::fs::write(&path, &made).expect("the answers can be written");
        } else {
            wrong.extend(differing(&shown, &made));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_mistake_is_said_once() {
    for path in files() {
        let text = std::fs::read_to_string(&path).expect("mistakes are text");
        let wanted = match path.file_stem().and_then(|name| name.to_str()) {
            Some("eight") => 8,
            Some("quiet") => 0,
            _ => 1,
        };
        for section in text.split("\n## ").skip(1) {
            let (title, rest) = section.split_once('\n').expect("a section has lines");
            let answer = rest.split("```text\n").nth(1).expect("a section has an answer");
            let said = answer
                .lines()
                .filter(|line| line.contains(": error[") || line.contains(": warning["));
            assert_eq!(said.count(), wanted, "{}: {title}", path.display());
        }
    }
}
