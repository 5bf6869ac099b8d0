//! Settings of a CI step that may differ by the combination of its matrix: each is proved for every
//! combination.

use super::images::{self, Container};
use super::matrix::{self, Combinations};
use super::names::Context;
use super::{ci, files, place};
use crate::diagnostics::{BAD_VALUE, CANNOT_EXPRESS, CONFLICT, Diagnostic, Sink, excerpt};
use crate::plan::{Home, Piece, Pool, Reference, Runner, Text as PlanText};
use crate::source::{Spanned, join};
use crate::spec::image::{self, Image};
use crate::spec::matrix::OrMatrix;
use crate::spec::steps::{Kind, StepSpec};
use crate::spec::text::Text;
use crate::spec::values::{PathText, path_fault};

/// A CI step and its combinations. Every method gives nothing after it reported a mistake.
pub(crate) struct Varied<'a, 'c> {
    pub(crate) cx: &'c Context<'a>,
    pub(crate) body: &'a StepSpec,
    pub(crate) combinations: Option<Combinations>,
}

impl Varied<'_, '_> {
    /// The machine; that of the first combination, where they differ.
    pub(crate) fn runner(&mut self, sink: &mut Sink) -> Option<Runner> {
        let Some(OrMatrix::Varies(text)) = &self.body.runner else {
            return place::runner(self.cx, self.body, sink);
        };
        let setting = self.setting(text, sink)?;
        let cx = self.cx;
        let all = self.each(text, &setting, |label| place::labelled(cx, &label, sink))?;
        let pools: Vec<&Pool> = all.iter().map(|runner| &runner.azure_pipelines).collect();
        let named = pools.iter().any(|pool| matches!(pool, Pool::Named { .. }));
        let writes = super::project::targets(cx.project).contains(&Home::AzurePipelines);
        if writes && named && pools.iter().any(|pool| *pool != pools[0]) {
            let message = "Azure Pipelines chooses a job's pool before there are combinations";
            let help = "combine hosted labels only, or write a step for each pool";
            sink.report(Diagnostic::new(&CANNOT_EXPRESS, text.span, message).help(help));
            return None;
        }
        let first = all.first().cloned();
        let matrix = &mut self.combinations.as_mut()?.matrix;
        matrix.runner = Some(setting);
        for (leg, runner) in matrix.legs.iter_mut().zip(all) {
            leg.runner = Some(runner);
        }
        first
    }

    /// The image; that of the first combination, where they differ.
    pub(crate) fn container(&mut self, sink: &mut Sink) -> Option<Container> {
        let (cx, own) = (self.cx, self.body.container.as_ref());
        let Some(OrMatrix::Varies(text)) = own else {
            return images::container(cx, self.body, own.and_then(OrMatrix::fixed), sink);
        };
        images::no_variant(self.body, sink)?;
        let setting = self.setting(text, sink)?;
        let all = self.each(text, &setting, |name| {
            if let Some((message, help)) = image::fault(&name.value) {
                let message = format!("`{}`: {message}", excerpt(&name.value));
                sink.report(Diagnostic::new(&BAD_VALUE, name.span, message).help(help));
                return None;
            }
            let before = sink.errors();
            if cx.project.images.get(&name.value).is_some() {
                let message = format!(
                    "`{}` is an image that the project builds, and a matrix chooses among images that are there",
                    name.value
                );
                let help = "write a step for each such image: it waits for its own to be built, and signs in to its own registry, which all combinations of a matrix would share";
                sink.report(Diagnostic::new(&CONFLICT, name.span, message).help(help));
            }
            let image = Spanned::new(Image(name.value), name.span);
            place::open_registry(&image, sink);
            (sink.errors() == before).then_some(image.value.0)
        })?;
        let first = all.first().cloned();
        let matrix = &mut self.combinations.as_mut()?.matrix;
        matrix.container = Some(setting);
        for (leg, image) in matrix.legs.iter_mut().zip(all) {
            leg.container = Some(image);
        }
        Some(Container { name: first, image: None })
    }

    /// The folder of the command.
    pub(crate) fn working_dir(&mut self, sink: &mut Sink) -> Option<PlanText> {
        let cx = self.cx;
        let mut folder =
            |path: &Spanned<String>| files::folder(cx, cx.folder, &path.value, path.span, sink);
        let Some(own) = &self.body.working_dir else { return self.default_dir(sink) };
        match own {
            OrMatrix::Fixed(path) => {
                let path = Spanned::new(path.value.0.clone(), path.span);
                folder(&path).filter(|folder| !folder.is_empty()).map(literal)
            }
            OrMatrix::Varies(text) => {
                let setting = self.setting(text, sink)?;
                let mut path = |path: Spanned<String>, sink: &mut Sink| {
                    let plain = plain_path(&path, sink)?;
                    files::folder(cx, cx.folder, &plain.value.0, plain.span, sink)
                };
                self.path(text, &setting, &mut path, sink)
            }
        }
    }

    /// The folder of steps that say none, as long as there is a repository: from the file on that says
    /// it.
    fn default_dir(&self, sink: &mut Sink) -> Option<PlanText> {
        let cx = self.cx;
        let of = |defaults: &'_ Option<crate::spec::Defaults>| {
            defaults.as_ref().and_then(|it| it.working_dir.clone())
        };
        let own = of(&cx.spec.defaults).map(|path| (path, cx.folder));
        let (path, from) = own.or_else(|| of(&cx.project.defaults).map(|path| (path, "")))?;
        let has_files = self.body.checkout.as_ref().is_none_or(|it| it.value);
        if !has_files || self.is_own_work() {
            return None;
        }
        let folder = files::folder(cx, from, &path.value.0, path.span, sink);
        folder.filter(|folder| !folder.is_empty()).map(literal)
    }

    /// The Python of steps that say none. An image brings its own.
    fn default_python(&self, sink: &mut Sink) -> Option<PlanText> {
        let version = place::default(self.cx, |defaults| defaults.python.as_ref())?;
        let image = place::default(self.cx, |defaults| defaults.container.as_ref());
        if self.is_own_work() || image.is_some() || self.body.container.is_some() {
            return None;
        }
        python_version(version, sink)?;
        Some(literal(version.value.clone()))
    }

    fn is_own_work(&self) -> bool {
        self.body.kind().is_some_and(Kind::is_own_work)
    }

    /// The version of Python, one that both platforms' tool caches know: `3`, `3.11`, `3.11.4`, `3.x`.
    pub(crate) fn python(&mut self, sink: &mut Sink) -> Option<PlanText> {
        let Some(own) = &self.body.python else { return self.default_python(sink) };
        match own {
            OrMatrix::Fixed(version) => {
                python_version(version, sink)?;
                Some(literal(version.value.clone()))
            }
            OrMatrix::Varies(text) => {
                let setting = self.setting(text, sink)?;
                self.each(text, &setting, |version| python_version(&version, sink))?;
                Some(setting)
            }
        }
    }

    /// Files that are kept.
    pub(crate) fn artifacts(&mut self, sink: &mut Sink) -> Vec<(String, PlanText)> {
        let cx = self.cx;
        let mut kept = Vec::new();
        for (name, path) in self.body.artifacts.good() {
            let found = match path {
                OrMatrix::Fixed(path) => ci::kept(cx, path, sink).map(literal),
                OrMatrix::Varies(text) => self.setting(text, sink).and_then(|setting| {
                    let mut prove = |path: Spanned<String>, sink: &mut Sink| {
                        ci::kept(cx, &plain_path(&path, sink)?, sink)
                    };
                    self.path(text, &setting, &mut prove, sink)
                }),
            };
            kept.extend(found.map(|path| (name.value.clone(), path)));
        }
        kept
    }

    fn setting(&self, text: &Text, sink: &mut Sink) -> Option<PlanText> {
        matrix::setting(self.body, self.combinations.as_ref(), text, sink)
    }

    fn each<T: Clone>(
        &self,
        text: &Text,
        setting: &PlanText,
        prove: impl FnMut(Spanned<String>) -> Option<T>,
    ) -> Option<Vec<T>> {
        matrix::each(self.combinations.as_ref()?, setting, text.span, prove)
    }

    /// A path from the root on, around the values. Each combination's must be what the platform makes
    /// of it.
    fn path(
        &self,
        text: &Text,
        setting: &PlanText,
        prove: &mut dyn FnMut(Spanned<String>, &mut Sink) -> Option<String>,
        sink: &mut Sink,
    ) -> Option<PlanText> {
        let all = self.each(text, setting, |path| prove(path, sink))?;
        let rooted = rooted(self.cx.folder, setting);
        let legs = &self.combinations.as_ref()?.matrix.legs;
        for (leg, path) in legs.iter().zip(all) {
            let is_same = rooted.as_ref().is_some_and(|rooted| leg.render(rooted) == path);
            if !is_same {
                sink.report(matrix::leads_elsewhere(text.span, &leg.render(setting)));
                return None;
            }
        }
        rooted
    }
}

fn literal(text: String) -> PlanText {
    vec![Piece::Literal(text)]
}

fn plain_path(path: &Spanned<String>, sink: &mut Sink) -> Option<Spanned<PathText>> {
    if let Some((message, help)) = path_fault(&path.value) {
        let message = format!("`{}`: {message}", excerpt(&path.value));
        sink.report(Diagnostic::new(&BAD_VALUE, path.span, message).help(help));
        return None;
    }
    Some(Spanned::new(PathText(path.value.clone()), path.span))
}

/// Stands for a value while a path is put together; no path holds it.
const PLACEHOLDER: char = '\u{1}';

/// A path from a folder on as one from the root on.
fn rooted(folder: &str, setting: &PlanText) -> Option<PlanText> {
    let piece = |piece: &Piece| match piece {
        Piece::Literal(text) => text.clone(),
        Piece::Reference(_) => PLACEHOLDER.to_string(),
    };
    let joined = join(folder, &setting.iter().map(piece).collect::<String>())?;
    let names: Vec<&Reference> = setting
        .iter()
        .filter_map(|piece| match piece {
            Piece::Reference(reference) => Some(reference),
            Piece::Literal(_) => None,
        })
        .collect();
    let parts: Vec<&str> = joined.split(PLACEHOLDER).collect();
    if parts.len() != names.len() + 1 {
        return None; // a `..` took a value away
    }
    let mut pieces = Vec::new();
    for (at, part) in parts.into_iter().enumerate() {
        if let Some(name) = at.checked_sub(1).and_then(|at| names.get(at)) {
            pieces.push(Piece::Reference((*name).clone()));
        }
        if !part.is_empty() {
            pieces.push(Piece::Literal(part.to_owned()));
        }
    }
    Some(pieces)
}

fn python_version(version: &Spanned<String>, sink: &mut Sink) -> Option<()> {
    let number = |part: &str| {
        part == "x" || !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let parts: Vec<&str> = version.value.split('.').collect();
    if parts.len() <= 3 && parts.iter().all(|part| number(part)) {
        return Some(());
    }
    let message = format!("`{}` is not a version of Python", excerpt(&version.value));
    sink.report(Diagnostic::new(&BAD_VALUE, version.span, message).help("write it as `\"3.11\"`"));
    None
}
