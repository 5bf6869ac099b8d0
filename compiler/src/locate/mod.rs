//! The author's place behind a place in an output.
//!
//! It is found when somebody asks, from the output's text and the plan: nothing is kept while
//! compiling. A table for each kind of output says which of the author's keys stands behind which
//! key there; names and texts lead further. What nobody wrote leads to the nearest key that did.

mod azureml;
mod ci;
mod jobs;
mod script;
mod tables;
mod trail;
mod words;
mod written;

use crate::plan::{Home, Plan};
use crate::source::{FileId, Sources, Span};
use crate::syntax;

use trail::Trail;
use written::{Found, Written};

/// A place in the spec or the project file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// Where.
    pub span: Span,
    /// The keys that lead there; empty: the whole file.
    pub keys: Vec<String>,
}

/// The files of one analysis: the project file is the first, the spec the second.
const PROJECT: FileId = FileId(0);
const SPEC: FileId = FileId(1);

/// Finds the author's places behind bytes of an output of a plan. `sources` are those of its analysis.
pub fn locate(
    sources: &Sources,
    plan: &Plan,
    path: &str,
    text: &str,
    offsets: &[u32],
) -> Vec<Place> {
    let output = syntax::glance(text);
    let written = |file: FileId| Written { tree: syntax::glance(&sources.file(file).text), file };
    let (spec, project) = (written(SPEC), written(PROJECT));
    let file = path.rsplit('/').next().unwrap_or(path);
    let home = home(plan, path);
    let mut stages = plan.each_stage();
    let own = stages.find(|plan| home.is_none() && path.starts_with(&plan.azure_ml_path("")));
    let plan = own.unwrap_or(plan);
    let one = |offset: &u32| {
        let trail = Trail::new(&output, *offset);
        let guide = Guide { plan, output: &output, trail, spec: &spec, project: &project };
        let aim = match home {
            Some(home) => guide.of_ci(home, file),
            None => guide.of_azure_ml(path, file),
        };
        guide.resolve(&aim)
    };
    offsets.iter().map(one).collect()
}

/// The byte of an output that keys, and numbers of items, lead to: as far down as they are there.
pub fn offset_of(text: &str, keys: &[String]) -> u32 {
    let tree = syntax::glance(text);
    let Some(root) = tree.root() else { return 0 };
    let (mut node, mut place) = (root, tree.span(root).start);
    for key in keys {
        match tree.kind(node) {
            syntax::Kind::Map(entries) => {
                let Some(entry) = entries.iter().find(|it| tree.text_of(it.key) == key) else {
                    break;
                };
                (node, place) = (entry.value, tree.span(entry.key).start);
            }
            syntax::Kind::List(items) => {
                let item = key.parse().ok().and_then(|at: usize| items.get(at));
                let Some(item) = item else { break };
                (node, place) = (*item, tree.span(*item).start);
            }
            syntax::Kind::Scalar(_) | syntax::Kind::Null => break,
        }
    }
    place
}

/// The CI platform that a file is for.
fn home(plan: &Plan, path: &str) -> Option<Home> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    [Home::GitHub, Home::AzurePipelines]
        .into_iter()
        .find(|home| plan.project.folder(*home).trim_end_matches('/') == folder)
}

/// What stands behind a place, perhaps.
#[derive(Clone, Debug)]
enum Goal {
    /// Keys of the spec.
    Spec(Vec<String>),
    /// Keys of the project file.
    Project(Vec<String>),
    /// Keys one below the other, though not each right below the last, below keys of the spec.
    Chain(Vec<String>, Vec<String>),
    /// Words in a text, below keys of the spec.
    Mention(Vec<String>, String),
    /// Words in a text of the project file.
    ProjectMention(String),
    /// A command: the keys of the author's text, what it became, and the byte of that.
    Script(Vec<String>, String, usize),
}

/// Keys of the spec.
fn spec(keys: &[&str]) -> Goal {
    Goal::Spec(owned(keys))
}

fn project(keys: &[&str]) -> Goal {
    Goal::Project(owned(keys))
}

fn owned(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

/// All that is asked while one place is sought.
struct Guide<'a> {
    plan: &'a Plan,
    output: &'a syntax::Tree<'a>,
    trail: Trail,
    spec: &'a Written<'a>,
    project: &'a Written<'a>,
}

/// How well a place answers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sure {
    /// A key behind it.
    Near,
    /// What it names.
    Named,
    /// The same text.
    Same,
}

/// What a place in an output may lead to.
#[derive(Default)]
struct Aim {
    /// From the most telling on.
    goals: Vec<Goal>,
    /// Keys of the spec that surely lead near it.
    base: Vec<String>,
}

impl Aim {
    fn new(goals: Vec<Goal>, base: &[&str]) -> Self {
        Self { goals, base: owned(base) }
    }
}

impl Guide<'_> {
    /// The first goal that holds the same text; the text near by, or in what specs share; the first
    /// goal that is there; else what is near.
    fn resolve(&self, aim: &Aim) -> Place {
        let places = || aim.goals.iter().filter_map(|goal| self.place(goal));
        let sure = |least: Sure| places().find(|(_, sure)| *sure >= least).map(|(place, _)| place);
        let is_script = matches!(aim.goals.first(), Some(Goal::Script(..)));
        let segment = self.trail.segment().filter(|it| !is_script && is_telling(it));
        let found = segment.and_then(|segment| self.same(&[segment], &aim.base));
        let found = found.or_else(|| sure(Sure::Same)).or_else(|| self.by_text(&aim.base));
        let found = found.or_else(|| sure(Sure::Named)).or_else(|| self.by_segment(&aim.base));
        let found = found.or_else(|| sure(Sure::Near));
        found.unwrap_or_else(|| self.nearest(&aim.base))
    }

    /// The place of a goal, if it is there.
    fn place(&self, goal: &Goal) -> Option<(Place, Sure)> {
        match goal {
            Goal::Spec(keys) if keys.is_empty() => None,
            Goal::Spec(keys) => Some(self.refined(self.spec, self.spec.at(keys)?, keys.clone())),
            Goal::Project(keys) => {
                let found = self.project.at(keys)?;
                let (place, sure) = self.refined(self.project, found, keys.clone());
                Some((place, sure.max(Sure::Named)))
            }
            Goal::Chain(keys, names) => {
                let (found, keys) = self.chain(keys, names)?;
                Some(self.refined(self.spec, found, keys))
            }
            Goal::Mention(keys, words) => {
                let from = self.spec.at(keys)?;
                let (found, rest, at) = self.spec.mention_below(from.value, words)?;
                let keys = keys.iter().cloned().chain(rest).collect();
                Some((self.spec.place_in(found, keys, at), Sure::Named))
            }
            Goal::ProjectMention(words) => {
                let root = self.project.tree.root()?;
                let (found, keys, at) = self.project.mention_below(root, words)?;
                Some((self.project.place_in(found, keys, at), Sure::Named))
            }
            Goal::Script(keys, made, at) => {
                let found = self.spec.at(keys)?;
                let own = self.spec.tree.text_of(found.value);
                let offset = script::origin(own, made, *at);
                Some((self.spec.place_in(found, keys.clone(), offset), Sure::Same))
            }
        }
    }

    /// As many of the names as are there, each below the one before.
    fn chain(&self, keys: &[String], names: &[String]) -> Option<(Found, Vec<String>)> {
        let mut end = (self.spec.at(keys)?, keys.to_vec());
        let mut any = false;
        for name in names {
            // Many things have a type: only the one that was led to is meant.
            if name == "type" && !any {
                continue;
            }
            let own = tables::find(tables::AZURE_ML, name);
            let below = |name: &str| self.spec.key_below(end.0.value, name);
            if let Some((found, rest)) = own.and_then(below).or_else(|| below(name)) {
                end = (found, end.1.into_iter().chain(rest).collect());
                any = true;
            }
        }
        any.then_some(end)
    }

    /// Within what was found, the text that was asked for, if it is there once.
    fn refined(&self, file: &Written<'_>, found: Found, keys: Vec<String>) -> (Place, Sure) {
        let texts = self.texts();
        let inner = texts.iter().find_map(|text| file.text_below(found.value, text));
        if let Some((inner, rest)) = inner {
            return (file.place(inner, keys.into_iter().chain(rest).collect()), Sure::Same);
        }
        (file.place(found, keys), Sure::Near)
    }

    /// What was asked for, as far as it says something: the text, and its line.
    fn texts(&self) -> Vec<&str> {
        let texts = [self.trail.text(), self.trail.line_of_text()];
        texts.into_iter().flatten().filter(|text| is_telling(text)).collect()
    }

    /// The same text near by, or where values are that many places have.
    fn by_text(&self, base: &[String]) -> Option<Place> {
        self.same(&self.texts(), base)
    }

    fn same(&self, texts: &[&str], base: &[String]) -> Option<Place> {
        const SHARED: [&str; 6] =
            ["defaults", "environments", "compute", "env", "parameters", "triggers"];
        let within = |file: &Written<'_>, keys: &[String]| {
            let from = file.at(keys)?;
            let found = texts.iter().find_map(|text| file.text_below(from.value, text));
            let (found, rest) = found?;
            Some(file.place(found, keys.iter().cloned().chain(rest).collect()))
        };
        let near = if base.is_empty() { None } else { within(self.spec, base) };
        near.or_else(|| SHARED.iter().find_map(|key| within(self.spec, &owned(&[key]))))
            .or_else(|| within(self.project, &[]))
    }

    /// The word that was asked for in a text that is made of several, such as an address.
    fn by_segment(&self, base: &[String]) -> Option<Place> {
        let segment = self.trail.segment().filter(|it| it.len() > 3 && is_telling(it))?;
        let within = |file: &Written<'_>, keys: &[String]| {
            let (found, rest, at) = file.mention_below(file.at(keys)?.value, segment)?;
            Some(file.place_in(found, keys.iter().cloned().chain(rest).collect(), at))
        };
        let near = if base.is_empty() { None } else { within(self.spec, base) };
        near.or_else(|| within(self.project, &[])).or_else(|| within(self.spec, &[]))
    }

    fn nearest(&self, base: &[String]) -> Place {
        let walked = self.spec.walk(base).filter(|(_, depth)| *depth > 0);
        let place = walked.map(|(found, depth)| self.spec.place(found, base[..depth].to_vec()));
        place.unwrap_or(Place { span: Span::top(SPEC), keys: Vec::new() })
    }
}

/// Whether a text says so much that the same text elsewhere is no chance.
fn is_telling(text: &str) -> bool {
    text.len() >= 3 && !tables::COMMON.contains(&text) && text.parse::<f64>().is_err()
}
