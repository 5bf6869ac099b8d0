//! Conditions of a script: what Python would decide, where that is known when it is read.

// The parser's enums grow with the language, so that every match on them has to end in `_`.
#![allow(clippy::wildcard_enum_match_arm)]

use ruff_python_ast::{BoolOp, CmpOp, Expr, ExprBoolOp, ExprCompare, UnaryOp};

use super::python::{DEEPEST_EXPRESSION, Machine};
use super::steps;
use super::value::Value;

impl<'a> Machine<'a> {
    /// Whether a condition holds, if that is known.
    pub(super) fn truth(&mut self, test: &'a Expr) -> Option<bool> {
        if self.depth >= DEEPEST_EXPRESSION {
            return None;
        }
        self.depth += 1;
        let truth = self.known_truth(test);
        self.depth -= 1;
        truth
    }

    fn known_truth(&mut self, test: &'a Expr) -> Option<bool> {
        match test {
            Expr::Compare(compare) if is_main(test) => match *compare.ops {
                [CmpOp::Eq] => Some(true),
                [CmpOp::NotEq] => Some(false),
                _ => None,
            },
            Expr::UnaryOp(not) if not.op == UnaryOp::Not => self.truth(&not.operand).map(|it| !it),
            Expr::BoolOp(both) => {
                let decides = both.op == BoolOp::Or;
                let mut all = Some(!decides);
                for part in &both.values {
                    match self.truth(part) {
                        Some(truth) if truth == decides => return Some(decides),
                        Some(_) => {}
                        None => all = None,
                    }
                }
                all
            }
            Expr::Compare(compare) => self.compared(compare),
            other => {
                let value = self.value(other);
                self.holds(&value)
            }
        }
    }

    /// `a or b`, `a and b`: the first value that decides, else the last.
    pub(super) fn either(&mut self, operation: &'a ExprBoolOp) -> Value {
        let decides = operation.op == BoolOp::Or;
        let mut last = Value::Unknown;
        let mut parts = operation.values.iter().peekable();
        while let Some(part) = parts.next() {
            last = self.value(part);
            if parts.peek().is_none() || self.holds(&last) == Some(decides) {
                return last;
            }
            if self.holds(&last).is_none() {
                let rest: Vec<Value> = parts.map(|part| self.value(part)).collect();
                return defaulted(last, decides, rest);
            }
        }
        last
    }

    fn compared(&mut self, compare: &'a ExprCompare) -> Option<bool> {
        let ([operator], [right]) = (&*compare.ops, &*compare.comparators) else { return None };
        let (left, right) = (self.value(&compare.left), self.value(right));
        let same = match (&left, &right) {
            (Value::Nothing, other) | (other, Value::Nothing) => self.is_nothing(other),
            (Value::Text(left), Value::Text(right)) => Some(left == right),
            (Value::Integer(left), Value::Integer(right)) => Some(left == right),
            (Value::Object(left), Value::Object(right)) if left == right => Some(true),
            (Value::Bool(left), Value::Bool(right)) => Some(left == right),
            _ => None,
        };
        let order = match (&left, &right) {
            (Value::Integer(left), Value::Integer(right)) => Some(left.cmp(right)),
            _ => None,
        };
        match operator {
            CmpOp::Eq | CmpOp::Is => same,
            CmpOp::NotEq | CmpOp::IsNot => same.map(|it| !it),
            CmpOp::Lt => order.map(std::cmp::Ordering::is_lt),
            CmpOp::LtE => order.map(std::cmp::Ordering::is_le),
            CmpOp::Gt => order.map(std::cmp::Ordering::is_gt),
            CmpOp::GtE => order.map(std::cmp::Ordering::is_ge),
            CmpOp::In => within(&left, &right),
            CmpOp::NotIn => within(&left, &right).map(|it| !it),
        }
    }

    fn is_nothing(&self, value: &Value) -> Option<bool> {
        match value {
            Value::Nothing => Some(true),
            Value::Object(id) => steps::is_step(&self.program.objects[*id]).then_some(false),
            Value::Variable(..) | Value::Path(_) | Value::Part(..) | Value::Unknown => None,
            _ => Some(false),
        }
    }

    /// What Python takes a value for.
    fn holds(&self, value: &Value) -> Option<bool> {
        match value {
            Value::List(items) => Some(!items.is_empty()),
            Value::Dict(pairs) => Some(!pairs.is_empty()),
            Value::Bool(truth) => Some(*truth),
            Value::Integer(number) => Some(*number != 0),
            Value::Text(text) => Some(!text.is_empty()),
            Value::Number(number) => number.parse::<f64>().ok().map(|number| number != 0.0),
            Value::Nothing => Some(false),
            Value::Object(id) => steps::is_step(&self.program.objects[*id]).then_some(true),
            _ => None,
        }
    }
}

/// Whether a list or a dictionary of texts holds a text.
fn within(item: &Value, of: &Value) -> Option<bool> {
    let Value::Text(item) = item else { return None };
    match of {
        Value::List(items) => {
            let texts: Option<Vec<&String>> = items
                .iter()
                .map(|it| if let Value::Text(it) = it { Some(it) } else { None })
                .collect();
            texts.map(|texts| texts.contains(&item))
        }
        Value::Dict(pairs) => Some(pairs.iter().any(|(key, _)| key == item)),
        _ => None,
    }
}

/// `os.getenv("X") or "x"` has a default, as `os.getenv("X", "x")` has.
fn defaulted(first: Value, is_or: bool, mut rest: Vec<Value>) -> Value {
    match (first, rest.len()) {
        (Value::Variable(name, None), 1) if is_or => {
            let default = rest.pop().filter(|it| matches!(it, Value::Text(_) | Value::Integer(_)));
            default.map_or(Value::Unknown, |it| Value::Variable(name, Some(Box::new(it))))
        }
        _ => Value::Unknown,
    }
}

/// `__name__ == "__main__"`: what stands under it is what the script does.
fn is_main(test: &Expr) -> bool {
    let name = |it: &Expr| matches!(it, Expr::Name(name) if name.id.as_str() == "__name__");
    matches!(test, Expr::Compare(compare) if name(&compare.left))
}
