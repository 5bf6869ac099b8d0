//! `check --from`: what other tools say of generated files, at the places of specs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use mlopsc_compiler::diagnostics::{Diagnostic, OTHER_TOOL};
use mlopsc_compiler::locate::{Place, offset_of};
use mlopsc_compiler::source::{FileId, SourceFile, Sources, Span};

use crate::disk::{self, Disk};
use crate::messages::{self, At, Message, in_script};
use crate::origin::{Lost, Made, Reach};
use crate::output::{Outcome, Output, Report, Stream, Trouble, aside, inert};
use crate::workspace;

use super::super::given;

pub(super) fn run(output: &Output, from: &Path, about: Option<&Path>) -> Result<Outcome, Trouble> {
    let (found, rest) = messages::read(&given(from)?);
    let reach = Reach::from_here()?;
    let mut repeated = Repeated {
        reach,
        about,
        places: BTreeMap::new(),
        components: BTreeMap::new(),
        files: BTreeMap::new(),
        lost: rest,
    };
    for message in found {
        repeated.message(message)?;
    }
    repeated.files.values_mut().flatten().for_each(Subject::finish);
    let reports: Vec<Report<'_>> = repeated.files.values().flatten().map(Subject::report).collect();
    let tally = output.report(Stream::Product, &reports)?;
    let count = tally.errors + tally.warnings;
    let lost: String = repeated.lost.iter().map(|line| inert(line) + "\n").collect();
    aside(&lost);
    let others = repeated.lost.len();
    let passed = match others {
        0 => String::new(),
        1 => ", and 1 line about nothing that is here".to_owned(),
        _ => format!(", and {others} lines about nothing that is here"),
    };
    let words = if count == 1 { "1 message".to_owned() } else { format!("{count} messages") };
    aside(&format!("repeated {words}{passed}\n"));
    Ok(Outcome::findings(count > 0))
}

struct Repeated<'a> {
    reach: Reach,
    /// What messages without a file are about.
    about: Option<&'a Path>,
    /// Places by the names that messages give.
    places: BTreeMap<PathBuf, Option<PathBuf>>,
    /// Components that jobs name, by the job.
    components: BTreeMap<PathBuf, Option<Component>>,
    /// By place; `None`: nothing is there.
    files: BTreeMap<PathBuf, Option<Subject>>,
    /// Lines and messages that are about nothing here.
    lost: Vec<String>,
}

/// A file that messages are about.
struct Subject {
    disk: Disk,
    /// The spec's files and the file itself, or that alone.
    sources: Sources,
    /// Itself.
    file: FileId,
    /// What it was made from.
    made: Option<Box<Made>>,
    /// Messages and the bytes that they are about.
    heard: Vec<(u32, Message)>,
    said: Vec<Diagnostic>,
    /// The bytes that keys lead to.
    keys: BTreeMap<Vec<String>, u32>,
}

/// The component that a job's file names.
struct Component {
    /// The keys of the job itself.
    own: BTreeSet<String>,
    place: PathBuf,
}

impl Repeated<'_> {
    fn message(&mut self, message: Message) -> Result<(), Trouble> {
        let Some(place) = self.place(&message) else {
            self.lost.push(whole(&message));
            return Ok(());
        };
        if !self.files.contains_key(&place) {
            let subject = Subject::open(&self.reach, &place)?;
            self.files.insert(place.clone(), subject);
        }
        match self.files.get_mut(&place) {
            Some(Some(subject)) => subject.hear(message),
            _ => self.lost.push(whole(&message)),
        }
        Ok(())
    }

    /// The file that a message is about. A job's file names its component, where the steps are: keys
    /// of the job lead there.
    fn place(&mut self, message: &Message) -> Option<PathBuf> {
        let Self { reach, places, components, .. } = self;
        let named = message.file.as_deref().map(Path::new).or(self.about)?;
        let place = match places.get(named) {
            Some(known) => known.clone(),
            None => places.entry(named.to_owned()).or_insert(reach.place(named)).clone(),
        }?;
        let At::Keys(keys) = &message.at else { return Some(place) };
        if !components.contains_key(&place) {
            components.insert(place.clone(), component(reach, &place));
        }
        let component = components.get(&place).and_then(Option::as_ref);
        let component =
            component.filter(|it| !keys.first().is_some_and(|key| it.own.contains(key)));
        Some(component.map_or(place, |component| component.place.clone()))
    }
}

fn component(reach: &Reach, place: &Path) -> Option<Component> {
    let text = disk::read_regular(place).ok()?;
    let document: serde_json::Value = serde_json::from_str(&text).ok()?;
    let object = document.as_object()?;
    let file = object.get("component")?.as_str()?;
    let place = reach.place(&place.parent()?.join(file))?;
    Some(Component { own: object.keys().cloned().collect(), place })
}

/// A message about nothing that is here, on one line.
fn whole(message: &Message) -> String {
    let place = match (&message.file, &message.at) {
        (Some(file), At::Line(line, column)) => {
            let column = column.map(|column| format!(":{column}")).unwrap_or_default();
            format!("{file}:{line}{column}: ")
        }
        (Some(file), At::Keys(_)) => format!("{file}: "),
        (None, _) => String::new(),
    };
    format!("{place}{}", message.sentence())
}

impl Subject {
    fn open(reach: &Reach, place: &Path) -> Result<Option<Self>, Trouble> {
        // What is no text has no lines that a message could be about.
        if disk::read_regular(place).is_err() {
            return Ok(None);
        }
        match Made::open(reach, place)? {
            Ok(made) => Ok(Self::of_made(made)),
            Err(lost) => {
                let shown = inert(&disk::plain(place).display().to_string());
                match lost {
                    Lost::Foreign => {}
                    Lost::Broken(_) => aside(&format!("{shown}: its spec has errors\n")),
                    Lost::Orphan(spec) => {
                        let spec = inert(&spec);
                        aside(&format!(
                            "{shown} says that it is made of {spec}, which does not give it\n"
                        ));
                    }
                }
                Self::of_file(place)
            }
        }
    }

    fn of_made(made: Made) -> Option<Self> {
        let mut sources = made.analysis()?.sources.clone();
        let file = sources.add(SourceFile::new(made.path(), made.text()));
        let disk = made.analysed.project.disk.clone();
        Some(Self {
            disk,
            sources,
            file,
            made: Some(Box::new(made)),
            heard: Vec::new(),
            said: Vec::new(),
            keys: BTreeMap::new(),
        })
    }

    /// A file of others: its messages are repeated as they are.
    fn of_file(place: &Path) -> Result<Option<Self>, Trouble> {
        let Ok(text) = disk::read_regular(place) else { return Ok(None) };
        let root = workspace::root_of(place.parent().unwrap_or(place));
        let disk = Disk::open(&root).map_err(|error| Trouble::doing("open", &root, &error))?;
        let inside = place.strip_prefix(disk.root()).ok().and_then(disk::slashed);
        let Some(path) = inside else { return Ok(None) };
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new(path, text));
        Ok(Some(Self {
            disk,
            sources,
            file,
            made: None,
            heard: Vec::new(),
            said: Vec::new(),
            keys: BTreeMap::new(),
        }))
    }

    fn report(&self) -> Report<'_> {
        Report { disk: &self.disk, sources: &self.sources, diagnostics: &self.said }
    }

    fn hear(&mut self, message: Message) {
        let start = self.offset(&message);
        self.heard.push((start, message));
    }

    /// Says all that was heard: to find many places costs little more than to find one.
    fn finish(&mut self) {
        let starts: BTreeSet<u32> = self.heard.iter().map(|(start, _)| *start).collect();
        let starts: Vec<u32> = starts.into_iter().collect();
        let found = self.made.as_ref().map(|made| made.find_at(&starts)).unwrap_or_default();
        let places: BTreeMap<u32, Place> = starts.into_iter().zip(found).collect();
        for (start, message) in std::mem::take(&mut self.heard) {
            self.said.push(self.diagnostic(start, places.get(&start), &message));
        }
    }

    fn diagnostic(&self, start: u32, own: Option<&Place>, message: &Message) -> Diagnostic {
        let there = Span::new(self.file, start, start);
        let sentence = inert(&message.sentence());
        let mut diagnostic = match own {
            Some(Place { span, .. }) => Diagnostic::new(&OTHER_TOOL, *span, sentence)
                .related(there, "in the generated file"),
            None => Diagnostic::new(&OTHER_TOOL, there, sentence),
        };
        diagnostic.level = message.level;
        diagnostic
    }

    /// The byte that a message is about.
    fn offset(&mut self, message: &Message) -> u32 {
        let file = self.sources.file(self.file);
        match &message.at {
            At::Line(line, column) => {
                // actionlint names the key of a script, and in its words the line of the script.
                let inner = in_script(&message.text).filter(|_| message.tool == "actionlint");
                match inner {
                    Some((row, _)) if self.is_block(*line) => {
                        crate::origin::offset(file, line + row, None)
                    }
                    _ => crate::origin::offset(file, *line, *column),
                }
            }
            At::Keys(keys) => match self.keys.get(keys) {
                Some(known) => *known,
                None => *self.keys.entry(keys.clone()).or_insert(offset_of(&file.text, keys)),
            },
        }
    }

    /// Whether a script starts below a line.
    fn is_block(&self, line: u32) -> bool {
        let file = self.sources.file(self.file);
        let start = file.line_starts().get((line as usize).saturating_sub(1));
        let text = start.and_then(|start| file.text[*start as usize..].lines().next());
        text.is_some_and(|text| text.trim_end().ends_with(['|', '-', '>']))
    }
}
