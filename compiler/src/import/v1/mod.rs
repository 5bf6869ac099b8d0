//! A script for version 1 of the Azure ML SDK, read without running it: `Pipeline`,
//! `PythonScriptStep`, `ParallelRunStep`, `AutoMLStep`, `HyperDriveStep`, `PipelineParameter`, `Schedule`, `publish`.
//!
//! Calls become objects ([`python`]), objects become steps, parameters and triggers. What has no
//! counterpart, or was not understood, is said at its place in the script.

// Any value may stand where one kind is expected, so that matches end in «anything else».
#![allow(clippy::wildcard_enum_match_arm)]

mod aliases;
mod automl;
mod branches;
mod budget;
mod calls;
mod conditions;
mod data;
mod depth;
mod draft;
mod hyperdrive;
mod parallel;
mod pure;
mod python;
mod schedule;
mod signature;
mod software;
mod state;
mod steps;
mod sum;
mod unread;
mod value;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::NewFile;
use super::names::Taken;
use crate::diagnostics::{Diagnostic, MISSING_FILE, NOT_IMPORTED};
use crate::emit::{Doc, Map, yaml};
use crate::fmt;
use crate::source::{FileId, Files, SourceFile, Sources, Span, folder_of, join, relative};
use budget::Room;
use draft::{Draft, dashed, name};
use value::{Object, ObjectId, Program, Value};

/// Reads a script; its specs go to a root-relative folder. Paths in it are taken from its own folder
/// on, and where nothing is there from the root, since that is where people start scripts.
pub(super) fn read(files: &dyn Files, path: &str, folder: &str) -> super::Imported {
    let mut sources = Sources::default();
    let text = match files.read(path) {
        Ok(text) => text,
        Err(fault) => {
            let file = sources.add(SourceFile::new(path, ""));
            let message = format!("cannot read the script: {fault}");
            let diagnostics = vec![Diagnostic::new(&MISSING_FILE, Span::top(file), message)];
            return super::Imported { sources, diagnostics, files: Vec::new() };
        }
    };
    let place = |written: &str| {
        if is_absolute(written) {
            return None;
        }
        let own = join(folder_of(path), written).filter(|path| files.kind(path).is_some());
        let found = own.or_else(|| join("", written).filter(|path| files.kind(path).is_some()));
        let found = found.or_else(|| join(folder_of(path), written));
        found.map(|path| relative(folder, &path))
    };
    let name = path.rsplit('/').next().unwrap_or(path);
    let (specs, diagnostics) = import(FileId(0), &text, name.trim_end_matches(".py"), &place);
    sources.add(SourceFile::new(path, text));
    let files = specs.into_iter().flat_map(|one| {
        let spec = NewFile { path: format!("{}.mlops.yaml", one.name), text: one.spec };
        let beside = one.files.into_iter().map(|(path, text)| NewFile { path, text });
        std::iter::once(spec).chain(beside)
    });
    super::Imported { sources, diagnostics, files: files.collect() }
}

/// Whether a path starts at the root of a disk, on any system.
fn is_absolute(path: &str) -> bool {
    path.starts_with(['/', '\\', '~']) || path.as_bytes().get(1) == Some(&b':')
}

/// From a path in the script to the same from the spec on; none outside of the project.
type Place<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What came of a script.
#[derive(Debug)]
struct Imported {
    /// The pipeline's name, which its spec is called after.
    name: String,
    /// The spec, in canonical layout.
    spec: String,
    /// Files that the spec needs beside it: relative path and text.
    files: Vec<(String, String)>,
}

/// Reads a script; `stem` names a pipeline to which the script gives no name, `place` says where
/// paths of the script lead from the spec on. Everything that could not be carried over is among
/// the diagnostics.
fn import(
    file: FileId,
    text: &str,
    stem: &str,
    place: Place<'_>,
) -> (Vec<Imported>, Vec<Diagnostic>) {
    let mut program = python::follow(file, text);
    if let Some(refused) = program.refused.take().or_else(|| budget::too_many(&program)) {
        return (Vec::new(), vec![refused]);
    }
    let mut remarks = std::mem::take(&mut program.remarks);
    let pipelines: Vec<ObjectId> = program.of_class("Pipeline").map(|(id, _)| id).collect();
    if !pipelines.is_empty() {
        unread::list(&program, &mut remarks);
    }
    let mut said = remarks.0;
    if pipelines.is_empty() && said.is_empty() {
        said.push(nothing_found(&program, file));
    }
    let alone = pipelines.len() == 1;
    let mut all: Vec<Imported> = Vec::new();
    let mut room = Room::default();
    let order = order(&program, place);
    for id in pipelines {
        let imported = pipeline(&program, id, alone, stem, place, (&mut said, &mut room, &order));
        let mut imported = match imported {
            Ok(imported) => imported,
            Err(refused) => return (Vec::new(), vec![*refused]),
        };
        let taken = |name: &str| all.iter().any(|one| one.name == name);
        if taken(&imported.name) {
            let number = all.len() + 1;
            let other = format!("{}-{number}", imported.name);
            let line = format!("name: {}", imported.name);
            imported.spec = imported.spec.replacen(&line, &format!("name: {other}"), 1);
            imported.name = other;
        }
        all.push(imported);
    }
    if !all.is_empty() {
        unread::unknown(&program, &mut said);
    }
    let mut seen = BTreeSet::new();
    said.retain(|it| seen.insert((it.span.start, it.span.end, it.message.clone())));
    (all, said)
}

/// What a script without a pipeline of version 1 is told.
fn nothing_found(program: &Program, file: FileId) -> Diagnostic {
    let (message, help) = if program.version_2 {
        (
            "this script is for version 2 of the SDK (`azure.ai.ml`), and only scripts for version 1 are read",
            "write its job to a file, `pipeline_job.dump(\"pipeline.yml\")`, and import that file",
        )
    } else if program.has_class {
        (
            "no `Pipeline(…)` was found outside of this script's classes, which are not followed",
            "build the pipeline in a function, or in the script itself",
        )
    } else {
        ("no `Pipeline(…)` was found in this script", "import the script that builds the pipeline")
    };
    Diagnostic::new(&NOT_IMPORTED, Span::top(file), message).help(help)
}

/// The spec of a pipeline; why there is none if it is too large.
fn pipeline(
    program: &Program,
    id: ObjectId,
    alone: bool,
    stem: &str,
    place: Place<'_>,
    (said, room, order): (&mut Vec<Diagnostic>, &mut Room, &Order),
) -> Result<Imported, Box<Diagnostic>> {
    let object = &program.objects[id];
    let mut draft = Draft::new(program, place);
    if let Some(store) = object.keyword("default_datastore").and_then(|it| draft.store(it)) {
        draft.default_store = store;
    }
    let steps = step_ids(&draft, object, alone, order);
    if steps.is_empty() {
        let message = "none of this pipeline's steps was understood";
        draft.remarks.lost(object.span, message, "write its steps in the spec");
    }
    name_steps(&mut draft, &steps);
    find_producers(&mut draft, &steps);
    let mut bodies = Map::new();
    for step in steps {
        let body = steps::write(&mut draft, step);
        if !room.holds(&body) {
            return Err(Box::new(budget::too_much(program.objects[step].span)));
        }
        bodies.put(draft.names[&step].clone(), body);
    }
    let title = pipeline_name(program, id).unwrap_or(stem);
    let name = dashed(title);
    let spec = spec(&mut draft, &name, title, object, id, bodies);
    if !room.takes(spec.len()) {
        return Err(Box::new(budget::too_much(object.span)));
    }
    said.append(&mut draft.remarks.0);
    Ok(Imported { name, spec, files: draft.files })
}

/// The steps that the pipeline was given, and those that they need; all steps of a script with one
/// pipeline, in the script's order.
fn step_ids(draft: &Draft<'_>, pipeline: &Object, alone: bool, order: &Order) -> Vec<ObjectId> {
    let all = draft.program.objects.iter().enumerate();
    let all = all.filter(|(_, object)| steps::is_step(object)).map(|(id, _)| id);
    if alone {
        return all.collect();
    }
    let mut wanted: BTreeSet<ObjectId> = BTreeSet::new();
    let given = pipeline.argument("steps", 1).map_or(&[][..], Value::items);
    for value in given {
        match draft.object(value) {
            Some((id, object)) if steps::is_step(object) => {
                wanted.insert(id);
            }
            Some((_, object)) => {
                let inner = object.argument("steps", 0).map_or(&[][..], Value::items);
                wanted.extend(inner.iter().filter_map(|it| draft.object(it)).map(|(id, _)| id));
            }
            None => {}
        }
    }
    needed(draft, order, &mut wanted);
    all.filter(|id| wanted.contains(id)).collect()
}

/// What the steps of a script need of each other.
#[derive(Default)]
struct Order {
    /// Which step writes which data.
    writers: BTreeMap<ObjectId, ObjectId>,
    /// The steps that each waits for.
    before: BTreeMap<ObjectId, Vec<ObjectId>>,
}

/// The order of a script's steps; the first that writes data gives them.
fn order(program: &Program, place: Place<'_>) -> Order {
    let draft = Draft::new(program, place);
    let mut order = Order::default();
    for (_, call) in program.of_class("run_after") {
        let Some(Value::Object(step)) = call.receiver else { continue };
        let values = call.argument("step", 0).map_or(&[][..], Value::items);
        let steps = values.iter().filter_map(|value| draft.object(value)).map(|(id, _)| id);
        order.before.entry(step).or_default().extend(steps);
    }
    for (id, object) in program.objects.iter().enumerate().filter(|(_, it)| steps::is_step(it)) {
        for value in steps::written(object) {
            let data = draft.data(value).filter(|data| data.is_between() && !data.is_input);
            if let Some((base, _)) = data.and_then(|data| data.object) {
                order.writers.entry(base).or_insert(id);
            }
        }
    }
    order
}

/// Adds the steps that others wait for, or whose data they read.
fn needed(draft: &Draft<'_>, order: &Order, wanted: &mut BTreeSet<ObjectId>) {
    let program = draft.program;
    let mut open: Vec<ObjectId> = wanted.iter().copied().collect();
    while let Some(step) = open.pop() {
        let before = order.before.get(&step).into_iter().flatten().copied();
        let read = steps::read(&program.objects[step]).filter_map(|value| draft.data(value));
        let read = read.filter_map(|data| order.writers.get(&data.object?.0).copied());
        for id in before.chain(read) {
            if steps::is_step(&program.objects[id]) && wanted.insert(id) {
                open.push(id);
            }
        }
    }
}

fn name_steps(draft: &mut Draft<'_>, steps: &[ObjectId]) {
    let mut taken = Taken::default();
    for id in steps {
        let object = &draft.program.objects[*id];
        let written = object.keyword("name").and_then(Value::text);
        let variable = object.variable.as_deref();
        let script = object.argument("script_name", 0).and_then(Value::text);
        let script = script.map(|script| script.trim_end_matches(".py"));
        let wanted = name(written.or(variable).or(script).unwrap_or("step"));
        draft.names.insert(*id, taken.unique(wanted));
    }
}

/// Who writes what: data that a step lists as output, or an output configuration in its arguments
/// that nobody wrote before.
fn find_producers(draft: &mut Draft<'_>, steps: &[ObjectId]) {
    for id in steps {
        let object = &draft.program.objects[*id];
        let mut taken = Taken::default();
        for value in steps::written(object) {
            let Some(data) = draft.data(value).filter(data::Data::is_between) else { continue };
            let Some((base, made)) = data.object else { continue };
            let listed = ["outputs", "output"].iter().filter_map(|name| object.keyword(name));
            let listed = listed.flat_map(Value::items).any(|one| one == value);
            let by_argument = !data.is_input && made.class != "PipelineData";
            let name = match object.class.as_str() {
                "AutoMLStep" => automl::output(draft, made),
                _ => Some(taken.unique(Draft::output_name(made))),
            };
            if let Some(name) = name
                && (listed || by_argument)
                && !draft.producers.contains_key(&base)
            {
                draft.producers.insert(base, (*id, name));
            }
        }
    }
}

/// What the pipeline was published as, else its endpoint's name, else the experiment that it was
/// submitted to.
fn pipeline_name(program: &Program, id: ObjectId) -> Option<&str> {
    let published = program.methods(id, "publish").next();
    let endpoint = program.endpoint(id);
    let experiment = program.of_class("Experiment").map(|(_, call)| call).next();
    let named = [(published, 0), (endpoint, 1), (experiment, 1)].into_iter();
    let mut named = named.filter_map(|(call, at)| call?.argument("name", at)?.text());
    named.next()
}

fn spec(
    draft: &mut Draft<'_>,
    name: &str,
    title: &str,
    pipeline: &Object,
    id: ObjectId,
    steps: Map,
) -> String {
    let triggers = schedule::triggers(draft, id);
    let mut doc = Map::new();
    doc.put("mlopsc", 1_u32).put("name", name);
    doc.put_some("display_name", Some(title).filter(|title| *title != name));
    doc.put_some("description", description(draft, pipeline, id));
    doc.put_some("experiment", experiment(draft).filter(|experiment| experiment != name));
    doc.put_filled("tags", tags(draft));
    let store = pipeline.keyword("default_datastore");
    doc.put_some("default_datastore", store.and_then(|store| draft.store(store)));
    let continued = continues(draft, id);
    doc.put_some("continue_on_step_failure", continued);
    doc.put_some("force_rerun", regenerates(draft));
    let mut parameters = Map::new();
    for (name, parameter) in &draft.parameters {
        parameters.put(name.clone(), Doc::clone(parameter));
    }
    doc.put_filled("parameters", parameters);
    doc.put_filled("environments", software::environments(draft));
    doc.put("steps", steps);
    doc.put_filled("triggers", triggers.map);
    let mut text = yaml(&doc, &[]);
    if !triggers.notes.is_empty() {
        if !text.contains("\ntriggers:\n") {
            text.push_str("\n# triggers:\n");
        }
        for note in triggers.notes {
            text.extend(["#   ", &note, "\n"]);
        }
    }
    let text = folded(&text);
    fmt::format(&text).unwrap_or(text)
}

/// Lines of commands that are longer are folded.
const WIDTH: usize = 100;

/// The text with long commands as `>-` blocks, as people write them.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let command = line.trim_start().strip_prefix("run: ");
        match command.filter(|it| line.len() > WIDTH && !it.starts_with(['\'', '"', '|', '>'])) {
            Some(command) => fold(&mut out, command, indent),
            None => out.extend([line, "\n"]),
        }
    }
    out
}

fn fold(out: &mut String, command: &str, indent: usize) {
    out.push_str(&" ".repeat(indent));
    out.push_str("run: >-");
    let mut width = WIDTH;
    for word in words(command) {
        if width + word.len() >= WIDTH - indent {
            out.push('\n');
            out.push_str(&" ".repeat(indent + 2));
            width = 0;
        } else {
            out.push(' ');
        }
        out.push_str(word);
        width += word.len() + 1;
    }
    out.push('\n');
}

/// A command cut at the blanks where it may be folded: outside of quotes and references, and an
/// option stays with its value.
fn words(command: &str) -> Vec<&str> {
    let (mut words, mut start, mut quote, mut open) = (Vec::new(), 0, None, 0_u32);
    for (at, c) in command.char_indices() {
        match (c, quote) {
            ('{', _) => open += 1,
            ('}', _) => open = open.saturating_sub(1),
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(q)) if c == q => quote = None,
            (' ', None) if open == 0 && command[at + 1..].starts_with('-') => {
                words.push(&command[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    words.push(&command[start..]);
    words
}

/// The pipeline's own description, else that of what was published.
fn description(draft: &mut Draft<'_>, pipeline: &Object, id: ObjectId) -> Option<String> {
    let own = pipeline.keyword("description").and_then(Value::text);
    let published = draft.program.methods(id, "publish").next();
    let other = published.and_then(|call| Some((call, call.argument("description", 1)?.text()?)));
    if let (Some(own), Some((call, other))) = (own, other)
        && own != other
    {
        let message = "the pipeline has another description, which is the spec's";
        draft.remarks.doubt(call.place("description"), message, "choose one of the two");
    }
    own.or(other.map(|(_, text)| text)).map(str::to_owned)
}

/// The experiment that jobs were listed under; a spec has one.
fn experiment(draft: &mut Draft<'_>) -> Option<String> {
    let program = draft.program;
    let direct = program.of_class("Experiment").map(|(_, call)| (call, 1));
    let others = ["submit", "Schedule.create", "Schedule.create_for_pipeline_endpoint"];
    let others = others.into_iter().flat_map(|class| program.of_class(class));
    let all = direct.map(|(call, at)| (call, "name", at));
    let all = all.chain(others.map(|(_, call)| (call, "experiment_name", usize::MAX)));
    let mut found: Option<String> = None;
    for (call, key, at) in all {
        let Some(text) = call.argument(key, at).and_then(Value::text) else { continue };
        match &found {
            None => found = Some(text.to_owned()),
            Some(known) if known != text => draft.remarks.doubt(
                call.place(key),
                format!("a spec has one experiment, `{known}`, and not also `{text}`"),
                "choose one of them as `experiment`",
            ),
            Some(_) => {}
        }
    }
    found
}

fn tags(draft: &mut Draft<'_>) -> Map {
    let mut tags = Map::new();
    for (_, call) in draft.program.of_class("submit") {
        let Some(given) = call.keyword("tags") else { continue };
        let Value::Dict(pairs) = given else {
            let message = "the tags were not understood";
            draft.remarks.lost(call.place("tags"), message, "write them in the spec");
            continue;
        };
        for (name, value) in pairs {
            match value.text() {
                Some(text) if tags.0.iter().all(|entry| entry.key != name.as_str()) => {
                    tags.put(name.clone(), text);
                }
                Some(_) => {}
                None => {
                    let message = format!("the tag `{name}` was not understood");
                    draft.remarks.lost(call.place("tags"), message, "write it in the spec");
                }
            }
        }
    }
    tags
}

/// Whether a job runs all steps again.
fn regenerates(draft: &Draft<'_>) -> Option<bool> {
    let calls = draft.program.of_class("submit");
    let mut given = calls.filter_map(|(_, call)| call.keyword("regenerate_outputs"));
    given.any(|value| *value == Value::Bool(true)).then_some(true)
}

fn continues(draft: &Draft<'_>, id: ObjectId) -> Option<bool> {
    let mut calls =
        ["publish", "submit"].into_iter().flat_map(|name| draft.program.methods(id, name));
    let given = calls.find_map(|call| call.keyword("continue_on_step_failure"));
    given.and_then(|value| if *value == Value::Bool(true) { Some(true) } else { None })
}
