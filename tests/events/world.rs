//! What workflow definitions call: storage with conditional requests, a vault, GitHub, Azure
//! Pipelines and an endpoint, all played.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::clock;

/// A request.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Call {
    pub(super) method: String,
    pub(super) uri: String,
    /// Names in lower case.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Value,
    /// For whom the managed identity signs.
    pub(super) audience: Option<String>,
}

/// A response.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: i64,
    pub(super) headers: Value,
    pub(super) body: Value,
}

impl Answer {
    fn new(status: i64, body: Value) -> Self {
        Self { status, headers: json!({}), body }
    }
}

/// The token that the vault gives.
pub(super) const TOKEN: &str = "token-of-the-vault";

/// The services.
pub(super) struct World {
    /// Ticks.
    pub(super) now: i64,
    blobs: BTreeMap<String, (u64, Value)>,
    tags: u64,
    /// Calls that start something, in order, with their times.
    pub(super) started: Vec<(i64, Call)>,
    /// Every call.
    pub(super) calls: Vec<Call>,
    /// Answers to the next calls that start something, instead of success.
    pub(super) trouble: Vec<i64>,
    /// How many pipelines of Azure Pipelines have the name that is asked for.
    pub(super) definitions: u64,
}

impl World {
    /// Nothing happened.
    pub(super) fn new() -> Self {
        Self {
            now: clock::read("2026-11-20T08:15:30Z").expect("a time"),
            blobs: BTreeMap::new(),
            tags: 0,
            started: Vec::new(),
            calls: Vec::new(),
            trouble: Vec::new(),
            definitions: 1,
        }
    }

    /// Names of the blobs that are there.
    pub(super) fn blobs(&self) -> Vec<&str> {
        self.blobs.keys().map(String::as_str).collect()
    }

    /// Answers a call.
    pub(super) fn answer(&mut self, call: &Call) -> Answer {
        self.calls.push(call.clone());
        let rest = call.uri.strip_prefix("https://").unwrap_or_else(|| panic!("{}", call.uri));
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let wanted = match host {
            "api.github.com" => None,
            "dev.azure.com" => Some("499b84ac-1321-427f-aa17-267ca6975798"),
            _ if host.ends_with(".blob.core.windows.net") => Some("https://storage.azure.com/"),
            _ if host.ends_with(".vault.azure.net") => Some("https://vault.azure.net"),
            _ if host.ends_with(".inference.ml.azure.com") => Some("https://ml.azure.com"),
            _ => panic!("nobody is at {host}"),
        };
        assert_eq!(call.audience.as_deref(), wanted, "{}", call.uri);
        match host {
            "api.github.com" => self.github(call),
            "dev.azure.com" => self.azure_pipelines(call),
            _ if host.ends_with(".blob.core.windows.net") => self.blob(call, path),
            _ if host.ends_with(".vault.azure.net") => {
                Answer::new(200, json!({ "value": TOKEN, "id": call.uri }))
            }
            _ => self.start(call, 201),
        }
    }

    /// Something is started, unless there is trouble.
    fn start(&mut self, call: &Call, status: i64) -> Answer {
        if !self.trouble.is_empty() {
            let status = self.trouble.remove(0);
            if status >= 400 {
                return Answer::new(status, json!({ "message": "trouble" }));
            }
        }
        self.started.push((self.now, call.clone()));
        Answer::new(status, Value::Null)
    }

    fn github(&mut self, call: &Call) -> Answer {
        if call.headers.get("authorization").map(String::as_str) != Some(&format!("Bearer {TOKEN}"))
        {
            return Answer::new(401, json!({ "message": "Bad credentials" }));
        }
        assert!(call.headers.contains_key("user-agent"), "GitHub refuses calls without one");
        let payload = call.body["client_payload"].as_object().expect("a payload");
        let size = call.body["client_payload"].to_string().chars().count();
        if payload.len() > 10 || size > 65_535 {
            return Answer::new(422, json!({ "message": "client_payload is too large" }));
        }
        self.start(call, 204)
    }

    fn azure_pipelines(&mut self, call: &Call) -> Answer {
        if call.method == "GET" {
            let found = (0..self.definitions).map(|it| json!({ "id": 42 + it, "name": "n" }));
            let found: Vec<Value> = found.collect();
            return Answer::new(200, json!({ "count": found.len(), "value": found }));
        }
        let texts = call.body["templateParameters"].as_object().expect("parameters");
        assert!(texts.values().all(Value::is_string), "template parameters are texts: {texts:?}");
        self.start(call, 200)
    }

    /// Conditional requests as the blob service answers them.
    fn blob(&mut self, call: &Call, path: &str) -> Answer {
        let header = |name: &str| call.headers.get(name).map(String::as_str);
        assert!(
            header("x-ms-version").is_some_and(|it| it >= "2017-11-09"),
            "tokens need a version"
        );
        let known = self.blobs.get(path).cloned();
        let tag = |number: u64| format!("\"0x{number:X}\"");
        if let (Some(wanted), Some((number, _))) = (header("if-match"), &known)
            && wanted != tag(*number)
        {
            return Answer::new(412, json!("ConditionNotMet"));
        }
        match (call.method.as_str(), known) {
            ("PUT", Some(_)) if header("if-none-match") == Some("*") => {
                Answer::new(409, json!("BlobAlreadyExists"))
            }
            ("PUT", _) => {
                assert_eq!(header("x-ms-blob-type"), Some("BlockBlob"));
                self.tags += 1;
                self.blobs.insert(path.to_owned(), (self.tags, call.body.clone()));
                Answer::new(201, Value::Null)
            }
            (_, None) => Answer::new(404, json!("BlobNotFound")),
            ("GET", Some((number, body))) => {
                Answer { status: 200, headers: json!({ "ETag": tag(number) }), body }
            }
            ("DELETE", Some(_)) => {
                self.blobs.remove(path);
                Answer::new(202, Value::Null)
            }
            (method, _) => panic!("{method} of a blob"),
        }
    }
}
