//! What holds of every project.

use std::collections::BTreeSet;

use mlopsc_compiler::diagnostics::{Format, Level, render};
use mlopsc_compiler::emit::mark;
use mlopsc_compiler::source::{Sources, Span};
use mlopsc_compiler::syntax;
use mlopsc_compiler::targets::Artifact;

use super::world::MARK;
use super::{Generated, for_all};
use crate::memory::{Compiled, Memory, compile};

/// Fails with a message.
macro_rules! ensure {
    ($holds:expr, $($message:tt)*) => {
        if !$holds { return Err(format!($($message)*)); }
    };
}
pub(crate) use ensure;

const FORMATS: [Format; 6] =
    [Format::Full, Format::Concise, Format::Json, Format::Github, Format::Azure, Format::Sarif];

#[test]
fn specs_are_refused_at_a_place_or_written_whole() {
    for_all(400, true, |generated| {
        for spec in &generated.specs {
            let compiled = compile(&generated.files, spec);
            located(&compiled)?;
            ensure!(
                compiled.failed() == compiled.plan.is_none(),
                "{spec}: an error or a plan, not both or neither:\n{}",
                compiled.concise()
            );
            whole(spec, &compiled.artifacts)?;
            let again = compile(&generated.files, spec);
            ensure!(again.artifacts == compiled.artifacts, "{spec}: not the same twice");
            ensure!(again.concise() == compiled.concise(), "{spec}: not the same said twice");
        }
        Ok(())
    });
}

/// Every place of every message is one in a file.
fn located(compiled: &Compiled) -> Result<(), String> {
    for diagnostic in &compiled.diagnostics {
        let related = diagnostic.related.iter().map(|it| it.span);
        let fixes = diagnostic.fix.iter().map(|it| it.span);
        for span in [diagnostic.span].into_iter().chain(related).chain(fixes) {
            ensure!(is_place(span, &compiled.sources), "no place: {span:?} of {diagnostic:?}");
        }
        ensure!(!diagnostic.message.is_empty(), "an empty message");
    }
    for format in FORMATS {
        let text = render(format, &compiled.diagnostics, &compiled.sources);
        let said = !text.is_empty() || compiled.diagnostics.is_empty();
        ensure!(said, "nothing rendered");
    }
    Ok(())
}

pub(super) fn is_place(span: Span, sources: &Sources) -> bool {
    let text = &sources.file(span.file).text;
    text.get(span.start as usize..span.end as usize).is_some()
}

/// Files with intact marks that their readers can read, each once.
fn whole(spec: &str, artifacts: &[Artifact]) -> Result<(), String> {
    let mut paths = BTreeSet::new();
    for Artifact { path, text } in artifacts {
        ensure!(paths.insert(path.to_lowercase()), "{path} twice");
        let keeper = artifacts.iter().find(|it| mark::keeper(path).as_ref() == Some(&it.path));
        let kept = || mark::read_kept(text, &keeper?.text);
        let mark = mark::read(text).or_else(kept);
        let mark = mark.ok_or_else(|| format!("{path}: no mark"))?;
        ensure!(mark.intact && mark.spec == spec, "{path}: the mark is {mark:?}");
        ensure!(text.ends_with('\n') && !text.contains('\r'), "{path}: line breaks");
        ensure!(!text.lines().any(|it| it.ends_with([' ', '\t'])), "{path}: blanks at an end");
        if path.ends_with(".bicep") {
            continue;
        }
        if path.ends_with(".json") {
            serde_json::from_str::<serde_json::Value>(text).map_err(|e| format!("{path}: {e}"))?;
        }
        // JSON is YAML; and the reader of YAML refuses a key that is there twice.
        serde_yaml::from_str::<serde_yaml::Value>(text).map_err(|e| format!("{path}: {e}"))?;
    }
    Ok(())
}

#[test]
fn most_generated_specs_are_good() {
    let (good, all) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let mistakes = std::cell::RefCell::new(std::collections::BTreeMap::<String, usize>::new());
    for_all(400, false, |generated| {
        for spec in &generated.specs {
            let compiled = compile(&generated.files, spec);
            all.set(all.get() + 1);
            if compiled.plan.is_some() {
                good.set(good.get() + 1);
            }
            for it in compiled.diagnostics.iter().filter(|it| it.level == Level::Error) {
                let words = format!("{}: {}", it.rule.name, it.message);
                *mistakes.borrow_mut().entry(words).or_default() += 1;
            }
        }
        Ok(())
    });
    let (good, all) = (good.get(), all.get());
    if std::env::var_os("MLOPSC_SHOW").is_some() {
        let mut mistakes: Vec<_> = mistakes.into_inner().into_iter().collect();
        mistakes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        for (words, count) in mistakes.iter().take(60) {
            use std::io::Write;
            let _ = writeln!(std::io::stderr(), "{count} {words}");
        }
    }
    assert!(good * 2 > all, "{good} of {all} are good");
}

#[test]
fn specs_do_not_see_each_other() {
    for_all(150, true, |generated| {
        for spec in &generated.specs {
            let alone = generated.specs.iter().filter(|it| *it != spec);
            let mut files = generated.files.clone();
            alone.for_each(|other| _ = files.0.remove(other));
            let (alone, together) = (compile(&files, spec), compile(&generated.files, spec));
            ensure!(alone.artifacts == together.artifacts, "{spec} depends on other specs");
            ensure!(
                alone.concise() == together.concise(),
                "{spec}: other words beside other specs"
            );
        }
        Ok(())
    });
}

#[test]
fn layout_means_nothing() {
    for_all(400, true, |generated| {
        for spec in &generated.specs {
            let text = &generated.files.0[spec];
            let Some(laid_out) = mlopsc_compiler::fmt::format(text) else { continue };
            let twice = mlopsc_compiler::fmt::format(&laid_out);
            ensure!(twice.as_ref() == Some(&laid_out), "{spec}: laid out twice:\n{laid_out}");
            let (before, after) = (comments(text), comments(&laid_out));
            ensure!(before == after, "{spec}: {before} comments became {after}:\n{laid_out}");
            let files = generated.files.clone().with(spec, &laid_out);
            same_meaning(generated, &files, spec)?;
        }
        Ok(())
    });
}

fn same_meaning(generated: &Generated, files: &Memory, spec: &str) -> Result<(), String> {
    let (before, after) = (compile(&generated.files, spec), compile(files, spec));
    ensure!(before.plan == after.plan, "{spec}: another plan after:\n{}", files.0[spec]);
    ensure!(before.artifacts == after.artifacts, "{spec}: other files");
    let names = |compiled: &Compiled| {
        let mut names: Vec<_> =
            compiled.diagnostics.iter().map(|it| (it.rule.name, it.message.clone())).collect();
        names.sort();
        names
    };
    let (before, after) = (names(&before), names(&after));
    ensure!(before == after, "{spec}: {before:#?} became {after:#?} in:\n{}", files.0[spec]);
    Ok(())
}

fn comments(text: &str) -> usize {
    syntax::glance(text).comments().len()
}

#[test]
fn scripts_hold_no_values() {
    for_all(300, false, |generated| {
        for spec in &generated.specs {
            for Artifact { path, text } in compile(&generated.files, spec).artifacts {
                if !path.ends_with(".yml") {
                    continue;
                }
                let document: serde_yaml::Value =
                    serde_yaml::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
                let mut scripts = Vec::new();
                bodies(&document, &mut scripts);
                ensure!(!scripts.is_empty(), "{path}: no scripts");
                for script in scripts {
                    for forbidden in ["${{", "$[", MARK] {
                        let clean = !script.contains(forbidden);
                        ensure!(clean, "{path}: {forbidden} in a script:\n{script}");
                    }
                }
            }
        }
        Ok(())
    });
}

/// The texts that a shell runs.
fn bodies<'a>(value: &'a serde_yaml::Value, found: &mut Vec<&'a str>) {
    match value {
        serde_yaml::Value::Mapping(map) => {
            for (key, value) in map {
                let key = key.as_str().unwrap_or_default();
                match value.as_str() {
                    Some(text) if ["run", "bash", "script", "inlineScript"].contains(&key) => {
                        found.push(text);
                    }
                    _ => bodies(value, found),
                }
            }
        }
        serde_yaml::Value::Sequence(items) => items.iter().for_each(|item| bodies(item, found)),
        _ => {}
    }
}

/// Stages change values, never the graph: the jobs, what they are given and what they give.
#[test]
fn all_stages_have_one_graph() {
    let compared = std::cell::Cell::new(0);
    for_all(200, false, |generated| {
        for spec in &generated.specs {
            let Some(plan) = compile(&generated.files, spec).plan else { continue };
            for stage in &plan.stages {
                ensure!(stage.edges == plan.edges, "{spec}: other edges");
                ensure!(stage.submissions == plan.submissions, "{spec}: other Azure ML jobs");
                ensure!(stage.outputs == plan.outputs, "{spec}: other outputs");
                ensure!(jobs(stage) == jobs(&plan), "{spec}: other jobs on CI");
                compared.set(compared.get() + 1);
            }
        }
        Ok(())
    });
    assert!(compared.get() > 20, "{} stages", compared.get());
}

/// The CI files and their jobs.
fn jobs(plan: &mlopsc_compiler::plan::Plan) -> Vec<(&str, Vec<&mlopsc_compiler::plan::Job>)> {
    let each = plan.workflows.iter().map(|one| (one.id.as_str(), one.jobs.iter().collect()));
    each.collect()
}
