//! `register`: an output becomes a version of a model or of a data asset.

use super::{Binder, Engine, Kind, StepSpec};
use crate::diagnostics::{BAD_VALUE, CONFLICT, Diagnostic, MISSING_KEY, TYPE_CLASH, excerpt};
use crate::plan::{self, Asset, OwnWork, Task, ValueType};
use crate::source::Spanned;
use crate::spec::decode::Dict;
use crate::spec::record::record;
use crate::spec::text::Text;
use crate::spec::values::AnyName;

record! {
    /// Makes a version of a model, or of a data asset, out of what an earlier step gives. What lies in
    /// Azure ML is registered where it lies; a file of a CI step is uploaded. The step's output
    /// `version` is the new version.
    ///
    /// ```yaml
    /// model: diabetes
    /// from: ${{ steps.train.outputs.model }}
    /// description: Trained on the data of last month.
    /// tags: { commit: "${{ git.sha }}" }
    /// ```
    Register as "a `register` step" {
        /// The model that gets a version.
        opt model = "model": Spanned<String>,
        /// The data asset that gets a version.
        opt data = "data": Spanned<String>,
        /// What is registered: `${{ steps.<step>.outputs.<output> }}`. A model is of the output's type,
        /// and of type `custom_model` if that is a file or folder; data is of the output's type.
        req from = "from": Text,
        /// What people read.
        opt description = "description": Text,
        /// Tags of the version.
        all tags = "tags": Dict<AnyName, Text>,
        /// The version; by default the next one. One that is there already cannot be made again.
        opt version = "version": Text,
    }
}

/// Azure ML takes no longer ones.
const LONGEST_VERSION: usize = 30;

/// The first letters of the tags that the step sets itself.
const OWN_TAGS: &str = "mlopsc_";

impl Register {
    /// Every text in which references may stand.
    pub(super) fn texts<'a>(&'a self, texts: &mut Vec<&'a Text>) {
        texts.push(&self.from);
        texts.extend(self.description.iter().chain(&self.version));
        texts.extend(self.tags.good().map(|(_, text)| text));
    }

    /// Which asset it is; there must be one.
    fn asset(&self, binder: &mut dyn Binder) -> Option<(Asset, &Spanned<String>)> {
        let found = match (&self.model, &self.data) {
            (Some(name), None) => (Asset::Model, name),
            (None, Some(name)) => (Asset::Data, name),
            (Some(model), Some(data)) => {
                let message = "a version is one of a `model` or of `data`, not of both";
                binder.report(
                    Diagnostic::new(&CONFLICT, data.span, message)
                        .related(model.span, "a model")
                        .help("remove one of the two; a second step registers the other"),
                );
                return None;
            }
            (None, None) => {
                if !self.broken {
                    let message = "a `register` step needs the key `model` or `data`";
                    let help = "write the name of the model or data asset that gets a version";
                    binder.report(Diagnostic::new(&MISSING_KEY, self.span, message).help(help));
                }
                return None;
            }
        };
        if let Some(wrong) = crate::spec::asset::bad_name(found.1) {
            binder.report(wrong);
            return None;
        }
        Some(found)
    }

    /// The type of the version, out of that of the output.
    fn kind(&self, asset: Asset, given: ValueType, binder: &mut dyn Binder) -> Option<ValueType> {
        use ValueType::{CustomModel, MlflowModel, Mltable, TritonModel, UriFile, UriFolder};
        let found = match (asset, given) {
            (Asset::Model, UriFile | UriFolder) => Some(CustomModel),
            (Asset::Model, MlflowModel | CustomModel | TritonModel)
            | (Asset::Data, UriFile | UriFolder | Mltable) => Some(given),
            _ => None,
        };
        if found.is_none() {
            let (word, given) = (asset.word(), given.word());
            let message = format!("an output of type {given} cannot become a version of `{word}`");
            let help = match asset {
                Asset::Model => {
                    "a model is an mlflow_model, custom_model, triton_model, uri_file or uri_folder"
                }
                Asset::Data => {
                    "data is a uri_file, uri_folder or mltable; models are registered with `model`"
                }
            };
            binder.report(Diagnostic::new(&TYPE_CLASH, self.from.span, message).help(help));
        }
        found
    }

    /// A version that is written out is one that Azure ML takes.
    fn version(text: &Text, binder: &mut dyn Binder) -> Option<plan::Text> {
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let starts = text.text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        let is_good = starts && text.text.bytes().all(letter) && text.text.len() <= LONGEST_VERSION;
        if text.is_literal() && !is_good {
            let message = format!("`{}` cannot be the version of an asset", excerpt(&text.text));
            let help =
                "use up to 30 letters, digits, `.`, `_` and `-`, and start with a letter or digit";
            binder.report(Diagnostic::new(&BAD_VALUE, text.span, message).help(help));
            return None;
        }
        binder.open_text(text)
    }
}

/// Tags with values in them. Those that start like this are set by the step itself.
pub(super) fn open_tags(
    all: &Dict<AnyName, Text>,
    own: &str,
    binder: &mut dyn Binder,
) -> Option<Vec<(String, plan::Text)>> {
    let mut tags = Vec::with_capacity(all.items.len());
    let mut is_good = true;
    for (name, text) in all.good() {
        let wrong = if name.value.starts_with(own) {
            let message = format!("tags that start with `{own}` are set by the step itself");
            Some(Diagnostic::new(&CONFLICT, name.span, message).help("choose another name"))
        } else if name.value.contains("$(") {
            let message = "Azure Pipelines would take `$(` for an expression of its own";
            Some(Diagnostic::new(&BAD_VALUE, name.span, message).help("rename the tag"))
        } else {
            None
        };
        is_good &= wrong.is_none();
        if let Some(wrong) = wrong {
            binder.report(wrong);
        }
        match binder.open_text(text) {
            Some(text) => tags.push((name.value.clone(), text)),
            None => is_good = false,
        }
    }
    is_good.then_some(tags)
}

impl Kind for Register {
    fn key(&self) -> &'static str {
        "register"
    }

    fn engine(&self) -> Option<Engine> {
        Some(Engine::Ci)
    }

    fn keys(&self) -> &'static [&'static str] {
        &[]
    }

    fn gives(&self) -> &'static [(&'static str, ValueType)] {
        &[("version", ValueType::String)]
    }

    fn is_own_work(&self) -> bool {
        true
    }

    fn task(&self, _: &StepSpec, binder: &mut dyn Binder) -> Option<Task> {
        let asset = self.asset(binder);
        let from = binder.given(&self.from);
        let kind = asset
            .zip(from)
            .and_then(|((asset, _), from)| self.kind(asset, binder.input_kind(from), binder));
        let description = self.description.as_ref().map(|text| binder.open_text(text));
        let tags = open_tags(&self.tags, OWN_TAGS, binder);
        let version = self.version.as_ref().map(|text| Self::version(text, binder));
        let (asset, name) = asset?;
        Some(Task::Own(Box::new(OwnWork::Register(plan::Register {
            asset,
            name: name.value.clone(),
            kind: kind?,
            from: from?,
            description: description.map_or(Some(None), |text| text.map(Some))?,
            tags: tags?,
            version: version.map_or(Some(None), |text| text.map(Some))?,
        }))))
    }
}
