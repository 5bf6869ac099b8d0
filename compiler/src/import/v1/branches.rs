//! Choices and loops of a script: what is known decides, and what is not is said where it matters.

// The parser's enums grow with the language, so that every match on them has to end in `_`.
#![allow(clippy::wildcard_enum_match_arm)]

use ruff_python_ast::{
    BoolOp, CmpOp, Comprehension, ExceptHandler, Expr, ExprCompare, Stmt, StmtFor, StmtIf, StmtTry,
    StmtWhile, UnaryOp,
};
use ruff_text_size::{Ranged, TextRange};

use super::python::{DEEPEST_EXPRESSION, Machine};
use super::steps;
use super::value::{Object, Value};

impl<'a> Machine<'a> {
    /// A choice whose condition is known is made; else every branch is taken, since what a script looks
    /// up in the workspace or else creates has the same name either way.
    pub(super) fn choice(&mut self, choice: &'a StmtIf) -> Option<Value> {
        let rest = choice.elif_else_clauses.iter();
        let rest = rest.map(|clause| (clause.test.as_ref(), clause.body.as_slice()));
        let tests =
            std::iter::once((Some(choice.test.as_ref()), choice.body.as_slice())).chain(rest);
        for (test, body) in tests {
            match test.map_or(Some(true), |test| self.truth(test)) {
                Some(false) => {}
                Some(true) => return self.block(body),
                None => {
                    let before = self.program.objects.len();
                    let returned = self.maybe(body);
                    if let Some(test) = test {
                        self.undecided(before, test);
                    }
                    // `return` alone leaves a function early; what comes then may run all the same.
                    if returned.as_ref().is_some_and(|value| *value != Value::Nothing) {
                        return returned;
                    }
                }
            }
        }
        None
    }

    /// Says that steps and their order hang on a condition that is known when the script runs.
    fn undecided(&mut self, before: usize, test: &Expr) {
        let made = |it: &Object| steps::is_step(it) || it.class == "run_after";
        if is_main(test) || !self.program.objects[before..].iter().any(made) {
            return;
        }
        self.program.remarks.doubt(
            self.span(test.range()),
            "whether this holds is known when the script runs; the spec takes it as true",
            "take the steps, or the entries of `needs`, that stand under it out of the spec if it does not hold",
        );
    }

    /// A loop over a list that is known is followed; any other is followed once.
    pub(super) fn each(&mut self, each: &'a StmtFor) -> Option<Value> {
        let values = self.value(&each.iter);
        let Some(values) = iterated(values) else {
            let before = self.program.objects.len();
            self.target(&each.target, &Value::Unknown);
            let value = self.maybe(&each.body);
            self.once(before, each.iter.range());
            return value;
        };
        for value in &values {
            if self.left == 0 {
                break;
            }
            self.target(&each.target, value);
            if let Some(value) = self.block(&each.body) {
                return Some(value);
            }
        }
        None
    }

    pub(super) fn repeated(&mut self, repeat: &'a StmtWhile) -> Option<Value> {
        let before = self.program.objects.len();
        let value = self.maybe(&repeat.body);
        self.once(before, repeat.test.range());
        value
    }

    /// `[Step(…) for x in xs]`
    pub(super) fn listed(&mut self, element: &'a Expr, loops: &'a [Comprehension]) -> Value {
        let [each] = loops else {
            for each in loops {
                self.target(&each.target, &Value::Unknown);
            }
            return self.one_of(element, element.range());
        };
        let values = self.value(&each.iter);
        let Some(values) = iterated(values).filter(|_| each.ifs.is_empty()) else {
            self.target(&each.target, &Value::Unknown);
            return self.one_of(element, each.range());
        };
        let mut items = Vec::new();
        for value in &values {
            if self.left <= 1 {
                break;
            }
            self.left -= 1;
            self.target(&each.target, value);
            items.push(self.value(element));
        }
        Value::List(items)
    }

    fn one_of(&mut self, element: &'a Expr, at: TextRange) -> Value {
        let before = self.program.objects.len();
        let value = self.value(element);
        self.once(before, at);
        match value {
            Value::Object(_) => Value::List(vec![value]),
            _ => Value::Unknown,
        }
    }

    /// Says that a loop was not followed, if it makes steps.
    fn once(&mut self, before: usize, at: TextRange) {
        if self.program.objects[before..].iter().any(steps::is_step) {
            self.program.remarks.lost(
                self.span(at),
                "this loop was not followed: what it runs over is known when the script runs",
                "its steps are in the spec once; write the others beside them, with their order",
            );
        }
    }

    pub(super) fn attempt(&mut self, attempt: &'a StmtTry) -> Option<Value> {
        let mut bodies: Vec<&'a [Stmt]> = vec![&attempt.body];
        for ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
            bodies.push(&handler.body);
        }
        bodies.extend([attempt.orelse.as_slice(), attempt.finalbody.as_slice()]);
        bodies.into_iter().find_map(|body| self.maybe(body))
    }

    /// Follows what may not be run: what was found before stays where this would make it in a way
    /// that is not known.
    fn maybe(&mut self, body: &'a [Stmt]) -> Option<Value> {
        self.unsure += 1;
        let returned = self.block(body);
        self.unsure -= 1;
        returned
    }

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

    fn compared(&mut self, compare: &'a ExprCompare) -> Option<bool> {
        let ([operator], [right]) = (&*compare.ops, &*compare.comparators) else { return None };
        let (left, right) = (self.value(&compare.left), self.value(right));
        let same = match (&left, &right) {
            (Value::Nothing, other) | (other, Value::Nothing) => match other {
                Value::Nothing => Some(true),
                Value::Object(id) => steps::is_step(&self.program.objects[*id]).then_some(false),
                _ => None,
            },
            (Value::Text(left), Value::Text(right)) => Some(left == right),
            (Value::Integer(left), Value::Integer(right)) => Some(left == right),
            (Value::Object(left), Value::Object(right)) if left == right => Some(true),
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
            _ => None,
        }
    }

    /// What Python takes a value for.
    fn holds(&self, value: &Value) -> Option<bool> {
        match value {
            Value::List(items) => Some(!items.is_empty()),
            Value::Dict(pairs) => Some(!pairs.is_empty()),
            Value::Bool(truth) => Some(*truth),
            Value::Integer(number) => Some(*number != 0),
            Value::Nothing => Some(false),
            Value::Object(id) => steps::is_step(&self.program.objects[*id]).then_some(true),
            _ => None,
        }
    }
}

/// `__name__ == "__main__"` says nothing of the pipeline.
fn is_main(test: &Expr) -> bool {
    let name = |it: &Expr| matches!(it, Expr::Name(name) if name.id.as_str() == "__name__");
    matches!(test, Expr::Compare(compare) if name(&compare.left))
}

/// What a loop over a value gives, if that is known.
fn iterated(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::List(items) => Some(items),
        Value::Dict(pairs) => Some(pairs.into_iter().map(|(key, _)| Value::Text(key)).collect()),
        _ => None,
    }
}
