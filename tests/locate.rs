//! The author's place behind each line of each output.

use mlopsc_compiler::locate::{Place, locate};
use mlopsc_compiler::targets::Artifact;
use mlopsc_compiler::{emit, plan::Plan};

use crate::cases::{CASES, project};
use crate::memory::{Compiled, Memory, compile};

/// All outputs, also those that are written only when they are named.
fn outputs(plan: &Plan) -> Vec<Artifact> {
    let names = mlopsc_compiler::targets::TARGETS.iter().map(|target| target.name);
    emit(plan, &names.collect::<Vec<_>>())
}

/// What is behind bytes of an output.
fn find(
    compiled: &Compiled,
    artifact: &Artifact,
    offsets: impl Iterator<Item = usize>,
) -> Vec<Place> {
    let plan = compiled.plan.as_ref().unwrap();
    let offsets: Vec<u32> = offsets.map(|offset| u32::try_from(offset).unwrap()).collect();
    locate(&compiled.sources, plan, &artifact.path, &artifact.text, &offsets)
}

/// The lines of a text, each with the byte of its first letter.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let own = start + line.len() - line.trim_start_matches([' ', '-']).len();
        start += line.len();
        (own, line.trim())
    })
}

fn of_case(name: &str) -> (Memory, Compiled) {
    let files = project(name);
    let compiled = compile(&files, &format!("{name}.mlops.yaml"));
    (files, compiled)
}

#[test]
fn every_line_of_every_output_leads_to_the_author() {
    let mut lost = Vec::new();
    let mut show = String::new();
    for name in CASES {
        let (_, compiled) = of_case(name);
        let Some(plan) = &compiled.plan else { continue };
        for artifact in outputs(plan) {
            let places = find(&compiled, &artifact, lines(&artifact.text).map(|(at, _)| at));
            for ((_, line), place) in lines(&artifact.text).zip(places) {
                let (path, at) = compiled.sources.place(place.span);
                show += &format!(
                    "{}: {line}\n    {path}:{}:{} {}\n",
                    artifact.path,
                    at.line,
                    at.column,
                    place.keys.join(".")
                );
                let is_own = line.starts_with('#') || line.is_empty() || "{}],".contains(line);
                let is_named = line.contains("generated_by") || line.contains("$schema");
                if place.keys.is_empty() && !is_own && !is_named {
                    lost.push(format!("{}: {line}", artifact.path));
                }
            }
        }
    }
    if let Some(p) = std::env::var_os("SHOW") {
        std::fs::write(p, show).unwrap();
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

/// Long lines that stand in the spec once, and in an output just so, are the same line.
#[test]
fn lines_that_the_author_wrote_lead_to_themselves() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for name in CASES {
        let (files, compiled) = of_case(name);
        let Some(plan) = &compiled.plan else { continue };
        let spec = &files.0[&format!("{name}.mlops.yaml")];
        let own: Vec<&str> = spec.lines().map(str::trim).collect();
        for artifact in outputs(plan) {
            let places = find(&compiled, &artifact, lines(&artifact.text).map(|(at, _)| at));
            for ((_, line), place) in lines(&artifact.text).zip(places) {
                let same = own.iter().filter(|own| **own == line).count();
                // A job may be called as its step's kind is, or need or run what another step does.
                let by_chance = ["needs:", "name:", "run:"].iter().any(|key| line.starts_with(key));
                if line.len() < 12 || same != 1 || by_chance {
                    continue;
                }
                seen += 1;
                let (_, at) = compiled.sources.place(place.span);
                let found = own.get(at.line as usize - 1).copied().unwrap_or_default();
                if found != line {
                    wrong.push(format!("{} {line}: {found}", artifact.path));
                }
            }
        }
    }
    assert!(wrong.is_empty() && seen > 20, "{seen}\n{}", wrong.join("\n"));
}

/// A spec in which each word with a number at its end stands once.
const MARKED: &str = include_str!("locate/marked.mlops.yaml");
const MARKED_PROJECT: &str = include_str!("locate/mlopsc.yaml");

/// The marks of a line, each with the byte where it starts.
fn marks(line: &str) -> Vec<(usize, &str)> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric();
    let mut found = Vec::new();
    for (at, _) in line.match_indices("zebra") {
        let rest = &line[at..];
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        found.push((at, &rest[..end]));
    }
    found
}

#[test]
fn marked_values_are_found_where_they_are_written() {
    let shared = Memory::read(&crate::cases::folder().join("files"));
    let files = shared.with("spec.mlops.yaml", MARKED).with("mlopsc.yaml", MARKED_PROJECT);
    let compiled = compile(&files, "spec.mlops.yaml");
    assert!(!compiled.failed(), "{}", compiled.concise());
    let plan = compiled.plan.as_ref().unwrap();
    let (mut wrong, mut seen) = (Vec::new(), std::collections::BTreeSet::new());
    for artifact in outputs(plan) {
        let mut start = 0;
        let mut asked: Vec<(usize, &str)> = Vec::new();
        for line in artifact.text.split_inclusive('\n') {
            if !line.starts_with('#') {
                asked.extend(marks(line).into_iter().map(|(at, mark)| (start + at, mark)));
            }
            start += line.len();
        }
        let places = find(&compiled, &artifact, asked.iter().map(|(at, _)| *at));
        for ((at, mark), place) in asked.into_iter().zip(places) {
            let (path, found) = compiled.sources.place(place.span);
            let line = files.0[path].lines().nth(found.line as usize - 1).unwrap_or_default();
            seen.insert(mark.to_owned());
            if !marks(line).iter().any(|(_, known)| *known == mark) {
                let shown = artifact.text[..at].matches('\n').count() + 1;
                let keys = place.keys.join(".");
                wrong.push(format!(
                    "{}:{shown} {mark}: {path}:{} {keys}",
                    artifact.path, found.line
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let all: std::collections::BTreeSet<String> = [MARKED, MARKED_PROJECT]
        .iter()
        .flat_map(|text| marks(text))
        .map(|(_, mark)| mark.to_owned())
        .collect();
    let unseen: Vec<&String> = all.difference(&seen).collect();
    assert!(unseen.is_empty(), "not in any output: {unseen:?}");
}
