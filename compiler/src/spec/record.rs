//! One declaration says a record once: its fields, its decoder, its JSON Schema and its manual entry.

/// Declares a record.
///
/// Modes of a field: `req` (must be written), `opt` (an `Option`), `all` (a collection that is empty
/// when not written). `later` lists keys that the language has and this version refuses.
/// `short field` lets a value that is no map stand for that one field.
macro_rules! record {
    (
        $(#[doc = $doc:expr])*
        $Name:ident as $label:literal {
            $( $(#[doc = $fdoc:expr])* $mode:ident $field:ident = $key:literal : $ty:ty, )*
        }
        $(later { $($later:literal),* $(,)? })?
        $(short $short:ident)?
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
        }

        impl $crate::spec::decode::Decode for $Name {
            const EXPECTED: &'static str = $label;

            // As long as the record has fields, which may be none.
            #[allow(unused_imports, unused_mut, clippy::too_many_lines)]
            fn decode(
                cx: &mut $crate::spec::decode::Cx<'_, '_>,
                node: $crate::syntax::NodeId,
            ) -> Option<Self> {
                use $crate::spec::decode::Slot;
                let span = cx.span(node);
                let mut broken = false;
                $( let mut $field = Slot::<$ty>::Absent; )*
                $(
                    if !matches!(cx.tree.kind(node), $crate::syntax::Kind::Map(_)) {
                        $short = Slot::written($crate::spec::decode::Decode::decode(cx, node));
                    } else
                )?
                {
                    for entry in cx.entries(node, $label)? {
                        match cx.tree.text_of(entry.key) {
                            $( $key => {
                                $field = Slot::written(
                                    $crate::spec::decode::Decode::decode(cx, entry.value),
                                );
                            } )*
                            _ => {
                                cx.unknown_key(entry.key, $label, Self::KEYS, Self::LATER);
                                broken = true;
                            }
                        }
                    }
                }
                $( let $field = $crate::spec::record::finish!(
                    $mode $field $key $label cx node broken
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

            #[allow(unused_mut, unused_variables)]
            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut object = $crate::spec::record::object(
                    concat!($($doc, "\n"),*),
                );
                $(
                    let field = generator.subschema_for::<$ty>();
                    $crate::spec::record::property(
                        &mut object,
                        $key,
                        concat!($($fdoc, "\n"),*),
                        stringify!($mode) == "req",
                        field,
                    );
                )*
                $( $crate::spec::record::short_form(
                    &mut object,
                    stringify!($short),
                    generator,
                ); )?
                object
            }
        }
    };
}

macro_rules! field_type {
    (req $ty:ty) => { $ty };
    (opt $ty:ty) => { Option<$ty> };
    (all $ty:ty) => { $ty };
}

macro_rules! finish {
    (req $field:ident $key:literal $label:literal $cx:ident $node:ident $broken:ident) => {{
        if matches!($field, $crate::spec::decode::Slot::Absent) {
            let head = $cx.head($node);
            $cx.missing_key(head, $label, $key);
        }
        $field.optional(&mut $broken)
    }};
    (opt $field:ident $key:literal $label:literal $cx:ident $node:ident $broken:ident) => {
        $field.optional(&mut $broken)
    };
    (all $field:ident $key:literal $label:literal $cx:ident $node:ident $broken:ident) => {
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

pub(crate) use {field_type, finish, record, unwrap_field};

use schemars::{Schema, json_schema};
use serde_json::{Map, Value};

/// An object schema without properties. The doc text loses the blanks that `///` leaves.
pub(crate) fn object(doc: &str) -> Schema {
    json_schema!({
        "type": "object",
        "description": prose(doc),
        "additionalProperties": false,
        "properties": {},
        "required": [],
    })
}

/// Doc comment lines as one text.
pub(crate) fn prose(doc: &str) -> String {
    doc.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Adds a property to an object schema.
pub(crate) fn property(object: &mut Schema, key: &str, doc: &str, required: bool, field: Schema) {
    let mut field = field.to_value();
    if let Value::Object(map) = &mut field {
        describe(map, prose(doc));
    }
    let object = object.ensure_object();
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.insert(key.to_owned(), field);
    }
    if let (true, Some(Value::Array(list))) = (required, object.get_mut("required")) {
        list.push(Value::String(key.to_owned()));
    }
}

/// The field's own words come before those of its type.
fn describe(map: &mut Map<String, Value>, text: String) {
    if !text.is_empty() {
        map.insert("description".to_owned(), Value::String(text));
    }
}

/// Lets a value of one field stand for the whole record.
pub(crate) fn short_form(object: &mut Schema, field: &str, _: &mut schemars::SchemaGenerator) {
    let whole = object.clone().to_value();
    let one = whole.pointer(&format!("/properties/{field}")).cloned().unwrap_or(Value::Bool(true));
    let description = whole.get("description").cloned().unwrap_or_default();
    *object = json_schema!({ "description": description, "anyOf": [one, whole] });
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
                let (text, _) = cx.scalar(node, $label)?;
                if let Some(value) = $Name::of(text) {
                    return Some(Self::new(value, cx.span(node)));
                }
                $crate::spec::record::not_a_choice(
                    cx, node, text, $label, $Name::WORDS, $Name::LATER,
                )
            }
        }

        impl schemars::JsonSchema for $Name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($Name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "description": $crate::spec::record::prose(concat!($($doc, "\n"),*)),
                    "enum": $Name::WORDS,
                })
            }
        }
    };
}

pub(crate) use choice;

/// Reports a word outside a closed set.
pub(crate) fn not_a_choice<T>(
    cx: &mut super::decode::Cx<'_, '_>,
    node: crate::syntax::NodeId,
    text: &str,
    label: &str,
    words: &[&str],
    later: &[&str],
) -> Option<T> {
    use crate::diagnostics::{BAD_VALUE, Diagnostic, NOT_SUPPORTED, near_miss};
    let span = cx.span(node);
    if later.contains(&text) {
        cx.report(Diagnostic::new(&NOT_SUPPORTED, span, format!("`{text}` is not supported yet")));
        return None;
    }
    let message = format!("`{}` is not {label}", text.escape_debug());
    let known = format!("allowed: {}", words.join(", "));
    let mut diagnostic = Diagnostic::new(&BAD_VALUE, span, message);
    diagnostic = match near_miss(text, words.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`? {known}")).fix(span, near),
        None => diagnostic.help(known),
    };
    cx.report(diagnostic);
    None
}
