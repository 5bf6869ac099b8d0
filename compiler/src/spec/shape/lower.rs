//! What a table read, in the plan's words.

use super::{Form, Value};
use crate::diagnostics::{Diagnostic, TYPE_CLASH};
use crate::plan::{Field, Fields, ValueType};
use crate::spec::steps::Binder;

impl Value {
    /// The value as a field of a node; `None` when a mistake was reported.
    pub(crate) fn field(&self, binder: &mut dyn Binder) -> Option<Field> {
        Some(match &self.form {
            Form::Text(text) => Field::Text(text.clone()),
            Form::Integer(number) => Field::Integer(*number),
            Form::Number(text) => Field::Number(text.clone()),
            Form::Boolean(value) => Field::Boolean(*value),
            Form::Reference(text, kinds) => Field::Setting(binder.reference(text, kinds)?),
            Form::Data(text) => {
                let input = binder.data(text)?;
                let kind = binder.input_kind(input);
                if kind != ValueType::Mltable {
                    let message = format!("the data are of type {}", kind.word());
                    binder.report(
                        Diagnostic::new(&TYPE_CLASH, text.span, message)
                            .help("they must be of type mltable: a folder with an `MLTable` file"),
                    );
                    return None;
                }
                Field::Input(input)
            }
            Form::List(items) => {
                // All of them, so that each mistake is told.
                let fields: Vec<Option<Field>> =
                    items.iter().map(|item| item.field(binder)).collect();
                Field::List(fields.into_iter().collect::<Option<_>>()?)
            }
            Form::Map(_) => Field::Map(self.fields(binder)?),
        })
    }

    /// The pairs of a map as fields of a node.
    pub(crate) fn fields(&self, binder: &mut dyn Binder) -> Option<Fields> {
        let mut fields = Fields::default();
        let mut whole = true;
        for pair in self.pairs() {
            match pair.value.as_ref().and_then(|value| value.field(binder)) {
                Some(field) => fields.put(pair.key.value.clone(), field),
                None => whole = false,
            }
        }
        whole.then_some(fields)
    }
}
