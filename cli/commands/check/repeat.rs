//! `check --from`: what other tools say of generated files, at the places of specs.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use mlopsc_compiler::diagnostics::{Diagnostic, OTHER_TOOL};
use mlopsc_compiler::locate::{Place, offset_of};
use mlopsc_compiler::source::{FileId, SourceFile, Sources, Span};

use crate::disk::{self, Disk};
use crate::messages::{self, At, Message, in_script};
use crate::origin::{Lost, Made};
use crate::output::{Outcome, Output, Report, Stream, Trouble, aside, inert};
use crate::workspace;

pub(super) fn run(output: &Output, from: &Path, about: Option<&Path>) -> Result<Outcome, Trouble> {
    let (found, rest) = messages::read(&text(from)?);
    let mut repeated = Repeated { about, files: BTreeMap::new(), lost: rest };
    for message in found {
        repeated.message(&message)?;
    }
    let reports: Vec<Report<'_>> = repeated.files.values().flatten().map(Subject::report).collect();
    let tally = output.report(Stream::Product, &reports)?;
    let count = tally.errors + tally.warnings;
    for line in &repeated.lost {
        aside(&format!("{}\n", inert(line)));
    }
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

fn text(from: &Path) -> Result<String, Trouble> {
    if from != Path::new("-") {
        return disk::read_any(from).map_err(|fault| Trouble::doing("read", from, &fault));
    }
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|error| Trouble::new(format!("cannot read standard input: {error}")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

struct Repeated<'a> {
    /// What messages without a file are about.
    about: Option<&'a Path>,
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
    said: Vec<Diagnostic>,
}

impl Repeated<'_> {
    fn message(&mut self, message: &Message) -> Result<(), Trouble> {
        let named = message.file.as_deref().map(Path::new).or(self.about);
        let Some(place) = named.and_then(place_of) else {
            self.lost.push(whole(message));
            return Ok(());
        };
        let place = followed(place, &message.at);
        if !self.files.contains_key(&place) {
            let subject = Subject::open(&place)?;
            self.files.insert(place.clone(), subject);
        }
        match self.files.get_mut(&place) {
            Some(Some(subject)) => subject.say(message),
            _ => self.lost.push(whole(message)),
        }
        Ok(())
    }
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

/// Where a file is that a tool names: from here on, or from the root of the repository on.
fn place_of(named: &Path) -> Option<PathBuf> {
    let here = disk::canonical(Path::new(".")).ok()?;
    let bare = named.to_str()?.trim_start_matches('/');
    let root = workspace::repository(&here).map(|root| root.join(bare));
    let project = workspace::root_of(&here).join(bare);
    let places = [Some(here.join(named)), root, Some(project)];
    places.into_iter().flatten().find_map(|place| disk::canonical(&place).ok())
}

/// A job's file names its component, where the steps are: keys of the job lead there.
fn followed(place: PathBuf, at: &At) -> PathBuf {
    let At::Keys(keys) = at else { return place };
    let component = || {
        let text = disk::read_any(&place).ok()?;
        let document: serde_json::Value = serde_json::from_str(&text).ok()?;
        let object = document.as_object()?;
        let is_there = keys.first().is_some_and(|key| object.contains_key(key));
        let file = object.get("component")?.as_str().filter(|_| !is_there)?;
        disk::canonical(&place.parent()?.join(file)).ok()
    };
    component().unwrap_or(place)
}

impl Subject {
    fn open(place: &Path) -> Result<Option<Self>, Trouble> {
        match Made::open(place)? {
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
        Some(Self { disk, sources, file, made: Some(Box::new(made)), said: Vec::new() })
    }

    /// A file of others: its messages are repeated as they are.
    fn of_file(place: &Path) -> Result<Option<Self>, Trouble> {
        let Ok(text) = disk::read_any(place) else { return Ok(None) };
        let root = workspace::root_of(place.parent().unwrap_or(place));
        let disk = Disk::open(&root).map_err(|error| Trouble::doing("open", &root, &error))?;
        let inside = place.strip_prefix(disk.root()).ok().and_then(disk::slashed);
        let Some(path) = inside else { return Ok(None) };
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new(path, text));
        Ok(Some(Self { disk, sources, file, made: None, said: Vec::new() }))
    }

    fn report(&self) -> Report<'_> {
        Report { disk: &self.disk, sources: &self.sources, diagnostics: &self.said }
    }

    fn say(&mut self, message: &Message) {
        let start = self.offset(message);
        let there = Span::new(self.file, start, start);
        let own = self.made.as_ref().and_then(|made| made.find_at(&[start]).into_iter().next());
        let sentence = inert(&message.sentence());
        let mut diagnostic = match own {
            Some(Place { span, .. }) => {
                Diagnostic::new(&OTHER_TOOL, span, sentence).related(there, "in the generated file")
            }
            None => Diagnostic::new(&OTHER_TOOL, there, sentence),
        };
        diagnostic.level = message.level;
        self.said.push(diagnostic);
    }

    /// The byte that a message is about.
    fn offset(&self, message: &Message) -> u32 {
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
            At::Keys(keys) => offset_of(&file.text, keys),
        }
    }

    /// Whether a script starts below a line.
    fn is_block(&self, line: u32) -> bool {
        let text = self.sources.file(self.file).text.lines().nth(line as usize - 1);
        text.is_some_and(|text| text.trim_end().ends_with(['|', '-', '>']))
    }
}
