//! The JSON Schema of a table.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value as Json, json};

use super::distribution::DISTRIBUTION;
use super::{Record, Row, Shape, Shaped, Tabled};
use crate::source::Spanned;
use crate::spec::record::{self, Field};
use crate::spec::values::Duration;

impl<S: Shaped> JsonSchema for Tabled<S> {
    fn schema_name() -> Cow<'static, str> {
        "Tabled".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        S::SHAPE.schema(generator)
    }
}

/// A reference and nothing else.
const REFERENCE: &str = r"^\s*\$\{\{[^}]*\}\}\s*$";

impl Shape {
    fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        let schema = match self {
            Self::Text | Self::Scalar => {
                return json_schema!({ "type": ["string", "number", "boolean"] });
            }
            Self::Data => return generator.subschema_for::<crate::spec::text::Text>(),
            Self::Boolean => json!({ "type": "boolean" }),
            Self::Integer(least, most) => integer(*least, *most),
            Self::Number(least, most) => number(*least, *most),
            Self::Word(words) => json!({ "enum": words }),
            Self::Or(words, other) => {
                let other = other.schema(generator);
                return json_schema!({ "anyOf": [{ "enum": words }, other] });
            }
            Self::Duration => generator.subschema_for::<Spanned<Duration>>().to_value(),
            Self::List(one) => {
                let one = one.schema(generator);
                return json_schema!({ "type": "array", "items": one, "minItems": 1 });
            }
            Self::Many(one) => {
                let one = one.schema(generator);
                let list = json!({ "type": ["array"], "items": one, "minItems": 1 });
                return json_schema!({ "anyOf": [one, list] });
            }
            Self::Map(names, of) => {
                let of = of.schema(generator);
                let mut schema = json_schema!({ "type": "object", "additionalProperties": of });
                if !names.is_empty() {
                    schema.insert("propertyNames".to_owned(), json!({ "enum": names }));
                }
                return schema;
            }
            Self::Record(record) => return record.schema(generator),
            Self::Distribution => return DISTRIBUTION.schema(generator),
            Self::Search(fixed, _) => {
                let fixed = fixed.schema(generator);
                let distribution = DISTRIBUTION.schema(generator);
                return json_schema!({ "anyOf": [fixed, distribution] });
            }
        };
        or_reference(&schema)
    }
}

fn or_reference(schema: &Json) -> Schema {
    json_schema!({ "anyOf": [schema, { "type": "string", "pattern": REFERENCE }] })
}

fn integer(least: i64, most: i64) -> Json {
    let mut schema = json!({ "type": "integer", "minimum": least });
    if most != i64::MAX {
        schema["maximum"] = most.into();
    }
    schema
}

fn number(least: f64, most: f64) -> Json {
    let mut schema = json!({ "type": "number" });
    if least.is_finite() {
        schema["minimum"] = least.into();
    }
    if most.is_finite() {
        schema["maximum"] = most.into();
    }
    schema
}

impl Record {
    /// A link to the record, which is defined once.
    pub(crate) fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        let link = json_schema!({ "$ref": format!("#/$defs/{}", self.name) });
        if generator.definitions().contains_key(self.name) {
            return link;
        }
        // Known before it is whole, so that records keep the order in which they are met.
        generator.definitions_mut().insert(self.name.to_owned(), Json::Null);
        let mut object = record::object(self.label, self.doc);
        if let Some(tag) = &self.tag {
            let words: Vec<&str> = tag.words.iter().map(|(word, _)| *word).collect();
            let schema = json_schema!({ "enum": words });
            let field = Field { key: tag.key, doc: tag.doc, required: true, default: None, schema };
            record::property(&mut object, field);
        }
        for row in self.all_rows() {
            let everywhere = self.rows.iter().copied().flatten().any(|it| it.key == row.key);
            let field = Field {
                key: row.key,
                doc: row.doc,
                required: row.required && everywhere,
                default: None,
                schema: self.values_of(row, generator),
            };
            record::property(&mut object, field);
        }
        generator.definitions_mut().insert(self.name.to_owned(), object.to_value());
        link
    }

    /// What may stand under a key, whatever the word that decides: all that one of them allows.
    fn values_of(&self, row: &'static Row, generator: &mut SchemaGenerator) -> Schema {
        let rows = self.rows_called(row.key);
        let words: Option<Vec<&[&str]>> = rows
            .iter()
            .map(|row| if let Shape::Word(words) = row.shape { Some(words) } else { None })
            .collect();
        if let Some(lists) = words.filter(|_| self.search.is_none()) {
            let mut words: Vec<&str> = Vec::new();
            for word in lists.into_iter().flatten() {
                if !words.contains(word) {
                    words.push(word);
                }
            }
            return or_reference(&json!({ "enum": words }));
        }
        let mut forms: Vec<Schema> = Vec::new();
        for row in rows {
            let form = self.shape_of(row).schema(generator);
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
        match <[Schema; 1]>::try_from(forms) {
            Ok([form]) => form,
            Err(forms) => json_schema!({ "anyOf": forms }),
        }
    }
}
