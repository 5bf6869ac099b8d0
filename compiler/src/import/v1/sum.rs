//! What is put together of parts: sums, and templates of text.

use ruff_python_ast::{Expr, ExprBinOp, InterpolatedStringElement, Operator};
use ruff_text_size::{Ranged, TextRange};

use super::pure::{plus, printed};
use super::python::Machine;
use super::value::Value;

impl<'a> Machine<'a> {
    /// `a + b + c`, from the left; a long chain is no deep one.
    pub(super) fn sum(&mut self, last: &'a ExprBinOp) -> Value {
        let (mut left, mut rest) = (last.left.as_ref(), vec![last.right.as_ref()]);
        while let Expr::BinOp(inner) = left
            && inner.op == Operator::Add
        {
            rest.push(&inner.right);
            left = &inner.left;
        }
        let first = self.part(left);
        rest.into_iter().rev().fold(first, |sum, next| plus(sum, &self.part(next)))
    }

    /// What becomes a part of a text; of a variable that is its default, which is said.
    pub(super) fn part(&mut self, expression: &'a Expr) -> Value {
        let value = self.value(expression);
        self.baked("", std::slice::from_ref(&value), expression.range());
        value
    }

    /// Says which variables are their defaults in what a function makes.
    pub(super) fn baked(&mut self, function: &str, values: &[Value], at: TextRange) {
        if function.ends_with("getenv") || function.ends_with("environ.get") {
            return;
        }
        let at = self.span(at);
        for value in values {
            if let Value::Variable(name, Some(_)) = value {
                self.program.remarks.baked(at, name);
            }
        }
    }

    pub(super) fn template(
        &mut self,
        elements: impl Iterator<Item = &'a InterpolatedStringElement>,
    ) -> Value {
        let mut text = String::new();
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => text.push_str(&literal.value),
                InterpolatedStringElement::Interpolation(inner) => {
                    let shaped = inner.format_spec.is_some() || !inner.conversion.is_none();
                    match printed(&self.part(&inner.expression)).filter(|_| !shaped) {
                        Some(part) => text.push_str(&part),
                        None => return Value::Unknown,
                    }
                }
            }
        }
        Value::Text(text)
    }
}
