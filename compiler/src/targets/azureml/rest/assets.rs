//! What comes from the author's disk: code, software, data, components.

use super::ids::{FILL_IN, VERSION, placeholder, slug};
use super::requests::{API, Body, Hole, Requests};
use crate::emit::{Doc, Map, json, yaml};
use crate::plan::component_name;

/// Under this name the tools keep the software of single nodes.
const ENVIRONMENTS: &str = "environments/CliV2AnonymousEnvironment";

impl Requests<'_> {
    /// The id of a folder of code.
    pub(super) fn code(&mut self, path: &str) -> String {
        if path.contains(':') {
            return self.registered("codes", path);
        }
        let path = self.rooted(path);
        let stem = format!("code-{}", slug(&path));
        self.once(format!("code {path}"), &stem, |requests, name| {
            let place = format!(
                "codes/{}--{}/versions/{}",
                requests.plan.name,
                after(name, "code-"),
                placeholder(VERSION)
            );
            let mut properties = Map::new();
            properties.put("tags", requests.tags(None));
            properties
                .put("codeUri", FILL_IN)
                .put("isAnonymous", true)
                .put("properties", Map::new());
            let hole = Hole {
                pointer: "/properties/codeUri".to_owned(),
                with: "the address that the folder was uploaded to",
                of: ("path", path),
            };
            let url = requests.url(&format!("{place}/startPendingUpload"), API);
            let body = Body::of(format!("{name}.json"), properties).with(vec![hole]);
            let mut request = requests.request(&place, API, body);
            request.put("upload", upload(url));
            requests.deploy(request);
            format!("{}/{place}", requests.workspace)
        })
    }

    /// The id of a node's software, in the spelling of a component.
    pub(super) fn environment(&mut self, doc: &Doc) -> Option<String> {
        let Doc::Map(doc) = doc else {
            return doc.as_text().map(|text| self.environment_id(text));
        };
        // What people know it by: the conda file, the folder, else the image.
        let build = doc.map("build").and_then(|build| build.text("path"));
        let known = doc.text("conda_file").map(last).or(build).or(doc.text("image").map(last));
        let known = known.unwrap_or_default().trim_start_matches(['.', '/']);
        let stem = format!("environment-{}", slug(known.split(['.', ':']).next().unwrap_or(known)));
        let [conda, folder] =
            [doc.text("conda_file"), build].map(|it| it.map(|it| self.rooted(it)));
        let dockerfile = doc.map("build").and_then(|build| build.text("dockerfile_path"));
        let said = ["image", "description"].map(|key| doc.text(key));
        let [tags, packages] = ["tags", "conda_file"].map(|key| doc.map(key).map(json));
        let key = format!("{said:?} {tags:?} {packages:?} {conda:?} {folder:?} {dockerfile:?}");
        let id = self.once(key, &stem, |requests, name| {
            let version = format!(
                "{}--{}-{}",
                requests.plan.name,
                after(name, "environment-"),
                placeholder(VERSION)
            );
            let body = software(requests, format!("{name}.json"), doc);
            requests.put(&format!("{ENVIRONMENTS}/versions/{version}"), body)
        });
        Some(format!("azureml:{id}"))
    }

    fn environment_id(&mut self, text: &str) -> String {
        let id = self.registered("environments", text);
        if id.starts_with('/') { format!("azureml:{id}") } else { id }
    }

    /// The address of data: as it is, the id of what is registered, or of what is uploaded first.
    pub(super) fn data(&mut self, kind: &str, path: &str) -> String {
        if path.starts_with("azureml:") && !path.starts_with("azureml://") {
            let assets = if kind.ends_with("_model") { "models" } else { "data" };
            return self.registered(assets, path);
        }
        if path.contains(':') {
            return path.to_owned();
        }
        let path = self.rooted(path);
        let stem = format!("data-{}", slug(&path));
        self.once(format!("data {kind} {path}"), &stem, |requests, name| {
            local_data(requests, kind, path, name)
        })
    }

    /// The id of a component of the author's own file, which is registered first.
    pub(super) fn component_file(&mut self, path: &str) -> String {
        let path = self.rooted(path);
        let known = last(&path);
        let stem = format!("file-{}", slug(known.split('.').next().unwrap_or(known)));
        self.once(format!("component {path}"), &stem, |requests, name| {
            // Names of components hold no `-`; versions do, and tell apart what meets there.
            let version = format!("{}.{name}-{}", requests.plan.name, placeholder(VERSION));
            let name = format!("{}__{}__file", requests.plan.name, after(name, "file-"));
            let name = component_name(&name.to_ascii_lowercase());
            let mut request = Map::new();
            request.put("component", requests.way_to(&path));
            request
                .put("id", format!("{}/components/{name}/versions/{version}", requests.workspace));
            request.put("name", name.clone()).put("version", version.clone());
            requests.deploy(request);
            format!("{}/components/{name}/versions/{version}", requests.workspace)
        })
    }
}

/// How a folder gets to where `codeUri` points.
fn upload(url: String) -> Map {
    let mut body = Map::new();
    body.put("pendingUploadType", "TemporaryBlobReference");
    let mut start = Map::new();
    start.put("method", "POST").put("url", url).put("content", body);
    let mut upload = Map::new();
    upload.put("start", start).put("into", "/blobReferenceForConsumption/credential/sasUri");
    upload
}

/// What a file is called after the word for what it holds. In the workspace it stands behind the
/// pipeline's name and two dashes, which it never holds nor starts with: no two pipelines meet. The
/// root, which has no name, is `_`.
fn after<'a>(name: &'a str, what: &str) -> &'a str {
    name.strip_prefix(what).unwrap_or("_")
}

/// The last part of a path.
fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The body of a node's software.
fn software(requests: &Requests<'_>, name: String, doc: &Map) -> Body {
    let (mut properties, mut holes) = (Map::new(), Vec::new());
    properties.put("tags", requests.tags(doc.map("tags")));
    properties.put_some("description", doc.text("description"));
    properties.put_some("image", doc.text("image"));
    if let Some(conda) = doc.map("conda_file") {
        properties.put("condaFile", yaml(conda, &[]));
    }
    if let Some(path) = doc.text("conda_file") {
        properties.put("condaFile", FILL_IN);
        holes.push(Hole {
            pointer: "/properties/condaFile".to_owned(),
            with: "the text of the file",
            of: ("path", requests.rooted(path)),
        });
    }
    if let Some(build) = doc.map("build") {
        let mut context = Map::new();
        context.put("contextUri", FILL_IN);
        context.put_some("dockerfilePath", build.text("dockerfile_path"));
        properties.put("build", context);
        holes.push(Hole {
            pointer: "/properties/build/contextUri".to_owned(),
            with: "the address that the folder was uploaded to, with `/` at the end",
            of: ("path", requests.rooted(build.text("path").unwrap_or_default())),
        });
    }
    properties.put("isAnonymous", true).put("isArchived", false);
    Body::of(name, properties).with(holes)
}

/// Data, or a model, that the applying side uploads.
fn local_data(requests: &mut Requests<'_>, kind: &str, path: String, name: &str) -> String {
    let mut properties = Map::new();
    properties.put("tags", requests.tags(None));
    let is_model = kind.ends_with("_model");
    let (assets, key, uri) = if is_model {
        ("models", "modelType", "modelUri")
    } else {
        ("data", "dataType", "dataUri")
    };
    properties.put(key, kind).put(uri, FILL_IN);
    properties.put("isAnonymous", true).put("properties", Map::new());
    let hole = Hole {
        pointer: format!("/properties/{uri}"),
        with: "the address that the file or folder was uploaded to",
        of: ("path", path),
    };
    let own = after(name, "data-");
    let version = placeholder(VERSION);
    let place = format!("{assets}/{}--{own}/versions/{version}", requests.plan.name);
    requests.put(&place, Body::of(format!("{name}.json"), properties).with(vec![hole]))
}
