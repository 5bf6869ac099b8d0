//! A template as Azure Resource Manager reads it, as far as ours go.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::expression::{self, Scope};

/// A template with its parameters.
pub(super) struct Template {
    root: Value,
    parameters: BTreeMap<String, Value>,
}

/// A resource, with all expressions of the template evaluated.
pub(super) type Resource = Value;

impl Template {
    /// A template; values of parameters come from its parameters file, then from `given`.
    pub(super) fn read(template: &str, parameters: &str, given: &[(&str, &str)]) -> Self {
        let root: Value = serde_json::from_str(template).expect("JSON");
        let file: Value = serde_json::from_str(parameters).expect("JSON");
        let mut known: BTreeMap<String, Value> = BTreeMap::new();
        for (name, declared) in root["parameters"].as_object().expect("parameters") {
            let own = given.iter().find(|(own, _)| own == name).map(|(_, value)| json!(value));
            let said = file["parameters"].get(name).map(|it| it["value"].clone());
            let default = declared.get("defaultValue").cloned();
            let value = said.or(own).or(default);
            known.insert(name.clone(), value.unwrap_or_else(|| panic!("nobody gives {name}")));
        }
        Self { root, parameters: known }
    }

    /// The resources of a type.
    pub(super) fn resources(&self, kind: &str) -> Vec<Resource> {
        let all = self.root["resources"].as_array().expect("resources");
        let own = all.iter().filter(|it| it["type"] == kind);
        own.map(|it| self.evaluated(it)).collect()
    }

    fn evaluated(&self, value: &Value) -> Value {
        match value {
            Value::String(text) if text.starts_with("[[") => Value::from(&text[1..]),
            Value::String(text) if text.starts_with('[') && text.ends_with(']') => {
                let body = format!("@{}", &text[1..text.len() - 1]);
                let found = expression::value(self, &Value::from(body.as_str()));
                found.unwrap_or_else(|error| panic!("{text}: {error}"))
            }
            Value::Array(items) => items.iter().map(|item| self.evaluated(item)).collect(),
            Value::Object(map) => {
                let each = map.iter().map(|(key, item)| {
                    // The definition's own language is left as it is.
                    let is_foreign = key == "definition";
                    (key.clone(), if is_foreign { item.clone() } else { self.evaluated(item) })
                });
                Value::Object(each.collect())
            }
            other => other.clone(),
        }
    }
}

impl Scope for Template {
    fn trigger_body(&self) -> Value {
        panic!("a template has no trigger")
    }

    fn parameter(&self, name: &str) -> Option<Value> {
        let found = self.parameters.get(name)?;
        Some(self.evaluated(found))
    }

    fn outputs(&self, _: &str) -> Option<Value> {
        None
    }

    fn status(&self, _: &str) -> Option<String> {
        None
    }

    fn run_name(&self) -> String {
        panic!("a template has no run")
    }

    fn now(&self) -> i64 {
        0
    }

    fn resource(&self, function: &str, arguments: &[Value]) -> Option<Value> {
        let texts: Vec<String> = arguments.iter().map(expression::as_text).collect();
        match function {
            "variables" => Some(self.evaluated(self.root["variables"].get(&texts[0])?)),
            "format" => {
                let fill = |text: String, (at, value): (usize, &String)| {
                    text.replace(&format!("{{{at}}}"), value)
                };
                Some(texts[1..].iter().enumerate().fold(texts[0].clone(), fill).into())
            }
            "resourceId" => Some(resource_id(&texts).into()),
            "subscriptionResourceId" | "extensionResourceId" | "guid" => {
                Some(format!("/{function}/{}", texts.join("/")).into())
            }
            "resourceGroup" => Some(json!({ "location": "westeurope", "name": "rg", "id": "/rg" })),
            "reference" => Some(json!({
                "identity": { "principalId": "principal" },
                "scoringUri": "https://e.westeurope.inference.ml.azure.com/jobs",
                "properties": { "scoringUri": "https://e.westeurope.inference.ml.azure.com/jobs" },
            })),
            "listCallbackUrl" => Some(json!({ "value": format!("https://callback/{}", texts[0]) })),
            _ => None,
        }
    }
}

/// The address of a resource: `resourceId([group,] type, name…)`.
fn resource_id(arguments: &[String]) -> String {
    let at = arguments.iter().position(|it| it.contains('/')).expect("a type");
    let group = arguments[..at].last().map_or("rg", String::as_str);
    let (provider, kinds) = arguments[at].split_once('/').expect("a type");
    let named = kinds.split('/').zip(&arguments[at + 1..]);
    let named: Vec<String> = named.map(|(kind, name)| format!("{kind}/{name}")).collect();
    let scope = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups";
    format!("{scope}/{group}/providers/{provider}/{}", named.join("/"))
}
