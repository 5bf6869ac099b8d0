//! What a component says of itself, and how it runs: values that Azure ML refuses only when the
//! component is used, or takes and cannot follow.

use super::ports::{is_text, truth};
use super::{get, text};
use crate::diagnostics::{
    BAD_NAME, BAD_VALUE, Diagnostic, MISSING_KEY, UNKNOWN_KEY, WRONG_TYPE, excerpt, near_miss,
};
use crate::plan::{ComponentKind, Scalar};
use crate::spec::decode::{Cx, integer};
use crate::spec::values::Literal;
use crate::syntax::{Kind, NodeId};

/// Azure ML takes no longer names.
const LONGEST_NAME: usize = 255;

/// Checks the keys at the root of a component.
pub(super) fn check(cx: &mut Cx<'_, '_>, root: NodeId, kind: ComponentKind) {
    name(cx, root);
    version(cx, root);
    titles(cx, root);
    keys(cx, root, kind);
    if let Some(node) = get(cx.tree, root, "is_deterministic") {
        truth(cx, node);
    }
    settings(cx, root, kind, false);
}

/// A component that steps use is made without its name; only who registers it needs one in small
/// letters without dashes, so that names of either kind are taken.
fn name(cx: &mut Cx<'_, '_>, root: NodeId) {
    let Some((node, name)) = text(cx.tree, root, "name") else { return };
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let starts = name.value.starts_with(|first: char| first.is_ascii_alphabetic());
    if cx.is_nothing(node)
        || starts && name.value.bytes().all(letter) && name.value.len() <= LONGEST_NAME
    {
        return;
    }
    let message = format!("`{}` cannot name a component of Azure ML", excerpt(&name.value));
    let help = format!("use up to {LONGEST_NAME} letters, digits and `_`, and start with a letter");
    cx.report(Diagnostic::new(&BAD_NAME, name.span, message).help(help));
}

fn version(cx: &mut Cx<'_, '_>, root: NodeId) {
    let Some(node) = get(cx.tree, root, "version") else { return };
    let Some((_, version)) = text(cx.tree, root, "version") else {
        if !cx.is_nothing(node) {
            cx.wrong_type::<()>(node, "a version");
        }
        return;
    };
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let starts = version.value.starts_with(|first: char| first.is_ascii_alphanumeric());
    if starts && version.value.bytes().all(letter) && version.value.len() <= LONGEST_NAME {
        return;
    }
    let message = format!("`{}` cannot be a version of a component", excerpt(&version.value));
    let help = "use letters, digits, `.`, `_` and `-`, and start with a letter or digit";
    cx.report(Diagnostic::new(&BAD_VALUE, version.span, message).help(help));
}

/// What people read must be text, and tags are a map.
fn titles(cx: &mut Cx<'_, '_>, root: NodeId) {
    for key in ["display_name", "description", "command"] {
        let Some(node) = get(cx.tree, root, key) else { continue };
        let is_text = match cx.tree.kind(node) {
            Kind::Scalar(it) => matches!(
                Literal::new(it.text, it.style, cx.span(node)).value(),
                Scalar::Text(text) if (!text.trim().is_empty() || key != "command")
                    && (key == "command" || is_text(&Literal::new(it.text, it.style, cx.span(node))))
            ),
            Kind::Null | Kind::List(_) | Kind::Map(_) => false,
        };
        if !is_text {
            let message = format!("expected text, found {}", cx.describe(node));
            let mut diagnostic = Diagnostic::new(&WRONG_TYPE, cx.span(node), message);
            if matches!(cx.tree.kind(node), Kind::Scalar(_)) && key != "command" {
                diagnostic = diagnostic.help("put it in quotes");
            }
            cx.report(diagnostic);
        }
    }
    if let Some(node) = get(cx.tree, root, "tags")
        && !matches!(cx.tree.kind(node), Kind::Map(_))
    {
        cx.wrong_type::<()>(node, "a map of texts");
    }
}

const COMMON: [&str; 10] = [
    "type",
    "name",
    "version",
    "display_name",
    "description",
    "tags",
    "properties",
    "is_deterministic",
    "inputs",
    "outputs",
];
/// Keys that nobody writes by mistake.
const OTHERS: [&str; 3] = ["$schema", "id", "auto_delete_setting"];
/// What the step says that uses the component.
const OF_STEP: [&str; 5] = ["compute", "limits", "timeout", "identity", "services"];

/// What the job says that runs a pipeline.
const OF_JOB: [&str; 2] = ["settings", "experiment_name"];

/// Azure ML drops keys that it does not know. A word of others means nothing to it; but one that is
/// almost a key, or one of a node, was meant.
fn keys(cx: &mut Cx<'_, '_>, root: NodeId, kind: ComponentKind) {
    let own: &[&'static str] = match kind {
        ComponentKind::Command => &[
            "command",
            "code",
            "environment",
            "environment_variables",
            "resources",
            "distribution",
            "queue_settings",
            "additional_includes",
        ],
        ComponentKind::Parallel => &[
            "task",
            "input_data",
            "mini_batch_size",
            "partition_keys",
            "mini_batch_error_threshold",
            "error_threshold",
            "max_concurrency_per_instance",
            "retry_settings",
            "logging_level",
            "resources",
        ],
        ComponentKind::Spark => &[
            "code",
            "entry",
            "py_files",
            "jars",
            "files",
            "archives",
            "conf",
            "args",
            "environment",
            "additional_includes",
        ],
        ComponentKind::Pipeline => &["jobs"],
    };
    let tree = cx.tree;
    let Kind::Map(entries) = tree.kind(root) else { return };
    let known: Vec<&'static str> = COMMON.iter().chain(own).copied().collect();
    for entry in entries {
        let key = tree.text_of(entry.key);
        if known.contains(&key) || OTHERS.contains(&key) {
            continue;
        }
        let is_of_job = kind == ComponentKind::Pipeline && OF_JOB.contains(&key);
        if OF_STEP.contains(&key) || is_of_job {
            let message = format!("Azure ML reads no `{key}` of a component");
            let help = "write it at the step that uses the component";
            cx.report(Diagnostic::new(&UNKNOWN_KEY, cx.span(entry.key), message).help(help));
        } else if near_miss(key, known.iter().copied()).is_some() {
            cx.unknown_key(root, entry.key, "a component", &known, &[]);
        }
    }
}

/// What a component, or a node, cannot do without.
pub(super) fn required(cx: &mut Cx<'_, '_>, root: NodeId, what: &str, kind: ComponentKind) {
    let keys: &[&str] = match kind {
        ComponentKind::Command => &["command", "environment"],
        ComponentKind::Parallel => &["task", "input_data"],
        ComponentKind::Spark => &["entry"],
        ComponentKind::Pipeline => &["jobs"],
    };
    let is_absent = |key: &&&str| {
        let value = get(cx.tree, root, key);
        value.is_none_or(|node| {
            **key == "jobs" && matches!(cx.tree.kind(node), Kind::Null | Kind::Map([]))
        })
    };
    let Some(missing) = keys.iter().find(is_absent) else { return };
    if *missing == "jobs" {
        let message = "a pipeline component needs at least one node";
        let help = "write it under `jobs`";
        let head = cx.head(root);
        cx.report(Diagnostic::new(&MISSING_KEY, head, message).help(help));
        return;
    }
    let message = format!("a {what} of type {} needs the key `{missing}`", kind.word());
    let head = cx.head(root);
    cx.report(Diagnostic::new(&MISSING_KEY, head, message));
}

/// What a value of a key must be.
enum Rule {
    /// A whole number within bounds.
    Whole(i64, i64),
    /// One of some words; whether letter case counts.
    Word(&'static [&'static str], bool),
    /// A number and a unit of memory.
    Memory,
    /// A number of files, or of bytes with a unit.
    Batch,
}

const ANY: i64 = i64::MAX;
/// Three days, in seconds.
const LONGEST_TRY: i64 = 259_200;

/// Keys of every component that takes machines.
const MACHINES: [(&str, &str, Rule); 3] = [
    ("resources", "instance_count", Rule::Whole(1, ANY)),
    ("resources", "max_instance_count", Rule::Whole(1, ANY)),
    ("resources", "shm_size", Rule::Memory),
];

const COMMAND: [(&str, &str, Rule); 6] = [
    ("distribution", "type", Rule::Word(&["pytorch", "mpi", "tensorflow", "ray"], false)),
    ("distribution", "process_count_per_instance", Rule::Whole(1, ANY)),
    ("distribution", "worker_count", Rule::Whole(1, ANY)),
    ("distribution", "parameter_server_count", Rule::Whole(0, ANY)),
    ("limits", "timeout", Rule::Whole(1, ANY)),
    (
        "queue_settings",
        "job_tier",
        Rule::Word(&["spot", "basic", "standard", "premium", "null"], false),
    ),
];

const PARALLEL: [(&str, &str, Rule); 7] = [
    ("", "mini_batch_size", Rule::Batch),
    ("", "mini_batch_error_threshold", Rule::Whole(-1, ANY)),
    ("", "error_threshold", Rule::Whole(-1, ANY)),
    ("", "max_concurrency_per_instance", Rule::Whole(1, ANY)),
    ("", "logging_level", Rule::Word(&["INFO", "WARNING", "DEBUG"], true)),
    ("retry_settings", "max_retries", Rule::Whole(0, ANY)),
    ("retry_settings", "timeout", Rule::Whole(1, LONGEST_TRY)),
];

/// Checks how a component, or a node, runs.
///
/// A node may take its machines and the like from the pipeline, a component may not.
pub(super) fn settings(cx: &mut Cx<'_, '_>, root: NodeId, kind: ComponentKind, is_node: bool) {
    let own: &[_] = match kind {
        ComponentKind::Command => &COMMAND,
        ComponentKind::Parallel => &PARALLEL,
        ComponentKind::Spark | ComponentKind::Pipeline => return,
    };
    if let Some(node) = get(cx.tree, root, "resources")
        && !matches!(cx.tree.kind(node), Kind::Map(_))
        && !cx.is_nothing(node)
    {
        cx.wrong_type::<()>(node, "resources (a map)");
    }
    for (holder, key, rule) in MACHINES.iter().chain(own) {
        let map = if holder.is_empty() { Some(root) } else { get(cx.tree, root, holder) };
        if let Some(node) = map.and_then(|map| get(cx.tree, map, key)) {
            let is_bound = is_node && cx.tree.text_of(node).contains("${{");
            let name = if holder.is_empty() { key.to_string() } else { format!("{holder}.{key}") };
            if !is_bound {
                follow(cx, &name, node, rule);
            }
        }
    }
    if let Some(node) = get(cx.tree, root, "distribution") {
        distribution(cx, node);
    }
}

/// How the processes of a run are started must be said.
fn distribution(cx: &mut Cx<'_, '_>, node: NodeId) {
    if cx.tree.text_of(node).contains("${{") {
        return;
    }
    if !matches!(cx.tree.kind(node), Kind::Map(_)) {
        let expected = "a distribution (a map with `type`: pytorch, mpi, tensorflow or ray)";
        cx.wrong_type::<()>(node, expected);
    } else if get(cx.tree, node, "type").is_none() {
        let message = "a distribution needs the key `type`";
        let help = "allowed: pytorch, mpi, tensorflow, ray";
        cx.report(Diagnostic::new(&MISSING_KEY, cx.head(node), message).help(help));
    }
}

fn follow(cx: &mut Cx<'_, '_>, key: &str, node: NodeId, rule: &Rule) {
    let Kind::Scalar(scalar) = cx.tree.kind(node) else {
        cx.wrong_type::<()>(node, rule.noun());
        return;
    };
    let found = scalar.text;
    let (is_good, help) = match rule {
        Rule::Whole(min, max) => {
            let bounds = if *max == ANY {
                format!("it must be a whole number from {min} on")
            } else {
                format!("it must be a whole number from {min} to {max}")
            };
            (integer(found).is_some_and(|it| (*min..=*max).contains(&it)), bounds)
        }
        Rule::Word(words, exact) => {
            let same = |word: &&str| *word == found || !exact && word.eq_ignore_ascii_case(found);
            (words.iter().any(same), format!("allowed: {}", words.join(", ")))
        }
        Rule::Memory => (is_memory(found), "write a number and b, k, m or g: `8g`".to_owned()),
        Rule::Batch => {
            let help = "write a number of files, or a size: `10`, `\"100kb\"`, `\"1mb\"`";
            (is_batch(found), help.to_owned())
        }
    };
    if !is_good {
        let message = format!("`{key}` cannot be `{}`", excerpt(found));
        cx.report(Diagnostic::new(&BAD_VALUE, cx.span(node), message).help(help));
    }
}

impl Rule {
    fn noun(&self) -> &'static str {
        match self {
            Self::Whole(..) => "a whole number",
            Self::Word(..) => "a word",
            Self::Memory => "a size of memory",
            Self::Batch => "a size of a mini-batch",
        }
    }
}

fn is_memory(text: &str) -> bool {
    let number = text.strip_suffix(['b', 'k', 'm', 'g']).unwrap_or_default();
    number.bytes().all(|byte| byte.is_ascii_digit())
        && !number.is_empty()
        && !number.starts_with('0')
}

fn is_batch(text: &str) -> bool {
    let small = text.to_ascii_lowercase();
    let unit = ["kb", "mb", "gb"].into_iter().find_map(|unit| small.strip_suffix(unit));
    let number = unit.unwrap_or(&small);
    number.bytes().all(|byte| byte.is_ascii_digit()) && number.bytes().any(|byte| byte != b'0')
}
