//! What is put together of parts: sums, and templates of text.

use ruff_python_ast::{Expr, ExprBinOp, InterpolatedStringElement, Operator};

use super::pure::plus;
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
        let first = self.value(left);
        rest.into_iter().rev().fold(first, |sum, next| plus(sum, &self.value(next)))
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
                    match self.value(&inner.expression) {
                        Value::Integer(number) => text.push_str(&number.to_string()),
                        Value::Number(number) => text.push_str(&number),
                        value => match value.text() {
                            Some(part) => text.push_str(part),
                            None => return Value::Unknown,
                        },
                    }
                }
            }
        }
        Value::Text(text)
    }
}
