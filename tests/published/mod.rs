//! What is made from the compiler's types and committed: the JSON Schemas and the manual.
//!
//! `MLOPSC_UPDATE=1 cargo test published` writes them again.

mod draft07;
mod manual;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jsonschema::Validator;
use mlopsc_compiler::{project_schema, spec_schema};
use serde_json::{Value, json};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Holds a committed file to the text that the types give, or writes it.
fn fresh(path: &str, text: &str) {
    let full = root().join(path);
    if std::env::var_os("MLOPSC_UPDATE").is_some() {
        fs::create_dir_all(full.parent().expect("a file has a folder")).unwrap();
        fs::write(&full, text).unwrap();
        return;
    }
    let committed = fs::read_to_string(&full).unwrap_or_default().replace("\r\n", "\n");
    let differs = committed.lines().zip(text.lines()).position(|(old, new)| old != new);
    let line = differs.unwrap_or_else(|| committed.lines().count().min(text.lines().count())) + 1;
    assert!(
        committed == text,
        "{path} does not say what the types say (line {line}); MLOPSC_UPDATE=1 cargo test \
         published writes it again"
    );
}

fn pretty(schema: &Value) -> String {
    let mut text = serde_json::to_string_pretty(schema).expect("a schema is JSON");
    text.push('\n');
    text
}

#[test]
fn schemas_are_fresh() {
    for (name, schema) in [("spec", spec_schema()), ("project", project_schema())] {
        fresh(&format!("schemas/{name}.schema.json"), &pretty(&schema));
        let editors = draft07::of(&schema);
        fresh(&format!("schemas/{name}.draft-07.schema.json"), &pretty(&editors));
    }
}

#[test]
fn the_manual_is_fresh() {
    fresh("docs/reference.md", &manual::reference(&spec_schema(), &project_schema()));
}

#[test]
fn the_words_for_fuzzing_are_fresh() {
    let mut words = BTreeSet::new();
    for schema in [spec_schema(), project_schema()] {
        add_words(&schema, &mut words);
    }
    let expressions =
        ["parameters.", "steps.", ".outputs.", "inputs.", "git.sha", "secrets.", "variables."];
    let brackets = ["${{ ", " }}", "\\x0a%%%\\x0a"];
    let mut text = String::from("# Keys and words of the language, from its JSON Schemas.\n");
    for word in expressions.iter().chain(&brackets) {
        text += &format!("\"{word}\"\n");
    }
    for word in words {
        text += &format!("\"{word}\"\n");
    }
    fresh("fuzz/spec.dict", &text);
}

/// Keys with their colon, and the words of closed sets.
fn add_words(schema: &Value, words: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("examples" | "default", _) => {}
                    ("enum", Value::Array(items)) => {
                        words.extend(items.iter().filter_map(|it| it.as_str()).map(str::to_owned));
                    }
                    ("properties", Value::Object(fields)) => {
                        words.extend(fields.keys().map(|key| format!("{key}: ")));
                        fields.values().for_each(|field| add_words(field, words));
                    }
                    _ => add_words(value, words),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| add_words(item, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The schemas in both dialects.
fn schemas() -> Vec<(&'static str, Value)> {
    let pairs = [("spec", spec_schema()), ("project", project_schema())];
    let both = |(name, schema): (&'static str, Value)| {
        let editors = draft07::of(&schema);
        [(name, schema), (name, editors)]
    };
    pairs.into_iter().flat_map(both).collect()
}

fn validator(schema: &Value) -> Validator {
    jsonschema::validator_for(schema).expect("a schema of its dialect")
}

#[test]
fn schemas_are_schemas() {
    for (name, schema) in schemas() {
        if let Err(error) = jsonschema::meta::validate(&schema) {
            panic!("{name}: {error} at {}", error.instance_path());
        }
    }
}

#[test]
fn every_record_is_described_and_its_example_fits() {
    for (name, schema) in schemas() {
        let mut examples = 0;
        let defs = schema.get("$defs").or_else(|| schema.get("definitions"));
        for (def, body) in defs.and_then(Value::as_object).expect("definitions") {
            assert!(body["description"].is_string(), "{name}: {def} has no description");
            assert!(body["title"].is_string(), "{name}: {def} has no title");
            let example = &body["examples"][0];
            if example.is_null() {
                continue;
            }
            examples += 1;
            let mut alone = schema.clone();
            let alone_root = alone.as_object_mut().expect("an object");
            let kept = ["$schema", "$defs", "definitions"];
            alone_root.retain(|key, _| kept.contains(&key.as_str()));
            alone_root.extend(body.as_object().expect("an object").clone());
            if let Err(error) = validator(&alone).validate(example) {
                panic!("{name}: the example of {def} does not fit: {error}");
            }
        }
        assert!(examples > 3, "{name}: examples were read");
        assert!(validator(&schema).is_valid(&schema["examples"][0]), "{name}: the whole example");
    }
}

#[test]
fn every_field_is_described() {
    fn fields(at: &str, schema: &Value) {
        for (key, field) in schema["properties"].as_object().into_iter().flatten() {
            assert!(field["description"].is_string(), "{at}: `{key}` has no description");
        }
        for form in schema["anyOf"].as_array().into_iter().flatten() {
            fields(at, form);
        }
    }
    for (name, schema) in schemas() {
        fields(name, &schema);
        let defs = schema.get("$defs").or_else(|| schema.get("definitions"));
        for (def, body) in defs.and_then(Value::as_object).expect("definitions") {
            fields(def, body);
        }
    }
}

/// A project's YAML as a JSON value, merges applied.
fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap();
    let mut value: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    value.apply_merge().unwrap();
    serde_json::to_value(value).unwrap()
}

#[test]
fn the_examples_of_the_repository_fit() {
    let mut read_files = 0;
    for (name, schema) in schemas() {
        let validator = validator(&schema);
        for example in fs::read_dir(root().join("examples")).unwrap() {
            let folder = example.unwrap().path();
            let files = match name {
                "project" => vec![folder.join("mlopsc.yaml")],
                _ => fs::read_dir(folder.join("pipelines"))
                    .unwrap()
                    .map(|entry| entry.unwrap().path())
                    .collect(),
            };
            for file in files {
                read_files += 1;
                if let Err(error) = validator.validate(&read(&file)) {
                    panic!("{}: {error} at {}", file.display(), error.instance_path());
                }
            }
        }
    }
    assert!(read_files > 8);
}

#[test]
fn the_specs_of_the_cases_fit() {
    for (_, schema) in schemas().into_iter().filter(|(name, _)| *name == "spec") {
        let validator = validator(&schema);
        for case in crate::cases::CASES.iter().filter(|case| **case != "mistakes") {
            let spec = read(&crate::cases::folder().join(format!("{case}.mlops.yaml")));
            if let Err(error) = validator.validate(&spec) {
                panic!("{case}: {error} at {}", error.instance_path());
            }
        }
    }
}

#[test]
fn what_is_no_spec_does_not_fit() {
    let good = json!({
        "mlopsc": 1,
        "name": "a",
        "steps": { "hello": { "runner": "ubuntu-latest", "run": "echo" } },
    });
    let with = |pointer: &str, key: &str, value: Value| {
        let mut spec = good.clone();
        spec.pointer_mut(pointer).unwrap()[key] = value;
        spec
    };
    for (_, schema) in schemas().into_iter().filter(|(name, _)| *name == "spec") {
        let validator = validator(&schema);
        assert!(validator.is_valid(&good));
        assert!(validator.is_valid(&with("/steps/hello", "outputs", json!({ "x": "uri_file" }))));
        for bad in [
            with("", "mlopsc", json!(2)),
            with("", "nmae", json!("a")),
            with("", "steps", json!([])),
            with("/steps", "Hello", json!({})),
            with("/steps", "a__b", json!({})),
            with("/steps/hello", "rnu", json!("x")),
            with("/steps/hello", "outputs", json!({ "x": "uri_fiel" })),
            with("/steps/hello", "outputs", json!({ "x": { "mode": "uplaod" } })),
            with("/steps/hello", "timeout", json!("5 parsecs")),
            with("/steps/hello", "resources", json!({ "instance_count": 0 })),
            with("/steps/hello", "working_dir", json!("/tmp")),
            json!({ "mlopsc": 1, "name": "a" }),
            json!(null),
        ] {
            assert!(!validator.is_valid(&bad), "{bad}");
        }
    }
}
