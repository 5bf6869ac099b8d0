//! Choices and loops of a script: what is known decides, and what is not is said where it matters.

// The parser's enums grow with the language, so that every match on them has to end in `_`.
#![allow(clippy::wildcard_enum_match_arm)]

use ruff_python_ast::{
    Comprehension, ExceptHandler, Expr, Stmt, StmtFor, StmtIf, StmtMatch, StmtTry, StmtWhile,
};
use ruff_text_size::{Ranged, TextRange};

use super::aliases::targets;
use super::python::Machine;
use super::state::{Branch, Flow};
use super::steps;
use super::value::{Object, Value};

impl<'a> Machine<'a> {
    /// A choice whose condition is known is made; else every branch is taken, and names that would
    /// stand for different things are unknown.
    pub(super) fn choice(&mut self, choice: &'a StmtIf) -> Option<Flow> {
        let rest = choice.elif_else_clauses.iter();
        let rest = rest.map(|clause| (clause.test.as_ref(), clause.body.as_slice()));
        let tests =
            std::iter::once((Some(choice.test.as_ref()), choice.body.as_slice())).chain(rest);
        let mut branches = Vec::new();
        for (test, body) in tests {
            match test.map_or(Some(true), |test| self.truth(test)) {
                Some(false) => {}
                Some(true) if branches.is_empty() => return self.block(body),
                Some(true) => {
                    branches.push(self.branch(|it| it.block(body)));
                    return self.merge(branches);
                }
                None => {
                    let before = self.program.objects.len();
                    branches.push(self.branch(|it| it.block(body)));
                    if let Some(test) = test {
                        self.undecided(before, test);
                    }
                }
            }
        }
        if branches.is_empty() {
            return None;
        }
        branches.push(Branch::default());
        self.merge(branches)
    }

    /// Which case is taken is not known.
    pub(super) fn cases(&mut self, choice: &'a StmtMatch) -> Option<Flow> {
        let mut branches = vec![Branch::default()];
        for case in &choice.cases {
            let before = self.program.objects.len();
            branches.push(self.branch(|it| it.block(&case.body)));
            self.undecided(before, &choice.subject);
        }
        self.merge(branches)
    }

    /// Says that steps and their order hang on a condition that is known when the script runs.
    fn undecided(&mut self, before: usize, test: &Expr) {
        let added = ["run_after", "add_pip_package", "add_conda_package"];
        let made = |it: &Object| steps::is_step(it) || added.contains(&it.class.as_str());
        if !self.program.objects[before..].iter().any(made) {
            return;
        }
        self.program.remarks.doubt(
            self.span(test.range()),
            "whether this holds is known when the script runs; the spec takes it as true",
            "take the steps, or the entries of `needs`, that stand under it out of the spec if it does not hold",
        );
    }

    /// A loop over a list that is known is followed; any other is followed once.
    pub(super) fn each(&mut self, each: &'a StmtFor) -> Option<Flow> {
        let values = self.value(&each.iter);
        let Some(values) = iterated(values) else {
            let before = self.program.objects.len();
            let flow = self.unfollowed(&each.body, Some(&each.target));
            self.once(before, each.iter.range());
            return flow.or_else(|| self.maybe(&each.orelse));
        };
        let (before, mark) = (self.program.objects.len(), self.journal.len());
        let outside = std::mem::replace(&mut self.escaped, false);
        let mut left = None;
        for value in &values {
            if self.left == 0 {
                break;
            }
            self.target(&each.target, value);
            self.alias(&each.target, &each.iter);
            left = self.block(&each.body);
            match left.take() {
                None | Some(Flow::Continue) => {}
                // What comes after a round that may have ended early may not be reached.
                Some(Flow::Break | Flow::Raise) if self.escaped => {}
                Some(Flow::Return(value)) if self.escaped => self.may_return(value),
                flow => {
                    left = flow;
                    break;
                }
            }
        }
        let escaped = std::mem::replace(&mut self.escaped, outside);
        if escaped {
            self.loosened(mark);
            self.once(before, each.iter.range());
            return self.maybe(&each.orelse);
        }
        match left {
            None => self.block(&each.orelse),
            Some(Flow::Break) => None,
            left => left,
        }
    }

    /// Names are only known where they stood for one thing since a mark.
    fn loosened(&mut self, mark: usize) {
        let mut branch = self.taken_back(mark);
        for key in std::mem::take(&mut branch.unsteady) {
            branch.ends.insert(key, Value::Unknown);
        }
        self.merge(vec![branch, Branch::default()]);
    }

    /// The body of a loop of which it is not known how often it runs.
    fn unfollowed(&mut self, body: &'a [Stmt], target: Option<&'a Expr>) -> Option<Flow> {
        let outside = std::mem::replace(&mut self.escaped, false);
        let mut branch = self.branch(|it| {
            if let Some(target) = target {
                it.target(target, &Value::Unknown);
            }
            it.unsettle(body);
            it.block(body)
        });
        if std::mem::replace(&mut self.escaped, outside) {
            for key in std::mem::take(&mut branch.unsteady) {
                branch.ends.insert(key, Value::Unknown);
            }
        }
        if matches!(branch.flow, Some(Flow::Break | Flow::Continue)) {
            branch.flow = None;
        }
        self.merge(vec![branch, Branch::default()])
    }

    /// What a body assigns is not known while it is followed once for all of its rounds.
    fn unsettle(&mut self, body: &'a [Stmt]) {
        for name in assigned(body) {
            if self.lookup(name).is_some() {
                self.assign(name, Value::Unknown);
            }
        }
    }

    pub(super) fn repeated(&mut self, repeat: &'a StmtWhile) -> Option<Flow> {
        if self.truth(&repeat.test) == Some(false) {
            return self.block(&repeat.orelse);
        }
        let before = self.program.objects.len();
        let flow = self.unfollowed(&repeat.body, None);
        self.once(before, repeat.test.range());
        flow.or_else(|| self.maybe(&repeat.orelse))
    }

    fn maybe(&mut self, body: &'a [Stmt]) -> Option<Flow> {
        if body.is_empty() {
            return None;
        }
        let branch = self.branch(|it| it.block(body));
        self.merge(vec![branch, Branch::default()])
    }

    /// `[Step(…) for x in xs]`
    pub(super) fn listed(&mut self, element: &'a Expr, loops: &'a [Comprehension]) -> Value {
        let top = self.scopes.len() - 1;
        let names = loops.iter().flat_map(|each| targets(&each.target));
        let outside: Vec<(&str, Option<Value>)> =
            names.map(|name| (name, self.scopes[top].get(name).cloned())).collect();
        let value = self.listed_here(element, loops);
        // The names of its loops are its own.
        for (name, known) in outside {
            self.write((top, name.to_owned()), known.unwrap_or(Value::Unknown));
        }
        value
    }

    fn listed_here(&mut self, element: &'a Expr, loops: &'a [Comprehension]) -> Value {
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

    /// Whether the body fails, and where, is not known.
    pub(super) fn attempt(&mut self, attempt: &'a StmtTry) -> Option<Flow> {
        let mark = self.journal.len();
        let flow = self.block(&attempt.body);
        let flow = if flow.is_none() { self.block(&attempt.orelse) } else { flow };
        if attempt.handlers.is_empty() {
            return self.block(&attempt.finalbody).or(flow);
        }
        let body = Branch { flow, ..self.taken_back(mark) };
        let mut handled = Vec::new();
        for ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
            handled.push(self.branch(|it| {
                for (key, end) in &body.ends {
                    let known = !body.unsteady.contains(key);
                    it.write(key.clone(), if known { end.clone() } else { Value::Unknown });
                }
                if let Some(name) = &handler.name {
                    it.assign(name.as_str(), Value::Unknown);
                }
                it.block(&handler.body)
            }));
        }
        // A body that is left by a mistake which the script makes on purpose is always handled.
        let mut branches = vec![body];
        branches.append(&mut handled);
        let flow = self.merge(branches);
        self.block(&attempt.finalbody).or(flow)
    }
}

/// The names that a body assigns, in its own blocks.
fn assigned(body: &[Stmt]) -> Vec<&str> {
    let (mut names, mut open) = (Vec::new(), vec![body]);
    while let Some(block) = open.pop() {
        for statement in block {
            match statement {
                Stmt::Assign(assign) => names.extend(assign.targets.iter().flat_map(targets)),
                Stmt::AugAssign(assign) => names.extend(targets(&assign.target)),
                Stmt::AnnAssign(assign) => names.extend(targets(&assign.target)),
                Stmt::For(each) => {
                    names.extend(targets(&each.target));
                    open.extend([each.body.as_slice(), &each.orelse]);
                }
                Stmt::While(repeat) => open.extend([repeat.body.as_slice(), &repeat.orelse]),
                Stmt::With(with) => open.push(&with.body),
                Stmt::If(choice) => {
                    open.push(&choice.body);
                    open.extend(choice.elif_else_clauses.iter().map(|it| it.body.as_slice()));
                }
                Stmt::Match(choice) => {
                    open.extend(choice.cases.iter().map(|it| it.body.as_slice()));
                }
                Stmt::Try(attempt) => {
                    open.extend([attempt.body.as_slice(), &attempt.orelse, &attempt.finalbody]);
                    open.extend(
                        attempt
                            .handlers
                            .iter()
                            .map(|ExceptHandler::ExceptHandler(handler)| handler.body.as_slice()),
                    );
                }
                _ => {}
            }
        }
    }
    names
}

/// What a loop over a value gives, if that is known.
fn iterated(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::List(items) => Some(items),
        Value::Dict(pairs) => Some(pairs.into_iter().map(|(key, _)| Value::Text(key)).collect()),
        _ => None,
    }
}
