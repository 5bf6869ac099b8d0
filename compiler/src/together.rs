//! What specs under one root may not do together.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::{self, Diagnostic};
use crate::plan::{self, Plan};
use crate::source::Span;
use crate::{Analysis, SPEC, chains, locate, uses};

/// What specs under one root may not do together: be called alike, write the same file, or publish
/// at the same endpoint. Each
/// finding is added to the analyses that it concerns (a name, to the last of them), whose plans are taken away. What several of them
/// say of one file that they use is said once.
pub fn across<'a>(analyses: impl Iterator<Item = &'a mut Analysis>) {
    let mut analyses: Vec<&mut Analysis> = analyses.collect();
    say_once(&mut analyses);
    say_circles(&mut analyses);
    say_clashes(&mut analyses);
}

/// Two of one name, or of one endpoint.
fn say_clashes(analyses: &mut [&mut Analysis]) {
    let mut owners: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut clashes: Vec<(usize, usize, (String, String))> = Vec::new();
    let plans = analyses.iter().filter_map(|analysis| analysis.plan.as_ref());
    let followed: BTreeSet<&str> = plans.flat_map(Plan::followed_titles).collect();
    for (index, analysis) in analyses.iter().enumerate() {
        let Some(plan) = &analysis.plan else { continue };
        let titles = plan.titles().filter(|title| followed.contains(title.as_str()));
        let titles = titles.map(|title| (plan::TITLES.to_owned(), title));
        for claim in plan.claims().chain(titles) {
            match owners.get(&claim) {
                Some(owner) if *owner != index => clashes.push((*owner, index, claim)),
                Some(_) => {}
                None => {
                    owners.insert(claim, index);
                }
            }
        }
    }
    clashes.dedup_by_key(|(first, second, _)| (*first, *second));
    clashes.extend(names_of_broken(analyses));
    let path = |analysis: &Analysis| analysis.sources.file(SPEC).path.clone();
    for (first, second, (place, file)) in clashes {
        // Elsewhere than in folders are endpoints and their like.
        let is_name = !place.starts_with("//");
        if is_name {
            // A spec that uses both says it too.
            let (one, other) = (path(analyses[first]), path(analyses[second]));
            let users = [uses::clash(&one, &other, &file), uses::clash(&other, &one, &file)];
            for analysis in analyses.iter_mut() {
                analysis.diagnostics.retain(|it| !users.contains(&it.message));
            }
        }
        for (one, other) in [(first, second), (second, first)] {
            let other = path(analyses[other]);
            let concerned = &mut *analyses[one];
            concerned.plan = None;
            if is_name && one == first {
                continue;
            }
            let (message, help) = clash(&place, &file, &other);
            let at = if place == plan::TITLES { title_span(concerned) } else { concerned.name };
            let conflict = Diagnostic::new(&diagnostics::CONFLICT, at, message);
            concerned.diagnostics.push(conflict.help(help));
        }
    }
}

/// What is said of a spec that wants what another one has.
fn clash(place: &str, what: &str, other: &str) -> (String, &'static str) {
    if place == plan::ENDPOINTS {
        return (
            format!("`{other}` publishes at the endpoint `{what}` too"),
            "each release would give it a default of its own; publish at different endpoints",
        );
    }
    if place == plan::COMPONENTS {
        return (
            format!("`{other}` registers the component `{what}` too"),
            "what an endpoint calls is named after the pipeline and its trigger; rename one of them",
        );
    }
    if place == plan::DISPATCHES {
        return (
            format!("`{other}` is started by a dispatch of the type `{what}` too"),
            "one call would start both; choose another `endpoint`",
        );
    }
    if place == plan::LOGIC_APPS || place == plan::SUBSCRIPTIONS {
        return (
            format!("`{other}` brings events by `{what}` too"),
            "what brings events is named after the pipeline and its trigger; rename one of them",
        );
    }
    if place == plan::TITLES {
        return (
            format!(
                "a workflow of `{other}` has the title `{what}` too, and a pipeline follows it"
            ),
            "GitHub tells workflows that are followed by their titles alone; choose another `display_name`",
        );
    }
    (
        format!("`{other}` writes files called `{what}` too"),
        "files are called after the pipeline and its triggers; rename one of them",
    )
}

/// Specs of one name of which some have errors: what they write is not known, but what it is called.
fn names_of_broken(analyses: &[&mut Analysis]) -> Vec<(usize, usize, (String, String))> {
    let mut owners: BTreeMap<String, usize> = BTreeMap::new();
    let mut clashes = Vec::new();
    for (index, analysis) in analyses.iter().enumerate() {
        let written = analysis.sources.text(analysis.name).trim_matches(['"', '\'']);
        if written.is_empty() {
            continue;
        }
        match owners.get(written) {
            Some(owner) if analysis.plan.is_none() || analyses[*owner].plan.is_none() => {
                clashes.push((*owner, index, (String::new(), written.to_owned())));
            }
            Some(_) => {}
            None => {
                owners.insert(written.to_owned(), index);
            }
        }
    }
    clashes
}

/// Leaves out what is said of a file that another spec uses too; if the file is one of the specs,
/// it is said there.
fn say_once(analyses: &mut [&mut Analysis]) {
    type Said = (String, Span, &'static str, String);
    let key = |analysis: &Analysis, it: &Diagnostic| -> Said {
        let path = analysis.sources.file(it.span.file).path.clone();
        (path, Span { file: SPEC, ..it.span }, it.rule.name, it.message.clone())
    };
    let is_own = |it: &Diagnostic| it.span.file <= SPEC;
    if analyses.iter().all(|analysis| analysis.diagnostics.iter().all(is_own)) {
        return;
    }
    let own = analyses.iter().flat_map(|analysis| {
        let own = analysis.diagnostics.iter().filter(|it| is_own(it));
        own.map(|it| key(analysis, it))
    });
    let mut said: BTreeSet<Said> = own.collect();
    for analysis in analyses {
        let mut found = std::mem::take(&mut analysis.diagnostics);
        found.retain(|it| is_own(it) || said.insert(key(analysis, it)));
        analysis.diagnostics = found;
    }
}

/// Triggers that start each other for ever.
fn say_circles(analyses: &mut [&mut Analysis]) {
    let found = {
        let known = analyses.iter().enumerate();
        let known = known.filter_map(|(at, it)| Some((at, it.plan.as_ref()?)));
        let (places, plans): (Vec<usize>, Vec<&Plan>) = known.unzip();
        let said = |circle: &Vec<chains::Link>| said(circle, &places, &plans, analyses);
        let circles = chains::circles(&plans);
        let links = if circles.is_empty() { chains::links(&plans) } else { Vec::new() };
        let long = chains::too_long(&plans, &links);
        let long = long.iter().filter_map(|way| too_long(way, &places, &plans, analyses));
        circles.iter().filter_map(said).chain(long).collect::<Vec<_>>()
    };
    for (at, diagnostic) in found {
        analyses[at].diagnostics.push(diagnostic);
        analyses[at].plan = None;
    }
}

/// Where it is written what a spec's workflows are called.
fn title_span(analysis: &Analysis) -> Span {
    const KEY: &str = "display_name";
    let file = analysis.sources.file(SPEC);
    let start = locate::offset_of(&file.text, &[KEY.to_owned()]);
    let is_there = file.text.get(start as usize..).is_some_and(|rest| rest.starts_with(KEY));
    let end = start + u32::try_from(KEY.len()).unwrap_or(0);
    if is_there { Span::new(SPEC, start, end) } else { analysis.name }
}

/// Where a trigger's name is written.
fn trigger_span(analysis: &Analysis, trigger: &str) -> Span {
    let file = analysis.sources.file(SPEC);
    let start = locate::offset_of(&file.text, &["triggers".to_owned(), trigger.to_owned()]);
    let end = start + u32::try_from(trigger.len()).unwrap_or(0);
    Span::new(SPEC, start, end)
}

/// A chain that GitHub cuts off, at the first trigger that it never fires.
fn too_long(
    way: &[&chains::Link],
    places: &[usize],
    plans: &[&Plan],
    analyses: &[&mut Analysis],
) -> Option<(usize, Diagnostic)> {
    let last = way.last()?.starts;
    let names: Vec<&str> = way.iter().map(|link| plans[link.plan].name.as_str()).collect();
    let trigger = &plans[last.plan].trigger(last.trigger).name;
    let at = places[last.plan];
    let message = format!(
        "on GitHub at most three pipelines follow another in a row, and the trigger `{trigger}` is behind {}",
        names.join(", ")
    );
    let help = "follow an earlier one of them";
    let span = trigger_span(analyses[at], trigger);
    Some((at, Diagnostic::new(&diagnostics::LIMIT, span, message).help(help)))
}

/// A circle, at its first trigger.
fn said(
    circle: &[chains::Link],
    places: &[usize],
    plans: &[&Plan],
    analyses: &[&mut Analysis],
) -> Option<(usize, Diagnostic)> {
    let name = |link: &chains::Link| {
        let plan = plans[link.plan];
        let trigger = link.trigger.map_or("", |id| plan.trigger(id).name.as_str());
        format!("{} ({trigger}) {}", plan.name, link.does)
    };
    let first = circle.first()?;
    let way: Vec<String> = circle.iter().map(name).collect();
    let trigger = &plans[first.plan].trigger(first.trigger?).name;
    let at = places[first.plan];
    let span = trigger_span(analyses[at], trigger);
    let message = format!(
        "triggers start each other without end: {}, which fires the first again",
        way.join(", which starts ")
    );
    let help = "let one of them count only what the others do not do: another model, folder or experiment, or a tag that is set by hand";
    Some((at, Diagnostic::new(&diagnostics::EVENT_CIRCLE, span, message).help(help)))
}
