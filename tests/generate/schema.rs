//! The published schemas and the decoder judge alike.

use jsonschema::Validator;
use mlopsc_compiler::diagnostics::{Level, Sink};
use mlopsc_compiler::source::FileId;
use mlopsc_compiler::{project_schema, spec, spec_schema};
use serde_json::Value;

use super::for_all;
use super::properties::ensure;

#[test]
fn schema_and_decoder_agree() {
    let validator = |schema: &Value| jsonschema::validator_for(schema).expect("a schema");
    let (specs, projects) = (validator(&spec_schema()), validator(&project_schema()));
    for_all(400, true, |generated| {
        for path in &generated.specs {
            let text = &generated.files.0[path];
            let mut sink = Sink::new();
            spec::read_spec(FileId(0), text, &mut sink);
            agree(path, text, &specs, &sink)?;
        }
        if let Some(text) = generated.files.0.get("mlopsc.yaml") {
            let mut sink = Sink::new();
            spec::read_project(FileId(0), text, &mut sink);
            agree("mlopsc.yaml", text, &projects, &sink)?;
        }
        Ok(())
    });
}

/// Shape that only the decoder knows: what is inside a text.
const INSIDE: [&str; 9] = [
    "syntax",
    "duplicate-key",
    "bad-expression",
    "bad-shell",
    "unsafe-reference",
    "bad-value",
    "bad-name",
    "not-supported",
    "missing-key",
];

fn agree(path: &str, text: &str, schema: &Validator, sink: &Sink) -> Result<(), String> {
    let errors = || sink.items().iter().filter(|it| it.level == Level::Error);
    let said: Vec<String> =
        errors().map(|it| format!("{}: {}", it.rule.name, it.message)).collect();
    let Ok(value) = read(text) else {
        ensure!(!said.is_empty(), "{path}: another reader of YAML refuses it");
        return Ok(());
    };
    let refused = schema
        .validate(&value)
        .err()
        .map(|error| format!("{} at {} in {}", error, error.instance_path(), error.schema_path()));
    if let Some(refused) = refused {
        ensure!(!said.is_empty(), "{path}: the schema alone refuses: {refused}");
    } else {
        let shape = errors().find(|it| !INSIDE.contains(&it.rule.name));
        ensure!(shape.is_none(), "{path}: the schema takes what the decoder refuses: {said:?}");
    }
    Ok(())
}

/// A text as JSON, with merges applied.
fn read(text: &str) -> Result<Value, String> {
    let mut value: serde_yaml::Value =
        serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    value.apply_merge().map_err(|error| error.to_string())?;
    serde_json::to_value(value).map_err(|error| error.to_string())
}
