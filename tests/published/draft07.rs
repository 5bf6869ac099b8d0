//! A 2020-12 schema as draft-07, which every editor understands.

use serde_json::{Map, Value, json};

/// The same schema in the words of draft-07. There a `$ref` stands alone: what is beside one moves
/// around it.
pub(crate) fn of(schema: &Value) -> Value {
    let mut schema = converted(schema);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema
}

fn converted(value: &Value) -> Value {
    match value {
        Value::Object(map) => object(map),
        Value::Array(items) => items.iter().map(converted).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn object(map: &Map<String, Value>) -> Value {
    let mut out = Map::new();
    for (key, value) in map {
        match (key.as_str(), value) {
            ("$ref", Value::String(target)) => {
                let target = json!({ "$ref": target.replace("#/$defs/", "#/definitions/") });
                if map.len() == 1 {
                    return target;
                }
                out.insert("allOf".to_owned(), json!([target]));
            }
            ("$defs", Value::Object(defs)) => {
                out.insert("definitions".to_owned(), named(defs));
            }
            ("properties", Value::Object(fields)) => _ = out.insert(key.clone(), named(fields)),
            // Values, not schemas.
            ("examples" | "default", value) => _ = out.insert(key.clone(), value.clone()),
            _ => _ = out.insert(key.clone(), converted(value)),
        }
    }
    Value::Object(out)
}

/// Schemas by names, which are no words of the dialect.
fn named(schemas: &Map<String, Value>) -> Value {
    let each = schemas.iter().map(|(name, schema)| (name.clone(), converted(schema)));
    Value::Object(each.collect())
}

#[test]
fn references_stand_alone() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "properties": { "default": { "$ref": "#/$defs/A" }, "b": { "description": "b", "$ref": "#/$defs/A" } },
        "$defs": { "A": { "type": "string" } },
    });
    let expected = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "properties": {
            "default": { "$ref": "#/definitions/A" },
            "b": { "description": "b", "allOf": [{ "$ref": "#/definitions/A" }] },
        },
        "definitions": { "A": { "type": "string" } },
    });
    assert_eq!(of(&schema), expected);
}
