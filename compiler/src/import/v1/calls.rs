//! Calls of a script: of the SDK's classes, which become objects, and of the script's own functions,
//! which are followed.

use std::collections::BTreeMap;

use ruff_python_ast::{Arguments, Expr, ExprCall, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::pure::{class, format, joined, of_text, pairs_of, system};
use super::python::Machine;
use super::signature::argument_at;
use super::value::{Object, ObjectId, Value};
use crate::source::Span;

/// Calls of the script's own functions inside each other.
const DEEPEST_CALL: usize = 8;

impl<'a> Machine<'a> {
    pub(super) fn call(&mut self, call: &'a ExprCall) -> Value {
        let function = match call.func.as_ref() {
            Expr::Attribute(attribute) => {
                let holder = self.value(&attribute.value);
                match holder {
                    Value::Path(path) => Value::Path(format!("{path}.{}", attribute.attr)),
                    Value::Unknown => Value::Path(attribute.attr.to_string()),
                    holder => return self.method(call, holder, attribute.attr.as_str()),
                }
            }
            other => self.value(other),
        };
        let Value::Path(path) = function else { return Value::Unknown };
        if let Some(own) = self.functions.get(path.as_str()).copied() {
            return self.own_function(own, &call.arguments);
        }
        let (mut arguments, mut named) = self.arguments(&call.arguments);
        if let Some(known) = system(&path, &arguments) {
            self.baked(&path, &arguments, call.range());
            return known;
        }
        let class = class(&path);
        self.by_name(&class, &call.arguments.args, &mut arguments, &mut named);
        self.make(class, None, arguments, named, call.range())
    }

    /// Arguments by position become arguments by name where the class is known.
    fn by_name(
        &self,
        class: &str,
        written: &[Expr],
        arguments: &mut Vec<Value>,
        named: &mut Vec<(String, Value, Span)>,
    ) {
        if written.iter().any(Expr::is_starred_expr) {
            return;
        }
        let known = (0..arguments.len()).map_while(|at| argument_at(class, at));
        let known: Vec<&str> = known.collect();
        let values = arguments.drain(..known.len());
        for ((name, value), from) in known.iter().zip(values).zip(written) {
            named.push(((*name).to_owned(), value, self.span(from.range())));
        }
    }

    fn method(&mut self, call: &'a ExprCall, holder: Value, name: &str) -> Value {
        let (arguments, named) = self.arguments(&call.arguments);
        if let (Value::List(mut items), "append" | "extend", Expr::Attribute(attribute)) =
            (holder.clone(), name, call.func.as_ref())
        {
            items.extend(arguments.iter().flat_map(Value::items).cloned());
            self.target(&attribute.value, &Value::List(items));
            return Value::Nothing;
        }
        if let (Value::Dict(pairs), true) = (&holder, arguments.is_empty())
            && let Some(items) = pairs_of(pairs, name)
        {
            return items;
        }
        if let Some(text) = holder.text() {
            self.baked(name, std::slice::from_ref(&holder), call.range());
            let words: Vec<_> = named.iter().map(|(name, it, _)| (name.as_str(), it)).collect();
            let made = match name {
                "format" => format(text, &arguments, &words),
                "join" => joined(text, &arguments),
                _ => of_text(text, name, &arguments),
            };
            return made.unwrap_or(Value::Unknown);
        }
        self.make(name.to_owned(), Some(holder), arguments, named, call.range())
    }

    fn make(
        &mut self,
        class: String,
        receiver: Option<Value>,
        arguments: Vec<Value>,
        named: Vec<(String, Value, Span)>,
        range: TextRange,
    ) -> Value {
        let (span, variable, fields) = (self.span(range), None, Vec::new());
        let object = Object { class, receiver, arguments, named, span, variable, fields };
        let id: ObjectId = self.program.objects.len();
        if let Some(Value::Object(of)) = object.receiver {
            self.program.calls.entry(of).or_default().push(id);
        }
        self.program.objects.push(object);
        Value::Object(id)
    }

    fn arguments(&mut self, arguments: &'a Arguments) -> (Vec<Value>, Vec<(String, Value, Span)>) {
        let positional = self.values(&arguments.args);
        arguments.args.iter().for_each(|it| self.places(it, it.range()));
        let mut named = Vec::new();
        for keyword in &arguments.keywords {
            let value = self.value(&keyword.value);
            let span = self.span(keyword.range);
            self.places(&keyword.value, keyword.range);
            match (&keyword.arg, value) {
                (Some(name), value) => named.push((name.to_string(), value, span)),
                (None, Value::Dict(pairs)) => {
                    named.extend(pairs.into_iter().map(|(key, value)| (key, value, span)));
                }
                (None, _) => self.program.remarks.lost(
                    span,
                    "it is not known what these arguments hold",
                    "write them out, or add them to the spec by hand",
                ),
            }
        }
        (positional, named)
    }

    /// Remembers where the items of a list stand that is an argument.
    fn places(&mut self, value: &Expr, argument: TextRange) {
        if let Expr::List(list) = value {
            let places = list.elts.iter().map(|it| self.span(it.range())).collect();
            self.program.elements.insert(argument.start().into(), places);
        }
    }

    /// A function of the script itself is followed with its arguments.
    fn own_function(&mut self, function: &'a StmtFunctionDef, arguments: &'a Arguments) -> Value {
        let (positional, named) = self.arguments(arguments);
        self.enter(function, positional, &named)
    }

    pub(super) fn enter(
        &mut self,
        function: &'a StmtFunctionDef,
        positional: Vec<Value>,
        named: &[(String, Value, Span)],
    ) -> Value {
        if self.scopes.len() > DEEPEST_CALL {
            return Value::Unknown;
        }
        let mut scope = BTreeMap::new();
        let mut positional = positional.into_iter();
        for parameter in function.parameters.iter_non_variadic_params() {
            let name = parameter.name().as_str();
            let by_name = named.iter().find(|(known, ..)| known == name);
            let given = by_name.map(|(_, value, _)| value.clone()).or_else(|| positional.next());
            let value = match (given, parameter.default()) {
                (Some(value), _) => value,
                (None, Some(default)) => self.value(default),
                (None, None) => Value::Unknown,
            };
            if !self.budget.takes(named.len()) || !self.pays(&value, parameter.range()) {
                break;
            }
            scope.insert(name.to_owned(), value);
        }
        if let Some(rest) = &function.parameters.vararg {
            scope.insert(rest.name.to_string(), Value::List(positional.collect()));
        }
        if let Some(rest) = &function.parameters.kwarg {
            let known = |name: &str| {
                let mut all = function.parameters.iter_non_variadic_params();
                all.any(|parameter| parameter.name().as_str() == name)
            };
            let rest_of = named.iter().filter(|(name, ..)| !known(name));
            let pairs = rest_of.map(|(name, value, _)| (name.clone(), value.clone()));
            scope.insert(rest.name.to_string(), Value::Dict(pairs.collect()));
        }
        self.scopes.push(scope);
        let value = self.block(&function.body).unwrap_or(Value::Nothing);
        self.scopes.pop();
        value
    }
}
