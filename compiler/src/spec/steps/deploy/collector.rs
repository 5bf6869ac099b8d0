//! What an online deployment keeps of requests and answers.

use super::Binder;
use crate::diagnostics::{BAD_VALUE, Diagnostic, MISSING_KEY, excerpt};
use crate::plan::ValueType;
use crate::plan::{Data, Scalar};
use crate::source::Spanned;
use crate::spec::decode::{Dict, Many};
use crate::spec::record::{choice, record};
use crate::spec::values::{AnyName, Literal, Word};

choice! {
    /// How often a new file is begun.
    RollingWord as "a time between files" {
        /// Each minute.
        Minute = "minute",
        /// Each hour.
        Hour = "hour",
        /// Each day.
        Day = "day",
    }
}

record! {
    /// The data asset that a collection becomes.
    CollectedDataSpec as "the data of a collection" {
        /// Its name (the service's own: `<endpoint>-<deployment>-<collection>`).
        opt name = "name": Spanned<String>,
        /// Its folder in a datastore, such as `azureml://datastores/workspaceblobstore/paths/churn/inputs`.
        opt path = "path": Spanned<String>,
        /// Its version (the service's own: 1).
        opt version = "version": Word,
    }
}

record! {
    /// One thing that is kept.
    CollectionSpec as "a collection" {
        /// Whether it is kept.
        req enabled = "enabled": Spanned<bool>,
        /// The data asset that it becomes.
        opt data = "data": Box<CollectedDataSpec>,
        /// The client id of the identity that writes it.
        opt client_id = "client_id": Spanned<String>,
    }
    short enabled
}

record! {
    /// What is kept of requests beside their bodies.
    RequestLoggingSpec as "the logging of requests" {
        /// Headers that are kept.
        all capture_headers = "capture_headers": Many<Spanned<String>>,
    }
}

record! {
    /// What an online deployment keeps of requests and answers, as the v2 file has it.
    ///
    /// ```yaml
    /// collections: { model_inputs: true, model_outputs: true }
    /// sampling_rate: 0.5
    /// rolling_rate: hour
    /// ```
    CollectorSpec as "a data collector" {
        /// What is kept: `model_inputs` and `model_outputs` by a script that collects them, `request` and
        /// `response` by the service, and names of the script's own.
        all collections = "collections": Dict<AnyName, Box<CollectionSpec>>,
        /// How often a new file is begun (the service's own: `hour`).
        opt rolling_rate = "rolling_rate": Spanned<RollingWord>,
        /// The share of the calls that is kept, from 0 to 1 (the service's own: 1).
        opt sampling_rate = "sampling_rate": Literal,
        /// What is kept of requests beside their bodies.
        opt request_logging = "request_logging": Box<RequestLoggingSpec>,
    }
    due { "collections" }
}

fn text(text: &str) -> Data {
    Data::Scalar(Scalar::Text(text.to_owned()))
}

fn put(entries: &mut Vec<(String, Data)>, key: &str, value: Option<Data>) {
    entries.extend(value.map(|value| (key.to_owned(), value)));
}

impl CollectorSpec {
    /// The collector in Azure ML's words.
    pub(super) fn data(&self, binder: &mut dyn Binder) -> Option<Data> {
        if self.collections.items.is_empty() {
            if !self.broken {
                let message = "a data collector needs the key `collections`";
                let help = "what is kept, such as `collections: { model_inputs: true, model_outputs: true }`";
                binder.report(Diagnostic::new(&MISSING_KEY, self.span, message).help(help));
            }
            return None;
        }
        let rate = self.sampling_rate.as_ref().map(|it| share(it, binder));
        let mut collections = Vec::new();
        let mut is_whole = true;
        for (name, collection) in self.collections.good() {
            match collection.data(binder) {
                Some(data) => collections.push((name.value.clone(), data)),
                None => is_whole = false,
            }
        }
        let mut entries = vec![("collections".to_owned(), Data::Map(collections))];
        put(
            &mut entries,
            "rolling_rate",
            self.rolling_rate.as_ref().map(|it| text(it.value.word())),
        );
        put(&mut entries, "sampling_rate", rate.map_or(Some(None), |it| it.map(Some))?);
        let headers = self.request_logging.as_ref().map(|it| {
            let each = it.capture_headers.0.iter().map(|it| text(&it.value));
            Data::Map(vec![("capture_headers".to_owned(), Data::List(each.collect()))])
        });
        put(&mut entries, "request_logging", headers);
        is_whole.then_some(Data::Map(entries))
    }
}

impl CollectionSpec {
    fn data(&self, binder: &mut dyn Binder) -> Option<Data> {
        // Azure ML's tools want a text.
        let enabled = text(if self.enabled.value { "true" } else { "false" });
        let mut entries = vec![("enabled".to_owned(), enabled)];
        if let Some(data) = &self.data {
            entries.push(("data".to_owned(), data.data(binder)?));
        }
        put(&mut entries, "client_id", self.client_id.as_ref().map(|it| text(&it.value)));
        Some(Data::Map(entries))
    }
}

impl CollectedDataSpec {
    fn data(&self, binder: &mut dyn Binder) -> Option<Data> {
        if let Some(path) = self.path.as_ref().filter(|it| !is_in_datastore(&it.value)) {
            let message = format!("`{}` is not a folder of a datastore", excerpt(&path.value));
            let help = "write `azureml://datastores/<datastore>/paths/<folder>`";
            binder.report(Diagnostic::new(&BAD_VALUE, path.span, message).help(help));
            return None;
        }
        let mut entries = Vec::new();
        put(&mut entries, "name", self.name.as_ref().map(|it| text(&it.value)));
        put(&mut entries, "path", self.path.as_ref().map(|it| text(&it.value)));
        put(&mut entries, "version", self.version.as_ref().map(|it| text(&it.0.value)));
        Some(Data::Map(entries))
    }
}

fn is_in_datastore(path: &str) -> bool {
    let rest = path.strip_prefix("azureml://datastores/");
    rest.and_then(|it| it.split_once("/paths/")).is_some_and(|(store, folder)| {
        !store.is_empty() && !store.contains('/') && !folder.is_empty()
    })
}

/// A number from 0 to 1.
fn share(literal: &Literal, binder: &mut dyn Binder) -> Option<Data> {
    let number = literal.of_kind(ValueType::Number).filter(|it| {
        let value = it.text().parse::<f64>();
        value.is_ok_and(|value| (0.0..=1.0).contains(&value))
    });
    if number.is_none() {
        let message = format!("`{}` is not a share of the calls", excerpt(&literal.text));
        let help = "a number from 0 to 1, such as 0.5";
        binder.report(Diagnostic::new(&BAD_VALUE, literal.span, message).help(help));
    }
    number.map(Data::Scalar)
}
