//! The template as JSON for Azure Resource Manager
//! (<https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax>).

use super::expression::Expression;
use super::model::{Object, Resource, Template, Value};
use crate::emit::{Doc, Map, json};

const SCHEMA: &str =
    "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
const PARAMETERS_SCHEMA: &str =
    "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#";
const CONTENT_VERSION: &str = "1.0.0.0";

/// The template, with whose it is in its metadata.
pub(super) fn template(template: &Template, metadata: Map) -> String {
    let mut doc = Map::new();
    doc.put("$schema", SCHEMA).put("contentVersion", CONTENT_VERSION).put("metadata", metadata);
    let mut parameters = Map::new();
    for parameter in &template.parameters {
        let mut map = Map::new();
        map.put("type", "string");
        map.put_some("defaultValue", parameter.default.as_ref().map(Expression::arm));
        let mut about = Map::new();
        about.put("description", &parameter.about);
        map.put("metadata", about);
        parameters.put(parameter.name.clone(), map);
    }
    let mut variables = Map::new();
    for (name, expression) in &template.variables {
        variables.put(name.clone(), expression.arm());
    }
    doc.put("parameters", parameters).put_filled("variables", variables);
    let resources: Vec<Map> =
        template.resources.iter().map(|one| resource(template, one)).collect();
    doc.put("resources", resources);
    let mut principals = Map::new();
    principals.put("type", "object").put("value", object(&template.principals));
    let mut outputs = Map::new();
    outputs.put("principals", principals);
    doc.put("outputs", outputs);
    json(&doc)
}

fn resource(template: &Template, resource: &Resource) -> Map {
    let known = &resource.known;
    let mut map = Map::new();
    map.put("type", known.kind.name()).put("apiVersion", known.kind.version());
    let scope = known.scope.as_ref().map(|scope| Expression::Id(scope.clone()).arm());
    map.put_some("scope", scope);
    map.put("name", known.full_name().arm());
    let needs = template.needs(resource);
    let needs = needs.named.iter().chain(&needs.unnamed);
    let needs: Vec<String> = needs.map(|known| Expression::Id((*known).clone()).arm()).collect();
    map.put_filled("dependsOn", needs);
    for entry in object(&resource.body).0 {
        map.0.push(entry);
    }
    map
}

fn object(object: &Object) -> Map {
    let mut map = Map::new();
    for (key, held) in &object.0 {
        map.put(key.clone(), value(held));
    }
    map
}

fn value(held: &Value) -> Doc {
    match held {
        Value::Text(text) => Expression::text(text).arm().into(),
        Value::Expression(expression) => expression.arm().into(),
        Value::Boolean(value) => (*value).into(),
        Value::Integer(number) => (*number).into(),
        Value::Number(spelling) => Doc::Number(spelling.clone()),
        Value::List(items) => Doc::List(items.iter().map(value).collect()),
        Value::Object(inner) => object(inner).into(),
    }
}

/// The file of values for the template's parameters.
pub(super) fn parameters(values: &[(String, String)]) -> String {
    let mut map = Map::new();
    for (name, value) in values {
        let mut entry = Map::new();
        entry.put("value", value);
        map.put(name.clone(), entry);
    }
    let mut doc = Map::new();
    doc.put("$schema", PARAMETERS_SCHEMA).put("contentVersion", CONTENT_VERSION);
    doc.put("parameters", map);
    json(&doc)
}
