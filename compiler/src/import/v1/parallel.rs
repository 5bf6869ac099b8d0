//! `ParallelRunStep` with its `ParallelRunConfig`.

use super::draft::{Draft, FILL_IN};
use super::pure::printed;
use super::software;
use super::steps::{self, Step, arguments, flow};
use super::value::{Object, Value};
use crate::emit::{Doc, Map};

pub(super) fn write(draft: &mut Draft<'_>, step: &mut Step<'_>) -> Map {
    let object = step.object;
    let config = object.keyword("parallel_run_config").and_then(|value| draft.object(value));
    let Some((_, config)) = config else {
        draft.remarks.lost(
            object.span,
            "its `ParallelRunConfig` was not found",
            "write it by hand",
        );
        return Map::new();
    };
    let mut doc = steps::placed(draft, config, config.keyword("environment"));
    doc.put_some("description", config.keyword("description").and_then(Value::text));
    doc.put("parallel", body(draft, step, config));
    let mut env = software::variables(draft, config.keyword("environment"));
    for entry in variables(config).0 {
        env.0.retain(|known| known.key != entry.key);
        env.0.push(entry);
    }
    doc.put_filled("env", env);
    let mut resources = Map::new();
    put(draft, config, &mut resources, "instance_count", "node_count");
    put(draft, config, &mut resources, "max_concurrency_per_instance", "process_count_per_node");
    doc.put_filled("resources", resources);
    doc
}

fn body(draft: &mut Draft<'_>, step: &mut Step<'_>, config: &Object) -> Map {
    let text = |name: &str| config.keyword(name).and_then(Value::text);
    let mut body = Map::new();
    body.put("code", draft.code(config));
    body.put("entry_script", text("entry_script").unwrap_or("fill_in.py"));
    let mut words = arguments(draft, step, step.object.keyword("arguments"));
    bare(draft, step, &mut words);
    body.put_some("arguments", Some(words.join(" ")).filter(|words| !words.is_empty()));
    body.put_some("input_data", divided(draft, step));
    side_inputs(draft, step);
    mini_batch_size(draft, config, &mut body);
    put(draft, config, &mut body, "error_threshold", "error_threshold");
    put(draft, config, &mut body, "mini_batch_error_threshold", "allowed_failed_count");
    put(draft, config, &mut body, "allowed_failed_percent", "allowed_failed_percent");
    let keys = config.keyword("partition_keys").map_or(&[][..], Value::items);
    let keys: Vec<Doc> = keys.iter().filter_map(Value::text).map(Doc::from).collect();
    body.put_filled("partition_keys", keys);
    collected(draft, step, config, &mut body);
    if let Some(seconds) = config.keyword("run_invocation_timeout") {
        let text = seconds.integer().map(|seconds| Doc::from(format!("{seconds}s")));
        body.put_some("mini_batch_timeout", text.or_else(|| draft.setting(seconds)));
    }
    retries(draft, config, &mut body);
    put(draft, config, &mut body, "logging_level", "logging_level");
    body
}

/// No shell reads the arguments, which are cut at blanks: what needs quotes is lost.
fn bare(draft: &mut Draft<'_>, step: &Step<'_>, words: &mut [String]) {
    for word in words.iter_mut().filter(|word| word.starts_with(['\'', '"'])) {
        FILL_IN.clone_into(word);
        draft.remarks.lost(
            step.listed,
            "the arguments of a parallel step are cut at blanks, and take no quotes",
            "put the text into a file in `code`, or into `env`",
        );
    }
}

/// A setting under its new name.
fn put(draft: &mut Draft<'_>, config: &Object, to: &mut Map, key: &'static str, old: &str) {
    let Some(value) = config.keyword(old) else { return };
    match draft.setting(value) {
        Some(Doc::Number(text)) if whole(&text).is_some() => {
            to.put_some(key, whole(&text));
        }
        Some(value) => {
            to.put(key, value);
        }
        None => draft.remarks.lost(
            config.place(old),
            format!("the value of `{old}` was not understood"),
            "set it in the spec",
        ),
    }
}

/// `3.0` as the whole number that it is.
fn whole(text: &str) -> Option<i64> {
    let (whole, rest) = text.split_once('.')?;
    whole.parse().ok().filter(|_| rest.bytes().all(|digit| digit == b'0'))
}

/// A number of files is a number; bytes have a unit.
fn mini_batch_size(draft: &mut Draft<'_>, config: &Object, body: &mut Map) {
    let text = config.keyword("mini_batch_size").and_then(Value::text);
    match text.and_then(|text| text.parse::<i64>().ok()) {
        Some(files) => {
            body.put("mini_batch_size", files);
        }
        None => put(draft, config, body, "mini_batch_size", "mini_batch_size"),
    }
}

/// Version 1 counts tries, version 2 counts what comes after the first.
fn retries(draft: &mut Draft<'_>, config: &Object, body: &mut Map) {
    match config.keyword("run_max_try") {
        None => {}
        Some(value) => match value.integer() {
            Some(tries) => {
                body.put("max_retries", (tries - 1).max(0));
            }
            None => draft.remarks.lost(
                config.place("run_max_try"),
                "`max_retries` is one less than `run_max_try`, which is not known",
                "set it in the spec",
            ),
        },
    }
}

/// The input that is cut into mini-batches: the first.
fn divided(draft: &mut Draft<'_>, step: &mut Step<'_>) -> Option<String> {
    let inputs = step.object.keyword("inputs").map_or(&[][..], Value::items);
    let path = inputs.first().and_then(|first| match draft.parameter(first) {
        Some(name) => Some(format!("parameters.{name}")),
        None => flow(draft, step, first),
    });
    if path.is_none() {
        let at = step.object.place("inputs");
        draft.remarks.lost(at, "its input was not understood", "write `input_data` by hand");
    }
    path.map(|path| super::draft::reference(&path))
}

/// Further inputs that no argument names are there for the script, under their names.
fn side_inputs(draft: &mut Draft<'_>, step: &mut Step<'_>) {
    let told = step.object.keyword("arguments").map_or(&[][..], Value::items);
    let told: Vec<Value> =
        told.iter().filter_map(|value| draft.data(value)).map(|data| data.base).collect();
    for value in step.object.keyword("side_inputs").map_or(&[][..], Value::items) {
        let Some(data) = draft.data(value).filter(|data| !told.contains(&data.base)) else {
            continue;
        };
        let name = Draft::outside_name(&data);
        if let Some(path) = flow(draft, step, value)
            && path.starts_with("steps.")
        {
            let mut doc = Map::new();
            doc.put("from", super::draft::reference(&path));
            step.input(&name, doc);
        }
    }
}

/// Rows go to one file unless the script writes its own.
fn collected(draft: &mut Draft<'_>, step: &mut Step<'_>, config: &Object, body: &mut Map) {
    if config.keyword("output_action").and_then(Value::text) == Some("summary_only") {
        return;
    }
    let Some(output) = step.outputs.0.first_mut() else { return };
    body.put("append_row_to", output.key.to_string());
    match &mut output.value {
        Doc::Map(map) => {
            for entry in map.0.iter_mut().filter(|entry| entry.key == "type") {
                entry.value = Doc::from("uri_file");
            }
        }
        value => *value = Doc::from("uri_file"),
    }
    if let Some(name) = config.keyword("append_row_file_name").and_then(Value::text) {
        draft.remarks.doubt(
            config.place("append_row_file_name"),
            format!("the rows are one file now, which is not called `{name}`"),
            "give the output a `path` if its name matters",
        );
    }
}

fn variables(config: &Object) -> Map {
    let mut env = Map::new();
    if let Some(Value::Dict(pairs)) = config.keyword("environment_variables") {
        for (name, value) in pairs {
            if let Some(text) = printed(value) {
                env.put(name.clone(), text);
            }
        }
    }
    env
}
