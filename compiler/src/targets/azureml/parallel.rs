//! Parallel nodes: a script over the mini-batches of one input.

use super::context::Context;
use super::{node, value};
use crate::emit::{Doc, Map};
use crate::plan::{AzureMlPlace, Batching, FanOut, Setting, Step};

/// The node but for its inputs and outputs.
pub(super) fn write(
    context: &Context<'_>,
    step: &Step,
    place: &AzureMlPlace,
    task: &FanOut,
) -> Map {
    let setting = |setting: &Setting| value::setting(context, setting);
    let mut doc = Map::new();
    doc.put("type", "parallel");
    node::titles(step, &mut doc);
    doc.put("input_data", value::own_input(step, task.input_data));
    batching(context, &task.batching, &mut doc);
    doc.put_some("error_threshold", task.error_threshold.as_ref().map(setting));
    let batches = task.mini_batch_error_threshold.as_ref();
    doc.put_some("mini_batch_error_threshold", batches.map(setting));
    doc.put_some("logging_level", task.logging_level.as_ref().map(setting));
    let workers = task.max_concurrency_per_instance.as_ref();
    doc.put_some("max_concurrency_per_instance", workers.map(setting));
    doc.put_filled("retry_settings", retries(context, task));
    doc.put("task", script(context, step, place, task));
    doc.put_filled("environment_variables", node::variables(context, step));
    doc.put_some("compute", node::compute(context, place));
    doc.put_filled("resources", node::resources(context, &place.resources));
    node::settings(&place.settings, &mut doc);
    doc
}

/// Azure ML wants the size of a mini-batch as text, also where it is a number.
fn batching(context: &Context<'_>, batching: &Batching, doc: &mut Map) {
    match batching {
        Batching::Size(size) => {
            doc.put("mini_batch_size", value::text_setting(context, size));
        }
        Batching::PartitionKeys(keys) => {
            doc.put("partition_keys", keys.clone());
        }
        Batching::Default => {}
    }
}

fn retries(context: &Context<'_>, task: &FanOut) -> Map {
    let setting = |setting: &Setting| value::setting(context, setting);
    let mut doc = Map::new();
    doc.put_some("timeout", task.mini_batch_timeout.as_ref().map(setting));
    doc.put_some("max_retries", task.max_retries.as_ref().map(setting));
    doc
}

fn script(context: &Context<'_>, step: &Step, place: &AzureMlPlace, task: &FanOut) -> Map {
    let mut doc = Map::new();
    doc.put("type", "run_function");
    doc.put("code", context.way_to(&task.code));
    doc.put("entry_script", &task.entry_script);
    let arguments = value::script(step, &task.arguments);
    doc.put_some("program_arguments", Some(arguments).filter(|text| !text.is_empty()));
    let collected = task.append_row_to.map(|output| value::own_output(step, output));
    doc.put_some("append_row_to", collected.map(Doc::from));
    doc.put_some("environment", node::environment(context, place));
    doc
}
