//! A component file said again, for whoever registers it without Azure ML's tools.

use super::{ComponentPort, get, ports, text};
use crate::plan::{ComponentKind, Field, Fields, Scalar, ValueType};
use crate::spec::values::Literal;
use crate::syntax::{Kind, NodeId, Tree};

/// More values than any component has; aliases may repeat a few of them as often as they like.
const MOST_VALUES: usize = 20_000;

/// What of a component reaches the service, but for its inputs and outputs.
const KEYS: [&str; 29] = [
    "$schema",
    "type",
    "display_name",
    "description",
    "tags",
    "properties",
    "is_deterministic",
    "command",
    "code",
    "environment",
    "resources",
    "distribution",
    "task",
    "input_data",
    "mini_batch_size",
    "partition_keys",
    "mini_batch_error_threshold",
    "error_threshold",
    "max_concurrency_per_instance",
    "retry_settings",
    "logging_level",
    "entry",
    "py_files",
    "jars",
    "files",
    "archives",
    "conf",
    "args",
    "jobs",
];

/// The body of a component that holds; `None` when only Azure ML's own tools can say it.
pub(super) fn body(
    tree: &Tree<'_>,
    root: NodeId,
    kind: ComponentKind,
    inputs: &[ComponentPort],
) -> Option<Fields> {
    let holder = if kind == ComponentKind::Parallel { get(tree, root, "task")? } else { root };
    if !is_plain(tree, root, holder) || !has_plain_nodes(tree, root) {
        return None;
    }
    let Kind::Map(entries) = tree.kind(root) else { return None };
    let mut reader = Reader { tree, left: MOST_VALUES };
    let mut body = Fields::default();
    body.put("type", Field::Text(kind.word().to_owned()));
    for entry in entries {
        let field = match tree.text_of(entry.key) {
            "type" => continue,
            "inputs" => reader.inputs(entry.value, inputs)?,
            "outputs" | "tags" | "properties" => reader.texts(entry.value)?,
            "is_deterministic" => Field::Boolean(ports::truth_of(tree, entry.value)?),
            "distribution" => reader.distribution(entry.value)?,
            key if KEYS.contains(&key) => reader.value(entry.value)?,
            _ => continue,
        };
        body.put(tree.text_of(entry.key).to_owned(), field);
    }
    Some(body)
}

/// Whether nothing of it needs Azure ML's own tools: code that stands elsewhere or that something is
/// added to, and software that is more than an image, a conda file or a folder.
fn is_plain(tree: &Tree<'_>, root: NodeId, holder: NodeId) -> bool {
    let is_absent = |key: &&str| get(tree, root, key).is_none();
    let code = text(tree, holder, "code").map(|(_, code)| code.value);
    let is_here = code.is_none_or(|code| code.starts_with("azureml:") || !code.contains(':'));
    let is_known = get(tree, holder, "environment").is_none_or(|node| match tree.kind(node) {
        Kind::Map(entries) => entries.iter().all(|entry| {
            let address = match tree.text_of(entry.key) {
                "build" => get(tree, entry.value, "path").map_or("", |path| tree.text_of(path)),
                "image" | "conda_file" | "name" | "version" | "description" | "tags" => "",
                _ => return false,
            };
            !address.contains(':')
        }),
        Kind::Null | Kind::Scalar(_) | Kind::List(_) => !tree.text_of(node).starts_with("file:"),
    });
    ["additional_includes", "queue_settings"].iter().all(is_absent) && is_here && is_known
}

/// Whether the nodes of a pipeline, if it is one, run components that stand elsewhere.
fn has_plain_nodes(tree: &Tree<'_>, root: NodeId) -> bool {
    let Some(Kind::Map(nodes)) = get(tree, root, "jobs").map(|jobs| tree.kind(jobs)) else {
        return true;
    };
    nodes.iter().all(|node| {
        let kind = get(tree, node.value, "type").map_or("command", |word| tree.text_of(word));
        let component = text(tree, node.value, "component");
        component.is_some() && ComponentKind::ALL.iter().any(|known| known.word() == kind)
    })
}

struct Reader<'a, 's> {
    tree: &'a Tree<'s>,
    left: usize,
}

impl Reader<'_, '_> {
    /// A value as YAML 1.1 reads it, as Azure ML's tools do.
    fn value(&mut self, node: NodeId) -> Option<Field> {
        self.left = self.left.checked_sub(1)?;
        let tree = self.tree;
        Some(match tree.kind(node) {
            Kind::Null => return None,
            Kind::Scalar(scalar) => {
                let literal = Literal::new(scalar.text, scalar.style, tree.span(node));
                match literal.value() {
                    Scalar::Boolean(value) => Field::Boolean(value),
                    Scalar::Integer(number) => Field::Integer(number),
                    Scalar::Number(spelling) => Field::Number(spelling),
                    Scalar::Text(text) if !literal.quoted => match ports::boolean(&literal) {
                        Some(value) => Field::Boolean(value),
                        None => Field::Text(text),
                    },
                    Scalar::Text(text) => Field::Text(text),
                }
            }
            Kind::List(items) => {
                let items: Option<Vec<Field>> = items.iter().map(|it| self.value(*it)).collect();
                Field::List(items?)
            }
            Kind::Map(entries) => {
                let mut fields = Fields::default();
                for entry in entries {
                    let value = self.value(entry.value)?;
                    fields.put(tree.text_of(entry.key).to_owned(), value);
                }
                Field::Map(fields)
            }
        })
    }

    /// A map of maps and texts.
    fn texts(&mut self, node: NodeId) -> Option<Field> {
        self.left = self.left.checked_sub(1)?;
        let tree = self.tree;
        let Kind::Map(entries) = tree.kind(node) else {
            return Some(Field::Text(tree.text_of(node).to_owned()));
        };
        let mut fields = Fields::default();
        for entry in entries {
            fields.put(tree.text_of(entry.key).to_owned(), self.texts(entry.value)?);
        }
        Some(Field::Map(fields))
    }

    /// Inputs, with the values that were read of them.
    fn inputs(&mut self, node: NodeId, inputs: &[ComponentPort]) -> Option<Field> {
        let tree = self.tree;
        let Kind::Map(entries) = tree.kind(node) else {
            return Some(Field::Map(Fields::default()));
        };
        let mut all = Fields::default();
        for (entry, port) in entries.iter().zip(inputs) {
            let Kind::Map(keys) = tree.kind(entry.value) else { return None };
            let mut fields = Fields::default();
            for key in keys {
                self.left = self.left.checked_sub(1)?;
                let name = tree.text_of(key.key);
                let field = match name {
                    "default" => literal(port.default.as_ref()?, port.kind),
                    "min" => literal(port.min.as_ref()?, port.kind),
                    "max" => literal(port.max.as_ref()?, port.kind),
                    "optional" if !port.optional => continue,
                    "optional" => Field::Boolean(true),
                    "enum" => {
                        let all = port.choices.iter();
                        Field::List(all.map(|it| Field::Text(it.text.clone())).collect())
                    }
                    _ => Field::Text(tree.text_of(key.value).to_owned()),
                };
                fields.put(name.to_owned(), field);
            }
            all.put(port.name.value.clone(), Field::Map(fields));
        }
        Some(Field::Map(all))
    }

    /// Azure ML's tools send the words in small letters, and numbers that stood in quotes.
    fn distribution(&mut self, node: NodeId) -> Option<Field> {
        let Field::Map(fields) = self.value(node)? else { return None };
        let small = fields.0.into_iter().map(|(key, field)| {
            let Field::Text(text) = field else { return (key, field) };
            let field = if key == "type" {
                Field::Text(text.to_ascii_lowercase())
            } else {
                text.parse().map_or(Field::Text(text), Field::Integer)
            };
            (key, field)
        });
        Some(Field::Map(Fields(small.collect())))
    }
}

/// A default or a bound.
fn literal(literal: &Literal, kind: ValueType) -> Field {
    match literal.of_kind(kind) {
        Some(Scalar::Boolean(value)) => Field::Boolean(value),
        Some(Scalar::Integer(number)) => Field::Integer(number),
        Some(Scalar::Number(spelling)) => Field::Number(spelling),
        Some(Scalar::Text(_)) | None => Field::Text(literal.text.clone()),
    }
}
