//! Other specs that steps use or that triggers follow: each is read and proved once, however many use it, and becomes a
//! component in the folder of the pipeline that all is made for.

pub(crate) mod completed;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::check;
use crate::check::circle::{Site, circle};
use crate::check::completed::Upstreams;
use crate::check::images::Shared;
use crate::check::uses::{Component, Unfit, Use, Uses};
use crate::diagnostics::{
    BAD_VALUE, CONFLICT, Diagnostic, LIMIT, Level, MISSING_FILE, Sink, excerpt, without_aftermath,
};
use crate::lower;
use crate::plan::Plan;
use crate::source::{
    FileFault, FileId, Files, SourceFile, Sources, Span, Spanned, folder_of, join,
};
use crate::spec::values::PathText;
use crate::spec::{self, Spec};

/// More specs below each other would be no structure that people can follow; reading one needs the
/// place of those that use it on the stack.
const MOST_DEEP: usize = 32;
/// Each becomes a file beside those of the pipeline.
const MOST_USED: usize = 200;

/// Reads the specs behind `pipeline` steps.
pub(crate) struct Loader<'a> {
    files: &'a dyn Files,
    project: Shared<'a>,
    /// The stage that all is read for.
    stage: Option<&'a str>,
    /// The spec that all is made for.
    owner: &'a str,
    /// The folder of its files.
    folder: String,
    way: Vec<Site>,
    /// Which specs close a circle, and the first spec of it: each is said once.
    circles: BTreeSet<(String, String)>,
    /// What came of each.
    pub(crate) uses: Uses,
    /// The plans of those that can be a step; those that others use come before them.
    pub(crate) plans: Vec<Arc<Plan>>,
    /// Which spec has a pipeline's name.
    names: BTreeMap<String, String>,
    /// How much will be written of them.
    written: usize,
    /// Whether a limit was met: then nothing more is read.
    is_full: bool,
}

impl<'a> Loader<'a> {
    /// Nothing is read before [`Loader::read`].
    pub(crate) fn new(
        files: &'a dyn Files,
        project: Shared<'a>,
        owner: &'a str,
        stage: Option<&'a str>,
    ) -> Self {
        Self {
            files,
            project,
            stage,
            owner,
            folder: String::new(),
            way: Vec::new(),
            circles: BTreeSet::new(),
            uses: Uses::default(),
            plans: Vec::new(),
            names: BTreeMap::new(),
            written: 0,
            is_full: false,
        }
    }

    /// Reads all that the steps of the spec use.
    pub(crate) fn read(&mut self, spec: &Spec, sources: &mut Sources, sink: &mut Sink) {
        if spec.steps.good().all(|(_, step)| step.pipeline.is_none()) {
            return;
        }
        let name = spec.name.as_ref().map_or("", |name| name.value.as_str());
        let folder = join(&check::azure_ml_folder(self.project.spec), name).unwrap_or_default();
        self.folder = match self.stage {
            Some(stage) => join(&folder, stage).unwrap_or_default(),
            None => folder,
        };
        self.names.insert(name.to_owned(), self.owner.to_owned());
        self.steps(spec, self.owner, sources, sink);
    }

    fn steps(&mut self, spec: &Spec, path: &str, sources: &mut Sources, sink: &mut Sink) {
        for (_, step) in spec.steps.good() {
            let Some(used) = step.pipeline.as_ref().filter(|_| !self.is_full) else { continue };
            let Some(target) = target(self.files, path, &used.spec, sink) else { continue };
            if self.uses.knows(&target) {
                continue;
            }
            self.way.push(Site { path: path.to_owned(), at: used.spec.span });
            if let Some(start) = self.way.iter().position(|site| site.path == target) {
                if self.circles.insert((path.to_owned(), target)) {
                    sink.report(circle("spec", &self.way[start..]));
                }
            } else {
                let found = self.one(&target, sources, sink).unwrap_or(Use::Broken);
                self.uses.insert(target, found);
            }
            self.way.pop();
        }
    }

    /// One spec, at the end of the way; `None` when something was refused.
    fn one(&mut self, path: &str, sources: &mut Sources, sink: &mut Sink) -> Option<Use> {
        let at = self.way.last()?.at;
        self.within_limits(sink)?;
        let (id, file) = read_spec(self.files, (path, at), sources, sink)?;
        let mut own = Sink::new();
        let read = spec::read_spec(id, &file.text, &mut own);
        let found = read.value.and_then(|mut spec| {
            if let Some(stage) = self.stage {
                spec = spec.in_stage(stage, self.project.spec);
            }
            // What starts it by itself is its own business.
            spec.triggers = spec::decode::Dict::default();
            self.prove(&spec, path, sources, &mut own)
        });
        let found = found.filter(|_| own.errors() == 0 && !read.broken);
        let said = own.into_items();
        let said = if read.broken { without_aftermath(said) } else { said };
        said.into_iter().filter(|it| it.level == Level::Error).for_each(|it| sink.report(it));
        found
    }

    fn prove(
        &mut self,
        spec: &Spec,
        path: &str,
        sources: &mut Sources,
        sink: &mut Sink,
    ) -> Option<Use> {
        self.steps(spec, path, sources, sink);
        let (files, folder) = (self.files, folder_of(path));
        let (project, stage_name) = (self.project, self.stage);
        let subject = check::Subject { spec, project, stage: None, stage_name, files, folder };
        let around = (&self.uses, &Upstreams::Unread);
        let checked = check::check(subject, around, sources, sink)?;
        if let Some(unfit) = Unfit::of(&checked) {
            return Some(Use::Unfit(unfit));
        }
        let name = spec.name.as_ref()?;
        self.alone(name, path, sink)?;
        self.written = self.written.saturating_add(checked.written);
        if self.written > check::MOST_WRITTEN {
            self.refuse("the pipelines that steps use are too long together", sink);
            return None;
        }
        let plan = Arc::new(lower::component(checked, self.owner, &self.folder));
        self.plans.push(Arc::clone(&plan));
        Some(Use::Good(Component::of(spec, &plan, name.span)))
    }

    /// Whether no other spec among them has the name, after which files are called.
    fn alone(&mut self, name: &Spanned<String>, path: &str, sink: &mut Sink) -> Option<()> {
        let Some(other) = self.names.insert(name.value.clone(), path.to_owned()) else {
            return Some(());
        };
        let first = self.way.first()?.at;
        let message = clash(path, &other, &name.value);
        sink.report(
            Diagnostic::new(&CONFLICT, first, message)
                .related(name.span, "one of the names")
                .help("their files would be the same; rename one of them"),
        );
        None
    }

    fn within_limits(&mut self, sink: &mut Sink) -> Option<()> {
        if self.way.len() > MOST_DEEP {
            let message = format!("more than {MOST_DEEP} specs use each other in a row");
            self.refuse(&message, sink);
            return None;
        }
        if self.uses.len() >= MOST_USED {
            self.refuse(&format!("a pipeline uses more than {MOST_USED} specs"), sink);
            return None;
        }
        Some(())
    }

    /// Says at the first step of the way that it leads too far.
    fn refuse(&mut self, message: &str, sink: &mut Sink) {
        self.is_full = true;
        if let Some(site) = self.way.first() {
            let help = "use fewer of them, or write their steps here";
            sink.report(Diagnostic::new(&LIMIT, site.at, message).help(help));
        }
    }
}

/// The root-relative path of a spec.
fn target(
    files: &dyn Files,
    from: &str,
    path: &Spanned<PathText>,
    sink: &mut Sink,
) -> Option<String> {
    let written = &path.value.0;
    let Some(target) = join(folder_of(from), written) else {
        let message = format!("`{}` leaves the project's root", excerpt(written));
        let help = "everything that a spec names lies in the repository";
        sink.report(Diagnostic::new(&MISSING_FILE, path.span, message).help(help));
        return None;
    };
    if !target.ends_with(".mlops.yaml") && !target.ends_with(".mlops.yml") {
        let message = format!("`{}` is not the name of a spec", excerpt(written));
        let whole = [".mlops.yaml", ".mlops.yml"].map(|end| format!("{target}{end}"));
        let whole = whole.iter().find(|whole| files.kind(whole).is_some());
        let help = match whole.and_then(|whole| whole.strip_prefix(&target)) {
            Some(end) => format!("did you mean `{}{end}`?", excerpt(written)),
            None => "a spec's name ends in `.mlops.yaml` or `.mlops.yml`; an Azure ML component file is a `component` step".to_owned(),
        };
        sink.report(Diagnostic::new(&BAD_VALUE, path.span, message).help(help));
        return None;
    }
    Some(target)
}

/// The text of a spec that is named somewhere; what is wrong with it is said there.
fn read_spec(
    files: &dyn Files,
    (path, at): (&str, Span),
    sources: &mut Sources,
    sink: &mut Sink,
) -> Option<(FileId, Arc<SourceFile>)> {
    let text = match files.read(path) {
        Ok(text) => text,
        Err(FileFault::Missing) => {
            let message = format!("there is no spec `{path}`");
            let help = check::meant(files, path);
            let help = help.unwrap_or_else(|| "letter case counts".to_owned());
            sink.report(Diagnostic::new(&MISSING_FILE, at, message).help(help));
            return None;
        }
        Err(FileFault::NotUtf8(content)) => {
            // At its place in that file, as the file itself gets it.
            let id = sources.id_of(path, &content.text);
            let (text, diagnostic) = crate::unreadable(id, "spec", FileFault::NotUtf8(content));
            sources.add(SourceFile::new(path, text));
            sink.report(diagnostic);
            return None;
        }
        Err(fault) => {
            let message = format!("cannot read the spec `{path}`: {fault}");
            sink.report(Diagnostic::new(&MISSING_FILE, at, message));
            return None;
        }
    };
    let file = Arc::new(SourceFile::new(path, text));
    let id = sources.add(Arc::clone(&file));
    Some((id, file))
}

/// What is said of two specs that cannot stand beside each other in one pipeline.
pub(crate) fn clash(one: &str, other: &str, name: &str) -> String {
    format!("`{one}` and `{other}` are both called `{name}`")
}
