//! The actions that emitted workflows use, each by commit: a tag can be moved, a commit cannot.

use std::borrow::Cow;

use crate::emit::{Doc, Entry, Map};
use crate::plan::{Pin, Plan};

/// An action at one release.
#[derive(Debug)]
pub struct Action {
    /// `owner/name`.
    pub name: &'static str,
    /// Forty hex digits.
    pub commit: &'static str,
    /// The release that the commit is, such as `v1.2.3`.
    pub version: &'static str,
}

impl Action {
    /// The value of `uses`, and the comment that lets Dependabot and Renovate update both together.
    pub(super) fn uses(&self) -> (String, &'static str) {
        (format!("{}@{}", self.name, self.commit), self.version)
    }
}

macro_rules! actions {
    ($($constant:ident = $name:literal $version:literal $commit:literal;)*) => {
        $(
            pub(super) const $constant: Action =
                Action { name: $name, commit: $commit, version: $version };
        )*
        /// All of them.
        pub const ACTIONS: &[Action] = &[$($constant),*];
    };
}

actions! {
    CHECKOUT = "actions/checkout" "v7.0.1" "3d3c42e5aac5ba805825da76410c181273ba90b1";
    SETUP_PYTHON = "actions/setup-python" "v7.0.0" "5fda3b95a4ea91299a34e894583c3862153e4b97";
    // Its tags are annotated: the commit is the peeled tag, not the tag object.
    AZURE_LOGIN = "azure/login" "v3.0.1" "f5d393ae46f8fde4be8b75f32e3fc50e654ad0ca";
    UPLOAD_ARTIFACT = "actions/upload-artifact" "v7.0.0" "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f";
    DOWNLOAD_ARTIFACT =
        "actions/download-artifact" "v8.0.1" "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c";
    CACHE = "actions/cache" "v5.0.5" "27d5ce7f107fe9357f9df03efb73ab90386fccae";
}

/// The machine of the jobs that are not an author's step. A fixed version, since `-latest` moves.
pub(super) const RUNNER: &str = "ubuntu-24.04";

/// The jobs of a document with the project's own pins in place of ours.
pub(super) fn applied<'a>(plan: &Plan, doc: &'a Map) -> Cow<'a, Map> {
    let pins = plan.project.pins.as_slice();
    if pins.is_empty() {
        return Cow::Borrowed(doc);
    }
    let mut doc = doc.clone();
    let jobs = doc.0.iter_mut().filter(|entry| entry.key == "jobs");
    for job in jobs.flat_map(|entry| entries(&mut entry.value)) {
        let steps = entries(&mut job.value).iter_mut().filter(|entry| entry.key == "steps");
        for step in steps.flat_map(|entry| items(&mut entry.value)) {
            for uses in entries(step).iter_mut().filter(|entry| entry.key == "uses") {
                replace(pins, uses);
            }
        }
    }
    Cow::Owned(doc)
}

fn replace(pins: &[Pin], uses: &mut Entry) {
    let text = uses.value.as_text().unwrap_or_default();
    let name = text.split_once('@').map_or("", |(name, _)| name);
    if let Some(pin) = pins.iter().find(|pin| pin.action == name) {
        uses.value = format!("{}@{}", pin.action, pin.commit).into();
        uses.notes.get_or_insert_default().beside = Some(pin.version.clone());
    }
}

fn entries(doc: &mut Doc) -> &mut [Entry] {
    if let Doc::Map(map) = doc { &mut map.0 } else { &mut [] }
}

fn items(doc: &mut Doc) -> &mut [Doc] {
    if let Doc::List(items) = doc { items } else { &mut [] }
}
