//! Parallel nodes.

use super::context::{Cx, put_from};
use super::environment::environment;
use super::names;
use super::ports::{Bindings, Inputs, inputs};
use super::read::{Field, Keys, Node};
use super::scope::Scope;
use super::step::{extras, head, references, resources, setting, tail, uses, verbatim};
use super::text;
use crate::diagnostics::{Diagnostic, IMPORT_CHANGE};
use crate::emit::{Doc, Map};

/// The step that a parallel node becomes.
pub(super) fn step(
    cx: &mut Cx<'_>,
    scope: &mut Scope<'_>,
    node: Field<'_>,
    keys: &Keys<'_>,
) -> Option<Map> {
    let name = scope.step(node.name());
    let Some(task) = keys.take("task").filter(|task| task.value.is_map()) else {
        cx.wrong(node.key.span(), "this node has no `task`");
        return None;
    };
    let task = Keys::of(task.value);
    let mut step = Map::new();
    head(cx, scope, keys, &mut step);
    let field = task.take("environment");
    put_from(&mut step, "environment", environment(cx, scope, &name, field), field);
    let words = |key: &str| keys.node.get(key).and_then(|it| it.text()).unwrap_or("");
    let arguments = task.node.get("program_arguments").and_then(|it| it.text()).unwrap_or("");
    let divided = words("input_data");
    let used = |name: &str| uses(arguments, name) || uses(divided, name);
    let inputs = inputs(cx, scope, keys.take("inputs"), &Bindings::split(&used, arguments));
    let parallel = body(cx, scope, keys, &task, &inputs);
    step.put("parallel", parallel);
    cx.finish(&task, "`task`");
    tail(cx, scope, &name, keys, inputs, &mut step);
    let mut own = Map::new();
    let field = keys.take("max_concurrency_per_instance");
    put_from(&mut own, "max_concurrency_per_instance", setting(cx, scope, field), field);
    put_from(&mut step, "resources", resources(cx, scope, keys, own), None);
    extras(keys, &mut step);
    cx.finish(keys, "a parallel node");
    Some(step)
}

fn body(
    cx: &mut Cx<'_>,
    scope: &Scope<'_>,
    keys: &Keys<'_>,
    task: &Keys<'_>,
    inputs: &Inputs,
) -> Map {
    let mut map = Map::new();
    if let Some(kind) = task.take("type")
        && kind.value.text() != Some("run_function")
    {
        cx.lost(kind.value.span(), "a spec can say tasks of type `run_function` only");
    }
    let field = task.take("code");
    let code = field.and_then(|field| cx.path(field.value));
    put_from(&mut map, "code", code, field);
    let field = task.take("entry_script");
    put_from(&mut map, "entry_script", cx.text(field), field);
    arguments(cx, keys, task, inputs, &mut map);
    let field = keys.take("input_data");
    let data = field.and_then(|field| own_input(cx, inputs, field.value));
    put_from(&mut map, "input_data", data, field);
    batching(cx, scope, keys, &mut map);
    for key in ["error_threshold", "mini_batch_error_threshold"] {
        let field = keys.take(key);
        put_from(&mut map, key, setting(cx, scope, field), field);
    }
    let field = task.take("append_row_to");
    let output = field.and_then(|field| own_output(cx, field.value, keys.node.get("outputs")));
    put_from(&mut map, "append_row_to", output, field);
    retries(cx, scope, keys, &mut map);
    let field = keys.take("logging_level");
    put_from(&mut map, "logging_level", setting(cx, scope, field), field);
    map
}

/// Azure ML takes one file where nothing is said; the language wants it said.
fn batching(cx: &mut Cx<'_>, scope: &Scope<'_>, keys: &Keys<'_>, map: &mut Map) {
    let size = keys.take("mini_batch_size");
    if let Some(field) = keys.take("partition_keys") {
        if let Some(size) = size {
            cx.changed(
                size.key.span(),
                "`partition_keys` wins over `mini_batch_size`, which is left out",
            );
        }
        let columns: Vec<String> =
            field.value.items().iter().filter_map(|it| Some(it.text()?.to_owned())).collect();
        put_from(map, "partition_keys", Some(columns), Some(field));
    } else if size.is_some() {
        put_from(map, "mini_batch_size", setting(cx, scope, size), size);
    } else {
        let message =
            "the size of a mini-batch is missing; Azure ML's documents say 1, and so does the spec";
        cx.changed(keys.node.span(), message);
        map.put("mini_batch_size", 1_i64);
    }
}

/// How often a mini-batch is tried, and for how long.
pub(super) fn retries(cx: &mut Cx<'_>, scope: &Scope<'_>, keys: &Keys<'_>, map: &mut Map) {
    let Some(retries) = keys.take("retry_settings").map(|field| Keys::of(field.value)) else {
        return;
    };
    let field = retries.take("timeout");
    let is_text = field.is_some_and(|it| it.value.text().is_some_and(|text| text.contains("${{")));
    let time = if is_text { setting(cx, scope, field) } else { cx.duration(field).map(Doc::from) };
    put_from(map, "mini_batch_timeout", time, field);
    let field = retries.take("max_retries");
    put_from(map, "max_retries", setting(cx, scope, field), field);
    cx.finish(&retries, "`retry_settings`");
}

fn own_input(cx: &mut Cx<'_>, inputs: &Inputs, node: Node<'_>) -> Option<String> {
    let inner = node.text().and_then(text::whole);
    let path = inner.and_then(text::own_input).and_then(|name| inputs.paths.get(name));
    if path.is_none() {
        cx.wrong(node.span(), "`input_data` names no input of this node");
    }
    path.map(|path| format!("${{{{ {path} }}}}"))
}

fn own_output(cx: &mut Cx<'_>, node: Node<'_>, outputs: Option<Node<'_>>) -> Option<String> {
    let inner = node.text().and_then(text::whole);
    let name = inner.and_then(text::own_output);
    let name = name.map(|name| names::among(outputs, name, names::port));
    if name.is_none() {
        cx.wrong(node.span(), "`append_row_to` names no output of this node");
    }
    name
}

/// The driver's own arguments at the end are keys of the language.
fn arguments(cx: &mut Cx<'_>, keys: &Keys<'_>, task: &Keys<'_>, inputs: &Inputs, map: &mut Map) {
    let Some(field) = task.take("program_arguments") else { return };
    let text = field.value.text().unwrap_or("");
    let (rest, percent, progress) = driver(text);
    let Some(references) = references(cx, inputs, keys, field.value) else { return };
    if !rest.is_empty() {
        let own = rest.split_whitespace().find(|word| is_drivers(word));
        if let Some(own) = own {
            let message =
                format!("`{own}` is an argument of Azure ML's driver; it stays among the script's");
            let help = "say it with its key, and write the other arguments without `verbatim`";
            let change = Diagnostic::new(&IMPORT_CHANGE, field.value.span(), message);
            cx.sink.report(change.help(help));
        }
        let odd = own.is_some();
        put_from(map, "arguments", Some(unread(rest, odd, &references)), Some(field));
    }
    map.put_some("allowed_failed_percent", percent);
    map.put_some("progress_update_timeout", progress);
}

/// Arguments that no shell reads.
pub(super) fn bare(
    cx: &mut Cx<'_>,
    inputs: &Inputs,
    keys: &Keys<'_>,
    node: Node<'_>,
) -> Option<Doc> {
    let references = references(cx, inputs, keys, node)?;
    Some(unread(node.text()?, false, &references))
}

/// Whether a shell would read a part of the arguments in another way.
pub(super) fn has_quotes(literal: &str) -> bool {
    literal.contains(['\'', '"', '\\', '`', '$'])
}

fn unread(arguments: &str, odd: bool, references: &dyn Fn(&str) -> String) -> Doc {
    let (mut text, mut odd) = (String::new(), odd);
    for part in text::parts(arguments) {
        match part {
            text::Part::Literal(literal) => {
                odd |= has_quotes(literal);
                text.push_str(literal);
            }
            text::Part::Expression(inner) => text.extend(["${{ ", &references(inner), " }}"]),
        }
    }
    if odd { verbatim(text) } else { Doc::Folded(text) }
}

/// Cuts `--allowed_failed_percent N` and `--progress_update_timeout N` off the end, in the order in
/// which the compiler writes them.
fn driver(text: &str) -> (&str, Option<i64>, Option<String>) {
    let (rest, progress) = cut(text, "--progress_update_timeout");
    let (rest, percent) = cut(rest, "--allowed_failed_percent");
    (rest, percent, progress.map(|seconds| format!("{seconds}s")))
}

fn cut<'t>(text: &'t str, argument: &str) -> (&'t str, Option<i64>) {
    let Some((rest, number)) = text.rsplit_once(argument) else { return (text, None) };
    let digits = number.strip_prefix(' ').filter(|it| it.bytes().all(|b| b.is_ascii_digit()));
    let alone = rest.is_empty() || rest.ends_with(' ');
    match digits.and_then(|it| it.parse().ok()).filter(|_| alone) {
        Some(number) => (rest.strip_suffix(' ').unwrap_or(rest), Some(number)),
        None => (text, None),
    }
}

fn is_drivers(word: &str) -> bool {
    let name = word.split('=').next().unwrap_or(word);
    crate::spec::steps::Parallel::DRIVER_ARGUMENTS.contains(&name)
}
