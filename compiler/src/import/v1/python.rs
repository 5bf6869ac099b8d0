//! A script, read without running it: calls become objects, names stand for what was assigned to
//! them last. Beside this file, [`super::aliases`], [`super::branches`], [`super::budget`],
//! [`super::calls`], [`super::conditions`], [`super::depth`] and [`super::sum`] name the parser.

// The parser's enums grow with the language, so that every match on them has to end in `_`.
#![allow(clippy::wildcard_enum_match_arm)]

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::{
    Expr, Identifier, Number, Operator, PySourceType, Stmt, StmtFunctionDef, UnaryOp,
};
use ruff_python_parser::parse_unchecked_source;
use ruff_text_size::{Ranged, TextRange};

use super::super::scalar::decimal;
use super::aliases::{Link, merged};
use super::budget::Budget;
use super::depth;
use super::pure::{filled, folder, negative, plus, subscript, system};
use super::state::{Change, Flow, Frame, Outer};
use super::unread;
use super::value::{Program, Value};
use crate::diagnostics::{Diagnostic, NOT_IMPORTED, SYNTAX};
use crate::source::{FileId, Span};

/// Statements that are followed at most; loops and calls count each time.
const MOST_STATEMENTS: u32 = 5_000;
/// Expressions and blocks inside each other.
pub(super) const DEEPEST_EXPRESSION: usize = 100;

/// Follows a script from its first line to its last.
pub(super) fn follow(file: FileId, text: &str) -> Program {
    let refused = depth::check(file, text);
    if refused.is_some() {
        return Program { refused, ..Program::default() };
    }
    let mut parsed = parse_unchecked_source(text, PySourceType::Python);
    if !parsed.errors().is_empty() {
        // A notebook that was exported may keep the commands of its shell. The parser knows them too,
        // but panics at some.
        let cells = parse_unchecked_source(&without_commands(text), PySourceType::Python);
        if cells.errors().is_empty() {
            parsed = cells;
        }
    }
    let mut machine = Machine {
        file,
        program: Program::default(),
        scopes: vec![BTreeMap::new()],
        frames: vec![Frame::default()],
        entered: 0,
        functions: Vec::new(),
        classes: BTreeSet::new(),
        journal: Vec::new(),
        links: Vec::new(),
        returns: None,
        escaped: false,
        left: MOST_STATEMENTS,
        depth: 0,
        budget: Budget::default(),
        unsure: 0,
    };
    if let Some(error) = parsed.errors().first() {
        let message = format!("this is not Python: {}", error.error);
        let span = machine.span(error.location);
        machine.program.remarks.0.push(Diagnostic::new(&SYNTAX, span, message));
    }
    // What stands behind the end of a script is read as well, since people end scripts half-way to try them.
    for statement in parsed.suite() {
        machine.block(std::slice::from_ref(statement));
    }
    machine.uncalled();
    machine.program
}

/// A script of the same length, in which lines such as `%pip install x` and `!ls` are comments.
fn without_commands(text: &str) -> String {
    let line = |line: &str| {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        if line[indent..].starts_with(['%', '!']) {
            [&line[..indent], "#", &line[indent + 1..]].concat()
        } else {
            line.to_owned()
        }
    };
    text.split_inclusive('\n').map(line).collect()
}

/// A script that is being followed.
pub(super) struct Machine<'a> {
    file: FileId,
    pub(super) program: Program,
    /// What names stand for, the innermost function last.
    pub(super) scopes: Vec<BTreeMap<String, Value>>,
    /// What belongs to them beside their names.
    pub(super) frames: Vec<Frame>,
    /// Scopes that were entered so far.
    pub(super) entered: usize,
    /// The script's functions, and the scope that each was defined in.
    pub(super) functions: Vec<(&'a StmtFunctionDef, usize)>,
    /// Its classes, which are not followed.
    pub(super) classes: BTreeSet<&'a str>,
    /// Names that got values, in order.
    pub(super) journal: Vec<Change>,
    /// Lists and dictionaries with several names.
    pub(super) links: Vec<Link>,
    /// What the function that is followed may have returned.
    pub(super) returns: Option<Value>,
    /// Whether the rest of the loop that is followed may not be run.
    pub(super) escaped: bool,
    /// Statements that may still be followed.
    pub(super) left: u32,
    /// Expressions and blocks inside each other, right now.
    pub(super) depth: usize,
    pub(super) budget: Budget,
    /// Branches inside each other that may not be taken.
    pub(super) unsure: u32,
}

impl<'a> Machine<'a> {
    pub(super) fn span(&self, range: TextRange) -> Span {
        Span::new(self.file, range.start().into(), range.end().into())
    }

    /// A module that others call has its pipeline in a function.
    fn uncalled(&mut self) {
        let mut functions: Vec<(&'a StmtFunctionDef, usize)> = self.functions.clone();
        functions.sort_by_key(|(function, _)| function.name.as_str());
        for function in functions.into_iter().filter(|(_, scope)| *scope == 0) {
            if self.program.of_class("Pipeline").next().is_some() {
                return;
            }
            self.enter(function, Vec::new(), &[], &[]);
        }
    }

    pub(super) fn block(&mut self, statements: &'a [Stmt]) -> Option<Flow> {
        for statement in statements {
            if !self.goes_on(statement) {
                return None;
            }
            self.depth += 1;
            let value = self.statement(statement);
            self.depth -= 1;
            if value.is_some() {
                return value;
            }
        }
        None
    }

    /// Counts a statement. A script that runs for long builds no pipeline that people could read; what
    /// was not followed is said once.
    fn goes_on(&mut self, statement: &Stmt) -> bool {
        if self.depth >= DEEPEST_EXPRESSION {
            self.refuse(depth::nested(self.span(statement.range())));
        }
        if self.left == 1 {
            let message = format!(
                "the script is followed for {MOST_STATEMENTS} statements, which end here; what comes later is not imported"
            );
            let at = self.span(statement.range());
            let at = Span { end: at.start, ..at };
            self.program.remarks.0.push(Diagnostic::new(&NOT_IMPORTED, at, message));
        }
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }

    /// Follows a statement; how it leaves the block, if it does.
    fn statement(&mut self, statement: &'a Stmt) -> Option<Flow> {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let module = alias.name.as_str();
                    self.program.version_2 |= module.starts_with("azure.ai.ml");
                    let first = module.split('.').next().unwrap_or(module);
                    let name = alias.asname.as_ref().map_or(first, |name| name.as_str());
                    let stands_for = if alias.asname.is_some() { module } else { first };
                    self.assign(name, Value::Path(stands_for.to_owned()));
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |name| name.as_str());
                self.program.version_2 |= module.starts_with("azure.ai.ml");
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.assign(name.as_str(), Value::Path(alias.name.to_string()));
                }
            }
            Stmt::Assign(assign) => {
                let value = self.value(&assign.value);
                for (at, target) in assign.targets.iter().enumerate() {
                    self.target(target, &value);
                    self.alias(target, if at == 0 { &assign.value } else { &assign.targets[0] });
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let known = self.value(value);
                    self.target(&assign.target, &known);
                    self.alias(&assign.target, value);
                }
            }
            Stmt::AugAssign(assign) => self.append(&assign.target, assign.op, &assign.value),
            Stmt::Expr(expression) => {
                self.value(&expression.value);
                return ends(&expression.value).then_some(Flow::Raise);
            }
            Stmt::FunctionDef(function) => {
                let scope = self.frames.last().map_or(0, |frame| frame.number);
                self.functions.push((function, scope));
                self.assign(function.name.as_str(), Value::Function(self.functions.len() - 1));
            }
            Stmt::ClassDef(class) => {
                self.program.has_class = true;
                self.classes.insert(class.name.as_str());
                self.assign(class.name.as_str(), Value::Path(class.name.to_string()));
            }
            Stmt::Return(value) => {
                let value = value.value.as_ref().map_or(Value::Nothing, |it| self.value(it));
                return Some(Flow::Return(value));
            }
            Stmt::Break(_) => return Some(Flow::Break),
            Stmt::Continue(_) => return Some(Flow::Continue),
            Stmt::Raise(_) => return Some(Flow::Raise),
            Stmt::Global(global) => self.outside(&global.names, Outer::Global),
            Stmt::Nonlocal(outer) => self.outside(&outer.names, Outer::Enclosing),
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    match target {
                        Expr::Name(_) => self.target(target, &Value::Unknown),
                        Expr::Subscript(item) => self.store(&item.value, Value::Unknown),
                        _ => {}
                    }
                }
            }
            other => return self.compound(other),
        }
        None
    }

    fn compound(&mut self, statement: &'a Stmt) -> Option<Flow> {
        match statement {
            Stmt::If(choice) => self.choice(choice),
            Stmt::With(with) => {
                for item in &with.items {
                    let value = self.value(&item.context_expr);
                    if let Some(target) = &item.optional_vars {
                        self.target(target, &value);
                    }
                }
                self.block(&with.body)
            }
            Stmt::Try(attempt) => self.attempt(attempt),
            Stmt::For(each) => self.each(each),
            Stmt::While(repeat) => self.repeated(repeat),
            Stmt::Match(choice) => self.cases(choice),
            _ => None,
        }
    }

    /// Names of a function that stand outside of it.
    fn outside(&mut self, names: &[Identifier], place: Outer) {
        for name in names {
            if let Some(frame) = self.frames.last_mut() {
                frame.outer.insert(name.to_string(), place);
            }
            if place == Outer::Enclosing {
                self.assign(name.as_str(), Value::Unknown);
            }
        }
    }

    pub(super) fn target(&mut self, target: &'a Expr, value: &Value) {
        if !self.pays(value, target.range()) {
            return;
        }
        match target {
            Expr::Name(name) => self.assign(name.id.as_str(), value.clone()),
            Expr::Attribute(attribute) => {
                let holder = self.value(&attribute.value);
                let at = self.span(attribute.range);
                self.set(&holder, attribute.attr.as_str(), value, at);
            }
            Expr::Subscript(item) => {
                let holder = self.value(&item.value);
                if matches!(holder, Value::Object(_) | Value::Part(..)) {
                    let key = self.value(&item.slice);
                    let at = self.span(item.range);
                    let key = key.text().unwrap_or("?");
                    self.set(&holder, &format!("[{key}]"), value, at);
                } else {
                    self.store(target, value.clone());
                }
            }
            Expr::Tuple(tuple) => {
                let unknown = vec![Value::Unknown; tuple.elts.len()];
                let starred = tuple.elts.iter().any(Expr::is_starred_expr);
                let values = match value {
                    Value::List(values) if values.len() == unknown.len() && !starred => values,
                    _ => &unknown,
                };
                tuple
                    .elts
                    .iter()
                    .zip(values)
                    .for_each(|(target, value)| self.target(target, value));
            }
            Expr::Starred(starred) => self.target(&starred.value, value),
            _ => {}
        }
    }

    /// Sets an attribute of an object, or of a part of one.
    pub(super) fn set(&mut self, holder: &Value, path: &str, value: &Value, at: Span) {
        match holder {
            Value::Object(id) => {
                let object = &mut self.program.objects[*id];
                if (self.unsure > 0 || self.escaped) && unread::has_settings(object) {
                    self.program.remarks.lost(
                        at,
                        "whether this is set is known when the script runs; the spec takes it as set",
                        "correct it in the spec, and in other branches of the script",
                    );
                }
                object.fields.push((path.to_owned(), value.clone(), at));
            }
            Value::Part(inner, name) => self.set(inner, &format!("{name}.{path}"), value, at),
            _ => {}
        }
    }

    /// `steps += [x]`
    fn append(&mut self, target: &'a Expr, operator: Operator, value: &'a Expr) {
        let (old, new) = (self.value(target), self.value(value));
        let is_list = matches!(old, Value::List(_));
        let sum = if operator == Operator::Add { plus(old, &new) } else { Value::Unknown };
        if !self.pays(&sum, target.range()) {
        } else if is_list && !target.is_subscript_expr() {
            self.store(target, sum);
        } else {
            self.target(target, &sum);
        }
    }

    pub(super) fn value(&mut self, expression: &'a Expr) -> Value {
        if self.depth >= DEEPEST_EXPRESSION || self.left == 0 {
            return Value::Unknown;
        }
        self.depth += 1;
        let value = self.known(expression);
        self.depth -= 1;
        if self.pays(&value, expression.range()) { value } else { Value::Unknown }
    }

    fn known(&mut self, expression: &'a Expr) -> Value {
        match expression {
            Expr::StringLiteral(text) => Value::Text(text.value.to_str().to_owned()),
            Expr::NumberLiteral(number) => match &number.value {
                Number::Int(whole) => whole.as_i64().map_or(Value::Unknown, Value::Integer),
                Number::Float(float) => decimal(*float).map_or(Value::Unknown, Value::Number),
                Number::Complex { .. } => Value::Unknown,
            },
            Expr::BooleanLiteral(truth) => Value::Bool(truth.value),
            Expr::NoneLiteral(_) => Value::Nothing,
            Expr::Name(name) => {
                let known = self.lookup(name.id.as_str()).cloned();
                known.unwrap_or_else(|| Value::Path(name.id.to_string()))
            }
            Expr::List(list) => Value::List(self.values(&list.elts)),
            Expr::Tuple(tuple) => Value::List(self.values(&tuple.elts)),
            Expr::Dict(dict) => self.dict(dict),
            Expr::UnaryOp(operation) if operation.op == UnaryOp::USub => {
                negative(&self.value(&operation.operand))
            }
            Expr::BinOp(operation) if operation.op == Operator::Add => self.sum(operation),
            Expr::BinOp(operation) if operation.op == Operator::Div => {
                let (left, right) = (self.value(&operation.left), self.value(&operation.right));
                system("os.path.join", &[left, right]).unwrap_or(Value::Unknown)
            }
            Expr::BinOp(operation) if operation.op == Operator::Mod => {
                let (left, right) = (self.value(&operation.left), self.value(&operation.right));
                left.text().and_then(|text| filled(text, &right)).unwrap_or(Value::Unknown)
            }
            Expr::If(choice) => match self.truth(&choice.test) {
                Some(false) => self.value(&choice.orelse),
                Some(true) => self.value(&choice.body),
                None => {
                    let (one, other) = (self.value(&choice.body), self.value(&choice.orelse));
                    self.program.joined(&one, &other)
                }
            },
            Expr::Named(named) => {
                let value = self.value(&named.value);
                self.target(&named.target, &value);
                value
            }
            Expr::ListComp(list) => self.listed(&list.elt, &list.generators),
            Expr::Compare(_) => self.truth(expression).map_or(Value::Unknown, Value::Bool),
            Expr::BoolOp(operation) => self.either(operation),
            Expr::FString(text) => self.template(text.value.elements()),
            Expr::Attribute(attribute) => {
                let holder = self.value(&attribute.value);
                self.attribute(holder, attribute.attr.as_str())
            }
            Expr::Subscript(item) => {
                let (holder, key) = (self.value(&item.value), self.part(&item.slice));
                subscript(holder, &key)
            }
            Expr::Call(call) => self.call(call),
            _ => Value::Unknown,
        }
    }

    pub(super) fn values(&mut self, expressions: &'a [Expr]) -> Vec<Value> {
        expressions.iter().map(|expression| self.value(expression)).collect()
    }

    fn dict(&mut self, dict: &'a ruff_python_ast::ExprDict) -> Value {
        let (mut pairs, mut known) = (Vec::new(), true);
        for item in &dict.items {
            let value = self.value(&item.value);
            match item.key.as_ref().map(|key| self.value(key)) {
                Some(Value::Text(key)) => pairs.push((key, value)),
                None => match value {
                    Value::Dict(more) => pairs.extend(more),
                    _ => known = false,
                },
                Some(Value::Integer(_) | Value::Bool(_) | Value::Nothing) => {}
                Some(_) => known = false,
            }
        }
        if known { Value::Dict(merged(pairs.into_iter())) } else { Value::Unknown }
    }

    fn attribute(&self, holder: Value, name: &str) -> Value {
        match &holder {
            Value::Path(_) | Value::Text(_) if name == "parent" => {
                folder(&holder).unwrap_or(Value::Unknown)
            }
            Value::Path(path) => Value::Path(format!("{path}.{name}")),
            Value::Object(id) => {
                let object = &self.program.objects[*id];
                let known = object.field(name).cloned();
                let known = known.or_else(|| self.program.option(object, name));
                known.unwrap_or_else(|| Value::Part(Box::new(holder), name.to_owned()))
            }
            Value::Part(inner, path) => {
                let whole = format!("{path}.{name}");
                let known = self.program.object(inner).and_then(|(_, it)| it.field(&whole));
                known.cloned().unwrap_or_else(|| Value::Part(inner.clone(), whole))
            }
            _ => Value::Unknown,
        }
    }
}

/// Whether a call ends the script.
fn ends(expression: &Expr) -> bool {
    let Expr::Call(call) = expression else { return false };
    match call.func.as_ref() {
        Expr::Name(name) => matches!(name.id.as_str(), "exit" | "quit"),
        Expr::Attribute(attribute) => {
            let module = attribute.value.as_name_expr().map(|name| name.id.as_str());
            matches!((module, attribute.attr.as_str()), (Some("sys"), "exit"))
        }
        _ => false,
    }
}
