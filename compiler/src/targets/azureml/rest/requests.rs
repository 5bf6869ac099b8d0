//! The list of requests: what is sent where, in which order, and what the applying side adds.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Artifact;
use super::ids::{self, DOLLAR, LOCATION, Registered, VERSION, placeholder};
use crate::emit::{Doc, Map, json, mark};
use crate::plan::Plan;
use crate::source;

/// Where the requests of the management API go.
const HOST: &str = "https://management.azure.com";
/// The version of the API whose bodies these are.
pub(super) const API: &str = "2026-05-01";

/// A body and the file that it is written to.
pub(super) struct Body {
    name: String,
    doc: Map,
    holes: Vec<Hole>,
}

impl Body {
    /// A body that is whole.
    pub(super) fn new(name: impl Into<String>, doc: Map) -> Self {
        Self { name: name.into(), doc, holes: Vec::new() }
    }

    /// A body that is `{"properties": …}`.
    pub(super) fn of(name: impl Into<String>, properties: Map) -> Self {
        let mut doc = Map::new();
        doc.put("properties", properties);
        Self::new(name, doc)
    }

    /// The same with places that the applying side fills in.
    pub(super) fn with(self, holes: Vec<Hole>) -> Self {
        Self { holes, ..self }
    }
}

/// A place of a body that the applying side fills in.
pub(super) struct Hole {
    /// Where it is in the body (a JSON pointer).
    pub(super) pointer: String,
    /// What is put there.
    pub(super) with: &'static str,
    /// The root-relative `path` of the file or folder; or the `type` of a value.
    pub(super) of: (&'static str, String),
}

/// What was gathered so far.
pub(super) struct Requests<'a> {
    /// The plan.
    pub(super) plan: &'a Plan,
    /// The workspace's id.
    pub(super) workspace: String,
    /// The folder of the documents that are read now, which their paths are relative to.
    folder: String,
    files: Vec<Artifact>,
    /// What is put into the workspace, in order.
    deploy: Vec<Doc>,
    /// What is started there.
    run: Vec<Doc>,
    /// Ids by what they stand for.
    known: BTreeMap<String, String>,
    /// Names that are taken.
    names: BTreeSet<String>,
    /// Placeholders that a look-up gives.
    looked_up: Vec<(String, Map)>,
}

impl<'a> Requests<'a> {
    /// Nothing yet.
    pub(super) fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            workspace: ids::workspace(plan),
            folder: folder(plan),
            files: Vec::new(),
            deploy: Vec::new(),
            run: Vec::new(),
            known: BTreeMap::new(),
            names: BTreeSet::new(),
            looked_up: Vec::new(),
        }
    }

    /// The id of something of the author's: what was registered under the same key, or what `make`
    /// registers under a name of its own.
    pub(super) fn once(
        &mut self,
        key: String,
        stem: &str,
        make: impl FnOnce(&mut Self, &str) -> String,
    ) -> String {
        if let Some(id) = self.known.get(&key) {
            return id.clone();
        }
        let name = self.unused(stem);
        let id = make(self, &name);
        self.known.insert(key, id.clone());
        id
    }

    /// A name that nothing else has.
    fn unused(&mut self, stem: &str) -> String {
        let stem = stem.trim_end_matches('-');
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let mut names = std::iter::once(stem.to_owned()).chain(numbered);
        let name = names.find(|name| !self.names.contains(name)).unwrap_or_default();
        self.names.insert(name.clone());
        name
    }

    /// The tags of a body of ours: the mark, then the rest.
    pub(super) fn tags(&self, others: Option<&Map>) -> Map {
        let mut tags = Map::new();
        tags.put(MARK, mark::blank(&self.plan.spec_path));
        tags.0.extend(without_mark(others).0);
        tags
    }

    /// Adds a body to what is put into the workspace; gives its id.
    pub(super) fn put(&mut self, place: &str, body: Body) -> String {
        let request = self.request(place, API, body);
        self.deploy(request);
        format!("{}/{place}", self.workspace)
    }

    /// Adds a request of another kind to what is put into the workspace.
    pub(super) fn deploy(&mut self, request: Map) {
        self.deploy.push(request.into());
    }

    /// Adds a request to what is started.
    pub(super) fn run(&mut self, request: Map) {
        self.run.push(request.into());
    }

    /// The request that puts a body somewhere.
    pub(super) fn request(&mut self, place: &str, api: &str, body: Body) -> Map {
        let mut request = Map::new();
        request.put("method", "PUT").put("url", self.url(place, api));
        self.send(&mut request, body);
        request
    }

    /// Adds its body to a request; it becomes a file.
    pub(super) fn send(&mut self, request: &mut Map, body: Body) {
        self.write(&body.name, &body.doc);
        let holes: Vec<Doc> = body.holes.into_iter().map(|hole| self.hole(hole).into()).collect();
        request.put("body", body.name).put_filled("fill", holes);
    }

    fn hole(&self, hole: Hole) -> Map {
        let mut doc = Map::new();
        let (key, of) = hole.of;
        doc.put("pointer", hole.pointer).put("with", hole.with);
        doc.put(key, if key == "path" { self.way_to(&of) } else { of });
        doc
    }

    /// The address of something in the workspace.
    pub(super) fn url(&self, place: &str, api: &str) -> String {
        format!("{HOST}{}/{place}?api-version={api}", self.workspace)
    }

    /// The folder of the pipeline's own documents.
    pub(super) fn own_folder(&self) -> String {
        folder(self.plan)
    }

    /// Reads the documents of another plan.
    pub(super) fn within<T>(&mut self, plan: &Plan, read: impl FnOnce(&mut Self) -> T) -> T {
        self.below(folder(plan), read)
    }

    /// Reads documents of another folder.
    pub(super) fn below<T>(&mut self, folder: String, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.folder, folder);
        let result = read(self);
        self.folder = before;
        result
    }

    /// A path of the documents that are read now, from the root on.
    pub(super) fn rooted(&self, path: &str) -> String {
        source::join(&self.folder, path).unwrap_or_else(|| path.to_owned())
    }

    /// A root-relative path as seen from the bodies.
    pub(super) fn way_to(&self, path: &str) -> String {
        source::relative(&self.plan.azure_ml_path(super::FOLDER), path)
    }

    fn write(&mut self, name: &str, doc: &Map) {
        let path = self.plan.azure_ml_path(&format!("{}/{name}", super::FOLDER));
        self.files.push(Artifact { path, text: mark::stamp(text(self.plan, doc)) });
    }

    /// The version that a label stands for, which the applying side looks up.
    pub(super) fn label(&mut self, kind: &str, name: &str, label: &str) -> String {
        let word = ids::slug(&format!("{OURS}{kind}_{name}_{label}"));
        let word = word.to_ascii_uppercase().replace('-', "_");
        if !self.looked_up.iter().any(|(known, _)| *known == word) {
            let mut doc = Map::new();
            doc.put("url", self.url(&format!("{kind}/{name}"), API)).put("label", label);
            let latest = (label == "latest").then_some("/properties/latestVersion");
            doc.put_some("pointer", latest);
            self.looked_up.push((word.clone(), doc));
        }
        placeholder(&word)
    }

    /// The id of something that is registered.
    pub(super) fn registered(&mut self, kind: &str, text: &str) -> String {
        match Registered::read(text) {
            Registered::Id(id) => id.to_owned(),
            Registered::Other(text) => text.to_owned(),
            Registered::Version(name, version) => {
                format!("{}/{kind}/{name}/versions/{version}", self.workspace)
            }
            // The only label that has an id of its own.
            Registered::Label(name, "default") if kind == "components" => {
                format!("{}/{kind}/{name}/labels/default", self.workspace)
            }
            Registered::Label(name, label) => {
                let version = self.label(kind, name, label);
                format!("{}/{kind}/{name}/versions/{version}", self.workspace)
            }
        }
    }

    /// The id of a cluster.
    pub(super) fn compute(&self, name: &str) -> String {
        let own = name.strip_prefix("azureml:").unwrap_or(name);
        if own == "serverless" || own.starts_with('/') || own.contains("${{") {
            return own.to_owned();
        }
        format!("{}/computes/{own}", self.workspace)
    }

    /// Every file, the list of requests last.
    pub(super) fn into_files(mut self) -> Vec<Artifact> {
        let mut doc = Map::new();
        doc.put(MARK, mark::blank(&self.plan.spec_path));
        doc.put("placeholders", self.placeholders());
        doc.put("deploy", std::mem::take(&mut self.deploy));
        doc.put("run", std::mem::take(&mut self.run));
        self.write("requests.json", &doc);
        self.files
    }

    /// What the placeholders stand for.
    fn placeholders(&self) -> Map {
        let mut doc = Map::new();
        for name in placeholders(self.plan) {
            let meaning = MEANINGS.iter().find(|(known, _)| *known == name);
            doc.put(name, meaning.map_or("the CI variable of that name", |(_, meaning)| meaning));
        }
        for (name, lookup) in &self.looked_up {
            doc.put(name.clone(), lookup.clone());
        }
        doc
    }
}

/// The folder of a plan's documents.
fn folder(plan: &Plan) -> String {
    source::folder_of(&plan.azure_ml_path("")).to_owned()
}

/// The key of the ownership mark.
const MARK: &str = "generated_by";

/// Tags without the mark of the document that they come from.
pub(super) fn without_mark(tags: Option<&Map>) -> Map {
    let others = tags.iter().flat_map(|tags| &tags.0).filter(|entry| entry.key != MARK);
    Map(others.cloned().collect())
}

/// What the names of our own placeholders start with.
const OURS: &str = "MLOPSC_";

const MEANINGS: [(&str, &str); 6] = [
    ("AZURE_SUBSCRIPTION_ID", "the subscription of the workspace"),
    ("AZURE_RESOURCE_GROUP", "the resource group of the workspace"),
    ("AZUREML_WORKSPACE", "the name of the workspace"),
    (VERSION, "a new version for what comes from local files, such as the commit"),
    (LOCATION, "the region of the workspace"),
    (ids::JOB, "a name that no job in the workspace has"),
];

/// The names of the placeholders: those of the workspace that the project leaves open, then ours.
fn placeholders(plan: &Plan) -> Vec<String> {
    let workspace = ids::workspace(plan);
    let open = workspace.split(DOLLAR).skip(1);
    let open = open.filter_map(|rest| Some(rest.strip_prefix('{')?.split_once('}')?.0.to_owned()));
    let mut names: Vec<String> = Vec::new();
    for name in open.chain([VERSION, LOCATION, ids::JOB].map(str::to_owned)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The text of a file. A `${NAME}` of the author's that looks like a placeholder is written with an
/// escape, which JSON reads as the same text and a tool that fills in placeholders leaves alone.
fn text(plan: &Plan, doc: &Map) -> String {
    let mut text = json(doc);
    let whole = placeholders(plan).into_iter().filter(|name| !name.starts_with(OURS));
    let names = whole.map(|name| (name, "}")).chain([(OURS.to_owned(), "")]);
    for (name, end) in names {
        for authors in [format!("${{{name}{end}"), format!("${name}")] {
            if text.contains(&authors) {
                text = text.replace(&authors, &format!("\\u0024{}", &authors[1..]));
            }
        }
    }
    text.replace(DOLLAR, "$")
}
