//! Messages as JSON.

use mlopsc_compiler::diagnostics::Level;
use serde_json::Value;

use super::{At, Message, keys, level};

/// The messages of a document, and what in it has a form that nobody knows.
pub(super) fn read(document: &Value) -> (Vec<Message>, Vec<String>) {
    let (list, errors) = (document.as_array(), document["errors"].as_array());
    let Some(items) = list.or(errors) else { return (Vec::new(), vec![document.to_string()]) };
    let (mut messages, mut rest) = (Vec::new(), Vec::new());
    for item in items {
        match one(item) {
            Some(message) => messages.push(message),
            None => rest.push(item.to_string()),
        }
    }
    (messages, rest)
}

fn one(item: &Value) -> Option<Message> {
    let has = |key: &str| item.get(key).is_some_and(|value| !value.is_null());
    if has("locations") {
        zizmor(item)
    } else if has("filepath") {
        actionlint(item)
    } else if has("filename") {
        check_jsonschema(item)
    } else if has("range") {
        own(item)
    } else {
        azure_ml(item)
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn number(value: &Value) -> Option<u32> {
    u32::try_from(value.as_u64()?).ok()
}

/// zizmor's `json-v1`: rows and columns count from 0.
fn zizmor(item: &Value) -> Option<Message> {
    let locations = item["locations"].as_array()?;
    let is_primary = |it: &&Value| it["symbolic"]["kind"] == "Primary";
    let place = locations.iter().find(is_primary).or(locations.first())?;
    let key = &place["symbolic"]["key"]["Local"];
    let file = key["verbatim_path"].as_str().or_else(|| key["given_path"].as_str())?;
    let point = &place["concrete"]["location"]["start_point"];
    let annotation = text(&place["symbolic"]["annotation"]);
    let severity = item["determinations"]["severity"].as_str().unwrap_or_default();
    Some(Message {
        tool: "zizmor".to_owned(),
        kind: Some(text(&item["ident"])),
        level: level(severity),
        text: format!("{}: {annotation}", text(&item["desc"])),
        file: Some(file.to_owned()),
        at: At::Line(number(&point["row"])? + 1, number(&point["column"]).map(|it| it + 1)),
    })
}

/// What actionlint makes of the format `{{json .}}`.
fn actionlint(item: &Value) -> Option<Message> {
    Some(Message {
        tool: "actionlint".to_owned(),
        kind: item["kind"].as_str().map(str::to_owned),
        level: Level::Error,
        text: text(&item["message"]),
        file: Some(text(&item["filepath"])),
        at: At::Line(number(&item["line"])?, number(&item["column"])),
    })
}

fn check_jsonschema(item: &Value) -> Option<Message> {
    Some(Message {
        tool: "check-jsonschema".to_owned(),
        kind: None,
        level: Level::Error,
        text: text(&item["message"]),
        file: Some(item["filename"].as_str()?.to_owned()),
        at: At::Keys(keys(item["path"].as_str().unwrap_or("$"))),
    })
}

/// Our own `json`.
fn own(item: &Value) -> Option<Message> {
    let start = &item["range"]["start"];
    Some(Message {
        tool: "mlopsc".to_owned(),
        kind: item["name"].as_str().map(str::to_owned),
        level: level(item["level"].as_str().unwrap_or_default()),
        text: text(&item["message"]),
        file: Some(item["file"].as_str()?.to_owned()),
        at: At::Line(number(&start["line"])?, number(&start["column"])),
    })
}

/// An error of Azure ML's SDK: keys, and perhaps `FILE#line N`.
fn azure_ml(item: &Value) -> Option<Message> {
    let location = item["location"].as_str().and_then(|it| it.rsplit_once("#line "));
    let path = keys(item["path"].as_str()?);
    let file = location.map(|(file, _)| file.to_owned());
    Some(Message {
        tool: "azure-ai-ml".to_owned(),
        kind: None,
        level: Level::Error,
        text: format!("{}: {}", path.join("."), text(&item["message"])),
        file,
        at: At::Keys(path),
    })
}
