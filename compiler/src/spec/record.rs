//! One declaration says a record once: its fields, its decoder, its JSON Schema and its manual entry.

/// Declares a record.
///
/// Modes of a field: `req` (must be written), `opt` (an `Option`), `all` (a collection that is empty
/// when not written); `= value` says the default where it is one value. `later` lists keys that the
/// language has and this version refuses. `short field` lets a value that is no map stand for that
/// one field. `due` lists keys that must be written and that the reader of the record asks for
/// itself, since it has more to say. A block of YAML in a doc comment is an example, for the schema
/// and the manual.
macro_rules! record {
    (
        $(#[doc = $doc:expr])*
        $Name:ident as $label:literal {
            $(
                $(#[doc = $fdoc:expr])*
                $mode:ident $field:ident = $key:literal : $ty:ty $(= $default:literal)?,
            )*
        }
        $(later { $($later:literal),* $(,)? })?
        $(short $short:ident)?
        $(due { $($due:literal),* $(,)? })?
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        #[allow(missing_docs)]
        pub struct $Name {
            $( $(#[doc = $fdoc])* pub $field: $crate::spec::record::field_type!($mode $ty), )*
            /// The place of the whole record.
            pub span: $crate::source::Span,
            /// Whether a key was refused: then nothing is to be said of what seems to be missing.
            pub broken: bool,
        }

        impl $Name {
            /// The keys, in the order of the manual.
            pub const KEYS: &'static [&'static str] = &[$($key),*];
            const LATER: &'static [&'static str] = &[$($($later),*)?];
            #[allow(dead_code)] // a record may have no fields
            const DUE: &'static [&'static str] = &[$($($due),*)?];
        }

        impl $crate::spec::decode::Decode for $Name {
            const EXPECTED: &'static str = $label;
            const RECORD_KEYS: &'static [&'static str] =
                $crate::spec::record::record_keys!(Self::KEYS $(, $short)?);

            // As long as the record has fields, which may be none.
            #[allow(
                unused_imports,
                unused_mut,
                unused_variables,
                unused_assignments,
                clippy::too_many_lines
            )]
            fn decode(
                cx: &mut $crate::spec::decode::Cx<'_, '_>,
                node: $crate::syntax::NodeId,
            ) -> Option<Self> {
                let span = cx.span(node);
                let (mut broken, mut unknown) = (false, false);
                $( let mut $field = $crate::spec::decode::Slot::<$ty>::Absent; )*
                $(
                    if !matches!(cx.tree.kind(node), $crate::syntax::Kind::Map(_)) {
                        $short = $crate::spec::decode::Slot::written(
                            $crate::spec::decode::Decode::decode(cx, node),
                        );
                    } else
                )?
                {
                    for entry in cx.record(node, $label, Self::RECORD_KEYS)? {
                        match cx.tree.text_of(entry.key) {
                            $( $key => {
                                $field = $crate::spec::decode::Slot::written(
                                    $crate::spec::decode::Decode::decode(cx, entry.value),
                                );
                            } )*
                            _ => {
                                cx.unknown_key(node, entry.key, $label, Self::KEYS, Self::LATER);
                                (broken, unknown) = (true, true);
                            }
                        }
                    }
                }
                $( let $field = $crate::spec::record::finish!(
                    $mode $field $key $label cx node broken unknown
                ); )*
                Some(Self {
                    $( $field: $crate::spec::record::unwrap_field!($mode $field), )*
                    span,
                    broken,
                })
            }
        }

        impl schemars::JsonSchema for $Name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($Name).into()
            }

            #[allow(unused_variables)] // a record may have no fields
            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                use $crate::spec::record;
                let mut object = record::object($label, concat!($($doc, "\n"),*));
                $(
                    let field = record::Field {
                        key: $key,
                        doc: concat!($($fdoc, "\n"),*),
                        required: stringify!($mode) == "req" || Self::DUE.contains(&$key),
                        default: None$(.or(Some($default.into())))?,
                        schema: generator.subschema_for::<$ty>(),
                    };
                    record::property(&mut object, field);
                )*
                let names = [$((stringify!($field), $key)),*];
                record::short_form(&mut object, &names, &[$(stringify!($short))?]);
                object
            }
        }
    };
}

/// The keys of a record, unless a value of another shape may stand for it.
macro_rules! record_keys {
    ($keys:expr) => {
        $keys
    };
    ($keys:expr, $short:ident) => {
        &[]
    };
}

macro_rules! field_type {
    (req $ty:ty) => { $ty };
    (opt $ty:ty) => { Option<$ty> };
    (all $ty:ty) => { $ty };
}

macro_rules! finish {
    (req $field:ident $key:literal $label:literal $cx:ident $node:ident $broken:ident $unknown:ident) => {{
        // What stands under an unknown key may be what is missing.
        if matches!($field, $crate::spec::decode::Slot::Absent) && !$unknown {
            let head = $cx.head($node);
            $cx.missing_key(head, $label, $key);
        }
        $field.optional(&mut $broken)
    }};
    (opt $field:ident $key:literal $label:literal $cx:ident $node:ident $broken:ident $unknown:ident) => {
        $field.optional(&mut $broken)
    };
    (all $field:ident $key:literal $label:literal $cx:ident $node:ident $broken:ident $unknown:ident) => {
        $field.optional(&mut $broken).unwrap_or_default()
    };
}

macro_rules! unwrap_field {
    (req $field:ident) => {
        $field?
    };
    (opt $field:ident) => {
        $field
    };
    (all $field:ident) => {
        $field
    };
}

pub(crate) use {field_type, finish, record, record_keys, unwrap_field};

use schemars::{Schema, json_schema};
use serde_json::{Map, Value};

use super::example;

/// A field as the schema says it.
pub(crate) struct Field {
    pub(crate) key: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) required: bool,
    pub(crate) default: Option<Value>,
    pub(crate) schema: Schema,
}

/// An object schema without properties.
pub(crate) fn object(label: &str, doc: &str) -> Schema {
    let mut object = json_schema!({ "title": title(label) });
    document(object.ensure_object(), doc);
    object.insert("type".to_owned(), "object".into());
    object.insert("additionalProperties".to_owned(), false.into());
    object.insert("properties".to_owned(), Value::Object(Map::new()));
    object
}

/// A label without its article.
pub(crate) fn title(label: &str) -> String {
    let rest = ["an ", "a ", "the "].iter().find_map(|article| label.strip_prefix(article));
    rest.unwrap_or(label).replace('`', "")
}

/// Sets description and example. What a field says comes before what its type says.
fn document(schema: &mut Map<String, Value>, doc: &str) {
    let (text, example) = documented(doc);
    if !text.is_empty() {
        schema.insert("description".to_owned(), text.into());
    }
    if let Some(example) = example {
        schema.insert("examples".to_owned(), Value::Array(vec![example]));
    }
}

/// Doc comment lines as paragraphs, and the block of YAML among them.
fn documented(doc: &str) -> (String, Option<Value>) {
    match doc.split_once("```yaml\n") {
        Some((before, rest)) => {
            let (block, after) = rest.split_once("```").unwrap_or((rest, ""));
            (prose(&format!("{before}\n{after}")), Some(example::value(block)))
        }
        None => (prose(doc), None),
    }
}

/// Doc comment lines as paragraphs of one line each.
pub(crate) fn prose(doc: &str) -> String {
    let mut text = String::new();
    for line in doc.lines().map(str::trim) {
        match line {
            "" if text.is_empty() || text.ends_with('\n') => {}
            "" => text.push_str("\n\n"),
            line => {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push(' ');
                }
                text.push_str(line);
            }
        }
    }
    text.trim_end().to_owned()
}

/// Adds a property to an object schema.
pub(crate) fn property(object: &mut Schema, field: Field) {
    let mut schema = field.schema;
    document(schema.ensure_object(), field.doc);
    if let Some(default) = field.default {
        schema.insert("default".to_owned(), default);
    }
    let object = object.ensure_object();
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.insert(field.key.to_owned(), schema.to_value());
    }
    if field.required {
        let list = object.entry("required").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(field.key.into());
        }
    }
}

/// Lets the value of one field stand for the whole record, if the record has such a field.
pub(crate) fn short_form(object: &mut Schema, names: &[(&str, &str)], short: &[&str]) {
    let Some((_, key)) = names.iter().find(|(field, _)| short.contains(field)) else { return };
    let mut whole = std::mem::take(object.ensure_object());
    let one = whole["properties"][*key].clone();
    let mut said = json_schema!({});
    for word in ["title", "description", "examples"] {
        if let Some(value) = whole.remove(word) {
            said.insert(word.to_owned(), value);
        }
    }
    said.insert("anyOf".to_owned(), Value::Array(vec![one, Value::Object(whole)]));
    *object = said;
}

/// Declares a closed set of words.
macro_rules! choice {
    (
        $(#[doc = $doc:expr])*
        $Name:ident as $label:literal { $( $(#[doc = $vdoc:expr])* $Variant:ident = $word:literal, )* }
        $(later { $($later:literal),* $(,)? })?
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum $Name { $( $(#[doc = $vdoc])* $Variant, )* }

        impl $Name {
            /// The words, in the order of the manual.
            pub const WORDS: &'static [&'static str] = &[$($word),*];
            const LATER: &'static [&'static str] = &[$($($later),*)?];

            /// The author's word.
            pub fn word(self) -> &'static str {
                match self { $( Self::$Variant => $word, )* }
            }

            /// The value behind a word.
            pub fn of(word: &str) -> Option<Self> {
                match word { $( $word => Some(Self::$Variant), )* _ => None }
            }
        }

        impl $crate::spec::decode::Decode for $crate::source::Spanned<$Name> {
            const EXPECTED: &'static str = $label;

            fn decode(
                cx: &mut $crate::spec::decode::Cx<'_, '_>,
                node: $crate::syntax::NodeId,
            ) -> Option<Self> {
                let text = cx.word(node, $label, $Name::WORDS)?;
                if let Some(value) = $Name::of(text) {
                    return Some(Self::new(value, cx.span(node)));
                }
                $crate::spec::record::not_a_choice(
                    cx, node, text, $label, $Name::WORDS, $Name::LATER,
                )
            }
        }

        impl schemars::JsonSchema for $crate::source::Spanned<$Name> {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($Name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "title": $crate::spec::record::title($label),
                    "type": "string",
                    "description": $crate::spec::record::prose(concat!($($doc, "\n"),*)),
                    "enum": $Name::WORDS,
                    "enumDescriptions": [
                        $( $crate::spec::record::prose(concat!($($vdoc, "\n"),*)), )*
                    ],
                })
            }
        }
    };
}

pub(crate) use choice;

/// Among the words that come later: an expression in the place of a word.
pub(crate) const EXPRESSION: &str = "${{ … }}";

/// Reports a word outside a closed set.
pub(crate) fn not_a_choice<T>(
    cx: &mut super::decode::Cx<'_, '_>,
    node: crate::syntax::NodeId,
    text: &str,
    label: &str,
    words: &[&str],
    later: &[&str],
) -> Option<T> {
    use crate::diagnostics::{BAD_VALUE, Diagnostic, NOT_SUPPORTED, excerpt, near_miss};
    let span = cx.span(node);
    let expression = text.contains("${{") && later.contains(&EXPRESSION);
    if later.contains(&text) || expression {
        let what = if expression { EXPRESSION } else { text };
        cx.report(Diagnostic::new(&NOT_SUPPORTED, span, format!("`{what}` is not supported yet")));
        return None;
    }
    let message = format!("`{}` is not {label}", excerpt(text));
    let known = format!("allowed: {}", words.join(", "));
    let mut diagnostic = Diagnostic::new(&BAD_VALUE, span, message);
    let near = super::foreign::word(text, words);
    diagnostic = match near.or_else(|| near_miss(text, words.iter().copied())) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`? {known}")).fix(span, near),
        None => diagnostic.help(known),
    };
    cx.report(diagnostic);
    None
}
